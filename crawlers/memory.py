"""A crawl that grows beyond its share of memory ends, with what it has."""

import os
from pathlib import Path

from scrapy.extensions.memusage import MemoryUsage

_STATM = Path("/proc/self/statm")


class ResidentMemory(MemoryUsage):
    """Scrapy asks for the peak, which Linux hands down from the process that started this one: the child of
    a worker that holds a model would end before its first page. This asks for the memory held now."""

    def get_virtual_size(self) -> int:
        if not _STATM.exists():
            return super().get_virtual_size()
        return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
