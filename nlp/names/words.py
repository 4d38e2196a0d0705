"""A text read as syllables with offsets: the ground on which names of places and agencies are found."""

import re
from dataclasses import dataclass
from functools import lru_cache

from langnghe.text import canonical, fold

_MARKS = "\u0300-\u036f\u200b-\u200f\u2060\ufeff\u00ad\u202a-\u202e\u2066-\u2069"
_WORD = re.compile(rf"[^\W_][^\W_{_MARKS}]*(?:[{_MARKS}]+[^\W_]*)*")
_LINK = re.compile(r"[^\S\n]{0,3}")


@dataclass(frozen=True, slots=True)
class Words:
    """Parallel lists, one entry a syllable; offsets into `text` as it was given, NFC or NFD."""

    text: str
    starts: list[int]
    ends: list[int]
    plain: list[str]
    """Folded: lower case, no diacritics."""
    toned: list[str]
    """Lower case, NFC, canonical tone placement."""
    capital: list[bool]
    """Begins with an upper-case letter."""
    shouting: bool
    """The text is all upper case: capitals say nothing here."""
    unmarked: bool
    """Typed without diacritics."""

    def __len__(self) -> int:
        return len(self.starts)

    def gap(self, i: int) -> str:
        """What stands between syllable i and the next one."""
        return self.text[self.ends[i] : self.starts[i + 1]] if i + 1 < len(self.starts) else "\n"

    def joined(self, i: int) -> bool:
        """Only blanks stand between syllable i and the next one."""
        return i + 1 < len(self.starts) and _LINK.fullmatch(self.text, self.ends[i], self.starts[i + 1]) is not None

    def surface(self, first: int, stop: int) -> str:
        return self.text[self.starts[first] : self.ends[stop - 1]]

    def key(self, first: int, stop: int) -> str:
        return " ".join(self.plain[first:stop])

    def cased(self, i: int) -> bool:
        """A capital that means something."""
        return self.capital[i] and not self.shouting

    def in_address(self, first: int, stop: int) -> bool:
        """Part of an address on the web: `dichvucong-hcm.online`, `@bhxh_hotro`."""
        text, start, end = self.text, self.starts[first], self.ends[stop - 1]
        if not (text[start:end].isascii() and text[start:end].islower()):
            return False
        behind = text[end : end + 1] in ("-", ".", "@", "_") and text[end + 1 : end + 2].isalnum()
        return (start > 0 and text[start - 1] in "-.@/_") or behind


def read_words(text: str) -> Words:
    starts: list[int] = []
    ends: list[int] = []
    shapes: list[tuple[str, str, bool, bool, bool]] = []
    for match in _WORD.finditer(text):
        start, end = match.span()
        starts.append(start)
        ends.append(end)
        shapes.append(_shape(text[start:end]))
    if not shapes:
        return Words(text, [], [], [], [], [], False, True)
    plain, toned, capital, shouts, marked = (list(column) for column in zip(*shapes, strict=True))
    n = len(shapes)
    return Words(text, starts, ends, plain, toned, capital, sum(shouts) * 10 > n * 7, sum(marked) * 10 <= n)


@lru_cache(maxsize=1 << 16)
def _shape(word: str) -> tuple[str, str, bool, bool, bool]:
    """Folded, toned, begins upper, all upper, carries diacritics."""
    plain, toned, upper = fold(word), canonical(word).lower(), word[0].isupper()
    return plain or toned, toned, upper, upper and (len(word) == 1 or word.isupper()), plain != toned


def same_syllable(plain: str, toned: str, name_toned: str) -> bool:
    """A typed syllable stands for one of a name when it carries the same marks or none at all."""
    return toned in (name_toned, plain)
