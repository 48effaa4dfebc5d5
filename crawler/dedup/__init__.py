"""Deduplication: the same document is recognised wherever and however it comes back."""

from __future__ import annotations

from crawler.dedup.key import content_hash, dedup_key

__all__ = ["content_hash", "dedup_key"]
