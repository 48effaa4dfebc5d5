"""data/sites/*.toml → Site: what a person says of a site. Everything else the crawler finds out by itself."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from crawler.datafiles import data_file
from crawler.profile import Profile, ProfileError, from_dict
from crawler.urls import BadUrl, canonical, site_of


class SiteError(ValueError):
    """A site's name, address or file is wrong. The message is one line that names it and the cure."""


@dataclass(frozen=True, slots=True)
class Expect:
    """What a run must bring at least: `documents`, the share of them with a date (0 to 1), the newest's age in days; 0: anything."""

    documents: int = 0
    dated: float = 0.0
    newest_days: int = 0


@dataclass(frozen=True, slots=True)
class Site:
    """One site to crawl.

    `start_urls` are canonical; `skip` are regular expressions searched in an address, and what they
    match is not fetched; `served_by` is "demo" for the bundled library, which the program serves itself;
    `browser` has the pages read as a browser displays them;
    `profile` is what a person wrote of its pages; it wins over what a crawl learns; `expect` is what a run must bring.
    """

    name: str
    start_urls: tuple[str, ...]
    about: str = ""
    enabled: bool = True
    skip: tuple[str, ...] = ()
    served_by: str = ""
    browser: bool = False
    profile: Profile | None = None
    expect: Expect | None = None

    @property
    def hosts(self) -> frozenset[str]:
        """The sites (see `urls.site_of`) that its addresses may lie on."""
        return frozenset(site_of(url) for url in self.start_urls)


_TYPES = {"start_urls": list, "about": str, "enabled": bool, "skip": list, "served_by": str, "browser": bool, "profile": dict, "expect": dict}

_WORDS: dict[type, str] = {str: "a string", bool: "true or false", list: "a list of strings", dict: "a table"}


def _urls(values: Iterable[str], origin: str) -> tuple[str, ...]:
    made = []
    for value in values:
        try:
            made.append(canonical(value))
        except BadUrl as error:
            raise SiteError(f"{origin}: {error}; write it like http://www.example.com/") from None
    return tuple(dict.fromkeys(made))


def _expect(table: dict[str, Any], path: Path) -> Expect:
    known = {f.name: f.default for f in fields(Expect)}
    for key, value in table.items():
        if key not in known:
            raise SiteError(f"{path}: expect: unknown key {key!r}; known keys are {', '.join(known)}")
        whole = isinstance(known[key], int)
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float) or value < 0 or (not whole and value > 1):
            what = "a whole number of at least 0" if whole else "a share from 0 to 1"
            raise SiteError(f"{path}: expect: {key} must be {what}, not {value!r}")
    return Expect(**table)


def read_site(path: Path) -> Site:
    """The site that the file describes. Raises SiteError for a broken file, an unknown key, a wrong type or value."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SiteError(f"{path}: cannot be read: {error.strerror}") from None
    return parse_site(data, path)


def parse_site(data: bytes, path: Path) -> Site:
    """The site that a file `path` with these bytes describes. Raises SiteError as `read_site` does."""
    try:
        table = tomllib.loads(data.decode("utf-8-sig"))  # Notepad puts a mark before the text
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SiteError(f"{path}: not valid TOML: {error}; mend the file or remove it") from None
    known = [f.name for f in fields(Site) if f.name != "name"]
    for key, value in table.items():
        if key not in known:
            raise SiteError(f"{path}: unknown key {key!r}; known keys are {', '.join(known)}")
        strings = not isinstance(value, list) or all(isinstance(v, str) for v in value)
        if not isinstance(value, _TYPES[key]) or not strings:
            raise SiteError(f"{path}: {key} must be {_WORDS[_TYPES[key]]}")
    if not table.get("start_urls"):
        raise SiteError(f'{path}: start_urls is missing or empty; add start_urls = ["http://…/"]')
    for pattern in table.get("skip", ()):
        try:
            re.compile(pattern)
        except re.error as error:
            raise SiteError(f"{path}: skip: {pattern!r} is no regular expression: {error}") from None
    if table.get("served_by", "") not in ("", "demo"):
        raise SiteError(f'{path}: served_by must be "demo" or left out')
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in table.items()}
    if "profile" in table:
        try:
            values["profile"] = from_dict(table["profile"], f"{path}: profile")
        except ProfileError as error:
            raise SiteError(str(error)) from None
    if "expect" in table:
        values["expect"] = _expect(table["expect"], path)
    values["start_urls"] = _urls(table["start_urls"], f"{path}: start_urls")
    return Site(name=path.stem, **values)


def load_sites(folder: Path | None = None) -> dict[str, Site]:
    """Every site of `folder` (default: data/sites/), by name, in the order of the names. Raises SiteError."""
    folder = folder or data_file("sites")
    return {path.stem: read_site(path) for path in sorted(folder.glob("*.toml"))}


def readable_sites(told: Callable[[str], None], folder: Path | None = None) -> list[Site]:
    """The sites of `folder` (default: data/sites/) whose files can be read; `told` is called with a line about each other."""
    made = []
    for path in sorted((folder or data_file("sites")).glob("*.toml")):
        try:
            made.append(read_site(path))
        except SiteError as error:
            told(f"{error}; the file is left aside")
    return made


def sites_from_urls(urls: str) -> list[Site]:
    """One Site for each host of the comma-separated addresses, without any configuration. Raises SiteError."""
    given = [url.strip() for url in urls.split(",") if url.strip()]
    if not given:
        raise SiteError("start_urls is empty; write -a start_urls=http://www.example.com/")
    by_host: dict[str, list[str]] = {}
    for url in _urls(given, "start_urls"):
        by_host.setdefault(site_of(url), []).append(url)
    return [Site(name=host, start_urls=tuple(group)) for host, group in by_host.items()]


def choose(start_urls: str = "", sites: str = "", folder: Path | None = None) -> list[Site]:
    """The sites of one crawl, from the spider's arguments. Raises SiteError.

    `start_urls` wins and needs no configuration; `sites` picks configured ones by name (a disabled
    one too: it was asked for); neither means every enabled site of data/sites/.
    """
    if start_urls and sites:
        raise SiteError("give either start_urls or sites, not both")
    if start_urls:
        return sites_from_urls(start_urls)
    known = load_sites(folder)
    if not sites:
        chosen = [site for site in known.values() if site.enabled]
        if not chosen:
            raise SiteError("no enabled site in data/sites/; add one or write -a start_urls=http://…/")
        return chosen
    names = [name.strip() for name in sites.split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise SiteError(
                f"unknown site {name!r}; known sites are {', '.join(known) or '(none)'} (data/sites/*.toml)"
            )
    if not names:
        raise SiteError("sites is empty; write -a sites=demo")
    return [known[name] for name in dict.fromkeys(names)]
