"""What a tag is, and what the walk does at it. A site writes few different tags: each is read once and remembered."""

from __future__ import annotations

import re
from html import unescape
from typing import Final

# What the walk does at a tag. PART is a block that may end others than a paragraph, or has a row or lines to count.
INLINE: Final = 0
OPEN: Final = 1
PART: Final = 2
CLOSE: Final = 3
ANCHOR: Final = 4
ANCHOR_END: Final = 5
BREAK: Final = 6
VOID: Final = 7
SKIP: Final = 8
RAW: Final = 9
META: Final = 10
OPTION: Final = 11
RULE: Final = 12
EMAIL: Final = 13
COMMENT: Final = 14
TEXT: Final = 15
QUOTE: Final = 16

_BLOCKS = (
    "address article aside blockquote center details dialog dir div dl fieldset figcaption figure footer frameset header "
    "hgroup legend main marquee menu nav ol p section summary ul"
)
_PARTS = "body caption dd dt form h1 h2 h3 h4 h5 h6 li listing pre table tbody td tfoot th thead tr xmp"
_SKIPPED = "noscript template object video audio canvas svg math button rp map datalist applet"
_ACTION: Final[dict[str, int]] = {
    **dict.fromkeys(_BLOCKS.split(), OPEN),
    **dict.fromkeys(_PARTS.split(), PART),
    **dict.fromkeys(_SKIPPED.split(), SKIP),
    **dict.fromkeys("area col embed frame image img input keygen param source track wbr".split(), VOID),
    **dict.fromkeys("script style textarea title iframe noframes".split(), RAW),
    **dict.fromkeys("meta link base time".split(), META),
    **dict.fromkeys("b big em font i label select small span strong sub sup u".split(), INLINE),
    "br": BREAK,
    "hr": RULE,
    "a": ANCHOR,
    "option": OPTION,
}
_WITH_ATTRIBUTES = frozenset((RAW, META, OPTION))
# The words without which the attributes of these tags are of no interest.
_HIDING = ("none", "hidden", "font-size", "jammer", "cfemail")
_SPARING = {INLINE: _HIDING, SKIP: _HIDING, VOID: (), BREAK: (), RULE: (), RAW: ("ld+json",)}

_NAME = re.compile(r"(/?)([a-zA-Z][^\s/>]*)")
_ATTRIBUTE = re.compile(r"""([^\s=>/"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"'][^\s>]*)))?""")
_QUOTED = re.compile(r"""=\s*(?:"[^"]*"|'[^']*')""")
_OPEN_QUOTE = re.compile(r"""=\s*["']""")


_ENTITY = re.compile("&(?:#[0-9]+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d]*[1-9])", re.I)
_NO_SIZE = re.compile(r"font-size\s*:\s*0(?![.\d]*[1-9])")
_JUNK_CLASS = "jammer"  # Discuz: random characters against copying
_LONGEST = 20_000  # characters of one tag that are read: an image inlined in an attribute is longer
_LONG = 300  # longer ones are hardly ever met again
_MOST = 20_000  # tags remembered, eight megabytes: some hundred pages of a site with all their links

# doing, name, hint (id and class), and what only some tags have: attributes, or (href, rel, title)
Extra = dict[str, str] | tuple[str, str, str] | None
Tag = tuple[int, str, str, Extra]
TAGS: Final[dict[str, Tag]] = {}  # what stands between < and > -> the tag


def learn(head: str) -> Tag:
    """The tag that `head`, what stands between "<" and ">", is; TEXT when the "<" begins no tag. Remembered in TAGS."""
    tag = _plain(head) or _read(head)
    if len(head) < _LONG:
        if len(TAGS) >= _MOST:
            TAGS.clear()
        TAGS[head] = tag
    return tag


