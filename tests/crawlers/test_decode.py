"""Bytes to text, whatever the server says of them."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.decode import _TCVN3, _VNI_LETTERS, _VNI_MARKS, decode

TEXT = "Đường Nguyễn Hữu Cảnh bị ngập nước, người dân phường 22 không có lối đi và rất mong thành phố xử lý việc này."
PAGE = f"<html><head><title>Ngập</title></head><body><p>{TEXT}</p></body></html>"
SHAPES = "\u0302\u0306\u031b"


def as_cp1258(text: str) -> bytes:
    out = b""
    for char in text:
        try:
            out += char.encode("cp1258")
        except UnicodeEncodeError:
            parts = unicodedata.normalize("NFD", char)
            base = unicodedata.normalize("NFC", parts[0] + "".join(mark for mark in parts[1:] if mark in SHAPES))
            out += base.encode("cp1258") + "".join(m for m in parts[1:] if m not in SHAPES).encode("cp1258")
    return out


def as_tcvn3(text: str) -> bytes:
    """The font has capitals for a few letters only."""
    table = {char: code for code, char in _TCVN3.items()}
    return "".join(table.get(char, table.get(char.lower(), char)) for char in text).encode("latin-1")


def as_vni(text: str) -> bytes:
    letters = {char: code for code, char in _VNI_LETTERS.items()}
    marks = {char: code for code, char in _VNI_MARKS.items()}
    return "".join(_vni(char, letters, marks) for char in text).encode("latin-1")


def _vni(char: str, letters: dict[str, str], marks: dict[str, str]) -> str:
    low = char.lower()
    if low in letters:
        found = letters[low]
    else:
        parts = unicodedata.normalize("NFD", low)
        horned = "\u031b" in parts
        base = letters[unicodedata.normalize("NFC", parts[0] + "\u031b")] if horned else parts[0]
        rest = sorted(parts[1:].replace("\u031b", ""), key=lambda mark: mark not in SHAPES)
        found = base + (marks["".join(rest)] if rest else "")
    return found.upper() if char.isupper() else found


@pytest.mark.parametrize("declared", [None, "text/html", "text/html; charset=iso-8859-1", "text/html; charset=big5"])
def test_what_is_utf8_is_read_as_utf8_whatever_the_header_says(declared: str | None) -> None:
    found = decode(PAGE.encode(), declared)
    assert found.text == PAGE
    assert not found.suspect


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_decides(encoding: str) -> None:
    found = decode(PAGE.encode(encoding), "text/html; charset=windows-1252")
    assert found.text == PAGE
    assert not found.suspect


@pytest.mark.parametrize("encode", [as_cp1258, as_tcvn3, as_vni])
@pytest.mark.parametrize("text", [TEXT, PAGE])
def test_old_vietnamese_encodings_are_recognised_and_flagged(encode: object, text: str) -> None:
    found = decode(encode(text))  # type: ignore[operator]
    assert found.text.lower() == text.lower()
    assert found.suspect


def test_tcvn3_letters_inside_utf8_are_flagged() -> None:
    assert decode((as_tcvn3(PAGE).decode("latin-1") * 2).encode()).suspect


def test_text_that_was_decoded_wrongly_before_is_flagged() -> None:
    assert decode(PAGE.encode().decode("cp1252", "ignore").encode()).suspect


def test_a_page_cut_inside_a_character_is_still_utf8() -> None:
    body = PAGE.encode()
    found = decode(body[: body.index("ễ".encode()) + 1])
    assert found.encoding == "utf-8"
    assert found.text.startswith("<html><head><title>Ngập")


def test_other_languages_keep_the_charset_they_declare() -> None:
    found = decode("Café déjà vu à la carte".encode("latin-1"), "text/html; charset=iso-8859-1")
    assert found.text == "Café déjà vu à la carte"
    assert not found.suspect


def test_a_charset_in_the_page_counts_too() -> None:
    page = '<meta http-equiv="Content-Type" content="text/html; charset=gbk">胡志明市今天下雨'
    assert "胡志明市" in decode(page.encode("gbk")).text


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=400), st.text(max_size=40))
def test_no_bytes_and_no_header_raise(body: bytes, header: str) -> None:
    assert isinstance(decode(body, header).text, str)
