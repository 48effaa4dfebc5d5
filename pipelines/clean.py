"""Stage 100: a page as read becomes a document, or is rejected."""

from __future__ import annotations

from datetime import datetime

from crawler.clean import clean
from crawler.items import Article, Document
from crawler.urls import document_id
from pipelines import Rejected


class CleanPipeline:
    def process_item(self, item: Article) -> Document:
        cleaned = clean(item.page, now=datetime.fromisoformat(item.fetched_at))
        if cleaned.reject:
            raise Rejected(item.url, cleaned.reject, cleaned.detail)
        return Document(
            title=cleaned.title,
            date=cleaned.date,
            body=cleaned.body,
            url=item.url,
            id=document_id(item.url),
            site=item.site,
            published=cleaned.published,
            category=cleaned.category,
            tags=cleaned.tags,
            author=cleaned.author,
            source=cleaned.source,
            parts=[{"heading": p.heading, "start": p.start, "end": p.end} for p in cleaned.parts],
            pages=item.page.pages,
            truncated=cleaned.truncated,
            quality=cleaned.quality,
            fetched_at=item.fetched_at,
        )
