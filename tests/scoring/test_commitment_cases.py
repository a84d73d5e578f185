"""The hard cases of the domain notes (section 5) that the list's life decides, each under its number."""

from fractions import Fraction

import pytest

from scoring.band_presets import YINCHUAN_FILLED, YINCHUAN_PRINTED
from scoring.bands import Bands, BandsRefused, Measure, Pace, count_paces
from scoring.commitment import Kind, Origin, Source, Status, Verdict
from scoring.family import by_origin, progress, survivor
from scoring.item import Item
from scoring.life import LifeRefused, Reason
from scoring.lights import OURS, Colour, Light, Look, Scheme, SchemeRefused, light_of
from scoring.rates import Against, Counts, CountsDisagree, Rate, base_of, counted, on_time, resolved, stand
from tests.scoring.commitments import OWNER, PROOF, Book, day, event, in_progress


def refused(book: Book, number: str, kind: Kind, n: int, **fields: object) -> LifeRefused:
    """The refusal of an event; it left everything as it was."""
    before = dict(book.items)
    with pytest.raises(LifeRefused) as caught:
        book.happen(number, event(kind, n, **fields))
    assert book.items == before
    assert caught.value.text.endswith("。")
    return caught.value


def lit(item: Item, n: int) -> Light | None:
    shown = light_of(item, day(n))
    return shown.light if shown else None


def test_hard_case_35_the_merged_item_keeps_its_history_and_counts_once_under_the_earliest_deadline() -> None:
    book = in_progress()
    book.list("2", due=40, source=Source(origin=Origin.COMMENT, ref="点评7"))
    book.own("1", Kind.REPORTED, 5, share=Fraction(1, 4))

    book.do("2", Kind.MERGED, 10, into="1", text="同一件事")

    assert book.items["2"].status is Status.MERGED and survivor(book.items, "2") == "1"
    assert (book.items["1"].deadline, book.items["1"].original_deadline) == (day(40), day(40))
    assert book.items["1"].sources == (Source(origin=Origin.COMMENT, ref="点评7"),)
    assert len(book.logs["2"]) == 2 and book.at("2", 9) is not None
    assert [item.number for item in counted(book.items)] == ["1"]
    assert refused(book, "2", Kind.ACCEPTED, 11).reason is Reason.NOT_NOW


def test_hard_case_35_another_deadline_stands_only_where_it_was_approved() -> None:
    book = in_progress()
    book.list("2", due=40)
    book.do("2", Kind.MERGED, 10, into="1", text="并项，经批准按后一期限", deadline=day(70))

    assert (book.items["1"].deadline, book.items["1"].original_deadline) == (day(70), day(40))


@pytest.mark.parametrize("approved", [29, 59])
def test_hard_case_35_a_date_approved_for_both_has_not_passed_and_is_before_neither_of_theirs(approved: int) -> None:
    book = in_progress()
    book.list("2", due=80)
    why = refused(book, "2", Kind.MERGED, 30, into="1", text="同一件事", deadline=day(approved))

    assert why.reason is Reason.DATE_TOO_EARLY and day(60).isoformat() in why.text
    book.do("2", Kind.MERGED, 30, into="1", text="同一件事", deadline=day(60))
    assert (book.items["1"].deadline, book.items["1"].original_deadline) == (day(60), day(60))


def test_hard_case_35_nothing_merges_into_itself_into_what_is_done_or_into_what_is_not_there() -> None:
    book = in_progress()
    book.list("2")
    book.accept("2")
    book.close("2", 20)

    assert refused(book, "1", Kind.MERGED, 30, into="1", text="x").reason is Reason.SAME_ITEM
    assert refused(book, "1", Kind.MERGED, 30, into="2", text="x").reason is Reason.NOT_NOW
    assert refused(book, "1", Kind.MERGED, 30, into="9", text="x").reason is Reason.NOT_LISTED


