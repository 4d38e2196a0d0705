"""Gambling promotion planted into texts, and advertising: flagged, never dropped, so that counts can leave them out.

Gambling is told by rules, because it must never be confused with citizens who report gambling. Advertising, scams
and bait are told by a linear model over words and word pairs, small enough to be read: `data/advertising.json`,
made by `nlp/trainspam.py`.
"""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import yaml

from langnghe.records import Flag
from langnghe.text import fold

DATA = Path(__file__).parent / "data"
_READ_CHARS = 6000
"""Promotion stands at the beginning or at the end; the middle of a long article is not read."""
_BRACKETS = re.compile(r"【([^】]{2,60})】")
_HAN = re.compile("[\u4e00-\u9fff]")
_FOREIGN_FOOTER = re.compile(r"本文地址|版权声明|未经许可|不得转载|博彩|娱乐城|投注")
_FORMS = (
    (
        "_link",
        re.compile(
            r"https?://\S+|www\.\S+|\bbit\.ly\S*|"
            r"\b[a-z0-9-]+\.(?:com|vn|net|top|xyz|cc|lol|vip|club|shop|online|site|info|one|cfd|biz)\b\S*"
        ),
    ),
    ("_phone", re.compile(r"(?<!\w)(?:\+?84|[0•])(?:[ .–-]{0,3}[\d•]){8,11}(?!\w)")),
    ("_price", re.compile(r"\b\d+(?:[.,]\d+)* ?(?:k|tr|trieu|ty|ti|cu|d|dong|vnd|ngan|usd)\d*\b")),
    ("_percent", re.compile(r"\b\d+(?:[.,]\d+)? ?%")),
    ("_handle", re.compile(r"[@#]\w+")),
    ("_num", re.compile(r"\b\d+(?:[.,]\d+)*\b")),
)
_TOKEN = re.compile("[a-z_][a-z0-9_]*|[!?]{2,}|[\u2600-\u27bf\U0001f300-\U0001faff]")


@dataclass(frozen=True)
class _Gambling:
    terms: re.Pattern[str]
    lures: re.Pattern[str]
    reporting: re.Pattern[str]


@dataclass(frozen=True)
class _Advertising:
    bias: float
    threshold: float
    weights: dict[str, float]


def spam_flags(text: str, *, url: str | None = None) -> tuple[Flag, ...]:
    """`text` may be masked. An address that promotes gambling counts as the text does."""
    sample = text if len(text) <= _READ_CHARS else f"{text[: _READ_CHARS // 2]}\n{text[-_READ_CHARS // 2 :]}"
    folded = fold(f"{sample}\n{url}" if url else sample)
    if _promotes_gambling(sample, folded):
        return (Flag.GAMBLING_SEO,)
    if advertising_probability(folded) >= _advertising().threshold:
        return (Flag.ADVERTISING,)
    return ()


def advertising_probability(folded: str) -> float:
    """Of a folded text, 0 to 1."""
    model = _advertising()
    total = model.bias + sum(model.weights.get(feature, 0.0) for feature in set(features(folded)))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def features(folded: str) -> Iterator[str]:
    """Words and word pairs of a folded text; numbers, phones, prices, links and emoji by their kind."""
    for name, form in _FORMS:
        folded = form.sub(f" {name} ", folded)
    tokens = [_kind(token) for token in _TOKEN.findall(folded)]
    yield from tokens
    for first, second in pairwise(tokens):
        yield f"{first} {second}"


def _kind(token: str) -> str:
    if token[0] in "!?":
        return "_mark"
    return token if token.isascii() else "_emoji"


def _promotes_gambling(sample: str, folded: str) -> bool:
    """Terms of the trade need a lure beside them; in Chinese brackets or above a Chinese footer they need none."""
    rules = _gambling()
    terms = set(rules.terms.findall(folded))
    if not terms:
        return False
    if any(rules.terms.search(fold(inside)) for inside in _BRACKETS.findall(sample)):
        return True
    if _FOREIGN_FOOTER.search(sample) and len(_HAN.findall(sample)) * 4 < len(sample):
        return True
    lures, reports = set(rules.lures.findall(folded)), set(rules.reporting.findall(folded))
    return bool(lures) and len(terms) + len(lures) >= 2 + 2 * len(reports)


@cache
def _gambling() -> _Gambling:
    table = yaml.safe_load((DATA / "gambling.yaml").read_text(encoding="utf-8"))
    return _Gambling(
        *(re.compile(rf"(?<!\w)(?:{'|'.join(table[key])})(?!\w)") for key in ("terms", "lures", "reporting"))
    )


@cache
def _advertising() -> _Advertising:
    table = json.loads((DATA / "advertising.json").read_text(encoding="utf-8"))
    return _Advertising(table["bias"], table["threshold"], table["weights"])
