"""Posts of forums and blogs become mentions: the first of a topic a post of its own, the others comments on it."""

from collections.abc import Iterable
from datetime import datetime

from crawlers.ledger import Bad
from crawlers.mentions import Draft, MentionMaker, found_dates
from crawlers.posts import Post
from langnghe.errors import BadInput
from langnghe.records import DateMethod, Mention
from nlp.urls import canonical_url


def post_mentions(
    maker: MentionMaker, posts: Iterable[Post], *, now: datetime, url: str | None = None, title: str | None = None
) -> tuple[list[Mention], list[Bad]]:
    """`url` and `title` are the topic's; a post's own `url` may be a path below it."""
    mentions: list[Mention] = []
    bad: list[Bad] = []
    for post in posts:
        try:
            mentions.append(maker.make(_draft(post, url, title, now), now=now))
        except BadInput as error:
            bad.append(({"url": url, "native_id": post.native_id}, str(error)))
    return mentions, bad


def _draft(post: Post, url: str | None, title: str | None, now: datetime) -> Draft:
    return Draft(
        native=post.native_id,
        text=post.text,
        title=(post.title or title) if post.reply_to is None else None,
        url=_address(post.url, url),
        author=post.author,
        dates=found_dates(post.published, now=now, method=DateMethod.API),
        parent=post.reply_to,
        likes=post.likes,
        comments=post.replies,
        views=post.views,
    )


def _address(own: str | None, topic: str | None) -> str | None:
    if own and own.startswith("/"):
        own = f"{topic}{own}" if topic else None
    found = own or topic
    return canonical_url(found) if found else None
