"""The classifier on the shipped weights, and on weights that someone damaged."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from langnghe.errors import WeightsError
from nlp.classify import Classifier, load_classifier, padded, windows
from nlp.labels import HEADS
from nlp.runtime import FORMAT, MANIFEST, MODEL, NGRAMS, TOKENIZER, check_finite

WEIGHTS = Path(__file__).parents[2] / "nlp" / "weights"
TEXTS = [
    "Đường Huỳnh Tấn Phát kẹt xe từ 6 giờ sáng, đèn tín hiệu hư cả tuần nay chưa ai sửa.",
    "Cảm ơn các anh chị ở phường đã giải quyết hồ sơ rất nhanh và vui vẻ.",
    "",
    "😂😂😂",
    "Nước ngập tới đầu gối rồi, cống nghẹt mà không ai thông, khổ quá bà con ơi!",
]


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return load_classifier(WEIGHTS, threads=1)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(WEIGHTS, tmp_path / "weights"))


def _change(folder: Path, **fields: object) -> None:
    path = folder / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | fields), encoding="utf-8")


def test_clear_texts_get_the_labels_a_reader_would_give(classifier: Classifier) -> None:
    jam, thanks, _, _, flood = classifier.classify(TEXTS)
    assert jam.topics[0].label == "traffic"
    assert jam.sentiment.label == "negative"
    assert thanks.topics[0].label == "public_administration"
    assert thanks.sentiment.label == "positive"
    assert thanks.intent.label == "praise"
    assert flood.topics[0].label == "flooding"


def test_labels_are_probabilities_best_first(classifier: Classifier) -> None:
    for labels in classifier.classify(TEXTS):
        assert list(labels.topic_scores) == list(HEADS["topic"])
        assert sum(labels.topic_scores.values()) == pytest.approx(1.0, abs=1e-3)
        named = [topic.probability for topic in labels.topics]
        assert named == sorted(named, reverse=True)
        assert labels.topics[0].probability == max(labels.topic_scores.values())
        assert all(0.0 <= score.probability <= 1.0 for score in (labels.sentiment, labels.intent, labels.urgency))


def test_nothing_to_classify_gives_nothing(classifier: Classifier) -> None:
    assert classifier.classify([]) == []
    assert classifier.embed([]).shape[0] == 0


def test_empty_text_is_labelled_and_marked_for_a_person(classifier: Classifier) -> None:
    empty, blank = classifier.classify(["", " \n\t "])
    assert empty == blank
    assert empty.needs_review


def test_odd_texts_do_no_harm(classifier: Classifier) -> None:
    odd = ["a" * 100_000, "\u202e\u200b\x00", "\ufffd", "•••• ••• •••", "[MASK] [PAD]", "水" * 500, "👨‍👩‍👧‍👦" * 300]
    assert len(classifier.classify(odd)) == len(odd)


def test_equal_input_gives_equal_output(classifier: Classifier) -> None:
    again = load_classifier(WEIGHTS, threads=2)
    assert classifier.classify(TEXTS) == classifier.classify(TEXTS)
    assert [one.topics[0].label for one in again.classify(TEXTS)] == [
        one.topics[0].label for one in classifier.classify(TEXTS)
    ]
    assert again.name == classifier.name


def test_order_is_kept_over_batches_of_mixed_length(classifier: Classifier) -> None:
    many = [text * (1 + i % 4) for i in range(15) for text in TEXTS]
    found = classifier.embed(many)
    for i in (0, 1, 7, 33, 74):
        alone = classifier.embed([many[i]])[0]
        assert float(np.dot(found[i], alone)) > 0.9999


def test_company_and_padding_do_not_change_a_text(classifier: Classifier) -> None:
    alone = [classifier.classify([text])[0] for text in TEXTS]
    together = classifier.classify([*TEXTS, "Một câu dài hơn hẳn " * 20])
    for one, other in zip(alone, together, strict=False):
        assert [topic.label for topic in one.topics] == [topic.label for topic in other.topics]
        assert one.topic_scores == pytest.approx(other.topic_scores, abs=2e-4)


def test_letters_composed_or_not_and_both_tone_placements_are_one_text(classifier: Classifier) -> None:
    import unicodedata

    text = "Phường Tân Hòa giải quyết thủ tục quá chậm"
    forms = [text, unicodedata.normalize("NFD", text), text.replace("Hòa", "Hoà").replace("thủ", "thủ")]
    first, *others = (classifier.classify([form])[0] for form in forms)
    assert all(first == other for other in others)


def test_a_long_text_is_read_at_both_ends() -> None:
    assert windows([1, 2, 3], 3) == [[1, 2, 3]]
    assert windows([1, 2, 3, 4, 5], 3) == [[1, 2, 3], [3, 4, 5]]
    assert padded([[7], [8, 9]]).tolist() == [[2, 7, 0], [2, 8, 9]]


def test_a_long_story_keeps_the_topic_of_its_ends(classifier: Classifier) -> None:
    story = "Nước ngập sâu cả con hẻm, cống nghẹt không thoát được. " * 60
    assert classifier.classify([story])[0].topics[0].label == "flooding"


def test_like_texts_have_like_vectors(classifier: Classifier) -> None:
    vectors = classifier.embed(
        [
            "Hẻm nhà tôi ngập nước vì cống nghẹt",
            "hem nha toi ngap nuoc vi cong nghet",
            "Trường thu tiền học thêm quá nhiều",
        ]
    )
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


@pytest.mark.parametrize("name", [MANIFEST, MODEL, NGRAMS, TOKENIZER])
def test_a_missing_file_is_named(copied: Path, name: str) -> None:
    (copied / name).unlink()
    with pytest.raises(WeightsError, match=name):
        load_classifier(copied)


@pytest.mark.parametrize("name", [MODEL, NGRAMS, TOKENIZER])
def test_one_flipped_byte_is_refused(copied: Path, name: str) -> None:
    raw = bytearray((copied / name).read_bytes())
    raw[len(raw) // 2] ^= 1
    (copied / name).write_bytes(raw)
    with pytest.raises(WeightsError, match="sha256"):
        load_classifier(copied)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 1}', "\x00"])
def test_a_broken_manifest_is_refused(copied: Path, content: str) -> None:
    (copied / MANIFEST).write_text(content, encoding="utf-8")
    with pytest.raises(WeightsError, match="manifest"):
        load_classifier(copied)


def test_another_version_is_refused(copied: Path) -> None:
    _change(copied, format=FORMAT + 1)
    with pytest.raises(WeightsError, match="phiên bản"):
        load_classifier(copied)


def test_labels_in_another_order_are_refused(copied: Path) -> None:
    heads = {head: list(labels) for head, labels in HEADS.items()}
    heads["topic"].reverse()
    _change(copied, heads=heads)
    with pytest.raises(WeightsError, match="topic"):
        load_classifier(copied)


def test_a_model_that_is_no_model_is_refused_though_its_hash_is_right(copied: Path) -> None:
    from hashlib import sha256

    (copied / MODEL).write_bytes(b"no model")
    files = json.loads((copied / MANIFEST).read_text(encoding="utf-8"))["files"]
    _change(copied, files=files | {MODEL: sha256(b"no model").hexdigest()})
    with pytest.raises(WeightsError, match="Không nạp được"):
        load_classifier(copied)


def test_answers_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(WeightsError, match="NaN"):
        check_finite({"topic": np.array([[0.0, np.nan]], dtype=np.float32)})


def test_shipped_weights_are_small() -> None:
    assert sum(path.stat().st_size for path in WEIGHTS.iterdir()) < 45_000_000


def test_the_shipped_model_carries_no_path_of_the_machine_that_made_it() -> None:
    assert b".py" not in (WEIGHTS / "model.onnx").read_bytes()
