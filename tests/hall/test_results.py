"""From closed rounds to a publication: what is frozen, what is booked, and that anyone can recount it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from db.reads import results as reads
from db.values import Staff
from hall import care
from hall.outcome import results
from hall.outcome.standings import board
from office.people import Role
from office.refusal import Refused
from tests import make
from tests.played import published, scored

ROOT = Path(__file__).parent.parent.parent
HOST = Staff(id=1, name="host", title="", roles=frozenset({Role.HOST}), unit="", active=True, has_password=True)


def recount(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """An outsider's recount: another process, no site-packages."""
    return subprocess.run([sys.executable, "-S", "-m", "scoring", "recount", str(folder), *options], cwd=ROOT,
                          capture_output=True, text=True, check=False)


def test_a_publication_is_what_an_outsider_recounts(house: make.House, tmp_path: Path) -> None:
    hall = scored(house, U1=90, U2=85, U3=80)
    assert hall.publish() == 1

    results.export(hall.house.database, hall.key, tmp_path / "package")
    outside = recount(tmp_path / "package")

    assert outside.returncode == 0, outside.stderr
    published = results.standing(hall.house.database, hall.key)
    assert json.loads(outside.stdout) == published.result
    assert published.result["order"] == ["U1", "U2", "U3"]
    assert published.publication is not None and published.publication.number == 1


def test_points_are_booked_with_the_publication_and_named_by_their_cause(house: make.House) -> None:
    hall = scored(house, U1=90, U2=85, U3=80)
    hall.publish()

    with hall.house.database.reading() as c:
        entries = reads.ledger(c)
    assert [(one.unit, one.kind, one.points, one.period) for one in entries] == [
        ("small-A", "bonus", "2", "2026Q1"), ("small-C", "deduction", "-1", "2026Q1")]
    assert entries[0].cause == "县区比拼现场：A县 第1名"


def test_commitments_are_on_the_list_with_numbers(house: make.House) -> None:
    hall = published(house, U1=90, U2=85, U3=80)

    with hall.house.database.reading() as c:
        listed = reads.listed_commitments(c)
    assert [(one.number, one.unit_name, one.owner) for one in listed] == [
        ("2026Q1-001", "A县", "分管副县长"), ("2026Q1-002", "B县", "分管副县长"), ("2026Q1-003", "C县", "分管副县长")]


def test_nothing_of_an_open_round_is_in_any_result(hall: make.Hall) -> None:
    hall.open("U1")
    hall.everybody(90)
    hall.close()
    hall.open("U2")
    hall.everybody(60)

    so_far = results.standing(hall.house.database, hall.key).result

    assert so_far["targets"]["U2"]["state"] == "no_ballots"
    assert so_far["targets"]["U2"]["groups"]["leaders"]["received"] == 0
    with pytest.raises(Refused, match="还在打分"):
        hall.publish(despite_warnings=True)


def test_a_void_round_counts_nowhere(hall: make.Hall) -> None:
    first = hall.open("U1")
    hall.everybody(10)
    hall.close()
    hall.void(first)
    hall.open("U1")
    hall.everybody(90)
    hall.close()

    so_far = results.standing(hall.house.database, hall.key).result

    assert float(so_far["targets"]["U1"]["total"]["published"]) > 85


def test_unscored_units_are_a_warning_that_must_be_accepted(hall: make.Hall) -> None:
    hall.open("U1")
    hall.everybody()
    hall.close()

    with pytest.raises(Refused, match="还没打分：B县、C县"):
        hall.publish()
    said = "".join(one.words for one in results.checklist(hall.house.database, hall.key))
    assert (said.count("B县"), said.count("C县")) == (1, 1)
    assert hall.publish(despite_warnings=True) == 1


def test_a_unit_without_a_place_stands_once_in_the_checklist(house: make.House) -> None:
    rule = make.RULE.replace('weight = "60%"', 'weight = "60%"\nquorum_ballots = 3')
    hall = make.sitting(house, make.plan(rule=rule))
    for target, seats in (("U1", hall.secrets), ("U2", ("L1", "L2", "P1", "P2", "P3")), ("U3", ())):
        hall.open(target)
        for code in seats:
            if (target, code) != ("U1", "L4"):
                hall.cast(code, 90)
        hall.close()

    said = [one.words for one in results.checklist(hall.house.database, hall.key) if not one.ok]

    assert [words for words in said if "B县" in words] == ["有效票不够，不排名：B县"]
    assert [words for words in said if "C县" in words] == ["没有可用的票，不排名：C县"]
    hall.publish(despite_warnings=True)
    shown = board(hall.house.database, hall.key, HOST)
    assert shown is not None and [one.state for one in shown.others] == ["有效票不够"]
    assert not [one for one in shown.warnings if "不排名" in one]


def test_a_correction_is_version_two_with_a_reason_and_reverses_the_points(hall: make.Hall) -> None:
    hall.open("U1")
    hall.everybody(90)
    hall.close()
    hall.open("U2")
    hall.everybody(95)
    hall.close()
    hall.publish(despite_warnings=True)
    hall.open("U3")
    hall.everybody(97)
    hall.close()
    with pytest.raises(Refused, match="写明原因"):
        hall.publish()
    assert hall.publish(reason="C县补评") == 2

    with hall.house.database.reading() as c:
        balance: dict[str, int] = {}
        for one in reads.ledger(c):
            balance[one.unit] = balance.get(one.unit, 0) + int(one.points)
        versions = reads.publications(c, 1)
    assert {unit: points for unit, points in balance.items() if points} == {"small-C": 2, "small-A": -1}
    assert [(one.number, one.reason) for one in versions] == [(1, ""), (2, "C县补评")]
    assert results.standing(hall.house.database, hall.key, number=1).result["order"] == ["U2", "U1"]
    assert all(holds for _, holds in care.verify(hall.house.database))


