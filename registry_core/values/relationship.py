"""Relationship to the head of the household (続柄, Act art. 7 item 4): the closed list of standard specification 1.1.11.

世帯主, 縁故者, 同居人, or one to four links of kin joined by の (子の子の子の子). 祖父, 孫, 甥, おじ and the like are no
words of the register: they are written as chains, and what takes five links or more is 縁故者.

>>> checked_relationship("妻(未届)の子"), links_of("子（子の夫）の母")
('妻（未届）の子', ['子（子の夫）', '母'])
"""

import re
from functools import lru_cache

from registry_core.values.errors import UnknownRelationship

HEAD, RELATIVE, HOUSEMATE = "世帯主", "縁故者", "同居人"
KIN = (
    "夫",
    "妻",
    "夫（未届）",
    "妻（未届）",
    "子",
    "子（子の夫）",
    "子（子の妻）",
    "父",
    "母",
    "兄",
    "姉",
    "弟",
    "妹",
)
MOST_LINKS = 4

_JOINED = "の"
_NEXT_LINK = re.compile(f"({'|'.join(sorted(KIN, key=len, reverse=True))})(?:{_JOINED}(?=.)|$)")
_BRACKETS = str.maketrans("()", "（）")


@lru_cache(maxsize=1024)
def checked_relationship(text: str) -> str:
    """The relationship, its brackets full-width. Raises UnknownRelationship (facts: item, why, instead)."""
    written = text.translate(_BRACKETS)
    if written in {HEAD, RELATIVE, HOUSEMATE}:
        return written
    links = links_of(written)
    if not links:
        raise UnknownRelationship(item="relationship", why="not-in-the-list", instead=RELATIVE)
    if len(links) > MOST_LINKS:
        raise UnknownRelationship(item="relationship", why="too-many-links", instead=RELATIVE)
    return written


def links_of(text: str) -> list[str]:
    """The links of kin of a chain in order; none when it is no chain."""
    links, place = list[str](), 0
    while place < len(text):
        found = _NEXT_LINK.match(text, place)
        if found is None:
            return []
        links.append(found[1])
        place = found.end()
    return links
