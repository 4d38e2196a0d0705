"""Blocks of the pages. Markup lives in `templates/`, where everything that is filled in is escaped."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from desk.lexicon import Lexicon
from desk.passages import Passage, displayable, passage
from desk.periods import Period
from index.base import Facet, Hit
from langnghe.records import Mention, Urgency
from ui.i18n import Words
from ui.state import DAY_PATTERN, View, link, write_view

SEARCH = "tim-kiem"
_LINK_CHARS = 2000


@dataclass(frozen=True)
class Tag:
    text: str
    tone: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Action:
    text: str
    href: str
    chosen: bool = False


@dataclass(frozen=True)
class Card:
    """A post as it is drawn: masked, cut to what may be shown, free of markup."""

    id: str
    href: str
    passage: Passage
    source: str
    channel: str
    at: datetime
    unsure_date: bool
    copies: int
    copies_href: str
    tags: tuple[Tag, ...]
    url: str | None
    """Only http and https."""
    is_open: bool


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def markup(template: str, t: Words, **values: object) -> str:
    return _environment().get_template(template).render(t=t, **values)


def draw(template: str, t: Words, **values: object) -> None:
    st.html(markup(template, t, **values))


def draw_head(t: Words, view: View, path: str, *, period: Period, subtitle: str, lexicon: Lexicon, title: str) -> None:
    """Title, period and the filters that are set, each with the link that takes it off."""
    presets = [p for p in Period if p is not Period.CUSTOM]
    now = view.period or period
    chips = [
        Action(lexicon.name(facet, value, t.language), link(path, view.toggled(facet, value)))
        for facet, values in view.chosen.items()
        for value in values
    ]
    custom = now is Period.CUSTOM
    kept = write_view(view.first_page(period=Period.CUSTOM, since=None, until=None))
    draw(
        "head.html",
        t,
        title=title,
        subtitle=subtitle,
        periods=[
            Action(t(f"period.{p}"), link(path, view.first_page(period=p, since=None, until=None)), p is now)
            for p in presets
        ],
        range={
            "action": f"./{path}",
            "kept": [
                (name, v) for name, values in kept.items() for v in ([values] if isinstance(values, str) else values)
            ],
            "since": t.written_day(view.since) if custom else "",
            "until": t.written_day(view.until) if custom else "",
        },
        chips=chips,
        clear_href=link(path, view.first_page(chosen={})),
        day_pattern=DAY_PATTERN,
    )


@contextmanager
def loading(t: Words, page: str) -> Iterator[None]:
    """The outline of a page while its first content is fetched; later the old content stays until the new is there."""
    seen = f"seen_{page}"
    slot = st.empty()
    if seen not in st.session_state:
        slot.html(markup("skeleton.html", t))
    try:
        yield
    finally:
        slot.empty()
        st.session_state[seen] = True


def draw_notice(
    t: Words, title: str, *lines: str, actions: Sequence[Action] = (), tone: str = "", pointer: str = ""
) -> None:
    """What happened and what to do next."""
    draw("notice.html", t, title=title, lines=lines, actions=actions, tone=tone, pointer=pointer)


def build_card(hit: Hit, t: Words, lexicon: Lexicon, view: View, *, copies: int = 0, chars: int = 320) -> Card:
    """`view` is the list that the post stands in; opening it keeps the list."""
    mention = hit.mention
    source = displayable(lexicon.name(Facet.SOURCE, mention.source, t.language))
    channel = lexicon.name(Facet.CHANNEL, mention.channel, t.language)
    same_text = View(q="", period=Period.ALL, copies=True, spam=True, lang=view.lang)
    return Card(
        id=mention.id,
        href=link(SEARCH, _opened(view, mention.id)),
        passage=passage(hit, chars=chars),
        source=source,
        channel="" if channel == source else channel,
        at=mention.published_at,
        unsure_date=mention.published_confidence < 0.5,
        copies=copies,
        copies_href=link(SEARCH, _opened(same_text, mention.id)),
        tags=tuple(_tags(mention, t, lexicon)),
        url=web_address(mention.url),
        is_open=view.open == mention.id,
    )


def web_address(url: str | None) -> str | None:
    """The address if a browser may be sent there: http or https with a host."""
    if url is None or len(url) > _LINK_CHARS or any(c.isspace() or not c.isprintable() for c in url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None


def place_names(mention: Mention) -> list[str]:
    """The administrative units that a post names, each once."""
    places = mention.annotation.places if mention.annotation else ()
    return list(dict.fromkeys(place.candidates[0].name for place in places if place.candidates))


def _opened(view: View, id_: str) -> View:
    return replace(view, open=id_)


def _tags(mention: Mention, t: Words, lexicon: Lexicon) -> list[Tag]:
    found = mention.annotation
    if found is None:
        return []
    hint = t("model.suggestion")
    tags = []
    if found.urgency.label != Urgency.NORMAL:
        mark = "▲▲ " if found.urgency.label == Urgency.CRITICAL else "▲ "
        tags.append(Tag(mark + lexicon.name(Facet.URGENCY, found.urgency.label, t.language), found.urgency.label, hint))
    sentiment = found.sentiment
    tags.append(
        Tag(
            lexicon.name(Facet.SENTIMENT, sentiment.label, t.language), sentiment.label, _sure(t, sentiment.probability)
        )
    )
    tags += [Tag(lexicon.name(Facet.TOPIC, s.label, t.language), "", _sure(t, s.probability)) for s in found.topics[:2]]
    tags += [Tag(name) for name in place_names(mention)[:2]]
    tags += [Tag(lexicon.name(Facet.FLAG, flag, t.language), "review") for flag in found.flags if flag != "date_unsure"]
    if found.needs_review:
        tags.append(Tag(t("model.review"), "review", t("model.review_hint")))
    return tags


def _sure(t: Words, probability: float) -> str:
    return f"{t('model.suggestion')} · {t.percent(probability)}"
