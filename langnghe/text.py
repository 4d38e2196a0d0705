"""Vietnamese text forms that search and understanding share: NFC, one tone placement, folding, offsets.

See Unicode TR15 for NFC. NFC does not unify `hòa` and `hoà`, and `đ` has no decomposition.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_PLAIN_D = str.maketrans("đĐ", "dD")
_FIRST = ["àáảãạ", "èéẻẽẹ", "òóỏõọ", "ùúủũụ", "ỳýỷỹỵ"]
_TONED = dict(zip("aeouy", _FIRST, strict=True))
_TONES = {char: (base, i) for base, marks in _TONED.items() for i, char in enumerate(marks)}
_OPEN = re.compile(r"(o[àáảãạèéẻẽẹ]|(?<!q)u[ỳýỷỹỵ])(?!\w)", re.I)
_CLOSED = re.compile(r"([òóỏõọ][ae]|[ùúủũụ]y)(?=\w)", re.I)
_DROPPED = frozenset(
    "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_INVISIBLE = re.compile("[" + "".join(_DROPPED) + "]")


@dataclass(frozen=True)
class Aligned:
    """A normalised text and where each of its characters came from."""

    text: str
    offsets: tuple[int, ...]
    """`len(text) + 1` offsets into the original; the last is the original's length."""

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        return self.offsets[start], self.offsets[end]


def canonical(text: str) -> str:
    """NFC, invisible characters dropped, tone marks placed the traditional way (`hòa`, `thủy`, `hoàn`)."""
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    if text.isascii():
        return text
    return _CLOSED.sub(_tone_to_second, _OPEN.sub(_tone_to_first, text))


def fold(text: str) -> str:
    """Lower case without any diacritic, `đ` as `d`: what a citizen types without a Vietnamese keyboard."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFD", _INVISIBLE.sub("", text).translate(_PLAIN_D))
    return "".join(char for char in plain if not unicodedata.combining(char)).lower()


def align_canonical(text: str) -> Aligned:
    """`canonical(text).lower()` with offsets into `text`."""
    pieces = [(unicodedata.normalize("NFC", cluster), start) for cluster, start in _clusters(text)]
    return _placed(_joined(((piece.lower(), start) for piece, start in pieces), len(text)))


def align_folded(text: str) -> Aligned:
    """`fold(text)` with offsets into `text`."""
    return _joined(((fold(cluster), start) for cluster, start in _clusters(text)), len(text))


def _clusters(text: str) -> Iterator[tuple[str, int]]:
    """A base character with the combining marks behind it, and its offset; invisible characters left out."""
    start, cluster = 0, ""
    for i, char in enumerate(text):
        if char in _DROPPED:
            continue
        if cluster and not unicodedata.combining(char):
            yield cluster, start
            cluster = ""
        if not cluster:
            start = i
        cluster += char
    if cluster:
        yield cluster, start


def _joined(pieces: Iterator[tuple[str, int]], length: int) -> Aligned:
    chars: list[str] = []
    offsets: list[int] = []
    for piece, start in pieces:
        chars.append(piece)
        offsets.extend([start] * len(piece))
    return Aligned("".join(chars), (*offsets, length))


def _placed(aligned: Aligned) -> Aligned:
    """Tone placement keeps the length, so the offsets stay."""
    return Aligned(_CLOSED.sub(_tone_to_second, _OPEN.sub(_tone_to_first, aligned.text)), aligned.offsets)


def _tone_to_first(match: re.Match[str]) -> str:
    pair = match.group(1)
    base, tone = _TONES[pair[1].lower()]
    return _like(pair[0], _TONED[pair[0].lower()][tone]) + _like(pair[1], base)


def _tone_to_second(match: re.Match[str]) -> str:
    pair = match.group(1)
    base, tone = _TONES[pair[0].lower()]
    return _like(pair[0], base) + _like(pair[1], _TONED[pair[1].lower()][tone])


def _like(model: str, char: str) -> str:
    return char.upper() if model.isupper() else char
