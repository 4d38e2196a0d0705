import csv
import io
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from desk.export import BOM, COLUMNS, Wording, csv_chunks, plain_cell, write_csv, write_xlsx
from desk.lexicon import Lexicon
from desk.search import compile_query
from index.backends import open_index
from index.base import Filters, MentionIndex, MentionQuery, Sort
from langnghe.records import Mention, shown_text
from langnghe.settings import Settings
from tests.samples import annotated, mention

NAMES = list(COLUMNS)


@pytest.fixture
def wording(lexicon: Lexicon) -> Wording:
    return Wording(lexicon, {name: name for name in NAMES})


def _rows(data: bytes) -> list[dict[str, str]]:
    assert data.startswith(BOM)
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_the_file_holds_the_query_of_the_screen_and_nothing_else(
    index: MentionIndex, lexicon: Lexicon, wording: Wording, now: datetime
):
    query = compile_query("ngập", Filters(sentiment=("negative",)), Sort.OLDEST, lexicon, now=now)
    rows = _rows(b"".join(csv_chunks(index, query, wording)))
    assert len(rows) == index.count(query) > 20
    assert [row["id"] for row in rows] == [hit.mention.id for hit in index.scan(query)]


def test_both_forms_hold_the_same_rows(index: MentionIndex, wording: Wording, tmp_path: Path):
    query = MentionQuery(filters=Filters(topic=("traffic",)))
    write_csv(tmp_path / "a.csv", index, query, wording)
    write_xlsx(tmp_path / "a.xlsx", index, query, wording, sheet_rows=30)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    ids = [row[NAMES.index("id")].value for sheet in book for row in sheet.iter_rows(min_row=2)]
    assert ids == [row["id"] for row in _rows((tmp_path / "a.csv").read_bytes())]
    assert len(book.sheetnames) > 1
    assert all(sheet.cell(1, 1).value == "published_at" for sheet in book)


def test_no_cell_of_a_workbook_is_a_formula_or_link(index: MentionIndex, wording: Wording, tmp_path: Path):
    write_xlsx(tmp_path / "all.xlsx", index, MentionQuery(), wording)
    sheet = openpyxl.load_workbook(tmp_path / "all.xlsx").worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert any(str(cell.value).startswith("=HYPERLINK") for cell in cells)
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert not any(cell.hyperlink for cell in cells)


def test_what_is_too_long_for_a_cell_says_so(index: MentionIndex, wording: Wording, tmp_path: Path):
    write_xlsx(tmp_path / "all.xlsx", index, MentionQuery(), wording)
    sheet = openpyxl.load_workbook(tmp_path / "all.xlsx").worksheets[0]
    texts = [row[NAMES.index("text")].value or "" for row in sheet.iter_rows(min_row=2)]
    assert any(text.endswith(wording.cut_mark) for text in texts)
    csv_texts = [row["text"] for row in _rows(b"".join(csv_chunks(index, MentionQuery(), wording)))]
    assert max(map(len, csv_texts)) > 100_000


def test_articles_leave_as_excerpts(index: MentionIndex, posts: list[Mention], wording: Wording):
    articles = {p.id: p for p in posts if p.excerpt_chars}
    rows = _rows(b"".join(csv_chunks(index, MentionQuery(filters=Filters(channel=("news",))), wording)))
    assert {row["id"] for row in rows} == articles.keys()
    for row in rows:
        assert f"{row['title']}\n{row['text']}" == shown_text(articles[row["id"]])
        assert row["text"].endswith("…")


def test_personal_data_does_not_leave(lexicon: Lexicon, wording: Wording, tmp_path: Path):
    post = mention("Gọi anh Nam 0903123456 nhé", title="Số 0903123456")
    covered = annotated(post, masked="Số ••••••••••\nGọi anh ••• •••••••••• nhé")
    opened = open_index(Settings(home=tmp_path, _env_file=None), writer=True)
    opened.upsert([covered])
    data = b"".join(csv_chunks(opened, MentionQuery(), wording))
    write_xlsx(tmp_path / "a.xlsx", opened, MentionQuery(), wording)
    opened.close()
    assert b"0903123456" not in data
    cells = [c.value for row in openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0].iter_rows() for c in row]
    assert not any("0903123456" in str(value) for value in cells)
    assert "Số ••••••••••" in cells


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", " =", "\n=", "\u00a0@"])
def test_a_text_that_looks_like_a_formula_is_text(start: str):
    assert str(plain_cell(f"{start}1+1")).startswith("'")


def test_plain_texts_and_numbers_stay_as_they_are():
    assert plain_cell("Ngập ở Thảo Điền - Thủ Đức") == "Ngập ở Thảo Điền - Thủ Đức"
    assert plain_cell(-5) == -5
    assert plain_cell("") == ""


def test_labels_speak_the_chosen_language(index: MentionIndex, lexicon: Lexicon):
    wording = Wording(lexicon, {name: name for name in NAMES}, language="en")
    rows = _rows(b"".join(csv_chunks(index, MentionQuery(filters=Filters(topic=("flooding",))), wording)))
    assert {row["topics"] for row in rows} == {"Flooding and drainage"}
