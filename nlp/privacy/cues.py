"""Words around a place in a text that decide what it is.

Each knows its words with diacritics and without, and takes the spelling that the text at hand uses.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import yaml

from langnghe.text import canonical, fold

_LEADING = "\"“'(‘-–[,."
_TRAILING = " \t\n:\"“'(‘-–.,—"


class Cue:
    """One of many words, as whole words, anywhere in a window."""

    def __init__(self, words: str, *, after: str = "", before: str = "", shortest_plain: int = 1) -> None:
        """`words`: alternatives in lower case, a regular expression; `before` and `after` stand around them.

        Words shorter than `shortest_plain` letters say too little without diacritics (`chợ`, `cho`).
        """
        plain = "|".join(word for word in fold(words).split("|") if len(word) >= shortest_plain)
        self._marked = re.compile(rf"{before}(?<!\w)(?:{words})(?!\w){after}")
        self._plain = re.compile(rf"{before}(?<!\w)(?:{plain})(?!\w){after}")

    def search(self, window: str) -> bool:
        return bool((self._plain if window.isascii() else self._marked).search(window.lower()))


class EndCue:
    """One of many words at the very end of a window, up to five syllables long; a lookup, not a search."""

    def __init__(self, words: Iterable[str], closing: str = _TRAILING) -> None:
        """`closing`: signs that may stand between the word and the end."""
        self._marked = frozenset(canonical(word).lower() for word in words)
        self._plain = frozenset(map(fold, self._marked))
        self._closing = closing

    def length(self, window: str) -> int:
        """How many syllables the longest word at the end of `window` has; 0 for none."""
        words = window.rstrip(self._closing).lower().split()[-5:]
        known = self._plain if window.isascii() else self._marked
        return max((n for n in range(1, len(words) + 1) if " ".join(words[-n:]).lstrip(_LEADING) in known), default=0)


@cache
def load_cues() -> Mapping[str, Cue]:
    """The cues of `data/pii.yaml` by name."""
    table = yaml.safe_load((Path(__file__).parents[1] / "data" / "pii.yaml").read_text(encoding="utf-8"))
    return {
        name: Cue("|".join(entry["words"]), after=entry["after"], shortest_plain=entry.get("shortest_plain", 1))
        for name, entry in table.items()
    }
