"""The search index past one machine: an Elasticsearch cluster, 8.17 or newer, behind the same contract."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from elasticsearch import BadRequestError, Elasticsearch, NotFoundError
from pydantic import BaseModel, ConfigDict

from index.base import Bucket, Facet, Hit, Interval, MentionQuery, Page, Rejected, Sort, TimeBucket
from index.cursors import TimeCursor, behind, dump_cursor, load_cursor
from index.document import IndexDocument, build_document, load_body
from index.elastic_query import Dsl, build_query
from index.elastic_storage import ElasticStorage, unavailable_on_error
from index.highlight import highlight
from index.nodes import has_words
from index.periods import offset_ms, time_buckets, width_ms
from langnghe.errors import IndexUnavailable, UsageError
from langnghe.records import Mention

SCAN_PAGE = 2_000
KEEP_ALIVE = "5m"
ALL_BUCKETS = 10_000


class PitCursor(BaseModel):
    """Goes on in the state that the first page was taken from, as long as the cluster keeps it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pit: str
    after: tuple[float | int | str, ...]


class ElasticIndex:
    """`MentionIndex` on the alias of the storage, which is created where it is missing."""

    def __init__(self, storage: ElasticStorage) -> None:
        self._storage = storage
        storage.ensure()

    @property
    def _client(self) -> Elasticsearch:
        return self._storage.client

    def upsert(self, mentions: Sequence[Mention]) -> list[Rejected]:
        documents: list[IndexDocument] = []
        rejected = []
        for mention in mentions:
            try:
                documents.append(build_document(mention))
            except ValueError as error:
                rejected.append(Rejected(mention.id, str(error)))
        return rejected + self._storage.write(documents)

    def delete(self, ids: Sequence[str]) -> None:
        self._storage.delete(ids)

    def search(self, query: MentionQuery, *, limit: int = 20, cursor: str | None = None) -> Page:
        """Raises UsageError for a cursor that is not one of ours or is too old."""
        if _is_ranked(query):
            return self._search_by_rank(query, limit, cursor)
        return self._search_by_time(query, limit, cursor)

    def count(self, query: MentionQuery) -> int:
        with unavailable_on_error():
            answer = self._client.count(index=self._storage.alias, query=_compiled(query))
        return int(answer["count"])

    def facets(self, query: MentionQuery, facets: Sequence[Facet], *, limit: int = 20) -> dict[Facet, list[Bucket]]:
        if not facets:
            return {}
        found = self._aggregate(query, {facet.value: _terms(facet, limit) for facet in facets})
        return {facet: _buckets(found[facet.value]) for facet in facets}

    def histogram(self, query: MentionQuery, interval: Interval, *, by: Facet | None = None) -> list[TimeBucket]:
        """Raises UsageError when the span has more buckets than `index.periods.MAX_BUCKETS`."""
        shape = {"fixed_interval": f"{width_ms(interval)}ms", "offset": f"{offset_ms(interval)}ms"}
        asked: Dsl = {"date_histogram": {"field": "published", "min_doc_count": 1, **shape}}
        if by is not None:
            asked["aggs"] = {"by": _terms(by, ALL_BUCKETS)}
        counted = {}
        for bucket in self._aggregate(query, {"time": asked})["time"]["buckets"]:
            parts = {part.key: part.count for part in _buckets(bucket["by"])} if by is not None else {}
            counted[int(bucket["key"])] = int(bucket["doc_count"]), parts
        return time_buckets(counted, interval)

    def scan(self, query: MentionQuery) -> Iterator[Hit]:
        """Every page comes from the state at the beginning."""
        with self._point_in_time() as pit:
            after: Sequence[Any] | None = None
            while True:
                found = self._page(query, SCAN_PAGE, pit=pit, after=after)["hits"]["hits"]
                yield from (_hit(query, hit) for hit in found)
                if len(found) < SCAN_PAGE:
                    return
                after = found[-1]["sort"]

    def clear(self) -> None:
        self._storage.clear()

    def close(self) -> None:
        self._client.close()

    def _search_by_time(self, query: MentionQuery, limit: int, cursor: str | None) -> Page:
        after = load_cursor(TimeCursor, cursor) if cursor else None
        compiled = _compiled(query) if after is None else _behind(_compiled(query), query, after)
        with unavailable_on_error():
            answer = self._client.search(
                index=self._storage.alias,
                query=compiled,
                sort=_order(query),
                size=limit + 1,
                source_includes=["body"],
                track_total_hits=after is None,
            )
        hits = [_hit(query, hit) for hit in answer["hits"]["hits"]]
        total = answer["hits"]["total"]["value"] if after is None else self.count(query)
        shown, more = hits[:limit], len(hits) > limit
        return Page(
            total, shown, dump_cursor(behind([hit.mention for hit in shown], after)) if shown and more else None
        )

    def _search_by_rank(self, query: MentionQuery, limit: int, cursor: str | None) -> Page:
        if cursor:
            going_on = load_cursor(PitCursor, cursor)
            return self._ranked_page(query, limit, going_on.pit, going_on.after)
        with unavailable_on_error():
            pit = self._client.open_point_in_time(index=self._storage.alias, keep_alive=KEEP_ALIVE)["id"]
        return self._ranked_page(query, limit, pit, None)

    def _ranked_page(self, query: MentionQuery, limit: int, pit: str, after: Sequence[Any] | None) -> Page:
        answer = self._page(query, limit + 1, pit=pit, after=after)
        found = answer["hits"]["hits"]
        hits = [_hit(query, hit) for hit in found[:limit]]
        total = int(answer["hits"]["total"]["value"])
        if hits and len(found) > limit:
            following = PitCursor(pit=answer["pit_id"], after=tuple(found[limit - 1]["sort"]))
            return Page(total, hits, dump_cursor(following))
        self._forget(answer["pit_id"])
        return Page(total, hits, None)

    def _page(self, query: MentionQuery, size: int, *, pit: str, after: Sequence[Any] | None) -> Any:
        with _fresh_enough(), unavailable_on_error():
            return self._client.search(
                query=_compiled(query, ranked=_is_ranked(query)),
                sort=_order(query),
                size=size,
                pit={"id": pit, "keep_alive": KEEP_ALIVE},
                search_after=list(after) if after is not None else None,
                source_includes=["body"],
                track_total_hits=True,
            )

    @contextmanager
    def _point_in_time(self) -> Iterator[str]:
        with unavailable_on_error():
            pit = self._client.open_point_in_time(index=self._storage.alias, keep_alive=KEEP_ALIVE)["id"]
        try:
            yield pit
        finally:
            self._forget(pit)

    def _forget(self, pit: str) -> None:
        with unavailable_on_error():
            self._client.options(ignore_status=404).close_point_in_time(id=pit)

    def _aggregate(self, query: MentionQuery, asked: Dsl) -> Any:
        with unavailable_on_error():
            answer = self._client.search(
                index=self._storage.alias, query=_compiled(query), aggs=asked, size=0, track_total_hits=False
            )
        return answer["aggregations"]


