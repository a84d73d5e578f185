"""A hall that fills at once: phones are checked in behind their backs, together, and asked for nothing twice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.hall.make_phones import Phones

SEATS = ("L1", "L2", "P1")


@pytest.fixture
def phones(tmp_path: Path) -> Iterator[Phones]:
    made = Phones(tmp_path)
    yield made
    made.shut()


def arrived(phones: Phones) -> int:
    with phones.house.database.reading() as c:
        return int(c.execute(text("select count(*) from seat where checked_in_at is not null")).scalar_one())


def wait_for(phones: Phones, seats: int) -> None:
    deadline = time.monotonic() + 10
    while arrived(phones) < seats and time.monotonic() < deadline:
        time.sleep(0.02)


def test_phones_are_answered_while_the_database_is_busy_and_checked_in_when_it_is_free(phones: Phones) -> None:
    with phones.http:
        with phones.house.database.write.begin():  # somebody else holds the database
            answers = [phones.http.get(f"/b/secret-{seat}/now").status_code for seat in SEATS * 2]
            assert (answers, arrived(phones)) == ([200] * 6, 0)
        wait_for(phones, len(SEATS))

    assert arrived(phones) == len(SEATS)


def test_an_arrival_that_could_not_be_written_down_is_tried_again_with_the_next_poll(phones: Phones) -> None:
    check_in, failures = phones.house.live.check_in, ["the disk is full"]

    def failing_once(*seats: object) -> None:
        if failures:
            raise OSError(failures.pop())
        check_in(*seats)  # type: ignore[arg-type]

    phones.house.live.check_in = failing_once  # type: ignore[method-assign]
    with phones.http:
        phones.http.get("/b/secret-L1/now")
        deadline = time.monotonic() + 10
        while failures and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.1)
        phones.http.get("/b/secret-L1/now")
        wait_for(phones, 1)

    assert arrived(phones) == 1


def test_receipts_of_past_rounds_leave_the_memory_and_stay_in_the_database(phones: Phones) -> None:
    first = phones.open("U1")
    seat = phones.house.live.seat("secret-L1")
    assert seat is not None
    phones.http.post("/b/secret-L1", data={"round": first, "nonce": "n", "m.U1.quality": "90", "m.U1.place": "88.5"})
    remembered = phones.house.live.recall(seat, "secret-L1", first)
    phones.close_round()
    phones.open("U2")

    with pytest.raises(KeyError):
        phones.house.live.recall(seat, "secret-L1", first)
    assert phones.house.live.receipt(seat, "secret-L1", first) == remembered


def test_a_secret_seat_that_is_first_heard_of_by_its_paper_is_checked_in_after_the_round(phones: Phones) -> None:
    """Without JavaScript the paper is the first word of a phone: the time of the arrival would be that of the paper."""
    marks = {"m.U1.quality": "90", "m.U1.place": "88.5"}
    with phones.http:
        opened = phones.open("U1")
        for seat in ("P1", "L1"):
            phones.http.post(f"/b/secret-{seat}", data={"round": opened, "nonce": f"n-{seat}", **marks})
        wait_for(phones, 1)
        time.sleep(0.1)
        during = arrived(phones)
        phones.close_round()
        phones.http.get("/b/secret-L1/now")
        wait_for(phones, 2)

    assert (during, arrived(phones)) == (1, 2)
