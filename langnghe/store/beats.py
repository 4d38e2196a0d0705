"""Signs of life of workers, one file each, which health checks and pages look at."""

import socket
from datetime import UTC, datetime
from pathlib import Path


def beat_file(home: Path) -> Path:
    """Touched while the worker of this machine can reach its database and keeps or watches the timetable."""
    return home / f"worker-{socket.gethostname()}.beat"


def last_beat(home: Path) -> datetime | None:
    """When any worker of this home last gave a sign; None when none ever did."""
    moments = [path.stat().st_mtime for path in home.glob("worker-*.beat")]
    return datetime.fromtimestamp(max(moments), UTC) if moments else None
