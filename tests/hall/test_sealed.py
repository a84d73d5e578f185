"""The sealed printout: all that is needed to go on on paper, nothing that tells whose a secret ballot is."""

from __future__ import annotations

import hashlib
import html
import re

import pytest
from sqlalchemy import text

from hall.ballots import paper, sealed
from hall.ballots.ballot_refused import BallotRefused
from hall.stage import rounds
from office.refusal import Refused
from tests import make


def printed(hall, round_id):
    return sealed.print_sealed(hall.house.database, hall.key, round_id, by="clerk", at=hall.now)


def lines_of(page):
    return html.unescape(re.search(r"<pre>(.*)</pre>", page, re.S).group(1))


def test_the_code_is_the_hash_of_the_lines_at_its_end_and_stands_in_the_record(hall):
    round_id = hall.open("U2")
    hall.everybody()
    hall.close()

    made = printed(hall, round_id)

    assert hashlib.sha256(lines_of(made.html).encode()).hexdigest() == made.code and made.code in made.html
    with hall.house.database.reading() as c:
        assert made.code in c.execute(text("select detail from record_entry where action = '封存选票'")).scalar_one()
    assert [one.holds for one in sealed.kept(hall.house.database, hall.key)[round_id]] == [True]


def test_all_ballots_stand_on_it_the_secret_ones_without_seat_time_or_receipt(hall):
    round_id = hall.open("U2")
    hall.everybody()
    with hall.house.database.reading() as c:
        receipts = list(c.execute(text("select receipt from ballot where seat_id is null")).scalars())
    hall.close()

    rows = [line.split("\t") for line in lines_of(printed(hall, round_id).html).splitlines() if line.startswith("票")]

    assert sorted(row[3] for row in rows) == ["L1", "L2", "L3", "L4", *["无记名"] * 4]
    secret = [row for row in rows if row[3] == "无记名"]
    assert all(row[6].startswith("质量 ") and row[7] == "" for row in secret)
    assert secret == sorted(secret, key=lambda row: row[4])
    assert not {row[4] for row in secret} & set(receipts)


def test_fewer_than_three_secret_ballots_keep_their_marks_to_themselves(hall):
    round_id = hall.open("U2")
    hall.cast("P1", 37)
    hall.cast("P2", 41)
    hall.cast("L1", 90)
    hall.close()

    page = printed(hall, round_id).html

    assert page.count(sealed.WITHHELD) == 4 and "质量 37" not in page and "质量 90" in page


def test_a_paper_keyed_after_the_printout_shows_on_the_next_one(hall):
    round_id = hall.open("U2")
    hall.cast("L1", 90)
    hall.close()
    first = printed(hall, round_id)
    for by in ("clerk1", "clerk2"):
        paper.enter(hall.house.database, hall.key, round_id, "L2", {"m.U2.quality": "80"}, by=by, at=hall.now)
    second = printed(hall, round_id)

    assert first.code != second.code and "\tL2\t纸票" in second.html
    assert [one.holds for one in sealed.kept(hall.house.database, hall.key)[round_id]] == [True, False]


def test_a_round_of_many_units_is_a_row_a_paper_and_tells_the_same(house):
    """185 towns and 35 judges were 429 pages: every mark still stands there, under the unit's number."""
    hall = make.sitting(house, make.plan(units=14))
    units = [f"U{n}" for n in range(1, 15)]
    round_id = hall.open(*units)
    for n, code in enumerate(("L1", "L2", "P1", "P2", "P3")):
        hall.send(code, form={f"m.{unit}.quality": str(70 + n + k) for k, unit in enumerate(units)}).result(timeout=20)
    hall.send("L3", form={"m.U1": "abstain", "m.U14.quality": "55"}).result(timeout=20)
    hall.close()
    with pytest.raises(BallotRefused):  # too late: kept, and said to be so
        hall.send("L4", form={"m.U2.quality": "60"}, round_id=round_id).result(timeout=20)

    made = printed(hall, round_id)
    lines = [line.split("\t") for line in lines_of(made.html).splitlines()]
    papers = {row[2]: row for row in lines if row[0] == "票" and row[2] != "无记名"}

    assert hashlib.sha256(lines_of(made.html).encode()).hexdigest() == made.code
    assert next(row[1:] for row in lines if row[0] == "组") == ["1", "A县", "3／2／1／0／0", "3／3／0／0／0"]
    secret = [row for row in lines if row[0] == "票" and row[2] == "无记名"]
    assert sum(row[0] == "票" for row in lines) == 4 + 14
    assert secret[0][1:] == ["社会各界代表", "无记名", "序号1共3张", "1 质量 72，质量 73，质量 74", ""]
    assert papers["L4"][4] == "2 迟到不计（质量 60）"
    assert papers["L2"][4] == "，".join(f"{n} 质量 {70 + n}" for n in range(1, 15))
    assert papers["L3"][4] == "1 弃权，14 质量 55"
    assert {row[5] for row in secret} == {""}
    assert [one.holds for one in sealed.kept(hall.house.database, hall.key)[round_id]] == [True]


def test_19_another_order_of_the_agenda_leaves_what_was_sealed_as_it_was(house):
    hall = make.sitting(house, make.plan(ballot_mode="all"))
    round_id = hall.open("U1", "U2", "U3")
    for n, code in enumerate(("L1", "L2", "L3", "P1", "P2", "P3")):
        hall.cast(code, 80 + n)
    hall.close()
    made = printed(hall, round_id)

    rounds.set_order(house.database, hall.key, ("U3", "U1", "U2"), by="host", at=hall.now)

    assert [one.holds for one in sealed.kept(house.database, hall.key)[round_id]] == [True]
    assert printed(hall, round_id).code == made.code


def test_an_open_round_is_not_sealed(hall):
    round_id = hall.open("U2")

    with pytest.raises(Refused, match="截止以后"):
        printed(hall, round_id)
