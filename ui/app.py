"""The workplace in the browser: `streamlit run ui/app.py`."""

import logging
from collections.abc import Callable
from functools import partial
from importlib import import_module

import streamlit as st
from streamlit.navigation.page import Page

from langnghe.errors import LangNgheError
from ui import theme
from ui.context import Context, open_context
from ui.i18n import LANGUAGES, words
from ui.parts import Action, draw, draw_notice, loading
from ui.state import link, read_view

# Group → pages: module in `ui.views` and key of its title, address, icon.
PAGES = {
    "nav.communication": [("overview", "", ":material/monitoring:")],
    "nav.handling": [("search", "tim-kiem", ":material/search:")],
    "nav.operating": [("sources", "nguon-va-lich", ":material/schedule:")],
}


def main() -> None:
    t = words(read_view({name: st.query_params.get_all(name) for name in st.query_params}).lang)
    st.set_page_config(page_title=t("app.name"), page_icon=theme.MARK_PNG, layout="wide")
    page = st.navigation({t(group): [_page(*entry) for entry in pages] for group, pages in PAGES.items()})
    st.logo(theme.MARK_SVG, size="large")
    theme.apply(t.language)
    page.run()


def _page(name: str, path: str, icon: str) -> Page:
    t = words(st.query_params.get("lang", LANGUAGES[0]))
    return st.Page(partial(_run, name, path), title=t(f"nav.{name}"), icon=icon, url_path=path, default=not path)


def _run(name: str, path: str) -> None:
    """Draws a page; our own errors are shown as the one line they are, others go to the log with their trace."""
    t = words(st.query_params.get("lang", LANGUAGES[0]))
    try:
        with loading(t, "app"):
            context = open_context()
        _draw_sidebar(context, path)
        render: Callable[[Context], None] = import_module(f"ui.views.{name}").render
        render(context)
    except LangNgheError as error:
        draw_notice(t, t("error.title"), str(error), actions=[_again(t("error.again"), path)], tone="problem")
    except Exception:  # the end of a page: whatever went wrong, the reader gets a sentence and the log the trace
        logging.getLogger(__name__).exception("page %s", name)
        draw_notice(t, t("error.title"), t("error.unplanned"), actions=[_again(t("error.again"), path)], tone="problem")


def _again(text: str, path: str) -> Action:
    view = read_view({name: st.query_params.get_all(name) for name in st.query_params})
    return Action(text, link(path, view.first_page()))


def _draw_sidebar(context: Context, path: str) -> None:
    from dataclasses import replace

    with st.sidebar:
        draw(
            "sidebar.html",
            context.t,
            languages=[
                Action(
                    context.t(f"language.{code}"),
                    link(path, replace(context.view, lang=code)),
                    code == context.view.lang,
                )
                for code in LANGUAGES
            ],
        )


main()
