"""Hard cases 49 and 50 over the phones' own routes: a double press, a reload, two phones at once; one device in two hands."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.hall.make_phones import Phones
from tests.hall.test_phone_routes import MARKS, page, paper, send, shown


@pytest.fixture
def phones(tmp_path: Path) -> Iterator[Phones]:
    made = Phones(tmp_path)
    yield made
    made.shut()


def stored(phones: Phones) -> list[tuple[Any, ...]]:
    """(seat's voter, version, counted) of every ballot, one line a criterion's paper."""
    with phones.house.database.reading() as c:
        return [tuple(row) for row in c.execute(text("select voter, version, counted from ballot order by voter, version"))]


def at_once(*calls: Any) -> list[Any]:
    answers: list[Any] = [None] * len(calls)
    together = threading.Barrier(len(calls))

    def call(n: int) -> None:
        together.wait(10)
        answers[n] = calls[n]()

    threads = [threading.Thread(target=call, args=(n,)) for n in range(len(calls))]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    return answers


def test_hard_case_49_a_double_press_is_one_ballot_and_one_receipt(phones: Phones) -> None:
    round_id = phones.open("U1")

    answers = at_once(*[lambda: send(phones, paper(round_id, "pressed"))] * 5)

    assert {one.status_code for one in answers} == {200} and len({one.text for one in answers}) == 1
    assert [row[1:] for row in stored(phones)] == [(1, True)]


def test_hard_case_49_reloading_and_going_back_send_nothing_and_change_nothing(phones: Phones) -> None:
    round_id = phones.open("U1")
    sent = send(phones, paper(round_id)).json()
    before = stored(phones)

    for _ in range(3):
        assert sent["receipt"] in page(phones)
        phones.clock.pass_seconds(1)
    form = phones.http.post("/b/secret-L1", data=paper(round_id), headers={"Accept": "text/html"})

    assert form.status_code == 303  # the browser's back and send again: the same nonce
    assert stored(phones) == before


def test_hard_case_49_two_devices_with_one_badge_at_once_leave_two_versions_of_which_one_counts(phones: Phones) -> None:
    round_id = phones.open("U1")

    answers = at_once(*[lambda n=n: send(phones, paper(round_id, f"device-{n}", {key: str(80 + n) for key in MARKS}))
                        for n in range(4)])

    assert {one.status_code for one in answers} == {200}
    assert sorted(one.json()["version"] for one in answers) == [1, 2, 3, 4]
    assert [row[1:] for row in stored(phones)] == [(1, False), (2, False), (3, False), (4, True)]
    assert phones.house.live.turnout(round_id) == {"leaders": 1}


def test_hard_case_50_the_page_says_whose_ballot_it_is_before_anything_is_sent(phones: Phones) -> None:
    phones.open("U1")

    for seat, name in (("L1", "一席"), ("L2", "二席"), ("P1", "代表一")):
        html = page(phones, seat)
        said = shown(html)
        assert name in said, f"{seat} is not told whose ballot this is"
        assert said.index(name) < re.search(r"提\s*交", said).start()  # type: ignore[union-attr]


def test_hard_case_50_two_judges_on_one_device_are_two_ballots_and_neither_sees_the_others(phones: Phones) -> None:
    round_id = phones.open("U1")
    first = send(phones, paper(round_id, "same-nonce"), seat="L1").json()

    assert first["receipt"] not in page(phones, "L2")
    second = send(phones, paper(round_id, "same-nonce", {key: "70" for key in MARKS}), seat="L2").json()

    assert second["receipt"] != first["receipt"] and (first["version"], second["version"]) == (1, 1)
    assert first["receipt"] in page(phones, "L1") and second["receipt"] not in page(phones, "L1")
    assert [row[1:] for row in stored(phones)] == [(1, True), (1, True)]


def test_hard_case_50_nothing_that_a_phone_keeps_leads_into_another_judges_ballot(phones: Phones) -> None:
    """No cookie tells one judge from another: the badge in the address does, and drafts are kept under it."""
    round_id = phones.open("U1")

    answers = [phones.http.get("/b/secret-L1"), phones.http.get("/b/secret-L1/now"), send(phones, paper(round_id))]

    assert all("set-cookie" not in one.headers for one in answers)
    assert all(one.headers["cache-control"].startswith(("no-store", "private", "no-cache")) for one in answers)
    assert phones.http.get("/b/secret-nobody").status_code == 404
