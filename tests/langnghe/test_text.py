"""Vietnamese text forms: what search and understanding rely on."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langnghe.text import align_canonical, align_folded, canonical, fold

VIETNAMESE = st.text(
    st.sampled_from("aàảãáạăằắâầấeèẹêềoòọôồơờớuùúưừyỳýdđ bchklmnpqrstvxghHOÀĐ.,\u200b\u0301\u0300"), max_size=60
)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("hoà", "hòa"),
        ("HOÀ BÌNH", "HÒA BÌNH"),
        ("Thuỷ", "Thủy"),
        ("khoẻ", "khỏe"),
        ("tòan", "toàn"),
        ("Hùynh", "Huỳnh"),
        ("quý", "quý"),
        ("ngoài", "ngoài"),
        ("xoài", "xoài"),
        ("ng\u200bập", "ngập"),
    ],
)
def test_one_spelling_is_stored_for_each_syllable(typed: str, stored: str) -> None:
    assert canonical(typed) == stored
    assert canonical(unicodedata.normalize("NFD", typed)) == stored


def test_d_with_stroke_is_folded_by_hand_because_unicode_does_not_decompose_it() -> None:
    assert fold("Đường Điện Biên Phủ") == "duong dien bien phu"


@given(VIETNAMESE)
def test_canonical_form_is_stable(text: str) -> None:
    assert canonical(canonical(text)) == canonical(text)


@given(VIETNAMESE)
def test_aligned_forms_carry_one_offset_for_each_character_in_rising_order(text: str) -> None:
    for aligned in (align_canonical(text), align_folded(text)):
        assert len(aligned.offsets) == len(aligned.text) + 1
        assert list(aligned.offsets) == sorted(aligned.offsets)
        assert aligned.offsets[-1] == len(text)


@given(VIETNAMESE)
def test_aligned_forms_equal_the_plain_ones(text: str) -> None:
    assert align_folded(text).text == fold(text)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_folded_hit_leads_back_to_the_letters_the_citizen_wrote(form: str) -> None:
    text = unicodedata.normalize(form, "Đường Hoà\u200b Bình ngập sâu")
    folded = align_folded(text)
    at = folded.text.index("hoa binh")
    start, end = folded.original_span(at, at + len("hoa binh"))
    assert unicodedata.normalize("NFC", text[start:end]) == "Hoà\u200b Bình"
