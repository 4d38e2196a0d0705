"""Commands that run the service: demo, worker, dashboard, health, quarantine."""

import signal
import subprocess
import sys
from datetime import UTC, datetime
from threading import Event
from typing import Annotated

import typer

from langnghe.cli.output import JsonOption, print_facts, print_json, print_table, progress_bars
from langnghe.cli.services import opened_store
from langnghe.settings import REPOSITORY, load_settings

quarantine = typer.Typer(help="Cách ly: những gì không xử lý được, kèm lý do.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(quarantine, name="quarantine")
    app.command("demo", help="Thu thập trang trình diễn trên máy này rồi mở bảng điều khiển.")(demo)
    app.command("worker", help="Chạy những gì đến lịch: thu thập, phân tích, đánh chỉ mục.")(worker)
    app.command("serve", help="Mở bảng điều khiển.")(serve)
    app.command("doctor", help="Kiểm tra mọi bộ phận; thoát khác 0 khi có bộ phận hỏng.")(doctor)


def demo(
    serving: Annotated[bool, typer.Option("--serve/--no-serve", help="Mở bảng điều khiển khi xong.")] = True,
    json: JsonOption = False,
) -> None:
    from langnghe.demo.run import run_demo, serve_demo

    settings = load_settings()
    if serving:
        raise typer.Exit(serve_demo(settings))
    with progress_bars(shown=not json) as bars:
        counts = run_demo(settings, bars)
    print_json(counts) if json else print_facts(counts)


def worker(
    once: Annotated[bool, typer.Option(help="Làm hết việc đang chờ rồi thoát.")] = False,
) -> None:
    from langnghe.worker import work

    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    work(load_settings(), once=once, stop=stop)


def serve() -> None:
    """Streamlit needs a process of its own; this one passes signals and the exit code on."""
    raise typer.Exit(subprocess.call(dashboard_command()))  # noqa: S603


def dashboard_command() -> list[str]:
    settings = load_settings()
    where = [f"--server.address={settings.ui_address}", f"--server.port={settings.ui_port}"]
    return [sys.executable, "-m", "streamlit", "run", str(REPOSITORY / "ui" / "app.py"), *where]


def doctor(json: JsonOption = False) -> None:
    from langnghe.doctor import State, examine

    findings = examine(load_settings())
    if json:
        print_json([{"check": f.check, "state": f.state.name.lower(), "found": f.found} for f in findings])
    else:
        print_table(["Bộ phận", "Tình trạng", "Thấy gì"], [(f.check, f.state, f.found) for f in findings])
    if any(finding.state is State.FAILED for finding in findings):
        raise typer.Exit(1)


@quarantine.command("list", help="Những mục đang chờ người xem, mới nhất trước.")
def list_(limit: Annotated[int, typer.Option(min=1)] = 100, json: JsonOption = False) -> None:
    from langnghe.store.mentions import list_quarantined

    with opened_store(load_settings()) as (_, store):
        rows = list_quarantined(store, limit=limit)
    if json:
        print_json([{name: row[name] for name in ("id", "stage", "source", "mention_id", "reason")} for row in rows])
    elif not rows:
        typer.echo("Không có gì trong cách ly.")
    else:
        print_table(["Mục", "Khâu", "Nguồn", "Lý do"], [(r["id"], r["stage"], r["source"], r["reason"]) for r in rows])


@quarantine.command("retry", help="Đưa mọi bài trong cách ly trở lại khâu đã hỏng.")
def retry() -> None:
    from langnghe.store.mentions import retry_quarantined

    with opened_store(load_settings()) as (_, store):
        n = retry_quarantined(store, now=datetime.now(UTC))
    typer.echo(f"Đã đưa {n} bài trở lại; chạy: langnghe ingest")
