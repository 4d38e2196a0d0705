"""Topics and posts as APIs of forums and blogs give them. Unknown fields are passed over, missing ones borne."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crawlers.decode import decode
from langnghe.errors import BadInput

QUOTES = "aside.quote, .onebox, blockquote.quote"
"""What a forum post repeats of others."""


@dataclass(frozen=True)
class Topic:
    native_id: str
    title: str
    slug: str
    version: str
    """Changes whenever somebody replies."""


@dataclass(frozen=True)
class Post:
    native_id: str
    text: str
    published: str | None
    author: str | None = None
    title: str | None = None
    url: str | None = None
    reply_to: str | None = None
    """Native id of the post it answers; None for the first of a topic."""
    likes: int = 0
    views: int = 0
    replies: int = 0


@dataclass(frozen=True)
class TopicPage:
    title: str
    posts: tuple[Post, ...]
    n_pages: int = 1
    more: tuple[str, ...] = ()
    """Ids of posts that the page names and does not hold."""


def load_json(body: bytes, content_type: str | None) -> Any:
    """Raises BadInput."""
    try:
        return json.loads(decode(body, content_type).text, strict=False)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"Máy chủ không trả về JSON: {error}") from error


def things(value: Any) -> list[dict[str, Any]]:
    """The objects of a JSON list. Raises BadInput where it is no list."""
    if not isinstance(value, list):
        raise BadInput("JSON không có danh sách như mong đợi.")
    return [one for one in value if isinstance(one, dict)]


def field(value: Any, key: str) -> Any:
    """Raises BadInput where there is no such field."""
    if not isinstance(value, dict) or key not in value:
        raise BadInput(f"JSON không có trường {key}.")
    return value[key]


def id_of(value: Any, key: str = "id") -> str:
    """Raises BadInput for what is neither a number nor a text."""
    found = field(value, key)
    if not isinstance(found, (int, str)):
        raise BadInput(f"JSON có {key} không phải mã số.")
    return str(found)


def text_at(value: Any, key: str) -> str | None:
    found = value.get(key) if isinstance(value, dict) else None
    return found.strip() or None if isinstance(found, str) else None


def number_at(value: Any, key: str) -> int:
    """0 for what is missing or no number."""
    found = value.get(key) if isinstance(value, dict) else None
    return int(found) if isinstance(found, (int, float)) and math.isfinite(found) else 0


def batches(ids: Sequence[str], size: int) -> list[tuple[str, ...]]:
    return [tuple(ids[start : start + size]) for start in range(0, len(ids), size)]
