"""Mentions and their way through the stages: collected, annotated, indexed, or quarantined with a reason.

A worker claims a batch by lease: when it dies, the lease runs out and another worker takes the rows.
A result is stored only for the revision it was made from, so a late worker never overwrites newer text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, func, select, update

from langnghe.records import Annotation, Mention
from langnghe.store.engine import Store
from langnghe.store.tables import Stage, annotations, mentions, quarantine, signature_bands

SUSPECT_ATTEMPTS = 2
_MENTION_FIELDS = [name for name in Mention.model_fields if name != "annotation"]
_COLUMNS = [mentions.c[name] for name in _MENTION_FIELDS]


@dataclass(frozen=True)
class Saved:
    """What a batch of collected mentions did to the store; the three add up to the batch."""

    new: int = 0
    changed: int = 0
    same: int = 0

    def __add__(self, other: "Saved") -> "Saved":
        return Saved(self.new + other.new, self.changed + other.changed, self.same + other.same)


def save_mentions(store: Store, batch: Sequence[Mention]) -> Saved:
    """Stores what was collected, in one transaction. The same text again changes engagement at most;
    an edited text gets the next revision and goes through all stages anew."""
    with store.write() as connection:
        return save_within(store, connection, batch)


def save_within(store: Store, connection: Connection, batch: Sequence[Mention]) -> Saved:
    """`save_mentions` inside the caller's transaction, for those who must commit more along with it."""
    latest = {mention.id: mention for mention in batch}
    known = {
        row.id: row
        for row in connection.execute(
            select(mentions.c.id, mentions.c.content_hash, mentions.c.revision, mentions.c.engagement).where(
                mentions.c.id.in_(list(latest))
            )
        )
    }
    new = [m for m in latest.values() if m.id not in known]
    changed = [m for m in latest.values() if m.id in known and m.content_hash != known[m.id].content_hash]
    if new:
        connection.execute(store.insert(mentions).on_conflict_do_nothing(), [_row(m) for m in new])
    for mention in changed:
        values = _row(mention) | {"revision": known[mention.id].revision + 1, "cluster_id": None}
        connection.execute(update(mentions).where(mentions.c.id == mention.id).values(values))
        connection.execute(delete(signature_bands).where(signature_bands.c.mention_id == mention.id))
    _save_engagement(connection, [m for m in latest.values() if _differs_in_engagement(m, known.get(m.id))])
    return Saved(len(new), len(changed), len(batch) - len(new) - len(changed))


def _differs_in_engagement(mention: Mention, known: Row[*tuple[Any, ...]] | None) -> bool:
    return (
        known is not None
        and mention.content_hash == known.content_hash
        and mention.engagement.model_dump() != known.engagement
    )


def _save_engagement(connection: Connection, batch: Sequence[Mention]) -> None:
    """New numbers need no new annotation; a mention that is searchable already is indexed once more."""
    for mention in batch:
        own = mentions.c.id == mention.id
        connection.execute(update(mentions).where(own).values(engagement=mention.engagement.model_dump()))
        connection.execute(
            update(mentions).where(own, mentions.c.stage == Stage.INDEXED).values(stage=Stage.ANNOTATED, attempts=0)
        )


def claim(store: Store, stage: Stage, n: int, *, now: datetime, lease_s: float) -> list[Mention]:
    """Takes up to `n` mentions that wait at `stage`, oldest first, and keeps other workers off them.

    Those whose worker died twice are taken one by one after all others: if one of them is what kills
    the workers, its neighbours get through.
    """
    waiting = (
        select(mentions.c.id)
        .where(mentions.c.stage == stage, mentions.c.lease_until <= now.timestamp())
        .order_by(mentions.c.collected_at, mentions.c.id)
    )
    if not store.is_sqlite:
        waiting = waiting.with_for_update(skip_locked=True)
    with store.write() as connection:
        ids = list(connection.scalars(waiting.where(mentions.c.attempts < SUSPECT_ATTEMPTS).limit(n)))
        ids = ids or list(connection.scalars(waiting.limit(1)))
        connection.execute(
            update(mentions)
            .where(mentions.c.id.in_(ids))
            .values(lease_until=now.timestamp() + lease_s, attempts=mentions.c.attempts + 1)
        )
        rows = connection.execute(_with_annotations().where(mentions.c.id.in_(ids)))
        found = {row.id: _mention(row) for row in rows}
    return [found[id_] for id_ in ids]


def quarantine_exhausted(store: Store, stage: Stage, max_attempts: int, *, now: datetime) -> int:
    """Takes those out of the flow whose worker died `max_attempts` times; returns how many."""
    dead = select(mentions.c.id).where(
        mentions.c.stage == stage, mentions.c.attempts >= max_attempts, mentions.c.lease_until <= now.timestamp()
    )
    with store.read() as connection:
        ids = list(connection.scalars(dead))
    failed = [(mention, f"Tiến trình xử lý dừng đột ngột {max_attempts} lần") for mention in load_mentions(store, ids)]
    send_to_quarantine(store, stage, failed, now=now)
    return len(failed)


