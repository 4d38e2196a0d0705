"""Fine-tuning of the pretrained encoder on labelled rows; reads top to bottom.

    python -m nlp.train --pretrained var/pretrain --out var/train --folders nlp/data/corpus ../shared/data/real

The test split is never read here; the dev split chooses temperatures, the share of the n-gram voice, the threshold of
further topics and between seeds.
"""

import argparse
import logging
import math
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from langnghe.errors import UsageError
from nlp.clean import clean_text
from nlp.corpus import CORPUS_DIR, Row, Split, covered, load_rows, product_text, split_rows
from nlp.encoder import Encoder, EncoderConfig, LabelHeads
from nlp.labels import HEADS
from nlp.metrics import macro_f1, set_f1, softmax
from nlp.ngramfit import best_mix, fit_ngrams
from nlp.ngrams import Ngrams, save_ngrams
from nlp.noise import noised
from nlp.runtime import NGRAMS, TOKENIZER
from nlp.tokenizer import PAD_ID, START_ID, encode, load_tokenizer

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TrainConfig:
    pretrained: Path
    """Folder with `tokenizer.json` and `encoder.pt`, or `checkpoint.pt` while pretraining still runs."""
    out: Path
    folders: tuple[Path, ...] = (CORPUS_DIR,)
    seeds: tuple[int, ...] = (1,)
    """One model a seed; their average is kept where it is better on dev than each alone."""
    epochs: int = 6
    batch: int = 32
    max_tokens: int = 192
    learning_rate: float = 4e-4
    head_rate: float = 2e-3
    dropout: float = 0.1
    smoothing: float = 0.05
    further: float = 0.2
    """Share of the target that the topics after the first one get together."""
    noise: float = 0.3
    """Share of the texts that are noised in an epoch."""
    balance: float = 0.3
    """Power of the inverse label frequency that weighs the losses; 0: none."""
    agree: float = 0.5
    """Weight of R-drop (Liang et al. 2021): two passes with different dropout must agree; 0: one pass."""
    threads: int = 2


@dataclass(frozen=True)
class Trained:
    model: LabelHeads
    tokenizer: Tokenizer
    rows: tuple[Row, ...]
    ngrams: Ngrams
    mixes: dict[str, float]
    """How much of the second voice's logits is added, a head."""
    temperatures: dict[str, float]
    threshold: float
    """Further topics are named from this probability on."""


def train(config: TrainConfig) -> Trained:
    torch.set_num_threads(config.threads)
    rows = tuple(row for folder in config.folders for row in load_rows(folder))
    tokenizer = load_tokenizer(config.pretrained / TOKENIZER)
    train_rows, dev_rows = split_rows(rows, Split.TRAIN), split_rows(rows, Split.DEV)
    dev = encode(tokenizer, [product_text(row) for row in dev_rows])
    candidates: list[LabelHeads] = []
    for seed in config.seeds:
        candidates.append(train_one(train_rows, tokenizer, config, seed))
        log.info("seed %d dev %s", seed, dev_figures(predict(candidates[-1], dev, config), dev_rows))
    if len(candidates) > 1:
        candidates.append(averaged(candidates))
        log.info("average dev %s", dev_figures(predict(candidates[-1], dev, config), dev_rows))
    best = max(candidates, key=lambda model: sum(dev_figures(predict(model, dev, config), dev_rows).values()))
    logits = predict(best, dev, config)
    ngrams = fit_ngrams(train_rows)
    second = ngrams.logits([product_text(row) for row in dev_rows])
    pairs = {head: best_mix(logits[head], second[head], _targets(dev_rows, head)) for head in HEADS}
    mixed = {head: (logits[head] + mix * second[head]) / t for head, (mix, t) in pairs.items()}
    log.info(
        "second voice dev %s, both %s, mixes %s", dev_figures(second, dev_rows), dev_figures(mixed, dev_rows), pairs
    )
    return Trained(
        model=best,
        tokenizer=tokenizer,
        rows=rows,
        ngrams=ngrams,
        mixes={head: mix for head, (mix, _) in pairs.items()},
        temperatures={head: t for head, (_, t) in pairs.items()},
        threshold=topic_threshold(softmax(mixed["topic"]), dev_rows),
    )


