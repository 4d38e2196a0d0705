"""What waits for a person, grouped by why."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from langnghe.store.engine import Store
from langnghe.store.tables import quarantine


@dataclass(frozen=True)
class QuarantineReason:
    reason: str
    stage: str
    source: str | None
    n: int
    newest_at: datetime
    n_retriable: int
    """Mentions, which can go back to their stage; the rest is input that never became one."""


def quarantine_reasons(store: Store, *, limit: int = 50) -> list[QuarantineReason]:
    """The commonest first."""
    q = quarantine.c
    groups = (
        select(
            q.reason,
            q.stage,
            q.source,
            func.count().label("n"),
            func.max(q.quarantined_at).label("newest_at"),
            func.count(q.mention_id).label("n_retriable"),
        )
        .where(q.retried_at.is_(None))
        .group_by(q.reason, q.stage, q.source)
        .order_by(func.count().desc(), func.max(q.quarantined_at).desc())
        .limit(limit)
    )
    with store.read() as connection:
        return [QuarantineReason(**row._mapping) for row in connection.execute(groups)]
