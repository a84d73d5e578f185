"""点评 and 当场承诺: onto the list in the same moment, linked instead of doubled, taken back with a reason."""

from __future__ import annotations

from datetime import date

import pytest

from db.item_lines import Filter, ListedItem
from db.reads import items as item_reads
from db.reads import people as people_reads
from db.talk import Comment
from hall.stage import comments, questioning, questions, rounds, stage_list
from hall.stage.comments import Said
from office.local_time import day
from office.refusal import Refused
from tests import make
from tests.make import Hall

TASK = {"speaker": "市长", "kind": Said.TASK, "text": "六月底前全部开工", "owner": "县长", "deadline": date(2026, 6, 30)}


@pytest.fixture
def hall(house: make.House) -> Hall:
    return make.sitting(house)


def do(hall: Hall, action: object, *args: object, by: str = "主持人甲", **kwargs: object) -> object:
    found = action(hall.house.database, hall.key, *args, by=by, at=hall.now, **kwargs)  # type: ignore[operator]
    hall.house.live.refresh()
    return found


def say(hall: Hall, target: str = "U1", **changes: object) -> str:
    return str(do(hall, comments.say, target, **{**TASK, **changes}))


def said(hall: Hall, target: str = "U1") -> tuple[Comment, ...]:
    snapshot = hall.house.live.at(hall.key)
    assert snapshot is not None
    return comments.comments_of(snapshot, target, withdrawn=True)


def listed(hall: Hall, unit: str = "small-A") -> tuple[ListedItem, ...]:
    with hall.house.database.reading() as c:
        return item_reads.page(c, Filter(unit=unit), day(hall.now))


def known(hall: Hall, target: str = "U1") -> tuple[stage_list.Known, ...]:
    snapshot = hall.house.live.at(hall.key)
    assert snapshot is not None
    return stage_list.known_of(hall.house.database, snapshot, target, hall.now)


def sources(hall: Hall, item: ListedItem) -> list[str]:
    with hall.house.database.reading() as c:
        return [one.kind.words for one in item_reads.sources(c, item.id)]


def test_a_task_is_on_the_list_at_once_under_the_number_that_the_comment_shows(hall: Hall) -> None:
    number = say(hall)

    item, = listed(hall)
    assert (item.number, item.kind.words, item.text, item.owner, item.deadline, item.unit, item.status) == (
        number, "任务", "六月底前全部开工", "县长", date(2026, 6, 30), "small-A", "listed")
    kept, = said(hall)
    assert (kept.number, kept.speaker, kept.kind, kept.said_at, kept.linked) == (number, "市长", "task", hall.now, False)
    assert sources(hall, item) == ["领导点评"]
    with hall.house.database.reading() as c:
        line = people_reads.record(c, limit=1)[0]
    assert (line.actor, line.action, line.detail["number"], line.detail["text"]) == (
        "主持人甲", "点评", number, "六月底前全部开工")


def test_a_problem_without_a_day_is_listed_and_praise_is_only_kept(hall: Hall) -> None:
    problem = say(hall, kind=Said.PROBLEM, text="土地指标没有落实", deadline=None, owner="")
    assert say(hall, kind=Said.PRAISE, text="进度全市第一", deadline=None) == ""

    assert [(one.number, one.kind.words, one.deadline) for one in listed(hall)] == [(problem, "问题", None)]
    assert [(one.kind, one.number) for one in said(hall)] == [("problem", problem), ("praise", "")]


def test_nothing_is_kept_where_the_list_refuses(hall: Hall) -> None:
    with pytest.raises(Refused, match="完成期限不能早于今天"):
        say(hall, deadline=date(2026, 4, 22))
    with pytest.raises(Refused, match="请写下点评内容"):
        say(hall, text="  ")
    with pytest.raises(Refused, match="议程里没有这个单位"):
        say(hall, target="U9")

    assert said(hall) == () and listed(hall) == ()


def test_taken_back_it_stays_readable_and_its_item_is_marked(hall: Hall) -> None:
    say(hall)
    kept, = said(hall)
    with pytest.raises(Refused, match="请写下撤回的原因"):
        do(hall, comments.take_back, kept.id, "")

    do(hall, comments.take_back, kept.id, "记错了单位")

    assert said(hall)[0].withdrawn == "记错了单位"
    assert [one.status for one in listed(hall)] == ["withdrawn"]
    with pytest.raises(Refused, match="已经撤回：记错了单位"):
        do(hall, comments.take_back, kept.id, "再来一次")
    assert say(hall) != kept.number, "the number of what was withdrawn is not given again"


def test_what_was_declared_today_is_listed_and_linked_not_doubled(hall: Hall) -> None:
    promise = known(hall)[0]
    assert promise.words == "今天的承诺：开工率到90%（不足：项目开工慢）"

    number = say(hall, same_as=promise.key, text="开工率九十，说到做到")
    again = say(hall, same_as=number, text="再强调一次")

    item, = listed(hall)
    assert (number, again, item.number, item.text) == (number, number, number, "开工率到90%")
    assert sources(hall, item) == ["台上承诺", "领导点评", "领导点评"]
    assert [(one.number, one.linked) for one in said(hall)] == [(number, True)] * 2
    do(hall, comments.take_back, said(hall)[0].id, "重复")
    assert [one.status for one in listed(hall)] == ["listed"], "it was there before the comment"


def test_what_another_unit_owes_is_not_linked(hall: Hall) -> None:
    other = say(hall, target="U2")

    with pytest.raises(Refused, match="清单里没有这家单位的这一项"):
        say(hall, same_as=other)

    assert said(hall) == ()


def test_the_later_of_two_consoles_is_told_what_has_been_noted(hall: Hall) -> None:
    say(hall, seen=0, by="主持人乙")

    with pytest.raises(Refused, match="另一台已在09:00:00记下市长的“六月底前全部开工”"):
        say(hall, seen=0)
    say(hall, seen=1, text="另一件事")

    assert len(listed(hall)) == 2


def test_a_promise_made_in_an_answer_is_on_the_list_with_one_press(hall: Hall) -> None:
    do(hall, rounds.show, "target", "U1")
    asked = do(hall, questioning.type_in, "U1", asker="市人大代表", group="", text="什么时候开工？")
    with pytest.raises(Refused, match="还没有上台"):
        do(hall, comments.promise, asked, text="六月底前开工", seen=0)
    do(hall, questioning.put_on_stage, asked, on_stage=None)

    number = do(hall, comments.promise, asked, text="六月底前开工", owner="局长", deadline=date(2026, 6, 30), seen=0)
    with pytest.raises(Refused, match=f"承诺已列入清单：{number}"):
        do(hall, comments.promise, asked, text="六月底前开工", seen=0, by="主持人乙")
    second = do(hall, comments.promise, asked, text="每周报进度", seen=1)

    assert [(one.number, one.kind.words, one.owner) for one in listed(hall)] == [
        (number, "承诺", "局长"), (second, "承诺", "")]
    snapshot = hall.house.live.at(hall.key)
    assert snapshot is not None
    assert questions.queue_of(hall.house.database, snapshot).on_stage.numbers == (number, second)  # type: ignore[union-attr]
