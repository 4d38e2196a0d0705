"""A real embedded index with the invented posts, shared by the tests that only read it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from desk.lexicon import Lexicon, load_lexicon
from index.backends import open_index
from index.base import MentionIndex
from langnghe.records import Mention
from langnghe.settings import Settings
from tests.posts import build_posts

AT = datetime(2026, 11, 22, 7, 5, tzinfo=UTC)


@pytest.fixture(scope="session")
def now() -> datetime:
    return AT


@pytest.fixture(scope="session")
def posts() -> list[Mention]:
    return build_posts(AT)


@pytest.fixture(scope="session")
def index(posts: list[Mention], tmp_path_factory: pytest.TempPathFactory) -> Iterator[MentionIndex]:
    opened = open_index(Settings(home=tmp_path_factory.mktemp("desk"), _env_file=None), writer=True)
    assert opened.upsert(posts) == []
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return load_lexicon()
