"""Both backends give the same answers to the same questions; only scores may differ."""

import random
from pathlib import Path

import pytest

from index.base import Facet, Interval, MentionIndex, MentionQuery
from index.context import QueryContext
from index.elastic import ElasticIndex
from index.elastic_storage import ElasticStorage
from index.embedded import EmbeddedIndex
from index.query import parse_query
from tests.index.oracle import random_mention, random_query
from tests.index.samples import NOON

N_MENTIONS = 5_000
N_GENERATED = 260
LISTED = 100
"""Up to so many hits are compared one by one; more are compared by every facet and day they fall in."""
TYPED = """
ngập | đường ngập | =ngập | ="hòa" | =ngap -ngập | "đường phố" | "duong pho" | ="đường phố" | rác OR mưa | rác HOẶC mưa
ngập AND rác | ngập VÀ rác | NOT ngập | KHÔNG ngập | ngập -rác | ngập (rác OR mưa) | (ngập OR kẹt) (rác OR xe) -mưa
ngập NEAR rác | ngập NEAR/1 rác | ngập GẦN/3 rác | ngập BEFORE/2 rác | ngập TRƯỚC/2 rác | "kẹt xe" NEAR/4 "đường phố"
(ngập OR kẹt) NEAR/2 (xe OR rác) | nga* NEAR/1 xe | nghập~ NEAR/2 đường | =ngập NEAR/3 rac | ngập NEAR/1 rác NEAR/2 xe
ng* | đườ* | =đườ* | kh* | nghap~ | duongg~ | =ngậ* rác | chu_de:flooding | topic:traffic,other | cam_xuc:negative ngập
y_dinh:spam | khan_cap:normal | noi:d:778 | co_quan:evn | nguon:bao-thu | kenh:zalo | ngon_ngu:vi | tu:2025-10-20
den:22/10/2025 | tu:"7 ngày" | tu:hôm_qua den:hôm_nay | ma:abcd | ngập chu_de:traffic -kenh:news tu:2025-10
"""
CONTEXT = QueryContext(now=NOON, resolve_agency=lambda name: (name,))


@pytest.fixture
def both(tmp_path: Path, storage: ElasticStorage) -> tuple[MentionIndex, MentionIndex]:
    chance = random.Random(5)
    mentions = [random_mention(chance, i) for i in range(N_MENTIONS)]
    indexes = EmbeddedIndex(tmp_path / "index", writer=True), ElasticIndex(storage)
    for index in indexes:
        for start in range(0, N_MENTIONS, 1000):
            assert index.upsert(mentions[start : start + 1000]) == []
    return indexes


def _answers(index: MentionIndex, query: MentionQuery) -> tuple[object, ...]:
    page = index.search(query, limit=LISTED)
    if page.total <= LISTED:
        return page.total, sorted(((hit.mention.id, hit.highlights) for hit in page.hits), key=lambda hit: hit[0])
    days = index.histogram(query, Interval.DAY, by=Facet.PLACE)
    return page.total, index.facets(query, list(Facet), limit=100), days


def test_three_hundred_queries_find_the_same_on_both(both: tuple[MentionIndex, MentionIndex]) -> None:
    embedded, elastic = both
    chance = random.Random(11)
    typed = [parse_query(text.strip(), CONTEXT) for text in TYPED.replace("\n", "|").split("|") if text.strip()]
    queries = typed + [random_query(chance) for _ in range(N_GENERATED)]
    assert len(queries) >= 300
    different = [query for query in queries if _answers(embedded, query) != _answers(elastic, query)]
    assert different == []
