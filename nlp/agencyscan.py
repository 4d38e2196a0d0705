"""Where a text names a public body: an alias of the table, or a pattern such as `UBND phường X`, `Ban quản lý chợ X`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from nlp.gazetteer import CITY
from nlp.lexicon import Lexicon, folded_key, syllables
from nlp.placescan import Found, Kind, scan_at
from nlp.runs import SURNAMES, capital_run, institution_run, is_city
from nlp.words import Words, same_syllable

_END = "\0"
_TIGHT = re.compile(r"[^\S\n]?[-–&.,]?[^\S\n]?")
_CHAIN = re.compile(r"[^\S\n]?(?:[-–][^\S\n]?)?")
_CALLED = frozenset(
    "goi bao xe tong dai len cho hotline nong canh sat dien toi qua doi cuu hoa va hoac ben duoc dc alo keu lo cap kenh nho hay 113 114 115 1022".split()
)
_NOT_CALLED = frozenset(
    "trieu nghin ngan ty k ca truong ho can thua nguoi xe met m km ngay duong phong nam tuoi dong bai nha hem".split()
)
_HOTLINES = frozenset({"113", "114", "115", "1022"})

_HOSPITAL_WORDS = frozenset("benh bv bvdk tram trung ttyt vien".split())

Trie = dict[str, object]


@dataclass(frozen=True, slots=True)
class Alias:
    toned: tuple[str, ...]
    code: str | None
    group: str
    """`table`, `with_unit`, `alone`, `named`, `hospital`."""
    needs_city: bool = False
    acronym: bool = False
    written: str = ""


@dataclass(frozen=True, slots=True)
class Body:
    first: int
    stop: int
    alias: Alias
    tail: Found | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class AgencyLexicon:
    trie: Trie
    levels: frozenset[tuple[str, ...]]
    places: Lexicon
    capital_only: frozenset[tuple[str, ...]]
    never_behind: frozenset[str]
    asked: Mapping[str, frozenset[str]]
    """Aliases that are a body only behind one of these words, or with a tail."""


def add_alias(trie: Trie, alias: Alias) -> None:
    node: Trie = trie
    for syllable in folded_key(alias.toned):
        node = node.setdefault(syllable, {})  # type: ignore[assignment]
    node.setdefault(_END, []).append(alias)  # type: ignore[attr-defined]


def make_alias(written: str, code: str | None, group: str, *, needs_city: bool = False) -> Alias:
    letters = [c for c in written if c.isalpha()]
    return Alias(syllables(written), code, group, needs_city, all(c.isupper() for c in letters), written)


def scan_agencies(words: Words, lexicon: AgencyLexicon) -> list[Body]:
    found: list[Body] = []
    i = 0
    while i < len(words):
        body = _body_at(words, i, lexicon, chain=True) if words.plain[i] in lexicon.trie else None
        if body:
            found.append(body)
        i = body.stop if body else i + 1
    return found


def _body_at(words: Words, i: int, lexicon: AgencyLexicon, *, chain: bool) -> Body | None:
    if (i > 0 and words.joined(i - 1) and _is_spoilt(words, i, lexicon)) or words.in_address(i, i + 1):
        return None
    best = _hospital(words, i, lexicon)
    for stop, alias in _aliases_at(words, i, lexicon):
        if (
            alias.group == "named"
            and best
            and best.alias.group == "table"
            and best.stop < len(words)
            and not words.cased(best.stop)
        ):
            continue
        body = _completed(words, i, stop, alias, lexicon)
        if body and (best is None or (body.stop, body.code is not None) > (best.stop, best.code is not None)):
            best = body
    return _chained(words, best, lexicon) if best and chain else best


def _is_spoilt(words: Words, i: int, lexicon: AgencyLexicon) -> bool:
    """`cơ sở y tế`, `CLB Công an TP.HCM`."""
    return (
        words.toned[i - 1] in lexicon.never_behind or (words.toned[i - 1], words.toned[i]) in lexicon.places.compounds
    )


def _hospital(words: Words, i: int, lexicon: AgencyLexicon) -> Body | None:
    """`Bệnh viện X`, `Trạm y tế phường X`, whether the table holds it or not."""
    if words.plain[i] not in _HOSPITAL_WORDS:
        return None
    place = scan_at(words, i, lexicon.places)
    if place is None or place.head != "hospital":
        return None
    return Body(i, place.stop, Alias((), None, "hospital"))


def _aliases_at(words: Words, i: int, lexicon: AgencyLexicon) -> list[tuple[int, Alias]]:
    found: list[tuple[int, Alias]] = []
    node, j = lexicon.trie, i
    while (below := node.get(words.plain[j])) is not None:
        node = below  # type: ignore[assignment]
        j += 1
        found += [(j, alias) for alias in node.get(_END, ()) if _fits(words, i, j, alias, lexicon.capital_only)]  # type: ignore[attr-defined]
        if j >= len(words) or not _TIGHT.fullmatch(words.text, words.ends[j - 1], words.starts[j]):
            break
    return sorted(found, key=lambda item: item[1].group == "named")


def _fits(words: Words, i: int, j: int, alias: Alias, capital_only: frozenset[tuple[str, ...]]) -> bool:
    toned = words.toned[i:j]
    if not words.capital[i] and alias.toned in capital_only:
        return False
    if toned != list(alias.toned) and not (
        all(map(same_syllable, words.plain[i:j], toned, alias.toned)) and (words.unmarked or alias.acronym)
    ):
        return False
    if alias.acronym and j - i == 1 and len(alias.toned[0]) < 4 and not alias.toned[0][0].isdigit():
        return words.text[words.starts[i] : words.ends[i]].isupper() and not words.shouting
    return True


def _completed(words: Words, i: int, stop: int, alias: Alias, lexicon: AgencyLexicon) -> Body | None:
    """The alias with what belongs behind it; None where that is missing."""
    if alias.toned[-1] in _HOTLINES and stop == i + 1:
        return Body(i, stop, alias, code=alias.code) if _is_called(words, i) else None
    if alias.group == "named":
        return _named(words, i, stop, alias, lexicon)
    tail_stop, tail = _tail(words, stop, alias, lexicon)
    here = tail is None or tail.codes == (CITY,)
    if alias.group == "table":
        if alias.needs_city and (
            tail is None or not here or not (words.capital[i] or alias.acronym or len(alias.toned) > 1)
        ):
            return None
        if (
            tail is None
            and (asked := lexicon.asked.get(" ".join(alias.toned)))
            and (i == 0 or words.toned[i - 1] not in asked)
        ):
            return None
        return Body(i, tail_stop if here or tail else stop, alias, tail, alias.code if here else None)
    if alias.group == "with_unit" and tail_stop == stop:
        return None
    return Body(i, tail_stop, alias, tail)


def _tail(words: Words, stop: int, alias: Alias, lexicon: AgencyLexicon) -> tuple[int, Found | None]:
    """Index behind the unit, level or city that follows, and the unit itself."""
    if stop >= len(words) or not words.joined(stop - 1):
        return stop, None
    city = lexicon.places.name_at(words, stop)
    if city and is_city(city) and words.plain[stop] != "sai":
        return city.stop, Found(stop, city.stop, Kind.UNIT, (CITY,))
    unit = scan_at(words, stop, lexicon.places)
    if unit and unit.head and unit.kind in (Kind.UNIT, Kind.OUTSIDE):
        return unit.stop, unit
    for length in (3, 2, 1):
        if tuple(words.toned[stop : stop + length]) in lexicon.levels and len(words) >= stop + length:
            level = Found(
                stop,
                stop + length,
                Kind.UNIT,
                (CITY,) if words.toned[stop] in ("tp", "thành") and length + stop else (),
            )
            return stop + length, level if level.codes else Found(stop, stop + length, Kind.LANDMARK)
    if alias.group == "table" and not alias.needs_city and unit and unit.kind is not Kind.OUTSIDE:
        return stop, None
    if unit and unit.kind in (Kind.UNIT, Kind.OUTSIDE) and words.cased(stop):
        return unit.stop, unit
    if alias.group != "table" and words.cased(stop):
        run = capital_run(words, lexicon.places, stop)
        person = run - stop > 2 and words.plain[stop] in SURNAMES
        return (run, Found(stop, run, Kind.LANDMARK)) if run > stop and not person else (stop, None)
    if alias.toned[-1] in ("vực", "sở") and words.plain[stop].isdigit():
        behind = lexicon.places.name_at(words, stop + 1) if words.joined(stop) else None
        end = behind.stop if behind and is_city(behind) else stop + 1
        return end, Found(stop, end, Kind.LANDMARK)
    return stop, None


def _named(words: Words, i: int, stop: int, alias: Alias, lexicon: AgencyLexicon) -> Body | None:
    """`Ban quản lý` + `chợ Tân Định`; `Chi cục` + `Bảo vệ môi trường`."""
    if stop >= len(words) or not words.joined(stop - 1) or not (words.capital[i] or alias.toned[0] == "ban"):
        return None
    if i and words.joined(i - 1) and words.cased(i - 1) and len(alias.toned) == 1:
        return None
    inner = _body_at(words, stop, lexicon, chain=False) if words.plain[stop] in lexicon.trie else None
    if inner and words.capital[stop]:
        return Body(i, inner.stop, alias, inner.tail, inner.code)
    place = scan_at(words, stop, lexicon.places)
    run = (
        stop + 1
        if words.plain[stop].isdigit() and alias.toned[0] == "tổ"
        else institution_run(words, lexicon.places, stop)
    )
    if place and place.kind is Kind.LANDMARK and alias.toned[:2] == ("ban", "quản") and words.toned[stop] != "chung":
        return Body(i, place.stop, alias)
    if (
        run == stop
        or (run == stop + 1 and not (words.cased(stop) or words.plain[stop].isdigit()))
        or not any(words.cased(k) or words.plain[k].isdigit() for k in range(stop, run))
    ):
        return None
    named = Alias(alias.toned, None, "with_unit", written=alias.written)
    tail_stop, tail = _tail(words, run, named, lexicon)
    return Body(i, max(run, tail_stop), alias, tail)


def _is_called(words: Words, i: int) -> bool:
    """A hotline's number, not a count, a house or a date."""
    before, after = words.plain[i - 1] if i else "", words.plain[i + 1] if words.joined(i) else ""
    gap_before, gap_after = words.gap(i - 1) if i else " ", words.gap(i)
    if (
        any(mark in gap_before[-1:] + gap_after[:1] for mark in "./-%+•")
        and not gap_after.startswith((". ", ".\n", ".."))
        and gap_after != "."
    ):
        return False
    if after in _NOT_CALLED:
        return False
    return words.plain[i] == "1022" or before in _CALLED or i == 0 or words.gap(i - 1).strip() in (",", "/")


def _chained(words: Words, body: Body, lexicon: AgencyLexicon) -> Body:
    """`Phòng Cảnh sát hình sự Công an TP.HCM` is one body."""
    if body.stop >= len(words) or not _CHAIN.fullmatch(words.gap(body.stop - 1)) or not words.capital[body.stop]:
        return body
    outer = _body_at(words, body.stop, lexicon, chain=False) if words.plain[body.stop] in lexicon.trie else None
    if outer is None:
        return body
    here = outer.tail is None or outer.tail.codes == (CITY,)
    return Body(body.first, outer.stop, body.alias, outer.tail, (body.code or outer.code) if here else None)
