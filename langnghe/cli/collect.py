"""Commands for sources: list, add, switch, schedule, crawl, and import files."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from langnghe.cli.output import DryRunOption, JsonOption, print_facts, print_json, print_table, progress_bars
from langnghe.cli.services import drain, opened_store
from langnghe.errors import UsageError
from langnghe.settings import load_settings

sources = typer.Typer(help="Nguồn: xem, thêm, bật, tắt.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(sources, name="sources")
    app.command("schedule", help="Lịch thu thập: các lượt kế tiếp của từng nguồn đang bật.")(schedule)
    app.command("crawl", help="Thu thập một nguồn ngay bây giờ, rồi phân tích và đánh chỉ mục.")(crawl)
    app.command("import", help="Nhập một tệp CSV, XLSX hoặc JSONL (ví dụ bản xuất của tổng đài 1022).")(import_)


@sources.command("list", help="Mọi nguồn: có sẵn và đã thêm.")
def list_(json: JsonOption = False) -> None:
    from langnghe.registry import known_sources

    with opened_store(load_settings()) as (settings, store):
        found = known_sources(store, settings)
    if json:
        print_json([config.model_dump(mode="json") for config in found])
    else:
        rows = [(c.name, c.title, c.kind, "bật" if c.enabled else "tắt", c.schedule.describe()) for c in found]
        print_table(["Tên", "Nguồn", "Loại", "Trạng thái", "Lịch"], rows)


@sources.command("add", help="Thêm hoặc thay một nguồn từ tệp YAML.")
def add(file: Annotated[Path, typer.Argument(help="Tệp YAML của nguồn.")], dry_run: DryRunOption = False) -> None:
    from crawlers.config import load_source
    from langnghe.store.sources import save_source

    config = load_source(file)
    with opened_store(load_settings()) as (_, store):
        if not dry_run:
            save_source(store, config.name, config.model_dump(mode="json"), config.enabled, datetime.now(UTC))
    typer.echo(f"{'Sẽ thêm' if dry_run else 'Đã thêm'} nguồn {config.name} ({'bật' if config.enabled else 'tắt'}).")


@sources.command("enable", help="Bật một nguồn: từ nay nó được thu thập theo lịch.")
def enable(name: str) -> None:
    _switch(name, on=True)


@sources.command("disable", help="Tắt một nguồn; những gì đã thu thập vẫn còn.")
def disable(name: str) -> None:
    _switch(name, on=False)


def _switch(name: str, *, on: bool) -> None:
    from langnghe.registry import switch_source

    with opened_store(load_settings()) as (settings, store):
        switch_source(store, settings, name, on=on, now=datetime.now(UTC))
    typer.echo(f"Đã {'bật' if on else 'tắt'} nguồn {name}.")


def schedule(json: JsonOption = False) -> None:
    from langnghe.registry import known_sources
    from langnghe.store.schedules import next_runs

    with opened_store(load_settings()) as (settings, store):
        enabled = [config for config in known_sources(store, settings) if config.enabled]
    upcoming = {config.name: next_runs(config.schedule, datetime.now(UTC)) for config in enabled}
    if json:
        print_json({name: [at.isoformat() for at in runs] for name, runs in upcoming.items()})
    elif not upcoming:
        typer.echo("Chưa nguồn nào được bật. Bật bằng: langnghe sources enable TÊN")
    else:
        shown = {name: [f"{at:%H:%M %d/%m/%Y}" for at in runs] for name, runs in upcoming.items()}
        print_table(["Nguồn", "Ba lượt kế tiếp"], [(name, ", ".join(runs)) for name, runs in shown.items()])


def crawl(name: Annotated[str, typer.Argument(help="Tên nguồn.")], json: JsonOption = False) -> None:
    from langnghe.running import run_now

    with opened_store(load_settings()) as (settings, store), progress_bars(shown=not json) as bars:
        task = bars.add_task(f"Thu thập {name}", total=None)
        run = run_now(store, settings, name, on_progress=lambda done: bars.update(task, completed=done))
    print_json(run) if json else print_facts(run)
    if run["status"] != "ok":
        raise typer.Exit(1)


def import_(
    file: Annotated[Path, typer.Argument(help="Tệp .csv, .xlsx hoặc .jsonl.")],
    source: Annotated[str, typer.Option(help="Tên nguồn ghi cho các dòng nhập.")],
    map_: Annotated[Path | None, typer.Option("--map", help="Tệp YAML: cột nào là nội dung, ngày, mã…")] = None,
    json: JsonOption = False,
) -> None:
    from crawlers.files import import_file, load_column_map

    if not file.is_file():
        raise UsageError(f"Không thấy tệp {file}")
    with opened_store(load_settings()) as (settings, store), progress_bars(shown=not json) as bars:
        task = bars.add_task(f"Nhập {file.name}", total=None)
        result = import_file(
            file,
            load_column_map(map_) if map_ else None,
            store,
            settings,
            source=source,
            on_progress=lambda done, total: bars.update(task, completed=done, total=total),
        )
        drain(store, settings, bars)
    counts = {
        "rows": result.rows,
        "imported": result.imported,
        "duplicates": result.duplicates,
        "bad": len(result.bad),
    }
    if json:
        print_json(counts | {"bad_rows": [{"line": line, "reason": reason} for line, reason in result.bad]})
        return
    print_facts({"Dòng": result.rows, "Đã nhập": result.imported, "Trùng": result.duplicates, "Hỏng": len(result.bad)})
    for line, reason in result.bad:
        typer.echo(f"  dòng {line}: {reason}")
