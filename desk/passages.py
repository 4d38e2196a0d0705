"""The part of a post that may be shown, cut into matched and plain pieces, so that nothing needs to be parsed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.base import Hit
from langnghe.records import Mention, Span, shown_text

_BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_MARKS = re.compile("([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{4})"
                    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")  # fmt: skip
_LEAD = 80


@dataclass(frozen=True)
class Piece:
    text: str
    matched: bool


@dataclass(frozen=True)
class Passage:
    title: tuple[Piece, ...]
    body: tuple[Piece, ...]
    cut_before: bool
    """The body begins later than the post."""
    cut_after: bool
    """The post goes on, here or, where only an excerpt may be shown, at its source."""


def passage(hit: Hit, *, chars: int) -> Passage:
    """About `chars` characters of the body around the first match, never past the excerpt that may be shown."""
    mention = hit.mention
    full, end = mention.full_text, shown_end(mention)
    title_end = min(len(mention.title), end) if mention.title else 0
    body_start = min(title_end + 1, end) if title_end else 0
    start, stop = _window(full, hit.highlights, body_start, end, chars)
    return Passage(
        title=_pieces(full, hit.highlights, 0, title_end),
        body=_pieces(full, hit.highlights, start, stop),
        cut_before=start > body_start,
        cut_after=stop < len(full),
    )


def shown_end(mention: Mention) -> int:
    """How much of `full_text` may be shown, in characters."""
    shown = shown_text(mention)
    return len(shown) if shown == mention.full_text else len(shown) - 1


def displayable(text: str) -> str:
    """Characters that would turn or overlay what stands around them left out; for the screen, not for storage."""
    return _MARKS.sub(r"\1", _CONTROL.sub("\ufffd", _BIDI.sub("", text)))


def _window(full: str, highlights: Sequence[Span], start: int, end: int, chars: int) -> tuple[int, int]:
    if end - start <= chars:
        return start, end
    first = next((s.start for s in highlights if start <= s.start < end), start)
    begin = start if first - start <= chars // 2 else _word_after(full, max(start, first - _LEAD), first)
    return begin, _word_before(full, min(end, begin + chars), begin)


def _word_after(full: str, at: int, limit: int) -> int:
    space = full.find(" ", at, limit)
    return space + 1 if space >= 0 else at


def _word_before(full: str, at: int, limit: int) -> int:
    if at >= len(full):
        return len(full)
    space = full.rfind(" ", limit, at)
    return space if space > limit else at


def _pieces(full: str, highlights: Sequence[Span], start: int, end: int) -> tuple[Piece, ...]:
    found, at = [], start
    for span in highlights:
        low, high = max(span.start, at), min(span.end, end)
        if low < high:
            found += [Piece(full[at:low], matched=False), Piece(full[low:high], matched=True)]
            at = high
    found.append(Piece(full[at:end], matched=False))
    return tuple(Piece(text, piece.matched) for piece in found if (text := displayable(piece.text)))
