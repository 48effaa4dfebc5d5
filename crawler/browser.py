"""Sites that are nothing without JavaScript: their pages are read as a browser displays them (extra `browser`).

The browser is the system's Chromium, driven by scrapy-playwright; it is started for crawls of sites with
`browser = true` alone. What a page loads beside its documents and data (pictures, films, fonts) is not fetched.
"""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
UNREAD = frozenset(("image", "media", "font", "websocket", "eventsource"))
SETTLED_MS = 5_000  # so long may a page go on loading data after its scripts have run; then it is read as it stands
HANDLER = "scrapy_playwright.handler.ScrapyPlaywrightDownloadHandler"


class BrowserError(ValueError):
    """There is no browser to read a site with. The message is one line that names the cure."""


def browser_settings(path: str, timeout: float) -> dict[str, Any]:
    """Scrapy's settings for a crawl with a browser: at `path`, or the system's when it is "". Raises BrowserError.

    `timeout` in seconds is what a page may take.
    """
    if find_spec("scrapy_playwright") is None:
        raise BrowserError("a site with browser = true needs the extra: pip install 'wenku[browser]'")
    found = next((place for name in ([path] if path else NAMES) if (place := shutil.which(name))), None)
    if found is None:
        named = f"no program at BROWSER_PATH={path}" if path else "no Chromium on this machine"
        raise BrowserError(f"{named}: install one (apt install chromium) or give its place with -s BROWSER_PATH=…")
    # As root Chromium refuses its sandbox; everybody else gets it. Ctrl-C is Scrapy's: the pages under way may end.
    options = {"executable_path": found, "chromium_sandbox": os.geteuid() != 0}
    options |= dict.fromkeys(("handle_sigint", "handle_sigterm", "handle_sighup"), False)
    return {
        "DOWNLOAD_HANDLERS": {"http": HANDLER, "https": HANDLER},
        "PLAYWRIGHT_LAUNCH_OPTIONS": options,
        "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": timeout * 1000,
        "PLAYWRIGHT_ABORT_REQUEST": "crawler.browser.unwanted",
        "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": 4,  # a page takes about 100 MB while it is open
    }


def context(proxy: str) -> dict[str, Any]:
    """The request meta of a page for the browser; `proxy` is the address of one, or ""."""
    given = {"service_workers": "block", "accept_downloads": False}
    if proxy:
        given["proxy"] = {"server": proxy}
    return {"playwright": True, "playwright_context": f"wenku {proxy}", "playwright_context_kwargs": given}


async def settle(page: Any) -> None:
    """Waits until a page loads nothing more, or SETTLED_MS: pages that ask again and again are read as they stand."""
    from playwright.async_api import TimeoutError as PlaywrightTimeout

    try:
        await page.wait_for_load_state("networkidle", timeout=SETTLED_MS)
    except PlaywrightTimeout:
        return


def unwanted(request: Any) -> bool:
    """Whether a request of the browser is not let through: what nobody reads, and what a page has no business with.

    A page may not use the browser to reach this machine or the network around it, unless the site itself lies there.
    A name that resolves to such an address is not seen here: where that matters, give the crawl a proxy that refuses.
    """
    if request.resource_type in UNREAD:
        return True
    parts = urlsplit(request.url)
    if parts.scheme not in ("http", "https", "data", "blob"):
        return True
    first = request
    while first.redirected_from is not None:
        first = first.redirected_from
    own = first.url if request.is_navigation_request() else request.frame.url
    return is_inside(parts.hostname or "") and parts.hostname != urlsplit(own).hostname


def is_inside(host: str) -> bool:
    """True for an address, as written, of this machine or of a private network."""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local", ".internal"))