def test_hard_case_36_the_whole_closes_when_its_parts_are_accepted_and_progress_is_their_weighted_mean() -> None:
    book = in_progress()
    book.split("1", 2, [("1-1", "1/3", "瓯北街道", 50), ("1-2", "2/3", "桥头镇", 60)])
    for part in ("1-1", "1-2"):
        book.accept(part, 3)
    book.own("1-1", Kind.REPORTED, 10, share=Fraction(1, 2))
    assert progress(book.items, "1") is None
    book.own("1-2", Kind.REPORTED, 10, share=Fraction(1, 10))

    assert progress(book.items, "1") == Fraction(1, 3) * Fraction(1, 2) + Fraction(2, 3) * Fraction(1, 10)
    book.close("1-1", 40)
    assert progress(book.items, "1") == Fraction(1, 3) + Fraction(1, 15)
    why = refused(book, "1", Kind.CLOSURE_ASKED, 41, by="x", by_unit=OWNER, evidence=PROOF)
    assert why.reason is Reason.PARTS_OPEN and "1-2" in why.text and "1-1" not in why.text
    book.close("1-2", 45)
    assert book.close("1", 46).done


@pytest.mark.parametrize("weights", [("1/3", "1/3"), ("1", "1"), ("1", "0"), ("0.5", "0.50001"), ("-1", "2")])
def test_hard_case_36_weights_that_are_not_of_one_whole_are_refused(weights: tuple[str, str]) -> None:
    book = in_progress()
    with pytest.raises(LifeRefused) as caught:
        book.split("1", 2, [("1-1", weights[0], "甲", 50), ("1-2", weights[1], "乙", 60)])

    assert caught.value.reason is Reason.WEIGHTS and "1-1" not in book.items


def test_hard_case_36_a_part_withdrawn_leaves_a_mean_of_the_others_and_parts_win_no_time() -> None:
    book = in_progress()
    book.split("1", 2, [("1-1", "1/4", "甲", 50), ("1-2", "1/4", "乙", 60), ("1-3", "1/2", "丙", 60)])
    for part, share in (("1-1", Fraction(1)), ("1-2", Fraction(1, 2))):
        book.accept(part, 3)
        book.own(part, Kind.REPORTED, 3, share=share)
    book.do("1-3", Kind.WITHDRAWN, 4, text="上级另有安排")

    assert progress(book.items, "1") == Fraction(3, 4)
    late = refused(book, "1", Kind.SPLIT, 5, parts=())
    assert late.reason is Reason.MISSING
    book.own("1-1", Kind.EXTENSION_ASKED, 6, deadline=day(70), text="雨季")
    too_late = refused(book, "1-1", Kind.EXTENSION_DECIDED, 7, granted=True, deadline=day(70))
    assert too_late.reason is Reason.DATE_TOO_LATE and "先给总项" in too_late.text


def test_hard_case_36_a_part_that_is_resumed_or_reopened_gets_no_day_beyond_its_whole_while_that_can_be_moved() -> None:
    book = in_progress()
    book.split("1", 2, [("1-1", "1/2", "甲", 20), ("1-2", "1/2", "乙", 20)])
    for part in ("1-1", "1-2"):
        book.accept(part, 3)
    book.close("1-2", 10)
    book.do("1-1", Kind.PARKED, 11, text="规划未批", due=day(40))
    late = refused(book, "1-1", Kind.RESUMED, 40, text="批了", deadline=day(61))

    assert late.reason is Reason.DATE_TOO_LATE and "先给总项1延期" in late.text
    with pytest.raises(LifeRefused, match="分项的期限"):
        book.relapse("1-2", 41, due=61)
    assert book.do("1-1", Kind.RESUMED, 70, text="批了", deadline=day(90)).deadline == day(90)


def test_hard_case_36_a_part_that_relapses_opens_its_closed_whole_again() -> None:
    book = in_progress()
    book.split("1", 2, [("1-1", "1/2", "甲", 50), ("1-2", "1/2", "乙", 60)])
    for part in ("1-1", "1-2"):
        book.accept(part, 3)
        book.close(part, 20)
    closed = book.close("1", 30)
    book.relapse("1-2", 90, due=130)
    whole = book.items["1"]

    assert (whole.status, whole.cycle, whole.relapses, whole.deadline) == (Status.IN_PROGRESS, 2, 1, day(130))
    assert whole.closings == closed.closings


