"""Anybody finds the own receipt in the public list after the publication, and nobody finds anything else there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from hall.ballots.ballot_refused import BallotRefused
from hall.screen.board import routes
from hall.screen.board_receipts import Coded, by_code
from tests import make


@pytest.fixture
def http(hall: make.Hall) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=routes(hall.house))) as client:
        yield client


def rows_of(page: str) -> list[tuple[str, str]]:
    return [(code, unit.strip()) for code, unit in re.findall(r"<tr><td>([^<]*)<td>([^<]*)", page)]


def test_every_receipt_of_named_and_secret_seats_is_in_the_public_list_by_code(
        hall: make.Hall, http: TestClient) -> None:
    given: dict[str, str] = {}
    for target, unit in (("U1", "A县"), ("U2", "B县"), ("U3", "C县")):
        hall.open(target)
        for n in (1, 2, 3):
            given[hall.cast(f"L{n}", 80 + n).code] = unit
        for n in (1, 2, 3, 4):
            given[hall.cast(f"P{n}", 70 + n).code] = unit
        hall.close()
    before = http.get(f"/board/{hall.key}/receipts")
    hall.publish(despite_warnings=True)
    page = http.get(f"/board/{hall.key}/receipts")

    assert before.status_code == 404 and not any(code in before.text for code in given)
    assert rows_of(page.text) == sorted(given.items())
    for private in ("市领导", "代表", "L1", "P1", "leaders", "public", "71", "81", "score"):
        assert private not in re.sub(r"(?s)<style>.*?</style>|<tr><td>[-0-9A-Z]*", "", page.text), private
    assert f'href="/board/{hall.key}/receipts"' in http.get(f"/board/{hall.key}").text


def test_changed_late_and_voided_papers(hall: make.Hall, http: TestClient) -> None:
    void = hall.open("U2")
    in_vain = hall.cast("P1", 70).code
    hall.void(void)
    round_id = hall.open("U2")
    first, second = hall.cast("P1", 71).code, hall.cast("P1", 72).code
    others = [hall.cast(code, 80).code for code in ("P2", "P3", "L1", "L2", "L3")]
    hall.close()
    with pytest.raises(BallotRefused):
        hall.cast("P4", 60, round_id=round_id, form={"m.U2.quality": "60"})
    hall.publish(despite_warnings=True)
    listed = dict(rows_of(http.get(f"/board/{hall.key}/receipts").text))

    assert set(listed) == {first, second, *others}
    assert in_vain not in listed
    assert (listed[first], listed[second]) == ("B县（已改，以同一席位后一张为准）", "B县")


def test_a_correction_and_an_unknown_sitting(hall: make.Hall, http: TestClient) -> None:
    codes: set[str] = set()
    for target, reason, known in (("U2", "", 6), ("U3", "补上一家", 12)):
        hall.open(target)
        codes |= {hall.cast(code).code for code in ("L1", "L2", "L3", "P1", "P2", "P3")}
        hall.close()
        hall.publish(reason=reason, despite_warnings=True)
        listed = {code for code, _unit in rows_of(http.get(f"/board/{hall.key}/receipts").text)}
        assert listed == codes and len(codes) == known

    assert http.get("/board/nowhere/receipts").status_code == 404


def test_a_code_of_two_rounds_by_chance_is_one_line() -> None:
    listed = [("B", "甲县", True), ("A", "甲县", True), ("A", "乙县", True), ("C", "3家一张票", False)]

    assert by_code(listed) == (
        Coded(code="A", units="甲县、乙县", replaced=False), Coded(code="B", units="甲县", replaced=False),
        Coded(code="C", units="3家一张票", replaced=True))
