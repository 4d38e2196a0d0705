"""Labels of texts that may not be published, joined with the texts where those are at hand.

    python -m nlp.joinlabels --texts pretrain.txt.zst rss_hcmc.jsonl --out var/joined

`nlp/data/real_labels.jsonl` holds the sha256 of each text (`nlp.corpus.text_hash`) and what readers decided about it.
The folder that is written can be given to `nlp.train` and `nlp.evaluate` beside the others.
"""

import argparse
import io
import json
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langnghe.errors import UsageError
from nlp.corpus import text_hash

LABELS = Path(__file__).parent / "data" / "real_labels.jsonl"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Joined:
    found: int
    missing: int
    """Labels whose text is in none of the files."""


def join_labels(texts: Iterable[Path], out: Path, labels: Path = LABELS) -> Joined:
    """Writes `real_joined.jsonl` into the folder `out`, in the order of the labels. Raises UsageError."""
    wanted = {row.pop("hash"): row for row in map(json.loads, labels.read_text(encoding="utf-8").splitlines())}
    found = {hash_: text for path in texts for text in read_texts(path) if (hash_ := text_hash(text)) in wanted}
    out.mkdir(parents=True, exist_ok=True)
    with (out / "real_joined.jsonl").open("w", encoding="utf-8") as file:
        for hash_, fields in wanted.items():
            if hash_ in found:
                row: dict[str, Any] = {"text": found[hash_], **fields, "places": [], "agencies": [], "pii": []}
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return Joined(len(found), len(wanted) - len(found))


def read_texts(path: Path) -> Iterator[str]:
    """Lines of a `.txt` or `.txt.zst`; of a `.jsonl` the title and the summary as one text. Raises UsageError."""
    if path.suffix == ".jsonl":
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            yield headline_text(row)
        return
    for line in _lines(path):
        yield line.strip()


def headline_text(row: dict[str, Any]) -> str:
    """A headline and its summary as readers were shown them."""
    return f"{row['title'].rstrip('.')}. {row['summary'] or ''}".strip()


def _lines(path: Path) -> Iterator[str]:
    try:
        with path.open("rb") as raw:
            if path.suffix != ".zst":
                yield from io.TextIOWrapper(raw, encoding="utf-8")
                return
            import zstandard

            yield from io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(raw), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"Không đọc được {path}: {error}") from error


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    joined = join_labels(given.texts, given.out)
    log.info("joined %d labels, %d without their text", joined.found, joined.missing)


if __name__ == "__main__":
    main()
