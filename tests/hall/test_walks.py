"""环节模板: the red key from the first press to the last in every arena, the clock on stage, and what is no template."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.stage_values import Segment, SegmentRun
from hall.moment import timer, turn
from hall.moment.timer import Pace
from hall.stage import console, segments
from hall.stage.next_step import Move
from office.refusal import Refused
from office.sitting import sittings
from office.sitting.agenda_templates import TEMPLATES, fault_of, planned, template
from office.sitting.plan import PlannedSegment
from scoring.round import Phase
from tests import make
from tests.hall.test_console import seen
from tests.hall.test_segments import begin, press, staged, step_of

SPEECH = Segment(id=1, key="speech", kind="speech", title="发言", scope="each", seconds=480, warn_seconds=60)
RUN = SegmentRun(id=1, segment="speech", target="U1", began_at=make.START)


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Values only: one kind of database is enough."""
    return f"sqlite:///{tmp_path / 'leitai.db'}"


def everybody(hall: make.Hall, mark: int) -> None:
    """Every seat scores what it may."""
    snapshot = seen(hall)
    assert snapshot.round is not None
    for n, (code, secret) in enumerate(hall.secrets.items()):
        seat = hall.house.live.seat(secret)
        assert seat is not None
        may = [key for key in snapshot.round.targets if not snapshot.recused(seat, key)]
        if may:
            hall.cast(code, form={f"m.{key}.quality": str(mark + n % 3 - int(key[1:])) for key in may})


def walked(hall: make.Hall, most: int = 80) -> list[str]:
    """Press the red key until there is nothing left to do; what it said each time."""
    said: list[str] = []
    mark = 98
    while (step := step_of(hall)).move is not Move.NOTHING:
        said.append(step.words)
        assert len(said) < most, said
        if step.move is Move.PUBLISH:
            hall.publish(despite_warnings=True)
            continue
        press(hall, step)
        if step.move is Move.OPEN:
            everybody(hall, mark)
            mark -= 5
    return said


EACH_COUNTY = ["{}上台", "开始发言（8分钟）", "结束发言，开始市长点评（3分钟）", "结束市长点评，开始打分", "截止打分"]
WALKS: dict[str, list[str]] = {
    "county": ["开始指标亮晒", "结束指标亮晒，开始回头看短片", "结束回头看短片，请第1家 A县上台", *EACH_COUNTY[1:],
               "下一家：第2家 B县上台", *EACH_COUNTY[1:], "下一家：第3家 C县上台", *EACH_COUNTY[1:], "开始总结讲话", "公布成绩"],
    "department": [*(line for n, name in enumerate("ABC", 1) for line in (
        f"{'请' if n == 1 else '下一家：'}第{n}家 {name}县上台", "开始问题短片（3分钟）", "结束问题短片，开始现场提问（12分钟）",
        "结束现场提问，开始当场承诺（1分钟）", "结束当场承诺，开始打分", "截止打分")), "开始领导点评", "公布成绩"],
    "town": ["开始榜单亮晒", "结束榜单亮晒，请第1家 A县上台", "开始发言（5分钟）", "结束发言，开始点评（2分钟）",
             "结束点评，下一家：第2家 B县上台", "开始发言（5分钟）", "结束发言，开始点评（2分钟）", "结束点评，开始打分（全部3家）",
             "截止打分", "开始总结讲话", "公布成绩"],
    "viewing": ["开始分线路现场观摩", "结束分线路现场观摩，开始项目回头看短片", "结束项目回头看短片，请第1家 A县上台",
                "开始交流发言（3分钟）", "结束交流发言，下一家：第2家 B县上台", "开始交流发言（3分钟）",
                "结束交流发言，下一家：第3家 C县上台", "开始交流发言（3分钟）",
                "结束交流发言，开始打分（全部3家）", "截止打分", "开始市长点评", "结束市长点评，开始书记总结讲话", "公布成绩"],
    "written": ["开始情况通报", "结束情况通报，开始打分（全部3家）", "截止打分", "公布成绩"],
}


