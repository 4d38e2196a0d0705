"""A real Elasticsearch node for the tests of this folder."""

from collections.abc import Iterator

import pytest

from index.elastic_storage import ElasticStorage, build_client
from langnghe.settings import Settings
from ops import elasticsearch_node
from tests.servers import free_port, missing


@pytest.fixture(scope="session")
def elasticsearch_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if not elasticsearch_node.is_installable():
        missing("a JDK with Maven, for Elasticsearch,")
    with elasticsearch_node.single_node(tmp_path_factory.mktemp("elasticsearch"), free_port(), free_port()) as url:
        yield url


@pytest.fixture
def storage(elasticsearch_url: str) -> Iterator[ElasticStorage]:
    """An alias without any index; what a test makes of it is removed."""
    client = build_client(Settings(elasticsearch_url=elasticsearch_url, _env_file=None))
    yield ElasticStorage(client, "test", pause=lambda _: None)
    for name in client.indices.get(index="test-*"):
        client.indices.delete(index=name)
    client.close()
