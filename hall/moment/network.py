"""Addresses: the one that phones in the hall can reach, and the host that an address names."""

from __future__ import annotations

import socket
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


_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def host_of(address: str) -> str:
    """Host and port of an address, in small letters and without its scheme's own port; empty for one that is none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return parts.netloc.lower().removesuffix(_DEFAULT_PORTS.get(parts.scheme, ""))


def same_host(origin: str, host: str) -> bool:
    """Whether a page of this origin was served by what the header `Host` names."""
    sender = host_of(origin)
    return bool(sender) and sender == host_of(f"{origin.partition(':')[0]}://{host}")
