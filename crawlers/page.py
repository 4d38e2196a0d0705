"""What was read from one page, as it travels between processes."""

from dataclasses import dataclass

from crawlers.walls import Wall
from nlp.dates import FoundDate


@dataclass(frozen=True)
class PageComment:
    text: str
    author: str | None
    date: FoundDate | None
    native_id: str | None
    likes: int


@dataclass(frozen=True)
class Page:
    address: str
    """What the page calls itself; else where it was fetched."""
    title: str | None
    text: str
    author: str | None
    dates: tuple[FoundDate, ...]
    comments: tuple[PageComment, ...]
    encoding_suspect: bool
    wall: Wall | None
    """Why it is no page; its text is then worth nothing."""
