"""Crawling: our whole pipeline beside plain Scrapy with trafilatura, on the same local pages."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from bench.material import news_articles
from bench.measure import peak_mb, seconds
from crawlers.config import SourceConfig, SourceKind
from crawlers.run import crawl
from langnghe.demo.feeds import rss
from langnghe.demo.pages import article_page
from langnghe.records import Channel
from langnghe.settings import Settings

CHROME = "<div class='menu'><ul>" + "".join(f"<li><a href='/muc/{n}'>Chuyên mục {n}</a></li>" for n in range(400))
CHROME += "</ul></div><script>" + "var quangCao = 'không phải nội dung';" * 600 + "</script>"
"""Menus and scripts as real newspapers carry them, some 50 KB a page."""
PLAIN_SPIDER = Path(__file__).parent / "plain_spider.py"


def measure_crawl(n_pages: int, folder: Path) -> dict[str, float]:
    """The same `n_pages` articles by both, one after the other, each in processes of its own.

    Raises RuntimeError when one of them did not get them all.
    """
    with _local_newspaper(n_pages) as base_url:
        output = folder / "plain.jsonl"
        command = [sys.executable, str(PLAIN_SPIDER), f"{base_url}/rss.xml", str(output)]
        plain_s = seconds(partial(subprocess.run, command, check=True))
        plain_mb = peak_mb(children=True)
        n_plain = len(output.read_text("utf-8").splitlines())
        settings = Settings(
            home=folder / "home",
            crawl_delay_s=0,
            allowed_private_hosts=(base_url.removeprefix("http://"),),
            _env_file=None,
        )
        n_ours = 0

        def ours() -> None:
            nonlocal n_ours
            n_ours = crawl(_source(base_url, n_pages), settings).counts.new

        ours_s = seconds(ours)
    if (n_plain, n_ours) != (n_pages, n_pages):
        raise RuntimeError(f"of {n_pages} pages plain Scrapy read {n_plain} and ours {n_ours}")
    return {
        "pages": n_pages,
        "plain_pages_per_s": n_pages / plain_s,
        "ours_pages_per_s": n_pages / ours_s,
        "ratio": plain_s / ours_s,
        "plain_peak_mb": plain_mb,
        "largest_process_mb": peak_mb(children=True),
    }


def _source(base_url: str, n_pages: int) -> SourceConfig:
    return SourceConfig(
        name="bench",
        title="Bench",
        kind=SourceKind.FEED,
        channel=Channel.NEWS,
        urls=(f"{base_url}/rss.xml",),
        expected={"min": n_pages, "max": n_pages},
        licence="invented",
        max_pages=n_pages + 10,
    )


@contextmanager
def _local_newspaper(n_pages: int) -> Iterator[str]:
    """In a process of its own, so that it does not share an interpreter with what is measured."""
    spawn = get_context("spawn")
    here, there = spawn.Pipe()
    server = spawn.Process(target=_serve, args=(there, n_pages), daemon=True)
    server.start()
    try:
        yield here.recv()
    finally:
        server.terminate()
        server.join()


def _serve(parent: Connection, n_pages: int) -> None:
    newspaper = news_articles(n_pages)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    base_url = f"http://127.0.0.1:{server.server_port}"
    _Handler.pages = {"/rss.xml": rss(newspaper, newspaper.articles, base_url), "/robots.txt": b"User-agent: *\n"}
    for article in newspaper.articles:
        page = article_page(newspaper, article, base_url).decode().replace("<main>", f"{CHROME}<main>")
        _Handler.pages[f"/{newspaper.slug}/{article.section}/{article.slug}.html"] = page.encode()
    parent.send(base_url)
    server.serve_forever()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    pages: dict[str, bytes]

    def do_GET(self) -> None:
        body = self.pages.get(self.path.partition("?")[0])
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "application/rss+xml" if self.path == "/rss.xml" else "text/html")
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None:
        """Nothing: printing would be measured too."""
