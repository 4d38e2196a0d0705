"""Feeds, sitemaps and list pages as entries: frozen pages with what they hold beside them."""

import gzip
import json
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.feeds import parse_feed
from crawlers.sitemaps import parse_sitemap
from crawlers.spiders.listing import listed_links
from langnghe.errors import BadInput

PAGES = Path(__file__).parent / "pages"
BOMB = b"""<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>"""
FILE_READER = b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


def expected(name: str) -> object:
    return json.loads((PAGES / f"{name}.expected.json").read_text("utf-8"))


def feed(body: bytes, content_type: str | None = None) -> list[dict[str, object]]:
    return [asdict(entry) for entry in parse_feed(body, content_type, url="https://bao.example/rss")]


@pytest.mark.parametrize("name", ["bao_rss.xml", "ban_doc_atom.xml", "khu_pho_feed.json"])
def test_a_frozen_feed_gives_its_entries(name: str) -> None:
    assert feed((PAGES / name).read_bytes()) == expected(name.partition(".")[0])


def test_a_wrong_charset_in_the_header_does_not_harm_a_feed() -> None:
    body = (PAGES / "bao_rss.xml").read_bytes()
    assert feed(body, "application/xml; charset=iso-8859-1") == expected("bao_rss")


def test_a_utf16_feed_is_read() -> None:
    body = (PAGES / "bao_rss.xml").read_text("utf-8").replace('encoding="utf-8"', 'encoding="utf-16"')
    assert feed(body.encode("utf-16")) == expected("bao_rss")


def test_a_feed_cut_off_in_the_middle_gives_what_it_holds() -> None:
    body = (PAGES / "bao_rss.xml").read_bytes()
    assert [one["title"] for one in feed(body[:1500])][:1] == ["Ngập nửa mét ở đường Nguyễn Hữu Cảnh"]


def test_a_bare_ampersand_does_not_break_a_feed() -> None:
    body = b"<rss version='2.0'><channel><item><title>A & B</title><link>http://a.vn/1?x=1&y=2</link></item></channel></rss>"
    assert feed(body)[0]["url"] == "http://a.vn/1?x=1&y=2"


@pytest.mark.parametrize(
    "body",
    [
        BOMB + b"<rss version='2.0'><channel><item><title>&d;</title></item></channel></rss>",
        FILE_READER + b"<rss version='2.0'><channel><item><title>&x;</title></item></channel></rss>",
        BOMB + b"<rss><channel><item><title>&d;",
    ],
)
def test_a_feed_that_declares_entities_is_refused(body: bytes) -> None:
    with pytest.raises(BadInput, match="thực thể"):
        feed(body)


@pytest.mark.parametrize(
    "body", [b"", b"<html><body>404</body></html>", b"{}", b'{"items": 3}', b"{hong", b"\0\xff\xfe"]
)
def test_what_is_no_feed_is_refused(body: bytes) -> None:
    with pytest.raises(BadInput):
        feed(body)


def test_a_feed_that_reads_like_a_file_name_or_an_address_opens_neither(tmp_path: Path) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_bytes((PAGES / "bao_rss.xml").read_bytes())
    for body in (str(secret), secret.as_uri()):
        with pytest.raises(BadInput):
            feed(body.encode())


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_break_the_feed_reader(body: bytes) -> None:
    with suppress(BadInput):
        feed(body)


def test_a_frozen_news_sitemap_gives_its_pages() -> None:
    body = (PAGES / "news_sitemap.xml").read_bytes()
    for given_body in (body, gzip.compress(body)):
        sitemap = parse_sitemap(given_body, "application/xml", max_size=100_000)
        assert [asdict(entry) for entry in sitemap.pages] == expected("news_sitemap")


def test_an_index_names_further_sitemaps() -> None:
    body = b"""<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
    <sitemap><loc>https://bao.example/s1.xml</loc><lastmod>2025-10-22</lastmod></sitemap></sitemapindex>"""
    sitemap = parse_sitemap(body, None, max_size=100_000)
    assert [(entry.url, entry.published) for entry in sitemap.sitemaps] == [
        ("https://bao.example/s1.xml", "2025-10-22")
    ]
    assert not sitemap.pages


@pytest.mark.parametrize(
    "body",
    [
        BOMB + b"<urlset><url><loc>&d;</loc></url></urlset>",
        gzip.compress(b"\0" * 1_000_000),
        gzip.compress(b"<urlset/>")[:12],
        b"<html/>",
        b"",
        b"<urlset>",
    ],
    ids=["entities", "gzip bomb", "cut gzip", "html", "nothing", "unclosed"],
)
def test_bombs_and_what_is_no_sitemap_are_refused(body: bytes) -> None:
    with pytest.raises(BadInput):
        parse_sitemap(body, None, max_size=100_000)


@pytest.mark.parametrize(
    ("link", "next_"),
    [("a.cau", "a.sau"), ("a.cau::attr(href)", "a.sau::attr(href)"), ("//a[@class='cau']", "//a[@class='sau']/@href")],
)
def test_a_frozen_list_page_gives_its_links_once_and_the_next_page(link: str, next_: str) -> None:
    body = (PAGES / "danh_sach.html").read_bytes()
    links, further = listed_links(body, None, url="https://hoidap.example/ds", link=link, next_=next_)
    assert links == ["https://hoidap.example/cau-hoi/9", "https://hoidap.example/cau-hoi/8?x=1#tra-loi"]
    assert further == "https://hoidap.example/ds?trang=2"


def test_an_empty_list_page_is_bad_input() -> None:
    with pytest.raises(BadInput):
        listed_links(b"", None, url="https://hoidap.example/", link="a", next_=None)
