"""The one record: a mention and what was understood of it."""

import hashlib
import hmac
import re
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, field_validator

MASK = "•"
NO_COPY_EXCERPT_CHARS = 300
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Channel(StrEnum):
    FACEBOOK = "facebook"
    ZALO = "zalo"
    TIKTOK = "tiktok"
    YOUTUBE = "youtube"
    FORUM = "forum"
    NEWS = "news"
    NEWS_COMMENT = "news_comment"
    HOTLINE_1022 = "hotline_1022"
    CITIZEN_APP = "citizen_app"
    EMAIL = "email"
    APP_REVIEW = "app_review"


class MentionKind(StrEnum):
    ARTICLE = "article"
    POST = "post"
    COMMENT = "comment"
    PETITION = "petition"


class DateMethod(StrEnum):
    """How a publication date was found; the confidence that goes with it lies beside it."""

    API = "api"
    FEED = "feed"
    PAGE = "page"
    TEXT = "text"
    RELATIVE = "relative"
    URL = "url"
    FILE = "file"
    COLLECTED = "collected"
    """No date was found: the moment of collection stands in, with confidence 0."""


class Language(StrEnum):
    VI = "vi"
    VI_PLAIN = "vi-plain"
    """Vietnamese typed without diacritics."""
    EN = "en"
    ZH = "zh"
    OTHER = "other"


class Sentiment(StrEnum):
    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"


class Intent(StrEnum):
    REPORT = "report"
    COMPLAINT = "complaint"
    DENUNCIATION = "denunciation"
    QUESTION = "question"
    SUGGESTION = "suggestion"
    PRAISE = "praise"
    NEWS = "news"
    CHATTER = "chatter"
    SPAM = "spam"


class Urgency(StrEnum):
    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"


class PiiType(StrEnum):
    PHONE = "phone"
    ID_NUMBER = "id_number"
    EMAIL = "email"
    PLATE = "plate"
    BANK_ACCOUNT = "bank_account"
    PERSON = "person"
    HOME_ADDRESS = "home_address"


class Flag(StrEnum):
    """What a reader should know before trusting a mention."""

    GAMBLING_SEO = "gambling_seo"
    ADVERTISING = "advertising"
    ENCODING_SUSPECT = "encoding_suspect"
    DATE_UNSURE = "date_unsure"
    NO_COPY_NOTICE = "no_copy_notice"


class Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Span(Record):
    """A piece of `Mention.full_text`, half-open: `full_text[start:end]`, in code points."""

    start: int
    end: int


class PiiSpan(Span):
    type: PiiType


class PlaceCandidate(Record):
    code: str
    """Gazetteer code: `c:79` city, `n:` unit of today, `o:` ward, `d:` district, `p:` province before July 2025."""
    name: str
    weight: float
    """Share of belief, 0 to 1; the weights of one place mention add up to 1."""


class PlaceMention(Span):
    surface: str
    candidates: tuple[PlaceCandidate, ...] = ()
    """Best first; empty for a street, bridge or landmark that the gazetteer does not resolve."""
    units: tuple[PlaceCandidate, ...] = ()
    """The units of today (`n:`) this place lies in, weighted where an old ward was split."""


class AgencyMention(Span):
    surface: str
    code: str | None
    """Code of `nlp/data/agencies.yaml`, or None for a public body that the table does not hold."""
    name: str


class Score(Record):
    label: str
    probability: float
    """Calibrated, 0 to 1."""


class Annotation(Record):
    """What was understood; can be thrown away and rebuilt from the mention at any time."""

    weights: str
    """Name and hash of the weights that decided, e.g. `encoder-1@3fa9c2d1`."""
    annotated_at: datetime
    masked: str
    """`Mention.full_text` with personal data covered, character for character, so that offsets hold."""
    clean: str
    """The masked text, cleaned and NFC: what is classified and searched."""
    normalised: str
    """The clean text with teencode written out; equals `clean` where there is none."""
    language: Language
    topics: tuple[Score, ...]
    """Best first; the first is the primary topic."""
    sentiment: Score
    intent: Score
    urgency: Score
    places: tuple[PlaceMention, ...] = ()
    agencies: tuple[AgencyMention, ...] = ()
    pii: tuple[PiiSpan, ...] = ()
    flags: tuple[Flag, ...] = ()
    hidden: tuple[str, ...] = ()
    """Fields of the mention beside its text that carry personal data themselves: `url`, `native_id`."""
    needs_review: bool = False
    """The model is unsure of the primary topic: a person should look ("cần người xem")."""


