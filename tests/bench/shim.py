"""Slow disks on purpose: a shared object that is put before a process's own fsync (Linux, with a C compiler)."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "shims" / "slowsync.c"
COMPILERS = ("cc", "gcc", "clang")


class NoCompiler(Exception):
    """Nothing here can compile the shim."""


def slow_fsync(folder: Path, microseconds: int) -> dict[str, str]:
    """The environment under which a process's every fsync takes so much longer. Raises NoCompiler."""
    compiler = next(filter(None, map(shutil.which, COMPILERS)), None)
    if compiler is None or not sys.platform.startswith("linux"):
        raise NoCompiler("no C compiler")
    built = folder / "slowsync.so"
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", str(built), str(SOURCE), "-ldl"], check=True, timeout=60)
    return {"LD_PRELOAD": str(built), "SLOWSYNC_US": str(microseconds)}
