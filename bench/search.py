"""Search in a large index beside SQLite FTS5 with the same documents, filters and facets."""

import random
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from itertools import islice
from pathlib import Path

from bench.material import NOW, TOPICS, index_size, indexable_mentions
from bench.measure import milliseconds_each, peak_mb, quantile, seconds
from index.base import Facet, Filters, MentionIndex, MentionQuery, Sort
from index.embedded import EmbeddedIndex
from index.nodes import And, Node, Phrase, Word
from index.tokens import folded, syllables
from langnghe.records import Mention

BATCH = 4096
FACETS = (Facet.TOPIC, Facet.SENTIMENT, Facet.PLACE)
WORDS = ("ngập", "đường", "phường", "nước", "xe", "rác", "trường", "bệnh", "viện", "giá", "điện", "cháy", "kẹt", "dân")
PHRASES = (("ngập", "nước"), ("giao", "thông"), ("bệnh", "viện"), ("học", "sinh"), ("kẹt", "xe"), ("quy", "hoạch"))
_SCHEMA = """
CREATE VIRTUAL TABLE posts USING fts5(words, tokenize = 'unicode61');
CREATE TABLE facts (id INTEGER PRIMARY KEY, published REAL, topic TEXT, sentiment TEXT, channel TEXT, place TEXT,
                    body TEXT);
CREATE INDEX facts_published ON facts (published);
"""
_SHOWN = "body, highlight(posts, 0, '[', ']')"


def measure_search(n_documents: int, n_queries: int, folder: Path) -> dict[str, float]:
    """Builds both indexes in `folder` and asks both the same."""
    index = EmbeddedIndex(folder / "tantivy", writer=True)
    baseline = sqlite3.connect(folder / "fts5.sqlite3")
    baseline.executescript(_SCHEMA)
    build_s, baseline_build_s = _build(index, baseline, n_documents)
    index.close()
    index = EmbeddedIndex(folder / "tantivy")
    asked = list(_questions(n_queries))
    times = {
        "filtered": milliseconds_each([partial(_ask, index, words, topic, days) for words, topic, days in asked]),
        "fts5_filtered": milliseconds_each(
            [partial(_ask_baseline, baseline, words, topic, days) for words, topic, days in asked]
        ),
        "phrase": milliseconds_each(_each_phrase(partial(_ask_phrase, index), n_queries)),
        "fts5_phrase": milliseconds_each(_each_phrase(partial(_ask_baseline_phrase, baseline), n_queries)),
    }
    figures = {f"{name}_p{share}_ms": quantile(ms, share / 100) for name, ms in times.items() for share in (50, 95)}
    return figures | {
        "documents": n_documents,
        "queries": n_queries,
        "build_per_s": n_documents / build_s,
        "fts5_build_per_s": n_documents / baseline_build_s,
        "index_mb": index_size(folder / "tantivy") / 2**20,
        "fts5_mb": index_size(folder) / 2**20 - index_size(folder / "tantivy") / 2**20,
        "peak_mb": peak_mb(),
    }


def _build(index: MentionIndex, baseline: sqlite3.Connection, n_documents: int) -> tuple[float, float]:
    """Seconds that each took; making the documents is not counted."""
    ours = theirs = 0.0
    documents = indexable_mentions(n_documents)
    while batch := list(islice(documents, BATCH)):
        ours += seconds(partial(index.upsert, batch))
        theirs += seconds(partial(_insert, baseline, batch))
    theirs += seconds(lambda: baseline.execute("INSERT INTO posts(posts) VALUES ('optimize')"))
    baseline.commit()
    return ours, theirs


def _insert(baseline: sqlite3.Connection, batch: list[Mention]) -> None:
    with baseline:
        for mention in batch:
            assert mention.annotation
            words = " ".join(map(folded, syllables(mention.annotation.clean)))
            cursor = baseline.execute("INSERT INTO posts (words) VALUES (?)", (words,))
            baseline.execute(
                "INSERT INTO facts VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    cursor.lastrowid,
                    mention.published_at.timestamp(),
                    mention.annotation.topics[0].label,
                    mention.annotation.sentiment.label,
                    mention.channel,
                    mention.annotation.places[0].candidates[0].code,
                    mention.model_dump_json(),
                ),
            )


def _questions(n: int) -> Iterator[tuple[tuple[str, str], str, int]]:
    """Two words, a topic, and how many days back."""
    chance = random.Random(2)
    for _ in range(n):
        first, second = chance.sample(WORDS, 2)
        yield (first, second), chance.choice(TOPICS), chance.choice((7, 30, 90, 365))


def _each_phrase(ask: Callable[[tuple[str, ...]], None], n: int) -> list[Callable[[], None]]:
    return [partial(ask, PHRASES[number % len(PHRASES)]) for number in range(n)]


def _ask(index: MentionIndex, words: tuple[str, str], topic: str, days: int) -> None:
    filters = Filters(topic=(topic,), since=NOW - timedelta(days=days))
    node: Node = And(nodes=tuple(Word(text=word) for word in words))
    query = MentionQuery(text=node, filters=filters, sort=Sort.RELEVANCE)
    index.search(query, limit=20)
    index.facets(query, FACETS)


def _ask_phrase(index: MentionIndex, words: tuple[str, ...]) -> None:
    index.search(MentionQuery(text=Phrase(words=words), sort=Sort.RELEVANCE), limit=20)


def _ask_baseline(baseline: sqlite3.Connection, words: tuple[str, str], topic: str, days: int) -> None:
    matching = "FROM posts JOIN facts ON facts.id = posts.rowid WHERE posts MATCH ? AND topic = ? AND published >= ?"
    values = (" AND ".join(map(folded, words)), topic, (NOW - timedelta(days=days)).timestamp())
    rows = baseline.execute(f"SELECT {_SHOWN} {matching} ORDER BY rank LIMIT 20", values).fetchall()
    _read(rows)
    baseline.execute(f"SELECT count(*) {matching}", values).fetchone()
    for facet in FACETS:
        baseline.execute(f"SELECT {facet}, count(*) {matching} GROUP BY {facet}", values).fetchall()


def _ask_baseline_phrase(baseline: sqlite3.Connection, words: tuple[str, ...]) -> None:
    matching = "FROM posts JOIN facts ON facts.id = posts.rowid WHERE posts MATCH ?"
    values = (f'"{" ".join(map(folded, words))}"',)
    _read(baseline.execute(f"SELECT {_SHOWN} {matching} ORDER BY rank LIMIT 20", values).fetchall())
    baseline.execute(f"SELECT count(*) {matching}", values).fetchone()


def _read(rows: list[tuple[str, str]]) -> None:
    """Both sides hand back whole records."""
    for body, _ in rows:
        Mention.model_validate_json(body)
