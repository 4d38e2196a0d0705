"""Tổng quan: what people talk about in a period; every number opens the posts behind it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import streamlit as st

from desk.overview import Change, Overview, Ranked, Volume, build_overview, newest_date
from desk.periods import VIETNAM, Period
from desk.search import compile_query
from index.base import Facet, Interval, Sort
from langnghe.records import Sentiment
from ui import charts, theme
from ui.context import Context
from ui.parts import SEARCH, Action, build_card, draw, draw_head, draw_notice, loading
from ui.state import View, link

PATH = ""
DEFAULT = Period.WEEK
_RANKINGS = (Facet.TOPIC, Facet.PLACE, Facet.AGENCY)
_ORIGINS = (Facet.CHANNEL, Facet.SOURCE)


def render(context: Context) -> None:
    view, t = context.view, context.t
    filters = view.filters(now=context.now, period=DEFAULT, copies=True)
    with loading(t, "overview"):
        widened = compile_query("", filters, Sort.NEWEST, context.lexicon, now=context.now).filters
        found = build_overview(context.index, widened, context.lexicon, limit=8)
    draw_head(
        t,
        view,
        PATH,
        period=DEFAULT,
        subtitle=_subtitle(context, found),
        lexicon=context.lexicon,
        title=t("nav.overview"),
    )
    if not found.total.now and not found.unsure_dates:
        _draw_empty(context)
        return
    posts = replace(view.first_page(), period=view.period or DEFAULT, copies=view.copies is not False, sure=True, q="")
    _draw_figures(context, found, posts)
    volume, sentiment = st.columns([2, 1], gap="small")
    with volume, st.container(key="volume"):
        _draw_volume(context, found, posts)
    with sentiment:
        _draw_sentiment(context, found, posts)
    draw("rankings.html", t, columns="three", blocks=[_ranking(context, found, facet, posts) for facet in _RANKINGS])
    _draw_lists(context, found, posts)
    draw("rankings.html", t, columns="two", blocks=[_ranking(context, found, facet, posts) for facet in _ORIGINS])


def moments(start: datetime, end: datetime) -> tuple[str, str]:
    """A half-open span of whole hours or days as `since` and `until` of a URL."""
    first, last = start.astimezone(VIETNAM), end.astimezone(VIETNAM)
    if first.hour == last.hour == 0:
        return f"{first:%Y-%m-%d}", f"{last - timedelta(days=1):%Y-%m-%d}"
    return f"{first:%Y-%m-%dT%H}", f"{last - timedelta(hours=1):%Y-%m-%dT%H}"


def _subtitle(context: Context, found: Overview) -> str:
    t, span = context.t, context.view.span(now=context.now, period=DEFAULT)
    if span.since is None or span.until is None:
        return (
            t("overview.all_time")
            if not found.volume
            else t(
                "overview.span",
                since=t.day(found.volume[0].start),
                until=t.day(found.volume[-1].end - timedelta(hours=1)),
            )
        )
    since, until = t.moment(span.since), t.moment(min(span.until, context.now))
    return t("overview.compared", since=since, until=until, n=(span.shift.days or 1))


def _draw_empty(context: Context) -> None:
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
    day = newest.astimezone(VIETNAM)
    last_week = view.first_page(
        period=Period.CUSTOM, since=f"{day - timedelta(days=6):%Y-%m-%d}", until=f"{day:%Y-%m-%d}"
    )
    actions = [
        Action(t("empty.last_week", until=t.day(newest)), link(PATH, last_week)),
        Action(t("empty.all_time"), link(PATH, view.first_page(period=Period.ALL, since=None, until=None))),
    ]
    if view.chosen:
        actions.append(Action(t("filters.clear"), link(PATH, view.first_page(chosen={}))))
    draw_notice(t, t("empty.period"), t("empty.newest", at=t.moment(newest)), actions=actions)


def _draw_figures(context: Context, found: Overview, posts: View) -> None:
    t = context.t

    def figure(name: str, change: Change, target: View, note: str = "") -> Mapping[str, object]:
        return {
            "name": t(name),
            "value": t.number(change.now),
            "change": change,
            "href": link(SEARCH, target),
            "note": note,
        }

    urgent = posts.with_choice(Facet.URGENCY, "critical", "high")
    share = next(s for s in found.sentiment if s.key == Sentiment.NEGATIVE)
    interval = t("sentiment.interval", low=t.percent(share.low), high=t.percent(share.high))
    draw(
        "figures.html",
        t,
        figures=[
            figure("figure.total", found.total, posts, t("figure.copies", n=found.copies)),
            figure(
                "figure.negative",
                found.negative,
                posts.with_choice(Facet.SENTIMENT, "negative"),
                f"{t.percent(share.share)} · {interval}",
            ),
            figure("figure.urgent", found.urgent, urgent, t("model.suggestion")),
            figure(
                "figure.unsure", Change(found.unsure_dates, None), replace(posts, sure=False), t("figure.unsure_note")
            ),
        ],
    )


def _draw_volume(context: Context, found: Overview, posts: View) -> None:
    t = context.t
    names = [context.lexicon.name(Facet.SENTIMENT, key, t.language) for key in Sentiment]
    legend = list(zip(names, map(str, Sentiment), strict=True))
    bars = [_bar(found, volume, posts) for volume in found.volume]
    has_before = bool(bars) and bars[0].before is not None
    draw("volume_head.html", t, legend=legend, interval=str(found.interval), has_before=has_before)
    titles = {name: t(f"volume.{name}") for name in ("time", "count", "sentiment", "n", "before")}
    st.altair_chart(charts.volume_chart(bars, names, titles, theme.palette()), width="stretch", theme=None)
    draw("volume_table.html", t, rows=bars, legend=legend, has_before=has_before)


def _bar(found: Overview, volume: Volume, posts: View) -> charts.Bar:
    start, end = volume.start, volume.end
    if found.query.filters.since:
        start = max(start, found.query.filters.since)
    since, until = moments(start, end)
    local = volume.start.astimezone(VIETNAM)
    label = {
        Interval.HOUR: f"{local:%H:%M %d/%m/%Y}",
        Interval.DAY: f"{local:%d/%m/%Y}",
        Interval.WEEK: f"{local:%d/%m/%Y} – {(volume.end - timedelta(hours=1)).astimezone(VIETNAM):%d/%m/%Y}",
        Interval.MONTH: f"{local:%m/%Y}",
    }[found.interval]
    axis = {Interval.HOUR: f"{local:%H}h", Interval.MONTH: f"{local:%m/%y}"}.get(found.interval, f"{local:%d/%m}")
    target = posts.first_page(period=Period.CUSTOM, since=since, until=until)
    parts = tuple(volume.by_sentiment.get(str(key), 0) for key in Sentiment)
    return charts.Bar(label, axis, link(SEARCH, target), volume.count, parts, volume.before)


def _draw_sentiment(context: Context, found: Overview, posts: View) -> None:
    t = context.t
    draw(
        "sentiment.html",
        t,
        rows=[
            {
                "share": share,
                "name": context.lexicon.name(Facet.SENTIMENT, share.key, t.language),
                "href": link(SEARCH, posts.with_choice(Facet.SENTIMENT, share.key)),
                "interval": t("sentiment.interval", low=t.percent(share.low), high=t.percent(share.high)),
            }
            for share in found.sentiment
        ],
    )


def _ranking(context: Context, found: Overview, facet: Facet, posts: View) -> Mapping[str, object]:
    t = context.t
    rows = found.places if facet is Facet.PLACE else found.ranked[facet]
    return {
        "title": t(f"facet.{facet}"),
        "note": t("ranking.note") if found.total.before is not None else "",
        "empty": t(f"ranking.none_{facet}"),
        "rows": list(_rows(context, facet, rows, posts)),
    }


def _rows(context: Context, facet: Facet, rows: Sequence[Ranked], posts: View) -> Iterable[Mapping[str, object]]:
    most = max((row.change.now for row in rows), default=0) or 1
    for row in rows:
        yield {
            "name": context.lexicon.name(facet, row.key, context.t.language),
            "change": row.change,
            "width": 100 * row.change.now / most,
            "href": link(SEARCH, posts.with_choice(facet, row.key)),
        }


def _draw_lists(context: Context, found: Overview, posts: View) -> None:
    t = context.t
    urgent = posts.with_choice(Facet.URGENCY, "critical", "high")

    def block(name: str, hits: Sequence[object], view: View) -> Mapping[str, object]:
        cards = [build_card(hit, t, context.lexicon, view, chars=200) for hit in hits]  # type: ignore[arg-type]
        return {"title": t(f"lists.{name}"), "empty": t(f"lists.no_{name}"), "cards": cards, "href": link(SEARCH, view)}

    draw(
        "lists.html",
        t,
        blocks=[block("urgent", found.newest_urgent[:5], urgent), block("newest", found.newest[:5], posts)],
    )
