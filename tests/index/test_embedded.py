"""The embedded backend keeps the contract, survives kill -9 and serves readers beside a writer."""

import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.backends import BACKENDS, open_index
from index.base import Filters, MentionIndex, MentionQuery, Sort
from index.embedded import EmbeddedIndex
from index.nodes import Word
from langnghe.errors import IndexUnavailable
from langnghe.settings import IndexBackend, Settings
from tests.index.contract import IndexContract
from tests.index.samples import build_mention

REPOSITORY = Path(__file__).parents[2]
EVERYTHING = MentionQuery()


class TestEmbedded(IndexContract):
    @pytest.fixture
    def index(self, tmp_path: Path) -> Iterator[MentionIndex]:
        index = EmbeddedIndex(tmp_path / "index", writer=True)
        yield index
        index.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


def _start_writer(folder: Path, first: int = 0, batch: int = 50) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.index.write_batches", str(folder), str(first), str(batch)]
    return subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)


def _acknowledged(process: subprocess.Popen[str]) -> int:
    assert process.stdout
    return int(process.stdout.readline())


def test_kill_9_loses_nothing_acknowledged_and_doubles_nothing(folder: Path) -> None:
    acknowledged, chance = 0, random.Random(9)
    for _ in range(4):
        process = _start_writer(folder, first=acknowledged)
        for _ in range(chance.randint(2, 12)):
            acknowledged = _acknowledged(process)
        process.kill()
        process.wait()
        index = EmbeddedIndex(folder)
        ids = [hit.mention.id for hit in index.scan(EVERYTHING)]
        assert len(ids) == len(set(ids))
        assert set(ids) >= {build_mention("", name=str(i)).id for i in range(acknowledged)}
    index = EmbeddedIndex(folder, writer=True)
    index.upsert([build_mention("sau cùng")])
    assert index.count(MentionQuery(text=Word(text="cùng"))) == 1
    index.close()


def test_readers_see_what_another_process_writes_while_it_writes(folder: Path) -> None:
    reader = EmbeddedIndex(folder)
    process = _start_writer(folder)
    for _ in range(25):
        acknowledged = _acknowledged(process)
        page = reader.search(MentionQuery(text=Word(text="ngập"), sort=Sort.RELEVANCE))
        assert page.total >= acknowledged
        assert len(page.hits) == 20
    process.kill()
    process.wait()


def test_a_second_writer_is_told_in_plain_words_and_may_come_later(folder: Path) -> None:
    first = EmbeddedIndex(folder, writer=True)
    with pytest.raises(IndexUnavailable, match="tiến trình khác"):
        EmbeddedIndex(folder, writer=True, lock_timeout_s=0.1)
    first.close()
    EmbeddedIndex(folder, writer=True, lock_timeout_s=0.1).close()


def test_a_reader_cannot_write(folder: Path) -> None:
    with pytest.raises(IndexUnavailable, match="chỉ được mở để đọc"):
        EmbeddedIndex(folder).upsert([build_mention("ngập")])


def test_a_scan_keeps_to_the_state_it_began_with(folder: Path) -> None:
    index = EmbeddedIndex(folder, writer=True)
    index.upsert([build_mention(f"ngập {i}") for i in range(10)])
    scan = index.scan(EVERYTHING)
    first = next(scan).mention.id
    index.clear()
    rest = [hit.mention.id for hit in scan]
    assert len({first, *rest}) == 10
    index.close()


@pytest.mark.parametrize("damage", ["meta", "version", "segment"])
def test_a_damaged_index_is_reported_not_raised_through(folder: Path, damage: str) -> None:
    index = EmbeddedIndex(folder, writer=True)
    index.upsert([build_mention("ngập")])
    index.close()
    victims = {"meta": folder / "meta.json", "version": folder / "version"}
    victim = victims.get(damage) or next(path for path in folder.iterdir() if path.suffix == ".idx")
    victim.write_bytes(b"0")
    with pytest.raises(IndexUnavailable):
        EmbeddedIndex(folder).search(MentionQuery(text=Word(text="ngập"), filters=Filters(source=("x",))))


def test_the_settings_choose_the_backend(tmp_path: Path) -> None:
    assert IndexBackend.EMBEDDED in BACKENDS
    settings = Settings(home=tmp_path, index_backend=IndexBackend.EMBEDDED)
    writer = open_index(settings, writer=True)
    writer.upsert([build_mention("ngập")])
    assert open_index(settings).count(EVERYTHING) == 1
    writer.close()
