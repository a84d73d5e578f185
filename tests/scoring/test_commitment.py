"""Single steps in the life of a list item, and what each leaves behind."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest

from scoring.commitment import Event, Kind, Status, Target, Verdict
from scoring.event_text import detail_of
from scoring.family import concerned, happen
from scoring.life import LifeRefused, Reason, apply, replay
from scoring.life_rules import FIELDS
from scoring.lights import Light, light_of
from scoring.rates import Against, base_of, by, leaders, on_time, resolved
from tests.scoring.commitments import OWNER, PROOF, Book, day, event, in_progress


def reason(book: Book, number: str, kind: Kind, n: int, /, **fields: Any) -> Reason:
    with pytest.raises(LifeRefused) as refused:
        book.do(number, kind, n, **fields)
    return refused.value.reason


def test_a_life_begins_with_being_listed_and_is_listed_once() -> None:
    with pytest.raises(LifeRefused) as refused:
        apply(None, event(Kind.ACCEPTED))
    assert refused.value.reason is Reason.NOT_LISTED
    book = in_progress()
    assert reason(book, "1", Kind.LISTED, 2, number="1", unit=OWNER) is Reason.ALREADY_LISTED
    assert reason(Book(), "1", Kind.LISTED, 2, number="2", unit=OWNER) is Reason.ALREADY_LISTED
    assert replay(book.logs["1"], as_of=day(-1)) is None


@pytest.mark.parametrize("fields", [{"since": day(1)}, {"deadline": day(9), "original": day(10)}])
def test_an_item_is_neither_older_than_today_nor_later_than_its_first_deadline(fields: dict[str, Any]) -> None:
    assert reason(Book(), "1", Kind.LISTED, 0, number="1", unit=OWNER, **fields) is Reason.DATE_TOO_LATE


@pytest.mark.parametrize("kind", list(Kind))
def test_each_field_that_a_kind_needs_is_asked_for_and_none_that_it_does_not_know_is_taken(kind: Kind) -> None:
    for name in FIELDS[kind][0]:
        with pytest.raises(LifeRefused) as refused:
            apply(None, event(kind))
        assert refused.value.reason is Reason.MISSING and refused.value.field in FIELDS[kind][0], name
    stranger = next(name for name in ("slip", "into", "number") if name not in (*FIELDS[kind][0], *FIELDS[kind][1]))
    full = {"number": "1", "unit": OWNER, "text": "x", "deadline": day(3), "due": day(3), "slip": "a", "level": 1,
            "granted": True, "parts": (None,), "part": "1", "into": "2", "source": object(), "evidence": PROOF,
            "passed": False, "verdict": Verdict.KEPT, "node": "结顶"}
    with pytest.raises(LifeRefused) as refused:
        apply(None, event(kind, **{name: full[name] for name in (*FIELDS[kind][0], stranger)}))
    assert (refused.value.reason, refused.value.field) == (Reason.UNEXPECTED, stranger)


def test_somebody_does_it() -> None:
    with pytest.raises(LifeRefused) as refused:
        apply(None, event(Kind.LISTED, number="1", unit=OWNER, by=" "))
    assert refused.value.field == "by"


def test_what_comes_before_what_is_known_is_refused_on_the_same_day_too() -> None:
    book = in_progress()
    earlier = event(Kind.REMINDED, 1)
    with pytest.raises(LifeRefused) as refused:
        book.happen("1", replace(earlier, at=earlier.at - timedelta(seconds=1)))
    assert refused.value.reason is Reason.OUT_OF_ORDER
    assert book.do("1", Kind.REMINDED, 1).reminders == 1


def test_a_relapse_needs_a_look_back_after_the_sign_off_not_one_before_it() -> None:
    book = in_progress()
    book.do("1", Kind.LOOKED_BACK, 20, by="记者", verdict=Verdict.NOT_KEPT)
    book.close("1", 50)
    assert reason(book, "1", Kind.RELAPSED, 60, text="旧账", deadline=day(90)) is Reason.NEEDS_LOOK_BACK
    book.do("1", Kind.LOOKED_BACK, 61, by="记者", verdict=Verdict.KEPT)
    assert reason(book, "1", Kind.RELAPSED, 62, text="没有问题", deadline=day(90)) is Reason.NEEDS_LOOK_BACK
    book.do("1", Kind.LOOKED_BACK, 63, by="市民监督员", verdict=Verdict.NOT_KEPT)
    assert reason(book, "1", Kind.RELAPSED, 64, text="反弹", deadline=day(63)) is Reason.DATE_TOO_EARLY
    assert book.do("1", Kind.RELAPSED, 64, text="反弹", deadline=day(64)).cycle == 2


def test_closed_late_while_an_extension_waits_for_its_answer_is_late() -> None:
    book = in_progress()
    book.own("1", Kind.EXTENSION_ASKED, 55, deadline=day(90), text="来不及")
    item = book.close("1", 65)

    assert (item.missed, item.extension_pending) == ((day(60),), False)
    lit = light_of(item, day(70))
    assert lit is not None and lit.light is Light.DONE_LATE


def test_no_new_deadline_has_passed_already() -> None:
    book = in_progress()
    book.own("1", Kind.EXTENSION_ASKED, 60, deadline=day(70), text="来不及")
    assert reason(book, "1", Kind.EXTENSION_DECIDED, 80, granted=True, deadline=day(79)) is Reason.DATE_TOO_EARLY
    assert book.do("1", Kind.EXTENSION_DECIDED, 80, granted=True, deadline=day(80)).deadline == day(80)


def test_a_part_that_relapses_while_its_whole_waits_for_a_sign_off_takes_the_request_back() -> None:
    book = in_progress()
    book.split("1", 2, [("1-1", "1/2", "甲", 50), ("1-2", "1/2", "乙", 60)])
    for part in ("1-1", "1-2"):
        book.accept(part, 3)
        book.close(part, 20)
    book.ask_closure("1", 30)
    book.relapse("1-1", 31, due=55)

    assert (book.items["1"].status, book.items["1"].relapses) == (Status.IN_PROGRESS, 0)
    assert reason(book, "1", Kind.CLOSURE_ASKED, 32, by="x", evidence=PROOF) is Reason.PARTS_OPEN
    assert concerned(book.items, "1-1", event(Kind.ACCEPTED)) == ("1-1", "1")


def test_a_split_wins_neither_time_nor_youth() -> None:
    book = in_progress(leader="副市长甲")
    book.own("1", Kind.EXTENSION_ASKED, 10, deadline=day(90), text="来不及")
    book.do("1", Kind.EXTENSION_DECIDED, 11, granted=True, deadline=day(90))
    book.split("1", 20, [("1-1", "1/2", "甲", 50), ("1-2", "1/2", "乙", 90)])
    first, second = book.items["1-1"], book.items["1-2"]

    assert (first.original_deadline, second.original_deadline) == (day(50), day(60))
    assert (second.deadline, second.leader, second.parent, second.age(day(30)), second.owner_age(day(30))) == (
        day(90), "副市长甲", "1", 30, 10)
    assert book.own("1", Kind.REPORTED, 21, text="已分解").readings[-1].share is None
    assert reason(book, "1", Kind.REPORTED, 21, share=Fraction(1, 2)) is Reason.IN_A_FAMILY
    assert reason(book, "1", Kind.MERGED, 21, into="2", text="x") is Reason.IN_A_FAMILY
    assert reason(book, "1-1", Kind.MERGED, 21, into="1", text="x") is Reason.IN_A_FAMILY
    assert reason(book, "1", Kind.WITHDRAWN, 21, text="x") is Reason.PARTS_OPEN


@pytest.mark.parametrize("numbers", [("1-1",), ("1-1", "1-1"), ("1", "1-2"), ("", "1-2")])
def test_parts_have_numbers_of_their_own(numbers: tuple[str, ...]) -> None:
    book = in_progress()
    with pytest.raises(LifeRefused) as refused:
        book.split("1", 2, [(number, f"1/{len(numbers)}", "甲", 50) for number in numbers])
    assert refused.value.reason is Reason.BAD_VALUE


def test_a_part_takes_no_number_that_the_list_has() -> None:
    book = in_progress()
    book.list("2")
    before = dict(book.items)
    with pytest.raises(LifeRefused) as refused:
        book.split("1", 2, [("2", "1/2", "甲", 50), ("3", "1/2", "乙", 50)])
    assert refused.value.reason is Reason.ALREADY_LISTED and book.items == before


@pytest.mark.parametrize("due", [61, None])
def test_no_part_is_due_later_than_its_whole(due: int | None) -> None:
    book = in_progress()
    whole = book.items["1"]
    with pytest.raises(LifeRefused) as refused:
        book.split("1", 2, [("1-1", "1/2", "甲", 50), ("1-2", "1/2", "乙", due or 99)])
    assert refused.value.reason is Reason.DATE_TOO_LATE and book.items == {"1": whole}


def test_a_deadline_is_put_right_only_where_there_was_none() -> None:
    book = in_progress()
    assert reason(book, "1", Kind.CORRECTED, 2, text="写错", deadline=day(99)) is Reason.HAS_DEADLINE
    book.list("2", due=None)
    item = book.do("2", Kind.CORRECTED, 3, text="补期限和目标", deadline=day(30), leader="副市长甲",
                   target=Target(value=Fraction(5), measure="个"))

    assert (item.deadline, item.original_deadline, item.leader, item.corrections) == (day(30), day(30), "副市长甲", 1)
    assert item.target == Target(value=Fraction(5), measure="个")
    book.list("3", due=None)
    book.accept("3", 4)
    assert reason(book, "3", Kind.EXTENSION_ASKED, 5, text="x", deadline=day(9)) is Reason.NO_DEADLINE


def test_a_unit_keeps_what_was_returned_when_it_is_handed_back_and_gets_no_earlier_date() -> None:
    book = Book()
    book.list()
    assert reason(book, "1", Kind.REASSIGNED, 1, unit=OWNER, text="x") is Reason.SAME_UNIT
    book.own("1", Kind.RETURNED, 2, text="不归我管")
    assert reason(book, "1", Kind.REASSIGNED, 3, unit=OWNER, text="x", deadline=day(60)) is Reason.DATE_TOO_EARLY
    item = book.do("1", Kind.REASSIGNED, 3, unit=OWNER, text="经裁定仍由你单位负责", deadline=day(80))

    assert (item.unit, item.status, item.deadline, item.original_deadline) == (OWNER, Status.LISTED, day(80), day(60))


def test_the_next_owner_inherits_no_request_of_the_last_one() -> None:
    book = in_progress()
    book.own("1", Kind.EXTENSION_ASKED, 50, deadline=day(90), text="来不及")
    item = book.do("1", Kind.REASSIGNED, 51, unit="市住建局", text="职能划转")
    book.accept("1", 52)

    assert not item.extension_pending
    assert reason(book, "1", Kind.EXTENSION_DECIDED, 53, granted=True, deadline=day(90)) is Reason.NOT_ASKED


@pytest.mark.parametrize("fields", [{}, {"text": " "}])
def test_a_report_says_something(fields: dict[str, Any]) -> None:
    assert reason(in_progress(), "1", Kind.REPORTED, 2, **fields) is Reason.MISSING


@pytest.mark.parametrize("share", [Fraction(-1, 100), Fraction(101, 100)])
def test_a_share_is_of_one_whole_and_figures_are_not_of_tomorrow(share: Fraction) -> None:
    book = in_progress()
    assert reason(book, "1", Kind.REPORTED, 2, share=share) is Reason.BAD_VALUE
    assert reason(book, "1", Kind.REPORTED, 2, stage="x", as_of=day(3)) is Reason.DATE_TOO_LATE


def test_supporting_units_report_and_nobody_else_does_the_owners_things() -> None:
    book = in_progress(units=("市水利局",))
    assert book.do("1", Kind.REPORTED, 2, by="x", by_unit="市水利局", stage="配合完成测绘").readings[-1].by_unit == "市水利局"
    assert reason(book, "1", Kind.REPORTED, 2, by="x", by_unit="乐清市", stage="x") is Reason.NOT_THE_OWNER
    assert reason(book, "1", Kind.CLOSURE_ASKED, 2, by="x", by_unit="市水利局", evidence=PROOF) is Reason.NOT_THE_OWNER
    assert reason(book, "1", Kind.REMINDED, 2, by="x", by_unit=OWNER) is Reason.OWN_WORK


def test_ages_stop_at_the_sign_off_and_silence_counts_from_the_last_report() -> None:
    book = in_progress()
    book.own("1", Kind.REPORTED, 10, stage="基坑开挖")
    assert (book.items["1"].silent_days(day(45)), book.items["1"].last_progress_on) == (35, day(10))
    item = book.close("1", 50)
    assert (item.age(day(200)), item.owner_age(day(200)), item.age(day(20))) == (50, 50, 20)


def test_what_was_asked_for_in_time_and_waits_for_an_answer_is_neither_in_time_nor_late() -> None:
    book = in_progress()
    assert on_time(book.items, day(59), Against.CURRENT).denominator == 0
    assert on_time(book.items, day(60), Against.CURRENT).percent == "0.0%"
    book.own("1", Kind.EXTENSION_ASKED, 57, deadline=day(90), text="来不及")
    assert on_time(book.items, day(61), Against.CURRENT).denominator == 0
    assert on_time(book.items, day(61), Against.ORIGINAL).percent == "0.0%"
    book.ask_closure("1", 58)
    assert [on_time(book.items, day(61), one).denominator for one in Against] == [0, 0]
    book.do("1", Kind.CLOSURE_REFUSED, 62, text="没有完工")
    book.do("1", Kind.EXTENSION_DECIDED, 62, granted=False, text="不同意")
    assert [on_time(book.items, day(62), one).percent for one in Against] == ["0.0%", "0.0%"]


def test_rates_by_leader_add_up_to_the_whole() -> None:
    book = in_progress(leader="副市长甲")
    book.list("2", leader="副市长乙")
    book.list("3", leader="副市长乙")
    book.close("1", 20)
    each = by(book.items, leaders, lambda of: resolved(book.items, day(30), of=of))

    assert {name: (rate.numerator, rate.denominator) for name, rate in each.items()} == {"副市长甲": (1, 1), "副市长乙": (0, 2)}


def test_two_of_a_base_that_are_merged_count_once_and_a_part_counts_as_its_whole() -> None:
    book = in_progress()
    for number in ("2", "3"):
        book.list(number)
    base = base_of(book.items, day(5))
    book.do("2", Kind.MERGED, 6, into="3", text="同一件事")
    book.accept("3", 6)
    book.split("1", 6, [("1-1", "1/2", "甲", 50), ("1-2", "1/2", "乙", 60)])
    book.do("3", Kind.MERGED, 7, into="1-1", text="并入分项")
    rate = resolved(book.items, day(8), base=base)

    assert (rate.denominator, rate.left) == (1, 2)
    assert resolved(book.items, day(8)).denominator == 1


def test_what_an_event_carries_is_written_down_without_what_it_does_not() -> None:
    assert detail_of(event(Kind.CHECKED, 3, passed=False, text="未完工")) == {"text": "未完工", "passed": False}
    assert detail_of(event(Kind.ACCEPTED)) == {}


def test_all_or_nothing_where_what_follows_cannot_happen() -> None:
    book = in_progress()
    book.list("2")
    book.do("2", Kind.WITHDRAWN, 3, text="点评撤回")
    before = dict(book.items)
    with pytest.raises(LifeRefused):
        happen(book.items, "1", event(Kind.MERGED, 4, into="2", text="同一件事"))
    assert book.items == before


def test_events_are_told_apart_by_what_they_carry() -> None:
    assert event(Kind.REMINDED, 1) == Event(kind=Kind.REMINDED, at=event(Kind.REMINDED, 1).at, on=day(1), by="督办办经办人")
    assert {kind.words for kind in Kind} and len({kind.words for kind in Kind}) == len(Kind)
    assert len({status.words for status in Status}) == len(Status)
