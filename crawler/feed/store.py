"""Folders elsewhere (s3://, gs://, az://, sftp://…) through fsspec: a feed is delivered there part by part.

    delivered = deliver("data", Store("s3://bucket/wenku"))      # the names of what was brought
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from crawler.feed.errors import DiskError, FeedError
from crawler.feed.folders import FOLDERS, MANIFEST
from crawler.feed.manifest import Part, read_manifest

PAPERS = ("CARD.md",)  # files of the data folder itself that go along

_HALF = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:(?!//)")  # s3:/bucket; C:\\ has one letter


def is_address(name: str) -> bool:
    """Whether `name` is meant for fsspec and not for the file system."""
    return "://" in name


class Store:
    """A folder at an fsspec address. Raises FeedError for an address that cannot be used, DiskError when a transfer fails.

    Who we are is told where each service's own tools look for it (for S3: AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL, ~/.aws).
    """

    def __init__(self, url: str):
        if _HALF.match(url):
            raise FeedError(f"{url} is no address: write SERVICE://BUCKET/FOLDER")
        try:
            import fsspec

            self._system, self._root = fsspec.core.url_to_fs(url)
        except (ImportError, ValueError) as error:
            scheme = url.partition("://")[0]
            raise FeedError(f"{scheme}:// cannot be used ({error}): pip install '.[store]', or mend the address") from None
        self.url = url.rstrip("/")

    def put(self, path: Path, name: str) -> None:
        """Brings a file there under `name`, in the place of what was there."""
        try:
            if "file" in self._system.protocol:
                self._system.makedirs(f"{self._root}/{name}".rpartition("/")[0], exist_ok=True)
            self._system.put_file(str(path), f"{self._root}/{name}")
        except Exception as error:  # each service has exceptions of its own
            raise DiskError(f"cannot bring {name} to {self.url}: {_said(error)}") from error

    def read(self, name: str) -> bytes | None:
        """The bytes of a file there, None when there is none."""
        try:
            self._system.invalidate_cache()
            data: Any = self._system.cat_file(f"{self._root}/{name}")
        except FileNotFoundError:
            return None
        except Exception as error:
            raise DiskError(f"cannot read {name} at {self.url}: {_said(error)}") from error
        return bytes(data)


def _said(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]


def deliver(data_dir: str | Path, store: Store) -> list[str]:
    """Brings every part there that its manifest does not name yet, and then the manifests; the names of the parts.

    A reader there sees what a reader here sees: a manifest never names a part that is not whole. Raises FeedError when
    another feed lies there.
    """
    brought = []
    for kind, folder in FOLDERS.items():
        here = Path(data_dir) / folder
        parts = read_manifest(here, kind).parts
        there = _listed(store, f"{folder}/{MANIFEST}")
        if there == {name: part.sha256 for name, part in parts.items()}:
            continue
        for part in _missing(parts, there, f"{store.url}/{folder}"):
            store.put(here / part.name, f"{folder}/{part.name}")
            brought.append(f"{folder}/{part.name}")
        store.put(here / MANIFEST, f"{folder}/{MANIFEST}")
    for paper in PAPERS:
        if brought and (Path(data_dir) / paper).is_file():
            store.put(Path(data_dir) / paper, paper)
    return brought


def _missing(parts: dict[str, Part], there: dict[str, str], place: str) -> list[Part]:
    for name, sha256 in there.items():
        if name not in parts or parts[name].sha256 != sha256:
            raise FeedError(f"{place} holds another feed ({name} is not the same): give FEED_URL a folder of its own")
    return [parts[name] for name in sorted(parts) if name not in there]


def _listed(store: Store, name: str) -> dict[str, str]:
    """SHA-256 by name of the parts that a manifest there names."""
    data = store.read(name)
    if data is None:
        return {}
    try:
        return {str(part["name"]): str(part["sha256"]) for part in json.loads(data)["parts"]}
    except (ValueError, LookupError, TypeError):
        raise FeedError(f"{store.url}/{name} is damaged: remove it, the next delivery writes it anew") from None
