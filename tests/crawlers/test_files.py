"""Exports of hotline 1022 and their like: the good rows in, the bad ones named by their line."""

import json
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from crawlers.config import ColumnMap
from crawlers.files import ImportResult, import_file, load_column_map
from crawlers.run import crawl
from langnghe.errors import ConfigError, StoreError, UsageError
from langnghe.records import Channel, DateMethod, Flag, Mention, MentionKind
from langnghe.settings import Settings, load_settings
from langnghe.store.engine import open_store
from langnghe.store.mentions import list_quarantined
from tests.crawlers.served import source, stored
from tests.crawlers.test_decode import as_cp1258, as_tcvn3

REAL = Path(__file__).parents[2] / ".." / "shared" / "data" / "feed" / "rss_hcmc.jsonl"
HEADER = "Mã phản ánh,Thời gian,Tiêu đề,Nội dung,Người gửi"
CSV = f"""{HEADER}
A1,22/10/2025 08:15,Ngập,"Hẻm 62 ngập,
nước vào nhà",Chị Lan
A2,22/10/2025 09:00,,Đèn đường tắt,
A3,,,,
A4,32/13/2025,Rác,Rác chất đống,

A5,22/10/2025 10:00,Kẹt xe,Kẹt xe,Anh Ba,thừa một ô
A2,22/10/2025 09:00,,Đèn đường tắt,
A6,22/10/2025 11:00,Cây,Cây nghiêng
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path / "home", min_free_mb=1, author_key="khóa thử")


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def imported(path: Path, settings: Settings, columns: ColumnMap | None = None) -> ImportResult:
    store = open_store(settings)
    try:
        return import_file(path, columns, store, settings, source="tep-1022")
    finally:
        store.close()


def by_id(settings: Settings) -> dict[str, Mention]:
    return {mention.native_id or "": mention for mention in stored(settings)}


def test_good_rows_are_kept_and_bad_ones_named_by_line(tmp_path: Path, settings: Settings) -> None:
    result = imported(write(tmp_path, "a.csv", CSV), settings)
    assert (result.rows, result.imported, result.duplicates) == (7, 3, 1)
    assert [line for line, _ in result.bad] == [5, 6, 8]
    assert [reason.split()[0] for _, reason in result.bad] == ["Không", "Không", "Có"]
    found = by_id(settings)
    assert set(found) == {"A1", "A2", "A6"}
    first = found["A1"]
    assert (first.title, first.text) == ("Ngập", "Hẻm 62 ngập,\nnước vào nhà")
    assert (first.channel, first.kind) == (Channel.HOTLINE_1022, MentionKind.PETITION)
    assert (first.published_at.isoformat(), first.published_method) == ("2025-10-22T01:15:00+00:00", DateMethod.FILE)
    assert first.author_hash
    assert "Lan" not in first.model_dump_json()


def test_a_second_import_changes_nothing_and_an_edited_row_is_a_revision(tmp_path: Path, settings: Settings) -> None:
    path = write(tmp_path, "a.csv", CSV)
    imported(path, settings)
    again = imported(path, settings)
    assert (again.rows, again.imported, again.duplicates, len(again.bad)) == (7, 0, 4, 3)
    edited = imported(write(tmp_path, "a.csv", CSV.replace("Cây nghiêng", "Cây đã đổ")), settings)
    assert (edited.imported, edited.duplicates) == (1, 3)
    assert by_id(settings)["A6"].revision == 2
    store = open_store(settings)
    assert len(list_quarantined(store)) == 3
    store.close()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1258"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators_and_encodings_of_all_spreadsheets(
    tmp_path: Path, settings: Settings, encoding: str, separator: str
) -> None:
    rows = ["Mã phản ánh,Nội dung", "B1,Nhà dân bị ngập và không có điện", "B2,Đường tắc"]
    text = "\r\n".join(rows).replace(",", separator)
    body = text.encode(encoding) if encoding != "cp1258" else as_cp1258(text)
    result = imported(write(tmp_path, "b.csv", body), settings)
    assert (result.imported, result.bad) == (2, [])
    assert by_id(settings)["B1"].text == "Nhà dân bị ngập và không có điện"


def test_a_file_in_tcvn3_is_read_and_its_rows_flagged(tmp_path: Path, settings: Settings) -> None:
    text = "mã,nội dung\nC1,đường nước không có người và nhà dân bị ngập\n"
    imported(write(tmp_path, "c.csv", as_tcvn3(text)), settings)
    (mention,) = by_id(settings).values()
    assert mention.text == "đường nước không có người và nhà dân bị ngập"
    assert Flag.ENCODING_SUSPECT in mention.flags


def test_an_unclosed_quote_costs_its_own_rows_only_and_never_raises(tmp_path: Path, settings: Settings) -> None:
    path = write(tmp_path, "d.csv", f'{HEADER}\nD1,,,Trước,\nD2,,,"Không đóng,\n' + "D3,,,Sau,\n" * 20_000)
    result = imported(path, settings)
    assert result.rows == result.imported + result.duplicates + len(result.bad)
    assert "D1" in by_id(settings)


def test_a_workbook(tmp_path: Path, settings: Settings) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (
        ["Mã", "Ngày gửi", "Nội dung"],
        [1022.0, datetime(2025, 10, 22, 8, 15), "Nước yếu"],
        [None, None, None],
        ["E2", "hôm nào đó", "Mất nước"],
        ["E3", None, "=1+1"],
    ):
        sheet.append(row)
    path = tmp_path / "e.xlsx"
    book.save(path)
    result = imported(path, settings)
    assert [line for line, _ in result.bad] == [4, 5]
    (mention,) = by_id(settings).values()
    assert (mention.native_id, mention.text) == ("1022", "Nước yếu")
    assert mention.published_at.isoformat() == "2025-10-22T01:15:00+00:00"


def test_lines_of_json(tmp_path: Path, settings: Settings) -> None:
    rows = ['{"id": 7, "content": "Tiếng ồn", "likes": "1.024"}', "{hỏng", "[1]", "", '{"id": 8, "content": null}']
    path = write(tmp_path, "f.jsonl", "\n".join(rows))
    result = imported(path, settings, ColumnMap(text="content", id="id", likes="likes"))
    assert (result.rows, result.imported) == (4, 1)
    assert [line for line, _ in result.bad] == [2, 3, 5]
    assert by_id(settings)["7"].engagement.likes == 1024


def test_columns_are_found_without_case_accents_or_order_and_may_be_joined(tmp_path: Path, settings: Settings) -> None:
    path = write(tmp_path, "g.csv", "GHI CHU,noi_dung,Ma Phan Anh\nở cuối hẻm,Cống nghẹt,G1\n")
    imported(path, settings, ColumnMap(text=("Nội dung", "Ghi chú"), id="mã phản ánh"))
    assert by_id(settings)["G1"].text == "Cống nghẹt\nở cuối hẻm"


def test_rows_without_an_id_are_told_apart_by_their_text(tmp_path: Path, settings: Settings) -> None:
    path = write(tmp_path, "h.csv", "nội dung\nMột\nHai\nMột\n")
    result = imported(path, settings)
    assert (result.imported, result.duplicates) == (2, 1)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.pdf", b"%PDF", r"chỉ nhận \.csv"),
        ("x.csv", b"a,b\n1,2\n", "cột nào là nội dung"),
        ("x.xlsx", b"not a zip", "hỏng"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_plain_error(
    tmp_path: Path, settings: Settings, name: str, content: bytes, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        imported(write(tmp_path, name, content), settings)


def test_a_file_that_is_not_there(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(UsageError, match="Không đọc được"):
        imported(tmp_path / "khong-co.csv", settings)


def test_a_workbook_that_unpacks_to_a_giant_is_refused(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawlers.tables.MAX_UNPACKED", 2**20)
    path = tmp_path / "bom.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/a.xml", "w") as member:
        member.write(b"\0" * 2**21)
    with pytest.raises(UsageError, match="quá lớn"):
        imported(path, settings)


def test_a_map_that_names_a_missing_column_says_which_there_are(tmp_path: Path, settings: Settings) -> None:
    path = write(tmp_path, "i.csv", "nội dung,ngày\nA,\n")
    with pytest.raises(UsageError, match=r"'Lĩnh vực'.*nội dung, ngày"):
        imported(path, settings, ColumnMap(text="Lĩnh vực"))


def test_a_map_is_a_yaml_and_its_faults_are_named(tmp_path: Path) -> None:
    assert load_column_map(write(tmp_path, "m.yaml", "text: Nội dung\nid: Mã\n")).id == "Mã"
    for content in ("id: Mã\n", "text: [", "text: a\nla: b\n"):
        with pytest.raises(ConfigError, match=r"m\.yaml"):
            load_column_map(write(tmp_path, "m.yaml", content))


def test_a_full_disk_stops_an_import(tmp_path: Path, settings: Settings) -> None:
    path = write(tmp_path, "a.csv", CSV)
    with pytest.raises(StoreError, match="Đĩa"):
        imported(path, settings.model_copy(update={"min_free_mb": 10**9}))


def test_a_file_source_reads_new_and_changed_files_only(settings: Settings) -> None:
    inbox = settings.home / "inbox"
    inbox.mkdir(parents=True)
    config = source("file", path="inbox/*.csv", channel="hotline_1022")
    assert crawl(config, settings).errors
    write(inbox, "a.csv", CSV)
    counts = crawl(config, settings).counts
    assert (counts.listed, counts.new, counts.bad) == (7, 3, 3)
    write(inbox, "b.csv", "nội dung\nThêm\n")
    counts = crawl(config, settings).counts
    assert (counts.not_modified, counts.listed, counts.new) == (1, 1, 1)


def test_seventeen_thousand_real_headlines_all_come_in(tmp_path: Path, settings: Settings) -> None:
    if not REAL.is_file():
        pytest.skip("shared/data/feed is not here")
    seen: list[tuple[int, int | None]] = []
    store = open_store(settings)
    result = import_file(
        REAL, None, store, settings, source="tin", on_progress=lambda done, total: seen.append((done, total))
    )
    store.close()
    links = {json.loads(line)["link"] for line in REAL.read_text("utf-8").splitlines()}
    assert result.rows == 17_210
    assert result.bad == []
    assert result.imported + result.duplicates == result.rows
    assert len(by_id(settings)) <= len(links)
    assert result.imported >= 0.99 * len(links)
    assert seen[-1] == (17_210, 17_210)
