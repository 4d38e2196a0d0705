"""The invented texts, dated back from the moment the site started, so that a dashboard always looks alive."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

TEXTS = Path(__file__).parent / "texts"
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOTICE = "Nội dung hư cấu cho bản trình diễn"
UNREADABLE = "bad"
"""An `ago` that is wrong on purpose, so that an import has something to report."""
_DAY = re.compile(r"\{d([+-]\d+)?\}")
_AGO = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?$")


@dataclass(frozen=True)
class Comment:
    id: int
    author: str
    text: str
    at: datetime
    likes: int = 0


@dataclass(frozen=True)
class Article:
    """Of a newspaper or a blog."""

    id: int
    slug: str
    section: str
    title: str
    lead: str
    paragraphs: tuple[str, ...]
    author: str
    at: datetime
    comments: tuple[Comment, ...] = ()


@dataclass(frozen=True)
class Topic:
    """Of a forum; the first post opens it."""

    id: int
    slug: str
    title: str
    category: str
    posts: tuple[Comment, ...]

    @property
    def at(self) -> datetime:
        return self.posts[0].at

    @property
    def last_at(self) -> datetime:
        return max(post.at for post in self.posts)


@dataclass(frozen=True)
class Question:
    id: int
    field: str
    title: str
    author: str
    text: str
    at: datetime
    answer: str
    answered_at: datetime


@dataclass(frozen=True)
class HotlineRow:
    id: str
    at: datetime | None
    """None where the file has a time that cannot be read, on purpose."""
    field: str
    area: str
    text: str


@dataclass(frozen=True)
class Publication:
    """One invented outlet; of the lists only that of its kind is filled."""

    slug: str
    title: str
    invented: bool
    articles: tuple[Article, ...] = ()
    topics: tuple[Topic, ...] = ()
    questions: tuple[Question, ...] = ()
    rows: tuple[HotlineRow, ...] = ()
    bad_lines: dict[int, str] = field(default_factory=dict)
    """Lines of the hotline's file that are wrong on purpose, with what is wrong."""

    def texts(self) -> Iterator[tuple[str, datetime]]:
        """Every text that a crawler can make a mention of, with its date."""
        for article in self.articles:
            yield "\n\n".join((article.lead, *article.paragraphs)), article.at
            yield from ((comment.text, comment.at) for comment in article.comments)
        yield from ((post.text, post.at) for topic in self.topics for post in topic.posts)
        yield from ((question.text, question.at) for question in self.questions)
        yield from ((row.text, row.at) for row in self.rows if row.text and row.at)


def load_publications(anchor: datetime) -> dict[str, Publication]:
    """All outlets by slug, each list newest first, dated back from `anchor` (aware)."""
    loaded = (_publication(path, anchor) for path in sorted(TEXTS.glob("*.yaml")))
    return {publication.slug: publication for publication in loaded}


def _publication(path: Path, anchor: datetime) -> Publication:
    fields = yaml.safe_load(path.read_text("utf-8"))
    articles = [_article(number, entry, anchor) for number, entry in enumerate(_articles_of(fields), start=1)]
    return Publication(
        slug=fields["slug"],
        title=fields["title"],
        invented=fields["invented"],
        articles=tuple(sorted(articles, key=lambda article: article.at, reverse=True)),
        topics=tuple(
            sorted((_topic(e, anchor) for e in fields.get("topics", ())), key=lambda t: t.last_at, reverse=True)
        ),
        questions=tuple(_question(entry, anchor) for entry in fields.get("questions", ())),
        rows=tuple(_row(entry, anchor) for entry in fields.get("rows", ())),
        bad_lines=fields.get("bad_lines", {}),
    )


def _articles_of(fields: dict[str, Any]) -> list[dict[str, Any]]:
    return [*fields.get("articles", ()), *fields.get("posts", ())]


def _article(number: int, entry: dict[str, Any], anchor: datetime) -> Article:
    at = anchor - duration(entry["ago"])
    return Article(
        id=entry.get("id", number),
        slug=entry["slug"],
        section=entry.get("section", ""),
        title=entry["title"],
        lead=_dated(entry.get("lead", ""), at),
        paragraphs=tuple(_dated(part.strip(), at) for part in entry["body"].split("\n\n")),
        author=entry["author"],
        at=at,
        comments=tuple(_comment(number * 100 + i, c, at) for i, c in enumerate(entry["comments"], start=1)),
    )


def _comment(number: int, entry: dict[str, Any], after: datetime) -> Comment:
    at = after + duration(entry["after"])
    return Comment(entry.get("id", number), entry["by"], entry["text"], at, entry.get("likes", 0))


def _topic(entry: dict[str, Any], anchor: datetime) -> Topic:
    posts = (
        Comment(
            post["id"],
            post["by"],
            post["text"],
            anchor - duration(post["ago"]),
            post.get("votes", post.get("likes", 0)),
        )
        for post in entry["posts"]
    )
    return Topic(entry["id"], f"chu-de-{entry['id']}", entry["title"], entry["category"], tuple(posts))


def _question(entry: dict[str, Any], anchor: datetime) -> Question:
    at, answered_at = anchor - duration(entry["ago"]), anchor - duration(entry["answered"])
    answer = _dated(entry["answer"], answered_at)
    return Question(entry["id"], entry["field"], entry["title"], entry["by"], entry["ask"], at, answer, answered_at)


def _row(entry: dict[str, Any], anchor: datetime) -> HotlineRow:
    at = None if entry["ago"] == UNREADABLE else anchor - duration(entry["ago"])
    return HotlineRow(entry["id"], at, entry["field"], entry["area"], entry["text"])


def duration(written: str) -> timedelta:
    """`2d3h30m`; raises ValueError for anything else."""
    found = _AGO.match(written)
    if not written or found is None:
        raise ValueError(f"not a duration: {written!r}")
    days, hours, minutes = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


def _dated(text: str, at: datetime) -> str:
    """`{d-1}` becomes the day before `at`, as newspapers write it: `21/11`."""

    def day(found: re.Match[str]) -> str:
        on = at.astimezone(ZONE) + timedelta(days=int(found[1] or 0))
        return f"{on.day}/{on.month}"

    return _DAY.sub(day, text)
