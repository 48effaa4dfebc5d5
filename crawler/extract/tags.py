"""What the walk does at each kind of element."""

from __future__ import annotations

from typing import Final

from selectolax.lexbor import LexborHTMLParser

INLINE, TEXT, BLOCK, SKIP, BREAK, ANCHOR, META, CELL, ROW, OPTION, RULE = range(11)
_BLOCKS = (
    "address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure footer "
    "form frameset h1 h2 h3 h4 h5 h6 header legend li listing main menu nav ol p pre section summary table tbody "
    "tfoot thead ul xmp caption hgroup marquee"
)
_SKIPPED = (
    "noscript style template textarea iframe object embed video audio canvas svg math input button noframes "
    "rp map datalist applet img"
)
ACTION: Final[dict[str, int]] = {
    **dict.fromkeys(_BLOCKS.split(), BLOCK),
    **dict.fromkeys(_SKIPPED.split(), SKIP),
    **dict.fromkeys("title meta link base script time".split(), META),
    "td": CELL,
    "th": CELL,
    "tr": ROW,
    "br": BREAK,
    "hr": RULE,
    "a": ANCHOR,
    "option": OPTION,
}


def _by_number() -> dict[int, tuple[int, str]]:
    """ACTION by lexbor's number of a tag, which is cheaper to ask for than its name; asked of the parser itself."""
    parser = LexborHTMLParser("<body>text<!-- comment -->")
    table = {parser.create_node(name).tag_id or 0: (doing, name) for name, doing in ACTION.items()}
    if parser.body is not None:
        text, comment = parser.body.first_child, parser.body.last_child
        assert text and comment
        table |= {text.tag_id or 0: (TEXT, ""), comment.tag_id or 0: (SKIP, "")}
    return table


ACTIONS: Final = _by_number()
UNKNOWN: Final = (INLINE, "")
