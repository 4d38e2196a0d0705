"""What was read becomes mentions: ids, dates with their method, hashed authors, the source's excerpt policy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from crawlers.config import SourceConfig
from langnghe.errors import BadInput
from langnghe.records import Channel, DateMethod, Engagement, Flag, Mention, MentionKind, author_hash, mention_id
from langnghe.settings import Settings
from nlp.dates import FoundDate, best_date, parse_date

UNSURE = 0.5
_PETITIONS = frozenset({Channel.HOTLINE_1022, Channel.CITIZEN_APP, Channel.EMAIL})


@dataclass(frozen=True)
class Draft:
    """A mention in the making."""

    native: str
    """Native id or canonical URL: makes the id of the mention."""
    text: str
    title: str | None = None
    url: str | None = None
    """Canonical."""
    author: str | None = None
    dates: tuple[FoundDate, ...] = ()
    parent: str | None = None
    """`native` of the post it comments on; None for a post of its own."""
    likes: int = 0
    shares: int = 0
    comments: int = 0
    views: int = 0
    flags: tuple[Flag, ...] = ()


class MentionMaker:
    def __init__(self, config: SourceConfig, settings: Settings) -> None:
        self._config = config
        self._key = settings.author_key.get_secret_value().encode() if settings.author_key else None

    def make(self, draft: Draft, *, now: datetime) -> Mention:
        """Raises BadInput for a draft without text."""
        if not draft.text.strip():
            raise BadInput("Không có nội dung.")
        date = best_date(draft.dates, now=now)
        flags = [*draft.flags, *([Flag.DATE_UNSURE] if date.confidence < UNSURE else [])]
        try:
            return Mention(
                id=mention_id(self._config.name, draft.native),
                source=self._config.name,
                channel=self._channel(draft),
                kind=self._kind(draft),
                native_id=draft.native,
                url=draft.url,
                title=draft.title or None,
                text=draft.text,
                author_hash=author_hash(draft.author, self._key) if draft.author and self._key else None,
                published_at=date.at or now,
                published_method=date.method,
                published_confidence=date.confidence,
                collected_at=now,
                parent_id=mention_id(self._config.name, draft.parent) if draft.parent else None,
                engagement=Engagement(
                    likes=draft.likes, shares=draft.shares, comments=draft.comments, views=draft.views
                ),
                excerpt_chars=None if draft.parent else self._config.shown_chars,
                flags=tuple(flags),
            )
        except ValidationError as error:
            raise BadInput(f"Dữ liệu không hợp lệ: {error.errors()[0]['msg']}") from error

    def _channel(self, draft: Draft) -> Channel:
        is_comment = draft.parent is not None and self._config.channel is Channel.NEWS
        return Channel.NEWS_COMMENT if is_comment else self._config.channel

    def _kind(self, draft: Draft) -> MentionKind:
        if draft.parent is not None:
            return MentionKind.COMMENT
        if self._config.channel is Channel.NEWS:
            return MentionKind.ARTICLE
        return MentionKind.PETITION if self._config.channel in _PETITIONS else MentionKind.POST


def found_dates(raw: str | None, *, now: datetime, method: DateMethod) -> tuple[FoundDate, ...]:
    """At most one; empty for what is no date."""
    found = parse_date(raw, now=now, method=method) if raw else None
    return (found,) if found and found.at else ()


def keep_date(dates: Sequence[FoundDate]) -> dict[str, str | float]:
    """The first date as JSON, for the frontier; `kept_date` reads it."""
    for date in dates:
        if date.at:
            return {"at": date.at.isoformat(), "method": str(date.method), "confidence": date.confidence}
    return {}


def kept_date(kept: dict[str, str | float]) -> tuple[FoundDate, ...]:
    if not kept:
        return ()
    at = datetime.fromisoformat(str(kept["at"]))
    return (FoundDate(at, DateMethod(str(kept["method"])), float(kept["confidence"])),)
