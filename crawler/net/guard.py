"""Where a page may send us: to the open web, over http and https, and with nothing in our hands that is another's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError
from twisted.internet.interfaces import IHostnameResolver, IResolutionReceiver
from zope.interface import implementer

from crawler.addresses import Named, is_inner, is_literal
from crawler.net.verdicts import BadAddress, InnerAddress, note
from crawler.urls import BadUrl, canonical, site_of

# What may go along when a redirect leads to another host: nothing that says who we are to the first one. The proxy's
# password goes to the proxy alone (Scrapy takes it off before the target sees it).
HARMLESS = frozenset((b"Accept", b"Accept-Encoding", b"Accept-Language", b"Proxy-Authorization", b"User-Agent"))
VALIDATORS = frozenset((b"If-None-Match", b"If-Modified-Since"))  # a twin (www.) of the same site may have them
PORTS = {"http": 80, "https": 443}
Place = tuple[str, int]


class AddressMiddleware:
    """Refuses redirects to what no link would be followed to either. It stands before robots.txt is asked for."""

    def __init__(self, crawler: Crawler):
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> AddressMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        if not request.meta.get("redirect_urls"):
            return
        try:
            canonical(request.url)
        except BadUrl as error:
            why = str(error)
        else:
            if "@" not in urlsplit(request.url).netloc:
                return
            why = "user information in an address"
        note(self._crawler, "redirects to bad addresses refused")
        raise BadAddress(f"leads to a bad address: {why}")


class GuardMiddleware:
    """Refuses inner addresses unless the operator named the host. Behind a proxy the proxy decides.

    A name is looked up once, by the resolver below, and the connection goes to what passed it: a name that resolves
    to something else the next moment (DNS rebinding) gains nothing.
    """

    def __init__(self, crawler: Crawler):
        self._crawler = crawler
        self.named = Named()
        self._proxies: set[Place] = set()
        self._refused: dict[Place, str] = {}
        self._typed = False  # no crawl of sites: what is asked for was typed by a person (scrapy fetch, explain, shell)
        self._resolver: Any = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> GuardMiddleware:
        made = cls(crawler)
        crawler.signals.connect(made.spider_opened, signals.spider_opened)
        crawler.signals.connect(made.spider_closed, signals.spider_closed)
        return made

    def spider_opened(self, spider: Spider) -> None:
        from twisted.internet import reactor

        self._typed = not getattr(spider, "crawls_sites", False)
        self.named = Named(url for site in getattr(spider, "sites", ()) for url in site.start_urls)
        self._resolver = _Resolver(reactor.nameResolver, self)
        reactor.installNameResolver(self._resolver)

    def spider_closed(self) -> None:
        from twisted.internet import reactor

        if self._resolver is None:
            return  # stopped before anything began
        if reactor.nameResolver is self._resolver:
            reactor.installNameResolver(self._resolver.inner)
        self._resolver.guard = None  # another crawl of this process may have put its own around it

    def process_request(self, request: Request) -> None:
        _travel_light(request)
        if request.meta.get("proxy"):
            self._proxies.add(_place(request.meta["proxy"]))
            return
        if self._typed and not request.meta.get("redirect_urls"):
            self.named.add(request.url)
        host, port = _place(request.url)
        if self.named.holds(host, port):
            return
        if (is_literal(host) and is_inner(host)) or (host, port) in self._proxies:
            raise self._refusal(host, host)

    def process_exception(self, request: Request, exception: Exception) -> None:
        address = self._refused.get(_place(request.url))
        if address and isinstance(exception, CannotResolveHostError) and not request.meta.get("proxy"):
            raise self._refusal(_place(request.url)[0], f"{_place(request.url)[0]} ({address})")

    def _refusal(self, host: str, where: str) -> InnerAddress:
        note(self._crawler, "ways to inner addresses refused")
        return InnerAddress(host, where)

    def passes(self, host: str, port: int, address: str) -> bool:
        """Whether a connection to `host` may go to `address`, which it resolves to."""
        if not is_inner(address) or (host, port) in self._proxies or self.named.holds(host, port):
            return True
        if len(self._refused) < 10_000:  # hostile pages can make up names without end
            self._refused[host, port] = address
        return False


def _place(url: str) -> Place:
    parts = urlsplit(url if "://" in url else f"http://{url}")
    return (parts.hostname or "").lower(), parts.port or PORTS.get(parts.scheme, 0)


def _travel_light(request: Request) -> None:
    """Takes off what belongs to the host that was asked first."""
    before = request.meta.get("redirect_urls")
    if not before or _place(before[0])[0] == _place(request.url)[0]:
        return
    kept = HARMLESS | VALIDATORS if site_of(before[0]) == site_of(request.url) else HARMLESS
    for name in set(request.headers) - kept:
        del request.headers[name]


@implementer(IResolutionReceiver)
class _Sieve:
    """Hands on the addresses of a host that may be connected to."""

    def __init__(self, receiver: Any, guard: GuardMiddleware, host: str, port: int):
        self._receiver, self._guard, self._host, self._port = receiver, guard, host.lower(), port

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        if self._guard.passes(self._host, self._port, getattr(address, "host", "")):
            self._receiver.addressResolved(address)

    def resolutionComplete(self) -> None:  # noqa: N802
        self._receiver.resolutionComplete()


@implementer(IHostnameResolver)
class _Resolver:
    """The reactor's resolver behind a sieve. Every direct connection asks it, also for hosts that are addresses."""

    def __init__(self, resolver: Any, guard: GuardMiddleware | None):
        self.inner, self.guard = resolver, guard

    def resolveHostName(  # noqa: N802
        self,
        resolutionReceiver: Any,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[Any]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> Any:
        sieve = _Sieve(resolutionReceiver, self.guard, hostName, portNumber) if self.guard else resolutionReceiver
        return self.inner.resolveHostName(sieve, hostName, portNumber, addressTypes, transportSemantics)
