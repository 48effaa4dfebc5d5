"""How a host wants to be treated at the moment: it rests for a while, or it is put off to a later run.

Pure: the clock is given. A host here is a site as `urls.site_of` names it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def retry_after(value: str, now: datetime) -> float | None:
    """The seconds that a Retry-After header asks for (RFC 9110, 10.2.3: seconds or a date); None when it cannot be read."""
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(float(text), 1e9)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


@dataclass(slots=True)
class _Host:
    refusals: int = 0  # rests since it last answered
    until: float = 0.0  # it rests until then
    off: float = 0.0  # it is put off until then
    why: str = ""
    pages: set[str] = field(default_factory=set)  # that were refused since it last answered


class Hosts:
    """Rests and postponements of hosts. `clock` gives seconds; `longest` is the rest that is waited for at most.

    A rest ends by itself and is waited for. A host that asks for more than `longest`, or refuses `patience` times in
    a row, is put off: its pages stay queued, and the run does not wait for it (but goes on with it when the time is
    over while other hosts still keep it busy); `told` hears of it with the reason.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        longest: float,
        patience: int = 3,
        told: Callable[[str, str], None] = lambda host, why: None,
    ):
        self._clock, self.longest, self._patience, self._told = clock, longest, patience, told
        self._hosts: dict[str, _Host] = {}
        self._found: dict[str, list[str]] = {}

    def refused(self, host: str, seconds: float, why: str, page: str = "") -> None:
        """The host asks to be left alone for so many seconds. Answers to requests that were under way count once.

        `page` is what was asked for: one page that is always refused fails by itself, it is not the host's word.
        """
        state, now = self._hosts.setdefault(host, _Host()), self._clock()
        if state.until <= now:
            state.refusals += 1
        state.until = max(state.until, now + min(seconds, self.longest))
        state.pages.add(page)
        if seconds > self.longest or (state.refusals > self._patience and (len(state.pages) > 1 or not page)):
            self.put_off(host, max(seconds, self.longest), why)

    def put_off(self, host: str, seconds: float, why: str) -> None:
        """Nothing more is asked of the host for so many seconds, and nobody waits for it."""
        state, now = self._hosts.setdefault(host, _Host()), self._clock()
        if state.off <= now:
            self._told(host, why)
        state.off, state.why = max(state.off, now + seconds), why

    def answered(self, host: str) -> None:
        """The host has answered: its refusals so far are forgotten."""
        if host in self._hosts:
            self._hosts[host].refusals = 0
            self._hosts[host].pages.clear()

    def rest(self, host: str) -> float:
        """The seconds that the host still rests, 0 when it does not."""
        state = self._hosts.get(host)
        return max(0.0, state.until - self._clock()) if state else 0.0

    def why_off(self, host: str) -> str:
        """Why the host is put off, "" when it is not."""
        state = self._hosts.get(host)
        return state.why if state and state.off > self._clock() else ""

    def is_off(self, host: str) -> bool:
        """Whether the host is put off at the moment."""
        return bool(self._hosts) and bool(self.why_off(host))

    def is_resting(self, host: str) -> bool:
        """Whether the host is put off or rests at the moment."""
        return bool(self._hosts) and (self.rest(host) > 0 or bool(self.why_off(host)))

    def ever_off(self) -> dict[str, str]:
        """Every host that was put off at any time, with the last reason."""
        return {host: state.why for host, state in self._hosts.items() if state.off}

    def found_sitemaps(self, host: str, urls: list[str]) -> None:
        """Notes addresses of sitemaps until somebody takes them."""
        self._found.setdefault(host, []).extend(urls)

    def take_sitemaps(self, host: str) -> list[str]:
        """The sitemaps that were noted for the host, once."""
        return self._found.pop(host, [])
