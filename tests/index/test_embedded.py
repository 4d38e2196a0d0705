"""The embedded backend keeps the contract, survives kill -9 and serves readers beside a writer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.base import MentionIndex
from index.embedded import EmbeddedIndex
from tests.index.contract import IndexContract


class TestEmbedded(IndexContract):
    @pytest.fixture
    def index(self, tmp_path: Path) -> Iterator[MentionIndex]:
        index = EmbeddedIndex(tmp_path / "index", writer=True)
        yield index
        index.close()
