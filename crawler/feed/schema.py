"""The JSON Schema of the feed's lines, made from the item class, and a check of rows against it.

`python -m crawler.feed` writes `data/schema/document.schema.json`; a test keeps the two equal.
"""

from __future__ import annotations

import json
import re
from dataclasses import fields
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints, is_typeddict

from crawler.feed.folders import SCHEMA_VERSION
from crawler.items import Document

Schema = dict[str, Any]
_DAY = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]+)?"
_ID = "^[0-9a-f]{20}$"
# What the types do not say: meaning and form of each key (DESIGN 1.2).
_MEANING: dict[str, Schema] = {
    "title": {
        "description": "The page's heading, without the site's name; decoration such as (精选15篇) stays.",
        "minLength": 1,
    },
    "date": {
        "description": "Day of publication as the page states it, YYYY-MM-DD.",
        "pattern": f"^{_DAY}$",
        "format": "date",
    },
    "body": {
        "description": "The document and nothing else: one paragraph a line, \\n between, table cells separated by a tab.",
        "minLength": 1,
    },
    "url": {"description": "Canonical URL of the first page.", "pattern": "^https?://[^ ]+$", "format": "uri"},
    "id": {"description": "Stable for one URL: the key to upsert by.", "pattern": _ID},
    "site": {"description": "Host, without www. and m.", "minLength": 1},
    "published": {
        "description": "RFC 3339 with +08:00, when the page gives a time of day.",
        "pattern": f"^{_DAY}T{_TIME}[+]08:00$",
        "format": "date-time",
    },
    "category": {"description": "The breadcrumb, without the home page and the title."},
    "tags": {"description": "推荐访问, 标签, 关键词 as displayed."},
    "author": {"description": "As stated.", "minLength": 1},
    "source": {"description": "As stated.", "minLength": 1},
    "parts": {
        "description": "Pieces of a collection (篇一, 第1篇…) in their order, with offsets into body in code points."
    },
    "pages": {"description": "How many pages were joined.", "minimum": 1},
    "truncated": {"description": "The site holds back the rest."},
    "quality": {"description": "Signals, never filters."},
    "similar_to": {"description": "Documents with much shared text that were kept apart on purpose."},
    "content_hash": {"description": "SHA-256 of the key by which copies are recognised.", "pattern": "^[0-9a-f]{64}$"},
    "revision": {"description": "1, then one more each time the document changes.", "minimum": 1},
    "fetched_at": {
        "description": "When the page was fetched: RFC 3339, UTC.",
        "pattern": f"^{_DAY}T{_TIME}(Z|[+]00:00)$",
        "format": "date-time",
    },
}
_INNER: dict[str, dict[str, Schema]] = {
    "PartSpan": {"start": {"minimum": 0}, "end": {"minimum": 1}},
    "Similar": {"id": {"pattern": _ID}, "similarity": {"minimum": 0, "maximum": 1}},
}
_SCALARS: dict[Any, str] = {str: "string", bool: "boolean", int: "integer", float: "number", NoneType: "null"}
_PYTHON: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "null": (NoneType,),
    "array": (list, tuple),
    "object": (dict,),
}


def _record_schema(hints: dict[str, Any], extra: dict[str, Schema]) -> Schema:
    properties = {name: {**_type_schema(hint), **extra.get(name, {})} for name, hint in hints.items()}
    return {"type": "object", "properties": properties, "required": list(hints), "additionalProperties": False}


def _type_schema(hint: Any) -> Schema:
    """The schema of one type annotation of the item class. Raises TypeError for one that has no rule here."""
    if hint in _SCALARS:
        return {"type": _SCALARS[hint]}
    if is_typeddict(hint):
        return _record_schema(get_type_hints(hint), _INNER.get(hint.__name__, {}))
    origin, args = get_origin(hint), get_args(hint)
    if origin is list:
        return {"type": "array", "items": _type_schema(args[0])}
    if origin is dict and args[0] is str:
        return {"type": "object", "additionalProperties": _type_schema(args[1])}
    if origin in (Union, UnionType):
        made = [_type_schema(arg) for arg in args]
        if all(set(each) == {"type"} for each in made):
            return {"type": [each["type"] for each in made]}
        return {"anyOf": made}
    raise TypeError(f"no schema for {hint!r}")


