"""The one record: identity, redaction and excerpts."""

from langnghe.records import MASK, Flag, Mention, author_hash, mention_id, redacted, shown_text
from tests.samples import annotated, mention


def test_the_same_post_of_the_same_source_always_has_the_same_id() -> None:
    assert mention_id("a", "1") == mention_id("a", "1")
    assert len({mention_id("a", "1"), mention_id("a", "2"), mention_id("b", "1")}) == 3


def test_an_author_is_recognised_by_key_but_not_named() -> None:
    assert author_hash("Nguyễn A ", b"k") == author_hash("nguyễn a", b"k")
    assert author_hash("Nguyễn A", b"k") != author_hash("Nguyễn A", b"other")
    assert "nguy" not in author_hash("Nguyễn A", b"k")


def test_what_cannot_be_stored_is_replaced_and_not_refused() -> None:
    assert mention("a\x00b\ud800c").text == "a\ufffdb\ufffdc"


def test_a_redacted_mention_shows_masks_in_title_and_text() -> None:
    title, text = "Gọi 0901234567", "hoặc 0907654321 nhé"
    post = annotated(mention(text, title=title), masked=f"Gọi {MASK * 10}\nhoặc {MASK * 10} nhé")
    shown = redacted(post)
    assert shown.title == f"Gọi {MASK * 10}"
    assert shown.text == f"hoặc {MASK * 10} nhé"
    assert "090" not in shown.full_text


def test_a_publishers_text_is_shown_as_an_excerpt_that_ends_at_a_word() -> None:
    post = annotated(mention("một hai ba bốn năm", excerpt_chars=12))
    assert shown_text(redacted(post)) == "một hai ba…"


def test_a_text_that_forbids_copying_is_shown_as_an_excerpt_whatever_its_source_says() -> None:
    post = annotated(mention("chữ " * 500), flags=(Flag.NO_COPY_NOTICE,))
    assert len(shown_text(redacted(post))) <= 301


def test_a_record_survives_the_way_through_json() -> None:
    post = annotated(mention("Đường ngập", title="Tin"))
    assert Mention.model_validate_json(post.model_dump_json()) == post
