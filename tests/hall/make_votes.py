"""One sitting, cast again and again in other orders: what an adversary sees must be the same each time.

The same badges, the same papers with the same nonces and receipt codes, the same clock; only the order of arrival,
and how papers share transactions, differ. Randomness is pinned so that nothing else can.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from hall.ballots.ballot_refused import BallotRefused
from tests import make

PLAN = make.plan(leaders=6, public=9)
TARGETS = ("U2", "U3")
LATE = ("P7", "L6", "P8", "P9")
Vote = tuple[str, int, int]  # seat, version, mark
Cast = Callable[[make.Hall, Sequence[Vote]], None]


def votes() -> list[Vote]:
    """Everybody but the late ones votes; P2, P5 and L2 change their papers. `P6` votes with the badge it got meanwhile."""
    seats = [seat.code for seat in PLAN.seats if seat.code not in LATE]
    first = [(code, 1, 60 + 3 * n) for n, code in enumerate(seats)]
    return first + [(code, 2, 55 + n) for n, code in enumerate(("P2", "P5", "L2"))]


def in_order(seed: int) -> list[Vote]:
    """Some order of arrival in which nobody changes a paper before having sent it."""
    drawn = votes()
    random.Random(seed).shuffle(drawn)
    versions: dict[str, Iterator[Vote]] = {
        code: iter(sorted(vote for vote in drawn if vote[0] == code)) for code, _version, _mark in drawn}
    return [next(versions[code]) for code, _version, _mark in drawn]


def one_by_one(hall: make.Hall, order: Sequence[Vote]) -> None:
    """Each paper in a transaction of its own."""
    for vote in order:
        _send(hall, vote).result(timeout=20)


def in_batches(hall: make.Hall, order: Sequence[Vote]) -> None:
    """Four papers at a time share a transaction."""
    for start in range(0, len(order), 4):
        waiting = [_send(hall, vote) for vote in order[start:start + 4]]
        for one in waiting:
            one.result(timeout=20)


def with_a_restart(hall: make.Hall, order: Sequence[Vote]) -> None:
    """The server is stopped and started in the middle."""
    half = len(order) // 2
    one_by_one(hall, order[:half])
    url, clock = hall.house.database.url, hall.house.clock
    hall.house.close()
    hall.house = make.house(url, clock)  # type: ignore[arg-type]
    one_by_one(hall, order[half:])


def send_late(hall: make.Hall, round_id: int, order: Sequence[str]) -> None:
    """After the close: kept, and not counted."""
    for code in order:
        try:
            _send(hall, (code, 1, 44), round_id).result(timeout=20)
        except BallotRefused:
            continue
        raise AssertionError(f"{code} was counted after the close")


@dataclass
class Sittings:
    """Copies of one sitting with its badges handed out: `again()` gives the next copy."""

    url: str
    secrets: dict[str, str]
    new_badge: str
    copies: int = 0

    @contextmanager
    def again(self) -> Iterator[make.Hall]:
        self.copies += 1
        house = make.house(_copy(self.url, f"again{self.copies}"))
        hall = make.Hall(house=house, key=PLAN.key, secrets=dict(self.secrets))
        try:
            yield hall
        finally:
            hall.house.close()

    def whole(self, hall: make.Hall, cast: Cast, seed: int) -> int:
        """Open, replace a badge, vote, close, late papers, sweep; the round's id."""
        order = in_order(seed)
        round_id = hall.open(*TARGETS)
        before = next(n for n, vote in enumerate(order) if vote[0] == "P6")
        cut = random.Random(seed).randint(0, before)
        cast(hall, order[:cut])
        with patch("office.prints.badges.secrets.token_urlsafe", return_value=self.new_badge):
            hall.badge("P6")
        cast(hall, order[cut:])
        hall.close()
        late = list(LATE)
        random.Random(seed).shuffle(late)
        send_late(hall, round_id, late)
        hall.house.sweeper.tend(hall.now)
        return round_id


def prepare(url: str) -> Sittings:
    house = make.house(url)
    hall = make.sitting(house, PLAN)
    house.close()
    return Sittings(url=url, secrets=dict(hall.secrets), new_badge="a-badge-that-was-replaced")


def _send(hall: make.Hall, vote: Vote, round_id: int | None = None):  # type: ignore[no-untyped-def]
    code, version, mark = vote
    with patch("hall.ballots.checking.draw_receipt", return_value=f"{code:Z<4}-V{version}"):
        return hall.send(code, nonce=f"nonce-{code}-{version}", round_id=round_id,
                         form={f"m.{target}.quality": str(mark) for target in TARGETS})


def _copy(url: str, name: str) -> str:
    """The same database under another name."""
    if url.startswith("sqlite"):
        file = Path(url.removeprefix("sqlite:///"))
        copied = file.with_name(f"{name}.db")
        shutil.copy(file, copied)
        return f"sqlite:///{copied}"
    found = make_url(url)
    engine = create_engine(found.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as c:
        c.execute(text(f'create database "{found.database}_{name}" template "{found.database}"'))
    engine.dispose()
    return found.set(database=f"{found.database}_{name}").render_as_string(hide_password=False)
