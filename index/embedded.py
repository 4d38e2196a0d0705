"""The search index of one machine: tantivy in a folder, one writing process, any number of reading ones."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tantivy import DocAddress, FieldType, Occur, Order, Query, Searcher, SearchResult

from index.base import Bucket, Facet, Hit, Interval, MentionQuery, Page, Rejected, Sort, TimeBucket
from index.cursors import RankCursor, TimeCursor, behind, dump_cursor, load_cursor
from index.document import IndexDocument, build_document, load_body
from index.embedded_query import Compiler
from index.embedded_storage import LOCK_TIMEOUT_S, Storage, unavailable_on_error
from index.highlight import highlight
from index.nodes import has_words
from index.periods import offset_ms, time_buckets, width_ms
from langnghe.records import Mention

SCAN_PAGE = 5_000
ALL_BUCKETS = 60_000


class EmbeddedIndex:
    """`MentionIndex` on tantivy. Opening raises IndexUnavailable when another process writes."""

    def __init__(self, folder: Path, *, writer: bool = False, lock_timeout_s: float = LOCK_TIMEOUT_S) -> None:
        self._storage = Storage(folder, writer=writer, lock_timeout_s=lock_timeout_s)

    def upsert(self, mentions: Sequence[Mention]) -> list[Rejected]:
        documents: dict[str, IndexDocument] = {}
        rejected = []
        for mention in mentions:
            try:
                document = build_document(mention)
            except ValueError as error:
                rejected.append(Rejected(mention.id, str(error)))
                continue
            if mention.id not in documents or documents[mention.id].revision <= document.revision:
                documents[mention.id] = document
        held = self._held_revisions(list(documents))
        fresh = [document for document in documents.values() if held.get(document.id, 0) <= document.revision]
        if fresh:
            self._storage.replace(fresh)
        return rejected

    def delete(self, ids: Sequence[str]) -> None:
        self._storage.delete(ids)

    def search(self, query: MentionQuery, *, limit: int = 20, cursor: str | None = None) -> Page:
        """Raises UsageError for a cursor that is not one of ours."""
        if _is_ranked(query):
            return self._search_by_rank(query, limit, cursor)
        return self._search_by_time(query, limit, cursor)

    def count(self, query: MentionQuery) -> int:
        _, searcher = self._storage.snapshot()
        return self._count(searcher, query)

    def facets(self, query: MentionQuery, facets: Sequence[Facet], *, limit: int = 20) -> dict[Facet, list[Bucket]]:
        found = self._aggregate(query, {facet.value: _terms(facet) for facet in facets})
        return {facet: _largest(_counts(found[facet.value]), limit) for facet in facets}

    def histogram(self, query: MentionQuery, interval: Interval, *, by: Facet | None = None) -> list[TimeBucket]:
        """Raises UsageError when the span has more buckets than `index.periods.MAX_BUCKETS`."""
        shape = {"field": "published", "interval": width_ms(interval), "offset": offset_ms(interval)}
        asked: dict[str, Any] = {"histogram": shape | {"min_doc_count": 1}}
        if by is not None:
            asked["aggs"] = {"by": _terms(by)}
        buckets = self._aggregate(query, {"time": asked})["time"]["buckets"]
        counted = {int(b["key"]): (int(b["doc_count"]), _counts(b["by"]) if by else {}) for b in buckets}
        return time_buckets(counted, interval)

    def scan(self, query: MentionQuery) -> Iterator[Hit]:
        """Every page comes from the state at the beginning."""
        _, searcher = self._storage.snapshot()
        if _is_ranked(query):
            rank = 0
            while hits := self._hits_by_rank(searcher, query, SCAN_PAGE, rank)[0]:
                yield from hits
                rank += len(hits)
            return
        after = None
        while hits := self._hits_by_time(searcher, query, SCAN_PAGE, after)[0]:
            yield from hits
            after = behind([hit.mention for hit in hits], after)

    def clear(self) -> None:
        self._storage.clear()

    def close(self) -> None:
        self._storage.close()

    def _search_by_rank(self, query: MentionQuery, limit: int, cursor: str | None) -> Page:
        after = load_cursor(RankCursor, cursor) if cursor else None
        name, searcher = self._storage.snapshot(after.snapshot if after else None)
        rank = after.rank if after else 0
        hits, total = self._hits_by_rank(searcher, query, limit, rank, counted=True)
        following = RankCursor(rank=rank + len(hits), snapshot=name)
        return Page(total, hits, dump_cursor(following) if hits and following.rank < total else None)

    def _search_by_time(self, query: MentionQuery, limit: int, cursor: str | None) -> Page:
        after = load_cursor(TimeCursor, cursor) if cursor else None
        _, searcher = self._storage.snapshot()
        hits, total = self._hits_by_time(searcher, query, limit + 1, after, counted=after is None)
        if after is not None:
            total = self._count(searcher, query)
        shown, more = hits[:limit], len(hits) > limit
        return Page(
            total, shown, dump_cursor(behind([hit.mention for hit in shown], after)) if shown and more else None
        )

    def _hits_by_rank(
        self, searcher: Searcher, query: MentionQuery, limit: int, rank: int, *, counted: bool = False
    ) -> tuple[list[Hit], int]:
        if limit < 1:
            return [], self._count(searcher, query)
        with unavailable_on_error():
            found = searcher.search(self._compile(query, ranked=True), limit, count=counted, offset=rank)
        return [_hit(searcher, query, address, score) for score, address in found.hits], _total(found)

    def _hits_by_time(
        self, searcher: Searcher, query: MentionQuery, limit: int, after: TimeCursor | None, *, counted: bool = False
    ) -> tuple[list[Hit], int]:
        order = Order.Asc if query.sort is Sort.OLDEST else Order.Desc
        compiled = self._compile(query)
        if after is not None:
            compiled = self._behind_cursor(compiled, after, order)
        with unavailable_on_error():
            found = searcher.search(compiled, max(limit, 1), count=counted, order_by_field="order", order=order)
        return [_hit(searcher, query, address) for _, address in found.hits], _total(found)

    def _behind_cursor(self, compiled: Query, after: TimeCursor, order: Order) -> Query:
        low, high = (after.order, None) if order == Order.Asc else (None, after.order)
        behind = Query.range_query(self._storage.schema, "order", FieldType.Integer, low, high)
        seen = Query.term_set_query(self._storage.schema, "id", after.seen)
        return Query.boolean_query([(Occur.Must, compiled), (Occur.Must, behind), (Occur.MustNot, seen)])

    def _count(self, searcher: Searcher, query: MentionQuery) -> int:
        with unavailable_on_error():
            return _total(searcher.search(self._compile(query), 1))

    def _aggregate(self, query: MentionQuery, asked: dict[str, Any]) -> dict[str, Any]:
        _, searcher = self._storage.snapshot()
        with unavailable_on_error():
            return searcher.aggregate(self._compile(query), asked)

    def _compile(self, query: MentionQuery, *, ranked: bool = False) -> Query:
        return Compiler(self._storage.schema, ranked).query(query.text, query.filters)

    def _held_revisions(self, ids: list[str]) -> dict[str, int]:
        if not ids:
            return {}
        _, searcher = self._storage.snapshot()
        with unavailable_on_error():
            held = Query.term_set_query(self._storage.schema, "id", ids)
            addresses = [address for _, address in searcher.search(held, len(ids), count=False).hits]
            revisions = searcher.fast_field_values("revision", addresses) if addresses else []
            names = [searcher.doc(address)["id"][0] for address in addresses]
        return {name: int(revision or 0) for name, revision in zip(names, revisions, strict=True)}


def _is_ranked(query: MentionQuery) -> bool:
    """Without words to weigh all hits are equally relevant, and the newest come first."""
    return query.sort is Sort.RELEVANCE and query.text is not None and has_words(query.text)


def _total(found: SearchResult) -> int:
    """0 where nothing was counted; tantivy's type stubs forgot the attribute."""
    return int(getattr(found, "count", None) or 0)


def _hit(searcher: Searcher, query: MentionQuery, address: DocAddress, score: float = 0.0) -> Hit:
    with unavailable_on_error():
        body = searcher.doc(address)["body"][0]
    mention = load_body(body)
    return Hit(mention, score, highlight(query.text, mention.full_text))


def _terms(facet: Facet) -> dict[str, Any]:
    return {"terms": {"field": facet.value, "size": ALL_BUCKETS, "segment_size": ALL_BUCKETS}}


def _counts(aggregated: dict[str, Any]) -> dict[str, int]:
    return {bucket["key"]: int(bucket["doc_count"]) for bucket in aggregated["buckets"]}


def _largest(counts: dict[str, int], limit: int) -> list[Bucket]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [Bucket(key, count) for key, count in ordered[:limit]]
