"""Imports point down, as the design's tree shows; the floor imports nothing of ours but itself."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FLOOR = {"langnghe.records", "langnghe.settings", "langnghe.errors", "langnghe.text", "langnghe.store"}
COMPOSE = {"langnghe.clusters", "langnghe.ingest", "langnghe.reindex", "langnghe.stats", "desk"}
MAY_IMPORT = {
    **dict.fromkeys(FLOOR, FLOOR),
    "nlp": FLOOR | {"nlp"},
    "index": FLOOR | {"index"},
    **{part: FLOOR | COMPOSE | {"nlp", "index"} for part in COMPOSE},
    "crawlers": FLOOR | COMPOSE | {"nlp", "index", "crawlers"},
    "api": FLOOR | COMPOSE | {"nlp", "index", "api"},
    "ui": FLOOR | COMPOSE | {"nlp", "index", "ui"},
}
PACKAGES = ("langnghe", "crawlers", "nlp", "index", "desk", "api", "ui")
FILES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def room(module: str) -> str:
    """The part of the house a module belongs to: a package, or a module of `langnghe`."""
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == "langnghe" else parts[0]


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return {room(module) for module in found if module.split(".")[0] in PACKAGES} - {"langnghe"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    own = room(".".join(path.relative_to(ROOT).with_suffix("").parts))
    allowed = MAY_IMPORT.get(own)
    if allowed is not None:
        wrong = {module for module in imported(path) if module not in allowed and room(module) not in allowed}
        assert not {module for module in wrong if module != own}


def test_packages_begin_with_one_line_and_import_nothing() -> None:
    for path in [path for path in FILES if path.name == "__init__.py"]:
        body = ast.parse(path.read_text()).body
        assert len(body) == 1, path
        assert isinstance(body[0], ast.Expr), path


def test_one_module_reads_the_environment() -> None:
    assert [str(path.relative_to(ROOT)) for path in FILES if READS_ENVIRONMENT.search(path.read_text())] == []


READS_ENVIRONMENT = re.compile(r"getenv|environ(\[|\.(get|pop|setdefault)\()(?!\"PYTHONPATH)")
"""Handing the environment on to a child process, with a longer path, is no reading."""
