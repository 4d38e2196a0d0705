"""What every search backend must do. A backend's test module subclasses `IndexContract` and gives an empty `index`."""

import random
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest

from index.base import Bucket, Facet, Filters, Hit, Interval, MentionIndex, MentionQuery, Sort
from index.nodes import And, Between, Fuzzy, IdPrefix, Match, Near, Node, Not, Or, Phrase, Prefix, Variants, Word
from langnghe.errors import UsageError
from langnghe.records import Channel, Flag, Language, PiiSpan, PiiType
from tests.index.oracle import matches, random_mention, random_query
from tests.index.samples import NOON, build_mention


def word(text: str, exact: bool = False) -> Word:
    return Word(text=text, exact=exact)


def phrase(text: str, exact: bool = False) -> Phrase:
    return Phrase(words=tuple(text.split()), exact=exact)


def texts(hits: Sequence[Hit] | Iterator[Hit]) -> list[str]:
    return [hit.mention.text for hit in hits]


def found(index: MentionIndex, node: Node | None = None, sort: Sort = Sort.NEWEST, **filters: Any) -> list[str]:
    query = MentionQuery(text=node, filters=Filters.model_validate(filters), sort=sort)
    page = index.search(query, limit=1000)
    assert page.total == index.count(query) == len(page.hits)
    return texts(page.hits)


FLOODED = "Đường Nguyễn Hữu Cảnh ngập nước từ chiều"
YAWNED = "Anh ấy ngáp trên đường về"
UNTONED = "duong ngap qua troi"
DRY = "Đường khô ráo, rác đã dọn"
CHURCHES = "Nhà thờ Đức Bà"