def _plain(head: str) -> Tag | None:
    """The tag of a `head` as most are written, lower case and values in double quotes; None for all others.

    On pages of many sites two of five tags were never seen before: reading all their attributes cost more than the walk.
    """
    parts = head.split('"')
    name, _, first = parts[0].partition(" ")
    doing = _ACTION.get(name)
    if doing is None or not len(parts) & 1 or "'" in head:
        return None
    parts[0] = " " + first
    if doing >= BREAK:
        return _single(doing, name, parts)
    if "style" in head or "STYLE" in head or "Style" in head:
        low = head.lower()
        if "none" in low or ("font-size" in low and _NO_SIZE.search(low)):
            return None
    if "hidden" in head or "jammer" in head or "cfemail" in head:
        return None
    if doing == INLINE:
        return INLINE, name, "", None
    if doing == ANCHOR:
        href = _value(parts, " href=")
        title = _value(parts, " title=") if "title=" in head else ""
        return (ANCHOR, name, "", (href, "", title)) if href and title is not None and "rel=" not in head else None
    identity = _value(parts, " id=") if "id=" in head else ""
    classes = _value(parts, " class=") if "class" in head else ""
    return (doing, name, _hint(identity, classes), None) if identity is not None and classes is not None else None


def _single(doing: int, name: str, parts: list[str]) -> Tag | None:
    """A <br>, <img>, <script>, <meta>, <link>: none of them can hide anything."""
    if doing in (VOID, BREAK, RULE):
        return doing, name, "", None
    if doing == RAW and "application/ld+json" not in parts:
        return RAW, name, "", {}
    if doing != META or parts[-1].strip(" /") or any(key[:1] != " " or key[-1:] != "=" for key in parts[:-1:2]):
        return None
    made = {key[1:-1].lower(): value for key, value in zip(parts[-3::-2], parts[-2::-2], strict=True)}
    return META, name, "", {key: _ENTITY.sub(_resolve, value) if "&" in value else value for key, value in made.items()}


def _value(parts: list[str], name: str) -> str | None:
    """The value behind `name` in the parts of a tag between its quotes; None when it is written in another way."""
    try:
        value = parts[parts.index(name) + 1]
    except (ValueError, IndexError):  # the page may end in the middle of a tag
        return None
    return _ENTITY.sub(_resolve, value) if "&" in value else value


def _read(head: str) -> Tag:
    found = _NAME.match(head)
    if found is None:
        return (COMMENT if head[:3] == "!--" else VOID if head[:1] in ("!", "?", "/") and head else TEXT), "", "", None
    name = found[2].lower()
    doing = _ACTION.get(name, INLINE)
    if found[1]:
        return _END.get(doing, INLINE), name, "", None
    rest = head[found.end() :]
    if is_open(rest):
        return QUOTE, name, "", None
    low = rest.lower()
    if doing in _SPARING and not any(word in low for word in _SPARING[doing]):
        return doing, name, "", {}
    return tag_of(name, doing, rest)


# </br> is a break, </p> without <p> an empty paragraph; all other ends of what is no block say nothing.
_END: Final = {OPEN: CLOSE, PART: CLOSE, ANCHOR: ANCHOR_END, BREAK: BREAK}


def is_open(head: str) -> bool:
    """True when `head` ends inside a quoted value: the ">" after it belongs to that value."""
    if not (head.count('"') % 2 or head.count("'") % 2):
        return False
    return _OPEN_QUOTE.search(_QUOTED.sub("", head)) is not None


def _resolve(entity: re.Match[str]) -> str:
    return unescape(entity[0])


def tag_of(name: str, doing: int, rest: str) -> Tag:
    """The tag `name` with the attributes written in `rest`."""
    attributes = attributes_of(rest)
    style = attributes.get("style")
    hides = (style and _HIDDEN.search(style)) or "hidden" in attributes or attributes.get("class") == _JUNK_CLASS
    if hides and name != "body" and doing not in (RAW, META, VOID, BREAK, RULE):
        return SKIP, name, "", None
    if "data-cfemail" in attributes:
        return EMAIL, name, "", attributes
    if doing == ANCHOR:
        href = attributes.get("href")
        return ANCHOR, name, "", (href, attributes.get("rel", ""), attributes.get("title", "")) if href else None
    if doing in (OPEN, PART):
        return doing, name, _hint(attributes.get("id", ""), attributes.get("class", "")), None
    return doing, name, "", attributes if doing in _WITH_ATTRIBUTES else None


def attributes_of(rest: str) -> dict[str, str]:
    """Attributes by lower-case name, the first of each counts (HTML 13.2.5.33)."""
    made: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(rest[:_LONGEST]):
        value = double or single or bare
        made.setdefault(name.lower(), _ENTITY.sub(_resolve, value) if "&" in value else value)
    return made


def _hint(name: str, classes: str) -> str:
    if not name:
        return "." + classes if classes else ""
    return f"#{name} .{classes}" if classes else "#" + name
