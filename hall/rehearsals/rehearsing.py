"""Rehearsing (彩排) a sitting: its roster on a database of its own, served by a process of its own, and thrown away.

The rehearsal's process is started without the real database's address in its environment, and its badges, sign-ins and
record are its own: nothing of it leads back. Beside a SQLite file stands `<name>.rehearsal.db`; with PostgreSQL it is a
local SQLite file too, because then it needs no credentials of the server and is gone with its file.
"""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import threading
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from db import rehearsal
from db.engine import Connection, Database
from db.reads import people as people_reads
from db.reads import sittings as reads
from db.values import Sitting, Staff
from db.work import work
from hall import serving
from hall.moment.network import lan_address
from hall.parent import TOLD
from hall.sole import Sole
from office import people
from office.refusal import NotFound, Refused
from scoring.round import Phase

PORTS = range(8601, 8700)
EVERYWHERE, AT_HOME = "0.0.0.0", "127.0.0.1"
_PRIVATE = ("LEITAI_", "PG", "DATABASE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """One person's way into the rehearsal: a path, under whichever address the browser reaches it."""

    who: Staff
    path: str

    @property
    def words(self) -> str:
        return f"{self.who.title}（{'、'.join(sorted(people.Role(role).words for role in self.who.roles))}）"


@dataclass(slots=True, kw_only=True)
class Rehearsal:
    """A rehearsal's server as this process started it. `phones`: the address for phones."""

    port: int
    phones: str
    entrances: tuple[Entrance, ...]
    process: subprocess.Popen[bytes]

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    def answers(self) -> bool:
        """Whether it is up; told within half a second."""
        try:
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(f"http://{AT_HOME}:{self.port}/health", timeout=0.5) as answer:
                return bool(answer.status == 200)
        except (OSError, ValueError):
            return False


_lock = threading.RLock()
_started: dict[Path, Rehearsal] = {}
_about: dict[tuple[Path, int], Sitting | None] = {}  # read once a file: pages ask every other second


def place_of(database: Database) -> Path:
    """Where the rehearsal of this database lies, or would lie."""
    if database.file is not None:
        return database.file.absolute().with_name(f"{database.file.stem}.rehearsal.db")
    return serving.ROOT / "data" / f"rehearsal-{hashlib.sha256(database.url.encode()).hexdigest()[:8]}.db"


def is_there(database: Database) -> bool:
    return place_of(database).exists()


def running(database: Database) -> Rehearsal | None:
    """The rehearsal that this process serves now."""
    found = _started.get(place_of(database))
    return found if found is not None and found.is_running else None


def rehearsed(database: Database) -> Sitting | None:
    """The sitting that the rehearsal's file is about; None without a file."""
    place = place_of(database)
    with _lock:  # a file that is being thrown away must not be opened: that would make a new one
        if not place.exists():
            return None
        key = (place, place.stat().st_ino)
        if key not in _about:
            with _opened(place) as copy, copy.reading() as c:
                _about.clear()
                _about[key] = next(iter(reads.sittings(c)), None)
        return _about[key]


def prepare(database: Database, sitting: str, *, by: str, at: datetime) -> Path:
    """Copy the roster into a new file. Raises Refused while an earlier rehearsal is still there."""
    place = place_of(database)
    with _lock:
        with database.reading() as c:
            if rehearsal.is_marked(c):
                raise Refused("这里已经是彩排。请回到正式系统再开始另一场。")
            _refuse_while_voting(c)
            found = reads.sitting(c, sitting)
        if found is None:
            raise NotFound(f"没有场次“{sitting}”。")
        if place.exists():
            raise Refused("上一次彩排的数据还在。请先结束彩排，清除它的数据，再开始新的。")
        place.parent.mkdir(parents=True, exist_ok=True)
        rehearsal.make(database, place, found.id)
        with _opened(place) as copy, work(copy) as w:
            w.record.append(at=at, actor=by, action="开始彩排", sitting_id=found.id, sitting=found.key)
    return place


def start(database: Database, *, host: str, at: datetime, port: int | None = None) -> Rehearsal:
    """Serve the rehearsal that is there. It takes a few seconds until it `answers`."""
    place = place_of(database)
    with _lock:
        now = running(database)
        if now is not None:
            return now
        if not place.exists():
            raise NotFound("还没有彩排，请先开始一场。")
        with _opened(place) as copy:
            sole = Sole(copy)
            sole.hold()  # refused in words while another process serves it
            sole.let_go()
            with database.reading() as c:
                _refuse_while_voting(c)
                real = people_reads.setting(c, "public_url") or os.environ.get("LEITAI_PUBLIC_URL", "")
            port = _free_port(host) if port is None else port
            serving.check_port(host, port)
            phones = _phones_address(real, host, port)
            with work(copy) as w:
                w.roster.put_setting("public_url", phones)
            entrances = tuple(Entrance(who=who, path=f"/door/link/{secret}") for who, secret in people.entrances(copy, at=at))
        process = subprocess.Popen(serving.server_command(host, port), cwd=serving.ROOT, stdin=subprocess.DEVNULL,
                                   env=environment(os.environ, place, phones))
        _started[place] = Rehearsal(port=port, phones=phones, entrances=entrances, process=process)
        return _started[place]


def finish(database: Database) -> None:
    """Stop the rehearsal and throw its data away; nothing of it is left."""
    place = place_of(database)
    with _lock:
        stop(database)
        if not place.exists():
            return
        with _opened(place) as copy:
            with copy.reading() as c:
                if not rehearsal.is_marked(c):
                    raise Refused(f"{place.name} 没有彩排标记，不敢清除。请管理员看一看这个文件。")
            sole = Sole(copy)
            sole.hold()
            sole.let_go()
        rehearsal.wipe(place)
        _about.clear()


def stop(database: Database) -> None:
    """Stop serving; the data stay until `finish`."""
    with _lock:
        found = _started.pop(place_of(database), None)
        if found is None or not found.is_running:
            return
        found.process.terminate()
        try:
            found.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            found.process.kill()
            found.process.wait(timeout=10)


def environment(given: Mapping[str, str], place: Path, phones: str) -> dict[str, str]:
    """What the rehearsal's process is told: of the real database neither address nor password."""
    kept = {name: value for name, value in given.items()
            if not name.upper().startswith(_PRIVATE) and not value.startswith(("postgres", "sqlite:"))}
    return {**kept, "LEITAI_DATABASE_URL": f"sqlite:///{place}", "LEITAI_PUBLIC_URL": phones, TOLD: str(os.getpid())}


def _refuse_while_voting(c: Connection) -> None:
    """A second server that starts takes the machine's breath away for seconds, and a hall is voting."""
    for one in reads.sittings(c):
        if any(held.phase is Phase.OPEN for held in reads.rounds(c, one.id)):
            raise Refused(f"{one.title}正在打分，彩排会占用同一台服务器。请截止以后再开始。")


def _phones_address(real: str, host: str, port: int) -> str:
    """Under the name that phones know this machine by already, where that is plain http; else by its address."""
    known = urlsplit(real)
    if host == AT_HOME:
        return f"http://{AT_HOME}:{port}"
    name = known.hostname if known.scheme == "http" and known.hostname else lan_address()
    return f"http://{name}:{port}"


def _free_port(host: str) -> int:
    for port in PORTS:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise Refused(f"{PORTS.start}到{PORTS.stop - 1}的端口都被占用，彩排开不起来。请在服务器上运行 leitai rehearse 并写明 --port。")


class _opened:
    """A rehearsal's database for a moment."""

    def __init__(self, place: Path) -> None:
        self._database = Database(f"sqlite:///{place}")

    def __enter__(self) -> Database:
        return self._database

    def __exit__(self, *_failed: object) -> None:
        self._database.dispose()
