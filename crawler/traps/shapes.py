"""Shapes of addresses: those that one template of a site makes share one, and some lead in circles."""

from __future__ import annotations

import re
from functools import lru_cache

MAX_SEGMENTS = 20  # the deepest address of the saved sites has 6
MAX_PARAMETERS = 12  # a list with facets has 3 or 4; more are permutations
TOKEN = 8  # a segment of letters and digits this long is an id that differs from page to page

_DIGITS = re.compile(r"\d+")
_RUN = re.compile(r"\d+")


def path_and_query(url: str) -> tuple[str, str]:
    """Path (with its first slash) and query of an absolute address."""
    rest = url.partition("://")[2]
    path, _, query = rest.partition("?")
    _, slash, path = path.partition("/")
    return slash + path, query


@lru_cache(maxsize=8192)  # the links of a site come again on page after page
def circles(url: str) -> bool:
    """True for an address that was made by following relative links round and round, or that no person wrote.

    A name three times in one path, or two and more names twice in a row (/a/b/a/b/). Numbers may repeat: /2024/05/05/.
    """
    path, query = path_and_query(url)
    if query.count("&") >= MAX_PARAMETERS:
        return True
    if path.count("/") < 3:
        return False
    segments = [segment for segment in path.split("/") if segment]
    if len(segments) > MAX_SEGMENTS:
        return True
    names = [segment for segment in segments if not segment.isdigit()]
    if len(set(names)) == len(names):
        return False
    if any(names.count(name) >= 3 for name in set(names)):
        return True
    for length in range(2, len(segments) // 2 + 1):
        for at in range(len(segments) - 2 * length + 1):
            piece = segments[at : at + length]
            if piece == segments[at + length : at + 2 * length] and not all(name.isdigit() for name in piece):
                return True
    return False


def shapes(url: str) -> tuple[str, str, str]:
    """The shape that `url` shares with the addresses of its template, and two wider ones.

    Numbers, ids and words in another script count as one; parameters by their names. Wider is the path alone where there
    are parameters, otherwise the first folder; the widest are the depth and the ending, which no word in a path changes.
    """
    path, query = path_and_query(url)
    segments = path.split("/")[1:]
    fine = "/".join(map(_segment, segments))
    ending = segments[-1].rpartition(".")[2] if "." in segments[-1] else ""
    widest = f"{len(segments)} {ending}"
    if query:
        names = sorted({piece.partition("=")[0] if "=" in piece else "" for piece in query.split("&")})
        return f"{fine}?{'&'.join(names)}", f"{fine}?", widest + "?"
    return fine, f"{segments[0]}//" if len(segments) > 1 else widest, widest


def _segment(text: str) -> str:
    stem, dot, ending = text.rpartition(".")
    if not dot:
        stem, ending = text, ""
    stem = "*" if "%" in stem or len(stem) > 16 or is_token(stem) else _DIGITS.sub("0", stem)
    return stem + dot + ending


def is_token(text: str) -> bool:
    """Whether `text` looks like an id of letters and digits."""
    return len(text) >= TOKEN and not text.isdigit() and any(c.isdigit() for c in text) and text.isalnum()


def number_of(url: str) -> str:
    """The number that names the article: the only run of three digits or more in the last segment and the query; or ""."""
    path, query = path_and_query(url)
    runs = _RUN.findall(f"{path.rpartition('/')[2]}?{query}")
    return runs[0] if len(runs) == 1 and len(runs[0]) >= 3 else ""
