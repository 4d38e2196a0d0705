"""Rows of CSV, XLSX and JSONL files, read one by one with the line they stand on."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from crawlers.config import ColumnMap
from crawlers.decode import decode
from langnghe.errors import UsageError
from langnghe.text import fold

MAX_UNPACKED = 500 * 2**20
"""Bytes of a workbook, unpacked."""
_SAMPLE = 256 * 1024
_GUESSES = {
    "text": "noi dung phan anh|noi dung kien nghi|noi dung|content|text|summary|body|description|mo ta|phan anh",
    "title": "tieu de|title|subject|tom tat",
    "id": "ma phan anh|ma ho so|ma so|ma|id|code|so phieu",
    "date": "thoi gian phan anh|thoi gian gui|thoi gian|ngay phan anh|ngay gui|ngay tiep nhan|ngay tao|ngay|published|"
    "published at|created at|date|time",
    "author": "nguoi phan anh|nguoi gui|ho va ten|ho ten|author|user|username",
    "url": "duong dan|lien ket|link|url",
}


@dataclass(frozen=True)
class Row:
    line: int
    fields: dict[str, str]
    """By the column's name as the file writes it."""
    fault: str | None = None
    """Why the row cannot be used, in Vietnamese."""
    encoding_suspect: bool = False


@dataclass(frozen=True)
class Columns:
    """Which columns of this file hold what."""

    names: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, rows: Sequence[Row], wanted: ColumnMap | None) -> "Columns":
        """Raises UsageError when the column with the text, or one that the map names, is not there."""
        there = {_plain(name): name for row in rows for name in row.fields}
        if wanted is None:
            return cls(_guess(there))
        named = {key: (value,) if isinstance(value, str) else tuple(value) for key, value in wanted if value}
        for name in (name for names in named.values() for name in names):
            if _plain(name) not in there:
                raise UsageError(f"Tệp không có cột {name!r}; các cột có: {', '.join(there.values()) or 'không có'}.")
        return cls({key: tuple(there[_plain(name)] for name in names) for key, names in named.items()})

    def values(self, fields: dict[str, str]) -> dict[str, str]:
        """The row by our names; several columns are joined by a line break."""
        return {
            key: "\n".join(text for name in names if (text := fields.get(name, "").strip()))
            for key, names in self.names.items()
        }


def read_rows(path: Path) -> Iterator[Row]:
    """Raises UsageError for a file of another kind, or one that cannot be read at all."""
    suffix = path.suffix.lower()
    try:
        if suffix in {".jsonl", ".ndjson"}:
            yield from _jsonl(path)
        elif suffix in {".csv", ".tsv", ".txt"}:
            yield from _csv(path)
        elif suffix == ".xlsx":
            yield from _xlsx(path)
        else:
            raise UsageError(f"Không đọc được tệp {path.name}: chỉ nhận .csv, .tsv, .xlsx, .jsonl.")
    except OSError as error:
        raise UsageError(f"Không đọc được tệp {path}: {error.strerror or error}") from error


def count_rows(path: Path) -> int | None:
    """About how many rows there are, for a progress bar; None where only reading would tell."""
    if path.suffix.lower() == ".xlsx" or not path.is_file():
        return None
    with path.open("rb") as file:
        lines = sum(block.count(b"\n") for block in iter(lambda: file.read(2**20), b""))
    return max(0, lines - (path.suffix.lower() in {".csv", ".tsv", ".txt"}))


def _jsonl(path: Path) -> Iterator[Row]:
    with path.open("rb") as file:
        for line, raw in enumerate(file, start=1):
            if raw.strip():
                yield _json_row(line, raw)


def _json_row(line: int, raw: bytes) -> Row:
    decoded = decode(raw.strip())
    try:
        fields = json.loads(decoded.text, strict=False)
    except (ValueError, RecursionError) as error:
        return Row(line, {"": decoded.text[:500]}, fault=f"Không phải JSON: {error}")
    if not isinstance(fields, dict):
        return Row(line, {"": decoded.text[:500]}, fault="Không phải một đối tượng JSON.")
    return Row(line, {str(key): _cell(value) for key, value in fields.items()}, encoding_suspect=decoded.suspect)


