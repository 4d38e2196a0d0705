"""Masked-word pretraining of the encoder on plain text; reads top to bottom, and may be killed and started again.

    python -m nlp.pretrain --corpus pretrain.txt.zst --out var/pretrain --labelled nlp/data/corpus

The learning rate rises, stays, and falls only when asked: `touch OUT/decay` ends the run in `decay_steps` steps, so
that it can be stopped well at any time. A batch depends on seed and step alone; a checkpoint is replaced atomically.
"""

import argparse
import io
import logging
import math
import os
import random
import time
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

from nlp.cooccurrence import start_embedding
from nlp.corpus import Split, load_rows, split_rows
from nlp.encoder import Encoder, EncoderConfig, MaskedWords
from nlp.noise import noised
from nlp.tokenizer import BLANK_ID, SPECIAL, START_ID, encode, load_tokenizer, prepared, train_tokenizer

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PretrainConfig:
    corpus: Path
    """One text a line, UTF-8, `.zst` or plain."""
    out: Path
    labelled: tuple[Path, ...] = ()
    """Folders of labelled rows; texts that read like their training split are drawn more often."""
    vocab_size: int = 14000
    hidden: int = 256
    layers: int = 4
    length: int = 128
    batch: int = 48
    masked: float = 0.2
    noise: float = 0.35
    """Share of the texts that are noised."""
    likeness: float = 1.2
    """How strongly texts like the labelled ones are preferred; 0: all texts alike."""
    learning_rate: float = 2e-3
    warmup_steps: int = 150
    decay_steps: int = 150
    max_steps: int = 100_000
    save_every: int = 50
    start_texts: int = 300_000
    """So many texts train the tokenizer and the start of the embedding table."""
    threads: int = 2
    seed: int = 1


def pretrain(config: PretrainConfig) -> Path:
    """The trained model's checkpoint: `OUT/encoder.pt`, beside `OUT/tokenizer.json`."""
    torch.set_num_threads(config.threads)
    config.out.mkdir(parents=True, exist_ok=True)
    texts = read_texts(config.corpus)
    share = draw_shares(texts, config)
    tokenizer = _tokenizer(texts, share, config)
    torch.manual_seed(config.seed)
    model = MaskedWords(Encoder(EncoderConfig(tokenizer.get_vocab_size(), config.hidden, config.layers)))
    optimisers = build_optimisers(model, config)
    state = _load(config.out / "checkpoint.pt", model, optimisers)
    if state is None:
        state = {"step": 0, "tokens": 0, "decay_from": None}
        _start(model, texts, share, tokenizer, config)
    started, seen, losses = time.monotonic(), 0, []
    while state["step"] < config.max_steps:
        if state["decay_from"] is None and (config.out / "decay").exists():
            state["decay_from"] = state["step"]
        rate = schedule(state["step"], state["decay_from"], config)
        if rate <= 0.0:
            break
        batch = draw_batch(texts, share, tokenizer, config, state["step"])
        losses.append(train_step(model, optimisers, batch, rate))
        state["step"] += 1
        state["tokens"] += batch.ids.numel()
        seen += batch.ids.numel()
        if state["step"] % config.save_every == 0:
            _save(config.out / "checkpoint.pt", model, optimisers, state)
            speed = seen / (time.monotonic() - started)
            log.info(
                "step %d loss %.3f tokens %d, %.0f a second", state["step"], np.mean(losses), state["tokens"], speed
            )
            losses.clear()
    final = config.out / "encoder.pt"
    _replace(final, {"model": model.state_dict(), "config": asdict(model.encoder.config), **state})
    return final


def read_texts(path: Path) -> list[str]:
    with path.open("rb") as file:
        if path.suffix != ".zst":
            return file.read().decode("utf-8").splitlines()
        import zstandard

        return io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(file), encoding="utf-8").read().splitlines()


