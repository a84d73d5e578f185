"""The network as this process meets it: which address phones can reach, which host an address names, how many may come."""

from __future__ import annotations

import socket
from contextlib import suppress
from urllib.parse import urlsplit


def lan_address() -> str:
    """This machine's address on the local network; 127.0.0.1 when it has none. Nothing is sent."""
    probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        probe.connect(("192.0.2.1", 9))  # a documentation address: connecting a datagram socket sends no packet
        return str(probe.getsockname()[0])
    except OSError:
        return "127.0.0.1"
    finally:
        probe.close()


def host_of(address: str) -> str:
    """Host and port of an address; empty for one that is none."""
    try:
        return urlsplit(address).netloc
    except ValueError:
        return ""


def make_room_for_phones(wanted: int = 65_536) -> int:
    """Let this process hold as many connections as the system allows, up to `wanted`; how many that are.

    Systems start a process with 1,024 open files, or 256; a hall has a phone a seat, each with a connection.
    """
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return wanted
    now, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if now == resource.RLIM_INFINITY:
        return wanted
    for size in (wanted, 10_240):  # macOS refuses more than the second, whatever it says
        most = size if hard == resource.RLIM_INFINITY else min(size, hard)
        if now < most:
            with suppress(ValueError, OSError):
                resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
                return most
    return now
