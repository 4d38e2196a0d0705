"""From the words a person uses to the codes a filter takes."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from desk.lexicon import Lexicon
from desk.periods import VIETNAM
from langnghe.errors import UsageError
from langnghe.text import fold
from nlp.labels import CHANNELS, INTENTS, SENTIMENTS, TOPICS, URGENCIES, Label

_LABELS: Mapping[str, Mapping[str, Label]] = {
    "topic": TOPICS,
    "sentiment": SENTIMENTS,
    "intent": INTENTS,
    "urgency": URGENCIES,
    "channel": CHANNELS,
}


def label_codes(field: str, words: Sequence[str]) -> tuple[str, ...]:
    """Codes for codes or labels in either language, with or without diacritics. Raises UsageError naming them all."""
    known = _LABELS[field]
    by_word = {fold(word): code for code, label in known.items() for word in (code, label.vi, label.en)}
    for word in words:
        if fold(word) not in by_word:
            raise UsageError(f"Không có giá trị {word!r} cho {field}; các giá trị: {', '.join(known)}")
    return tuple(by_word[fold(word)] for word in words)


def place_codes(words: Sequence[str], lexicon: Lexicon) -> tuple[str, ...]:
    """Codes of every unit, of today or before, that goes by one of the names. Raises UsageError."""
    return tuple(code for word in words for code in _place(word, lexicon))


def _place(word: str, lexicon: Lexicon) -> list[str]:
    found = [candidate.code for candidate in lexicon.gazetteer.resolve(word)]
    if not found:
        raise UsageError(f"Không biết địa danh {word!r}; hãy viết như 'Quận 7', 'phường Tân Hưng', 'Thủ Đức'")
    return found


def agency_codes(words: Sequence[str], lexicon: Lexicon) -> tuple[str, ...]:
    """Raises UsageError for a body that the table of agencies does not hold."""
    codes: list[str] = []
    for word in words:
        found = lexicon.agencies.resolve(word)
        if not found:
            raise UsageError(f"Không biết cơ quan {word!r}; hãy viết như 'Sở Xây dựng', 'EVNHCMC'")
        codes += found
    return tuple(codes)


def moment(word: str | None) -> datetime | None:
    """An ISO date or time; the city's time where no zone is given. Raises UsageError."""
    if word is None:
        return None
    try:
        found = datetime.fromisoformat(word)
    except ValueError as error:
        raise UsageError(f"Không đọc được thời điểm {word!r}; hãy viết như 2026-11-20 hoặc 2026-11-20T08:00") from error
    return found if found.tzinfo else found.replace(tzinfo=VIETNAM)
