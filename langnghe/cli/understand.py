"""Commands that read Vietnamese: drain the queue, classify a file."""

import json as json_
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TextIO

import typer

from langnghe.cli.output import JsonOption, print_facts, print_json, progress_bars
from langnghe.cli.services import drain, opened_store
from langnghe.errors import UsageError
from langnghe.settings import load_settings


def register(app: typer.Typer) -> None:
    app.command("ingest", help="Phân tích và đánh chỉ mục mọi bài đang chờ.")(ingest)
    app.command("classify", help="Gắn nhãn cho các dòng JSONL có trường `text`; `-` là stdin/stdout.")(classify)


def ingest(json: JsonOption = False) -> None:
    with opened_store(load_settings()) as (settings, store), progress_bars(shown=not json) as bars:
        counts = drain(store, settings, bars)
    if json:
        print_json(counts)
    else:
        print_facts(
            {"Đã phân tích": counts.annotated, "Đã đánh chỉ mục": counts.indexed, "Cách ly": counts.quarantined}
        )


def classify(
    source: Annotated[str, typer.Option("--input", help="Tệp JSONL, hoặc -.")] = "-",
    target: Annotated[str, typer.Option("--output", help="Tệp JSONL, hoặc -.")] = "-",
) -> None:
    from nlp.annotate import load_understanding
    from nlp.rows import classify_rows

    understanding = load_understanding(load_settings())
    with _reading(source) as lines, _writing(target) as out:
        for row in classify_rows(_rows(lines), understanding):
            out.write(json_.dumps(row, ensure_ascii=False) + "\n")


def _rows(lines: Iterable[str]) -> Iterator[dict[str, object]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json_.loads(line)
        except json_.JSONDecodeError as error:
            raise UsageError(f"Dòng {number} không phải JSON: {error.msg} ở ký tự {error.pos + 1}") from error
        if not isinstance(row, dict) or not isinstance(row.get("text"), str):
            raise UsageError(f'Dòng {number} phải là một đối tượng JSON có trường "text" là chuỗi')
        yield row


@contextmanager
def _reading(name: str) -> Iterator[TextIO]:
    if name == "-":
        yield sys.stdin
        return
    try:
        with Path(name).open(encoding="utf-8") as file:
            yield file
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"Không đọc được {name}: {error}") from error


@contextmanager
def _writing(name: str) -> Iterator[TextIO]:
    """A file appears whole or not at all: it is written beside its name and renamed at the end."""
    if name == "-":
        yield sys.stdout
        return
    part = Path(f"{name}.part")
    try:
        with part.open("w", encoding="utf-8") as file:
            yield file
        part.replace(name)
    except OSError as error:
        raise UsageError(f"Không ghi được {name}: {error}") from error
    finally:
        part.unlink(missing_ok=True)