def draw_shares(texts: Sequence[str], config: PretrainConfig) -> NDArray[np.float64]:
    """Cumulative probabilities of drawing each text: the more its words are those of the labelled training rows, the
    likelier (Moore & Lewis 2010, on single words)."""
    wanted = [row.text for folder in config.labelled for row in split_rows(load_rows(folder), Split.TRAIN)]
    if not wanted:
        return np.cumsum(np.full(len(texts), 1.0 / len(texts)))
    near, far = (Counter(word for text in some for word in text.lower().split()) for some in (wanted, texts[::20]))
    n_near, n_far = near.total() + 1.0, far.total() + 1.0
    gain = {word: math.log((near[word] + 0.5) / n_near) - math.log((far[word] + 0.5) / n_far) for word in near | far}
    unknown = math.log(n_far / n_near)
    scores = np.array([np.mean([gain.get(w, unknown) for w in t.lower().split()] or [0.0]) for t in texts])
    z = np.clip((scores - scores.mean()) / scores.std(), -2.0, 2.0)
    weights = np.exp(config.likeness * z)
    shares: NDArray[np.float64] = np.cumsum(weights / weights.sum())
    return shares


@dataclass(frozen=True)
class Batch:
    ids: Tensor
    """(batch, length), words covered."""
    mask: Tensor
    """(batch, 1, length, length): a text looks at itself only."""
    positions: Tensor
    """(k,) flat places of the covered words."""
    targets: Tensor
    """(k,) what stood there."""


def draw_batch(
    texts: Sequence[str], share: NDArray[np.float64], tokenizer: Tokenizer, config: PretrainConfig, step: int
) -> Batch:
    """Texts drawn by their share, some noised, packed one after another into rows of equal length."""
    rng = random.Random(f"{config.seed}/{step}")
    numbers = np.random.default_rng([config.seed, step])
    size = config.batch * config.length
    ids: list[int] = []
    borders: list[int] = []
    while len(ids) < size:
        drawn = np.minimum(np.searchsorted(share, numbers.random(32)), len(texts) - 1)
        chosen = [noised(texts[i], rng) if rng.random() < config.noise else texts[i] for i in drawn]
        for text in encode(tokenizer, chosen):
            at = rng.randrange(max(1, len(text) - config.length + 2))
            borders.append(len(ids))
            ids += [START_ID, *text[at : at + config.length - 1]]
    flat = np.array(ids[:size])
    document = np.searchsorted(borders, np.arange(size), side="right").reshape(config.batch, config.length)
    covered = _spans(numbers, size, config.masked) & (flat >= len(SPECIAL))
    fate = numbers.random(size)
    shown = np.where(covered & (fate < 0.8), BLANK_ID, flat)
    shown = np.where(covered & (fate >= 0.9), numbers.integers(len(SPECIAL), tokenizer.get_vocab_size(), size), shown)
    # One number of places for all batches: kernels are compiled and kept for each shape they meet.
    positions = np.sort(numbers.permutation(np.flatnonzero(covered))[: int(0.9 * config.masked * size)])
    return Batch(
        ids=torch.from_numpy(shown.reshape(config.batch, config.length)),
        mask=torch.from_numpy(document[:, None, :, None] == document[:, None, None, :]),
        positions=torch.from_numpy(positions),
        targets=torch.from_numpy(flat[positions]),
    )


def train_step(model: MaskedWords, optimisers: list[torch.optim.Optimizer], batch: Batch, rate: float) -> float:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = model(batch.ids, batch.mask, batch.positions)
    loss = functional.cross_entropy(logits.float(), batch.targets)
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    for optimiser in optimisers:
        for group in optimiser.param_groups:
            group["lr"] = group["base"] * rate
        optimiser.step()
        optimiser.zero_grad()
    return loss.item()


