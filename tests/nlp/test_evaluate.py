"""The report says what the classifier did, and the documents carry it."""

import json
from pathlib import Path

import pytest

from langnghe.errors import UsageError
from nlp.classify import load_classifier
from nlp.corpus import CORPUS_DIR, Split, load_rows, split_hash, split_rows
from nlp.evaluate import BEGIN, END, Report, markdown, report, write_between_marks, write_figures
from nlp.labels import HEADS
from nlp.runtime import MANIFEST

WEIGHTS = Path(__file__).parents[2] / "nlp" / "weights"


@pytest.fixture(scope="module")
def small() -> Report:
    return report(load_classifier(WEIGHTS, threads=1), split_rows(load_rows(CORPUS_DIR), Split.TEST)[:60])


def test_the_report_covers_every_head(small: Report) -> None:
    assert small.n == 60
    assert set(small.heads) == set(small.without_diacritics) == set(HEADS)
    for head in small.heads.values():
        assert 0.0 <= head.calibration_error <= 1.0
        assert head.macro_f1 == pytest.approx(sum(head.labels.values()) / len(head.labels))


def test_no_rows_is_an_error() -> None:
    with pytest.raises(UsageError, match="Không có dòng"):
        report(load_classifier(WEIGHTS, threads=1), [])


def test_the_table_has_a_line_a_head_and_the_baselines_beside(small: Report) -> None:
    text = markdown({"corpus": small}, {"corpus": {"majority": dict.fromkeys(HEADS, (0.1, 0.2))}})
    assert next(line for line in text.splitlines() if line.startswith("| sentiment |")).endswith("| 0.100 / 0.200 |")
    assert "### Test split `corpus`, 60 texts" in text


def test_a_document_changes_between_the_marks_only(tmp_path: Path) -> None:
    path = tmp_path / "model.md"
    path.write_text(f"trước\n{BEGIN}\ncũ\n{END}\nsau\n", encoding="utf-8")
    write_between_marks(path, "mới")
    write_between_marks(path, "mới hơn")
    assert path.read_text(encoding="utf-8") == f"trước\n{BEGIN}\n\nmới hơn\n\n{END}\nsau\n"
    path.write_text("không có dấu", encoding="utf-8")
    with pytest.raises(UsageError, match="đánh dấu"):
        write_between_marks(path, "mới")


def test_figures_are_added_to_the_manifest(small: Report, tmp_path: Path) -> None:
    manifest = tmp_path / MANIFEST
    manifest.write_text('{"name": "x"}', encoding="utf-8")
    write_figures(manifest, {"corpus": small}, {})
    fields = json.loads(manifest.read_text(encoding="utf-8"))
    assert fields["name"] == "x"
    assert fields["figures"]["corpus"]["n"] == 60
    assert list(tmp_path.iterdir()) == [manifest]


def test_the_shipped_weights_were_made_with_the_splits_of_this_corpus() -> None:
    fields = json.loads((WEIGHTS / MANIFEST).read_text(encoding="utf-8"))
    rows = load_rows(CORPUS_DIR)
    assert fields["trained"]["splits"]["corpus"][Split.TEST] == split_hash(rows, Split.TEST)
