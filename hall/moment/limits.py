"""How many phones one process can hold: each that polls keeps a connection open, and a connection is an open file.

Many systems allow a process 1,024 files unless it asks for more; past the limit connections get no answer at all.
"""

from __future__ import annotations

from contextlib import suppress

try:
    import resource
except ImportError:  # not a Unix: nothing to ask for
    resource = None  # type: ignore[assignment]

WANTED, OUR_OWN = 65_536, 200  # files; what the database, the pages and their sockets need beside the phones


def allow_many_phones() -> None:
    """Ask for as many open files as the system grants without more rights."""
    if resource is None:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED if hard == resource.RLIM_INFINITY else min(WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(ValueError, OSError):  # some systems name a limit that they do not grant
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def phones_at_once() -> int | None:
    """How many phones this process can hold; None where the system sets no limit or does not say."""
    if resource is None:
        return None
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if soft == resource.RLIM_INFINITY else max(0, soft - OUR_OWN)
