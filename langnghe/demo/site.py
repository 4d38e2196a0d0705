"""The invented site on loopback, with the conditional requests that spare a crawler an unchanged page."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

from langnghe.demo.routes import Answer, DemoSite


@contextmanager
def serve_site(port: int = 0, *, anchor: datetime | None = None) -> Iterator[str]:
    """Serves the site at 127.0.0.1 and yields its address, without a slash at the end; 0 takes a free port.

    Raises OSError when the port is taken.
    """
    server = _Server(("127.0.0.1", port), _Handler)
    base_url = f"http://127.0.0.1:{server.server_port}"
    server.site = DemoSite(anchor or datetime.now(UTC), base_url)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield base_url
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    site: DemoSite


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        answer = self.server.site.answer(asked.path, parse_qs(asked.query))
        if answer is None:
            missing = Answer("Không có trang này.".encode(), "text/plain; charset=utf-8")
            return self._send(HTTPStatus.NOT_FOUND, missing)
        if self._is_known(answer):
            return self._send(HTTPStatus.NOT_MODIFIED, answer)
        return self._send(HTTPStatus.OK, answer)

    do_HEAD = do_GET  # noqa: N815

    def _is_known(self, answer: Answer) -> bool:
        """RFC 9110, 13.1: the entity tag decides where one is sent, else the date."""
        if tags := self.headers.get("If-None-Match"):
            return answer.etag in (tag.strip().removeprefix("W/") for tag in tags.split(","))
        since = self.headers.get("If-Modified-Since")
        try:
            return since is not None and parsedate_to_datetime(since) >= self.server.site.changed_at
        except (TypeError, ValueError):
            return False

    def _send(self, status: HTTPStatus, answer: Answer) -> None:
        body = b"" if status is HTTPStatus.NOT_MODIFIED else answer.body
        self.send_response(status)
        self.send_header("ETag", answer.etag)
        self.send_header("Last-Modified", format_datetime(self.server.site.changed_at, usegmt=True))
        self.send_header("Content-Type", answer.type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in answer.headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Requests are counted by the crawler; the terminal belongs to the progress bars."""