@pytest.mark.parametrize("key", [one.key for one in TEMPLATES])
def test_the_red_key_walks_every_template_to_its_end(house: make.House, key: str) -> None:
    """In the town arena the third unit does not speak, and is scored with the others."""
    plan = make.plan(key)
    targets = tuple(replace(one, speaks=key != "town" or one.key != "U3") for one in plan.targets)
    hall = staged(house, key, targets=targets)

    said = walked(hall)

    assert said == [*WALKS[key], *(["大屏显示排名"] if seen(hall).stage.shows != "ranking" else [])]
    assert seen(hall).published == 1 and {one.phase for one in seen(hall).rounds} == {Phase.PUBLISHED}
    assert turn.going(seen(hall)) is None and step_of(hall).words == "成绩已公布"


def test_every_template_is_accepted_as_it_stands() -> None:
    assert [fault_of(one.segments, one.ballot_mode) for one in TEMPLATES] == [None] * 5


@pytest.mark.parametrize(("wrong", "words"), [
    (PlannedSegment(key="发言", kind="speech", title="发言"), "编号“发言”请用字母"),
    (PlannedSegment(key="a", kind="song", title="歌"), "种类“song”不认识"),
    (PlannedSegment(key="a", kind="speech", title="发言", scope="all"), "范围“all”不认识"),
    (PlannedSegment(key="a", kind="speech", title=" "), "名称要写"),
    (PlannedSegment(key="a", kind="speech", title="发言", seconds=-1), "时限请写"),
    (PlannedSegment(key="a", kind="speech", title="发言", seconds=60, warn_seconds=60), "提醒要早于时限"),
    (PlannedSegment(key="a", kind="speech", title="发言", warn_seconds=60), "提醒要早于时限"),
    (PlannedSegment(key="a", kind="ballot", title="打分", scope="after"), "打分环节的范围请写each"),
    (PlannedSegment(key="ballot", kind="speech", title="发言"), "重复了"),
    (PlannedSegment(key="a", kind="ballot", title="打分"), "打分环节只能有一个"),
])
def test_what_is_wrong_with_a_template_is_said_with_its_line(wrong: PlannedSegment, words: str) -> None:
    found = fault_of((PlannedSegment(key="ballot", kind="ballot", title="打分"), wrong), "each")

    assert found is not None and words in found[1]
    assert fault_of((PlannedSegment(key="speech", kind="speech", title="发言"),), "each") == (
        1, "还没有打分环节（kind = \"ballot\"），请加上")


# -- the clock ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("after", "pace", "words", "used"), [
    (0, Pace.GOING, "08:00", 0), (0.5, Pace.GOING, "08:00", 0), (1, Pace.GOING, "07:59", 1),
    (419.9, Pace.GOING, "01:01", 419), (420, Pace.WARNING, "01:00", 420), (479.2, Pace.WARNING, "00:01", 479),
    (480, Pace.OVER, "超时 00:00", 480), (492.7, Pace.OVER, "超时 00:12", 492), (4000, Pace.OVER, "超时 58:40", 4000),
    (-5, Pace.GOING, "08:00", 0),
])
def test_a_clock_counts_down_warns_and_counts_what_is_over(after: float, pace: Pace, words: str, used: int) -> None:
    read = timer.read(RUN, SPEECH, make.START + timedelta(seconds=after))

    assert (read.pace, read.words, read.used) == (pace, words, used)


def test_without_a_limit_it_counts_up_and_more_time_changes_nothing() -> None:
    free = replace(SPEECH, seconds=0, warn_seconds=0)
    read = timer.read(replace(RUN, more_seconds=60), free, make.START + timedelta(seconds=75))

    assert (read.pace, read.words, read.left, read.over) == (Pace.FREE, "01:15", None, 0)
    assert timer.runs_out_at(RUN, free, make.START) is None


moments = st.integers(min_value=0, max_value=10**7)  # milliseconds


