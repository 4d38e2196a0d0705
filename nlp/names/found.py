"""What a scan of a text hands on: where a place is named and what the name may mean."""

from dataclasses import dataclass
from enum import StrEnum

LEVELS = {
    "ward": "no",
    "commune": "no",
    "township": "no",
    "special": "nd",
    "district": "d",
    "rural": "d",
    "town": "d",
    "city": "dc",
    "province": "p",
}
"""Type word of a unit → first letters of the codes it may mean."""


class Kind(StrEnum):
    UNIT = "unit"
    OUTSIDE = "outside"
    """A unit of another province."""
    STREET = "street"
    LANDMARK = "landmark"


@dataclass(frozen=True, slots=True)
class Found:
    first: int
    stop: int
    """Half-open range of syllables."""
    kind: Kind
    codes: tuple[str, ...] = ()
    head: str | None = None
    """Kind of the type word that stands in the text, as in `nlp/data/place_heads.yaml`."""
    name: str = ""
    """Folded name alone."""
