"""Where a text names places: units with or without their type word, streets, alleys, landmarks.

Only surfaces and what they may mean; which unit is meant is decided in `nlp.names.placesense`.
"""

from nlp.names.bare import bare_name, road_code, street_by_context
from nlp.names.found import Found, Kind
from nlp.names.gazetteer import CITY
from nlp.names.headed import compact_unit, headed
from nlp.names.lexicon import Lexicon, is_city
from nlp.names.reading import Reading
from nlp.names.words import Words


def scan(words: Words, lexicon: Lexicon) -> list[Found]:
    """In the order of the text; what lies inside a longer name (`cao tốc TP.HCM - Trung Lương`) follows it."""
    reading = Reading(words, lexicon)
    plain, capital, names, heads = words.plain, words.capital, lexicon.names, lexicon.heads
    found: list[Found] = []
    i, n = 0, len(words)
    while i < n:
        key = plain[i]
        if key not in names and key not in heads and not capital[i] and key.isalpha():
            i += 1
            continue
        here = places_at(reading, i, found[-1] if found else None)
        found += here
        i = here[0].stop if here else i + 1
    return found


def places_at(reading: Reading, i: int, previous: Found | None = None) -> list[Found]:
    """The place that begins at syllable i and what lies inside its name; `previous`: the one found before."""
    words, lexicon = reading.words, reading.lexicon
    name = lexicon.name_at(words, i)
    if name and is_city(name) and not words.in_address(i, name.stop):
        return [Found(i, name.stop, Kind.UNIT, (CITY,))]
    if compact := compact_unit(reading, i):
        return [compact]
    bare = bare_name(reading, i, name, previous) if name else None
    if bare is None and (head := lexicon.head_at(words, i)) and (behind := headed(reading, i, *head)):
        return behind
    single = bare or road_code(reading, i) or street_by_context(reading, i, previous)
    return [single] if single else []
