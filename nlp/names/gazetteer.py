"""The administrative units of Ho Chi Minh City of both eras, from the tables of the library `vietnamadminunits`.

Units of today: resolution 1685/NQ-UBTVQH15, in force since 1 July 2025. The library's code is never
imported: it carries an online geocoder, and only its tables are wanted.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml

from langnghe.errors import ConfigError

CITY = "c:79"
OLD_PROVINCES = ("79", "74", "77")
_NEW_PROVINCE_KEY = "thanhphohochiminh"
_TABLES = ("dataset.db", "converter_2025.json")
MAIN_SHARE = 2 / 3
"""Belief in the unit that the tables name as the main heir of a split ward.

The tables hold no area or population of the pieces. The ward's old centre lies in that unit for
30 of the 45 split wards whose centre lies in one of the heirs; the rest is shared evenly.
"""


class UnitKind(StrEnum):
    CITY = "c"
    UNIT = "n"
    """A phường, xã or đặc khu of today."""
    WARD = "o"
    DISTRICT = "d"
    PROVINCE = "p"


@dataclass(frozen=True, slots=True)
class Unit:
    code: str
    name: str
    """With its type word, e.g. `Phường Tân Hưng`."""
    short: str
    type_word: str
    """`Phường`, `Xã`, `Thị trấn`, `Đặc khu`, `Quận`, `Huyện`, `Thành phố`, `Tỉnh`."""
    kind: UnitKind
    lat: float
    lon: float
    """WGS 84 degrees, a point inside the unit as the tables give it."""
    parent: str | None = None
    """A ward's district, a district's province; the city for a unit of today."""
    area_km2: float | None = None
    aliases: tuple[str, ...] = ()
    """Folded other names without the type word."""


@dataclass(frozen=True, slots=True, eq=False)
class UnitTables:
    units: dict[str, Unit]
    heirs: dict[str, dict[str, float]]
    """Old ward, district or province → the units of today that it became part of; weights add up to 1."""
    districts: dict[str, frozenset[str]]
    """Unit of today → the old districts that it took a ward from."""
    elsewhere: dict[str, set[str]]
    """Folded and glued name of a ward or district in another province → those provinces, folded and glued."""
    provinces: frozenset[str]
    """Names of all provinces of either era but ours."""
    towns: frozenset[str]
    """Names of the provincial cities elsewhere."""
    earlier: frozenset[str]
    """Codes of the districts that were merged before 2025."""
    city_aliases: tuple[str, ...] = ()
    words: dict[str, Any] = field(default_factory=dict)


def build_tables() -> UnitTables:
    """Reads the library's tables; raises ConfigError when they are missing."""
    own = read_yaml("places.yaml")
    data, converter = _library_tables()
    with sqlite3.connect(f"file:{data}?mode=ro", uri=True) as tables:
        tables.row_factory = sqlite3.Row
        new = _new_units(tables)
        old, old_keys = _old_units(tables, own["aliases"])
        outside = _outside(tables)
    links = _links(json.loads(converter.read_text("utf-8")), old_keys, new)
    units = {CITY: _city(own["city"], new.values())} | {unit.code: unit for unit in new.values()} | old
    units |= _earlier(own["earlier_districts"], old)
    heirs = links | _summed(links, units, own["earlier_districts"])
    return UnitTables(
        units,
        heirs,
        _districts_of(links, units),
        *outside,
        frozenset(row["code"] for row in own["earlier_districts"]),
        tuple(own["city"]["aliases"]),
        own,
    )


def read_yaml(name: str) -> dict[str, Any]:
    """A file of `nlp/data/`; the C parser is ten times as fast."""
    return parse_yaml((Path(__file__).parents[1] / "data" / name).read_text("utf-8"))


