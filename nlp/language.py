"""Which language a post is in: Vietnamese with or without diacritics, English, Chinese, or another.

No library tells Vietnamese without diacritics apart, so the syllable itself decides: its spelling follows a closed
grammar (an onset, a rime), which few words of other languages fit.
"""

import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

import yaml

from langnghe.records import Language
from langnghe.text import fold

_TABLE = Path(__file__).parent / "data" / "language.yaml"
_SAMPLE_CHARS = 1000
"""The beginning of a text tells its language."""

_ONSET = "b|ch?|d|gh?|gi|h|kh?|l|m|ngh?|nh?|ph?|qu|r|s|th?|tr?|v|x"
_RIME = (
    "a(?:c|ch|i|m|n|ng|nh|o|p|t|u|y)?|e(?:c|ch|m|n|ng|nh|o|p|t|u)?|i(?:a|c|ch|m|n|nh|p|t|u|e[cmnptu]|eng)?|"
    "o(?:c|i|m|n|ng|p|t|a(?:c|ch|i|m|n|ng|nh|o|p|t|y)?|e(?:n|o|t)?|o(?:c|ng))?|"
    "u(?:a(?:n|ng|t|y)?|c|e(?:ch|nh)?|i|m|n|ng|o(?:c|i|m|n|ng|p|t|u)?|p|t|u|y(?:a|ch|e[nt]|n|nh|t|u)?)?|"
    "y(?:e[mnt]|e?u|eng)?"
)
_SYLLABLE = re.compile(f"(?:{_ONSET})?(?:{_RIME})")
_WORD = re.compile(r"[^\W\d_]+(?:['’][a-z]+)?")
_IGNORED = re.compile(r"https?://\S+|www\.\S+|[\w.+-]+@[\w.-]+|[#@]\w+")
_ENGLISH_ENDING = re.compile(
    r"[a-z]{2,}(?:tions?|ings?|ed|ly|ments?|ness|ous|ful|ables?|ities|ity|ers?|ians?|ves?|['’]s)"
)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f]")
_OTHER_SCRIPT = re.compile("[\u0370-\u1cff\u3040-\u30ff\uac00-\ud7af]")
_MARKED = re.compile("[ăâêôơưđàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]")


def detect_language(text: str) -> Language:
    """`OTHER` for a text without words (emoji, numbers, links) and for every language not named above."""
    sample = text[:_SAMPLE_CHARS].lower()
    if any(sign in sample for sign in ("@", "#", "://", "www.")):
        sample = _IGNORED.sub(" ", sample)
    if not sample.isascii():
        sample = unicodedata.normalize("NFC", _INVISIBLE.sub("", sample))
    words = _WORD.findall(sample)
    letters = sum(map(len, words))
    if not letters:
        return Language.OTHER
    if not sample.isascii():
        if len(_OTHER_SCRIPT.findall(sample)) * 5 > letters:
            return Language.OTHER
        if len(_HAN.findall(sample)) * 4 > letters:
            return Language.ZH
    return _latin_language(words)


def is_vietnamese_syllable(word: str) -> bool:
    """Whether the word is spelt as a Vietnamese syllable can be, with or without its diacritics."""
    return bool(_SYLLABLE.fullmatch(fold(word)))


def _latin_language(words: list[str]) -> Language:
    kinds = [_kind(word) for word in words]
    n_marked, n_plain, n_english = kinds.count("marked"), kinds.count("plain"), kinds.count("english")
    n_vietnamese = n_marked + n_plain
    if n_english > n_plain or n_vietnamese * 2 < len(words):
        if n_marked * 4 >= len(words) and n_marked > n_english:
            return Language.VI
        return Language.EN if n_english * 6 >= len(words) and n_english > n_marked else Language.OTHER
    if n_marked * 5 >= n_vietnamese:
        return Language.VI
    return Language.VI_PLAIN


@lru_cache(maxsize=65536)
def _kind(word: str) -> str:
    english, informal = _tables()
    if word in english:
        return "english"
    plain = fold(word)
    if not (word in informal or plain in informal or _SYLLABLE.fullmatch(plain)):
        return "english" if _ENGLISH_ENDING.fullmatch(word) else "foreign"
    return "marked" if _MARKED.search(word) else "plain"


@cache
def _tables() -> tuple[frozenset[str], frozenset[str]]:
    table = yaml.safe_load(_TABLE.read_text(encoding="utf-8"))
    return frozenset(table["english"].split()), frozenset(table["vietnamese_informal"].split())
