"""WordPress, NodeBB and Discourse: frozen JSON with the posts it holds beside it."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from crawlers.posts import TopicPage, load_json
from crawlers.spiders import discourse, nodebb, wordpress
from langnghe.errors import BadInput

PAGES = Path(__file__).parent / "pages"


def frozen(name: str) -> Any:
    return load_json((PAGES / f"{name}.json").read_bytes(), "application/json")


@pytest.mark.parametrize(
    ("name", "parse"),
    [("wordpress_posts", wordpress.parse_posts), ("wordpress_comments", wordpress.parse_comments)],
)
def test_wordpress(name: str, parse: Callable[[Any], list[Any]]) -> None:
    assert [asdict(post) for post in parse(frozen(name))] == frozen(f"{name}.expected")


def as_json(page: TopicPage) -> Any:
    return json.loads(json.dumps(asdict(page)))


def test_nodebb() -> None:
    assert as_json(nodebb.parse_page(frozen("nodebb_topic"))) == frozen("nodebb_topic.expected")


def test_discourse() -> None:
    assert as_json(discourse.parse_page(frozen("discourse_topic"), tid="9")) == frozen("discourse_topic.expected")


def test_a_reply_changes_the_version_of_a_topic() -> None:
    topic = {"tid": 1, "title": "A", "slug": "1/a", "postcount": 2, "lastposttime": 5}
    later = topic | {"postcount": 3, "lastposttime": 9}
    before, after = (nodebb.parse_topics({"topics": [one]})[0].version for one in (topic, later))
    assert before != after
    listed = {"id": 1, "title": "A", "highest_post_number": 2, "bumped_at": "x"}
    later = listed | {"highest_post_number": 3}
    before, after = (discourse.parse_topics({"topic_list": {"topics": [one]}})[0].version for one in (listed, later))
    assert before != after


@pytest.mark.parametrize(
    "data", [None, [], {}, {"topics": 3}, {"posts": [{}], "mainPid": 1}, {"topic_list": None}, "x"]
)
@pytest.mark.parametrize(
    "parse",
    [nodebb.parse_topics, nodebb.parse_page, discourse.parse_topics, lambda data: discourse.parse_page(data, tid="1")],
)
def test_other_json_is_bad_input_and_no_other_error(data: Any, parse: Callable[[Any], Any]) -> None:
    with pytest.raises(BadInput):
        parse(data)


@pytest.mark.parametrize("data", [None, {}, [{"title": 1}], [{"id": [1]}]])
def test_other_json_for_wordpress_is_bad_input(data: Any) -> None:
    for parse in (wordpress.parse_posts, wordpress.parse_comments):
        with pytest.raises(BadInput):
            parse(data)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1,", b"[" * 100_000])
def test_what_is_no_json_is_bad_input(body: bytes) -> None:
    with pytest.raises(BadInput):
        load_json(body, None)
