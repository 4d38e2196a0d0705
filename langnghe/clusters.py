"""Copies of one text become a cluster, counted apart and never deleted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from langnghe.records import Mention
from langnghe.store.engine import Store
from langnghe.store.mentions import band_candidates, save_bands
from langnghe.store.tables import annotations, mentions
from nlp.duplicates import SAME_TEXT, signature, similarity

MAX_COMPARED = 16
"""Texts compared exactly for one mention; only distinct texts are kept as candidates, so few share a band."""


@dataclass
class _Known:
    """Texts this batch may repeat: those of the store that share a band, and those of the batch itself."""

    cluster_of: dict[str, str] = field(default_factory=dict)
    text_of: dict[str, str] = field(default_factory=dict)
    by_band: dict[int, list[str]] = field(default_factory=dict)

    def add(self, id_: str, cluster: str, text: str, bands: Iterable[int]) -> None:
        self.cluster_of[id_] = cluster
        self.text_of[id_] = text
        for band in bands:
            self.by_band.setdefault(band, []).append(id_)

    def candidates(self, bands: Iterable[int]) -> list[str]:
        """Those that share most bands first."""
        shared: dict[str, int] = {}
        for band in bands:
            for id_ in self.by_band.get(band, []):
                shared[id_] = shared.get(id_, 0) + 1
        return sorted(shared, key=lambda id_: (-shared[id_], id_))[:MAX_COMPARED]


def assign_clusters(store: Store, connection: Connection, batch: Sequence[Mention]) -> list[Mention]:
    """The batch with `cluster_id` set: that of the first text it repeats, or its own id.

    Runs inside the transaction that stores the annotations; the signatures of new texts are saved along.
    """
    store.serialise(connection, "clusters")
    bands = {m.id: signature(_text(m)).bands for m in batch}
    known = _load_known(connection, batch, bands)
    fresh: dict[str, Sequence[int]] = {}
    clustered = []
    for mention in batch:
        match = _first_match(mention, known, bands[mention.id])
        cluster = known.cluster_of[match] if match else mention.id
        if match is None or known.text_of[match] != _text(mention):
            fresh[mention.id] = bands[mention.id]
            known.add(mention.id, cluster, _text(mention), bands[mention.id])
        clustered.append(mention.model_copy(update={"cluster_id": cluster}))
    save_bands(store, connection, fresh)
    return clustered


def _first_match(mention: Mention, known: _Known, bands: Sequence[int]) -> str | None:
    text = _text(mention)
    for id_ in known.candidates(bands):
        if id_ != mention.id and (known.text_of[id_] == text or similarity(known.text_of[id_], text) >= SAME_TEXT):
            return id_
    return None


def _load_known(connection: Connection, batch: Sequence[Mention], bands: dict[str, tuple[int, ...]]) -> _Known:
    by_band = band_candidates(connection, sorted({band for values in bands.values() for band in values}))
    own = {mention.id for mention in batch}
    ids = {id_ for found in by_band.values() for id_ in found} - own
    rows = connection.execute(
        select(mentions.c.id, mentions.c.cluster_id, annotations.c.body)
        .join(annotations, annotations.c.mention_id == mentions.c.id)
        .where(mentions.c.id.in_(ids), mentions.c.cluster_id.is_not(None))
    )
    known = _Known()
    for row in rows:
        known.add(row.id, row.cluster_id, row.body["clean"], [])
    for band, found in by_band.items():
        known.by_band[band] = [id_ for id_ in found if id_ in known.cluster_of]
    return known


def _text(mention: Mention) -> str:
    assert mention.annotation, "clusters are made of annotated mentions"
    return mention.annotation.clean
