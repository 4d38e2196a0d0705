"""Labels of texts that may not be published find their texts again, and nothing else does."""

import json
from pathlib import Path

import pytest

from langnghe.errors import UsageError
from nlp.corpus import load_rows, text_hash
from nlp.joinlabels import LABELS, Joined, join_labels
from nlp.labels import INTENTS, SENTIMENTS, TOPICS, URGENCIES

LABELLED = {"channel": "news_comment", "topics": ["flooding"], "sentiment": "negative", "intent": "report"}


def write_labels(path: Path, *texts: str) -> Path:
    rows = [{"hash": text_hash(text), **LABELLED, "urgency": "normal"} for text in texts]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_texts_of_lines_and_of_headlines_are_found_by_their_hash(tmp_path: Path) -> None:
    (tmp_path / "lines.txt").write_text("Đường ngập\nchuyện khác\n")
    (tmp_path / "feed.jsonl").write_text(json.dumps({"title": "Mưa lớn.", "summary": "Nhiều nơi ngập."}) + "\n")
    labels = write_labels(tmp_path / "labels.jsonl", "Đường ngập", "Mưa lớn. Nhiều nơi ngập.", "không còn nữa")
    texts = [tmp_path / "lines.txt", tmp_path / "feed.jsonl"]
    assert join_labels(texts, tmp_path / "out", labels) == Joined(found=2, missing=1)
    rows = load_rows(tmp_path / "out")
    assert {row.text for row in rows} == {"Đường ngập", "Mưa lớn. Nhiều nơi ngập."}
    assert {row.label("topic") for row in rows} == {"flooding"}


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.txt"):
        join_labels([tmp_path / "nowhere.txt"], tmp_path, write_labels(tmp_path / "labels.jsonl", "a"))


def test_the_shipped_labels_hold_hashes_and_known_codes_and_no_text() -> None:
    rows = [json.loads(line) for line in LABELS.read_text().splitlines()]
    assert len({row["hash"] for row in rows}) == len(rows) >= 1200
    for row in rows:
        assert set(row) == {"hash", "channel", "topics", "sentiment", "intent", "urgency"}
        assert set(row["topics"]) <= set(TOPICS)
        assert 1 <= len(row["topics"]) <= 3
        assert (row["sentiment"] in SENTIMENTS, row["intent"] in INTENTS, row["urgency"] in URGENCIES) == (True,) * 3