class Engagement(Record):
    likes: int = 0
    shares: int = 0
    comments: int = 0
    views: int = 0


class Mention(Record):
    """One public post, comment, article or petition. `text` is never edited."""

    id: str
    """sha256 of source and native id (or canonical URL); see `mention_id`."""
    source: str
    """Name of the source in `crawlers/sources/`."""
    channel: Channel
    kind: MentionKind
    native_id: str | None = None
    url: str | None = None
    """Canonical URL of the post itself."""
    title: str | None = None
    text: str
    """As published."""
    author_hash: str | None = None
    """Keyed hash of the author's name or account; names themselves are not kept."""
    published_at: datetime
    published_method: DateMethod
    published_confidence: float = Field(ge=0, le=1)
    """Below 0.5 a mention stays out of trends."""
    collected_at: datetime
    parent_id: str | None = None
    """The mention that this one comments on."""
    engagement: Engagement = Engagement()
    excerpt_chars: int | None = None
    """Show at most so many characters (texts of publishers); None: may be shown whole."""
    flags: tuple[Flag, ...] = ()
    """What the collector noticed."""
    revision: int = 1
    """Rises by one each time the source edits the post."""
    cluster_id: str | None = None
    """Id of the first mention of the same text; equals `id` for a text of its own."""
    annotation: Annotation | None = None

    @field_validator("title", "text", "url", "native_id")
    @classmethod
    def _storable(cls, value: str | None) -> str | None:
        """NUL and lone surrogates cannot be stored or sent; U+FFFD stands in their place."""
        return None if value is None else _UNSTORABLE.sub("\ufffd", value)

    @property
    def full_text(self) -> str:
        return f"{self.title}\n{self.text}" if self.title else self.text

    @property
    def is_copy(self) -> bool:
        return self.cluster_id is not None and self.cluster_id != self.id

    @property
    def content_hash(self) -> str:
        """Tells an edit from a repeat; engagement does not count."""
        return hashlib.sha256(self.full_text.encode("utf-8", "surrogatepass")).hexdigest()


def mention_id(source: str, native: str) -> str:
    """sha256 hex of source name and native id or canonical URL: collecting twice changes nothing."""
    return hashlib.sha256(f"{source}\x1f{native}".encode("utf-8", "surrogatepass")).hexdigest()


def author_hash(author: str, key: bytes) -> str:
    """HMAC-SHA256, 32 hex digits: the same author is recognised, the name cannot be read back."""
    return hmac.new(key, author.strip().casefold().encode(), hashlib.sha256).hexdigest()[:32]


def redacted(mention: Mention) -> Mention:
    """The mention as it may be indexed, shown and exported: personal data covered.

    Raises ValueError for a mention that was not annotated yet.
    """
    if mention.annotation is None:
        raise ValueError(f"mention {mention.id} is not annotated, so not masked either")
    masked = mention.annotation.masked
    title_end = len(mention.title) if mention.title else 0
    return mention.model_copy(
        update={
            "title": masked[:title_end] or None,
            "text": masked[title_end + 1 :] if title_end else masked,
            **dict.fromkeys(mention.annotation.hidden),
        }
    )


def shown_text(mention: Mention) -> str:
    """A redacted mention's full text, cut at a word to what its publisher allows and ended with an ellipsis."""
    text, limit = mention.full_text, excerpt_limit(mention)
    if limit is None or len(text) <= limit:
        return text
    cut = text.rfind(" ", 0, limit)
    return text[: cut if cut > 0 else limit].rstrip() + "…"


def excerpt_limit(mention: Mention) -> int | None:
    """Characters that may be shown, or None for all: the source's policy, and less where the text forbids copying."""
    forbids = mention.annotation is not None and Flag.NO_COPY_NOTICE in mention.annotation.flags
    limits = [mention.excerpt_chars, NO_COPY_EXCERPT_CHARS if forbids else None]
    return min((limit for limit in limits if limit is not None), default=None)
