"""People while a sitting runs: dead phones, arrivals, leaving, another person, recusal on the spot, spoiled papers."""

from __future__ import annotations

import pytest

from db.reads import people as people_reads
from db.reads import sittings as reads
from db.stores import spoiling
from db.values import Staff
from hall import seating
from hall.ballots.ballot_refused import BallotRefused, Reason
from hall.moment import seat_search
from hall.moment.holders import story_of
from hall.moment.packing import package_of, sitting_of
from hall.moment.snapshot import SeatInHall, Snapshot
from hall.outcome import results, verification
from hall.outcome.explained import explained
from hall.phones.phone_page import render_phone
from hall.phones.phone_shelf import is_shelved, page_of
from hall.phones.phone_view import news_of, view_of
from hall.stage import console
from office.prints import badges
from office.refusal import Refused
from scoring.tally import tally
from tests import make

QUORUM = make.RULE.replace('weight = "60%"', 'weight = "60%"\nquorum_share = "1/2"')
RANKING = """
id = "places"
title = "排序票"
version = 1
[ballot]
kind = "ranking"
[[groups]]
key = "leaders"
name = "市领导"
weight = "60%"
[[groups]]
key = "public"
name = "社会各界代表"
weight = "40%"
secret = true
[combine]
empty_group = "error"
[places]
points = ["100", "90", "80"]
"""


def seen(hall: make.Hall) -> Snapshot:
    hall.house.live.refresh()
    found = hall.house.live.at(hall.key)
    assert found is not None
    return found


def seat(hall: make.Hall, code: str) -> SeatInHall:
    return next(one for one in seen(hall).seats if one.code == code)


def do(hall: make.Hall, action, *args, **kwargs):
    found = action(hall.house.database, hall.key, *args, by="host", at=hall.now, **kwargs)
    hall.house.live.refresh()
    return found


def counted(hall: make.Hall, target: str, group: str = "leaders") -> dict[str, object]:
    """The group's protocol for one target, by an own count of what the database holds."""
    with hall.house.database.reading() as c:
        result = tally(package_of(c, sitting_of(c, hall.key))).as_json()
    found = result["targets"][target]["groups"][group]
    return {key: found[key] for key in ("received", "counted", "recused", "spoiled", "missing", "exact")}


def who_marked(hall: make.Hall, target: str) -> list[str]:
    """The names beside the papers that count for one target, on the page of results."""
    clerk = Staff(id=1, name="c", title="", roles=frozenset({"clerk"}), unit="", active=True, has_password=True)
    found = explained(hall.house.database, hall.key, target, clerk)
    return [one.who for group in found.groups for one in group.papers if one.seat]


def last(hall: make.Hall) -> tuple[str, dict[str, object]]:
    with hall.house.database.reading() as c:
        line = people_reads.record(c, limit=1)[0]
    return line.action, dict(line.detail)


# -- a dead phone --------------------------------------------------------------------------------------------


def test_a_new_badge_keeps_what_was_sent_and_may_still_change_it(hall: make.Hall) -> None:
    hall.open("U2")
    hall.cast("L1", 80)
    assert "截止前可用新胸牌修改" in seating.badge_words(seen(hall), seat(hall, "L1"))
    old = hall.secrets["L1"]
    hall.badge("L1")

    assert hall.house.live.seat(old) is None
    assert hall.cast("L1", 85).version == 2
    for code in ("L2", "L3", "P1"):
        hall.cast(code, 85)
    hall.close()
    assert counted(hall, "U2")["counted"] == 1 and counted(hall, "U2")["exact"] == "85"  # 3 in, trimmed both ends


def test_the_badge_of_a_secret_seat_in_an_open_round_is_told_of_in_one_sentence(hall: make.Hall) -> None:
    before = seating.badge_words(seen(hall), seat(hall, "P1"))
    hall.open("U2")
    during = seating.badge_words(seen(hall), seat(hall, "P1"))

    assert before == "旧胸牌立即停用，已投的票都保留。"
    assert "若已投，那张票照算、不能再改" in during and during.endswith("。") and during.count("。") == 1


