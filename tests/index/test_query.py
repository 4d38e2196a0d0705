"""The query language: what people may type, what it means, and what they are told when it cannot be understood."""

import json
import time
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.base import MentionQuery
from index.context import QueryContext
from index.nodes import And, Between, Fuzzy, IdPrefix, Match, Near, Node, Not, Or, Phrase, Prefix, Variants, Word
from index.query import Expansion, expansions, parse_query
from langnghe.errors import QueryError
from langnghe.records import PlaceCandidate

COMPOUNDS = {"ngập nước", "kẹt xe", "rác thải", "nguyễn hữu cảnh", "duong pho", "hòa bình"}


def _segment(text: str) -> list[str]:
    """Longest match over a few compounds: a stand-in for the real segmenter, which tests of its callers run."""
    syllables, words = text.split(), []
    while syllables:
        n = next((n for n in (3, 2) if " ".join(syllables[:n]).lower() in COMPOUNDS), 1)
        words.append(" ".join(syllables[:n]))
        syllables = syllables[n:]
    return words


def _places(name: str) -> Sequence[PlaceCandidate]:
    known = {"Quận 7": "d:778", "Thủ Đức": "d:769"}
    return [PlaceCandidate(code=known[name], name=name, weight=1.0)] if name in known else ()


CONTEXT = QueryContext(
    now=datetime(2025, 10, 22, 5, 0, tzinfo=UTC),
    segment=_segment,
    resolve_place=_places,
    expand_place=lambda code: frozenset({code, "n:1", "n:2"} if code == "d:778" else {code}),
    resolve_agency=lambda name: ("so-xay-dung",) if name.lower() == "sở xây dựng" else (),
    expand_teencode=lambda word: {"không": ("ko", "hông"), "ngập nước": ("ngập nc",)}.get(word, ()),
    labels={
        "topic": {
            "traffic": ("Giao thông", "Traffic"),
            "flooding": ("Ngập nước, thoát nước", "Flooding and drainage"),
            "health_food": ("Y tế, an toàn thực phẩm", "Health and food safety"),
        },
        "sentiment": {"negative": ("Tiêu cực", "Negative")},
    },
)


def parse(text: str) -> Node | None:
    return parse_query(text, CONTEXT).text


def w(text: str, exact: bool = False) -> Word:
    return Word(text=text, exact=exact)