class IndexContract:
    @pytest.fixture
    def index(self) -> Iterator[MentionIndex]:
        raise NotImplementedError

    @pytest.fixture
    def filled(self, index: MentionIndex) -> MentionIndex:
        assert index.upsert([build_mention(text) for text in (FLOODED, YAWNED, UNTONED, DRY, CHURCHES)]) == []
        return index

    # --- words ---

    @pytest.mark.parametrize(
        ("node", "expected"),
        [
            (word("ngập"), {FLOODED, YAWNED, UNTONED}),
            (word("ngap"), {FLOODED, YAWNED, UNTONED}),
            (word("ngập", exact=True), {FLOODED}),
            (word("ngap", exact=True), {UNTONED}),
            (word("đường"), {FLOODED, YAWNED, UNTONED, DRY}),
            (phrase("duong ngap"), {UNTONED}),
            (phrase("ngập nước"), {FLOODED}),
            (phrase("ngap nuoc"), {FLOODED}),
            (phrase("ngập nước", exact=True), {FLOODED}),
            (phrase("ngáp nước", exact=True), set()),
            (phrase("nước ngập"), set()),
            (phrase("ngập"), {FLOODED, YAWNED, UNTONED}),
            (Prefix(text="ngậ"), {FLOODED, YAWNED, UNTONED}),
            (Prefix(text="ngậ", exact=True), {FLOODED}),
            (Prefix(text="nguy"), {FLOODED}),
            (Fuzzy(text="nghập"), {FLOODED, YAWNED, UNTONED}),
            (Fuzzy(text="nagp"), {FLOODED, YAWNED, UNTONED}),
            (Fuzzy(text="duon"), {FLOODED, YAWNED, UNTONED, DRY}),
            (Fuzzy(text="xxduon"), set()),
            (word("không_có"), set()),
        ],
    )
    def test_finds_words_with_and_without_tones(self, filled: MentionIndex, node: Node, expected: set[str]) -> None:
        assert set(found(filled, node)) == expected

    @pytest.mark.parametrize(
        ("node", "expected"),
        [
            (And(nodes=(word("đường"), word("rác"))), {DRY}),
            (Or(nodes=(word("rác"), word("thờ"))), {DRY, CHURCHES}),
            (Not(node=word("đường")), {CHURCHES}),
            (And(nodes=(word("đường"), Not(node=word("ngập")))), {DRY}),
            (And(nodes=(Not(node=word("ngập")), Not(node=word("rác")))), {CHURCHES}),
            (Not(node=Not(node=word("rác"))), {DRY}),
            (Or(nodes=(Not(node=word("đường")), word("rác"))), {DRY, CHURCHES}),
            (Variants(typed=word("đg"), added=(word("đường"),)), {FLOODED, YAWNED, UNTONED, DRY}),
            (Match(field="topic", values=("flooding",)), {FLOODED, YAWNED, UNTONED, DRY, CHURCHES}),
            (Or(nodes=(Match(field="topic", values=("traffic",)), word("rác"))), {DRY}),
            (Between(since=NOON, until=NOON), set()),
            (Not(node=Between(until=NOON)), {FLOODED, YAWNED, UNTONED, DRY, CHURCHES}),
        ],
    )
    def test_combines_conditions(self, filled: MentionIndex, node: Node, expected: set[str]) -> None:
        assert set(found(filled, node)) == expected

    @pytest.mark.parametrize(
        ("left", "right", "distance", "ordered", "matches"),
        [
            (word("một"), word("bốn"), 2, False, True),
            (word("một"), word("bốn"), 1, False, False),
            (word("bốn"), word("một"), 2, False, True),
            (word("bốn"), word("một"), 2, True, False),
            (word("một"), word("bốn"), 2, True, True),
            (word("một"), word("hai"), 0, True, True),
            (phrase("một hai"), phrase("bốn năm"), 1, False, True),
            (phrase("bốn năm"), phrase("một hai"), 1, False, True),
            (phrase("một hai"), phrase("bốn năm"), 0, False, False),
            (phrase("một hai"), phrase("hai ba"), 5, False, False),
            (word("một"), word("một"), 5, False, False),
            (word("sáu"), word("sáu"), 0, False, True),
            (Prefix(text="nă"), word("ba"), 1, False, True),
            (Fuzzy(text="baa"), word("năm"), 1, False, True),
            (Or(nodes=(word("chín"), word("hai"))), word("bốn"), 1, True, True),
            (word("hai", exact=True), word("bon"), 1, True, True),
            (word("hài", exact=True), word("bon"), 1, True, False),
        ],
    )
    def test_near_counts_the_syllables_in_between(
        self, index: MentionIndex, left: Node, right: Node, distance: int, ordered: bool, matches: bool
    ) -> None:
        text = "Một hai ba bốn năm sáu, sáu."
        index.upsert([build_mention(text)])
        near = Near(left=left, right=right, distance=distance, ordered=ordered)
        assert found(index, near) == ([text] if matches else [])

    def test_finds_exactly_what_reading_every_mention_finds(self, index: MentionIndex) -> None:
        chance = random.Random(2025)
        mentions = [random_mention(chance, i) for i in range(400)]
        index.upsert(mentions)
        for _ in range(300):
            query = random_query(chance)
            ids = {hit.mention.id for hit in index.search(query, limit=1000).hits}
            assert ids == {mention.id for mention in mentions if matches(query, mention)}, query

    def test_exact_tones_rank_above_folded_ones(self, index: MentionIndex) -> None:
        often = "ngáp ngáp ngáp"
        seldom = "chiều nay mưa rất to và kéo dài nên nhiều tuyến đường ở thành phố bị ngập"
        index.upsert([build_mention(often), build_mention(seldom)])
        assert found(index, word("ngập"), sort=Sort.RELEVANCE) == [seldom, often]
        assert found(index, Or(nodes=(word("ngập"), word("mèo"))), sort=Sort.RELEVANCE) == [seldom, often]

    @pytest.mark.parametrize("form", ["NFC", "NFD"])
    def test_one_text_in_every_unicode_form_is_found_alike(
        self, index: MentionIndex, form: Literal["NFC", "NFD"]
    ) -> None:
        index.upsert([build_mention(unicodedata.normalize(form, "Phường Hoà Hưng, ng\u200bập\ufeff sâu"))])
        assert len(found(index, And(nodes=(phrase("hòa hưng", exact=True), word("ngập", exact=True))))) == 1

    @pytest.mark.parametrize("text", ["", "😀", "a" * 100_000, "\x00\ud800", "中文 ngập", "\u202engập", "•• ••"])
    def test_odd_texts_are_kept_and_found_by_id(self, index: MentionIndex, text: str) -> None:
        mention = build_mention(text)
        assert index.upsert([mention]) == []
        assert index.search(MentionQuery(filters=Filters(ids=(mention.id,)))).total == 1

    # --- filters ---

    @pytest.mark.parametrize(
        ("fields", "filters"),
        [
            ({"topics": ("traffic", "utilities")}, {"topic": ("utilities",)}),
            ({"sentiment": "positive"}, {"sentiment": ("positive",)}),
            ({"intent": "praise"}, {"intent": ("praise", "question")}),
            ({"urgency": "critical"}, {"urgency": ("critical",)}),
            ({"places": ("o:27259",)}, {"place": ("o:27259", "n:1")}),
            ({"agencies": ("so-xay-dung",)}, {"agency": ("so-xay-dung",)}),
            ({"source": "bao-khac"}, {"source": ("bao-khac",)}),
            ({"channel": Channel.ZALO}, {"channel": ("zalo",)}),
            ({"language": Language.EN}, {"language": ("en",)}),
            ({"cluster_id": "c1"}, {"cluster": "c1"}),
            ({"published_at": NOON + timedelta(days=1)}, {"since": NOON + timedelta(days=1)}),
            ({"published_at": NOON - timedelta(days=1)}, {"until": NOON}),
        ],
    )
    def test_a_filter_keeps_what_has_the_value(
        self, index: MentionIndex, fields: dict[str, object], filters: dict[str, Any]
    ) -> None:
        index.upsert([build_mention("có", **fields), build_mention("không")])
        assert found(index, **filters) == ["có"]

    def test_fields_narrow_each_other_and_the_words(self, index: MentionIndex) -> None:
        index.upsert(
            [
                build_mention("ngập một", sentiment="negative", topics=("flooding",)),
                build_mention("ngập hai", sentiment="positive", topics=("flooding",)),
                build_mention("ngập ba", sentiment="negative", topics=("traffic",)),
            ]
        )
        assert found(index, word("ngập"), sentiment=("negative",), topic=("flooding",)) == ["ngập một"]

    def test_the_period_includes_its_beginning_and_not_its_end(self, index: MentionIndex) -> None:
        index.upsert([build_mention(str(h), published_at=NOON + timedelta(hours=h)) for h in range(4)])
        assert found(index, since=NOON + timedelta(hours=1), until=NOON + timedelta(hours=3)) == ["2", "1"]

    def test_a_doubtful_place_does_not_count(self, index: MentionIndex) -> None:
        index.upsert([build_mention("hai nơi", places=([("o:1", 0.5), ("o:2", 0.5)], [("o:3", 0.7), ("o:4", 0.3)]))])
        assert index.facets(MentionQuery(), [Facet.PLACE])[Facet.PLACE] == [Bucket("o:3", 1)]

    def test_copies_spam_and_unsure_dates_can_be_left_out(self, index: MentionIndex) -> None:
        first = build_mention("gốc")
        index.upsert(
            [
                first.model_copy(update={"cluster_id": first.id}),
                build_mention("bản sao", cluster_id=first.id),
                build_mention("rác", intent="spam"),
                build_mention("cá cược", flags=(Flag.GAMBLING_SEO,)),
                build_mention("không rõ ngày", published_confidence=0.49),
                build_mention("rõ ngày", published_confidence=0.5),
            ]
        )
        everything = {"gốc", "bản sao", "rác", "cá cược", "không rõ ngày", "rõ ngày"}
        assert set(found(index)) == everything
        assert set(found(index, without_copies=True)) == everything - {"bản sao"}
        assert set(found(index, without_spam=True)) == everything - {"rác", "cá cược"}
        assert set(found(index, sure_dates=True)) == everything - {"không rõ ngày"}
        assert set(found(index, without_copies=True, without_spam=True, sure_dates=True)) == {"gốc", "rõ ngày"}

    def test_a_mention_is_found_by_the_beginning_of_its_id(self, filled: MentionIndex) -> None:
        mention = build_mention(DRY)
        assert found(filled, IdPrefix(text=mention.id[:12])) == [DRY]
        assert found(filled, IdPrefix(text=mention.id)) == [DRY]

    # --- order and pages ---

    def test_newest_and_oldest_first(self, index: MentionIndex) -> None:
        index.upsert([build_mention(str(d), published_at=NOON + timedelta(days=d)) for d in (2, 1, 3)])
        assert found(index, sort=Sort.NEWEST) == ["3", "2", "1"]
        assert found(index, sort=Sort.OLDEST) == ["1", "2", "3"]

    @pytest.mark.parametrize("sort", list(Sort))
    def test_pages_give_everything_once(self, index: MentionIndex, sort: Sort) -> None:
        same_minute = [build_mention(f"ngập {i}", published_at=NOON + timedelta(minutes=i // 40)) for i in range(230)]
        index.upsert(same_minute)
        query = MentionQuery(text=word("ngập"), sort=sort)
        pages = list(_pages(index, query, limit=25))
        assert [len(page) for page in pages] == [25] * 9 + [5]
        given = [hit.mention.id for page in pages for hit in page]
        assert sorted(given) == sorted(mention.id for mention in same_minute)
        assert given == [hit.mention.id for hit in index.scan(query)]

    @pytest.mark.parametrize("sort", list(Sort))
    def test_new_mentions_do_not_disturb_paging(self, index: MentionIndex, sort: Sort) -> None:
        index.upsert([build_mention(f"ngập {i}", published_at=NOON + timedelta(minutes=i)) for i in range(30)])
        query = MentionQuery(text=word("ngập"), sort=sort)
        first = index.search(query, limit=20)
        index.upsert([build_mention(f"ngập mới {i}", published_at=NOON + timedelta(minutes=i)) for i in range(10)])
        second = index.search(query, limit=40, cursor=first.next_cursor)
        old = [text for text in texts([*first.hits, *second.hits]) if "mới" not in text]
        assert len(old) == len(set(old)) == 30

    def test_a_made_up_cursor_is_refused_in_plain_words(self, filled: MentionIndex) -> None:
        for cursor in ("x", "e30", "💥", "eyJvcmRlciI6InkifQ"):
            with pytest.raises(UsageError, match="tìm lại"):
                filled.search(MentionQuery(), cursor=cursor)

    def test_the_last_page_has_no_cursor(self, filled: MentionIndex) -> None:
        assert filled.search(MentionQuery(), limit=5).next_cursor is None
        assert filled.search(MentionQuery(text=word("rác"), sort=Sort.RELEVANCE), limit=1).next_cursor is None

    # --- counting ---

    def test_facets_count_every_value_and_obey_query_and_filters(self, index: MentionIndex) -> None:
        index.upsert(
            [
                build_mention("ngập 1", topics=("flooding", "traffic"), channel=Channel.ZALO, agencies=("evn",)),
                build_mention("ngập 2", topics=("flooding",), places=("n:1", "o:2")),
                build_mention("kẹt xe", topics=("traffic",), flags=(Flag.ADVERTISING,)),
            ]
        )
        facets = index.facets(MentionQuery(), list(Facet))
        assert facets[Facet.TOPIC] == [Bucket("flooding", 2), Bucket("traffic", 2)]
        assert facets[Facet.CHANNEL] == [Bucket("news", 2), Bucket("zalo", 1)]
        assert facets[Facet.PLACE] == [Bucket("n:1", 1), Bucket("o:2", 1)]
        assert facets[Facet.FLAG] == [Bucket("advertising", 1)]
        assert facets[Facet.AGENCY] == [Bucket("evn", 1)]
        narrowed = MentionQuery(text=word("ngập"), filters=Filters(channel=("news",)))
        assert index.facets(narrowed, [Facet.TOPIC]) == {Facet.TOPIC: [Bucket("flooding", 1)]}
        assert index.facets(MentionQuery(), [Facet.TOPIC], limit=1) == {Facet.TOPIC: [Bucket("flooding", 2)]}

    def test_facets_count_exactly_beyond_ten_values(self, index: MentionIndex) -> None:
        index.upsert([build_mention(f"{i}-{k}", source=f"nguồn-{i:03}") for i in range(150) for k in range(1 + i % 3)])
        buckets = index.facets(MentionQuery(), [Facet.SOURCE], limit=1000)[Facet.SOURCE]
        assert len(buckets) == 150
        assert sum(bucket.count for bucket in buckets) == 300

    def test_days_begin_at_midnight_in_vietnam(self, index: MentionIndex) -> None:
        before, after = datetime(2025, 10, 22, 16, 59, 59, tzinfo=UTC), datetime(2025, 10, 22, 17, 0, tzinfo=UTC)
        index.upsert([build_mention("23:59", published_at=before), build_mention("00:00", published_at=after)])
        days = index.histogram(MentionQuery(), Interval.DAY)
        assert [(day.start.isoformat(), day.count) for day in days] == [
            ("2025-10-22T00:00:00+07:00", 1),
            ("2025-10-23T00:00:00+07:00", 1),
        ]

    @pytest.mark.parametrize(
        ("interval", "starts"),
        [
            (Interval.HOUR, ["2025-10-31T23:00", "2025-11-01T00:00", "2025-11-01T01:00", "2025-11-01T02:00"]),
            (Interval.WEEK, ["2025-10-27T00:00"]),
            (Interval.MONTH, ["2025-10-01T00:00", "2025-11-01T00:00"]),
        ],
    )
    def test_intervals_begin_where_the_calendar_says_and_have_no_gaps(
        self, index: MentionIndex, interval: Interval, starts: list[str]
    ) -> None:
        first = datetime(2025, 10, 31, 16, 30, tzinfo=UTC)
        index.upsert([build_mention(str(h), published_at=first + timedelta(hours=h)) for h in (0, 3)])
        buckets = index.histogram(MentionQuery(), interval)
        assert [bucket.start.strftime("%Y-%m-%dT%H:%M") for bucket in buckets] == starts
        assert sum(bucket.count for bucket in buckets) == 2

    def test_a_histogram_is_split_by_a_facet(self, index: MentionIndex) -> None:
        index.upsert(
            [
                build_mention("1", sentiment="negative"),
                build_mention("2", sentiment="negative", published_at=NOON + timedelta(days=31)),
                build_mention("3", sentiment="positive", published_at=NOON + timedelta(days=2)),
            ]
        )
        months = index.histogram(MentionQuery(), Interval.MONTH, by=Facet.SENTIMENT)
        assert [month.by for month in months] == [{"negative": 1, "positive": 1}, {"negative": 1}]

    def test_an_empty_index_answers(self, index: MentionIndex) -> None:
        assert found(index, word("ngập")) == []
        assert index.facets(MentionQuery(), [Facet.TOPIC]) == {Facet.TOPIC: []}
        assert index.histogram(MentionQuery(), Interval.DAY, by=Facet.TOPIC) == []
        assert list(index.scan(MentionQuery())) == []

    # --- writing ---

    def test_an_edit_replaces_and_an_old_revision_is_ignored(self, index: MentionIndex) -> None:
        for revision, text in ((2, "bản hai"), (1, "bản một"), (2, "bản hai, chú thích mới")):
            index.upsert([build_mention(text, name="bài", revision=revision)])
        assert found(index) == ["bản hai, chú thích mới"]
        index.upsert([build_mention(f"bản {r}", name="bài", revision=r) for r in (4, 3)])
        assert found(index) == ["bản 4"]

    def test_one_bad_mention_does_not_block_the_others(self, index: MentionIndex) -> None:
        raw = build_mention("chưa phân tích").model_copy(update={"annotation": None})
        rejected = index.upsert([build_mention("trước"), raw, build_mention("sau")])
        assert [(item.id, bool(item.reason)) for item in rejected] == [(raw.id, True)]
        assert set(found(index)) == {"trước", "sau"}

    def test_deleted_mentions_are_gone(self, filled: MentionIndex) -> None:
        filled.delete([build_mention(DRY).id, "không có"])
        assert DRY not in found(filled)
        assert len(found(filled)) == 4

    def test_clear_empties_and_the_index_can_be_filled_again(self, filled: MentionIndex) -> None:
        filled.clear()
        assert found(filled) == []
        filled.upsert([build_mention(DRY)])
        assert found(filled) == [DRY]

    def test_personal_data_cannot_be_found_or_read_back(self, index: MentionIndex) -> None:
        text = "Gọi chị Lan 0912345678 nhé"
        masked = text.replace("0912345678", "•" * 10)
        mention = build_mention(text, masked=masked, pii=(PiiSpan(start=12, end=22, type=PiiType.PHONE),))
        index.upsert([mention])
        (hit,) = index.search(MentionQuery()).hits
        assert "0912345678" not in hit.mention.model_dump_json()
        assert found(index, word("0912345678")) == []

    def test_a_mention_comes_back_as_it_went_in(self, index: MentionIndex) -> None:
        mention = build_mention(
            "Ngập ở Q.7 ko dc",
            title="Tiêu đề",
            url="https://vi.vn/1",
            normalised="Tiêu đề\nNgập ở Q.7 không được",
            places=("o:1",),
            published_at=NOON + timedelta(microseconds=123456),
        )
        index.upsert([mention])
        assert index.search(MentionQuery()).hits[0].mention == mention

    # --- highlights ---

    @pytest.mark.parametrize("form", ["NFC", "NFD"])
    def test_highlights_show_the_words_as_written(self, index: MentionIndex, form: Literal["NFC", "NFD"]) -> None:
        text = unicodedata.normalize(form, "Ng\u200bập nước, duong NGAP nuoc")
        index.upsert([build_mention(text, title="Tin")])
        (hit,) = index.search(MentionQuery(text=phrase("ngập nước"))).hits
        shown = [hit.mention.full_text[span.start : span.end] for span in hit.highlights]
        assert [unicodedata.normalize("NFC", part) for part in shown] == ["Ng\u200bập nước", "NGAP nuoc"]


def _pages(index: MentionIndex, query: MentionQuery, *, limit: int) -> Iterator[list[Hit]]:
    cursor = None
    while True:
        page = index.search(query, limit=limit, cursor=cursor)
        yield page.hits
        cursor = page.next_cursor
        if cursor is None:
            return
