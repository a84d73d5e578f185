"""A publication is counted before the writer is held: it is right whatever another hand does in between."""

from __future__ import annotations

import shutil

import pytest

from db import tables as t
from db.item_values import ItemKind, NewItem, Source, SourceKind
from db.reads import results as result_reads
from db.reads import sittings as reads
from db.work import work
from hall import seating
from hall.outcome import results
from hall.outcome.verification import checks
from hall.stage import rounds
from office.listing.items import list_promises
from office.refusal import Refused
from office.sitting import sittings
from scoring.tally import dumps
from tests import make
from tests.interrupted import Interrupted
from tests.office.test_items import OFFICE


@pytest.fixture
def url(sqlite_with_tables, tmp_path):
    shutil.copyfile(sqlite_with_tables, tmp_path / "leitai.db")
    return f"sqlite:///{tmp_path / 'leitai.db'}"


@pytest.fixture
def hall(house) -> make.Hall:
    hall = make.sitting(house)
    for target, mark in (("U1", 90), ("U2", 80), ("U3", 70)):
        hall.open(target)
        hall.everybody(mark)
        hall.close()
    return hall


def published_behind(hall: make.Hall, does) -> int:
    database = Interrupted(hall.house.database.url, does)
    try:
        return results.publish(database, hall.key, by="host", at=hall.now, despite_warnings=True)
    finally:
        database.dispose()


@pytest.mark.parametrize("meanwhile", ["nothing", "spoiled", "recused", "component", "listed", "entered"])
def test_what_is_published_is_what_counts_when_it_is(hall, meanwhile):
    database, at = hall.house.database, hall.now

    def does() -> None:
        match meanwhile:
            case "spoiled":
                seating.spoil(database, hall.key, "L1", "U1", reason="签错名", by="clerk", at=at)
            case "recused":
                with work(database) as w:  # a seat that is taken out of the count of one unit
                    w.roster.recuse(1, 2, "家属在该单位")
            case "component":
                sittings.put_declaration(database, hall.key, "U3", make.plan().declarations["U1"], by="host", at=at)
            case "listed":
                list_promises(database, hall.key, "U2", who=OFFICE, at=at)
            case "entered":
                with work(database) as w:
                    w.items.enter(NewItem(kind=ItemKind.TASK, text="别的", unit="small-A", listed_on=at.date(), number="2026Q1-001",
                                          source=Source(kind=SourceKind.OTHER)), by="clerk", at=at)
                    w.record.append(at=at, actor="clerk", action="清单：列入清单")

    before = dumps(results.result_of(results.package_in_force(database, hall.key)))
    number = published_behind(hall, does)
    with database.reading() as c:
        found = results.sitting_of(c, hall.key)
        published = result_reads.publications(c, found.id)[-1]
        assert [words for words, holds in checks(c) if not holds] == []
    counted = dumps(results.result_of(results.package_in_force(database, hall.key)))

    assert (number, published.result) == (1, counted)
    assert (published.result != before) == (meanwhile in ("spoiled", "recused"))
    assert len(hall_numbers(hall)) == (4 if meanwhile == "entered" else 3)


def test_a_round_that_is_opened_meanwhile_stops_the_publication(hall):
    hall.void(rounds_of(hall)[0])
    hall.open("U1")
    hall.everybody(88)
    hall.close()
    hall.void(rounds_of(hall)[-1])

    def does() -> None:
        rounds.open_round(hall.house.database, hall.key, ("U1",), by="host", at=hall.now)

    with pytest.raises(Refused, match="A县还在打分"):
        published_behind(hall, does)
    with hall.house.database.reading() as c:
        assert result_reads.publications(c, results.sitting_of(c, hall.key).id) == ()
    assert hall_numbers(hall) == []


def rounds_of(hall: make.Hall) -> list[int]:
    with hall.house.database.reading() as c:
        return [one.id for one in reads.rounds(c, results.sitting_of(c, hall.key).id)]


def hall_numbers(hall: make.Hall) -> list[str]:
    with hall.house.database.reading() as c:
        return [one for one, in c.execute(t.item.select().with_only_columns(t.item.c.number))]
