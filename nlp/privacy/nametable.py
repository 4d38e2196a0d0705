"""How Vietnamese names look and what stands around them: the table `data/persons.yaml`, ready to be asked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from langnghe.text import canonical, fold
from nlp.privacy.cues import Cue, EndCue
from nlp.privacy.spans import Span

_TABLE = Path(__file__).parents[1] / "data" / "persons.yaml"


@dataclass(frozen=True)
class Names:
    common: frozenset[str]
    rare: frozenset[str]
    middle: frozenset[str]
    common_plain: frozenset[str]
    rare_plain: frozenset[str]
    middle_plain: frozenset[str]
    historic: frozenset[str]
    """Folded, as the next two."""
    geography: frozenset[str]
    public: frozenset[str]
    ranks: frozenset[str]
    no_given: frozenset[str]
    titles: EndCue
    self_given: EndCue
    signatures: EndCue
    roles: EndCue
    places: EndCue
    officials: Cue
    official_after: Cue


@dataclass(frozen=True)
class Reader:
    """One text and how it is spelt."""

    text: str
    table: Names
    contacts: Sequence[Span]
    marked: bool
    """It has diacritics, so `Dinh` is no `Đinh`."""

    def is_surname(self, word: str) -> bool:
        return self.is_common(word) or self._is_in(word, self.table.rare, self.table.rare_plain)

    def is_common(self, word: str) -> bool:
        return self._is_in(word, self.table.common, self.table.common_plain)

    def is_middle(self, word: str) -> bool:
        return self._is_in(word, self.table.middle, self.table.middle_plain)

    def _is_in(self, word: str, marked: frozenset[str], plain: frozenset[str]) -> bool:
        shouted = word.isascii() and word.isupper()
        return canonical(word).capitalize() in (marked if self.marked and not shouted else plain)


def has_diacritics(text: str) -> bool:
    return not text.isascii() and sum(map(_MARKED.__contains__, text)) * 20 > len(text)


_MARKED = frozenset("ăâêôơưđạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹáàãéèíìóòõúùýĐĂÂÊÔƠƯẠẢẤẦẬẮẶẾỀỆỐỒỘỚỜỢỨỪỰ")


@cache
def load_names() -> Names:
    table = yaml.safe_load(_TABLE.read_text(encoding="utf-8"))
    lists = {key: [word.strip() for word in table[key].split("|") if word.strip()] for key in _LISTS}
    common, rare = table["surnames_common"].split(), table["surnames_rare"].split()
    officials = r"chủ tịch(?! (?:công ty|cty|hội phụ nữ|hđqt|hội đồng quản trị))|" + "|".join(
        re.escape(word).replace(r"\ ", " ") for word in lists["officials"]
    )
    return Names(
        common=frozenset(map(canonical, common)),
        rare=frozenset(map(canonical, rare)),
        middle=frozenset(table["middle_names"]),
        common_plain=_plain(common),
        rare_plain=_plain(rare),
        middle_plain=_plain(table["middle_names"]),
        historic=frozenset(map(fold, lists["historic"])),
        geography=frozenset(map(fold, lists["geography"])),
        public=frozenset(map(fold, lists["public_figures"])),
        ranks=frozenset(map(fold, table["ranks"])),
        no_given=frozenset(table["no_given"]),
        titles=EndCue(lists["titles"], " :\"“'(‘"),
        self_given=EndCue(lists["self_given"], " :\"“'"),
        signatures=EndCue(lists["signatures"]),
        roles=EndCue(lists["roles"], " :\"“'("),
        places=EndCue(lists["places"], " 0123456789/"),
        officials=Cue(officials, after=r"(?:[^.,;!?\n]|\.(?=\w)|,\s(?=(?:ông|bà|đồng chí|ong|ba)\s$)){0,45}$"),
        official_after=Cue(
            officials,
            before=r"^\s*(?:[,(–-]\s?|là |giữ chức |làm |được )"
            r"(?:nguyên |cựu |tân |quyền |hiện |hiện là |là |nay là |phó )?",
        ),
    )


_LISTS = (
    "titles",
    "self_given",
    "signatures",
    "roles",
    "places",
    "officials",
    "historic",
    "geography",
    "public_figures",
)


def _plain(names: Sequence[str]) -> frozenset[str]:
    return frozenset(fold(name).capitalize() for name in names) | frozenset(map(canonical, names))
