"""FEED_URL: the feed in an object store, on a server of S3 on this machine, and what happens when it is not there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pyarrow.parquet
import pytest
from conftest import REPO, Run, run_scrapy
from feed_rows import document
from moto.server import ThreadedMotoServer

from crawler.feed import Feed, FeedError, Store, deliver, encode, verify
from tests.site import Library

Scrapy = Callable[..., Run]
KEYS = {"AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "nothing", "AWS_DEFAULT_REGION": "us-east-1"}


class Bucket:
    """A bucket of the server, and what a crawl must know to reach it."""

    def __init__(self, endpoint: str):
        self.env = KEYS | {
            "AWS_ENDPOINT_URL": endpoint,
            "no_proxy": "127.0.0.1",
        }  # the library is reached through a proxy
        self._client = boto3.client(
            "s3",
            endpoint_url=endpoint,
            aws_access_key_id="nobody",
            aws_secret_access_key="nothing",
            region_name="us-east-1",
        )
        self._client.create_bucket(Bucket="bucket")

    def names(self) -> list[str]:
        return sorted(each["Key"] for each in self._client.list_objects_v2(Bucket="bucket").get("Contents", ()))

    def fetch(self, folder: Path) -> Path:
        """Everything in the bucket, as files below `folder`."""
        for name in self.names():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self._client.get_object(Bucket="bucket", Key=name)["Body"].read())
        return folder


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield Bucket(f"http://{host}:{port}")
    server.stop()


def test_a_crawl_delivers_and_the_next_one_brings_only_what_is_new(
    scrapy: Scrapy, bucket: Bucket, tmp_path: Path
) -> None:
    with Library(articles=8) as served:
        arguments = ("crawl", "wenku", "-a", f"start_urls={served.start}", "-s", "FEED_URL=s3://bucket/wenku/")
        first = scrapy(*arguments, env=served.env | bucket.env)
        assert first.status == 0, first.err
        assert bucket.names() == ["wenku/CARD.md", "wenku/feed/documents-00000001.jsonl", "wenku/feed/manifest.json"]
        served.add()
        second = scrapy(*arguments, env=served.env | bucket.env)
        assert second.status == 0, second.err
    there = bucket.fetch(tmp_path / "there") / "wenku"
    assert verify(there) == []
    parts = {path.name: path.read_bytes() for path in (second.data / "feed").iterdir()}
    assert {path.name: path.read_bytes() for path in (there / "feed").iterdir()} == parts and len(parts) == 3
    assert "| documents | 9 lines" in (there / "CARD.md").read_text("utf-8")


def test_an_export_goes_there_too(scrapy: Scrapy, bucket: Bucket, tmp_path: Path) -> None:
    Feed(tmp_path / "data").publish("documents", [encode(document())], run=1)
    run = scrapy("feed", "export", "--parquet", "s3://bucket/out/documents.parquet", env=bucket.env)
    assert run.status == 0, run.err
    there = bucket.fetch(tmp_path / "there") / "out" / "documents.parquet"
    assert pyarrow.parquet.read_table(there).num_rows == 1


def test_a_long_crawl_delivers_and_can_be_looked_at_while_it_runs(tmp_path: Path) -> None:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("WENKU_") and not k.lower().endswith("_proxy")}
    settings = {
        "WENKU_DATA_DIR": f"{tmp_path}/data",
        "WENKU_FEED_URL": f"file://{tmp_path}/there",
        "WENKU_FEED_PART_SECONDS": "1",
    }
    with Library(articles=400) as served:
        served.delay["*"] = 0.1  # so that it would take a minute
        process = subprocess.Popen(
            [sys.executable, "-m", "scrapy", "crawl", "wenku", "-a", f"start_urls={served.start}"],
            cwd=REPO, env=kept | served.env | settings, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        while not (tmp_path / "there" / "feed" / "manifest.json").exists():
            assert process.poll() is None, "nothing was delivered before the end"
            time.sleep(0.1)
        look = run_scrapy("report", data=tmp_path / "data")
        assert look.status == 0, look.err
        assert ">running<" in (tmp_path / "data" / "report" / "index.html").read_text("utf-8")
        process.terminate()
        assert process.wait(timeout=30) == 3
    assert verify(tmp_path / "there") == []
    here, there = ({path.name for path in (tmp_path / name / "feed").iterdir()} for name in ("data", "there"))
    assert here == there, "what was published last was delivered at the end"


def test_a_store_that_is_away_loses_nothing(scrapy: Scrapy, bucket: Bucket) -> None:
    away = bucket.env | {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "1"}
    with Library(articles=3) as served:
        run = scrapy(
            "crawl", "wenku", "-a", f"start_urls={served.start}", "-s", "FEED_URL=s3://bucket/x", env=served.env | away
        )
    assert run.status == 74 and "Traceback" not in run.err, run.err
    assert "s3://bucket/x" in run.err.splitlines()[-3] and run.last_line.startswith("wenku: complete: 3 documents")
    assert verify(run.data) == [] and len(run.rows("feed")) == 3
    later = scrapy("feed", "deliver", "-s", "FEED_URL=s3://bucket/x", env=bucket.env)
    assert later.status == 0 and "1 parts were brought" in later.out, later.err
    assert "x/feed/manifest.json" in bucket.names()


def test_an_unusable_address_is_said_before_anything_starts(scrapy: Scrapy) -> None:
    run = scrapy("crawl", "wenku", "-s", "FEED_URL=moon://bucket/x")
    assert run.status == 2 and "moon:// cannot be used" in run.err and "Traceback" not in run.err
    assert not (run.data / "state").exists()


# ---- order and safety, in a folder ------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    feed = Feed(tmp_path / "data")
    for number in (1, 2):
        feed.publish("documents", [encode(document(url=f"http://demo.test/{number}.html"))], run=number)
    return tmp_path / "data"


def test_the_manifest_comes_last(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order = []
    put = Store.put
    monkeypatch.setattr(Store, "put", lambda self, path, name: (order.append(name), put(self, path, name))[1])
    store = Store(f"file://{tmp_path}/there")
    assert deliver(folder, store) == ["feed/documents-00000001.jsonl", "feed/documents-00000002.jsonl"]
    assert order == ["feed/documents-00000001.jsonl", "feed/documents-00000002.jsonl", "feed/manifest.json"]
    assert deliver(folder, store) == [] and len(order) == 3, "nothing new, nothing brought"
    assert verify(tmp_path / "there") == []


def test_another_feed_is_never_written_over(folder: Path, tmp_path: Path) -> None:
    other = Feed(tmp_path / "other")
    other.publish("documents", [encode(document(url="http://other.test/1.html"))], run=1)
    store = Store(f"file://{tmp_path}/there")
    deliver(folder, store)
    before = {path: path.read_bytes() for path in (tmp_path / "there").rglob("*") if path.is_file()}
    with pytest.raises(FeedError, match="holds another feed"):
        deliver(tmp_path / "other", store)
    assert {path: path.read_bytes() for path in (tmp_path / "there").rglob("*") if path.is_file()} == before
    manifest = tmp_path / "there" / "feed" / "manifest.json"
    manifest.write_text(json.dumps({"parts": 3}))
    with pytest.raises(FeedError, match="is damaged"):
        deliver(folder, store)
