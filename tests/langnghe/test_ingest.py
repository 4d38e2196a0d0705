"""What was collected becomes annotated, clustered, stored and searchable, once, whatever happens on the way."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from index.backends import open_index
from index.base import Filters, MentionIndex, MentionQuery
from langnghe.errors import IndexUnavailable, LangNgheError, WeightsError
from langnghe.ingest import IngestCounts, annotate_batch, ingest
from langnghe.records import Flag, Mention
from langnghe.settings import Settings
from langnghe.store.engine import Store, open_store
from langnghe.store.mentions import (
    count_pipeline,
    count_stages,
    list_quarantined,
    retry_quarantined,
    save_mentions,
    scan_mentions,
)
from langnghe.store.tables import Stage
from nlp.annotate import Understanding, load_understanding
from nlp.classify import Labels
from tests.samples import NOW, mention

FLOODED = "Đường Nguyễn Hữu Cảnh phường Thạnh Mỹ Tây ngập sâu nửa mét từ tối qua, xe máy chết hàng loạt, mong sớm xử lý"


@pytest.fixture(scope="session")
def understanding() -> Understanding:
    return load_understanding(Settings(_env_file=None))


@pytest.fixture
def index(settings: Settings) -> Iterator[MentionIndex]:
    opened = open_index(settings, writer=True)
    yield opened
    opened.close()


@pytest.fixture
def run(store: Store, index: MentionIndex, understanding: Understanding, settings: Settings) -> Any:
    return lambda **given: ingest(
        store, given.pop("index", index), understanding, settings, clock=lambda: given.pop("now", NOW), **given
    )


class Away:
    """The far end of a network that does not answer."""

    def upsert(self, mentions: Sequence[Mention]) -> None:
        raise IndexUnavailable("không kết nối được")


class Choosy:
    """A classifier that cannot read one text, as a defect in the model's runtime would show."""

    name = "choosy@0"

    def __init__(self, real: Any) -> None:
        self.real = real

    def classify(self, texts: Sequence[str]) -> list[Labels]:
        if any("POISON" in text for text in texts):
            raise RuntimeError("tensor shape")
        return self.real.classify(texts)  # type: ignore[no-any-return]


def test_what_was_collected_is_searchable_with_its_labels(store: Store, index: MentionIndex, run: Any) -> None:
    save_mentions(store, [mention(FLOODED), mention("Cảm ơn các anh công an phường đã giúp đỡ nhiệt tình")])
    assert run() == IngestCounts(annotated=2, indexed=2)
    hits = index.search(MentionQuery(filters=Filters(topic=("flooding",)))).hits
    assert [hit.mention.text for hit in hits] == [FLOODED]
    annotation = hits[0].mention.annotation
    assert annotation
    assert "Nguyễn Hữu Cảnh" in [place.surface for place in annotation.places]


def test_a_second_run_finds_nothing_to_do(store: Store, run: Any) -> None:
    save_mentions(store, [mention(FLOODED)])
    run()
    before = count_pipeline(store)
    assert run() == IngestCounts()
    assert count_pipeline(store) == before


def test_copies_form_one_cluster_and_none_is_deleted(store: Store, run: Any) -> None:
    texts = [FLOODED, FLOODED + " 😡😡", "Share: " + FLOODED, "Nước máy ở Bình Chánh yếu cả tuần nay không ai sửa"]
    save_mentions(store, [mention(text, native=str(i)) for i, text in enumerate(texts)])
    run()
    assert (count_pipeline(store).indexed, count_pipeline(store).clusters) == (4, 2)


def test_copies_that_come_later_join_the_cluster_of_the_first(store: Store, index: MentionIndex, run: Any) -> None:
    save_mentions(store, [mention(FLOODED, native="1")])
    run()
    save_mentions(store, [mention(FLOODED, native="2"), mention(FLOODED + "!", native="3")])
    run()
    (first,) = index.search(MentionQuery(filters=Filters(without_copies=True))).hits
    assert first.mention.native_id == "1"


def test_personal_data_never_reaches_the_index(store: Store, index: MentionIndex, run: Any) -> None:
    save_mentions(store, [mention("Liên hệ 0901 234 567 hoặc 0907.654.321, CCCD 079123456789 giúp tôi")])
    run()
    (hit,) = index.scan(MentionQuery())
    stored = hit.mention.model_dump_json()
    assert not [digits for digits in ("234 567", "654.321", "079123456789") if digits in stored]


def test_an_address_that_names_someone_is_not_shown(store: Store, index: MentionIndex, run: Any) -> None:
    urls = ["https://forum.vn/u?phone=0901234567", "https://bao.vn/tin-100260315115943717.htm"]
    save_mentions(store, [mention(f"Bài {url}", native=url, url=url) for url in urls])
    run()
    found = {hit.mention.url for hit in index.scan(MentionQuery())}
    assert found == {None, urls[1]}


