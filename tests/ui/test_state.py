from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from desk.periods import Period
from index.base import Facet, Sort
from ui.state import CHOICES, View, link, read_view

NOW = datetime(2026, 11, 22, 7, 5, tzinfo=UTC)
_values = st.lists(st.text(min_size=1, max_size=20).filter(str.strip), max_size=3, unique=True).map(tuple)
_days = st.dates(min_value=datetime(2000, 1, 1).date()).map(str)
_views = st.builds(
    View,
    q=st.text(max_size=50),
    period=st.none() | st.sampled_from(Period),
    since=st.none() | _days,
    until=st.none() | st.dates(datetime(2000, 1, 1).date(), datetime(2100, 1, 1).date()).map(str),
    chosen=st.dictionaries(st.sampled_from(CHOICES), _values.filter(len)),
    copies=st.none() | st.booleans(),
    spam=st.booleans(),
    sure=st.booleans(),
    sort=st.none() | st.sampled_from(Sort),
    page=st.integers(1, 1000),
    cursor=st.none() | st.text("abc123", min_size=1),
    open=st.none() | st.text("0123456789abcdef", min_size=1),
    lang=st.sampled_from(["vi", "en"]),
)


def _read(address: str) -> View:
    return read_view(parse_qs(urlsplit(address).query, keep_blank_values=True))


@given(_views)
def test_a_link_shows_the_same_view(view: View):
    assert _read(link("tim-kiem", view)) == view


@given(st.dictionaries(st.text(max_size=10), st.lists(st.text(max_size=40), max_size=3), max_size=8))
def test_no_address_breaks_the_page(params: dict[str, list[str]]):
    view = read_view(params)
    view.filters(now=NOW, period=Period.WEEK, copies=True)


def test_what_is_unknown_is_left_out():
    view = _read("?period=yesterday&sort=best&page=-3&copies=maybe&lang=fr&since=x&topic=&open=")
    assert view == View()


def test_a_default_view_has_a_bare_address():
    assert link("tim-kiem", View()) == "./tim-kiem"
    assert link("", View()) == "./"


def test_toggling_adds_and_takes_away_and_returns_to_the_first_page():
    view = View(page=4, cursor="abc", open="f00").toggled(Facet.TOPIC, "traffic")
    assert view.chosen[Facet.TOPIC] == ("traffic",)
    assert (view.page, view.cursor, view.open) == (1, None, None)
    assert view.toggled(Facet.TOPIC, "traffic").chosen[Facet.TOPIC] == ()


def test_pages_fill_in_their_own_defaults():
    filters = View().filters(now=NOW, period=Period.ALL, copies=False)
    assert filters.since is None
    assert filters.without_copies
    assert filters.without_spam
    assert not View(copies=True).filters(now=NOW, period=Period.ALL, copies=False).without_copies
