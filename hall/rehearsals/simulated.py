"""Phones that nobody holds: real HTTP clients of a real server, for the demonstration and for rehearsals.

They poll, wait as people do, and send a paper when the host opens a round; some send it too late. Run as a process of
its own (`python -m hall.rehearsals.simulated`) it reads what to do from its standard input, so that no badge's secret stands in a
list of processes; it ends after its time, with its parent, or when it is told to.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from scoring.ballot import Field

USUAL_THINKING = 25.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How they behave: seconds of thought and between two polls on average, and the share that sends only after the close."""

    thinking: float = USUAL_THINKING
    late: float = 0.0
    polling: float = 6.0


USUAL = Manner()


def marks(asked: tuple[Field, ...], rng: random.Random, level: int) -> dict[str, str]:
    """A plausible paper: points around a level, a grade near the top, places in a shuffled order."""
    form: dict[str, str] = {}
    ranked = [one for one in asked if one.places is not None]
    order = rng.sample(range(1, len(ranked) + 1), len(ranked))
    for one in asked:
        if one.places is not None:
            form[one.name] = str(order.pop())
        elif one.choices:
            form[one.name] = rng.choice(one.choices[:2] if rng.random() < 0.85 else one.choices)
        else:
            low, high = int(float(one.min or "0")), int(float(one.max or "100"))
            form[one.name] = str(max(low, min(high, round((high - low) * (level + rng.gauss(0, 5)) / 100 + low))))
    return form


@dataclass
class _Phone:
    base: str
    secret: str
    rng: random.Random
    manner: Manner
    etag: str = ""
    done: set[str] = field(default_factory=set)
    held: dict[str, str] = field(default_factory=dict)  # a paper whose judge dawdles until the round has closed

    async def live(self) -> None:
        await asyncio.sleep(self.rng.uniform(0, min(self.manner.polling, self.manner.thinking)))
        checked = False
        while True:
            try:
                checked = checked or await self._check()
                await self._look()
            except (OSError, TimeoutError, ValueError):
                await asyncio.sleep(3)  # the server is starting or restarting: a phone simply tries again
            await asyncio.sleep(self.rng.uniform(2 / 3, 4 / 3) * self.manner.polling)

    async def _check(self) -> bool:
        """What a phone finds out about itself on the waiting page; one in forty has some trouble."""
        trouble = self.rng.choice(("storage", "lost", "skew_ms")) if self.rng.random() < 1 / 40 else ""
        found = {"storage": trouble != "storage", "skew_ms": 240_000 if trouble == "skew_ms" else 300,
                 "round_trip_ms": self.rng.randrange(20, 400), "lost": 3 if trouble == "lost" else 0}
        status, _head, _body = await _request(
            self.base, "POST", f"/b/{self.secret}/check", body=json.dumps(found).encode(),
            headers={"Content-Type": "application/json"})
        return status < 500

    async def _look(self) -> None:
        headers = {"If-None-Match": self.etag} if self.etag else {}
        status, head, body = await _request(self.base, "GET", f"/b/{self.secret}/now", headers=headers)
        if status != 200:
            return
        self.etag = head.get("etag", "")
        now = json.loads(body)
        is_open = now["phase"] == "OPEN"
        if self.held and (not is_open or now["round"] != self.held["round"]):
            late, self.held = self.held, {}
            await self._send(late)
        if is_open and now["fields"] and now["round"] not in self.done and not now["receipt"]:
            if self.rng.random() < self.manner.late:
                self.held = self._paper(now)
            else:
                await asyncio.sleep(min(self.rng.expovariate(1 / self.manner.thinking), 120))
                await self._send(self._paper(now))
            self.done.add(now["round"])

    def _paper(self, now: dict[str, Any]) -> dict[str, str]:
        asked = tuple(
            Field(name=one["name"], target=one["name"].split(".")[1], criterion="", min=one.get("min"),
                  max=one.get("max"), step=one.get("step"), choices=tuple(one.get("choices", ())),
                  places=one.get("places"))
            for one in now["fields"])
        level = 80 + sum(map(ord, asked[0].target)) % 13
        return {"round": now["round"], "nonce": f"{self.rng.getrandbits(96):x}", **marks(asked, self.rng, level)}

    async def _send(self, paper: dict[str, str]) -> None:
        for _try in range(6):
            status, head, _body = await _request(
                self.base, "POST", f"/b/{self.secret}", body=json.dumps(paper).encode(),
                headers={"Content-Type": "application/json", "Accept": "application/json"})
            if status not in (429, 503):
                return
            await asyncio.sleep(float(head.get("retry-after", "2")))


async def crowd(base: str, secrets: Sequence[str], goes_on: Callable[[], bool], manner: Manner = USUAL) -> None:
    """Phones with these badges, as long as `goes_on` says so."""
    rng = random.Random()
    phones = [asyncio.create_task(_Phone(base, secret, random.Random(rng.getrandbits(64)), manner).live())
              for secret in secrets]
    while goes_on():
        await asyncio.sleep(0.5)
    for phone in phones:
        phone.cancel()


async def _request(base: str, method: str, path: str, *, headers: dict[str, str] | None = None,
                   body: bytes = b"") -> tuple[int, dict[str, str], bytes]:
    """One HTTP/1.1 request on a connection of its own."""
    parts = urlsplit(base)
    lines = [f"{method} {path} HTTP/1.1", f"Host: {parts.netloc}", "Connection: close",
             f"Content-Length: {len(body)}", *(f"{key}: {value}" for key, value in (headers or {}).items())]
    reader, writer = await asyncio.wait_for(asyncio.open_connection(parts.hostname, parts.port), 10)
    try:
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        await writer.drain()
        answer = await asyncio.wait_for(reader.read(), 20)
    finally:
        writer.close()
    head, _, rest = answer.partition(b"\r\n\r\n")
    first, *others = head.decode("latin-1").split("\r\n")
    found = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in others)}
    return int(first.split()[1]), found, rest


def main() -> None:
    """`{"base", "secrets", "thinking", "late", "seconds"}` on the standard input."""
    told, parent = json.load(sys.stdin), os.getppid()

    async def run() -> None:
        until = asyncio.get_running_loop().time() + float(told["seconds"])
        await crowd(told["base"], told["secrets"],
                    lambda: os.getppid() == parent and asyncio.get_running_loop().time() < until,
                    Manner(thinking=float(told["thinking"]), late=float(told["late"])))

    asyncio.run(run())


if __name__ == "__main__":
    main()
