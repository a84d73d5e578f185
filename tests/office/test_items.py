"""Pressing what was promised: one door for every move, who may go through it, and what follows for parts and wholes."""

from __future__ import annotations

import hashlib
import shutil
from datetime import date, timedelta
from fractions import Fraction

import pytest

from db.item_lines import Filter
from db.item_values import ItemKind, NewItem, Source, SourceKind
from db.reads import evidence as reads_evidence
from db.reads import items as reads
from db.values import Staff
from db.work import work
from office.listing import items
from office.listing.item_rights import next_of
from office.listing.items import enter, happen, list_promises, state_of
from office.listing.my_items import my_items
from office.people import Role
from office.refusal import NotAllowed, NotFound, Refused
from scoring.commitment import Kind, Part, Status, Verdict
from scoring.life import replay
from tests import files, make, make_list

DUE = date(2026, 6, 30)
PHOTO = (hashlib.sha256(files.pdf()).hexdigest(),)


def person(name: str, *roles: Role, unit: str = "") -> Staff:
    return Staff(id=1, name=name, title=f"{name}的职务", roles=frozenset(roles), unit=unit, active=True, has_password=True)


OFFICE = person("office", Role.CLERK)
LIAISON = person("liaison", Role.LIAISON, unit="small-A")
OTHERS = person("others", Role.LIAISON, unit="small-B")
SUPERVISOR = person("supervisor", Role.SUPERVISOR)
LEADER = person("leader", Role.LEADER)


def problem(**changes: object) -> NewItem:
    values: dict[str, object] = dict(
        kind=ItemKind.PROBLEM, text="征迁扫尾", unit="small-A", listed_on=date(2026, 4, 23), deadline=DUE,
        source=Source(kind=SourceKind.COMMENT, words="市长点评"), contact_leader="分管副市长")
    return NewItem(**{**values, **changes})  # type: ignore[arg-type]


@pytest.fixture
def url(sqlite_with_tables, tmp_path):
    """What two databases do alike is shown in tests/db; here one is enough."""
    shutil.copyfile(sqlite_with_tables, tmp_path / "leitai.db")
    return f"sqlite:///{tmp_path / 'leitai.db'}"


class Desk:
    """Hands at the list: each move a day after the one before."""

    def __init__(self, hall: make.Hall) -> None:
        self.database, self.clock = hall.house.database, hall.house.clock
        self.number = enter(self.database, problem(), who=OFFICE, at=self.clock())

    def does(self, who: Staff, kind: Kind, *, number: str = "", days: int = 1, seen: int | None = None, **told: object) -> None:
        self.clock.now += timedelta(days=days)
        if told.get("evidence") == PHOTO:
            with work(self.database) as w:
                make_list.proof(self.database, w, number or self.number, at=self.clock())
        happen(self.database, number or self.number, kind, who=who, at=self.clock(), seen=seen, **told)

    def line(self, number: str = "") -> reads.ListedItem:
        with self.database.reading() as c:
            found = reads.item(c, number or self.number, self.clock().date())
        assert found is not None
        return found


@pytest.fixture
def desk(hall: make.Hall) -> Desk:
    return Desk(hall)


def test_a_promise_is_pressed_until_it_is_kept_and_comes_back_when_it_relapses(desk):
    for who, kind, told in (
            (LIAISON, Kind.ACCEPTED, {}),
            (LIAISON, Kind.REPORTED, {"share": Fraction(1, 3), "stage": "签约三成", "evidence": PHOTO}),
            (OFFICE, Kind.REMINDED, {"text": "请抓紧"}),
            (LIAISON, Kind.EXTENSION_ASKED, {"deadline": date(2026, 7, 31), "text": "等规划批复"}),
            (LEADER, Kind.EXTENSION_DECIDED, {"granted": True, "deadline": date(2026, 7, 15)}),
            (LIAISON, Kind.CLOSURE_ASKED, {"evidence": PHOTO}),
            (SUPERVISOR, Kind.CLOSURE_REFUSED, {"text": "还缺两户"}),
            (LIAISON, Kind.CLOSURE_ASKED, {"evidence": PHOTO}),
            (SUPERVISOR, Kind.CHECKED, {"passed": True}),
            (LEADER, Kind.SIGNED_OFF, {}),
            (OFFICE, Kind.PUBLISHED, {})):
        desk.does(who, kind, **told)
    closed = desk.line()
    desk.does(OFFICE, Kind.LOOKED_BACK, verdict=Verdict.NOT_KEPT, text="又堵上了")
    desk.does(OFFICE, Kind.RELAPSED, text="又堵上了", deadline=date(2026, 8, 1))
    again = desk.line()

    assert (closed.status, closed.light, closed.waits_for, closed.is_open) == ("closed", "done", "nobody", False)
    assert (closed.original_deadline, closed.deadline, closed.extensions, closed.refusals, closed.reminders) == (
        DUE, date(2026, 7, 15), 1, 1, 1)
    assert (again.status, again.relapses, again.is_open, again.deadline) == ("in_progress", 1, True, date(2026, 8, 1))
    assert len(state_of(desk.database, desk.number).closings) == 2


