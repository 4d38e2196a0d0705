"""What every page works with: settings, store, index and names, opened once a process."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Thread

import streamlit as st

from desk.lexicon import Lexicon, load_lexicon, segment
from desk.periods import utc_now
from index.backends import open_index
from index.base import MentionIndex
from langnghe.settings import Settings, load_settings
from langnghe.store.engine import Store, open_store
from langnghe.store.sources import list_sources
from ui.i18n import Words, words
from ui.state import View, read_view

_TITLES_TTL_S = 30


@dataclass(frozen=True)
class Context:
    """Of one run of a page."""

    settings: Settings
    store: Store
    index: MentionIndex
    lexicon: Lexicon
    view: View
    t: Words
    now: datetime


def open_context() -> Context:
    """Raises LangNgheError, with what to do, when the store or the index cannot be opened."""
    settings = _settings()
    view = read_view({name: st.query_params.get_all(name) for name in st.query_params})
    return Context(settings, _store(settings), _index(settings), _lexicon(settings), view, words(view.lang), utc_now())


@st.cache_resource(show_spinner=False)
def _settings() -> Settings:
    return load_settings()


@st.cache_resource(show_spinner=False)
def _store(_settings: Settings) -> Store:
    return open_store(_settings)


@st.cache_resource(show_spinner=False)
def _index(_settings: Settings) -> MentionIndex:
    return open_index(_settings)


@st.cache_resource(show_spinner=False)
def _lexicon(_settings: Settings) -> Lexicon:
    Thread(target=segment, args=("",), daemon=True).start()  # the first query need not wait for the import
    return load_lexicon(lambda: _titles(_store(_settings)))


@st.cache_data(ttl=_TITLES_TTL_S, show_spinner=False)
def _titles(_store: Store) -> Mapping[str, str]:
    return {source.name: str(source.config.get("title") or source.name) for source in list_sources(_store)}
