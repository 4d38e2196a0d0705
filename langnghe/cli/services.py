"""What commands open and close around their work."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import Progress

from index.base import MentionIndex
from langnghe.errors import IndexUnavailable
from langnghe.ingest import IngestCounts, ingest
from langnghe.settings import Settings
from langnghe.store.engine import Store, open_store
from langnghe.store.mentions import count_stages
from langnghe.store.tables import Stage


@contextmanager
def opened_store(settings: Settings) -> Iterator[tuple[Settings, Store]]:
    store = open_store(settings)
    try:
        yield settings, store
    finally:
        store.close()


@contextmanager
def opened_index(settings: Settings, *, writer: bool = False) -> Iterator[MentionIndex]:
    from index.backends import open_index

    index = open_index(settings, writer=writer)
    try:
        yield index
    finally:
        index.close()


def drain(store: Store, settings: Settings, bars: Progress) -> IngestCounts:
    """Annotates and indexes all that waits, with a bar. Raises IndexUnavailable after annotating all the same."""
    from nlp.annotate import load_understanding

    stages = count_stages(store)
    waiting = stages[Stage.COLLECTED] * 2 + stages[Stage.ANNOTATED]
    task = bars.add_task("Phân tích và đánh chỉ mục", total=waiting)
    with opened_index(settings, writer=True) as index:
        counts = ingest(
            store,
            index,
            load_understanding(settings),
            settings,
            on_progress=lambda done: bars.update(task, completed=done.annotated + done.indexed + done.quarantined),
        )
    if counts.index_error:
        raise IndexUnavailable(f"Đã phân tích xong nhưng chưa đánh chỉ mục được: {counts.index_error}")
    return counts
