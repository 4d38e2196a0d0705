import ast
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desk.export import COLUMNS
from desk.periods import Period
from index.base import Facet, Interval, Sort
from langnghe.records import DateMethod
from ui.i18n import LANGUAGES, load_messages, words

UI = Path(__file__).parents[2] / "ui"
VIETNAMESE = re.compile("[ăâđêôơưĂÂĐÊÔƠƯàáảãạèéẻẽẹìíỉĩịòóỏõọùúủũụỳýỷỹỵ]")


def test_every_language_has_the_same_messages_with_the_same_names():
    vi, en = (load_messages(language) for language in LANGUAGES)
    assert vi.keys() == en.keys()
    for key in vi:
        assert _names(vi[key]) == _names(en[key]), key


def test_every_message_a_page_asks_for_is_there():
    known = load_messages("vi").keys()
    for path in [*UI.rglob("*.py"), *UI.rglob("*.html")]:
        for key in re.findall(r"""\bt\(\s*["']([a-z_]+\.[a-z0-9_]+)["']\s*[,)]""", path.read_text("utf-8")):
            assert key in known, f"{path.name}: {key}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_messages_chosen_by_value_are_there(language: str):
    t = words(language)
    keys = [f"column.{name}" for name in COLUMNS] + [f"date.{m}" for m in DateMethod] + [f"sort.{s}" for s in Sort]
    keys += [f"volume.by_{i}" for i in Interval] + [f"period.{p}" for p in Period if p is not Period.CUSTOM]
    assert all(t(key) for key in keys)
    assert t(f"facet.{Facet.TOPIC}")


def test_no_vietnamese_stands_in_code():
    for path in [*UI.rglob("*.py"), *UI.rglob("*.html"), *UI.rglob("*.js")]:
        if path.name == "sources.py":
            continue
        tree = _without_docstrings(path)
        assert not VIETNAMESE.search(tree), path


def test_numbers_and_dates_are_written_the_vietnamese_way():
    t = words("vi")
    assert t.number(1234567) == "1.234.567"
    assert t("count.posts", n=1234) == "1.234 bài"
    assert t.percent(0.456) == "46%"
    assert t.moment(datetime(2026, 11, 22, 7, 5, tzinfo=UTC)) == "22/11/2026 14:05"


def test_english_counts_one_and_many():
    t = words("en")
    assert t("count.posts", n=1) == "1 post"
    assert t("count.posts", n=1234) == "1,234 posts"


def test_a_language_we_do_not_speak_is_answered_in_vietnamese():
    assert words("fr").language == "vi"


def _names(message: str | tuple[str, ...]) -> set[str]:
    texts = [message] if isinstance(message, str) else message
    return {name for text in texts for name in re.findall(r"\{(\w+)", text)}


def _without_docstrings(path: Path) -> str:
    text = path.read_text("utf-8")
    if path.suffix != ".py":
        return text
    tree = ast.parse(text)
    docs = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)}
    strings = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and id(n) not in docs]
    return " ".join(s for s in strings if isinstance(s, str))
