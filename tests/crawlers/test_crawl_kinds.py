"""Every kind of source crawled end to end from a site on loopback, then crawled again after something changed."""

import gzip
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from crawlers.config import SourceConfig
from crawlers.counts import yield_problem
from crawlers.run import CrawlCounts, CrawlResult, crawl
from langnghe.records import Channel, DateMethod, Mention, MentionKind, mention_id
from langnghe.settings import Settings
from langnghe.store.engine import open_store
from tests.crawlers.served import LONG, Page, Site, article_html, rss, settings_at, source, stored

JSON = "application/json"
WP = "per_page=50&page={}&orderby={}&order=desc"
COMMENTS = {"item": ".bl", "text": "p", "author": "b", "id": "::attr(id)", "likes": "i"}


@dataclass
class Crawled:
    config: SourceConfig
    result: CrawlResult
    mentions: list[Mention]
    asked: Mapping[str, int]
    progress: list[CrawlCounts]

    def texts(self) -> dict[str, str]:
        return {mention.native_id or "": mention.text for mention in self.mentions}


def comment(n: int, text: str) -> str:
    return f"<div class=bl id=c{n}><b>Bạn đọc {n}</b><p>{text}</p><i>{n}</i></div>"


def build(site: Site) -> list[SourceConfig]:
    return [_feed(site), _sitemap(site), _listing(site), _wordpress(site), _nodebb(site), _discourse(site)]


def _feed(site: Site) -> SourceConfig:
    links = {f"{site.url}/bao/{n}.html?utm_source=rss": f"Ngập {n}" for n in range(3)}
    links[f"{site.url}/bao/0.html"] = "Ngập 0 lần nữa"
    links["https://ngoai.example/tin-9.html"] = "Tin của báo khác"
    site.pages["/rss"] = Page(rss(links), "application/rss+xml", headers={"ETag": '"1"'})
    for n in range(3):
        more = comment(1, f"Ý kiến về tin {n}") + comment(2, "Đúng vậy") if n == 0 else ""
        site.pages[f"/bao/{n}.html?utm_source=rss"] = Page(article_html(f"Ngập {n}", f"{LONG}\nTin số {n}.", more=more))
    return source("feed", f"{site.url}/rss", selectors={"comments": COMMENTS})


def _sitemap(site: Site) -> SourceConfig:
    index = f"<sitemapindex><sitemap><loc>{site.url}/s1.xml.gz</loc></sitemap></sitemapindex>"
    urls = "".join(
        f"<url><loc>{site.url}/sm/{name}</loc><lastmod>{day}</lastmod></url>"
        for name, day in (("moi.html", "2999-01-01"), ("cu.html", "2019-01-01"), ("video/1.html", "2999-01-01"))
    )
    site.pages["/sitemap.xml"] = Page(index, "application/xml")
    site.pages["/s1.xml.gz"] = Page(gzip.compress(f"<urlset>{urls}</urlset>".encode()), "application/gzip")
    site.article("/sm/moi.html", "Bài mới", LONG)
    chosen = {"comments": COMMENTS}
    return source("sitemap", f"{site.url}/sitemap.xml", max_age_days=30, exclude=["/video/"], selectors=chosen)


def _listing(site: Site) -> SourceConfig:
    for page in (1, 2, 3, 4):
        links = "".join(f"<li><a class=cau href=/cau/{page}{n}>Câu {n}</a></li>" for n in (1, 2))
        further = f"<a class=sau href='/ds?trang={page + 1}'>Sau</a>" if page < 4 else ""
        path = "/ds" if page == 1 else f"/ds?trang={page}"
        site.pages[path] = Page(f"<html><body><ul>{links}</ul>{further}</body></html>")
        for n in (1, 2):
            text = f"<h1>Câu {page}{n}</h1><p class=hoi>Tôi hỏi về hồ sơ số {page}{n}.</p><i>18/9/2025</i>"
            site.pages[f"/cau/{page}{n}"] = Page(f"<html><body>{text}</body></html>")
    selectors = {"link": "a.cau", "next": "a.sau", "body": "p.hoi", "title": "h1", "date": "i"}
    return source("listing", f"{site.url}/ds", selectors=selectors, channel="citizen_app", max_list_pages=3)


def _wordpress(site: Site) -> SourceConfig:
    def post(n: int) -> dict[str, object]:
        link = f"{site.url}/blog/{n}/"
        texts = {"title": {"rendered": f"Bài {n}"}, "content": {"rendered": f"<p>Nội dung {n}</p>"}}
        return {"id": n, "date_gmt": "2025-10-22T08:00:00", "link": link, **texts}

    for page in (1, 2):
        path = f"/blog/wp-json/wp/v2/posts?{WP.format(page, 'modified')}"
        site.pages[path] = Page(json.dumps([post(page)]), JSON, headers={"X-WP-TotalPages": "2"})
    said = [{"id": 5, "post": 1, "author_name": "Tám", "content": {"rendered": "<p>Hay</p>"}}]
    site.pages[f"/blog/wp-json/wp/v2/comments?{WP.format(1, 'date_gmt')}"] = Page(json.dumps(said), JSON)
    return source("wordpress", f"{site.url}/blog/")


