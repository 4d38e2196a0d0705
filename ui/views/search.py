"""Tìm kiếm: the question, what it can be narrowed by, the posts, one post whole, and the export of exactly that."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st

from desk.export import COLUMNS, Wording, write_csv, write_xlsx
from desk.overview import newest_date
from desk.periods import Period
from desk.search import FACETS, Choice, Results, compile_query, cursor_of_page, search
from index.base import Facet, Filters, MentionIndex, MentionQuery, Sort
from langnghe.errors import QueryError
from ui.context import Context
from ui.parts import SEARCH as PATH
from ui.parts import Action, build_card, draw, draw_head, draw_notice, loading
from ui.state import View, link, write_view
from ui.views.detail import draw_detail

DEFAULT = Period.ALL
PAGE_SIZE = 20
_FIRST_CHOICES = 7
_QUERY_KEY = "search_text"
_KINDS: Mapping[str, tuple[Callable[[Path, MentionIndex, MentionQuery, Wording], None], str]] = {
    "csv": (write_csv, "text/csv"),
    "xlsx": (write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


def render(context: Context) -> None:
    view, t = context.view, context.t
    draw_head(
        t, view, PATH, period=DEFAULT, subtitle=t("search.subtitle"), lexicon=context.lexicon, title=t("nav.search")
    )
    _draw_query_box(context)
    chosen = view.filters(now=context.now, period=DEFAULT, copies=False)
    sort = view.sort or (Sort.RELEVANCE if view.q.strip() else Sort.NEWEST)
    try:
        with loading(t, "search"):
            query = compile_query(view.q, chosen, sort, context.lexicon, now=context.now)
            results = search(context.index, query, chosen, context.lexicon, limit=PAGE_SIZE, cursor=view.cursor)
    except QueryError as error:
        _draw_query_error(context, error)
        return
    widths = [0.8, 1.7, 1.35] if view.open else [0.8, 3.05]
    columns = st.columns(widths, gap="medium")
    with columns[0]:
        _draw_facets(context, results.choices)
    with columns[1]:
        _draw_results(context, results, chosen)
    if view.open:
        with columns[2], st.container(key="detail"):
            draw_detail(context, view.open, query)


def _draw_query_box(context: Context) -> None:
    t = context.t
    st.session_state[_QUERY_KEY] = context.view.q
    st.text_input(
        t("search.label"),
        key=_QUERY_KEY,
        placeholder=t("search.placeholder"),
        help=t("search.help"),
        label_visibility="collapsed",
        icon=":material/search:",
        max_chars=2000,
        on_change=_take_query,
        args=(context.view,),
    )


def _take_query(view: View) -> None:
    """The box writes the address; everything else follows from the address."""
    st.query_params.from_dict(write_view(view.first_page(q=st.session_state[_QUERY_KEY], sort=None)))


def _draw_query_error(context: Context, error: QueryError) -> None:
    t, q = context.t, context.view.q
    start = max(0, error.position - 40)
    pointer = q[start : error.position + 40].replace("\n", " ") + "\n" + " " * (error.position - start) + "▲"
    draw_notice(t, t("search.bad_query"), str(error), t("search.help"), tone="problem", pointer=pointer)


def _draw_facets(context: Context, choices: Mapping[Facet, tuple[Choice, ...]]) -> None:
    groups = [group for facet in FACETS if (group := _group(context, facet, choices[facet]))["first"]]
    draw("facets.html", context.t, groups=groups, n_chosen=sum(map(len, context.view.chosen.values())))


def _group(context: Context, facet: Facet, choices: tuple[Choice, ...]) -> Mapping[str, object]:
    rows = [
        {
            "name": context.lexicon.name(facet, choice.key, context.t.language),
            "count": choice.count,
            "chosen": choice.chosen,
            "href": link(PATH, context.view.first_page().toggled(facet, choice.key)),
        }
        for choice in sorted(choices, key=lambda c: not c.chosen)
    ]
    n = max(_FIRST_CHOICES, sum(c.chosen for c in choices))
    return {"title": context.t(f"facet.{facet}"), "first": rows[:n], "rest": rows[n:]}


def _draw_results(context: Context, results: Results, chosen: Filters) -> None:
    t, view = context.t, context.view
    if not results.total:
        _draw_hints(context, results)
        _draw_empty(context, chosen)
        return
    _draw_hints(context, results)
    _draw_exports(context, results.query)
    first = (view.page - 1) * PAGE_SIZE + 1
    following = replace(view, page=view.page + 1, cursor=results.next_cursor, open=None)
    draw(
        "results.html",
        t,
        cards=[build_card(f.hit, t, context.lexicon, view, copies=f.copies) for f in results.found],
        first=first,
        last=first + len(results.found) - 1,
        total=results.total,
        previous_href=link(PATH, _page_before(context, results.query)) if view.page > 1 else None,
        next_href=link(PATH, following) if results.next_cursor else None,
    )


def _page_before(context: Context, query: MentionQuery) -> View:
    page = context.view.page - 1
    return replace(
        context.view, page=page, cursor=cursor_of_page(context.index, query, page, limit=PAGE_SIZE), open=None
    )


def _draw_hints(context: Context, results: Results) -> None:
    t, view = context.t, context.view
    hints = []
    if results.folded:
        hints.append(
            {
                "text": t("search.folded", n=results.folded),
                "action": t("search.unfold"),
                "href": link(PATH, view.first_page(copies=True)),
            }
        )
    if view.copies:
        hints.append(
            {"text": t("search.unfolded"), "action": t("search.fold"), "href": link(PATH, view.first_page(copies=None))}
        )
    if results.spam:
        hints.append(
            {
                "text": t("search.spam_hidden", n=results.spam),
                "action": t("search.show"),
                "href": link(PATH, view.first_page(spam=True)),
            }
        )
    if view.spam:
        hints.append(
            {
                "text": t("search.spam_shown"),
                "action": t("search.hide"),
                "href": link(PATH, view.first_page(spam=False)),
            }
        )
    if view.sure:
        hints.append(
            {"text": t("search.sure"), "action": t("search.show"), "href": link(PATH, view.first_page(sure=False))}
        )
    sorts = [Sort.RELEVANCE, Sort.NEWEST, Sort.OLDEST] if view.q.strip() else [Sort.NEWEST, Sort.OLDEST]
    draw(
        "results_head.html",
        t,
        total=results.total,
        hints=hints,
        sorts=[Action(t(f"sort.{s}"), link(PATH, view.first_page(sort=s)), s is results.query.sort) for s in sorts],
    )


def _draw_empty(context: Context, chosen: Filters) -> None:
    t, view = context.t, context.view
    newest = newest_date(context.index)
    if newest is None:
        draw_notice(
            t,
            t("empty.store"),
            t("empty.store_hint"),
            actions=[Action(t("nav.sources"), link("nguon-va-lich", View(lang=view.lang)))],
        )
        return
    actions = []
    if any(view.chosen.values()):
        actions.append(Action(t("filters.clear"), link(PATH, view.first_page(chosen={}))))
    if chosen.since or chosen.until:
        actions.append(
            Action(t("empty.all_time"), link(PATH, view.first_page(period=Period.ALL, since=None, until=None)))
        )
    if view.q.strip():
        actions.append(Action(t("empty.no_text"), link(PATH, view.first_page(q=""))))
    draw_notice(t, t("empty.search"), t("empty.search_hint"), actions=actions)


def _draw_exports(context: Context, query: MentionQuery) -> None:
    t = context.t
    with st.container(horizontal=True, horizontal_alignment="right", key="exports"):
        for kind, (_, mime) in _KINDS.items():
            st.download_button(
                t(f"export.{kind}"),
                data=partial(export, context, query, kind),
                file_name=f"{t('export.file')}-{context.now:%Y%m%d-%H%M}.{kind}",
                mime=mime,
                icon=":material/download:",
                on_click="ignore",
                key=f"export_{kind}",
                help=t("export.help"),
            )


def export(context: Context, query: MentionQuery, kind: str) -> bytes:
    """The whole of what `query` finds, as a file of `kind`."""
    t = context.t
    wording = Wording(context.lexicon, {name: t(f"column.{name}") for name in COLUMNS}, t.language, t("export.cut"))
    with TemporaryDirectory() as folder:
        path = Path(folder) / kind
        _KINDS[kind][0](path, context.index, query, wording)
        return path.read_bytes()
