"""`python -m bench.run [crawl|ingest|search] [--quick]`: measures, prints a table, writes docs/benchmarks.md.

Each benchmark runs in a process of its own, so that its peak memory is its own.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bench.report import Figures, show_table, write_report
from langnghe.settings import REPOSITORY

REPORT = REPOSITORY / "docs" / "benchmarks.md"
console = Console(stderr=True)
app = typer.Typer(add_completion=False, help=__doc__)
Quick = Annotated[bool, typer.Option(help="A small run of a minute or two; writes no report.")]


@app.callback(invoke_without_command=True)
def measure_all(context: typer.Context, quick: Quick = False) -> None:
    if context.invoked_subcommand is not None:
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    figures: dict[str, Figures] = {}
    with Progress(*columns, console=console) as bars:
        for name in ("crawl", "ingest", "search"):
            task = bars.add_task(f"bench {name}", total=1)
            figures[name] = _in_process(name, quick=quick)
            bars.update(task, completed=1)
    show_table(figures)
    if not quick:
        write_report(REPORT, figures)
        console.print(f"written: {REPORT.relative_to(REPOSITORY)}")


@app.command()
def crawl(quick: Quick = False) -> None:
    """Pages a second beside plain Scrapy + trafilatura."""
    from bench.crawl import measure_crawl

    _measure(lambda folder: measure_crawl(80 if quick else 600, folder))


@app.command()
def ingest(quick: Quick = False) -> None:
    """Mentions a second beside word segmentation alone."""
    from bench.ingest import measure_ingest

    _measure(lambda folder: measure_ingest(600 if quick else 6000, folder))


@app.command()
def search(quick: Quick = False) -> None:
    """Milliseconds a question beside SQLite FTS5."""
    from bench.search import measure_search

    _measure(lambda folder: measure_search(10_000 if quick else 200_000, 100 if quick else 400, folder))


def _measure(work: Callable[[Path], Figures]) -> None:
    with tempfile.TemporaryDirectory(prefix="langnghe-bench-") as folder:
        typer.echo(json.dumps(work(Path(folder))))


def _in_process(name: str, *, quick: bool) -> Figures:
    command = [sys.executable, "-m", "bench.run", name, *(["--quick"] if quick else [])]
    ended = subprocess.run(command, check=True, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)  # noqa: S603
    figures: Figures = json.loads(ended.stdout.splitlines()[-1])
    return figures


if __name__ == "__main__":
    app()
