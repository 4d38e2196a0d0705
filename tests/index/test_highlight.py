"""Highlights and reasons: what matched is shown as it was written, on every form of the text."""

import unicodedata
from datetime import timedelta
from itertools import pairwise
from typing import Literal

import pytest

from index.base import Filters, MentionQuery
from index.describe import describe
from index.highlight import highlight, within_one_letter
from index.nodes import And, Between, Fuzzy, IdPrefix, Match, Near, Node, Not, Or, Phrase, Prefix, Variants, Word
from index.reasons import explain
from tests.index.samples import NOON, build_mention

TEXT = "Đường Hoà Bình ng\u200bập sâu; duong ngap, rác trôi. Ngáp!"


def shown(node: Node | None, text: str = TEXT) -> list[str]:
    spans = highlight(node, text)
    assert all(a.end <= b.start for a, b in pairwise(spans))
    return [unicodedata.normalize("NFC", text[span.start : span.end]) for span in spans]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (None, []),
        (Word(text="ngập"), ["ng\u200bập", "ngap", "Ngáp"]),
        (Word(text="ngập", exact=True), ["ng\u200bập"]),
        (Phrase(words=("hòa", "bình")), ["Hoà Bình"]),
        (Phrase(words=("hòa", "bình"), exact=True), ["Hoà Bình"]),
        (Phrase(words=("đường", "ngập")), ["duong ngap"]),
        (Prefix(text="ngậ"), ["ng\u200bập", "ngap", "Ngáp"]),
        (Fuzzy(text="nghap"), ["ng\u200bập", "ngap", "Ngáp"]),
        (Near(left=Word(text="rác"), right=Word(text="ngập"), distance=0), ["ngap", "rác"]),
        (Near(left=Word(text="rác"), right=Word(text="ngập"), distance=1, ordered=True), ["rác", "Ngáp"]),
        (Near(left=Word(text="rác"), right=Word(text="ngập"), distance=0, ordered=True), []),
        (Or(nodes=(Word(text="sâu"), Phrase(words=("sâu", "đường")))), ["sâu; duong"]),
        (And(nodes=(Word(text="rác"), Not(node=Word(text="sâu")))), ["rác"]),
        (Variants(typed=Word(text="lụt"), added=(Word(text="sâu"),)), ["sâu"]),
        (Match(field="topic", values=("flooding",)), []),
    ],
)
def test_shows_what_matched_as_written(node: Node | None, expected: list[str], form: Literal["NFC", "NFD"]) -> None:
    assert shown(node, unicodedata.normalize(form, TEXT)) == expected


@pytest.mark.parametrize("other", ["ngap", "nap", "ngaap", "ngip", "nagp", "gap", "ngapp"])
def test_one_letter_off(other: str) -> None:
    assert within_one_letter("ngap", other)
    assert within_one_letter(other, "ngap")


@pytest.mark.parametrize("other", ["", "np", "ngoip", "pang", "nagpp", "ngapxy"])
def test_more_than_one_letter_off(other: str) -> None:
    assert not within_one_letter("ngap", other)


@pytest.mark.parametrize(
    ("node", "lines"),
    [
        (Word(text="ngập"), ["Có “ngập” đúng từng dấu, 2 lần"]),
        (Word(text="ngáp"), ["Có “ngập”, “Ngap”, viết khác dấu với “ngáp”"]),
        (Phrase(words=("đường", "phố")), ["Có “Đường phố” đúng từng dấu"]),
        (Prefix(text="ph"), ["Có “phố”, khớp với “ph*”"]),
        (Fuzzy(text="duongg"), ["Có “Đường”, khớp với “duongg~”"]),
        (
            Near(left=Word(text="đường"), right=Word(text="ngập"), distance=2),
            ["Có “Đường … ngập”, khớp với “đường” gần “ngập” (cách tối đa 2 tiếng)"],
        ),
        (Variants(typed=Word(text="được"), added=(Word(text="dc"),)), ["Có “dc”, một cách viết khác của “được”"]),
        (Or(nodes=(Word(text="mèo"), Word(text="phố"))), ["Có “phố” đúng từng dấu"]),
        (Not(node=Word(text="mèo")), []),
        (Match(field="topic", values=("flooding", "traffic")), ["Chủ đề: FLOODING"]),
        (Between(since=NOON), ["Đăng lúc 12:00 22/10/2025"]),
        (Between(until=NOON), []),
        (IdPrefix(text=build_mention("Đường phố ngập, ngập. Ngap dc").id[:6]), ["Mã bắt đầu bằng"]),
    ],
)
def test_says_why_a_mention_matches(node: Node, lines: list[str]) -> None:
    mention = build_mention("Đường phố ngập, ngập. Ngap dc")
    given = explain(MentionQuery(text=node), mention, name=lambda _, code: code.upper())
    assert len(given) == len(lines)
    assert all(said.startswith(line) for said, line in zip(given, lines, strict=True))


def test_says_which_filters_matched() -> None:
    mention = build_mention("ngập", places=("o:1", "o:2"))
    filters = Filters(place=("o:2", "n:9"), since=NOON, until=NOON + timedelta(days=1), source=("bao-thu",))
    assert explain(MentionQuery(filters=filters), mention) == [
        "Nơi: o:2",
        "Nguồn: bao-thu",
        "Đăng lúc 12:00 22/10/2025",
    ]


def test_a_query_is_read_back_in_words() -> None:
    either = Or(nodes=(Phrase(words=("kẹt", "xe")), Prefix(text="ngậ")))
    query = And(
        nodes=(either, Not(node=Word(text="mưa")), Match(field="channel", values=("zalo",)), Between(since=NOON))
    )
    assert describe(query) == "(“kẹt xe” hoặc “ngậ*”) và không có “mưa” và kênh: zalo và từ 12:00 22/10/2025"
    near = Near(left=Fuzzy(text="abc"), right=Word(text="d"), distance=3, ordered=True)
    assert describe(near) == "“abc~” đứng trước “d” (cách tối đa 3 tiếng)"
    assert describe(IdPrefix(text="ab12")) == "mã ab12…"
