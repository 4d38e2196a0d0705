"""Places as citizens write them: what is found, what is left alone, and which units are meant."""

import unicodedata
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from langnghe.records import PlaceMention
from nlp.places import load_gazetteer

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
BEFORE = datetime(2025, 6, 30, 23, 59, tzinfo=ZONE)
AFTER = datetime(2025, 7, 1, 0, 0, tzinfo=ZONE)
GAZETTEER = load_gazetteer()


def surfaces(text: str, at: datetime | None = None) -> list[str]:
    return [place.surface for place in GAZETTEER.find(text, at=at)]


def meaning(text: str, at: datetime | None = None) -> dict[str, str | None]:
    """Surface → the code that is meant first."""
    return {
        place.surface: place.candidates[0].code if place.candidates else None for place in GAZETTEER.find(text, at=at)
    }


def only(text: str, at: datetime | None = None) -> PlaceMention:
    (place,) = GAZETTEER.find(text, at=at)
    return place


@pytest.mark.parametrize("written", ["Q.7", "q7", "Q7", "Quận 7", "quan 7", "quận 07", "QUẬN 7"])
def test_a_district_by_any_of_its_spellings(written: str) -> None:
    assert meaning(f"nhà em ở {written} nha") == {written: "d:778"}


@pytest.mark.parametrize(
    "written", ["TPHCM", "TP.HCM", "tp.HCM", "TP HCM", "tp hcm", "SG", "Sài Gòn", "sai gon", "HCMC", "TP. Hồ Chí Minh"]
)
def test_the_city_by_any_of_its_names(written: str) -> None:
    place = only(f"về {written} hôm qua")
    assert (place.surface, place.candidates[0].code, place.units) == (written, "c:79", ())


@pytest.mark.parametrize(
    ("text", "ward", "district"),
    [
        ("P4 Q4 ngập rồi", ("P4", "o:27283"), ("Q4", "d:773")),
        ("ở P.4 Q.4 luôn", ("P.4", "o:27283"), ("Q.4", "d:773")),
        ("P.12/Q.Gò Vấp", ("P.12", "o:26881"), ("Q.Gò Vấp", "d:764")),
        ("phường 13 gò vấp", ("phường 13", "o:26872"), ("gò vấp", "d:764")),
        ("F14 Q10", ("F14", "o:27169"), ("Q10", "d:771")),
        ("Phường 15, quận Tân Bình", ("Phường 15", "o:27007"), ("quận Tân Bình", "d:766")),
    ],
)
def test_a_numbered_ward_is_made_sure_by_the_district_beside_it(
    text: str, ward: tuple[str, str], district: tuple[str, str]
) -> None:
    assert list(meaning(text).items()) == [ward, district]


def test_a_bare_numbered_ward_is_not_guessed() -> None:
    place = only("phường 4 cúp nước")
    assert len(place.candidates) > 5
    assert max(candidate.weight for candidate in place.candidates) < 0.3
    assert sum(candidate.weight for candidate in place.candidates) == pytest.approx(1, abs=1e-4)
    assert sum(unit.weight for unit in place.units) == pytest.approx(1, abs=1e-4)


def test_each_numbered_ward_goes_with_the_district_that_follows_it() -> None:
    text = "từ phường 4, quận 5 qua phường 12 quận 10"
    assert meaning(text) == {"phường 4": "o:27301", "quận 5": "d:774", "phường 12": "o:27172", "quận 10": "d:771"}


def test_a_split_ward_lies_in_several_units_with_weights() -> None:
    ward, _ = GAZETTEER.find("Phường 15, quận Tân Bình", at=BEFORE)
    assert {unit.name: round(unit.weight, 2) for unit in ward.units} == {
        "Phường Tân Sơn": 0.67,
        "Phường Tân Bình": 0.33,
    }


