"""The frontier on both databases: nothing found is lost, nothing done is fetched again without need."""

from datetime import UTC, datetime, timedelta

import pytest

from langnghe.store import frontier
from langnghe.store.engine import Store
from langnghe.store.frontier import MAX_URL_CHARS, FoundUrl, Validator
from langnghe.store.tables import UrlState

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def url(n: int, version: str | None = None, role: str = "page") -> FoundUrl:
    return FoundUrl(f"https://bao.vn/{n}", f"https://bao.vn/{n}?utm=1", role, version, {"title": f"Tin {n}"})


def add(store: Store, *found: FoundUrl, source: str = "bao", now: datetime = NOW) -> list[str]:
    with store.write() as connection:
        return frontier.add(store, connection, source, found, now=now)


def finish(store: Store, found: FoundUrl, now: datetime = NOW) -> None:
    with store.write() as connection:
        frontier.finish(store, connection, "bao", found, now=now)


def fail(store: Store, found: FoundUrl, *, permanent: bool = False) -> bool:
    with store.write() as connection:
        return frontier.fail(connection, "bao", found.key, "hỏng", max_attempts=3, permanent=permanent, now=NOW)


def waiting(store: Store, limit: int = 100) -> list[FoundUrl]:
    with store.read() as connection:
        return frontier.pending(connection, "bao", limit=limit)


def counted(store: Store) -> dict[UrlState, int]:
    with store.read() as connection:
        return frontier.count_urls(connection, "bao")


def test_what_was_found_waits_with_all_that_was_said_of_it(store: Store) -> None:
    assert add(store, url(1), url(2), url(1)) == [url(1).key, url(2).key]
    assert waiting(store) == [url(1), url(2)]
    assert waiting(store, limit=1) == [url(1)]


def test_what_is_done_is_not_due_again_and_what_waits_still_is(store: Store) -> None:
    add(store, url(1), url(2))
    finish(store, url(1))
    assert add(store, url(1), url(2), url(3)) == [url(2).key, url(3).key]
    assert counted(store) == {UrlState.PENDING: 2, UrlState.DONE: 1, UrlState.FAILED: 0}


def test_another_version_makes_a_done_url_due_again(store: Store) -> None:
    add(store, url(1, "3 bài"))
    finish(store, url(1, "3 bài"))
    assert add(store, url(1, "3 bài")) == []
    assert add(store, url(1, "4 bài")) == [url(1).key]
    assert waiting(store) == [url(1, "4 bài")]


def test_a_url_may_be_done_before_it_was_added(store: Store) -> None:
    finish(store, url(1))
    assert add(store, url(1)) == []


def test_a_failing_url_waits_for_later_runs_and_is_given_up_in_the_end(store: Store) -> None:
    add(store, url(1), url(2))
    assert [fail(store, url(1)) for _ in range(3)] == [False, False, True]
    assert fail(store, url(2), permanent=True)
    assert waiting(store) == []
    assert add(store, url(1)) == []


def test_urls_that_failed_come_after_fresh_ones(store: Store) -> None:
    add(store, url(1), url(2))
    fail(store, url(1))
    assert [one.key for one in waiting(store)] == [url(2).key, url(1).key]


def test_sources_do_not_share_their_urls(store: Store) -> None:
    add(store, url(1))
    finish(store, url(1))
    assert add(store, url(1), source="khac") == [url(1).key]


def test_a_url_too_long_for_the_table_is_passed_over(store: Store) -> None:
    key = "https://bao.vn/" + "a" * MAX_URL_CHARS
    assert add(store, FoundUrl(key, key), url(1)) == [url(1).key]


def test_thousands_at_once(store: Store) -> None:
    many = [url(n) for n in range(1500)]
    assert len(add(store, *many)) == 1500
    assert len(add(store, *many)) == 1500
    assert len(waiting(store, limit=2000)) == 1500


def test_recent_pages_may_be_looked_at_again(store: Store) -> None:
    old, new, listing = url(1, role="article"), url(2, role="article"), url(3, role="list")
    for found, at in ((old, NOW - timedelta(days=3)), (new, NOW), (listing, NOW)):
        add(store, found, now=at)
        finish(store, found)
    with store.read() as connection:
        assert frontier.recent(connection, "bao", "article", since=NOW - timedelta(days=1), limit=9) == [new]


def test_nothing_of_a_broken_transaction_remains(store: Store) -> None:
    with pytest.raises(RuntimeError), store.write() as connection:
        frontier.add(store, connection, "bao", [url(1)], now=NOW)
        frontier.save_validator(store, connection, "https://bao.vn/rss", Validator("x", None), now=NOW)
        raise RuntimeError
    assert waiting(store) == []
    with store.read() as connection:
        assert frontier.load_validators(connection, ["https://bao.vn/rss"]) == {}


def test_validators_and_robots_are_kept_side_by_side(store: Store) -> None:
    address = "https://bao.vn/robots.txt"
    with store.write() as connection:
        frontier.save_robots(store, connection, address, "User-agent: *", now=NOW)
        frontier.save_validator(store, connection, "https://bao.vn/rss", Validator('"1"', None), now=NOW)
        frontier.save_validator(store, connection, "https://bao.vn/rss", Validator('"2"', "Mon"), now=NOW)
    with store.read() as connection:
        assert frontier.load_robots(connection, address, since=NOW - timedelta(hours=1)) == "User-agent: *"
        assert frontier.load_robots(connection, address, since=NOW) is None
        loaded = frontier.load_validators(connection, ["https://bao.vn/rss", "https://bao.vn/khac"])
    assert loaded == {"https://bao.vn/rss": Validator('"2"', "Mon")}
