"""A child process that does not outlive the one that started it, however that one ends.

The parent says so in the environment (`LEITAI_PARENT`); a thread of the child looks once a second.
"""

from __future__ import annotations

import os
import signal
import threading
import time

TOLD = "LEITAI_PARENT"


def leave_with_parent() -> None:
    """Nothing for a process that nobody has told of a parent."""
    parent = os.environ.get(TOLD, "")
    if parent.isdigit():
        threading.Thread(target=_watch, args=(int(parent),), name="parent-watch", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)