def _is_ranked(query: MentionQuery) -> bool:
    """Without words to weigh all hits are equally relevant, and the newest come first."""
    return query.sort is Sort.RELEVANCE and query.text is not None and has_words(query.text)


def _compiled(query: MentionQuery, *, ranked: bool = False) -> Dsl:
    return build_query(query.text, query.filters, ranked=ranked)


def _order(query: MentionQuery) -> list[Dsl]:
    by_time: list[Dsl] = [{"order": "asc" if query.sort is Sort.OLDEST else "desc"}, {"id": "asc"}]
    return [{"_score": "desc"}, *by_time] if _is_ranked(query) else by_time


def _behind(compiled: Dsl, query: MentionQuery, after: TimeCursor) -> Dsl:
    bound = "gte" if query.sort is Sort.OLDEST else "lte"
    rest = {"range": {"order": {bound: after.order}}}
    return {"bool": {"filter": [compiled, rest], "must_not": [{"terms": {"id": list(after.seen)}}]}}


@contextmanager
def _fresh_enough() -> Iterator[None]:
    """A state that the cluster has dropped since is the asker's matter, not a fault."""
    try:
        yield
    except IndexUnavailable as error:
        if isinstance(error.__cause__, NotFoundError | BadRequestError):
            raise UsageError("Trang kết quả không còn hợp lệ; hãy tìm lại từ đầu") from error
        raise


def _hit(query: MentionQuery, found: Any) -> Hit:
    mention = load_body(found["_source"]["body"])
    return Hit(mention, float(found["_score"] or 0.0), highlight(query.text, mention.full_text))


def _terms(facet: Facet, limit: int) -> Dsl:
    return {"terms": {"field": facet.value, "size": limit, "shard_size": max(limit, ALL_BUCKETS)}}


def _buckets(aggregated: Any) -> list[Bucket]:
    return [Bucket(bucket["key"], int(bucket["doc_count"])) for bucket in aggregated["buckets"]]
