"""Vietnamese with and without diacritics, English, Chinese, others."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langnghe.records import Language
from langnghe.text import fold
from nlp.language import detect_language

CORPUS = Path(__file__).parents[2] / "nlp/data/corpus"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Đường ngập quá trời, xe chết máy hết rồi", Language.VI),
        ("NƯỚC YẾU NHƯ MÈO TÈ", Language.VI),
        ("ngập r mn ơi, admin duyệt bài dùm", Language.VI),
        ("Hoa\u0300ng hôn trên sông Sa\u0300i Go\u0300n", Language.VI),
        ("duong ngap qua troi, xe chet may het roi", Language.VI_PLAIN),
        ("ko dc j z", Language.VI_PLAIN),
        ("e o hem 18, cup dien tu trua toi gio ma goi ko ai nghe may", Language.VI_PLAIN),
        ("The road near the market is flooded again, please fix it", Language.EN),
        ("Very good service, thank you", Language.EN),
        ("胡志明市交通堵塞严重", Language.ZH),
        ("本文地址:http://vidu.vn/news", Language.ZH),
        ("Selamat pagi, apa kabar semua orang", Language.OTHER),
        ("これは日本語の文章です", Language.OTHER),
        ("한국어 문장입니다", Language.OTHER),
        ("😭😭", Language.OTHER),
        ("0909 000 000", Language.OTHER),
        ("https://vidu.vn/the-road-is-flooded", Language.OTHER),
        ("", Language.OTHER),
    ],
)
def test_the_language_of_a_post(text: str, language: Language) -> None:
    assert detect_language(text) is language


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the labelled corpus is not installed beside the package")
def test_vietnamese_is_recognised_with_and_without_its_diacritics() -> None:
    texts = [json.loads(line)["text"] for path in CORPUS.glob("*.jsonl") for line in path.open(encoding="utf-8")]
    known = [detect_language(text) in (Language.VI, Language.VI_PLAIN) for text in texts]
    stripped = [detect_language(fold(text)) is Language.VI_PLAIN for text in texts]
    assert sum(known) / len(texts) > 0.995
    assert sum(stripped) / len(texts) > 0.995


@given(st.text())
def test_every_text_has_a_language(text: str) -> None:
    assert detect_language(text) in Language
