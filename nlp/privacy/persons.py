"""Names of private persons.

A run of capitalised syllables that begins with a surname is a candidate; what stands around it decides. Streets,
schools and wards are named after people too, and officials in their public role stay readable.
"""

import re
from collections.abc import Iterator, Sequence

from langnghe.text import fold
from nlp.language import is_vietnamese_syllable
from nlp.privacy.nametable import Reader, has_diacritics, load_names
from nlp.privacy.spans import Span, is_near

_UPPER = "A-ZÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĐĨŨƠƯẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸ"
_SYLLABLE = rf"[{_UPPER}][^\W\d_]{{0,6}}"
_RUN = re.compile(rf"(?<![\w@.#/])(?:{_SYLLABLE})(?: (?:{_SYLLABLE})(?!\w))+")
_LOWER_NAME = re.compile(
    r"(?<!\w)(?:tôi là|tôi tên|tên tôi là|tên tôi|tên là|họ tên|họ và tên|tên|ông|bà|anh|chị|cô|chú|nhà|"
    r"toi la|toi ten|ten toi|ten la|ho ten|ten|ong)[ :]{1,2}"
    r"(?P<name>(?P<surname>[^\W\d_]{2,7}) (?:văn|thị|hữu|đức|ngọc|minh|van|thi|huu|duc|ngoc) [^\W\d_]{1,7})(?!\w)",
    re.I,
)
_MIDDLE_IN_LOWER = re.compile(r" (?:văn|thị|hữu|đức|ngọc|minh|van|thi|huu|duc|ngoc) ")
_GIVEN = re.compile(rf"(?<!\w)(?P<title>[^\W\d_]{{1,4}}) (?P<name>{_SYLLABLE}(?: {_SYLLABLE})?)(?!\w)")
_TITLES_OF_GIVEN = ("ông", "bà", "anh", "chị", "cô", "chú", "thầy", "bác", "cậu", "dì", "em", "a", "c")
_GIVEN_TITLES = frozenset((*_TITLES_OF_GIVEN, *map(str.capitalize, _TITLES_OF_GIVEN), "ong", "co", "chu", "tên", "ten"))
_CAPITAL_AHEAD = re.compile(rf"[ -][{_UPPER}]")
_FIRST_PERSON = re.compile(
    r"(?<!\w)(?:tôi|tui|em|mình|con|cháu|toi|minh)(?: (?:là|tên|la|ten|tên là))?[ :]{1,2}$", re.I
)
_VOWEL = re.compile("[aeiouy]")
_LEFT = 60
_RIGHT = 70
_THRESHOLD = 2.0
_AGE = re.compile(
    r"^\s?(?:[,(–-]\s?)?\(?(?:sn|sinh(?: năm)?|born)?\s?(?:\d{2}t?\s?tuổi|\d{2}\s?tuoi|(?:19|20)\d\d\b|\d{2}t\b)", re.I
)
_OWNER = re.compile(
    r"^\s?[,(–:-]?\s?(?:số\s)?(?:cccd|cmnd|căn cước|can cuoc|mst|sđt|sdt|đt|stk|"
    r"ngụ|ngu|thường trú|trú|tạm trú|quê|sinh năm)\b",
    re.I,
)
_OPENING = re.compile(r"(?:^|[.!?…:;\n—–(\"”*]|\s-)\s*$")
_CLOSING = re.compile(
    r"^\s*(?:[.!)…]|$|\n|[,(–-]\s?(?:$|\n|\d|phường|xã|ấp|thôn|tổ|khu phố|kp|di động|hòm thư|email|số|đt|sđt|"
    r"quán|lô|căn|hẻm|cựu|phuong|xa|ap|to \d|khu pho|so )|\s*\d{8})"
)


def find_persons(text: str, contacts: Sequence[Span] = ()) -> list[Span]:
    """Names without their title words; `contacts` are spans of phones and the like: a name beside one is a person's."""
    reader = Reader(text, load_names(), contacts, marked=has_diacritics(text))
    scored = [candidate for run in _RUN.finditer(text) for candidate in _candidates(reader, run)]
    officials = {fold(text[start:end]) for start, end, _, official in scored if official}
    found = [
        (start, end)
        for start, end, score, _ in scored
        if score >= _THRESHOLD and fold(text[start:end]) not in officials
    ]
    if _MIDDLE_IN_LOWER.search(text):
        found += [
            m.span("name")
            for m in _LOWER_NAME.finditer(text)
            if m["name"].islower() and reader.is_surname(m["surname"])
        ]
    return found + _given_names(reader, found, officials)


def _candidates(reader: Reader, run: re.Match[str]) -> Iterator[tuple[int, int, float, bool]]:
    """Start, end, score and whether it is an official."""
    words = list(re.finditer(r"\S+", run.group()))
    if run.group().isupper() and not _stands_alone(reader.text, run):
        return
    i = 0
    while i < len(words) - 1:
        n_words = _length(reader.text, run, words[i:]) if reader.is_surname(words[i].group()) else 0
        titled = words[i].group() in ("Ông", "Bà") and i + 1 < len(words) and reader.is_common(words[i + 1].group())
        if n_words < 2 or titled:
            i += 1
            continue
        start, end = run.start() + words[i].start(), run.start() + words[i + n_words - 1].end()
        known = _place_length(reader, [word.group() for word in words[i : i + n_words]])
        if known and not _is_titled(reader, start):
            i += known
            continue
        score, official = _score(reader, start, end)
        yield start, end, score, official
        i += n_words if score >= _THRESHOLD or official else 1


