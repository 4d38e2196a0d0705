"""Files of rows, such as the exports of hotline 1022: good rows become mentions, bad ones are named by line."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from crawlers.config import ColumnMap, Expected, SourceConfig, SourceKind
from crawlers.counts import MAX_ERRORS, CrawlCounts, CrawlResult
from crawlers.ledger import Bad, check_room
from crawlers.mentions import Draft, MentionMaker, found_dates
from crawlers.tables import Columns, Row, count_rows, read_rows
from langnghe.errors import BadInput, ConfigError, UsageError
from langnghe.records import Channel, DateMethod, Flag, Mention
from langnghe.settings import Settings
from langnghe.store import frontier
from langnghe.store.engine import Store, open_store
from langnghe.store.frontier import Validator
from langnghe.store.mentions import Saved, quarantine_within, save_within
from nlp.urls import canonical_url

BATCH = 500
OnRows = Callable[[int, int | None], None]
"""Called with the rows done and the rows there are, None while unknown."""


class ImportResult(BaseModel):
    """`imported`, `duplicates` and the bad rows add up to `rows`."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    rows: int = 0
    imported: int = 0
    """New ones and those whose text changed."""
    duplicates: int = 0
    """Rows that the store or the file itself held already."""
    bad: list[tuple[int, str]] = []
    """Line (the header is line 1; in XLSX the row of the sheet) and reason, in Vietnamese."""


def import_file(
    path: Path,
    how: SourceConfig | ColumnMap | None,
    store: Store,
    settings: Settings,
    *,
    source: str | None = None,
    on_progress: OnRows = lambda _done, _total: None,
) -> ImportResult:
    """Stores the rows of a CSV, XLSX or JSONL file as mentions; bad rows go to quarantine. Safe to repeat.

    `how` is a source of kind `file`, a column map, or None to guess the columns; in the last two cases `source`
    names where the rows come from. Raises UsageError for a file that cannot be read or has no column with text.
    """
    config = how if isinstance(how, SourceConfig) else _source(source or path.stem, path, how)
    maker = MentionMaker(config, settings)
    total = count_rows(path)
    result, saved = ImportResult(), Saved()
    columns: Columns | None = None
    rows = read_rows(path)
    while batch := list(islice(rows, BATCH)):
        check_room(settings)
        now = datetime.now(UTC)
        columns = columns or Columns.of(batch, config.columns)
        mentions, bad = _made(batch, columns, maker, now)
        with store.write() as connection:
            saved += save_within(store, connection, mentions)
            failed: list[Bad] = [({"file": path.name, "line": row.line, "row": row.fields}, why) for row, why in bad]
            quarantine_within(connection, config.name, failed, now=now)
        result = ImportResult(
            rows=result.rows + len(batch),
            imported=saved.new + saved.changed,
            duplicates=saved.same,
            bad=[*result.bad, *((row.line, reason) for row, reason in bad)],
        )
        on_progress(result.rows, total)
    on_progress(result.rows, result.rows)
    return result


def load_column_map(path: Path) -> ColumnMap:
    """A YAML of column names. Raises ConfigError naming each wrong field."""
    try:
        return ColumnMap.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"Không đọc được bảng cột {path}: {error}") from error
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ConfigError(f"Bảng cột {path} sai: {wrong}") from error


def crawl_files(
    config: SourceConfig, settings: Settings, *, on_progress: Callable[[CrawlCounts], None] | None
) -> CrawlResult:
    """One run of a `file` source: every file its path names that changed since the last run."""
    store = open_store(settings)
    try:
        return _crawl_files(config, settings, store, on_progress or (lambda _: None))
    finally:
        store.close()


