"""What was promised last time stands beside what is promised now; what waits for whom; the same promise is one item."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest

from db.item_lines import Filter
from db.item_values import ItemKind, NewItem, Source, SourceKind
from db.reads import items as reads
from db.reads import sittings as sitting_reads
from db.work import work
from hall.moment.snapshot import SeatCard
from hall.phones.phone_page import render_phone
from hall.phones.phone_view import news_of, view_of
from hall.screen import wall_stage
from hall.stage import rounds
from office.listing.items import enter, happen, list_promises
from office.listing.last_time import promised_last_time
from office.listing.my_items import my_items
from office.refusal import Refused
from office.sitting import sittings
from pages import _console, _wall_stage
from scoring.commitment import Kind
from tests import make, make_list
from tests.office.test_items import LEADER, LIAISON, OFFICE, PHOTO, SUPERVISOR


@pytest.fixture
def url(sqlite_with_tables, tmp_path):
    shutil.copyfile(sqlite_with_tables, tmp_path / "leitai.db")
    return f"sqlite:///{tmp_path / 'leitai.db'}"


def next_sitting(house, **changes: object) -> str:
    key, _new = sittings.load(house.database, make.plan("next", held_on=date(2026, 7, 23), period="2026Q2", **changes),
                              by="host", at=house.clock())
    return key


def close(house, number: str) -> None:
    for who, kind, told in ((LIAISON, Kind.ACCEPTED, {}), (LIAISON, Kind.CLOSURE_ASKED, {"evidence": PHOTO}),
                            (SUPERVISOR, Kind.CHECKED, {"passed": True}), (LEADER, Kind.SIGNED_OFF, {})):
        house.clock.now += timedelta(hours=1)
        if "evidence" in told:
            with work(house.database) as w:
                make_list.proof(house.database, w, number, at=house.clock())
        happen(house.database, number, kind, who=who, at=house.clock(), **told)


def test_the_next_sitting_of_the_arena_opens_with_how_the_last_one_stands(hall):
    house = hall.house
    for target in ("U1", "U2"):
        list_promises(house.database, hall.key, target, who=OFFICE, at=hall.now)
    enter(house.database, NewItem(kind=ItemKind.TASK, text="补课", unit="small-A", listed_on=date(2026, 4, 23),
                                  source=Source(kind=SourceKind.COMMENT), sitting_id=1, deadline=date(2026, 5, 1)),
          who=OFFICE, at=hall.now)
    close(house, "2026Q1-001")
    key = next_sitting(house, units=1)
    told = promised_last_time(house.database, key, today=date(2026, 7, 22))

    assert {unit: one.words for unit, one in told.items()} == {
        "small-A": "上次承诺2项，已销号1项，逾期未办结1项", "small-B": "上次承诺1项，已销号0项，逾期未办结1项"}
    assert promised_last_time(house.database, hall.key, today=date(2026, 7, 22)) == {}


def test_a_move_tells_the_screens_of_later_sittings(hall):
    key = next_sitting(hall.house)
    hall.house.live.refresh()
    before = hall.house.live.at(key).sitting.serial
    numbers = list_promises(hall.house.database, hall.key, "U1", who=OFFICE, at=hall.now)
    happen(hall.house.database, numbers[0], Kind.ACCEPTED, who=LIAISON, at=hall.now)
    hall.house.live.refresh()

    assert hall.house.live.at(key).sitting.serial > before


def test_what_goes_onto_the_list_tells_the_screens_of_later_sittings(hall):
    key = next_sitting(hall.house)
    hall.house.live.refresh()
    before = hall.house.live.at(key).sitting.serial
    list_promises(hall.house.database, hall.key, "U1", who=OFFICE, at=hall.now)
    hall.house.live.refresh()
    listed = hall.house.live.at(key).sitting.serial
    with work(hall.house.database) as w:
        w.items.enter(NewItem(kind=ItemKind.TASK, text="点评交办的事", unit="small-A", listed_on=date(2026, 4, 23), sitting_id=1,
                              source=Source(kind=SourceKind.COMMENT)), by="host", at=hall.now)
    hall.house.live.refresh()

    assert before < listed < hall.house.live.at(key).sitting.serial


def test_the_same_promise_made_again_is_the_same_item_with_one_more_source(hall):
    house = hall.house
    first = list_promises(house.database, hall.key, "U1", who=OFFICE, at=hall.now)
    planned = make.plan("again", held_on=date(2026, 4, 24), units=1, seats=())
    key, _new = sittings.load(house.database, replace(
        planned, units=(replace(planned.units[0], key="small-A"),), targets=(replace(planned.targets[0], unit="small-A"),)),
        by="host", at=hall.now)
    assert list_promises(house.database, key, "U1", who=OFFICE, at=hall.now) == first
    with pytest.raises(Refused, match="没有还没列入清单的承诺"):
        list_promises(house.database, key, "U1", who=OFFICE, at=hall.now)
    with house.database.reading() as c:
        lines = reads.page(c, Filter(), hall.now.date())
        told = [one.kind for one in reads.sources(c, lines[0].id)]

        declared = sitting_reads.declarations(c, 2)["U1"].commitments
        heard = reads.page(c, Filter(sitting=key), hall.now.date())

    assert [one.number for one in lines] == list(first) == [one.number for one in heard]
    assert told == [SourceKind.DECLARED, SourceKind.DECLARED]
    assert [one.number for one in declared] == list(first)  # nothing is left to be listed, and it can be declared anew no more
    last = promised_last_time(house.database, next_sitting(house, units=1), today=date(2026, 7, 22))
    assert {unit: (one.sitting, one.words) for unit, one in last.items()} == {
        "small-A": (key, "上次承诺1项，已销号0项，逾期未办结1项")}


def test_each_sees_what_waits_for_them(hall):
    house = hall.house
    number, = list_promises(house.database, hall.key, "U1", who=OFFICE, at=hall.now)
    enter(house.database, NewItem(kind=ItemKind.PROBLEM, text="没有期限的事", unit="small-B", listed_on=date(2026, 4, 23),
                                  source=Source(kind=SourceKind.COMMENT), contact_leader="常务副市长"), who=OFFICE, at=hall.now)

    def waits(who) -> list[tuple[str, int]]:
        return [(one.words, one.found) for one in my_items(house.database, who, today=house.clock().date()).waiting]

    assert waits(LIAISON) == [("待签收", 1)]
    assert waits(OFFICE) == [("待交办、审批、公示或定期限", 1)]
    happen(house.database, number, Kind.ACCEPTED, who=LIAISON, at=house.clock())
    happen(house.database, number, Kind.REPORTED, who=LIAISON, at=house.clock(), share=Fraction(1, 2))
    with work(house.database) as w:
        make_list.proof(house.database, w, number, at=house.clock())
    happen(house.database, number, Kind.CLOSURE_ASKED, who=LIAISON, at=house.clock(), evidence=PHOTO)
    assert waits(SUPERVISOR) == [("待现场核查", 1)]
    happen(house.database, number, Kind.CHECKED, who=SUPERVISOR, at=house.clock(), passed=True)
    assert waits(LEADER) == [("待签批", 1)]
    deputy = replace(LEADER, title="常务副市长")
    mine = my_items(house.database, deputy, today=house.clock().date())
    assert (mine.whose, mine.all_of_it.total) == ("“常务副市长”联系的事项", 1)
    assert my_items(house.database, LEADER, today=house.clock().date()).all_of_it is None


def test_the_office_is_told_when_something_parked_is_to_be_looked_at_again(hall):
    house = hall.house
    number, = list_promises(house.database, hall.key, "U1", who=OFFICE, at=hall.now)
    day = house.clock().date()
    happen(house.database, number, Kind.PARKED, who=OFFICE, at=house.clock(), text="规划未批", due=day + timedelta(days=10))

    def waits(days: int) -> list[str]:
        found = my_items(house.database, OFFICE, today=day + timedelta(days=days)).waiting
        return [line.number for one in found if "复核日期已到" in one.words for line in one.items]

    assert (waits(9), waits(10), waits(100)) == ([], [number], [number])


def test_a_unit_with_something_on_the_list_stays_on_the_agenda(hall):
    list_promises(hall.house.database, hall.key, "U3", who=OFFICE, at=hall.now)
    with pytest.raises(Refused, match="已有事项列入清单"):
        sittings.drop_target(hall.house.database, hall.key, "U3", by="host", at=hall.now)


def test_the_next_sitting_opens_with_it_on_phone_screen_and_console(hall):
    house = hall.house
    list_promises(house.database, hall.key, "U1", who=OFFICE, at=hall.now)
    close(house, "2026Q1-001")
    planned = make.plan("next", units=2)
    again = {"next-A": "small-A", "next-B": "small-B"}
    key, _new = sittings.load(house.database, replace(
        planned, held_on=date(2026, 7, 23), period="2026Q2",
        units=tuple(replace(one, key=again[one.key]) for one in planned.units),
        targets=tuple(replace(one, unit=again[one.unit]) for one in planned.targets),
        seats=tuple(replace(one, unit=again.get(one.unit, one.unit)) for one in planned.seats)), by="host", at=hall.now)
    house.live.refresh()
    snapshot = house.live.at(key)
    first, second = snapshot.targets
    words = "上次承诺1项，已销号1项"

    assert (first.last_time, first.last_sitting, second.last_time) == (words, hall.key, "")
    assert f'sitting={hall.key}">{words}</a>' in _console.said(first)
    assert words not in _console.said(second)
    rounds.open_round(house.database, key, ("U1",), by="host", at=house.clock())
    house.live.refresh()
    snapshot = house.live.at(key)
    assert words in _wall_stage.stage(wall_stage.stage(snapshot, first))
    seat = SeatCard(id=1, sitting=key, code="J01", name="一席", group=snapshot.rule.groups[0].key, unit="", checked_in=True,
                    badge_sha256="")
    told, page = news_of(snapshot, seat, None), view_of(snapshot, seat, None, at=house.clock(), nonce="n", etag="e")
    assert f'<p class="q">{words}</p>' in render_phone(page).html
    without = replace(first, last_time="")
    other = replace(snapshot, targets=(without, second), by_key={"U1": without, "U2": second}, kept={})
    assert news_of(other, seat, None).etag != told.etag, "a phone that shows the old line hears that it is old"