def test_hard_case_37_an_extension_is_asked_for_before_the_deadline_and_the_original_date_is_kept() -> None:
    book = in_progress()
    book.own("1", Kind.EXTENSION_ASKED, 60, deadline=day(90), text="土地手续未批", stage="已完成主体")
    item = book.do("1", Kind.EXTENSION_DECIDED, 63, granted=True, deadline=day(80), text="同意延至此日")

    assert (item.original_deadline, item.deadline, len(item.extensions), item.missed) == (day(60), day(80), 1, ())
    assert (item.extensions[0].before, item.extensions[0].after) == (day(60), day(80))
    done = book.close("1", 75)
    assert on_time(book.items, day(90), Against.ORIGINAL).percent == "0.0%"
    assert on_time(book.items, day(90), Against.CURRENT).percent == "100.0%"
    assert lit(done, 90) is Light.DONE


def test_hard_case_37_after_the_deadline_day_a_request_is_refused_as_overdue_first() -> None:
    book = in_progress()
    why = refused(book, "1", Kind.EXTENSION_ASKED, 61, by="x", by_unit=OWNER, deadline=day(90), text="来不及")

    assert why.reason is Reason.OVERDUE and "已逾期" in why.text and "请先" in why.text
    assert lit(book.items["1"], 61) is Light.OVERDUE and lit(book.items["1"], 60) is Light.DUE_SOON


@pytest.mark.parametrize("decision", [{"granted": True}, {"granted": True, "deadline": day(60)},
                                      {"granted": True, "deadline": day(59)}, {"granted": False},
                                      {"granted": False, "text": "不行", "deadline": day(90)}, {}])
def test_hard_case_37_a_decision_names_a_concrete_later_date_or_a_reason(decision: dict[str, object]) -> None:
    book = in_progress()
    book.own("1", Kind.EXTENSION_ASKED, 50, deadline=day(90), text="来不及")
    refused(book, "1", Kind.EXTENSION_DECIDED, 55, **decision)


def test_hard_case_37_a_refused_extension_leaves_the_deadline_and_what_is_late_late() -> None:
    book = in_progress()
    book.own("1", Kind.EXTENSION_ASKED, 60, deadline=day(90), text="来不及")
    assert lit(book.items["1"], 62) is Light.DUE_SOON
    item = book.do("1", Kind.EXTENSION_DECIDED, 63, granted=False, text="不具备延期条件")

    assert (item.deadline, item.extensions_refused, item.missed, lit(item, 63)) == (day(60), 1, (day(60),), Light.OVERDUE)


def test_hard_case_37_an_extension_that_nobody_decides_shields_for_a_week_and_is_the_offices_delay_when_granted() -> None:
    book = in_progress()
    book.own("1", Kind.EXTENSION_ASKED, 60, deadline=day(100), text="来不及")
    item = book.items["1"]
    shown = light_of(item, day(68))

    assert (lit(item, 67), item.overdue(day(67))) == (Light.DUE_SOON, False)
    assert shown is not None and (shown.light, shown.why) == (Light.OVERDUE, f"期限{day(60)}，已逾期8天（延期待审批）")
    assert item.overdue(day(68))
    assert [on_time(book.items, day(n), Against.CURRENT).denominator for n in (67, 68)] == [0, 1]
    granted = book.do("1", Kind.EXTENSION_DECIDED, 80, granted=True, deadline=day(100))
    assert (granted.missed, lit(granted, 80)) == ((), Light.UNKNOWN)


def test_a_check_that_failed_is_no_shield_and_what_passes_only_after_the_deadline_is_late() -> None:
    book = in_progress()
    book.ask_closure("1", 50)
    assert lit(book.items["1"], 61) is Light.DUE_SOON
    failed = book.do("1", Kind.CHECKED, 55, by="督查组", passed=False, text="还差两户")
    assert (lit(failed, 60), lit(failed, 61), failed.overdue(day(160))) == (Light.DUE_SOON, Light.OVERDUE, True)
    assert on_time(book.items, day(61), Against.CURRENT) == Rate(numerator=0, denominator=1, as_of=day(61))
    done = book.sign_off("1", 70)

    assert (done.done_on, done.missed, lit(done, 71)) == (day(70), (day(60),), Light.DONE_LATE)
    assert [on_time(book.items, day(71), one).percent for one in Against] == ["0.0%", "0.0%"]


