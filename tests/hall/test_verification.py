"""`leitai verify` against somebody who writes into the database: whatever was published and is altered is said."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, delete, insert, select, text, update

from db import tables as t
from db.reads import people
from db.reads import results as reads
from db.record import chain_hash, head_of
from hall import care
from hall.moment.packing import packed
from hall.outcome import results
from scoring.package import files_of
from scoring.tally import dumps, tally
from tests import make
from tests.played import played

FAULT = "计时设备故障，重新打分"
AT = "2026-04-23T01:00:00.000Z"


@played
def two_versions(house: make.House) -> make.Hall:
    """A and B scored first, then C comes in and turns the ranking over."""
    hall = make.sitting(house)
    for target, mark in (("U1", 90), ("U2", 85)):
        hall.open(target)
        hall.everybody(mark)
        hall.close()
    hall.publish(despite_warnings=True)
    hall.open("U3")
    hall.everybody(95)
    hall.close()
    hall.publish(reason="C县补评")
    assert failed(hall) == []
    return hall


@pytest.fixture
def published(house: make.House) -> make.Hall:
    return two_versions(house)


def failed(hall: make.Hall) -> list[str]:
    return [words for words, holds in care.verify(hall.house.database) if not holds]


def unit(c: Connection, key: str) -> int:
    return int(c.execute(select(t.unit.c.id).where(t.unit.c.key == key)).scalar_one())


def swap_two_units(c: Connection) -> None:
    a, b = unit(c, "small-A"), unit(c, "small-B")
    for one in c.execute(select(t.ledger_entry)).all():
        other = {a: b, b: a}.get(one.unit_id, one.unit_id)
        c.execute(update(t.ledger_entry).where(t.ledger_entry.c.id == one.id).values(unit_id=other))


def move_an_entry(c: Connection) -> None:
    c.execute(update(t.ledger_entry).where(t.ledger_entry.c.id == 1).values(unit_id=unit(c, "small-C")))


def add_points(c: Connection) -> None:
    c.execute(insert(t.ledger_entry).values(
        unit_id=unit(c, "small-B"), period="2026Q1", kind="bonus", cause="特别贡献", points="50", publication_id=None,
        reverses_id=None, booked_at=AT, booked_by="host"))


def add_points_to_a_version(c: Connection) -> None:
    add_points(c)
    c.execute(update(t.ledger_entry).where(t.ledger_entry.c.points == "50").values(publication_id=2))


def change_a_cause(c: Connection) -> None:
    c.execute(update(t.ledger_entry).where(t.ledger_entry.c.id == 1).values(cause="别的原因"))


def change_a_period(c: Connection) -> None:
    c.execute(update(t.ledger_entry).where(t.ledger_entry.c.id == 1).values(period="2025Q4"))


def delete_what_was_published(c: Connection) -> None:
    c.execute(update(t.ledger_entry).values(reverses_id=None))
    c.execute(delete(t.ledger_entry))
    c.execute(delete(t.publication))


def overwrite_the_hashes(c: Connection) -> None:
    c.execute(update(t.publication).where(t.publication.c.number == 2).values(rule_sha256="0" * 64,
                                                                              ballots_sha256="0" * 64))


def change_the_reason(c: Connection) -> None:
    c.execute(update(t.publication).where(t.publication.c.number == 2).values(reason="别的原因"))


def damage_a_package(c: Connection) -> None:
    c.execute(update(t.publication).where(t.publication.c.number == 1).values(package=b"PK nothing"))


def change_a_ballot(c: Connection) -> None:
    c.execute(update(t.ballot).where(t.ballot.c.seat_id.is_not(None)).values(marks='{"quality": "1"}'))


def delete_a_ballot(c: Connection) -> None:
    one = c.execute(select(t.ballot.c.receipt)).first()
    assert one is not None
    c.execute(delete(t.ballot).where(t.ballot.c.receipt == one.receipt))


def change_the_rule(c: Connection) -> None:
    c.execute(update(t.rule).values(toml=make.RULE.replace('weight = "60%"', 'weight = "60.0%"')))


def delete_the_whole_record(c: Connection) -> None:
    c.execute(delete(t.record_entry))


def delete_the_last_line(c: Connection) -> None:
    c.execute(text("delete from record_entry where id = (select max(id) from record_entry)"))


def move_a_line_to_no_sitting(c: Connection) -> None:
    c.execute(text("update record_entry set sitting_id = null where action = '开始打分'"))


def spoil_a_line(c: Connection) -> None:
    c.execute(text("update record_entry set detail = '{' where action = '开始打分'"))


def garble_a_ballot(c: Connection) -> None:
    c.execute(update(t.ballot).where(t.ballot.c.seat_id.is_not(None)).values(marks=""))


def garble_a_round(c: Connection) -> None:
    c.execute(text("update round set opened_at = 'yesterday'"))


@pytest.mark.parametrize("attack", [
    swap_two_units, move_an_entry, add_points, add_points_to_a_version, change_a_cause, change_a_period,
    delete_what_was_published, overwrite_the_hashes, change_the_reason, damage_a_package, change_a_ballot,
    delete_a_ballot, change_the_rule, delete_the_whole_record, delete_the_last_line, move_a_line_to_no_sitting,
    spoil_a_line, garble_a_ballot, garble_a_round], ids=lambda attack: attack.__name__)
def test_an_alteration_is_said(published: make.Hall, attack: Callable[[Connection], None]) -> None:
    with published.house.database.write.begin() as c:
        attack(c)

    assert failed(published) != []


def test_a_forged_package_with_its_own_true_result_is_said(published: make.Hall) -> None:
    package = results.package_in_force(published.house.database, published.key)
    ballots = tuple(row._replace(value="60") if row.target == "U3" and row.value else row for row in package.ballots)
    forged = type(package)(rule=package.rule, targets=package.targets, seats=package.seats, ballots=ballots,
                           recusals=package.recusals, components=package.components)
    result = tally(forged)
    with published.house.database.reading() as c:
        head = next(line for line in people.record(c) if line.action == "公布成绩").previous_hash
    with published.house.database.write.begin() as c:
        c.execute(update(t.publication).where(t.publication.c.number == 2).values(
            result=dumps(result), package=packed(files_of(forged, dumps(result)), head=(1, head)),
            ballots_sha256=result.as_json()["ballots_sha256"]))

    said = failed(published)
    assert any("留痕" in words for words in said)
    assert any("票" in words for words in said)


def test_a_record_written_anew_without_its_tail_is_said_by_the_head_kept_outside(published: make.Hall) -> None:
    with published.house.database.write.begin() as c:
        kept = head_of(c)
    make.sitting(published.house, make.plan("another"))
    assert all(holds for _, holds in care.verify(published.house.database, kept=kept))
    with published.house.database.write.begin() as c:
        assert kept is not None
        c.execute(update(t.ledger_entry).values(reverses_id=None))
        c.execute(delete(t.ledger_entry).where(t.ledger_entry.c.publication_id == 2))
        c.execute(delete(t.publication).where(t.publication.c.number == 2))
        c.execute(delete(t.record_entry).where(t.record_entry.c.id >= kept[0]))

    checks = care.verify(published.house.database, kept=kept)
    assert [words for words, holds in checks if not holds and str(kept[0]) in words and kept[1] in words]


def test_verification_says_the_head_that_can_be_compared(published: make.Hall) -> None:
    with published.house.database.reading() as c:
        head = head_of(c)
    assert head is not None

    assert f"末条第{head[0]}条 {head[1]}" in care.verify(published.house.database)[0][0]
    assert care.head_words(published.house.database) == f"留痕记录末条第{head[0]}条 {head[1]}"


def test_a_package_keeps_the_head_of_the_record_before_it(published: make.Hall) -> None:
    import io
    import zipfile

    with published.house.database.reading() as c:
        last = c.execute(select(t.record_entry).where(t.record_entry.c.action == "公布成绩")
                         .order_by(t.record_entry.c.id.desc())).first()
        frozen = reads.package_bytes(c, 2)
    assert last is not None
    with zipfile.ZipFile(io.BytesIO(frozen)) as archive:
        _number, digest = archive.read("record_head.txt").decode().split()
    assert digest == last.previous_hash
    assert {"package_sha256", "result_sha256", "ledger_sha256"} <= set(json.loads(last.detail))


def test_the_chain_covers_the_sitting() -> None:
    values = {"previous_hash": "0", "at": AT, "actor": "host", "action": "开始打分", "detail": "{}"}
    assert chain_hash({**values, "sitting": "a"}) != chain_hash({**values, "sitting": "b"})


def test_case_18_and_22_what_is_published_is_voted_on_again_and_the_next_version_says_which_round_counts(
        house: make.House) -> None:
    """The first version stays as it was frozen and in force; the second counts the new round, and both hold."""
    hall = two_versions(house)
    first = hall.house.live.at(hall.key).rounds[0]  # type: ignore[union-attr]
    frozen = results.package_zip(hall.house.database, hall.key, 1)

    hall.void(first.id, FAULT)
    assert failed(hall) == [], "between the void and the correction"
    assert results.standing(hall.house.database, hall.key).publication.number == 2  # type: ignore[union-attr]
    hall.open("U1")
    hall.everybody(60)
    assert failed(hall) == [], "while the new round is open"
    hall.close()
    assert failed(hall) == []
    hall.publish(reason=FAULT)

    assert failed(hall) == []
    assert results.package_zip(hall.house.database, hall.key, 1) == frozen
    totals = [results.standing(hall.house.database, hall.key, n).result["targets"]["U1"]["total"]["published"] for n in (2, 3)]
    assert totals == ["91.00", "61.00"]
    with hall.house.database.reading() as c:
        told = [one.detail for one in people.record(c) if one.action == "作废重投"]
    assert [(one["round"], one["targets"], one["version"], one["reason"]) for one in told] == [(first.id, ["U1"], 2, FAULT)]


def test_a_published_round_that_is_voided_behind_the_record_s_back_is_noticed(house: make.House) -> None:
    hall = two_versions(house)
    with hall.house.database.write.begin() as c:
        c.execute(update(t.round_).where(t.round_.c.number == 1).values(phase="VOID", void_reason="x"))

    assert any("所计的票与库里的票" in one for one in failed(hall))
