"""Every setting of the crawler, with its default and its reason.

Scrapy's own settings keep their meaning. Any of them, and ours, can be given with `-s NAME=VALUE` or
as an environment variable `WENKU_NAME`; this is the only file that reads the environment.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

from scrapy.utils.conf import closest_scrapy_cfg

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

# The crawl's memory: SQLite under DATA_DIR/state/ unless an SQLAlchemy address is given.
LEDGER_URL = ""
# A part of the feed is published at so many rows (about 10 MB of documents), or when its oldest row is so old:
# a long crawl delivers while it runs. "gzip" or "zstd" compresses parts when they are published.
FEED_PART_ROWS = 1000
FEED_PART_SECONDS = 60.0
FEED_COMPRESSION = ""
# A published text hardly ever changes: it is looked at again after so many days.
ARTICLE_REVISIT_DAYS = 30.0
# A page that failed so often is left alone until `-a full=1`.
PAGE_ATTEMPTS = 5

# ---- politeness -------------------------------------------------------------------------------------

# One honest name. Add where a site's owner can reach you: USER_AGENT="wenku/0.1 (+https://example.org/crawler)".
USER_AGENT = "wenku/0.1"
ROBOTSTXT_OBEY = True
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

# ---- safety -----------------------------------------------------------------------------------------

DOWNLOAD_VERIFY_CERTIFICATES = True  # Scrapy's default is False
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False  # it runs code that others send
DOWNLOAD_MAXSIZE = 8 * 1024 * 1024  # after decompression too; the largest article page of 504 had 1.3 MB
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_HANDLERS = {"file": None, "ftp": None, "s3": None, "data": None}  # a link to file:///etc/hostname was read
COOKIES_ENABLED = False  # documents are public; a session only makes twins of addresses

# ---- speed (measured: DESIGN 6) -----------------------------------------------------------------------

CONCURRENT_ITEMS = 1  # 100 worker tasks for every response otherwise: half of Scrapy's own time
WARN_ON_GENERATOR_RETURN_VALUE = False  # parses the source of every callback
# Redirects need the middleware that writes this header; it tells each site where we have been.
REFERRER_POLICY = "no-referrer"

# ---- parts ------------------------------------------------------------------------------------------

# The proxy for the bundled library must be set before Scrapy's own (750) looks at it; robots.txt (100)
# is fetched through the same chain.
# DEPTH_LIMIT is kept by the scheduler, which knows how deep a page lies; this one would cut articles in the middle.
SPIDER_MIDDLEWARES = {"scrapy.spidermiddlewares.depth.DepthMiddleware": None}
DOWNLOADER_MIDDLEWARES = {"crawler.middlewares.DemoMiddleware": 740}
SCHEDULER = "crawler.scheduler.LedgerScheduler"
ITEM_PIPELINES = {
    "pipelines.clean.CleanPipeline": 100,
    "pipelines.normalize.NormalizePipeline": 200,
    "pipelines.validate.ValidatePipeline": 300,
    "pipelines.deduplicate.DeduplicatePipeline": 400,
    "pipelines.store.StorePipeline": 500,
}
EXTENSIONS = {"crawler.extensions.Run": 100}

# ---- what people see ----------------------------------------------------------------------------------

LOG_LEVEL = "INFO"
# Scrapy's start-up lines name every class and every setting that was given, passwords in addresses included. (A
# level on these loggers would be reset when logging is configured; a filter stays.)
for _logger in ("scrapy.crawler", "scrapy.middleware", "scrapy.addons", "scrapy.utils.log"):
    logging.getLogger(_logger).addFilter(lambda record: record.levelno >= logging.WARNING)


def _without_traceback(record: logging.LogRecord) -> bool:
    """A robots.txt that does not come is an event of the network, told in one line."""
    record.exc_info = record.exc_text = None
    return True


logging.getLogger("scrapy.downloadermiddlewares.robotstxt").addFilter(_without_traceback)
LOG_FORMATTER = "crawler.extensions.QuietFormatter"  # bodies do not belong in a log
LOG_FORMAT = "%(asctime)s %(levelname)s %(message)s"
LOG_DATEFORMAT = "%H:%M:%S"
LOG_VERSIONS: list[str] = []
STATS_DUMP = False  # the end line says it for people
LOGSTATS_INTERVAL = 30.0
FEED_EXPORT_ENCODING = "utf-8"  # -O out.jsonl is read by people

for _name, _value in os.environ.items():
    if _name.startswith("WENKU_") and _name[6:].isidentifier():
        globals()[_name[6:]] = _value
