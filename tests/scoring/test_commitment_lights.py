"""What is shown of an item: bands, the schedule, lights, slips, rates, and promises that cannot be checked."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scoring import band_presets, slips
from scoring.bands import Band, Bands, BandsRefused, Measure, Pace, bands_of, table_of
from scoring.commitment import Kind, Target
from scoring.item import Item, share_of_target
from scoring.life import LifeRefused, Reason
from scoring.lights import Light, LightRule, light_of, pace_of
from scoring.promise import unmeasurable
from scoring.rates import Rate, doubt, possible_denominators, possible_numerators
from scoring.schedule import Step, expected_share
from tests.scoring.commitments import Book, day, in_progress


def bands(*rows: tuple[str, str | None, str | None, bool, bool]) -> Bands:
    return Bands(name="试", measure=Measure.POINTS_BEHIND, bands=tuple(
        Band(pace=Pace(pace), low=None if low is None else Fraction(low), high=None if high is None else Fraction(high),
             low_in=low_in, high_in=high_in)
        for pace, low, high, low_in, high_in in rows))


def light(item: Item, n: int, **more: Any) -> Light | None:
    lit = light_of(item, day(n), **more)
    return lit.light if lit else None


# -- bands


@pytest.mark.parametrize(("rows", "said"), [
    ([("on_track", None, "0", True, False), ("behind", "0", None, False, False)], "没有规定正好是0时算什么"),
    ([("on_track", None, "0", True, True), ("behind", "0", None, True, False)], "重叠"),
    ([("on_track", None, "10", True, False), ("behind", "5", None, True, False)], "重叠"),
    ([("on_track", None, None, True, False), ("behind", "5", "6", True, False)], "重叠"),
    ([("on_track", "0", "10", True, False), ("behind", "10", None, True, False)], "没有规定小于0时算什么"),
    ([("on_track", None, "10", True, False), ("behind", "10", "30", True, True)], "没有规定大于30时算什么"),
    ([("on_track", None, "1/3", True, True), ("behind", "1/2", None, False, False)], "没有规定大于1/3、小于等于0.5时算什么"),
    ([("on_track", None, "0", True, False), ("behind", "0", None, True, False), ("warning", "3", "3", True, False)], "没有任何数"),
    ([], "一档也没有"),
])
def test_bands_that_leave_a_gap_or_overlap_are_refused_in_words(rows: list[Any], said: str) -> None:
    with pytest.raises(BandsRefused, match=said) as refused:
        bands(*rows)

    assert str(refused.value).endswith("。")


@given(cuts=st.lists(st.tuples(st.fractions(-50, 50, max_denominator=9), st.booleans()), max_size=5,
                     unique_by=lambda cut: cut[0]),
       value=st.fractions(-60, 60, max_denominator=9))
def test_bands_that_meet_end_to_end_hold_every_number_exactly_once(cuts: list[tuple[Fraction, bool]],
                                                                   value: Fraction) -> None:
    ends = [(None, False), *sorted(cuts), (None, False)]
    made = Bands(name="任意", measure=Measure.POINTS_BEHIND, bands=tuple(
        Band(pace=list(Pace)[n % 4], low=low, low_in=not low_closed, high=high, high_in=high_closed)
        for n, ((low, low_closed), (high, high_closed)) in enumerate(pairwise(ends))))

    assert sum(band.holds(value) for band in made.bands) == 1
    assert bands_of(table_of(made)) == made
    if len(made.bands) > 1:
        with pytest.raises(BandsRefused):
            replace(made, bands=made.bands[:-1])
        with pytest.raises(BandsRefused):
            replace(made, bands=(*made.bands, made.bands[0]))


@pytest.mark.parametrize(("preset", "share", "pace"), [
    (band_presets.OURS, "60", Pace.AHEAD), (band_presets.OURS, "59.9", Pace.ON_TRACK),
    (band_presets.OURS, "45", Pace.ON_TRACK), (band_presets.OURS, "44.9", Pace.WARNING),
    (band_presets.OURS, "30", Pace.WARNING), (band_presets.OURS, "29.9", Pace.BEHIND),
    (band_presets.SANYA, "50", Pace.ON_TRACK), (band_presets.SANYA, "49.9", Pace.WARNING),
    (band_presets.SANYA, "25", Pace.WARNING), (band_presets.SANYA, "24.9", Pace.BEHIND),
    (band_presets.XINHUANG, "40", Pace.ON_TRACK), (band_presets.XINHUANG, "39.9", Pace.WARNING),
    (band_presets.XINHUANG, "30", Pace.WARNING), (band_presets.XINHUANG, "29.9", Pace.BEHIND),
])
def test_published_bands_at_half_of_the_time(preset: Bands, share: str, pace: Pace) -> None:
    assert preset.pace_of(share=Fraction(share) / 100, expected=Fraction(1, 2)) is pace
    assert bands_of(table_of(preset)) == preset


def test_where_nothing_is_due_yet_nobody_is_behind() -> None:
    for preset in band_presets.PRESETS:
        assert preset.pace_of(share=Fraction(0), expected=Fraction(0)) is Pace.ON_TRACK


@pytest.mark.parametrize("table", [{}, {"name": "x", "measure": "points_behind"}, {"name": "x", "measure": "y", "bands": []},
                                   {"name": "x", "measure": "share_done", "bands": [{"pace": "ahead", "low": "十"}]},
                                   {"name": "x", "measure": "share_done", "bands": [{"pace": "green"}]},
                                   {"name": "x", "measure": "share_done", "bands": "all"}])
def test_a_table_that_is_no_set_of_bands_is_refused_in_words(table: dict[str, Any]) -> None:
    with pytest.raises(BandsRefused, match=r"。$"):
        bands_of(table)


# -- the schedule


def test_longquans_plan_is_due_five_twelfths_at_the_end_of_may() -> None:
    year = (date(2023, 1, 1), date(2023, 12, 31))

    assert expected_share(*year, date(2023, 5, 31), Step.MONTHS) == Fraction(5, 12)
    assert expected_share(*year, date(2023, 6, 29), Step.MONTHS) == Fraction(5, 12)
    assert expected_share(*year, date(2023, 6, 30), Step.MONTHS) == Fraction(1, 2)
    assert expected_share(*year, date(2023, 5, 31)) == Fraction(151, 365)


@given(start=st.dates(date(2015, 1, 1), date(2025, 12, 31)), length=st.integers(0, 900), a=st.integers(-40, 960),
       b=st.integers(-40, 960), step=st.sampled_from(Step))
def test_the_schedule_never_falls_and_runs_from_nothing_to_all(start: date, length: int, a: int, b: int, step: Step) -> None:
    deadline = start + timedelta(days=length)
    early, late = sorted((a, b))
    one, other = (expected_share(start, deadline, start + timedelta(days=n), step) for n in (early, late))

    assert 0 <= one <= other <= 1
    assert expected_share(start, deadline, deadline, step) == 1
    assert expected_share(start, deadline, start - timedelta(days=1), step) == 0


@pytest.mark.parametrize(("target", "value", "share"), [
    (Target(value=Fraction(33), measure="亿元"), Fraction("49.2"), Fraction(492, 330)),
    (Target(value=Fraction("3.2"), measure="%", lower_is_better=True), Fraction("1.29"), Fraction(1)),
    (Target(value=Fraction("3.2"), measure="%", lower_is_better=True), Fraction("3.21"), Fraction(0)),
    (Target(value=Fraction(100), measure="天", base=Fraction(260), lower_is_better=True), Fraction(180), Fraction(1, 2)),
    (Target(value=Fraction(10), measure="家", base=Fraction(4)), Fraction(1), Fraction(-1, 2)),
    (Target(value=Fraction(0), measure="起"), Fraction(3), None),
    (Target(value=Fraction(4), measure="家", base=Fraction(4)), Fraction(4), None),
])
def test_progress_towards_a_quantity(target: Target, value: Fraction, share: Fraction | None) -> None:
    assert share_of_target(target, value) == share


# -- lights


def test_a_light_carries_its_working() -> None:
    book = in_progress(target=Target(value=Fraction(100), measure="户"))
    item = book.own("1", Kind.REPORTED, 30, value=Fraction(30))
    lit = light_of(item, day(30))

    assert lit is not None and lit.light is Light.BEHIND
    assert lit.why == "序时进度50.8%，完成30.0%，落后20.8个百分点（滞后：>20）"
    assert pace_of(item, day(30)) is Pace.BEHIND
    assert pace_of(in_progress().items["1"], day(30)) is None


def test_lights_over_time_and_words_without_numbers_stay_fresh_for_a_month() -> None:
    book = in_progress()
    item = book.own("1", Kind.REPORTED, 5, stage="主体结顶，进入装饰阶段")

    assert [light(item, n) for n in (5, 36, 37, 53, 60, 61)] == [
        Light.ON_TRACK, Light.ON_TRACK, Light.UNKNOWN, Light.DUE_SOON, Light.DUE_SOON, Light.OVERDUE]
    assert light(Book().list(due=None), 3) is Light.UNKNOWN
    assert light(item, 20, rule=LightRule(soon_days=40)) is Light.DUE_SOON
    behind = book.own("1", Kind.REPORTED, 55, share=Fraction(1, 2))
    assert light(behind, 56) is Light.BEHIND


def test_a_reopened_items_schedule_begins_when_it_was_reopened() -> None:
    book = in_progress()
    book.close("1", 50)
    book.relapse("1", 90, due=110)
    item = book.own("1", Kind.REPORTED, 91, share=Fraction(1, 10))
    lit = light_of(item, day(91))

    assert lit is not None and lit.why.startswith("序时进度9.5%，完成10.0%，超前0.5个百分点")


def test_a_late_entry_says_so() -> None:
    book = in_progress()
    item = book.own("1", Kind.REPORTED, 20, share=Fraction(1, 4), as_of=day(5))
    assert item.last_reading is not None and item.last_reading.late_entry
    assert (item.silent_days(day(25)), item.last_progress_on) == (5, day(20))


# -- slips


def issue(book: Book, n: int, kind: slips.SlipKind, level: int, **more: Any) -> Item:
    return book.do("1", Kind.SLIP_ISSUED, n, slip=kind.key, level=level, below=kind.below(level), text="进度缓慢", **more)


def test_sanmings_ladder_climbs_a_level_left_unanswered_and_an_urgent_matter_starts_higher() -> None:
    (kind,) = slips.SANMING
    book = in_progress()
    with pytest.raises(LifeRefused) as refused:
        issue(book, 2, kind, 2)
    assert refused.value.reason is Reason.LADDER
    issue(book, 2, kind, 1, due=day(9))
    with pytest.raises(LifeRefused) as refused:
        issue(book, 3, kind, 1)
    assert refused.value.reason is Reason.ALREADY_OUT
    assert kind.next_level(book.items["1"]) == 2
    item = issue(book, 10, kind, 2)
    assert [slip.level for slip in item.outstanding] == [1, 2] and kind.next_level(item) == 3
    item = book.own("1", Kind.SLIP_ANSWERED, 12, slip="slip", level=2, text="已增派力量")
    assert item.outstanding == () and [slip.answer for slip in item.slips] == ["已增派力量"] * 2
    with pytest.raises(LifeRefused):
        issue(book, 13, kind, 3)
    assert [slip.level for slip in issue(book, 13, kind, 3, urgent=True).outstanding] == [3]


def test_suqians_colours_have_their_own_occasions_and_yinzhous_four_stand_beside_each_other() -> None:
    (suqian,) = slips.SUQIAN
    book = in_progress()
    assert [slip.level for slip in issue(book, 2, suqian, 3).outstanding] == [3]
    called = suqian.called_for(Light.OVERDUE)
    assert called is not None and called.level == 3 and suqian.called_for(Light.ON_TRACK) is None
    assert len(slips.YINZHOU) == 4
    for kind in slips.YINZHOU:
        issue(book, 3, kind, 1)
    assert len(book.items["1"].outstanding) == 5
    assert book.close("1", 50).outstanding == ()


@pytest.mark.parametrize("table", [[{"key": "a"}], [{"key": "", "name": "x", "levels": [{"name": "x"}]}],
                                   [{"key": "a", "name": "x", "levels": []}], [{"key": "a", "name": "x", "levels": [{"name": ""}]}],
                                   [{"key": "a", "name": "x", "levels": [{"name": "x", "when": "never"}]}], ["x"],
                                   [{"key": "a", "name": "x", "levels": [{"name": "x"}]}] * 2])
def test_kinds_of_slips_that_do_not_hang_together_are_refused_in_words(table: list[Any]) -> None:
    with pytest.raises(slips.SlipsRefused, match=r"。$"):
        slips.kinds_of(table)


def test_kinds_of_slips_are_written_down_and_read_back() -> None:
    for kinds in slips.PRESETS.values():
        assert slips.kinds_of(slips.table_of(kinds)) == kinds


# -- rates


def test_305_of_313_is_97_4_percent() -> None:
    rate = Rate(numerator=305, denominator=313, as_of=date(2019, 3, 31))

    assert rate.percent == "97.4%" and rate.words == "305/313（97.4%，截至2019-03-31）"
    assert Rate(numerator=0, denominator=0, as_of=date(2019, 3, 31)).percent == "—"
    assert Rate(numerator=1, denominator=16, as_of=date(2019, 3, 31)).percent == "6.3%"
    with pytest.raises(ValueError):
        Rate(numerator=2, denominator=1, as_of=date(2019, 3, 31))


def test_yinzhous_72_and_81_6_percent_cannot_be_had_from_whole_numbers() -> None:
    assert possible_denominators(72, "81.6") == () == possible_numerators(72, "81.6")
    assert "对不上" in doubt(72, "81.6")
    assert possible_denominators(62, "80.5") == (77,) and doubt(62, "80.5") == ""
    assert possible_numerators(313, "97.4") == (305,)


@given(numerator=st.integers(0, 400), denominator=st.integers(1, 400))
def test_what_is_printed_can_be_had_from_the_numbers_it_was_printed_from(numerator: int, denominator: int) -> None:
    assume(numerator <= denominator)
    text = Rate(numerator=numerator, denominator=denominator, as_of=day(0)).percent.rstrip("%")

    assert numerator in possible_numerators(denominator, text)
    assert numerator == 0 or text == "0.0" or denominator in possible_denominators(numerator, text)


# -- promises


def test_what_keeps_a_promise_from_being_checked_is_pointed_out() -> None:
    assert unmeasurable("10月底前开工5个项目", "5", "个", day(90)) == ()
    assert unmeasurable("进一步加快项目推进", Fraction(5), "个", day(90)) == ()
    assert [said[:5] for said in unmeasurable("进一步加快项目推进", "", "", None)] == [
        "没有目标值", "没有计量单", "没有完成日", "“进一步、"]
    assert unmeasurable("尽快完成五个村的改造", None, "个", None) == (
        "没有目标值，请写明做到多少（例如“开工5个”里的5）。", "没有完成日期，请写明哪一天前完成。", "“尽快”不是日期，请写明具体日期。")
    assert not any("没有数字" in said for said in unmeasurable("推进3个项目", "", "个", day(9)))
    assert any("没有数字" in said for said in unmeasurable("进一步推进工作", "", "个", day(9)))
    assert unmeasurable("", "", "", None)[0].startswith("还没有写承诺内容")