def test_the_date_decides_between_the_eras() -> None:
    assert meaning("phường An Phú", AFTER) == {"phường An Phú": "n:25975"}
    assert only("phường An Phú", BEFORE).candidates[0].code.startswith("o:")
    assert meaning("phường Thủ Đức", AFTER) == {"phường Thủ Đức": "n:26824"}
    assert meaning("TP Thủ Đức", AFTER) == {"TP Thủ Đức": "d:769"}


def test_other_places_of_the_text_decide_between_namesakes() -> None:
    assert meaning("phường An Phú, TP Thủ Đức", BEFORE)["phường An Phú"] == "o:27091"
    assert meaning("phường An Phú, TP Thuận An", BEFORE)["phường An Phú"] == "o:25975"
    assert meaning("phường Tân Bình, Dĩ An", BEFORE)["phường Tân Bình"] == "o:25945"


def test_what_is_called_former_is_of_the_old_era() -> None:
    text = "P.Phú Thọ Hòa (trước đây thuộc P.Phú Thọ Hòa, Q.Tân Phú)"
    codes = [place.candidates[0].code for place in GAZETTEER.find(text, at=AFTER)]
    assert codes == ["n:27022", "o:27025", "d:767"]
    assert meaning("phường Tam Thắng (TP Vũng Tàu cũ)", AFTER)["phường Tam Thắng"] == "n:26526"


def test_doubt_is_kept_as_candidates() -> None:
    place = only("chạy về Tân Bình", AFTER)
    assert [candidate.code for candidate in place.candidates][:2] == ["d:766", "n:27004"]
    assert only("ở Bình Dương", AFTER).candidates[0].code == "p:74"
    assert only("phường Bình Dương", AFTER).candidates[0].code == "n:25760"


def test_a_place_in_another_province_is_none_of_ours() -> None:
    assert meaning("phường Phú Mỹ, Hải Phòng") == {"phường Phú Mỹ": None, "Hải Phòng": None}
    assert meaning("tại phường Long Bình, tỉnh Đồng Nai")["phường Long Bình"] is None
    assert meaning("phường Nha Trang (Khánh Hòa)") == {"phường Nha Trang": None, "Khánh Hòa": None}


@pytest.mark.parametrize(
    "text",
    [
        "Ông Nguyễn Tân Bình nói",
        "mong hòa bình và an lạc",
        "số 1806/127/2/6/15/48/2A",
        "doanh thu Q1/2026 tăng",
        "cty An Phú giao hàng",
        "yêu cầu công an vào cuộc",
        "xuống lòng đường 4 lần",
        "hẻm 6m bị lấn",
        "trang dichvucong-hcm.online giả mạo",
        "gia đình tôi, cán bộ phường, hàng xóm",
        "",
        "•••• ••",
    ],
)
def test_what_only_looks_like_a_place_is_left_alone(text: str) -> None:
    assert surfaces(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("kẹt ở cầu Kênh Tẻ tới Trần Xuân Soạn", ["cầu Kênh Tẻ", "Trần Xuân Soạn"]),
        ("trên đường Lê Văn Lương, gần chợ Bà Chiểu", ["Lê Văn Lương", "chợ Bà Chiểu"]),
        ("đường số 7, phường Linh Xuân", ["đường số 7", "phường Linh Xuân"]),
        ("ngập QL13, ĐT743 và quốc lộ 51", ["QL13", "ĐT743", "quốc lộ 51"]),
        ("hẻm 41 Cầu Xéo ngập", ["hẻm 41 Cầu Xéo"]),
        ("hẻm 1806/127/2 Huỳnh Tấn Phát", ["hẻm 1806/127/2 Huỳnh Tấn Phát"]),
        ("ngã tư Cao Thắng - Võ Văn Tần kẹt", ["ngã tư Cao Thắng - Võ Văn Tần"]),
        ("bến xe Miền Đông mới đông", ["bến xe Miền Đông mới"]),
        ("công viên 23/9 và công viên Tao Đàn", ["công viên 23/9", "công viên Tao Đàn"]),
        ("chung cư 727 Trần Hưng Đạo", ["chung cư 727 Trần Hưng Đạo"]),
        ("đi metro số 1 ra ga Suối Tiên", ["metro số 1", "ga Suối Tiên"]),
        ("kenh Nhieu Loc hoi qua, gan cho Ba Chieu", ["kenh Nhieu Loc", "cho Ba Chieu"]),
        ("Bệnh viện Nhi đồng 2 hết chỗ", ["Bệnh viện Nhi đồng 2"]),
        ("trường THPT Nguyễn Hữu Huân ở Thủ Đức", ["trường THPT Nguyễn Hữu Huân", "Thủ Đức"]),
        ("cao tốc TP.HCM - Long Thành - Dầu Giây", ["cao tốc TP.HCM - Long Thành - Dầu Giây", "TP.HCM"]),
        ("188 Võ Thị Sáu, P.Xuân Hòa", ["Võ Thị Sáu", "P.Xuân Hòa"]),
        ("khu phố 5, ấp Bàu Tre, tổ 12", ["khu phố 5", "ấp Bàu Tre", "tổ 12"]),
        ("UBND phường Tân Hưng trả lời", ["phường Tân Hưng"]),
    ],
)
def test_streets_alleys_and_landmarks_by_pattern(text: str, found: list[str]) -> None:
    assert surfaces(text) == found


