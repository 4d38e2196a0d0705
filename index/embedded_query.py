"""From the typed query to tantivy's, including NEAR, which tantivy does not have.

One field holds every syllable twice in turn, `ngap =ngập nuoc =nước`, so that a phrase may ask for tones at one place
and not at another. Where the very tones of a leaf match too, a constant that no sum of BM25 weights reaches puts the
hit above those that merely fold alike.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import NamedTuple, assert_never

from tantivy import FieldType, Occur, Query, Schema

from index.base import Filters
from index.document import COPY, SPAM, UNSURE_DATE, milliseconds
from index.nodes import (
    MAX_READINGS,
    And,
    Between,
    Fuzzy,
    IdPrefix,
    Match,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Variants,
    Word,
    children,
    is_toned,
    n_readings,
)
from index.tokens import folded
from langnghe.errors import QueryError

TEXT = "text"
EXACT_MARK = "="
EXACT_SCORE = 1000.0
MANY_VALUES = 8
"""Up to so many values, asking for each skips what other conditions rule out; beyond, one set is quicker."""
_STRIDE = 2
_FILTER_FIELDS = ("topic", "sentiment", "intent", "urgency", "place", "agency", "source", "channel", "language")


@dataclass(frozen=True)
class Slot:
    """What stands at one place of a phrase."""

    place: int
    text: str
    is_pattern: bool = False


class Reading(NamedTuple):
    slots: list[Slot]
    slop: int = 0
    """How many places may lie between the slots beyond their own."""


def searchable_text(syllables: str, folded_syllables: str) -> str:
    """The content of the text field."""
    pairs = zip(folded_syllables.split(), syllables.split(), strict=True)
    return " ".join(f"{plain} {EXACT_MARK}{toned}" for plain, toned in pairs)


@dataclass(frozen=True)
class Compiler:
    schema: Schema
    ranked: bool
    """Without ranking nothing is asked that decides on the order only."""

    def query(self, text: Node | None, filters: Filters) -> Query:
        clauses = list(self._filters(filters))
        if text is not None:
            clauses.append((Occur.Must, self.node(text)))
        return _all_of(clauses)

    def node(self, node: Node) -> Query:
        match node:
            case Word() | Phrase() | Prefix() | Fuzzy() | Near():
                return self._leaf(node)
            case And():
                return _all_of([(Occur.Must, self.node(child)) for child in node.nodes])
            case Or() | Variants():
                return Query.boolean_query([(Occur.Should, self.node(child)) for child in children(node)])
            case Not():
                return _all_of([(Occur.MustNot, self.node(node.node))])
            case Match() | IdPrefix() | Between():
                return self._field(node)
            case _:
                assert_never(node)

    def _field(self, node: Match | IdPrefix | Between) -> Query:
        if isinstance(node, Match):
            return self._has_value(node.field, node.values)
        if isinstance(node, IdPrefix):
            return _unscored(Query.regex_query(self.schema, "id", f"{re.escape(node.text)}.*"))
        return _all_of([(Occur.Must, query) for query in self._between(node.since, node.until)])

    def _leaf(self, leaf: Word | Phrase | Prefix | Fuzzy | Near) -> Query:
        loose = [self._phrase(reading) for reading in _leaf_readings(leaf, toned=False)]
        if not self.ranked or not _is_toned(leaf):
            return _any_of(loose)
        toned = [self._phrase(reading) for reading in _leaf_readings(leaf, toned=True)]
        exact = Query.const_score_query(_any_of(toned), EXACT_SCORE)
        return Query.boolean_query([(Occur.Must, _any_of(loose)), (Occur.Should, exact)])

    def _phrase(self, reading: Reading) -> Query:
        slots = reading.slots
        if len(slots) == 1:
            ask = Query.regex_query if slots[0].is_pattern else Query.term_query
            return ask(self.schema, TEXT, slots[0].text)
        if not any(slot.is_pattern for slot in slots):
            words: list[str | tuple[int, str]] = [(slot.place, slot.text) for slot in slots]
            return Query.phrase_query(self.schema, TEXT, words, reading.slop)
        patterns: list[str | tuple[int, str]] = [
            (slot.place, slot.text if slot.is_pattern else re.escape(slot.text)) for slot in slots
        ]
        return Query.regex_phrase_query(self.schema, TEXT, patterns)

    def _filters(self, filters: Filters) -> Iterator[tuple[Occur, Query]]:
        for query in self._between(filters.since, filters.until):
            yield Occur.Must, query
        for field in _FILTER_FIELDS:
            if values := getattr(filters, field):
                yield Occur.Must, self._has_value(field, values)
        if filters.ids:
            yield Occur.Must, self._has_value("id", filters.ids)
        if filters.cluster:
            yield Occur.Must, self._has_value("cluster", (filters.cluster,))
        left_out = {COPY: filters.without_copies, SPAM: filters.without_spam, UNSURE_DATE: filters.sure_dates}
        if marks := [mark for mark, leave_out in left_out.items() if leave_out]:
            yield Occur.MustNot, self._has_value("mark", marks)

    def _has_value(self, field: str, values: Iterable[str]) -> Query:
        listed = list(values)
        if len(listed) > MANY_VALUES:
            return _unscored(Query.term_set_query(self.schema, field, listed))
        terms = [(Occur.Should, Query.term_query(self.schema, field, value, "basic")) for value in listed]
        return _unscored(Query.boolean_query(terms))

    def _between(self, since: datetime | None, until: datetime | None) -> Iterator[Query]:
        if since is not None or until is not None:
            low = None if since is None else milliseconds(since)
            high = None if until is None else milliseconds(until)
            yield _unscored(
                Query.range_query(self.schema, "published", FieldType.Integer, low, high, include_upper=high is None)
            )


def _leaf_readings(leaf: Node, *, toned: bool) -> list[Reading]:
    """Every arrangement of slots that satisfies a text leaf; `toned` insists on the tones that were typed."""
    if not isinstance(leaf, Near):
        return [Reading(slots) for slots in _arrangements(leaf, toned=toned)]
    if n_readings(leaf) > MAX_READINGS:
        raise QueryError("Phép NEAR có quá nhiều từ thay thế cho nhau; hãy bớt từ hoặc giảm khoảng cách")
    return [reading for first, second in _near_pairs(leaf, toned=toned) for reading in _apart(first, second, leaf)]


def _apart(first: list[Slot], second: list[Slot], near: Near) -> Iterator[Reading]:
    """Two different syllables in any order: tantivy's slop says it. Where slop finds more, it is one phrase a gap."""
    if len(first) == len(second) == 1 and not near.ordered and _never_coincide(first[0], second[0]):
        yield Reading(_joined(first, second, gap=0), slop=near.distance * _STRIDE)
        return
    for gap in range(near.distance + 1):
        yield Reading(_joined(first, second, gap))


