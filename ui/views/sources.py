"""Nguồn và lịch: what is collected and when, how the last runs went, what could not be read."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path

import streamlit as st

from desk.periods import utc_now
from desk.sources import Board, SourceState, build_board
from langnghe.errors import LangNgheError
from langnghe.store.mentions import retry_quarantined
from langnghe.store.runs import Run, Trigger, queue_run
from langnghe.store.sources import set_enabled
from ui.context import Context
from ui.parts import draw, draw_notice
from ui.schedules import schedule_words
from ui.state import link

PATH = "nguon-va-lich"
BUSY_REFRESH_S, CALM_REFRESH_S = 4, 30
_KINDS = ("feed", "sitemap", "listing", "wordpress", "nodebb", "discourse", "file")
_COUNTS = ("listed", "new", "changed", "bad", "annotated", "indexed", "quarantined")
_STYLE = Path(__file__).parents[1] / "static" / "sources.css"


def render(context: Context) -> None:
    """The page draws itself anew every few seconds while a run goes on, every half minute otherwise."""
    st.html(f"<style>{_style()}</style>")
    busy = build_board(context.store, context.settings, now=context.now).is_busy
    st.fragment(_draw_guarded, run_every=BUSY_REFRESH_S if busy else CALM_REFRESH_S)(context, busy)


def _draw_guarded(context: Context, was_busy: bool) -> None:
    """Streamlit shows what a fragment raises by itself; our own errors are one line for people."""
    try:
        _draw(context, was_busy)
    except LangNgheError as error:
        draw_notice(context.t, context.t("error.title"), str(error), tone="problem")


def _draw(context: Context, was_busy: bool) -> None:
    board = build_board(context.store, context.settings, now=utc_now())
    if board.is_busy != was_busy:
        st.rerun()
    t = context.t
    subtitle = t("sources.subtitle", n=len(board.sources), n_on=sum(s.enabled for s in board.sources))
    draw("sources_head.html", t, subtitle=subtitle, figures=list(_figures(context, board)))
    if board.is_worker_silent:
        since = t("sources.worker_since", at=t.moment(board.worker_beat)) if board.worker_beat else ""
        draw_notice(t, t("sources.no_worker"), since, t("sources.no_worker_hint"), tone="problem")
    if board.sources:
        with st.container(key="sources"):
            draw("sources_columns.html", t)
            for state in board.sources:
                _draw_source(context, state)
    else:
        draw_notice(t, t("sources.none"), t("sources.none_hint"))
    _draw_quarantine(context, board)


def _figures(context: Context, board: Board) -> Sequence[Mapping[str, str]]:
    t = context.t

    def figure(name: str, n: int, note: str, *, is_problem: bool = False) -> Mapping[str, str]:
        return {"name": t(name), "value": t.number(n), "note": note, "tone": "problem" if is_problem else ""}

    failing = [s for s in board.sources if s.enabled and s.failures]
    running = sum(s.current is not None for s in board.sources)
    soon = min((s.next_at[0] for s in board.sources if s.next_at), default=None)
    names = ", ".join(s.title for s in failing[:3]) or t("sources.all_well")
    when = t("sources.soon", at=t.hour(soon)) if soon else t("sources.nothing_due")
    return [
        figure("sources.failing", len(failing), names, is_problem=bool(failing)),
        figure("sources.running", running, when),
        figure("sources.waiting", board.n_waiting, t("sources.waiting_note")),
        figure("quarantine.title", board.n_quarantined, t("quarantine.note"), is_problem=bool(board.n_quarantined)),
    ]


def _draw_source(context: Context, state: SourceState) -> None:
    t, is_open = context.t, context.view.open == state.name
    with st.container(key=f"source-{state.name}", gap=None):
        row, switch, button = st.columns([10, 1, 2], vertical_alignment="center")
        with row:
            draw("source_row.html", t, **_row(context, state, is_open=is_open))
        with switch:
            key = (
                f"switch-{state.name}-{state.enabled}"  # the store decides: a change from elsewhere makes a new switch
            )
            label = t("sources.switch", title=state.title)
            st.toggle(
                label, state.enabled, key=key, label_visibility="collapsed", on_change=_switch, args=(context, state)
            )
        with button:
            st.button(
                t("sources.run_now"),
                key=f"run-{state.name}",
                disabled=state.current is not None,
                help=t("sources.run_now_hint", title=state.title),
                on_click=_run_now,
                args=(context, state),
            )
        if is_open:
            draw("source_runs.html", t, **_history(context, state))


def _row(context: Context, state: SourceState, *, is_open: bool) -> dict[str, object]:
    t = context.t
    last = state.last.counts if state.last else {}
    return {
        "s": state,
        "href": link(PATH, replace(context.view, open=None if is_open else state.name)),
        "is_open": is_open,
        "kind": t(f"kind.{state.kind}") if state.kind in _KINDS else t("kind.unreadable"),
        "schedule": schedule_words(t, state.timing),
        "next_at": [t.hour(at) for at in state.next_at],
        "counts": t("sources.counts", n_new=last.get("new", 0), n=last.get("listed", 0)) if "listed" in last else "",
        "strip": ", ".join(t(f"run.{run.status}") for run in reversed(state.runs[:12])),
    }


def _history(context: Context, state: SourceState) -> dict[str, object]:
    t = context.t
    columns = [
        "run.at",
        "run.trigger",
        "run.result",
        *(f"run.{name}" for name in _COUNTS),
        "run.duration",
        "run.reason",
    ]
    return {
        "title": t("sources.history", title=state.title),
        "columns": [t(key) for key in columns],
        "rows": [_run_row(context, run) for run in state.runs],
    }


def _run_row(context: Context, run: Run) -> dict[str, object]:
    t = context.t
    seconds = None if run.duration is None else round(run.duration.total_seconds())
    return {
        "at": t.moment(run.started_at or run.queued_at),
        "trigger": t(f"trigger.{run.trigger}") if run.trigger in list(Trigger) else run.trigger,
        "status": run.status,
        "counts": [t.number(run.counts[name]) if name in run.counts else "" for name in _COUNTS],
        "duration": "" if seconds is None else f"{seconds // 60}:{seconds % 60:02d}",
        "reason": run.finish_reason or "",
        "errors": run.errors,
    }


def _draw_quarantine(context: Context, board: Board) -> None:
    t = context.t
    titles = {source.name: source.title for source in board.sources}
    reasons = [asdict(r) | {"title": titles.get(r.source or "", r.source)} for r in board.reasons]
    draw("quarantine.html", t, reasons=reasons)
    n = sum(reason.n_retriable for reason in board.reasons)
    if n:
        st.button(t("quarantine.retry", n=n), key="retry", on_click=_retry, args=(context,))


def _switch(context: Context, state: SourceState) -> None:
    set_enabled(context.store, state.name, not state.enabled, utc_now())


def _run_now(context: Context, state: SourceState) -> None:
    queue_run(context.store, state.name, Trigger.MANUAL, utc_now())
    st.toast(context.t("sources.queued", title=state.title))


def _retry(context: Context) -> None:
    n = retry_quarantined(context.store, now=utc_now())
    st.toast(context.t("quarantine.retried", n=n))


@cache
def _style() -> str:
    return _STYLE.read_text("utf-8")
