"""An edition of the demonstration: when its texts are dated from, and where its site stands.

Both are kept in the home folder, so that a second run finds the same pages at the same addresses and collects
only what is new. After two days the texts would look stale: a new edition replaces the old one.
"""

import socket
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ValidationError
from sqlalchemy import delete, select, update

from index.base import MentionIndex
from langnghe.errors import UsageError
from langnghe.settings import Settings
from langnghe.store.engine import Store
from langnghe.store.tables import RunStatus, frontier, mentions, quarantine, runs

FRESH = timedelta(days=2)
PORTS = range(8600, 8700)


class Edition(BaseModel):
    anchor: AwareDatetime
    port: int

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def demo_folder(settings: Settings) -> Path:
    return settings.home / "demo"


def current_edition(settings: Settings, *, now: datetime) -> tuple[Edition, bool]:
    """The edition to serve, and whether it is a new one. Raises UsageError when its site is up already."""
    known = _load(settings)
    if known and is_free(known.port):
        return (known, False) if now - known.anchor < FRESH else (Edition(anchor=now, port=known.port), True)
    if known and now - known.anchor < FRESH:
        raise UsageError(
            f"Cổng {known.port} của trang trình diễn đang bận: có lẽ một lượt `langnghe demo` khác đang chạy; "
            f"hãy dừng nó, hoặc xóa {_file(settings)} để bắt đầu lại."
        )
    port = next((port for port in PORTS if is_free(port)), None)
    if port is None:
        raise UsageError(f"Không còn cổng nào trống trong khoảng {PORTS.start}-{PORTS.stop - 1} cho trang trình diễn.")
    return Edition(anchor=now, port=port), True


def save_edition(settings: Settings, edition: Edition) -> None:
    demo_folder(settings).mkdir(parents=True, exist_ok=True)
    _file(settings).write_text(edition.model_dump_json() + "\n", "utf-8")


def forget_editions(store: Store, index: MentionIndex, sources: Sequence[str]) -> None:
    """Takes what earlier editions left of `sources` out of the index and the store."""
    with store.read() as connection:
        ids = list(connection.scalars(select(mentions.c.id).where(mentions.c.source.in_(sources))))
    index.delete(ids)
    with store.write() as connection:
        for table in (mentions, quarantine, frontier, runs):
            connection.execute(delete(table).where(table.c.source.in_(sources)))


def close_runs(store: Store, sources: Sequence[str], *, now: datetime) -> None:
    """Ends what a demonstration that was killed, or is ending now, leaves queued or running: its site is gone."""
    is_open = runs.c.source.in_(sources) & runs.c.status.in_((RunStatus.QUEUED, RunStatus.RUNNING))
    ended = {"status": RunStatus.FAILED, "finish_reason": "trang trình diễn đã tắt", "finished_at": now}
    with store.write() as connection:
        connection.execute(update(runs).where(is_open).values(ended))


def _load(settings: Settings) -> Edition | None:
    try:
        return Edition.model_validate_json(_file(settings).read_text("utf-8"))
    except (OSError, ValidationError):
        return None


def _file(settings: Settings) -> Path:
    return demo_folder(settings) / "edition.json"


def is_free(port: int) -> bool:
    """Whether a server may take this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
