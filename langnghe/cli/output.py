"""What a command prints: tables and bars for people, one JSON line for machines."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

JsonOption = Annotated[bool, typer.Option("--json", help="In một dòng JSON cho máy đọc.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Chỉ nói sẽ làm gì, không ghi gì.")]

console = Console(stderr=True, highlight=False)


def print_json(value: object) -> None:
    """One line on standard output; nothing else is ever written there with --json."""
    typer.echo(json.dumps(asdict(value) if is_dataclass(value) else value, ensure_ascii=False, default=str))  # type: ignore[arg-type]


def print_facts(facts: Mapping[str, object]) -> None:
    table = Table(show_header=False, box=None, pad_edge=False)
    for name, value in facts.items():
        table.add_row(name, _cell(value))
    Console(highlight=False).print(table)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*map(_cell, row))
    Console(highlight=False).print(table)


def _cell(value: object) -> str:
    """Text from outside is never read as markup."""
    from rich.markup import escape

    return escape("" if value is None else str(value))


@contextmanager
def progress_bars(*, shown: bool = True) -> Iterator[Progress]:
    """Bars on standard error, so that standard output stays clean."""
    columns: list[Any] = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()]
    with Progress(*columns, console=console, disable=not shown) as progress:
        yield progress
