"""Numbers and addresses that reach a person: phones, identity numbers, bank accounts, e-mail, plates.

A run of digits is read as a whole, with whatever stands between its groups; what it is follows from its length,
its first digits and the words before it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from langnghe.records import PiiType
from nlp.privacy.cues import load_cues

Found = tuple[int, int, PiiType]

_EMAIL = re.compile(
    r"[A-Za-z0-9][\w.+-]{0,63}\s?(?:@|\(at\)|\[at\]|\sa c[òo]ng\s)\s?"
    r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,12}\b",
    re.A,
)
_PUBLIC_MAIL = re.compile(r"\.gov\.vn$|@(?:tphcm|hcmcity|1022)\.", re.I)
_PLATE = re.compile(
    r"[1-9](?<![\w./-].)\d(?:[ .-]?[A-Z]{1,2}\d?|-?[a-z]{1,2}\d?(?=[-. ]?\d{3}\.\d\d)|[a-z]\d?(?=-\d))"
    r"(?: ?[-–.] ?| )?(?:\d{3}[. ]?\d{2}|\d{4})(?![\w/]|[.,]\d)"
)
_HEALTH_CARD = re.compile(r"[A-Z](?<!\w.)[A-Z][ .-]?\d(?:[ .-]?\d){12}(?!\d)")
_PASSPORT = re.compile(r"[A-Z](?<!\w.)\d{7,8}(?!\w)")

_GAP = r"(?:[^\w\n,;:!?%=<>\"“”|]{0,3}|_|,)"
_RUN = re.compile(rf"\d(?:{_GAP}\d)*")
_GROUP = re.compile(r"\d+")
_AMOUNT = re.compile(r"[1-9]\d{0,2}(?:[.,]\d{3})+")
_DATE = re.compile(r"(?<!\d)[0-3]?\d[.-][01]?\d[.-](?:19|20)\d\d(?!\d)")
_WORD_DIGITS = {
    **{word: str(i) for i, word in enumerate(["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"])},
    **{word: str(i) for i, word in enumerate(["khong", "mot", "hai", "ba", "bon", "nam", "sau", "bay", "tam", "chin"])},
    "hông": "0",
    "mốt": "1",
    "tư": "4",
    "tu": "4",
    "lăm": "5",
    "lam": "5",
    "bẩy": "7",
    "zero": "0",
}
_DIGIT_WORD = "|".join(sorted(_WORD_DIGITS, key=len, reverse=True))
_SPOKEN = re.compile(
    rf"(?<!\w)(?:0|không|khong|zero|\d{{1,4}})(?:[ ,.-]{{1,3}}(?:{_DIGIT_WORD}|\d{{1,4}})(?!\w)){{3,11}}", re.I
)
_SPOKEN_PAIR = re.compile(
    r"(?:một|hai|ba|bốn|tư|năm|sáu|bảy|tám|chín|mot|bon|sau|bay|tam|chin|nam)[, .-]{1,3}"
    r"(?:không|một|hai|ba|bốn|năm|sáu|bảy|tám|chín|khong|mot|bon|sau|bay|tam|chin|nam)\b"
)
"""Two digit words side by side: a cheap look before the thorough one."""
_SPOKEN_TOKEN = re.compile(rf"{_DIGIT_WORD}|\d+", re.I)

_PHONE = re.compile(r"0[35789]\d{8}|01[2689]\d{8}|02\d{9}|84(?:0)?[35789]\d{8}|842\d{9}")
_CITIZEN = re.compile(r"0(?:0[1-9]|[1-8]\d|9[0-6])[0-3]\d{8}")
"""Twelve digits: province, century and sex, year, number (NĐ 137/2015/NĐ-CP art. 13)."""

_CONTEXT = 90


def find_contacts(text: str) -> list[Found]:
    """Spans with their type; may overlap where two readings are possible."""
    found: list[Found] = []
    if "@" in text or "(at)" in text or " a c" in text or "[at]" in text:
        found += [
            (m.start(), m.end(), PiiType.EMAIL) for m in _EMAIL.finditer(text) if not _PUBLIC_MAIL.search(m.group())
        ]
    found += [(m.start(), m.end(), PiiType.PLATE) for m in _PLATE.finditer(text)]
    found += [(m.start(), m.end(), PiiType.ID_NUMBER) for m in _HEALTH_CARD.finditer(text)]
    found += [
        (m.start(), m.end(), PiiType.ID_NUMBER)
        for m in _PASSPORT.finditer(text)
        if _before("id_number", text, m.start())
    ]
    for run in _RUN.finditer(text):
        if sum(map(str.isdigit, run.group())) >= 6:
            found += _read_run(text, run)
    if len(_SPOKEN_PAIR.findall(text)) >= 2:
        found += _spoken_phones(text)
    return found


@dataclass(frozen=True)
class _Group:
    start: int
    end: int
    digits: str


def _read_run(text: str, run: re.Match[str]) -> Iterator[Found]:
    groups = [_Group(m.start(), m.end(), m.group()) for m in _GROUP.finditer(text, run.start(), run.end())]
    digits = "".join(group.digits for group in groups)
    start, end = run.start(), groups[-1].end
    if _before("case_number", text, start):
        return
    phones = list(_phones(text, groups))
    whole = sum(len(re.sub(r"\D", "", text[a:b])) for a, b in phones) == len(digits)
    if not (phones and whole) and _may_be_account(text, start, end):
        kind = _account_or_id(text, start, digits, is_grouped=_is_card_like(groups))
        if kind:
            yield start, end, kind
            return
    for phone_start, phone_end in phones:
        if not _is_public_phone(text, phone_start, phone_end):
            yield phone_start, phone_end, PiiType.PHONE


def _account_or_id(text: str, start: int, digits: str, *, is_grouped: bool) -> PiiType | None:
    if (
        _before("id_number", text, start)
        and 6 <= len(digits) <= 15
        and not _before("bank_account", text, start, near=12)
    ):
        return PiiType.ID_NUMBER
    if _before("bank_account", text, start) and 8 <= len(digits) <= 19:
        return PiiType.BANK_ACCOUNT
    if _CITIZEN.fullmatch(digits):
        return PiiType.ID_NUMBER
    if is_grouped and 13 <= len(digits) <= 19:
        return PiiType.BANK_ACCOUNT
    return None


def _may_be_account(text: str, start: int, end: int) -> bool:
    """No date, no amount of money, no fraction, no tail of a file's number (`H29.18-250917-0043`)."""
    run = text[start:end]
    return not ("/" in run or _AMOUNT.fullmatch(run) or _DATE.search(run) or text[max(0, start - 1) : start].isalpha())


