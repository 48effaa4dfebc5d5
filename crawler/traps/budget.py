"""How many pages without anything new a shape of addresses, and a site, may cost."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.traps.shapes import shapes

MOST = 4_000  # accounts of one site; the oldest half is forgotten
WIDER, WIDEST, WHOLE = 2, 3, 6  # the wider shapes may cost so many times the limit, a whole site so many
# Of the addresses that are refused because their shape is spent, the first is asked for all the same, then the third,
# the ninth and so on: behind a stretch of removed articles there may be a hundred good ones, and one earns all back.
PROBE = 3
PROVEN = 25  # a shape that brought so much stands on its own: what its neighbours cost does not count against it
GENEROUS = 10  # a shape that has brought much may cost so many times the limit on top


@dataclass(slots=True)
class _Account:
    cost: float = 0.0  # since something new came
    earned: int = 0
    refused: int = 0  # addresses, since something new came
    probe: int = 1  # the refused one that is asked for


class Budget:
    """One site's accounts. A page that brings something new sets the cost of its shape, and of the wider ones, to nothing.

    A shape may cost `pages`, and half a page more for everything new it has ever brought: a stretch of removed or
    copied articles does not end a good column. The accounts of the wider shapes and of the site bind only shapes
    that brought little: they end mazes in which each address has a shape of its own.
    """

    def __init__(self, pages: int):
        self.pages = pages
        self._accounts: dict[str, _Account] = {}
        self._all = _Account()

    def __len__(self) -> int:
        return len(self._accounts)

    def _of(self, shape: str) -> _Account:
        account = self._accounts.get(shape)
        if account is None:
            if len(self._accounts) >= MOST:
                for old in list(self._accounts)[: MOST // 2]:
                    del self._accounts[old]
            account = self._accounts[shape] = _Account()
        return account

    def pay(self, url: str, cost: float, alone: bool = False) -> None:
        """A page without anything new. `alone` leaves the wider accounts as they are: a page that is gone leads nowhere."""
        fine, *above = shapes(url)
        self._of(fine).cost += cost
        if not alone:
            for shape in {*above} - {fine}:
                self._of(shape).cost += cost
            self._all.cost += cost

    def earn(self, url: str, proven: bool = True, again: bool = False) -> None:
        """Something new came from `url`; `proven` when it was a document, not the promise of one.

        `again`: what was promised has come true; what other pages cost meanwhile stands.
        """
        for account in (*map(self._of, {*shapes(url)}), self._all):
            account.earned += proven
            if not again:
                account.cost = 0.0
                account.refused, account.probe = 0, 1

    def spent(self, url: str) -> bool:
        """Whether addresses like `url` have cost enough."""
        return self._spent(url) is not None

    def allows(self, url: str) -> bool:
        """Whether to ask for `url`: its like is not spent, or it is one of the few that are asked for in spite of it."""
        account = self._spent(url)
        if account is None:
            return True
        account.refused += 1
        if account.refused < account.probe:
            return False
        account.probe *= PROBE
        return True

    def _spent(self, url: str) -> _Account | None:
        """The account that forbids `url`."""
        if not self.pages:
            return None
        fine, wider, widest = shapes(url)
        own = self._accounts.get(fine)
        if own is not None:
            if own.cost >= self.pages + min(own.earned / 2, GENEROUS * self.pages):
                return own
            if own.earned >= PROVEN:
                return None
        for account, times in (
            (self._accounts.get(wider), WIDER),
            (self._accounts.get(widest), WIDEST),
            (self._all, WHOLE),
        ):
            if account is not None and account.cost >= times * self.pages:
                return account
        return None
