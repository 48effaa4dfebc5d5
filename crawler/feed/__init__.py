"""The feed: immutable parts, a manifest that names them, and the check of both. The contract is data/README.md.

    feed = Feed("data", compression="")               # makes the folders; FeedError when it cannot
    feed.publish("documents", [encode(document)], run=1)
    for problem in verify("data"):
        print(problem)

Kinds of rows are `documents` (in `feed/`), `duplicates` and `rejected` (in folders of their own), each folder
with its own `manifest.json`. Everything raises FeedError, and DiskError (a FeedError) when the disk is full or
refuses: exit status 74.
"""

from crawler.feed.encode import KEYS, encode, record
from crawler.feed.errors import DiskError, FeedError, disk_errors
from crawler.feed.folders import FOLDERS, SCHEMA_VERSION, check_compression, prepare_folder
from crawler.feed.manifest import Manifest, Part, read_manifest
from crawler.feed.publish import Feed
from crawler.feed.schema import row_schemas, schema, violations
from crawler.feed.verify import Problem, verify

__all__ = [
    "FOLDERS",
    "KEYS",
    "SCHEMA_VERSION",
    "DiskError",
    "Feed",
    "FeedError",
    "Manifest",
    "Part",
    "Problem",
    "check_compression",
    "disk_errors",
    "encode",
    "prepare_folder",
    "read_manifest",
    "record",
    "row_schemas",
    "schema",
    "verify",
    "violations",
]
