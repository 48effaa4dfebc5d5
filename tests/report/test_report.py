"""The report: its figures are those of the run, it needs nothing but itself, and a browser shows and sorts it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from big import figures
from conftest import Run, run_scrapy
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from crawler.report.gather import gather
from crawler.report.page import _between, page

Scrapy = Callable[..., Run]
MOST_BYTES = 3_000_000
HOSTILE = '$x_<script>alert("文库")</script>\x1b[31m&amp;'


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The demo library, crawled and reported; a second run found nothing new."""
    data = tmp_path_factory.mktemp("report") / "data"
    first = run_scrapy("crawl", "wenku", data=data)
    assert first.status == 0, first.err
    assert run_scrapy("crawl", "wenku", data=data).status == 0
    made = run_scrapy("report", "1", data=data)
    assert made.status == 0, made.err
    assert made.out == f"run 1 of 8 sites: open {data}/report/index.html\n"
    return first


# ---- what it says ---------------------------------------------------------------------------------------


def test_the_record_of_a_run_agrees_with_its_feed(crawl: Run) -> None:
    figures = gather(crawl.data, 1)
    total, counts = figures.record["total"], figures.run.counts
    for name in ("pages", "documents", "duplicates", "rejected", "failed", "gone"):
        assert total[name] == getattr(counts, name), name
        assert sum(tally[name] for tally in figures.record["sites"].values()) == total[name], name
    assert total["documents"] == len(crawl.rows("feed")) == sum(figures.facts["documents"].sites.values())
    assert figures.record["reasons"] == counts.reasons
    assert total["answers"] >= total["documents"] and total["bytes"] > 0
    assert figures.record["rules"]["lead-in"] > 5
    assert figures.record["course"][-1][1:] == [total["pages"], total["documents"]]
    assert sum(count for *_, count in figures.pairs) == len(crawl.rows("duplicates"))
    assert not [pair for pair in figures.pairs if "?" in pair]


def test_least_certain_documents_are_explained(crawl: Run) -> None:
    text = (crawl.data / "report" / "index.html").read_text("utf-8")
    links = re.findall(r'href="(explain/[^"]+)"', text)
    assert links
    for link in links:
        explained = (crawl.data / "report" / link).read_text("utf-8")
        assert explained.startswith("<!DOCTYPE html>") and 'class="kept"' in explained
    confidences = [row["confidence"] for row in gather(crawl.data, 1).record["doubtful"]]
    assert confidences == sorted(confidences)


def test_without_a_record_the_books_are_enough(crawl: Run, tmp_path: Path, scrapy: Scrapy) -> None:
    data = tmp_path / "data"
    shutil.copytree(crawl.data, data)
    shutil.rmtree(data / "report")
    assert scrapy("report", "1").status == 0
    text = (data / "report" / "index.html").read_text("utf-8")
    assert f"<dt>documents</dt><dd>{len(crawl.rows('feed'))}</dd>" in text


class _Needs(HTMLParser):
    """Everything that a page would fetch, and its scripts."""

    def __init__(self, text: str):
        super().__init__()
        self.found: list[str] = []
        self.scripts = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        for name, value in attrs:
            fetched = name in ("src", "srcset", "data", "action") or (name == "href" and tag in ("link", "base"))
            if fetched or name.startswith("on"):
                self.found.append(f"{tag} {name}={value}")


def test_it_needs_nothing_else_and_trusts_nobody() -> None:
    hostile = figures(3, 10)
    hostile.record["doubtful"][0] |= {"title": HOSTILE, "url": f"http://a.example/{HOSTILE}"}
    hostile.record["rules"] = {HOSTILE: 5}
    hostile.record["profiles"] = {HOSTILE: [HOSTILE]}
    hostile.states[HOSTILE] = {"done": 3}
    text = page(hostile, "/nowhere", Path("/nowhere/report/index.html"))
    needs = _Needs(text)
    assert (needs.found, needs.scripts) == ([], 1)
    assert "@import" not in text and not re.search(r"url\((?!#)", text)
    assert "\x1b" not in text and "<script>alert" not in text and "&lt;script&gt;alert(&quot;文库" in text
    assert "#010101" not in text and "#0a0a01" not in text, "every colour is the page's own"


def test_time_has_no_holes() -> None:
    assert _between("2026-02-27", "2026-03-01") == ["2026-02-27", "2026-02-28", "2026-03-01"]
    assert _between("2025-11", "2026-02") == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert _between("2024", "2026") == ["2024", "2025", "2026"]


def test_a_hundred_runs_and_a_thousand_sites_stay_small() -> None:
    text = page(figures(100, 1000), "/nowhere", Path("/nowhere/report/index.html"))
    assert len(text.encode()) < MOST_BYTES
    assert text.count("<tr>") > 2000


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["report"], "holds no ledger: crawl first"),
        (["report", "last"], "by its number"),
        (["report", "1", "2"], "by its number"),
    ],
)
def test_wrong_words(scrapy: Scrapy, arguments: list[str], word: str) -> None:
    run = scrapy(*arguments)
    assert run.status == 2 and word in run.err and "Traceback" not in run.err, run.err