def test_the_view_equals_the_replay_after_every_move(desk):
    for who, kind, told in ((LIAISON, Kind.ACCEPTED, {}), (LIAISON, Kind.REPORTED, {"text": "在办"}),
                            (OFFICE, Kind.PARKED, {"text": "规划未批", "due": date(2026, 5, 20)})):
        desk.does(who, kind, **told)
        with desk.database.reading() as c:
            line = reads.item(c, desk.number, desk.clock().date())
            told_all = reads.events(c, line.id)
        item = replay(one.event for one in told_all)
        assert (line.status, line.serial, line.deadline, line.is_open) == (item.status.value, item.length, item.deadline, item.is_open)
        assert [one.serial for one in told_all] == list(range(1, item.length + 1))


@pytest.mark.parametrize(("who", "kind", "told"), [
    (OTHERS, Kind.ACCEPTED, {}), (LEADER, Kind.ACCEPTED, {}), (LIAISON, Kind.REASSIGNED, {"unit": "small-B", "text": "x"}),
    (SUPERVISOR, Kind.WITHDRAWN, {"text": "x"}), (OTHERS, Kind.REMINDED, {})])
def test_nobody_does_what_is_not_theirs(desk, who, kind, told):
    with pytest.raises(NotAllowed, match="您不能"):
        desk.does(who, kind, **told)


def test_the_owners_own_unit_never_accepts_its_own_work_whatever_roles_it_holds(desk):
    desk.does(LIAISON, Kind.ACCEPTED)
    desk.does(LIAISON, Kind.CLOSURE_ASKED, evidence=PHOTO)
    own = person("own", Role.SUPERVISOR, Role.LEADER, Role.CLERK, unit="small-A")

    with pytest.raises(NotAllowed):
        desk.does(own, Kind.CHECKED, passed=True)
    assert state_of(desk.database, desk.number).status is Status.CLOSING


def test_who_closes_is_another_person_than_who_asked(desk):
    everything = person("all", Role.CLERK, Role.SUPERVISOR, Role.LEADER)
    desk.does(everything, Kind.ACCEPTED)
    desk.does(everything, Kind.CLOSURE_ASKED, evidence=PHOTO)

    with pytest.raises(Refused, match="申请销号的人不能自己现场核查"):
        desk.does(everything, Kind.CHECKED, passed=True)


def test_an_extension_that_nobody_decides_comes_before_the_office_a_week_after_the_deadline(desk):
    desk.does(LIAISON, Kind.ACCEPTED)
    desk.does(LIAISON, Kind.EXTENSION_ASKED, deadline=date(2026, 7, 31), text="等规划批复")
    found = {days: [one.words for one in my_items(desk.database, OFFICE, today=DUE + timedelta(days=days)).waiting]
             for days in (7, 8)}

    assert found == {7: ["待交办、审批、公示或定期限"], 8: ["已逾期，等督办机构交办或审批延期", "待交办、审批、公示或定期限"]}


