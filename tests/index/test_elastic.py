"""The Elasticsearch backend keeps the contract on a real server."""

from collections.abc import Iterator

import pytest

from index.base import MentionIndex
from index.elastic import ElasticIndex
from index.elastic_storage import ElasticStorage, build_client
from langnghe.settings import Settings
from ops import elasticsearch_node
from tests.index.contract import IndexContract
from tests.servers import free_port, missing


@pytest.fixture(scope="session")
def elasticsearch_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if not elasticsearch_node.is_installable():
        missing("a JDK with Maven, for Elasticsearch,")
    with elasticsearch_node.single_node(tmp_path_factory.mktemp("elasticsearch"), free_port(), free_port()) as url:
        yield url


@pytest.fixture
def storage(elasticsearch_url: str) -> Iterator[ElasticStorage]:
    client = build_client(Settings(elasticsearch_url=elasticsearch_url, _env_file=None))
    storage = ElasticStorage(client, "test", pause=lambda _: None)
    yield storage
    for name in client.indices.get(index="test-*"):
        client.indices.delete(index=name)
    client.close()


class TestElastic(IndexContract):
    @pytest.fixture
    def index(self, storage: ElasticStorage) -> MentionIndex:
        return ElasticIndex(storage)
