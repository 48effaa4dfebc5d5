"""The crawl's memory: every URL once, every document once, whatever is killed and whenever.

One object, `Ledger`, for the edge. The order of calls in a run, all from one thread::

    ledger = Ledger.open("data")                  # Held: exit 75. LedgerError, FeedError: say it and stop. DiskError: exit 74
    run = ledger.begin_run([Link("http://a.example/", "list", 30)], full=False)
    while visits := ledger.take(16):              # pages to fetch; in flight until their unit is committed
        for visit in visits:                      # … fetch visit.url, with visit.etag and visit.last_modified …
            ledger.add(Unit(visit.url, kind="article", links=[…], document=…))
        ledger.tick()                             # commits and publishes when it is time
    status = ledger.end_run(Ended.COMPLETE)       # commits, publishes the rest, closes the books
    ledger.close()

What a unit is: one page that was dealt with, in the words of `Unit` (crawler/ledger/units.py). A page that is
fetched and of which no unit was committed is fetched again by the next run; that is the whole price of a kill.
Pages 2 and following of an article are fetched by whoever reads the article and named in `Unit.covers`.

What is visited (policy and reasons: `Policy`): a *round* is one walk over a site. `begin_run` begins one for each
site of the run whose last round is over (nothing left in its queue): its lists and sitemaps are queued again (with
validators), articles whose revisit date has come, failures whose gap is over. A round that was cut off is gone
on with. Further pages of a list (kind `paging`) are visited when the list's walk goes on: while its pages show
articles that are new in this round, and to the end when the last walk was cut off. Put the next page first among the
paging links of a unit: a short walk takes one at a time. `full=True` visits everything.

States: `counts()` gives the number of URLs in each of queued, done, failed, gone; their sum is the number of URLs
known. A failure is tried again in later rounds with growing gaps and quarantined after five (`quarantined()`).

Exit status from `end_run`: it returns COMPLETE or INCOMPLETE (exit 3) by what is in the books.
"""

from crawler.ledger.documents import Known, Status
from crawler.ledger.errors import DiskError, Held, LedgerError, WrongAddress
from crawler.ledger.ledger import Ledger
from crawler.ledger.runs import Ended, Run
from crawler.ledger.signatures import Signatures
from crawler.ledger.units import SITEMAP, Counts, Link, Policy, State, Unit, Visit, url_id

__all__ = [
    "SITEMAP",
    "Counts",
    "DiskError",
    "Ended",
    "Held",
    "Known",
    "Ledger",
    "LedgerError",
    "Link",
    "Policy",
    "Run",
    "Signatures",
    "State",
    "Status",
    "Unit",
    "Visit",
    "WrongAddress",
    "url_id",
]
