"""URLs: the canonical form, the key by which two addresses are the same, and what may be followed at all.

`canonical` is an address that can be fetched; `url_key` only compares (it drops what differs between
twins: scheme, `www.` and `m.`, the charset of escapes, the order of parameters) and never leaves the crawler.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from crawler.text import printable

# Parameters that say where a visitor came from or who he is, never which document is meant.
TRACKING = frozenset(
    (
        "utm_source utm_medium utm_campaign utm_term utm_content utm_id spm scm from_source from_share share_token "
        "fbclid gclid bd_vid bdrefer hmsr hmpl hmcu hmkw hmci isappinstalled nsukey wfr _t timestamp "
        "phpsessid jsessionid aspsessionid sessionid session_id sessid share_source share_medium bbid msclkid yclid "
        "from_spmid vd_source _hmt hmsr_id"
    ).split()
)
# Names that carry a session on one site and a section or a search on another: the value tells which.
_MAYBE_SESSION = frozenset("sid s ssid session sess token sessionkey osid zenid".split())
_SESSION_VALUE = re.compile(r"(?=[a-z]*\d)(?=\d*[a-z])[0-9a-z_-]{16,}$", re.I)
_WECHAT = frozenset("singlemessage groupmessage timeline".split())  # values of `from` in an address passed on in WeChat
_SESSION_PATH = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#]*|/\([SFAX]\([0-9a-z-]{8,}\)\)", re.I)
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|shtml|php|aspx?|jsp)$", re.I)
_SLASHES = re.compile(r"/{2,}")
_HOST = re.compile(r"^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.?$")
_NUMERIC_LABEL = re.compile(r"^(?:\d+|0x[0-9a-f]*)$")
_TWIN = re.compile(r"^(?:www|m|wap|mip|3g|mobile)\.(?=[^.]+\.[^.])")
_MOBILE_HOST = re.compile(r"^(?:m|wap|mip|3g|mobile)\.(?=[^.]+\.[^.])")
# The mobile half of a site below one folder, pages alone: `/m/` itself may be a column or a letter of an index.
_MOBILE_PATH = re.compile(r"^/(?:m|wap|mip|3g|mobile)(?=/(?:.*/)?[^/]+\.(?:s?html?|php|aspx?|jsp)$)")
# DedeCMS gives every static article a twin by number: /plus/view.php?aid=1, and view.php?aid=1 on its mobile half.
_BY_NUMBER = re.compile(r"^/plus(?=/(?:view|list)\.php$)")
_RUN = re.compile(r"(?:%[0-9A-F]{2})+")
_DEFAULT_PORT = {"http": 80, "https": 443}
_ESCAPE = re.compile("%([0-9a-fA-F]{2})")
_LONE_PERCENT = re.compile("%(?![0-9a-fA-F]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_KEEP_PATH = "/:@!$&'()*+,;=~-._"
# Endings that are never a page to read: a link to one is not followed.
_FILE = re.compile(
    r"\.(?:zip|rar|7z|gz|tar|exe|apk|docx?|xlsx?|pptx?|pdf|wps|rtf|jpe?g|png|gif|bmp|webp|svg|ico|mp[34]|avi|flv|wmv"
    r"|swf|css|js|json|xml|rss|txt|woff2?|ttf|torrent|iso|dmg|chm|epub)$",
    re.I,
)
MAX_LENGTH = 2083  # the longest address that browsers and servers agree on; longer ones are session data or traps


class BadUrl(ValueError):
    """`url` is not an http(s) address that can be fetched. The message is one line for people."""


def _host(name: str) -> str:
    """`name` in lower case as ASCII labels (IDNA), or an IP literal."""
    if ":" in name:
        return f"[{name.lower()}]"
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError as error:
            raise ValueError(str(error)) from None
    name = name.lower().rstrip(".")
    if not _HOST.match(name):
        raise ValueError("no host name")
    last = name.rsplit(".", 1)[-1]
    if _NUMERIC_LABEL.match(last) and not _dotted_quad(name):
        raise ValueError("neither a host name nor a dotted IPv4 address")
    return name


def _dotted_quad(name: str) -> bool:
    """True for four decimal octets without leading zeros: other spellings of an address hide which one is meant."""
    octets = name.split(".")
    return len(octets) == 4 and all(o.isdecimal() and str(int(o)) == o and int(o) < 256 for o in octets)


def _unreserved(match: re.Match[str]) -> str:
    char = chr(int(match[1], 16))
    return char if char in _UNRESERVED else match[0].upper()


def _quote(text: str, safe: str) -> str:
    """`text` with escapes only where they are needed, in upper case (RFC 3986, 6.2.2).

    An escape of a reserved character or of a byte of any charset stays as it is (%2F is no slash,
    GBK stays GBK); a `%` that begins no escape becomes %25; raw characters are escaped as UTF-8.
    """
    text = _LONE_PERCENT.sub("%25", _ESCAPE.sub(_unreserved, text))
    return quote(text, safe=safe + "%", errors="surrogatepass")


def _path(path: str, query: str) -> str:
    """`path` without session id, double slashes and dot segments.

    An index page is its folder only without parameters: beside a static `index.html`, `/?id=1` and
    `/index.php?id=1` are two pages.
    """
    path = _SLASHES.sub("/", _SESSION_PATH.sub("", _ESCAPE.sub(_unreserved, path)) or "/")
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")  # RFC 3986, 5.2.4: it names a folder
    path = "/" + "/".join(kept)
    return _quote(path if query else _INDEX.sub("/", path), _KEEP_PATH)


def _query(query: str) -> list[str]:
    """The `name=value` pieces that name a document, in their order, each escaped once."""
    kept = []
    for piece in _ESCAPE.sub(_unreserved, query).split("&"):
        name, _, value = piece.partition("=")
        name = name.lower()
        session = name in _MAYBE_SESSION and _SESSION_VALUE.match(value)
        if piece and name not in TRACKING and not session and not (name == "from" and value in _WECHAT):
            kept.append(_quote(piece, "=/:@!$'()*,;~-._+?"))
    return kept


@lru_cache(maxsize=8192)  # a site's links come again on page after page: menus, neighbours, what is recommended
def canonical(url: str, base: str = "") -> str:
    """The address of `url` in its canonical form, absolute, without fragment.

    Lower-case ASCII host, no user information, no default port, one slash between segments, dot
    segments resolved, `index.html` and its like left out, session and tracking parameters left
    out, percent escapes in upper case and only where needed. Applying it twice changes nothing.
    Raises BadUrl for anything that is not http(s) with a host.
    """
    text = url.strip().replace("\\", "/") if url else ""
    try:
        parts = urlsplit(urljoin(base, text) if base else text)
        if parts.scheme.lower() not in _DEFAULT_PORT:
            raise BadUrl(f"not an http or https address: {printable(url, 120)}")
        host, port = _host(parts.hostname or ""), parts.port
    except BadUrl:
        raise
    except ValueError as error:
        raise BadUrl(f"not a valid address: {printable(url, 120)} ({error})") from None
    scheme = parts.scheme.lower()
    netloc = host if port in (None, _DEFAULT_PORT[scheme]) else f"{host}:{port}"
    query = "&".join(_query(parts.query))
    made = urlunsplit((scheme, netloc, _path(parts.path, query), query, ""))
    if len(made) > MAX_LENGTH:
        raise BadUrl(f"longer than {MAX_LENGTH} characters: {printable(url, 120)}")
    return made


def host_of(url: str) -> str:
    """The host of an address in canonical form (with a port that is not the default one)."""
    return urlsplit(url).netloc


@lru_cache(maxsize=8192)
def site_of(url: str) -> str:
    """The host without `www.`, `m.`, `wap.`: the twins of one site share it."""
    return _TWIN.sub("", host_of(url), count=1)


def is_mobile(url: str) -> bool:
    """Whether `url` (canonical) names the mobile twin of a page: often the same text in pieces, so the other is better."""
    parts = urlsplit(url)
    return bool(_MOBILE_HOST.match(parts.netloc) or _MOBILE_PATH.match(parts.path))


def _as_utf8(match: re.Match[str]) -> str:
    """A run of escapes that is Chinese in GBK, as the escapes of the same text in UTF-8; any other as it is.

    What reads as Chinese in UTF-8 is UTF-8: Chinese in GBK that does too is made of characters that never stand together.
    """
    data = bytes.fromhex(match[0].replace("%", ""))
    if not _is_chinese(data, "utf-8") and _is_chinese(data, "gbk"):
        return quote(data.decode("gbk"), safe="")
    return match[0]


def _is_chinese(data: bytes, charset: str) -> bool:
    try:
        text = data.decode(charset)
    except UnicodeDecodeError:
        return False
    return all("\u4e00" <= char <= "\u9fff" or char.isascii() for char in text) and not text.isascii()


def url_key(url: str) -> str:
    """What two addresses of one page share: `url` in canonical form, without scheme, without what tells `www.` from
    mobile twins, Chinese escaped as UTF-8, parameters in order."""
    parts = urlsplit(url)
    host, path = _TWIN.sub("", parts.netloc, count=1), parts.path
    if path.startswith(("/m", "/w", "/3", "/p")):
        path = _BY_NUMBER.sub("", _MOBILE_PATH.sub("", path))
    query = "&".join(sorted(parts.query.split("&"))) if parts.query else ""
    key = f"{host}{path.rstrip('/') or '/'}" + (f"?{query}" if query else "")
    return _RUN.sub(_as_utf8, key) if "%" in key else key


def document_id(url: str) -> str:
    """The id of a document in the feed: 20 hexadecimal digits (80 bits) of the SHA-256 of its URL's key.

    With 80 bits a billion documents collide with a probability of 4e-7 (birthday bound).
    """
    return hashlib.sha256(url_key(url).encode("utf-8", "surrogatepass")).hexdigest()[:20]


def is_page(url: str) -> bool:
    """False when the path ends like a file that is no page (an archive, an image, a PDF)."""
    return not _FILE.search(urlsplit(url).path)


def followable(url: str, sites: Iterable[str]) -> str | None:
    """The canonical form of `url` if it is a page of one of `sites` (as `site_of` names them), else None."""
    page = _page(url)
    return page[0] if page and page[1] in sites else None


@lru_cache(maxsize=8192)
def _page(url: str) -> tuple[str, str] | None:
    """The canonical form of `url` and its site, None for what is no page."""
    try:
        made = canonical(url)
    except BadUrl:
        return None
    return (made, site_of(made)) if is_page(made) else None
