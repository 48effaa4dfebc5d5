"""What a page says of itself outside of its text."""

from __future__ import annotations

import re
from html import unescape

from crawler.extract.tree import Tree

_FOLD = re.compile(r"[ \t\r\n\f]+")


def metadata(tree: Tree, name: str, attributes: dict[str, str]) -> None:
    """Keep what a <meta>, <link>, <base> or <time> gives: the first of each counts."""
    if name == "meta":
        key = attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
        if key and (content := attributes.get("content")):
            tree.meta.setdefault(key.lower(), content.strip())
    elif name == "time":
        if moment := attributes.get("datetime"):
            tree.times.append((moment, len(tree.lines)))
    elif name == "base":
        tree.base = tree.base or attributes.get("href", "")
    elif name == "link" and "canonical" in attributes.get("rel", "").lower():
        tree.canonical = tree.canonical or attributes.get("href", "")


def raw_text(tree: Tree, name: str, attributes: dict[str, str], text: str) -> None:
    """Keep the page's <title> and its JSON-LD."""
    if name == "title":
        tree.title = tree.title or _FOLD.sub(" ", unescape(text)).strip()
    elif name == "script" and "ld+json" in attributes.get("type", ""):
        tree.json_ld.append(text)


def email(code: str) -> str:
    """An address that Cloudflare hid: hexadecimal, each byte XORed with the first."""
    try:
        data = bytes.fromhex(code)
    except ValueError:
        return ""
    return bytes(byte ^ data[0] for byte in data[1:]).decode("utf-8", "replace") if data else ""
