"""NodeBB's read API (`/api/recent`, `/api/category/...`, `/api/topic/...`): topics and their posts."""

from collections.abc import Iterable
from typing import Any

from scrapy.http import Response

from crawlers.ledger import Reading
from crawlers.markup import html_text
from crawlers.posts import QUOTES, Post, Topic, TopicPage, field, id_of, load_json, number_at, text_at, things
from crawlers.spiders.base import LIST, SourceSpider, content_type
from crawlers.threads import post_mentions
from langnghe.store.frontier import FoundUrl

TOPIC = "topic"


class NodebbSpider(SourceSpider):
    name = "nodebb"

    def seeds(self) -> Iterable[FoundUrl]:
        for base in self.config.urls:
            url = f"{base.rstrip('/')}/api/recent"
            yield FoundUrl(url, url, LIST, meta={"base": base.rstrip("/")})

    async def read(self, found: FoundUrl, response: Response) -> Reading:
        data = load_json(response.body, content_type(response))
        return self._topic(found, data) if found.role == TOPIC else self._list(found, data)

    def _list(self, found: FoundUrl, data: Any) -> Reading:
        base = found.meta["base"]
        topics = parse_topics(data)
        wanted = [_topic_url(base, topic.native_id, 1, topic.version, topic.slug) for topic in topics]
        page = int(found.meta.get("n", 1))
        has_next = page < number_at(data.get("pagination"), "pageCount")
        next_page = self.next_list(found, f"{base}/api/recent?page={page + 1}") if has_next else None
        return Reading((), wanted, next_page, listed=len(topics))

    def _topic(self, found: FoundUrl, data: Any) -> Reading:
        """Pages before the last are full and do not change: their version is how full they are."""
        base, tid, slug = found.meta["base"], found.meta["tid"], found.meta["slug"]
        page = parse_page(data)
        mentions, bad = post_mentions(
            self.maker, page.posts, now=self.job.now(), url=f"{base}/topic/{slug}", title=page.title
        )
        further = []
        if int(found.meta["page"]) == 1:
            for n in range(2, page.n_pages + 1):
                version = found.version or "" if n == page.n_pages else "full"
                further.append(_topic_url(base, tid, n, version, slug))
        return Reading(mentions, further, bad=bad)


def parse_topics(data: Any) -> list[Topic]:
    """Raises BadInput."""
    return [
        Topic(
            native_id=id_of(one, "tid"),
            title=_title(one),
            slug=text_at(one, "slug") or id_of(one, "tid"),
            version=f"{number_at(one, 'postcount')}/{number_at(one, 'lastposttime')}",
        )
        for one in things(field(data, "topics"))
        if not one.get("deleted")
    ]


def parse_page(data: Any) -> TopicPage:
    """The first post starts the topic; the others answer the post they name, else the first. Raises BadInput."""
    main = id_of(data, "mainPid")
    posts = tuple(_post(data, one, main) for one in things(field(data, "posts")) if not one.get("deleted"))
    return TopicPage(_title(data), posts, max(1, number_at(data.get("pagination"), "pageCount")))


def _post(topic: Any, one: dict[str, Any], main: str) -> Post:
    pid = id_of(one, "pid")
    is_main = pid == main
    return Post(
        native_id=f"post:{pid}",
        text=html_text(text_at(one, "content") or "", drop=QUOTES),
        published=text_at(one, "timestampISO") or (str(number_at(one, "timestamp")) or None),
        author=text_at(one.get("user"), "username"),
        reply_to=None if is_main else f"post:{one.get('toPid') or main}",
        likes=max(0, number_at(one, "upvotes") or number_at(one, "votes")),
        views=number_at(topic, "viewcount") if is_main else 0,
        replies=max(0, number_at(topic, "postcount") - 1) if is_main else 0,
    )


def _title(one: Any) -> str:
    return text_at(one, "titleRaw") or html_text(text_at(one, "title") or "")


def _topic_url(base: str, tid: str, page: int, version: str, slug: str) -> FoundUrl:
    url = f"{base}/api/topic/{slug}" + (f"?page={page}" if page > 1 else "")
    meta = {"base": base, "tid": tid, "page": page, "slug": slug}
    return FoundUrl(f"{base}/api/topic/{tid}#{page}", url, TOPIC, version=version, meta=meta)
