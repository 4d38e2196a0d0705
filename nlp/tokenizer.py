"""The subword tokenizer: lower case, canonical tones, punctuation apart, a covered name or number one token."""

import re
from collections.abc import Iterable
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from langnghe.records import MASK
from langnghe.text import canonical

PAD, UNKNOWN, START, BLANK = "[PAD]", "[UNK]", "[CLS]", "[MASK]"
SPECIAL = (PAD, UNKNOWN, START, BLANK, MASK)
"""Their ids are 0 to 4."""
PAD_ID, START_ID, BLANK_ID = 0, 2, 3
_COVERED = re.compile(rf"{MASK}(?:[\s.,/-]*{MASK})*")
_STRETCHED = re.compile(r"(\D)\1{2,}")
_URL = re.compile(r"(?:https?://|www\.)(?:www\.)?([^\s/]*)\S*")


def prepared(text: str) -> str:
    """What the tokenizer reads: canonical, lower case, `quáaaa` shortened, links cut, one mask a covered span."""
    text = _URL.sub(r"\1", canonical(text))
    return " ".join(_STRETCHED.sub(r"\1\1", _COVERED.sub(MASK, text.lower())).split())


def train_tokenizer(texts: Iterable[str], vocab_size: int) -> Tokenizer:
    """Byte-pair merges over `prepared` texts. Merges never cross a space, a digit's border or a punctuation mark."""
    tokenizer = Tokenizer(models.BPE(unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Metaspace(),
            pre_tokenizers.Split(Regex(r"▁?[\p{L}\p{M}]+|▁?\p{N}+|▁?[^\p{L}\p{M}\p{N}▁]|▁"), "isolated"),
        ]
    )
    tokenizer.decoder = decoders.Metaspace()
    special = [AddedToken(name, lstrip=name == MASK, special=True) for name in SPECIAL]
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size, special_tokens=special, limit_alphabet=600, min_frequency=5, show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def load_tokenizer(path: Path) -> Tokenizer:
    """Raises OSError when the file is absent and ValueError when it is not a tokenizer."""
    if not path.is_file():
        raise FileNotFoundError(path)
    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises bare Exception
        raise ValueError(f"{path}: {error}") from error


def encode(tokenizer: Tokenizer, texts: list[str]) -> list[list[int]]:
    """Token ids of each text, without a start token; empty for a text without any."""
    return [encoding.ids for encoding in tokenizer.encode_batch([prepared(text) for text in texts])]
