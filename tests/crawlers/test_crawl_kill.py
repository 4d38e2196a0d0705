"""A crawler killed at any time loses no URL and stores nothing twice; one asked to stop stops cleanly."""

import json
import os
import select
import signal
import subprocess
from pathlib import Path

import pytest

from crawlers.counts import CrawlResult
from crawlers.run import crawl, order, start_child
from langnghe.records import MentionKind
from langnghe.settings import Settings
from langnghe.store import frontier
from langnghe.store.engine import open_store
from langnghe.store.tables import UrlState
from tests.crawlers.served import LONG, Page, Site, rss, settings_at, source, stored

ARTICLES = 20
SLOWLY = {"DOWNLOAD_DELAY": 0.2, "CONCURRENT_REQUESTS_PER_DOMAIN": 2, "RETRY_PAUSE_S": 0.05}
COMMENTS = {"item": ".bl", "text": "p", "id": "::attr(id)"}


@pytest.fixture
def settings(site: Site, tmp_path: Path) -> Settings:
    for n in range(ARTICLES):
        more = f"<div class=bl id=c1><p>Ý kiến về bài {n}</p></div>"
        site.article(f"/bai/{n}.html", f"Bài {n}", f"{LONG} Số {n}.", more=more)
    links = {f"{site.url}/bai/{n}.html": f"Bài {n}" for n in range(ARTICLES)}
    site.pages["/rss"] = Page(rss(links), "application/rss+xml")
    return settings_at(tmp_path, site, extract_processes=1)


def begin(site: Site, settings: Settings) -> "subprocess.Popen[str]":
    config = source("feed", f"{site.url}/rss", selectors={"comments": COMMENTS})
    with (settings.home / "child.log").open("ab") as log:
        return start_child(order(config, settings, SLOWLY), log)


def wait_for(child: "subprocess.Popen[str]", n_items: int) -> None:
    assert child.stdout
    for line in child.stdout:
        told = json.loads(line)
        if "counts" in told and told["counts"]["items"] >= n_items:
            return
    pytest.fail("the crawl ended before it could be stopped")


def processes_of(group: int) -> list[int]:
    """Who still runs in the child's session."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, session = stat.read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue
        if int(session) == group and state != "Z":
            found.append(int(stat.parent.name))
    return found


def ended(pid: int) -> bool:
    """Waits for the end of a process that is not our child."""
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([watched], [], [], 30)[0])
    finally:
        os.close(watched)


def done_paths(site: Site, settings: Settings) -> set[str]:
    return {(mention.url or "").removeprefix(site.url) for mention in stored(settings)}


def test_killed_again_and_again_it_ends_with_the_same_set(site: Site, settings: Settings) -> None:
    done: dict[str, int] = {}
    for stop_at in (1, 2, 4):
        child = begin(site, settings)
        wait_for(child, stop_at)
        child.send_signal(signal.SIGKILL)
        child.wait()
        for orphan in processes_of(child.pid):
            assert ended(orphan), "its reading processes outlived it"
        done |= {path: site.asked[path] for path in done_paths(site, settings) - set(done)}
    config = source("feed", f"{site.url}/rss", selectors={"comments": COMMENTS})
    result = crawl(config, settings)
    mentions = stored(settings)
    articles = [one for one in mentions if one.kind is MentionKind.ARTICLE]
    assert result.finish_reason == "finished"
    assert {one.title for one in articles} == {f"Bài {n}" for n in range(ARTICLES)}
    assert len(articles) == len(mentions) - len(articles) == ARTICLES
    assert {one.parent_id for one in mentions if one.parent_id} == {one.id for one in articles}
    assert {path: site.asked[path] for path in done} == done, "what was done is not fetched again"
    store = open_store(settings)
    with store.read() as connection:
        assert frontier.count_urls(connection, config.name) == {
            UrlState.DONE: ARTICLES,
            UrlState.PENDING: 0,
            UrlState.FAILED: 0,
        }
    store.close()


@pytest.mark.parametrize("how", ["SIGTERM", "parent gone"])
def test_asked_to_stop_it_saves_what_it_has_and_says_so(site: Site, settings: Settings, how: str) -> None:
    child = begin(site, settings)
    wait_for(child, 2)
    if how == "SIGTERM":
        child.send_signal(signal.SIGTERM)
    else:
        assert child.stdin
        child.stdin.close()
    assert child.stdout
    result = CrawlResult.model_validate(json.loads(child.stdout.read().splitlines()[-1])["result"])
    assert child.wait() == 0
    assert result.finish_reason == "stopped"
    assert result.counts.items == len(stored(settings))
    assert result.counts.pending + result.counts.items // 2 == ARTICLES