@given(moments, moments, st.integers(min_value=0, max_value=600), st.integers(min_value=1, max_value=4000))
def test_used_and_left_make_up_the_limit_and_a_pause_holds_them_still(ran: int, paused: int, more: int, limit: int) -> None:
    segment = replace(SPEECH, seconds=limit, warn_seconds=0)
    now = make.START + timedelta(milliseconds=ran)
    run = replace(RUN, more_seconds=more)
    before = timer.read(run, segment, now)
    held = replace(run, paused_at=now)
    later = now + timedelta(milliseconds=paused)
    again = replace(run, paused_ms=paused)

    assert before.left is not None and before.limit == limit + more
    assert before.left == 0 or before.over == 0
    assert before.used + before.left - before.over in (before.limit, before.limit + 1)
    assert (before.pace is Pace.OVER) == (ran >= 1000 * (limit + more))
    assert replace(timer.read(held, segment, later), paused=False) == before == timer.read(again, segment, later)
    runs_out = timer.runs_out_at(run, segment, now)
    assert runs_out is not None
    assert timer.read(run, segment, runs_out).pace is Pace.OVER
    assert timer.read(run, segment, runs_out - timedelta(milliseconds=1)).pace is not Pace.OVER
    ended = replace(run, ended_at=now)
    assert timer.read(ended, segment, later).used == before.used


def test_who_does_not_speak_is_folded_away(house: make.House) -> None:
    plan = make.plan("town", units=20)
    hall = staged(house, "town", units=20, targets=tuple(
        replace(one, speaks=n < 3) for n, one in enumerate(plan.targets)))
    rows, others = console.of_speakers(console.agenda(seen(hall)))

    assert ([one.key for one in rows], others) == (["U1", "U2", "U3"], 17)


# -- the template ------------------------------------------------------------------------------------------


def test_what_has_run_keeps_its_kind_and_limit_and_the_rest_may_change(house: make.House) -> None:
    hall = staged(house)
    begin(hall, "speech")
    kept = template("county").segments
    speech = next(one for one in kept if one.key == "speech")
    for wrong, words in (
            (tuple(one for one in kept if one is not speech), "“发言”已经进行过，不能删除"),
            (tuple(replace(one, seconds=60, warn_seconds=0) if one is speech else one for one in kept), "时限对每家要一样"),
            (tuple(replace(one, kind="film") if one is speech else one for one in kept), "种类和范围不能再改"),
            (tuple(one for one in kept if one.kind != "ballot"), "还没有打分环节")):
        with pytest.raises(Refused, match=words):
            segments.put_template(house.database, hall.key, wrong, by="host", at=hall.now)

    new = (*(replace(one, title="书记发言", warn_seconds=30) if one is speech else one for one in kept if one.key != "lookback"),
           PlannedSegment(key="oath", kind="other", title="签军令状", scope="after"))
    segments.put_template(house.database, hall.key, new, by="host", at=hall.now)
    assert [one.key for one in seen(hall).segments] == [one.key for one in new]
    assert console.on_screen(seen(hall)) == "书记发言"


def test_a_ballot_that_was_passed_over_is_owed_before_the_next_unit(house: make.House) -> None:
    speech, comment, ballot = (next(one for one in template("county").segments if one.key == key)
                               for key in ("speech", "comment", "ballot"))
    hall = make.sitting(house, make.plan("late", segments=(speech, ballot, comment)))
    begin(hall, "comment")

    step = step_of(hall)
    assert (step.move, step.words) == (Move.OPEN, "结束市长点评，开始打分")
    press(hall, step)
    everybody(hall, 90)
    hall.close()
    assert step_of(hall).words == "下一家：第2家 B县上台"


def test_another_way_of_balloting_takes_the_templates_ballot_with_it(house: make.House) -> None:
    hall = staged(house)
    for mode, scope in (("all", "after"), ("each", "each")):
        about = seen(hall).sitting
        sittings.change_sitting(
            house.database, hall.key, title=about.title, arena=about.arena, period=about.period, held_on=about.held_on,
            place="", note="", ballot_mode=mode, seconds=0, grace_seconds=5, desk_check_in=False, by="host", at=hall.now)
        assert [one.scope for one in seen(hall).segments if one.kind == "ballot"] == [scope]
        assert fault_of(planned(seen(hall).segments), mode) is None
