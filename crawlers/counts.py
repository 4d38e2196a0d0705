"""What a crawl did, in numbers that add up."""

from pydantic import BaseModel, ConfigDict

from crawlers.config import SourceConfig


class CrawlCounts(BaseModel):
    """Live while a crawl runs, final at its end. `dict(counts)` gives them by name."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    requests: int = 0
    """Requests sent, robots.txt and retries included."""
    pages: int = 0
    """Lists and pages read and saved."""
    listed: int = 0
    """Entries on the lists, those already known included; `Expected` speaks of these."""
    items: int = 0
    """Mentions saved; `new`, `changed` and `same` add up to it."""
    new: int = 0
    changed: int = 0
    same: int = 0
    not_modified: int = 0
    """Lists the server said are unchanged."""
    bad: int = 0
    """What could not be made into a mention; kept in quarantine with the reason."""
    failed: int = 0
    """Fetches that failed in this run; the frontier says which are given up."""
    postponed: int = 0
    """Pages left for the next run because the site asked for it."""
    pending: int = 0
    """URLs that wait for the next run."""


class CrawlResult(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    counts: CrawlCounts
    errors: list[str]
    """One plain line each, in Vietnamese, at most `MAX_ERRORS`."""
    finish_reason: str
    """`finished`, `stopped` (SIGTERM), `disk_full`, `store_error`, `blocked` (captchas), `memusage_exceeded`,
    `already_running` or `crashed`."""


MAX_ERRORS = 50


def yield_problem(config: SourceConfig, counts: CrawlCounts) -> str | None:
    """Why the run's yield is not what the source declares, in one Vietnamese line; None for a healthy run.

    A run whose lists were all or partly unchanged (304) is not too small for that.
    """
    expected = config.expected
    if counts.listed > expected.max:
        return f"Thu được {counts.listed} mục, nhiều hơn mức khai báo {expected.min}-{expected.max}."
    if counts.listed < expected.min and not counts.not_modified:
        return f"Thu được {counts.listed} mục, ít hơn mức khai báo {expected.min}-{expected.max}."
    return None