def test_a_scanned_badge_leads_to_its_seat_and_a_stopped_one_to_none(hall: make.Hall) -> None:
    link = f"{make.BASE}/b/{hall.secrets['L2']}"

    assert [one.code for one in seat_search.found_seats(seen(hall), f" {link}\n")] == ["L2"]
    hall.badge("L2")
    assert seat_search.found_seats(seen(hall), link) == ()


# -- hard case 10: late --------------------------------------------------------------------------------------


def test_hard_case_10_a_judge_who_comes_late_is_missing_for_what_is_over_and_never_zero(hall: make.Hall) -> None:
    hall.open("U1")
    for code in ("L1", "L2", "P1"):
        hall.cast(code, 80)
    hall.close()
    assert seating.arrival_words(seen(hall), seat(hall, "L3")) == "已截止的1家不能补投，没投的按未交计，不算0分。"
    assert do(hall, seating.arrive, "L3") == "L3 市领导3席已签到。"
    hall.house.clock.advance(60)  # type: ignore[attr-defined]
    assert "已经签到" in do(hall, seating.arrive, "L3")
    hall.open("U2")
    for code in ("L1", "L2", "L3", "P1"):
        hall.cast(code, 80)
    hall.close()

    assert counted(hall, "U1") == {"received": 2, "counted": 2, "recused": 1, "spoiled": 0, "missing": 1, "exact": "80"}
    assert counted(hall, "U2")["missing"] == 1 and counted(hall, "U2")["received"] == 3
    with hall.house.database.reading() as c:
        arrived = {one.code: one.checked_in_at for one in reads.seats(c, seen(hall).sitting.id)}
    assert arrived["L3"] == make.START


def test_an_arrival_entered_by_mistake_is_taken_back_once(hall: make.Hall) -> None:
    do(hall, seating.arrive, "L1")
    do(hall, seating.undo_arrival, "L1")

    assert not seat(hall, "L1").checked_in
    with pytest.raises(Refused, match="没有签到"):
        do(hall, seating.undo_arrival, "L1")


# -- hard case 11: leaves early, or is replaced --------------------------------------------------------------


def test_hard_case_11_who_leaves_early_is_no_longer_in_the_quorum_and_keeps_his_papers(house: make.House) -> None:
    hall = make.sitting(house, make.plan(rule=QUORUM))
    for code in ("L1", "L2", "L3"):
        do(hall, seating.arrive, code)
    hall.open("U2")
    for code in ("L1", "P1"):
        hall.cast(code, 80)
    hall.close()
    with house.database.reading() as c:
        assert tally(package_of(c, sitting_of(c, hall.key))).as_json()["targets"]["U2"]["state"] == "below_quorum"
    words = seating.arrival_words(seen(hall), seat(hall, "L4"))
    assert "到会现在是4席，对已截止的各家一并适用。" in words, "who comes late raises the quorum of what is over"
    words = seating.leaving_words(seen(hall), seat(hall, "L3"))
    assert "50%：到会从3席减为2席" in words and "已投的票照算" in words
    do(hall, seating.leave, "L3")

    with house.database.reading() as c:
        assert tally(package_of(c, sitting_of(c, hall.key))).as_json()["targets"]["U2"]["state"] == "ranked"
    assert house.live.seat(hall.secrets["L3"]) is None
    assert last(hall) == ("离席", {"seat": "L3", "name": "市领导3席"})
    with pytest.raises(Refused, match="没有签到"):
        do(hall, seating.leave, "L3")
    hall.publish(despite_warnings=True)
    assert "已公布的不变，再出一版时按那时的到会席位算" in seating.arrival_words(seen(hall), seat(hall, "L4"))


def test_hard_case_11_a_paper_of_who_left_stays_counted(hall: make.Hall) -> None:
    do(hall, seating.arrive, "L1")
    hall.open("U2")
    hall.cast("L1", 80)
    do(hall, seating.leave, "L1")
    hall.cast("P1", 80)
    hall.close()

    assert counted(hall, "U2")["counted"] == 1


