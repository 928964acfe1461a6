// Comfort for staff who work by keyboard; every task works without it.
// "/" goes to the search field, j and k move between the rows of a list, Enter opens (it is a link that has the focus).
"use strict";

const links = Array.from(document.querySelectorAll("[data-row] th a"));
const search = document.querySelector("input[type=search]");

function isTyping(element) {
  return element instanceof HTMLElement && element.matches("input, textarea, select, [contenteditable]");
}

function move(by) {
  const here = links.indexOf(document.activeElement);
  const next = here === -1 ? (by > 0 ? 0 : links.length - 1) : Math.min(Math.max(here + by, 0), links.length - 1);
  if (links[next]) links[next].focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape" && document.activeElement === search) {
    search.blur();
    return;
  }
  if (isTyping(event.target)) return;
  if (event.key === "/" && search) {
    event.preventDefault();
    search.focus();
    search.select();
  } else if (event.key === "j") {
    move(1);
  } else if (event.key === "k") {
    move(-1);
  }
});
