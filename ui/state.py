"""What a screen shows, as its address says it: read from the URL, written into links, so that a link is the view."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlencode

from desk.periods import Period, TimeRange, parse_moment, time_range
from index.base import Facet, Filters, Sort
from ui.i18n import LANGUAGES

DAY_PATTERN = r"\d{1,2}/\d{1,2}/\d{4}"
"""A day as people here write it, for input boxes."""
CHOICES = (
    Facet.TOPIC,
    Facet.SENTIMENT,
    Facet.INTENT,
    Facet.URGENCY,
    Facet.PLACE,
    Facet.AGENCY,
    Facet.CHANNEL,
    Facet.SOURCE,
)
_MAX_TEXT, _MAX_VALUES = 2000, 50
_Choice = TypeVar("_Choice", Period, Sort)

Params = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class View:
    """None stands for the page's own default and is not written into links."""

    q: str = ""
    period: Period | None = None
    since: str | None = None
    until: str | None = None
    chosen: Mapping[Facet, tuple[str, ...]] = field(default_factory=dict)
    copies: bool | None = None
    """Repeated texts are shown one by one."""
    spam: bool = False
    """Spam is shown."""
    sure: bool = False
    """Only posts with sure dates, as overviews count them."""
    sort: Sort | None = None
    page: int = 1
    cursor: str | None = None
    open: str | None = None
    """The id of the post that is shown whole."""
    lang: str = LANGUAGES[0]

    def with_choice(self, facet: Facet, *values: str) -> "View":
        """The first page of the same view with these values for the facet."""
        return self.first_page(chosen={**self.chosen, facet: values})

    def toggled(self, facet: Facet, value: str) -> "View":
        now = self.chosen.get(facet, ())
        return self.with_choice(facet, *([v for v in now if v != value] if value in now else [*now, value]))

    def first_page(self, **changes: object) -> "View":
        """The view with changes that make the place in the list and the open post meaningless."""
        return replace(self, page=1, cursor=None, open=None, **changes)  # type: ignore[arg-type]

    def filters(self, *, now: datetime, period: Period, copies: bool) -> Filters:
        """With the page's defaults where the URL says nothing. Places are as chosen, not yet widened."""
        span = self.span(now=now, period=period)
        return Filters(
            since=span.since,
            until=span.until,
            without_copies=not (copies if self.copies is None else self.copies),
            without_spam=not self.spam,
            sure_dates=self.sure,
            **{str(facet): self.chosen.get(facet, ()) for facet in CHOICES},
        )

    def span(self, *, now: datetime, period: Period) -> TimeRange:
        return time_range(self.period or period, now=now, since=self.since, until=self.until)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.q.strip() or any(self.chosen.values()))


def read_view(params: Params) -> View:
    """What cannot be read is left out: a broken link still opens the page."""
    last = {name: values[-1][:_MAX_TEXT] for name, values in params.items() if values}
    return View(
        q=last.get("q", ""),
        period=_member(Period, last.get("period")),
        since=_moment(last.get("since", "")),
        until=_moment(last.get("until", "")),
        chosen={f: values for f in CHOICES if (values := _values(params.get(f, ())))},
        copies={"all": True, "fold": False}.get(last.get("copies", "")),
        spam=last.get("spam") == "show",
        sure=last.get("dates") == "sure",
        sort=_member(Sort, last.get("sort")),
        page=_page(last.get("page", "")),
        cursor=last.get("cursor") or None,
        open=last.get("open") or None,
        lang=last["lang"] if last.get("lang") in LANGUAGES else LANGUAGES[0],
    )


def write_view(view: View) -> dict[str, str | list[str]]:
    """The parameters that `read_view` reads back as the same view; defaults are left out."""
    params: dict[str, str | list[str]] = {}
    for name in ("q", "period", "since", "until", "sort", "cursor", "open"):
        if value := getattr(view, name):
            params[name] = str(value)
    params |= {str(facet): list(view.chosen[facet]) for facet in CHOICES if view.chosen.get(facet)}
    if view.copies is not None:
        params["copies"] = "all" if view.copies else "fold"
    params |= {"spam": "show"} if view.spam else {}
    params |= {"dates": "sure"} if view.sure else {}
    params |= {"page": str(view.page)} if view.page > 1 else {}
    params |= {"lang": view.lang} if view.lang != LANGUAGES[0] else {}
    return params


def link(path: str, view: View) -> str:
    """A relative address of the view on a page of this app (`tim-kiem`; empty for the first page)."""
    query = urlencode(write_view(view), doseq=True)
    return f"./{path}{'?' if query else ''}{query}"


def _moment(text: str) -> str | None:
    """`22/11/2026` from an input box becomes `2026-11-22`, as links write it."""
    text = text.strip()
    if re.fullmatch(DAY_PATTERN, text, re.ASCII):
        day, month, year = text.split("/")
        text = f"{year}-{month:0>2}-{day:0>2}"
    return text if parse_moment(text) else None


def _values(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value[:200] for value in values if value))[:_MAX_VALUES]


def _member(enum: type[_Choice], value: str | None) -> _Choice | None:
    return enum(value) if value in list(enum) else None


def _page(text: str) -> int:
    return min(max(int(text), 1), 100_000) if text.isascii() and text.isdigit() and len(text) < 9 else 1
