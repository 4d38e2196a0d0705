"""Labelled rows and their fixed splits; see `labels.py` for the codes."""

import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from langnghe.errors import UsageError
from langnghe.records import MASK, PiiType
from nlp.clean import clean_text

CORPUS_DIR = Path(__file__).parent / "data" / "corpus"
TEST_SHARE, DEV_SHARE = 0.2, 0.1


class Split(StrEnum):
    TRAIN = "train"
    DEV = "dev"
    TEST = "test"


@dataclass(frozen=True)
class Row:
    text: str
    channel: str
    topics: tuple[str, ...]
    """One to three codes, the first is the primary one."""
    sentiment: str
    intent: str
    urgency: str
    pii: tuple[tuple[PiiType, str], ...]
    """Surface strings as they stand in `text`."""
    split: Split

    def label(self, head: str) -> str:
        return self.topics[0] if head == "topic" else str(getattr(self, head))


def text_hash(text: str) -> str:
    """sha256 hex of the text as it is labelled; stands for a text that may not be published."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def load_rows(folder: Path) -> list[Row]:
    """All rows of a folder's `*.jsonl`, each with its split.

    Rows are split inside one file and one primary topic by the order of their texts' hashes: stratified, and what is
    added later in a new file moves nobody. Raises UsageError for a folder without rows or a row that cannot be read.
    """
    rows: list[Row] = []
    for path in sorted(folder.glob("*.jsonl")):
        rows.extend(_with_splits(_read(path)))
    if not rows:
        raise UsageError(f"Không thấy dữ liệu đã gán nhãn (*.jsonl) trong {folder}; hãy kiểm tra lại thư mục.")
    return rows


def split_rows(rows: Iterable[Row], split: Split) -> list[Row]:
    return [row for row in rows if row.split is split]


def split_hash(rows: Iterable[Row], split: Split) -> str:
    """sha256 over the sorted text hashes of a split: proves which texts were held out."""
    hashes = sorted(text_hash(row.text) for row in split_rows(rows, split))
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest()


def product_text(row: Row) -> str:
    """What the classifier sees of the row in service: personal data covered, then cleaned."""
    text = row.text
    for _, surface in row.pii:
        text = text.replace(surface, covered(surface))
    return clean_text(text)


def covered(surface: str) -> str:
    """As `nlp.pii.mask` covers a span: separators stay."""
    return "".join(MASK if char.isalnum() else char for char in surface)


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        raise UsageError(f"Không đọc được {os.fspath(path)}: {error}") from error


def _with_splits(raw: Sequence[dict[str, Any]]) -> list[Row]:
    strata: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for fields in raw:
        strata[fields["topics"][0]].append(fields)
    rows: list[Row] = []
    for stratum in strata.values():
        stratum.sort(key=lambda fields: text_hash(fields["text"]))
        rows.extend(_row(fields, _split_at((i + 0.5) / len(stratum))) for i, fields in enumerate(stratum))
    return rows


def _split_at(share: float) -> Split:
    if share < TEST_SHARE:
        return Split.TEST
    return Split.DEV if share < TEST_SHARE + DEV_SHARE else Split.TRAIN


def _row(fields: dict[str, Any], split: Split) -> Row:
    return Row(
        text=fields["text"],
        channel=fields["channel"],
        topics=tuple(fields["topics"]),
        sentiment=fields["sentiment"],
        intent=fields["intent"],
        urgency=fields["urgency"],
        pii=tuple((PiiType(pii["type"]), pii["text"]) for pii in fields["pii"]),
        split=split,
    )
