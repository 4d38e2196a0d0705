"""Pretraining survives a kill, and the whole way from text to shipped weights works in small."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the extra `train`")

import torch

from langnghe.errors import UsageError
from nlp.classify import load_classifier
from nlp.corpus import CORPUS_DIR, Row, Split, load_rows, split_rows
from nlp.encoder import Encoder, EncoderConfig, LabelHeads
from nlp.evaluate import report
from nlp.export import ExportConfig, export
from nlp.labels import HEADS
from nlp.pretrain import PretrainConfig, pretrain, schedule
from nlp.tokenizer import PAD_ID
from nlp.train import (
    TrainConfig,
    averaged,
    batches,
    label_weights,
    padded,
    save,
    targets_of,
    topics_above,
    train,
)

REPOSITORY = Path(__file__).parents[2]


def _texts(folder: Path) -> Path:
    path = folder / "texts.txt"
    path.write_text("\n".join(row.text.replace("\n", " ") for row in load_rows(CORPUS_DIR)[:600]), encoding="utf-8")
    return path


def _small(folder: Path, out: str, max_steps: int = 12) -> PretrainConfig:
    return PretrainConfig(
        corpus=_texts(folder),
        out=folder / out,
        vocab_size=600,
        hidden=32,
        layers=1,
        length=32,
        batch=4,
        warmup_steps=2,
        max_steps=max_steps,
        save_every=4,
        start_texts=300,
        threads=1,
    )


@pytest.fixture(scope="module")
def pretrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pretrain(_small(tmp_path_factory.mktemp("pretrained"), "out")).parent


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every 24th row of the corpus, so that all labels occur."""
    path = tmp_path_factory.mktemp("rows") / "rows"
    path.mkdir()
    lines = [line for file in sorted(CORPUS_DIR.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()]
    (path / "block.jsonl").write_text("\n".join(lines[::24]), encoding="utf-8")
    return path


def _row(**fields: object) -> Row:
    plain = {"text": "x", "channel": "news", "sentiment": "neutral", "intent": "news", "urgency": "normal", "pii": ()}
    return Row(**(plain | {"topics": ("traffic",), "split": Split.TRAIN} | fields))  # type: ignore[arg-type]


def test_the_masked_word_loss_falls(pretrained: Path, tmp_path: Path) -> None:
    assert torch.load(pretrained / "encoder.pt", weights_only=True)["step"] == 12
    assert not list(pretrained.glob("*.partial"))


def test_a_run_that_was_killed_ends_like_one_that_was_not(pretrained: Path, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from nlp.pretrain import PretrainConfig, pretrain; "
        "a = dict(vocab_size=600, hidden=32, layers=1, length=32, batch=4, warmup_steps=2, max_steps=100000, "
        "save_every=4, start_texts=300, threads=1); "
        "pretrain(PretrainConfig(corpus=Path(sys.argv[1]), out=Path(sys.argv[2]), **a))"
    )
    small = _small(tmp_path, "killed")
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    process = subprocess.Popen([sys.executable, "-c", script, str(small.corpus), str(small.out)], env=environment)
    deadline = time.monotonic() + 120
    while not (small.out / "checkpoint.pt").exists():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    step = torch.load(small.out / "checkpoint.pt", weights_only=True)["state"]["step"]
    after = pretrain(_small(tmp_path, "killed", max_steps=step + 8))
    whole = pretrain(_small(tmp_path, "whole", max_steps=step + 8))
    first, second = (torch.load(path, weights_only=True)["model"] for path in (after, whole))
    assert all(torch.allclose(first[name], second[name], atol=1e-4) for name in first)


def test_the_flag_file_ends_a_run_with_a_falling_rate(tmp_path: Path) -> None:
    small = _small(tmp_path, "out", max_steps=100_000)
    assert schedule(50, None, small) == 1.0
    assert schedule(50, 40, small) == pytest.approx(1.0 - 10 / small.decay_steps)
    assert schedule(40 + small.decay_steps, 40, small) == 0.0
    small.out.mkdir()
    (small.out / "decay").touch()
    saved = torch.load(pretrain(small), weights_only=True)
    assert (saved["decay_from"], saved["step"]) == (0, small.decay_steps)


def test_from_rows_to_weights_that_the_product_loads(pretrained: Path, folder: Path, tmp_path: Path) -> None:
    config = TrainConfig(
        pretrained=pretrained, out=tmp_path / "trained", folders=(folder,), seeds=(1, 2), epochs=1, threads=1
    )
    trained = train(config)
    save(trained, config)
    weights = tmp_path / "weights"
    manifest = export(ExportConfig(trained=config.out, weights=weights, least_agreement=0.5))
    classifier = load_classifier(weights, threads=1)
    texts = [row.text for row in load_rows(folder)[:8]]
    assert len(classifier.classify(texts)) == len(texts)
    assert classifier.embed(texts).shape == (len(texts), 32)
    fields = json.loads(manifest.read_text(encoding="utf-8"))
    assert set(fields["trained"]["splits"]) == {"rows"}
    found = report(classifier, split_rows(load_rows(folder), Split.TEST))
    assert set(found.heads) == set(HEADS)


def test_without_a_pretrained_model_training_says_what_to_do(folder: Path, pretrained: Path, tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_bytes((pretrained / "tokenizer.json").read_bytes())
    with pytest.raises(UsageError, match=r"nlp\.pretrain"):
        train(TrainConfig(pretrained=tmp_path, out=tmp_path, folders=(folder,), epochs=1))


def test_padding_does_not_change_what_the_encoder_says() -> None:
    torch.manual_seed(1)
    model = LabelHeads(Encoder(EncoderConfig(50, hidden=32, layers=2)), {"topic": 3}).eval()
    ids = torch.randint(5, 50, (1, 7))
    wide = torch.cat([ids, torch.full((1, 5), PAD_ID)], dim=1)
    for alone, padded_ in zip(model(ids), model(wide), strict=True):
        assert torch.allclose(alone, padded_, atol=1e-5)


def test_the_average_of_a_model_with_itself_is_the_model() -> None:
    model = LabelHeads(Encoder(EncoderConfig(50, hidden=32, layers=1)), {"topic": 3})
    for name, value in averaged([model, model]).state_dict().items():
        assert torch.allclose(value, model.state_dict()[name])


def test_every_row_is_in_one_batch() -> None:
    import random

    groups = batches([[1] * (i % 9) for i in range(50)], 8, random.Random(1))
    assert sorted(i for group in groups for i in group) == list(range(50))
    assert padded([[9, 9], []], 3).tolist() == [[2, 9, 9], [2, 0, 0]]
    assert padded([[9] * 9], 3).shape == (1, 3)


def test_further_topics_share_the_target_with_the_primary_one() -> None:
    config = TrainConfig(pretrained=Path(), out=Path(), smoothing=0.0, further=0.2)
    (goal,) = targets_of([_row(topics=("traffic", "flooding"))], "topic", config)
    assert goal[:2].tolist() == pytest.approx([0.8, 0.2])
    assert targets_of([_row(urgency="high")], "urgency", config).tolist() == [[0.0, 1.0, 0.0]]


def test_rare_labels_weigh_more_and_the_mean_is_one() -> None:
    found = ["normal"] * 8 + ["high"] * 2
    weights = label_weights(found, "urgency", 0.5)
    assert weights[1] == pytest.approx(2 * weights[0])
    assert float(0.8 * weights[0] + 0.2 * weights[1]) == pytest.approx(1.0)


def test_the_primary_topic_is_named_even_below_the_threshold() -> None:
    assert topics_above(np.array([0.3, 0.2] + [0.5 / 14] * 14), 0.4) == {"traffic"}
    assert topics_above(np.array([0.5, 0.45] + [0.05 / 14] * 14), 0.4) == {"traffic", "flooding"}
