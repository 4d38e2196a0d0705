"""The processes beside the demonstration: dashboard and worker, each in a process group of its own.

A Ctrl-C in the terminal so reaches the parent alone, which then ends the groups one after the other.
"""

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from urllib.error import URLError
from urllib.request import urlopen

from langnghe.errors import LangNgheError
from langnghe.settings import REPOSITORY, Settings

READY_WITHIN_S = 90.0
STOP_WITHIN_S = 45.0
"""A worker may finish the pages it is fetching."""

Dashboard = subprocess.Popen[bytes]


@contextmanager
def dashboard(settings: Settings) -> Iterator[Dashboard]:
    """Streamlit; it reads its settings from the environment, as this process did."""
    where = [f"--server.address={settings.ui_address}", f"--server.port={settings.ui_port}", "--server.headless=true"]
    command = [sys.executable, "-m", "streamlit", "run", str(REPOSITORY / "ui" / "app.py"), *where]
    with _log(settings, "dashboard").open("ab") as log:
        child = subprocess.Popen(  # noqa: S603  our own interpreter
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield child
    finally:
        _end_group(child.pid, signal.SIGTERM)
        try:
            child.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            _end_group(child.pid, signal.SIGKILL)
            child.wait()


@contextmanager
def worker(settings: Settings) -> Iterator[BaseProcess]:
    """Runs what is due with the settings given, which allow the site's address."""
    child = get_context("spawn").Process(target=_work, args=(settings, _log(settings, "worker")), name="worker")
    child.start()
    assert child.pid is not None
    try:
        yield child
    finally:
        child.terminate()
        child.join(STOP_WITHIN_S)
        _end_group(child.pid, signal.SIGKILL)
        child.join()


def wait_until_ready(pages: Dashboard, settings: Settings) -> str:
    """The dashboard's address, once it answers. Raises LangNgheError when it does not come up."""
    address = f"http://{settings.ui_address}:{settings.ui_port}"
    deadline = monotonic() + READY_WITHIN_S
    while monotonic() < deadline and pages.poll() is None:
        with suppress(URLError, OSError), urlopen(f"{address}/_stcore/health", timeout=2):  # noqa: S310
            return address
        with suppress(subprocess.TimeoutExpired):
            pages.wait(0.2)
    raise LangNgheError(f"Bảng điều khiển không khởi động được; nhật ký: {_log(settings, 'dashboard')}")


def wait_until_one_ends(pages: Dashboard, jobs: BaseProcess) -> None:
    ended = Event()
    for wait in (pages.wait, jobs.join):
        _set_after(wait, ended)
    while not ended.wait(1.0):
        """A wait without a limit would keep Python from seeing signals on some systems."""


def _work(settings: Settings, log: Path) -> None:
    """The worker's process; it ends with its parent, however that ends."""
    from langnghe.worker import work

    os.setsid()
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    parent = parent_process()
    assert parent is not None
    _set_after(parent.join, stop)
    work(settings, once=False, stop=stop)


def _set_after(wait: Callable[[], object], event: Event) -> None:
    def run() -> None:
        wait()
        event.set()

    Thread(target=run, daemon=True).start()


def _end_group(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _log(settings: Settings, name: str) -> Path:
    folder = settings.home / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}.log"
