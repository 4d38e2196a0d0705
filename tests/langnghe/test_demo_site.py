"""The invented site: its texts, its forms for machines, and its politeness towards crawlers."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import Message
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import feedparser
import pytest
import trafilatura
import yaml
from lxml import etree, html

from crawlers.config import SourceKind
from langnghe.demo.pieces import NOTICE, TEXTS, duration, load_publications
from langnghe.demo.site import serve_site
from langnghe.demo.sources import demo_sources

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


@dataclass
class Reply:
    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> dict:
        return json.loads(self.body)


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with serve_site(anchor=NOW) as url:
        yield url


def get(url: str, **headers: str) -> Reply:
    asked = Request(url, headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urlopen(asked, timeout=5) as answer:
            return Reply(answer.status, answer.headers, answer.read())
    except HTTPError as error:
        return Reply(error.code, error.headers, error.read())


def texts() -> list[tuple[str, datetime]]:
    return [text for publication in load_publications(NOW).values() for text in publication.texts()]


class TestTexts:
    def test_there_are_enough_and_all_are_marked_as_invented(self) -> None:
        assert len(texts()) >= 140
        assert all(yaml.safe_load(path.read_text("utf-8"))["invented"] is True for path in TEXTS.glob("*.yaml"))

    def test_all_lie_within_the_last_thirty_days(self) -> None:
        assert all(NOW - timedelta(days=30) <= at <= NOW for _, at in texts())
        assert max(at for _, at in texts()) > NOW - timedelta(hours=3)

    def test_flooding_in_one_ward_surges_over_two_days(self) -> None:
        ages = [(NOW - at) / timedelta(days=1) for _, at in texts()]
        in_surge = sum(0.5 < age < 2.5 for age in ages) / 2
        before = sum(age >= 2.5 for age in ages) / 27.5
        assert in_surge > 5 * before
        assert sum("Hiệp Bình" in text and NOW - at < timedelta(days=2.5) for text, at in texts()) >= 18

    def test_days_named_in_a_text_follow_its_date(self) -> None:
        articles = {a.slug: a for a in load_publications(NOW)["ven-kenh"].articles}
        assert "Khoảng 17h" in articles["hiep-binh-ngap-sau-sau-mua-va-trieu"].paragraphs[0].replace(
            "Từ khoảng", "Khoảng"
        )
        assert "ngày 18/11" in articles["hiep-binh-ngap-sau-sau-mua-va-trieu"].paragraphs[0]
        assert not any("{d" in text for text, _ in texts())

    def test_phone_numbers_are_of_a_block_nobody_has(self) -> None:
        everything = "\n".join(text for text, _ in texts())
        numbers = [re.sub(r"\D", "", found) for found in re.findall(r"\b0[35789][\d .-]{7,12}\d", everything)]
        assert len(numbers) >= 6
        assert all(number.startswith("0900000") for number in numbers if len(number) == 10)

    def test_both_eras_plain_typing_and_teencode_occur(self) -> None:
        everything = "\n".join(text for text, _ in texts())
        for part in ("quận Thủ Đức", "phường Hiệp Bình", "ngap kieu nay", "mn ơi", "【", "Share:"):
            assert part in everything

    @pytest.mark.parametrize(("written", "hours"), [("2h", 2), ("1d3h", 27), ("30m", 0.5)])
    def test_durations(self, written: str, hours: float) -> None:
        assert duration(written) == timedelta(hours=hours)

    @pytest.mark.parametrize("written", ["", "2", "h", "3h2d"])
    def test_a_wrong_duration_is_refused(self, written: str) -> None:
        with pytest.raises(ValueError, match="not a duration"):
            duration(written)


class TestFeeds:
    @pytest.mark.parametrize("path", ["/ven-kenh/rss/thoi-su.xml", "/ven-kenh/atom/ban-doc.xml"])
    def test_feeds_parse_and_lead_to_pages(self, base_url: str, path: str) -> None:
        feed = feedparser.parse(get(base_url + path).body)
        assert not feed.bozo
        assert len(feed.entries) >= 6
        for entry in feed.entries:
            assert get(entry.link).status == 200
            assert datetime(*entry.published_parsed[:6], tzinfo=UTC) <= NOW

    def test_the_news_sitemap_lists_every_article(self, base_url: str) -> None:
        found = etree.fromstring(get(f"{base_url}/pho-thi/news-sitemap.xml").body)
        locations = found.findall(".//{http://www.sitemaps.org/schemas/sitemap/0.9}loc")
        assert len(locations) == len(load_publications(NOW)["pho-thi"].articles)
        assert len(found.findall(".//{http://www.google.com/schemas/sitemap-news/0.9}publication_date")) == len(
            locations
        )

    def test_an_unchanged_feed_costs_a_304(self, base_url: str) -> None:
        url = f"{base_url}/ven-kenh/rss/thoi-su.xml"
        first = get(url)
        by_tag = get(url, If_None_Match=first.headers["ETag"])
        by_date = get(url, If_Modified_Since=first.headers["Last-Modified"])
        assert (by_tag.status, by_tag.body) == (304, b"")
        assert (by_date.status, by_date.body) == (304, b"")
        assert get(url, If_None_Match='"other"').status == 200
        assert get(url, If_Modified_Since="hôm qua".encode().decode("latin-1")).status == 200

    def test_the_same_start_gives_the_same_pages(self, base_url: str) -> None:
        path = "/ven-kenh/thoi-su/may-bom-ve-hiep-binh.html"
        port = int(base_url.rsplit(":", 1)[1])
        etag = get(base_url + path).headers["ETag"]
        with serve_site(anchor=NOW) as other:
            assert other != base_url
            body = get(other + path).body.replace(other.encode(), f"http://127.0.0.1:{port}".encode())
            assert body == get(base_url + path).body
            assert get(other + path).headers["ETag"] != etag, "the address is part of the page"


class TestPages:
    URL = "/ven-kenh/thoi-su/hiep-binh-ngap-sau-sau-mua-va-trieu.html"

    def test_an_article_has_its_date_in_json_ld_and_its_comments_in_the_html(self, base_url: str) -> None:
        page = html.fromstring(get(base_url + self.URL).body)
        (linked,) = page.xpath("//script[@type='application/ld+json']/text()")
        assert datetime.fromisoformat(json.loads(linked)["datePublished"]) == NOW - timedelta(days=2, hours=1)
        assert len(page.cssselect("section.comments li.comment")) == 5

    def test_the_text_can_be_read_out_without_the_notice(self, base_url: str) -> None:
        body = get(base_url + self.URL).body
        text = trafilatura.extract(body, include_comments=False)
        assert NOTICE in body.decode()
        assert NOTICE not in text
        assert "rạch Ông Dầu" in text

    def test_every_page_shows_that_it_is_invented(self, base_url: str) -> None:
        paths = [
            "/",
            "/ven-kenh/",
            "/goc-pho/mot-ngay-loi-nuoc/",
            "/xom-minh/topic/301/x",
            "/chung-cu/t/chu-de-81/81/2",
        ]
        paths += ["/hoi-dap/danh-sach", "/hoi-dap/cau-hoi/1201.html", "/xom-minh/post/7002"]
        for path in paths:
            assert f'<p class="notice">{NOTICE}</p>' in get(base_url + path).body.decode(), path

    def test_every_link_of_the_site_leads_somewhere(self, base_url: str) -> None:
        seen, waiting = set(), ["/"]
        while waiting:
            path = waiting.pop()
            seen.add(path)
            page = html.fromstring(get(base_url + path).body)
            links = {link for link in page.xpath("//a/@href") if link.startswith("/")}
            waiting += [link for link in links if link not in seen and link not in waiting]
            assert get(base_url + path).status == 200, path
        assert len(seen) > 60

    def test_the_portal_is_listed_in_pages(self, base_url: str) -> None:
        path, found, pages = "/hoi-dap/danh-sach", [], 0
        while path:
            page = html.fromstring(get(base_url + path).body)
            found += page.cssselect("a.question-link")
            path = next((link.get("href") for link in page.cssselect("a.next")), None)
            pages += 1
        assert (len(found), pages) == (16, 3)

    def test_what_is_not_there_is_a_404(self, base_url: str) -> None:
        for path in (
            "/nope",
            "/ven-kenh/thoi-su/nope.html",
            "/xom-minh/api/topic/9",
            "/chung-cu/t/9.json",
            "/ven-kenh/rss/x.xml",
        ):
            assert get(base_url + path).status == 404, path

    def test_robots_txt_lets_crawlers_in(self, base_url: str) -> None:
        assert b"User-agent: *" in get(f"{base_url}/robots.txt").body


class TestApis:
    def test_wordpress_posts_and_comments(self, base_url: str) -> None:
        posts = get(f"{base_url}/goc-pho/wp-json/wp/v2/posts?per_page=4&page=2")
        assert posts.headers["X-WP-Total"] == "6"
        assert posts.headers["X-WP-TotalPages"] == "2"
        assert len(posts.json) == 2
        assert posts.json[0]["content"]["rendered"].startswith("<p>")
        comments = get(f"{base_url}/goc-pho/wp-json/wp/v2/comments?per_page=100").json
        ids = {post["id"] for post in get(f"{base_url}/goc-pho/wp-json/wp/v2/posts?per_page=100").json}
        assert {comment["post"] for comment in comments} <= ids
        assert get(f"{base_url}/goc-pho/wp-json/wp/v2/posts?page=9").status == 404

    def test_nodebb_topics_in_pages_with_all_posts(self, base_url: str) -> None:
        first = get(f"{base_url}/xom-minh/api/recent").json
        second = get(f"{base_url}/xom-minh/api/recent?page=2").json
        assert first["pagination"]["next"]["active"]
        assert not second["pagination"]["next"]["active"]
        topics = first["topics"] + second["topics"]
        assert len({topic["tid"] for topic in topics}) == 13
        posts = []
        for page in (1, 2):
            posts += get(f"{base_url}/xom-minh/api/topic/301/chu-de-301?page={page}").json["posts"]
        assert [post["pid"] for post in posts] == list(range(7001, 7008))

    def test_discourse_topics_with_the_whole_stream(self, base_url: str) -> None:
        latest = get(f"{base_url}/chung-cu/latest.json").json["topic_list"]
        assert latest["more_topics_url"].endswith("page=1")
        rest = get(f"{base_url}/chung-cu/latest.json?page=1").json["topic_list"]
        assert "more_topics_url" not in rest
        assert len(latest["topics"] + rest["topics"]) == 12
        topic = get(f"{base_url}/chung-cu/t/chu-de-81/81.json").json
        assert topic["post_stream"]["stream"] == [4001, 4002, 4003]
        asked = get(f"{base_url}/chung-cu/t/81/posts.json?post_ids[]=4003").json
        assert [post["id"] for post in asked["post_stream"]["posts"]] == [4003]

    def test_the_hotline_file_has_its_bad_rows_on_the_lines_it_says(self, base_url: str) -> None:
        lines = get(f"{base_url}/tong-dai/1022.csv").body.decode("utf-8-sig").splitlines()
        bad = load_publications(NOW)["tong-dai"].bad_lines
        assert len(lines) == 27
        assert sorted(bad) == [13, 21]
        assert lines[12].split(",")[4] == ""
        assert "25:61" in lines[20]


def test_every_kind_of_source_is_shown(base_url: str) -> None:
    sources = demo_sources(base_url)
    assert {source.kind for source in sources} == set(SourceKind)
    assert all(source.enabled and source.delay_s == 0 for source in sources)
    assert all(url.startswith(base_url + "/") for source in sources for url in source.urls)
