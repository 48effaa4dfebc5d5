"""Pages as they were fetched, kept as WARC (ISO 28500): writing an archive, and reading one record after another.

A record of an archive of ours is what the server sent, after the transfer's and the content's packing was undone (so
that no reader needs brotli); its header says so. No requests and no cookies are kept.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from crawler.feed import disk_errors

OPEN = ".open"  # behind the name of an archive that is being written, as other crawlers do
_ASKED = "WARC-X-Asked"  # our field: the address that was asked for, when a redirect led elsewhere
_HIDDEN = {"set-cookie", "transfer-encoding", "content-length", "connection", "keep-alive"}
_INFO = {"hosts": "wenku-hosts", "pages": "wenku-article-max-pages"}


class WarcError(Exception):
    """An archive cannot be read or written. The message is one line that names it and the cure."""


def check_warcio(what: str) -> None:
    """Raises WarcError naming the cure when the package that knows WARC is not there; `what` needs it."""
    try:
        import warcio  # noqa: F401
    except ImportError:
        raise WarcError(f"{what} needs the package warcio: pip install '.[warc]'") from None


@dataclass(frozen=True, slots=True)
class Info:
    """What the run that wrote an archive knew: the sites that it crawled (none: not told) and pages of an article at most."""

    hosts: frozenset[str] = frozenset()
    pages: int = 100


@dataclass(frozen=True, slots=True)
class Record:
    """An answer. `asked` is `url` unless a redirect led there; `place` finds it again; `when` is RFC 3339, UTC."""

    url: str
    asked: str
    status: int
    body: bytes
    when: str
    place: int = 0


class Archive:
    """One archive while it is written. Every method raises DiskError."""

    def __init__(self, path: Path, info: Info, software: str):
        from warcio.warcwriter import WARCWriter

        self.path, self._draft = path, path.with_name(path.name + OPEN)
        with disk_errors(path):
            path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
            for old in path.parent.glob(f"*.warc.gz{OPEN}"):  # of a run that was killed; its last record may be torn
                old.rename(old.with_name(old.name.removesuffix(OPEN)))
            handle = os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
            self._file = os.fdopen(handle, "wb")
            self._writer: Any = WARCWriter(self._file, gzip=True)
            told = {"software": software, "format": "WARC File Format 1.1", _INFO["pages"]: str(info.pages)}
            if info.hosts:
                told[_INFO["hosts"]] = " ".join(sorted(info.hosts))
            self._writer.write_record(self._writer.create_warcinfo_record(path.name, told))

    def write(self, record: Record, reason: str, headers: Iterable[tuple[str, str]]) -> None:
        """Adds an answer; it is with the system when this returns, on the disk after `close`."""
        from warcio.statusandheaders import StatusAndHeaders

        kept = [
            (f"X-Crawler-{name}" if name.lower() == "content-encoding" else name, value)
            for name, value in headers
            if name.lower() not in _HIDDEN
        ]
        http = StatusAndHeaders(
            f"{record.status} {reason}".strip(),
            [*kept, ("Content-Length", str(len(record.body)))],
            protocol="HTTP/1.1",
        )
        fields = {"WARC-Date": record.when}
        if record.asked != record.url:
            fields[_ASKED] = record.asked
        with disk_errors(self.path):
            self._writer.write_record(
                self._writer.create_warc_record(
                    record.url,
                    "response",
                    payload=BytesIO(record.body),
                    length=len(record.body),
                    http_headers=http,
                    warc_headers_dict=fields,
                )
            )

    def close(self) -> None:
        """Gives the archive its name."""
        with disk_errors(self.path):
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._draft.rename(self.path)


def now() -> str:
    """The present moment as WARC 1.1 writes it."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def read_records(path: Path) -> Iterator[Info | Record]:
    """What the archive says of itself, if it is ours, and its answers in their order.

    Raises WarcError for a file that cannot be read, and behind the last whole answer of one that is torn.
    """
    check_warcio(f"{path}: reading WARC files")
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    try:
        with path.open("rb") as stream:
            iterator = ArchiveIterator(stream)
            for record in iterator:
                made = _made(record, iterator, path)
                if made:
                    yield made
    except ArchiveLoadFailed as error:
        raise WarcError(f"{path} is no WARC file, or damaged: {str(error).strip().splitlines()[0]}") from None
    except OSError as error:
        raise WarcError(f"{path} cannot be read: {error.strerror}") from None


def read_at(path: Path, place: int) -> Record | None:
    """The answer at a `place` that `read_records` gave; None when it lies there no more. Raises OSError."""
    from warcio.archiveiterator import ArchiveIterator

    with path.open("rb") as stream:
        stream.seek(place)
        iterator = ArchiveIterator(stream)
        for record in iterator:
            made = _made(record, iterator, path)
            return made if isinstance(made, Record) else None
    return None


def _made(record: Any, iterator: Any, path: Path) -> Info | Record | None:
    """A record of warcio as ours; None for what is no answer of HTTP."""
    if record.rec_type == "warcinfo":
        return _info(record.content_stream().read().decode("utf-8", "replace"))
    if record.rec_type != "response" or not record.http_headers:
        return None
    head = record.rec_headers
    url = head.get_header("WARC-Target-URI") or ""
    body = record.content_stream().read()
    if getattr(record.raw_stream, "limit", 0):
        raise WarcError(f"{path} is torn at {url}: what stands before it was read")
    code = record.http_headers.get_statuscode()
    return Record(
        url=url,
        asked=head.get_header(_ASKED) or url,
        status=int(code) if code.isdigit() else 0,
        body=body,
        when=head.get_header("WARC-Date") or now(),
        place=iterator.get_record_offset(),
    )


def _info(text: str) -> Info | None:
    """What an archive of ours says of itself; None for those of others."""
    fields = dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)
    if _INFO["pages"] not in fields:
        return None
    return Info(frozenset(fields.get(_INFO["hosts"], "").split()), int(fields[_INFO["pages"]]))
