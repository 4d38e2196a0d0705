"""The tables. A change here needs a migration in `migrations/versions`; a test compares the two."""

from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)


class Stage(StrEnum):
    """Where a mention stands; each step moves it on in the transaction that stores its result."""

    COLLECTED = "collected"
    ANNOTATED = "annotated"
    INDEXED = "indexed"
    QUARANTINED = "quarantined"


class UrlState(StrEnum):
    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


class RunStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in Python; SQLite, which keeps no zone, stores it without."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime must not reach the store")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)

mentions = Table(
    "mentions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("source", String(100), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("native_id", Text),
    Column("url", Text),
    Column("title", Text),
    Column("text", Text, nullable=False),
    Column("author_hash", String(32)),
    Column("published_at", UtcDateTime, nullable=False),
    Column("published_method", String(16), nullable=False),
    Column("published_confidence", Float, nullable=False),
    Column("collected_at", UtcDateTime, nullable=False),
    Column("parent_id", String(64)),
    Column("engagement", JSON, nullable=False),
    Column("excerpt_chars", Integer),
    Column("flags", JSON, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("cluster_id", String(64)),
    Column("stage", String(16), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("lease_until", Float, nullable=False, default=0.0),
    Index(None, "stage", "lease_until"),
    Index(None, "cluster_id"),
    Index(None, "source"),
)

annotations = Table(
    "annotations",
    metadata,
    Column("mention_id", String(64), ForeignKey("mentions.id", ondelete="CASCADE"), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("weights", String(100), nullable=False),
    Column("body", JSON, nullable=False),
)

signature_bands = Table(
    "signature_bands",
    metadata,
    Column("band", BigInteger, primary_key=True, autoincrement=False),
    Column("mention_id", String(64), ForeignKey("mentions.id", ondelete="CASCADE"), primary_key=True),
    Index(None, "mention_id"),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("stage", String(16), nullable=False),
    Column("mention_id", String(64)),
    Column("source", String(100)),
    Column("reason", Text, nullable=False),
    Column("payload", JSON),
    Column("quarantined_at", UtcDateTime, nullable=False),
    Column("retried_at", UtcDateTime),
    Index(None, "mention_id"),
)

sources = Table(
    "sources",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("config", JSON, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

frontier = Table(
    "frontier",
    metadata,
    Column("source", String(100), primary_key=True),
    Column("url", String(2000), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("meta", JSON, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("reason", Text),
    Column("discovered_at", UtcDateTime, nullable=False),
    Column("fetched_at", UtcDateTime),
    Index(None, "source", "state"),
)

validators = Table(
    "validators",
    metadata,
    Column("url", String(2000), primary_key=True),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("body", Text),
    Column("checked_at", UtcDateTime, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String(100), nullable=False),
    Column("trigger", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("queued_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime),
    Column("heartbeat_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Column("counts", JSON, nullable=False),
    Column("errors", JSON, nullable=False),
    Column("finish_reason", Text),
    Index(None, "source", "queued_at"),
    Index(None, "status"),
)
