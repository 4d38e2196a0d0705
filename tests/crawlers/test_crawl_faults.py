"""One crawl of a site where every page has a fault of its own, and crawls that must not begin."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

from crawlers.run import CrawlResult, crawl
from langnghe.records import Flag, Mention
from langnghe.settings import Settings
from langnghe.store import frontier
from langnghe.store.engine import open_store
from langnghe.store.tables import UrlState
from tests.crawlers.served import LONG, Page, Site, article_html, bomb, rss, settings_at, source, stored
from tests.crawlers.test_decode import as_cp1258

QUICK = {"DOWNLOAD_TIMEOUT": 5, "RETRY_PAUSE_S": 0.05, "RETRY_TIMES": 1, "RETRY_LONGEST_PAUSE_S": 5}
ROBOTS = "User-agent: *\nDisallow: /cam\n\nUser-agent: LangNgheBot\nDisallow: /cam\nCrawl-delay: 0.01\n"


@dataclass
class Faulty:
    result: CrawlResult
    mentions: dict[str, Mention]
    """By path."""
    asked: Mapping[str, int]
    reasons: dict[str, str]
    """Path → why it went to quarantine."""
    states: Mapping[UrlState, int]
    log: str


def redirect(to: str) -> Page:
    return Page(status=302, headers={"Location": to})


def page(text: str = LONG) -> str:
    return article_html("Ngập", text)


def _first_busy() -> Callable[[], Page]:
    answers = [Page("Bận", status=503, headers={"Retry-After": "1"})]
    return lambda: answers.pop() if answers else Page(page())


def faults(site: Site) -> dict[str, Page | Callable[[], Page]]:
    port = site.host.partition(":")[2]
    broken = page().encode()
    return {
        "/tot": Page(page()),
        "/ve-nha": redirect("/dich"),
        "/noi-bo": redirect(f"http://127.0.0.2:{port}/tot"),
        "/metadata": redirect("http://169.254.169.254/latest/meta-data/"),
        "/mien-khac": redirect("http://khac.example/"),
        "/tep": redirect("file:///etc/passwd"),
        "/vong": redirect("/vong"),
        **{f"/chuoi{n}": redirect(f"/chuoi{n + 1}") for n in range(8)},
        "/nho-giot": Page(page(), drip_s=0.2),
        "/bom": Page(bomb(40_000_000), headers={"Content-Encoding": "gzip"}),
        "/to": Page(b"<p>" + b"a" * 6_000_000),
        "/cut": Page(broken, promised=len(broken) + 500),
        "/charset": Page(page(), "text/html; charset=iso-8859-1"),
        "/cu": Page(as_cp1258(page()), "text/html"),
        "/hong": Page("Lỗi", status=500),
        "/ban": _first_busy(),
        "/captcha": Page("<title>Just a moment...</title><form id=challenge-form></form>"),
        "/dang-nhap": Page("<p>Vui lòng đăng nhập để xem</p><input type=password>"),
        "/rong": Page("<html><body></body></html>"),
        "/cam": Page(page()),
        "/nul": Page(page(LONG + "\0\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"))),
    }


PATHS = """/tot /ve-nha /noi-bo /metadata /mien-khac /tep /vong /chuoi0 /nho-giot /bom /to /cut /charset /cu
/hong /ban /captcha /dang-nhap /rong /cam /nul /khong-co /tot?utm_source=rss"""
LISTED = [path.strip("/") for path in PATHS.split()]


@pytest.fixture(scope="module")
def faulty(shared_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Faulty:
    settings = settings_at(tmp_path_factory.mktemp("home"), shared_site)
    shared_site.pages.update(faults(shared_site))
    shared_site.article("/dich", "Đích", LONG)
    shared_site.pages["/robots.txt"] = Page(ROBOTS, "text/plain")
    links = {f"{shared_site.url}/{path}": path for path in LISTED}
    shared_site.pages["/rss"] = Page(rss(links), "application/rss+xml")
    config = source("feed", f"{shared_site.url}/rss", allowed_domains=["127.0.0.2", "169.254.169.254"])
    result = crawl(config, settings, overrides=QUICK)
    store = open_store(settings)
    with store.read() as connection:
        states = frontier.count_urls(connection, config.name)
        rows = connection.exec_driver_sql("SELECT payload, reason FROM quarantine").all()
    store.close()
    base = len(shared_site.url)
    return Faulty(
        result,
        {(mention.url or "")[base:]: mention for mention in stored(settings)},
        dict(shared_site.asked),
        {json.loads(payload)["url"][base:]: reason for payload, reason in rows},
        states,
        (settings.home / "logs" / f"crawl-{config.name}.log").read_text("utf-8"),
    )


def test_the_crawl_ends_well_and_keeps_the_good_pages(faulty: Faulty) -> None:
    assert faulty.result.finish_reason == "finished"
    assert set(faulty.mentions) == {"/tot", "/dich", "/charset", "/cu", "/ban", "/nul"}
    assert "Traceback" not in faulty.log


@pytest.mark.parametrize("path", ["/noi-bo", "/metadata"])
def test_a_redirect_into_a_private_network_is_refused(faulty: Faulty, path: str) -> None:
    assert "nội bộ" in faulty.reasons[path]


def test_a_redirect_to_another_domain_is_not_followed(faulty: Faulty) -> None:
    assert "Ngoài các miền" in faulty.reasons["/mien-khac"]


def test_a_redirect_to_a_file_is_not_followed(faulty: Faulty) -> None:
    assert "/tep" not in faulty.mentions
    assert not any("root:" in mention.text for mention in faulty.mentions.values())


@pytest.mark.parametrize("path", ["/vong", "/chuoi0"])
def test_loops_and_chains_of_redirects_end(faulty: Faulty, path: str) -> None:
    assert "Chuyển hướng" in faulty.reasons[path]
    assert faulty.asked.get("/chuoi6", 0) == 0
    assert faulty.asked["/vong"] == 6


def test_a_redirect_on_the_site_is_stored_under_its_target(faulty: Faulty) -> None:
    assert faulty.mentions["/dich"].title == "Đích"


@pytest.mark.parametrize("path", ["/bom", "/to"])
def test_bombs_and_huge_pages_are_cut_off(faulty: Faulty, path: str) -> None:
    assert "lớn hơn" in faulty.reasons[path]


@pytest.mark.parametrize("path", ["/nho-giot", "/cut", "/hong", "/captcha"])
def test_what_may_pass_waits_for_the_next_run(faulty: Faulty, path: str) -> None:
    assert faulty.asked[path] == 2 or path == "/captcha"
    assert path not in faulty.mentions
    assert path not in faulty.reasons
    assert faulty.states[UrlState.PENDING] >= 4


def test_a_busy_server_is_asked_again_after_the_time_it_names(faulty: Faulty) -> None:
    assert faulty.asked["/ban"] == 2
    assert "/ban" in faulty.mentions


def test_a_charset_that_lies_does_no_harm_and_an_old_encoding_is_flagged(faulty: Faulty) -> None:
    assert "dắt xe máy" in faulty.mentions["/charset"].text
    assert Flag.ENCODING_SUSPECT not in faulty.mentions["/charset"].flags
    assert "dắt xe máy" in faulty.mentions["/cu"].text
    assert Flag.ENCODING_SUSPECT in faulty.mentions["/cu"].flags


@pytest.mark.parametrize(
    ("path", "reason"),
    [("/dang-nhap", "đăng nhập"), ("/rong", "nội dung"), ("/khong-co", "404")],
)
def test_what_is_no_page_is_kept_with_its_reason_instead(faulty: Faulty, path: str, reason: str) -> None:
    assert reason in faulty.reasons[path]


def test_robots_txt_is_obeyed_and_asked_for_once(faulty: Faulty) -> None:
    assert faulty.asked["/robots.txt"] == 1
    assert "/cam" not in faulty.asked
    assert "robots.txt" in faulty.reasons["/cam"]


def test_two_spellings_of_one_address_are_one_page(faulty: Faulty) -> None:
    assert faulty.asked["/tot"] == 1
    assert "/tot?utm_source=rss" not in faulty.asked


def test_every_listed_page_is_accounted_for(faulty: Faulty) -> None:
    counts = faulty.result.counts
    assert counts.listed == len(LISTED)
    assert sum(faulty.states.values()) == len(LISTED) - 1
    assert counts.pending == faulty.states[UrlState.PENDING]
    assert counts.bad == len(faulty.reasons)


def test_neither_a_site_whose_robots_txt_fails_nor_a_private_one_is_crawled(site: Site, tmp_path: Path) -> None:
    site.pages["/robots.txt"] = Page("Lỗi", status=503)
    site.pages["/rss"] = Page(rss({f"{site.url}/a": "A"}))
    private = site.url.replace("127.0.0.1", "127.0.0.2")
    config = source("feed", f"{site.url}/rss", f"{private}/rss")
    result = crawl(config, settings_at(tmp_path, site), overrides=QUICK)
    assert set(site.asked) == {"/robots.txt"}
    assert (result.counts.postponed, result.counts.failed) == (1, 1)
    assert any("robots.txt" in error for error in result.errors)
    assert any("nội bộ" in error for error in result.errors)


def test_a_disk_without_room_stops_the_crawl_before_it_begins(site: Site, tmp_path: Path) -> None:
    site.pages["/rss"] = Page(rss({f"{site.url}/a": "A"}))
    settings = settings_at(tmp_path, site, min_free_mb=10**9)
    result = crawl(source("feed", f"{site.url}/rss"), settings, overrides=QUICK)
    assert result.finish_reason == "disk_full"
    assert not site.asked
    assert any("Đĩa" in error for error in result.errors)


def test_a_source_is_crawled_by_one_process_at_a_time(site: Site, tmp_path: Path) -> None:
    settings: Settings = settings_at(tmp_path, site)
    (tmp_path / "locks").mkdir()
    with FileLock(tmp_path / "locks" / "crawl-thu-feed.lock"):
        result = crawl(source("feed", f"{site.url}/rss"), settings)
    assert result.finish_reason == "already_running"
    assert not site.asked


def test_a_site_that_answers_with_captchas_is_left_alone_after_a_few(site: Site, tmp_path: Path) -> None:
    links = {f"{site.url}/bai/{n}": f"Bài {n}" for n in range(400)}
    site.pages |= dict.fromkeys((f"/bai/{n}" for n in range(400)), Page("<title>Just a moment...</title>"))
    site.pages["/rss"] = Page(rss(links))
    settings = settings_at(tmp_path, site, extract_processes=1)
    result = crawl(source("feed", f"{site.url}/rss"), settings, overrides=QUICK | {"DOWNLOAD_DELAY": 0.1})
    assert result.finish_reason == "blocked"
    assert sum(site.asked.values()) < 400
    assert result.counts.pending == 400
    assert stored(settings) == []
