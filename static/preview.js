// Only in `portal i18n preview`: the page loads again when the translator has saved.
"use strict";
const address = document.currentScript.dataset.state;
let known;
setInterval(async () => {
  const answer = await fetch(address, { cache: "no-store" }).catch(() => null);
  if (!answer || !answer.ok) return;
  const state = await answer.text();
  if (known && known !== state) location.reload();
  known = state;
}, 1000);
