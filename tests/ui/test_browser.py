"""The workplace in a real browser: what people click, and that what strangers wrote stays text."""

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from desk.lexicon import load_lexicon
from desk.overview import build_overview
from desk.periods import Period
from desk.search import compile_query
from index.base import Filters, MentionIndex, Sort
from ui.state import View

Open = Callable[[str], None]


@pytest.fixture
def visit(page: Page, address: str) -> Open:
    """Opens a page of the workplace and waits until its content is there."""

    def go(path: str) -> None:
        page.goto(address + path)
        page.locator(".ln-posts, .ln-notice").first.wait_for(timeout=180_000)

    return go


def _number(text: str) -> int:
    found = re.search(r"\d[\d.]*", text)
    assert found, text
    return int(found[0].replace(".", ""))


def _total(page: Page) -> int:
    return _number(page.locator(".ln-bar-line .total").inner_text())


def test_the_overview_says_what_the_index_holds_and_its_numbers_open_the_posts(
    page: Page, visit: Open, index: MentionIndex
):
    visit("/?period=all")
    found = build_overview(index, Filters(without_spam=True), load_lexicon())
    values = page.locator(".ln-figure .value")
    expect(values).to_have_count(4)
    assert [_number(text) for text in values.all_inner_texts()] == [
        found.total.now,
        found.negative.now,
        found.urgent.now,
        found.unsure_dates,
    ]
    values.nth(1).click()
    expect(page).to_have_url(re.compile(r"/tim-kiem\?.*sentiment=negative"))
    page.locator(".ln-bar-line .total").wait_for()
    assert _total(page) == found.negative.now
    page.go_back()
    expect(page.locator(".ln-figure")).to_have_count(4)


def test_every_ranked_row_opens_as_many_posts_as_it_says(page: Page, visit: Open):
    visit("/?period=30d")
    cards = page.locator(".ln-card:has(.ln-ranks)")
    for i in range(cards.count()):
        row = cards.nth(i).locator(".ln-ranks a").first
        label, count = row.locator(".label").inner_text(), _number(row.locator(".count").inner_text())
        row.click()
        page.locator(".ln-bar-line .total").wait_for()
        assert _total(page) == count, label
        page.go_back()
        cards.nth(i).locator(".ln-ranks a").first.wait_for()


def test_the_table_beside_the_chart_holds_its_numbers(page: Page, visit: Open, index: MentionIndex):
    visit("/?period=30d")
    page.locator(".ln-table summary").click()
    counts = [_number(text) for text in page.locator(".ln-table tbody td:nth-child(2)").all_inner_texts()]
    filters = View(spam=False).filters(now=datetime.now(UTC), period=Period.MONTH, copies=True)
    assert sum(counts) == build_overview(index, filters, load_lexicon()).total.now
    expect(page.locator(".st-key-volume .vega-embed")).to_be_visible()


def test_search_marks_what_it_found_and_a_facet_narrows_it(page: Page, visit: Open, index: MentionIndex):
    visit("/tim-kiem")
    box = page.get_by_role("textbox", name="Từ khóa")
    box.fill("ngap nuoc")
    box.press("Enter")
    expect(page.locator(".ln-post mark").first).to_have_text(re.compile("ngập|nước", re.IGNORECASE))
    expect(page).to_have_url(re.compile("q=ngap"))
    before = _total(page)
    facet = page.get_by_role("button", name=re.compile("Diễn đàn"))
    count = _number(facet.locator(".count").inner_text())
    facet.click()
    expect(page.locator(".ln-bar-line .total")).to_have_text(f"{count} bài")
    assert count < before
    expect(page.locator(".ln-chip")).to_contain_text("Diễn đàn")


def test_a_view_survives_a_reload_and_goes_back(page: Page, visit: Open):
    visit("/tim-kiem?q=karaoke&sentiment=negative&sort=oldest&copies=all")
    page.locator(".ln-post .open").nth(1).click()
    page.locator(".ln-detail").wait_for()
    opened = page.locator(".ln-detail").inner_text()
    address, total = page.url, _total(page)
    page.reload()
    page.locator(".ln-detail").wait_for()
    assert page.url == address
    assert _total(page) == total
    assert page.locator(".ln-detail").inner_text() == opened
    expect(page.get_by_role("textbox", name="Từ khóa")).to_have_value("karaoke")
    page.goto("about:blank")
    page.go_back()
    page.locator(".ln-detail").wait_for()
    page.get_by_text("Đóng").click()
    expect(page.locator(".ln-detail")).to_have_count(0)
    page.go_back()
    expect(page.locator(".ln-detail")).to_have_count(1)


