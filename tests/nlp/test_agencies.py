"""Public bodies as people name them, in both eras."""

import unicodedata
from datetime import date
from pathlib import Path

import pytest

from langnghe.errors import ConfigError
from nlp.agencies import load_agencies

TABLE = load_agencies()


def found(text: str) -> dict[str, str | None]:
    return {agency.surface: agency.code for agency in TABLE.find(text)}


def test_the_table_is_broad_and_its_successors_exist() -> None:
    assert len(TABLE.agencies) >= 200
    kinds = {agency.kind for agency in TABLE.agencies.values()}
    assert {"city", "department", "central", "police", "utility", "hotline", "hospital", "university"} <= kinds
    for agency in TABLE.agencies.values():
        assert agency.aliases
        assert set(agency.successors) <= TABLE.agencies.keys()
        assert agency.mark or not (agency.valid_from or agency.valid_until or agency.successors)


@pytest.mark.parametrize(
    ("text", "surface", "code"),
    [
        ("Sở Xây dựng TP.HCM trả lời", "Sở Xây dựng TP.HCM", "so-xay-dung"),
        ("gửi sở y tế rồi", "sở y tế", "so-y-te"),
        ("Sở GD-ĐT nói khác", "Sở GD-ĐT", "so-gddt"),
        ("So Y te tp hcm", "So Y te tp hcm", "so-y-te"),
        ("Công an TP.HCM bắt", "Công an TP.HCM", "cong-an-tp"),
        ("gặp công an thành phố", "công an thành phố", "cong-an-tp"),
        ("UBND TP HCM vừa duyệt", "UBND TP HCM", "ubnd"),
        ("Phòng Cảnh sát hình sự Công an TP.HCM vào cuộc", "Phòng Cảnh sát hình sự Công an TP.HCM", "pc02"),
        ("điện thoại tổng đài 1022 hoài", "tổng đài 1022", "1022"),
        ("gọi 114 liền", "114", "pccc-114"),
        ("Sawaco cúp nước", "Sawaco", "sawaco"),
        ("Cấp nước Gia Định nói chờ", "Cấp nước Gia Định", "cn-gia-dinh"),
        ("EVNHCMC báo", "EVNHCMC", "evnhcmc"),
        ("BHXH TP.HCM khẳng định", "BHXH TP.HCM", "bhxh-tp"),
        ("Bệnh viện Nhân dân Gia Định từ chối", "Bệnh viện Nhân dân Gia Định", "bv-gia-dinh"),
        ("Đại học Kinh tế TP.HCM công bố", "Đại học Kinh tế TP.HCM", "ueh"),
    ],
)
def test_a_body_of_the_table_by_its_aliases(text: str, surface: str, code: str) -> None:
    assert found(text) == {surface: code}


@pytest.mark.parametrize(
    ("text", "surface", "name"),
    [
        ("UBND P.Tân Hưng im lặng", "UBND P.Tân Hưng", "UBND phường Tân Hưng"),
        ("công an phường Tân Hưng", "công an phường Tân Hưng", "Công an phường Tân Hưng"),
        ("ubnd xa Nhuan Duc", "ubnd xa Nhuan Duc", "UBND xã Nhuận Đức"),
        ("Trạm y tế phường Phú Lâm", "Trạm y tế phường Phú Lâm", "Trạm y tế phường Phú Lâm"),
        ("Ban quản lý chợ Tân Định", "Ban quản lý chợ Tân Định", "Ban quản lý chợ Tân Định"),
        ("Đội CSGT Rạch Chiếc xử lý", "Đội CSGT Rạch Chiếc", "Đội CSGT Rạch Chiếc"),
        ("Thanh tra Sở GD&ĐT kết luận", "Thanh tra Sở GD&ĐT", "Sở Giáo dục và Đào tạo TP.HCM"),
        ("hỏi công an phường rồi", "công an phường", "Công an phường"),
        ("Bệnh viện Đa khoa Xuyên Á hẹn", "Bệnh viện Đa khoa Xuyên Á", "Bệnh viện Đa khoa Xuyên Á"),
    ],
)
def test_a_body_that_the_table_does_not_hold_is_found_by_pattern(text: str, surface: str, name: str) -> None:
    (agency,) = TABLE.find(text)
    assert (agency.surface, agency.name) == (surface, name)


@pytest.mark.parametrize(
    "text", ["Công an Cà Mau bắt", "Sở Y tế Cần Thơ đề xuất", "UBND tỉnh Lâm Đồng họp", "Sở Y tế tỉnh Lào Cai"]
)
def test_a_body_of_another_province_bears_no_code_of_the_city(text: str) -> None:
    (agency,) = TABLE.find(text)
    assert agency.code is None


