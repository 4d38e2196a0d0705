"""What the desk knows of the language: names of codes, and how the words of a query are read."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from threading import Lock
from types import ModuleType

from index.base import Facet
from index.context import QueryContext
from langnghe.errors import ConfigError, UsageError
from nlp import labels
from nlp.agencies import AgencyTable, load_agencies
from nlp.places import Gazetteer, load_gazetteer
from nlp.teencode import normalise_teencode

_LABELS: Mapping[Facet, Mapping[str, labels.Label]] = {
    Facet.TOPIC: labels.TOPICS,
    Facet.SENTIMENT: labels.SENTIMENTS,
    Facet.INTENT: labels.INTENTS,
    Facet.URGENCY: labels.URGENCIES,
    Facet.CHANNEL: labels.CHANNELS,
    Facet.FLAG: labels.FLAGS,
}
_SEGMENTING = Lock()
"""underthesea loads its model at the first call and hands it out half loaded to a second thread."""
_UNIT_OF_TODAY, _OLD_DISTRICT = "n:", "d:"
_NAMES = {str(facet): {str(code): tuple(label) for code, label in known.items()} for facet, known in _LABELS.items()}


def _no_titles() -> Mapping[str, str]:
    return {}


@dataclass(frozen=True)
class Lexicon:
    gazetteer: Gazetteer
    agencies: AgencyTable
    source_titles: Callable[[], Mapping[str, str]] = field(default=_no_titles)
    """Titles of sources by name, as they stand now."""

    def name(self, facet: Facet, key: str, language: str = "vi") -> str:
        """What people call `key`; the key itself where nobody named it."""
        if facet is Facet.PLACE:
            return self.gazetteer.name(key)
        if facet is Facet.AGENCY:
            return self.agencies.name(key)
        if facet is Facet.SOURCE:
            return self.source_titles().get(key, key)
        label = _LABELS.get(facet, {}).get(key)
        return str(getattr(label, language)) if label else key

    def expand_place(self, code: str) -> tuple[str, ...]:
        """The codes that a filter by `code` means; the code alone where the gazetteer does not know it."""
        try:
            return tuple(sorted(self.gazetteer.expand(code)))
        except UsageError:
            return (code,)

    def query_context(self, now: datetime) -> QueryContext:
        """How the words of a query are read at `now`."""
        return QueryContext(
            now=now,
            segment=segment,
            resolve_place=self.gazetteer.resolve,
            expand_place=lambda code: frozenset(self.expand_place(code)),
            resolve_agency=self.agencies.resolve,
            expand_teencode=written_out,
            labels=_NAMES,
        )

    def is_unit_of_today(self, code: str) -> bool:
        return code.startswith(_UNIT_OF_TODAY)

    def is_old_district(self, code: str) -> bool:
        return code.startswith(_OLD_DISTRICT)


def load_lexicon(source_titles: Callable[[], Mapping[str, str]] = _no_titles) -> Lexicon:
    """Reads the tables of places and agencies: some tenths of a second, once a process."""
    return Lexicon(load_gazetteer(), load_agencies(), source_titles)


def segment(text: str) -> list[str]:
    """Vietnamese words of one or more syllables. The first call loads the model, half a second of one core."""
    with _SEGMENTING:
        return list(_segmenter()(text))


@cache
def _segmenter() -> Callable[[str], list[str]]:
    """underthesea's segmenter alone. The package's own `__init__` imports everything it can find, torch too: 10 s of
    one core and half a gigabyte for a search box. So its subpackages are imported below an empty stand-in."""
    spec = find_spec("underthesea")
    if spec is None or spec.submodule_search_locations is None:
        raise ConfigError("Thiếu gói `underthesea`: hãy cài lại Lắng Nghe.")
    stand_in = ModuleType("underthesea")
    stand_in.__path__ = list(spec.submodule_search_locations)
    before = sys.modules.get("underthesea")
    sys.modules["underthesea"] = before or stand_in
    try:
        import_module("underthesea.pipeline.text_normalize")
        found: Callable[[str], list[str]] = import_module("underthesea.pipeline.word_tokenize").word_tokenize
        found("a")  # loads the model, which imports more of the package
    finally:
        if before is None:
            del sys.modules["underthesea"]
    return found


def written_out(word: str) -> tuple[str, ...]:
    """What a word of teencode stands for; empty where it stands for itself."""
    plain = normalise_teencode(word)
    return () if plain == word else (plain,)
