"""The embedded index's folder: schema, one writer at a time, and fresh snapshots for readers.

A commit is durable and atomic, so a kill -9 loses at most the batch that was not acknowledged yet.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from tantivy import Document, Index, IndexWriter, Schema, SchemaBuilder, Searcher

from index.base import Facet
from index.document import IndexDocument
from index.embedded_query import TEXT, searchable_text
from langnghe.errors import IndexUnavailable

SCHEMA_VERSION = "1"
"""Rises with every change of the schema or of what a field holds; an index of another version must be rebuilt."""
WRITER_MEMORY = 128_000_000
LOCK_TIMEOUT_S = 10
KEPT_SNAPSHOTS = 8
RELOAD_ATTEMPTS = 5


class Storage:
    """Open it with `Storage(folder, writer=...)`, close it when done. Raises IndexUnavailable."""

    def __init__(self, folder: Path, *, writer: bool, lock_timeout_s: float = LOCK_TIMEOUT_S) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._writer_lock = FileLock(folder / "writer.lock", thread_local=False)
        self._writer: IndexWriter | None = None
        self._mutex = threading.Lock()
        self._snapshots: OrderedDict[str, Searcher] = OrderedDict()
        with unavailable_on_error():
            self.index = _open_or_create(folder)
        self.schema: Schema = self.index.schema
        self._may_write = writer
        if writer:
            self._take_writer(lock_timeout_s)

    def snapshot(self, kept: str | None = None) -> tuple[str, Searcher]:
        """The state of now and its name; or the state of the name `kept`, if it is still at hand."""
        with self._mutex, unavailable_on_error():
            if kept in self._snapshots:
                assert kept is not None
                return kept, self._snapshots[kept]
            name = self._state()
            if name not in self._snapshots:
                self._reload()
                self._snapshots[name] = self.index.searcher()
                while len(self._snapshots) > KEPT_SNAPSHOTS:
                    self._snapshots.popitem(last=False)
            return name, self._snapshots[name]

    def replace(self, documents: Iterable[IndexDocument]) -> None:
        """Puts each document in the place of the one with its id; durable and visible on return."""
        with self._committing() as writer:
            for document in documents:
                writer.delete_documents_by_term("id", document.id)
                writer.add_document(_tantivy_document(document))

    def delete(self, ids: Iterable[str]) -> None:
        with self._committing() as writer:
            for id_ in ids:
                writer.delete_documents_by_term("id", id_)

    def clear(self) -> None:
        with self._committing() as writer:
            writer.delete_all_documents()

    def close(self) -> None:
        """Lets running merges end and gives the writer's place to others."""
        with self._mutex:
            self._snapshots.clear()
            if self._writer is not None:
                writer, self._writer = self._writer, None
                with unavailable_on_error():
                    writer.wait_merging_threads()
            self._may_write = False
            self._writer_lock.release()

    def _take_writer(self, timeout_s: float) -> IndexWriter:
        try:
            self._writer_lock.acquire(timeout=timeout_s)
        except Timeout as error:
            raise IndexUnavailable(
                "Kho tìm kiếm đang được một tiến trình khác ghi; hãy đợi tiến trình đó xong hoặc dừng nó rồi thử lại"
            ) from error
        with unavailable_on_error():
            self._writer = self.index.writer(WRITER_MEMORY, num_threads=1)
        return self._writer

    @contextmanager
    def _committing(self) -> Iterator[IndexWriter]:
        """A writer after a failure cannot be trusted, so the next batch gets a new one."""
        if not self._may_write:
            raise IndexUnavailable("Kho tìm kiếm này chỉ được mở để đọc")
        with self._mutex, unavailable_on_error():
            writer = self._writer or self.index.writer(WRITER_MEMORY, num_threads=1)
            self._writer = None
            yield writer
            writer.commit()
            self._writer = writer

    def _state(self) -> str:
        meta = (self._folder / "meta.json").stat()
        return f"{meta.st_ino:x}.{meta.st_mtime_ns:x}"

    def _reload(self) -> None:
        """A writer may remove a file between our reading of the list and of the file: then the list is old."""
        for attempt in range(RELOAD_ATTEMPTS):
            try:
                return self.index.reload()
            except ValueError:
                if attempt == RELOAD_ATTEMPTS - 1:
                    raise
        return None


@contextmanager
def unavailable_on_error() -> Iterator[None]:
    """tantivy reports every fault of files and locks as ValueError."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise IndexUnavailable(f"Kho tìm kiếm không dùng được lúc này: {error}") from error


def _open_or_create(folder: Path) -> Index:
    version = folder / "version"
    with FileLock(folder / "open.lock", timeout=60):
        if not Index.exists(str(folder)):
            Index(_build_schema(), path=str(folder))
            version.write_text(SCHEMA_VERSION)
        elif version.read_text() != SCHEMA_VERSION:
            raise IndexUnavailable(
                f"Kho tìm kiếm do một phiên bản khác tạo; hãy xóa thư mục {folder} rồi chạy `langnghe reindex`"
            )
        index = Index.open(str(folder))
    index.config_reader("manual")
    return index


def _build_schema() -> Schema:
    builder = SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(TEXT, tokenizer_name="whitespace", index_option="position")
    for name in (*(facet.value for facet in Facet), "cluster", "mark"):
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    for name in ("published", "collected", "order", "revision"):
        builder.add_integer_field(name, indexed=True, fast=True)
    builder.add_bytes_field("body", stored=True)
    return builder.build()


def _tantivy_document(document: IndexDocument) -> Document:
    made = Document()
    made.add_text("id", document.id)
    made.add_text(TEXT, searchable_text(document.exact, document.folded))
    for name, values in document.values.items():
        for value in values:
            made.add_text(name, value)
    for name in ("published", "collected", "order", "revision"):
        made.add_integer(name, getattr(document, name))
    made.add_bytes("body", document.body.encode())
    return made
