"""CSV and XLSX of exactly the query on the screen: masked, excerpts where only excerpts may leave, streamed, never cut.

A cell that a spreadsheet could take for a formula is made text (OWASP, "CSV Injection").
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import xlsxwriter  # type: ignore[import-untyped]

from desk.lexicon import Lexicon
from desk.periods import VIETNAM
from index.base import Facet, MentionIndex, MentionQuery
from langnghe.records import Mention, Score, shown_text

BOM = b"\xef\xbb\xbf"
SHEET_ROWS = 1_048_575
"""Rows of one sheet under its heading; what is more goes on the next sheet."""
CELL_CHARS = 32_767
_FORMULA = frozenset("=+-@\t\r\0＝＋－＠")
_BATCH = 500

Cell = str | int | float | datetime | None
Column = Callable[[Mention, Lexicon, str], Cell]


def _labels(facet: Facet, scores: tuple[Score, ...], lexicon: Lexicon, language: str) -> str:
    return "; ".join(lexicon.name(facet, score.label, language) for score in scores)


def _score(facet: Facet, head: str) -> Column:
    def cell(mention: Mention, lexicon: Lexicon, language: str) -> Cell:
        return _labels(facet, (getattr(mention.annotation, head),), lexicon, language) if mention.annotation else None

    return cell


def _probability(head: str) -> Column:
    def cell(mention: Mention, _lexicon: Lexicon, _language: str) -> Cell:
        return round(getattr(mention.annotation, head).probability, 3) if mention.annotation else None

    return cell


def _topics(mention: Mention, lexicon: Lexicon, language: str) -> Cell:
    return _labels(Facet.TOPIC, mention.annotation.topics, lexicon, language) if mention.annotation else None


def _places(mention: Mention, _lexicon: Lexicon, _language: str) -> Cell:
    places = mention.annotation.places if mention.annotation else ()
    return "; ".join(dict.fromkeys(p.candidates[0].name if p.candidates else p.surface for p in places))


def _agencies(mention: Mention, _lexicon: Lexicon, _language: str) -> Cell:
    return "; ".join(dict.fromkeys(a.name for a in mention.annotation.agencies)) if mention.annotation else None


def _flags(mention: Mention, lexicon: Lexicon, language: str) -> Cell:
    flags = mention.annotation.flags if mention.annotation else mention.flags
    return "; ".join(lexicon.name(Facet.FLAG, flag, language) for flag in flags)


@dataclass(frozen=True)
class Wording:
    """What an export is worded with."""

    lexicon: Lexicon
    headings: Mapping[str, str]
    """Column of `COLUMNS` → heading."""
    language: str = "vi"
    cut_mark: str = " […]"
    """Ends a text that is longer than a cell of a workbook can hold."""


COLUMNS: Mapping[str, Column] = {
    "published_at": lambda m, _, __: m.published_at.astimezone(VIETNAM),
    "published_confidence": lambda m, _, __: round(m.published_confidence, 2),
    "source": lambda m, lexicon, language: lexicon.name(Facet.SOURCE, m.source, language),
    "channel": lambda m, lexicon, language: lexicon.name(Facet.CHANNEL, m.channel, language),
    "title": lambda m, _, __: shown_text(m)[: len(m.title)] if m.title else None,
    "text": lambda m, _, __: shown_text(m)[len(m.title) + 1 :] if m.title else shown_text(m),
    "topics": _topics,
    "topic_probability": lambda m, _, __: round(m.annotation.topics[0].probability, 3) if m.annotation else None,
    "sentiment": _score(Facet.SENTIMENT, "sentiment"),
    "sentiment_probability": _probability("sentiment"),
    "intent": _score(Facet.INTENT, "intent"),
    "urgency": _score(Facet.URGENCY, "urgency"),
    "places": _places,
    "agencies": _agencies,
    "flags": _flags,
    "likes": lambda m, _, __: m.engagement.likes,
    "shares": lambda m, _, __: m.engagement.shares,
    "comments": lambda m, _, __: m.engagement.comments,
    "url": lambda m, _, __: m.url,
    "copy_of": lambda m, _, __: m.cluster_id if m.is_copy else None,
    "id": lambda m, _, __: m.id,
}
"""Fields of an export in their order; the caller gives each its heading."""


def csv_chunks(index: MentionIndex, query: MentionQuery, wording: Wording) -> Iterator[bytes]:
    """UTF-8 with a BOM, commas, CRLF (RFC 4180); every hit of the query in its order."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([wording.headings[name] for name in COLUMNS])
    yield BOM
    for n, row in enumerate(_rows(index, query, wording), start=1):
        writer.writerow([plain_cell(value) for value in row])
        if n % _BATCH == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def write_csv(path: Path, index: MentionIndex, query: MentionQuery, wording: Wording) -> None:
    with path.open("wb") as file:
        file.writelines(csv_chunks(index, query, wording))


def write_xlsx(
    path: Path, index: MentionIndex, query: MentionQuery, wording: Wording, *, sheet_rows: int = SHEET_ROWS
) -> None:
    """Every hit of the query in its order, on as many sheets as it takes, in constant memory."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(path, options) as book:
        sheets = _Sheets(book, wording, sheet_rows)
        for row in _rows(index, query, wording):
            sheets.append(row)


def plain_cell(value: Cell) -> str | int | float | None:
    """For CSV: a text that a spreadsheet could take for a formula gets a leading apostrophe."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, str) and value:
        text = value.replace("\0", "")
        bare = text.lstrip(" \n\v\f\u00a0\u200b\ufeff")
        return f"'{text}" if value[0] in _FORMULA or bare[:1] in _FORMULA - {""} else text
    return value


class _Sheets:
    """One sheet after the other, each under the same heading."""

    def __init__(self, book: xlsxwriter.Workbook, wording: Wording, rows: int) -> None:
        self._book, self._cut_mark, self._rows = book, wording.cut_mark, rows
        self._headings = [wording.headings[name] for name in COLUMNS]
        self._bold = book.add_format({"bold": True, "bottom": 1})
        self._moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        self._start()

    def append(self, row: list[Cell]) -> None:
        if self._next > self._rows:
            self._start()
        for column, value in enumerate(row):
            if isinstance(value, str):
                self._sheet.write_string(self._next, column, self._fitting(value))
            elif isinstance(value, datetime):
                self._sheet.write_datetime(self._next, column, value.replace(tzinfo=None), self._moment)
            elif value is not None:
                self._sheet.write_number(self._next, column, value)
        self._next += 1

    def _start(self) -> None:
        self._sheet = self._book.add_worksheet()
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_column(0, len(self._headings) - 1, 18)
        self._sheet.set_column(list(COLUMNS).index("text"), list(COLUMNS).index("text"), 80)
        for column, heading in enumerate(self._headings):
            self._sheet.write_string(0, column, heading, self._bold)
        self._next = 1

    def _fitting(self, text: str) -> str:
        """Excel counts UTF-16 units."""
        if len(text.encode("utf-16-le")) // 2 <= CELL_CHARS:
            return text
        room = 2 * (CELL_CHARS - len(self._cut_mark))
        return text.encode("utf-16-le")[:room].decode("utf-16-le", "ignore") + self._cut_mark


def _rows(index: MentionIndex, query: MentionQuery, wording: Wording) -> Iterator[list[Cell]]:
    for hit in index.scan(query):
        yield [column(hit.mention, wording.lexicon, wording.language) for column in COLUMNS.values()]


def _taken(buffer: io.StringIO) -> bytes:
    chunk = buffer.getvalue().encode("utf-8", "replace")
    buffer.seek(0)
    buffer.truncate()
    return chunk