def _is_titled(reader: Reader, start: int) -> bool:
    left = reader.text[max(0, start - _LEFT) : start]
    return bool(reader.table.titles.length(left) or reader.table.self_given.length(left))


def _place_length(reader: Reader, words: Sequence[str]) -> int:
    """How many of the syllables are a place's name or a street's: `Hà Nội`, `Nguyễn Huệ Tết`, `Đường Nguyễn Sơn`."""
    table = reader.table
    folded = [fold(word) for word in words]
    for n in range(len(words), 1, -1):
        whole = n == len(words)
        if (n > 2 or whole) and " ".join(folded[:n]) in table.historic:
            return n
        if whole and " ".join(folded) in table.geography:
            return n
    tail = " ".join(folded[1:])
    if tail in table.historic or tail in table.geography or not all(map(_VOWEL.search, folded)):
        return len(words)
    return 0


def _stands_alone(text: str, run: re.Match[str]) -> bool:
    """A name in capitals, not a stretch of a text that shouts."""
    around = text[max(0, run.start() - 25) : run.start()] + text[run.end() : run.end() + 25]
    return len(run.group().split()) <= 5 and sum(map(str.isupper, around)) <= 0.4 * max(
        1, sum(map(str.isalpha, around))
    )


def _length(text: str, run: re.Match[str], words: Sequence[re.Match[str]]) -> int:
    """How many syllables the name has: two to four, five with a double surname, none of the next word's."""
    limit = 5 if words[0].group() in ("Tôn", "Âu", "Công", "Huyền") or fold(words[1].group()) in ("thi", "van") else 4
    n_words = min(len(words), limit)
    if n_words == len(words) and _STARTS_PHRASE.match(f"{words[n_words - 1].group()}{text[run.end() : run.end() + 8]}"):
        n_words -= 1
    return n_words


_STARTS_PHRASE = re.compile(
    r"(?:Công (?:an|ty)|Cong (?:an|ty)|[ỦU][ỷy] ban|Bệnh viện|Trường |Phòng |Chủ (?:tịch|tiệm|nhà)|Giám đốc|Bí thư|"
    r"Phường|Quận|Xã|Trung tâm|Ban |Tôi |Em |Tết |Anh |Chị |Ông |Bà |Xin |Mong |Địa chỉ|Điện thoại|Nhà |Số |Kính|"
    r"Đề nghị|Sở )"
)


def _score(reader: Reader, start: int, end: int) -> tuple[float, bool]:
    text, table = reader.text, reader.table
    left, right = text[max(0, start - _LEFT) : start], text[end : end + _RIGHT]
    folded = fold(text[start:end])
    score = _form_score(reader, text[start:end].split())
    if folded in table.historic or folded in table.geography:
        score -= 2
    self_given, title = table.self_given.length(left), table.titles.length(left)
    role = max(table.roles.length(left), table.signatures.length(left))
    place = table.places.length(left)
    if place > max(self_given, title, role) or (place and not reader.marked and not self_given):
        score -= 4
    elif self_given or title:
        score += 2.5
    elif role:
        score += 1.5
    elif _OPENING.search(left) and _CLOSING.search(right):
        score += 1
    if _AGE.match(right) or _OWNER.match(right):
        score += 2
    if is_near((start, end), reader.contacts, before=3, after=6):
        score += 2
    if folded in table.public:
        return score - 5, True
    official = not _FIRST_PERSON.search(left) and (table.officials.search(left) or table.official_after.search(right))
    return (score - 5 if official else score), official


def _form_score(reader: Reader, words: Sequence[str]) -> float:
    score = 2.0 if reader.is_common(words[0]) else 1.0
    if len(words) == 2:
        score -= 1
    elif reader.is_middle(words[1]):
        score += 1
    else:
        score += 0.5
    return score


def _given_names(reader: Reader, full: Sequence[Span], officials: set[str]) -> list[Span]:
    """Names without a surname behind a title.

    `ông Tín` and `chị Mỹ Hạnh` always; `anh Tài` only where a phone stands beside it or a full name before it tells
    who that is: alone it names no one.
    """
    text = reader.text
    known = {fold(text[start:end].split()[-1]) for start, end in full}
    public = {name.split()[-1] for name in officials}
    found = []
    for match in _GIVEN.finditer(text):
        if match["title"] not in _GIVEN_TITLES:
            continue
        start, end = match.span("name")
        words = fold(match["name"]).split()
        if any(a < end and start < b for a, b in full) or words[-1] in public or not _is_given(reader, match, words):
            continue
        telling = fold(match["title"]) in ("ong", "ba") or len(words) > 1 or words[-1] in known
        if telling or is_near((start, end), reader.contacts, before=15, after=15):
            found.append((start, end))
    return found


def _is_given(reader: Reader, match: re.Match[str], words: Sequence[str]) -> bool:
    name = " ".join(words)
    if (
        words[0] in reader.table.ranks
        or match["name"].split()[0] in reader.table.no_given
        or name in reader.table.geography
        or name in reader.table.historic
    ):
        return False
    left = reader.text[max(0, match.start() - _LEFT) : match.start()]
    place = reader.table.places.length(left) > reader.table.roles.length(left)
    titled_place = match.group()[0].isupper() and not _OPENING.search(left)
    goes_on = _CAPITAL_AHEAD.match(reader.text, match.end())
    if titled_place or place or goes_on or match["name"].isupper():
        return False
    if match["title"] in ("tên", "ten"):
        return len(words) > 1
    return all(map(is_vietnamese_syllable, words))
