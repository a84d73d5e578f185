"""The agenda bends while the sitting goes on: put off, taken back, spoken for, listed apart, moved; two routes.

Whatever bends, the ballots that are in keep their hash, and every other unit its exact score.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.reads import people as people_reads
from db.reads import results as result_reads
from db.reads import sittings as reads
from db.values import Staff, Target
from hall.moment.packing import package_of
from hall.moment.status import status_of
from hall.outcome import results
from hall.outcome.standings import board
from hall.stage import agenda, rounds
from hall.stage.supplement import Panel
from office.people import Role
from office.refusal import NotFound, Refused
from office.sitting.routes import OFF_ROUTE
from scoring.tally import tally
from tests import make
from tests.played import scored

WHY = "主要负责人在外地抢险"


def postpone(hall: make.Hall, target: str, **more: Any) -> agenda.PutOff:
    made = agenda.postpone(hall.house.database, hall.key, target, reason=WHY, by="host", at=hall.now, **more)
    hall.house.live.refresh()
    return made


def stored(hall: make.Hall, key: str = "") -> dict[str, Target]:
    with hall.house.database.reading() as c:
        found = reads.sitting(c, key or hall.key)
        assert found is not None
        return {one.key: one for one in reads.targets(c, found.id)}


def counted(hall: make.Hall) -> tuple[str, dict[str, Any]]:
    """The hash of the ballots, and of every target its groups and its exact evaluation."""
    with hall.house.database.reading() as c:
        found = reads.sitting(c, hall.key)
        assert found is not None
        told = tally(package_of(c, found)).as_json()
    return told["ballots_sha256"], {key: (one["groups"], one["evaluation"], one["total"])
                                    for key, one in told["targets"].items()}


def score(hall: make.Hall, **marks: int) -> None:
    for target, mark in marks.items():
        hall.open(target)
        hall.everybody(mark)
        hall.close()


def told(hall: make.Hall, action: str) -> dict[str, object]:
    with hall.house.database.reading() as c:
        return dict(next(one.detail for one in people_reads.record(c, sitting=hall.key) if one.action == action))


# -- hard case 19: order -------------------------------------------------------------------------------------


def test_case_19_the_order_changes_between_rounds_and_ballots_stay_with_their_unit(house: make.House) -> None:
    hall = scored(house, U2=90)
    before = counted(hall)

    agenda.move(hall.house.database, hall.key, "U3", after=None, by="host", at=hall.now)
    agenda.move(hall.house.database, hall.key, "U1", after="U2", by="host", at=hall.now)

    assert list(stored(hall)) == ["U3", "U2", "U1"]
    assert counted(hall) == before
    assert told(hall, "调整次序")["order"] == ["U3", "U2", "U1"]


def test_case_19_the_unit_that_is_balloted_stays_where_it_is(hall: make.Hall) -> None:
    hall.open("U1")

    with pytest.raises(Refused, match="A县正在打分"):
        agenda.move(hall.house.database, hall.key, "U1", after="U3", by="host", at=hall.now)
    with pytest.raises(NotFound):
        agenda.move(hall.house.database, hall.key, "U2", after="U9", by="host", at=hall.now)
    with pytest.raises(Refused, match="已经排在这里"):
        agenda.move(hall.house.database, hall.key, "U3", after="U2", by="host", at=hall.now)
    agenda.move(hall.house.database, hall.key, "U3", after="U1", by="host", at=hall.now)
    assert list(stored(hall)) == ["U1", "U3", "U2"]


# -- hard case 20: a supplementary sitting -------------------------------------------------------------------


def test_case_20_a_unit_put_off_is_in_no_ballot_and_no_result_and_waits_in_a_supplementary_sitting(
        house: make.House) -> None:
    hall = scored(house, U1=90, U2=85)
    before = counted(hall)
    put_off = postpone(hall, "U3", panel=Panel(groups=("leaders",), held_on=date(2026, 5, 8), place="二楼会议室"))

    digest, scores = counted(hall)
    assert digest == before[0]
    assert scores == {key: before[1][key] for key in ("U1", "U2")}
    assert status_of(hall.house.database, hall.key)["targets"] == ["U2"]
    with pytest.raises(Refused, match="C县已延到补场，本场不打分"):
        hall.open("U3")
    with pytest.raises(Refused, match=f"C县已延到补场（{WHY}），本场不上台"):
        rounds.show(hall.house.database, hall.key, "target", "U3", by="host", at=hall.now)
    there = stored(hall, put_off.sitting)["U3"]
    assert put_off.made and (there.unit, there.presenter, there.ranked) == ("small-C", "县委书记", False)
    with hall.house.database.reading() as c:
        extra = reads.sitting(c, put_off.sitting)
        assert extra is not None
        assert (extra.title, extra.held_on, extra.place) == ("县区比拼现场（补场）", date(2026, 5, 8), "二楼会议室")
        assert {seat.group for seat in reads.seats(c, extra.id)} == {"leaders"}
        assert all(seat.badge_issued_at is None for seat in reads.seats(c, extra.id))
        declared = reads.declarations(c, extra.id)["U3"]
        assert [promise.text for promise in declared.commitments] == ["开工率到90%"]
    assert told(hall, "延到补场") == {"target": "U3", "reason": WHY, "supplement": put_off.sitting}


def test_case_20_the_others_are_ranked_and_the_supplementary_score_earns_no_points_until_the_host_says_so(
        house: make.House) -> None:
    hall = make.sitting(house, make.plan(units=4))
    score(hall, U1=90, U2=85, U3=80)
    put_off = postpone(hall, "U4")
    hall.publish()
    assert results.standing(house.database, hall.key).result["order"] == ["U1", "U2", "U3"]

    extra = make.Hall(house=house, key=put_off.sitting)
    extra.badge()
    house.live.refresh()
    score(extra, U4=98)
    extra.publish()

    one = results.standing(house.database, extra.key).result["targets"]["U4"]
    assert (one["state"], one["rank"], one["points"]) == ("apart", None, None) and one["total"]["published"]
    with house.database.reading() as c:
        assert "small-D" not in {entry.unit for entry in result_reads.ledger(c)}


def test_case_20_two_units_put_off_share_a_supplementary_sitting_until_it_begins(house: make.House) -> None:
    hall = make.sitting(house, make.plan(units=5))
    first, second = postpone(hall, "U4"), postpone(hall, "U2")

    assert (second.sitting, second.made) == (first.sitting, False)
    assert list(stored(hall, first.sitting)) == ["U4", "U2"]
    extra = make.Hall(house=house, key=first.sitting)
    extra.badge()
    extra.open("U4")
    third = postpone(hall, "U3")
    assert third.made and third.sitting != first.sitting


def test_case_20_a_page_without_a_choice_stays_with_the_sitting_that_goes_on(hall: make.Hall) -> None:
    there = postpone(hall, "U3", panel=Panel(held_on=date(2026, 12, 31)))
    live = hall.house.live

    assert [one.key for one in live.sittings()] == [hall.key, there.sitting]
    score(hall, U1=90, U2=80)
    hall.publish()
    assert [one.key for one in live.sittings()] == [there.sitting, hall.key]


def test_case_20_taken_back_it_is_scored_here_after_all(hall: make.Hall) -> None:
    put_off = postpone(hall, "U3")
    agenda.take_back(hall.house.database, hall.key, "U3", by="host", at=hall.now)
    hall.house.live.refresh()

    assert stored(hall, put_off.sitting) == {} and stored(hall)["U3"].postponed == ""
    hall.open("U3")
    with pytest.raises(Refused, match="C县没有延期"):
        agenda.take_back(hall.house.database, hall.key, "U3", by="host", at=hall.now)
    assert told(hall, "收回延期") == {"target": "U3", "supplement": put_off.sitting}


def test_case_20_what_was_scored_there_is_not_taken_back(hall: make.Hall) -> None:
    extra = make.Hall(house=hall.house, key=postpone(hall, "U3").sitting)
    extra.badge()
    extra.open("U3")

    with pytest.raises(Refused, match="C县已在县区比拼现场（补场）上场"):
        agenda.take_back(hall.house.database, hall.key, "U3", by="host", at=hall.now)


def test_case_20_what_is_scored_here_is_not_put_off_and_a_reason_is_asked_for(hall: make.Hall) -> None:
    opened = hall.open("U1")
    with pytest.raises(Refused, match="A县正在打分"):
        postpone(hall, "U1")
    hall.close()
    with pytest.raises(Refused, match="A县已经打过分"):
        postpone(hall, "U1")
    with pytest.raises(Refused, match="要写明原因"):
        agenda.postpone(hall.house.database, hall.key, "U2", reason=" ", by="host", at=hall.now)
    hall.void(opened)
    postpone(hall, "U1")
    with pytest.raises(Refused, match=f"A县已延到补场（{WHY}）"):
        postpone(hall, "U1")
    postpone(hall, "U2")
    with pytest.raises(Refused, match="只剩C县一家"):
        postpone(hall, "U3")


def test_case_20_on_one_paper_for_all_the_unit_put_off_is_left_out(house: make.House) -> None:
    hall = make.sitting(house, make.plan(units=4, ballot_mode="all"))
    postpone(hall, "U1")
    hall.open("U2", "U3", "U4")
    for code in hall.secrets:
        hall.cast(code, form={"m.U2.quality": "90", "m.U3.quality": "80", "m.U4.quality": "70"})
    hall.close()
    hall.publish()

    assert set(results.standing(house.database, hall.key).result["targets"]) == {"U2", "U3", "U4"}
    with pytest.raises(Refused, match="成绩已公布"):
        postpone(hall, "U3")


def test_two_consoles_that_put_a_unit_off_at_once_make_one_supplementary_sitting(house: make.House) -> None:
    hall = make.sitting(house, make.plan(units=4))
    said: list[str] = []

    def press() -> None:
        try:
            said.append(agenda.postpone(house.database, hall.key, "U3", reason=WHY, by="host", at=hall.now).title)
        except Refused as refused:
            said.append(str(refused))

    pressing = [threading.Thread(target=press) for _ in range(4)]
    for one in pressing:
        one.start()
    for one in pressing:
        one.join()

    assert sorted(said) == sorted(["县区比拼现场（补场）", *[f"C县已延到补场（{WHY}）。"] * 3])
    with house.database.reading() as c:
        assert len(reads.sittings(c)) == 2


# -- hard case 21, and listed apart --------------------------------------------------------------------------


def test_case_21_a_substitute_is_recorded_and_shown_and_deducts_nothing(house: make.House) -> None:
    hall = scored(house, U1=90)
    before = counted(hall)
    agenda.substitute(hall.house.database, hall.key, "U1", " 常务副县长 ", by="host", at=hall.now)
    hall.house.live.refresh()

    snapshot = hall.house.live.at(hall.key)
    assert snapshot is not None and snapshot.by_key["U1"].speaker == "常务副县长（代县委书记发言）"
    assert counted(hall) == before
    assert told(hall, "代为发言") == {"target": "U1", "presenter": "县委书记", "substitute": "常务副县长"}
    with pytest.raises(Refused, match="已登记由常务副县长代为发言"):
        agenda.substitute(hall.house.database, hall.key, "U1", "常务副县长", by="host", at=hall.now)
    agenda.substitute(hall.house.database, hall.key, "U1", "", by="host", at=hall.now)
    assert stored(hall)["U1"].substitute == ""
    with pytest.raises(Refused, match="就是A县的汇报人"):
        agenda.substitute(hall.house.database, hall.key, "U1", "县委书记", by="host", at=hall.now)


def test_listed_apart_a_unit_keeps_its_ballots_and_score_and_has_no_place(house: make.House) -> None:
    hall = scored(house, U1=90, U2=85, U3=80)
    before = counted(hall)
    agenda.list_apart(hall.house.database, hall.key, "U1", reason="本季度刚成立", by="host", at=hall.now)

    assert counted(hall) == before
    hall.publish()
    told_now = results.standing(hall.house.database, hall.key).result
    assert told_now["order"] == ["U2", "U3"] and told_now["targets"]["U1"]["state"] == "apart"
    assert told(hall, "只打分不排名")["reason"] == "本季度刚成立"
    with pytest.raises(Refused, match="成绩已公布"):
        agenda.rank_again(hall.house.database, hall.key, "U1", reason="更正", by="host", at=hall.now)


def test_what_a_move_would_do_is_said_before_it_is_done(hall: make.Hall) -> None:
    snapshot = hall.house.live.at(hall.key)
    assert snapshot is not None
    assert "其余2家重新排名次" in agenda.apart_words(snapshot, snapshot.by_key["U1"])
    assert agenda.panel_words(snapshot, ("leaders", "public")) == ""
    assert "社会各界代表不来" in agenda.panel_words(snapshot, ("leaders",))
    assert "本场按其余2家排名" in agenda.postpone_words(snapshot, snapshot.by_key["U1"])


MOVES = st.lists(st.tuples(st.sampled_from(["postpone", "back", "apart", "ranked", "instead", "first", "last"]),
                           st.sampled_from(["U1", "U2", "U3", "U4", "U5"])), max_size=8)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
def test_no_move_of_the_agenda_touches_a_ballot_or_another_units_exact_score(
        tmp_path_factory: pytest.TempPathFactory, sqlite_with_tables: Any, moves: list[tuple[str, str]]) -> None:
    import shutil
    file = tmp_path_factory.mktemp("moves") / "leitai.db"
    shutil.copyfile(sqlite_with_tables, file)
    house = make.house(f"sqlite:///{file}")
    try:
        hall = make.sitting(house, make.plan(units=5))
        score(hall, U1=90, U2=85)
        digest, before = counted(hall)
        database, said = house.database, {"reason": WHY, "by": "host", "at": hall.now}
        plainly = {"by": "host", "at": hall.now}
        do = {
            "postpone": lambda key: agenda.postpone(database, hall.key, key, **said),
            "back": lambda key: agenda.take_back(database, hall.key, key, **plainly),
            "apart": lambda key: agenda.list_apart(database, hall.key, key, **said),
            "ranked": lambda key: agenda.rank_again(database, hall.key, key, **said),
            "instead": lambda key: agenda.substitute(database, hall.key, key, "副县长", **plainly),
            "first": lambda key: agenda.move(database, hall.key, key, after=None, **plainly),
            "last": lambda key: agenda.move(database, hall.key, key, after="U5" if key != "U5" else "U1", **plainly),
        }
        for what, key in moves:
            try:
                do[what](key)
            except Refused:
                continue
        after = counted(hall)
        assert after[0] == digest
        assert {key: after[1][key] for key in ("U1", "U2")} == {key: before[key] for key in ("U1", "U2")}
        targets = stored(hall)
        assert {key for key, one in targets.items() if not one.postponed} == set(after[1])
        assert sorted(targets) == ["U1", "U2", "U3", "U4", "U5"]
    finally:
        house.close()


# -- hard case 48: two routes --------------------------------------------------------------------------------


def viewing(**changes: Any) -> Any:
    """U1 and U2 on the first route, U3 on the second, U4 seen by all; L1 saw the first, L2 the second, L3 all."""
    of_plan = make.plan(units=4, **changes)
    routes = {"U1": "第一线路", "U2": "第一线路", "U3": "第二线路"}
    seats = {"L1": "第一线路", "L2": "第二线路", "P1": "第一线路", "P2": "第二线路"}
    return replace(of_plan,
                   targets=tuple(replace(one, route=routes.get(one.key, "")) for one in of_plan.targets),
                   seats=tuple(replace(one, route=seats.get(one.code, "")) for one in of_plan.seats))


def test_case_48_who_saw_one_route_does_not_score_the_other_on_phone_turnout_and_package(house: make.House) -> None:
    hall = make.sitting(house, viewing())
    hall.open("U3")

    with pytest.raises(Exception, match=OFF_ROUTE):
        hall.cast("L1", 90)
    with pytest.raises(Exception, match=OFF_ROUTE):
        hall.cast("P1", 90)
    hall.cast("L2", 80)
    hall.cast("L3", 90)
    hall.cast("P2", 70)
    due = {group: one["seats"] for group, one in status_of(house.database, hall.key)["turnout"].items()}
    assert due == {"leaders": 3, "public": 3}  # L1 and P1 were on the other route
    hall.close()
    with house.database.reading() as c:
        found = reads.sitting(c, hall.key)
        assert found is not None
        package = package_of(c, found)
    assert {(one.seat, one.target, one.reason) for one in package.recusals} >= {
        ("L1", "U3", OFF_ROUTE), ("L2", "U1", OFF_ROUTE), ("L2", "U2", OFF_ROUTE)}
    assert not any(one.seat.startswith("P") or one.target == "U4" for one in package.recusals)
    group = tally(package).as_json()["targets"]["U3"]["groups"]["leaders"]
    assert (group["recused"], group["received"], Fraction(group["exact"])) == (1, 2, 85)


def test_case_48_on_one_paper_for_all_a_route_is_the_paper(house: make.House) -> None:
    hall = make.sitting(house, viewing(ballot_mode="all"))
    hall.open("U1", "U2", "U3", "U4")
    hall.cast("L1", form={f"m.{key}.quality": "90" for key in ("U1", "U2", "U4")})
    hall.cast("L2", form={f"m.{key}.quality": "70" for key in ("U3", "U4")})
    with pytest.raises(Exception, match=OFF_ROUTE):
        hall.cast("P1", form={"m.U3.quality": "90"})
    hall.cast("P3", form={f"m.{key}.quality": "60" for key in ("U1", "U2", "U3", "U4")})
    hall.close()

    _digest, scores = counted(hall)
    assert Fraction(scores["U4"][0]["leaders"]["exact"]) == 80 and Fraction(scores["U1"][0]["leaders"]["exact"]) == 90


def test_case_20_the_results_say_who_is_scored_in_a_supplementary_sitting(house: make.House) -> None:
    hall = scored(house, U1=90, U2=85)
    postpone(hall, "U3")
    host = Staff(id=1, name="host", title="", roles=frozenset({Role.HOST}), unit="", active=True, has_password=True)

    shown = board(hall.house.database, hall.key, host)

    assert shown is not None and shown.put_off == ("C县",)
    assert [one.name for one in (*shown.ranked, *shown.others)] == ["A县", "B县"] and shown.waiting == ()
