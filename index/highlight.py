"""Where a text matches a query, found in Python from the typed query: the same on every backend and in every
normal form, on the text as the citizen wrote it."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from index.nodes import Fuzzy, Near, Node, Phrase, Prefix, Word, children, wanted_leaves
from index.tokens import Token, folded, tokenise
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
    return tuple(_merged((tokens[start].start, tokens[end - 1].end) for start, end in sorted(parts)))


def find(leaf: Node, tokens: Sequence[Token]) -> list[Found]:
    """Every place where a text leaf matches, in order."""
    match leaf:
        case Word():
            return _runs(tokens, [_equals(leaf.text, leaf.exact)])
        case Phrase():
            return _runs(tokens, [_equals(word, leaf.exact) for word in leaf.words])
        case Prefix():
            return _runs(tokens, [_begins(leaf.text, leaf.exact)])
        case Fuzzy():
            word = folded(leaf.text)
            return _runs(tokens, [lambda token: within_one_letter(word, token.folded)])
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


def _equals(word: str, exact: bool) -> Callable[[Token], bool]:
    if exact:
        return lambda token: token.exact == word
    plain = folded(word)
    return lambda token: token.folded == plain


def _begins(word: str, exact: bool) -> Callable[[Token], bool]:
    if exact:
        return lambda token: token.exact.startswith(word)
    plain = folded(word)
    return lambda token: token.folded.startswith(plain)


def _runs(tokens: Sequence[Token], tests: Sequence[Callable[[Token], bool]]) -> list[Found]:
    """Neighbours that pass the tests one by one."""
    n = len(tests)
    starts = (i for i in range(len(tokens) - n + 1) if all(test(tokens[i + k]) for k, test in enumerate(tests)))
    return [Found(i, i + n, ((i, i + n),)) for i in starts]


def _pairs(near: Near, tokens: Sequence[Token]) -> Iterator[Found]:
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
