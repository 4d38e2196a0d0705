"""What a source may declare, and the sources that are shipped."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawlers.config import Schedule, SourceKind, load_source, load_sources, parse_source
from crawlers.counts import CrawlCounts, yield_problem
from crawlers.kinds import SPIDERS
from crawlers.manners import scrapy_settings
from crawlers.middlewares import retry_after
from langnghe.errors import ConfigError
from langnghe.records import Channel
from langnghe.settings import load_settings
from tests.crawlers.served import source

SHIPPED = Path(__file__).parents[2] / "crawlers" / "sources"


def test_every_shipped_source_is_complete_off_and_marked_as_untried() -> None:
    shipped = load_sources(SHIPPED)
    assert len(shipped) >= 14
    for config in shipped:
        assert not config.enabled
        assert not config.verified
        assert config.expected.max > 0
        assert len(config.licence) > 20
        assert config.delay_s >= 2 or config.kind is SourceKind.FILE
        assert config.shown_chars is None or config.shown_chars <= 300


def test_publishers_texts_are_shown_as_excerpts_in_every_shipped_news_source() -> None:
    assert all(config.shown_chars for config in load_sources(SHIPPED) if config.channel is Channel.NEWS)


def test_every_kind_but_files_has_a_spider() -> None:
    assert set(SPIDERS) == set(SourceKind) - {SourceKind.FILE}


def test_each_wrong_field_is_named_with_its_file(tmp_path: Path) -> None:
    path = tmp_path / "sai.yaml"
    path.write_text("name: Sai Tên\nkind: feed\nurls: [ftp://a.vn]\nexpected: {min: 5, max: 1}\n", "utf-8")
    with pytest.raises(ConfigError) as error:
        load_source(path)
    for word in ("sai.yaml", "name", "title", "urls", "expected", "licence"):
        assert word in str(error.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"urls": []}, "urls"),
        ({"kind": "listing"}, "selectors.link"),
        ({"kind": "file", "urls": []}, "path"),
        ({"schedule": {"cron": "mỗi ngày"}}, "schedule"),
        ({"schedule": {"cron": "0 7 * * *", "every_minutes": 5}}, "schedule"),
        ({"include": ["("]}, "biểu thức sai"),
        ({"khong_co": 1}, "khong_co"),
    ],
)
def test_a_source_that_cannot_work_is_refused(change: dict[str, object], said: str) -> None:
    fields = source("feed", "https://a.vn/rss").model_dump(mode="json") | change
    with pytest.raises(ConfigError, match=said):
        parse_source(fields)


def test_two_files_may_not_use_one_name(tmp_path: Path) -> None:
    for name in ("a", "b"):
        text = "name: bao\ntitle: Báo\nkind: feed\nchannel: news\nurls: [https://bao.vn/rss]\n"
        (tmp_path / f"{name}.yaml").write_text(text + "expected: {min: 0, max: 9}\nlicence: thử\n", "utf-8")
    with pytest.raises(ConfigError, match="trùng"):
        load_sources(tmp_path)


def test_a_broken_yaml_is_one_plain_error(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("a: b: c", "utf-8")
    with pytest.raises(ConfigError, match=r"x\.yaml"):
        load_source(tmp_path / "x.yaml")


def test_domains_are_those_of_the_urls_and_the_allowed_ones() -> None:
    config = source("feed", "https://www.bao.vn/rss", "http://127.0.0.1:80/x", allowed_domains=["Anh.vn"])
    assert config.domains == {"bao.vn", "127.0.0.1", "anh.vn"}


def test_a_schedule_speaks_vietnamese() -> None:
    assert Schedule(every_minutes=20).describe() == "mỗi 20 phút"
    assert Schedule(every_minutes=120).describe() == "mỗi 2 giờ"


@pytest.mark.parametrize(
    ("counts", "is_odd"),
    [
        ({"listed": 5}, False),
        ({"listed": 0}, True),
        ({"listed": 11}, True),
        ({"listed": 0, "not_modified": 1}, False),
        ({"listed": 50, "not_modified": 1}, True),
    ],
)
def test_a_yield_outside_the_declared_range_is_a_problem(counts: dict[str, int], is_odd: bool) -> None:
    config = source("feed", "https://a.vn/rss", expected={"min": 1, "max": 10})
    assert bool(yield_problem(config, CrawlCounts(**counts))) == is_odd


def test_scrapy_is_closed_where_it_is_open_by_default() -> None:
    config = source("feed", "https://a.vn/rss", delay_s=7)
    closed = scrapy_settings(config, load_settings(crawl_delay_s=2))
    assert closed["DOWNLOAD_HANDLERS"] == {"file": None, "data": None, "ftp": None, "s3": None}
    assert closed["ROBOTSTXT_OBEY"]
    assert not closed["TELNETCONSOLE_ENABLED"]
    assert not closed["REMOTE_CONTROL_ENABLED"]
    assert closed["DOWNLOAD_MAXSIZE"] == 5 * 2**20
    assert (closed["DOWNLOAD_TIMEOUT"], closed["REDIRECT_MAX_TIMES"], closed["DOWNLOAD_DELAY"]) == (25, 5, 7)
    assert closed["AUTOTHROTTLE_ENABLED"]


def test_a_source_may_ask_for_more_delay_than_the_operator_never_for_less() -> None:
    hasty = scrapy_settings(source("feed", "https://a.vn/rss", delay_s=0), load_settings(crawl_delay_s=2))
    assert hasty["DOWNLOAD_DELAY"] == 2


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (b"120", 120.0),
        (b"Mon, 02 Mar 2026 08:02:00 GMT", 120.0),
        (b"Mon, 02 Mar 2026 07:00:00 GMT", 0.0),
        (b"soon", None),
        (b"", None),
        (None, None),
    ],
)
def test_retry_after_is_read_as_a_number_or_a_date(header: bytes | None, seconds: float | None) -> None:
    assert retry_after(header, now=datetime(2026, 3, 2, 8, tzinfo=UTC)) == seconds
