"""The list in the database: entered once, numbered in order, carried over from the old table."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from db import tables as t
from db.engine import Database
from db.item_values import ItemKind, Milestone, NewItem, Source, SourceKind
from db.work import Work, work
from scoring.commitment import Event, Kind
from tests import make

DAY = date(2026, 4, 23)


def problem(**changes: object) -> NewItem:
    values: dict[str, object] = dict(
        kind=ItemKind.PROBLEM, text="征迁扫尾", unit="small-A", listed_on=DAY,
        source=Source(kind=SourceKind.COMMENT, words="市长点评", key="comment:1"))
    return NewItem(**{**values, **changes})  # type: ignore[arg-type]


def enter(w: Work, one: NewItem) -> str:
    return w.items.enter(one, by="clerk", at=make.START)


def test_what_is_entered_twice_from_one_source_keeps_its_number(hall):
    with work(hall.house.database) as w:
        first = enter(w, problem())
        again = enter(w, problem(text="征迁扫尾，另一个说法"))
        other = enter(w, problem(source=Source(kind=SourceKind.INSPECTION, words="第三督查组")))
        items = w.c.execute(select(t.item.c.number, t.item.c.text).order_by(t.item.c.id)).all()

    assert (first, again, other) == ("2026-001", "2026-001", "2026-002")
    assert [tuple(one) for one in items] == [("2026-001", "征迁扫尾"), ("2026-002", "征迁扫尾")]


@pytest.mark.parametrize(("hour", "listed_on", "on"), [
    (20, date(2026, 1, 5), "2026-04-24"), (20, date(2026, 4, 23), "2026-04-23"), (20, date(2026, 4, 24), "2026-04-24"),
    (20, date(2026, 4, 25), "2026-04-24"), (3, date(2026, 1, 5), "2026-04-23")])
def test_what_is_entered_at_night_is_entered_on_the_day_that_it_is_in_china(hall, hour: int, listed_on: date, on: str):
    with work(hall.house.database) as w:
        w.items.enter(problem(listed_on=listed_on), by="clerk", at=datetime(2026, 4, 23, hour, tzinfo=UTC))
        detail = w.c.execute(select(t.item_event.c.detail)).scalar_one()

    assert f'"on": "{on}"' in detail


def test_a_number_follows_the_sitting_and_one_that_came_from_elsewhere_is_kept(hall):
    with work(hall.house.database) as w:
        sitting_id = w.c.execute(select(t.sitting.c.id)).scalar_one()
        numbers = [enter(w, problem(source=Source(kind=SourceKind.OTHER), **more)) for more in (
            {"sitting_id": sitting_id}, {"number": "2026Q1-007"}, {"sitting_id": sitting_id}, {"number": "难题甲"})]

    assert numbers == ["2026Q1-001", "2026Q1-007", "2026Q1-008", "难题甲"]


def test_what_nobody_named_a_day_for_stands_without_one(hall):
    with work(hall.house.database) as w:
        enter(w, problem(milestones=(Milestone(text="签约八成", due=date(2026, 5, 1)),), supporting=("small-B",)))
        deadline, started_on = w.c.execute(select(t.item.c.deadline, t.item.c.started_on)).one()
        due = w.c.execute(select(t.item_milestone.c.due)).scalar_one()

    assert (deadline, started_on, due) == (None, "2026-04-23", "2026-05-01")


def test_two_writers_cannot_append_to_the_same_state(hall):
    with work(hall.house.database) as w:
        enter(w, problem())
        item_id = w.c.execute(select(t.item.c.id)).scalar_one()

    accepted = Event(kind=Kind.ACCEPTED, at=make.START, on=DAY, by="liaison", by_unit="small-A")
    with work(hall.house.database) as w:
        w.items.append(item_id, 2, accepted)

    with pytest.raises(IntegrityError), work(hall.house.database) as w:
        w.items.append(item_id, 2, replace(accepted, by="other"))


def test_commitments_that_had_numbers_become_items_of_the_same_numbers(empty_url):
    from alembic import command
    from alembic.config import Config

    from db.migrate import HERE, migrate

    database = Database(empty_url)
    config = Config()
    config.set_main_option("script_location", str(HERE / "migrations"))
    with database.write.begin() as c:
        config.attributes["connection"] = c
        command.upgrade(config, "0006")
        for said in (
                "insert into unit (id, key, name, kind) values (1, 'u', '甲县', 'county')",
                "insert into sitting (id, key, title, arena, period, held_on, place, note, ballot_mode, seconds, grace_seconds,"
                " desk_check_in, created_at) values (1, 's', '比拼', 'a', '2019Q1', '2019-04-23', '', '', 'each', 0, 0, false, 'x')",
                "insert into target (id, sitting_id, key, name, unit_id, presenter, ranking_group, ranked, position)"
                " values (1, 1, 'U1', '甲县', 1, '', '', true, 1)",
                "insert into shortcoming (id, target_id, position, text, gap, goal) values (1, 1, 1, '慢', '61%', '90%')",
                "insert into measure (shortcoming_id, position, text) values (1, 1, '倒排'), (1, 2, '会商')",
                "insert into commitment (id, shortcoming_id, position, text, owner, deadline, amount, amount_unit, number) values"
                " (1, 1, 1, '到90%', '分管', '2019-06-30', '90', '%', '2019Q1-001'),"
                " (2, 1, 2, '到95%', '分管', '2019-04-01', '', '', '2019Q1-002'),"
                " (3, 1, 3, '没列', '分管', '2019-12-31', '', '', null)",
                "insert into commitment_event (commitment_id, kind, at, \"by\", detail) values"
                " (1, 'listed', '2019-04-24T01:00:00.000Z', 'host', '{}'), (2, 'listed', '2019-04-24T01:00:00.000Z', 'host', '{}')"):
            c.execute(text(said))
    migrate(database)
    with work(database) as w:
        items = w.c.execute(select(t.item.c.number, t.item.c.shortcoming, t.item.c.measures, t.item.c.value, t.item.c.deadline,
                                   t.item_event.c.by, t.item_event.c.at, t.item_view.c.status)
                            .join_from(t.item, t.item_event).join(t.item_view, t.item_view.c.item_id == t.item.c.id)
                            .order_by(t.item.c.id)).all()
        sitting = w.c.execute(select(t.sitting)).one()
        from db.reads.sittings import sitting as read

        assert sitting.key == "s"
        found = read(w.c, "s")
        assert found is not None
        later = w.items.enter_promises(found, listed_on=DAY, by="host", at=make.START)
    database.dispose()

    at = "2019-04-24T01:00:00.000Z"
    assert [tuple(one) for one in items] == [
        ("2019Q1-001", "慢", '["倒排", "会商"]', "90", "2019-06-30", "host", at, "listed"),
        ("2019Q1-002", "慢", '["倒排", "会商"]', "", "2019-04-01", "host", at, "listed")]
    assert later == ("2019Q1-003",)


def test_the_list_is_read_alike_on_both_databases(hall):
    from db.item_lines import Filter
    from db.reads import item_charts, items

    with work(hall.house.database) as w:
        sitting_id = w.c.execute(select(t.sitting.c.id)).scalar_one()
        for n, (unit, due) in enumerate((("A", date(2026, 4, 1)), ("A", date(2026, 9, 30)), ("B", None))):
            enter(w, problem(text=f"100%回访{n}", unit=f"small-{unit}", deadline=due, contact_leader="分管副市长",
                             batch=("第二批", "第一批", "第三批")[n], note=("", "示例数据：虚构", "另记")[n],
                             supporting=("small-C",), source=Source(kind=SourceKind.QUESTION, words="问"), sitting_id=sitting_id))
        number = w.items.enter_promises(items_sitting(w), listed_on=DAY, by="host", at=make.START)[0]
    with hall.house.database.reading() as c:
        everything = items.page(c, Filter(), DAY)
        found = {name: [one.text for one in items.page(c, Filter(**{name: value}), DAY)] for name, value in (
            ("unit", "small-B"), ("leader", "分管副市长"), ("light", "overdue"), ("month", "2026-09"), ("source", "question"),
            ("text", "100%"), ("period", "2026Q1"), ("waits_for", "office"), ("status", "closed"))}
        tallies, lines = items.tally(c, Filter(light="overdue"), DAY)
        counted = items.lights(c, Filter(light="overdue"), DAY)
        known = items.known_leaders(c), items.known_batches(c), items.known_units(c), items.known_periods(c), items.sample_notes(c)
        ids = dict(c.execute(select(t.unit.c.id, t.unit.c.key)).all())
        cells = item_charts.grid(c, Filter(source="question"), DAY)
        due = item_charts.due_days(c, Filter(unit="small-A"), DAY, "2026-09")
        last = item_charts.promised_in(c, sitting_id, DAY)
        one = items.item(c, number, DAY)

    assert [one.text for one in everything[:1]] == ["100%回访0"] and len(everything) == 6
    assert {name: len(texts) for name, texts in found.items()} == {
        "unit": 2, "leader": 3, "light": 1, "month": 1, "source": 3, "text": 3, "period": 6, "waits_for": 1, "status": 0}
    assert (counted["overdue"], sum(counted.values()), lines) == (1, 6, 1)
    assert sorted((one.kind.value, one.light, one.n) for one in tallies) == [
        ("commitment", "unknown", 3), ("problem", "overdue", 1), ("problem", "unknown", 2)]
    assert known == (("分管副市长",), ("第一批", "第三批", "第二批"), (("small-A", "A县"), ("small-B", "B县"), ("small-C", "C县")),
                     ("2026Q1",), ("示例数据：虚构",))
    assert sorted((ids[unit], month, one.light, one.n) for unit, month, one in cells) == [
        ("small-A", "2026-04", "overdue", 1), ("small-A", "2026-09", "unknown", 1), ("small-B", "", "unknown", 1)]
    assert due == {"2026-09-30": {"unknown": 1}}
    assert last["small-A"] == {"overdue": 1, "unknown": 2}
    assert one is not None and (one.target, one.measures, one.amount) == ("U1", ("逐项倒排", "每周会商"), "90%")


def test_milestones_press_alike_on_both_databases(hall):
    from db.item_lines import Filter
    from db.reads import item_charts, item_nodes, items

    plan = tuple(Milestone(text=words, due=date(2026, 5, day), owner="住建局")
                 for words, day in (("开工", 2), ("签约", 9), ("结顶", 16)))
    with work(hall.house.database) as w:
        for unit in ("A", "B"):
            number = enter(w, problem(unit=f"small-{unit}", source=Source(kind=SourceKind.OTHER), milestones=plan,
                                      contact_leader=f"{unit}的领导"))
            item_id = w.items.ids_of((number,))[number]
            told = {"at": make.START, "on": DAY, "by": "联络员"}
            w.items.append(item_id, 2, Event(kind=Kind.ACCEPTED, **told))
            if unit == "B":
                w.items.append(item_id, 3, Event(kind=Kind.REPORTED, text="照片", node=plan[0].name, **told))
    day = date(2026, 5, 10)
    with hall.house.database.reading() as c:
        ids = [one.id for one in items.page(c, Filter(nodes="overdue"), day)]
        counts, leaders = item_nodes.counts_of(c, ids, day), item_nodes.overdue_by_leader(c, day)
        pressed = item_nodes.pressed(c, day, soon_days=6)
        own = [item_nodes.pressed(c, day, soon_days=soon, of=of) for soon, of in ((6, ("small-B", ())), (0, ("", ("A的领导",))))]
        reported = [one.unit for one in items.page(c, Filter(nodes="reported"), day)]
        days = item_charts.node_days(c, Filter(), day, "2026-05")
        line = item_nodes.lines_of(c, ids[1:], day)[ids[1]][0]

    assert sorted(counts.values()) == [(1, 1), (2, 0)] and leaders == {"A的领导": 2, "B的领导": 1} and reported == ["small-B"]
    assert [[(one.milestone.text, one.state.value) for one in each.nodes] for each in pressed] == [
        [("开工", "overdue"), ("签约", "overdue"), ("结顶", "ahead")], [("开工", "reported"), ("签约", "overdue"), ("结顶", "ahead")]]
    assert [[(each.unit, len(each.nodes)) for each in some] for some in own] == [[("small-B", 3)], [("small-A", 2)]]
    assert days == {"2026-05-02": (2, 1), "2026-05-09": (2, 2), "2026-05-16": (2, 0)}
    assert (line.milestone, line.reported_on) == (plan[0], DAY)


def items_sitting(w: Work):
    from db.reads.sittings import sitting

    found = sitting(w.c, "small")
    assert found is not None
    return found
