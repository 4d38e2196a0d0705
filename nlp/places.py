"""Finds places in a text and says which units of Ho Chi Minh City they mean, before and after July 2025."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from langnghe.errors import UsageError
from langnghe.records import PlaceCandidate, PlaceMention
from nlp.names.found import Found, Kind
from nlp.names.gazetteer import CITY, Unit, UnitTables, build_tables
from nlp.names.lexicon import Lexicon, build_lexicon
from nlp.names.placescan import scan
from nlp.names.placesense import display_name, make_sense, weighed
from nlp.names.words import Words, read_words


@lru_cache(maxsize=1)
def load_gazetteer() -> "Gazetteer":
    """Built once a process from the tables of `vietnamadminunits`, about 0.3 s; raises ConfigError without them."""
    tables = build_tables()
    return Gazetteer(tables, build_lexicon(tables))


@dataclass(frozen=True)
class Gazetteer:
    tables: UnitTables
    lexicon: Lexicon

    def find(self, text: str, *, at: datetime | None = None) -> tuple[PlaceMention, ...]:
        """In the order of the text, offsets into `text`. `at`, when it was written, decides between the
        eras; without it the text is taken as of today. A place elsewhere, a street or a landmark has no candidates."""
        words = read_words(text)
        return self.find_in(words, at=at)

    def find_in(self, words: Words, *, at: datetime | None = None) -> tuple[PlaceMention, ...]:
        found = scan(words, self.lexicon)
        senses = make_sense(found, words, self.tables, at=at)
        return tuple(
            PlaceMention(
                start=words.starts[place.first],
                end=words.ends[place.stop - 1],
                surface=words.surface(place.first, place.stop),
                candidates=sense.candidates,
                units=sense.units,
            )
            for place, sense in zip(found, senses, strict=True)
        )

    def resolve(self, name: str) -> tuple[PlaceCandidate, ...]:
        """What a name in a query may mean, best first; empty for a name that is no unit of the city.

        Looser than `find`: case and type words may be missing, and a code stands for itself.
        """
        if name.strip() in self.tables.units:
            return weighed(((name.strip(), 1.0),), self.tables).candidates
        words = read_words(name)
        if not len(words):
            return ()
        found = [place for place in scan(words, self.lexicon) if place.kind is Kind.UNIT] or self._looked_up(words)
        senses = make_sense(found, words, self.tables, at=None)
        return senses[0].candidates if senses else ()

    def _looked_up(self, words: Words) -> list[Found]:
        match = self.lexicon.name_at(words, 0)
        if match is None or match.stop != len(words):
            return []
        codes = dict.fromkeys(code for name in match.names for code in name.codes)
        return [Found(0, match.stop, Kind.UNIT, tuple(codes), name=" ".join(words.plain))] if codes else []

    def expand(self, code: str) -> frozenset[str]:
        """Every code whose mentions concern the place: what it contains, and its other era.

        An old district → itself, its old wards, the units of today that came from it; a unit of today →
        itself and the old wards it came from. The city holds everything. Raises UsageError for an unknown code.
        """
        unit = self.unit(code)
        if unit.code == CITY:
            return frozenset(self.tables.units)
        below = {code, *(other for other in self.tables.units if code in self._above(other))}
        heirs = set(self.tables.heirs.get(code, ()))
        origins = {old for old, to in self.tables.heirs.items() if code in to and old.startswith("o:")}
        if code.startswith("d:"):
            below |= {f"o:{ward}" for ward in self._earlier_wards(code)}
        return frozenset(below | heirs | origins)

    def _above(self, code: str) -> list[str]:
        above = []
        while (parent := self.tables.units[code].parent) is not None:
            above.append(parent)
            code = parent
        return above

    def _earlier_wards(self, code: str) -> list[str]:
        rows = self.tables.words["earlier_districts"]
        return next((row["wards"] for row in rows if row["code"] == code), [])

    def name(self, code: str) -> str:
        """As shown to people, e.g. `Phường 15, Quận Tân Bình (cũ)`; an unknown code stands for itself."""
        return display_name(code, self.tables) if code in self.tables.units else code

    def unit(self, code: str) -> Unit:
        """Raises UsageError for an unknown code."""
        try:
            return self.tables.units[code]
        except KeyError:
            raise UsageError(f"Không có đơn vị hành chính nào mang mã {code!r}.") from None
