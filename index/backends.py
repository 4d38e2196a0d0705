"""Which search backends there are, and how the settings open one."""

from collections.abc import Callable

from index.base import MentionIndex
from index.embedded import EmbeddedIndex
from langnghe.errors import ConfigError
from langnghe.settings import IndexBackend, Settings


def open_index(settings: Settings, *, writer: bool = False) -> MentionIndex:
    """The index of the settings; close it when done. Only one process may write to the embedded one.

    Raises IndexUnavailable.
    """
    return BACKENDS[settings.index_backend](settings, writer)


def _open_embedded(settings: Settings, writer: bool) -> MentionIndex:
    return EmbeddedIndex(settings.index_dir, writer=writer)


def _open_elastic(settings: Settings, _: bool) -> MentionIndex:
    """The client is imported here, so that one machine needs no `cluster` extra."""
    try:
        from index.elastic import ElasticIndex
        from index.elastic_storage import ElasticStorage, build_client
    except ImportError as error:
        raise ConfigError("Chưa cài phần Elasticsearch; hãy chạy `pip install langnghe[cluster]`") from error
    return ElasticIndex(ElasticStorage(build_client(settings), settings.elasticsearch_alias))


BACKENDS: dict[IndexBackend, Callable[[Settings, bool], MentionIndex]] = {
    IndexBackend.EMBEDDED: _open_embedded,
    IndexBackend.ELASTICSEARCH: _open_elastic,
}