def train_one(rows: Sequence[Row], tokenizer: Tokenizer, config: TrainConfig, seed: int) -> LabelHeads:
    torch.manual_seed(seed)
    rng = random.Random(seed)
    model = pretrained_model(config, tokenizer)
    body, heads = list(model.encoder.parameters()), list(model.heads.parameters())
    groups = [{"params": body, "base": config.learning_rate}, {"params": heads, "base": config.head_rate}]
    optimiser = torch.optim.AdamW(groups, lr=config.learning_rate, weight_decay=0.01, fused=True)
    weights = {head: label_weights([row.label(head) for row in rows], head, config.balance) for head in HEADS}
    n_steps = config.epochs * math.ceil(len(rows) / config.batch)
    step = 0
    for epoch in range(config.epochs):
        losses = []
        ids = encode(tokenizer, [training_text(row, rng, config.noise) for row in rows])
        for batch in batches(ids, config.batch, rng):
            rate = min(1.0, (step + 1) / (0.1 * n_steps)) * (1.0 - step / n_steps)
            targets = {head: targets_of([rows[i] for i in batch], head, config) for head in HEADS}
            loss = batch_loss(model, padded([ids[i] for i in batch], config.max_tokens), targets, weights, config)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            for group in optimiser.param_groups:
                group["lr"] = group["base"] * rate
            optimiser.step()
            optimiser.zero_grad()
            losses.append(loss.item())
            step += 1
        log.info("seed %d epoch %d loss %.3f", seed, epoch + 1, np.mean(losses))
    return model.eval()


def training_text(row: Row, rng: random.Random, noise: float) -> str:
    """As `product_text`, but a span in four stays uncovered, as in service when it is overlooked, and some texts are
    noised."""
    text = row.text
    for _, surface in row.pii:
        text = text if rng.random() < 0.25 else text.replace(surface, covered(surface))
    text = clean_text(text)
    return noised(text, rng) if rng.random() < noise else text


def batch_loss(
    model: LabelHeads,
    ids: Tensor,
    targets: dict[str, Tensor],
    weights: dict[str, Tensor],
    config: TrainConfig,
) -> Tensor:
    """Weighted cross-entropy summed over the heads, plus how far two passes disagree."""
    model.train()
    n = len(ids)
    twice = torch.cat([ids, ids]) if config.agree else ids
    with torch.autocast("cpu", dtype=torch.bfloat16):
        outputs = model(twice)
    total = torch.zeros(())
    for head, logits in zip(HEADS, outputs, strict=False):
        logs = functional.log_softmax(logits.float(), dim=-1)
        goal = targets[head].repeat(len(twice) // n, 1)
        weight = goal @ weights[head]
        total = total - ((goal * logs).sum(-1) * weight).mean()
        if config.agree:
            first, second = logs[:n], logs[n:]
            apart = ((first.exp() - second.exp()) * (first - second)).sum(-1).mean() / 2
            total = total + config.agree * apart
    return total


def targets_of(rows: Sequence[Row], head: str, config: TrainConfig) -> Tensor:
    """(n, labels): smoothed; the primary topic keeps what the further topics do not take."""
    labels = HEADS[head]
    goal = torch.zeros(len(rows), len(labels))
    for i, row in enumerate(rows):
        if head == "topic" and len(row.topics) > 1:
            goal[i, labels.index(row.topics[0])] = 1.0 - config.further
            for topic in row.topics[1:]:
                goal[i, labels.index(topic)] += config.further / (len(row.topics) - 1)
        else:
            goal[i, labels.index(row.label(head))] = 1.0
    return goal * (1.0 - config.smoothing) + config.smoothing / len(labels)


def label_weights(found: Sequence[str], head: str, power: float) -> Tensor:
    """(labels,) with a mean of 1 over the rows."""
    counts = Counter(found)
    raw = torch.tensor([(len(found) / max(1, counts[label])) ** power for label in HEADS[head]])
    mean = sum(counts[label] * raw[i] for i, label in enumerate(HEADS[head])) / len(found)
    return raw / mean


def batches(ids: Sequence[Sequence[int]], size: int, rng: random.Random) -> list[list[int]]:
    """Every index once, texts of like length together, in random order."""
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]) * rng.uniform(0.85, 1.15))
    groups = [order[at : at + size] for at in range(0, len(order), size)]
    rng.shuffle(groups)
    return groups


