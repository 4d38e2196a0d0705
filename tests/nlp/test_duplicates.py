"""Copies share a band and a high similarity; different texts do not."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.duplicates import SAME_TEXT, signature, similarity

POST = (
    "Đường Nguyễn Văn Linh đoạn qua phường Tân Hưng ngập nặng sau cơn mưa chiều nay, nước ngang yên xe, "
    "nhiều xe chết máy phải dắt bộ, mong cơ quan chức năng xuống thông cống gấp cho bà con đi lại"
)
COPIES = [
    POST + " 😭😭🙏",
    "Share: " + POST,
    "Chia sẻ | " + POST,
    POST + "\nNguồn: Hội người Sài Gòn",
    POST.upper(),
    POST.replace("ngập", "ng\u200bập"),
    POST.replace("chiều nay", "tối nay"),
]


def _are_candidates(a: str, b: str) -> bool:
    return bool(set(signature(a).bands) & set(signature(b).bands))


@pytest.mark.parametrize("copy", COPIES)
def test_a_reposted_text_is_found_and_confirmed(copy: str) -> None:
    assert _are_candidates(POST, copy)
    assert similarity(POST, copy) >= SAME_TEXT


def test_another_matter_in_the_same_street_is_another_text() -> None:
    other = "Đường Nguyễn Văn Linh đoạn qua phường Tân Hưng đèn đường hư cả tuần, tối đi nguy hiểm, nhờ điện lực sửa"
    assert similarity(POST, other) < SAME_TEXT


def test_short_texts_are_the_same_only_word_for_word() -> None:
    assert _are_candidates("Ngập quá!!!", "ngap qua 😭")
    assert similarity("Ngập quá!!!", "ngap qua 😭") == 1.0
    assert similarity("Ngập quá", "Ngập quá trời") == 0.0
    assert not _are_candidates("Ngập quá", "Ngập quá trời")


def test_texts_without_words_never_meet() -> None:
    assert signature("😂😂😂").bands == signature("").bands == ()
    assert similarity("😂", "😂") == 0.0


def test_a_shared_band_alone_does_not_make_a_copy() -> None:
    """Someone repeats a stretch of the post to get into its cluster."""
    hijack = POST[:70] + " ".join(f"quảng cáo số {i} giá rẻ bất ngờ" for i in range(40))
    assert similarity(POST, hijack) < SAME_TEXT


def test_bands_fit_a_signed_64_bit_column_and_do_not_depend_on_the_process() -> None:
    bands = signature(POST).bands
    assert len(bands) == 16
    assert all(-(2**63) <= band < 2**63 for band in bands)
    code = "import sys; from nlp.duplicates import signature; print(list(signature(sys.argv[1]).bands))"
    other = subprocess.run(
        [sys.executable, "-c", code, POST], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert json.loads(other.stdout) == list(bands)


@given(st.text(max_size=200), st.text(max_size=200))
def test_similarity_is_symmetric_and_bounded(a: str, b: str) -> None:
    assert 0.0 <= similarity(a, b) == similarity(b, a) <= 1.0
    signature(a)
