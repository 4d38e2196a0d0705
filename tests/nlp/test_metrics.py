"""The measures against values worked out by hand."""

import numpy as np
import pytest

from nlp.metrics import accuracy, calibration_error, label_f1, macro_f1, set_f1, softmax

TRUTH = ["a", "a", "b", "c"]
NAMED = ["a", "b", "b", "d"]


def test_f1_of_each_label_of_the_truth() -> None:
    assert label_f1(TRUTH, NAMED) == pytest.approx({"a": 2 / 3, "b": 2 / 3, "c": 0.0})


def test_macro_f1_is_their_mean_and_leaves_out_labels_that_the_truth_lacks() -> None:
    assert macro_f1(TRUTH, NAMED) == pytest.approx(4 / 9)


def test_accuracy_counts_hits() -> None:
    assert accuracy(TRUTH, NAMED) == 0.5
    assert accuracy([], []) == 0.0


def test_set_f1_rewards_each_shared_label() -> None:
    assert set_f1([{"a", "b"}, {"c"}], [{"a"}, {"c"}]) == pytest.approx(0.8)


def test_calibration_error_is_zero_when_confidence_tells_the_truth() -> None:
    assert calibration_error([0.75] * 4, [True, True, True, False]) == pytest.approx(0.0)
    assert calibration_error([1.0, 1.0], [False, False]) == pytest.approx(1.0)


def test_softmax_survives_large_logits() -> None:
    found = softmax(np.array([[1000.0, 1000.0], [-1000.0, 0.0]]))
    assert found == pytest.approx(np.array([[0.5, 0.5], [0.0, 1.0]]))