def test_an_unsure_date_is_flagged(store: Store, index: MentionIndex, run: Any) -> None:
    save_mentions(store, [mention(FLOODED, published_confidence=0.0)])
    run()
    (hit,) = index.scan(MentionQuery())
    assert hit.mention.annotation
    assert Flag.DATE_UNSURE in hit.mention.annotation.flags


def test_annotating_goes_on_while_the_index_is_away_and_the_rest_is_done_on_its_return(store: Store, run: Any) -> None:
    save_mentions(store, [mention(f"Bài số {i} về đường phố") for i in range(5)])
    away = run(index=Away())
    assert (away.annotated, away.indexed, away.index_error) == (5, 0, "không kết nối được")
    assert count_stages(store)[Stage.ANNOTATED] == 5
    assert run() == IngestCounts(indexed=5)


def test_one_text_that_cannot_be_read_blocks_no_other_and_can_be_retried(
    store: Store, understanding: Understanding, settings: Settings, run: Any
) -> None:
    save_mentions(store, [mention(f"Bài số {i} về đường phố") for i in range(20)] + [mention("POISON")])
    broken = replace(understanding, classifier=Choosy(understanding.classifier))  # type: ignore[arg-type]
    assert annotate_batch(store, broken, settings, clock=lambda: NOW) == (20, 1)
    (row,) = list_quarantined(store)
    assert "tensor shape" in row["reason"]
    retry_quarantined(store, now=NOW)
    assert run().quarantined == 0
    assert count_pipeline(store).indexed == 21


def test_when_every_text_fails_the_fault_is_ours_and_all_stay_in_the_queue(
    store: Store, understanding: Understanding, settings: Settings
) -> None:
    save_mentions(store, [mention(f"POISON {i}") for i in range(9)])
    broken = replace(understanding, classifier=Choosy(understanding.classifier))  # type: ignore[arg-type]
    with pytest.raises(LangNgheError, match="9 bài"):
        annotate_batch(store, broken, settings, clock=lambda: NOW)
    assert count_stages(store)[Stage.COLLECTED] == 9


def test_hostile_texts_pass_through_every_stage(store: Store, run: Any) -> None:
    hostile = [
        "",
        "   ",
        "🌊🌊",
        "\x00",
        "\ud800",
        "ng\u200bập",
        "\u202eabc",
        "x" * 100_000,
        "=HYPERLINK(1)",
        "<script>",
    ]
    save_mentions(store, [mention(text, native=str(i)) for i, text in enumerate(hostile)])
    assert run() == IngestCounts(annotated=len(hostile), indexed=len(hostile))


def test_without_its_weights_the_stage_refuses_and_the_posts_stay_queued(store: Store, settings: Settings) -> None:
    save_mentions(store, [mention(FLOODED)])
    with pytest.raises(WeightsError):
        load_understanding(settings.model_copy(update={"weights_dir": settings.home / "nowhere"}))
    assert count_stages(store)[Stage.COLLECTED] == 1


def test_killed_at_any_moment_the_end_is_the_same_as_without(settings: Settings, understanding: Understanding) -> None:
    posts = [
        mention(f"{FLOODED} lần {i // 2}" if i % 4 < 2 else f"Chuyện riêng số {i}", native=f"{i:04}")
        for i in range(192)
    ]
    small = settings.model_copy(update={"batch_size": 16, "lease_s": 1})
    ends = []
    for name, kills in (("unkilled", []), ("killed", [10, 70, 130])):
        own = small.model_copy(update={"home": settings.home / name})
        own.home.mkdir(parents=True)
        store = open_store(own)
        save_mentions(store, posts)
        for annotated in kills:
            _kill_when(store, own, annotated)
        ends.append(_finish(store, own, understanding, NOW + timedelta(days=365)))
        store.close()
    assert ends[0] == ends[1]


def _kill_when(store: Store, settings: Settings, annotated: int) -> None:
    """Starts an ingest and kills it without warning as soon as so many mentions are annotated."""
    environment = {
        **os.environ,
        "LANGNGHE_HOME": str(settings.home),
        "LANGNGHE_BATCH_SIZE": str(settings.batch_size),
        "LANGNGHE_LEASE_S": str(settings.lease_s),
    }
    with subprocess.Popen(
        [sys.executable, "-m", "langnghe", "ingest"], env=environment, stderr=subprocess.DEVNULL
    ) as child:
        while count_pipeline(store).annotated < annotated and child.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                child.wait(0.1)
        child.send_signal(signal.SIGKILL)


def _finish(store: Store, settings: Settings, understanding: Understanding, now: datetime) -> object:
    index = open_index(settings, writer=True)
    try:
        ingest(store, index, understanding, settings, clock=lambda: now)
        kept = [(m.id, m.revision, m.cluster_id, _lasting(m)) for m in scan_mentions(store)]
        found = sorted((hit.mention.id, hit.mention.cluster_id) for hit in index.scan(MentionQuery()))
        return count_pipeline(store), kept, found
    finally:
        index.close()


def _lasting(post: Mention) -> object:
    return post.annotation.model_dump(exclude={"annotated_at"}) if post.annotation else None