def test_a_hash_that_is_no_file_of_this_item_proves_nothing(desk):
    other = enter(desk.database, problem(text="别的事"), who=OFFICE, at=desk.clock())
    with work(desk.database) as w:
        make_list.proof(desk.database, w, other, at=desk.clock())
    desk.does(LIAISON, Kind.ACCEPTED)
    for made_up in (("nonsense",), ("0" * 64,), PHOTO):
        with pytest.raises(Refused, match="没有所选的佐证材料"):
            happen(desk.database, desk.number, Kind.CLOSURE_ASKED, who=LIAISON, at=desk.clock(), evidence=made_up)
    with work(desk.database) as w:
        kept = make_list.proof(desk.database, w, desk.number, at=desk.clock())
        line = reads_evidence.of_item(w.c, w.items.ids_of((desk.number,))[desk.number])[0]
        w.evidence.delete(line.id, at=desk.clock(), by="office", why="拍错了")
    with pytest.raises(Refused, match="没有所选的佐证材料"):
        happen(desk.database, desk.number, Kind.CLOSURE_ASKED, who=LIAISON, at=desk.clock(), evidence=kept)

    assert state_of(desk.database, desk.number).status is Status.IN_PROGRESS


def test_an_extension_that_waits_keeps_nobody_from_checking_and_signing(desk):
    desk.does(LIAISON, Kind.ACCEPTED)
    desk.does(LIAISON, Kind.EXTENSION_ASKED, deadline=date(2026, 7, 31), text="等规划批复")
    waits = [desk.line().waits_for]
    desk.does(LIAISON, Kind.CLOSURE_ASKED, evidence=PHOTO)
    waits.append(desk.line().waits_for)
    mine = next_of(SUPERVISOR, state_of(desk.database, desk.number), (Kind.CHECKED, Kind.EXTENSION_DECIDED))
    desk.does(SUPERVISOR, Kind.CHECKED, passed=True)

    assert (*waits, desk.line().waits_for, mine) == ("office", "supervisor", "leader", Kind.CHECKED)


def test_a_move_from_a_page_that_grew_old_is_refused_and_changes_nothing(desk):
    desk.does(LIAISON, Kind.ACCEPTED, seen=1)

    with pytest.raises(Refused, match="刚刚有人办理过"):
        desk.does(OFFICE, Kind.REMINDED, seen=1)
    assert state_of(desk.database, desk.number).length == 2


def test_a_split_item_is_closed_when_its_parts_are_and_its_progress_is_theirs(desk):
    desk.does(LIAISON, Kind.ACCEPTED)
    parts = tuple(Part(number=f"{desk.number}-{n}", weight=weight, unit=unit, text=f"第{n}段", deadline=date(2026, 6, 20))
                  for n, (weight, unit) in enumerate(((Fraction(3, 4), "small-A"), (Fraction(1, 4), "small-B")), 1))
    desk.does(OFFICE, Kind.SPLIT, parts=parts)
    for part, hand in zip(parts, (LIAISON, OTHERS), strict=True):
        desk.does(hand, Kind.ACCEPTED, number=part.number)
        desk.does(hand, Kind.REPORTED, number=part.number, share=Fraction(1, 2))
    halfway = desk.line()
    desk.does(LIAISON, Kind.CLOSURE_ASKED, number=parts[0].number, evidence=PHOTO)
    desk.does(SUPERVISOR, Kind.CHECKED, number=parts[0].number, passed=True)
    desk.does(LEADER, Kind.SIGNED_OFF, number=parts[0].number)

    assert halfway.progress == "50%"
    assert desk.line().progress == "87.5%"
    assert [(one.number, one.unit, one.parent) for one in belonging(desk)] == [
        (parts[0].number, "small-A", desk.number), (parts[1].number, "small-B", desk.number)]
    with pytest.raises(Refused, match="还没有验收"):
        desk.does(LIAISON, Kind.CLOSURE_ASKED, evidence=PHOTO)


def belonging(desk: Desk) -> tuple[reads.ListedItem, ...]:
    with desk.database.reading() as c:
        return reads.belonging(c, desk.number, desk.clock().date())


def test_what_is_merged_counts_once_and_brings_the_earlier_deadline(desk):
    other = enter(desk.database, problem(text="同一件事", deadline=date(2026, 5, 31)), who=OFFICE, at=desk.clock())
    desk.does(OFFICE, Kind.MERGED, number=other, into=desk.number, text="同一件事")

    assert desk.line().deadline == date(2026, 5, 31)
    assert (desk.line(other).merged_into, desk.line(other).counted) == (desk.number, False)
    with desk.database.reading() as c:
        assert sum(reads.lights(c, Filter(), desk.clock().date()).values()) == 1


