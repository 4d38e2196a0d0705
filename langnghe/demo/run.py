"""The demonstration: `run_demo` is what `make demo` does, `serve_demo` what `make run` does."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import Progress

from langnghe.cli.output import console, progress_bars
from langnghe.demo.children import dashboard, wait_until_one_ends, wait_until_ready, worker
from langnghe.demo.collect import collect_and_ingest, open_demo
from langnghe.demo.edition import is_free
from langnghe.errors import UsageError
from langnghe.settings import Settings


def run_demo(settings: Settings, bars: Progress) -> dict[str, int]:
    """Serves the site, collects all of it, ingests, and takes the site down again.

    Returns `collected`, `stored`, `annotated`, `indexed`, `quarantined` and `clusters` of the whole store. Run again
    on the same home it collects only what is new. Raises LangNgheError.
    """
    with open_demo(settings) as demo:
        return collect_and_ingest(demo, bars)


def serve_demo(settings: Settings) -> int:
    """`run_demo`, then the dashboard and a worker as child processes until SIGINT or SIGTERM, which ends all.

    Returns the exit code: 0 after a signal, 1 when a child ended by itself. Raises LangNgheError; a signal before
    the collecting is done is a KeyboardInterrupt.
    """
    if not is_free(settings.ui_port):
        raise UsageError(f"Cổng {settings.ui_port} đang bận; hãy chọn cổng khác, ví dụ LANGNGHE_UI_PORT=8502.")
    with _sigterm_as_ctrl_c(), open_demo(settings) as demo:
        with progress_bars() as bars:
            counts = collect_and_ingest(demo, bars)
        console.print(f"{counts['indexed']} bài đã tìm được, {counts['clusters']} nội dung khác nhau.")
        try:
            with dashboard(settings) as pages, worker(demo.settings) as jobs:
                address = wait_until_ready(pages, settings)
                console.print(f"Bảng điều khiển: {address}  (Ctrl-C để dừng)")
                wait_until_one_ends(pages, jobs)
        except KeyboardInterrupt:
            console.print("Đã dừng.")
            return 0
    console.print(f"Một tiến trình con đã dừng ngoài ý muốn; nhật ký ở {settings.home / 'logs'}", style="red")
    return 1


@contextmanager
def _sigterm_as_ctrl_c() -> Iterator[None]:
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
