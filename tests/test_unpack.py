"""Content codings: whole, cut anywhere, damaged, and bombs."""

from __future__ import annotations

import gzip
import random
import sys
import zlib
from collections.abc import Callable

import brotli
import pytest

from crawler.unpack import CutOff, TooLarge, unpack

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


def bare(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


PACKERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("x-gzip", gzip.compress),
    "zlib": ("deflate", zlib.compress),
    "bare deflate": ("deflate", bare),
    "brotli": ("br", brotli.compress),
    "zstd": ("zstd", zstd.compress),
}
PICK = random.Random(1)
TEXT = "".join(PICK.choice("山中有雨桥边无人灯下读书") for _ in range(60_000)).encode()
each = pytest.mark.parametrize("name", PACKERS)


@each
def test_whole(name: str) -> None:
    coding, pack = PACKERS[name]
    assert unpack(pack(TEXT), [coding]) == TEXT
    assert unpack(pack(b""), [coding]) == b""
    assert unpack(pack(TEXT), [f" {coding.upper()} "], limit=len(TEXT)) == TEXT


@each
def test_cut_anywhere_is_an_error(name: str) -> None:
    coding, pack = PACKERS[name]
    whole = pack(TEXT)
    for length in [2, 5, 11, *(len(whole) * n // 9 for n in range(1, 9)), len(whole) - 9, len(whole) - 4, len(whole) - 1]:
        with pytest.raises(CutOff):
            unpack(whole[:length], [coding])


@each
def test_a_bomb_stops_at_the_limit(name: str) -> None:
    coding, pack = PACKERS[name]
    with pytest.raises(TooLarge, match="1000000"):
        unpack(pack(b"\0" * 30_000_000), [coding], limit=1_000_000)


@pytest.mark.parametrize("name", ["gzip", "zlib", "brotli", "zstd"])
def test_damage(name: str) -> None:
    coding, pack = PACKERS[name]
    data = bytearray(pack(TEXT))
    for place in range(len(data) // 2, len(data) // 2 + 40):
        data[place] ^= 0xA5
    with pytest.raises((CutOff, TooLarge)):
        unpack(bytes(data), [coding], limit=len(TEXT) * 4) == TEXT  # noqa: B015


def test_several_codings_and_members() -> None:
    assert unpack(gzip.compress(brotli.compress(TEXT)), ["br", "gzip"]) == TEXT
    assert unpack(gzip.compress(b"a") + gzip.compress(b"b") + b"\0" * 8, ["gzip"]) == b"ab"
    assert unpack(zstd.compress(b"a") + zstd.compress(b"b"), ["zstd"]) == b"ab"


def test_a_window_larger_than_servers_may_use_is_refused() -> None:
    greedy = {zstd.CompressionParameter.window_log: 27, zstd.CompressionParameter.checksum_flag: 1}
    packer = zstd.ZstdCompressor(options=greedy)
    with pytest.raises(CutOff, match="zstd"):
        unpack(packer.compress(TEXT) + packer.flush(), ["zstd"])


def test_what_is_not_packed_stays() -> None:
    assert unpack(b"<html>", ["gzip"]) == b"<html>" and unpack(b"<html>", ["identity", "x-unknown"]) == b"<html>"
    assert unpack(b"", ["gzip"]) == b""


def test_thousands_of_members_are_refused() -> None:
    with pytest.raises(CutOff, match="more than 100 gzip streams"):
        unpack(gzip.compress(b"") * 50_000, ["gzip"], 1000)


def test_a_coding_with_parameters() -> None:
    assert unpack(gzip.compress(b"x"), ["gzip;q=1"]) == b"x"