def test_hard_case_11_another_person_takes_the_seat_for_later_units_only(hall: make.Hall) -> None:
    hall.open("U2")
    hall.cast("L2", 70)
    hall.cast("P1", 70)
    with pytest.raises(Refused, match="请截止后再换"):
        do(hall, seating.replace_person, "L2", name="候补一", reason="急事", base_url=make.BASE)
    hall.close()
    old = hall.secrets["L2"]

    hall.house.clock.advance(5)  # type: ignore[attr-defined]
    badge = do(hall, seating.replace_person, "L2", name=" 候补一 ", reason="急事", base_url=make.BASE)

    assert (badge.seat, badge.name) == ("L2", "候补一") and hall.house.live.seat(old) is None
    assert last(hall) == ("换人", {"seat": "L2", "before": "市领导2席", "name": "候补一", "reason": "急事"})
    hall.house.clock.advance(5)  # type: ignore[attr-defined]
    hall.secrets["L2"] = badge.link.rsplit("/", 1)[1]
    hall.open("U3")
    hall.cast("L2", 90)
    hall.cast("P1", 90)
    hall.close()
    assert (counted(hall, "U2")["exact"], counted(hall, "U3")["exact"]) == ("70", "90")
    assert [who_marked(hall, key) for key in ("U2", "U3")] == [["市领导2席"], ["候补一"]]


def test_what_was_done_about_a_seat_is_told_from_the_record(hall: make.Hall) -> None:
    do(hall, seating.arrive, "L2")
    do(hall, seating.replace_person, "L2", name="候补一", reason="急事", base_url=make.BASE)
    do(hall, seating.recuse_now, "L2", "U3", reason="亲属")
    do(hall, seating.arrive, "L1")

    assert story_of(hall.house.database, hall.key, "L2") == (
        "09:00:00 当场回避：C县，亲属（host）", "09:00:00 换人：市领导2席 → 候补一，急事（host）", "09:00:00 签到（host）",
        "09:00:00 制发胸牌（host）")


