from datetime import UTC, datetime, timedelta

import pytest

from langnghe.errors import UsageError
from langnghe.store.engine import Store
from langnghe.store.sources import get_source, list_sources, remove_source, save_source, set_enabled

NOW = datetime(2025, 11, 22, 1, 0, tzinfo=UTC)
CONFIG = {"name": "bao-a", "title": "Báo A", "urls": ["https://bao-a.example/rss"], "expected": [5, 200]}


def test_a_saved_source_comes_back_as_it_was_given(store: Store) -> None:
    save_source(store, "bao-a", CONFIG, False, NOW)
    source = get_source(store, "bao-a")
    assert (source.config, source.enabled, source.updated_at) == (CONFIG, False, NOW)


def test_saving_again_replaces(store: Store) -> None:
    save_source(store, "bao-a", CONFIG, True, NOW)
    save_source(store, "bao-a", CONFIG | {"title": "Báo A mới"}, False, NOW + timedelta(days=1))
    assert [s.config["title"] for s in list_sources(store)] == ["Báo A mới"]
    assert get_source(store, "bao-a").enabled is False


def test_sources_are_listed_by_name(store: Store) -> None:
    for name in ("dien-dan", "bao-b", "bao-a"):
        save_source(store, name, CONFIG, True, NOW)
    assert [s.name for s in list_sources(store)] == ["bao-a", "bao-b", "dien-dan"]


def test_the_switch_changes_nothing_but_itself(store: Store) -> None:
    save_source(store, "bao-a", CONFIG, False, NOW)
    set_enabled(store, "bao-a", True, NOW + timedelta(hours=1))
    source = get_source(store, "bao-a")
    assert (source.config, source.enabled, source.updated_at) == (CONFIG, True, NOW + timedelta(hours=1))


def test_a_removed_source_is_gone(store: Store) -> None:
    save_source(store, "bao-a", CONFIG, False, NOW)
    remove_source(store, "bao-a")
    assert list_sources(store) == []


def test_an_unknown_name_is_told_in_one_plain_line(store: Store) -> None:
    for attempt in (
        lambda: get_source(store, "báo-lạ"),
        lambda: set_enabled(store, "báo-lạ", True, NOW),
        lambda: remove_source(store, "báo-lạ"),
    ):
        with pytest.raises(UsageError, match="Chưa có nguồn “báo-lạ”"):
            attempt()
