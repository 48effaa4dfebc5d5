"""Stage 100: a page as read becomes a document, or is rejected."""

from __future__ import annotations

from crawler.document import cleaned_document
from crawler.items import Article, Document
from pipelines import Rejected


class CleanPipeline:
    def process_item(self, item: Article) -> Document:
        made = cleaned_document(item)
        if isinstance(made, Document):
            return made
        raise Rejected(item.url, made)
