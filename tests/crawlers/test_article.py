"""Reading one page: frozen pages with what a careful reader takes from them, and pages that are none."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawlers.article import read_page
from crawlers.config import CommentSelectors, Selectors, load_source
from crawlers.markup import html_text
from crawlers.page import Page
from crawlers.pool import ReadingPool
from langnghe.errors import BadInput
from nlp.dates import best_date
from tests.crawlers.served import LONG, article_html

ROOT = Path(__file__).parents[2]
PAGES = Path(__file__).parent / "pages"
REAL = ROOT / ".." / "shared" / "data" / "pages"
NOW = datetime(2025, 10, 23, 12, tzinfo=UTC)
PORTAL = Selectors(
    title=".tieu-de",
    body=".noi-dung",
    date=".ngay::text",
    author="//span[@class='nguoi']",
    comments=CommentSelectors(item=".bl", text="p", author="b", date="i", id="::attr(id)", likes=".thich"),
)


def read(body: bytes | str, url: str = "https://bao.example/x", selectors: Selectors | None = None) -> Page:
    raw = body.encode() if isinstance(body, str) else body
    return read_page(raw, "text/html", url=url, selectors=selectors or Selectors(), now=NOW)


def expected(name: str) -> Any:
    return json.loads((PAGES / f"{name}.expected.json").read_text("utf-8"))


def comments_of(page: Page) -> list[dict[str, Any]]:
    return [
        {
            "text": one.text,
            "author": one.author,
            "native_id": one.native_id,
            "likes": one.likes,
            "published": one.date.at.isoformat() if one.date and one.date.at else None,
        }
        for one in page.comments
    ]


def published(page: Page) -> str:
    at = best_date(page.dates, now=NOW).at
    assert at
    return at.isoformat()


def test_a_newspaper_page_without_selectors() -> None:
    page, wanted = read((PAGES / "bai_bao.html").read_bytes()), expected("bai_bao")
    for name in ("address", "title", "author"):
        assert getattr(page, name) == wanted[name]
    assert published(page) == wanted["published"]
    assert wanted["title"] not in page.text
    assert all(piece in page.text for piece in wanted["holds"])
    assert not any(piece in page.text for piece in wanted["lacks"])
    assert comments_of(page) == wanted["comments"]
    assert page.wall is None
    assert not page.encoding_suspect


def test_a_portal_page_by_selectors() -> None:
    wanted = expected("cau_hoi")
    page = read((PAGES / "cau_hoi.html").read_bytes(), wanted["address"], PORTAL)
    for name in ("address", "title", "author", "text"):
        assert getattr(page, name) == wanted[name]
    assert published(page) == wanted["published"]
    assert comments_of(page) == wanted["comments"]


@pytest.mark.parametrize("selectors", ["trafilatura", "vnexpress.yaml"])
def test_a_real_newspaper_page(selectors: str) -> None:
    if not REAL.is_dir():
        pytest.skip("shared/data/pages is not here")
    wanted = json.loads((REAL / "vnexpress_2025_10_22.json").read_text("utf-8"))["V1"]
    chosen = Selectors()
    if selectors.endswith(".yaml"):
        chosen = load_source(ROOT / "crawlers" / "sources" / selectors).selectors
    page = read((REAL / "vnexpress_2025_10_22.html").read_bytes(), "https://vnexpress.net/a-4954454.html", chosen)
    assert page.title == wanted["title"]
    assert published(page) == datetime.fromisoformat(wanted["publishing_date"]).astimezone(UTC).isoformat()
    body = wanted["body"]
    paragraphs = [text for section in body["sections"] for text in section["paragraphs"] if "Ảnh:" not in text]
    for paragraph in [*body["summary"], *paragraphs]:
        assert paragraph in page.text
    assert len(page.text) < 1.05 * len("\n".join([*body["summary"], *paragraphs]))


def test_comments_in_microdata() -> None:
    more = """<div itemscope itemtype="https://schema.org/Comment" id="c5"><span itemprop="author">Hai</span>
    <time itemprop="datePublished" datetime="2025-10-22T08:00:00+07:00"></time><p itemprop="text">Đồng ý.</p></div>"""
    (comment,) = read(article_html("Ngập", LONG, more=more)).comments
    assert (comment.text, comment.author, comment.native_id) == ("Đồng ý.", "Hai", "c5")


@pytest.mark.parametrize(
    ("head", "url", "wanted"),
    [
        (
            "<link rel=canonical href='https://www.bao.example/dung-1.html'>",
            "https://bao.example/dung-1.html?x",
            "/dung-1",
        ),
        ("<link rel=canonical href='https://khac.example/lay-cap.html'>", "https://bao.example/goc.html", "/goc"),
        ("<link rel=canonical href='https://bao.example/'>", "https://bao.example/goc.html", "/goc"),
        ("", "https://bao.example/goc.html", "/goc"),
    ],
)
def test_a_page_names_its_own_address_only_within_its_site(head: str, url: str, wanted: str) -> None:
    address = read(article_html("A", LONG, head=head), url).address
    assert wanted in address
    assert "khac.example" not in address


def test_a_date_in_the_address_is_better_than_none() -> None:
    page = read(article_html("A", LONG), "https://bao.example/2025/10/20/ngap.html")
    assert published(page) == "2025-10-19T17:00:00+00:00"


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("<title>Just a moment...</title><form id=challenge-form></form>", "captcha"),
        ("<title>Xác minh</title><p>Vui lòng xác nhận bạn không phải là robot</p>", "captcha"),
        ("<h1>Kiểm tra</h1><div class='g-recaptcha'></div>", "captcha"),
        ("<p>Bạn cần đăng nhập để xem nội dung này</p><form><input type=password></form>", "đăng nhập"),
    ],
)
def test_captchas_and_login_walls_are_no_pages(page: str, reason: str) -> None:
    assert reason in (read(f"<html><body>{page}</body></html>").wall or "")


def test_an_article_with_a_login_form_and_talk_of_robots_is_a_page() -> None:
    more = "<form><input type=password></form><p>Đăng nhập để bình luận</p><div class=g-recaptcha></div>"
    text = f"{LONG}\n{LONG}\nĐề thi hỏi: bạn có phải là robot không?"
    assert read(article_html("Cuộc thi robot", text, more=more)).wall is None


@pytest.mark.parametrize("body", [b"", b"   ", b"\0\0\0", b"<!-- -->"])
def test_what_is_no_html_is_bad_input_or_an_empty_page(body: bytes) -> None:
    with suppress(BadInput):
        assert read(body).text == ""


def test_html_text_keeps_lines_and_drops_quotes_and_scripts() -> None:
    fragment = "<p>Một<br>hai</p><aside class=quote>của người khác</aside><script>x()</script><ul><li>ba</li></ul>"
    assert html_text(fragment, drop="aside.quote") == "Một\nhai\nba"


def test_html_text_bears_what_lxml_does_not() -> None:
    assert html_text("<p>một\0hai\ud800ba</p>") == "mộthai?ba"
    assert html_text("") == ""


def test_the_pool_reads_a_deeply_nested_page_and_drops_one_that_takes_too_long() -> None:
    deep = ("<html><body>" + "<div>" * 20_000 + LONG).encode()
    plain = article_html("Ngập", LONG).encode()
    endless = ("<html><body>" + "<p><b><i><a href=x>" * 60_000 + LONG).encode()

    async def read_all() -> None:
        quick, patient = ReadingPool(1, limit_s=0.001), ReadingPool(2, limit_s=60)
        asked = {"url": "https://bao.example/x", "selectors": Selectors(), "now": NOW}
        try:
            with pytest.raises(BadInput, match="quá nặng"):
                await quick.read(endless, None, **asked)
            first, second = await asyncio.gather(patient.read(plain, None, **asked), patient.read(deep, None, **asked))
            assert "dắt xe máy" in first.text
            assert isinstance(second, Page)
        finally:
            quick.close()
            patient.close()

    with ThreadPoolExecutor(1) as apart:  # a browser of another test may keep this thread's event loop running
        apart.submit(asyncio.run, read_all()).result()
