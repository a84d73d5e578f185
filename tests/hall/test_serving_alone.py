"""Starting: one server a database file, and what could not come in while none was running comes in now."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from db.engine import Database
from hall.ballots.ballot_refused import BallotRefused
from hall.house import House
from hall.sole import Sole
from office.refusal import Refused
from tests import make


def test_a_second_server_on_one_file_is_refused_in_words_until_the_first_has_ended(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/hall.db"
    first = House(Database(url), make.Clock())
    first.open()

    with pytest.raises(Refused, match="已经有一个擂台服务在运行"):
        House(Database(url), make.Clock()).open()
    told = subprocess.run([sys.executable, "-m", "hall.cli", "serve", "--port", "18599", "--database-url", url], check=False,
                          capture_output=True, text=True, timeout=60)
    assert told.returncode == 2 and "已经有一个擂台服务在运行" in told.stderr and "Traceback" not in told.stderr

    first.close()
    second = House(Database(url), make.Clock())
    second.open()
    second.close()


def test_a_lock_goes_with_its_process(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/hall.db"
    code = ("import os, signal; from db.engine import Database; from hall.sole import Sole; "
            f"Sole(Database({url!r})).hold(); os.kill(os.getpid(), signal.SIGKILL)")
    subprocess.run([sys.executable, "-c", code], check=False, timeout=60)

    Sole(Database(url)).hold()


@pytest.mark.parametrize("code", ["L1", "P1"])
def test_a_collection_that_ended_while_no_server_ran_is_held_once_more(hall: make.Hall, code: str) -> None:
    clock: make.Clock = hall.house.clock  # type: ignore[assignment]
    round_id = hall.open("U2", seconds=60)
    made_in_time = hall.now + timedelta(seconds=59)
    clock.advance(600)  # nobody served: nobody closed it either

    started = House(Database(hall.house.database.url), clock)
    started.open()
    hall.house.live.refresh()
    assert hall.cast(code, 90, made_at=made_in_time, round_id=round_id).version == 1
    clock.advance(1)
    with pytest.raises(BallotRefused, match="来迟了"):
        hall.cast(code, 80, made_at=hall.now, round_id=round_id)
    clock.advance(5)
    started.tick()
    with pytest.raises(BallotRefused, match="来迟了"):
        hall.cast("L2", 90, made_at=made_in_time, round_id=round_id)
    started.close()


def test_a_round_that_closes_in_this_very_moment_is_left_to_the_clock(hall: make.Hall) -> None:
    hall.open("U2", seconds=60)
    hall.house.clock.advance(66.5)  # type: ignore[attr-defined]

    started = House(Database(hall.house.database.url), hall.house.clock)
    started.open()
    started.tick()
    snapshot = started.live.at(hall.key)
    assert snapshot is not None and snapshot.round is not None and snapshot.round.phase.value == "CLOSED"
    started.close()