def test_a_check_that_failed_and_passes_before_the_deadline_makes_nothing_late() -> None:
    book = in_progress()
    book.ask_closure("1", 50)
    book.do("1", Kind.CHECKED, 55, by="督查组", passed=False, text="还差两户")
    book.do("1", Kind.CHECKED, 58, by="督查组", passed=True)
    assert lit(book.items["1"], 70) is Light.DUE_SOON
    done = book.do("1", Kind.SIGNED_OFF, 70, by="联系领导")

    assert (done.done_on, done.missed, lit(done, 71)) == (day(58), (), Light.DONE)
    assert on_time(book.items, day(71), Against.ORIGINAL).percent == "100.0%"


def test_hard_case_38_what_cannot_be_done_now_is_parked_with_a_review_date_and_neither_late_nor_closed() -> None:
    book = in_progress()
    assert refused(book, "1", Kind.PARKED, 30, text="等国土空间规划").field == "due"
    assert refused(book, "1", Kind.PARKED, 30, text="等国土空间规划", due=day(30)).reason is Reason.DATE_TOO_EARLY
    item = book.do("1", Kind.PARKED, 30, text="等国土空间规划", due=day(120))

    assert lit(item, 100) is Light.PARKED and not item.overdue(day(100)) and item.review_due(day(120))
    assert resolved(book.items, day(100)) == Rate(numerator=0, denominator=1, as_of=day(100))
    assert on_time(book.items, day(100), Against.CURRENT).denominator == 0
    assert refused(book, "1", Kind.RESUMED, 121, text="规划已批").reason is Reason.MISSING
    again = book.do("1", Kind.RESUMED, 121, text="规划已批", deadline=day(150))
    assert (again.status, again.deadline, again.original_deadline, again.missed) == (
        Status.IN_PROGRESS, day(150), day(60), ())


def test_hard_case_38_parking_what_is_late_already_wins_no_new_date() -> None:
    book = in_progress()
    book.do("1", Kind.PARKED, 70, text="等规划", due=day(120))

    assert refused(book, "1", Kind.RESUMED, 121, text="好了", deadline=day(150)).reason is Reason.OVERDUE
    item = book.do("1", Kind.RESUMED, 121, text="好了")
    assert item.deadline == day(60) and lit(item, 121) is Light.OVERDUE


def test_hard_case_39_the_next_owners_clock_starts_anew_and_the_total_age_is_kept() -> None:
    book = Book()
    book.list()
    back = book.own("1", Kind.RETURNED, 5, text="不属本单位职责")
    assert (back.unit, back.returned_by, back.owner_age(day(8))) == ("", OWNER, 3)
    item = book.do("1", Kind.REASSIGNED, 10, unit="市住建局", text="经协调交办")

    assert (item.status, item.unit, item.returns, item.reassignments) == (Status.LISTED, "市住建局", 1, 1)
    assert (item.age(day(25)), item.owner_age(day(25))) == (25, 15)
    stranger = refused(book, "1", Kind.ACCEPTED, 11, by="x", by_unit=OWNER)
    assert stranger.reason is Reason.NOT_THE_OWNER


def test_hard_case_40_a_refused_closure_goes_back_to_work_with_the_requirement_kept_open() -> None:
    book = in_progress()
    book.ask_closure("1", 40)
    assert refused(book, "1", Kind.CLOSURE_REFUSED, 42).field == "text"
    item = book.do("1", Kind.CLOSURE_REFUSED, 42, text="补充竣工验收表")

    assert (item.status, item.rejections, [one.text for one in item.open_requirements]) == (
        Status.IN_PROGRESS, 1, ["补充竣工验收表"])
    item = book.close("1", 55)
    assert (item.rejections, item.open_requirements, item.requirements[0].met_on) == (1, (), day(55))
    assert [closing.signed_on for closing in item.closings] == [None, day(55)]


