"""The model: a small pre-norm transformer encoder with rotary positions, its masked-word head and its label heads."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from nlp.tokenizer import PAD_ID


@dataclass(frozen=True)
class EncoderConfig:
    vocab_size: int
    hidden: int = 256
    layers: int = 4
    heads: int = 4
    inner: int = 1024
    max_tokens: int = 192
    dropout: float = 0.0


class Attention(nn.Module):
    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.n_heads = config.heads
        self.scale = (config.hidden // config.heads) ** -0.5
        self.drop = nn.Dropout(config.dropout)
        self.qkv = nn.Linear(config.hidden, 3 * config.hidden)
        self.out = nn.Linear(config.hidden, config.hidden)

    def forward(self, x: Tensor, rotation: tuple[Tensor, Tensor], bias: Tensor) -> Tensor:
        n, length, hidden = x.shape
        heads = self.qkv(x).view(n, length, 3, self.n_heads, hidden // self.n_heads).permute(2, 0, 3, 1, 4)
        query, key = rotate(heads[0], rotation), rotate(heads[1], rotation)  # (n, heads, length, hidden / heads)
        # Written out: on short texts the fused kernel's backward pass takes three times as long on a CPU.
        looks = self.drop(torch.softmax((query * self.scale) @ key.transpose(-1, -2) + bias.to(query.dtype), dim=-1))
        out: Tensor = self.out((looks @ heads[2]).transpose(1, 2).reshape(n, length, hidden))
        return out


class Block(nn.Module):
    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(config.hidden)
        self.attention = Attention(config)
        self.norm2 = nn.LayerNorm(config.hidden)
        self.inner = nn.Linear(config.hidden, config.inner)
        self.outer = nn.Linear(config.inner, config.hidden)
        self.drop = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, rotation: tuple[Tensor, Tensor], bias: Tensor) -> Tensor:
        x = x + self.drop(self.attention(self.norm1(x), rotation, bias))
        fed: Tensor = self.drop(self.outer(functional.gelu(self.inner(self.norm2(x)))))
        return x + fed


class Encoder(nn.Module):
    """Token ids (n, length) to hidden states (n, length, hidden)."""

    cos: Tensor
    sin: Tensor

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocab_size, config.hidden, padding_idx=PAD_ID)
        self.norm_in = nn.LayerNorm(config.hidden)
        self.drop = nn.Dropout(config.dropout)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.norm_out = nn.LayerNorm(config.hidden)
        cos, sin = rotary(config.max_tokens, config.hidden // config.heads)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)
        self.apply(_init)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """`mask` is true where attention may look: (n, 1, 1, length) or, for packed texts, (n, 1, length, length)."""
        length = ids.shape[1]
        rotation = (self.cos[:length], self.sin[:length])
        x = self.drop(self.norm_in(self.embedding(ids)))
        bias = mask.logical_not().to(x.dtype) * -1e4
        for block in self.blocks:
            x = block(x, rotation, bias)
        states: Tensor = self.norm_out(x)
        return states


class MaskedWords(nn.Module):
    """Logits over the vocabulary at chosen positions; the output matrix is the embedding itself."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        hidden = encoder.config.hidden
        self.encoder = encoder
        self.dense = nn.Linear(hidden, hidden)
        self.norm = nn.LayerNorm(hidden)
        self.bias = nn.Parameter(torch.zeros(encoder.config.vocab_size))
        _init(self.dense)

    def forward(self, ids: Tensor, mask: Tensor, positions: Tensor) -> Tensor:
        """`positions` are flat indexes (k,) into n * length; the answer is (k, vocabulary)."""
        states = self.encoder(ids, mask).flatten(0, 1)[positions]
        states = self.norm(functional.gelu(self.dense(states)))
        return functional.linear(states, self.encoder.embedding.weight, self.bias)


class LabelHeads(nn.Module):
    """One linear head a label set on the mean and the maximum of the hidden states."""

    def __init__(self, encoder: Encoder, heads: dict[str, int], dropout: float = 0.1) -> None:
        super().__init__()
        self.encoder = encoder
        self.drop = nn.Dropout(dropout)
        self.heads = nn.ModuleDict({name: nn.Linear(2 * encoder.config.hidden, n) for name, n in heads.items()})
        for head in self.heads.values():
            _init(head)

    def forward(self, ids: Tensor) -> tuple[Tensor, ...]:
        """Logits of each head in order, then the mean-pooled sentence embedding (n, hidden)."""
        present = ids.ne(PAD_ID)
        states = self.encoder(ids, present[:, None, None, :])
        weight = present.unsqueeze(-1).to(states.dtype)
        mean = (states * weight).sum(1) / weight.sum(1).clamp(min=1.0)
        highest = (states * weight + (weight - 1.0) * 1e4).amax(1)
        pooled = self.drop(torch.cat([mean, highest], dim=-1))
        return (*(head(pooled) for head in self.heads.values()), mean)


def rotary(length: int, width: int) -> tuple[Tensor, Tensor]:
    """Cosines and sines (length, width) of rotary positions (Su et al. 2021)."""
    rates = 10000.0 ** (-torch.arange(0, width, 2) / width)
    angles = torch.arange(length)[:, None] * rates[None, :]
    angles = torch.cat([angles, angles], dim=-1)
    return angles.cos(), angles.sin()


def rotate(x: Tensor, rotation: tuple[Tensor, Tensor]) -> Tensor:
    cos, sin = (part.to(x.dtype) for part in rotation)
    first, second = x.chunk(2, dim=-1)
    return x * cos + torch.cat([-second, first], dim=-1) * sin


def _init(module: nn.Module) -> None:
    if isinstance(module, nn.Linear):
        nn.init.trunc_normal_(module.weight, std=0.02)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding):
        nn.init.normal_(module.weight, std=0.02)
        with torch.no_grad():
            module.weight[PAD_ID].zero_()
