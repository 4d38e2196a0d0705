"""The crawl's writer: whole pages or nothing, and no writing on a full disk."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawlers.ledger import DiskFull, Failure, Ledger, Reading, Visit
from crawlers.mentions import Draft, MentionMaker
from langnghe.records import Mention
from langnghe.settings import Settings, load_settings
from langnghe.store.engine import Store, open_store
from langnghe.store.frontier import FoundUrl, Validator
from langnghe.store.mentions import list_quarantined, scan_mentions
from tests.crawlers.served import source

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
CONFIG = source("feed", "https://bao.vn/rss")
OpenLedger = Callable[..., Ledger]


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path, min_free_mb=1)


@pytest.fixture
def opened(home: Settings) -> Iterator[Store]:
    store = open_store(home)
    yield store
    store.close()


@pytest.fixture
def ledger(home: Settings, opened: Store) -> Iterator[Ledger]:
    kept = Ledger(opened, CONFIG, home, clock=lambda: NOW)
    yield kept
    kept.close()


def mention(n: int, text: str = "Đường ngập sâu") -> Mention:
    return MentionMaker(CONFIG, load_settings()).make(Draft(f"https://bao.vn/{n}", text), now=NOW)


def url(n: int, version: str | None = None) -> FoundUrl:
    return FoundUrl(f"https://bao.vn/{n}", f"https://bao.vn/{n}", version=version)


def due(ledger: Ledger, step: Visit | Failure) -> list[FoundUrl]:
    return ledger.submit(step).result(timeout=20)


LIST = url(0)


def test_a_list_makes_its_pages_due_and_a_page_saves_its_mentions(ledger: Ledger, opened: Store) -> None:
    reading = Reading(found=[url(1), url(2), url(1)], listed=2)
    assert due(ledger, Visit(LIST, in_frontier=False, reading=reading)) == [url(1), url(2)]
    due(ledger, Visit(url(1), in_frontier=True, reading=Reading([mention(1)])))
    assert ledger.to_fetch(limit=9) == [url(2)]
    assert [one.native_id for one in scan_mentions(opened)] == ["https://bao.vn/1"]
    counts = ledger.counts
    assert (counts.pages, counts.listed, counts.items, counts.new) == (2, 2, 1, 1)


def test_the_next_page_of_a_list_is_due_only_if_this_one_brought_something(ledger: Ledger) -> None:
    further = FoundUrl("p2", "https://bao.vn/p2", "list", version="lượt 1")
    reading = Reading(found=[url(1)], next_page=further)
    assert due(ledger, Visit(LIST, in_frontier=False, reading=reading)) == [url(1), further]
    due(ledger, Visit(url(1), in_frontier=True))
    due(ledger, Visit(further, in_frontier=True))
    again = FoundUrl("p2", "https://bao.vn/p2", "list", version="lượt 2")
    assert due(ledger, Visit(LIST, in_frontier=False, reading=Reading(found=[url(1)], next_page=again))) == []
    news = Reading([mention(7)], next_page=again)
    assert due(ledger, Visit(LIST, in_frontier=False, reading=news)) == [again]


def test_an_unchanged_list_counts_as_such(ledger: Ledger) -> None:
    due(ledger, Visit(LIST, in_frontier=False, unchanged=True))
    assert (ledger.counts.not_modified, ledger.counts.pages) == (1, 0)


def test_validators_are_saved_with_the_page(ledger: Ledger) -> None:
    due(ledger, Visit(LIST, in_frontier=False, validator=Validator('"1"', None)))
    assert ledger.validators([LIST.href]) == {LIST.href: Validator('"1"', None)}


def test_a_full_disk_stops_the_writing_and_loses_nothing(home: Settings, opened: Store) -> None:
    full = Ledger(opened, CONFIG, home.model_copy(update={"min_free_mb": 10**9}), clock=lambda: NOW)
    with pytest.raises(DiskFull, match="Đĩa chỉ còn"):
        due(full, Visit(url(1), in_frontier=True, reading=Reading([mention(1)])))
    full.close()
    assert list(scan_mentions(opened)) == []
    assert full.counts.items == 0


def test_a_page_the_database_refuses_does_not_take_others_with_it(ledger: Ledger, opened: Store) -> None:
    poison = mention(1).model_copy(update={"excerpt_chars": 10**30})
    steps = [Visit(url(n), in_frontier=True, reading=Reading([mention(n)])) for n in range(2, 30)]
    steps.insert(3, Visit(url(1), in_frontier=True, reading=Reading([poison])))
    outcomes = [ledger.submit(step) for step in steps]
    refused = [outcome for outcome in outcomes if outcome.exception(timeout=20)]
    assert refused == [outcomes[3]]
    assert len(list(scan_mentions(opened))) == 28
    assert ledger.counts.items == 28


def test_what_is_given_up_goes_to_quarantine_with_its_reason(ledger: Ledger, opened: Store) -> None:
    due(ledger, Visit(LIST, in_frontier=False, reading=Reading(found=[url(1), url(2)])))
    due(ledger, Failure(url(1), in_frontier=True, reason="Trang đòi đăng nhập.", permanent=True))
    for _ in range(2):
        due(ledger, Failure(url(2), in_frontier=True, reason="Không tải được", permanent=False))
    assert [row["reason"] for row in list_quarantined(opened)] == ["Trang đòi đăng nhập."]
    assert ledger.to_fetch(limit=9) == [url(2)]
    due(ledger, Failure(url(2), in_frontier=True, reason="Không tải được", permanent=False))
    assert ledger.to_fetch(limit=9) == []
    assert (ledger.counts.failed, ledger.counts.bad) == (4, 2)


def test_bad_entries_wait_in_quarantine_once(ledger: Ledger, opened: Store) -> None:
    reading = Reading(bad=[({"url": None, "title": "Trống"}, "Không có nội dung.")])
    for _ in range(3):
        due(ledger, Visit(LIST, in_frontier=False, reading=reading))
    assert len(list_quarantined(opened)) == 1


def test_a_postponed_page_waits_without_counting_as_failed(ledger: Ledger) -> None:
    due(ledger, Visit(LIST, in_frontier=False, reading=Reading(found=[url(1)])))
    for _ in range(5):
        due(ledger, Failure(url(1), in_frontier=True, reason="503", permanent=False, postponed=True))
    assert ledger.to_fetch(limit=9) == [url(1)]
    assert (ledger.counts.postponed, ledger.counts.failed) == (5, 0)


def test_closing_stores_all_that_was_submitted(home: Settings, opened: Store) -> None:
    closing = Ledger(opened, CONFIG, home, clock=lambda: NOW)
    for n in range(200):
        closing.submit(Visit(url(n), in_frontier=True, reading=Reading([mention(n)])))
    closing.close()
    assert len(list(scan_mentions(opened))) == 200
