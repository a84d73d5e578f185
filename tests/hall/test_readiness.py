"""The device check: what a phone may tell of itself, what is kept, and what the host reads of it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from db.reads import checks as reads
from db.stores.checks import Checks
from db.values import DeviceCheck
from hall.moment.readiness import GroupReady, Readiness, faults, is_ready, readiness_of
from hall.phones.phone_check import BODY_BOUND, SKEW_BOUND_MS
from office.sitting import mending
from tests import make
from tests.hall.make_phones import Phones

GOOD = {"storage": True, "skew_ms": 400, "round_trip_ms": 80, "lost": 0}


@pytest.fixture
def phones(tmp_path: Path) -> Iterator[Phones]:
    made = Phones(tmp_path)
    yield made
    made.shut()


def check(seat_id: int = 1, **changes: Any) -> DeviceCheck:
    return DeviceCheck(seat_id=seat_id, checked_at=make.START, **{**GOOD, **changes})


def report(phones: Phones, told: Any, seat: str = "L1") -> Any:
    body = told if isinstance(told, bytes) else json.dumps(told)
    return phones.http.post(f"/b/secret-{seat}/check", content=body, headers={"Content-Type": "application/json"})


def written(phones: Phones, count: int) -> dict[str, DeviceCheck]:
    """Seat code -> check, once so many have been written down."""
    codes = {seat.id: seat.code for seat in phones.snapshot.seats}
    deadline = time.monotonic() + 5
    while True:
        phones.clock.pass_seconds(2)
        found = phones.house.readiness.checks("small")
        if len(found) >= count or time.monotonic() > deadline:
            return {codes[seat]: one for seat, one in found.items()}
        time.sleep(0.02)


# -- what a phone tells --------------------------------------------------------------------------------------


def test_a_check_is_noted_with_the_halls_time_and_read_by_the_host(phones: Phones) -> None:
    at = phones.clock()
    with phones.http:
        answer = report(phones, {**GOOD, "at": 1, "fill_up": "x" * 3000})
        found = written(phones, 1)

    assert (answer.status_code, answer.json()) == (200, {"status": "noted", "now_ms": 1555983000000})
    assert {code: replace(one, seat_id=1) for code, one in found.items()} == {"L1": replace(check(), checked_at=at)}
    assert answer.headers["cache-control"] == "no-store"


def test_the_last_check_of_a_seat_counts(phones: Phones) -> None:
    with phones.http:
        report(phones, {**GOOD, "lost": 3})
        report(phones, GOOD, seat="P1")
        assert set(written(phones, 2)) == {"L1", "P1"}
        report(phones, GOOD)
        deadline = time.monotonic() + 5
        while written(phones, 2)["L1"].lost and time.monotonic() < deadline:
            time.sleep(0.02)

        assert written(phones, 2)["L1"].lost == 0


@pytest.mark.parametrize(("told", "field"), [
    (b"", None), (b"[]", None), (b"{", None), (b"\xff", None), (b"[" * 9000, None),
    ({**GOOD, "storage": 1}, "storage"), ({}, "storage"), ({**GOOD, "lost": 6}, "lost"), ({**GOOD, "lost": -1}, "lost"),
    ({**GOOD, "lost": True}, "lost"), ({**GOOD, "round_trip_ms": 0.5}, "round_trip_ms"),
    ({**GOOD, "round_trip_ms": 60_001}, "round_trip_ms"), ({**GOOD, "skew_ms": "1"}, "skew_ms"),
    (b'{"storage": true, "skew_ms": NaN, "round_trip_ms": 1, "lost": 0}', "skew_ms"),
])
def test_a_check_that_makes_no_sense_is_refused_in_words(phones: Phones, told: Any, field: str | None) -> None:
    answer = report(phones, told)

    assert answer.status_code == 422
    assert (answer.json()["reason"], answer.json().get("field")) == ("bad_mark", field)
    assert "再检查一次" in answer.json()["message"]


def test_a_clock_that_is_years_off_fits_into_every_database(phones: Phones) -> None:
    with phones.http:
        report(phones, {**GOOD, "skew_ms": -(10**13)})

        assert written(phones, 1)["L1"].skew_ms == -SKEW_BOUND_MS


def test_an_unknown_badge_a_body_too_large_and_too_many_checks_are_refused(phones: Phones) -> None:
    assert report(phones, GOOD, seat="X9").status_code == 404
    assert report(phones, b" " * (BODY_BOUND + 1)).status_code == 413
    with phones.http:
        answers = [report(phones, GOOD, seat="P1") for _ in range(7)]
    assert [one.status_code for one in answers] == [200] * 6 + [429]
    assert int(answers[-1].headers["retry-after"]) >= 1


def test_a_check_is_no_vote_and_changes_no_page(phones: Phones) -> None:
    tag = phones.http.get("/b/secret-L1/now").headers["etag"]
    with phones.http:
        report(phones, GOOD)
        written(phones, 1)

    assert phones.http.get("/b/secret-L1/now").headers["etag"] == tag


def test_checks_are_kept_on_both_kinds_of_database(hall: make.Hall) -> None:
    snapshot = hall.house.live.at(hall.key)
    assert snapshot is not None
    first, second = snapshot.seats[0].id, snapshot.seats[1].id
    with hall.house.database.write.begin() as c:
        Checks(c).note([check(first, lost=5), check(second, skew_ms=-SKEW_BOUND_MS), check(first)])
    with hall.house.database.write.begin() as c:
        Checks(c).note([check(second, storage=False)])
        Checks(c).note([])

    with hall.house.database.reading() as c:
        assert reads.checks(c, hall.key) == {first: check(first), second: check(second, storage=False)}
        assert reads.checks(c, "another") == {}


def test_a_seat_whose_phone_has_checked_can_still_be_taken_away(hall: make.Hall) -> None:
    snapshot = hall.house.live.at(hall.key)
    assert snapshot is not None
    gone = snapshot.seats[0]
    hall.house.readiness.note([check(gone.id)])

    mending.drop_seat(hall.house.database, hall.key, gone.code, by="统计员", at=hall.now)

    hall.house.live.refresh()
    assert gone not in hall.house.live.at(hall.key).seats  # type: ignore[union-attr]


# -- what the host reads -------------------------------------------------------------------------------------


def test_a_phone_is_ready_when_it_keeps_drafts_and_answers_arrive() -> None:
    assert is_ready(check(lost=1, round_trip_ms=3000))
    assert is_ready(check(skew_ms=7_200_000))  # phones go by the hall's time
    assert not is_ready(check(storage=False))
    assert not is_ready(check(lost=2))
    assert not is_ready(check(round_trip_ms=3001))


def test_each_fault_says_what_is_wrong_and_what_to_do() -> None:
    assert faults(check()) == faults(check(skew_ms=-60_000)) == ()
    assert faults(check(storage=False, lost=5, round_trip_ms=4200, skew_ms=240_000)) == (
        "不能保存草稿，请关闭无痕浏览再扫码", "5次应答丢了5次，请换个位置或换一个网络", "应答要4.2秒，网络太慢",
        "手机时钟快4分钟，不影响投票")
    assert faults(check(skew_ms=-7_300_000)) == ("手机时钟慢2小时，不影响投票",)
    assert faults(check(skew_ms=SKEW_BOUND_MS)) == ("手机时钟快23天，不影响投票",)


def test_the_host_reads_every_group_with_names_where_the_group_is_named(phones: Phones) -> None:
    ids = {seat.code: seat.id for seat in phones.snapshot.seats}
    checks = {ids["L1"]: check(ids["L1"]), ids["L2"]: check(ids["L2"], skew_ms=180_000),
              ids["P1"]: check(ids["P1"], storage=False)}

    assert readiness_of(phones.snapshot, {}) == (
        GroupReady(key="leaders", name="市领导", ready=0, seats=2, troubles=()),
        GroupReady(key="public", name="群众代表", ready=0, seats=1, troubles=()))
    assert readiness_of(phones.snapshot, checks) == (
        GroupReady(key="leaders", name="市领导", ready=2, seats=2, troubles=("▲ 二席：手机时钟快3分钟，不影响投票",)),
        GroupReady(key="public", name="群众代表", ready=0, seats=1,
                   troubles=("■ P1号席：不能保存草稿，请关闭无痕浏览再扫码",)))


def test_however_many_screens_ask_the_database_is_read_once_in_three_seconds(phones: Phones) -> None:
    asked = []

    class Counting:
        def reading(self) -> Any:
            asked.append(1)
            return phones.house.database.reading()

    readiness = Readiness(Counting(), phones.clock)  # type: ignore[arg-type]
    for _ in range(5):
        readiness.checks("small")
    phones.clock.pass_seconds(2.9)
    readiness.checks("small")
    assert len(asked) == 1

    phones.clock.pass_seconds(0.2)
    readiness.checks("small")
    assert len(asked) == 2