def _is_card_like(groups: list[_Group]) -> bool:
    return len(groups) > 2 and all(len(group.digits) in (2, 3, 4, 5) for group in groups[:-1])


def _phones(text: str, groups: list[_Group]) -> Iterator[tuple[int, int]]:
    """Neighbouring groups whose digits make up one phone; several phones may stand in one run."""
    i = 0
    while i < len(groups):
        digits = ""
        for j in range(i, len(groups)):
            digits += groups[j].digits
            if len(digits) > 12:
                break
            if _PHONE.fullmatch(digits):
                yield _with_plus(text, groups[i].start), groups[j].end
                i = j
                break
        i += 1


def _with_plus(text: str, start: int) -> int:
    return start - 1 if start and text[start - 1] in "+(" else start


def _is_public_phone(text: str, start: int, end: int) -> bool:
    """A landline of a public body, or any number given as a body's hotline."""
    digits = re.sub(r"\D", "", text[start:end])
    body = _before("public_body", text, start)
    if digits.startswith(("02", "842")):
        return body or _before("hotline", text, start)
    return body and _before("hotline", text, start)


def _spoken_phones(text: str) -> Iterator[Found]:
    """`không chín ba một, hai hai sáu, bốn tám ba năm`, also mixed with figures."""
    for match in _SPOKEN.finditer(text):
        tokens = list(_SPOKEN_TOKEN.finditer(text, match.start(), match.end()))
        if not any(token.group().isalpha() for token in tokens):
            continue
        digits = ""
        for token in tokens:
            digits += _WORD_DIGITS.get(token.group().lower(), token.group())
            if _PHONE.fullmatch(digits):
                yield match.start(), token.end(), PiiType.PHONE
                break


def _before(cue: str, text: str, start: int, near: int = _CONTEXT) -> bool:
    return load_cues()[cue].search(text[max(0, start - near) : start])
