"""Discourse's JSON (`/latest.json`, `/t/ID.json`, `/t/ID/posts.json`): topics and their posts."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from scrapy.http import Response

from crawlers.ledger import Reading
from crawlers.markup import html_text
from crawlers.posts import QUOTES, Post, Topic, TopicPage, batches, field, id_of, load_json, number_at, text_at, things
from crawlers.spiders.base import LIST, SourceSpider, content_type
from crawlers.threads import post_mentions
from langnghe.store.frontier import FoundUrl

TOPIC = "topic"
POSTS = "posts"
POSTS_A_REQUEST = 20
_LIKE = 2
_REGULAR = 1


class DiscourseSpider(SourceSpider):
    name = "discourse"

    def seeds(self) -> Iterable[FoundUrl]:
        for base in self.config.urls:
            url = f"{base.rstrip('/')}/latest.json"
            yield FoundUrl(url, url, LIST, meta={"base": base.rstrip("/")})

    async def read(self, found: FoundUrl, response: Response) -> Reading:
        data = load_json(response.body, content_type(response))
        return self._list(found, data) if found.role == LIST else self._posts(found, data)

    def _list(self, found: FoundUrl, data: Any) -> Reading:
        base, page = found.meta["base"], int(found.meta.get("n", 1))
        topics = parse_topics(data)
        wanted = [_topic_url(base, topic) for topic in topics]
        has_next = bool(field(data, "topic_list").get("more_topics_url"))
        next_page = self.next_list(found, f"{base}/latest.json?page={page}") if has_next else None
        return Reading((), wanted, next_page, listed=len(topics))

    def _posts(self, found: FoundUrl, data: Any) -> Reading:
        """A batch of further posts is named by its ids: when a topic grows, only the last batch is new."""
        base, tid, slug = found.meta["base"], found.meta["tid"], found.meta["slug"]
        page = parse_page(data, tid=tid)
        title = page.title or found.meta.get("title") or None
        url = f"{base}/t/{slug}/{tid}"
        mentions, bad = post_mentions(self.maker, page.posts, now=self.job.now(), url=url, title=title)
        further = []
        if found.role == TOPIC:
            for ids in batches(page.more, POSTS_A_REQUEST):
                more = f"{base}/t/{tid}/posts.json?{urlencode([('post_ids[]', id_) for id_ in ids])}"
                further.append(FoundUrl(more, more, POSTS, meta=found.meta))
        return Reading(mentions, further, bad=bad)


def parse_topics(data: Any) -> list[Topic]:
    """Raises BadInput."""
    return [
        Topic(
            native_id=id_of(one),
            title=text_at(one, "title") or "",
            slug=text_at(one, "slug") or "-",
            version=f"{number_at(one, 'highest_post_number')}/{text_at(one, 'bumped_at')}",
        )
        for one in things(field(field(data, "topic_list"), "topics"))
    ]


def parse_page(data: Any, *, tid: str) -> TopicPage:
    """System messages and hidden posts are left out; `more` are the ids that the stream names beyond the page.

    A post is known by its number in the topic, because that is how replies name it. Raises BadInput.
    """
    stream = field(data, "post_stream")
    held = things(field(stream, "posts"))
    posts = [
        _post(data, one, tid) for one in held if one.get("post_type", _REGULAR) == _REGULAR and not one.get("hidden")
    ]
    known = {id_of(one) for one in held}
    more = [str(one) for one in stream.get("stream", []) if str(one) not in known]
    return TopicPage(text_at(data, "title") or "", tuple(posts), more=tuple(more))


def _post(topic: Any, one: dict[str, Any], tid: str) -> Post:
    number = number_at(one, "post_number")
    is_first = number == 1
    likes = [number_at(action, "count") for action in one.get("actions_summary", []) if action.get("id") == _LIKE]
    return Post(
        native_id=f"topic:{tid}/{number}",
        text=html_text(text_at(one, "cooked") or "", drop=QUOTES),
        published=text_at(one, "created_at"),
        author=text_at(one, "username"),
        url=f"/{number}",
        reply_to=None if is_first else f"topic:{tid}/{number_at(one, 'reply_to_post_number') or 1}",
        likes=max([*likes, number_at(one, "like_count")]),
        views=number_at(topic, "views") if is_first else 0,
        replies=max(0, number_at(topic, "posts_count") - 1) if is_first else 0,
    )


def _topic_url(base: str, topic: Topic) -> FoundUrl:
    url = f"{base}/t/{topic.native_id}.json"
    meta = {"base": base, "tid": topic.native_id, "slug": topic.slug, "title": topic.title}
    return FoundUrl(url, url, TOPIC, version=topic.version, meta=meta)
