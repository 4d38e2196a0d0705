"""A site on loopback that does what a test tells it, and crawls of it."""

import gzip
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from crawlers.config import SourceConfig, parse_source
from langnghe.records import Mention
from langnghe.settings import Settings, load_settings
from langnghe.store.engine import open_store
from langnghe.store.mentions import list_quarantined, scan_mentions


@dataclass(frozen=True)
class Page:
    body: bytes | str = b""
    type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    drip_s: float = 0.0
    """Seconds between two bytes of the body."""
    promised: int | None = None
    """Content-Length, where it is to be a lie."""


class Site:
    """`pages` by path with query; a callable is asked anew at each request."""

    def __init__(self) -> None:
        self.pages: dict[str, Page | Callable[[], Page]] = {}
        self.asked: Counter[str] = Counter()
        self.agents: set[str] = set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.host = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.host}"
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def article(self, path: str, title: str, text: str, *, more: str = "", head: str = "") -> None:
        self.pages[path] = Page(article_html(title, text, more=more, head=head))

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site.asked[self.path] += 1
                site.agents.add(self.headers.get("User-Agent", ""))
                found = site.pages.get(self.path, Page("Không có trang này.", status=404))
                try:
                    self._answer(found() if callable(found) else found)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def _answer(self, page: Page) -> None:
                body = page.body.encode() if isinstance(page.body, str) else page.body
                etag = page.headers.get("ETag")
                if etag and self.headers.get("If-None-Match") == etag:
                    self.send_response(304)
                    self.end_headers()
                    return
                self.send_response(page.status)
                for name, value in {"Content-Type": page.type, **page.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(page.promised or len(body)))
                self.end_headers()
                if page.drip_s:
                    for byte in body:
                        self.wfile.write(bytes([byte]))
                        time.sleep(page.drip_s)
                else:
                    self.wfile.write(body)
                self.close_connection = page.promised is not None

            def log_message(self, *_: object) -> None: ...

        return Handler


def article_html(title: str, text: str, *, more: str = "", head: str = "") -> str:
    paragraphs = "".join(f"<p>{part}</p>" for part in text.split("\n"))
    return (
        f"<!doctype html><html lang=vi><head><meta charset=utf-8><title>{title}</title>{head}</head><body>"
        f"<nav><a href=/>Trang chủ</a></nav><article><h1>{title}</h1>{paragraphs}</article>{more}</body></html>"
    )


def rss(entries: Mapping[str, str]) -> str:
    """Link → title."""
    items = "".join(
        f"<item><title>{title}</title><link>{link}</link><guid>{link}</guid>"
        "<pubDate>Wed, 22 Oct 2025 19:25:52 +0700</pubDate></item>"
        for link, title in entries.items()
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Tin</title>{items}</channel></rss>'
    )


LONG = (
    "Sáng 22/10, nhiều tuyến đường ở thành phố ngập sâu sau cơn mưa lớn kéo dài từ đêm. Người dân phải dắt xe máy qua "
    "vùng nước, một số hàng quán đóng cửa vì nước tràn vào nhà. Đơn vị thoát nước cho biết đã huy động máy bơm và "
    "công nhân đến các điểm ngập, đồng thời vớt rác ở miệng cống để nước rút nhanh hơn."
)


def settings_at(home: Path, site: Site, **more: object) -> Settings:
    allowed = {"home": home, "allowed_private_hosts": (site.host,), "crawl_delay_s": 0.0, "min_free_mb": 1}
    return load_settings(**{**allowed, **more})


def source(kind: str, *urls: str, **more: object) -> SourceConfig:
    fields = {
        "name": f"thu-{kind}",
        "title": "Nguồn thử",
        "kind": kind,
        "channel": "news" if kind in {"feed", "sitemap"} else "forum",
        "urls": urls,
        "expected": {"min": 1, "max": 1000},
        "licence": "Dữ liệu thử",
    }
    return parse_source({**fields, **more})


def stored(settings: Settings) -> list[Mention]:
    store = open_store(settings)
    try:
        return sorted(scan_mentions(store), key=lambda mention: (mention.url or "", mention.native_id or ""))
    finally:
        store.close()


def quarantined(settings: Settings) -> list[str]:
    store = open_store(settings)
    try:
        return [row["reason"] for row in list_quarantined(store)]
    finally:
        store.close()


def bomb(n_bytes: int) -> bytes:
    return gzip.compress(b"\0" * n_bytes)
