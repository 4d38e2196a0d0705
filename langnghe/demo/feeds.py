"""What machines read of the newspapers: RSS 2.0, Atom (RFC 4287) and a news sitemap."""

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from langnghe.demo.pieces import NOTICE, ZONE, Article, Publication

ATOM = "http://www.w3.org/2005/Atom"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
NEWS = "http://www.google.com/schemas/sitemap-news/0.9"


def article_path(publication: Publication, article: Article) -> str:
    """A newspaper has sections, a blog has none."""
    if article.section:
        return f"/{publication.slug}/{article.section}/{article.slug}.html"
    return f"/{publication.slug}/{article.slug}/"


def rss(publication: Publication, articles: Sequence[Article], base_url: str) -> bytes:
    root = Element("rss", version="2.0")
    channel = SubElement(root, "channel")
    _add(channel, "title", publication.title)
    _add(channel, "link", f"{base_url}/{publication.slug}/")
    _add(channel, "description", NOTICE)
    _add(channel, "language", "vi")
    for article in articles:
        link = base_url + article_path(publication, article)
        item = SubElement(channel, "item")
        _add(item, "title", article.title)
        _add(item, "link", f"{link}?utm_source=rss")
        _add(item, "guid", link).set("isPermaLink", "true")
        _add(item, "pubDate", format_datetime(article.at.astimezone(ZONE)))
        _add(item, "description", f"<p>{article.lead}</p>")
    return _document(root)


def atom(publication: Publication, articles: Sequence[Article], base_url: str) -> bytes:
    root = Element("feed", xmlns=ATOM)
    _add(root, "title", publication.title)
    _add(root, "subtitle", NOTICE)
    _add(root, "id", f"{base_url}/{publication.slug}/")
    _add(root, "updated", _iso(max(article.at for article in articles)))
    for article in articles:
        link = base_url + article_path(publication, article)
        entry = SubElement(root, "entry")
        _add(entry, "title", article.title)
        _add(entry, "id", link)
        SubElement(entry, "link", rel="alternate", href=link)
        _add(entry, "published", _iso(article.at))
        _add(entry, "updated", _iso(article.at))
        _add(SubElement(entry, "author"), "name", article.author)
        _add(entry, "summary", article.lead)
    return _document(root)


def news_sitemap(publication: Publication, articles: Sequence[Article], base_url: str) -> bytes:
    root = Element("urlset", {"xmlns": SITEMAP, "xmlns:news": NEWS})
    for article in articles:
        url = SubElement(root, "url")
        _add(url, "loc", base_url + article_path(publication, article))
        _add(url, "lastmod", _iso(article.at))
        news = SubElement(url, "news:news")
        outlet = SubElement(news, "news:publication")
        _add(outlet, "news:name", publication.title)
        _add(outlet, "news:language", "vi")
        _add(news, "news:publication_date", _iso(article.at))
        _add(news, "news:title", article.title)
    return _document(root)


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


def _add(parent: Element, name: str, text: str) -> Element:
    child = SubElement(parent, name)
    child.text = text
    return child


def _document(root: Element) -> bytes:
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written
