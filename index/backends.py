"""Which search backends there are, and how the settings open one."""

from collections.abc import Callable

from index.base import MentionIndex
from index.embedded import EmbeddedIndex
from langnghe.settings import IndexBackend, Settings


def open_index(settings: Settings, *, writer: bool = False) -> MentionIndex:
    """The index of the settings; close it when done. Only one process may write to the embedded one.

    Raises IndexUnavailable.
    """
    return BACKENDS[settings.index_backend](settings, writer)


def _open_embedded(settings: Settings, writer: bool) -> MentionIndex:
    return EmbeddedIndex(settings.index_dir, writer=writer)


BACKENDS: dict[IndexBackend, Callable[[Settings, bool], MentionIndex]] = {IndexBackend.EMBEDDED: _open_embedded}