def test_a_street_or_landmark_has_no_candidates() -> None:
    assert all(
        not place.candidates and not place.units for place in GAZETTEER.find("cầu Bông, đường Pasteur, chợ Bến Thành")
    )


def test_offsets_point_into_the_text_as_it_was_given() -> None:
    text = "Ngập ở phường Tân Hưng, quận Gò Vấp và cầu Thị Nghè"
    decomposed = unicodedata.normalize("NFD", text)
    assert len(decomposed) > len(text)
    for given in (text, decomposed, text.replace("Tân", "T\u200bân")):
        found = GAZETTEER.find(given)
        assert [place.candidates[0].code for place in found[:2]] == ["n:27475", "d:764"]
        assert all(given[place.start : place.end] == place.surface for place in found)


def test_old_tone_placement_and_missing_diacritics_mean_the_same() -> None:
    for written in ("phường Hòa Bình", "phường Hoà Bình", "phuong Hoa Binh"):
        assert meaning(written, AFTER) == {written: "n:27211"}


def test_a_masked_address_leaves_the_rest_readable() -> None:
    assert surfaces("nhà ••/•• Lê Văn Quới, phường Bình Trị Đông") == ["Lê Văn Quới", "phường Bình Trị Đông"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("Quận 7", "d:778"),
        ("quan 7", "d:778"),
        ("tp thủ đức", "d:769"),
        ("phường Tân Hưng", "n:27475"),
        ("n:27475", "n:27475"),
        ("P4 Q4", "o:27283"),
        ("hòa bình", "n:27211"),
        ("Sài Gòn", "c:79"),
        ("quận 9", "d:769-9"),
        ("BRVT", "p:77"),
    ],
)
def test_a_name_in_a_query_resolves(query: str, code: str) -> None:
    assert GAZETTEER.resolve(query)[0].code == code


@pytest.mark.parametrize("query", ["", "   ", "xyz", "lê lợi", "Hà Nội", "²", "•"])
def test_a_query_that_names_no_unit_resolves_to_nothing(query: str) -> None:
    assert GAZETTEER.resolve(query) == ()


@pytest.mark.parametrize(
    "piece", ["A - ", "phường ", "Long Thành - ", "Trường ", "đường ", "1/2/", "TP.HCM ", "P٣ Q² ", "\ud800"]
)
def test_strange_and_endless_texts_are_read_to_the_end(piece: str) -> None:
    text = piece * 400
    assert all(text[place.start : place.end] == place.surface for place in GAZETTEER.find(text))
