"""Personal data of private people: found as spans of the text as published, covered character for character.

What is covered: VIETNAM.md of the design and Luật 91/2025/QH15: phones, identity numbers, e-mail, plates, bank
accounts, names, home addresses. Hotlines, public bodies' numbers and officials in their public role stay.
"""

import unicodedata
from collections.abc import Iterable

from langnghe.records import MASK, PiiSpan, PiiType
from nlp.privacy.contacts import find_contacts
from nlp.privacy.persons import find_persons
from nlp.privacy.plainview import PlainView, plain_view
from nlp.privacy.residences import find_residences
from nlp.privacy.spans import keep_apart

_FIRST = [
    PiiType.EMAIL,
    PiiType.PLATE,
    PiiType.ID_NUMBER,
    PiiType.BANK_ACCOUNT,
    PiiType.PHONE,
    PiiType.HOME_ADDRESS,
    PiiType.PERSON,
]
"""Where two readings overlap, the one that comes first here stands."""


def find_pii(text: str) -> tuple[PiiSpan, ...]:
    """Every occurrence, in order, none overlapping another; offsets into `text`, be it NFC, NFD or neither."""
    view = plain_view(text)
    contacts = find_contacts(view.text)
    persons = find_persons(view.text, [(start, end) for start, end, _ in contacts])
    owners = [*persons, *((start, end) for start, end, kind in contacts if kind is not PiiType.PLATE)]
    residences = find_residences(view.text, owners)
    found = [
        *contacts,
        *((start, end, PiiType.PERSON) for start, end in persons),
        *((start, end, PiiType.HOME_ADDRESS) for start, end in residences),
    ]
    return tuple(_span(view, text, *one) for one in _without_overlaps(found))


def mask(text: str, spans: Iterable[PiiSpan]) -> str:
    """Same length: each letter, mark and digit inside a span becomes `•`; blanks and separators stay."""
    chars = list(text)
    for span in spans:
        for i in range(span.start, span.end):
            if unicodedata.category(chars[i])[0] in "LMN":
                chars[i] = MASK
    return "".join(chars)


def _without_overlaps(found: list[tuple[int, int, PiiType]]) -> list[tuple[int, int, PiiType]]:
    ranked = sorted(found, key=lambda one: (_FIRST.index(one[2]), one[0], -one[1]))
    kinds = {(start, end): kind for start, end, kind in reversed(ranked)}
    return [(start, end, kinds[start, end]) for start, end in keep_apart((start, end) for start, end, _ in ranked)]


def _span(view: PlainView, text: str, start: int, end: int, kind: PiiType) -> PiiSpan:
    first, last = view.original_span(start, end)
    while last > first and unicodedata.category(text[last - 1]) == "Cf":
        last -= 1
    return PiiSpan(start=first, end=last, type=kind)
