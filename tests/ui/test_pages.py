"""Each page run without a browser, by Streamlit's own AppTest."""

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from index.base import Filters, MentionIndex, MentionQuery
from langnghe.settings import Settings
from langnghe.store.engine import open_store

APP = str(Path(__file__).parents[2] / "ui" / "app.py")


@pytest.fixture
def environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGNGHE_HOME", str(home))
    st.cache_resource.clear()
    st.cache_data.clear()


def _page(name: str, **params: str | list[str]) -> AppTest:
    def script(name: str) -> None:
        from importlib import import_module

        from ui.context import open_context

        import_module(f"ui.views.{name}").render(open_context())

    test = AppTest.from_function(script, args=(name,), default_timeout=60)
    for key, value in params.items():
        test.query_params[key] = value
    return test.run()


def _html(test: AppTest) -> str:
    return "\n".join(str(element.proto.body) for element in test.get("html"))


@pytest.mark.usefixtures("environment")
def test_the_app_opens_on_the_overview():
    test = AppTest.from_file(APP, default_timeout=60).run()
    assert not test.exception
    assert "Tổng quan" in _html(test)


@pytest.mark.usefixtures("environment")
def test_the_overview_speaks_english_when_asked():
    html = _html(_page("overview", lang="en"))
    assert "Posts over time" in html
    assert "Chủ đề" not in html


@pytest.mark.usefixtures("environment")
def test_an_overview_without_posts_in_the_period_says_where_there_are_some():
    html = _html(_page("overview", period="custom", since="2001-01-01", until="2001-01-02"))
    assert "Không có bài nào trong khoảng thời gian này" in html
    assert "Xem mọi thời gian" in html


@pytest.mark.usefixtures("environment")
def test_search_shows_hits_with_their_matches(index: MentionIndex):
    test = _page("search", q="karaoke")
    assert not test.exception
    assert "<mark>Karaoke</mark>" in _html(test)


@pytest.mark.usefixtures("environment")
def test_a_query_typed_goes_into_the_address():
    test = _page("search")
    test.text_input[0].set_value("ngập nước").run()
    assert test.query_params["q"] in ("ngập nước", ["ngập nước"])
    assert "<mark>" in _html(test)


@pytest.mark.usefixtures("environment")
def test_a_bad_query_is_explained_at_its_place():
    html = _html(_page("search", q='kẹt xe "ngập'))
    assert "Chưa hiểu câu tìm kiếm" in html
    assert "▲" in html


@pytest.mark.usefixtures("environment")
def test_a_search_without_hits_says_what_to_do():
    html = _html(_page("search", q="khongcotunaythatsu", topic="traffic", period="24h"))
    assert "Không tìm thấy bài nào" in html
    assert all(text in html for text in ("Bỏ hết bộ lọc", "Xem mọi thời gian", "Bỏ từ khóa"))


@pytest.mark.usefixtures("environment")
def test_a_post_is_shown_whole_with_what_the_model_said(index: MentionIndex):
    id_ = index.search(MentionQuery(filters=Filters(topic=("flooding",))), limit=1).hits[0].mention.id
    html = _html(_page("search", open=id_))
    assert "Mở tại nguồn" in html
    assert "gợi ý của mô hình" in html
    assert "81%" in html


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("params", [{"open": "nothere"}, {"page": "99"}, {"place": "n:0"}, {"agency": "x"}])
def test_no_address_breaks_the_search(params: dict[str, str]):
    assert not _page("search", **params).exception


def test_an_empty_home_tells_how_to_begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LANGNGHE_HOME", str(tmp_path))
    st.cache_resource.clear()
    open_store(Settings(home=tmp_path, _env_file=None)).close()
    for name in ("overview", "search"):
        test = _page(name)
        assert not test.exception
        assert "Chưa có bài nào" in _html(test)


def test_our_errors_are_shown_as_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LANGNGHE_HOME", str(tmp_path))
    monkeypatch.setenv("LANGNGHE_UI_PORT", "không phải số")
    st.cache_resource.clear()
    test = AppTest.from_file(APP, default_timeout=60).run()
    assert not test.exception
    assert "LANGNGHE_UI_PORT" in _html(test)
