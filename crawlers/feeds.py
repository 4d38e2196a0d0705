"""RSS, Atom and JSON Feed as entries. Entity declarations are refused, wrong charsets and broken XML are borne."""

import json
from io import BytesIO
from typing import Any
from urllib.parse import urljoin, urlsplit

import feedparser  # type: ignore[import-untyped]
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from crawlers.decode import decode
from crawlers.entries import Entry
from crawlers.markup import html_text
from langnghe.errors import BadInput

_UTF8 = {"content-type": "application/xml; charset=utf-8"}


def parse_feed(body: bytes, content_type: str | None, *, url: str) -> list[Entry]:
    """In the feed's order. Raises BadInput for what is no feed, or one that declares XML entities."""
    decoded = decode(body, content_type)
    text = decoded.text.lstrip("\ufeff \t\r\n")
    if text.startswith("{"):
        return _json_entries(text, url)
    _refuse_entities(text)
    stream = BytesIO(text.encode("utf-8", "replace"))  # what is no stream, feedparser takes for a file name or a URL
    feed = feedparser.parse(stream, response_headers=_UTF8 | {"content-location": url})
    if not feed.get("version") and not feed.entries:
        raise BadInput("Không phải nguồn tin RSS, Atom hoặc JSON Feed.")
    return [_entry(one, url) for one in feed.entries]


def _refuse_entities(text: str) -> None:
    """A feed has no use for entities of its own; bombs and file readers do. Broken XML is feedparser's matter."""
    try:
        fromstring(_without_declaration(text), forbid_entities=True, forbid_external=True)
    except DefusedXmlException as error:
        raise BadInput("Nguồn tin khai báo thực thể XML: bị từ chối để tránh bom XML.") from error
    except (ParseError, ValueError):
        if "<!ENTITY" in text:
            raise BadInput("Nguồn tin khai báo thực thể XML: bị từ chối để tránh bom XML.") from None


def _entry(one: Any, base: str) -> Entry:
    native = one.get("id") or None
    link = one.get("link") or (native if native and native.startswith(("http://", "https://")) else None)
    contents = [content.get("value", "") for content in one.get("content", [])]
    summary = max([one.get("summary", ""), *contents], key=len)
    return Entry(
        url=_web_address(base, link),
        native_id=native,
        title=html_text(one.get("title", "")) or None,
        summary=html_text(summary) or None,
        published=one.get("published") or one.get("updated") or None,
        author=one.get("author") or None,
    )


def _json_entries(text: str, base: str) -> list[Entry]:
    try:
        feed = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"JSON Feed hỏng: {error}") from error
    items = feed.get("items")
    if not isinstance(items, list):
        raise BadInput("JSON Feed không có danh sách items.")
    return [_json_entry(item, base) for item in items if isinstance(item, dict)]


def _json_entry(item: dict[str, Any], base: str) -> Entry:
    authors = item.get("authors") or [item.get("author")]
    author = authors[0] if isinstance(authors, list) and authors else None
    html = _text(item, "content_html")
    return Entry(
        url=_web_address(base, _text(item, "url") or _text(item, "external_url")),
        native_id=str(item["id"]) if isinstance(item.get("id"), (str, int)) else None,
        title=html_text(_text(item, "title") or "") or None,
        summary=(html_text(html) if html else None) or _text(item, "content_text") or _text(item, "summary"),
        published=_text(item, "date_published") or _text(item, "date_modified"),
        author=_text(author, "name") if isinstance(author, dict) else None,
    )


def _text(item: dict[str, Any], key: str) -> str | None:
    value = item.get(key)
    return (value.strip() or None) if isinstance(value, str) else None


def _web_address(base: str, link: str | None) -> str | None:
    try:
        url = urljoin(base, link.strip()) if link else None
        return url if url and urlsplit(url).scheme in {"http", "https"} and urlsplit(url).hostname else None
    except ValueError:
        return None


def _without_declaration(text: str) -> str:
    """Its encoding no longer holds once the text is decoded."""
    return text.partition("?>")[2] if text.startswith("<?xml") else text
