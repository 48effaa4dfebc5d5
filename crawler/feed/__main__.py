"""`python -m crawler.feed` writes `data/schema/document.schema.json` from the item class."""

from __future__ import annotations

from crawler.datafiles import data_file
from crawler.feed.schema import encoded

path = data_file("schema", "document.schema.json")
path.parent.mkdir(parents=True, exist_ok=True)
path.write_text(encoded(), "utf-8")
print(f"written: {path}")