def finish_annotating(store: Store, connection: Connection, batch: Sequence[Mention]) -> None:
    """Stores annotations and clusters and hands the mentions on to the indexing stage.

    A mention that was edited meanwhile keeps its place in the queue: its annotation is dropped.
    """
    current = set(
        connection.execute(select(mentions.c.id, mentions.c.revision).where(mentions.c.id.in_([m.id for m in batch])))
    )
    done = [m for m in batch if (m.id, m.revision) in current and m.annotation]
    if not done:
        return
    statement = store.insert(annotations)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["mention_id"],
            set_={name: statement.excluded[name] for name in ("revision", "weights", "body")},
        ),
        [_annotation_row(m) for m in done],
    )
    connection.execute(
        update(mentions)
        .where(mentions.c.id == bindparam("id_"))
        .values(stage=Stage.ANNOTATED, cluster_id=bindparam("cluster"), lease_until=0.0, attempts=0),
        [{"id_": m.id, "cluster": m.cluster_id} for m in done],
    )


def finish_indexing(store: Store, batch: Sequence[Mention]) -> None:
    """Marks as searchable those whose revision and annotation are still the ones that were indexed."""
    if not batch:
        return
    with store.write() as connection:
        connection.execute(
            update(mentions)
            .where(
                mentions.c.id == bindparam("id_"),
                mentions.c.revision == bindparam("revision_"),
                mentions.c.stage == Stage.ANNOTATED,
            )
            .values(stage=Stage.INDEXED, lease_until=0.0, attempts=0),
            [{"id_": m.id, "revision_": m.revision} for m in batch],
        )


def send_to_quarantine(store: Store, stage: Stage, failed: Sequence[tuple[Mention, str]], *, now: datetime) -> None:
    """Takes mentions out of the flow, each with its reason; `retry_quarantined` brings them back."""
    with store.write() as connection:
        for mention, reason in failed:
            connection.execute(
                quarantine.insert().values(
                    stage=stage, mention_id=mention.id, source=mention.source, reason=reason, quarantined_at=now
                )
            )
            connection.execute(
                update(mentions).where(mentions.c.id == mention.id).values(stage=Stage.QUARANTINED, lease_until=0.0)
            )


def quarantine_payload(
    store: Store, source: str, failed: Sequence[tuple[dict[str, Any], str]], *, now: datetime
) -> None:
    """Keeps input that never became a mention (a bad row, an unreadable page), with its reason."""
    if failed:
        with store.write() as connection:
            quarantine_within(connection, source, failed, now=now)


def quarantine_within(
    connection: Connection, source: str, failed: Sequence[tuple[dict[str, Any], str]], *, now: datetime
) -> None:
    """`quarantine_payload` inside the caller's transaction. What waits there already is not put there twice."""
    if not failed:
        return
    waiting = select(quarantine.c.payload, quarantine.c.reason).where(
        quarantine.c.source == source,
        quarantine.c.stage == "input",
        quarantine.c.retried_at.is_(None),
        quarantine.c.reason.in_({reason for _, reason in failed}),
    )
    known = [(payload, reason) for payload, reason in connection.execute(waiting)]
    rows = [
        {"stage": "input", "source": source, "payload": payload, "reason": reason, "quarantined_at": now}
        for payload, reason in failed
        if (payload, reason) not in known
    ]
    if rows:
        connection.execute(quarantine.insert(), rows)


def retry_quarantined(store: Store, *, now: datetime) -> int:
    """Puts every quarantined mention back at the stage where it failed; returns how many."""
    waiting = select(quarantine).where(quarantine.c.retried_at.is_(None), quarantine.c.mention_id.is_not(None))
    with store.write() as connection:
        rows = connection.execute(waiting).all()
        for row in rows:
            connection.execute(
                update(mentions)
                .where(mentions.c.id == row.mention_id, mentions.c.stage == Stage.QUARANTINED)
                .values(stage=row.stage, attempts=0, lease_until=0.0)
            )
            connection.execute(update(quarantine).where(quarantine.c.id == row.id).values(retried_at=now))
    return len(rows)


def release(store: Store, ids: Sequence[str]) -> None:
    """Gives claimed mentions back at once, uncounted, for a stage that could not work at all (index away)."""
    with store.write() as connection:
        connection.execute(
            update(mentions)
            .where(mentions.c.id.in_(ids), mentions.c.attempts > 0)
            .values(lease_until=0.0, attempts=mentions.c.attempts - 1)
        )


def requeue(store: Store, stage: Stage) -> int:
    """Sends everything that went past `stage` through it again (new weights, new index); returns how many."""
    past = [Stage.ANNOTATED, Stage.INDEXED] if stage is Stage.COLLECTED else [Stage.INDEXED]
    with store.write() as connection:
        result = connection.execute(
            update(mentions).where(mentions.c.stage.in_(past)).values(stage=stage, attempts=0, lease_until=0.0)
        )
        return result.rowcount


