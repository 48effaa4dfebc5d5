"""From an article as read to a document as it may be published: the pure stages in their order, for crawls and for files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from crawler.clean import Cleaned, clean
from crawler.items import Article, Document
from crawler.normalize import normalize
from crawler.urls import document_id
from crawler.validate import Rejection, check


def cleaned_document(
    article: Article, told: Callable[[Article, Cleaned], None] = lambda article, cleaned: None
) -> Document | Rejection:
    """The article cleaned, as a document; or why it is none. `told` is called with the article and what `clean` returned."""
    cleaned = clean(article.page, now=datetime.fromisoformat(article.fetched_at))
    told(article, cleaned)
    if cleaned.reject:
        return Rejection(cleaned.reject, cleaned.detail)
    return _built(article, cleaned)


def _built(article: Article, cleaned: Cleaned) -> Document:
    return Document(
        title=cleaned.title,
        date=cleaned.date,
        body=cleaned.body,
        url=article.url,
        id=document_id(article.url),
        site=article.site,
        published=cleaned.published,
        category=cleaned.category,
        tags=cleaned.tags,
        author=cleaned.author,
        source=cleaned.source,
        parts=[{"heading": p.heading, "start": p.start, "end": p.end} for p in cleaned.parts],
        pages=article.page.pages,
        truncated=cleaned.truncated or article.page.cut,  # a page of it is missing, or too large to be read whole
        quality=cleaned.quality,
        fetched_at=article.fetched_at,
    )


def publishable(article: Article) -> Document | Rejection:
    """All stages before deduplication: clean, normalize, validate."""
    made = cleaned_document(article)
    if isinstance(made, Document):
        made = normalize(made)
        return check(made) or made
    return made


def pieces(document: Document) -> list[str]:
    """The texts of the pieces of a collection, as deduplication compares them."""
    return [document.body[part["start"] : part["end"]] for part in document.parts]


def rejected_row(url: str, rejection: Rejection) -> dict[str, object]:
    """What the rejected feed keeps of a page."""
    return {"url": url, "reason": rejection.reason, "detail": rejection.detail}
