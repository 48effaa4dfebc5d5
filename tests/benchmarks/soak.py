"""Crawls very many small libraries, a slice of the hosts at a time, and watches the memory.

    python tests/benchmarks/soak.py [--hosts 30000] [--pages 200000] [--slices 12] [--most 400]

The hosts are names behind a proxy on loopback, served by a process of its own; each slice is a run of the real
command on one data folder, so the last one works with everything that the ledger has gathered. Exit status 1 when the
resident memory of a slice went over `--most` MB, or a document is missing.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPO)]
from tests.site import paragraph  # noqa: E402

OVERHEAD = 2  # the home page and one list of each host


def page(host: str, path: str, articles: int) -> str | None:
    """The page of one host: "/" leads to "/list/", which leads to "/doc/1.html" and so on."""
    name = host.partition(".")[0]
    if path in ("/", "/list/"):
        links = "".join(
            f'<li><a href="/doc/{n}.html">第{name}号文库的第{n}篇工作总结</a><span>2024-03-0{n}</span></li>'
            for n in range(1, articles + 1 if path != "/" else 2)
        )
        return f'<title>文库{name}</title><ul><li><a href="/list/">工作总结</a></li></ul><h2>工作总结</h2><ul>{links}</ul>'
    number = path.removeprefix("/doc/").removesuffix(".html")
    if not number.isdecimal() or int(number) > articles:
        return None
    text = "".join(f"<p>{paragraph(f'{name}/{number}/{n}')}</p>" for n in range(4))
    title = f"第{name}号文库的第{number}篇工作总结"
    return f"<title>{title}_文库{name}</title><h1>{title}</h1><div>时间：2024-03-0{number} 09:30</div><div>{text}</div>"


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, articles: int) -> None:
    """One connection of a client that uses this server as its proxy."""
    try:
        while line := await reader.readline():
            while (await reader.readline()).strip():
                pass
            _, _, rest = line.split()[1].decode().partition("://")
            host, slash, path = rest.partition("/")
            html = page(host, slash + path, articles)
            body = f'<html><head><meta charset="utf-8"></head><body>{html or "404"}</body></html>'.encode()
            head = f"HTTP/1.1 {'200 OK' if html else '404 Not Found'}\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            await writer.drain()
    except (ConnectionError, IndexError):
        pass
    finally:
        writer.close()


def serve(articles: int, port: Connection) -> None:
    """The server's process: tells its port, then serves until it is ended."""

    async def run() -> None:
        server = await asyncio.start_server(lambda r, w: answer(r, w, articles), "127.0.0.1", 0)
        port.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


def crawl(hosts: list[str], data: Path, proxy: str) -> tuple[int, float, str]:
    """One run over `hosts`: exit status, the greatest resident memory in MB, the last line."""
    urls = ",".join(f"http://{host}/" for host in hosts)
    command = [sys.executable, "-m", "scrapy", "crawl", "wenku", "-a", f"start_urls={urls}", "-L", "ERROR"]
    for setting in ("DOWNLOAD_DELAY=0", "AUTOTHROTTLE_ENABLED=False", "CONCURRENT_REQUESTS=64", f"DATA_DIR={data}"):
        command += ["-s", setting]
    with tempfile.TemporaryFile("w+") as said:
        environment = {"PATH": os.environ["PATH"], "http_proxy": proxy}
        process = subprocess.Popen(command, cwd=REPO, env=environment, stderr=said)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)  # it was waited for
        said.seek(0)
        lines = said.read().strip().splitlines()
    return process.returncode, used.ru_maxrss / 1024, lines[-1] if lines else ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", type=int, default=30_000)
    parser.add_argument("--pages", type=int, default=200_000)
    parser.add_argument("--slices", type=int, default=12)
    parser.add_argument("--most", type=float, default=400, help="MB")
    args = parser.parse_args()
    articles = max(1, round(args.pages / args.hosts) - OVERHEAD)
    hosts = [f"h{n}.soak.example" for n in range(args.hosts)]
    random.Random(1).shuffle(hosts)
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(articles, there), daemon=True)
    server.start()
    proxy = f"http://127.0.0.1:{here.recv()}"
    bad, began, greatest = 0, time.monotonic(), 0.0
    with tempfile.TemporaryDirectory() as place:
        data = Path(place) / "data"
        size = -(-args.hosts // args.slices)
        for at in range(0, args.hosts, size):
            status, memory, line = crawl(hosts[at : at + size], data, proxy)
            greatest = max(greatest, memory)
            wanted = len(hosts[at : at + size]) * articles
            good = status == 0 and f" {wanted} documents" in line
            bad += not good
            seconds = time.monotonic() - began
            print(f"{min(at + size, args.hosts)} hosts, {seconds:.0f} s, {memory:.0f} MB, {'good' if good else f'status {status}'}: {line[:140]}", flush=True)
        ledger = sum(file.stat().st_size for file in (data / "state").iterdir()) / 2**20
    server.terminate()
    pages = args.hosts * (articles + OVERHEAD)
    seconds = time.monotonic() - began
    print(f"{args.hosts} hosts, {pages} pages in {seconds:.0f} s ({pages / seconds:.0f} a second); "
          f"at most {greatest:.0f} MB resident, the ledger has {ledger:.0f} MB")  # fmt: skip
    return 1 if bad or greatest > args.most else 0


if __name__ == "__main__":
    sys.exit(main())
