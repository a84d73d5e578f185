"""The machine that was measured: its description, which core does what, and what a process takes.

Where two cores are there, the server (and the bare rate) has the first and the load generator the second;
elsewhere, and on systems that cannot pin, the figures say so.
"""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SERVER_CORE, LOAD_CORE = 0, 1


def can_pin() -> bool:
    return hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > max(SERVER_CORE, LOAD_CORE)


def pinned(command: list[str], core: int) -> list[str]:
    """The same command, kept on one core from its first thread on."""
    if not can_pin():
        return command
    pin = f"import os, sys; os.sched_setaffinity(0, {{{core}}}); os.execv(sys.argv[1], sys.argv[1:])"
    return [sys.executable, "-c", pin, *command]


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """This process on one core while the block runs."""
    if not can_pin():
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def cpu_seconds(process: int) -> float | None:
    """Processor time of a process so far; None where it cannot be read."""
    try:
        told = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def open_many_files() -> None:
    """As many sockets as this system lets a process have; those started before keep what they were given."""
    try:
        import resource
    except ImportError:  # not on this system: its own limit applies
        return
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard != resource.RLIM_INFINITY else 65_536, hard))


def own_cpu_seconds() -> float:
    return time.process_time()


def memory(process: int) -> int | None:
    """Bytes of a process that are in memory now; None where it cannot be read."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")


def others_at_work() -> bool:
    """Whether something else keeps the cores busy; then the bare rate suffers most, and a ratio looks too good."""
    return hasattr(os, "getloadavg") and os.getloadavg()[0] > (os.cpu_count() or 1) / 2


def describe(folder: Path) -> dict[str, object]:
    """What a reader needs to compare with another machine; `load` tells whether others were at work."""
    load = os.getloadavg() if hasattr(os, "getloadavg") else ()
    return {
        "processor": _first("/proc/cpuinfo", "model name") or platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "memory": _first("/proc/meminfo", "MemTotal"),
        "system": platform.platform(),
        "filesystem": _filesystem(folder),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "pinned": can_pin(),
        "load": [round(one, 2) for one in load],
    }


def _first(file: str, key: str) -> str:
    try:
        lines = Path(file).read_text().splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(key)), "")


def _filesystem(folder: Path) -> str:
    """Type of the file system that holds this folder: the longest mount point above it."""
    try:
        mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    except OSError:
        return ""
    above = {str(one) for one in (folder.resolve(), *folder.resolve().parents)}
    return max(((m[1], m[2]) for m in mounts if m[1] in above), key=lambda m: len(m[0]), default=("", ""))[1]
