"""Subwords never swallow punctuation, and every spelling of a text is one text."""

import unicodedata
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from langnghe.records import MASK
from nlp.tokenizer import BLANK_ID, PAD_ID, SPECIAL, START_ID, encode, load_tokenizer, prepared, train_tokenizer

TEXTS = [
    "Đường Nguyễn Hữu Thọ kẹt xe, ai đi thì né nha!",
    "Số tiền 1.500.000đ, gọi 1022 lúc 6h50.",
    "Thủy gặp anh Hòa ở UBND phường Tân Hòa.",
] * 6


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return train_tokenizer([prepared(text) for text in TEXTS], 200)


def test_special_ids_are_fixed(tokenizer: Tokenizer) -> None:
    assert [tokenizer.token_to_id(name) for name in SPECIAL] == [0, 1, 2, 3, 4]
    assert (PAD_ID, START_ID, BLANK_ID) == (0, 2, 3)


def test_punctuation_and_digits_stand_apart_from_letters(tokenizer: Tokenizer) -> None:
    tokens = tokenizer.encode(prepared("kẹt xe, 6h50!")).tokens
    assert [token.removeprefix("▁") for token in tokens] == ["kẹt", "xe", ",", "6", "h", "50", "!"]


def test_tone_placement_and_composition_do_not_matter(tokenizer: Tokenizer) -> None:
    forms = ["Hòa gặp Thủy", "Hoà gặp Thuỷ", unicodedata.normalize("NFD", "HÒA gặp THỦY"), "Hò\u200ba gặp  Thủy\n"]
    first, *others = encode(tokenizer, forms)
    assert all(ids == first for ids in others)


def test_a_covered_name_or_number_is_one_token(tokenizer: Tokenizer) -> None:
    mask = SPECIAL.index(MASK)
    one, phone, name = encode(tokenizer, ["gặp •", "gặp ••••.•••.•••", "gặp •••••• ••• ••••"])
    assert one == phone == name
    assert one.count(mask) == 1


def test_stretched_letters_shorten_and_links_lose_their_tail() -> None:
    assert prepared("Quáaaaaaa!!!!!") == "quáaa!!"
    assert prepared("xem https://www.a.vn/x?y=1 và www.b.vn/z, http://c.vn") == "xem a.vn và b.vn c.vn"
    assert prepared("năm 1000000") == "năm 1000000"


def test_special_tokens_typed_by_a_citizen_are_plain_text(tokenizer: Tokenizer) -> None:
    (ids,) = encode(tokenizer, ["[MASK] [PAD]"])
    assert not {PAD_ID, START_ID, BLANK_ID} & set(ids)


def test_an_absent_file_and_a_broken_file_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_tokenizer(tmp_path / "tokenizer.json")
    (tmp_path / "tokenizer.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ValueError, match="tokenizer"):
        load_tokenizer(tmp_path / "tokenizer.json")
