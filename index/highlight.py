"""Where a text matches a query, found in Python from the typed query: the same on every backend and in every
normal form, on the text as the citizen wrote it."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from index.nodes import Fuzzy, Near, Node, Phrase, Prefix, Word, children, wanted_leaves
from index.tokens import Tokens, folded, tokenise
from langnghe.records import Span


@dataclass(frozen=True, order=True)
class Found:
    """A leaf at one place: syllables `start` to `end`, half-open."""

    start: int
    end: int
    parts: tuple[tuple[int, int], ...]
    """What to show of it: both sides of a NEAR, without what stands between."""


def highlight(query: Node | None, text: str) -> tuple[Span, ...]:
    """The spans of `text` that the wanted words of the query match; in order, apart."""
    leaves = list(wanted_leaves(query)) if query is not None else []
    if not leaves:
        return ()
    tokens = tokenise(text)
    parts = {part for leaf in leaves for found in find(leaf, tokens) for part in found.parts}
    return tuple(_merged((tokens.spans[start][0], tokens.spans[end - 1][1]) for start, end in sorted(parts)))


def find(leaf: Node, tokens: Tokens) -> list[Found]:
    """Every place where a text leaf matches, in order."""
    match leaf:
        case Word():
            return _runs(tokens, (leaf.text,), leaf.exact)
        case Phrase():
            return _runs(tokens, leaf.words, leaf.exact)
        case Prefix():
            column, start = (tokens.exact, leaf.text) if leaf.exact else (tokens.folded, folded(leaf.text))
            return _singles(i for i, word in enumerate(column) if word.startswith(start))
        case Fuzzy():
            plain = folded(leaf.text)
            return _singles(i for i, word in enumerate(tokens.folded) if within_one_letter(plain, word))
        case Near():
            return sorted(set(_pairs(leaf, tokens)))
        case _:
            return sorted({found for child in children(leaf) for found in find(child, tokens)})


def within_one_letter(left: str, right: str) -> bool:
    """The same but for one letter inserted, deleted or replaced, or two neighbours swapped."""
    if abs(len(left) - len(right)) > 1:
        return False
    while left and right and left[0] == right[0]:
        left, right = left[1:], right[1:]
    while left and right and left[-1] == right[-1]:
        left, right = left[:-1], right[:-1]
    return max(len(left), len(right)) <= 1 or (len(left) == len(right) == 2 and left == right[::-1])


def _runs(tokens: Tokens, words: Sequence[str], exact: bool) -> list[Found]:
    """Neighbours that equal the words one by one."""
    column = tokens.exact if exact else tokens.folded
    wanted = list(words) if exact else list(map(folded, words))
    n = len(wanted)
    starts = [i for i, word in enumerate(column) if word == wanted[0]]
    return [Found(i, i + n, ((i, i + n),)) for i in starts if column[i : i + n] == wanted]


def _singles(places: Iterable[int]) -> list[Found]:
    return [Found(i, i + 1, ((i, i + 1),)) for i in places]


def _pairs(near: Near, tokens: Tokens) -> Iterator[Found]:
    left, right = find(near.left, tokens), find(near.right, tokens)
    yield from _in_order(left, right, near.distance)
    if not near.ordered:
        yield from _in_order(right, left, near.distance)


def _in_order(first: list[Found], second: list[Found], distance: int) -> Iterator[Found]:
    starts = [found.start for found in second]
    for head in first:
        for tail in second[bisect_left(starts, head.end) :]:
            if tail.start - head.end > distance:
                break
            yield Found(head.start, tail.end, head.parts + tail.parts)


def _merged(spans: Iterator[tuple[int, int]]) -> Iterator[Span]:
    """Overlapping spans become one; sorted by their start."""
    current: tuple[int, int] | None = None
    for start, end in spans:
        if current and start < current[1]:
            current = current[0], max(end, current[1])
            continue
        if current:
            yield Span(start=current[0], end=current[1])
        current = start, end
    if current:
        yield Span(start=current[0], end=current[1])
