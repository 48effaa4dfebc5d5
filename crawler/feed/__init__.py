"""The feed: immutable parts, a manifest that names them, and the check of both. The contract is data/README.md.

    feed = Feed("data", compression="")               # makes the folders; FeedError when it cannot
    feed.publish("documents", [encode(document)], run=1)
    for problem in verify("data"):
        print(problem)

Kinds of rows are `documents` (in `feed/`), `duplicates` and `rejected` (in folders of their own), each folder
with its own `manifest.json`. Everything raises FeedError, and DiskError (a FeedError) when the disk is full or
refuses: exit status 74.
"""

from crawler.feed.card import CARD, write_card
from crawler.feed.encode import KEYS, encode, record
from crawler.feed.errors import DiskError, FeedError, disk_errors
from crawler.feed.export import export_parquet
from crawler.feed.facts import KEPT, Facts, facts
from crawler.feed.folders import FOLDERS, SCHEMA_VERSION, check_compression, prepare_folder
from crawler.feed.manifest import Manifest, Part, read_manifest
from crawler.feed.publish import Feed
from crawler.feed.read import rows
from crawler.feed.schema import row_schemas, schema, violations
from crawler.feed.since import newer, published
from crawler.feed.store import Store, deliver
from crawler.feed.verify import Problem, verify

__all__ = [
    "CARD",
    "FOLDERS",
    "KEPT",
    "KEYS",
    "SCHEMA_VERSION",
    "DiskError",
    "Facts",
    "Feed",
    "FeedError",
    "Manifest",
    "Part",
    "Problem",
    "Store",
    "check_compression",
    "deliver",
    "disk_errors",
    "encode",
    "export_parquet",
    "facts",
    "newer",
    "prepare_folder",
    "published",
    "read_manifest",
    "record",
    "row_schemas",
    "rows",
    "schema",
    "verify",
    "violations",
    "write_card",
]
