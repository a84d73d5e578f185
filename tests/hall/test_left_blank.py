"""A mark that counts is changed or abstained from, never blanked; and a receipt lists what stands, in memory as in the store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from db.values import Receipt
from db.work import work
from hall.ballots.ballot_refused import BallotRefused, Reason
from hall.moment.packing import package_of, sitting_of
from hall.outcome.checklist import result_of
from hall.seating import recuse_now
from tests import make
from tests.hall.make_phones import GRADES, GROUPS, Phones

WHOLE = {"m.U1.quality": "90", "m.U2.quality": "80", "m.U3.quality": "70"}
WITHOUT_U2 = {"m.U1.quality": "95", "m.U3.quality": "70"}


@pytest.fixture
def phones(tmp_path: Path) -> Iterator[Phones]:
    made = Phones(tmp_path, ballot_mode="all", rule_toml=GRADES + GROUPS)
    yield made
    made.shut()


def said(receipt: Receipt | None) -> list[tuple[str, str]]:
    assert receipt is not None
    return [(line.target, dict(line.marks).get("quality", line.state.value)) for line in receipt.lines]


def from_the_store(hall: make.Hall, code: str, round_id: int) -> Receipt | None:
    """As after a restart."""
    hall.house.live.forget_receipts()
    seat = hall.house.live.seat(hall.secrets[code])
    assert seat is not None
    return hall.house.live.receipt(seat, hall.secrets[code], round_id)


def held(hall: make.Hall, code: str, round_id: int) -> Receipt | None:
    seat = hall.house.live.seat(hall.secrets[code])
    assert seat is not None
    return hall.house.live.recall(seat, hall.secrets[code], round_id)


@pytest.mark.parametrize("code", ["L1", "P1"])
def test_what_is_in_may_not_be_blanked_by_a_later_paper(hall: make.Hall, code: str) -> None:
    round_id = hall.open("U1", "U2", "U3")
    first = hall.cast(code, form=WHOLE)

    with pytest.raises(BallotRefused, match="B县您已交过，不能留空；不评请选弃权") as refused:
        hall.cast(code, form=WITHOUT_U2)

    assert (refused.value.reason, refused.value.reason.status, refused.value.field) == (
        Reason.INCOMPLETE, 422, "m.U2.quality")
    assert held(hall, code, round_id) == first == from_the_store(hall, code, round_id)
    abstained = hall.cast(code, form=WITHOUT_U2 | {"m.U2": "abstain"})
    assert said(abstained) == [("U1", "95"), ("U2", "abstain"), ("U3", "70")] == said(from_the_store(hall, code, round_id))


def test_two_papers_in_one_batch_are_held_against_each_other(hall: make.Hall) -> None:
    hall.open("U1", "U2", "U3")
    with work(hall.house.database):  # the writer waits behind this
        first, second = hall.send("L1", form=WHOLE), hall.send("L1", form=WITHOUT_U2)
    assert first.result(20).version == 1
    with pytest.raises(BallotRefused, match="不能留空"):
        second.result(20)


def test_what_was_left_out_from_the_first_may_be_left_out_again_or_added(hall: make.Hall) -> None:
    round_id = hall.open("U1", "U2", "U3")
    hall.cast("L1", form={"m.U1.quality": "90"})
    hall.cast("L1", form={"m.U1.quality": "91"})
    last = hall.cast("L1", form=WITHOUT_U2)

    assert last.version == 3 and said(last) == [("U1", "95"), ("U3", "70")] == said(from_the_store(hall, "L1", round_id))


def test_who_is_recused_on_the_spot_may_change_the_rest_and_the_receipt_is_the_stores(hall: make.Hall) -> None:
    round_id = hall.open("U1", "U2", "U3")
    hall.cast("L1", form=WHOLE)
    recuse_now(hall.house.database, hall.key, "L1", "U2", reason="亲属", by="host", at=hall.now)
    hall.house.live.refresh()

    changed = hall.cast("L1", form=WITHOUT_U2)

    assert said(changed) == [("U1", "95"), ("U2", "80"), ("U3", "70")]
    assert held(hall, "L1", round_id) == changed
    stored = from_the_store(hall, "L1", round_id)
    assert stored is not None and replace(stored, received_at="") == replace(changed, received_at="")


def test_the_result_counts_what_the_phone_says_that_it_counts(hall: make.Hall) -> None:
    hall.open("U1", "U2", "U3")
    for code in ("L1", "L2", "L3"):
        hall.cast(code, form=WHOLE)
        with pytest.raises(BallotRefused):
            hall.cast(code, form=WITHOUT_U2)
    for code in ("P1", "P2", "P3"):
        hall.cast(code, 50)
    hall.close()
    with hall.house.database.reading() as c:
        told = result_of(package_of(c, sitting_of(c, hall.key))).as_json()["targets"]
    assert [told[key]["groups"]["leaders"]["published"] for key in ("U1", "U2", "U3")] == ["90.00", "80.00", "70.00"]


def test_over_http_the_refusal_names_the_field_and_the_page_shows_what_stands(phones: Phones) -> None:
    opened = phones.open("U1", "U2", "U3")
    whole = {"m.U1": "good", "m.U2": "fair", "m.U3": "bad"}
    paper = {"round": str(opened), "nonce": "n1", **whole}
    assert phones.http.post("/b/secret-L1", data=paper).status_code == 303

    refused = phones.http.post("/b/secret-L1", json={"round": str(opened), "nonce": "n2", "m.U1": "good", "m.U3": "good"})
    shown = phones.http.post("/b/secret-L1", data={"round": str(opened), "nonce": "n3", "m.U1": "good", "m.U3": "good"})

    assert refused.status_code == shown.status_code == 422
    assert (refused.json()["reason"], refused.json()["field"]) == ("incomplete", "m.U2")
    assert "龙湾区您已交过，不能留空" in shown.text
    assert 'name="m.U2" value="fair" checked' in shown.text
