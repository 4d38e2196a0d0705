"""WordPress' REST API (`/wp-json/wp/v2`): posts, newest change first, and their comments."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from scrapy.http import Response

from crawlers.ledger import Reading
from crawlers.markup import html_text
from crawlers.posts import Post, id_of, load_json, text_at, things
from crawlers.spiders.base import LIST, SourceSpider, content_type
from crawlers.threads import post_mentions
from langnghe.store.frontier import FoundUrl

PER_PAGE = 50
_ORDERS = {"posts": "modified", "comments": "date_gmt"}


class WordpressSpider(SourceSpider):
    name = "wordpress"

    def seeds(self) -> Iterable[FoundUrl]:
        for base in self.config.urls:
            for what in _ORDERS:
                url = _list_url(base, what, 1)
                yield FoundUrl(url, url, LIST, meta={"base": base, "what": what})

    async def read(self, found: FoundUrl, response: Response) -> Reading:
        what, base, page = found.meta["what"], found.meta["base"], int(found.meta.get("n", 1))
        data = load_json(response.body, content_type(response))
        posts = parse_posts(data) if what == "posts" else parse_comments(data)
        mentions, bad = post_mentions(self.maker, posts, now=self.job.now())
        total = (response.headers.get("X-WP-TotalPages") or b"").decode("latin-1")
        goes_on = page < int(total) if total.isdecimal() else len(posts) == PER_PAGE
        next_page = self.next_list(found, _list_url(base, what, page + 1)) if goes_on else None
        return Reading(mentions, (), next_page, bad, listed=len(posts) if what == "posts" else 0)


def parse_posts(data: Any) -> list[Post]:
    """Raises BadInput."""
    return [
        Post(
            native_id=f"post:{id_of(one)}",
            title=html_text(_rendered(one, "title")) or None,
            text=html_text(_rendered(one, "content")) or html_text(_rendered(one, "excerpt")),
            published=_utc(one),
            url=text_at(one, "link"),
        )
        for one in things(data)
    ]


def parse_comments(data: Any) -> list[Post]:
    """Raises BadInput."""
    return [
        Post(
            native_id=f"comment:{id_of(one)}",
            text=html_text(_rendered(one, "content")),
            published=_utc(one),
            author=text_at(one, "author_name"),
            url=text_at(one, "link"),
            reply_to=f"comment:{one['parent']}" if one.get("parent") else f"post:{id_of(one, 'post')}",
        )
        for one in things(data)
    ]


def _list_url(base: str, what: str, page: int) -> str:
    query = {"per_page": PER_PAGE, "page": page, "orderby": _ORDERS[what], "order": "desc"}
    return f"{base.rstrip('/')}/wp-json/wp/v2/{what}?{urlencode(query)}"


def _rendered(one: dict[str, Any], key: str) -> str:
    return text_at(one.get(key), "rendered") or ""


def _utc(one: dict[str, Any]) -> str | None:
    """WordPress writes UTC without saying so."""
    text = text_at(one, "date_gmt")
    return f"{text.removesuffix('Z')}Z" if text and "T" in text else text_at(one, "date")
