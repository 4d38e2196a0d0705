"""One page, one address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.urls import canonical_url

SAME_PAGE = [
    "https://tuoitre.vn/ngap-nang-20260112.htm",
    "http://tuoitre.vn/ngap-nang-20260112.htm",
    "https://TUOITRE.vn:443/ngap-nang-20260112.htm#binh-luan",
    "https://tuoitre.vn/ngap-nang-20260112.htm?utm_source=zalo&utm_medium=x&fbclid=IwAR0",
    "https://m.tuoitre.vn/ngap-nang-20260112.htm?zarsrc=30&gidzl=abc",
    "https://amp.tuoitre.vn/ngap-nang-20260112.amp.htm",
    "https://tuoitre.vn//ngap-nang-20260112.htm?amp=1",
    "https://www.google.com/amp/s/tuoitre.vn/ngap-nang-20260112.htm",
    "https://tuoitre-vn.cdn.ampproject.org/c/s/tuoitre.vn/ngap-nang-20260112.htm",
    "https://l.facebook.com/l.php?u=https%3A%2F%2Ftuoitre.vn%2Fngap-nang-20260112.htm%3Ffbclid%3D1&h=AT0",
    "  https://tuoitre.vn/ngap-nang-20260112.htm\n",
]


@pytest.mark.parametrize("url", SAME_PAGE)
def test_all_addresses_of_a_page_become_one(url: str) -> None:
    assert canonical_url(url) == SAME_PAGE[0]


def test_the_order_of_a_query_does_not_matter_but_its_values_do() -> None:
    assert canonical_url("https://voz.vn/t?b=2&a=1") == canonical_url("https://voz.vn/t?a=1&b=2")
    assert canonical_url("https://voz.vn/t?page=1") != canonical_url("https://voz.vn/t?page=2")


def test_parameters_that_tell_pages_apart_stay() -> None:
    url = "https://www.facebook.com/story.php?id=5&story_fbid=12&mibextid=q"
    assert canonical_url(url) == "https://www.facebook.com/story.php?id=5&story_fbid=12"
    assert canonical_url("https://1022.vn/?cid=7&keyword=ngap") == "https://1022.vn/?cid=7&keyword=ngap"


def test_a_local_site_keeps_scheme_and_port() -> None:
    assert canonical_url("http://127.0.0.1:8099/bai/1#a") == "http://127.0.0.1:8099/bai/1"
    assert canonical_url("http://localhost/bai") == "http://localhost/bai"


def test_vietnamese_paths_are_escaped_once() -> None:
    once = canonical_url("https://hcmc.gov.vn/đường dây nóng")
    assert once == "https://hcmc.gov.vn/%C4%91%C6%B0%E1%BB%9Dng%20d%C3%A2y%20n%C3%B3ng"
    assert canonical_url(once) == once


@pytest.mark.parametrize(
    "junk", ["", "không phải địa chỉ", "mailto:a@vidu.vn", "http://", "http://[::1", "https://a:99999/"]
)
def test_what_is_no_web_address_never_raises(junk: str) -> None:
    assert canonical_url(junk).strip() == canonical_url(junk)


@given(st.text(max_size=60))
def test_canonical_twice_is_canonical_once(tail: str) -> None:
    once = canonical_url(f"https://vidu.vn/{tail}")
    assert canonical_url(once) == once
