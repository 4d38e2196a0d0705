"""Pages are read in processes of their own: both cores work, a page that takes too long is dropped with its process."""

import asyncio
import multiprocessing
from concurrent.futures import TimeoutError as PageTimeoutError
from datetime import datetime

from pebble import ProcessExpired, ProcessPool

from crawlers.config import Selectors
from crawlers.page import Page
from langnghe.errors import BadInput

PAGE_LIMIT_S = 10.0


class ReaderDied(Exception):
    """By the page's fault or by a shortage of memory: worth another try."""


class ReadingPool:
    """Starts its processes with the first page; `close` ends them."""

    def __init__(self, n_processes: int, *, limit_s: float = PAGE_LIMIT_S) -> None:
        self._n_processes = n_processes
        self._limit_s = limit_s
        self._pool: ProcessPool | None = None

    async def read(
        self, body: bytes, content_type: str | None, *, url: str, selectors: Selectors, now: datetime
    ) -> Page:
        """Raises BadInput for a page that cannot be read or takes too long, ReaderDied when its process went away."""
        future = self._started().schedule(
            _read,
            args=(body, content_type),
            kwargs={"url": url, "selectors": selectors, "now": now},
            timeout=self._limit_s,
        )
        try:
            return await asyncio.wrap_future(future)
        except PageTimeoutError as error:
            raise BadInput(f"Trang quá nặng, không đọc xong trong {self._limit_s:.0f} giây.") from error
        except ProcessExpired as error:
            raise ReaderDied("Tiến trình đọc trang bị dừng đột ngột.") from error
        except (ValueError, RecursionError, MemoryError) as error:
            raise BadInput(f"Không đọc được trang: {error}") from error

    def close(self) -> None:
        if self._pool:
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join(timeout=5)

    def _started(self) -> ProcessPool:
        """A fork of the crawler would copy its threads' locks; a fork server has none."""
        if self._pool is None:
            context = multiprocessing.get_context("forkserver")
            context.set_forkserver_preload(["crawlers.article"])
            self._pool = ProcessPool(max_workers=self._n_processes, context=context)
        return self._pool


def _read(body: bytes, content_type: str | None, *, url: str, selectors: Selectors, now: datetime) -> Page:
    """Imports in the reading process what the crawling one never needs."""
    from crawlers.article import read_page

    return read_page(body, content_type, url=url, selectors=selectors, now=now)
