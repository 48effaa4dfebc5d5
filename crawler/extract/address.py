"""Addresses of links: made absolute without the cost of a full parse, and their shape."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_PLAIN = re.compile(r"[\w%.~+@=&-][^\s?#<>\"\\]*$", re.A)
_SLASHES = re.compile("/{2,}")
_FILE = re.compile(
    r"\.(?:zip|rar|7z|gz|tar|tgz|exe|apk|msi|dmg|iso|docx?|xlsx?|pptx?|ppsx?|wps|pdf|rtf|epub|mobi|chm|jpe?g|png|gif|bmp|"
    r"webp|svg|ico|mp[34]|m4a|wma|wav|avi|flv|wmv|mkv|swf|css|js|json|xml|rss|atom|woff2?|ttf|torrent)$",
    re.I,
)
_TWIN = re.compile(r"^(?:www|m|wap|mip|3g|mobile)\.")
_INDEX = re.compile(r"(?:index|default|main)\.(?:s?html?|php|aspx?|jsp)$", re.I)


class Target(NamedTuple):
    """A followable address of the page's own site, what its shape suggests, and the shape itself."""

    url: str
    form: str
    family: str


class Resolver:
    """Makes the links of one page absolute. `url` is the page's address, `base` its <base href>; both may be ""."""

    def __init__(self, url: str, base: str = ""):
        self.url = url
        try:
            self.base = urljoin(url, base.strip()) if base else url
            parts = urlsplit(self.base)
            self.host = (urlsplit(url).hostname or parts.hostname or "").lower()
            self.origin = f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
            self.scheme = parts.scheme or "http"
            path = parts.path or "/"
        except ValueError:
            self.base = self.origin = self.host = ""
            self.scheme, path = "http", "/"
        self.inside = self.origin + "/"
        self.folder = self.origin + path[: path.rfind("/") + 1]
        self.site = _TWIN.sub("", self.host)
        self._known = _targets(self.folder, self.host)
        self._rooted = _targets(self.inside, self.host)  # what "/…" leads to is the same in every folder

    def target(self, href: str) -> Target | None:
        """Where `href` leads on this site; None for other sites, files, scripts and marks on the page itself."""
        known = self._rooted if href.startswith(("/", "http")) else self._known
        if href in known:
            return known[href]
        url = self.absolute(href)
        target = Target(url, *_form(path_of(url))) if url and self.same_site(url) and not is_file(url) else None
        if href[:1] != "?":  # a bare query belongs to the page, not to its folder
            if len(known) >= _MOST_TARGETS:
                known.clear()
            known[href] = target
        return target

    def absolute(self, href: str) -> str:
        """`href` as an absolute http(s) address without fragment; "" for anything that is none."""
        href = href.strip().split("#", 1)[0]
        if not href:
            return ""
        if href[0] == "/":
            url = f"{self.scheme}:{href}" if href[1:2] == "/" else self.origin + href if self.origin else ""
        elif href.startswith(("http://", "https://")):
            url = href
        elif _SCHEME.match(href):
            url = href if href[:4].lower() == "http" else ""
        elif href[0] == "?":
            url = self.base.partition("?")[0] + href
        elif self.origin and "./" not in href and ":" not in href:
            url = self.folder + href
        else:
            try:
                url = urljoin(self.base, href)
            except ValueError:
                return ""
            if url[:4] != "http":
                return ""
        if not url or "\n" in url or " " in url or "\\" in url or "/." in url:
            url = self._tidy(url)
        head, found, rest = url.partition("://")
        if not found or "//" not in rest:
            return url
        path, mark, query = rest.partition("?")
        return f"{head}://{_SLASHES.sub('/', path)}{mark}{query}"

    def _tidy(self, url: str) -> str:
        try:
            return urljoin(self.base, "".join(url.replace("\\", "/").split("\n")).replace(" ", "%20")) if url else ""
        except ValueError:
            return ""

    def same_site(self, url: str) -> bool:
        """True when `url` is on the page's own host, its www twin, or a subdomain of it that is no mobile twin."""
        if self.origin and url.startswith(self.inside):
            return True
        rest = url.partition("://")[2]
        end = len(rest)
        for mark in "/?":
            at = rest.find(mark)
            if 0 <= at < end:
                end = at
        host = rest[:end].lower()
        if host == self.host or not self.host:
            return True
        host = host.partition(":")[0].rpartition("@")[2]
        if host == self.host or host == self.site or host == "www." + self.site:
            return True
        return host.endswith("." + self.site) and not _TWIN.match(host)


_MOST_TARGETS = 2048  # a megabyte; sixteen folders at a time


@lru_cache(maxsize=16)
def _targets(folder: str, host: str) -> dict[str, Target | None]:
    """What is known about links in `folder`: menus, breadcrumbs and side bars repeat them on every page."""
    return {}


