"""A text beside the lexicon: how far a name goes, what stands around it."""

import re
from dataclasses import dataclass
from functools import lru_cache

from langnghe.text import fold
from nlp.names.gazetteer import read_yaml
from nlp.names.lexicon import Lexicon, NameKind, is_city
from nlp.names.words import Words

LONGEST_NAME = 5
_MEASURE = re.compile(r"\d+(?:m|m2|km|ha|h|k|tr|ty|g|p)")
_NUMBER = re.compile(r"[^\W\d_]{0,2}\d[^\W_]*(?:[/.\-][^\W_]{1,5})*")
_LAST_NUMBER = re.compile(r"\d{1,3}[a-z]?")
_DASH = re.compile(r"[^\S\n]?[-–][^\S\n]?")
_OPENS = re.compile(r"[.!?:\n\"“”'‘’(\[…|]\s*$")
_OFFICES = frozenset(
    {("cong", "an"), ("cong", "doan"), ("cong", "dan"), ("cong", "ty"), ("cong", "nhan"), ("cuc", "truong")}
)


@dataclass(frozen=True, slots=True)
class Reading:
    words: Words
    lexicon: Lexicon

    def opens(self, i: int) -> bool:
        """Syllable i begins a sentence, so that its capital says nothing."""
        return i == 0 or _OPENS.search(self.words.gap(i - 1)) is not None

    def titled(self, i: int) -> bool:
        """A title stands in front of syllable i: what follows is a person."""
        before = self.words.plain[max(0, i - 3) : i]
        return any(tuple(before[-n:]) in self.lexicon.titles for n in (1, 2, 3) if len(before) >= n)

    def behind_number(self, i: int) -> bool:
        """A house number, or whatever else ends in a digit, stands in front of syllable i."""
        return i > 0 and self.words.joined(i - 1) and self.words.plain[i - 1][0].isdecimal()

    def part_of_word(self, i: int) -> bool:
        """Syllable i ends a word of two syllables: `yêu cầu`, `môi trường`."""
        words = self.words
        return i > 0 and words.joined(i - 1) and (words.toned[i - 1], words.toned[i]) in self.lexicon.compounds

    def starts_other(self, i: int) -> bool:
        """Another place begins at syllable i, so that a name may end in front of its capital."""
        head = self.lexicon.head_at(self.words, i)
        if (
            head
            and self.words.toned[i : head[0]] == list(head[1].toned)
            and (head[1].is_unit or not self.words.capital[i])
        ):
            return True
        return self.lexicon.name_at(self.words, i) is not None

    def number(self, j: int) -> int | None:
        """Index behind a number such as `7`, `1806/127/2A`, `2-9`, `C7B` at syllable j; None for what counts."""
        words = self.words
        match = _NUMBER.match(words.text, words.starts[j]) if j < len(words) else None
        if match is None:
            return None
        stop = j
        while stop < len(words) and words.ends[stop] <= match.end():
            stop += 1
        return stop if stop > j and not self._counts(stop) else None

    def _counts(self, stop: int) -> bool:
        """`đường 4 lần`, `hẻm 1,2 mét`, `hẻm 6m`."""
        words = self.words
        if _MEASURE.fullmatch(words.plain[stop - 1]):
            return True
        if stop == len(words):
            return False
        counted = words.joined(stop - 1) and words.plain[stop] in word_set("counted") and not words.capital[stop]
        return counted or (words.gap(stop - 1) == "," and words.plain[stop][0].isdecimal())

    def dated(self, j: int) -> bool:
        """`công viên 23/9`, `cầu 30/4`."""
        words = self.words
        if j + 1 >= len(words) or words.gap(j) not in ("/", "-"):
            return False
        return words.plain[j].isdecimal() and words.plain[j + 1].isdecimal()

    def name_end(self, j: int, *, dashes: bool = False) -> int | None:
        """Index behind the name at syllable j: one of the lexicon, or a run of capitals."""
        words = self.words
        if j >= len(words):
            return None
        match = self.lexicon.name_at(words, j)
        run = self.capital_run(j, dashes=dashes)
        if match and match.stop >= run and (words.cased(j) or (match.stop - j > 1 and (match.exact or words.unmarked))):
            return match.stop
        return run if run > j else None

    def capital_run(self, i: int, *, dashes: bool = False) -> int:
        """Index behind the capitals that begin at i (i itself where none do), at the end a number.

        `dashes`: "Long Thành - Dầu Giây" is one name.
        """
        words, stop = self.words, self._one_run(i)
        if stop == i and dashes and i < len(words):
            city = self.lexicon.name_at(words, i)
            stop = city.stop if city and is_city(city) else i
            if stop == len(words) or not _DASH.fullmatch(words.gap(stop - 1)):
                return i
        while dashes and i < stop < len(words) and _DASH.fullmatch(words.gap(stop - 1)) and words.cased(stop):
            stop = max(self._one_run(stop), stop + 1)
        return stop

    def _one_run(self, i: int) -> int:
        words, stop = self.words, i
        if i >= len(words) or self._pair(i) in _OFFICES or words.plain[i] in word_set("stops"):
            return i
        while stop < len(words) and stop - i < LONGEST_NAME and words.cased(stop) and self._goes_on(i, stop):
            stop += 1
            if not words.joined(stop - 1):
                return stop
        numbered = stop > i and stop < len(words) and _LAST_NUMBER.fullmatch(words.plain[stop])
        return stop + 1 if numbered and not words.capital[stop] else stop

    def _pair(self, i: int) -> tuple[str, str]:
        return self.words.plain[i], self.words.plain[i + 1] if i + 1 < len(self.words) else ""

    def _goes_on(self, i: int, stop: int) -> bool:
        """The capital at `stop` belongs to the name from i: not so the unit in `Võ Trường Toản Thảo Điền`."""
        if stop == i:
            return True
        if self.words.plain[stop] in word_set("stops"):
            return False
        if stop - i < 2:
            return True
        unit = self.lexicon.name_at(self.words, stop)
        if unit is None or not unit.exact or not any(name.codes and name.safe for name in unit.names):
            return True
        whole = self.lexicon.name_at(self.words, i)
        return whole is not None and whole.stop > stop

    def institution_run(self, i: int) -> int:
        """Index behind the name of a school, hospital or office whose own name begins at i: "Nhi đồng 2"."""
        words, stop, named = self.words, i, False
        while stop < len(words):
            known = self.lexicon.name_at(words, stop)
            if known and is_city(known):
                return known.stop if stop == i or words.plain[stop] != "sai" else stop
            if known and words.cased(stop) and known.exact and not known.only(NameKind.LANDMARK):
                step, named = known.stop - stop, True
            else:
                step = self._institution_step(stop, first=stop == i, named=named)
            if not step:
                break
            stop += step
            if not (words.joined(stop - 1) or (stop < len(words) and _DASH.fullmatch(words.gap(stop - 1)))):
                break
        return stop

    def _institution_step(self, i: int, *, first: bool, named: bool) -> int:
        """How many syllables from i belong to the name, 0 where it ends. Behind a proper name
        nothing goes on in lower case."""
        words = self.words
        pair = words.plain[i], words.plain[i + 1] if words.joined(i) else ""
        if pair in _OFFICES or (words.plain[i] in word_set("stops") and not first):
            return 0
        if pair in compounds() and not words.shouting and (not named or words.cased(i)):
            return 2
        if words.cased(i):
            return 1
        number = words.plain[i].isdecimal() and pair[1] not in word_set("counted")
        return int(not first and (number or (not named and self._joiner(i))))

    def _joiner(self, i: int) -> bool:
        """`và` between two parts of one name."""
        words = self.words
        if words.toned[i] != "và" or not words.joined(i) or words.plain[i + 1] in word_set("new_institution"):
            return False
        following = words.plain[i + 2] if words.joined(i + 1) else ""
        return words.cased(i + 1) or (words.plain[i + 1], following) in compounds()


@lru_cache(maxsize=16)
def word_set(name: str) -> frozenset[str]:
    """A list of `nlp/data/name_words.yaml`."""
    return frozenset(read_yaml("name_words.yaml")[name])


@lru_cache(maxsize=1)
def compounds() -> frozenset[tuple[str, str]]:
    """Folded pairs of syllables that go on inside the name of an institution in lower case."""
    pairs = (fold(pair).split() for pair in read_yaml("compounds.yaml")["two"].split(";"))
    return frozenset((pair[0], pair[1]) for pair in pairs)
