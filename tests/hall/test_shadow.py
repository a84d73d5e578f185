"""Shadow seats: the same page and the same checks, and nothing that they send is ever counted."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from db.reads import ballots as ballot_reads
from hall.ballots import sealed
from hall.ballots.ballot_refused import BallotRefused
from hall.moment import status
from hall.outcome import results
from hall.phones import shadow
from hall.phones.phones_first import PhonesFirst
from office.prints import badges, paper_ballots
from office.refusal import Refused
from office.sitting import sittings
from office.sitting.plan import PlannedSeat
from tests import make

JSON = {"Accept": "application/json", "Content-Type": "application/json"}


def add(hall: make.Hall, code: str = "影1", group: str = "leaders") -> str:
    """A shadow seat with a badge; the badge's secret."""
    shadow.add_shadow(hall.house.database, hall.key, code=code, name="新任评委", group=group, by="host", at=hall.now)
    hall.badge(code)
    return hall.secrets.pop(code)


def client(hall: make.Hall) -> TestClient:
    return TestClient(PhonesFirst(Starlette(), hall.house), base_url=make.BASE)


def send(hall: make.Hall, secret: str, mark: object, *, nonce: str = "n") -> tuple[int, dict[str, object]]:
    now = hall.house.live.at(hall.key).round
    form = {f"m.{key}.quality": str(mark) for key in now.targets}
    told = client(hall).post(f"/b/{secret}", content=json.dumps({"round": str(now.id), "nonce": nonce, **form}), headers=JSON)
    return told.status_code, told.json()


@pytest.mark.parametrize("group", ["leaders", "public"])
def test_a_shadow_seat_sees_its_own_paper_and_nobody_counts_it(hall, group):
    before = hall.house.live.at(hall.key).seats
    secret = add(hall, group=group)
    hall.open("U1")
    page = client(hall).get(f"/b/{secret}").text
    assert "影子席，不计票" in page and "name=\"m.U1.quality\"" in page

    code, first = send(hall, secret, 88)
    assert (code, first["status"], first["version"]) == (200, "accepted", 1)
    assert send(hall, secret, 88)[1] == first, "the same nonce gets the same receipt"
    assert send(hall, secret, 91, nonce="again")[1]["version"] == 2
    assert send(hall, secret, 101, nonce="bad")[0] == 422

    shown = client(hall).get(f"/b/{secret}").text
    assert "质量 91" in shown and "已收下" in shown and "已计票" not in shown and "第2次提交" in shown
    assert client(hall).get(f"/b/{secret}/now").json()["receipt"]["version"] == 2
    snapshot = hall.house.live.at(hall.key)
    assert [(one.seat, one.said) for one in shadow.practice_papers(hall.house.database, snapshot)] == \
        [("影1", "A县：质量 91")]
    assert [one.code for one in snapshot.seats] == [one.code for one in before]
    assert hall.house.live.turnout(snapshot.round.id) == {}
    told = status.status_of(hall.house.database, hall.key)
    assert told["turnout"] == {"leaders": {"seats": 3, "voted": 0}, "public": {"seats": 4, "voted": 0}}
    with hall.house.database.reading() as c:
        assert not ballot_reads.turnout(c, snapshot.round.id)
    hall.close()
    assert send(hall, secret, 60, nonce="late")[1]["reason"] == "round_closed"


def test_the_ballot_box_takes_no_paper_of_a_shadow_seat(hall):
    secret = add(hall)
    hall.open("U1")
    hall.secrets["影1"] = secret

    with pytest.raises(BallotRefused, match="影子席"):
        hall.cast("影1", 90)


def test_nothing_that_is_printed_or_published_knows_a_shadow_seat(hall, tmp_path):
    secret = add(hall)
    for target, mark in (("U1", 90), ("U2", 80), ("U3", 70)):
        round_id = hall.open(target)
        hall.everybody(mark)
        assert send(hall, secret, 5)[0] == 200
        hall.close()
    database = hall.house.database

    printed = sealed.print_sealed(database, hall.key, round_id, by="host", at=hall.now).html
    hall.publish()
    results.export(database, hall.key, tmp_path)
    package = "".join(file.read_text(encoding="utf-8") for file in sorted(tmp_path.iterdir()) if file.suffix in (".csv", ".json"))
    receipts = results.receipts(database, hall.key)

    assert "影1" not in printed and "影1" not in package
    assert len(receipts) == 7 + 8 + 8, "L4 is recused for its own unit"
    with pytest.raises(Refused, match="不是实名席位"):
        paper_ballots.issue(database, hall.key, seats=("影1",), secret={}, targets=("U1",), together=False, by="host",
                            at=hall.now)


def test_a_shadow_seat_may_come_while_the_round_is_open_and_go_again(hall):
    hall.open("U1")
    secret = add(hall, group="public")
    assert send(hall, secret, 70)[0] == 200
    with pytest.raises(Refused, match="已经有了"):
        add(hall)
    with pytest.raises(Refused, match="已经有了"):
        sittings.add_seats(hall.house.database, hall.key, [PlannedSeat(code="影1", group="leaders", name="", unit="")], by="host",
                           at=hall.now)
    with pytest.raises(Refused, match="没有影子席"):
        shadow.drop_shadow(hall.house.database, hall.key, "L1", by="host", at=hall.now)

    shadow.drop_shadow(hall.house.database, hall.key, "影1", by="host", at=hall.now)
    hall.house.live.refresh()

    assert client(hall).get(f"/b/{secret}").status_code == 404
    assert not shadow.practice_papers(hall.house.database, hall.house.live.at(hall.key))


def test_badges_for_everybody_are_badges_for_the_seats_that_count(hall):
    add(hall)

    issued = badges.issue_badges(hall.house.database, hall.key, base_url=make.BASE, by="host", at=hall.now)

    assert {one.seat for one in issued} == {"L1", "L2", "L3", "L4", "P1", "P2", "P3", "P4"}


MARK = st.integers(0, 100)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(real=st.fixed_dictionaries({code: MARK for code in ("L1", "L2", "L3", "P1", "P2", "P3", "P4")}),
       practised=st.lists(st.tuples(st.sampled_from(("leaders", "public")), MARK), min_size=1, max_size=3))
def test_with_shadow_seats_or_without_the_result_is_the_same(tmp_path_factory, sqlite_with_tables, real, practised):
    folder = tmp_path_factory.mktemp("shadows")
    shutil.copyfile(sqlite_with_tables, folder / "leitai.db")
    hall = make.sitting(make.house(f"sqlite:///{folder / 'leitai.db'}"))
    codes = [f"影{n}" for n, _paper in enumerate(practised)]
    secrets = [add(hall, code, group) for code, (group, _mark) in zip(codes, practised, strict=True)]
    hall.open("U1")
    for n, (code, mark) in enumerate(real.items()):
        hall.cast(code, mark)
        if n < len(secrets):
            assert send(hall, secrets[n], practised[n][1])[0] == 200
    hall.close()

    with_them = exported(hall, folder / "with")
    for code in codes:
        shadow.drop_shadow(hall.house.database, hall.key, code, by="host", at=hall.now)
    assert exported(hall, folder / "without") == with_them
    hall.house.close()


def exported(hall: make.Hall, folder: Path) -> dict[str, bytes]:
    """The recount package so far: ballots, seats, recusals, the result with the hash of the ballots."""
    results.export(hall.house.database, hall.key, folder)
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.name.endswith((".csv", "result.json"))}