@pytest.mark.parametrize(("name", "reason", "said"), [("", "急事", "写明"), ("候补", " ", "写明"), ("市领导2席", "急事", "不用换")])
def test_a_replacement_needs_another_name_and_a_reason(hall: make.Hall, name: str, reason: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        do(hall, seating.replace_person, "L2", name=name, reason=reason, base_url=make.BASE)
    assert hall.house.live.seat(hall.secrets["L2"]) is not None


# -- recusal on the spot -------------------------------------------------------------------------------------


def test_a_recusal_while_the_round_is_open_sets_the_paper_aside_and_the_turnout_with_it(hall: make.Hall) -> None:
    round_id = hall.open("U2")
    for code, mark in (("L1", 10), ("L2", 80), ("L3", 90), ("P1", 80)):
        hall.cast(code, mark)
    assert "已经投了：确认后按回避处理" in seating.recusal_words(hall.house.database, hall.key, "L1", "U2")
    do(hall, seating.recuse_now, "L1", "U2", reason="亲属")
    hall.house.clock.advance(2)  # type: ignore[attr-defined]

    assert last(hall)[1] == {"seat": "L1", "target": "U2", "reason": "亲属", "note": "已投的票不再计入"}
    assert hall.house.live.turnout(round_id) == {"leaders": 2, "public": 1}
    row = console.turnout_rows(seen(hall), ("U2",), hall.house.live.turnout(round_id),
                               hall.house.live.voted_named(round_id))[0]
    assert (row.due, row.voted, row.missing, row.absent) == (3, 2, (), ("市领导4席",))
    with pytest.raises(BallotRefused) as refused:
        hall.cast("L1", 20)
    assert refused.value.reason is Reason.RECUSED
    hall.close()
    assert counted(hall, "U2") == {"received": 2, "counted": 2, "recused": 1, "spoiled": 0, "missing": 1, "exact": "85"}


def test_a_recusal_entered_by_mistake_is_lifted_until_the_close_and_the_paper_counts_again(hall: make.Hall) -> None:
    hall.open("U2")
    hall.cast("L1", 70)
    hall.cast("P1", 70)
    do(hall, seating.recuse_now, "L1", "U2", reason="误登记")
    do(hall, seating.lift_now, "L1", "U2")
    hall.close()
    assert counted(hall, "U2")["exact"] == "70"

    do(hall, seating.recuse_now, "L1", "U2", reason="会后查明是亲属")
    with pytest.raises(Refused, match="不能再撤销"):
        do(hall, seating.lift_now, "L1", "U2")


def test_a_secret_seat_steps_back_before_its_round_and_never_during_it(hall: make.Hall) -> None:
    do(hall, seating.recuse_now, "P2", "U3", reason="亲属")
    hall.open("U2")
    with pytest.raises(Refused, match="认不出哪张票是这一席的"):
        do(hall, seating.recuse_now, "P1", "U2", reason="亲属")

    assert seen(hall).recused(seat(hall, "P2"), "U3") == "亲属"
    assert seen(hall).recused(seat(hall, "P1"), "U2") is None


def test_a_recusal_needs_a_reason_and_is_entered_once(hall: make.Hall) -> None:
    with pytest.raises(Refused, match="写明原因"):
        do(hall, seating.recuse_now, "L1", "U2", reason=" ")
    with pytest.raises(Refused, match="已经回避（本单位）"):
        do(hall, seating.recuse_now, "L4", "U1", reason="本单位")


def test_a_paper_that_came_in_while_the_host_was_reading_makes_him_read_again(hall: make.Hall) -> None:
    hall.open("U2")
    told = seating.recusal_words(hall.house.database, hall.key, "L1", "U2")
    hall.cast("L1", 77)

    with pytest.raises(Refused, match="情况刚刚有变：这一席对这一家的票已经投了"):
        do(hall, seating.recuse_now, "L1", "U2", reason="亲属", told=told)
    assert seen(hall).recused(seat(hall, "L1"), "U2") is None


def phone_says(hall: make.Hall, code: str, round_id: int) -> str:
    """The words of this seat's page."""
    hall.house.live.refresh()
    hall.house.live.forget_receipts()
    secret = hall.secrets[code]
    card = hall.house.live.seat(secret)
    assert card is not None
    receipt = hall.house.live.receipt(card, secret, round_id)
    body, _policy = page_of(seen(hall), card, receipt, at=hall.now, nonce="n", compressed=False)
    page = render_phone(view_of(seen(hall), card, receipt, at=hall.now, nonce="n", etag=news_of(
        seen(hall), card, receipt).etag)).html
    assert body.decode() == page or not is_shelved(seen(hall), receipt)
    return page


def test_the_phone_of_who_was_recused_on_the_spot_says_so_before_and_after_the_close(hall: make.Hall) -> None:
    round_id = hall.open("U2")
    hall.cast("L1", 77)
    do(hall, seating.recuse_now, "L1", "U2", reason="亲属")
    during = phone_says(hall, "L1", round_id)
    hall.close()
    after = phone_says(hall, "L1", round_id)

    assert "您需回避B县，不参加打分" in during and "原因：亲属。您此前提交的评分不再计入。" in during
    assert "m.U2.quality" not in during and "质量 77" not in during + after
    assert "<b>已计票</b>" not in during + after and "没有收到您的评分" not in after


def test_the_phone_of_a_spoiled_paper_says_so(hall: make.Hall) -> None:
    round_id = hall.open("U2")
    hall.cast("L1", 77)
    hall.close()
    do(hall, seating.spoil, "L1", "U2", reason="打错单位")

    page = phone_says(hall, "L1", round_id)
    assert "这张票已由计票员作废，不计票" in page and "B县：这张票已作废" in page and "<b>已计票</b>" not in page


# -- hard cases 17 and 18: a wrong mark, a ballot again ------------------------------------------------------


def wrongly_scored(hall: make.Hall) -> int:
    round_id = hall.open("U2")
    hall.cast("L1", 50)
    hall.cast("L1", 10)
    for code in ("L2", "P1"):
        hall.cast(code, 90)
    return round_id


def test_hard_case_17_while_the_round_is_open_only_its_judge_changes_a_paper(hall: make.Hall) -> None:
    wrongly_scored(hall)
    with pytest.raises(Refused, match="请评委自己在手机上修改"):
        do(hall, seating.spoil, "L1", "U2", reason="打错单位")
    assert seating.spoilable(hall.house.database, seen(hall), seat(hall, "L1")) == ()

    hall.cast("L1", 90)
    hall.close()
    assert counted(hall, "U2")["exact"] == "90"


def test_hard_case_17_afterwards_the_paper_is_spoiled_and_no_older_version_comes_back(hall: make.Hall) -> None:
    round_id = wrongly_scored(hall)
    hall.close()
    assert seating.spoilable(hall.house.database, seen(hall), seat(hall, "L1")) == ("U2",)

    do(hall, seating.spoil, "L1", "U2", reason="打错单位")

    assert counted(hall, "U2") == {"received": 2, "counted": 1, "recused": 0, "spoiled": 1, "missing": 2, "exact": "90"}
    assert last(hall) == ("作废一张票", {"seat": "L1", "targets": ["U2"], "round": round_id, "reason": "打错单位"})
    with hall.house.database.reading() as c:
        rows = [(one.version, one.state, one.value) for one in package_of(c, sitting_of(c, hall.key)).ballots
                if one.seat == "L1"]
    assert rows == [("1", "submitted", "50"), ("2", "submitted", "10"), ("3", "spoiled", "")]
    with pytest.raises(Refused, match="已经作废"):
        do(hall, seating.spoil, "L1", "U2", reason="再一次")
    with pytest.raises(Refused, match="认不出是谁的"):
        do(hall, seating.spoil, "P1", "U2", reason="打错单位")
    with pytest.raises(Refused, match="没有计入的票"):
        do(hall, seating.spoil, "L3", "U2", reason="打错单位")


def test_a_paper_spoiled_after_the_publication_waits_for_the_next_version_and_alarms_nobody(hall: make.Hall) -> None:
    wrongly_scored(hall)
    hall.close()
    hall.publish(despite_warnings=True)

    do(hall, seating.spoil, "L1", "U2", reason="打错单位")
    with hall.house.database.reading() as c:
        assert all(holds for _words, holds in verification.checks(c))
    first = results.standing(hall.house.database, hall.key).result["targets"]["U2"]["groups"]["leaders"]["spoiled"]
    hall.publish(despite_warnings=True, reason="一张票打错单位")
    second = results.standing(hall.house.database, hall.key).result["targets"]["U2"]["groups"]["leaders"]["spoiled"]
    with hall.house.database.reading() as c:
        assert all(holds for _words, holds in verification.checks(c))
    assert (first, second) == (0, 1)
    assert sum(counts for _code, _name, counts in results.receipts(hall.house.database, hall.key)) == 2


def test_a_paper_spoiled_behind_the_record_is_found(hall: make.Hall) -> None:
    round_id = wrongly_scored(hall)
    hall.close()
    hall.publish(despite_warnings=True)

    with hall.house.database.write.begin() as c:
        spoiling.spoil(c, round_id=round_id, seat_id=seat(hall, "L1").id, receipt="AAAA-BB", at=hall.now,
                       target_ids=[one.id for one in seen(hall).targets if one.key == "U2"])
    with hall.house.database.reading() as c:
        assert [words for words, holds in verification.checks(c) if not holds] == ["small 第1版所计的票与库里的票不一致"]


def test_a_ranking_is_spoiled_whole(house: make.House) -> None:
    hall = make.sitting(house, make.plan(rule=RANKING, ballot_mode="all"))
    hall.open("U1", "U2", "U3")
    for code, places in (("L1", "123"), ("L2", "321"), ("P1", "123")):
        hall.cast(code, form={f"m.U{n}": place for n, place in enumerate(places, 1)})
    hall.close()

    do(hall, seating.spoil, "L1", "U2", reason="打错次序")

    assert [counted(hall, key)["spoiled"] for key in ("U1", "U2", "U3")] == [1, 1, 1]


def test_hard_case_18_a_voided_round_is_kept_and_the_ballot_is_taken_again(hall: make.Hall) -> None:
    first = wrongly_scored(hall)
    hall.close()
    do(hall, seating.spoil, "L1", "U2", reason="打错单位")
    hall.void(first, "重投")
    second = hall.open("U2")
    for code in ("L1", "L2", "P1"):
        hall.cast(code, 60)
    hall.close()

    assert second != first and counted(hall, "U2")["exact"] == "60" and counted(hall, "U2")["spoiled"] == 0


def test_a_badge_given_inside_a_transaction_that_fails_is_none(hall: make.Hall) -> None:
    def fail(_issued: tuple[badges.Badge, ...]) -> None:
        raise Refused("打印机没有纸")

    with pytest.raises(Refused):
        badges.issue_badges(hall.house.database, hall.key, ("L1",), base_url=make.BASE, by="host", at=hall.now, keep=fail)
    assert hall.house.live.seat(hall.secrets["L1"]) is not None
