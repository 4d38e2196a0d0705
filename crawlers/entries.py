"""What a list says of one thing it lists, whatever kind of list it is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    url: str | None
    native_id: str | None = None
    """The feed's own id; stands in where there is no URL."""
    title: str | None = None
    summary: str | None = None
    """Plain text."""
    published: str | None = None
    """As written; see `nlp.dates.parse_date`."""
    author: str | None = None