def test_an_unknown_run(crawl: Run, scrapy: Scrapy) -> None:
    run = scrapy("report", "99", data=crawl.data)
    assert run.status == 2 and "there is no run 99" in run.err and "runs 1 to 2 are known" in run.err
    run = scrapy("report", "-o", "/nowhere/report.html", data=crawl.data)
    assert run.status == 74 and "cannot write /nowhere/" in run.err and "Traceback" not in run.err


# ---- in a browser -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser(crawl: Run) -> Iterator[webdriver.Chrome]:
    """A real Chromium without a window, looking at the report of the demo library."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("no Chromium here: apt-get install chromium chromium-driver runs this test")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for option in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--window-size=1200,900",
    ):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    window = webdriver.Chrome(options=options, service=Service(driver))
    try:
        window.get((crawl.data / "report" / "index.html").as_uri())
        yield window
    finally:
        window.quit()


def column(browser: webdriver.Chrome, table: str, number: int) -> list[str]:
    """The text of the rows that are shown, in one column (from 1)."""
    cells = browser.find_elements(By.CSS_SELECTOR, f"#{table}-table tbody td:nth-child({number})")
    return [cell.text for cell in cells if cell.is_displayed()]


def head(browser: webdriver.Chrome, table: str, number: int) -> WebElement:
    return browser.find_element(By.CSS_SELECTOR, f"#{table}-table th:nth-child({number}) button")


def test_it_opens_and_shows_the_figures(browser: webdriver.Chrome, crawl: Run) -> None:
    assert browser.find_element(By.TAG_NAME, "h1").text == "Run 1: complete"
    tiles = {
        tile.find_element(By.TAG_NAME, "dt").text: tile.find_element(By.TAG_NAME, "dd").text
        for tile in browser.find_elements(By.CSS_SELECTOR, ".tiles div")
    }
    assert tiles["documents"] == str(len(crawl.rows("feed"))) and tiles["failed"] == "0"
    assert tiles["duplicates"] == str(len(crawl.rows("duplicates")))
    assert len(column(browser, "sites", 1)) == 8
    drawn = browser.find_elements(By.CSS_SELECTOR, "figure svg")
    assert len(drawn) >= 8 and all(plot.size["height"] > 50 and plot.size["width"] > 250 for plot in drawn)
    assert browser.execute_script("return performance.getEntriesByType('resource').length") == 0
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []


def test_a_click_on_a_heading_sorts(browser: webdriver.Chrome) -> None:
    head(browser, "sites", 2).click()
    numbers = [int(text) for text in column(browser, "sites", 2)]
    assert numbers == sorted(numbers, reverse=True), "numbers begin with the most"
    head(browser, "sites", 2).click()
    assert [int(text) for text in column(browser, "sites", 2)] == sorted(numbers)
    head(browser, "sites", 1).click()
    names = column(browser, "sites", 1)
    assert names == sorted(names) and names[0].startswith("bijian")
    heads = browser.find_elements(By.CSS_SELECTOR, "#sites-table th[aria-sort]")
    assert [each.get_attribute("aria-sort") for each in heads] == ["ascending"]


def test_typing_filters(browser: webdriver.Chrome) -> None:
    field = browser.find_element(By.CSS_SELECTOR, "#sites-table input")
    field.send_keys("QING wenku")
    assert sorted(name.partition(".")[0] for name in column(browser, "sites", 1)) == ["qingshan", "qingxi"]
    assert browser.find_element(By.CSS_SELECTOR, "#sites-table output").text == "2 of 8"
    field.clear()
    field.send_keys(" ")
    assert len(column(browser, "sites", 1)) == 8


def test_on_a_phone_and_in_the_dark(browser: webdriver.Chrome) -> None:
    def paper() -> int:
        colour = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
        return sum(map(int, re.findall(r"\d+", colour)[:3]))

    def ink() -> str:
        script = "return getComputedStyle(document.querySelector('figure svg text')).fill"
        return str(browser.execute_script(script))

    media: dict[str, Any] = {"features": [{"name": "prefers-color-scheme", "value": "light"}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    light = ink()
    assert paper() > 600
    media["features"][0]["value"] = "dark"
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    assert paper() < 150 and ink() != light, "plots follow"
    phone = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 360, "nothing sticks out"
    letters = browser.execute_script(
        "return [...document.querySelectorAll('figure svg text')].map(t => t.getBoundingClientRect().height)"
    )
    assert min(letters) >= 9, f"letters of a plot are {json.dumps(min(letters))} pixels high"
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
