"""The store keeps what was collected and leads it through the stages, on SQLite and on PostgreSQL alike."""

from datetime import timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from langnghe.records import Engagement, Flag, Mention
from langnghe.settings import Settings
from langnghe.store import mentions as rows
from langnghe.store.engine import Store, open_store
from langnghe.store.mentions import PipelineCounts, Saved
from langnghe.store.tables import Stage, metadata
from tests.samples import NOW, annotated, mention

LATER = NOW + timedelta(minutes=10)


def claim(store: Store, stage: Stage = Stage.COLLECTED, n: int = 10, now: object = NOW) -> list[Mention]:
    return rows.claim(store, stage, n, now=now, lease_s=60)  # type: ignore[arg-type]


def finish(store: Store, *batch: Mention) -> None:
    with store.write() as connection:
        rows.finish_annotating(store, connection, batch)


def test_the_schema_of_the_migrations_is_the_schema_of_the_tables(store: Store) -> None:
    with store.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_opening_twice_changes_nothing(settings: Settings) -> None:
    for _ in range(2):
        opened = open_store(settings)
        rows.save_mentions(opened, [mention("một")])
        opened.close()
    assert sum(rows.count_stages(opened).values()) == 1


def test_collecting_twice_changes_nothing(store: Store) -> None:
    assert rows.save_mentions(store, [mention("một"), mention("hai")]) == Saved(new=2)
    assert rows.save_mentions(store, [mention("một"), mention("hai")]) == Saved(same=2)
    assert rows.count_stages(store)[Stage.COLLECTED] == 2


def test_a_mention_comes_back_as_it_went_in(store: Store) -> None:
    post = mention("Đường ngập 🌊", title="Tin", url="http://a/b", flags=(Flag.ENCODING_SUSPECT,), excerpt_chars=9)
    rows.save_mentions(store, [post])
    assert rows.load_mentions(store, [post.id, "unknown"]) == [post]


def test_an_edited_text_gets_the_next_revision_and_goes_through_all_stages_anew(store: Store) -> None:
    rows.save_mentions(store, [mention("cũ", native="1")])
    finish(store, *[annotated(m) for m in claim(store)])
    assert rows.save_mentions(store, [mention("mới", native="1")]) == Saved(changed=1)
    (waiting,) = claim(store)
    assert (waiting.text, waiting.revision, waiting.annotation) == ("mới", 2, None)


def test_new_engagement_alone_reaches_the_index_without_new_annotation(store: Store) -> None:
    post = mention("bài", engagement=Engagement(likes=1))
    rows.save_mentions(store, [post])
    finish(store, *[annotated(m) for m in claim(store)])
    assert rows.save_mentions(store, [mention("bài", engagement=Engagement(likes=7))]) == Saved(same=1)
    (waiting,) = claim(store, Stage.ANNOTATED)
    assert waiting.engagement.likes == 7
    assert waiting.annotation is not None


def test_two_workers_never_hold_the_same_mention(store: Store) -> None:
    rows.save_mentions(store, [mention(str(i)) for i in range(6)])
    first, second = claim(store, n=4), claim(store, n=4)
    assert len(first) == 4
    assert len(second) == 2
    assert not {m.id for m in first} & {m.id for m in second}


def test_what_a_dead_worker_held_is_taken_over_after_its_lease(store: Store) -> None:
    rows.save_mentions(store, [mention("một")])
    assert claim(store)
    assert claim(store) == []
    assert len(claim(store, now=LATER)) == 1


def test_a_late_worker_never_overwrites_what_was_edited_meanwhile(store: Store) -> None:
    rows.save_mentions(store, [mention("cũ", native="1")])
    late = [annotated(m) for m in claim(store)]
    rows.save_mentions(store, [mention("mới", native="1")])
    finish(store, *late)
    assert rows.count_stages(store)[Stage.COLLECTED] == 1
    assert rows.load_mentions(store, [late[0].id])[0].annotation is None


