"""The hall that is tortured: a sitting folder, the command line, and the real server as a process of its own.

Only what contracts.md promises is used: `leitai load`, `seats`, `open`, `close`, `serve`, `ballots`, `status`,
`export`, `verify`, and the phones' addresses. The sample sitting of Wenzhou gets seats added: three named ones for
five secret ones. A prepared SQLite file is copied for every scenario.
"""

from __future__ import annotations

import asyncio
import csv
import os
import random
import re
import shutil
import signal
import socket
import sys
import time
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.torture.phones import HOST, Crowd, Phone

ROOT = Path(__file__).resolve().parents[2]
SITTING = "wenzhou_county_2019q1"
GRACE_SECONDS = 4
FILES = 1024  # what a login shell gives a process to open: the server has to manage with it
START_SECONDS = 60.0


def write_sitting(folder: Path, seats: int) -> Path:
    """The sample sitting with so many seats more; the new folder."""
    made = folder / "sitting"
    shutil.copytree(ROOT / "sample_sessions" / SITTING, made)
    told = (made / "sitting.toml").read_text(encoding="utf-8")
    (made / "sitting.toml").write_text(
        re.sub(r"grace_seconds = \d+", f"grace_seconds = {GRACE_SECONDS}", told), encoding="utf-8")
    with (made / "seats.csv").open("a", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows(
            (f"Z{n:05d}", "departments" if n % 8 < 3 else "public", f"代表 {n:05d}", "") for n in range(seats))
    return made


async def leitai(*arguments: str, url: str, env: dict[str, str] | None = None) -> tuple[int, str, str]:
    """The command line: exit code, what it printed, what it complained."""
    command = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hall.cli", *arguments, "--database-url", url, cwd=ROOT, env={**os.environ, **(env or {})},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    out, err = await command.communicate()
    return command.returncode or 0, out.decode(), err.decode()


async def _must(*arguments: str, url: str) -> None:
    code, _, err = await leitai(*arguments, url=url)
    if code != 0:
        raise RuntimeError(f"leitai {arguments[0]}: {err}")


async def prepare(url: str, folder: Path, seats: int) -> tuple[str, ...]:
    """Load the sitting and print the badges; the secrets of the added seats."""
    sitting = write_sitting(folder, seats)
    await _must("load", str(sitting), url=url)
    return await issue_badges(url, folder)


async def issue_badges(url: str, folder: Path) -> tuple[str, ...]:
    """New badges for every seat; the earlier ones stop. The secrets of the added seats, in order."""
    badges = folder / "badges.csv"
    await _must("seats", SITTING, "--csv", str(badges), "--base-url", f"http://{HOST}", url=url)
    with badges.open(encoding="utf-8", newline="") as kept:
        return tuple(row["link"].rsplit("/", 1)[1] for row in csv.DictReader(kept) if row["seat"].startswith("Z"))


@dataclass(slots=True)
class Hall:
    """One scenario's database, server and crowd. `round` and `target` are what the host has open, as phones see it."""

    folder: Path
    url: str
    secrets: tuple[str, ...]
    rng: random.Random
    env: dict[str, str] = field(default_factory=dict)
    crowd: Crowd = field(default_factory=Crowd)
    port: int = 0
    round: str = ""
    target: str = ""
    opened: list[tuple[str, str]] = field(default_factory=list)
    open_now: asyncio.Event = field(default_factory=asyncio.Event)
    _processes: list[asyncio.subprocess.Process] = field(default_factory=list)

    def phone(self, n: int, port: int | None = None) -> Phone:
        return Phone(f"Z{n:05d}", self.secrets[n], port or self.port, self.crowd, random.Random(self.rng.random()))

    # -- the server --------------------------------------------------------------------------------------

    async def start(self, *, wait: bool = True) -> None:
        """`leitai serve`, with as many open files as a login shell allows."""
        self.port = self.port or free_port()
        await self._run("serve", self.port)
        if wait:
            await self.until_it_serves()

    async def start_ballots(self, port: int) -> None:
        """A further process that serves only the ballot routes."""
        await self._run("ballots", port)
        await self.until_it_serves(port)

    async def _run(self, command: str, port: int) -> None:
        with (self.folder / "server.log").open("ab") as log:
            self._processes.append(await asyncio.create_subprocess_exec(
                "sh", "-c", f'ulimit -S -n {FILES}; exec "$@"', "sh", sys.executable, "-m", "hall.cli", command,
                "--host", HOST, "--port", str(port), "--database-url", self.url, cwd=ROOT,
                env={**os.environ, **self.env}, stdout=log, stderr=log))

    async def until_it_serves(self, port: int | None = None) -> None:
        began = time.monotonic()
        while time.monotonic() - began < START_SECONDS:
            if any(one.returncode is not None for one in self._processes):
                break
            if await asyncio.to_thread(healthy, port or self.port):
                return
            await asyncio.sleep(0.05)
        raise RuntimeError(f"the server does not serve:\n{self.log()[-3000:]}")

    async def kill(self) -> None:
        """kill -9 of the app: no goodbye, nothing flushed."""
        process = self._processes.pop(0)
        process.send_signal(signal.SIGKILL)
        await process.wait()

    async def stop(self) -> None:
        for process in self._processes:
            if process.returncode is None:
                process.terminate()
                try:
                    await asyncio.wait_for(process.wait(), 20)
                except TimeoutError:
                    process.kill()
                    await process.wait()
        self._processes.clear()

    def log(self) -> str:
        return (self.folder / "server.log").read_text(encoding="utf-8", errors="replace")

    # -- the host ----------------------------------------------------------------------------------------

    async def open(self, target: str, seconds: int = 0, env: dict[str, str] | None = None) -> str:
        """Open a round on the command line; its id."""
        self.round = await self.ask("open", SITTING, target, "--seconds", str(seconds), env=env)
        self.target = target
        self.opened.append((self.round, target))
        self.open_now.set()
        return self.round

    async def close(self) -> None:
        self.open_now.clear()
        await self.ask("close", SITTING)

    async def next(self) -> None:
        """Close the open round and open the next target's."""
        await self.close()
        await self.open(f"U{len(self.opened) + 1:02d}")

    async def end(self) -> None:
        """Close whatever is still open."""
        code, _, err = await leitai("close", SITTING, url=self.url)
        if code not in (0, 2) or "Traceback" in err:
            raise RuntimeError(f"leitai close: exit {code}: {err[-2000:]}")

    async def ask(self, *arguments: str, env: dict[str, str] | None = None) -> str:
        for _ in range(20):
            code, out, err = await leitai(*arguments, url=self.url, env=env)
            if code == 0:
                return out.strip()
            if "Traceback" in err:
                break
            await asyncio.sleep(0.5)
        raise RuntimeError(f"leitai {' '.join(arguments)}: exit {code}: {err[-2000:]}")


@asynccontextmanager
async def hall_on(folder: Path, url: str, secrets: tuple[str, ...], seed: int, env: dict[str, str] | None = None,
                  ) -> AsyncIterator[Hall]:
    """A hall whose server, started by the scenario, ends with the block."""
    hall = Hall(folder=folder, url=url, secrets=secrets, rng=random.Random(seed), env=env or {})
    try:
        yield hall
    finally:
        await hall.stop()


def healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, ValueError):
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
