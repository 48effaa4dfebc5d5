"""Which network addresses belong to the open web, and which to somebody's inside."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from crawler.urls import site_of

_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last four bytes are an IPv4 address
_NAT64_LOCAL = IPv6Network("64:ff9b:1::/48")  # RFC 8215: a translator of one's own network
_OLD_SITE_LOCAL = IPv6Network("fec0::/10")  # RFC 3879: deprecated, never routed
_COMPATIBLE = IPv6Network("::/96")  # RFC 4291: an IPv4 address in old clothes, `::` and `::1` among them


def is_inner(address: str) -> bool:
    """True unless `address` (an IPv4 or IPv6 literal) is one of the open web.

    Loopback, private, link-local, multicast, unspecified, shared (CGNAT, RFC 6598), reserved and documentation
    addresses are inner ones (the registries of IANA, as `ipaddress` knows them), and so are the IPv6 forms that hide
    an IPv4 address of that kind: mapped, NAT64, 6to4 and Teredo. What is no address at all counts as inner.
    """
    try:
        number = ip_address(address.strip("[]").partition("%")[0])
    except ValueError:
        return True
    if isinstance(number, IPv6Address):
        hidden = number.ipv4_mapped or number.sixtofour
        if number.teredo:
            hidden = number.teredo[1]
        if number in _NAT64:
            return is_inner(".".join(str(byte) for byte in number.packed[-4:]))
        if hidden is not None:
            return is_inner(str(hidden))
        if any(number in net for net in (_OLD_SITE_LOCAL, _COMPATIBLE, _NAT64_LOCAL)):
            return True
    return not number.is_global or number.is_multicast


def is_literal(host: str) -> bool:
    """True when `host` is an address rather than a name."""
    try:
        ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return False
    return True


class Named:
    """The hosts that the operator named as start addresses: these may lie anywhere, their twins (www., m.) included.

    The port belongs to it: whoever names `http://127.0.0.1:8000/` has not named what else listens there. The two
    default ports are one, since sites move from http to https.
    """

    def __init__(self, start_urls: Iterable[str] = ()):
        self._sites: set[str] = set()
        for url in start_urls:
            self.add(url)

    def add(self, url: str) -> None:
        """Notes the host and port of `url` as named."""
        parts = urlsplit(url)
        self._sites.add(self._key(parts.hostname or "", parts.port))

    @staticmethod
    def _key(host: str, port: int | None) -> str:
        name = f"[{host}]" if ":" in host else host
        return site_of(f"http://{name.lower()}" + (f":{port}" if port not in (None, 80, 443) else ""))

    def holds(self, host: str, port: int | None) -> bool:
        """Whether the operator named this host and port."""
        return self._key(host.strip("[]"), port) in self._sites