def test_a_mention_edited_while_it_was_indexed_is_not_called_indexed(store: Store) -> None:
    rows.save_mentions(store, [mention("cũ", native="1")])
    finish(store, *[annotated(m) for m in claim(store)])
    held = claim(store, Stage.ANNOTATED)
    rows.save_mentions(store, [mention("mới", native="1")])
    rows.finish_indexing(store, held)
    assert rows.count_stages(store)[Stage.INDEXED] == 0


def test_one_that_kills_its_workers_is_isolated_and_then_quarantined_with_the_reason(store: Store) -> None:
    rows.save_mentions(store, [mention(str(i)) for i in range(4)])
    for round_ in range(2):
        assert len(claim(store, now=NOW + round_ * timedelta(minutes=10))) == 4
    third = NOW + timedelta(minutes=30)
    assert len(claim(store, now=third)) == 1
    assert rows.quarantine_exhausted(store, Stage.COLLECTED, 3, now=third + timedelta(minutes=10)) == 1
    assert "3 lần" in rows.list_quarantined(store)[0]["reason"]
    assert rows.count_stages(store) == {
        Stage.COLLECTED: 3,
        Stage.ANNOTATED: 0,
        Stage.INDEXED: 0,
        Stage.QUARANTINED: 1,
    }


def test_a_quarantined_mention_returns_to_the_stage_where_it_failed(store: Store) -> None:
    rows.save_mentions(store, [mention("một")])
    finish(store, *[annotated(m) for m in claim(store)])
    rows.send_to_quarantine(store, Stage.ANNOTATED, [(m, "hỏng") for m in claim(store, Stage.ANNOTATED)], now=NOW)
    assert rows.count_quarantined(store) == 1
    assert rows.retry_quarantined(store, now=LATER) == 1
    assert rows.count_quarantined(store) == 0
    assert rows.count_stages(store)[Stage.ANNOTATED] == 1


def test_work_given_back_is_not_counted_as_a_failure(store: Store) -> None:
    rows.save_mentions(store, [mention("một")])
    for _ in range(5):
        (held,) = claim(store)
        rows.release(store, [held.id])
    assert rows.quarantine_exhausted(store, Stage.COLLECTED, 3, now=LATER) == 0


def test_the_counts_of_the_pipeline_add_up(store: Store) -> None:
    rows.save_mentions(store, [mention(str(i)) for i in range(5)])
    rows.quarantine_payload(store, "tệp", [({"dòng": 3}, "thiếu nội dung")], now=NOW)
    first, second, third = claim(store, n=3)
    finish(store, *[annotated(m.model_copy(update={"cluster_id": first.id})) for m in (first, second)])
    rows.send_to_quarantine(store, Stage.COLLECTED, [(third, "hỏng")], now=NOW)
    rows.finish_indexing(store, claim(store, Stage.ANNOTATED, n=1))
    assert rows.count_pipeline(store) == PipelineCounts(
        collected=6, stored=5, annotated=2, indexed=1, quarantined=2, clusters=1
    )


def test_everything_can_be_sent_through_a_stage_again(store: Store) -> None:
    rows.save_mentions(store, [mention(str(i)) for i in range(3)])
    finish(store, *[annotated(m) for m in claim(store)])
    rows.finish_indexing(store, claim(store, Stage.ANNOTATED))
    assert rows.requeue(store, Stage.ANNOTATED) == 3
    assert rows.requeue(store, Stage.COLLECTED) == 3
    assert rows.count_stages(store)[Stage.COLLECTED] == 3


def test_a_scan_yields_every_mention_once_whatever_the_batch(store: Store) -> None:
    rows.save_mentions(store, [mention(str(i)) for i in range(25)])
    ids = [m.id for m in rows.scan_mentions(store, batch_size=10)]
    assert len(ids) == 25
    assert ids == sorted(set(ids))


def test_a_transaction_that_fails_leaves_no_trace(store: Store) -> None:
    with pytest.raises(RuntimeError), store.write() as connection:
        rows.save_within(store, connection, [mention("một")])
        raise RuntimeError
    assert sum(rows.count_stages(store).values()) == 0
