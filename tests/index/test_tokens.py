"""Texts are cut into the same syllables whatever their form, and every syllable knows where it stands."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.tokens import _ANY_SCRIPT, _LATIN, _LATIN_ONLY, MAX_SYLLABLE, syllables, tokenise
from langnghe.text import fold


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Đường ngập!", ["đường", "ngập"]),
        ("hoà, hòa; thuý", ["hòa", "hòa", "thúy"]),
        ("P.4 Q.7 18/9 1806/127/2", ["p", "4", "q", "7", "18", "9", "1806", "127", "2"]),
        ("ng\u200bập n\ufeffước", ["ngập", "nước"]),
        ("covid-19_mới", ["covid", "19", "mới"]),
        ("ngập😀rồi👨‍👩‍👧", ["ngập", "rồi"]),
        ("091••••678", ["091", "678"]),
        ("中文 ngập", ["中", "文", "ngập"]),
        ("а́ кириллица", ["а́", "кириллица"]),
        ("", []),
        ("x" * 100_000, ["x" * MAX_SYLLABLE]),
    ],
)
def test_cuts(text: str, expected: list[str]) -> None:
    assert syllables(text) == expected
    assert syllables(unicodedata.normalize("NFD", text)) == expected


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("ngậpđườngNƯỚC \u0323\u0302\u200b中あ😀.,"))))
@example("İ\u200b a")
@example("\u200bİx")
def test_places_are_right_and_both_ways_of_cutting_agree(text: str) -> None:
    tokens = tokenise(text)
    assert tokens.exact == syllables(text)
    assert tokens.folded == [fold(word) for word in tokens.exact]
    for word, (start, end) in zip(tokens.exact, tokens.spans, strict=True):
        assert syllables(text[start:end])[0][:1] == word[:1]
    assert all(a[1] <= b[0] for a, b in pairwise(tokens.spans))


@given(st.text(alphabet=st.characters(max_codepoint=0x1FAFF)))
def test_the_quick_cut_is_the_full_one(text: str) -> None:
    plain = text.lower()
    if _LATIN_ONLY.fullmatch(plain):
        assert _LATIN.findall(plain) == _ANY_SCRIPT.findall(plain)
