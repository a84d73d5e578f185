"""Lists that come whole: made ready while nobody waits, and the same in every table as one item entered after the other."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Connection, select

from db import tables as t
from db.item_rows import Place
from db.item_values import ItemKind, Milestone, NewItem, Source, SourceKind
from db.reads import people
from db.stores.item_numbers import Numbers
from db.stores.item_views import astray
from db.stores.whole_lists import make_ready, seen_by
from db.work import Work, work
from scoring.life_rules import LifeRefused
from tests import make

DAY = date(2026, 4, 23)
TABLES = (t.item, t.item_source, t.item_unit, t.item_milestone, t.item_event, t.item_view, t.item_light, t.item_node)


class Undone(Exception):
    """Nothing of this transaction stays."""


def problem(text: str = "征迁扫尾", **changes: object) -> NewItem:
    values: dict[str, object] = dict(
        kind=ItemKind.PROBLEM, text=text, unit="small-A", listed_on=DAY, deadline=date(2026, 6, 30),
        source=Source(kind=SourceKind.INSPECTION, words="第三督查组"))
    return NewItem(**{**values, **changes})  # type: ignore[arg-type]


def everything(sitting_id: int) -> list[NewItem]:
    """Items of every sort: with and without a number, a day, a target, nodes, a sitting, a key that is known by then."""
    said = Source(kind=SourceKind.COMMENT, words="市长点评", key="comment:7")
    return [
        problem(), problem(number="2026-7"), problem("无期限", deadline=None), problem("自己的编号", number="难题甲"),
        problem("有目标", value="95", value_unit="%", baseline="61.5", lead_unit="small-B",
                supporting=("small-C", "small-B", "small-C"), contact_leader="分管副市长",
                batch="第一轮", measures=("倒排", "会商"), started_on=date(2026, 1, 5)),
        problem("有节点", milestones=(Milestone(text="结顶", due=date(2026, 5, 31)), Milestone(text="验收", due=date(2026, 6, 20)))),
        problem("旧清单", listed_on=date(2025, 3, 1), deadline=date(2025, 9, 30), batch="旧清单",
                milestones=(Milestone(text="开工", due=date(2025, 6, 1)),)),
        problem("同一处", number="2026-007"),
        problem("会上提出", source=said, sitting_id=sitting_id), problem("再提一次", source=said), problem("末一项"),
        problem("举措", kind=ItemKind.MEASURE, part_of="难题甲", number="2026Q1-12"), problem("再一项", sitting_id=sitting_id)]


def written(c: Connection) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the list, told by its item's number and not by ids."""
    numbers = {r.id: r.number for r in c.execute(select(t.item.c.id, t.item.c.number))}
    return {table.name: sorted((
        tuple((name, numbers[value] if name == "item_id" else value) for name, value in row._mapping.items() if name != "id")
        for row in c.execute(select(table))), key=repr) for table in TABLES}


def one_by_one(w: Work, new: list[NewItem]) -> tuple[str, ...]:
    with w.items.views_later():
        return tuple(w.items.enter(one, by="clerk", at=make.START, by_role="督办员") for one in new)


def whole(w: Work, new: list[NewItem]) -> tuple[str, ...]:
    return w.items.enter_ready(make_ready(w.c, new, seen_by(w.c), by="clerk", at=make.START, role="督办员"))


def test_a_whole_list_is_what_its_items_are_one_after_the_other(hall):
    found = []
    with work(hall.house.database) as w:
        one_by_one(w, [problem("先有的", batch="第一轮")])
        w.roster.put_setting("list.archived", '{"旧清单": "2025-12-31"}')
    for enter in (one_by_one, whole):
        with pytest.raises(Undone), work(hall.house.database) as w:
            numbers = enter(w, everything(w.c.execute(select(t.sitting.c.id)).scalar_one()))
            w.record.append(at=make.START, actor="clerk", action="清单：批量列入")
            found.append((numbers, written(w.c), people.record(w.c, limit=1)[0].detail, w.items.touched()))
            assert astray(w.c, [one for one, in w.c.execute(select(t.item.c.id))]) == ()
            raise Undone

    assert found[0] == found[1]
    assert found[0][0] == ("2026-002", "2026-7", "2026-008", "难题甲", "2026-009", "2026-010", "2025-001", "2026-007", "2026Q1-001",
                           "2026Q1-001", "2026-011", "2026Q1-12", "2026Q1-013")


def test_what_cannot_be_listed_is_refused_before_anything_is_written(hall):
    with hall.house.database.reading() as c, pytest.raises(LifeRefused):
        make_ready(c, [problem()], seen_by(c), by=" ", at=make.START)


def test_whoever_writes_sees_that_the_list_has_moved_on(hall):
    with hall.house.database.reading() as c:
        seen = seen_by(c)
    with work(hall.house.database) as w:
        assert seen_by(w.c) == seen
        w.roster.put_setting("list.archived", '{"第一轮": "2026-04-23"}')
        archived = seen_by(w.c)
        w.roster.add_unit(key="late", name="后来的单位", kind="county")
        registered = seen_by(w.c)
        one_by_one(w, [problem()])
        assert len({repr(one) for one in (seen, archived, registered, seen_by(w.c))}) == 4


def test_a_number_given_in_this_list_is_taken_for_the_rest_of_it(hall):
    with hall.house.database.reading() as c:
        numbers = Numbers(c)
        assert [numbers.next(problem(number=one)) for one in ("2026-3", "2026-003", "")] == [
            Place("2026", 3, "2026-3"), Place("=2026-003", 1, "2026-003"), Place("2026", 4, "2026-004")]


def test_one_content_is_one_line_of_an_item_whatever_it_is_called(hall):
    with work(hall.house.database) as w:
        one_by_one(w, [problem(), problem("另一件")])
        first, second = (r.id for r in w.c.execute(select(t.item.c.id).order_by(t.item.c.id)))
        w.evidence.add_to_new([(first, "a" * 64, "照片.jpg", "image/jpeg", 9), (first, "a" * 64, "同一张.jpg", "image/jpeg", 9),
                               (second, "a" * 64, "照片.jpg", "image/jpeg", 9)], at=make.START, by="clerk")
        w.evidence.add_to_new([], at=make.START, by="clerk")
        kept = [tuple(r) for r in w.c.execute(select(t.evidence.c.item_id, t.evidence.c.name).order_by(t.evidence.c.id))]

    assert kept == [(first, "照片.jpg"), (second, "照片.jpg")]
