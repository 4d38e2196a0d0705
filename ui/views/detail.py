"""One post whole: what may be shown of it, what the model said and how sure, where, who, and its copies."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from desk.passages import displayable
from desk.periods import Period
from desk.search import load_detail
from index.base import Facet, Hit, MentionQuery
from langnghe.records import Annotation, Mention
from nlp.labels import PII_TYPES
from ui.context import Context
from ui.parts import SEARCH as PATH
from ui.parts import Action, build_card, draw, draw_notice
from ui.state import View, link

_CHARS = 20_000
_COPIES = 5

Fact = tuple[str, Sequence[Mapping[str, str | None]]]


def draw_detail(context: Context, id_: str, query: MentionQuery) -> None:
    t, view = context.t, context.view
    found = load_detail(context.index, id_, query)
    close = link(PATH, replace(view, open=None))
    if found is None:
        draw_notice(t, t("detail.gone"), t("detail.gone_hint"), actions=[Action(t("detail.close"), close)])
        return
    mention, note = found.mention, found.mention.annotation
    draw(
        "detail.html",
        t,
        card=build_card(found.hit, t, context.lexicon, view, chars=_CHARS),
        raw_url=displayable(mention.url)[:300] if mention.url else None,
        close_href=close,
        excerpt_note=t("detail.excerpt") if mention.excerpt_chars is not None else "",
        scores=_scores(context, note) if note else [],
        review=bool(note and note.needs_review),
        weights=note.weights if note else "",
        facts=_facts(context, mention),
        parent=_neighbour(context, found.parent) if found.parent else None,
        copies=[_neighbour(context, copy) for copy in found.copies[:_COPIES]],
        n_copies=found.n_copies,
    )


def _neighbour(context: Context, mention: Mention) -> object:
    return build_card(Hit(mention, 0.0, ()), context.t, context.lexicon, replace(context.view, open=None), chars=160)


def _scores(context: Context, note: Annotation) -> list[Mapping[str, object]]:
    t = context.t
    heads = [(Facet.TOPIC, score) for score in note.topics]
    heads += [(Facet.SENTIMENT, note.sentiment), (Facet.INTENT, note.intent), (Facet.URGENCY, note.urgency)]
    return [
        {
            "head": t(f"facet.{facet}"),
            "label": context.lexicon.name(facet, score.label, t.language),
            "tone": score.label if facet in (Facet.SENTIMENT, Facet.URGENCY) else "",
            "probability": score.probability,
        }
        for facet, score in heads
    ]


def _facts(context: Context, mention: Mention) -> list[Fact]:
    t, note = context.t, mention.annotation
    facts: list[Fact] = []
    if note:
        facts += [
            (t("facet.place"), _places(context, note)),
            (t("facet.agency"), _agencies(context, note)),
            (
                t("detail.masked"),
                [
                    {"text": PII_TYPES[p][context.t.language == "en"], "href": None}
                    for p in dict.fromkeys(s.type for s in note.pii)
                ],
            ),
            (
                t("detail.flags"),
                [{"text": context.lexicon.name(Facet.FLAG, f, t.language), "href": None} for f in note.flags],
            ),
        ]
    shown = [
        (
            "detail.published",
            t(
                "detail.published_how",
                at=t.moment(mention.published_at),
                how=t(f"date.{mention.published_method}"),
                sure=t.percent(mention.published_confidence),
            ),
        ),
        ("detail.collected", t.moment(mention.collected_at)),
        ("detail.engagement", _engagement(context, mention)),
        ("detail.id", mention.id[:16]),
    ]
    return [*facts, *((t(name), [{"text": text, "href": None}]) for name, text in shown if text)]


def _places(context: Context, note: Annotation) -> list[Mapping[str, str | None]]:
    """Each place with the link to everything about it; a doubtful one says so."""
    found: dict[str, Mapping[str, str | None]] = {}
    for place in note.places:
        best = place.candidates[0] if place.candidates else None
        text = displayable(place.surface)
        if best:
            doubt = f" ({context.t.percent(best.weight)})" if best.weight < 0.995 else ""
            found[best.code] = {"text": best.name + doubt, "href": _about(context, Facet.PLACE, best.code)}
        else:
            found.setdefault(text, {"text": text, "href": None})
    return list(found.values())


def _agencies(context: Context, note: Annotation) -> list[Mapping[str, str | None]]:
    return [
        {"text": displayable(name), "href": _about(context, Facet.AGENCY, code) if code else None}
        for name, code in dict.fromkeys((a.name, a.code) for a in note.agencies)
    ]


def _about(context: Context, facet: Facet, code: str) -> str:
    return link(PATH, View(period=Period.ALL, lang=context.view.lang).with_choice(facet, code))


def _engagement(context: Context, mention: Mention) -> str:
    counts = mention.engagement
    if not any((counts.likes, counts.shares, counts.comments, counts.views)):
        return ""
    return context.t("detail.engagement_counts", likes=counts.likes, shares=counts.shares, comments=counts.comments)
