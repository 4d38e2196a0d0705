"""A source is data: one YAML in `crawlers/sources/`, or a row an operator makes."""

import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from langnghe.errors import ConfigError
from langnghe.records import Channel

NEWS_EXCERPT_CHARS = 300
NAME = r"^[a-z0-9][a-z0-9_-]{0,99}$"


class SourceKind(StrEnum):
    """Each has one spider in `crawlers.kinds.SPIDERS`; `file` is read without one."""

    FEED = "feed"
    SITEMAP = "sitemap"
    LISTING = "listing"
    WORDPRESS = "wordpress"
    NODEBB = "nodebb"
    DISCOURSE = "discourse"
    FILE = "file"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class CommentSelectors(_Part):
    """Where a page keeps its readers' comments; all but `item` are looked up inside one comment."""

    item: str
    text: str
    author: str | None = None
    date: str | None = None
    id: str | None = None
    likes: str | None = None


class Selectors(_Part):
    """CSS, or XPath when it begins with `/`, `./` or `(`. `::text` and `::attr(x)` may end a CSS selector;
    without them an element stands for its text. What is left out is found by trafilatura."""

    link: str | None = None
    """On a list page: links to the detail pages."""
    next: str | None = None
    """On a list page: the link to the next one."""
    title: str | None = None
    body: str | None = None
    date: str | None = None
    author: str | None = None
    comments: CommentSelectors | None = None


class Schedule(_Part):
    """When a source is crawled, in Asia/Ho_Chi_Minh: one of the two."""

    cron: str | None = None
    """Five fields. Name weekdays (`mon-fri`): APScheduler counts them from Monday = 0, cron from Sunday."""
    every_minutes: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.cron is None) == (self.every_minutes is None):
            raise ValueError("schedule cần đúng một trong hai: cron hoặc every_minutes")
        if self.cron is not None:
            from apscheduler.triggers.cron import CronTrigger  # type: ignore[import-untyped]

            CronTrigger.from_crontab(self.cron)
        return self

    def describe(self) -> str:
        """For people, in Vietnamese."""
        if self.every_minutes is None:
            return f"cron {self.cron}"
        hours, minutes = divmod(self.every_minutes, 60)
        return f"mỗi {hours} giờ" if hours and not minutes else f"mỗi {self.every_minutes} phút"


class Expected(_Part):
    """How many entries a healthy run lists (articles in the feed, topics, rows), those already known included."""

    min: int = Field(ge=0)
    max: int = Field(ge=0)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min > self.max:
            raise ValueError("expected.min lớn hơn expected.max")
        return self


class ColumnMap(_Part):
    """Columns of a CSV, XLSX or JSONL file. Names are compared without case, accents and spaces around;
    several names are joined by a line break."""

    text: str | tuple[str, ...]
    title: str | None = None
    id: str | None = None
    """The file's own code of a row; without it the URL, else the text itself, tells rows apart."""
    date: str | None = None
    author: str | None = None
    url: str | None = None
    likes: str | None = None
    shares: str | None = None
    comments: str | None = None
    views: str | None = None


class SourceConfig(_Part):
    name: str = Field(pattern=NAME)
    title: str
    """As users see it."""
    kind: SourceKind
    channel: Channel
    urls: tuple[str, ...] = ()
    """Feeds, sitemaps, list pages, or the base URL of a forum or WordPress site; for `file` not used."""
    path: str | None = None
    """Only for `file`: a file or glob, relative to LANGNGHE_HOME."""
    columns: ColumnMap | None = None
    """Only for `file`; guessed from the usual names when missing."""
    selectors: Selectors = Selectors()
    allowed_domains: tuple[str, ...] = ()
    """Domains besides those of `urls` that links and redirects may lead to; subdomains count."""
    include: tuple[str, ...] = ()
    """Regular expressions: only URLs that match one of them are followed; none given: all."""
    exclude: tuple[str, ...] = ()
    follow: bool = True
    """False: the feed's own title and summary are the mention, no article page is fetched."""
    schedule: Schedule = Schedule(every_minutes=60)
    expected: Expected
    licence: str
    """What the publisher allows, and what we do about it."""
    excerpt_chars: int | None = Field(default=None, ge=50)
    """Articles and posts are shown up to here; news sources default to 300. Readers' comments are shown whole."""
    delay_s: float = Field(default=0.0, ge=0)
    """Seconds between two requests; counts only above the operator's `crawl_delay_s`."""
    max_pages: int = Field(default=500, ge=1)
    """Pages fetched in one run; what is left waits for the next."""
    max_list_pages: int = Field(default=10, ge=1)
    """How far back one run pages through lists that continue."""
    max_age_days: int | None = Field(default=None, ge=1)
    """Older entries of a list or sitemap are not fetched."""
    revisit_hours: int = Field(default=0, ge=0)
    """Articles found less than so long ago are fetched again each run, for their new comments."""
    verify_tls: bool = True
    verified: bool = False
    """A person has crawled it and looked at the result."""
    enabled: bool = False

    @field_validator("urls")
    @classmethod
    def _web_addresses(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        for url in urls:
            parts = urlsplit(url)
            if parts.scheme not in {"http", "https"} or not parts.hostname:
                raise ValueError(f"không phải địa chỉ http(s): {url}")
        return urls

    @field_validator("include", "exclude")
    @classmethod
    def _patterns(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"biểu thức sai {pattern!r}: {error}") from error
        return patterns

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.kind is SourceKind.FILE:
            if not self.path:
                raise ValueError("nguồn kiểu file cần path")
        elif not self.urls:
            raise ValueError(f"nguồn kiểu {self.kind} cần urls")
        if self.kind is SourceKind.LISTING and not self.selectors.link:
            raise ValueError("nguồn kiểu listing cần selectors.link")
        return self

    @property
    def domains(self) -> frozenset[str]:
        """Where requests may go; each stands for its subdomains too."""
        hosts = {urlsplit(url).hostname or "" for url in self.urls} | set(self.allowed_domains)
        return frozenset(host.lower().removeprefix("www.") for host in hosts)

    @property
    def shown_chars(self) -> int | None:
        """`excerpt_chars` for mentions of this source: publishers' texts are never shown whole."""
        if self.excerpt_chars is None and self.channel is Channel.NEWS:
            return NEWS_EXCERPT_CHARS
        return self.excerpt_chars


def load_source(path: Path) -> SourceConfig:
    """Raises ConfigError that names the file and each wrong field."""
    try:
        return parse_source(yaml.safe_load(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"Không đọc được tệp nguồn {path}: {error}") from error
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error


def parse_source(fields: object) -> SourceConfig:
    """Raises ConfigError naming each wrong field."""
    try:
        return SourceConfig.model_validate(fields)
    except ValidationError as error:
        raise ConfigError("Khai báo nguồn sai: " + "; ".join(_complaints(error))) from error


def load_sources(folder: Path) -> list[SourceConfig]:
    """Every `*.yaml` of the folder, by file name. Raises ConfigError, also for a name used twice."""
    sources = [load_source(path) for path in sorted(folder.glob("*.yaml"))]
    names = [source.name for source in sources]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(f"Tên nguồn bị trùng trong {folder}: {name}")
    return sources


def _complaints(error: ValidationError) -> Iterator[str]:
    for problem in error.errors():
        place = ".".join(map(str, problem["loc"])) or "nguồn"
        yield f"{place}: {problem['msg']}"
