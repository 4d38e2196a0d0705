"""A start for the embedding table: what stands near what, factorised (as skip-gram does: Levy & Goldberg 2014)."""

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray


def start_embedding(texts: Iterable[Sequence[int]], vocab_size: int, width: int, window: int = 4) -> torch.Tensor:
    """Rows (vocab_size, width) of equal length: truncated SVD of the positive pointwise mutual information."""
    counts = cooccurrences(texts, vocab_size, window)
    information = positive_information(torch.from_numpy(counts))
    torch.manual_seed(0)
    left, strength, _ = torch.svd_lowrank(information, q=width, niter=2)
    rows = left * strength.sqrt()
    unit: torch.Tensor = rows / rows.norm(dim=1, keepdim=True).clamp(min=1e-6)
    return unit


def cooccurrences(texts: Iterable[Sequence[int]], vocab_size: int, window: int) -> NDArray[np.float32]:
    """Symmetric counts (vocab_size, vocab_size), a pair at distance d counts 1/d; pairs cross no text border."""
    flat = np.concatenate([np.asarray([*text, *[-1] * window], dtype=np.int64) for text in texts])
    counts = np.zeros(vocab_size * vocab_size, dtype=np.float32)
    for distance in range(1, window + 1):
        here, there = flat[:-distance], flat[distance:]
        both = (here >= 0) & (there >= 0)
        np.add.at(counts, here[both] * vocab_size + there[both], np.float32(1.0 / distance))
    square = counts.reshape(vocab_size, vocab_size)
    return square + square.T


def positive_information(counts: torch.Tensor, smoothing: float = 0.75) -> torch.Tensor:
    """log p(a, b) / p(a) p(b) where above zero; contexts are smoothed as in word2vec."""
    context = counts.sum(0) ** smoothing
    expected = counts.sum(1, keepdim=True) * (context / context.sum()) + 1e-9
    return (counts / expected).log_().clamp_(min=0.0)
