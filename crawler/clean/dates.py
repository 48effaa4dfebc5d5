"""The text of a date as the page gives it -> day, and moment when there is a time of day."""

from __future__ import annotations

import re
import warnings
from datetime import UTC, datetime, timedelta, timezone

from crawler.text import fold_width

CHINA = timezone(timedelta(hours=8))
_EARLIEST = 1990  # no page of the Web is older; what reads as such is a misprint
_LATEST = timedelta(days=2)  # clocks of servers go wrong, and a date may be given in another zone
_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")

_CLOCK = r"(?:[^\d]{0,12}?(?P<half>上午|下午|晚上|中午|凌晨|早上|[AaPp][Mm])?\s*(?P<hour>\d{1,2})\s*[:时点]\s*(?P<minute>\d{1,2})(?:\s*[:分]\s*(?P<second>\d{1,2}))?)?"
_FULL = re.compile(r"(?P<year>(?:19|20)\d\d)\s*[-/.年_]\s*(?P<month>\d{1,2})\s*[-/.月_]\s*(?P<day>\d{1,2})(?!\d)\s*[日号T]?" + _CLOCK)
_COMPACT = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<month>[01]\d)(?P<day>[0-3]\d)(?!\d)" + _CLOCK)
_EUROPEAN = re.compile(r"(?<!\d)(?P<day>\d{1,2})[./](?P<month>\d{1,2})[./](?P<year>(?:19|20)\d\d)(?!\d)" + _CLOCK)
_WRITTEN = re.compile(r"([〇○零一二三四五六七八九]{4})\s*年\s*([一二三四五六七八九十]{1,3})\s*月\s*([一二三四五六七八九十廿卅]{1,4})\s*日?")
_SHORT = re.compile(r"^\D{0,8}(?P<month>\d{1,2})\s*[-/月]\s*(?P<day>\d{1,2})(?!\d)\s*[日号]?" + _CLOCK)
_ZONE = re.compile(r"T\d\d:\d\d(?::\d\d(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)$")
_RELATIVE = re.compile(r"(?P<count>\d+|半|一|两|三)\s*(?:个)?(?P<unit>秒|分钟|小时|天|日|周|星期|月|年)(?:之)?前")
_NAMED = {"刚刚": 0, "刚才": 0, "今天": 0, "今日": 0, "昨天": 1, "昨日": 1, "前天": 2}
_TIME = re.compile(r"(\d{1,2})\s*[:时点]\s*(\d{1,2})(?:\s*[:分]\s*(\d{1,2}))?")
_SECONDS = {"秒": 1, "分钟": 60, "小时": 3600, "天": 86400, "日": 86400, "周": 604800, "星期": 604800, "月": 2629800, "年": 31557600}


def parse_date(text: str, now: datetime | None = None) -> tuple[str | None, str | None]:
    """(day as YYYY-MM-DD or None, moment as RFC 3339 with +08:00 or None when no time of day is given).

    Relative dates and dates without a year are counted from `now` (the time of the fetch; default: this moment).
    Impossible days, days before 1990 and days after `now` give None.
    """
    now = (now or datetime.now(UTC)).astimezone(CHINA)
    folded = fold_width(text).strip()
    if not folded:
        return None, None
    zoned = _zoned(folded)
    if zoned is not None:
        return _checked(zoned, now, has_time=True)
    if written := _WRITTEN.search(folded):
        year = written[1].translate(_DIGITS)
        folded = f"{folded[: written.start()]} {year}年{_number(written[2])}月{_number(written[3])}日{folded[written.end() :]}"
    for pattern in (_FULL, _EUROPEAN, _COMPACT):
        if found := pattern.search(folded):
            return _build(found, int(found["year"]), now)
    if relative := _relative(folded, now):
        return relative
    if found := _SHORT.search(folded):
        # The last such day that is not in the future.
        day, moment = _build(found, now.year, now)
        return (day, moment) if day else _build(found, now.year - 1, now)
    return _by_library(folded, now)


def _number(text: str) -> int:
    """A number below 100 in Chinese digits: 三十, 廿一, 十二, 二〇."""
    text = text.replace("廿", "二十").replace("卅", "三十")
    if "十" in text:
        tens, ones = text.split("十", 1)
        return (int(tens.translate(_DIGITS)) if tens else 1) * 10 + (int(ones.translate(_DIGITS)) if ones else 0)
    return int(text.translate(_DIGITS))


def _zoned(text: str) -> datetime | None:
    """A moment of ISO 8601 that names its zone."""
    if not _ZONE.search(text):
        return None
    try:
        return datetime.fromisoformat(text.replace(" ", "")).astimezone(CHINA)
    except (ValueError, OverflowError):
        return None


def _checked(moment: datetime, now: datetime, *, has_time: bool) -> tuple[str | None, str | None]:
    if moment.year < _EARLIEST or moment > now + _LATEST:
        return None, None
    return moment.date().isoformat(), moment.isoformat(timespec="seconds") if has_time else None


def _build(found: re.Match[str], year: int, now: datetime) -> tuple[str | None, str | None]:
    try:
        day = datetime(year, int(found["month"]), int(found["day"]), tzinfo=CHINA)
    except ValueError:
        return None, None
    if found["hour"] is None:
        return _checked(day, now, has_time=False)
    hour, half = int(found["hour"]), (found["half"] or "").lower()
    if half in ("下午", "晚上", "pm") and hour < 12:
        hour += 12
    try:
        moment = day.replace(hour=hour, minute=int(found["minute"]), second=int(found["second"] or 0))
    except ValueError:
        return _checked(day, now, has_time=False)
    return _checked(moment, now, has_time=True)


def _relative(text: str, now: datetime) -> tuple[str | None, str | None] | None:
    """A date counted from now, or None when it is none. Only minutes and hours tell the time of day."""
    if found := _RELATIVE.search(text):
        count = {"半": 0.5, "一": 1.0, "两": 2.0, "三": 3.0}.get(found["count"]) or float(found["count"])
        try:
            moment = now - timedelta(seconds=count * _SECONDS[found["unit"]])
        except OverflowError:
            return None, None
        return _checked(moment, now, has_time=found["unit"] in ("秒", "分钟", "小时"))
    for word, days in _NAMED.items():
        if word in text:
            day = (now - timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0)
            clock = _TIME.search(text)
            if not clock:
                return _checked(day, now, has_time=False)
            try:
                moment = day.replace(hour=int(clock[1]), minute=int(clock[2]), second=int(clock[3] or 0))
            except ValueError:
                return _checked(day, now, has_time=False)
            return _checked(moment, now, has_time=True)
    return None


def _by_library(text: str, now: datetime) -> tuple[str | None, str | None]:
    """What the expressions above do not read: dateparser, which knows more spellings and costs more."""
    if len(text) > 60 or not re.search(r"\d", text) or not re.search("(?:19|20)\\d\\d", text):
        return None, None  # without a year it would guess
    import dateparser  # slow to import, and most pages never need it

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = dateparser.parse(
            text,
            languages=["zh", "en"],
            settings={
                "RELATIVE_BASE": now.replace(tzinfo=None),
                "STRICT_PARSING": True,
                "DATE_ORDER": "YMD",
                "RETURN_AS_TIMEZONE_AWARE": False,
            },
        )
    if found is None:
        return None, None
    moment = found.replace(tzinfo=CHINA) if found.tzinfo is None else found.astimezone(CHINA)
    return _checked(moment, now, has_time=bool(_TIME.search(text)))
