"""The second voice: equal features wherever they are counted, and it learns from few rows."""

from pathlib import Path

import numpy as np
import pytest

from nlp.labels import HEADS
from nlp.ngrams import BUCKETS, Ngrams, counted, load_ngrams, save_ngrams, weighted

OUTPUTS = sum(map(len, HEADS.values()))


def _flat() -> Ngrams:
    rows = np.zeros((BUCKETS, OUTPUTS), dtype=np.int8)
    ones = np.ones(OUTPUTS, dtype=np.float32)
    return Ngrams(np.ones(BUCKETS, dtype=np.float32), rows, ones, np.arange(OUTPUTS, dtype=np.float32))


def test_buckets_are_distinct_and_counts_are_damped() -> None:
    (words, word_values), (runs, _) = counted("kẹt xe kẹt xe kẹt xe")
    assert len(set(words.tolist())) == len(words)
    assert 0 <= runs.min() <= runs.max() < BUCKETS
    assert word_values.max() == pytest.approx(1.0 + np.log(3.0))


def test_spelling_of_the_same_letters_does_not_matter() -> None:
    first, second = counted("Phường Tân Hòa"), counted("phường tân hoà")
    assert all(np.array_equal(a[0], b[0]) for a, b in zip(first, second, strict=True))


def test_words_and_runs_have_length_one_each() -> None:
    _, values = weighted("nước ngập quá trời", np.ones(BUCKETS, dtype=np.float32))
    assert float(values @ values) == pytest.approx(2.0)


@pytest.mark.parametrize("text", ["", " ", "😂", "\ud800", "a" * 50_000])
def test_odd_texts_get_the_intercepts_at_least(text: str) -> None:
    assert _flat().logits([text])["topic"][0].tolist() == list(range(16))


def test_heads_lie_side_by_side() -> None:
    found = _flat().logits(["kẹt xe", "ngập"])
    assert {head: logits.shape for head, logits in found.items()} == {h: (2, len(n)) for h, n in HEADS.items()}
    assert found["urgency"][0].tolist() == [28.0, 29.0, 30.0]
    assert _flat().logits([])["topic"].shape == (0, 16)


def test_what_is_saved_is_what_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "ngrams.npz"
    save_ngrams(path, _flat())
    assert np.array_equal(load_ngrams(path).intercepts, _flat().intercepts)
    save_ngrams(path, Ngrams(*(getattr(_flat(), n)[:5] for n in ("rarity", "rows", "scales", "intercepts"))))
    with pytest.raises(ValueError, match="shape"):
        load_ngrams(path)
    path.write_bytes(b"no archive")
    with pytest.raises(ValueError, match="pickle"):
        load_ngrams(path)


def test_the_mix_leans_on_the_voice_that_is_right() -> None:
    fit = pytest.importorskip("nlp.ngramfit", reason="needs the extra `train`")
    targets = np.array([0, 1] * 20)
    right = np.eye(2)[targets] * 4.0
    mute = np.zeros_like(right)
    assert fit.best_mix(mute, right, targets)[0] > 2.0
    assert fit.best_mix(right, right[::-1], targets)[0] == 0.0


def test_the_temperature_cools_voices_that_are_too_sure() -> None:
    fit = pytest.importorskip("nlp.ngramfit", reason="needs the extra `train`")
    logits, targets = np.array([[8.0, 0.0]] * 10), np.array([0] * 7 + [1] * 3)
    assert fit.best_mix(logits, np.zeros_like(logits), targets)[1] == pytest.approx(3.0, abs=0.01)
    assert fit.best_mix(logits / 8, np.zeros_like(logits), np.zeros(10, int))[1] == pytest.approx(0.3, abs=0.01)
