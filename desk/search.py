"""Search as a page needs it: the question, its hits with copies folded, what may narrow it, one post whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from desk.lexicon import Lexicon
from desk.overview import narrowed
from index.base import Facet, Filters, Hit, MentionIndex, MentionQuery, Sort
from index.query import parse_query
from langnghe.records import Mention

FACETS = (
    Facet.TOPIC,
    Facet.SENTIMENT,
    Facet.INTENT,
    Facet.URGENCY,
    Facet.PLACE,
    Facet.AGENCY,
    Facet.CHANNEL,
    Facet.SOURCE,
)
_FACET_LIMIT = 100
_COPIES_SHOWN = 20
_PLACES_SHOWN = 20


@dataclass(frozen=True)
class Found:
    hit: Hit
    copies: int
    """Other posts with the same text."""


@dataclass(frozen=True)
class Choice:
    key: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Results:
    query: MentionQuery
    """What was asked; exports take this very object."""
    total: int
    folded: int
    """Copies that match but are left out of `total`."""
    spam: int
    """Spam that matches but is left out of `total`."""
    found: tuple[Found, ...]
    next_cursor: str | None
    choices: Mapping[Facet, tuple[Choice, ...]]


@dataclass(frozen=True)
class Detail:
    mention: Mention
    """Redacted."""
    hit: Hit
    """The same with the places in the text that matched."""
    parent: Mention | None
    copies: tuple[Mention, ...]
    n_copies: int


def compile_query(text: str, filters: Filters, sort: Sort, lexicon: Lexicon, *, now: datetime) -> MentionQuery:
    """The question in both its halves. Raises QueryError, which points at the place in `text`.

    `filters.place` names what the user chose; it is widened here to what lies in it or came of it.
    """
    places = frozenset().union(*map(lexicon.expand_place, filters.place)) if filters.place else ()
    widened = filters.model_copy(update={"place": tuple(sorted(places))})
    node = parse_query(text, lexicon.query_context(now)).text if text.strip() else None
    return MentionQuery(text=node, filters=widened, sort=sort)


def search(
    index: MentionIndex,
    query: MentionQuery,
    chosen: Filters,
    lexicon: Lexicon,
    *,
    limit: int = 20,
    cursor: str | None = None,
) -> Results:
    """One page. `chosen` holds the filters as the user set them. Raises IndexUnavailable."""
    page = index.search(query, limit=limit, cursor=cursor)
    return Results(
        query=query,
        total=page.total,
        folded=_left_out(index, query, page.total, "without_copies"),
        spam=_left_out(index, query, page.total, "without_spam"),
        found=tuple(Found(hit, _other_copies(index, hit.mention)) for hit in page.hits),
        next_cursor=page.next_cursor,
        choices=_choices(index, query, chosen, lexicon),
    )


def cursor_of_page(index: MentionIndex, query: MentionQuery, page: int, *, limit: int = 20) -> str | None:
    """Where page `page` (from 1) begins, for a step back; None for the first page or one past the end."""
    return index.search(query, limit=limit * (page - 1)).next_cursor if page > 1 else None


def load_detail(index: MentionIndex, id_: str, query: MentionQuery | None = None) -> Detail | None:
    """One post with its neighbours, from the index, so that it is masked; None if it is not there (any more)."""
    text = query.text if query else None
    hits = index.search(MentionQuery(text=text, filters=Filters(ids=(id_,))), limit=1).hits
    hits = hits or index.search(MentionQuery(filters=Filters(ids=(id_,))), limit=1).hits
    if not hits:
        return None
    mention = hits[0].mention
    copies = index.search(_cluster(mention), limit=_COPIES_SHOWN + 1) if mention.cluster_id else None
    others = [hit.mention for hit in copies.hits if hit.mention.id != id_] if copies else []
    return Detail(
        mention=mention,
        hit=hits[0],
        parent=_one(index, mention.parent_id),
        copies=tuple(others[:_COPIES_SHOWN]),
        n_copies=max(copies.total - 1, 0) if copies else 0,
    )


def _one(index: MentionIndex, id_: str | None) -> Mention | None:
    hits = index.search(MentionQuery(filters=Filters(ids=(id_,))), limit=1).hits if id_ else []
    return hits[0].mention if hits else None


def _cluster(mention: Mention) -> MentionQuery:
    return MentionQuery(filters=Filters(cluster=mention.cluster_id), sort=Sort.OLDEST)


def _other_copies(index: MentionIndex, mention: Mention) -> int:
    return max(index.count(_cluster(mention)) - 1, 0) if mention.cluster_id else 0


def _left_out(index: MentionIndex, query: MentionQuery, total: int, switch: str) -> int:
    return index.count(narrowed(query, **{switch: False})) - total if getattr(query.filters, switch) else 0


def _choices(
    index: MentionIndex, query: MentionQuery, chosen: Filters, lexicon: Lexicon
) -> Mapping[Facet, tuple[Choice, ...]]:
    """What each field could be narrowed to. A field's own filter does not count for it, so that values can be added."""
    free = [facet for facet in FACETS if not getattr(chosen, facet)]
    buckets = index.facets(query, free, limit=_FACET_LIMIT)
    for facet in set(FACETS) - set(free):
        buckets |= index.facets(narrowed(query, **{str(facet): ()}), [facet], limit=_FACET_LIMIT)
    counts = {facet: {b.key: b.count for b in buckets[facet]} for facet in FACETS}
    counts[Facet.PLACE] = _place_counts(index, query, chosen, counts[Facet.PLACE], lexicon)
    return {facet: _marked(counts[facet], getattr(chosen, facet)) for facet in FACETS}


def _place_counts(
    index: MentionIndex, query: MentionQuery, chosen: Filters, found: dict[str, int], lexicon: Lexicon
) -> dict[str, int]:
    """Units of today and old districts, each with what choosing it finds: all that lies in it or came of it."""
    keys = [key for key in found if lexicon.is_unit_of_today(key) or lexicon.is_old_district(key)][:_PLACES_SHOWN]
    counts = {key: index.count(narrowed(query, place=lexicon.expand_place(key))) for key in {*keys, *chosen.place}}
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _marked(counts: dict[str, int], chosen: tuple[str, ...]) -> tuple[Choice, ...]:
    """Largest first; what was chosen is there even with nothing in it."""
    counts |= {key: 0 for key in chosen if key not in counts}
    return tuple(Choice(key, count, key in chosen) for key, count in counts.items())