def test_hard_case_41_a_relapse_reopens_the_same_number_and_no_published_rate_changes() -> None:
    book = in_progress()
    book.list("2")
    closed = book.close("1", 50)
    assert refused(book, "1", Kind.RELAPSED, 80, text="有人说", deadline=day(120)).reason is Reason.NEEDS_LOOK_BACK
    published = resolved(stand(book.logs, day(70)), day(70))
    item = book.relapse("1", 90)

    assert (item.number, item.status, item.cycle, item.relapses) == ("1", Status.IN_PROGRESS, 2, 1)
    assert item.closings == closed.closings and item.closings[0].published_on == day(50)
    assert resolved(stand(book.logs, day(70)), day(70)) == published == Rate(numerator=1, denominator=2, as_of=day(70))
    assert resolved(stand(book.logs, day(90)), day(90)).numerator == 0
    again = book.close("1", 110)
    assert [closing.cycle for closing in again.closings] == [1, 2] and again.relapses == 1


def test_hard_case_41_the_old_cycles_progress_is_not_this_cycles() -> None:
    book = in_progress()
    book.own("1", Kind.REPORTED, 40, share=Fraction(1))
    book.close("1", 50)
    item = book.relapse("1", 90)

    assert item.share is None and lit(item, 92) is Light.UNKNOWN
    assert item.silent_days(day(92)) == 2


def test_hard_case_42_nobody_accepts_their_own_work_and_evidence_is_needed() -> None:
    book = in_progress(units=("市水利局",))
    assert refused(book, "1", Kind.CLOSURE_ASKED, 49, by="甲", by_unit=OWNER).field == "evidence"
    book.do("1", Kind.CLOSURE_ASKED, 50, by="甲", evidence=PROOF)

    assert refused(book, "1", Kind.CHECKED, 51, by="乙", by_unit=OWNER, passed=True).reason is Reason.OWN_WORK
    assert refused(book, "1", Kind.CHECKED, 51, by="丙", by_unit="市水利局", passed=True).reason is Reason.OWN_WORK
    assert refused(book, "1", Kind.SIGNED_OFF, 51, by="领导").reason is Reason.NOT_NOW
    assert refused(book, "1", Kind.CHECKED, 51, by="督查组", passed=False).field == "text"
    failed = book.do("1", Kind.CHECKED, 51, by="督查组", passed=False, text="现场未完工")
    assert failed.status is Status.CLOSING
    assert refused(book, "1", Kind.SIGNED_OFF, 51, by="领导").reason is Reason.NOT_NOW
    book.do("1", Kind.CHECKED, 52, by="督查组", passed=True)
    assert refused(book, "1", Kind.SIGNED_OFF, 53, by="甲").reason is Reason.OWN_WORK
    assert refused(book, "1", Kind.SIGNED_OFF, 53, by="丁", by_unit=OWNER).reason is Reason.OWN_WORK
    assert book.do("1", Kind.SIGNED_OFF, 53, by="领导").done


def test_hard_case_42_kept_in_letter_only_is_said_and_stays_struck_off_until_it_is_reopened() -> None:
    book = in_progress()
    book.close("1", 50)
    item = book.do("1", Kind.LOOKED_BACK, 80, by="记者", verdict=Verdict.LETTER_ONLY, text="路修了没通车")

    assert item.letter_only and item.status is Status.CLOSED
    assert book.do("1", Kind.RELAPSED, 81, text="责令继续整改", deadline=day(100)).status is Status.IN_PROGRESS


def test_hard_case_43_a_red_made_up_later_is_yellow_and_stays_marked() -> None:
    book = in_progress()
    assert lit(book.items["1"], 65) is Light.OVERDUE
    item = book.close("1", 70)

    shown = light_of(item, day(200))
    assert shown is not None and (shown.light, shown.marked_late) == (Light.DONE_LATE, True)
    assert OURS.look(shown.light).colour is Colour.YELLOW
    assert light_of(book.items["1"], day(70)) == light_of(item, day(70))


def test_hard_case_43_asked_in_time_and_signed_after_the_deadline_is_in_time() -> None:
    book = in_progress()
    book.ask_closure("1", 60)
    assert lit(book.items["1"], 65) is Light.DUE_SOON
    assert lit(book.sign_off("1", 70), 71) is Light.DONE
    late = in_progress()
    late.ask_closure("1", 60)
    late.do("1", Kind.CLOSURE_REFUSED, 70, text="没有完工")
    assert lit(late.items["1"], 70) is Light.OVERDUE
    assert lit(late.close("1", 75), 75) is Light.DONE_LATE


