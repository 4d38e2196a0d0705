"""The shipped weights in ONNX Runtime: checked before they are used, and no torch."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from tokenizers import Tokenizer

from langnghe.errors import WeightsError
from nlp.labels import HEADS
from nlp.ngrams import Ngrams, load_ngrams
from nlp.tokenizer import START_ID, load_tokenizer

FORMAT = 2
MODEL, NGRAMS, TOKENIZER, MANIFEST = "model.onnx", "ngrams.npz", "tokenizer.json", "manifest.json"
_MEND = "Hãy tải lại thư mục trọng số hoặc xuất lại bằng nlp.export."


class Manifest(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    format: int
    name: str
    files: dict[str, str]
    """File name to sha256."""
    heads: dict[str, list[str]]
    """Labels in the order of the outputs."""
    max_tokens: int = Field(ge=8)
    mixes: dict[str, float]
    """How much of the n-gram voice's logits is added to the encoder's, a head."""
    temperatures: dict[str, float]
    """What the sum is divided by, a head."""
    threshold: float = Field(gt=0, lt=1)


class Runtime:
    """One ONNX Runtime session. Equal input gives equal output."""

    def __init__(self, path: Path, *, threads: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])
        self.widths: dict[str, int] = {output.name: output.shape[1] for output in self._session.get_outputs()}

    def run(self, ids: NDArray[np.int64]) -> dict[str, NDArray[np.float32]]:
        """Padded ids (n, length) to logits (n, labels) of each head, and `sentence` (n, hidden)."""
        return dict(zip(self.widths, self._session.run(None, {"ids": ids}), strict=True))


@dataclass(frozen=True)
class Weights:
    manifest: Manifest
    digest: str
    """sha256 of the manifest, which holds those of the other files."""
    tokenizer: Tokenizer
    runtime: Runtime
    ngrams: Ngrams


def load_weights(folder: Path, *, threads: int) -> Weights:
    """Raises WeightsError, saying what is wrong, unless files, hashes, labels and a trial run are all right."""
    manifest, digest = read_manifest(folder)
    for name in (MODEL, NGRAMS, TOKENIZER):
        _check_file(folder / name, manifest.files.get(name))
    try:
        tokenizer = load_tokenizer(folder / TOKENIZER)
        ngrams = load_ngrams(folder / NGRAMS)
        runtime = Runtime(folder / MODEL, threads=threads)
        trial = runtime.run(np.array([[START_ID, *tokenizer.encode("đường ngập").ids]], dtype=np.int64))
    except Exception as error:  # ONNX Runtime's own errors share no base but Exception
        raise WeightsError(f"Không nạp được mô hình trong {folder}: {error}. {_MEND}") from error
    _check_outputs(folder, trial)
    return Weights(manifest, digest, tokenizer, runtime, ngrams)


def read_manifest(folder: Path) -> tuple[Manifest, str]:
    """The manifest and its sha256."""
    path = folder / MANIFEST
    try:
        raw = path.read_bytes()
        fields: Any = json.loads(raw)
    except FileNotFoundError as error:
        raise WeightsError(f"Thiếu tệp {path}: chưa có trọng số mô hình. {_MEND}") from error
    except (OSError, ValueError) as error:
        raise WeightsError(f"Không đọc được {path}: {error}. {_MEND}") from error
    if not isinstance(fields, dict) or fields.get("format") != FORMAT:
        raise WeightsError(f"{path} không thuộc phiên bản {FORMAT} mà chương trình này đọc được. {_MEND}")
    try:
        manifest = Manifest.model_validate(fields)
    except ValidationError as error:
        raise WeightsError(f"{path} thiếu hoặc sai mục {error.errors()[0]['loc']}. {_MEND}") from error
    _check_labels(path, manifest)
    return manifest, hashlib.sha256(raw).hexdigest()


def _check_labels(path: Path, manifest: Manifest) -> None:
    for head, labels in HEADS.items():
        if tuple(manifest.heads.get(head, ())) != labels:
            raise WeightsError(f"Bộ nhãn “{head}” trong {path} khác với bộ nhãn của chương trình. {_MEND}")
        if not manifest.temperatures.get(head, 0.0) > 0.0 or head not in manifest.mixes:
            raise WeightsError(f"{path} thiếu số hiệu chỉnh của “{head}”. {_MEND}")


def _check_file(path: Path, expected: str | None) -> None:
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError as error:
        raise WeightsError(f"Thiếu tệp {path}. {_MEND}") from error
    except OSError as error:
        raise WeightsError(f"Không đọc được {path}: {error}. {_MEND}") from error
    if found != expected:
        raise WeightsError(f"Tệp {path} bị hỏng hoặc không cùng bản với manifest.json (sai sha256). {_MEND}")


def _check_outputs(folder: Path, outputs: dict[str, NDArray[np.float32]]) -> None:
    for head, labels in HEADS.items():
        if head not in outputs or outputs[head].shape != (1, len(labels)):
            raise WeightsError(f"Mô hình trong {folder} không có đầu ra “{head}” gồm {len(labels)} nhãn. {_MEND}")
    check_finite(outputs)


def check_finite(outputs: dict[str, NDArray[np.float32]]) -> None:
    """Raises WeightsError for a model that answers NaN or infinity: posts then wait."""
    if not all(np.isfinite(values).all() for values in outputs.values()):
        raise WeightsError(f"Mô hình cho kết quả không phải là số (NaN). {_MEND}")
