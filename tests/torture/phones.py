"""Phones as the server meets them: raw sockets, one paper with one nonce, sent until there is an answer.

Nothing here knows the database or the code of the server, only contracts.md section 5. A *crowd* remembers all that
its phones were told; `books` compares that with what was kept. A phone waits shorter than the page's script does
before it comes again, so that a fault is met more often.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlencode

HOST = "127.0.0.1"
ATTEMPT_SECONDS = 8.0  # as the page's script
LONGEST_WAIT = 2.0
CRITERIA = ("quality", "place", "innovation", "project", "environment", "duty")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer; `headers` in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A filled-in ballot. `marks` are drawn so widely that no two papers are alike: a mix-up would be seen."""

    round: str
    target: str
    nonce: str
    marks: tuple[str, ...]
    made: int | None = None

    def body(self) -> bytes:
        made = {} if self.made is None else {"made": str(self.made)}
        return urlencode({"round": self.round, "nonce": self.nonce, **made, **{
            f"m.{self.target}.{name}": mark for name, mark in zip(CRITERIA, self.marks, strict=True)}}).encode()


def fill_in(round_id: str, target: str, rng: random.Random, *, made: int | None = None) -> Paper:
    return Paper(round=round_id, target=target, nonce=f"{rng.getrandbits(96):024x}", made=made,
                 marks=tuple(str(rng.randint(0, 100)) for _ in CRITERIA))


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a phone was told of a paper, at `at` on the monotonic clock. `status` 200: counted, with its receipt."""

    paper: Paper
    seat: str
    status: int
    reason: str = ""
    receipt: str = ""
    version: int = 0
    at: float = 0.0

    @property
    def accepted(self) -> bool:
        return self.status == 200

    def same_as(self, other: Told) -> bool:
        return (self.status, self.reason, self.receipt, self.version) == (
            other.status, other.reason, other.receipt, other.version)


@dataclass(slots=True)
class Crowd:
    """Everything that the phones of one scenario met."""

    told: dict[str, Told] = field(default_factory=dict)  # by nonce
    contradicted: list[str] = field(default_factory=list)  # the same nonce, another answer
    again: Counter[str] = field(default_factory=Counter)  # why a paper had to be sent again
    broken: Counter[str] = field(default_factory=Counter)  # answers that contracts.md does not know
    waits: list[float] = field(default_factory=list)
    acknowledged_at: list[float] = field(default_factory=list)
    unanswered: int = 0
    on_the_wire: int = 0  # requests whose answer is awaited

    def hear(self, told: Told) -> None:
        before = self.told.setdefault(told.paper.nonce, told)
        if told.accepted:
            self.acknowledged_at.append(told.at)
        if not before.same_as(told):
            self.contradicted.append(f"nonce {told.paper.nonce}: {before.status} {before.receipt}{before.reason} v{before.version}, "
                                     f"then {told.status} {told.receipt}{told.reason} v{told.version}")

    @property
    def accepted(self) -> list[Told]:
        return [one for one in self.told.values() if one.accepted]

    @property
    def refused(self) -> Counter[str]:
        return Counter(f"{one.status} {one.reason}" for one in self.told.values() if not one.accepted)

    def first_after(self, moment: float) -> float | None:
        """Seconds from a moment to the first acknowledgement after it."""
        return next((at - moment for at in self.acknowledged_at if at > moment), None)


def request(method: str, path: str, port: int, body: bytes = b"") -> bytes:
    """As the page's script asks."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}:{port}", "User-Agent: Mozilla/5.0 (Linux; Android 10) torture",
             "Accept: application/json"]
    if method == "POST":
        lines += [f"Origin: http://{HOST}:{port}", "Content-Type: application/x-www-form-urlencoded",
                  f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Line:
    """One keep-alive connection, one request at a time."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, raw: bytes, seconds: float = ATTEMPT_SECONDS) -> Reply:
        """Raises OSError, EOFError or TimeoutError when no whole answer came; the connection is then given up."""
        try:
            async with asyncio.timeout(seconds):
                return await self._ask(raw)
        except BaseException:
            self.hang_up()
            raise

    async def _ask(self, raw: bytes) -> Reply:
        if self._ends is None or self._ends[0].at_eof():
            self.hang_up()
            self._ends = await asyncio.open_connection(HOST, self._port)
        reader, writer = self._ends
        writer.write(raw)
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in head[1:] if one)}
        status = int(head[0].split(" ")[1])
        body = b"" if status in (304, 204) else await reader.readexactly(int(headers["content-length"]))
        if headers.get("connection", "").lower() == "close":
            self.hang_up()
        return Reply(status=status, headers=headers, body=body)

    def hang_up(self) -> None:
        if self._ends is not None:
            self._ends[1].close()
            self._ends = None


class Phone:
    """One seat's phone, with the badge that was scanned last."""

    def __init__(self, seat: str, secret: str, port: int, crowd: Crowd, rng: random.Random) -> None:
        self.seat = seat
        self.secret = secret
        self.port = port
        self._crowd = crowd
        self.rng = rng
        self._line = Line(port)

    async def deliver(self, paper: Paper, *, give_up: float = 90.0, line: Line | None = None) -> Told | None:
        """The same nonce until there is an answer; None when there was none for `give_up` seconds."""
        own, crowd = line or self._line, self._crowd
        raw = request("POST", f"/b/{self.secret}", self.port, paper.body())
        began, tries = time.monotonic(), 0
        while time.monotonic() - began < give_up:
            crowd.on_the_wire += 1
            try:
                reply = await own.ask(raw)
            except (OSError, EOFError, TimeoutError) as lost:
                crowd.again[_short(lost)] += 1
                wait = min(LONGEST_WAIT, 0.25 * 2**min(tries, 8)) * self.rng.uniform(0.75, 1.25)
            else:
                told, wait = self._read(paper, reply)
                if told is not None:
                    crowd.waits.append(time.monotonic() - began)
                    crowd.hear(told)
                    return told
            finally:
                crowd.on_the_wire -= 1
            tries += 1
            await asyncio.sleep(wait)
        crowd.unanswered += 1
        return None

    def _read(self, paper: Paper, reply: Reply) -> tuple[Told | None, float]:
        """What a final answer says; else how many seconds to wait before the paper is sent again."""
        try:
            said = json.loads(reply.body)
            status, reason = said["status"], said.get("reason", "")
            if reply.status == 200 and status == "accepted":
                return Told(paper=paper, seat=self.seat, status=200, receipt=said["receipt"],
                            version=said["version"], at=time.monotonic()), 0
            if status == "refused" and reply.status in (429, 503):
                self._crowd.again[f"{reply.status} {reason}"] += 1
                return None, float(reply.headers["retry-after"]) * self.rng.uniform(1, 1.5)
            if status == "refused" and reply.status in (403, 404, 409, 413, 422):
                return Told(paper=paper, seat=self.seat, status=reply.status, reason=reason, at=time.monotonic()), 0
        except (ValueError, KeyError, TypeError):
            pass
        self._crowd.broken[f"{reply.status}: {reply.body[:60]!r}"] += 1
        return None, 1.0

    async def look(self, seconds: float = ATTEMPT_SECONDS) -> Reply:
        """One `/now`, as every page asks a few seconds apart."""
        return await self._line.ask(request("GET", f"/b/{self.secret}/now", self.port), seconds)

    def hang_up(self) -> None:
        self._line.hang_up()


def _short(lost: BaseException) -> str:
    if isinstance(lost, TimeoutError):
        return "no answer in 8 s"
    return "no connection" if isinstance(lost, ConnectionRefusedError) else "connection lost"