def parse_yaml(text: str) -> dict[str, Any]:
    loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    data: dict[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506, one of the two safe loaders
    return data


def _library_tables() -> tuple[Path, Path]:
    spec = find_spec("vietnamadminunits")
    places = (
        [Path(spec.submodule_search_locations[0]) / "data" / n for n in _TABLES]
        if spec and spec.submodule_search_locations
        else []
    )
    if not places or not all(path.is_file() for path in places):
        raise ConfigError("Thiếu bảng đơn vị hành chính: hãy cài lại gói `vietnamadminunits`.")
    return places[0], places[1]


def _new_units(tables: sqlite3.Connection) -> dict[str, Unit]:
    """By the tables' key, since the old → new mapping speaks in keys."""
    rows = tables.execute("SELECT * FROM admin_units WHERE provinceKey = ?", (_NEW_PROVINCE_KEY,))
    return {
        row["wardKey"]: Unit(
            f"n:{row['wardCode']}",
            row["ward"],
            row["ward"].removeprefix(row["wardType"]).strip(),
            row["wardType"],
            UnitKind.UNIT,
            row["wardLat"],
            row["wardLon"],
            CITY,
            row["wardAreaKm2"],
        )
        for row in rows
    }


def _old_units(tables: sqlite3.Connection, aliases: dict[str, list[str]]) -> tuple[dict[str, Unit], dict[str, str]]:
    """Wards, districts, provinces; and the tables' key of each ward → its code."""
    units: dict[str, Unit] = {}
    keys: dict[str, str] = {}
    rows = tables.execute("SELECT * FROM admin_units_legacy WHERE provinceCode IN (?, ?, ?)", OLD_PROVINCES)
    for row in rows:
        province, district = f"p:{row['provinceCode']}", f"d:{row['districtCode']}"
        if province not in units:
            units[province] = _old_unit(row, "province", province, None, aliases)
        if district not in units:
            units[district] = _old_unit(row, "district", district, province, aliases)
        code = f"o:{row['wardCode']}" if row["wardCode"] else district
        keys[f"{row['provinceKey']}_{row['districtKey']}_{row['wardKey'] or ''}"] = code
        if code != district:
            units[code] = _old_unit(row, "ward", code, district, aliases)
    return units, keys


def _old_unit(row: sqlite3.Row, level: str, code: str, parent: str | None, aliases: dict[str, list[str]]) -> Unit:
    name = row[level]
    type_word = next(
        word for word in ("Thành phố", "Thị trấn", "Phường", "Quận", "Huyện", "Tỉnh", "Xã") if name.startswith(word)
    )
    numbers = (
        [a[6:].lstrip("0") for a in json.loads(row["wardAlias"] or "[]") if a[:6] == "phuong" and a[6:].isdigit()]
        if level == "ward"
        else []
    )
    return Unit(
        code,
        name,
        name.removeprefix(type_word).strip(),
        type_word,
        UnitKind(code[0]),
        row[f"{level}Lat"],
        row[f"{level}Lon"],
        parent,
        None,
        (*aliases.get(code, ()), *dict.fromkeys(numbers)),
    )


def _links(converter: dict[str, Any], keys: dict[str, str], new: dict[str, Unit]) -> dict[str, dict[str, float]]:
    links: dict[str, dict[str, float]] = {}
    for new_key, old_keys in converter["DICT_PROVINCE_WARD_NO_DIVIDED"][_NEW_PROVINCE_KEY].items():
        links |= {keys[old_key]: {new[new_key].code: 1.0} for old_key in old_keys if old_key in keys}
    for old_key, heirs in converter["DICT_PROVINCE_WARD_DIVIDED"][_NEW_PROVINCE_KEY].items():
        rest = (1 - MAIN_SHARE) / (len(heirs) - 1)
        links[keys[old_key]] = {new[h["newWardKey"]].code: MAIN_SHARE if h["isDefaultNewWard"] else rest for h in heirs}
    return links


def _city(own: dict[str, Any], units: Iterable[Unit]) -> Unit:
    """Its point is that of Phường Sài Gòn: the tables put the merged city's centre into a forest."""
    saigon = next(unit for unit in units if unit.short == "Sài Gòn")
    return Unit(own["code"], own["name"], "Hồ Chí Minh", "Thành phố", UnitKind.CITY, saigon.lat, saigon.lon)


def _earlier(rows: list[dict[str, Any]], old: dict[str, Unit]) -> dict[str, Unit]:
    found = {}
    for row in rows:
        wards = [old[f"o:{code}"] for code in row["wards"]]
        lat, lon = (sum(getattr(w, axis) for w in wards) / len(wards) for axis in ("lat", "lon"))
        short = row["name"].removeprefix("Quận ")
        found[row["code"]] = Unit(row["code"], row["name"], short, "Quận", UnitKind.DISTRICT, lat, lon, row["into"])
    return found


def _summed(
    links: dict[str, dict[str, float]], units: dict[str, Unit], earlier: list[dict[str, Any]]
) -> dict[str, dict[str, float]]:
    """Heirs of districts and provinces; each old ward counts alike, the tables hold neither its area nor its people."""
    wards: dict[str, list[str]] = defaultdict(list)
    for code in links:
        unit = units[code]
        while unit.parent:
            wards[unit.parent].append(code)
            unit = units[unit.parent]
    wards |= {row["code"]: [f"o:{code}" for code in row["wards"]] for row in earlier}
    return {above: dict(_shares(codes, links)) for above, codes in wards.items() if above not in links}


def _districts_of(links: dict[str, dict[str, float]], units: dict[str, Unit]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for ward, heirs in links.items():
        for heir in heirs:
            found[heir].add(units[ward].parent or "")
    return {unit: frozenset(districts) for unit, districts in found.items()}


def _shares(codes: list[str], links: dict[str, dict[str, float]]) -> Iterator[tuple[str, float]]:
    sums: dict[str, float] = defaultdict(float)
    for code in codes:
        for heir, weight in links[code].items():
            sums[heir] += weight / len(codes)
    yield from sorted(sums.items(), key=lambda item: -item[1])


def _outside(tables: sqlite3.Connection) -> tuple[dict[str, set[str]], frozenset[str], frozenset[str]]:
    holders: dict[str, set[str]] = defaultdict(set)
    for ward, province in tables.execute("SELECT wardShortKey, provinceShortKey FROM admin_units"):
        holders[ward].add(province)
    legacy = "SELECT wardShortKey, districtShortKey, provinceShortKey FROM admin_units_legacy"
    for ward, district, province in tables.execute(legacy):
        holders[ward].add(province)
        holders[district].add(province)
    elsewhere = "FROM admin_units_legacy WHERE provinceCode NOT IN (?, ?, ?)"
    provinces = tables.execute(f"SELECT DISTINCT provinceShort {elsewhere}", OLD_PROVINCES)
    towns = tables.execute(f"SELECT DISTINCT districtShort {elsewhere} AND districtType = 'Thành phố'", OLD_PROVINCES)
    return holders, frozenset(p for (p,) in provinces), frozenset(t.removesuffix(" (Thành phố)") for (t,) in towns)
