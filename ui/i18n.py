"""The words of the screen, from `messages/*.po`, and numbers and dates as each language writes them."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

from babel import Locale
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from desk.periods import VIETNAM

LANGUAGES = ("vi", "en")
_MESSAGES = Path(__file__).parent / "messages"


class Words:
    """The catalogue of one language. A message that is missing is an error of ours, so it raises KeyError."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._locale = Locale.parse(language)
        self._messages = load_messages(language)

    def __call__(self, key: str, **values: object) -> str:
        """The text of `key` with `{names}` filled in; whole numbers are written the language's way.

        A message with a plural is chosen by `n`.
        """
        shown = {name: self.number(v) if isinstance(v, int) else v for name, v in values.items()}
        return self._chosen(key, values.get("n")).format(**shown)

    def number(self, value: float) -> str:
        return format_decimal(value, locale=self._locale)

    def percent(self, value: float, *, signed: bool = False, digits: int = 0) -> str:
        text = format_percent(
            round(value, 2 + digits), format=f"0.{'0' * digits}%" if digits else "#,##0%", locale=self._locale
        )
        return f"+{text}" if signed and value > 0 else text

    def moment(self, at: datetime) -> str:
        """`22/11/2026 14:05`, Vietnam's time, in either language: the reader sits in the city."""
        return f"{at.astimezone(VIETNAM):%d/%m/%Y %H:%M}"

    def day(self, at: datetime) -> str:
        return f"{at.astimezone(VIETNAM):%d/%m/%Y}"

    def written_day(self, moment: str | None) -> str:
        """`22/11/2026` for the moment of a URL, `2026-11-22` or `2026-11-22T14`."""
        return "/".join(reversed(moment[:10].split("-"))) if moment else ""

    def hour(self, at: datetime) -> str:
        return f"{at.astimezone(VIETNAM):%H:%M %d/%m}"

    def _chosen(self, key: str, n: object) -> str:
        message = self._messages[key]
        if isinstance(message, str):
            return message
        return message[min(self._locale.plural_form(n) != "one", len(message) - 1)]  # type: ignore[arg-type]


@cache
def words(language: str) -> Words:
    """Of `language`, or Vietnamese where we do not speak it."""
    return Words(language if language in LANGUAGES else LANGUAGES[0])


@cache
def load_messages(language: str) -> dict[str, str | tuple[str, ...]]:
    with (_MESSAGES / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    return {_first(m.id): _strings(m.string) for m in catalogue if m.id and m.string}


def _first(id_: str | Sequence[str]) -> str:
    return id_ if isinstance(id_, str) else id_[0]


def _strings(string: str | Sequence[str]) -> str | tuple[str, ...]:
    return string if isinstance(string, str) else tuple(string)
