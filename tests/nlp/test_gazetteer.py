"""The units of both eras and the links between them, beside the tables of an independent source."""

import csv
import socket
from pathlib import Path

import pytest

from langnghe.errors import UsageError
from nlp.names.gazetteer import CITY, MAIN_SHARE, UnitKind, build_tables
from nlp.places import load_gazetteer

REFERENCE = Path(__file__).parents[2] / "../shared/data/places"
TABLES = build_tables()


def reference(name: str) -> list[dict[str, str]]:
    path = REFERENCE / name
    if not path.is_file():
        pytest.skip(f"{name} is not beside the repository")
    with path.open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def kinds(kind: UnitKind) -> list[str]:
    return [unit.code for unit in TABLES.units.values() if unit.kind is kind]


def test_the_city_has_168_units_of_today_in_113_wards_54_communes_and_one_special_zone() -> None:
    words = [TABLES.units[code].type_word for code in kinds(UnitKind.UNIT)]
    assert (len(words), words.count("Phường"), words.count("Xã"), words.count("Đặc khu")) == (168, 113, 54, 1)


def test_before_the_merger_there_were_three_provinces_and_38_districts() -> None:
    assert sorted(kinds(UnitKind.PROVINCE)) == ["p:74", "p:77", "p:79"]
    assert len([code for code in kinds(UnitKind.DISTRICT) if code not in TABLES.earlier]) == 38
    assert len(kinds(UnitKind.WARD)) == 441


def test_units_agree_with_the_reference_in_code_name_area_and_position() -> None:
    for row in reference("hcmc_units_168.csv"):
        unit = TABLES.units[f"n:{row['code']}"]
        assert unit.name == row["full_name"]
        assert unit.area_km2 == pytest.approx(float(row["area_km2_official"]), abs=1)
        assert (unit.lat, unit.lon) == pytest.approx((float(row["lat"]), float(row["lon"])), abs=0.05)


def test_old_wards_became_the_units_that_the_reference_says() -> None:
    rows = reference("hcmc_old_to_new.csv")
    olds = [f"o:{row['old_ward_code']}" if row["old_ward_code"] else "d:755" for row in rows]
    wanted = {(old, f"n:{row['new_code']}") for old, row in zip(olds, rows, strict=True)}
    links = {
        (old, new) for old, heirs in TABLES.heirs.items() for new in heirs if old.startswith("o:") or old == "d:755"
    }
    assert len(rows) == 493
    assert links == wanted
    split = {f"o:{row['old_ward_code']}" for row in rows if row["old_ward_divided"] == "True"}
    assert split == {old for old, heirs in TABLES.heirs.items() if old.startswith("o:") and len(heirs) > 1}


def test_weights_of_heirs_add_up_to_one_and_the_main_heir_of_a_split_ward_leads() -> None:
    assert all(sum(heirs.values()) == pytest.approx(1) for heirs in TABLES.heirs.values())
    split = [heirs for old, heirs in TABLES.heirs.items() if old.startswith("o:") and len(heirs) > 1]
    assert len(split) == 47
    assert all(max(heirs.values()) == pytest.approx(MAIN_SHARE) for heirs in split)


def test_a_unit_of_an_old_district_lies_near_it() -> None:
    for code in kinds(UnitKind.DISTRICT):
        if code == "d:755":
            continue
        district = TABLES.units[code]
        for heir in TABLES.heirs[code]:
            assert abs(TABLES.units[heir].lat - district.lat) + abs(TABLES.units[heir].lon - district.lon) < 0.6


def test_expanding_an_old_district_finds_its_wards_and_the_units_of_today() -> None:
    gazetteer = load_gazetteer()
    found = gazetteer.expand("d:778")
    names = {gazetteer.unit(code).name for code in found if code.startswith("n:")}
    assert names == {"Phường Tân Hưng", "Phường Tân Thuận", "Phường Phú Thuận", "Phường Tân Mỹ"}
    assert {"d:778", "o:27475", "o:27490"} <= found


def test_expanding_a_unit_of_today_finds_the_old_wards_it_came_from() -> None:
    assert load_gazetteer().expand("n:27475") == {"n:27475", "o:27475", "o:27472", "o:27481", "o:27490"}


def test_expanding_an_old_ward_a_province_and_the_city() -> None:
    gazetteer = load_gazetteer()
    assert gazetteer.expand("o:27472") == {"o:27472", "n:27475"}
    binh_duong = gazetteer.expand("p:74")
    assert {"d:724", "o:25942", "n:25942"} <= binh_duong
    assert "n:27475" not in binh_duong
    assert gazetteer.expand(CITY) == frozenset(TABLES.units)


def test_districts_merged_into_thu_duc_are_still_known() -> None:
    gazetteer = load_gazetteer()
    assert {"d:769-2", "o:27088", "n:27094"} <= gazetteer.expand("d:769-2")
    assert gazetteer.expand("d:769-9") < gazetteer.expand("d:769") | {"d:769-9"}


def test_names_are_shown_with_their_district_and_era() -> None:
    gazetteer = load_gazetteer()
    assert gazetteer.name("n:27475") == "Phường Tân Hưng"
    assert gazetteer.name("d:778") == "Quận 7 (cũ)"
    assert gazetteer.name("o:27283") == "Phường 4, Quận 4 (cũ)"
    assert gazetteer.name("c:79") == "TP. Hồ Chí Minh"
    assert gazetteer.name("n:1") == "n:1"


def test_an_unknown_code_is_told_in_one_line() -> None:
    with pytest.raises(UsageError, match="n:1"):
        load_gazetteer().unit("n:1")


def test_building_and_finding_open_no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    load_gazetteer.cache_clear()
    found = load_gazetteer().find("59 Nguyễn Sỹ Sách, Phường 15, Tân Bình")
    assert [place.surface for place in found] == ["Nguyễn Sỹ Sách", "Phường 15", "Tân Bình"]