def nodebb_posts(*numbers: int) -> list[dict[str, object]]:
    return [{"pid": n, "content": f"<p>Bài {n}</p>", "user": {"username": f"u{n}"}, "upvotes": n} for n in numbers]


def _nodebb(site: Site, *, last: tuple[int, ...] = (13,)) -> SourceConfig:
    count = 2 + len(last)
    head = {"tid": 7, "slug": "7/rac", "title": "Rác", "postcount": count, "lastposttime": count, "mainPid": 11}
    recent = {"topics": [head], "pagination": {"pageCount": 1}}
    site.pages["/dd/api/recent"] = Page(json.dumps(recent), JSON)
    for path, posts in (("", nodebb_posts(11, 12)), ("?page=2", nodebb_posts(*last))):
        data = head | {"posts": posts, "pagination": {"pageCount": 2}}
        site.pages[f"/dd/api/topic/7/rac{path}"] = Page(json.dumps(data), JSON)
    return source("nodebb", f"{site.url}/dd/")


def _discourse(site: Site, *, n_posts: int = 3) -> SourceConfig:
    def post(n: int) -> dict[str, object]:
        return {"id": 100 + n, "post_number": n, "username": f"u{n}", "cooked": f"<p>Bài {n}</p>"}

    head = {"id": 3, "slug": "phi", "title": "Phí", "highest_post_number": n_posts, "posts_count": n_posts}
    site.pages["/dc/latest.json"] = Page(json.dumps({"topic_list": {"topics": [head]}}), JSON)
    stream = [100 + n for n in range(1, n_posts + 1)]
    data = head | {"post_stream": {"stream": stream, "posts": [post(1), post(2)]}}
    site.pages["/dc/t/3.json"] = Page(json.dumps(data), JSON)
    more = "&".join(f"post_ids%5B%5D={id_}" for id_ in stream[2:])
    rest = {"post_stream": {"posts": [post(n) for n in range(3, n_posts + 1)]}}
    site.pages[f"/dc/t/3/posts.json?{more}"] = Page(json.dumps(rest), JSON)
    return source("discourse", f"{site.url}/dc")


def crawl_all(site: Site, settings: Settings, configs: list[SourceConfig]) -> dict[str, Crawled]:
    """All at once, as workers would; each crawl counts its own requests."""
    site.asked.clear()
    progress: dict[str, list[CrawlCounts]] = {config.name: [] for config in configs}
    with ThreadPoolExecutor(len(configs)) as threads:
        results = list(threads.map(lambda one: crawl(one, settings, on_progress=progress[one.name].append), configs))
    mentions = stored(settings)
    return {
        str(config.kind): Crawled(
            config,
            result,
            [mention for mention in mentions if mention.source == config.name],
            dict(site.asked),
            progress[config.name],
        )
        for config, result in zip(configs, results, strict=True)
    }


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def settings(home: Path, shared_site: Site) -> Settings:
    return settings_at(home, shared_site, author_key="khóa thử", contact="thu@co-quan.example")


@pytest.fixture(scope="module")
def first(shared_site: Site, settings: Settings) -> dict[str, Crawled]:
    open_store(settings).close()
    return crawl_all(shared_site, settings, build(shared_site))


@pytest.fixture(scope="module")
def second(first: dict[str, Crawled], shared_site: Site, settings: Settings) -> dict[str, Crawled]:
    """The feed is unchanged; both forums got a reply, which fills NodeBB's second page; an article got a comment."""
    forums = [_nodebb(shared_site, last=(13, 14)), _discourse(shared_site, n_posts=4)]
    shared_site.article("/sm/moi.html", "Bài mới", LONG, more=comment(1, "Mới đọc xong"))
    revisiting = first["sitemap"].config.model_copy(update={"revisit_hours": 24})
    return crawl_all(shared_site, settings, [first["feed"].config, revisiting, *forums])


@pytest.mark.parametrize("kind", ["feed", "sitemap", "listing", "wordpress", "nodebb", "discourse"])
def test_a_crawl_ends_well_and_its_counts_add_up(first: dict[str, Crawled], kind: str) -> None:
    crawled = first[kind]
    counts = crawled.result.counts
    assert crawled.result.finish_reason == "finished"
    assert crawled.result.errors == []
    assert counts.items == counts.new + counts.changed + counts.same
    assert counts.new == len(crawled.mentions)
    assert counts.bad == counts.failed == counts.pending == counts.postponed == 0
    assert yield_problem(crawled.config, counts) is None
    assert crawled.progress[-1] == counts


