"""Gambling and advertising are flagged; citizens who report either are not."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langnghe.records import Flag, Intent
from nlp.pii import find_pii, mask
from nlp.spam import spam_flags

ROOT = Path(__file__).parents[2]
ARTICLES = ROOT / "../shared/data/articles"
CORPUS = ROOT / "nlp/data/corpus"


@pytest.mark.parametrize(
    "text",
    [
        "【cá cược trực tuyến】TP.HCM tăng chi ngân sách cho chuyển đổi số",
        "Nổ hũ đổi thưởng uy tín, nạp lần đầu tặng 188k, rút 3 phút, link ở bio",
        "soi cau lo to mien Nam hom nay, cao thu 3 cang, vao nhom kin",
        "Sở Y tế khuyến cáo tiêm vắc xin. Nhà cái VuaTHE88 tặng 50k\n本文地址:http://vidu.cc",
    ],
)
def test_gambling_promotion_is_flagged(text: str) -> None:
    assert spam_flags(text) == (Flag.GAMBLING_SEO,)


@pytest.mark.parametrize(
    "text",
    [
        "Hút hầm cầu giá rẻ 99k, thông cống nghẹt, có mặt sau 15 phút, bảo hành 5 năm. LH anh Tài 0902 661 358",
        "Shop xả kho nồi chiên giảm giá 50%, freeship, inbox chốt đơn ngay hôm nay, số lượng có hạn 🔥🔥",
        "Vay tien nhanh khong the chap chi can cccd, giai ngan 5 phut, no xau van ho tro, zalo 0814667029",
    ],
)
def test_advertising_is_flagged_masked_or_not(text: str) -> None:
    assert spam_flags(text) == spam_flags(mask(text, find_pii(text))) == (Flag.ADVERTISING,)


@pytest.mark.parametrize(
    "text",
    [
        "Quán cà phê hẻm 18 tổ chức tài xỉu, đá gà ăn tiền mỗi tối, đề nghị công an phường xử lý",
        "Công an TP.HCM triệt phá đường dây cá cược trực tuyến 900 tỉ đồng, khởi tố 12 bị can",
        "Đường ngập quá, mong phường cho thông cống, gọi 1022 ba lần rồi chưa thấy ai xuống",
        "Gánh bún của ngoại bán cả đời giờ mới thấy hợp pháp",
        "",
        "😂😂😂",
    ],
)
def test_reports_and_talk_are_not_flagged(text: str) -> None:
    assert spam_flags(text) == ()


def test_an_address_that_promotes_gambling_counts() -> None:
    title = "Kết quả trận đấu tối qua"
    assert spam_flags(title) == ()
    assert spam_flags(title, url="https://nhacai88.vip/bai/123") == (Flag.GAMBLING_SEO,)


@pytest.mark.skipif(not ARTICLES.is_dir(), reason="the articles the project began from are not here")
def test_of_the_real_articles_only_the_tainted_one_is_flagged() -> None:
    flags = {path.name[:3]: spam_flags(path.read_text(encoding="utf-8")) for path in ARTICLES.glob("*.txt")}
    assert flags == {"000": (), "001": (), "002": (), "003": (Flag.GAMBLING_SEO,), "004": ()}


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the labelled corpus is not installed beside the package")
def test_spam_of_the_corpus_is_found_without_many_false_alarms() -> None:
    """The weights were fitted on these texts: this holds the file to the code; see trainspam for unseen texts."""
    rows = [json.loads(line) for path in CORPUS.glob("*.jsonl") for line in path.open(encoding="utf-8")]
    flagged = [row["intent"] == Intent.SPAM for row in rows if spam_flags(row["text"])]
    assert sum(flagged) / len(flagged) > 0.9
    assert sum(flagged) / sum(row["intent"] == Intent.SPAM for row in rows) > 0.9


@given(st.text(max_size=200))
def test_no_text_raises(text: str) -> None:
    spam_flags(text, url=text)
