"""Where a site would hold a crawler for ever, told by what its pages bring rather than by names.

    traps = Traps()
    links = traps.read(url, page, links)      # of a page that came: the links worth following
    traps.landed(url, "document")             # what became of it in the end
    verdict = traps.look(url)                 # before a page is fetched

Calendars, facets, tag clouds, searches and mazes have one thing in common: many addresses of one shape, and none
of them shows an article that was not shown before. Repeating paging, catch-all answers and session ids have
another: a page that was seen already comes back under a new address. Everything here errs on the side of
fetching: what is known of a site is bounded and forgotten, oldest first, and then a page counts as new.
"""

from crawler.traps.sight import fingerprint
from crawler.traps.site import BARREN, GO, Verdict
from crawler.traps.traps import Traps

__all__ = ["BARREN", "GO", "Traps", "Verdict", "fingerprint"]
