"""How well places and agencies are found: beside the labels, and beside a reader's judgement of real headlines.

`feed_places.json` holds, for 200 headlines named by a hash of their link, the codes that a careful reader
expects (the city itself left out); the texts stay where they are.
"""

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from nlp.agencies import load_agencies
from nlp.places import load_gazetteer

DATA = Path(__file__).parents[2] / "../shared/data"
CORPUS = Path(__file__).parents[2] / "nlp/data/corpus"
JUDGED = Path(__file__).parent / "feed_places.json"
Find = Callable[[dict[str, Any]], set[str]]


def rows(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        pytest.skip(f"{path.name} is not beside the repository")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def at(row: dict[str, Any]) -> datetime | None:
    return datetime.fromisoformat(row["published"]) if "published" in row else None


def places(row: dict[str, Any]) -> set[str]:
    return {place.surface for place in load_gazetteer().find(row["text"], at=at(row))}


def agencies(row: dict[str, Any]) -> set[str]:
    return {agency.surface for agency in load_agencies().find(row["text"], at=at(row))}


def f1(labelled: Iterable[dict[str, Any]], field: str, find: Find) -> float:
    """Over distinct surfaces of a text, as the labels list them; exact to the letter."""
    right = wrong = missed = 0
    for row in labelled:
        got, wanted = find(row), set(row[field])
        right, wrong, missed = right + len(got & wanted), wrong + len(got - wanted), missed + len(wanted - got)
    return 2 * right / (2 * right + wrong + missed)


def held_out_corpus() -> list[dict[str, Any]]:
    return [row for block in (8, 9) for row in rows(CORPUS / f"block{block}.jsonl")]


def held_out_headlines() -> list[dict[str, Any]]:
    return rows(DATA / "real/headlines.jsonl")[1::2]


def test_places_in_posts_that_the_rules_were_not_tuned_on() -> None:
    assert f1(held_out_corpus(), "places", places) > 0.84


def test_places_in_headlines_that_the_rules_were_not_tuned_on() -> None:
    assert f1(held_out_headlines(), "places", places) > 0.90


def test_agencies_in_posts_that_the_rules_were_not_tuned_on() -> None:
    assert f1(held_out_corpus(), "agencies", agencies) > 0.70


def test_agencies_in_headlines_that_the_rules_were_not_tuned_on() -> None:
    assert f1(held_out_headlines(), "agencies", agencies) > 0.84


def test_the_right_units_are_meant_in_headlines_that_a_person_read() -> None:
    judged: dict[str, list[str]] = json.loads(JUDGED.read_text("utf-8"))
    links = {sha256(row["link"].encode()).hexdigest()[:16]: row for row in rows(DATA / "feed/rss_hcmc.jsonl")}
    assert len(judged) == 200
    agreed = [_meant(links[key]) == set(codes) for key, codes in judged.items()]
    assert sum(agreed) / len(agreed) >= 0.95


def _meant(row: dict[str, Any]) -> set[str]:
    text = f"{row['title']}. {row['summary'] or ''}"
    found = load_gazetteer().find(text, at=at(row))
    return {place.candidates[0].code for place in found if place.candidates} - {"c:79"}
