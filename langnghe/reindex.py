"""The index made anew from the store, in place: searches go on and find every mention throughout."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from index.backends import open_index
from index.base import MentionIndex, MentionQuery
from langnghe.records import Mention
from langnghe.settings import Settings
from langnghe.store.engine import Store
from langnghe.store.mentions import count_pipeline, finish_indexing, scan_mentions, send_to_quarantine
from langnghe.store.tables import Stage

DELETE_BATCH = 1_000
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Rebuilt:
    indexed: int
    rejected: int
    removed: int
    """Documents that the store no longer holds."""


def rebuild(store: Store, settings: Settings, *, on_progress: Progress = lambda *_: None) -> Rebuilt:
    """Writes every annotated mention into the index again and removes what the store does not hold.

    Interrupted, it leaves an index that serves; run it again. Raises IndexUnavailable, StoreError.
    """
    index = open_index(settings, writer=True)
    try:
        indexed, rejected, kept = _write_all(store, index, settings.batch_size, on_progress)
        return Rebuilt(indexed, rejected, _remove_others(index, kept))
    finally:
        index.close()


def _write_all(
    store: Store, index: MentionIndex, batch_size: int, on_progress: Progress
) -> tuple[int, int, frozenset[str]]:
    total, rejected = count_pipeline(store).annotated, 0
    kept: set[str] = set()
    for batch in _batches((m for m in scan_mentions(store) if m.annotation), batch_size):
        reasons = {refusal.id: refusal.reason for refusal in index.upsert(batch)}
        accepted = [mention for mention in batch if mention.id not in reasons]
        finish_indexing(store, accepted)
        refused = [(mention, reasons[mention.id]) for mention in batch if mention.id in reasons]
        send_to_quarantine(store, Stage.ANNOTATED, refused, now=datetime.now(UTC))
        kept |= {mention.id for mention in accepted}
        rejected += len(refused)
        on_progress(len(kept) + rejected, total)
    return len(kept), rejected, frozenset(kept)


def _remove_others(index: MentionIndex, kept: frozenset[str]) -> int:
    strangers = [hit.mention.id for hit in index.scan(MentionQuery()) if hit.mention.id not in kept]
    for start in range(0, len(strangers), DELETE_BATCH):
        index.delete(strangers[start : start + DELETE_BATCH])
    return len(strangers)


def _batches(mentions: Iterable[Mention], size: int) -> Iterator[list[Mention]]:
    waiting = iter(mentions)
    while batch := list(islice(waiting, size)):
        yield batch
