"""What the blog and the two forums answer, in the form of WordPress', NodeBB's and Discourse's own JSON."""

from datetime import UTC, datetime
from html import escape
from typing import Any

from langnghe.demo.feeds import article_path
from langnghe.demo.pieces import NOTICE, ZONE, Article, Comment, Publication, Topic

Json = dict[str, Any]
TOPICS_A_PAGE = 8
POSTS_A_PAGE = 4


def wordpress_posts(blog: Publication, base_url: str) -> list[Json]:
    """`/wp-json/wp/v2/posts`, newest first."""
    return [_wordpress_post(blog, article, base_url) for article in blog.articles]


def wordpress_comments(blog: Publication, base_url: str) -> list[Json]:
    """`/wp-json/wp/v2/comments`, newest first."""
    both = [(article, comment) for article in blog.articles for comment in article.comments]
    both.sort(key=lambda pair: pair[1].at, reverse=True)
    return [_wordpress_comment(blog, article, comment, base_url) for article, comment in both]


def nodebb_recent(forum: Publication, page: int) -> Json:
    """`/api/recent?page=N`."""
    n_pages = -(-len(forum.topics) // TOPICS_A_PAGE)
    shown = forum.topics[(page - 1) * TOPICS_A_PAGE : page * TOPICS_A_PAGE]
    return {
        "title": forum.title,
        "notice": NOTICE,
        "topicCount": len(forum.topics),
        "topics": [_nodebb_head(topic) for topic in shown],
        "pagination": _nodebb_pages(page, n_pages),
    }


def nodebb_topic(topic: Topic, page: int) -> Json:
    """`/api/topic/TID/SLUG?page=N`."""
    n_pages = -(-len(topic.posts) // POSTS_A_PAGE)
    first = (page - 1) * POSTS_A_PAGE
    shown = topic.posts[first : first + POSTS_A_PAGE]
    posts = [_nodebb_post(topic, post, first + i) for i, post in enumerate(shown)]
    return _nodebb_head(topic) | {"notice": NOTICE, "posts": posts, "pagination": _nodebb_pages(page, n_pages)}


def discourse_latest(forum: Publication, page: int) -> Json:
    """`/latest.json?page=N`, pages count from 0."""
    shown = forum.topics[page * TOPICS_A_PAGE : (page + 1) * TOPICS_A_PAGE]
    topics: Json = {"per_page": TOPICS_A_PAGE, "topics": [_discourse_head(topic) for topic in shown]}
    if (page + 1) * TOPICS_A_PAGE < len(forum.topics):
        topics["more_topics_url"] = f"/latest?no_definitions=true&page={page + 1}"
    return {"notice": NOTICE, "users": [], "topic_list": topics}


def discourse_topic(topic: Topic) -> Json:
    """`/t/SLUG/ID.json` and `/t/ID.json`: the first posts, and the ids of all in `stream`."""
    posts = discourse_posts(topic, [post.id for post in topic.posts[:POSTS_A_PAGE]])
    posts["post_stream"]["stream"] = [post.id for post in topic.posts]
    return _discourse_head(topic) | {"notice": NOTICE} | posts


def discourse_posts(topic: Topic, ids: list[int]) -> Json:
    """`/t/ID/posts.json?post_ids[]=N`."""
    shown = [(number, post) for number, post in enumerate(topic.posts, start=1) if post.id in ids]
    return {"post_stream": {"posts": [_discourse_post(topic, post, number) for number, post in shown]}, "id": topic.id}


def _wordpress_post(blog: Publication, article: Article, base_url: str) -> Json:
    body = "\n".join(f"<p>{escape(text)}</p>" for text in article.paragraphs)
    return {
        "id": article.id,
        "date": _local(article.at),
        "date_gmt": _naive_utc(article.at),
        "modified_gmt": _naive_utc(article.at),
        "slug": article.slug,
        "status": "publish",
        "type": "post",
        "link": base_url + article_path(blog, article),
        "title": {"rendered": escape(article.title)},
        "content": {"rendered": body, "protected": False},
        "excerpt": {"rendered": f"<p>{escape(article.paragraphs[0])}</p>", "protected": False},
        "author": article.id,
        "comment_status": "open",
        "meta": {"notice": NOTICE},
    }


def _wordpress_comment(blog: Publication, article: Article, comment: Comment, base_url: str) -> Json:
    return {
        "id": comment.id,
        "post": article.id,
        "parent": 0,
        "author": 0,
        "author_name": comment.author,
        "date": _local(comment.at),
        "date_gmt": _naive_utc(comment.at),
        "content": {"rendered": f"<p>{escape(comment.text)}</p>\n"},
        "link": f"{base_url}{article_path(blog, article)}#comment-{comment.id}",
        "status": "approved",
        "type": "comment",
        "meta": {"notice": NOTICE},
    }


def _nodebb_head(topic: Topic) -> Json:
    return {
        "tid": topic.id,
        "title": escape(topic.title),
        "titleRaw": topic.title,
        "slug": f"{topic.id}/{topic.slug}",
        "timestamp": _milliseconds(topic.at),
        "timestampISO": _z(topic.at),
        "lastposttime": _milliseconds(topic.last_at),
        "lastposttimeISO": _z(topic.last_at),
        "postcount": len(topic.posts),
        "viewcount": 40 * len(topic.posts) + topic.id % 37,
        "mainPid": topic.posts[0].id,
        "deleted": 0,
        "category": {"name": topic.category},
        "user": {"username": topic.posts[0].author},
    }


def _nodebb_post(topic: Topic, post: Comment, index: int) -> Json:
    return {
        "pid": post.id,
        "tid": topic.id,
        "index": index,
        "content": _paragraphs(post.text),
        "timestamp": _milliseconds(post.at),
        "timestampISO": _z(post.at),
        "votes": post.likes,
        "upvotes": post.likes,
        "deleted": 0,
        "user": {"username": post.author},
    }


def _nodebb_pages(page: int, n_pages: int) -> Json:
    after = min(page + 1, n_pages)
    return {"currentPage": page, "pageCount": n_pages, "next": {"page": after, "active": page < n_pages}}


def _discourse_head(topic: Topic) -> Json:
    return {
        "id": topic.id,
        "title": topic.title,
        "fancy_title": escape(topic.title),
        "slug": topic.slug,
        "posts_count": len(topic.posts),
        "created_at": _z(topic.at),
        "last_posted_at": _z(topic.last_at),
        "bumped_at": _z(topic.last_at),
        "views": 55 * len(topic.posts) + topic.id,
        "like_count": sum(post.likes for post in topic.posts),
        "archetype": "regular",
        "visible": True,
    }


def _discourse_post(topic: Topic, post: Comment, number: int) -> Json:
    return {
        "id": post.id,
        "topic_id": topic.id,
        "topic_slug": topic.slug,
        "post_number": number,
        "post_type": 1,
        "username": post.author,
        "created_at": _z(post.at),
        "updated_at": _z(post.at),
        "cooked": _paragraphs(post.text),
        "reply_count": 0,
        "reads": 9 * number,
        "actions_summary": [{"id": 2, "count": post.likes}],
    }


def _paragraphs(text: str) -> str:
    return "\n".join(f"<p>{escape(part)}</p>" for part in text.split("\n\n"))


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _z(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _naive_utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _local(at: datetime) -> str:
    return at.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M:%S")