def p(text: str, exact: bool = False) -> Phrase:
    return Phrase(words=tuple(text.split()), exact=exact)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("", None),
        ("   ", None),
        ("rác", w("rác")),
        ("RÁC", w("rác")),
        ("kẹt xe", p("kẹt xe")),
        ("đường kẹt xe quá", And(nodes=(w("đường"), p("kẹt xe"), w("quá")))),
        ("hoà bình", And(nodes=(w("hòa"), w("bình")))),
        ("=ngập rác", And(nodes=(w("ngập", True), w("rác")))),
        ('"đường phố"', p("đường phố")),
        ("“đường phố”", p("đường phố")),
        ('="đường phố"', p("đường phố", True)),
        ("covid-19", p("covid 19")),
        ("Q.7", p("q 7")),
        ("18:30", p("18 30")),
        ("a:b", p("a b")),
        ("http://x.vn/?a=b", p("http x vn a b")),
        ("TPHCM - ngập!", And(nodes=(w("tphcm"), w("ngập")))),
        ("rác -ngập", And(nodes=(w("rác"), Not(node=w("ngập"))))),
        ('rác -"kẹt xe"', And(nodes=(w("rác"), Not(node=p("kẹt xe"))))),
        ("NOT rác", Not(node=w("rác"))),
        ("KHÔNG KHÔNG rác", w("rác")),
        ("a AND b", And(nodes=(w("a"), w("b")))),
        ("a VÀ b HOẶC c", Or(nodes=(And(nodes=(w("a"), w("b"))), w("c")))),
        ("a (b OR c)", And(nodes=(w("a"), Or(nodes=(w("b"), w("c")))))),
        ("a và b hoặc c", And(nodes=(w("a"), w("và"), w("b"), w("hoặc"), w("c")))),
        ("a NEAR b", Near(left=w("a"), right=w("b"), distance=5)),
        ("kẹt xe NEAR/3 rác thải", Near(left=p("kẹt xe"), right=p("rác thải"), distance=3)),
        ("a NEAR b NEAR/5 c", And(nodes=(Near(left=w("a"), right=w("b"), distance=5), Near(left=w("b"), right=w("c"), distance=5)))),  # noqa: E501
        ("a GẦN/0 b", Near(left=w("a"), right=w("b"), distance=0)),
        ("a BEFORE/2 b", Near(left=w("a"), right=w("b"), distance=2, ordered=True)),
        ("a TRƯỚC/2 b", Near(left=w("a"), right=w("b"), distance=2, ordered=True)),
        ("ngập*", Prefix(text="ngập")),
        ("=ngậ*", Prefix(text="ngậ", exact=True)),
        ("nghập~", Fuzzy(text="nghập")),
        ("-ngập*", Not(node=Prefix(text="ngập"))),
        ("chu_de:giao_thong", Match(field="topic", values=("traffic",))),
        ('topic:"giao thông"', Match(field="topic", values=("traffic",))),
        ("chủ_đề:ngập", Match(field="topic", values=("flooding",))),
        ("chu_de:traffic,y_te", Match(field="topic", values=("traffic", "health_food"))),
        ("cam_xuc:negative", Match(field="sentiment", values=("negative",))),
        ("khan_cap:high", Match(field="urgency", values=("high",))),
        ("kenh:zalo OR rác", Or(nodes=(Match(field="channel", values=("zalo",)), w("rác")))),
        ('noi:"Quận 7"', Match(field="place", values=("d:778", "n:1", "n:2"))),
        ("noi: d:778", Match(field="place", values=("d:778", "n:1", "n:2"))),
        ('co_quan:"Sở Xây dựng"', Match(field="agency", values=("so-xay-dung",))),
        ("nguon:bao-thu", Match(field="source", values=("bao-thu",))),
        ("ma:AB12CD", IdPrefix(text="ab12cd")),
        ("-kenh:zalo", Not(node=Match(field="channel", values=("zalo",)))),
    ],
)  # fmt: skip
def test_means(text: str, meaning: Node | None) -> None:
    assert parse(text) == meaning


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("tu:2025-10-01", "2025-10-01", None),
        ("tu:1/10/2025", "2025-10-01", None),
        ("den:1/10/2025", None, "2025-10-02"),
        ("den:2025-02", None, "2025-03-01"),
        ("den:12/2024", None, "2025-01-01"),
        ("tu:2024", "2024-01-01", None),
        ("tu:18/9", "2025-09-18", None),
        ("tu:25/12", "2024-12-25", None),
        ('since:"hôm qua"', "2025-10-21", None),
        ("den:hom_nay", None, "2025-10-23"),
        ("tu:tuần_trước", "2025-10-13", None),
        ('tu:"tháng trước"', "2025-09-01", None),
        ("tu:nam_nay", "2025-01-01", None),
    ],
)
def test_dates_are_days_in_vietnam(text: str, since: str | None, until: str | None) -> None:
    def midnight(day: str | None) -> datetime | None:
        return datetime.fromisoformat(f"{day}T00:00:00+07:00") if day else None

    assert parse(text) == Between(since=midnight(since), until=midnight(until))


