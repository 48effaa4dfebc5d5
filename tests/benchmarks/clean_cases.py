"""How `read_text` + `clean` do on the labelled page texts of ../shared/domain/cases.jsonl.

    python tests/benchmarks/clean_cases.py [--diff] [ID ...]

Prints the share of bodies, titles, days, moments, tags, breadcrumbs and truncation marks that are exact, what
was rejected, and each case that failed; --diff adds the lines in which its body differs.
"""

from __future__ import annotations

import difflib
import json
import sys
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPO))
CASES = REPO.parent / "shared" / "domain" / "cases.jsonl"

from crawler.clean import Cleaned, clean  # noqa: E402
from crawler.extract import read_text  # noqa: E402


def checks(case: dict, got: Cleaned) -> dict[str, bool]:
    """Field -> whether it is as labelled."""
    if case["expect"] != "document":
        return {"rejects": got.reject is not None}
    stated = case["gold_date"]
    moment = got.published[:19].replace("T", " ") if got.published else ""
    result = {
        "accepted": got.reject is None or len(case["gold_body"]) < 40,
        "body": got.body == case["gold_body"],
        "date": (got.date or "") == stated[:10],
        "moment": moment[: len(stated)] == (stated if len(stated) > 10 else moment[: len(stated)]),
        "tags": got.tags == case["gold_tags"],
        "truncated": got.truncated == case["gold_truncated"],
        "parts": [part.heading for part in got.parts] == [heading.strip() for heading in case["gold_parts"]],
    }
    if case["gold_title"]:
        result["title"] = got.title == case["gold_title"]
    return result


def show_difference(want: str, got: str) -> None:
    """Print the spans in which the two texts differ, with some text around them."""
    matcher = difflib.SequenceMatcher(None, want, got, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag != "equal":
            print(f"    …{want[max(a - 12, 0) : a]!r} want {want[a:b][:120]!r} got {got[c:d][:120]!r}")


def main() -> None:
    show = "--diff" in sys.argv
    wanted = [name for name in sys.argv[1:] if not name.startswith("--")]
    tally: dict[str, list[bool]] = {}
    for line in CASES.open(encoding="utf-8"):
        case = json.loads(line)
        if wanted and case["id"] not in wanted:
            continue
        got = clean(read_text(case["raw_text"], case["url"]))
        result = checks(case, got)
        for name, right in result.items():
            tally.setdefault(name, []).append(right)
        if failed := [name for name, right in result.items() if not right]:
            print(case["id"], ", ".join(failed))
            for name in set(failed) & {"title", "date", "tags", "parts", "accepted", "rejects"}:
                key = "gold_" + name
                print(f"    {name}: got {getattr(got, name, got.reject)!r}, want {case.get(key)!r}"[:400])
            if show and "body" in failed:
                show_difference(case["gold_body"], got.body)
    for name, values in tally.items():
        print(f"{name:10} {sum(values)}/{len(values)} = {sum(values) / len(values):.4f}")


if __name__ == "__main__":
    main()
