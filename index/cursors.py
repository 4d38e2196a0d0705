"""Cursors: where a page ended, as an opaque text that a URL can hold."""

import base64
import binascii
import json
from collections.abc import Sequence
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from index.document import order_of
from langnghe.errors import UsageError
from langnghe.records import Mention

CursorT = TypeVar("CursorT", bound=BaseModel)


class TimeCursor(BaseModel):
    """Goes on behind the last mention by time, whatever was added or deleted meanwhile."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    order: int
    """`IndexDocument.order` of the last hit."""
    seen: tuple[str, ...]
    """Ids of the hits already given that share it."""


class RankCursor(BaseModel):
    """Goes on at a rank of the snapshot that the first page was taken from, as long as that is kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rank: int
    snapshot: str


def behind(shown: Sequence[Mention], before: TimeCursor | None) -> TimeCursor:
    """The place after the last of a page; of those that share its place, the ones already given are remembered."""
    last = order_of(shown[-1])
    seen = [mention.id for mention in shown if order_of(mention) == last]
    earlier = before.seen if before is not None and before.order == last else ()
    return TimeCursor(order=last, seen=(*earlier, *seen))


def dump_cursor(cursor: BaseModel) -> str:
    return base64.urlsafe_b64encode(cursor.model_dump_json().encode()).decode().rstrip("=")


def load_cursor(model: type[CursorT], text: str) -> CursorT:
    """Raises UsageError for anything but a cursor of that kind."""
    try:
        return model.model_validate(json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))))
    except (ValueError, binascii.Error, ValidationError) as error:
        raise UsageError("Trang kết quả không còn hợp lệ; hãy tìm lại từ đầu") from error
