"""The demonstration from the site to the search index, with the same crawls and runs as any other source."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial

from rich.progress import Progress

from crawlers.config import SourceConfig
from crawlers.run import crawl
from langnghe.cli.services import drain, opened_index, opened_store
from langnghe.demo.edition import Edition, close_runs, current_edition, demo_folder, forget_editions, save_edition
from langnghe.demo.hotline import hotline_csv
from langnghe.demo.pieces import load_publications
from langnghe.demo.site import serve_site
from langnghe.demo.sources import demo_sources
from langnghe.errors import LangNgheError
from langnghe.running import judge
from langnghe.settings import Settings
from langnghe.store.engine import Store
from langnghe.store.mentions import count_pipeline, count_stages
from langnghe.store.runs import Trigger, finish_run, queue_run, start_run
from langnghe.store.sources import save_source, set_enabled
from langnghe.store.tables import RunStatus, Stage

AT_ONCE = 2
"""Sources collected side by side: starting a crawl costs a second or two of one core."""


@dataclass(frozen=True)
class Demo:
    """The site is up and its sources are registered."""

    settings: Settings
    """With leave to reach the site, which no other private address has."""
    store: Store
    sources: Sequence[SourceConfig]


@contextmanager
def open_demo(settings: Settings) -> Iterator[Demo]:
    """Leaves the sources switched off, since their site goes away."""
    edition, is_new = current_edition(settings, now=_now())
    sources = demo_sources(edition.base_url)
    names = [config.name for config in sources]
    with opened_store(settings) as (_, store), serve_site(edition.port, anchor=edition.anchor):
        close_runs(store, names, now=_now())
        if is_new:
            _begin_edition(settings, store, edition, names)
        for config in sources:
            save_source(store, config.name, config.model_dump(mode="json"), enabled=True, now=_now())
        try:
            yield Demo(_with_leave(settings, edition), store, sources)
        finally:
            for name in names:
                set_enabled(store, name, enabled=False, now=_now())
            close_runs(store, names, now=_now())


def collect_and_ingest(demo: Demo, bars: Progress) -> dict[str, int]:
    """Raises LangNgheError naming the first source that could not be collected."""
    hurried = demo.settings.model_copy(update={"crawl_delay_s": 0.0})
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        list(pool.map(lambda config: _collect(demo.store, config, hurried, bars), demo.sources))
    finally:
        pool.shutdown(cancel_futures=True)
    if _anything_waits(demo.store):
        drain(demo.store, demo.settings, bars)
    return asdict(count_pipeline(demo.store))


def _anything_waits(store: Store) -> bool:
    """Loading the model costs seconds that a second run need not spend."""
    stages = count_stages(store)
    return stages[Stage.COLLECTED] + stages[Stage.ANNOTATED] > 0


def _begin_edition(settings: Settings, store: Store, edition: Edition, sources: Sequence[str]) -> None:
    with opened_index(settings, writer=True) as index:
        forget_editions(store, index, sources)
    demo_folder(settings).mkdir(parents=True, exist_ok=True)
    export = hotline_csv(load_publications(edition.anchor)["tong-dai"])
    (demo_folder(settings) / "1022.csv").write_bytes(export)
    save_edition(settings, edition)


def _collect(store: Store, config: SourceConfig, settings: Settings, bars: Progress) -> None:
    """One source, as a run that the page of sources shows."""
    task = bars.add_task(f"Thu thập {config.title}", total=None)
    run_id = queue_run(store, config.name, Trigger.MANUAL, _now())
    start_run(store, run_id, _now())
    result = crawl(config, settings, on_progress=lambda counts: bars.update(task, completed=counts.items))
    outcome = judge(config, result)
    finish_run(store, run_id, outcome, _now())
    bars.update(task, completed=result.counts.items, total=result.counts.items)
    if outcome.status is RunStatus.FAILED:
        raise LangNgheError(f"Không thu thập được {config.title}: {outcome.reason}")


def _with_leave(settings: Settings, edition: Edition) -> Settings:
    site = edition.base_url.removeprefix("http://")
    return settings.model_copy(update={"allowed_private_hosts": (*settings.allowed_private_hosts, site)})


_now = partial(datetime.now, UTC)
