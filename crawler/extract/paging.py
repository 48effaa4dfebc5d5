"""Pages of one article, pages of one list: told from the numbers and words of a page bar."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from crawler.extract.address import Resolver, path_of
from crawler.extract.tree import Anchor, Tree

_NEXT = re.compile(
    r"^[\s\[【(（]*(?:下\s*一?\s*[页頁]|后一?[页頁]|next(?: page)?|older posts)[\s>›»→)\]】）]*$|^(?:›|»|>|>>|&gt;)$",
    re.I,
)
_BACK = re.compile(
    r"^[\s\[【(（<‹«←]*(?:上\s*一?\s*[页頁]|前一?[页頁]|prev(?:ious)?(?: page)?|newer posts)|^(?:‹|«|<|<<)$", re.I
)
_EDGE = re.compile(
    r"^[\s\[【(（]*(?:首\s*[页頁]|尾\s*[页頁]|末\s*[页頁]|第一[页頁]|最后一[页頁]|first|last)[\s\]】)）]*$", re.I
)
_NUMBER = re.compile(r"^[\s\[【(（]*(?:第\s*)?([1-9]\d{0,3})(?:\s*[页頁])?[\s\]】)）]*$")  # "0" counts comments
_TOTAL = re.compile(r"共\s*(\d{1,4})\s*[页頁]|第?\s*\d{1,4}\s*[页頁]?\s*/\s*共?\s*(\d{1,4})\s*[页頁]")
# The number of a page in an address: 12_2.html, 12-2.html, /12/2.html, /12/2/, /page/2/, ?page=2
_SUFFIXES = (
    re.compile(r"^(?P<base>[^?]*[^/_?-])[_-](?P<n>\d{1,3})(?P<tail>\.[a-z]{2,6})$", re.I),
    re.compile(r"^(?P<base>[^?]*/)(?:page/|p/?)?(?P<n>\d{1,3})(?P<tail>/?)$", re.I),
    re.compile(r"^(?P<base>[^?]*)/(?P<n>\d{1,3})(?P<tail>\.[a-z]{2,6})$", re.I),
    re.compile(
        r"^(?P<base>.*[?&](?:page|p|pn|pageno|pageindex|pagenum|paged|cpage|curpage)=)(?P<n>\d{1,4})(?P<tail>.*)$", re.I
    ),
)


_FIRST = frozenset("0123456789 上下前后首尾末第最[【(（<>‹›«»←nNpPfFlLoO")


@dataclass(slots=True)
class Bar:
    """The page bar: absolute addresses by their number, of the next page, and all its anchors."""

    numbers: dict[int, str] = field(default_factory=dict)
    next: str = ""
    back: str = ""
    total: int = 0
    anchors: set[int] = field(default_factory=set)  # indexes into Tree.anchors


def find_bar(tree: Tree, resolver: Resolver) -> Bar:
    """The page bar of `tree`: neighbouring anchors that are numbers or words for pages. Empty when there is none."""
    bar = Bar()
    groups: list[list[int]] = []
    for index, anchor in enumerate(tree.anchors):
        if not _role(anchor):
            continue
        if groups and index - groups[-1][-1] <= 3 and abs(anchor.line - tree.anchors[groups[-1][-1]].line) <= 6:
            groups[-1].append(index)
        else:
            groups.append([index])
    for group in groups:
        roles = [_role(tree.anchors[index]) for index in group]
        if not any(role in ("next", "back") for role in roles) and sum(role == "number" for role in roles) < 2:
            continue
        for index, role in zip(group, roles, strict=True):
            _add(bar, tree, index, role, resolver)
    lines = {tree.anchors[index].line for index in bar.anchors}
    for number in sorted({line + step for line in lines for step in (-2, -1, 0, 1)}):
        if 0 <= number < len(tree.lines) and (total := _TOTAL.search(tree.lines[number].text)):
            bar.total = int(total[1] or total[2])
            break
    return bar


def _role(anchor: Anchor) -> str:
    text = anchor.text
    if len(text) > 12 or not text or text[0] not in _FIRST:
        return ""
    if anchor.tag == "option":
        return "option" if _NUMBER.match(text) else ""
    if _NUMBER.match(text):
        return "number"
    if text[0] in "0123456789":
        return ""
    if _NEXT.match(text):
        return "next"
    return "back" if _BACK.match(text) else "edge" if _EDGE.match(text) else ""


def _add(bar: Bar, tree: Tree, index: int, role: str, resolver: Resolver) -> None:
    anchor = tree.anchors[index]
    url = resolver.absolute(anchor.href)
    if not url or not resolver.same_site(url):
        return
    if role == "edge" and path_of(url) == "/":
        return
    bar.anchors.add(index)
    if role == "next":
        bar.next = bar.next or url
    elif role == "back":
        bar.back = bar.back or url
    elif (number := _NUMBER.match(anchor.text)) and int(number[1]) not in bar.numbers:
        bar.numbers[int(number[1])] = url


def split(url: str) -> list[tuple[str, int]]:
    """The ways to read `url` as a numbered page: (address of the whole, number)."""
    found = []
    for pattern in _SUFFIXES:
        if match := pattern.match(url):
            base = match["base"]
            whole = base + match["tail"] if match["tail"] not in ("/", "") or not base.endswith("/") else base
            found.append((whole.rstrip("?&"), int(match["n"])))
    return found


def same_document(one: str, other: str, shift: int = 0) -> tuple[int, int] | None:
    """The page numbers of two addresses when they can be pages of one document, otherwise None.

    `shift` is added to the numbers in addresses: some engines call the second page "_1".
    """
    if one == other:
        return None
    bare, bare_other = _bare(one), _bare(other)
    for whole, number in split(other):
        if _bare(whole) == bare and number + shift > 1:
            return 1, number + shift
        for mine, here in split(one):
            if mine == whole and here != number:
                return here + shift, number + shift
    for mine, here in split(one):
        if _bare(mine) == bare_other and here + shift > 1:
            return here + shift, 1
    return None


def _bare(url: str) -> str:
    """`url` for comparing: without a page parameter that is 1, a final slash, the extension."""
    url = re.sub(r"([?&])(?:page|p)=1?$", "", url, flags=re.I)
    url = re.sub(r"[?&](?:page|pn|pageno|pageindex|paged)=$", "", url, flags=re.I)
    return re.sub(r"\.(?:s?html?|php|aspx?|jsp)$", "", url.rstrip("/"), flags=re.I)


@dataclass(slots=True)
class Pages:
    """Where this page stands in an article of several: all addresses in order ([] for one page only)."""

    urls: list[str] = field(default_factory=list)
    number: int = 1
    next: str = ""


def article_pages(bar: Bar, url: str) -> Pages:
    """The pages of the article at `url`. The neighbouring articles are no pages, whatever their links are called."""
    own, here, shift = _numbered(bar, url)
    following = ""
    if (
        bar.next
        and (pair := same_document(url, bar.next, shift))
        and pair[1] == pair[0] + 1
        and (pair[0] == 1 or own or bar.back)
    ):
        here = here or pair[0]
        if pair[0] == here:
            following = bar.next
            own.setdefault(pair[1], bar.next)
    if (
        bar.back
        and (pair := same_document(url, bar.back, shift))
        and pair[1] == pair[0] - 1
        and (own or here or pair[1] == 1)
    ):
        here = here or pair[0]
        own.setdefault(pair[1], bar.back)
    if not own or not here:
        return Pages()
    own[here] = url
    last = max(own) if not bar.total or bar.total > 200 else max(bar.total, max(own))
    urls = _filled(own, last, shift)
    following = following or own.get(here + 1, "") or (urls[here] if here < len(urls) else "")
    return Pages(urls, here, following)


def _numbered(bar: Bar, url: str) -> tuple[dict[int, str], int, int]:
    """The pages whose displayed number agrees with their address, the number of `url`, and the shift between the two."""
    for shift in (0, 1):
        own: dict[int, str] = {}
        here = 0
        for number, other in bar.numbers.items():
            pair = same_document(url, other, shift)
            if pair and pair[1] == number:
                own[number] = other
                here = here or pair[0]
        if own and here:
            return own, here, shift
    return {}, 0, 0


def _filled(own: dict[int, str], last: int, shift: int) -> list[str]:
    """The addresses 1 to `last`: those not shown (behind an ellipsis) are made after a shown one."""
    number, model = next(((n, url) for n, url in sorted(own.items()) if n > 1), (0, ""))
    urls = []
    for page in range(1, last + 1):
        if page in own:
            urls.append(own[page])
        elif page == 1:
            urls.append(next((whole for whole, n in split(model) if n + shift == number), model))
        else:
            head, found, tail = model.rpartition(str(number - shift))
            urls.append(f"{head}{page - shift}{tail}" if found else model)
    return urls
