"""The figures as a table on the terminal and as docs/benchmarks.md."""

import os
import platform
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

Figures = dict[str, float]
COMMAND = "make bench"
STAGES = ("mask", "clean", "locate", "classify", "cluster", "store", "index")
_TEXT = """# Benchmarks

Made by `{command}` on {machine}. Every figure stands beside a baseline measured in the same run on the same
input, so the ratios carry over to other machines better than the figures do.

| what | Lắng Nghe | baseline | ratio | baseline is |
| --- | ---: | ---: | ---: | --- |
{rows}

## Crawling
{crawl_pages:.0f} article pages of some 50 KB in one feed, served on loopback by a process of its own, delays off,
start of the processes included. The baseline (`bench/plain_spider.py`) fetches, extracts and writes JSON lines.
Ours also checks every address, keeps the frontier and the validators, and commits mentions to the store.
Peak memory: plain {plain_mb:.0f} MB, the largest of our processes {ours_mb:.0f} MB.

## Ingesting
{mentions:.0f} posts of the corpus on {cores} cores, from collected to searchable.
Share of time by stage, each measured alone: {shares}.
Store {store_mb:.0f} MB, index {ingest_index_mb:.1f} MB, peak memory {ingest_mb:.0f} MB.

## Searching
{documents:.0f} documents, {queries:.0f} questions: two words, two filters (topic, since), the first 20 hits with
highlights, the exact total and three facets (topic, sentiment, place); then a phrase without filters.
SQLite FTS5 holds the same folded words and the same filter columns, and highlights too.
Building: {build:.0f} documents/s (FTS5 {fts5_build:.0f}). Size: {index_mb:.0f} MB (FTS5 {fts5_mb:.0f} MB).
Peak memory of the process that built and asked both: {search_mb:.0f} MB.
"""


def show_table(figures: dict[str, Figures]) -> None:
    table = Table("what", "Lắng Nghe", "baseline", "ratio", "baseline is", box=None)
    for row in rows(figures):
        table.add_row(*row)
    Console().print(table)


def write_report(path: Path, figures: dict[str, Figures]) -> None:
    crawl, ingest, search = figures["crawl"], figures["ingest"], figures["search"]
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        _TEXT.format(
            command=COMMAND,
            machine=machine(),
            rows="\n".join(f"| {' | '.join(row)} |" for row in rows(figures)),
            cores=os.cpu_count(),
            crawl_pages=crawl["pages"],
            plain_mb=crawl["plain_peak_mb"],
            ours_mb=crawl["largest_process_mb"],
            mentions=ingest["mentions"],
            shares=", ".join(f"{name} {ingest[f'share_{name}']:.0%}" for name in STAGES),
            store_mb=ingest["store_mb"],
            ingest_index_mb=ingest["index_mb"],
            ingest_mb=ingest["peak_mb"],
            documents=search["documents"],
            queries=search["queries"],
            build=search["build_per_s"],
            fts5_build=search["fts5_build_per_s"],
            index_mb=search["index_mb"],
            fts5_mb=search["fts5_mb"],
            search_mb=search["peak_mb"],
        ),
        "utf-8",
    )


def rows(figures: dict[str, Figures]) -> Iterator[tuple[str, str, str, str, str]]:
    """Ratios above 1 mean that ours is faster; for times they are turned round."""
    crawl, ingest, search = figures["crawl"], figures["ingest"], figures["search"]
    ours, theirs = crawl["ours_pages_per_s"], crawl["plain_pages_per_s"]
    yield "crawl, pages/s", f"{ours:.1f}", f"{theirs:.1f}", f"{ours / theirs:.2f}", "plain Scrapy + trafilatura"
    ours, theirs = ingest["mentions_per_s"], ingest["segmented_per_s"]
    yield (
        "ingest, mentions/s",
        f"{ours:.0f}",
        f"{theirs:.0f}",
        f"{ours / theirs:.2f}",
        "underthesea word_tokenize alone",
    )
    for kind, shown in (("filtered", "two words, filters, facets"), ("phrase", "phrase")):
        for share in (50, 95):
            ours, theirs = search[f"{kind}_p{share}_ms"], search[f"fts5_{kind}_p{share}_ms"]
            name = f"search {shown}, p{share} ms"
            yield name, f"{ours:.1f}", f"{theirs:.1f}", f"{theirs / ours:.1f}", "SQLite FTS5"


def machine() -> str:
    return f"{os.cpu_count()} cores ({platform.machine()}), {platform.system()}, Python {platform.python_version()}"
