"""Crawling a source: a child process fetches and stores, the caller sees live counts."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event, Thread
from typing import IO, Any

from filelock import FileLock, Timeout

from crawlers.config import SourceConfig, SourceKind
from crawlers.counts import CrawlCounts, CrawlResult, yield_problem
from crawlers.files import crawl_files
from crawlers.ledger import DiskFull, check_room
from langnghe.settings import REPOSITORY, Settings

__all__ = ["CrawlCounts", "CrawlResult", "crawl", "yield_problem"]

STOP_WITHIN_S = 40.0
"""A child that was asked to stop may finish the pages it is fetching."""
_LOG_BYTES = 5 * 2**20

OnProgress = Callable[[CrawlCounts], None]


def crawl(
    config: SourceConfig,
    settings: Settings,
    *,
    on_progress: OnProgress | None = None,
    overrides: Mapping[str, Any] | None = None,
    stop: Event | None = None,
) -> CrawlResult:
    """Fetches what is new and stores it as collected mentions. Safe to kill at any time, and to repeat.

    One crawl of a source at a time: a second one ends at once with `already_running`. `overrides` are Scrapy
    settings. Once `stop` is set the crawl ends with `stopped` after the pages on their way. The child's log is
    `logs/crawl-NAME.log` below the home. Raises StoreError for `file` sources only; else what went wrong is in
    `errors` and `finish_reason`.
    """
    folder = settings.home / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / f"crawl-{config.name}.lock", timeout=0):
            check_room(settings)
            if config.kind is SourceKind.FILE:
                return crawl_files(config, settings, on_progress=on_progress)
            return _crawl_in_child(config, settings, on_progress, dict(overrides or {}), stop)
    except Timeout:
        return _not_begun(f"Nguồn {config.name} đang được thu thập bởi một tiến trình khác.", "already_running")
    except DiskFull as error:
        return _not_begun(str(error), "disk_full")


def order(config: SourceConfig, settings: Settings, overrides: Mapping[str, Any] | None = None) -> str:
    """The line that tells the child what to do. It holds the secrets, so it goes through a pipe and nowhere else."""
    fields = settings.model_dump(mode="json")
    for name, value in settings:
        if hasattr(value, "get_secret_value"):
            fields[name] = value.get_secret_value()
    fields["home"] = str(settings.home.resolve())
    return json.dumps(
        {"config": config.model_dump(mode="json"), "settings": fields, "overrides": dict(overrides or {})}
    )


def start_child(line: str, log: IO[bytes]) -> "subprocess.Popen[str]":
    """Its stdin stays open: when it closes, the child knows that the parent died."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(REPOSITORY), os.environ.get("PYTHONPATH", "")])}
    child = subprocess.Popen(
        [sys.executable, "-m", "crawlers.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        encoding="utf-8",
        env=environment,
        start_new_session=True,  # Ctrl-C is for the parent; it tells the child by closing its stdin
    )
    assert child.stdin
    child.stdin.write(line + "\n")
    child.stdin.flush()
    return child


def _not_begun(error: str, reason: str) -> CrawlResult:
    return CrawlResult(counts=CrawlCounts(), errors=[error], finish_reason=reason)


def _crawl_in_child(
    config: SourceConfig,
    settings: Settings,
    on_progress: OnProgress | None,
    overrides: dict[str, Any],
    stop: Event | None,
) -> CrawlResult:
    log_path = settings.home / "logs" / f"crawl-{config.name}.log"
    with _open_log(log_path) as log:
        child = start_child(order(config, settings, overrides), log)
        if stop:
            Thread(target=_stop_with, args=(stop, child), daemon=True).start()
        try:
            return _follow(child, on_progress, log_path)
        finally:
            _end(child)


def _stop_with(stop: Event, child: "subprocess.Popen[str]") -> None:
    while child.poll() is None:
        if stop.wait(0.5) and child.stdin:
            child.stdin.close()
            return


def _follow(child: "subprocess.Popen[str]", on_progress: OnProgress | None, log_path: Path) -> CrawlResult:
    counts = CrawlCounts()
    errors: list[str] = []
    assert child.stdout
    for line in child.stdout:
        told = json.loads(line)
        if "counts" in told:
            counts = CrawlCounts.model_validate(told["counts"])
            if on_progress:
                on_progress(counts)
        elif "result" in told:
            result = CrawlResult.model_validate(told["result"])
            if on_progress:
                on_progress(result.counts)
            return result
        else:
            errors.append(str(told.get("error")))
    reason = f"Tiến trình thu thập dừng bất thường (mã {child.wait()}); nhật ký: {log_path}"
    return CrawlResult(counts=counts, errors=errors or [reason], finish_reason="store_error" if errors else "crashed")


def _end(child: "subprocess.Popen[str]") -> None:
    """However the caller leaves, the child does not stay behind."""
    if child.poll() is None and child.stdin:
        child.stdin.close()
    try:
        child.wait(STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _open_log(path: Path) -> IO[bytes]:
    """Appends; a log that has grown large begins anew and keeps one predecessor."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > _LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")