def schema() -> Schema:
    """The JSON Schema (2020-12) of one line of `feed/documents-*.jsonl`; its properties stand in the order of the keys."""
    hints = get_type_hints(Document)
    ordered = {each.name: hints[each.name] for each in fields(Document)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:wenku:document:{SCHEMA_VERSION}",
        "title": "Document",
        "description": f"One line of feed/documents-*.jsonl, schema version {SCHEMA_VERSION}. See data/README.md.",
        **_record_schema(ordered, _MEANING),
    }


_TEXT: Schema = {"type": "string"}
_DATE: Schema = {"type": ["string", "null"], "pattern": f"^{_DAY}$"}
_URL: Schema = {"type": "string", "minLength": 1}
_DUPLICATE = {
    "url": _URL,
    "title": _TEXT,
    "date": _DATE,
    "duplicate_of": {"type": "string", "pattern": _ID},
    "kind": {"type": "string", "enum": ["exact", "near", "contained"]},
    "similarity": {"type": "number", "minimum": 0, "maximum": 1},
}
_REJECTED = {"url": _URL, "reason": {"type": "string", "minLength": 1}, "detail": _TEXT}


def row_schemas() -> dict[str, Schema]:
    """By kind of row. Copies and rejected pages have the contract's keys first and may carry more of the page's."""
    made = {"documents": schema()}
    for kind, properties in (("duplicates", _DUPLICATE), ("rejected", _REJECTED)):
        made[kind] = {"type": "object", "properties": properties, "required": list(properties)}
    return made


def violations(value: Any, rule: Schema, path: str = "") -> list[str]:
    """What is wrong with `value` under `rule`, each as `key: what`; the keywords that this file uses are understood."""
    if "anyOf" in rule:
        tried = [violations(value, each, path) for each in rule["anyOf"]]
        return [] if [] in tried else tried[0]
    names = rule.get("type", [])
    kinds = [names] if isinstance(names, str) else names
    if kinds and not any(_is(value, kind) for kind in kinds):
        return [f"{path or 'row'}: not {' or '.join(kinds)}"]
    if isinstance(value, str):
        return _text_violations(value, rule, path)
    if isinstance(value, dict):
        return _object_violations(value, rule, path)
    if isinstance(value, list | tuple):
        items = rule.get("items", {})
        return [what for i, each in enumerate(value) for what in violations(each, items, f"{path}[{i}]")]
    if isinstance(value, int | float) and not isinstance(value, bool):
        low, high = rule.get("minimum", value), rule.get("maximum", value)
        return [] if low <= value <= high else [f"{path}: {value} is out of range"]
    return []


def _is(value: Any, kind: str) -> bool:
    return isinstance(value, _PYTHON[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _text_violations(value: str, rule: Schema, path: str) -> list[str]:
    if len(value) < rule.get("minLength", 0):
        return [f"{path}: empty"]
    if "pattern" in rule and not re.search(rule["pattern"].replace("$", r"\Z"), value):
        return [f"{path}: {value[:60]!r} has not the form {rule['pattern']}"]
    if "enum" in rule and value not in rule["enum"]:
        return [f"{path}: {value[:60]!r} is none of {', '.join(rule['enum'])}"]
    return []


def _object_violations(value: dict[str, Any], rule: Schema, path: str) -> list[str]:
    properties, more = rule.get("properties", {}), rule.get("additionalProperties", True)
    prefix = f"{path}." if path else ""
    found = [f"{prefix}{key}: missing" for key in rule.get("required", ()) if key not in value]
    for key, each in value.items():
        if key in properties:
            found += violations(each, properties[key], prefix + key)
        elif more is False:
            found.append(f"{prefix}{key}: unknown key")
        elif isinstance(more, dict):
            found += violations(each, more, prefix + key)
    return found


def encoded() -> str:
    """The text of `data/schema/document.schema.json`."""
    return json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"
