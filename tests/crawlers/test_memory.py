"""The memory limit of a crawl looks at the crawl itself."""

import subprocess
import sys

ASK = """
import resource
from crawlers.memory import ResidentMemory
held = ResidentMemory.get_virtual_size(object.__new__(ResidentMemory))
print(held, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""
MUCH = 400_000_000


def test_a_child_of_a_process_that_once_held_much_is_not_taken_for_large() -> None:
    ballast = b"x" * MUCH
    del ballast
    told = subprocess.run([sys.executable, "-c", ASK], check=True, capture_output=True, text=True).stdout
    held, handed_down = map(int, told.split())
    assert handed_down >= MUCH
    assert 10_000_000 < held < MUCH // 2
