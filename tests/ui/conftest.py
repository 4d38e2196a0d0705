"""A home filled with the invented posts, and the workplace served from it for a real browser."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from index.backends import open_index
from index.base import MentionIndex
from langnghe.settings import Settings
from langnghe.store.engine import open_store
from langnghe.store.sources import save_source
from tests.posts import build_posts

REPOSITORY = Path(__file__).parents[2]
CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_TIMEOUT_S = 60


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with one named source and an index with the invented posts, made up to now."""
    settings = Settings(home=tmp_path_factory.mktemp("home"), _env_file=None)
    now = datetime.now(UTC)
    store = open_store(settings)
    save_source(store, "bao-mau", {"title": "Báo Mẫu"}, True, now)
    store.close()
    writer = open_index(settings, writer=True)
    assert writer.upsert(build_posts(now)) == []
    writer.close()
    return settings.home


@pytest.fixture(scope="session")
def index(home: Path) -> Iterator[MentionIndex]:
    opened = open_index(Settings(home=home, _env_file=None))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def address(home: Path) -> Iterator[str]:
    """Of the running workplace."""
    yield from serve(home)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        message = f"{CHROMIUM} is missing: install Debian's package chromium"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A desktop window; fails the test when the page wants anything from outside this machine."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="vi-VN", accept_downloads=True)
    opened = context.new_page()
    opened.set_default_timeout(30_000)
    outside: list[str] = []
    opened.on("request", lambda r: outside.append(r.url) if not r.url.startswith(LOCAL) else None)
    yield opened
    context.close()
    assert outside == []


LOCAL = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:", "about:")


def serve(home: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    streamlit = Path(sys.executable).with_name("streamlit")
    command = [str(streamlit) if streamlit.exists() else shutil.which("streamlit") or "streamlit"]
    command += ["run", "ui/app.py", "--server.port", str(port)]
    environment = os.environ | {"LANGNGHE_HOME": str(home)}
    log = home.parent / f"streamlit-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=output, stderr=output)
        try:
            _wait(f"http://127.0.0.1:{port}/_stcore/health", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


def _wait(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < end and process.poll() is None:
        try:
            with urlopen(url, timeout=1):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"the workplace did not start:\n{log.read_text('utf-8', 'replace')[-2000:]}")
