"""The loopback site as a fixture."""

from collections.abc import Iterator

import pytest

from tests.crawlers.served import Site


@pytest.fixture
def site() -> Iterator[Site]:
    served = Site()
    yield served
    served.close()


@pytest.fixture(scope="module")
def shared_site() -> Iterator[Site]:
    served = Site()
    yield served
    served.close()
