"""现场提问: the queue, the stage, two consoles, and what is written down of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from db.reads import people as people_reads
from db.stage_values import Segment, SegmentRun
from db.talk import Question
from hall.screen import showing
from hall.stage import agenda, questioning, questions, rounds, undo
from hall.stage.questions import State
from office.refusal import NotFound, Refused
from tests import make
from tests.hall.test_segments import newest
from tests.make import Hall


@pytest.fixture
def hall(house: make.House) -> Iterator[Hall]:
    made = make.sitting(house)
    show(made, "U1")
    yield made


def show(hall: Hall, target: str) -> None:
    rounds.show(hall.house.database, hall.key, "target", target, by="主持人甲", at=hall.now)
    hall.house.live.refresh()


def do(hall: Hall, action: object, *args: object, by: str = "主持人甲", **kwargs: object) -> object:
    found = action(hall.house.database, hall.key, *args, by=by, at=hall.now, **kwargs)  # type: ignore[operator]
    hall.house.live.refresh()
    return found


def ask(hall: Hall, words: str = "开工为什么慢？", target: str = "U1", **more: object) -> int:
    found = do(hall, questioning.type_in, target, text=words, **{"asker": "市人大代表", "group": "两代表一委员", **more})
    assert isinstance(found, int)
    return found


def queue(hall: Hall, target: str | None = None) -> questions.Queue:
    snapshot = hall.house.live.at(hall.key)
    assert snapshot is not None
    return questions.queue_of(hall.house.database, snapshot, target)


def one(hall: Hall, number: int) -> Question:
    found = queue(hall)
    every = (*found.waiting, *found.queued, *filter(None, [found.on_stage]), *found.answered, *found.set_aside)
    return next(asked for asked in every if asked.id == number)


def on_screen(hall: Hall) -> questions.Asked | None:
    snapshot = hall.house.live.at(hall.key)
    assert snapshot is not None
    return questions.on_stage_of(snapshot)


def record(hall: Hall) -> list[tuple[str, str]]:
    with hall.house.database.reading() as c:
        return [(line.actor, line.action) for line in reversed(people_reads.record(c, sitting=hall.key))]


def test_a_question_goes_from_the_queue_to_the_stage_and_keeps_its_answer(hall: Hall) -> None:
    asked = ask(hall, "  开工\n为什么慢？\u202e ")

    do(hall, questioning.put_on_stage, asked, on_stage=None)
    assert on_screen(hall) == questions.Asked(
        id=asked, asker="市人大代表", group="两代表一委员", text="开工 为什么慢？", follow_up=False)
    do(hall, questioning.end, asked, "六月底前全部开工。", by="计票员")

    done = one(hall, asked)
    assert (done.state, done.answer, done.asked_at, done.on_stage_at, done.answered_at) == (
        State.ANSWERED, "六月底前全部开工。", hall.now, hall.now, hall.now)
    assert on_screen(hall) is None
    assert record(hall)[-3:] == [("主持人甲", "登记提问"), ("主持人甲", "提问上台"), ("计票员", "提问结束")]


def test_putting_the_next_on_stage_ends_the_one_before_with_what_was_typed_of_its_answer(hall: Hall) -> None:
    first, second = ask(hall, "甲"), ask(hall, "乙")
    do(hall, questioning.put_on_stage, first, on_stage=None)

    do(hall, questioning.put_on_stage, second, on_stage=first, answer="马上办")

    assert (one(hall, first).state, one(hall, first).answer) == (State.ANSWERED, "马上办")
    assert queue(hall).on_stage == one(hall, second)


def test_the_later_of_two_consoles_is_told_who_put_what_on_stage(hall: Hall) -> None:
    first, second = ask(hall, "甲"), ask(hall, "乙")
    do(hall, questioning.put_on_stage, first, on_stage=None, by="主持人乙")

    with pytest.raises(Refused, match=r"台上的问题已有变动：主持人乙 .* 提问上台，请看清后再按"):
        do(hall, questioning.put_on_stage, second, on_stage=None)

    assert queue(hall).on_stage == one(hall, first)


def test_a_question_ends_with_its_units_turn_and_is_on_stage_again_when_the_move_is_undone(hall: Hall) -> None:
    mine, later = ask(hall, "甲"), ask(hall, "乙", target="U2")
    do(hall, questioning.put_on_stage, mine, on_stage=None)
    do(hall, questioning.write_answer, mine, "六月底", seen="")
    since = one(hall, mine).on_stage_at
    hall.house.clock.advance(1)  # type: ignore[attr-defined]

    show(hall, "U2")
    assert (one(hall, mine).state, one(hall, mine).answer, queue(hall).on_stage) == (State.ANSWERED, "六月底", None)
    assert queue(hall, "U2").left == one(hall, mine) and queue(hall, "U1").left is None
    assert record(hall)[-2:] == [("主持人甲", "提问结束"), ("主持人甲", "大屏切换")]
    do(hall, questioning.put_on_stage, later, on_stage=None)
    do(hall, undo.undo, seen=newest(hall))

    assert (one(hall, mine).state, one(hall, mine).on_stage_at, one(hall, mine).answered_at) == (State.ON_STAGE, since, None)
    assert one(hall, later).state == State.QUEUED
    assert on_screen(hall) is not None


def test_looking_at_the_agenda_or_voting_on_the_unit_leaves_its_question_and_the_next_unit_ends_it(hall: Hall) -> None:
    mine = ask(hall, "甲")
    do(hall, questioning.put_on_stage, mine, on_stage=None)
    do(hall, rounds.show, "agenda", None)
    assert one(hall, mine).state == State.ON_STAGE
    show(hall, "U1")
    hall.open("U1")
    assert one(hall, mine).state == State.ON_STAGE
    hall.close()

    hall.open("U2")
    assert one(hall, mine).state == State.ANSWERED
    do(hall, undo.undo, seen=newest(hall))
    assert one(hall, mine).state == State.ON_STAGE


def test_a_unit_that_is_put_off_takes_its_question_along(hall: Hall) -> None:
    mine = ask(hall, "甲")
    do(hall, questioning.put_on_stage, mine, on_stage=None)

    do(hall, agenda.postpone, "U1", reason="抢险")

    assert (queue(hall).on_stage, one(hall, mine).state) == (None, State.ANSWERED)


def test_two_consoles_at_the_same_moment_put_one_question_on_stage(hall: Hall) -> None:
    numbers = [ask(hall, words) for words in "甲乙丙丁"]
    said: list[str] = []
    together = threading.Barrier(len(numbers))

    def press(number: int) -> None:
        together.wait()
        try:
            questioning.put_on_stage(hall.house.database, hall.key, number, on_stage=None, by=f"主持人{number}", at=hall.now)
            said.append("上台")
        except Refused as refused:
            said.append(str(refused))

    hands = [threading.Thread(target=press, args=(number,)) for number in numbers]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()

    assert len(said) == len(numbers) and said.count("上台") == 1
    assert all("提问上台，请看清后再按" in words for words in said if words != "上台")
    with hall.house.database.reading() as c:
        assert c.execute(text("select count(*) from question where state = 'on_stage'")).scalar_one() == 1


def test_a_question_goes_on_stage_with_its_unit_only(hall: Hall) -> None:
    asked = ask(hall, target="U2")

    with pytest.raises(Refused, match="这个问题是问B县的，请先请B县上台"):
        do(hall, questioning.put_on_stage, asked, on_stage=None)

    show(hall, "U2")
    do(hall, questioning.put_on_stage, asked, on_stage=None)
    show(hall, "U1")
    assert on_screen(hall) is None, "another unit is on stage: its screen does not show a question to somebody else"
    assert queue(hall).on_stage is None


def test_put_on_stage_by_mistake_it_goes_back_to_its_place(hall: Hall) -> None:
    first, second = ask(hall, "甲"), ask(hall, "乙")
    do(hall, questioning.put_on_stage, first, on_stage=None)

    do(hall, questioning.take_off, first)

    assert queue(hall).order == (first, second)
    assert one(hall, first).on_stage_at is None


def test_the_order_is_changed_as_it_was_seen_or_not_at_all(hall: Hall) -> None:
    first, second, third = (ask(hall, words) for words in "甲乙丙")

    do(hall, questioning.move, third, -2, seen=(first, second, third))
    assert queue(hall).order == (third, first, second)
    with pytest.raises(Refused, match=r"排队次序已有变动：主持人甲 .* 调整提问次序"):
        do(hall, questioning.move, third, 1, seen=(first, second, third), by="主持人乙")

    assert queue(hall).order == (third, first, second)


def test_set_aside_with_a_reason_and_taken_up_again(hall: Hall) -> None:
    asked = ask(hall)
    with pytest.raises(Refused, match="请写下不采用的原因"):
        do(hall, questioning.set_aside, asked, " ", seen=State.QUEUED)

    do(hall, questioning.set_aside, asked, "时间不够", seen=State.QUEUED)
    assert (one(hall, asked).state, one(hall, asked).set_aside) == (State.SET_ASIDE, "时间不够")
    with pytest.raises(Refused, match=r"这个问题现在是“未采用”（时间不够）：主持人甲 .* 提问未采用"):
        do(hall, questioning.put_on_stage, asked, on_stage=None)

    do(hall, questioning.take_up, asked)
    do(hall, questioning.approve, asked)
    assert queue(hall).order == (asked,)
    with pytest.raises(Refused, match=r"这个问题现在是“排队中”：主持人甲 .* 提问入列"):
        do(hall, questioning.approve, asked)


def test_an_answer_that_somebody_else_has_written_meanwhile_is_not_lost(hall: Hall) -> None:
    asked = ask(hall)
    with pytest.raises(Refused, match="还没有上台"):
        do(hall, questioning.write_answer, asked, "早说", seen="")
    do(hall, questioning.put_on_stage, asked, on_stage=None)
    do(hall, questioning.write_answer, asked, "六月底前", seen="", by="计票员")

    with pytest.raises(Refused, match=r"回答已有人改过：计票员 .* 记录回答，现在是：六月底前"):
        do(hall, questioning.write_answer, asked, "七月底前", seen="")

    do(hall, questioning.end, asked, "")
    assert one(hall, asked).answer == "六月底前"
    do(hall, questioning.write_answer, asked, "六月底前全部开工", seen="六月底前")
    assert one(hall, asked).answer == "六月底前全部开工"


def test_a_follow_up_goes_on_from_its_question_and_asks_the_same_unit(hall: Hall) -> None:
    asked = ask(hall)

    follow = ask(hall, "六月底是哪一天？", follows=asked)
    with pytest.raises(Refused, match="追问要问同一家单位"):
        ask(hall, target="U2", follows=asked)

    assert one(hall, follow).follows == asked
    do(hall, questioning.put_on_stage, follow, on_stage=None)
    shown = on_screen(hall)
    assert shown is not None and shown.follow_up


def test_typed_and_put_on_stage_in_one_press_or_neither(hall: Hall) -> None:
    first = do(hall, questioning.ask_at_once, "U1", asker="副市长", group="", text="甲", on_stage=None)
    with pytest.raises(Refused, match="台上的问题已有变动"):
        do(hall, questioning.ask_at_once, "U1", asker="副市长", group="", text="乙", on_stage=None)
    assert [one.text for one in (queue(hall).on_stage,) if one] == ["甲"] and queue(hall).queued == ()

    do(hall, questioning.ask_at_once, "U1", asker="副市长", group="", text="乙", on_stage=first, answer="马上办")

    assert [(one.text, one.answer) for one in queue(hall).answered] == [("甲", "马上办")]


@pytest.mark.parametrize(("changes", "says"), [
    ({"words": " \n "}, "请写下问题"), ({"words": "长" * 201}, "问题最多200字，现在是201字"),
    ({"asker": ""}, "请写下提问人"), ({"target": "U9"}, "议程里没有这个单位")])
def test_a_question_needs_words_an_asker_and_a_unit(hall: Hall, changes: dict[str, str], says: str) -> None:
    with pytest.raises(Refused, match=says):
        ask(hall, **changes)

    assert queue(hall) == questions.Queue(waiting=(), queued=(), on_stage=None, answered=(), set_aside=())


def test_a_question_of_another_sitting_is_not_moved_from_here(hall: Hall) -> None:
    other = make.sitting(hall.house, make.plan("other"))
    asked = ask(other)

    with pytest.raises(NotFound):
        do(hall, questioning.set_aside, asked, "时间不够", seen=State.QUEUED)


def test_the_switch_for_phones_says_when_it_was_turned_already(hall: Hall) -> None:
    assert not hall.house.live.at(hall.key).phones_may_ask  # type: ignore[union-attr]

    do(hall, questioning.let_phones_ask, True)
    assert hall.house.live.at(hall.key).phones_may_ask  # type: ignore[union-attr]
    with pytest.raises(Refused, match=r"手机提问已经打开：主持人甲 .* 手机提问开"):
        do(hall, questioning.let_phones_ask, True, by="主持人乙")

    do(hall, questioning.let_phones_ask, False)
    assert not hall.house.live.at(hall.key).phones_may_ask  # type: ignore[union-attr]


def test_the_snapshot_counts_those_that_wait(hall: Hall) -> None:
    asked = ask(hall)
    do(hall, questioning.set_aside, asked, "时间不够", seen=State.QUEUED)
    hall.house.clock.advance(1)  # type: ignore[attr-defined]
    do(hall, questioning.take_up, asked)

    found = hall.house.live.at(hall.key)
    assert found is not None and found.questions_waiting == 1
    assert one(hall, asked).asked_at == hall.now - timedelta(seconds=1)


def test_the_screen_shows_the_question_until_something_else_is_decided(hall: Hall) -> None:
    def seen() -> object:
        found = hall.house.live.at(hall.key)
        assert found is not None
        return getattr(showing.unfrozen(hall.house, found, hall.now), "question", None)

    assert seen() is None
    asked = ask(hall)
    do(hall, questioning.put_on_stage, asked, on_stage=None)
    assert seen() == on_screen(hall) is not None
    hall.house.clock.advance(1)  # type: ignore[attr-defined]
    hall.open("U1")
    assert seen() is None
    hall.house.clock.advance(1)  # type: ignore[attr-defined]
    hall.close()
    assert seen() is None, "a question that nobody ended does not cover what came after it"

    hall.house.clock.advance(1)  # type: ignore[attr-defined]
    do(hall, questioning.put_on_stage, ask(hall, "还有一问"), on_stage=asked)
    assert seen() == on_screen(hall) is not None
    do(hall, questioning.end, queue(hall).on_stage.id, "答")  # type: ignore[union-attr]
    assert seen() is None


def test_in_a_segment_for_questions_the_question_is_seen_in_others_only_what_was_put_there_since(hall: Hall) -> None:
    asked = ask(hall)
    do(hall, questioning.put_on_stage, asked, on_stage=None)
    snapshot = hall.house.live.at(hall.key)
    assert snapshot is not None

    def seen(kind: str, seconds: int) -> bool:
        template = (Segment(id=1, key="x", kind=kind, title="环节", scope="each", seconds=0, warn_seconds=0),)
        run = SegmentRun(id=1, segment="x", target="U1", began_at=hall.now + timedelta(seconds=seconds))
        return questions.shown_of(replace(snapshot, segments=template, runs=(run,))) is not None

    assert [(kind, seen(kind, -1), seen(kind, 1)) for kind in ("questions", "speech", "comment", "film")] == [
        ("questions", True, True), ("speech", True, False), ("comment", True, False), ("film", True, False)]