def build_optimisers(model: MaskedWords, config: PretrainConfig) -> list[torch.optim.Optimizer]:
    """Muon for the blocks' matrices, AdamW for the rest."""
    matrices = [p for p in model.encoder.blocks.parameters() if p.ndim == 2]
    chosen = {id(p) for p in matrices}
    others = [p for p in model.parameters() if id(p) not in chosen]
    rate = config.learning_rate
    muon = torch.optim.Muon(
        [{"params": matrices, "base": rate}], lr=rate, weight_decay=0.05, adjust_lr_fn="match_rms_adamw"
    )
    adam = torch.optim.AdamW(
        [{"params": others, "base": rate}], lr=rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True
    )
    return [muon, adam]


def schedule(step: int, decay_from: int | None, config: PretrainConfig) -> float:
    """Share of the learning rate: up, level, and down to zero from `decay_from` on."""
    up = min(1.0, (step + 1) / config.warmup_steps)
    return up if decay_from is None else up * max(0.0, 1.0 - (step - decay_from) / config.decay_steps)


def _spans(numbers: np.random.Generator, size: int, share: float) -> NDArray[np.bool_]:
    """Places to cover: runs of one to three, since Vietnamese words have one to three syllables."""
    first = numbers.random(size) < share / 1.6
    second = np.roll(first, 1) & (numbers.random(size) < 0.5)
    third = np.roll(second, 1) & (numbers.random(size) < 0.3)
    return first | second | third


def _tokenizer(texts: Sequence[str], share: NDArray[np.float64], config: PretrainConfig) -> Tokenizer:
    path = config.out / "tokenizer.json"
    if not path.exists():
        tokenizer = train_tokenizer((prepared(text) for text in _sample(texts, share, config)), config.vocab_size)
        partial = path.with_suffix(".partial")
        tokenizer.save(str(partial))
        os.replace(partial, path)
    return load_tokenizer(path)


def _start(
    model: MaskedWords, texts: Sequence[str], share: NDArray[np.float64], tokenizer: Tokenizer, config: PretrainConfig
) -> None:
    ids = encode(tokenizer, _sample(texts, share, config))
    rows = start_embedding(ids, tokenizer.get_vocab_size(), config.hidden)
    with torch.no_grad():
        model.encoder.embedding.weight[len(SPECIAL) :] = rows[len(SPECIAL) :] * 0.02 * math.sqrt(config.hidden)


def _sample(texts: Sequence[str], share: NDArray[np.float64], config: PretrainConfig) -> list[str]:
    rng, numbers = random.Random(config.seed), np.random.default_rng(config.seed)
    drawn = np.unique(np.minimum(np.searchsorted(share, numbers.random(config.start_texts)), len(texts) - 1))
    return [noised(texts[i], rng) if rng.random() < config.noise else texts[i] for i in drawn]


def _load(path: Path, model: MaskedWords, optimisers: list[torch.optim.Optimizer]) -> dict[str, Any] | None:
    if not path.exists():
        return None
    saved = torch.load(path, weights_only=True)
    model.load_state_dict(saved["model"])
    for optimiser, state in zip(optimisers, saved["optimisers"], strict=True):
        optimiser.load_state_dict(state)
    return dict(saved["state"])


def _save(path: Path, model: MaskedWords, optimisers: list[torch.optim.Optimizer], state: dict[str, Any]) -> None:
    saved = {"model": model.state_dict(), "optimisers": [o.state_dict() for o in optimisers], "state": dict(state)}
    _replace(path, saved)


def _replace(path: Path, saved: dict[str, Any]) -> None:
    """A reader, or the next start after a kill, finds the old file or the new one, never half of one."""
    partial = path.with_suffix(".partial")
    torch.save(saved, partial)
    os.replace(partial, path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--labelled", type=Path, nargs="*", default=[])
    for name in ("max_steps", "decay_steps", "threads", "seed"):
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=getattr(PretrainConfig, name))
    arguments = vars(parser.parse_args())
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    log.info("%s", pretrain(PretrainConfig(**arguments | {"labelled": tuple(arguments["labelled"])})))


if __name__ == "__main__":
    main()
