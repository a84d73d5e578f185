"""提问记录: what was asked and said, read after the sitting and taken away as CSV; a department arena with 24 questions."""

from __future__ import annotations

import csv
import io
from datetime import date

from hall.moment.snapshot import Snapshot
from hall.stage import comments, questioning, rounds, stage_record
from hall.stage.comments import Said
from hall.stage.questions import State
from tests import make
from tests.make import Hall


def seen(hall: Hall) -> Snapshot:
    hall.house.live.refresh()
    found = hall.house.live.at(hall.key)
    assert found is not None
    return found


def act(hall: Hall, action: object, *args: object, **kwargs: object) -> int:
    return action(hall.house.database, hall.key, *args, by="主持人", at=hall.now, **kwargs)  # type: ignore[operator,no-any-return]


def table(hall: Hall, target: str | None, *, whole: bool) -> list[dict[str, str]]:
    snapshot = seen(hall)
    found = stage_record.on_record(hall.house.database, snapshot, target, whole=whole)
    return list(csv.DictReader(io.StringIO(stage_record.on_record_csv(snapshot, found).decode("utf-8-sig"))))


def test_twelve_heads_and_twenty_four_questions_each_with_its_answer(house: make.House) -> None:
    hall = make.sitting(house, make.plan("heads", units=12))
    for n in range(1, 13):
        act(hall, rounds.show, "target", f"U{n}")
        first = act(hall, questioning.ask_at_once, f"U{n}", asker="分管副市长", group="", text=f"问{n}甲", on_stage=None)
        second = act(hall, questioning.ask_at_once, f"U{n}", asker="市民监督员", group="", text=f"问{n}乙", on_stage=first,
                     answer=f"答{n}甲", follows=first)
        act(hall, questioning.end, second, f"答{n}乙")

    lines = table(hall, None, whole=False)
    assert len(lines) == 24
    assert [(line["单位"], line["类别"], line["内容"], line["回答"]) for line in lines[:2]] == [
        ("A县", "提问", "问1甲", "答1甲"), ("A县", "追问", "问1乙", "答1乙")]
    assert {line["状态"] for line in lines} == {"已答"}
    found = stage_record.on_record(house.database, seen(hall), "U7", whole=False)
    assert [one.answer for one in found.questions] == ["答7甲", "答7乙"]


def test_what_was_not_heard_is_for_the_people_of_the_hall_and_no_cell_is_a_formula(house: make.House) -> None:
    hall = make.sitting(house)
    act(hall, rounds.show, "target", "U1")
    waits = act(hall, questioning.type_in, "U1", asker="=CMD()", group="", text="+1有用吗？")
    act(hall, questioning.set_aside, waits, "时间不够", seen=State.QUEUED)
    act(hall, comments.say, "U1", speaker="市长", kind=Said.TASK, text="六月底前开工", owner="县长",
        deadline=date(2026, 6, 30))
    act(hall, comments.say, "U1", speaker="市长", kind=Said.PRAISE, text="记错")
    act(hall, comments.take_back, seen(hall).comments[-1].id, "不是这家")

    lines = table(hall, "U1", whole=True)
    assert [(line["类别"], line["提问人或点评人"], line["内容"], line["状态"], line["原因"], line["清单编号"], line["期限"])
            for line in lines] == [
        ("提问", "'=CMD()", "'+1有用吗？", "未采用", "时间不够", "", ""),
        ("点评：任务", "市长", "六月底前开工", "有效", "", "2026Q1-001", "2026-06-30"),
        ("点评：肯定", "市长", "记错", "已撤回", "不是这家", "", "")]
    assert [line["类别"] for line in table(hall, "U1", whole=False)] == ["点评：任务", "点评：肯定"]
    assert table(hall, "U2", whole=True) == []
