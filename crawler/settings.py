"""Every setting of the crawler, with its default and its reason.

Scrapy's own settings keep their meaning. Any of them, and ours, can be given with `-s NAME=VALUE` or
as an environment variable `WENKU_NAME`; this is the only file that reads the environment.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

from scrapy.utils.conf import closest_scrapy_cfg

from crawler import log

# NumPy's BLAS starts a thread with its memory for each core, and nothing here is its work.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

BOT_NAME = "wenku"
SPIDER_MODULES = ["spiders"]
NEWSPIDER_MODULE = "spiders"
COMMANDS_MODULE = "crawler.commands"

# ---- ours -------------------------------------------------------------------------------------------

# Feed, duplicates, rejected pages and the crawl's memory lie below this folder. The default is `data` of
# the project, or of the current folder where there is no project; a relative value starts at the current folder.
_CONFIG = closest_scrapy_cfg()
DATA_DIR = str((Path(_CONFIG).parent if _CONFIG else Path.cwd()) / "data")
# Pages of one article that are joined at most: the longest met in the field has 43; a chain that
# goes on beyond this is a trap.
ARTICLE_MAX_PAGES = 100

# So many pages of one shape of addresses (/tag/*, /list?sort) may come without an article that no list has shown
# before; a shape that brought documents may cost more. In two saved libraries never more than 4 lists of one shape
# in a row showed nothing new. 0 for no limit. See crawler/traps.
TRAP_PAGES = 8
# Pages of one host that one run asks for at most: with the delay below a day's work. The next run goes on.
SITE_MAX_PAGES = 1_000_000
# Links from a start address, the further pages of a list not counted. Articles that only their neighbours lead to
# lie as deep as there are articles; this only ends what has fooled everything else.
DEPTH_LIMIT = 10_000

# The browser for sites with `browser = true`; the first Chromium on the PATH by default.
BROWSER_PATH = ""

# The crawl's memory: SQLite under DATA_DIR/state/ unless an SQLAlchemy address is given.
LEDGER_URL = ""
# With a Redis too (redis://:PASSWORD@HOST:PORT/0) and LEDGER_URL=postgresql+psycopg://USER:PASSWORD@HOST/NAME this crawl is
# a worker of a fleet: one queue and one delay per host for all who give the same addresses. One Redis database a fleet.
REDIS_URL = ""
# A page whose worker says nothing for so long is crawled by another one; a worker says so three times in that time.
FLEET_LEASE_SECONDS = 60.0
# So long a worker waits for a PostgreSQL that is away before it gives up (exit status 74).
FLEET_PATIENCE_SECONDS = 600.0
# A part of the feed is published at so many rows (about 10 MB of documents), or when its oldest row is so old:
# a long crawl delivers while it runs. "gzip" or "zstd" compresses parts when they are published.
FEED_PART_ROWS = 1000
FEED_PART_SECONDS = 60.0
FEED_COMPRESSION = ""
# Where new parts are brought as well, as fsspec names it: s3://bucket/wenku, gs://…, sftp://…, file:///…. Parts first,
# then the manifest, so that a reader there trusts it as one here does. It needs pip install '.[store]'.
FEED_URL = ""
# 1 keeps every page as it came, in DATA_DIR/archive/: about 20 KB a page. `scrapy clean` applies better rules to it
# without fetching anything. It needs the package warcio: pip install '.[warc]'.
ARCHIVE = False
# A published text hardly ever changes: it is looked at again after so many days.
ARTICLE_REVISIT_DAYS = 30.0
# A page that failed so often is left alone until `-a full=1`.
PAGE_ATTEMPTS = 5

# An unknown site's first articles wait until so many show what comes again on its pages (what stands on
# 30 % of them shows six times); 0: no site is learned, general rules for all.
PROFILE_PAGES = 20
# They wait in Scrapy's hands: its own 5 MB would be twenty of them at a time. When it is full they wait no longer.
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 32 * 1024 * 1024

# ---- politeness -------------------------------------------------------------------------------------

# One honest name, to which the address is added at which a site's owner can reach you: a page about your crawl, or
# a mail address. The name's first word is the one that robots.txt knows us by.
USER_AGENT = "wenku/0.1"
CONTACT = ""
ROBOTSTXT_OBEY = True
# A robots.txt that does not come (5xx, 429, no connection) forbids everything for now. It is asked for again after so
# long, while other hosts keep the crawl busy; most restarts of a small server take less.
ROBOTS_RETRY_SECONDS = 300.0
# Crawl-delay is obeyed up to so many seconds: with more, a library of 5,000 pages takes longer than two days, and most
# such values were meant for the search engines of 2005.
CRAWL_DELAY_MAX = 30.0
# Retry-After is waited for up to so many seconds; who asks for more is left alone for that time, his pages stay queued.
RETRY_AFTER_MAX = 120.0
RETRY_AFTER_DEFAULT = 10.0  # for an answer 429 that does not say how long; after three such rests the host is put off
# The sitemaps that robots.txt names are read, so many files of a site in a run: 100 files name up to 5,000,000 pages.
SITEMAPS = True
SITEMAP_MAX_FILES = 100
SITEMAP_MAX_ENTRIES = 50_000  # of one file, as the protocol has it
# AutoThrottle follows the server's own pace: on a site that answers in 400 ms a request every 200 ms. The delay is
# what it never goes under, however fast the answers come; half of it is jitter (Scrapy's DOWNLOAD_DELAY_JITTER).
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 0.5
AUTOTHROTTLE_TARGET_CONCURRENCY = 2.0
DOWNLOAD_DELAY = 0.1
CONCURRENT_REQUESTS = 32  # eight hosts at a time; a place that waits costs nothing
CONCURRENT_REQUESTS_PER_DOMAIN = 4
# The bundled library is on this machine: no delay towards oneself.
DOWNLOAD_SLOTS = {"demo": {"concurrency": 16, "delay": 0, "jitter": 0}}
DOWNLOAD_TIMEOUT = 30.0  # a library page of 100 KB that takes longer is not coming; retried twice
RETRY_TIMES = 2
RETRY_GIVE_UP_LOG_LEVEL = "INFO"  # each is counted and shown at the end
REDIRECT_MAX_TIMES = 10  # browsers stop at 20; real chains have two or three links, and a loop costs all of them

# ---- safety -----------------------------------------------------------------------------------------

DOWNLOAD_VERIFY_CERTIFICATES = True  # Scrapy's default is False
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False  # it runs code that others send
DOWNLOAD_MAXSIZE = 8 * 1024 * 1024  # after decompression too; the largest article page of 504 had 1.3 MB
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_HANDLERS = {
    "http": "crawler.net.fetch.FetchHandler", "https": "crawler.net.fetch.FetchHandler",
    "file": None, "ftp": None, "s3": None, "data": None,  # a link to file:///etc/hostname was read
}  # fmt: skip
COOKIES_ENABLED = False  # documents are public; a session only makes twins of addresses

# ---- speed (measured: DESIGN 6) -----------------------------------------------------------------------

CONCURRENT_ITEMS = 1  # 100 worker tasks for every response otherwise: half of Scrapy's own time
WARN_ON_GENERATOR_RETURN_VALUE = False  # parses the source of every callback
# Redirects need the middleware that writes this header; it tells each site where we have been.
REFERRER_POLICY = "no-referrer"

# ---- parts ------------------------------------------------------------------------------------------

# The proxy for the bundled library must be set before Scrapy's own (750) looks at it, and whether there is one must be
# known before addresses are judged (760). robots.txt (100) is fetched through the same chain. A host's wish to be left
# alone (560) is heard before Scrapy tries again (550); bodies are unpacked and judged (590) before redirects in pages
# (580) are looked for.
# DEPTH_LIMIT is kept by the scheduler, which knows how deep a page lies; Scrapy's own would cut articles in the middle.
# What nobody looks at is left out, it costs a twentieth of a page: the length of addresses (canonical has a limit), sizes of
# headers for figures that nothing shows, passwords of spiders, domains of spiders (the guard knows the sites).
SPIDER_MIDDLEWARES = {
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
}
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.stats.DownloaderStats": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "crawler.net.guard.AddressMiddleware": 90,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawler.net.robots.RobotsMiddleware": 100,
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": None,
    "crawler.net.identity.IdentityMiddleware": 500,
    "crawler.net.patience.PatienceMiddleware": 560,
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
    "crawler.net.refresh.RefreshMiddleware": 580,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "crawler.net.truth.TruthMiddleware": 590,
    "crawler.middlewares.DemoMiddleware": 740,
    "crawler.net.guard.GuardMiddleware": 760,
    "crawler.rendering.BrowserMiddleware": 770,  # switched on by the crawl command, for sites that need a browser
    "crawler.fleet.turns.TurnsMiddleware": 790,  # last: whatever is sent takes its turn
}
SCHEDULER = "crawler.scheduler.LedgerScheduler"
ITEM_PIPELINES = {
    "pipelines.profile.ProfilePipeline": 50,
    "pipelines.clean.CleanPipeline": 100,
    "pipelines.normalize.NormalizePipeline": 200,
    "pipelines.validate.ValidatePipeline": 300,
    "pipelines.deduplicate.DeduplicatePipeline": 400,
    "pipelines.store.StorePipeline": 500,
}
# They are closed in this order too: the archive before the run says what came of it, delivery when all is published.
EXTENSIONS = {
    "crawler.progress.Progress": 80,
    "crawler.archive.Keep": 90,
    "crawler.extensions.Run": 100,
    "crawler.delivery.Delivery": 110,
    "scrapy.extensions.logstats.LogStats": None,  # our own line says more
}

# ---- what people see ----------------------------------------------------------------------------------

# A panel is drawn while crawling when standard error is a terminal. Plain lines instead: here with 0, by giving
# LOG_LEVEL or LOG_FILE, or when the output goes into a pipe.
PROGRESS = True
LOG_LEVEL = "INFO"
# Scrapy's start-up lines name every class and every setting that was given, passwords in addresses included. (A
# level on these loggers would be reset when logging is configured; a filter stays.)
for _logger in ("scrapy.crawler", "scrapy.middleware", "scrapy.addons", "scrapy.utils.log"):
    logging.getLogger(_logger).addFilter(lambda record: record.levelno >= logging.WARNING)
log.install()  # no secrets and no control characters in any line, whoever writes it
LOG_FORMATTER = "crawler.extensions.QuietFormatter"  # bodies do not belong in a log
LOG_FORMAT = "%(asctime)s %(levelname)s %(message)s"
LOG_DATEFORMAT = "%H:%M:%S"
LOG_VERSIONS: list[str] = []
STATS_DUMP = False  # the end line says it for people
LOGSTATS_INTERVAL = 30.0  # seconds between the lines that say how far the run is
FEED_EXPORT_ENCODING = "utf-8"  # -O out.jsonl is read by people

for _name, _value in os.environ.items():
    if _name.startswith("WENKU_") and _name[6:].isidentifier():
        globals()[_name[6:]] = _value
if "WENKU_LOG_LEVEL" in os.environ:
    PROGRESS = False  # who asks for log lines gets them
