"""Phones that nobody holds, over real HTTP: they vote, and those that dawdle come too late and do not count."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette

from db.reads import ballots as ballot_reads
from hall.phones.phones_first import PhonesFirst
from hall.rehearsals.simulated import Manner, crowd, marks
from scoring.ballot import Field, fields
from tests import make
from tests.browser.real import free_port


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'leitai.db'}"


@pytest.fixture
def address(hall: make.Hall) -> Iterator[str]:
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(PhonesFirst(Starlette(), hall.house), port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


def voting(hall: make.Hall, address: str, codes: tuple[str, ...], manner: Manner, until: Callable[[], bool]) -> None:
    """These seats' phones are on until so much has happened, at most twenty seconds."""
    end = time.monotonic() + 20
    asyncio.run(crowd(address, [hall.secrets[code] for code in codes],
                      lambda: time.monotonic() < end and not until(), manner))
    assert until(), "it did not happen within twenty seconds"


def test_they_vote_while_it_is_open_and_come_too_late_when_they_dawdle(hall, address):
    opened = hall.open("U2")
    quick = Manner(thinking=0.05, polling=0.1)

    def turnout() -> dict[str, int]:
        with hall.house.database.reading() as c:
            return ballot_reads.turnout(c, opened)

    voting(hall, address, ("L1", "L2", "P1", "P2"), quick, lambda: turnout() == {"leaders": 2, "public": 2})

    def late() -> list[str | None]:
        if hall.house.live.at(hall.key).round.phase.value == "OPEN" and time.monotonic() > closing:
            hall.close()
        with hall.house.database.reading() as c:
            return [one.seat for one in ballot_reads.late_papers(c, hall.house.live.at(hall.key).sitting.id)]

    closing = time.monotonic() + 1.5
    voting(hall, address, ("L3", "L4"), Manner(thinking=0.05, polling=0.1, late=1.0), lambda: sorted(late()) == ["L3", "L4"])
    assert turnout() == {"leaders": 2, "public": 2}


def test_their_papers_are_papers_that_the_rule_takes(hall):
    rule, rng = hall.house.live.at(hall.key).rule, random.Random(7)
    asked = fields(rule, ("U1", "U2"))
    for level in (0, 50, 100):
        assert all(0 <= int(value) <= 100 for value in marks(asked, rng, level).values())
    ranked = tuple(Field(name=f"m.U{n}", target=f"U{n}", criterion="", places=5) for n in range(1, 6))
    assert sorted(marks(ranked, rng, 80).values()) == ["1", "2", "3", "4", "5"]