def test_pages_turn_in_both_directions(page: Page, visit: Open):
    visit("/tim-kiem")
    first = page.locator(".ln-post").first.inner_text()
    page.get_by_text("Trang sau").click()
    expect(page.locator(".ln-pager")).to_contain_text("21–40")
    assert page.locator(".ln-post").first.inner_text() != first
    page.get_by_text("Trang trước").click()
    expect(page.locator(".ln-pager")).to_contain_text("1–20")
    assert page.locator(".ln-post").first.inner_text() == first


def test_copies_are_folded_and_open(page: Page, visit: Open):
    visit("/tim-kiem?period=30d")
    page.get_by_text("Hiện từng bài").click()
    expect(page.get_by_text("Đang tính cả bài chép lại.")).to_be_visible()


@pytest.mark.parametrize("kind", ["CSV", "Excel"])
def test_a_download_holds_exactly_what_the_screen_counts(
    page: Page, visit: Open, index: MentionIndex, kind: str, tmp_path: Path
):
    visit("/tim-kiem?q=ngập&sentiment=negative")
    shown = _total(page)
    with page.expect_download() as download:
        page.get_by_role("button", name=kind).click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    query = compile_query(
        "ngập",
        Filters(sentiment=("negative",), without_copies=True, without_spam=True),
        Sort.RELEVANCE,
        load_lexicon(),
        now=datetime.now(UTC),
    )
    ids = [hit.mention.id for hit in index.scan(query)]
    assert _ids(path) == ids
    assert len(ids) == shown > 20


def test_hostile_text_is_text(page: Page, visit: Open):
    said: list[str] = []
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    visit("/tim-kiem?q=%22nguy+hi%E1%BB%83m%22&spam=show")
    expect(page.locator(".ln-post")).to_have_count(6)
    for i in range(6):
        page.locator(".ln-post .open").nth(i).click()
        detail = page.locator(".ln-detail")
        expect(page.locator(".ln-post").nth(i)).to_have_class(re.compile("is-open"))
        assert detail.locator("script, img, iframe, [onerror]").count() == 0
        assert detail.locator("a[href^='javascript'], a[href^='data']").count() == 0
    text = page.locator(".ln-posts").first.inner_text()
    assert "<script>window.hacked = 1</script>" in text
    assert "**bài nguy hiểm** [bấm vào đây](javascript:window.hacked=1)" in text
    assert not re.search("[\u202e\u2066]", text)
    assert page.evaluate("window.hacked") is None
    assert said == []
    main = page.locator("[data-testid=stMain]")
    assert main.evaluate("e => e.scrollWidth <= e.clientWidth")


def test_an_address_that_is_no_web_address_is_no_link(page: Page, visit: Open):
    visit("/tim-kiem?q=%22b%E1%BA%A5m+v%C3%A0o+%C4%91%C3%A2y%22&spam=show")
    page.locator(".ln-post .open").first.click()
    expect(page.locator(".ln-detail")).to_contain_text("Địa chỉ nguồn không mở được")
    assert page.locator(".ln-detail a.ln-out").count() == 0


def test_days_are_typed_the_vietnamese_way(page: Page, visit: Open):
    visit("/")
    page.get_by_label("Từ ngày").fill("1/1/2020")
    page.get_by_label("Đến hết ngày").fill("31/12/2099")
    page.get_by_role("button", name="Xem", exact=True).click()
    expect(page).to_have_url(re.compile("period=custom"))
    expect(page.get_by_label("Từ ngày")).to_have_value("01/01/2020")


def test_everything_fits_a_phone(page: Page, visit: Open):
    page.set_viewport_size({"width": 390, "height": 844})
    for path in ("/?period=30d", "/tim-kiem?q=ng%E1%BA%ADp"):
        visit(path)
        main = page.locator("[data-testid=stMain]")
        assert main.evaluate("e => e.scrollWidth <= e.clientWidth"), path
    page.locator(".ln-facets label").click()
    expect(page.locator(".ln-facets h3").first).to_be_visible()


def test_the_keyboard_reaches_the_numbers(page: Page, visit: Open):
    visit("/?period=30d")
    page.locator(".ln-figure .value").first.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/tim-kiem"))


def _ids(path: Path) -> list[str]:
    if path.suffix == ".csv":
        rows = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
        return [row[-1] for row in rows[1:]]
    import openpyxl

    sheet = openpyxl.load_workbook(path).worksheets[0]
    return [str(row[-1].value) for row in sheet.iter_rows(min_row=2)]