def is_file(url: str) -> bool:
    """True for an address that ends like a download or a picture."""
    dot = url.rfind(".", -6)
    return dot > 0 and "?" not in url[:dot] and bool(_FILE.search(url, dot))


_DIGITS = re.compile(r"\d+")
_NAME_WITH_ID = re.compile(r"[a-z]*[-_]?\d{2,}|[0-9a-f]{16,}|\d", re.I)
_LIST_NAME = re.compile(
    r"^(?:list|index|page|p|default|lists|category|cat|class|column|channel)(?:[-_]?\d*){0,3}$", re.I
)
_ARTICLE_FOLDER = re.compile(
    r"^(?:p|a|post|posts|archives?|articles?|show|detail|view|doc|content|read|info|item|paper)$", re.I
)
_WORDS = re.compile("[/._?=&-]")  # what stands between the words of an address
_OTHER_WORDS = frozenset(
    "tag tags search so login logout register reg user member members about aboutus contact help feedback guestbook sitemap rss "
    "feed comment comments plus link links friendlink copyright service map cart vip pay download down print share mobile wap app "
    "ajax api admin javascript author space profile lianxiwomen guanyuwomen tougao biaoqian sousuo".split()
)
_RARE = ("liuyan", "e/public", "e/digg", "e/doinfo", "wp-json")
_OTHER_RARE = re.compile(r"(?:^|[/._?=&-])(?:liuyan\w*|e/(?:public|digg|doinfo)|wp-json)(?:$|[/._?=&-])")
_ID_QUERY = re.compile(r"(?:^|&)(?:id|aid|tid|artid|newsid|p|articleid|nid)=\d+", re.I)
_LIST_QUERY = re.compile(r"(?:^|&)(?:cid|catid|typeid|classid|sortid|cat|page|channelid)=\d+", re.I)


def path_of(url: str) -> str:
    """Path and query of an absolute address."""
    rest = url.partition("://")[2]
    at = rest.find("/")
    return rest[at:] if at >= 0 else "/"


def family(url: str) -> str:
    """The shape of an address: digits as 0, so that the articles of one engine share it (/a/123.html -> /a/0.html)."""
    return _DIGITS.sub("0", path_of(url))


_ZEROS = bytes(ord("0") if 0x30 <= code <= 0x39 else code for code in range(256))


def _form(path: str) -> tuple[str, str]:
    """Shape and family of a path; which digits stand in it says nothing, so the articles of a folder are looked at once."""
    if path.isascii() and "%" not in path:
        return _form_of(path.encode("ascii").translate(_ZEROS))
    return _shape(path), _DIGITS.sub("0", path)


@lru_cache(maxsize=4096)
def _form_of(zeroed: bytes) -> tuple[str, str]:
    path = zeroed.decode("ascii")
    return _shape(path), _DIGITS.sub("0", path)


def _names_other(path: str) -> bool:
    """True when a word of `path` is that of a service of the site: searches, logins, feeds."""
    low = path.lower()
    if not _OTHER_WORDS.isdisjoint(_WORDS.split(low)):
        return True
    return any(word in low for word in _RARE) and _OTHER_RARE.search(low) is not None


def shape(url: str) -> str:
    """What the address alone suggests: "article", "list", "other", "home" or ""."""
    return _form(path_of(url))[0]


def _shape(path: str) -> str:
    if "?s=/" in path:  # a router in the query: index.php?s=/article/33
        path = path.partition("?s=")[2]
    if path in ("/", "") or (path.count("/") == 1 and _INDEX.search(path)):
        return "home"
    if _names_other(unquote(path) if "%" in path else path):
        return "other"
    where, _, query = path.partition("?")
    last = where.rstrip("/").rpartition("/")[2]
    if where.endswith("/"):
        if query and _ID_QUERY.search(query) and (where == "/" or not query.startswith("p=")):  # WordPress: /?p=45
            return "article"
        if not _DIGITS.fullmatch(last):
            return "list"
        above = where[: -len(last) - 2].rpartition("/")[2]
        return "article" if len(last) > 4 or _ARTICLE_FOLDER.match(above) else "list" if _LIST_NAME.match(above) else ""
    stem, dot, _extension = last.rpartition(".")
    if query and _ID_QUERY.search(query):
        return "article"
    if query and _LIST_QUERY.search(query):
        return "list"
    if not dot:
        if _DIGITS.fullmatch(last) and _ARTICLE_FOLDER.match(where[: -len(last) - 1].rpartition("/")[2]):
            return "article"
        return "article" if _NAME_WITH_ID.search(last) and len(last) > 3 else "list"
    if _LIST_NAME.match(stem):
        return "list"
    return "article" if re.search(r"\d", stem) or len(stem) >= 24 else ""
