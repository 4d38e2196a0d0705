"""The sources an operator can choose from: those in the store and the files that came with the program."""

import logging
from datetime import datetime

from crawlers.config import SourceConfig, load_sources, parse_source
from langnghe.errors import ConfigError
from langnghe.settings import Settings
from langnghe.store.engine import Store
from langnghe.store.sources import StoredSource, list_sources, save_source, set_enabled

log = logging.getLogger(__name__)


def known_sources(store: Store, settings: Settings) -> list[SourceConfig]:
    """Those in the store, then the shipped ones that are not there yet; `enabled` as the store has it.

    Raises ConfigError for a shipped file that cannot be read.
    """
    stored = {source.name: config for source in list_sources(store) if (config := _readable(source))}
    shipped = [config for config in load_sources(settings.sources_dir) if config.name not in stored]
    return [*stored.values(), *shipped]


def switch_source(store: Store, settings: Settings, name: str, *, on: bool, now: datetime) -> None:
    """Raises UsageError for a name that is neither stored nor shipped."""
    ensure_stored(store, settings, name, now)
    set_enabled(store, name, on, now)


def register_shipped(store: Store, settings: Settings, now: datetime) -> None:
    """Puts the source files that are not in the store yet there, as they are: switched off.

    Raises ConfigError for a file that cannot be read.
    """
    have = {source.name for source in list_sources(store)}
    for config in load_sources(settings.sources_dir):
        if config.name not in have:
            _save(store, config, now)


def ensure_stored(store: Store, settings: Settings, name: str, now: datetime) -> None:
    """Stores a shipped source that is not in the store yet; an unknown name is left to whoever reads it."""
    if any(source.name == name for source in list_sources(store)):
        return
    for config in load_sources(settings.sources_dir):
        if config.name == name:
            _save(store, config, now)


def _save(store: Store, config: SourceConfig, now: datetime) -> None:
    save_source(store, config.name, config.model_dump(mode="json"), config.enabled, now)


def _readable(source: StoredSource) -> SourceConfig | None:
    try:
        return parse_source(source.config).model_copy(update={"enabled": source.enabled})
    except ConfigError as error:
        log.warning("source %s: %s", source.name, error)
        return None
