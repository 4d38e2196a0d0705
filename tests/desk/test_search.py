from contextlib import suppress
from datetime import datetime

import pytest

from desk.lexicon import Lexicon
from desk.search import Results, compile_query, cursor_of_page, load_detail, search
from index.base import Facet, Filters, MentionIndex, Sort
from langnghe.errors import QueryError
from langnghe.records import Mention

EVERYTHING = Filters()


def _search(
    index: MentionIndex, lexicon: Lexicon, now: datetime, text: str = "", filters: Filters = EVERYTHING
) -> Results:
    return search(index, compile_query(text, filters, Sort.NEWEST, lexicon, now=now), filters, lexicon)


def test_words_are_found_with_and_without_tones(index: MentionIndex, lexicon: Lexicon, now: datetime):
    toned = _search(index, lexicon, now, "ngập nước")
    plain = _search(index, lexicon, now, "ngap nuoc")
    assert toned.total == plain.total > 10
    assert all(found.hit.highlights for found in toned.found)


def test_a_bad_query_says_where(index: MentionIndex, lexicon: Lexicon, now: datetime):
    with pytest.raises(QueryError) as caught:
        _search(index, lexicon, now, "(ngập nước")
    assert str(caught.value)
    assert 0 <= caught.value.position <= 10


@pytest.mark.parametrize("text", ["", "   ", "\u200b", "-", "*", "AND", '"', "a" * 5000, "x:y:z", "../..", "😀"])
def test_no_query_does_worse_than_a_query_error(index: MentionIndex, lexicon: Lexicon, now: datetime, text: str):
    with suppress(QueryError):
        _search(index, lexicon, now, text)


def test_copies_are_folded_counted_and_opened(
    index: MentionIndex, lexicon: Lexicon, now: datetime, posts: list[Mention]
):
    copied = next(p.cluster_id for p in posts if p.is_copy)
    folded = _search(index, lexicon, now, filters=Filters(cluster=copied, without_copies=True))
    assert (folded.total, folded.folded) == (1, 4)
    assert folded.found[0].copies == 4
    assert _search(index, lexicon, now, filters=Filters(cluster=copied)).total == 5
    detail = load_detail(index, folded.found[0].hit.mention.id)
    assert detail
    assert detail.n_copies == len(detail.copies) == 4
    assert all(copy.cluster_id == copied for copy in detail.copies)


def test_hidden_spam_is_told(index: MentionIndex, lexicon: Lexicon, now: datetime):
    found = _search(index, lexicon, now, filters=Filters(without_spam=True))
    assert found.spam == 1


def test_every_choice_finds_as_many_as_it_says(index: MentionIndex, lexicon: Lexicon, now: datetime):
    found = _search(index, lexicon, now, "ngập")
    for facet, choices in found.choices.items():
        for choice in choices[:5]:
            narrowed = Filters(**{str(facet): (choice.key,)})
            assert _search(index, lexicon, now, "ngập", narrowed).total == choice.count, (facet, choice)


def test_a_chosen_field_still_offers_its_other_values(index: MentionIndex, lexicon: Lexicon, now: datetime):
    found = _search(index, lexicon, now, filters=Filters(topic=("flooding",)))
    topics = {choice.key: choice.chosen for choice in found.choices[Facet.TOPIC]}
    assert topics["flooding"]
    assert not topics["traffic"]
    assert {choice.key for choice in found.choices[Facet.TOPIC] if choice.chosen} == {"flooding"}


def test_an_old_district_finds_the_units_that_came_of_it(index: MentionIndex, lexicon: Lexicon, now: datetime):
    district = lexicon.gazetteer.resolve("Quận 7")[0].code
    found = _search(index, lexicon, now, filters=Filters(place=(district,)))
    texts = [f.hit.mention.full_text for f in found.found]
    assert any("Quận 7" in text for text in texts)
    total = _search(index, lexicon, now, "Tân Hưng", Filters(place=(district,))).total
    assert total > 0


def test_pages_follow_each_other_and_can_be_gone_back_to(index: MentionIndex, lexicon: Lexicon, now: datetime):
    query = compile_query("", EVERYTHING, Sort.NEWEST, lexicon, now=now)
    first = search(index, query, EVERYTHING, lexicon, limit=20)
    second = search(index, query, EVERYTHING, lexicon, limit=20, cursor=first.next_cursor)
    third = search(index, query, EVERYTHING, lexicon, limit=20, cursor=second.next_cursor)
    assert len({f.hit.mention.id for page in (first, second, third) for f in page.found}) == 60
    again = search(index, query, EVERYTHING, lexicon, limit=20, cursor=cursor_of_page(index, query, 2, limit=20))
    assert [f.hit.mention.id for f in again.found] == [f.hit.mention.id for f in second.found]
    assert cursor_of_page(index, query, 1) is None


def test_a_post_is_shown_with_what_matched(index: MentionIndex, lexicon: Lexicon, now: datetime):
    query = compile_query("ngập", EVERYTHING, Sort.NEWEST, lexicon, now=now)
    id_ = search(index, query, EVERYTHING, lexicon).found[0].hit.mention.id
    detail = load_detail(index, id_, query)
    assert detail
    assert detail.hit.highlights
    assert load_detail(index, id_, compile_query("karaoke", EVERYTHING, Sort.NEWEST, lexicon, now=now))


def test_a_post_that_is_gone_is_none(index: MentionIndex):
    assert load_detail(index, "0" * 63) is None
