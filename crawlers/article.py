"""One fetched page read: title, text, author, date, comments. Pure, so that it can run in another process."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import trafilatura
from htmldate import find_date
from lxml.html import HtmlElement

from crawlers import metadata
from crawlers.config import CommentSelectors, Selectors
from crawlers.decode import decode
from crawlers.markup import element_text, first, html_text, parse_html, select_elements
from crawlers.page import Page, PageComment
from crawlers.walls import wall
from langnghe.errors import BadInput
from langnghe.records import DateMethod
from langnghe.text import fold
from nlp.dates import FoundDate, parse_date

_ENOUGH = 250
"""Characters below which trafilatura's quick way is not trusted."""
_MICRODATA = CommentSelectors(
    item="//*[contains(@itemtype, 'schema.org/Comment')]",
    text="[itemprop=text]",
    author="[itemprop=author] [itemprop=name], [itemprop=author]",
    date="[itemprop=datePublished]::attr(datetime), [itemprop=dateCreated]::attr(datetime)",
    id="./@id",
    likes="[itemprop=upvoteCount]",
)


def read_page(body: bytes, content_type: str | None, *, url: str, selectors: Selectors, now: datetime) -> Page:
    """Raises BadInput for what is not HTML at all."""
    decoded = decode(body, content_type)
    root = parse_html(decoded.text)
    if root is None:
        raise BadInput("Trang trống hoặc không phải HTML.")
    article = metadata.main_object(metadata.linked_data(root))
    title = first(root, selectors.title) or metadata.page_title(root, article)
    dates = _dates(root, article, selectors, url=url, now=now)
    author = first(root, selectors.author) or metadata.page_author(root, article)
    address = metadata.page_address(root, url)
    comments = tuple(_comments(root, article, selectors, now=now))
    text = _text(root, article, selectors, title)
    blocked = wall(root, url=url, title=title, text=text)
    return Page(address, title, text, author, dates, comments, decoded.suspect, blocked)


def _text(root: HtmlElement, article: dict[str, Any], selectors: Selectors, title: str | None) -> str:
    if selectors.body:
        return "\n".join(_own_text(element, selectors) for element in select_elements(root, selectors.body)).strip()
    text = _without_title(_extracted(root), title) or _article_body(article)
    lead = metadata.text_of(article, "description") if "datePublished" in article else None
    if lead and text and _letters(lead)[:60] not in _letters(text):
        return f"{lead}\n{text}"
    return text or lead or ""


def _own_text(element: HtmlElement, selectors: Selectors) -> str:
    """An article's element without the comments that stand inside it."""
    if selectors.comments:
        for comment in select_elements(element, selectors.comments.item):
            if comment is not element:
                comment.drop_tree()
    return element_text(element)


def _extracted(root: HtmlElement) -> str:
    """Runs last: trafilatura may take the tree apart."""
    quick = _trafilatura(root, fast=True)
    if len(quick) >= _ENOUGH:
        return quick
    return max(quick, _trafilatura(root, fast=False), key=len)


def _trafilatura(root: HtmlElement, *, fast: bool) -> str:
    document = trafilatura.bare_extraction(
        root, fast=fast, with_metadata=False, include_comments=False, include_tables=False, deduplicate=False
    )
    return (getattr(document, "text", None) or "").strip()


def _without_title(text: str, title: str | None) -> str:
    """Extraction often takes the headline for the first paragraph."""
    first_line, _, rest = text.partition("\n")
    return rest.strip() if title and rest and _letters(first_line) == _letters(title) else text


def _article_body(article: dict[str, Any]) -> str:
    body = article.get("articleBody")
    return html_text(body) if isinstance(body, str) else ""


def _dates(
    root: HtmlElement, article: dict[str, Any], selectors: Selectors, *, url: str, now: datetime
) -> tuple[FoundDate, ...]:
    raw = list(metadata.page_dates(root, article))
    if chosen := first(root, selectors.date):
        raw.insert(0, (chosen, DateMethod.PAGE))
    raw.append((url, DateMethod.URL))
    read = [found for text, method in raw if (found := parse_date(text, now=now, method=method)).at]
    if not read and (guess := find_date(root, extensive_search=False, outputformat="%Y-%m-%d")):
        read.append(parse_date(guess, now=now, method=DateMethod.TEXT))
    return tuple(read)


def _comments(
    root: HtmlElement, article: dict[str, Any], selectors: Selectors, *, now: datetime
) -> Iterator[PageComment]:
    if selectors.comments:
        yield from _selected_comments(root, selectors.comments, now)
    elif linked := metadata.commented(article):
        yield from _linked_comments(linked, now)
    else:
        yield from _selected_comments(root, _MICRODATA, now)


def _linked_comments(comments: list[dict[str, Any]], now: datetime) -> Iterator[PageComment]:
    for comment in comments:
        text = comment.get("text")
        if isinstance(text, str) and (plain := html_text(text)):
            raw = metadata.text_of(comment, "dateCreated", "datePublished")
            native = metadata.text_of(comment, "@id", "url", "identifier")
            author = metadata.text_of(comment, "author", "creator")
            yield PageComment(plain, author, _date(raw, now), native, metadata.likes_of(comment))


def _selected_comments(root: HtmlElement, chosen: CommentSelectors, now: datetime) -> Iterator[PageComment]:
    for item in select_elements(root, chosen.item):
        if text := first(item, chosen.text):
            raw, author, native = first(item, chosen.date), first(item, chosen.author), first(item, chosen.id)
            yield PageComment(text, author, _date(raw, now), native, _number(first(item, chosen.likes)))


def _date(raw: str | None, now: datetime) -> FoundDate | None:
    found = parse_date(raw, now=now, method=DateMethod.PAGE) if raw else None
    return found if found and found.at else None


def _number(text: str | None) -> int:
    digits = re.sub(r"[.,\s]", "", text or "")
    match = re.search(r"\d{1,9}", digits)
    return int(match.group()) if match else 0


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", fold(text))
