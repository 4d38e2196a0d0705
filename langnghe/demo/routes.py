"""What stands under which path of the invented site: newspapers, a blog, two forums, a question portal."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from langnghe.demo import apis, feeds, pages
from langnghe.demo.hotline import hotline_csv
from langnghe.demo.pieces import Topic, load_publications

HTML = "text/html; charset=utf-8"
JSON = "application/json; charset=utf-8"
ROBOTS = b"User-agent: *\nDisallow: /tong-dai/\nSitemap: %s/pho-thi/news-sitemap.xml\n"
Query = dict[str, list[str]]


@dataclass(frozen=True)
class Answer:
    body: bytes
    type: str
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.body).hexdigest()[:20]}"'


class DemoSite:
    """Everything is dated back from `anchor`; links begin with `base_url` (no slash at the end)."""

    def __init__(self, anchor: datetime, base_url: str) -> None:
        self.publications = load_publications(anchor)
        self.changed_at = anchor.replace(microsecond=0)
        self.base_url = base_url
        self._routes: tuple[tuple[re.Pattern[str], Callable[..., Answer | None]], ...] = tuple(
            (re.compile(pattern + r"\Z"), answer)
            for pattern, answer in (
                (r"/", self._home),
                (r"/robots\.txt", self._robots),
                (r"/(ven-kenh|pho-thi|goc-pho|xom-minh|chung-cu)/", self._front),
                (r"/(ven-kenh|pho-thi)/rss/([a-z-]+)\.xml", self._rss),
                (r"/(ven-kenh|pho-thi)/atom/([a-z-]+)\.xml", self._atom),
                (r"/(ven-kenh|pho-thi)/news-sitemap\.xml", self._sitemap),
                (r"/(ven-kenh|pho-thi)/([a-z-]+)/([a-z0-9-]+)\.html", self._article),
                (r"/(goc-pho)/()([a-z0-9-]+)/", self._article),
                (r"/goc-pho/wp-json/wp/v2/(posts|comments)", self._wordpress),
                (r"/xom-minh/api/recent", self._nodebb_recent),
                (r"/xom-minh/api/topic/(\d+)(?:/[^/]*)?", self._nodebb_topic),
                (r"/chung-cu/latest\.json", self._discourse_latest),
                (r"/chung-cu/t/(?:[^/]+/)?(\d+)\.json", self._discourse_topic),
                (r"/chung-cu/t/(\d+)/posts\.json", self._discourse_posts),
                (r"/(xom-minh|chung-cu)/topic/(\d+)(?:/.*)?", self._topic),
                (r"/(chung-cu)/t/[^/]+/(\d+)(?:/\d+)?", self._topic),
                (r"/xom-minh/post/(\d+)", self._nodebb_post),
                (r"/(?:hoi-dap|tong-dai)/", self._questions),
                (r"/hoi-dap/danh-sach", self._questions),
                (r"/hoi-dap/cau-hoi/(\d+)\.html", self._question),
                (r"/tong-dai/1022\.csv", self._hotline),
            )
        )

    def answer(self, path: str, query: Query) -> Answer | None:
        """None: there is no such page."""
        for pattern, answer in self._routes:
            if found := pattern.match(path):
                return answer(query, *found.groups())
        return None

    def _home(self, _: Query) -> Answer:
        return Answer(pages.home_page(self.publications.values()), HTML)

    def _robots(self, _: Query) -> Answer:
        return Answer(ROBOTS % self.base_url.encode(), "text/plain; charset=utf-8")

    def _front(self, _: Query, slug: str) -> Answer:
        return Answer(pages.front_page(self.publications[slug]), HTML)

    def _rss(self, _: Query, slug: str, section: str) -> Answer | None:
        return self._section(feeds.rss, "application/rss+xml; charset=utf-8", slug, section)

    def _atom(self, _: Query, slug: str, section: str) -> Answer | None:
        return self._section(feeds.atom, "application/atom+xml; charset=utf-8", slug, section)

    def _section(self, write: Callable[..., bytes], kind: str, slug: str, section: str) -> Answer | None:
        publication = self.publications[slug]
        articles = [article for article in publication.articles if article.section == section]
        return Answer(write(publication, articles, self.base_url), kind) if articles else None

    def _sitemap(self, _: Query, slug: str) -> Answer:
        publication = self.publications[slug]
        return Answer(feeds.news_sitemap(publication, publication.articles, self.base_url), "application/xml")

    def _article(self, _: Query, slug: str, section: str, name: str) -> Answer | None:
        publication = self.publications[slug]
        for article in publication.articles:
            if (article.section, article.slug) == (section, name):
                return Answer(pages.article_page(publication, article, self.base_url), HTML)
        return None

    def _wordpress(self, query: Query, what: str) -> Answer | None:
        blog = self.publications["goc-pho"]
        write = apis.wordpress_posts if what == "posts" else apis.wordpress_comments
        found = write(blog, self.base_url)
        per_page, page = _number(query, "per_page", 10), _number(query, "page", 1)
        n_pages = max(1, -(-len(found) // per_page))
        if page > n_pages:
            return None
        totals = (("X-WP-Total", str(len(found))), ("X-WP-TotalPages", str(n_pages)))
        return _json(found[(page - 1) * per_page : page * per_page], totals)

    def _nodebb_recent(self, query: Query) -> Answer:
        return _json(apis.nodebb_recent(self.publications["xom-minh"], _number(query, "page", 1)))

    def _nodebb_topic(self, query: Query, number: str) -> Answer | None:
        page = _number(query, "page", 1)
        return next((_json(apis.nodebb_topic(t, page)) for t in self._topics("xom-minh", number)), None)

    def _discourse_latest(self, query: Query) -> Answer:
        return _json(apis.discourse_latest(self.publications["chung-cu"], _number(query, "page", 0)))

    def _discourse_topic(self, _: Query, number: str) -> Answer | None:
        return next((_json(apis.discourse_topic(topic)) for topic in self._topics("chung-cu", number)), None)

    def _discourse_posts(self, query: Query, number: str) -> Answer | None:
        ids = [int(id_) for id_ in query.get("post_ids[]", ()) if id_.isdecimal()]
        return next((_json(apis.discourse_posts(topic, ids)) for topic in self._topics("chung-cu", number)), None)

    def _topic(self, _: Query, slug: str, number: str) -> Answer | None:
        forum = self.publications[slug]
        return next((Answer(pages.topic_page(forum, topic), HTML) for topic in self._topics(slug, number)), None)

    def _nodebb_post(self, _: Query, number: str) -> Answer | None:
        forum = self.publications["xom-minh"]
        found = (topic for topic in forum.topics for post in topic.posts if post.id == int(number))
        return next((Answer(pages.topic_page(forum, topic), HTML) for topic in found), None)

    def _topics(self, slug: str, number: str) -> Iterator[Topic]:
        return (topic for topic in self.publications[slug].topics if topic.id == int(number))

    def _questions(self, query: Query) -> Answer:
        return Answer(pages.question_list(self.publications["hoi-dap"], _number(query, "trang", 1)), HTML)

    def _question(self, _: Query, number: str) -> Answer | None:
        portal = self.publications["hoi-dap"]
        found = (question for question in portal.questions if question.id == int(number))
        return next((Answer(pages.question_page(portal, question), HTML) for question in found), None)

    def _hotline(self, _: Query) -> Answer:
        return Answer(hotline_csv(self.publications["tong-dai"]), "text/csv; charset=utf-8")


def _json(found: object, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    return Answer(json.dumps(found, ensure_ascii=False).encode(), JSON, headers)


def _number(query: Query, name: str, default: int) -> int:
    written = query.get(name, [""])[0]
    return int(written) if written.isdecimal() and len(written) < 7 else default
