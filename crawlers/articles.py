"""Entries of a list become article pages, and article pages become mentions with their comments."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from scrapy.http import Response

from crawlers.entries import Entry
from crawlers.job import CrawlJob
from crawlers.ledger import Bad, Reading
from crawlers.mentions import Draft, MentionMaker, found_dates, keep_date, kept_date
from crawlers.page import Page, PageComment
from crawlers.walls import Blocked, Wall
from langnghe.errors import BadInput
from langnghe.records import DateMethod, Flag, Mention
from langnghe.store.frontier import FoundUrl
from nlp.urls import canonical_url

ARTICLE = "article"
"""Role of an article page in the frontier."""


class Articles:
    def __init__(self, job: CrawlJob, maker: MentionMaker) -> None:
        self._job = job
        self._config = job.config
        self._maker = maker
        self._include = [re.compile(pattern) for pattern in job.config.include]
        self._exclude = [re.compile(pattern) for pattern in job.config.exclude]

    def listed(self, entries: Sequence[Entry], *, next_page: FoundUrl | None = None) -> Reading:
        """What the list led to. An entry whose page is not to be fetched is a mention by itself."""
        found: list[FoundUrl] = []
        mentions: list[Mention] = []
        bad: list[Bad] = []
        for entry in filter(self._is_wanted, entries):
            if entry.url and self._config.follow and self._is_home(entry.url):
                found.append(self._found(entry))
                continue
            try:
                mentions.append(self._maker.make(self._from_entry(entry), now=self._job.now()))
            except BadInput as error:
                bad.append(({"url": entry.url, "title": entry.title}, str(error)))
        return Reading(mentions, found, next_page, bad, listed=len(entries))

    async def read(self, found: FoundUrl, response: Response, content_type: str | None) -> Reading:
        """Raises Blocked for a captcha, BadInput for a login wall and a page without text."""
        page = await self._job.pool.read(
            response.body, content_type, url=response.url, selectors=self._config.selectors, now=self._job.now()
        )
        if page.wall is Wall.CAPTCHA:
            raise Blocked(page.wall)
        if page.wall:
            raise BadInput(page.wall)
        address = canonical_url(page.address if self._is_home(page.address) else response.url)
        article = self._maker.make(self._from_page(page, found.meta, address), now=self._job.now())
        return Reading([article, *self._comments(page, address)])

    def _is_wanted(self, entry: Entry) -> bool:
        if entry.url and self._include and not any(pattern.search(entry.url) for pattern in self._include):
            return False
        if entry.url and any(pattern.search(entry.url) for pattern in self._exclude):
            return False
        if self._config.max_age_days is None:
            return True
        oldest = self._job.now() - timedelta(days=self._config.max_age_days)
        return all(date.at is None or date.at > oldest for date in self._listed_dates(entry))

    def _is_home(self, url: str) -> bool:
        return self._job.is_home((urlsplit(url).hostname or "").lower())

    def _found(self, entry: Entry) -> FoundUrl:
        assert entry.url
        said = {"title": entry.title, "summary": entry.summary, "author": entry.author}
        meta: dict[str, Any] = {name: text for name, text in said.items() if text}
        if kept := keep_date(self._listed_dates(entry)):
            meta["date"] = kept
        return FoundUrl(canonical_url(entry.url), entry.url, ARTICLE, meta=meta)

    def _from_entry(self, entry: Entry) -> Draft:
        url = canonical_url(entry.url) if entry.url else None
        native = url or entry.native_id
        if native is None:
            raise BadInput("Mục không có địa chỉ cũng không có mã.")
        text = entry.summary or entry.title or ""
        return Draft(
            native=native,
            text=text,
            title=entry.title if entry.summary else None,
            url=url,
            author=entry.author,
            dates=self._listed_dates(entry),
        )

    def _from_page(self, page: Page, said: dict[str, Any], address: str) -> Draft:
        """What the list said stands in for what the page lacks."""
        if not page.text and not said.get("summary"):
            raise BadInput("Không tìm thấy nội dung trong trang.")
        return Draft(
            native=address,
            text=page.text or said["summary"],
            title=page.title or said.get("title"),
            url=address,
            author=page.author or said.get("author"),
            dates=(*page.dates, *kept_date(said.get("date", {}))),
            comments=len(page.comments),
            flags=(Flag.ENCODING_SUSPECT,) if page.encoding_suspect else (),
        )

    def _comments(self, page: Page, address: str) -> Iterator[Mention]:
        for comment in page.comments:
            draft = Draft(
                native=f"{address}#{comment.native_id or _fingerprint(comment)}",
                text=comment.text,
                url=address,
                author=comment.author,
                dates=(comment.date,) if comment.date else (),
                parent=address,
                likes=comment.likes,
            )
            yield self._maker.make(draft, now=self._job.now())

    def _listed_dates(self, entry: Entry) -> tuple[Any, ...]:
        return found_dates(entry.published, now=self._job.now(), method=DateMethod.FEED)


def _fingerprint(comment: PageComment) -> str:
    """Tells comments apart where the page gives them no id."""
    at = comment.date.at.isoformat() if comment.date and comment.date.at else ""
    return hashlib.sha256(f"{comment.author}\x1f{at}\x1f{comment.text}".encode("utf-8", "surrogatepass")).hexdigest()[
        :16
    ]