def _csv(path: Path) -> Iterator[Row]:
    with path.open("rb") as file:
        text, suspect = _opened(file)
        sample = text.read(_SAMPLE)
        text.seek(0)
        reader = csv.reader(text, _dialect(sample))
        header = _header(next(reader, []))
        line = reader.line_num + 1
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Row(line, {}, fault=f"Dòng CSV hỏng: {error}")
            else:
                if any(cell.strip() for cell in cells):
                    yield _csv_row(line, header, cells, suspect)
            line = reader.line_num + 1


def _csv_row(line: int, header: Sequence[str], cells: Sequence[str], suspect: bool) -> Row:
    fields = dict(zip(header, cells, strict=False))
    extra = [cell for cell in cells[len(header) :] if cell.strip()]
    fault = f"Có {len(cells)} ô, tiêu đề chỉ có {len(header)}." if extra else None
    return Row(line, fields, fault, encoding_suspect=suspect or any("\ufffd" in cell for cell in cells))


def _opened(file: BinaryIO) -> tuple[io.TextIOBase, bool]:
    """A text stream in the encoding that the beginning shows; old ones are read whole: a codec is not enough."""
    sample = file.read(_SAMPLE)
    file.seek(0)
    found = decode(sample)
    if not found.encoding.startswith("utf"):
        return io.StringIO(decode(file.read()).text, newline=""), found.suspect
    encoding = "utf-8-sig" if found.encoding == "utf-8" else found.encoding
    return io.TextIOWrapper(file, encoding=encoding, errors="replace", newline=""), found.suspect


def _dialect(sample: str) -> type[csv.Dialect]:
    """Excel's quoting; only the separator is told from the header line, because the texts mislead a sniffer."""

    class Found(csv.excel):
        delimiter = max(",;\t|", key=sample.partition("\n")[0].count)

    return Found


def _header(cells: Sequence[str]) -> list[str]:
    return [cell.strip().lstrip("\ufeff") or f"cột {i}" for i, cell in enumerate(cells, start=1)]


def _xlsx(path: Path) -> Iterator[Row]:
    from openpyxl import load_workbook  # takes a second to import

    _refuse_bomb(path)
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (ValueError, KeyError, zipfile.BadZipFile, OSError, AttributeError, TypeError) as error:
        raise UsageError(f"Tệp Excel {path.name} hỏng: {error}") from error
    try:
        lines = book.worksheets[0].iter_rows(values_only=True) if book.worksheets else iter(())
        header: list[str] | None = None
        for line, cells in enumerate(lines, start=1):
            texts = [_cell(value) for value in cells]
            if not any(texts):
                continue
            if header is None:
                header = _header(texts)
            else:
                yield Row(line, dict(zip(header, texts, strict=False)))
    finally:
        book.close()


def _refuse_bomb(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(info.file_size for info in archive.infolist())
    except zipfile.BadZipFile as error:
        raise UsageError(f"Tệp Excel {path.name} hỏng: {error}") from error
    if unpacked > MAX_UNPACKED:
        raise UsageError(f"Tệp Excel {path.name} quá lớn khi giải nén: {unpacked // 2**20} MB.")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return value.strip() if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _guess(there: dict[str, str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {
        key: (there[name],)
        for key, names in _GUESSES.items()
        if (name := next((name for name in names.split("|") if name in there), None))
    }
    if "text" not in found and "title" not in found:
        columns = ", ".join(there.values()) or "không có"
        raise UsageError(f"Không rõ cột nào là nội dung; hãy chỉ bằng bảng cột (--map). Các cột có: {columns}.")
    return found


def _plain(name: str) -> str:
    return " ".join(re.findall(r"\w+", fold(name.replace("_", " "))))
