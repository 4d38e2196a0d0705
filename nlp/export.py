"""From a fine-tuned model to the shipped files: int8 ONNX, n-grams, tokenizer, and the manifest, which is written last.

python -m nlp.export --trained var/train --weights nlp/weights
"""

import argparse
import hashlib
import json
import logging
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import (  # type: ignore[import-untyped]
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_static,
)
from torch import Tensor, nn

from nlp.corpus import Row, Split, load_rows, product_text, split_hash, split_rows
from nlp.encoder import Encoder, EncoderConfig, LabelHeads
from nlp.labels import HEADS
from nlp.runtime import FORMAT, MANIFEST, MODEL, NGRAMS, TOKENIZER, Runtime
from nlp.tokenizer import encode, load_tokenizer
from nlp.train import padded

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ExportConfig:
    trained: Path
    """Where `nlp.train` wrote."""
    weights: Path
    name: str = "encoder-1"
    least_agreement: float = 0.97
    """Share of dev rows on which the int8 model must decide like the trained one, on every head."""


class ByteEmbedding(nn.Module):
    """The embedding table in bytes, one scale a row: a quarter of the size."""

    rows: Tensor
    scales: Tensor

    def __init__(self, table: Tensor) -> None:
        super().__init__()
        scales = table.abs().amax(1, keepdim=True).clamp(min=1e-8) / 127.0
        self.register_buffer("rows", (table / scales).round().to(torch.int8))
        self.register_buffer("scales", scales)

    def forward(self, ids: Tensor) -> Tensor:
        found: Tensor = self.rows[ids].to(torch.float32) * self.scales[ids]
        return found


def export(config: ExportConfig) -> Path:
    """The manifest's path. Raises ValueError when the int8 model decides otherwise than the trained one."""
    saved: dict[str, Any] = torch.load(config.trained / "model.pt", weights_only=True)
    model = rebuilt(saved)
    rows = [row for folder in saved["folders"] for row in load_rows(Path(folder))]
    config.weights.mkdir(parents=True, exist_ok=True)
    (config.weights / MANIFEST).unlink(missing_ok=True)
    tokenizer = load_tokenizer(config.trained / TOKENIZER)
    tokenizer.save(str(config.weights / TOKENIZER), pretty=False)
    (config.weights / NGRAMS).write_bytes((config.trained / NGRAMS).read_bytes())
    longest = model.encoder.config.max_tokens
    write_onnx(model, config.weights / MODEL, batches_of(split_rows(rows, Split.TRAIN)[::12], tokenizer, longest))
    agreement = compared(model, config.weights / MODEL, batches_of(split_rows(rows, Split.DEV), tokenizer, longest))
    log.info("int8 agrees with fp32 on dev: %s", agreement)
    if min(agreement.values()) < config.least_agreement:
        raise ValueError(f"int8 decides otherwise than fp32: {agreement}")
    manifest = {
        "format": FORMAT,
        "name": config.name,
        "files": {name: sha256(config.weights / name) for name in (MODEL, NGRAMS, TOKENIZER)},
        "heads": {head: list(labels) for head, labels in HEADS.items()},
        "max_tokens": longest,
        "mixes": saved["mixes"],
        "temperatures": saved["temperatures"],
        "threshold": saved["threshold"],
        "trained": {
            "commit": commit(),
            "arguments": saved["config"] | {"seeds": saved["seeds"]},
            "rows": {split: len(split_rows(rows, split)) for split in Split},
            "splits": {Path(folder).name: hashes(load_rows(Path(folder))) for folder in saved["folders"]},
            "int8_agrees": agreement,
        },
    }
    path = config.weights / MANIFEST
    path.write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def rebuilt(saved: dict[str, Any]) -> LabelHeads:
    encoder = Encoder(EncoderConfig(**saved["encoder"]))
    model = LabelHeads(encoder, {head: len(labels) for head, labels in HEADS.items()})
    model.load_state_dict(saved["model"])
    return model.eval()


def write_onnx(model: LabelHeads, path: Path, calibration: list[Tensor]) -> None:
    """Matrices as int8 with one scale a column; ids (n, length) in, logits out.

    The scales of the activations are fixed on calibration batches: were they measured on each batch, a text's labels
    would depend on its company.
    """
    longest = model.encoder.config.max_tokens
    shape = {"ids": {0: torch.export.Dim("n", max=64), 1: torch.export.Dim("length", max=longest)}}
    table = model.encoder.embedding
    model.encoder.embedding = ByteEmbedding(table.weight.detach())  # type: ignore[assignment]
    names = [*HEADS, "sentence"]
    sample = torch.full((2, 8), 7)
    program = torch.onnx.export(
        model, (sample,), dynamo=True, input_names=["ids"], output_names=names, dynamic_shapes=shape, verbose=False
    )
    model.encoder.embedding = table
    if program is None:
        raise RuntimeError("the exporter returned nothing")
    with TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.onnx"
        program.save(whole)
        quantize_static(
            whole,
            path,
            Calibration(calibration),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul"],
            extra_options={"MatMulConstBOnly": True, "OpTypesToExcludeOutputQuantization": ["MatMul"]},
        )
    _forget_traces(path)


def _forget_traces(path: Path) -> None:
    """The exporter notes for every node the stack that made it, with the paths of the machine: not for shipping."""
    model = onnx.load(path)
    for node in model.graph.node:
        node.ClearField("metadata_props")
    onnx.save(model, path)


class Calibration(CalibrationDataReader):  # type: ignore[misc]
    """Hands the batches to the quantiser, one after another."""

    def __init__(self, batches: list[Tensor]) -> None:
        self._batches = iter(batches)

    def get_next(self) -> dict[str, NDArray[np.int64]] | None:
        batch = next(self._batches, None)
        return None if batch is None else {"ids": batch.numpy()}


def batches_of(rows: list[Row], tokenizer: Any, max_tokens: int) -> list[Tensor]:
    ids = sorted(encode(tokenizer, [product_text(row) for row in rows]), key=len)
    return [padded(ids[at : at + 16], max_tokens) for at in range(0, len(ids), 16)]


def compared(model: LabelHeads, path: Path, batches: list[Tensor]) -> dict[str, float]:
    """Share of the rows on which each head decides alike."""
    runtime = Runtime(path, threads=2)
    same: dict[str, list[NDArray[np.bool_]]] = {head: [] for head in HEADS}
    for batch in batches:
        with torch.inference_mode():
            whole = model(batch)
        small = runtime.run(batch.numpy())
        for head, logits in zip(HEADS, whole, strict=False):
            same[head].append(logits.numpy().argmax(1) == small[head].argmax(1))
    return {head: round(float(np.concatenate(parts).mean()), 4) for head, parts in same.items()}


def hashes(rows: list[Row]) -> dict[str, str]:
    return {split: split_hash(rows, split) for split in Split}


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def commit() -> str:
    """Of the checkout this code runs in; `unknown` outside of one."""
    command = ["git", "-C", str(Path(__file__).parent), "rev-parse", "HEAD"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return found.stdout.strip() or "unknown"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trained", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--name", default=ExportConfig.name)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    log.info("%s", export(ExportConfig(**vars(parser.parse_args()))))


if __name__ == "__main__":
    main()
