"""Finds the public bodies that a text names; the table of them knows both eras."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from langnghe.errors import ConfigError
from langnghe.records import AgencyMention
from nlp.names.agencyscan import AgencyLexicon, Body, Group, Trie, add_alias, make_alias, scan_agencies
from nlp.names.gazetteer import parse_yaml, read_yaml
from nlp.names.lexicon import syllables
from nlp.names.words import Words, read_words
from nlp.places import Gazetteer, load_gazetteer

_TABLE = Path(__file__).parent / "data" / "agencies.yaml"
_ACTING_PLACES = ("hospital", "university")


class Agency(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    code: str
    name: str
    kind: Literal[
        "city",
        "department",
        "board",
        "centre",
        "police",
        "army",
        "justice",
        "central",
        "utility",
        "union",
        "hotline",
        "hospital",
        "university",
    ]
    aliases: tuple[str, ...]
    city: bool = False
    """The aliases mean this body only with the city's name behind them."""
    valid_from: date | None = None
    valid_until: date | None = None
    """The first day on which the name was official no more."""
    successors: tuple[str, ...] = ()
    """Codes of the bodies that took over its work."""
    mark: Literal["V", "V2", "M"] | None = None
    """How sure dates and successors are; V2 and M are shown as "cần kiểm tra"."""

    def is_valid(self, on: date) -> bool:
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_until is None or on < self.valid_until
        )


def load_agencies(path: Path | None = None) -> "AgencyTable":
    """Raises ConfigError naming what is wrong in the file."""
    return _loaded(path or _TABLE)


@lru_cache(maxsize=4)
def _loaded(path: Path) -> "AgencyTable":
    try:
        rows = [Agency(**row) for row in parse_yaml(path.read_text("utf-8"))["agencies"]]
    except (OSError, yaml.YAMLError, ValidationError, KeyError, TypeError) as error:
        raise ConfigError(f"Không đọc được danh bạ cơ quan {path}: {error}") from error
    agencies = {row.code: row for row in rows}
    missing = {code for row in rows for code in row.successors} - agencies.keys()
    if missing or len(agencies) < len(rows):
        raise ConfigError(f"Danh bạ cơ quan {path} có mã trùng hoặc thiếu: {', '.join(sorted(missing)) or 'mã trùng'}.")
    gazetteer = load_gazetteer()
    return AgencyTable(agencies, _lexicon(agencies, gazetteer), gazetteer)


def _lexicon(agencies: dict[str, Agency], gazetteer: Gazetteer) -> AgencyLexicon:
    trie: Trie = {}
    for agency in agencies.values():
        for written in agency.aliases:
            add_alias(trie, make_alias(written, agency.code, Group.TABLE, needs_city=agency.city))
    heads = read_yaml("agency_heads.yaml")
    for group in (Group.WITH_UNIT, Group.ALONE, Group.NAMED):
        for written in heads[group]:
            add_alias(trie, make_alias(written, None, group))
    return AgencyLexicon(
        trie,
        gazetteer.lexicon,
        frozenset(map(syllables, heads["levels"])),
        frozenset(map(syllables, heads["capital_only"])),
        frozenset(heads["never_behind"]),
        {syllables(alias): frozenset(before) for alias, before in heads["asked"].items()},
    )


@dataclass(frozen=True)
class AgencyTable:
    agencies: dict[str, Agency]
    lexicon: AgencyLexicon
    gazetteer: Gazetteer

    def find(self, text: str, *, at: datetime | None = None) -> tuple[AgencyMention, ...]:
        """In the order of the text, offsets into `text`. A body of the city carries its code, under the name
        it is called by; what it became is told by `current`. A bare `công an`, `sở`, `phường` is none."""
        del at  # names of both eras are known by their own words
        return self.find_in(read_words(text))

    def find_in(self, words: Words) -> tuple[AgencyMention, ...]:
        return tuple(
            AgencyMention(
                start=words.starts[body.first],
                end=words.ends[body.stop - 1],
                surface=words.surface(body.first, body.stop),
                code=body.code,
                name=self._called(body, words),
            )
            for body in scan_agencies(words, self.lexicon)
            if self._acts(body, words)
        )

    def _acts(self, body: Body, words: Words) -> bool:
        """A hospital or university behind `ở`, `vào`, `gần` is a place there, not a body that acts."""
        is_place = body.alias.group is Group.INSTITUTION or (
            body.code is not None and self.agencies[body.code].kind in _ACTING_PLACES
        )
        if not is_place or body.first == 0:
            return True
        return words.toned[body.first - 1] not in _places_before()

    def _called(self, body: Body, words: Words) -> str:
        if body.code is not None:
            return self.agencies[body.code].name
        head = words.surface(body.first, body.tail.first if body.tail else body.stop)
        written = (
            body.alias.written
            if body.alias.group in (Group.WITH_UNIT, Group.ALONE) and len(head) == len(body.alias.written)
            else head
        )
        name = " ".join(f"{written} {self._tail_name(body, words)}".split())
        return name[0].upper() + name[1:]

    def _tail_name(self, body: Body, words: Words) -> str:
        if body.tail is None:
            return ""
        if body.tail.head and body.tail.codes:
            unit = self.gazetteer.unit(body.tail.codes[0])
            return unit.name[0].lower() + unit.name[1:]
        return words.surface(body.tail.first, body.stop)

    def current(self, code: str, *, on: date) -> tuple[str, ...]:
        """Codes of the bodies that do its work on that day: itself while it is valid, or its successors."""
        agency = self.agencies.get(code)
        if agency is None or agency.is_valid(on) or not agency.successors:
            return (code,)
        return tuple(dict.fromkeys(heir for next_code in agency.successors for heir in self.current(next_code, on=on)))

    def expand(self, code: str) -> frozenset[str]:
        """Itself and the bodies whose work it took over: charts at constant duty across a merger."""
        before = {agency.code for agency in self.agencies.values() if code in agency.successors}
        return frozenset({code}.union(*(self.expand(old) for old in before)))

    def name(self, code: str) -> str:
        """An unknown code stands for itself."""
        return self.agencies[code].name if code in self.agencies else code

    def resolve(self, name: str) -> tuple[str, ...]:
        """Codes of the bodies that a name in a query may mean; a code stands for itself; empty for an unknown one."""
        if name.strip() in self.agencies:
            return (name.strip(),)
        wanted = syllables(name)
        exact = [
            agency.code for agency in self.agencies.values() if wanted in map(syllables, (agency.name, *agency.aliases))
        ]
        found = [body.code for body in scan_agencies(read_words(name), self.lexicon) if body.code]
        return tuple(dict.fromkeys([*exact, *found]))


@lru_cache(maxsize=1)
def _places_before() -> frozenset[str]:
    return frozenset(read_yaml("agency_heads.yaml")["places_before"])
