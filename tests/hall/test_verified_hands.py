"""`leitai verify` against somebody who writes confirmations or objections into the database, or takes them out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, delete, insert, update

from db import tables as t
from hall import care
from hall.outcome.objections import Decision
from office.people import Role
from tests import make
from tests.hall.test_objections import decide, file
from tests.hall.test_signing import both_confirm, in_office, propose, score, unranked


@pytest.fixture
def settled(hall: make.Hall) -> make.Hall:
    """Two confirmed versions; A's objection led to the second, B's against the second waits."""
    in_office(hall)
    score(hall, U1=90, U2=85, U3=80)
    both_confirm(hall, propose(hall))
    hall.publish()
    decide(hall, file(hall), Decision.CORRECTED, "C县不应排名")
    unranked(hall)
    both_confirm(hall, propose(hall, reason="C县只打分不排名"))
    hall.publish()
    file(hall, "U2", Role.HOST)
    assert failed(hall) == []
    return hall


def failed(hall: make.Hall) -> list[str]:
    return [words for words, holds in care.verify(hall.house.database) if not holds]


def take_an_objection_out(c: Connection) -> None:
    c.execute(delete(t.objection).where(t.objection.c.id == 2))


def put_an_objection_in(c: Connection) -> None:
    c.execute(insert(t.objection).values(publication_id=2, target_id=3, grounds="理由", filed_by="host",
                                         filed_at="2026-04-23T01:00:00.000Z"))


def uphold_behind_everybodys_back(c: Connection) -> None:
    c.execute(update(t.objection).where(t.objection.c.id == 2).values(
        decision="upheld", decided_at="2026-04-23T01:00:00.000Z", decided_by="clerk", decision_reason="无误"))


def change_the_grounds(c: Connection) -> None:
    c.execute(update(t.objection).where(t.objection.c.id == 1).values(grounds="别的理由"))


def thaw_without_a_version(c: Connection) -> None:
    c.execute(update(t.objection).where(t.objection.c.id == 1).values(mended_by_id=1))


def confirm_for_somebody_else(c: Connection) -> None:
    c.execute(update(t.confirmation).where(t.confirmation.c.role == "clerk").values(confirmed_by="somebody"))


def take_the_confirmations_out(c: Connection) -> None:
    c.execute(delete(t.confirmation))


@pytest.mark.parametrize("attack", [
    take_an_objection_out, put_an_objection_in, uphold_behind_everybodys_back, change_the_grounds,
    thaw_without_a_version, confirm_for_somebody_else, take_the_confirmations_out], ids=lambda one: one.__name__)
def test_an_alteration_is_said(settled: make.Hall, attack: Callable[[Connection], None]) -> None:
    with settled.house.database.write.begin() as c:
        attack(c)

    assert failed(settled) != []
