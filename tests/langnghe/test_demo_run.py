"""The demonstration end to end: real spiders, real model, real index; nothing outside this machine is contacted."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest

from index.backends import open_index
from index.base import Filters, MentionQuery
from langnghe.cli.output import progress_bars
from langnghe.demo.edition import PORTS, Edition, close_runs, current_edition, forget_editions, save_edition
from langnghe.demo.pieces import load_publications
from langnghe.demo.run import run_demo
from langnghe.errors import UsageError
from langnghe.records import Flag, Mention, PiiType
from langnghe.settings import REPOSITORY, Settings
from langnghe.store.engine import open_store
from langnghe.store.mentions import count_pipeline, save_mentions, scan_mentions
from langnghe.store.runs import Trigger, list_runs, queue_run, start_run
from langnghe.store.sources import list_sources, save_source
from langnghe.store.tables import RunStatus
from tests import samples
from tests.servers import free_port

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
LOOPBACK = ("127.", "::1", "localhost")


class TestEditions:
    def test_the_first_edition_begins_now(self, settings: Settings) -> None:
        edition, is_new = current_edition(settings, now=NOW)
        assert (edition.anchor, is_new) == (NOW, True)
        assert edition.port in PORTS

    def test_a_second_run_finds_the_same_pages_at_the_same_address(self, settings: Settings) -> None:
        first, _ = current_edition(settings, now=NOW)
        save_edition(settings, first)
        assert current_edition(settings, now=NOW + timedelta(hours=30)) == (first, False)

    def test_after_two_days_a_new_edition_begins(self, settings: Settings) -> None:
        first, _ = current_edition(settings, now=NOW)
        save_edition(settings, first)
        later = NOW + timedelta(days=3)
        assert current_edition(settings, now=later) == (Edition(anchor=later, port=first.port), True)

    def test_a_demonstration_that_runs_already_is_named(self, settings: Settings) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            save_edition(settings, Edition(anchor=NOW, port=taken.getsockname()[1]))
            with pytest.raises(UsageError, match="đang bận"):
                current_edition(settings, now=NOW)

    def test_a_damaged_file_begins_a_new_edition(self, settings: Settings) -> None:
        save_edition(settings, Edition(anchor=NOW, port=8600))
        next(settings.home.rglob("edition.json")).write_text("{")
        assert current_edition(settings, now=NOW)[1]


class TestForgetting:
    def test_an_old_edition_leaves_store_and_index_and_nothing_else_does(self, settings: Settings) -> None:
        old = samples.annotated(samples.mention("đường ngập", source="demo-xom-minh"))
        kept = samples.annotated(samples.mention("đường khô", source="bao-that"))
        store, index = open_store(settings), open_index(settings, writer=True)
        save_mentions(store, [old, kept])
        index.upsert([old, kept])
        forget_editions(store, index, ["demo-xom-minh"])
        assert [found.id for found in scan_mentions(store)] == [kept.id]
        assert [hit.mention.id for hit in index.scan(MentionQuery())] == [kept.id]
        index.close()
        store.close()

    def test_runs_left_open_are_closed_and_others_go_on(self, settings: Settings) -> None:
        store = open_store(settings)
        for name in ("demo-xom-minh", "bao-that"):
            save_source(store, name, {}, enabled=True, now=NOW)
            start_run(store, queue_run(store, name, Trigger.MANUAL, NOW), NOW)
        close_runs(store, ["demo-xom-minh"], now=NOW)
        assert {run.source: run.status for run in list_runs(store)} == {
            "demo-xom-minh": RunStatus.FAILED,
            "bao-that": RunStatus.RUNNING,
        }
        store.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "var"


@pytest.fixture(scope="module")
def demo(home: Path) -> Iterator[tuple[Settings, dict[str, int]]]:
    """One run of the demonstration, with connections refused to all but this machine."""
    settings = Settings(home=home, ui_port=free_port(), _env_file=None)
    with pytest.MonkeyPatch.context() as patch, progress_bars(shown=False) as bars:
        patch.setattr(socket.socket, "connect", _guarded(socket.socket.connect))
        yield settings, run_demo(settings, bars)


def _guarded(connect):
    def guarded(self, address):
        if isinstance(address, tuple):
            assert str(address[0]).startswith(LOOPBACK), f"contacted {address}"
        return connect(self, address)

    return guarded


def mentions_of(settings: Settings) -> list[Mention]:
    store = open_store(settings)
    try:
        return list(scan_mentions(store))
    finally:
        store.close()


class TestRun:
    def test_counts_add_up(self, demo: tuple[Settings, dict[str, int]]) -> None:
        _, counts = demo
        publications = load_publications(NOW)
        texts = sum(len(list(publication.texts())) for publication in publications.values())
        assert counts["quarantined"] == len(publications["tong-dai"].bad_lines)
        assert counts["stored"] == counts["annotated"] == counts["indexed"] == texts
        assert counts["collected"] == counts["stored"] + counts["quarantined"]
        assert counts["clusters"] < counts["stored"], "reposts form clusters with what they repeat"

    def test_every_source_was_a_good_run_and_is_off_when_its_site_is(
        self, demo: tuple[Settings, dict[str, int]]
    ) -> None:
        store = open_store(demo[0])
        runs, sources = list_runs(store), list_sources(store)
        store.close()
        assert {run.source for run in runs} == {source.name for source in sources}
        assert all(run.status is RunStatus.OK for run in runs)
        assert not any(source.enabled for source in sources)

    def test_dates_lie_within_the_last_month_and_are_sure(self, demo: tuple[Settings, dict[str, int]]) -> None:
        now = datetime.now(UTC)
        for mention in mentions_of(demo[0]):
            assert now - timedelta(days=31) < mention.published_at <= now, mention.text[:60]
            assert mention.published_confidence >= 0.5

    def test_comments_hang_on_their_articles(self, demo: tuple[Settings, dict[str, int]]) -> None:
        mentions = {mention.id: mention for mention in mentions_of(demo[0])}
        comments = [mention for mention in mentions.values() if mention.channel == "news_comment"]
        assert len(comments) >= 60
        assert all(comment.parent_id in mentions for comment in comments)

    def test_what_is_tainted_or_private_is_recognised(self, demo: tuple[Settings, dict[str, int]]) -> None:
        annotated = mentions_of(demo[0])
        flags = [flag for mention in annotated for flag in mention.annotation.flags]
        assert Flag.GAMBLING_SEO in flags
        assert Flag.ADVERTISING in flags
        types = {span.type for mention in annotated for span in mention.annotation.pii}
        assert {PiiType.PHONE, PiiType.ID_NUMBER} <= types
        assert not any("0900" in mention.annotation.masked for mention in annotated)

    def test_reposts_share_a_cluster_with_what_they_repeat(self, demo: tuple[Settings, dict[str, int]]) -> None:
        clusters: dict[str, set[str]] = {}
        for mention in mentions_of(demo[0]):
            clusters.setdefault(mention.cluster_id, set()).add(mention.source)
        shared = [sources for sources in clusters.values() if len(sources) > 1]
        assert {"demo-ven-kenh", "demo-pho-thi"} in shared, "one paper takes over the other's article"
        assert {"demo-goc-pho", "demo-xom-minh"} in shared, "with the prefix Share:"
        assert {"demo-chung-cu", "demo-xom-minh"} in shared, "with emoji added"

    def test_the_surge_can_be_found(self, demo: tuple[Settings, dict[str, int]]) -> None:
        index = open_index(demo[0])
        flooding = Filters(topic=("flooding",))
        recent = flooding.model_copy(update={"since": datetime.now(UTC) - timedelta(days=3)})
        found, all_month = index.count(MentionQuery(filters=recent)), index.count(MentionQuery(filters=flooding))
        index.close()
        assert found >= 20
        assert found > 0.6 * all_month


class TestServe:
    def test_a_second_run_adds_nothing_and_ctrl_c_leaves_nothing(self, demo: tuple[Settings, dict[str, int]]) -> None:
        settings, counts = demo
        environment = os.environ | {"LANGNGHE_HOME": str(settings.home), "LANGNGHE_UI_PORT": str(settings.ui_port)}
        child = subprocess.Popen(
            [sys.executable, "-m", "langnghe", "demo"],
            env=environment,
            cwd=REPOSITORY,
            stderr=subprocess.PIPE,
            text=True,
        )
        said = []
        for line in child.stderr:
            said.append(line)
            if "http://127.0.0.1" in line:
                break
        family = _descendants(child.pid)
        assert len(family) >= 2, "".join(said)
        ends = {pid: os.pidfd_open(pid) for pid in family}
        with urlopen(f"http://127.0.0.1:{settings.ui_port}/_stcore/health", timeout=10) as health:
            assert health.status == 200
        child.send_signal(signal.SIGINT)
        rest = child.communicate(timeout=90)[1]
        assert child.returncode == 0, "".join(said) + rest
        assert not [pid for pid, end in ends.items() if not _has_ended(end, within_s=10)]
        store = open_store(settings)
        assert asdict(count_pipeline(store)) == counts
        assert not any(source.enabled for source in list_sources(store))
        store.close()

    def test_a_busy_port_is_named_before_anything_is_done(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            ended = subprocess.run(
                [sys.executable, "-m", "langnghe", "demo"],
                env=os.environ | {"LANGNGHE_HOME": str(tmp_path / "var"), "LANGNGHE_UI_PORT": port},
                cwd=REPOSITORY,
                capture_output=True,
                text=True,
                check=False,
            )
        assert ended.returncode == 2
        assert port in ended.stderr
        assert not (tmp_path / "var").exists()


def test_the_command_ends_with_one_line_of_json(demo: tuple[Settings, dict[str, int]]) -> None:
    settings, counts = demo
    ended = subprocess.run(
        [sys.executable, "-m", "langnghe", "demo", "--no-serve", "--json"],
        env=os.environ | {"LANGNGHE_HOME": str(settings.home)},
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout) == counts


def _has_ended(pidfd: int, *, within_s: float) -> bool:
    readable, _, _ = select.select([pidfd], [], [], within_s)
    os.close(pidfd)
    return bool(readable)


def _descendants(pid: int) -> list[int]:
    """Linux: children, their children and so on."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
    found, waiting = [], [pid]
    while waiting:
        children = [child for child, parent in parents.items() if parent == waiting[0]]
        waiting = waiting[1:] + children
        found += children
    return found