@pytest.mark.parametrize(
    "text",
    [
        "công an đâu hết rồi",
        "phường nói chờ, sở cũng nói chờ",
        "nhà số 115 đường Hùng Vương",
        "có 114 ca, mất 113 triệu",
        "gọi 0909.113.114",
        "các cơ sở y tế, cán bộ tư pháp",
        "CLB Công an TP.HCM thắng",
        "công ty trừ BHXH hàng tháng",
        "truy cập vneid-tracuu-csgt.top",
        "cty ở Đinh Bộ Lĩnh",
        "môi trường tốt",
        "",
        "••••",
    ],
)
def test_what_is_no_public_body_is_left_alone(text: str) -> None:
    assert found(text) == {}


def test_a_hospital_is_a_body_when_it_acts_and_a_place_when_one_goes_there() -> None:
    assert found("Bệnh viện Chợ Rẫy thông báo") == {"Bệnh viện Chợ Rẫy": "bv-cho-ray"}
    assert found("đưa vào Bệnh viện Chợ Rẫy") == {}


def test_a_school_is_a_body_when_it_does_something() -> None:
    assert found("Trường Tiểu học Lương Thế Vinh thu tiền hè") == {"Trường Tiểu học Lương Thế Vinh": None}
    assert found("THPT Nguyễn Hữu Huân không trả lời") == {"THPT Nguyễn Hữu Huân": None}
    assert found("kẹt xe trước cổng trường Tiểu học Lương Thế Vinh") == {}


def test_offsets_point_into_decomposed_text_too() -> None:
    text = unicodedata.normalize("NFD", "Kính gửi Sở Xây dựng TP.HCM và UBND phường Tân Hưng")
    agencies = TABLE.find(text)
    assert [agency.code for agency in agencies] == ["so-xay-dung", None]
    assert all(text[agency.start : agency.end] == agency.surface for agency in agencies)


def test_a_merged_department_leads_to_those_that_took_over() -> None:
    assert found("Sở GTVT chưa làm") == {"Sở GTVT": "so-gtvt"}
    assert TABLE.current("so-gtvt", on=date(2025, 1, 1)) == ("so-gtvt",)
    assert TABLE.current("so-gtvt", on=date(2026, 1, 1)) == ("so-xay-dung",)
    assert set(TABLE.current("so-ldtbxh", on=date(2026, 1, 1))) == {"so-noi-vu", "so-y-te", "so-gddt"}
    assert TABLE.expand("so-nnmt") == {"so-nnmt", "so-tnmt", "so-nnptnt"}
    assert TABLE.agencies["so-gtvt"].mark == "M"


def test_a_name_in_a_query_resolves() -> None:
    assert TABLE.resolve("Sở GTVT") == ("so-gtvt",)
    assert TABLE.resolve("so xay dung") == ("so-xay-dung",)
    assert TABLE.resolve("sawaco") == ("sawaco",)
    assert TABLE.resolve("so-xay-dung") == ("so-xay-dung",)
    assert TABLE.resolve("không có") == TABLE.resolve("") == ()
    assert TABLE.name("sawaco") == "Tổng công ty Cấp nước Sài Gòn (Sawaco)"
    assert TABLE.name("xyz") == "xyz"


def test_a_table_of_ones_own_may_be_used(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("agencies: [{code: a, name: Tổ Xanh, kind: board, aliases: [Tổ Xanh]}]", "utf-8")
    assert [agency.code for agency in load_agencies(own).find("Tổ Xanh dọn rác")] == ["a"]


@pytest.mark.parametrize(
    "content",
    [
        "agencies: [{code: a}]",
        "agencies: [{code: a, name: A, kind: board, aliases: [A], successors: [b]}]",
        "agencies: [{code: a, name: A, kind: board, aliases: [A]}, {code: a, name: B, kind: board, aliases: [B]}]",
        "agencies: 3",
        "[",
        "",
    ],
)
def test_a_broken_table_is_told_in_one_line(tmp_path: Path, content: str) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(content, "utf-8")
    with pytest.raises(ConfigError, match=r"broken\.yaml"):
        load_agencies(broken)


def test_a_missing_table_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.yaml"):
        load_agencies(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    "piece", ["Sở ", "Thanh tra ", "Bệnh viện ", "ban quản lý ", "Công an - ", "Đại học và ", "115/"]
)
def test_endless_texts_are_read_to_the_end(piece: str) -> None:
    text = piece * 400
    assert all(text[agency.start : agency.end] == agency.surface for agency in TABLE.find(text))
