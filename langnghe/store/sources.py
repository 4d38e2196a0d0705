"""The sources an operator registered: their configuration as data, and whether they are collected."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select, update

from langnghe.errors import UsageError
from langnghe.store.engine import Store
from langnghe.store.tables import sources


@dataclass(frozen=True)
class StoredSource:
    name: str
    config: dict[str, Any]
    """As `crawlers.config.SourceConfig` dumps itself to JSON; whoever reads it validates it."""
    enabled: bool
    """The switch of the page; it alone decides, whatever `config` says."""
    updated_at: datetime


def save_source(store: Store, name: str, config: dict[str, Any], enabled: bool, now: datetime) -> None:
    """Adds a source or replaces the one of this name."""
    values = {"name": name, "config": config, "enabled": enabled, "updated_at": now}
    statement = store.insert(sources).values(values)
    with store.write() as connection:
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["name"], set_={key: statement.excluded[key] for key in values if key != "name"}
            )
        )


def list_sources(store: Store) -> list[StoredSource]:
    """By name."""
    with store.read() as connection:
        return [_source(row) for row in connection.execute(select(sources).order_by(sources.c.name))]


def get_source(store: Store, name: str) -> StoredSource:
    """Raises UsageError when no source of this name is registered."""
    with store.read() as connection:
        row = connection.execute(select(sources).where(sources.c.name == name)).one_or_none()
    if row is None:
        raise unknown_source(name)
    return _source(row)


def set_enabled(store: Store, name: str, enabled: bool, now: datetime) -> None:
    """Switches a source on or off; schedules follow by themselves. Raises UsageError for an unknown name."""
    with store.write() as connection:
        changed = connection.execute(
            update(sources).where(sources.c.name == name).values(enabled=enabled, updated_at=now)
        )
    if changed.rowcount == 0:
        raise unknown_source(name)


def remove_source(store: Store, name: str) -> None:
    """Forgets the source; its mentions and its runs stay. Raises UsageError for an unknown name."""
    with store.write() as connection:
        removed = connection.execute(delete(sources).where(sources.c.name == name))
    if removed.rowcount == 0:
        raise unknown_source(name)


def unknown_source(name: str) -> UsageError:
    return UsageError(f"Chưa có nguồn “{name}”; xem các nguồn đã khai bằng `langnghe sources`.")


def _source(row: Row[Any]) -> StoredSource:
    return StoredSource(row.name, row.config, row.enabled, row.updated_at)
