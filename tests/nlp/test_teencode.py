"""Teencode is written out where it has one reading and left alone elsewhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.teencode import normalise_teencode


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("ko dc j z", "không được gì vậy"),
        ("Ko ai trả lời e hết v?", "Không ai trả lời em hết vậy?"),
        ("sao kì v ạ, mn bik hok", "sao kì vậy ạ, mọi người biết không"),
        ("a Thành vs c Hà ns r", "anh Thành với chị Hà nói rồi"),
        ("kẹt xe wá, mk đi lm trễ lun", "kẹt xe quá, mình đi làm trễ luôn"),
        ("trc h vẫn z mà", "trước giờ vẫn vậy mà"),
    ],
)
def test_informal_words_are_written_out(raw: str, plain: str) -> None:
    assert normalise_teencode(raw) == plain


@pytest.mark.parametrize(
    "text",
    [
        "ly trà 50k, vé 20 k một lượt, 7 h sáng",
        "Q.7, P.4, TP.HCM, KP.3",
        "Bệnh viện K, Vitamin C, khu a, lớp 5 c, khu C",
        "https://vidu.vn/k/j?z=v k.com e-mail a@vidu.vn #ko @mn",
        "v/v cấp sổ hồng, A/C, và/hoặc",
        "Đường ngập, xe chết máy, không ai giúp",
        "gọi 09•• ••• ••• gặp c•• H••",
        "CHUYỂN KHOẢN K THU TIỀN MẶT",
        "",
    ],
)
def test_what_has_another_meaning_stays(text: str) -> None:
    assert normalise_teencode(text) == text


@given(st.text(max_size=100))
def test_twice_is_once(text: str) -> None:
    once = normalise_teencode(text)
    assert normalise_teencode(once) == once
