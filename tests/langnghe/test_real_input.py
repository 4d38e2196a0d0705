"""The real texts the project began from, the whole way: files in, flags, excerpts, search, counts that add up."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawlers.files import import_file
from desk.lexicon import load_lexicon
from desk.search import compile_query
from index.backends import open_index
from index.base import Facet, Filters, Interval, MentionIndex, MentionQuery, Sort
from langnghe.ingest import IngestCounts, ingest
from langnghe.records import Flag, shown_text
from langnghe.settings import Settings
from langnghe.store.engine import Store, open_store
from langnghe.store.mentions import count_pipeline
from nlp.annotate import load_understanding
from tests.samples import NOW

DATA = Path(__file__).parents[2] / ".." / "shared" / "data"
N_HEADLINES = 1_500


@pytest.fixture
def opened(settings: Settings) -> Iterator[tuple[Store, MentionIndex]]:
    store, index = open_store(settings), open_index(settings, writer=True)
    yield store, index
    index.close()
    store.close()


def bring_in(opened: tuple[Store, MentionIndex], settings: Settings, file: Path, source: str) -> IngestCounts:
    store, index = opened
    result = import_file(file, None, store, settings, source=source)
    assert result.bad == []
    return ingest(store, index, load_understanding(settings), settings, clock=lambda: NOW)


def write_articles(file: Path) -> list[str]:
    """The five articles as rows of a file; returns their numbers."""
    if not (DATA / "articles").is_dir():
        pytest.skip("the real articles are not beside the repository (../shared/data/articles)")
    paths = sorted((DATA / "articles").glob("*.txt"))
    rows = [{"id": path.name[:3], "text": path.read_text("utf-8"), "published": "2024-12-04"} for path in paths]
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return [row["id"] for row in rows]


def test_the_five_articles_are_flagged_shown_and_found(
    opened: tuple[Store, MentionIndex], settings: Settings, tmp_path: Path
) -> None:
    numbers = write_articles(tmp_path / "articles.jsonl")
    bring_in(opened, settings, tmp_path / "articles.jsonl", "bao-mau")
    index = opened[1]
    found = {hit.mention.native_id: hit.mention for hit in index.scan(MentionQuery())}
    assert sorted(str(number) for number in found) == numbers
    flags = {number: set(post.annotation.flags) for number, post in found.items() if post.annotation}
    assert [number for number in numbers if Flag.GAMBLING_SEO in flags[number]] == ["003"]
    assert Flag.NO_COPY_NOTICE in flags["000"]

    excerpt = shown_text(found["000"])
    assert excerpt.endswith("…")
    assert len(excerpt) <= 301
    assert found["000"].source == "bao-mau"
    clean = found["003"].annotation
    assert clean
    assert "版权声明" not in clean.clean

    asked = compile_query("chuyen doi so", Filters(), Sort.RELEVANCE, load_lexicon(), now=NOW)
    assert index.count(asked) == len(numbers)
    assert index.count(asked.model_copy(update={"filters": Filters(without_spam=True)})) == len(numbers) - 1


def test_real_headlines_pass_every_stage_and_every_number_adds_up(
    opened: tuple[Store, MentionIndex], settings: Settings, tmp_path: Path
) -> None:
    feed = DATA / "feed" / "rss_hcmc.jsonl"
    if not feed.is_file():
        pytest.skip("the real headlines are not beside the repository (../shared/data/feed)")
    lines = feed.read_text("utf-8").splitlines()[:N_HEADLINES]
    (tmp_path / "feed.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    rows = [json.loads(line) for line in lines]
    counts = bring_in(opened, settings, tmp_path / "feed.jsonl", "bao")
    store, index = opened

    pipeline = count_pipeline(store)
    assert counts == IngestCounts(annotated=pipeline.stored, indexed=pipeline.stored)
    assert pipeline.stored == len({row["link"] for row in rows})
    assert pipeline.clusters <= pipeline.stored

    everything = MentionQuery()
    assert index.count(everything) == pipeline.indexed
    days = index.histogram(everything, Interval.DAY)
    assert sum(day.count for day in days) == pipeline.indexed
    expected = Counter(row["published"][:10] for row in {row["link"]: row for row in rows}.values())
    assert {f"{day.start:%Y-%m-%d}": day.count for day in days if day.count} == dict(expected)
    facets = index.facets(everything, [Facet.SENTIMENT, Facet.SOURCE], limit=100)
    assert sum(bucket.count for bucket in facets[Facet.SENTIMENT]) == pipeline.indexed
    assert sum(1 for _ in index.scan(everything)) == pipeline.indexed
