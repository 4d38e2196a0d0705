"""A newspaper of a few invented articles on loopback, for runs of a source from its site to the index."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

TEXTS = (
    "Người dân đường Nguyễn Hữu Cảnh phản ánh mặt đường ngập sâu nửa mét sau trận mưa chiều qua, xe chết máy.",
    "UBND phường Tân Hưng cho biết sẽ thay toàn bộ nắp cống hư trên đường số 7 trong tháng này để bảo đảm an toàn.",
    "Phụ huynh ở phường Bình Thạnh kiến nghị đặt thêm đèn tín hiệu trước cổng trường tiểu học vì kẹt xe mỗi sáng.",
    "Bãi rác tự phát cạnh kênh ở xã Nhà Bè bốc mùi nhiều tuần, người dân mong được dọn sớm và đặt camera giám sát.",
    "Một hộ kinh doanh cho biết thủ tục cấp giấy phép tại phường Gia Định nhanh hơn trước, chỉ mất nửa buổi sáng.",
    "Cúp điện ba đêm liền ở phường Bảy Hiền, nhiều gia đình có trẻ nhỏ phải thức trắng và chưa nhận được thông báo.",
)


class Newspaper:
    """Its list and pages as they are now; a test changes them at will."""

    def __init__(self) -> None:
        self.n_articles = len(TEXTS)
        self.status = 200
        self.unchanged = False
        self.asked: list[str] = []
        self.article_asked = Event()
        self.may_answer = Event()
        """Articles are held back until it is set."""
        self.may_answer.set()
        self.port = 0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def config(self, **fields: Any) -> dict[str, Any]:
        """Of the source, as the store holds it."""
        return {
            "name": "bao-thu",
            "title": "Báo thử",
            "kind": "feed",
            "channel": "news",
            "urls": [f"http://{self.address}/rss"],
            "schedule": {"cron": None, "every_minutes": 30},
            "expected": {"min": 3, "max": 50},
            "licence": "Bài viết thử",
        } | fields

    def feed(self) -> str:
        items = "".join(
            f"<item><title>Tin số {i}</title><link>http://{self.address}/bai-{i}.html</link><guid>{i}</guid>"
            f"<pubDate>Fri, 20 Nov 2026 08:0{i}:00 +0700</pubDate><description>{TEXTS[i]}</description></item>"
            for i in range(self.n_articles)
        )
        return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Báo thử</title>{items}</channel></rss>'

    def article(self, i: int) -> str:
        return (
            f"<html lang=vi><head><title>Tin số {i}</title></head><body><article><h1>Tin số {i}</h1>"
            f"<p>{TEXTS[i]}</p><p>{TEXTS[i]} Sự việc đang được cơ quan chức năng xem xét và trả lời người dân.</p>"
            "</article></body></html>"
        )


@contextmanager
def open_newspaper() -> Iterator[Newspaper]:
    paper = Newspaper()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paper.asked.append(self.path)
            if self.path == "/rss":
                self._answer_list()
            elif self.path.startswith("/bai-"):
                paper.article_asked.set()
                paper.may_answer.wait(30)
                self._answer(200, paper.article(int(self.path[5:-5])), "text/html; charset=utf-8")
            else:
                self._answer(404, "", "text/plain")

        def _answer_list(self) -> None:
            if paper.unchanged and self.headers.get("If-None-Match"):
                self._answer(304, "", "application/rss+xml")
            else:
                self._answer(paper.status, paper.feed(), "application/rss+xml; charset=utf-8")

        def _answer(self, status: int, text: str, kind: str) -> None:
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", '"1"')
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keeps the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    paper.port = server.server_address[1]
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield paper
    finally:
        paper.may_answer.set()
        server.shutdown()
        server.server_close()