def test_publishing_the_same_result_again_is_refused(house: make.House) -> None:
    hall = published(house, U1=90, U2=85, U3=80)

    with pytest.raises(Refused, match="完全相同"):
        hall.publish(reason="再公布一次")


def test_an_empty_group_is_said_and_blocks(hall: make.Hall) -> None:
    hall.open("U1")
    hall.cast("L1")
    hall.close()

    with pytest.raises(Refused, match="社会各界代表"):
        hall.publish(despite_warnings=True)


def test_a_failure_while_publishing_leaves_nothing_behind(house: make.House) -> None:
    from unittest.mock import patch

    from db.stores.items import Items

    hall = scored(house, U1=90, U2=85, U3=80)
    with patch.object(Items, "enter_promises", side_effect=RuntimeError("power cut")), pytest.raises(RuntimeError):
        hall.publish()

    with hall.house.database.reading() as c:
        assert (reads.ledger(c), reads.publications(c, 1), reads.listed_commitments(c)) == ((), (), ())
    assert hall.publish() == 1


def test_every_receipt_is_in_the_public_list_and_superseded_ones_say_so(hall: make.Hall) -> None:
    hall.open("U1")
    old = hall.cast("P1", 80)
    new = hall.cast("P1", 90)
    hall.everybody(85)
    hall.close()
    hall.publish(despite_warnings=True)

    listed = {code: counts for code, _name, counts in results.receipts(hall.house.database, hall.key)}

    assert listed[old.code] is False and listed[new.code] is False  # everybody() voted once more with P1's badge
    assert sum(listed.values()) == 7


def test_the_receipts_of_a_round_voided_after_the_publication_are_listed_until_the_next_version(hall: make.Hall) -> None:
    first = hall.open("U1")
    hall.everybody(10)
    hall.close()
    hall.void(first)  # before any version: counted nowhere, listed never
    again = hall.open("U1")
    hall.everybody(80)
    hall.close()
    hall.publish(despite_warnings=True)
    listed = results.receipts(hall.house.database, hall.key)
    assert len(listed) == 7

    hall.void(again)
    hall.open("U1")
    hall.everybody(60)
    hall.close()
    assert results.receipts(hall.house.database, hall.key) == listed

    hall.publish(despite_warnings=True, reason="重新打分")
    later = {code for code, _name, _counts in results.receipts(hall.house.database, hall.key)}
    assert len(later) == 7 and not later & {code for code, _name, _counts in listed}


def test_explanation_of_a_published_number_is_at_hand(house: make.House) -> None:
    hall = published(house, U1=90, U2=85, U3=80)

    tree = results.working(hall.house.database, hall.key, "U2")

    assert json.dumps(tree, ensure_ascii=False)
    with pytest.raises(Refused):
        results.working(hall.house.database, hall.key, "U99")


def test_backup_while_running_and_restore_bring_everything_back(house: make.House, tmp_path: Path) -> None:
    hall = published(house, U1=90, U2=85, U3=80)
    before = results.standing(hall.house.database, hall.key).result
    care.backup(hall.house.database, tmp_path / "copy.db", by="host", at=hall.now)
    make.sitting(hall.house, make.plan("another"))

    _rows, kept = care.restore(hall.house.database, tmp_path / "copy.db", by="host", at=hall.now)
    hall.house.live.refresh()

    assert [one.key for one in hall.house.live.sittings()] == ["small"]
    assert results.standing(hall.house.database, hall.key).result == before
    assert kept is not None and kept.exists()
    assert all(holds for _, holds in care.verify(hall.house.database))


def test_restoring_something_else_changes_nothing(hall: make.Hall, tmp_path: Path) -> None:
    (tmp_path / "letter.db").write_bytes(b"SQLite format 3\x00 but not really" * 50)

    with pytest.raises(Refused, match="不是本系统的备份"):
        care.restore(hall.house.database, tmp_path / "letter.db", by="host", at=hall.now)

    hall.house.live.refresh()
    assert [one.key for one in hall.house.live.sittings()] == ["small"]


def test_verification_notices_a_changed_record(house: make.House) -> None:
    from sqlalchemy import update

    from db import tables as t

    hall = published(house, U1=90, U2=85, U3=80)
    with hall.house.database.write.begin() as c:
        c.execute(update(t.record_entry).where(t.record_entry.c.action == "开始打分").values(actor="somebody else"))

    assert care.verify(hall.house.database)[0][1] is False


def test_verification_notices_a_changed_result(house: make.House) -> None:
    from sqlalchemy import update

    from db import tables as t

    hall = published(house, U1=90, U2=85, U3=80)
    with hall.house.database.write.begin() as c:
        stored = results.standing(hall.house.database, hall.key).publication
        assert stored is not None
        c.execute(update(t.publication).values(result=stored.result.replace('"rank": 1', '"rank": 2', 1)))

    assert not all(holds for _, holds in care.verify(hall.house.database))
