"""How far a proper name goes: runs of capitalised syllables, and the longer names of institutions."""

import re
from functools import lru_cache

from langnghe.text import fold
from nlp.gazetteer import CITY, read_yaml
from nlp.lexicon import Lexicon, Match
from nlp.words import Words

LONGEST_NAME = 5
SURNAMES = frozenset(
    "nguyen tran le pham huynh hoang vu vo phan truong bui dang do ngo ho duong dinh ly luong doan trinh to lam ta cao chau mac "
    "phung ha thai dao ton quach mai lu luu kieu la kha au dong tong che bach ung no nam thich lac an hai phu cach".split()
)
_DASH = re.compile(r"[^\S\n]?[-–][^\S\n]?")
_NUMBER = re.compile(r"\d{1,3}[a-z]?")
COUNTED = frozenset(
    "lan met m km lan chieu ngay nam thang nguoi xe ty trieu gio phut dong can cay nha tang ho ha vu phan muoi tuyen con chuc".split()
)
"""A number in front of one of these counts; it ends no name."""
_STOPS = frozenset("tp tphcm hcm q p quan phuong xa huyen tinh ubnd hdnd csgt youtube tiktok facebook".split())
_OFFICES = frozenset(
    {
        ("cong", "an"),
        ("cong", "doan"),
        ("cong", "dan"),
        ("cong", "ty"),
        ("cong", "nhan"),
        ("cuc", "truong"),
        ("so", "xay"),
    }
)
_NEW_INSTITUTION = frozenset("truong benh dai so bo ubnd cong vien hoc tram uy thanh hdnd".split())


def capital_run(words: Words, lexicon: Lexicon, i: int, *, dashes: bool = False) -> int:
    """Index behind the name that begins at i (i itself where none begins): capitals, at the end a number.

    `dashes`: "Long Thành - Dầu Giây" is one name.
    """
    if (
        i >= len(words)
        or (words.plain[i], words.plain[i + 1] if i + 1 < len(words) else "") in _OFFICES
        or words.plain[i] in _STOPS
    ):
        return _from_city(words, lexicon, i) if dashes else i
    stop = i
    while stop < len(words) and stop - i < LONGEST_NAME and words.cased(stop) and _goes_on(words, lexicon, i, stop):
        stop += 1
        if not words.joined(stop - 1):
            break
    if stop == i:
        return i
    if words.joined(stop - 1) and _NUMBER.fullmatch(words.plain[stop]) and not words.capital[stop]:
        stop += 1
    if dashes and stop < len(words) and _DASH.fullmatch(words.gap(stop - 1)) and words.cased(stop):
        return max(capital_run(words, lexicon, stop, dashes=True), stop)
    return stop


def _from_city(words: Words, lexicon: Lexicon, i: int) -> int:
    """`TP.HCM - Long Thành - Dầu Giây`."""
    city = lexicon.name_at(words, i) if i < len(words) else None
    if city and is_city(city) and city.stop < len(words) and _DASH.fullmatch(words.gap(city.stop - 1)):
        return capital_run(words, lexicon, city.stop, dashes=True)
    return i


def is_city(match: Match) -> bool:
    return any(CITY in name.codes for name in match.names)


def _goes_on(words: Words, lexicon: Lexicon, i: int, stop: int) -> bool:
    if stop == i:
        return True
    if words.plain[stop] in _STOPS:
        return False
    return stop - i < 2 or not _unit_at(words, lexicon, stop) or _within_known(words, lexicon, i, stop)


def _unit_at(words: Words, lexicon: Lexicon, i: int) -> bool:
    """`Võ Trường Toản Thảo Điền`: a known unit begins here."""
    match = lexicon.name_at(words, i)
    return match is not None and match.exact and any(name.codes and name.safe for name in match.names)


def _within_known(words: Words, lexicon: Lexicon, i: int, stop: int) -> bool:
    match = lexicon.name_at(words, i)
    return match is not None and match.stop > stop


def institution_run(words: Words, lexicon: Lexicon, i: int) -> int:
    """Index behind the name of a school, hospital or office whose own name begins at i."""
    stop = i
    named = False
    while stop < len(words):
        known = lexicon.name_at(words, stop)
        if known and is_city(known):
            return known.stop if stop == i or words.plain[stop] != "sai" else stop
        if (
            known
            and words.cased(stop)
            and known.exact
            and any(name.kind.value in ("unit", "outside", "street") for name in known.names)
        ):
            step, named = known.stop - stop, True
        else:
            step = _institution_step(words, stop, first=stop == i, named=named)
        if not step:
            break
        stop += step
        if not _linked(words, stop - 1):
            break
    return stop


def _linked(words: Words, i: int) -> bool:
    return words.joined(i) or (i + 1 < len(words) and _DASH.fullmatch(words.gap(i)) is not None)


def _institution_step(words: Words, i: int, *, first: bool, named: bool) -> int:
    """How many syllables from i belong to the name; 0 where it ends. Behind a proper name nothing goes on in lower case."""
    following = words.plain[i + 1] if words.joined(i) else ""
    if (words.plain[i], following) in _OFFICES or (words.plain[i] in _STOPS and not first):
        return 0
    if (words.plain[i], following) in compounds() and not words.shouting and (not named or words.cased(i)):
        return 2
    if words.cased(i):
        return 1
    if not first and ((words.plain[i].isdigit() and following not in COUNTED) or (_joiner(words, i) and not named)):
        return 1
    return 0


def _joiner(words: Words, i: int) -> bool:
    """`và` between two parts of a name."""
    if words.toned[i] != "và" or not words.joined(i):
        return False
    following = words.plain[i + 2] if words.joined(i + 1) else ""
    if words.plain[i + 1] in _NEW_INSTITUTION:
        return False
    return words.cased(i + 1) or (words.plain[i + 1], following) in compounds()


@lru_cache(maxsize=1)
def compounds() -> frozenset[tuple[str, str]]:
    """Folded pairs of syllables that go on inside such names in lower case."""
    text = read_yaml("compounds.yaml")["two"]
    pairs = (fold(pair).split() for pair in text.split(";") if pair.strip())
    return frozenset((a, b) for a, b in pairs)
