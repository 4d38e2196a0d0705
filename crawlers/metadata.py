"""What a page says of itself: schema.org JSON-LD, Open Graph, meta tags, `<time>`, its own address."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from langnghe.records import DateMethod

ARTICLES = re.compile(r"(Article|BlogPosting|Report|Posting|WebPage|Question)$")
_META_DATES = (
    "//meta[@property='article:published_time' or @name='article:published_time']/@content",
    "//meta[@itemprop='datePublished']/@content",
    "//*[@itemprop='datePublished']/@datetime",
    "//meta[@name='pubdate' or @name='publishdate' or @name='publish-date' or @name='date' or @name='DC.date.issued']"
    "/@content",
    "//article//time/@datetime",
    "//time[count(//time[@datetime]) = 1]/@datetime",
)
_TITLES = ("//meta[@property='og:title']/@content", "//h1", "//title")


def linked_data(root: HtmlElement) -> list[dict[str, Any]]:
    """Every JSON-LD object of the page, those in `@graph` too; what is not JSON is passed over."""
    found: list[dict[str, Any]] = []
    for script in root.xpath("//script[@type='application/ld+json']"):
        try:
            found.extend(_objects(json.loads(script.text or "", strict=False)))
        except (ValueError, RecursionError):
            continue
    return found


def main_object(objects: list[dict[str, Any]]) -> dict[str, Any]:
    """The article's own JSON-LD object, richest first; empty where there is none."""
    articles = [one for one in objects if any(ARTICLES.search(name) for name in _types(one))]
    return max(articles, key=lambda one: ("datePublished" in one, "headline" in one), default={})


def page_title(root: HtmlElement, article: dict[str, Any]) -> str | None:
    """The headline, without the site's name behind it."""
    headline = _text(article.get("headline"))
    if headline:
        return headline
    for path in _TITLES:
        for found in root.xpath(path):
            text = found if isinstance(found, str) else found.text_content()
            if cleaned := " ".join(text.split()):
                return _without_site(cleaned, root)
    return None


def page_dates(root: HtmlElement, article: dict[str, Any]) -> Iterator[tuple[str, DateMethod]]:
    """Raw dates, surest first."""
    for key in ("datePublished", "dateCreated", "uploadDate"):
        if text := _text(article.get(key)):
            yield text, DateMethod.PAGE
    for path in _META_DATES:
        for found in root.xpath(path)[:1]:
            yield str(found), DateMethod.PAGE


def page_author(root: HtmlElement, article: dict[str, Any]) -> str | None:
    authors = article.get("author")
    people = authors if isinstance(authors, list) else [authors]
    named = [one for one in people if isinstance(one, dict) and "Person" in _types(one)]
    for one in [*named, *(person for person in people if isinstance(person, str))]:
        if name := _text(one.get("name") if isinstance(one, dict) else one):
            return name
    found = root.xpath("//meta[@name='author' or @property='article:author']/@content")
    return next((text.strip() for text in map(str, found) if text.strip() and "://" not in text), None)


def page_address(root: HtmlElement, url: str) -> str:
    """What the page calls its own address, if that lies on the same site and is not just the front page."""
    here = urlsplit(url)
    for found in root.xpath("//link[@rel='canonical']/@href | //meta[@property='og:url']/@content"):
        there = urlsplit(urljoin(url, str(found).strip()))
        same_site = _site(there.hostname) == _site(here.hostname) and there.scheme in {"http", "https"}
        if same_site and (there.path.strip("/") or not here.path.strip("/")):
            return there.geturl()
    return url


def commented(article: dict[str, Any]) -> list[dict[str, Any]]:
    """The readers' comments that the JSON-LD holds."""
    comments = article.get("comment", [])
    return [one for one in (comments if isinstance(comments, list) else [comments]) if isinstance(one, dict)]


def likes_of(thing: dict[str, Any]) -> int:
    try:
        return max(0, int(thing.get("upvoteCount") or 0))
    except (TypeError, ValueError):
        return 0


def text_of(thing: dict[str, Any], *keys: str) -> str | None:
    """The first of the keys that holds a text, or a person's or thing's name."""
    for key in keys:
        value = thing.get(key)
        if text := _text(value.get("name") if isinstance(value, dict) else value):
            return text
    return None


def _objects(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if isinstance(value, list) and depth < 4:
        for one in value:
            yield from _objects(one, depth + 1)
    elif isinstance(value, dict):
        yield value
        yield from _objects(value.get("@graph", []), depth + 1)


def _types(thing: dict[str, Any]) -> list[str]:
    kind = thing.get("@type", "")
    return [str(one) for one in (kind if isinstance(kind, list) else [kind])]


def _text(value: Any) -> str | None:
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        return " ".join(str(value).split()) or None
    return None


def _without_site(title: str, root: HtmlElement) -> str:
    names = {str(name).strip().casefold() for name in root.xpath("//meta[@property='og:site_name']/@content")}
    head, separator, tail = title.rpartition(" | ") if " | " in title else title.rpartition(" - ")
    is_site = tail.strip().casefold() in names or bool(re.fullmatch(r"[\w.-]+\.(vn|com|net|org)(\.vn)?", tail.strip()))
    return head.strip() if separator and is_site else title


def _site(host: str | None) -> str:
    return re.sub(r"^(www|m|mobile|amp)\.", "", (host or "").lower())
