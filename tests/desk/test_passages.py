from desk.passages import displayable, passage
from index.base import Hit
from langnghe.records import Span
from tests.samples import annotated, mention


def _hit(text: str, *spans: tuple[int, int], **fields: object) -> Hit:
    return Hit(annotated(mention(text, **fields)), 1.0, tuple(Span(start=a, end=b) for a, b in spans))


def test_matched_pieces_are_cut_out_of_title_and_body():
    found = passage(_hit("đường ngập sâu", (0, 4), (16, 20), title="Ngập nước"), chars=100)
    assert [(p.text, p.matched) for p in found.title] == [("Ngập", True), (" nước", False)]
    assert [(p.text, p.matched) for p in found.body] == [("đường ", False), ("ngập", True), (" sâu", False)]


def test_a_long_post_is_shown_around_its_first_match_and_says_so():
    text = "mưa lớn " * 200 + "ngập" + " đường trơn" * 200
    start = text.index("ngập")
    found = passage(_hit(text, (start, start + 4)), chars=200)
    assert found.cut_before
    assert found.cut_after
    assert any(piece.matched and piece.text == "ngập" for piece in found.body)
    assert len("".join(piece.text for piece in found.body)) <= 200


def test_nothing_past_the_excerpt_is_shown_even_where_it_matches():
    text = "Đoạn được phép trích ra đây. " + "phần giữ lại " * 50
    start = text.index("giữ lại")
    found = passage(_hit(text, (start, start + 7), excerpt_chars=29), chars=1000)
    assert "".join(piece.text for piece in found.body) == "Đoạn được phép trích ra đây."
    assert found.cut_after


def test_an_excerpt_shorter_than_the_title_leaves_no_body():
    found = passage(_hit("thân bài", title="Một tiêu đề rất dài của báo", excerpt_chars=10), chars=100)
    assert "".join(piece.text for piece in found.title) == "Một tiêu"
    assert found.body == ()


def test_overlapping_matches_repeat_nothing():
    found = passage(_hit("ngập nước", (0, 4), (2, 9)), chars=100)
    assert "".join(piece.text for piece in found.body) == "ngập nước"


def test_what_turns_or_overlays_its_neighbours_is_left_out():
    assert displayable("a\u202eb\u2066c\x07") == "abc\ufffd"
    assert len(displayable("z" + "\u0301" * 500)) == 5
    assert displayable("Ngập lụt ở Thủ Đức") == "Ngập lụt ở Thủ Đức"


def test_decomposed_vietnamese_keeps_its_marks():
    import unicodedata

    text = unicodedata.normalize("NFD", "Ngập lụt ở đường Thủ Đức ngẫm nghĩ")
    assert displayable(text) == text
