"""Noise is what citizens type, and the same seed makes the same noise."""

import random

import pytest

from langnghe.text import fold
from nlp.noise import noised, slips, some_without_diacritics, teencode, without_diacritics, without_tones

TEXT = "Đường trước nhà tôi không được sửa, người dân đi lại quá khổ, nước ngập nhiều lần rồi."


def test_diacritics_go_and_letters_stay() -> None:
    assert without_diacritics("Đường ngập quá trời") == "duong ngap qua troi"


def test_tones_go_and_vowels_stay() -> None:
    assert without_tones("Đường ngập quá trời") == "Đương ngâp qua trơi"


def test_half_of_the_words_lose_their_marks() -> None:
    words = some_without_diacritics(TEXT, random.Random(1)).split(" ")
    kept = sum(a == b for a, b in zip(words, TEXT.split(" "), strict=True))
    assert 0 < kept < len(words)


def test_teencode_writes_short_forms_only() -> None:
    found = teencode("Không được, KHÔNG phải khôngkhí", random.Random(1), share=1.0)
    assert "được" not in found
    assert found.endswith("phải khôngkhí")


def test_slips_change_few_letters() -> None:
    found = slips(TEXT, random.Random(2), share=0.3)
    assert found != TEXT
    assert len(found.split(" ")) == len(TEXT.split(" "))
    assert slips("a", random.Random(1), share=1.0) == "a"


@pytest.mark.parametrize("seed", range(40))
def test_noise_depends_on_the_seed_alone_and_keeps_the_words_apart(seed: int) -> None:
    found = noised(TEXT, random.Random(seed))
    assert found == noised(TEXT, random.Random(seed))
    assert abs(len(found.split(" ")) - len(TEXT.split(" "))) <= 3
    assert noised("", random.Random(seed)) == ""


def test_all_kinds_of_noise_occur() -> None:
    found = {noised(TEXT, random.Random(seed)) for seed in range(60)}
    assert fold(TEXT) in found
    assert without_tones(TEXT) in found
    assert len(found) > 20