def _crawl_files(
    config: SourceConfig, settings: Settings, store: Store, on_progress: Callable[[CrawlCounts], None]
) -> CrawlResult:
    counts = CrawlCounts()
    errors: list[str] = []
    paths = sorted(settings.home.glob(config.path or ""))
    if not paths:
        errors.append(f"Không thấy tệp nào: {settings.home / (config.path or '')}")
    for path in paths:
        try:
            counts, complaints = _crawl_one(path, config, settings, store, counts)
            errors.extend(complaints)
        except UsageError as error:
            counts = counts.model_copy(update={"failed": counts.failed + 1})
            errors.append(str(error))
        on_progress(counts)
    return CrawlResult(counts=counts, errors=errors[:MAX_ERRORS], finish_reason="finished")


def _crawl_one(
    path: Path, config: SourceConfig, settings: Settings, store: Store, counts: CrawlCounts
) -> tuple[CrawlCounts, list[str]]:
    key, digest = f"file:{config.name}/{path.name}", _digest(path)
    with store.read() as connection:
        known = frontier.load_validators(connection, [key]).get(key)
    if known and known.etag == digest:
        return counts.model_copy(update={"not_modified": counts.not_modified + 1}), []
    result = import_file(path, config, store, settings)
    with store.write() as connection:
        frontier.save_validator(store, connection, key, Validator(digest, None), now=datetime.now(UTC))
    added = {
        "pages": 1,
        "listed": result.rows,
        "items": result.imported + result.duplicates,
        "new": result.imported,
        "same": result.duplicates,
        "bad": len(result.bad),
    }
    complaints = [f"{path.name}, dòng {line}: {reason}" for line, reason in result.bad]
    return counts.model_copy(update={name: getattr(counts, name) + n for name, n in added.items()}), complaints


def _source(name: str, path: Path, columns: ColumnMap | None) -> SourceConfig:
    """For a file that nobody declared: as if an operator had filled in the least there is. Raises UsageError."""
    try:
        return SourceConfig(
            name=name,
            title=name,
            kind=SourceKind.FILE,
            channel=Channel.HOTLINE_1022,
            path=str(path),
            columns=columns,
            expected=Expected(min=0, max=10**9),
            licence="Tệp do người vận hành nhập.",
        )
    except ValidationError as error:
        raise UsageError(f"Tên nguồn không hợp lệ: {name!r}. Chỉ dùng a-z, 0-9, gạch ngang và gạch dưới.") from error


def _made(
    rows: Iterable[Row], columns: Columns, maker: MentionMaker, now: datetime
) -> tuple[list[Mention], list[tuple[Row, str]]]:
    mentions: list[Mention] = []
    bad: list[tuple[Row, str]] = []
    for row in rows:
        try:
            mentions.append(maker.make(_draft(row, columns, now), now=now))
        except BadInput as error:
            bad.append((row, str(error)))
    return mentions, bad


def _draft(row: Row, columns: Columns, now: datetime) -> Draft:
    """Raises BadInput for a row without text, or with a date that is none."""
    if row.fault:
        raise BadInput(row.fault)
    values = columns.values(row.fields)
    text, title, raw = values.get("text", ""), values.get("title", ""), values.get("date", "")
    if not (text or title):
        raise BadInput("Không có nội dung.")
    dates = found_dates(raw, now=now, method=DateMethod.FILE)
    if raw and not dates:
        raise BadInput(f"Không đọc được ngày {raw[:40]!r}.")
    url = canonical_url(values["url"]) if values.get("url") else None
    native = values.get("id") or url or _fingerprint(title, text, raw)
    return Draft(
        native=native,
        text=text or title,
        title=title if text else None,
        url=url,
        author=values.get("author") or None,
        dates=dates,
        likes=_count(values.get("likes", "")),
        shares=_count(values.get("shares", "")),
        comments=_count(values.get("comments", "")),
        views=_count(values.get("views", "")),
        flags=(Flag.ENCODING_SUSPECT,) if row.encoding_suspect else (),
    )


def _count(text: str) -> int:
    digits = text.replace(".", "").replace(",", "").strip()
    return int(digits) if digits.isdecimal() and len(digits) < 12 else 0


def _fingerprint(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