def test_feed_articles_are_read_once_with_their_comments(first: dict[str, Crawled], shared_site: Site) -> None:
    crawled = first["feed"]
    articles = [one for one in crawled.mentions if one.kind is MentionKind.ARTICLE]
    assert {one.url for one in articles} == {
        *(f"{shared_site.url}/bao/{n}.html" for n in range(3)),
        "https://ngoai.example/tin-9.html",
    }
    assert sum(n for path, n in crawled.asked.items() if path.startswith("/bao/")) == 3
    assert all(one.excerpt_chars == 300 and one.author_hash is None for one in articles)
    (parent,) = [one for one in articles if one.url == f"{shared_site.url}/bao/0.html"]
    comments = [one for one in crawled.mentions if one.kind is MentionKind.COMMENT]
    assert [one.text for one in comments] == ["Ý kiến về tin 0", "Đúng vậy"]
    for n, one in enumerate(comments, start=1):
        assert one.parent_id == parent.id
        assert one.channel is Channel.NEWS_COMMENT
        assert one.excerpt_chars is None
        assert one.engagement.likes == n
    assert parent.engagement.comments == 2
    assert parent.published_method is DateMethod.FEED


def test_a_link_to_a_foreign_site_is_kept_as_the_feed_tells_it(first: dict[str, Crawled]) -> None:
    (foreign,) = [one for one in first["feed"].mentions if one.url == "https://ngoai.example/tin-9.html"]
    assert foreign.text == "Tin của báo khác"


def test_a_sitemap_index_leads_to_recent_pages_that_are_wanted(first: dict[str, Crawled]) -> None:
    assert [one.title for one in first["sitemap"].mentions] == ["Bài mới"]
    assert not {path for path in first["sitemap"].asked if "cu.html" in path or "video" in path}


def test_a_listing_is_followed_as_far_back_as_the_source_says(first: dict[str, Crawled]) -> None:
    mentions = first["listing"].mentions
    assert [one.title for one in mentions] == [f"Câu {page}{n}" for page in (1, 2, 3) for n in (1, 2)]
    assert all(one.kind is MentionKind.PETITION for one in mentions)
    assert {one.published_at.isoformat() for one in mentions} == {"2025-09-17T17:00:00+00:00"}


def test_wordpress_gives_posts_of_all_pages_and_comments(first: dict[str, Crawled]) -> None:
    crawled = first["wordpress"]
    assert crawled.texts() == {"post:1": "Nội dung 1", "post:2": "Nội dung 2", "comment:5": "Hay"}
    (said,) = [one for one in crawled.mentions if one.native_id == "comment:5"]
    assert said.parent_id == mention_id(crawled.config.name, "post:1")


def test_nodebb_gives_all_pages_of_a_topic(first: dict[str, Crawled]) -> None:
    mentions = first["nodebb"].mentions
    assert [one.text for one in mentions] == ["Bài 11", "Bài 12", "Bài 13"]
    assert [one.kind for one in mentions] == [MentionKind.POST, MentionKind.COMMENT, MentionKind.COMMENT]
    assert [one.title for one in mentions] == ["Rác", None, None]
    assert mentions[2].engagement.likes == 13


def test_discourse_gives_the_posts_that_its_topic_page_leaves_out(first: dict[str, Crawled]) -> None:
    mentions = first["discourse"].mentions
    assert [one.text for one in mentions] == ["Bài 1", "Bài 2", "Bài 3"]
    assert len({one.author_hash for one in mentions}) == 3
    assert all(one.parent_id == mentions[0].id for one in mentions[1:])


def test_the_crawler_names_itself_and_its_operator(first: dict[str, Crawled], shared_site: Site) -> None:
    assert shared_site.agents == {"LangNgheBot/0.1 (+thu@co-quan.example)"}


def test_an_unchanged_feed_costs_one_304(second: dict[str, Crawled]) -> None:
    crawled = second["feed"]
    assert {path: n for path, n in crawled.asked.items() if path in {"/rss", "/robots.txt"} or "/bao/" in path} == {
        "/rss": 1
    }
    counts = crawled.result.counts
    assert (counts.requests, counts.not_modified, counts.pages, counts.items) == (1, 1, 0, 0)
    assert yield_problem(crawled.config, counts) is None


def test_a_reply_on_nodebb_is_fetched_and_nothing_is_stored_twice(second: dict[str, Crawled]) -> None:
    crawled = second["nodebb"]
    assert [one.text for one in crawled.mentions] == ["Bài 11", "Bài 12", "Bài 13", "Bài 14"]
    assert (crawled.result.counts.new, crawled.result.counts.same) == (1, 3)


def test_a_reply_on_discourse_is_fetched(second: dict[str, Crawled]) -> None:
    crawled = second["discourse"]
    assert [one.text for one in crawled.mentions] == ["Bài 1", "Bài 2", "Bài 3", "Bài 4"]
    assert crawled.result.counts.new == 1


def test_a_recent_article_is_looked_at_again_for_new_comments(second: dict[str, Crawled]) -> None:
    crawled = second["sitemap"]
    assert [one.text for one in crawled.mentions if one.parent_id] == ["Mới đọc xong"]
    assert (crawled.result.counts.new, crawled.result.counts.same) == (1, 1)
