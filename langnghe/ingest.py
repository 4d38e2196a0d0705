"""The flow on one page: what was collected is annotated, clustered, stored and indexed.

Each stage works on rows that are not done yet, in batches claimed by lease, and stores its result and the
move to the next stage in one transaction. A kill at any point costs repeated work and nothing else.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from index.base import MentionIndex
from langnghe.clusters import assign_clusters
from langnghe.errors import IndexUnavailable, LangNgheError, WeightsError
from langnghe.records import Mention
from langnghe.settings import Settings
from langnghe.store.engine import Store
from langnghe.store.mentions import (
    claim,
    finish_annotating,
    finish_indexing,
    quarantine_exhausted,
    release,
    send_to_quarantine,
)
from langnghe.store.tables import Stage
from nlp.annotate import Understanding, annotate

log = logging.getLogger(__name__)

SYSTEMIC = 8
"""When so many texts fail and none passes, the fault is ours: they stay in the queue instead of in quarantine."""


@dataclass(frozen=True)
class IngestCounts:
    annotated: int = 0
    indexed: int = 0
    quarantined: int = 0
    index_error: str | None = None
    """Why indexing stopped early; what waits is indexed by a later run."""


Progress = Callable[[IngestCounts], None]


def utc_now() -> datetime:
    return datetime.now(UTC)


def ingest(
    store: Store,
    index: MentionIndex,
    understanding: Understanding,
    settings: Settings,
    *,
    clock: Callable[[], datetime] = utc_now,
    on_progress: Progress = lambda _: None,
) -> IngestCounts:
    """Drains both queues. Annotating goes on while the index is away. Raises StoreError, WeightsError."""
    counts = IngestCounts()
    while True:
        annotated, refused = annotate_batch(store, understanding, settings, clock=clock)
        counts = replace(counts, annotated=counts.annotated + annotated, quarantined=counts.quarantined + refused)
        indexed, rejected = 0, 0
        if counts.index_error is None:
            try:
                indexed, rejected = index_batch(store, index, settings, clock=clock)
            except IndexUnavailable as error:
                log.warning("index away, %s", error)
                counts = replace(counts, index_error=str(error))
        counts = replace(counts, indexed=counts.indexed + indexed, quarantined=counts.quarantined + rejected)
        on_progress(counts)
        if annotated + refused + indexed + rejected == 0:
            return counts


def annotate_batch(
    store: Store, understanding: Understanding, settings: Settings, *, clock: Callable[[], datetime] = utc_now
) -> tuple[int, int]:
    """One batch from collected to annotated; returns how many were annotated and how many quarantined.

    Raises LangNgheError, after giving the batch back, when not one text of many can be annotated.
    """
    exhausted = quarantine_exhausted(store, Stage.COLLECTED, settings.max_attempts, now=clock())
    batch = claim(store, Stage.COLLECTED, settings.batch_size, now=clock(), lease_s=settings.lease_s)
    annotated, refused = _annotate_what_can_be(batch, understanding, clock())
    if len(refused) == len(batch) >= SYSTEMIC:
        release(store, [mention.id for mention in batch])
        raise LangNgheError(f"Không phân tích được bài nào trong {len(batch)} bài, hãy xem nhật ký: {refused[0][1]}")
    if annotated:
        with store.write() as connection:
            finish_annotating(store, connection, assign_clusters(store, connection, annotated))
    send_to_quarantine(store, Stage.COLLECTED, refused, now=clock())
    return len(annotated), len(refused) + exhausted


def index_batch(
    store: Store, index: MentionIndex, settings: Settings, *, clock: Callable[[], datetime] = utc_now
) -> tuple[int, int]:
    """One batch from annotated to searchable; returns how many were indexed and how many the index refused.

    Raises IndexUnavailable after giving the batch back.
    """
    batch = claim(store, Stage.ANNOTATED, settings.batch_size, now=clock(), lease_s=settings.lease_s)
    if not batch:
        return 0, 0
    try:
        rejected = {refusal.id: refusal.reason for refusal in index.upsert(batch)}
    except IndexUnavailable:
        release(store, [mention.id for mention in batch])
        raise
    finish_indexing(store, [mention for mention in batch if mention.id not in rejected])
    refused = [(mention, rejected[mention.id]) for mention in batch if mention.id in rejected]
    send_to_quarantine(store, Stage.ANNOTATED, refused, now=clock())
    return len(batch) - len(refused), len(refused)


def _annotate_what_can_be(
    batch: Sequence[Mention], understanding: Understanding, now: datetime
) -> tuple[list[Mention], list[tuple[Mention, str]]]:
    """Halves a failing batch until the mention at fault stands alone, so that it blocks no other."""
    if not batch:
        return [], []
    try:
        return annotate(batch, understanding, now=now), []
    except WeightsError:
        raise
    except Exception as error:  # noqa: BLE001  # one text must never stop the others; its reason is kept
        if len(batch) == 1:
            log.warning("mention %s cannot be annotated: %r", batch[0].id, error)
            return [], [(batch[0], f"Không phân tích được văn bản: {error!r}")]
    middle = len(batch) // 2
    done, refused = _annotate_what_can_be(batch[:middle], understanding, now)
    more_done, more_refused = _annotate_what_can_be(batch[middle:], understanding, now)
    return done + more_done, refused + more_refused