def _never_coincide(first: Slot, second: Slot) -> bool:
    """Whether no single syllable can be both."""
    if first.is_pattern or second.is_pattern:
        return False
    return folded(first.text.removeprefix(EXACT_MARK)) != folded(second.text.removeprefix(EXACT_MARK))


def _arrangements(node: Node, *, toned: bool) -> list[list[Slot]]:
    match node:
        case Word():
            return [[_slot(0, node.text, exact=toned or node.exact)]]
        case Phrase():
            exact = toned or node.exact
            return [[_slot(i, word, exact=exact) for i, word in enumerate(node.words)]]
        case Prefix():
            slot = _slot(0, node.text, exact=toned or node.exact)
            return [[Slot(slot.place, f"{re.escape(slot.text)}.*", is_pattern=True)]]
        case Fuzzy():
            return [[Slot(0, _one_letter_off(folded(node.text)), is_pattern=True)]]
        case Or() | Variants():
            return [slots for child in children(node) for slots in _arrangements(child, toned=toned)]
        case _:
            raise ValueError(f"{node.kind} cannot stand beside NEAR")


def _near_pairs(near: Near, *, toned: bool) -> Iterator[tuple[list[Slot], list[Slot]]]:
    left, right = _arrangements(near.left, toned=toned), _arrangements(near.right, toned=toned)
    yield from product(left, right)
    if not near.ordered:
        yield from product(right, left)


def _joined(first: list[Slot], second: list[Slot], gap: int) -> list[Slot]:
    shift = (first[-1].place // _STRIDE + 1 + gap) * _STRIDE
    return first + [Slot(slot.place + shift, slot.text, slot.is_pattern) for slot in second]


def _slot(i: int, word: str, *, exact: bool) -> Slot:
    return Slot(_STRIDE * i + 1, f"{EXACT_MARK}{word}") if exact else Slot(_STRIDE * i, folded(word))


def _one_letter_off(word: str) -> str:
    """A pattern for everything within one insertion, deletion, substitution or swap of neighbours."""
    letters = [re.escape(letter) for letter in word]
    any_letter = f"[^{EXACT_MARK}]"
    forms = {"".join(letters)}
    for i in range(len(letters) + 1):
        head, tail = "".join(letters[:i]), letters[i:]
        forms.add(head + any_letter + "".join(tail))
        forms.add(head + any_letter + "".join(tail[1:]))
        forms.add(head + "".join(tail[1:]))
        forms.add(head + "".join([*tail[1:2], *tail[:1], *tail[2:]]))
    return f"({'|'.join(sorted(form for form in forms if form))})"


def _is_toned(node: Node) -> bool:
    match node:
        case Word() | Phrase() | Prefix():
            return not node.exact and is_toned(node)
        case Or() | Variants() | Near():
            return any(map(_is_toned, children(node)))
        case _:
            return False


def _all_of(clauses: list[tuple[Occur, Query]]) -> Query:
    if all(occur is Occur.MustNot for occur, _ in clauses):
        clauses = [(Occur.Must, _unscored(Query.all_query())), *clauses]
    return Query.boolean_query(clauses)


def _any_of(queries: list[Query]) -> Query:
    return queries[0] if len(queries) == 1 else Query.disjunction_max_query(queries)


def _unscored(query: Query) -> Query:
    return Query.const_score_query(query, 0.0)
