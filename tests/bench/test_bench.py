"""The benchmarks measure what they say; how fast it is, no test decides."""

from pathlib import Path

import pytest

from bench.material import collected_mentions, corpus_texts, indexable_mentions, news_articles
from bench.measure import milliseconds_each, quantile
from bench.report import STAGES, rows, write_report
from bench.search import measure_search

FIGURES = {
    "crawl": {
        "pages": 600,
        "plain_pages_per_s": 40.0,
        "ours_pages_per_s": 36.0,
        "plain_peak_mb": 130,
        "largest_process_mb": 140,
    },
    "ingest": {
        "mentions": 6000,
        "mentions_per_s": 260,
        "segmented_per_s": 400,
        "store_mb": 40,
        "index_mb": 9,
        "peak_mb": 500,
    }
    | {f"share_{stage}": 1 / len(STAGES) for stage in STAGES},
    "search": {"documents": 200_000, "queries": 400, "build_per_s": 9000, "fts5_build_per_s": 8000}
    | {"index_mb": 110, "fts5_mb": 150, "peak_mb": 600}
    | {f"{name}_p{share}_ms": 8.0 for name in ("filtered", "phrase") for share in (50, 95)}
    | {f"fts5_{name}_p{share}_ms": 40.0 for name in ("filtered", "phrase") for share in (50, 95)},
}


def test_the_report_names_its_command_and_every_baseline(tmp_path: Path) -> None:
    write_report(tmp_path / "docs" / "benchmarks.md", FIGURES)
    written = (tmp_path / "docs" / "benchmarks.md").read_text("utf-8")
    for part in ("`make bench`", "0.90", "plain Scrapy + trafilatura", "word_tokenize", "SQLite FTS5", "classify 14%"):
        assert part in written
    assert "{" not in written


def test_ratios_above_one_mean_faster() -> None:
    ratios = {row[0]: float(row[3]) for row in rows(FIGURES)}
    assert ratios["crawl, pages/s"] == 0.9
    assert ratios["search phrase, p95 ms"] == 5.0


def test_quantiles() -> None:
    values = [float(n) for n in range(1, 102)]
    assert quantile(values, 0.5) == 51
    assert quantile(values, 0.95) == pytest.approx(96, abs=0.1)


def test_the_first_call_is_not_measured() -> None:
    called = []
    assert len(milliseconds_each([lambda: called.append(1), lambda: called.append(2)])) == 2
    assert called == [1, 1, 2]


def test_material_is_distinct_and_the_same_each_time() -> None:
    n = len(corpus_texts()) + 50
    mentions = collected_mentions(n)
    assert len({mention.id for mention in mentions}) == n
    assert len({mention.text for mention in mentions}) > 0.99 * n
    assert [m.text for m in indexable_mentions(20)] == [m.text for m in indexable_mentions(20)]
    articles = news_articles(40).articles
    assert len({article.slug for article in articles}) == 40


def test_both_sides_of_the_search_answer(tmp_path: Path) -> None:
    figures = measure_search(300, 10, tmp_path)
    assert figures["documents"] == 300
    assert all(value > 0 for value in figures.values())
