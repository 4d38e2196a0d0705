"""Ingesting on this machine: mentions a second through all stages, and which stage takes how much of it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter

from bench.material import NOW, collected_mentions, index_size
from bench.measure import peak_mb, seconds
from index.backends import open_index
from langnghe.clusters import assign_clusters
from langnghe.ingest import ingest
from langnghe.records import Mention
from langnghe.settings import Settings
from langnghe.store.engine import open_store
from langnghe.store.mentions import finish_annotating, finish_indexing, save_mentions
from nlp.annotate import Understanding, annotate, load_understanding
from nlp.clean import clean_text
from nlp.language import detect_language
from nlp.pii import find_pii, mask
from nlp.spam import spam_flags
from nlp.teencode import normalise_teencode

N_SAMPLE = 500


def measure_ingest(n_mentions: int, folder: Path) -> dict[str, float]:
    """Mentions a second of `langnghe.ingest` beside those that `underthesea.word_tokenize` alone cuts into words."""
    settings = Settings(home=folder / "home", _env_file=None)
    mentions = collected_mentions(n_mentions)
    understanding = load_understanding(settings)
    annotate(mentions[:32], understanding, now=NOW)
    store, index = open_store(settings), open_index(settings, writer=True)
    save_mentions(store, mentions)
    ingest_s = seconds(partial(ingest, store, index, understanding, settings))
    index.close()
    store.close()
    ingest_peak_mb = peak_mb()
    sample = mentions[:N_SAMPLE]
    segment_s = seconds(partial(_segment, sample))
    shares = _shares(sample, understanding, folder / "shares")
    return {
        "mentions": n_mentions,
        "mentions_per_s": n_mentions / ingest_s,
        "segmented_per_s": len(sample) / segment_s,
        "ratio": (n_mentions / ingest_s) / (len(sample) / segment_s),
        "store_mb": (settings.home / "langnghe.sqlite3").stat().st_size / 2**20,
        "index_mb": index_size(settings.index_dir) / 2**20,
        "peak_mb": ingest_peak_mb,
    } | shares


def _segment(sample: list[Mention]) -> None:
    from underthesea import word_tokenize  # type: ignore[import-untyped]

    for mention in sample:
        word_tokenize(mention.text)


def _shares(sample: list[Mention], understanding: Understanding, folder: Path) -> dict[str, float]:
    """Each stage alone on the same texts, as a share of their sum."""
    texts = [mention.full_text for mention in sample]
    masked = [mask(text, find_pii(text)) for text in texts]
    clean = [clean_text(text) for text in masked]
    stages: dict[str, Callable[[], object]] = {
        "mask": lambda: [mask(text, find_pii(text)) for text in texts],
        "clean": lambda: [(clean_text(t), normalise_teencode(t), detect_language(t), spam_flags(t)) for t in masked],
        "locate": lambda: [(understanding.gazetteer.find(t), understanding.agencies.find(t)) for t in masked],
        "classify": lambda: understanding.classifier.classify(clean),
    }
    taken = {name: seconds(work) for name, work in stages.items()} | _storing(sample, understanding, folder)
    total = sum(taken.values())
    return {f"share_{name}": spent / total for name, spent in taken.items()}


def _storing(sample: list[Mention], understanding: Understanding, folder: Path) -> dict[str, float]:
    """Clustering, the store's transactions and the index's commit, on a store and an index of their own."""
    settings = Settings(home=folder, _env_file=None)
    store, index = open_store(settings), open_index(settings, writer=True)
    save_mentions(store, sample)
    batch = annotate(sample, understanding, now=NOW)
    taken: dict[str, float] = {}
    with store.write() as connection:
        started = perf_counter()
        batch = assign_clusters(store, connection, batch)
        taken["cluster"] = perf_counter() - started
        taken["store"] = seconds(partial(finish_annotating, store, connection, batch))
    taken["index"] = seconds(partial(index.upsert, batch))
    taken["store"] += seconds(partial(finish_indexing, store, batch))
    index.close()
    store.close()
    return taken
