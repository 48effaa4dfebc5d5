"""Content codings undone, strictly: a body that ends too early is an error, never a shorter page.

Scrapy's own decompression hands on whatever could be read of a cut stream, without a word.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterable, Iterator

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_CHUNK = 65_536
_ZSTD_WINDOW = {int(zstd.DecompressionParameter.window_log_max): 23}  # 8 MB, the most that RFC 9659 allows servers
_STREAMS = 100  # in one body; each costs a copy of what follows it, and 200,000 empty ones cost 26 s
CODINGS = ("gzip", "deflate", "br", "zstd")  # what we tell servers that we accept


class CutOff(Exception):
    """The body is shorter than its own format says, or damaged. The message is one line for people."""


class TooLarge(Exception):
    """Unpacked, the body is larger than the limit. The message is one line for people."""


def unpack(body: bytes, codings: Iterable[str], limit: int = 0) -> bytes:
    """`body` with `codings` (as Content-Encoding lists them) undone, the last one first.

    Memory is bounded by `limit` bytes (0: none) and one chunk. An unknown coding and "identity" leave the bytes as they
    are, and so does gzip where no gzip begins: some servers name a coding that they did not use, and what is no page
    shows later. Raises CutOff and TooLarge.
    """
    for coding in reversed([name.partition(";")[0].strip().lower() for name in codings]):
        if body and coding in _READERS:
            body = _within(_READERS[coding](body), limit)
    return body


def _within(pieces: Iterator[bytes], limit: int) -> bytes:
    made, size = [], 0
    for piece in pieces:
        size += len(piece)
        if limit and size > limit:
            raise TooLarge(f"more than {limit} bytes unpacked")
        made.append(piece)
    return b"".join(made)


def _stream(body: bytes, wbits: int, name: str) -> Iterator[bytes]:
    """The pieces of a zlib stream and of those that follow it (gzip allows several); padding behind is ignored."""
    for _ in range(_STREAMS):
        reader = zlib.decompressobj(wbits)
        rest = body
        while not reader.eof:
            try:
                piece = reader.decompress(rest, _CHUNK)
            except zlib.error as error:
                raise CutOff(f"damaged {name}: {error}") from None
            rest = reader.unconsumed_tail
            if not piece and not rest and not reader.eof:
                raise CutOff(f"the {name} stream ends too early")
            yield piece
        body = reader.unused_data
        if wbits != 31 or not body.startswith(b"\x1f\x8b"):
            return
    raise CutOff(f"more than {_STREAMS} {name} streams in one body")


def _gzip(body: bytes) -> Iterator[bytes]:
    return _stream(body, 31, "gzip") if body.startswith(b"\x1f\x8b") else iter((body,))


def _deflate(body: bytes) -> Iterator[bytes]:
    """zlib, or the bare deflate that some servers send under the same name."""
    wrapped = len(body) > 1 and body[0] & 0x0F == 8 and (body[0] << 8 | body[1]) % 31 == 0
    return _stream(body, 15 if wrapped else -15, "deflate")


def _brotli(body: bytes) -> Iterator[bytes]:
    reader, rest = brotli.Decompressor(), body
    try:
        while not reader.is_finished():
            piece = reader.process(rest, output_buffer_limit=_CHUNK)
            rest = b""
            if not piece and not reader.is_finished() and reader.can_accept_more_data():
                raise CutOff("the brotli stream ends too early")
            yield piece
    except brotli.error as error:
        raise CutOff(f"damaged brotli: {error}") from None


def _zstd(body: bytes) -> Iterator[bytes]:
    """The pieces of all frames of a zstd stream."""
    for _ in range(_STREAMS):
        if not body:
            return
        reader, rest = zstd.ZstdDecompressor(options=_ZSTD_WINDOW), body
        try:
            while not reader.eof:
                piece = reader.decompress(rest, _CHUNK)
                rest = b""
                if not piece and reader.needs_input and not reader.eof:
                    raise CutOff("the zstd stream ends too early")
                yield piece
        except zstd.ZstdError as error:
            raise CutOff(f"damaged zstd: {error}") from None
        body = reader.unused_data
    raise CutOff(f"more than {_STREAMS} zstd frames in one body")


_READERS = {"gzip": _gzip, "x-gzip": _gzip, "deflate": _deflate, "br": _brotli, "zstd": _zstd}
