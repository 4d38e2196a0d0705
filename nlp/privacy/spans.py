"""Half-open pieces of a text, `(start, end)`."""

from bisect import bisect_left, insort
from collections.abc import Iterable

Span = tuple[int, int]


def keep_apart(spans: Iterable[Span]) -> list[Span]:
    """Of overlapping spans the one that comes first; what is kept comes back in the order of the text."""
    kept: list[Span] = []
    for span in spans:
        at = bisect_left(kept, span)
        before_ends = kept[at - 1][1] if at else 0
        after_starts = kept[at][0] if at < len(kept) else span[1]
        if before_ends <= span[0] and span[1] <= after_starts:
            insort(kept, span)
    return kept


def is_near(span: Span, others: Iterable[Span], *, before: int, after: int) -> bool:
    """Whether one of the others ends at most `before` characters ahead of the span or starts `after` behind it."""
    return any(0 <= span[0] - end <= before or 0 <= start - span[1] <= after for start, end in others)
