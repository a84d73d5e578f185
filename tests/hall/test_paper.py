"""Paper ballots: keyed twice by two people, compared, decided, counted; and never twice what one seat has said."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from db.copy import copy_to, put_back
from hall import seating
from hall.ballots import paper
from hall.ballots.ballot_refused import BallotRefused
from hall.ballots.paper import Choice, Fate
from hall.ballots.paper_slips import slips
from hall.moment.packing import package_of, sitting_of
from hall.moment.receipts import Found, look_up
from hall.outcome import results
from hall.stage import rounds
from office.prints import paper_ballots
from office.refusal import NotFound, Refused
from scoring.tally import tally
from tests import make
from tests.postgres import new_database

RULE = make.RULE.replace('empty_group = "error"', 'empty_group = "reweight_unit"')


@pytest.fixture
def hall(house):
    return make.sitting(house, make.plan(rule=RULE))


def key(hall, round_id, label, mark, *, by, target="U2"):
    form = mark if isinstance(mark, dict) else {f"m.{target}.quality": str(mark)}
    return paper.enter(hall.house.database, hall.key, round_id, label, form, by=by, at=hall.now)


def twice(hall, round_id, label, mark, **more):
    key(hall, round_id, label, mark, by="clerk1", **more)
    return key(hall, round_id, label, mark, by="clerk2", **more)


def decide(hall, round_id, label, choice, *, by="supervisor", reason="看了原票", **more):
    return paper.decide(hall.house.database, hall.key, round_id, label, choice, reason=reason, by=by, at=hall.now, **more)


def serials(hall, count=3, target="U2"):
    printed = paper_ballots.issue(hall.house.database, hall.key, seats=(), secret={"public": count}, targets=(target,),
                                  together=True, by="host", at=hall.now)
    return [one.label for one in printed]


def counted(hall, label):
    """(state, marks, version) of what counts of a seat, by target."""
    with hall.house.database.reading() as c:
        return [tuple(row) for row in c.execute(text(
            "select b.state, b.marks, b.version from ballot b join seat s on s.id = b.seat_id "
            "where s.code = :code and b.counted order by b.target_id"), {"code": label})]


def the_slip(hall, label):
    return next(one for one in slips(hall.house.database, hall.key) if one.label == label)


def result(hall):
    with hall.house.database.reading() as c:
        return tally(package_of(c, sitting_of(c, hall.key))).as_json()


def stopping(hall):
    return [one.words for one in results.checklist(hall.house.database, hall.key) if one.blocking and not one.ok]


def test_two_clerks_who_agree_make_a_ballot_of_the_seat(hall):
    round_id = hall.open("U2")

    assert key(hall, round_id, "L1", 88, by="clerk1") is Fate.KEYED
    assert counted(hall, "L1") == []
    assert key(hall, round_id, "L1", "88", by="clerk2") is Fate.COUNTED
    assert counted(hall, "L1") == [("submitted", '{"quality": "88"}', 1)]
    assert the_slip(hall, "L1").keyed_by == ("clerk1", "clerk2")


def test_nobody_confirms_his_own_keying_and_the_first_reading_is_told_to_nobody(hall):
    round_id = hall.open("U2")
    key(hall, round_id, "L1", 88, by="clerk1")

    with pytest.raises(Refused, match="第一遍是您录的"):
        key(hall, round_id, "L1", 88, by="clerk1")
    assert the_slip(hall, "L1").readings == ()


def test_the_first_keying_survives_a_restart(hall, clock):
    round_id = hall.open("U2")
    key(hall, round_id, "L1", 88, by="clerk1")
    url = hall.house.database.url
    hall.house.close()
    hall.house = make.house(url, clock)

    assert key(hall, round_id, "L1", 88, by="clerk2") is Fate.COUNTED
    hall.house.close()


def test_two_readings_are_shown_side_by_side_and_a_third_person_decides_with_a_reason(hall):
    round_id = hall.open("U2")
    key(hall, round_id, "L1", 88, by="clerk1")

    assert key(hall, round_id, "L1", 83, by="clerk2") is Fate.DIFFERS
    assert [lines[0].marks for lines in the_slip(hall, "L1").readings] == [(("quality", "88"),), (("quality", "83"),)]
    with pytest.raises(Refused, match="没有录过这张票的人"):
        decide(hall, round_id, "L1", Choice.SECOND, by="clerk2")
    with pytest.raises(Refused, match="原因"):
        decide(hall, round_id, "L1", Choice.SECOND, reason=" ")
    assert decide(hall, round_id, "L1", Choice.SECOND) is Fate.COUNTED
    assert counted(hall, "L1") == [("submitted", '{"quality": "83"}', 1)]


def test_a_paper_keyed_wrong_twice_is_keyed_anew_and_all_readings_stay(hall):
    round_id = hall.open("U2")
    key(hall, round_id, "L1", 88, by="clerk1")
    key(hall, round_id, "L1", 83, by="clerk2")

    assert decide(hall, round_id, "L1", Choice.AGAIN) is Fate.KEYED
    assert twice(hall, round_id, "L1", 38) is Fate.COUNTED
    with hall.house.database.reading() as c:
        assert c.execute(text("select count(*) from paper_entry")).scalar_one() == 4


@pytest.mark.parametrize(("choice", "fate", "mark"), [(Choice.PHONE, Fate.PHONE, "90"), (Choice.PAPER, Fate.COUNTED, "70")])
def test_a_seat_that_voted_by_phone_too_is_caught_and_decided_and_both_stay_readable(hall, choice, fate, mark):
    round_id = hall.open("U2")
    hall.cast("L1", 90)

    assert twice(hall, round_id, "L1", 70) is Fate.DUPLICATE
    assert counted(hall, "L1")[0][1] == '{"quality": "90"}'
    assert decide(hall, round_id, "L1", choice, by="clerk1") is fate
    assert [row[1] for row in counted(hall, "L1")] == [f'{{"quality": "{mark}"}}']
    assert the_slip(hall, "L1").readings[0][0].marks == (("quality", "70"),)


@pytest.mark.parametrize(("choice", "mark"), [(Choice.PHONE, "90"), (Choice.PAPER, "70")])
def test_a_phone_that_votes_after_the_paper_is_caught_too(hall, choice, mark):
    round_id = hall.open("U2")
    twice(hall, round_id, "L1", 70)
    hall.cast("L1", 90)

    assert the_slip(hall, "L1").fate is Fate.OVERTAKEN
    decide(hall, round_id, "L1", choice)
    assert [row[1] for row in counted(hall, "L1")] == [f'{{"quality": "{mark}"}}']
    hall.close()
    group = result(hall)["targets"]["U2"]["groups"]["leaders"]
    assert (group["received"], group["exact"]) == (1, mark)


def test_a_mark_on_paper_for_what_the_seat_does_not_score_is_named_to_the_clerk_and_left_out(house):
    hall = make.sitting(house, make.plan(rule=RULE, ballot_mode="all"))  # L4 belongs to unit A
    round_id = hall.open("U1", "U2", "U3")
    form = {f"m.U{n}.quality": "80" for n in (1, 2, 3)}

    with pytest.raises(Refused, match="L4不评A县（需回避，或不在这一席的线路）。纸票上给的分不录，请留空"):
        key(hall, round_id, "L4", form, by="clerk1")
    assert twice(hall, round_id, "L4", {**form, "m.U1.quality": " "}) is Fate.COUNTED


@pytest.mark.parametrize("phone_first", [True, False])
def test_where_the_paper_stands_it_stands_whole_and_a_blank_on_it_takes_the_phones_mark_away(house, phone_first):
    hall = make.sitting(house, make.plan(rule=RULE, ballot_mode="all"))
    round_id = hall.open("U1", "U2", "U3")
    phone, blank = {"m.U1.quality": "60", "m.U2.quality": "61", "m.U3.quality": "62"}, {"m.U1.quality": "90", "m.U3.quality": "92"}
    if phone_first:
        hall.cast("L1", form=phone)
        assert twice(hall, round_id, "L1", blank) is Fate.DUPLICATE
    else:
        twice(hall, round_id, "L1", blank)
        hall.cast("L1", form=phone)
    for n in range(2, 5):
        hall.cast(f"L{n}", form={name: "80" for name in phone if n != 4 or "U1" not in name})
    hall.cast("P1", form=phone)

    assert decide(hall, round_id, "L1", Choice.PAPER) is Fate.COUNTED
    assert [row[:2] for row in counted(hall, "L1")] == [
        ("submitted", '{"quality": "90"}'), ("spoiled", "{}"), ("submitted", '{"quality": "92"}')]
    assert the_slip(hall, "L1").fate is Fate.COUNTED
    hall.close()
    group = result(hall)["targets"]["U2"]["groups"]["leaders"]
    assert (group["received"], group["spoiled"], group["counted"], group["exact"]) == (4, 1, 1, "80")
    assert result(hall)["targets"]["U1"]["groups"]["leaders"]["received"] == 3


def test_a_paper_leaves_alone_what_its_seat_was_recused_from_after_the_phone_had_voted(house):
    hall = make.sitting(house, make.plan(rule=RULE, ballot_mode="all"))
    round_id = hall.open("U1", "U2")
    hall.cast("L1", form={"m.U1.quality": "60", "m.U2.quality": "61"})
    seating.recuse_now(house.database, hall.key, "L1", "U2", reason="亲属", by="host", at=hall.now)
    twice(hall, round_id, "L1", {"m.U1.quality": "90"})
    decide(hall, round_id, "L1", Choice.PAPER)

    assert [row[0] for row in counted(hall, "L1")] == ["submitted", "submitted"]
    hall.close()
    group = result(hall)["targets"]["U2"]["groups"]["leaders"]
    assert (group["received"], group["recused"], group["spoiled"]) == (0, 1, 0)


def test_a_decision_over_what_has_changed_meanwhile_is_refused(hall):
    round_id = hall.open("U2")
    twice(hall, round_id, "L1", 70)
    hall.cast("L1", 90)

    with pytest.raises(Refused, match="请刷新"):
        decide(hall, round_id, "L1", Choice.SPOIL, seen=Fate.COUNTED)


def test_secret_papers_count_under_serials_that_lead_to_no_seat_and_no_time(hall):
    round_id = hall.open("U2")
    for n, label in enumerate(serials(hall)):
        assert twice(hall, round_id, label, 80 + n) is Fate.COUNTED
    for n in range(1, 5):
        hall.cast(f"L{n}", 90)
    hall.close()

    group = result(hall)["targets"]["U2"]["groups"]["public"]
    assert (group["received"], group["counted"], group["exact"]) == (3, 1, "81")
    with hall.house.database.reading() as c:
        assert set(c.execute(text("select seat_id, received_at from ballot where group_key = 'public'"))) == {(None, None)}
        assert list(c.execute(text("select keyed_at from paper_entry")).scalars()) == [None] * 6
        told = [one for one in c.execute(text("select detail from record_entry where action like '纸票%'")).scalars()]
        labels = list(c.execute(text("select label from paper")).scalars())
    assert len(told) == 6 and not [label for label in labels for one in told if label in one]


def test_06_more_ballots_than_seats_stop_everything_until_the_surplus_is_spoiled_with_a_reason(hall):
    round_id = hall.open("U2")
    hall.everybody()
    surplus = serials(hall)[0]
    twice(hall, round_id, surplus, 80)
    hall.close()

    assert stopping(hall) == ["B县：社会各界代表收回5张，多于4席。请作废重投，或在“纸票”页写明原因作废多出的纸票"]
    with pytest.raises(Refused, match="多于4席"):
        hall.publish(despite_warnings=True)
    decide(hall, round_id, surplus, Choice.SPOIL, reason="投票箱里多出一张，按规定作废")
    assert stopping(hall) == []
    hall.publish(despite_warnings=True)


@pytest.mark.parametrize("together", [False, True])
def test_06_a_recused_seat_of_a_secret_group_makes_no_room_for_one_paper_too_many(house, together):
    hall = make.sitting(house, make.plan(rule=RULE, ballot_mode="all" if together else "each",
                                         recusals=(("P4", "U2", "亲属"),)))
    targets = ("U1", "U2") if together else ("U2",)
    printed = paper_ballots.issue(house.database, hall.key, seats=(), secret={"public": 3}, targets=targets,
                                  together=True, by="host", at=hall.now)
    round_id = hall.open(*targets)
    for n in range(1, 4):
        hall.cast(f"P{n}", 90)
    hall.close()
    assert stopping(hall) == []

    surplus = printed[0].label
    twice(hall, round_id, surplus, 80)
    assert stopping(hall) == ["B县：社会各界代表收回4张，多于3席（另有1席回避）。请作废重投，或在“纸票”页写明原因作废多出的纸票"]
    decide(hall, round_id, surplus, Choice.SPOIL, reason="回避的席位也投了一张")
    assert stopping(hall) == []


def test_a_publication_waits_for_papers_that_wait_for_a_hand(hall):
    round_id = hall.open("U2")
    hall.everybody()
    twice(hall, round_id, "L1", 70)
    hall.close()

    assert stopping(hall) == ["纸票还没有处理完：待裁定1张。请到“纸票”页处理"]
    decide(hall, round_id, "L1", Choice.PHONE)
    assert stopping(hall) == []


def test_a_paper_keyed_once_under_a_wrong_number_is_withdrawn_is_no_ballot_and_may_be_keyed_anew(hall):
    round_id = hall.open("U2")
    key(hall, round_id, "L1", 70, by="clerk1")
    hall.cast("L2", 90)
    hall.close()
    assert stopping(hall)[0] == "纸票还没有处理完：等复录1张。请到“纸票”页处理"

    assert decide(hall, round_id, "L1", Choice.WITHDRAW, by="clerk1", reason="号录错，应是L3") is Fate.WITHDRAWN
    assert not any("纸票" in one for one in stopping(hall)) and counted(hall, "L1") == []
    assert (the_slip(hall, "L1").fate, the_slip(hall, "L1").choices) == (Fate.WITHDRAWN, ())
    assert twice(hall, round_id, "L1", 81) is Fate.COUNTED
    assert counted(hall, "L1") == [("submitted", '{"quality": "81"}', 1)]


def test_a_paper_keyed_once_of_a_seat_that_steps_back_since_does_not_stop_the_publication_for_good(hall):
    round_id = hall.open("U2")
    key(hall, round_id, "L1", 70, by="clerk1")
    seating.recuse_now(hall.house.database, hall.key, "L1", "U2", reason="亲属", by="host", at=hall.now)
    hall.close()

    with pytest.raises(Refused, match="录过一遍的，请在“全部纸票”里撤回"):
        key(hall, round_id, "L1", 70, by="clerk2")
    decide(hall, round_id, "L1", Choice.WITHDRAW, reason="评委已回避")
    assert not any("纸票" in one for one in stopping(hall))


def test_05_two_ticks_on_paper_are_a_spoiled_line_not_a_zero(hall):
    round_id = hall.open("U2")
    twice(hall, round_id, "L1", {"m.U2": "spoiled"})
    twice(hall, round_id, "L2", {"m.U2": "dont_know"})
    for code in ("L3", "L4"):
        hall.cast(code, 90)
    for n in range(1, 5):
        hall.cast(f"P{n}", 90)
    hall.close()

    group = result(hall)["targets"]["U2"]["groups"]["leaders"]
    assert (group["received"], group["spoiled"], group["dont_know"], group["exact"]) == (4, 1, 1, "90")


def test_19_papers_are_kept_by_unit_so_that_a_changed_order_moves_none(hall):
    round_id = hall.open("U2")
    key(hall, round_id, "L1", 88, by="clerk1")
    rounds.set_order(hall.house.database, hall.key, ("U3", "U2", "U1"), by="host", at=hall.now)

    assert key(hall, round_id, "L1", 88, by="clerk2") is Fate.COUNTED
    with hall.house.database.reading() as c:
        assert c.execute(text("select t.key from ballot b join target t on t.id = b.target_id")).scalars().all() == ["U2"]


def test_20_a_paper_of_a_voided_round_is_not_taken_and_its_seat_is_keyed_anew_in_the_next(hall):
    round_id = hall.open("U2")
    twice(hall, round_id, "L1", 70)
    hall.void(round_id)
    again = hall.open("U2")

    with pytest.raises(Refused, match="已作废"):
        key(hall, round_id, "L2", 80, by="clerk1")
    assert twice(hall, again, "L1", 75) is Fate.COUNTED
    assert counted(hall, "L1")[-1][1] == '{"quality": "75"}'


def test_48_a_branch_hall_without_a_network_hands_its_papers_in_after_the_close_each_with_its_time(hall):
    round_id = hall.open("U2")
    hall.cast("L1", 90)
    hall.close()
    hall.house.clock.advance(3600)

    assert twice(hall, round_id, "L2", 80) is Fate.COUNTED
    with hall.house.database.reading() as c:
        times = {row.code: row.received_at for row in c.execute(text(
            "select s.code, b.received_at from ballot b join seat s on s.id = b.seat_id"))}
    assert times["L2"] > times["L1"]
    assert result(hall)["targets"]["U2"]["groups"]["leaders"]["received"] == 2


def test_a_published_round_takes_no_paper(hall):
    round_id = hall.open("U2")
    hall.everybody()
    hall.close()
    hall.publish(despite_warnings=True)

    with pytest.raises(Refused, match=r"已公布.*请主持人写明原因作废这一轮，重新打分后公布更正的一版"):
        key(hall, round_id, "L1", 70, by="clerk1")


@pytest.mark.parametrize(("label", "target", "kind", "words"), [
    ("P1", "U2", Refused, "无记名席位"), ("X9", "U2", NotFound, "没有席位"), ("", "U2", Refused, "席位号或编号"),
    ("L4", "U1", Refused, "回避")])
def test_what_is_on_no_paper_is_refused(hall, label, target, kind, words):
    round_id = hall.open(target)

    with pytest.raises(kind, match=words):
        key(hall, round_id, label, 70, by="clerk1", target=target)


def test_a_serial_is_used_once_and_for_what_is_printed_on_it(hall):
    first = hall.open("U2")
    label = serials(hall)[0]
    twice(hall, first, label, 80)
    hall.close()
    other = hall.open("U3")

    with pytest.raises(Refused, match="不是这一轮的单位"):
        key(hall, other, label, 80, by="clerk1", target="U3")
    hall.void(first)
    hall.close()
    again = hall.open("U2")
    with pytest.raises(Refused, match="已经用过"):
        key(hall, again, label, 80, by="clerk1")


def test_a_bad_mark_names_its_criterion_and_stores_nothing(hall):
    round_id = hall.open("U2")

    with pytest.raises(Refused, match="“质量”"):
        key(hall, round_id, "L1", 101, by="clerk1")
    assert slips(hall.house.database, hall.key) == ()


def test_a_keying_that_cannot_be_recorded_is_not_kept_at_all(hall, monkeypatch):
    round_id = hall.open("U2")
    key(hall, round_id, "L1", 70, by="clerk1")
    with monkeypatch.context() as broken:
        broken.setattr("db.record.Record.append", lambda *_a, **_k: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            key(hall, round_id, "L1", 70, by="clerk2")

    assert the_slip(hall, "L1").fate is Fate.KEYED and counted(hall, "L1") == []


def test_a_secret_paper_keyed_after_the_close_leaves_no_order_beside_the_others(hall):
    round_id = hall.open("U2")
    labels = serials(hall)
    hall.everybody()
    hall.close()
    for label in labels:
        twice(hall, round_id, label, 80)

    with hall.house.database.reading() as c:
        assert c.execute(text("select count(*) from setting where key like 'traces.%'")).scalar_one() in (0, 1)
        if not hall.house.database.is_sqlite:
            assert c.execute(text("select count(distinct xmin::text) from ballot")).scalar_one() == 1


def test_17_a_paper_that_was_spoiled_afterwards_is_keyed_anew_and_every_version_stays(hall):
    round_id = hall.open("U2")
    twice(hall, round_id, "L1", 50)
    hall.close()
    decide(hall, round_id, "L1", Choice.SPOIL, reason="评委把别的单位写在这张票上")
    assert counted(hall, "L1") == [("spoiled", "{}", 2)]

    decide(hall, round_id, "L1", Choice.AGAIN, reason="评委重新填了一张")
    assert twice(hall, round_id, "L1", 85) is Fate.COUNTED
    assert counted(hall, "L1") == [("submitted", '{"quality": "85"}', 3)]
    with hall.house.database.reading() as c:
        assert c.execute(text("select count(*) from ballot")).scalar_one() == 3


def test_17_a_phone_ballot_that_was_spoiled_after_the_close_is_made_good_by_its_judges_paper(hall):
    round_id = hall.open("U2")
    hall.cast("L1", 60)
    hall.close()
    seating.spoil(hall.house.database, hall.key, "L1", "U2", reason="打错单位", by="clerk1", at=hall.now)

    assert twice(hall, round_id, "L1", 88) is Fate.COUNTED
    assert [row[:2] for row in counted(hall, "L1")] == [("submitted", '{"quality": "88"}')]


def test_a_named_paper_is_marked_as_paper_in_the_public_package(hall):
    round_id = hall.open("U2")
    twice(hall, round_id, "L1", 70)
    hall.close()

    with hall.house.database.reading() as c:
        label, = {row.ballot for row in package_of(c, sitting_of(c, hall.key)).ballots}
    assert label.startswith("纸票") and look_up([(label, "B县", True)], label).found is Found.COUNTED


def test_a_phone_and_the_second_keying_at_the_same_moment_leave_one_that_counts(hall):
    for _ in range(6):
        round_id = hall.open("U2")
        hall.house.live.forget_receipts()
        key(hall, round_id, "L1", 70, by="clerk1")
        said: list[Fate] = []
        second = threading.Thread(target=lambda to=said, r=round_id: to.append(key(hall, r, "L1", 70, by="clerk2")))
        second.start()
        hall.cast("L1", 90)
        second.join(timeout=20)

        now = next(one.fate for one in slips(hall.house.database, hall.key) if one.round_id == round_id)
        assert (said, now) in (([Fate.COUNTED], Fate.OVERTAKEN), ([Fate.DUPLICATE], Fate.DUPLICATE))
        with hall.house.database.reading() as c:
            assert c.execute(text("select marks from ballot where round_id = :r and counted"), {"r": round_id}).scalars(
                ).all() == ['{"quality": "90"}']
        hall.void(round_id)


def test_papers_are_published_recounted_by_anybody_and_come_through_a_backup(hall, tmp_path):
    round_id = hall.open("U2")
    for n in range(1, 4):
        hall.cast(f"L{n}", 90 + n)
    twice(hall, round_id, "L4", 70)
    for n, label in enumerate(serials(hall)):
        twice(hall, round_id, label, 80 + n)
    key(hall, round_id, "L1", 60, by="clerk1")
    key(hall, round_id, "L1", 61, by="clerk2")
    decide(hall, round_id, "L1", Choice.SECOND)
    decide(hall, round_id, "L1", Choice.PHONE)
    hall.close()
    hall.publish(despite_warnings=True)

    results.export(hall.house.database, hall.key, tmp_path / "package")
    done = subprocess.run([sys.executable, "-m", "scoring", "recount", str(tmp_path / "package")], check=False,
                          capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["targets"]["U2"]["groups"]["leaders"]["received"] == 4
    before = slips(hall.house.database, hall.key)
    copy_to(hall.house.database, tmp_path / "copy.db")
    put_back(hall.house.database, tmp_path / "copy.db")
    assert slips(hall.house.database, hall.key) == before and len(before) == 5


STEPS = st.lists(st.sampled_from(["phone", "first", "second", "differ", "to phone", "to paper", "spoil", "again", "close"]),
                 max_size=9)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def one_hall(request, tmp_path_factory):
    url = f"sqlite:///{tmp_path_factory.mktemp('paper') / 'leitai.db'}"
    if request.param == "postgresql":
        url = new_database(request.getfixturevalue("postgres"), "leitai_paper_steps")
    house = make.house(url)
    yield make.sitting(house)
    house.close()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_phone_and_paper_in_any_order_give_at_most_one_counted_line_and_the_count_agrees(one_hall, steps):
    hall = one_hall
    round_id = hall.open("U2")
    moves = {
        "phone": lambda: hall.cast("L1", 90), "first": lambda: key(hall, round_id, "L1", 70, by="clerk1"),
        "second": lambda: key(hall, round_id, "L1", 70, by="clerk2"),
        "differ": lambda: key(hall, round_id, "L1", 60, by="clerk3"),
        "to phone": lambda: decide(hall, round_id, "L1", Choice.PHONE),
        "to paper": lambda: decide(hall, round_id, "L1", Choice.PAPER),
        "spoil": lambda: decide(hall, round_id, "L1", Choice.SPOIL),
        "again": lambda: decide(hall, round_id, "L1", Choice.AGAIN), "close": hall.close}
    for step in steps:
        try:
            moves[step]()
        except (Refused, BallotRefused):
            continue
    with hall.house.database.reading() as c:
        rows = c.execute(text("select version, counted, state, marks from ballot where round_id = :r order by version"),
                         {"r": round_id}).all()
    standing = [row for row in rows if row.counted]
    valid = [row for row in rows if row.state != "late"]
    assert len(standing) == (1 if valid else 0)
    if valid:  # what the recount takes (the highest version) is what the database says counts
        assert standing[0].version == valid[-1].version
    with contextlib.suppress(Refused):
        hall.close()
    hall.void(round_id)
