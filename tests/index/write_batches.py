"""A writing process for tests that kill it: prints how many mentions are acknowledged after each batch."""

import sys
from pathlib import Path

from index.embedded import EmbeddedIndex
from tests.index.samples import build_mention


def main() -> None:
    index = EmbeddedIndex(Path(sys.argv[1]), writer=True)
    first, batch = int(sys.argv[2]), int(sys.argv[3])
    for start in range(first, 1_000_000, batch):
        index.upsert([build_mention(f"ngập {i}", name=str(i % 5_000)) for i in range(start, start + batch)])
        print(start + batch, flush=True)


if __name__ == "__main__":
    main()
