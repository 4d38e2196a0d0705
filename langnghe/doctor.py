"""Is everything in order? Each check says what it found and what to do."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from index.backends import open_index
from index.base import MentionQuery
from langnghe.errors import LangNgheError
from langnghe.settings import IndexBackend, Settings
from langnghe.store.engine import Store, open_store
from langnghe.store.mentions import count_quarantined, count_stages
from langnghe.store.tables import Stage
from nlp.classify import load_classifier

FIXED_WAL_RESET = (3, 51, 3)
"""First SQLite without the bug of several connections that write and checkpoint a WAL at once."""


class State(StrEnum):
    OK = "ok"
    WARNING = "cảnh báo"
    FAILED = "hỏng"


@dataclass(frozen=True)
class Finding:
    check: str
    state: State
    found: str


def examine(settings: Settings) -> list[Finding]:
    """Every check, in the order in which one rests on another; a check that fails never stops the next."""
    checks: tuple[tuple[str, Callable[[Settings], Iterator[Finding]]], ...] = (
        ("Thư mục dữ liệu", _disk),
        ("Cơ sở dữ liệu", _store),
        ("Mô hình", _weights),
        ("Chỉ mục tìm kiếm", _index),
        ("Cấu hình", _configuration),
    )
    findings = []
    for name, check in checks:
        try:
            findings += list(check(settings))
        except LangNgheError as error:
            findings.append(Finding(name, State.FAILED, str(error)))
    return findings


def _disk(settings: Settings) -> Iterator[Finding]:
    settings.home.mkdir(parents=True, exist_ok=True)
    free_mb = shutil.disk_usage(settings.home).free // 1_000_000
    state = State.OK if free_mb >= settings.min_free_mb else State.FAILED
    yield Finding("Thư mục dữ liệu", state, f"{settings.home.resolve()}, còn trống {free_mb} MB")


def _store(settings: Settings) -> Iterator[Finding]:
    store = open_store(settings)
    try:
        stages = count_stages(store)
        yield Finding("Cơ sở dữ liệu", State.OK, f"{store.engine.dialect.name}, {sum(stages.values())} bài")
        if store.is_sqlite:
            yield _sqlite()
        waiting = count_quarantined(store)
        advice = f"{waiting} mục chờ xem: langnghe quarantine list" if waiting else "trống"
        yield Finding("Cách ly", State.WARNING if waiting else State.OK, advice)
    finally:
        store.close()


def _sqlite() -> Finding:
    old = sqlite3.sqlite_version_info < FIXED_WAL_RESET
    found = f"SQLite {sqlite3.sqlite_version}"
    if old:
        found += "; bản trước 3.51.3 chỉ nên có một tiến trình ghi, hoặc dùng PostgreSQL"
    return Finding("Phiên bản SQLite", State.WARNING if old else State.OK, found)


def _weights(settings: Settings) -> Iterator[Finding]:
    yield Finding("Mô hình", State.OK, load_classifier(settings.weights_dir, threads=1).name)


def _index(settings: Settings) -> Iterator[Finding]:
    store = open_store(settings)
    index = open_index(settings)
    try:
        stages, held = count_stages(store), index.count(MentionQuery())
        yield from _lag(settings.index_backend, stages, held, store)
    finally:
        index.close()
        store.close()


def _lag(backend: IndexBackend, stages: dict[Stage, int], held: int, _: Store) -> Iterator[Finding]:
    """A mention that is being annotated anew may still be found in its old form, so the index may hold more."""
    behind = stages[Stage.COLLECTED] + stages[Stage.ANNOTATED]
    found = f"{backend}, {held} bài, {behind} bài chờ"
    if held < stages[Stage.INDEXED]:
        yield Finding("Chỉ mục tìm kiếm", State.FAILED, f"{found}; thiếu bài, hãy chạy: langnghe reindex")
    else:
        yield Finding("Chỉ mục tìm kiếm", State.WARNING if behind else State.OK, found)


def _configuration(settings: Settings) -> Iterator[Finding]:
    if settings.author_key is None:
        yield Finding("Khóa tác giả", State.WARNING, "chưa đặt LANGNGHE_AUTHOR_KEY, tác giả không được lưu")
    if settings.contact == type(settings).model_fields["contact"].default:
        yield Finding("Liên hệ", State.WARNING, "chưa đặt LANGNGHE_CONTACT, trang nguồn không biết hỏi ai")
