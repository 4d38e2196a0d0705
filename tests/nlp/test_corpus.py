"""Rows and their splits."""

import json
from pathlib import Path

import pytest

from langnghe.errors import UsageError
from langnghe.records import PiiType
from nlp.corpus import CORPUS_DIR, Row, Split, load_rows, product_text, split_hash, split_rows
from nlp.labels import TOPICS


def _row(text: str, topic: str = "traffic") -> dict[str, object]:
    fields = {"channel": "facebook", "sentiment": "neutral", "intent": "news", "urgency": "normal"}
    return {"text": text, "topics": [topic], "places": [], "agencies": [], "pii": []} | fields


def _write(path: Path, rows: list[dict[str, object]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def _splits(rows: list[Row]) -> dict[str, Split]:
    return {row.text: row.split for row in rows}


def test_every_topic_is_in_every_split() -> None:
    rows = load_rows(CORPUS_DIR)
    for split in Split:
        assert {row.topics[0] for row in split_rows(rows, split)} == set(TOPICS)
    assert 0.18 < len(split_rows(rows, Split.TEST)) / len(rows) < 0.22


def test_no_text_is_both_trained_on_and_tested() -> None:
    rows = load_rows(CORPUS_DIR)
    test = {row.text for row in split_rows(rows, Split.TEST)}
    assert not test & {row.text for row in rows if row.split is not Split.TEST}


def test_a_later_file_and_another_order_move_nobody(tmp_path: Path) -> None:
    rows = [_row(f"câu số {i}") for i in range(40)]
    _write(tmp_path / "block1.jsonl", rows)
    before, digest = _splits(load_rows(tmp_path)), split_hash(load_rows(tmp_path), Split.TEST)
    _write(tmp_path / "block1.jsonl", rows[::-1])
    assert split_hash(load_rows(tmp_path), Split.TEST) == digest
    _write(tmp_path / "block2.jsonl", [_row(f"câu mới {i}") for i in range(40)])
    after = _splits(load_rows(tmp_path))
    assert all(after[text] == split for text, split in before.items())


def test_personal_data_is_covered_before_the_model_sees_it(tmp_path: Path) -> None:
    row = _row("Gọi chị Lan số 0903.111.222 nhé") | {
        "pii": [{"type": "person", "text": "Lan"}, {"type": "phone", "text": "0903.111.222"}]
    }
    _write(tmp_path / "block1.jsonl", [row])
    (found,) = load_rows(tmp_path)
    assert product_text(found) == "Gọi chị ••• số ••••.•••.••• nhé"
    assert found.pii[0] == (PiiType.PERSON, "Lan")


def test_an_empty_folder_and_a_broken_file_say_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Không thấy dữ liệu"):
        load_rows(tmp_path)
    (tmp_path / "block1.jsonl").write_text("{", encoding="utf-8")
    with pytest.raises(UsageError, match="block1"):
        load_rows(tmp_path)
