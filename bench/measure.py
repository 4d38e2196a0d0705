"""Times and memory of one process."""

import resource
import statistics
import sys
from collections.abc import Callable, Sequence
from time import perf_counter


def seconds(work: Callable[[], object]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


def milliseconds_each(calls: Sequence[Callable[[], object]]) -> list[float]:
    """One measurement a call, after one unmeasured call that fills the caches."""
    calls[0]()
    return [seconds(call) * 1000 for call in calls]


def quantile(values: Sequence[float], share: float) -> float:
    """`share` 0.95 gives p95."""
    return statistics.quantiles(values, n=100, method="inclusive")[round(share * 100) - 1]


def peak_mb(*, children: bool = False) -> float:
    """The largest resident set so far of this process, or of its largest child that has ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN if children else resource.RUSAGE_SELF).ru_maxrss
    return used / (2**20 if sys.platform == "darwin" else 2**10)