def load_mentions(store: Store, ids: Sequence[str]) -> list[Mention]:
    """In the order of `ids`; unknown ids are left out. Unmasked: redact before showing."""
    with store.read() as connection:
        rows = connection.execute(_with_annotations().where(mentions.c.id.in_(ids)))
        found = {row.id: _mention(row) for row in rows}
    return [found[id_] for id_ in ids if id_ in found]


def scan_mentions(store: Store, *, source: str | None = None, batch_size: int = 1000) -> Iterator[Mention]:
    """Every mention by id, in batches, so that a million rows fit. Unmasked: redact before showing."""
    after = ""
    while True:
        page = _with_annotations().where(mentions.c.id > after).order_by(mentions.c.id).limit(batch_size)
        if source is not None:
            page = page.where(mentions.c.source == source)
        with store.read() as connection:
            batch = [_mention(row) for row in connection.execute(page)]
        yield from batch
        if len(batch) < batch_size:
            return
        after = batch[-1].id


def count_stages(store: Store) -> dict[Stage, int]:
    """How many mentions stand at each stage; the four add up to all."""
    with store.read() as connection:
        rows = connection.execute(select(mentions.c.stage, func.count()).group_by(mentions.c.stage))
        return dict.fromkeys(Stage, 0) | {Stage(stage): n for stage, n in rows}


@dataclass(frozen=True)
class PipelineCounts:
    """Where everything that ever came in stands now."""

    collected: int
    """`stored` and the input that never became a mention."""
    stored: int
    annotated: int
    """At least annotated: waiting for the index, or searchable."""
    indexed: int
    quarantined: int
    """Mentions and unreadable input that wait for a person."""
    clusters: int
    """Texts of their own, copies not counted."""


def count_pipeline(store: Store) -> PipelineCounts:
    stages = count_stages(store)
    with store.read() as connection:
        unreadable = connection.scalar(select(func.count()).where(quarantine.c.mention_id.is_(None))) or 0
    stored = sum(stages.values())
    return PipelineCounts(
        collected=stored + unreadable,
        stored=stored,
        annotated=stages[Stage.ANNOTATED] + stages[Stage.INDEXED],
        indexed=stages[Stage.INDEXED],
        quarantined=count_quarantined(store),
        clusters=count_clusters(store),
    )


def count_clusters(store: Store) -> int:
    """Texts of their own: clusters of one or more mentions."""
    with store.read() as connection:
        return connection.scalar(select(func.count(mentions.c.cluster_id.distinct()))) or 0


def count_quarantined(store: Store) -> int:
    """Rows that still wait for a person: mentions and unreadable input alike."""
    with store.read() as connection:
        return connection.scalar(select(func.count()).where(quarantine.c.retried_at.is_(None))) or 0


def list_quarantined(store: Store, *, limit: int = 100) -> list[dict[str, Any]]:
    """Newest first: id, stage, source, mention_id, reason, quarantined_at."""
    shown = select(quarantine).where(quarantine.c.retried_at.is_(None)).order_by(quarantine.c.id.desc()).limit(limit)
    with store.read() as connection:
        return [dict(row._mapping) for row in connection.execute(shown)]


def band_candidates(connection: Connection, bands: Sequence[int]) -> dict[int, list[str]]:
    """Mentions that share a band of their signature with any of `bands`; band → ids."""
    found: dict[int, list[str]] = {}
    rows = connection.execute(
        select(signature_bands.c.band, signature_bands.c.mention_id).where(signature_bands.c.band.in_(bands))
    )
    for band, mention in rows:
        found.setdefault(band, []).append(mention)
    return found


def save_bands(store: Store, connection: Connection, bands: dict[str, Sequence[int]]) -> None:
    rows = [{"band": band, "mention_id": id_} for id_, values in bands.items() for band in set(values)]
    if rows:
        connection.execute(store.insert(signature_bands).on_conflict_do_nothing(), rows)


def _with_annotations() -> Select[Any]:
    return select(*_COLUMNS, annotations.c.body.label("annotation_body")).outerjoin(
        annotations,
        (annotations.c.mention_id == mentions.c.id) & (annotations.c.revision == mentions.c.revision),
    )


def _row(mention: Mention) -> dict[str, Any]:
    fields = mention.model_dump(exclude={"annotation"})
    fields["flags"] = [str(flag) for flag in mention.flags]
    return fields | {"content_hash": mention.content_hash, "stage": Stage.COLLECTED, "attempts": 0, "lease_until": 0.0}


def _annotation_row(mention: Mention) -> dict[str, Any]:
    assert mention.annotation
    body = mention.annotation.model_dump(mode="json")
    return {
        "mention_id": mention.id,
        "revision": mention.revision,
        "weights": mention.annotation.weights,
        "body": body,
    }


def _mention(row: Row[Any]) -> Mention:
    fields = {name: row._mapping[name] for name in _MENTION_FIELDS}
    body = row._mapping["annotation_body"]
    return Mention(**fields, annotation=Annotation.model_validate(body) if body else None)