def test_hard_case_44_bands_with_a_gap_are_refused_and_the_gap_is_named() -> None:
    with pytest.raises(BandsRefused, match="没有规定大于0、小于10时算什么"):
        Bands(name="银川", measure=Measure.POINTS_BEHIND, bands=YINCHUAN_PRINTED)

    assert YINCHUAN_FILLED.pace_of(share=Fraction(45, 100), expected=Fraction(1, 2)) is Pace.ON_TRACK
    for behind, pace in ((10, Pace.WARNING), (30, Pace.WARNING), (31, Pace.BEHIND), (0, Pace.ON_TRACK)):
        assert YINCHUAN_FILLED.pace_of(share=Fraction(50 - behind, 100), expected=Fraction(1, 2)) is pace


def test_hard_case_45_statuses_sum_to_the_whole_and_no_data_is_unknown() -> None:
    paces = [Pace.AHEAD] * 4 + [Pace.ON_TRACK] * 48 + [Pace.WARNING] * 16 + [Pace.BEHIND] * 8
    counts = count_paces(paces)
    assert Counts(as_of=day(0), total=76, parts=tuple(counts.items())).parts[-1] == ("unknown", 0)

    assert count_paces([*paces, None])["unknown"] == 1
    with pytest.raises(CountsDisagree, match="4\\+48\\+16=68，与总数76相差8"):
        Counts(as_of=day(0), total=76, parts=(("较快", 4), ("正常", 48), ("预警", 16)))
    assert lit(in_progress().items["1"], 2) is Light.UNKNOWN


def test_hard_case_46_meaning_is_stored_and_a_colour_can_flip_without_changing_it() -> None:
    flipped = {Light.DONE: Colour.RED, Light.OVERDUE: Colour.YELLOW}
    weinan = Scheme(name="渭南", looks=tuple(
        Look(light=one.light, word=one.word, shape=one.shape, colour=flipped.get(one.light, one.colour))
        for one in OURS.looks))

    assert weinan.look(Light.DONE).colour is Colour.RED and OURS.look(Light.OVERDUE).colour is Colour.RED
    assert len({look.word for look in OURS.looks}) == len({look.shape for look in OURS.looks}) == len(Light)
    with pytest.raises(SchemeRefused, match="不看颜色就分不清"):
        Scheme(name="只看颜色", looks=tuple(Look(light=one.light, word=one.word, shape="●", colour=one.colour)
                                        for one in OURS.looks))
    with pytest.raises(SchemeRefused, match="各一个样子"):
        Scheme(name="缺", looks=OURS.looks[1:])


def test_hard_case_52_a_growing_list_changes_neither_a_past_rate_nor_the_baseline() -> None:
    book = in_progress()
    book.list("2")
    book.close("1", 20)
    base = base_of(stand(book.logs, day(30)), day(30))
    then = resolved(stand(book.logs, day(30)), day(30))
    for n in range(3, 9):
        book.list(str(n), 40)

    assert then == resolved(stand(book.logs, day(30)), day(30)) == Rate(numerator=1, denominator=2, as_of=day(30))
    assert resolved(book.items, day(45)) == Rate(numerator=1, denominator=8, as_of=day(45))
    assert resolved(book.items, day(45), base=base) == Rate(numerator=1, denominator=2, as_of=day(45), base=day(30))
    book.do("2", Kind.WITHDRAWN, 46, text="点评撤回")
    gone = resolved(book.items, day(46), base=base)
    assert (gone.numerator, gone.denominator, gone.left) == (1, 1, 1) and "另有1项" in gone.words


def test_hard_case_53_the_same_thing_from_two_sources_is_linked_and_counted_by_origin() -> None:
    book = in_progress(source=Source(origin=Origin.DECLARED, ref="短板1"))
    book.list("2", source=Source(origin=Origin.COMMENT, ref="点评1"))
    again = Source(origin=Origin.COMMENT, ref="点评2")
    item = book.do("1", Kind.LINKED, 3, source=again)

    assert item.sources == (Source(origin=Origin.DECLARED, ref="短板1"), again)
    assert by_origin(book.items.values()) == {"declared": 1, "comment": 2}
    assert len(counted(book.items)) == 2
    assert refused(book, "1", Kind.LINKED, 4, source=again).reason is Reason.ALREADY_LINKED
