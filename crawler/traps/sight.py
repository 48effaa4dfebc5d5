"""What a page shows, as one number: pages with the same one are the same page, whatever their addresses."""

from __future__ import annotations

import re
from hashlib import blake2b

from crawler.page import Kind, LinkKind, Page, Zone

_DIGITS = re.compile(r"\d+")


def fingerprint(page: Page) -> int:
    """64 bits of what the page shows.

    Of an article its heading and its text. Of any other page its heading, its lines without their numbers
    (counters, the number of the page) and the names and last segments of its links: not the whole addresses, which
    differ when relative links are followed on a page that stands under several, or when a session is written into them.
    """
    made = blake2b(page.title.encode("utf-8", "replace"), digest_size=8)
    if page.kind is Kind.ARTICLE:
        body = Zone.BODY
        text = "\n".join([block.text for block in page.blocks if block.zone is body])
        made.update(text.encode("utf-8", "replace"))
    else:
        lines = "\n".join([block.text for block in page.blocks])
        made.update(_DIGITS.sub("", lines).encode("utf-8", "replace"))
        for link in page.links:
            if link.kind in (LinkKind.ARTICLE, LinkKind.LIST):
                made.update(f"\n{link.text} {link.url.partition('?')[0].rpartition('/')[2]}".encode("utf-8", "replace"))
    return int.from_bytes(made.digest(), "big")
