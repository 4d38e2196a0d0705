"""The URLs of every source: found, fetched, given up. A URL is done in the transaction that saves what it held.

Each function works inside the caller's transaction, so that a crawler killed at any time has either
both the mentions and the mark, or neither.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, func, select, update

from langnghe.store.engine import Store
from langnghe.store.tables import UrlState, frontier, validators

MAX_URL_CHARS = 2000
_CHUNK = 500


@dataclass(frozen=True)
class FoundUrl:
    """Something to fetch once, or again when its `version` changes."""

    key: str
    """The canonical URL: two spellings of one page have one key."""
    href: str
    """As found, for fetching."""
    role: str = "page"
    """What the spider takes it for."""
    version: str | None = None
    """A mark of its content where the list tells one (date of the last reply); another mark, another fetch."""
    meta: dict[str, Any] = field(default_factory=dict)
    """What the list said of it; JSON."""


@dataclass(frozen=True)
class Validator:
    """What the server gave to ask later whether a page changed (RFC 9110, section 8.8)."""

    etag: str | None
    last_modified: str | None


def add(store: Store, connection: Connection, source: str, found: Iterable[FoundUrl], *, now: datetime) -> list[str]:
    """Notes what was found; returns the keys that are still to be fetched, in the order found."""
    wanted: dict[str, FoundUrl] = {}
    for one in found:
        if len(one.key) <= MAX_URL_CHARS:
            wanted.setdefault(one.key, one)
    known = _known(connection, source, list(wanted))
    fresh = [one for one in wanted.values() if one.key not in known]
    if fresh:
        rows = [_row(source, one, now) for one in fresh]
        connection.execute(store.insert(frontier).on_conflict_do_nothing(), rows)
    for one in wanted.values():
        if one.key in known and _differs(known[one.key], one):
            _set(connection, source, one.key, state=UrlState.PENDING, meta=_meta(one), attempts=0, reason=None)
            known[one.key] = (UrlState.PENDING, {})
    return [key for key in wanted if key not in known or known[key][0] == UrlState.PENDING]


def finish(store: Store, connection: Connection, source: str, found: FoundUrl, *, now: datetime) -> None:
    """Marks a URL as fetched; it need not have been added before."""
    row = _row(source, found, now) | {"state": UrlState.DONE, "fetched_at": now}
    connection.execute(
        store.insert(frontier)
        .values(row)
        .on_conflict_do_update(
            index_elements=["source", "url"],
            set_={"state": UrlState.DONE, "fetched_at": now, "meta": row["meta"], "reason": None},
        )
    )


def fail(
    connection: Connection, source: str, key: str, reason: str, *, max_attempts: int, permanent: bool, now: datetime
) -> bool:
    """Counts a failed fetch; returns whether the URL is given up, else it waits for the next run."""
    where = (frontier.c.source == source) & (frontier.c.url == key)
    attempts = (connection.scalar(select(frontier.c.attempts).where(where)) or 0) + 1
    given_up = permanent or attempts >= max_attempts
    state = UrlState.FAILED if given_up else UrlState.PENDING
    _set(connection, source, key, state=state, attempts=attempts, reason=reason, fetched_at=now)
    return given_up


def pending(connection: Connection, source: str, *, limit: int) -> list[FoundUrl]:
    """What is still to be fetched, oldest find first."""
    waiting = (
        select(frontier.c.url, frontier.c.meta)
        .where(frontier.c.source == source, frontier.c.state == UrlState.PENDING)
        .order_by(frontier.c.attempts, frontier.c.discovered_at, frontier.c.url)
        .limit(limit)
    )
    return [_found(key, meta) for key, meta in connection.execute(waiting)]


def recent(connection: Connection, source: str, role: str, *, since: datetime, limit: int) -> list[FoundUrl]:
    """What was found after `since` and fetched: for another look at its comments. Newest find first."""
    done = (
        select(frontier.c.url, frontier.c.meta)
        .where(frontier.c.source == source, frontier.c.state == UrlState.DONE, frontier.c.discovered_at > since)
        .order_by(frontier.c.discovered_at.desc(), frontier.c.url)
    )
    found = (_found(key, meta) for key, meta in connection.execute(done))
    return list(islice((one for one in found if one.role == role), limit))


def count_urls(connection: Connection, source: str) -> dict[UrlState, int]:
    rows = connection.execute(
        select(frontier.c.state, func.count()).where(frontier.c.source == source).group_by(frontier.c.state)
    )
    return dict.fromkeys(UrlState, 0) | {UrlState(state): n for state, n in rows}


def load_validators(connection: Connection, urls: Sequence[str]) -> dict[str, Validator]:
    rows = connection.execute(select(validators).where(validators.c.url.in_(urls)))
    return {row.url: Validator(row.etag, row.last_modified) for row in rows}


def save_validator(store: Store, connection: Connection, url: str, validator: Validator, *, now: datetime) -> None:
    _save_check(store, connection, url, {"etag": validator.etag, "last_modified": validator.last_modified}, now)


def load_robots(connection: Connection, url: str, *, since: datetime) -> str | None:
    """The robots.txt fetched from `url` after `since`; the empty text where the site has none."""
    fresh = select(validators.c.body).where(validators.c.url == url, validators.c.checked_at > since)
    return connection.scalar(fresh)


def save_robots(store: Store, connection: Connection, url: str, body: str, *, now: datetime) -> None:
    _save_check(store, connection, url, {"body": body}, now)


def _save_check(store: Store, connection: Connection, url: str, values: dict[str, Any], now: datetime) -> None:
    if len(url) > MAX_URL_CHARS:
        return
    values = values | {"checked_at": now}
    connection.execute(
        store.insert(validators)
        .values(values | {"url": url})
        .on_conflict_do_update(index_elements=["url"], set_=values)
    )


def _known(connection: Connection, source: str, keys: Sequence[str]) -> dict[str, tuple[str, dict[str, Any]]]:
    known: dict[str, tuple[str, dict[str, Any]]] = {}
    for start in range(0, len(keys), _CHUNK):
        rows = connection.execute(
            select(frontier.c.url, frontier.c.state, frontier.c.meta).where(
                frontier.c.source == source, frontier.c.url.in_(keys[start : start + _CHUNK])
            )
        )
        known |= {key: (state, meta) for key, state, meta in rows}
    return known


def _differs(known: tuple[str, dict[str, Any]], found: FoundUrl) -> bool:
    return found.version is not None and known[1].get("version") != found.version


def _set(connection: Connection, source: str, key: str, **values: Any) -> None:
    connection.execute(update(frontier).where(frontier.c.source == source, frontier.c.url == key).values(**values))


def _row(source: str, found: FoundUrl, now: datetime) -> dict[str, Any]:
    return {
        "source": source,
        "url": found.key,
        "state": UrlState.PENDING,
        "meta": _meta(found),
        "attempts": 0,
        "discovered_at": now,
    }


def _meta(found: FoundUrl) -> dict[str, Any]:
    return {"href": found.href, "role": found.role, "version": found.version, "meta": found.meta}


def _found(key: str, meta: dict[str, Any]) -> FoundUrl:
    return FoundUrl(key, meta["href"], meta["role"], meta["version"], meta["meta"])
