"""The demonstration's sources: YAML files as operators write them, with the site's address filled in."""

from pathlib import Path

import yaml

from crawlers.config import SourceConfig, parse_source

SOURCES = Path(__file__).parent / "sources"
PLACEHOLDER = "http://demo.invalid"


def demo_sources(base_url: str) -> list[SourceConfig]:
    """Every source of the demonstration, switched on, at `base_url` (no slash at the end)."""
    texts = (path.read_text("utf-8").replace(PLACEHOLDER, base_url) for path in sorted(SOURCES.glob("*.yaml")))
    return [parse_source(yaml.safe_load(text)) for text in texts]
