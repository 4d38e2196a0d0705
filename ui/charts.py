"""The charts, all by Altair, with one look: quiet grid, our type, hover in the reader's language."""

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from ui.theme import Palette


@dataclass(frozen=True)
class Bar:
    """One bar of the volume chart, written out for the eye."""

    label: str
    axis: str
    """The label under the bar; bars may share one."""
    href: str
    count: int
    parts: tuple[int, ...]
    """By sentiment, in the order of `Sentiment`."""
    before: int | None


def volume_chart(bars: Sequence[Bar], names: Sequence[str], titles: dict[str, str], colours: Palette) -> alt.LayerChart:
    """Posts over time, stacked by sentiment; the period before as a dashed line. A click opens the posts."""
    order = [bar.label for bar in bars]
    axis = alt.Axis(
        values=_thinned(order),
        labelExpr=f"{ {bar.label: bar.axis for bar in bars} }[datum.value]".replace("'", '"'),
        labelAngle=0,
        title=None,
        ticks=False,
        domainColor=colours.line,
        labelPadding=6,
    )
    x = alt.X("label:N", sort=order, axis=axis, scale=alt.Scale(paddingInner=0.22, paddingOuter=0.1))
    tooltip = [alt.Tooltip("label:N", title=titles["time"]), alt.Tooltip("count:Q", title=titles["count"])]
    stacked = (
        alt.Chart(alt.InlineData(_parts(bars, names)))
        .mark_bar(cursor="pointer")
        .encode(
            x=x,
            y=alt.Y(
                "n:Q", stack="zero", axis=alt.Axis(title=None, tickCount=4, tickMinStep=1, domain=False, ticks=False)
            ),
            color=alt.Color(
                "sentiment:N",
                scale=alt.Scale(domain=list(names), range=[colours.negative, colours.neutral, colours.positive]),
                legend=None,
            ),
            order=alt.Order("rank:Q"),
            href="href:N",
            tooltip=[
                *tooltip,
                alt.Tooltip("sentiment:N", title=titles["sentiment"]),
                alt.Tooltip("n:Q", title=titles["n"]),
            ],
        )
    )
    layers = [stacked]
    if bars and bars[0].before is not None:
        earlier = alt.Chart(alt.InlineData([{"label": b.label, "before": b.before} for b in bars]))
        layers.append(
            earlier.mark_line(strokeDash=[4, 3], strokeWidth=1.6, color=colours.soft, interpolate="monotone").encode(
                x=x, y="before:Q", tooltip=[tooltip[0], alt.Tooltip("before:Q", title=titles["before"])]
            )
        )
    return _styled(alt.LayerChart(layer=layers), colours)


def _parts(bars: Sequence[Bar], names: Sequence[str]) -> list[dict[str, object]]:
    return [
        {"label": bar.label, "count": bar.count, "sentiment": names[i], "n": n, "rank": i, "href": bar.href}
        for bar in bars
        for i, n in enumerate(bar.parts)
        if n
    ] or [{"label": bar.label, "count": 0, "sentiment": names[0], "n": 0, "rank": 0, "href": bar.href} for bar in bars]


def _thinned(labels: Sequence[str], most: int = 12) -> list[str]:
    step = -(-len(labels) // most) or 1
    return list(labels[::step])


def _styled(chart: alt.LayerChart, colours: Palette) -> alt.LayerChart:
    font = "Source Sans, sans-serif"
    return chart.properties(
        height=230,
        background="transparent",
        padding={"left": 0, "right": 4, "top": 6, "bottom": 0},
        config=alt.Config(
            view=alt.ViewConfig(strokeWidth=0),
            axis=alt.AxisConfig(gridColor=colours.line, labelColor=colours.soft, labelFont=font, labelFontSize=12),
        ),
    )
