"""Deduplication: the same document is recognised wherever and however it comes back."""

from __future__ import annotations

from crawler.dedup.deduplicator import Deduplicator, Verdict
from crawler.dedup.key import content_hash, dedup_key
from crawler.dedup.signature import Signature, prepare
from crawler.dedup.store import MemoryStore, SignatureStore

__all__ = [
    "Deduplicator",
    "MemoryStore",
    "Signature",
    "SignatureStore",
    "Verdict",
    "content_hash",
    "dedup_key",
    "prepare",
]
