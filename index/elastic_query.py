"""From the typed query to Elasticsearch's. No text of a user reaches an analyser or a query parser: terms go in as
they are, NEAR and mixed tones through interval queries."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import product
from typing import Any

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

EXACT_SCORE = 1000.0
FUZZY_EXPANSIONS = 1000
_FILTER_FIELDS = ("topic", "sentiment", "intent", "urgency", "place", "agency", "source", "channel", "language")
Dsl = dict[str, Any]


def build_query(text: Node | None, filters: Filters, *, ranked: bool) -> Dsl:
    """Without ranking nothing is asked that decides on the order only."""
    parts: Dsl = {"filter": list(_filters(filters)), "must_not": list(_left_out(filters))}
    if text is not None and ranked:
        parts["must"] = [_node(text, ranked=True)]
    elif text is not None:
        parts["filter"].append(_node(text, ranked=False))
    return {"bool": parts}


def _node(node: Node, *, ranked: bool) -> Dsl:
    match node:
        case Word() | Phrase() | Prefix() | Fuzzy() | Near():
            return _leaf(node, ranked=ranked)
        case And():
            return {"bool": {"must": [_node(child, ranked=ranked) for child in node.nodes]}}
        case Or() | Variants():
            return _any_of([_node(child, ranked=ranked) for child in children(node)])
        case Not():
            return {"bool": {"must_not": [_node(node.node, ranked=False)]}}
        case Match() | IdPrefix() | Between():
            return {"bool": {"filter": [_field(node)]}}


def _leaf(leaf: Word | Phrase | Prefix | Fuzzy | Near, *, ranked: bool) -> Dsl:
    if isinstance(leaf, Near):
        loose, toned = _near(leaf, toned=False), _near(leaf, toned=True)
    else:
        loose, toned = _textual(leaf, toned=False), _textual(leaf, toned=True)
    if not ranked or not _prefers_tones(leaf):
        return loose
    return {"bool": {"must": [loose], "should": [{"constant_score": {"filter": toned, "boost": EXACT_SCORE}}]}}


def _textual(leaf: Word | Phrase | Prefix | Fuzzy, *, toned: bool) -> Dsl:
    field = _field_of(leaf, toned)
    match leaf:
        case Word():
            return {"term": {field: {"value": _form(leaf.text, field)}}}
        case Phrase(words=(word,)):
            return {"term": {field: {"value": _form(word, field)}}}
        case Phrase():
            return {"match_phrase": {field: {"query": " ".join(_form(word, field) for word in leaf.words)}}}
        case Prefix():
            return {"prefix": {field: {"value": _form(leaf.text, field)}}}
        case Fuzzy():
            options = {"fuzziness": 1, "transpositions": True, "max_expansions": FUZZY_EXPANSIONS}
            return {"fuzzy": {"folded": {"value": folded(leaf.text), **options}}}


def _near(near: Near, *, toned: bool) -> Dsl:
    if n_readings(near) > MAX_READINGS:
        raise QueryError("Phép NEAR có quá nhiều từ thay thế cho nhau; hãy bớt từ hoặc giảm khoảng cách")
    return {"intervals": {"folded": {"any_of": {"intervals": list(_intervals(near, toned=toned))}}}}


def _intervals(node: Node, *, toned: bool) -> Iterator[Dsl]:
    """The alternatives of a text leaf, spelt out one by one: joined ones would hide the longer behind the shorter."""
    match node:
        case Near():
            left, right = list(_intervals(node.left, toned=toned)), list(_intervals(node.right, toned=toned))
            for first, second in [(left, right)] if node.ordered else [(left, right), (right, left)]:
                for pair in product(first, second):
                    yield {"all_of": {"intervals": list(pair), "ordered": True, "max_gaps": node.distance}}
        case Or() | Variants():
            for child in children(node):
                yield from _intervals(child, toned=toned)
        case Word() | Phrase() | Prefix() | Fuzzy():
            yield _interval(node, _field_of(node, toned))
        case _:
            raise ValueError(f"{node.kind} cannot stand beside NEAR")


def _interval(leaf: Word | Phrase | Prefix | Fuzzy, field: str) -> Dsl:
    match leaf:
        case Prefix():
            return {"prefix": {"prefix": _form(leaf.text, field), "use_field": field}}
        case Fuzzy():
            return {"fuzzy": {"term": folded(leaf.text), "fuzziness": 1, "transpositions": True, "use_field": field}}
        case _:
            words = leaf.words if isinstance(leaf, Phrase) else (leaf.text,)
            text = " ".join(_form(word, field) for word in words)
            return {"match": {"query": text, "ordered": True, "max_gaps": 0, "use_field": field}}


def _field_of(leaf: Word | Phrase | Prefix | Fuzzy, toned: bool) -> str:
    return "exact" if not isinstance(leaf, Fuzzy) and (toned or leaf.exact) else "folded"


def _form(word: str, field: str) -> str:
    return word if field == "exact" else folded(word)


def _prefers_tones(node: Node) -> bool:
    if isinstance(node, Word | Phrase | Prefix):
        return not node.exact and is_toned(node)
    return isinstance(node, Or | Variants | Near) and any(map(_prefers_tones, children(node)))


def _field(node: Match | IdPrefix | Between) -> Dsl:
    if isinstance(node, Match):
        return {"terms": {node.field: list(node.values)}}
    if isinstance(node, IdPrefix):
        return {"prefix": {"id": {"value": node.text}}}
    return next(_between(node.since, node.until), {"match_all": {}})


def _filters(filters: Filters) -> Iterator[Dsl]:
    yield from _between(filters.since, filters.until)
    for field in _FILTER_FIELDS:
        if values := getattr(filters, field):
            yield {"terms": {field: list(values)}}
    if filters.ids:
        yield {"terms": {"id": list(filters.ids)}}
    if filters.cluster:
        yield {"term": {"cluster": {"value": filters.cluster}}}


def _left_out(filters: Filters) -> Iterable[Dsl]:
    marks = {COPY: filters.without_copies, SPAM: filters.without_spam, UNSURE_DATE: filters.sure_dates}
    if named := [mark for mark, is_left_out in marks.items() if is_left_out]:
        yield {"terms": {"mark": named}}


def _between(since: datetime | None, until: datetime | None) -> Iterator[Dsl]:
    bounds = {name: milliseconds(at) for name, at in (("gte", since), ("lt", until)) if at is not None}
    if bounds:
        yield {"range": {"published": {**bounds, "format": "epoch_millis"}}}


def _any_of(queries: list[Dsl]) -> Dsl:
    return queries[0] if len(queries) == 1 else {"bool": {"should": queries, "minimum_should_match": 1}}
