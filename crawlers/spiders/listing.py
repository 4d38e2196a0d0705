"""List pages whose links lead to detail pages: portals of petitions, questions and press releases."""

from typing import Any, ClassVar
from urllib.parse import urljoin

from scrapy.http import Response

from crawlers.articles import ARTICLE, Articles
from crawlers.decode import decode
from crawlers.entries import Entry
from crawlers.job import CrawlJob
from crawlers.ledger import Reading
from crawlers.markup import first, parse_html, select_elements
from crawlers.markup import select as select_texts
from crawlers.spiders.base import SourceSpider, content_type
from langnghe.errors import BadInput
from langnghe.store.frontier import FoundUrl


class ListingSpider(SourceSpider):
    name = "listing"
    revisited_role: ClassVar[str | None] = ARTICLE

    def __init__(self, job: CrawlJob, **kwargs: Any) -> None:
        super().__init__(job, **kwargs)
        self.articles = Articles(job, self.maker)

    async def read(self, found: FoundUrl, response: Response) -> Reading:
        if found.role == ARTICLE:
            return await self.articles.read(found, response, content_type(response))
        links, next_link = listed_links(
            response.body,
            content_type(response),
            url=response.url,
            link=self.config.selectors.link or "a",
            next_=self.config.selectors.next,
        )
        next_page = self.next_list(found, next_link) if next_link and next_link != response.url else None
        return self.articles.listed([Entry(url) for url in links], next_page=next_page)


def listed_links(
    body: bytes, content_type: str | None, *, url: str, link: str, next_: str | None
) -> tuple[list[str], str | None]:
    """The detail pages in the list's order, each once, and the next page of the list. Raises BadInput."""
    root = parse_html(decode(body, content_type).text)
    if root is None:
        raise BadInput("Trang danh sách trống hoặc không phải HTML.")
    hrefs = [str(one.get("href")) for one in select_elements(root, link) if one.get("href")] or select_texts(root, link)
    further = [str(one.get("href")) for one in select_elements(root, next_) if one.get("href")] if next_ else []
    next_href = next(iter(further), None) or first(root, next_)
    links = dict.fromkeys(web for href in hrefs if (web := _web_address(url, href)))
    return list(links), _web_address(url, next_href) if next_href else None


def _web_address(base: str, href: str) -> str | None:
    try:
        url = urljoin(base, href.strip())
    except ValueError:
        return None
    return url if url.startswith(("http://", "https://")) else None
