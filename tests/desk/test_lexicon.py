import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from desk.lexicon import Lexicon, segment, written_out
from index.base import Facet


def test_words_of_several_syllables_stay_together():
    assert segment("trật tự đô thị phường Tân Hưng")[:2] == ["trật tự", "đô thị"]
    assert segment("") == []


def test_segmenting_imports_no_training_library_and_leaves_the_package_as_it_was():
    program = (
        "import sys; from desk.lexicon import segment; assert segment('ngập nước');"
        "assert not {'torch', 'transformers', 'sklearn'} & set(sys.modules);"
        "assert 'underthesea' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)


def test_many_threads_may_segment_at_once():
    with ThreadPoolExecutor(8) as pool:
        assert len(set(map(tuple, pool.map(segment, ["ngập nước Thảo Điền"] * 50)))) == 1


@pytest.mark.parametrize(
    ("facet", "key", "vi", "en"),
    [
        (Facet.TOPIC, "flooding", "Ngập nước, thoát nước", "Flooding and drainage"),
        (Facet.URGENCY, "critical", "Nguy cấp", "Critical"),
        (Facet.SOURCE, "no-such", "no-such", "no-such"),
        (Facet.PLACE, "n:0", "n:0", "n:0"),
        (Facet.AGENCY, "no-such", "no-such", "no-such"),
    ],
)
def test_codes_have_names_in_both_languages(lexicon: Lexicon, facet: Facet, key: str, vi: str, en: str):
    assert lexicon.name(facet, key) == vi
    assert lexicon.name(facet, key, "en") == en


def test_a_place_widens_to_what_came_of_it_and_an_unknown_one_stays(lexicon: Lexicon):
    district = lexicon.gazetteer.resolve("Quận 7")[0].code
    widened = lexicon.expand_place(district)
    assert district in widened
    assert any(lexicon.is_unit_of_today(code) for code in widened)
    assert lexicon.expand_place("n:0") == ("n:0",)


def test_queries_know_labels_places_agencies_and_teencode(lexicon: Lexicon, now: datetime):
    context = lexicon.query_context(now)
    assert "Giao thông" in context.labels_of("topic")["traffic"]
    assert context.resolve_place("Thủ Đức")
    assert context.resolve_agency("Sở Xây dựng")
    assert written_out("ko") == ("không",)
    assert written_out("không") == ()
