"""What takes long is made ready before the writer is held, and is right whatever another hand does in between."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction

import pytest
from sqlalchemy import event

from db import tables as t
from db.engine import Database
from db.item_events import said
from db.item_lines import Filter
from db.item_values import Milestone, Source, SourceKind
from db.reads import people as people_reads
from db.reads.items import lights
from db.work import work
from hall.outcome.verified_items import list_checks
from office.listing import items, list_archive, list_import
from office.listing.item_settings import light_rule, set_lights
from office.listing.linking import link_all, make_links
from office.people import Role
from office.refusal import NotFound, Refused
from scoring.commitment import Event, Kind, Part
from scoring.lights import LightRule
from tests import make_list
from tests.db.test_whole_lists import Undone, written
from tests.interrupted import Interrupted
from tests.office.test_items import OFFICE, person, problem

DAY = date(2026, 4, 23)
ADMIN = person("admin", Role.ADMINISTRATOR)
INSPECTED = Source(kind=SourceKind.INSPECTION, words="第三督查组")
AGAIN = Source(kind=SourceKind.CAMPAIGN, words="又一次")


PARTS = tuple(Part(number=number, weight=Fraction(1, 2), unit=unit, text=f"分项{number}", deadline=date(2026, 6, 1))
              for number, unit in (("a", "small-B"), ("b", "small-C")))


@pytest.fixture
def made(house) -> make_list.List:
    return make_list.of(house)


def behind(made: make_list.List, does: Callable[[], object]) -> Database:
    return Interrupted(made.house.database.url, does)


def verified(made: make_list.List) -> bool:
    """As `leitai verify` looks at the list: every event as the record has it, every view as the events come to."""
    with made.house.database.reading() as c:
        return all(holds for _words, holds in list_checks(c, people_reads.record(c)[::-1]))


def numbers(made: make_list.List) -> list[str]:
    with made.house.database.reading() as c:
        return [one for one, in c.execute(t.item.select().with_only_columns(t.item.c.number).order_by(t.item.c.id))]


def test_the_writer_is_asked_no_more_often_for_two_hundred_rows_than_for_twenty(made):
    """All rows of a table in one statement, however many: what grows with the list is done before."""
    asked: dict[int, list[str]] = {}
    for n in (20, 200):
        rows = [problem(text=f"第{n}件之{one}", milestones=(Milestone(text="结顶", due=DAY),), supporting=("small-B",))
                for one in range(n)]
        told = asked.setdefault(n, [])

        def listen(_c: object, _cursor: object, statement: str, *_more: object, told: list[str] = told) -> None:
            told.append(statement)

        event.listen(made.house.database.write, "before_cursor_execute", listen)
        entered = list_import.enter_all(made.house.database, rows, by="office", at=made.house.clock())
        list_import.enter_all(made.house.database, (), [(one, AGAIN) for one in entered], by="office",
                              at=made.house.clock())
        event.remove(made.house.database.write, "before_cursor_execute", listen)

    written = [[one.split("(")[0] for one in asked[n] if one.startswith("INSERT")] for n in asked]
    assert written[0] == written[1] and len(asked[20]) == len(asked[200])


def test_what_a_colleague_enters_meanwhile_is_left_out_and_takes_no_number_twice(made):
    database = behind(made, lambda: items.enter(made.house.database, problem(), who=OFFICE, at=made.house.clock()))
    entered = list_import.enter_all(database, [problem(), problem(text="另一件"), problem(text="第三件")], by="office",
                                    at=made.house.clock(), role="督办员")
    database.dispose()

    assert entered == ("2026-005", "2026-006") and numbers(made)[3:] == ["2026-004", "2026-005", "2026-006"]
    assert made.record("清单：批量列入")[-1]["count"] == 2 and verified(made)


def test_one_fault_that_comes_up_meanwhile_leaves_the_whole_list_out(made):
    def withdrawn() -> None:
        made.happen(made.numbers[1], Kind.WITHDRAWN, text="重提")

    database = behind(made, withdrawn)
    with pytest.raises(Refused):
        list_import.enter_all(database, [problem(text="新的")], [(made.numbers[0], INSPECTED), (made.numbers[1], INSPECTED)],
                              by="office", at=made.house.clock())
    database.dispose()

    assert len(numbers(made)) == 3 and made.record("清单：关联来源") == [] and verified(made)


def test_sources_linked_together_are_what_they_are_one_after_the_other(made):
    """Of a plain item twice, of a part, of its whole, of one that was archived: the same rows, the same lines."""
    number, whole, put_away = made.numbers
    archived_on = DAY + timedelta(days=1)
    made.happen(whole, Kind.SPLIT, parts=PARTS)
    with work(made.house.database) as w:
        w.c.execute(t.item.update().where(t.item.c.number == put_away).values(batch="第一轮"))
    made.house.clock.advance(86_400 * 3)
    list_archive.archive(made.house.database, "第一轮", on=archived_on, who=OFFICE, at=made.house.clock())
    linked = [(number, INSPECTED), ("a", INSPECTED), (number, Source(kind=SourceKind.CAMPAIGN)), (whole, INSPECTED),
              (put_away, INSPECTED)]
    at, found = made.house.clock(), []
    by = {"by": "office", "at": at, "role": "督办员"}
    for together in (False, True):
        with pytest.raises(Undone), work(made.house.database) as w:
            if together:
                link_all(w, make_links(w.c, linked, **by), by="office", at=at)
            else:
                for one, source in linked:
                    items.happen_in(w, one, Event(kind=Kind.LINKED, on=DAY + timedelta(days=3), source=said(source), **by))
            lines = people_reads.record(w.c, limit=5)
            found.append((written(w.c), [(one.sitting, one.action, one.detail, one.hash) for one in lines],
                          w.items.touched()))
            assert all(holds for _words, holds in list_checks(w.c, people_reads.record(w.c)[::-1]))
            raise Undone

    assert found[0] == found[1]
    with pytest.raises(NotFound), made.house.database.reading() as c:
        make_links(c, [("没有这项", INSPECTED)], **by)


@pytest.mark.parametrize("meanwhile", ["nothing", "a move", "an archive", "a new item"])
def test_lights_are_set_anew_whatever_happens_meanwhile(made, meanwhile):
    first = made.numbers[0]
    with work(made.house.database) as w:
        w.c.execute(t.item.update().where(t.item.c.number == made.numbers[2]).values(batch="第一轮"))
    made.happen(first, Kind.SPLIT, parts=PARTS)
    made.house.clock.advance(86_400)
    now = made.house.clock()

    def moves() -> None:
        match meanwhile:
            case "a move":
                made.happen("a", Kind.ACCEPTED)
                made.happen("a", Kind.REPORTED, text="完成过半")
            case "an archive":
                list_archive.archive(made.house.database, "第一轮", on=DAY, who=OFFICE, at=now)
            case "a new item":
                items.enter(made.house.database, problem(), who=OFFICE, at=now)

    database, rule = behind(made, moves), LightRule()
    seen = set_lights(database, soon_days=80, fresh_days=rule.fresh_days, step=rule.step, chosen=rule.bands, who=ADMIN, at=now)
    database.dispose()

    assert seen == (6 if meanwhile == "a new item" else 5) and verified(made)
    assert light_rule(made.house.database).soon_days == 80
    with made.house.database.reading() as c:
        assert lights(c, Filter(archived="no"), DAY + timedelta(days=1))["due_soon"] >= 1


@pytest.mark.parametrize("meanwhile", ["nothing", "a move", "another rule"])
def test_a_list_is_archived_and_taken_up_again_whatever_happens_meanwhile(made, meanwhile):
    with work(made.house.database) as w:
        w.c.execute(t.item.update().values(batch="第一轮"))
    made.house.clock.advance(86_400 * 2)
    now, rule = made.house.clock(), LightRule()

    def moves() -> None:
        match meanwhile:
            case "a move":
                made.happen(made.numbers[1], Kind.REPORTED, text="完成过半")
            case "another rule":
                set_lights(made.house.database, soon_days=60, fresh_days=9, step=rule.step, chosen=rule.bands, who=ADMIN, at=now)

    database = behind(made, moves)
    put_away = list_archive.archive(database, "第一轮", on=DAY + timedelta(days=1), who=OFFICE, at=now)
    assert (put_away.still, put_away.alive) == ((2, 1) if meanwhile == "a move" else (3, 0)) and verified(made)
    again = behind(made, moves)
    list_archive.take_up_again(again, "第一轮", who=OFFICE, at=now)
    for one in (database, again):
        one.dispose()

    assert verified(made) and list_archive.archived(made.house.database) == {}