def test_a_number_of_days_counts_back_from_now() -> None:
    assert parse('tu:"7 ngày"') == Between(since=datetime(2025, 10, 15, 5, 0, tzinfo=UTC))
    assert parse("tu:24h") == Between(since=datetime(2025, 10, 21, 5, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "says", "position"),
    [
        ('"', "ngoặc kép", 0),
        ('đường "ngập', "ngoặc kép", 6),
        ("AND (", "trước AND", 0),
        ("ngập AND", "sau AND", 5),
        ("a AND OR b", "sau AND", 2),
        ("*", "liền sau", 0),
        ("a*", "ít nhất 2", 0),
        ("ab~", "ít nhất 3", 0),
        ("P.7*", "một tiếng", 0),
        ("NEAR(", "trước NEAR", 0),
        ("a NEAR/21 b", "tối đa", 2),
        ("a NEAR/99999999999999 b", "tối đa", 2),
        ("a NEAR/5 -b", "loại trừ", 9),
        ("a NEAR/5 (b c)", "ngoặc kép", 2),
        ("a NEAR/5 chu_de:traffic", "chỉ nối", 2),
        ("a NEAR/3 ng*", "ít nhất 3", 2),
        ("(a NEAR b) NEAR c", "chỉ nối", 11),
        ("(a OR b OR c OR d) NEAR/20 (a OR b OR c OR d OR e OR f OR g)", "quá rộng", 19),
        ("ab:c", "Không có trường", 0),
        ("ngập chude:b", "Không có trường", 5),
        ("chu_de:xyz", "Giao thông; Ngập nước", 0),
        ("chu_de:", "Thiếu giá trị", 0),
        ('noi:"Atlantis"', "Không biết nơi", 0),
        ("co_quan:abc", "Không biết cơ quan", 0),
        ("tu:31/2/2025", "Không hiểu ngày", 0),
        ("tu:99999 ngày", "Không hiểu ngày", 0),
        ("ma:xyz", "Mã", 0),
        ("(a", "ngoặc đóng", 0),
        ("a)", "Thừa", 1),
        ("()", "Trong ngoặc", 1),
        ('""', "Không có từ nào", 0),
        ("../", "Không có từ nào", 0),
        ("-", "Không có từ nào", 0),
        ("x" * 10_000, "2000 ký tự", 2000),
        ("a " * 500, "200 tiếng", 0),
        ("(" * 100, "lồng nhau", 30),
    ],
)
def test_a_wrong_query_is_explained_and_pointed_at(text: str, says: str, position: int) -> None:
    with pytest.raises(QueryError, match=says) as raised:
        parse(text)
    assert raised.value.position == position


def test_positions_point_into_the_text_as_it_was_typed() -> None:
    typed = unicodedata.normalize("NFD", 'đường ngập "')
    with pytest.raises(QueryError) as raised:
        parse(typed)
    assert typed[raised.value.position] == '"'


def test_both_unicode_forms_mean_the_same() -> None:
    text = 'Đường hoà "kẹt xe" -ngập* HOẶC chủ_đề:ngập'
    assert parse(unicodedata.normalize("NFD", text)) == parse(text)


def test_a_segmenter_that_loses_syllables_is_not_trusted() -> None:
    broken = QueryContext(now=CONTEXT.now, segment=lambda _: ["khác hẳn"])
    assert parse_query("kẹt xe", broken).text == And(nodes=(w("kẹt"), w("xe")))


def test_other_spellings_are_added_and_can_be_removed_one_by_one() -> None:
    query = parse_query("không có", CONTEXT)
    assert query.text == And(nodes=(Variants(typed=w("không"), added=(w("ko"), w("hông"))), w("có")))
    assert expansions(query) == [Expansion("không", "ko"), Expansion("không", "hông")]
    fewer = parse_query("không có", CONTEXT, without={"ko"})
    assert expansions(fewer) == [Expansion("không", "hông")]
    assert parse_query("không có", CONTEXT, without={"ko", "hông"}).text == And(nodes=(w("không"), w("có")))
    assert expansions(parse_query("ngập nước", CONTEXT)) == [Expansion("ngập nước", "ngập nc")]
    assert parse("=không") == w("không", True)


def test_a_query_survives_json() -> None:
    query = parse_query('(a OR "kẹt xe") NEAR/3 c không chu_de:traffic tu:1/10/2025 -ma:abcd nghập~ ng*', CONTEXT)
    assert MentionQuery.model_validate(json.loads(query.model_dump_json())) == query


PIECES = st.sampled_from(
    ["ngập", "kẹt xe", "AND", "VÀ", "OR", "NOT", "KHÔNG", "NEAR/3", "TRƯỚC/2", "NEAR", "(", ")", '"', "“", "*", "~",
     "=", "-", ":", "chu_de:", "tu:", "noi:", "ma:abcd", "1/10/2025", "\u200b", "e\u0323\u0302", "/", "\\", " ", " "]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(), st.lists(PIECES, max_size=25).map("".join), st.lists(PIECES, max_size=25).map(" ".join)))
@example("\ud800" * 10)
@example("((((a AND")
def test_whatever_is_typed_raises_nothing_but_a_query_error(text: str) -> None:
    begun = time.process_time()
    outcome = _parsed_or_refused(text)
    assert time.process_time() - begun < 1
    if isinstance(outcome, QueryError):
        assert 0 <= outcome.position <= len(text)
        assert str(outcome)
    else:
        assert MentionQuery.model_validate_json(outcome.model_dump_json()) == outcome


def _parsed_or_refused(text: str) -> MentionQuery | QueryError:
    try:
        return parse_query(text, CONTEXT)
    except QueryError as error:
        return error
