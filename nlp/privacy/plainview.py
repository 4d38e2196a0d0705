"""A text as the personal-data rules read it: composed, with nothing hidden inside a number or a name."""

import re
import unicodedata
from dataclasses import dataclass

_HIDDEN = re.compile("[\x00\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\u20e3]")
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
"""Full-width forms (`０９`, `＠`) stand one for one for their plain characters."""
_WIDE_FORM = re.compile("[\uff01-\uff5e]")


@dataclass(frozen=True)
class PlainView:
    text: str
    """NFC, invisible characters and keycaps left out, full-width forms made plain; case as it was."""
    offsets: tuple[int, ...] | None
    """`len(text) + 1` offsets into the original; None where the two are the same."""

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        if self.offsets is None:
            return start, end
        return self.offsets[start], self.offsets[end]


def plain_view(text: str) -> PlainView:
    if unicodedata.is_normalized("NFC", text) and not _HIDDEN.search(text):
        return PlainView(text.translate(_WIDE) if _WIDE_FORM.search(text) else text, None)
    pieces: list[str] = []
    offsets: list[int] = []
    for start, cluster in _clusters(text):
        composed = unicodedata.normalize("NFC", cluster).translate(_WIDE)
        pieces.append(composed)
        offsets.extend([start] * len(composed))
    return PlainView("".join(pieces), (*offsets, len(text)))


def _clusters(text: str) -> list[tuple[int, str]]:
    """Each base character with its marks, and where it starts; hidden characters belong to none."""
    clusters: list[tuple[int, str]] = []
    for i, char in enumerate(text):
        if _HIDDEN.match(char):
            continue
        if clusters and unicodedata.combining(char):
            start, cluster = clusters[-1]
            clusters[-1] = (start, cluster + char)
        else:
            clusters.append((i, char))
    return clusters
