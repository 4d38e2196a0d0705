"""How citizens really type: without diacritics, in teencode, with dropped tones and slips. For training and for tests
of robustness; seeded by the caller's generator."""

import random
import re
import unicodedata

from langnghe.text import fold

_TEENCODE: dict[str, tuple[str, ...]] = {
    "không": ("ko", "k", "hok", "khum", "kg", "hong", "kh"),
    "được": ("đc", "dc", "dk", "đx"),
    "gì": ("j", "gi", "zì"),
    "vậy": ("v", "z", "vậi", "zậy"),
    "rồi": ("r", "rùi", "ròi"),
    "biết": ("bik", "bít", "bt"),
    "quá": ("wá", "qá", "qua"),
    "nhiều": ("nhìu", "nh"),
    "mình": ("mk", "mìn", "mik"),
    "người": ("ng", "nguoi", "ngừi"),
    "với": ("vs", "dí", "zới"),
    "trước": ("trc", "trk"),
    "tôi": ("t", "tui", "toi"),
    "giờ": ("h", "zờ"),
    "bây": ("bi", "b"),
    "phường": ("p", "p."),
    "quận": ("q", "q."),
    "những": ("n~", "nhữg", "nhug"),
    "cũng": ("cug", "cũg"),
    "như": ("nhu", "nhw"),
    "thì": ("thj", "thi"),
    "chưa": ("ch", "chua"),
    "bạn": ("bn", "b"),
    "mọi": ("m.n", "mn"),
    "luôn": ("lun", "luôn á"),
    "thôi": ("thoi", "thui"),
    "chị": ("c", "cj"),
    "anh": ("a", "ank"),
    "em": ("e", "iem"),
    "đường": ("đg", "duong"),
    "nước": ("nc", "nuoc"),
    "điện thoại": ("đt", "dt"),
    "công an": ("ca", "CA"),
    "ủy ban": ("ub", "uỷ ban"),
    "việt nam": ("vn", "VN"),
    "hồ chí minh": ("hcm", "HCM"),
    "thành phố": ("tp", "TP"),
}
_TEENCODE_RE = re.compile(r"(?<!\w)(" + "|".join(_TEENCODE) + r")(?!\w)", re.I)
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_TELEX = {"ă": "aw", "â": "aa", "đ": "dd", "ê": "ee", "ô": "oo", "ơ": "ow", "ư": "uw"}


def without_diacritics(text: str) -> str:
    return fold(text)


def some_without_diacritics(text: str, rng: random.Random) -> str:
    """Half of the words lose every diacritic."""
    return " ".join(fold(word) if rng.random() < 0.5 else word for word in text.split(" "))


def without_tones(text: str) -> str:
    """`đường ngập` → `đương ngâp`: the marks that change the vowel stay."""
    plain = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(char for char in plain if char not in _TONES))


def teencode(text: str, rng: random.Random, share: float = 0.7) -> str:
    def written(match: re.Match[str]) -> str:
        word = match.group(1)
        return rng.choice(_TEENCODE[word.lower()]) if rng.random() < share else word

    return _TEENCODE_RE.sub(written, text)


def slips(text: str, rng: random.Random, share: float = 0.15) -> str:
    """In that share of the words: two letters swapped, one left out or doubled, or a Telex mark left as typed."""
    return " ".join(_slip(word, rng) if rng.random() < share else word for word in text.split(" "))


def noised(text: str, rng: random.Random) -> str:
    """One kind of noise, the frequent kinds more often."""
    kind = rng.random()
    if kind < 0.4:
        return without_diacritics(text)
    if kind < 0.55:
        return some_without_diacritics(text, rng)
    if kind < 0.65:
        return without_tones(text)
    if kind < 0.85:
        return teencode(text, rng)
    return slips(text, rng)


def _slip(word: str, rng: random.Random) -> str:
    if len(word) < 2:
        return word
    at = rng.randrange(len(word) - 1)
    match rng.randrange(4):
        case 0:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        case 1:
            return word[:at] + word[at + 1 :]
        case 2:
            return word[:at] + word[at] * 2 + word[at + 1 :]
        case _:
            return "".join(_TELEX.get(char, char) for char in word)
