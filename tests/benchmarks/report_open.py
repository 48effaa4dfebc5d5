"""How large is the report of 100 runs and 1,000 sites, and how long does a browser need? Wanted: 3 MB, 2 seconds.

python -m tests.benchmarks.report_open
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from crawler.report.page import page

sys.path.insert(0, str(Path(__file__).parent.parent / "report"))
from big import figures


def main() -> None:
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "index.html"
        target.write_text(page(figures(100, 1000), folder, target), "utf-8")
        print(f"written in {time.perf_counter() - began:.2f} s: {target.stat().st_size / 1e6:.2f} MB")
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium") or ""
        for option in ("--headless=new", "--no-sandbox", "--disable-gpu"):
            options.add_argument(option)
        browser = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
        try:
            for _ in range(5):
                began = time.perf_counter()
                browser.get(target.as_uri())
                browser.execute_async_script("const done = arguments[0]; requestAnimationFrame(() => setTimeout(done))")
                print(f"opened and drawn in {time.perf_counter() - began:.2f} s")
        finally:
            browser.quit()


if __name__ == "__main__":
    main()
