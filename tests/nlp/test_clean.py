"""What a page added goes, what the writer said stays."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.clean import clean_text, has_no_copy_notice, looks_misdecoded

ARTICLES = Path(__file__).parents[2] / "../shared/data/articles"

PAGE = """Cháy xưởng gỗ ở phường Tân Hưng
Khói đen bốc cao hàng chục mét. Ảnh: Minh Hòa
Ảnh: NVCC
Người dân dùng xô múc nước dập lửa.
Xem thêm: Vì sao xưởng gỗ dễ cháy
>>> Đọc tiếp: Mười vụ cháy lớn
Chia sẻ
Facebook Zalo Copy link
Thích 12 Bình luận 3
(*) Không sao chép dưới mọi hình thức khi chưa có sự đồng ý bằng văn bản của Báo Ví Dụ."""


def test_boilerplate_of_a_news_page_is_taken_off() -> None:
    assert clean_text(PAGE) == (
        "Cháy xưởng gỗ ở phường Tân Hưng\nKhói đen bốc cao hàng chục mét.\nNgười dân dùng xô múc nước dập lửa."
    )


@pytest.mark.parametrize(
    "notice",
    [
        "(*) Không sao chép dưới mọi hình thức khi chưa có sự đồng ý bằng văn bản của Báo Ví Dụ.",
        "® Ghi rõ nguồn 'Báo Ví Dụ' khi phát hành lại thông tin từ website này.",
        "Nghiêm cấm sao chép nội dung khi chưa được cho phép",
        "© 2026 Báo Ví Dụ",
        "Bản quyền thuộc về Báo Ví Dụ.",
        "本文系作者授权发表,未经许可,不得转载。",
    ],
)
def test_a_no_copy_notice_is_seen_and_taken_off(notice: str) -> None:
    text = f"Nước lên nhanh lắm.\n{notice}"
    assert has_no_copy_notice(text)
    assert clean_text(text) == "Nước lên nhanh lắm."


@pytest.mark.parametrize(
    "text",
    [
        "Mình bị phạt vì bản quyền nhạc trong quán, ai biết quy định không?",
        "Sở không sao chép hồ sơ cho dân, kêu tự đi photo",
        "Ảnh hưởng tới cả khu phố, mọi người chia sẻ giúp",
        "Chia sẻ",
        "a < b và b > c, AT&T vẫn chạy, http://vidu.vn/?x=1&copy=2",
    ],
)
def test_what_people_say_stays(text: str) -> None:
    assert clean_text(text) == text
    assert not has_no_copy_notice(text)


def test_markup_and_entities_become_plain_text() -> None:
    raw = "Đ&#432;&#7901;ng&nbsp;ng&acirc;p <b>nặng</b><br/>x&amp;amp;y<script>alert(1)</script><!-- quảng cáo -->"
    assert clean_text(raw) == "Đường ngâp nặng\nx&y"
    assert clean_text("&lt;b&gt;ngập&lt;/b&gt;") == "ngập"


def test_invisible_characters_go_and_emoji_stay() -> None:
    assert clean_text("ng\u200bập n\u00adước \u202eABC\u202c\x00 \ud800!\ufeff") == "ngập nước ABC !"
    assert clean_text("👨\u200d👩\u200d👧 🏳️\u200d🌈 🙋🏽\u200d♀️ ❤️ 1️⃣") == "👨\u200d👩\u200d👧 🏳️\u200d🌈 🙋🏽\u200d♀️ ❤️ 1️⃣"
    assert clean_text("😭😭") == "😭😭"


def test_letters_are_composed_and_tones_stand_in_one_place() -> None:
    decomposed = unicodedata.normalize("NFD", "Đường Hoà Bình, hoá đơn, thuỷ triều")
    assert clean_text(decomposed) == "Đường Hòa Bình, hóa đơn, thủy triều"


@pytest.mark.parametrize("odd", ["", "   \n", "\u200b", "a" * 100_000, "<" * 50_000, "&amp;" * 20_000, "\x00" * 10])
def test_odd_input_ends_quickly_and_never_raises(odd: str) -> None:
    assert clean_text(odd) == clean_text(clean_text(odd))


@given(
    st.lists(
        st.sampled_from([*PAGE.split("\n"), "<p>", "&lt;", "&#38;", "👨\u200d", "\u200b", "hoà", "\r\n", " "])
        | st.text(max_size=12)
    ).map("".join)
)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean_text(text)
    assert clean_text(once) == once


def test_a_wrong_encoding_is_noticed() -> None:
    mojibake = "Đường Nguyễn Trãi ngập nặng quá".encode().decode("latin-1")
    assert looks_misdecoded(mojibake)
    assert looks_misdecoded("Thµnh phè Hå ChÝ Minh ngËp nÆng, ®­êng x¸ h­ háng")
    assert looks_misdecoded("Thaønh phoá Hoà Chí Minh ngaäp naëng, ñöôøng xaù hö hoûng")
    assert looks_misdecoded("ng\ufffd\ufffdp n\ufffd\ufffdc")
    assert not looks_misdecoded("Kẹt não, nước yếu như mèo tè, đoán ý trời")
    assert not looks_misdecoded("nuoc yeu qua ba con oi")
    assert not looks_misdecoded("")


@pytest.mark.skipif(not ARTICLES.is_dir(), reason="the articles the project began from are not here")
def test_the_notice_of_the_real_article_is_found_and_cut() -> None:
    texts = {path.name[:3]: path.read_text(encoding="utf-8") for path in sorted(ARTICLES.glob("*.txt"))}
    assert [number for number, text in texts.items() if has_no_copy_notice(text)] == ["000", "003"]
    assert "sao chép" not in clean_text(texts["000"])
    assert "不得转载" not in clean_text(texts["003"])
    for text in texts.values():
        assert len(clean_text(text)) > 0.95 * len(text)