def test_whoever_answers_for_it_neither_checks_nor_signs_it(desk):
    number = enter(desk.database, problem(text="自己的事", owner=LEADER.title), who=OFFICE, at=desk.clock())
    desk.does(LIAISON, Kind.ACCEPTED, number=number)
    desk.does(LIAISON, Kind.CLOSURE_ASKED, number=number, evidence=PHOTO)
    desk.does(SUPERVISOR, Kind.CHECKED, number=number, passed=True)
    with pytest.raises(NotAllowed, match="您是这一项的责任人"):
        desk.does(LEADER, Kind.SIGNED_OFF, number=number)
    desk.does(person("another", Role.LEADER), Kind.SIGNED_OFF, number=number)


def test_a_merger_with_another_day_leaves_what_was_missed_marked(desk):
    late = enter(desk.database, problem(text="早该办的", deadline=date(2026, 5, 1)), who=OFFICE, at=desk.clock())
    desk.does(OFFICE, Kind.MERGED, number=late, days=30, into=desk.number, text="同一件事", deadline=date(2026, 12, 31))
    survivor = state_of(desk.database, desk.number)
    assert (survivor.missed, survivor.deadline) == ((date(2026, 5, 1),), date(2026, 12, 31))


def test_a_second_source_is_linked_and_not_listed_again(desk):
    from scoring.commitment import Origin
    from scoring.commitment import Source as Said

    desk.does(OFFICE, Kind.LINKED, source=Said(origin=Origin.INSPECTION, ref="第三督查组"))

    with desk.database.reading() as c:
        line = reads.item(c, desk.number, desk.clock().date())
        told = [(one.kind.value, one.words) for one in reads.sources(c, line.id)]
        found = {kind: reads.count(c, Filter(source=kind), desk.clock().date()) for kind in ("comment", "inspection")}
    assert told == [("comment", "市长点评"), ("inspection", "第三督查组")]
    assert found == {"comment": 1, "inspection": 1}


def test_promises_go_onto_the_list_with_one_click_and_not_twice(hall):
    database = hall.house.database
    numbers = list_promises(database, hall.key, "U2", who=OFFICE, at=hall.now)

    assert numbers == ("2026Q1-001",)
    with pytest.raises(Refused, match="没有还没列入清单的承诺"):
        list_promises(database, hall.key, "U2", who=OFFICE, at=hall.now)
    for target in ("U1", "U2", "U3"):
        hall.open(target)
        hall.everybody()
        hall.close()
    hall.publish(despite_warnings=True)
    with database.reading() as c:
        assert [(one.number, one.target) for one in reads.page(c, Filter(), hall.now.date())] == [
            ("2026Q1-001", "U2"), ("2026Q1-002", "U1"), ("2026Q1-003", "U3")]


@pytest.mark.parametrize(("changes", "words"), [
    ({"text": " "}, "请写明内容"), ({"unit": "nowhere"}, "没有单位"), ({"value": "九成"}, "不是数"),
    ({"supporting": ("small-A",)}, "不能同时是配合单位"), ({"baseline": "3"}, "没有写目标值")])
def test_what_cannot_be_listed_says_what_is_missing(hall, changes, words):
    with pytest.raises(Refused, match=words):
        enter(hall.house.database, problem(**changes), who=OFFICE, at=hall.now)


def test_a_liaison_lists_nothing_and_an_unknown_number_is_not_found(hall):
    with pytest.raises(NotAllowed):
        enter(hall.house.database, problem(), who=LIAISON, at=hall.now)
    with pytest.raises(NotFound):
        happen(hall.house.database, "2026-999", Kind.REMINDED, who=OFFICE, at=hall.now)


def test_every_move_stands_in_the_record_with_its_number(desk):
    desk.does(LIAISON, Kind.ACCEPTED)
    with work(desk.database) as w:
        from db.reads.people import record

        lines = [(one.actor, one.action, one.detail.get("item")) for one in record(w.c, limit=2)]
    assert lines == [("liaison", "清单：签收", desk.number), ("office", "清单：列入清单", desk.number)]


def test_a_promise_that_cannot_be_checked_is_pointed_out():
    assert any("没有目标值" in one for one in items.advice_of(problem(text="加快推进")))