def padded(ids: Sequence[Sequence[int]], max_tokens: int) -> Tensor:
    """(n, length) with a start token each; the length is a multiple of 8, for kernels are kept for each shape."""
    rows = [[START_ID, *text[: max_tokens - 1]] for text in ids]
    length = min(max_tokens, -(-max(map(len, rows)) // 8) * 8)
    return torch.tensor([row + [PAD_ID] * (length - len(row)) for row in rows])


@torch.inference_mode()
def predict(model: LabelHeads, ids: Sequence[Sequence[int]], config: TrainConfig) -> dict[str, NDArray[np.float64]]:
    """Logits of each head (n, labels), in the order of `ids`."""
    model.eval()
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    found = {head: np.zeros((len(ids), len(labels))) for head, labels in HEADS.items()}
    for at in range(0, len(order), 32):
        chosen = order[at : at + 32]
        for head, logits in zip(HEADS, model(padded([ids[i] for i in chosen], config.max_tokens)), strict=False):
            found[head][chosen] = logits.double().numpy()
    return found


def dev_figures(logits: dict[str, NDArray[np.float64]], rows: Sequence[Row]) -> dict[str, float]:
    """Macro-F1 of each head."""
    figures = {}
    for head, labels in HEADS.items():
        predicted = [labels[i] for i in logits[head].argmax(1)]
        figures[head] = round(macro_f1([row.label(head) for row in rows], predicted), 4)
    return figures


def averaged(models: Sequence[LabelHeads]) -> LabelHeads:
    """Weights averaged over runs from one start (Wortsman et al. 2022)."""
    import copy

    mean = copy.deepcopy(models[0])
    states = [model.state_dict() for model in models]
    mean.load_state_dict({name: torch.stack([state[name] for state in states]).mean(0) for name in states[0]})
    return mean


def topic_threshold(probabilities: NDArray[np.float64], rows: Sequence[Row]) -> float:
    """Where naming further topics agrees best with dev."""
    truth = [set(row.topics) for row in rows]

    def agreement(threshold: float) -> float:
        return set_f1(truth, [topics_above(row, threshold) for row in probabilities])

    return float(max(np.round(np.arange(0.1, 0.51, 0.02), 2), key=agreement))


def topics_above(probabilities: NDArray[np.float64], threshold: float) -> set[str]:
    topics = HEADS["topic"]
    return {
        topics[int(probabilities.argmax())],
        *(t for t, p in zip(topics, probabilities, strict=True) if p >= threshold),
    }


def pretrained_model(config: TrainConfig, tokenizer: Tokenizer) -> LabelHeads:
    """The pretrained encoder under fresh heads. Raises UsageError when nothing was pretrained there."""
    for name in ("encoder.pt", "checkpoint.pt"):
        path = config.pretrained / name
        if path.exists():
            state: dict[str, Tensor] = torch.load(path, weights_only=True)["model"]
            break
    else:
        raise UsageError(f"Không thấy mô hình đã huấn luyện trước trong {config.pretrained}; hãy chạy nlp.pretrain.")
    body = {name.removeprefix("encoder."): value for name, value in state.items() if name.startswith("encoder.")}
    layers = 1 + max(int(name.split(".")[1]) for name in body if name.startswith("blocks."))
    vocabulary, hidden = body["embedding.weight"].shape
    inner = body["blocks.0.inner.weight"].shape[0]
    shape = EncoderConfig(vocabulary, hidden, layers, inner=inner, max_tokens=config.max_tokens, dropout=config.dropout)
    if vocabulary != tokenizer.get_vocab_size():
        raise UsageError(f"Bộ tách từ và mô hình trong {config.pretrained} không cùng một bộ từ vựng.")
    encoder = Encoder(shape)
    encoder.load_state_dict(body)
    return LabelHeads(encoder, {head: len(labels) for head, labels in HEADS.items()}, config.dropout)


def _targets(rows: Sequence[Row], head: str) -> NDArray[np.int64]:
    return np.array([HEADS[head].index(row.label(head)) for row in rows])


def save(trained: Trained, config: TrainConfig) -> Path:
    """`OUT/model.pt` for `nlp.export`."""
    config.out.mkdir(parents=True, exist_ok=True)
    path = config.out / "model.pt"
    saved: dict[str, Any] = {
        "model": trained.model.state_dict(),
        "encoder": asdict(trained.model.encoder.config),
        "temperatures": trained.temperatures,
        "mixes": trained.mixes,
        "threshold": trained.threshold,
        "config": {name: value for name, value in asdict(config).items() if not isinstance(value, Path | tuple)},
        "seeds": list(config.seeds),
        "folders": [str(folder) for folder in config.folders],
    }
    torch.save(saved, path)
    save_ngrams(config.out / NGRAMS, trained.ngrams)
    trained.tokenizer.save(str(config.out / TOKENIZER))
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pretrained", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--folders", type=Path, nargs="*", default=[CORPUS_DIR])
    parser.add_argument("--seeds", type=int, nargs="*", default=[1])
    for name in ("epochs", "batch", "threads"):
        parser.add_argument(f"--{name}", type=int, default=getattr(TrainConfig, name))
    for name in ("learning_rate", "noise", "agree", "balance", "dropout", "further", "smoothing"):
        parser.add_argument(f"--{name.replace('_', '-')}", type=float, default=getattr(TrainConfig, name))
    arguments = vars(parser.parse_args())
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    config = TrainConfig(**arguments | {name: tuple(arguments[name]) for name in ("folders", "seeds")})
    log.info("%s", save(train(config), config))


if __name__ == "__main__":
    main()
