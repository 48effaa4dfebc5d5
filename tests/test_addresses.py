"""Inner and open addresses, and what it means that the operator named a host."""

from __future__ import annotations

import pytest

from crawler.addresses import Named, is_inner, is_literal

INNER = (
    "127.0.0.1 127.255.1.2 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1 100.127.255.254 "
    "0.0.0.0 0.1.2.3 224.0.0.1 239.1.1.1 255.255.255.255 240.0.0.1 192.0.2.1 198.18.0.1 198.51.100.7 203.0.113.9 "
    "::1 :: fe80::1 fe80::1%eth0 fc00::1 fd12::1 ff02::1 fec0::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::7f00:1 "
    "64:ff9b::7f00:1 64:ff9b::a00:1 2002:7f00:1::1 2002:a00:1::1 2001:db8::1 [::1]"
).split()
OPEN = "1.1.1.1 8.8.8.8 114.114.114.114 172.32.0.1 100.128.0.1 2400:3200::1 ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::1".split()


@pytest.mark.parametrize("address", INNER)
def test_inner(address: str) -> None:
    assert is_inner(address)


@pytest.mark.parametrize("address", OPEN)
def test_open(address: str) -> None:
    assert not is_inner(address)


def test_what_is_no_address_is_not_trusted() -> None:
    assert is_inner("localhost") and is_inner("") and is_inner("0x7f.1") and is_inner("127.1")
    assert not is_literal("localhost") and not is_literal("a.cn") and is_literal("[::1]") and is_literal("10.0.0.1")


def test_named() -> None:
    named = Named(["http://127.0.0.1:8000/", "http://www.inside.cn/", "http://[fd12::1]/"])
    assert named.holds("127.0.0.1", 8000) and not named.holds("127.0.0.1", 22) and not named.holds("127.0.0.1", 80)
    assert named.holds("inside.cn", 443) and named.holds("m.inside.cn", 80) and not named.holds("b.inside.cn", 80)
    assert named.holds("fd12::1", 80) and not Named().holds("127.0.0.1", 80)
