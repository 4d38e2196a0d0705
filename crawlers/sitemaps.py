"""Sitemaps and news sitemaps (sitemaps.org 0.9, Google news 0.9), plain or gzipped."""

from dataclasses import dataclass
from typing import Any

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from scrapy.utils.gz import gunzip

from crawlers.decode import decode
from crawlers.entries import Entry
from langnghe.errors import BadInput


@dataclass(frozen=True)
class Sitemap:
    pages: tuple[Entry, ...]
    sitemaps: tuple[Entry, ...]
    """Further sitemaps, `published` being their last change."""


def parse_sitemap(body: bytes, content_type: str | None, *, max_size: int) -> Sitemap:
    """Raises BadInput for what is no sitemap, declares XML entities or unpacks to more than `max_size` bytes."""
    try:
        root = fromstring(_xml(body, content_type, max_size), forbid_entities=True, forbid_external=True)
    except DefusedXmlException as error:
        raise BadInput("Sơ đồ trang khai báo thực thể XML: bị từ chối để tránh bom XML.") from error
    except (ParseError, ValueError) as error:
        raise BadInput(f"Sơ đồ trang hỏng: {error}") from error
    if _name(root) not in {"urlset", "sitemapindex"}:
        raise BadInput(f"Không phải sơ đồ trang: <{_name(root)}>.")
    entries = tuple(entry for child in root if (entry := _entry(child)).url)
    return Sitemap((), entries) if _name(root) == "sitemapindex" else Sitemap(entries, ())


def _xml(body: bytes, content_type: str | None, max_size: int) -> str:
    if body[:2] == b"\x1f\x8b":
        try:
            body = gunzip(body, max_size=max_size)
        except (OSError, EOFError, ValueError) as error:
            raise BadInput(f"Sơ đồ trang nén hỏng hoặc quá lớn: {error}") from error
    text = decode(body, content_type).text.lstrip("\ufeff \t\r\n")
    return text.partition("?>")[2] if text.startswith("<?xml") else text


def _entry(element: Any) -> Entry:
    """Pictures and videos of a page carry a `loc` and a `title` too: those lie deeper, or in another namespace."""
    own = {_name(one): (one.text or "").strip() for one in element}
    news = {_name(one): (one.text or "").strip() for one in element.iter() if "sitemap-news" in str(one.tag)}
    url = own.get("loc", "")
    return Entry(
        url=url if url.startswith(("http://", "https://")) else None,
        title=news.get("title") or None,
        published=news.get("publication_date") or own.get("lastmod") or None,
    )


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]
