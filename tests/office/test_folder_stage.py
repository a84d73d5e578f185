"""What a sitting folder says of the stage, of routes and of who does not speak: read, stored once, refused by place."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from db.reads import segments as segment_reads
from db.reads import sittings as reads
from db.reads import stage_talk
from office.folders.folder import read_folder
from office.refusal import Refused
from office.sitting import sittings
from office.sitting.plan import PlannedQuestion, PlannedSegment
from tests import make

SAMPLE = Path(__file__).parents[2] / "sample_sessions" / "wenzhou_county_2019q1"
SEGMENTS = """
[[segments]]
key = "speech"
kind = "speech"
title = "区委书记发言"
seconds = 480
warn_seconds = 60

[[segments]]
key = "ballot"
kind = "ballot"
title = "现场测评"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The county sample without an agenda of its own."""
    made = shutil.copytree(SAMPLE, tmp_path / "sitting")
    about = made / "sitting.toml"
    about.write_text(about.read_text("utf-8").partition("\n# The order")[0] + "\n", "utf-8")
    return made


def add_columns(file: Path, columns: str, values: str, **of_row: str) -> None:
    """Append columns: `values` to every row, but other ones to the row that begins with a key of `of_row`."""
    head, *rows = file.read_text("utf-8").splitlines()
    kept = [f"{row},{of_row.get(row.split(',')[0], values)}" for row in rows]
    file.write_text("\n".join([f"{head},{columns}", *kept]) + "\n", "utf-8")


def append(file: Path, text: str) -> None:
    with file.open("a", encoding="utf-8") as f:
        f.write(text)


def refusal(folder: Path) -> str:
    with pytest.raises(Refused) as refused:
        read_folder(folder)
    return str(refused.value)


def first_keys(folder: Path) -> tuple[str, str]:
    plan = read_folder(folder)
    return plan.targets[0].key, plan.seats[0].code


def test_a_folder_without_any_of_it_is_read_as_before(folder):
    plan = read_folder(folder)

    assert {(one.speaks, one.route) for one in plan.targets} == {(True, "")}
    assert {(one.route, one.shadow) for one in plan.seats} == {("", False)}


def test_routes_speakers_shadows_segments_and_questions_are_stored_and_loading_again_changes_nothing(house, folder):
    target, seat = first_keys(folder)
    add_columns(folder / "targets.csv", "speaks,route", "no,", **{target: "yes,第一线路"})
    add_columns(folder / "seats.csv", "route,shadow", ",no", **{seat: "第一线路,yes"})
    append(folder / "sitting.toml", SEGMENTS)
    (folder / "questions.csv").write_text(
        f"target,asker,group,text\n{target},分管副市长,,项目为什么慢？\n{target},社会各界代表,public,什么时候开工？\n", "utf-8")
    plan = read_folder(folder)

    assert plan.segments == (
        PlannedSegment(key="speech", kind="speech", title="区委书记发言", seconds=480, warn_seconds=60),
        PlannedSegment(key="ballot", kind="ballot", title="现场测评"))
    assert plan.questions[1] == PlannedQuestion(target=target, asker="社会各界代表", group="public", text="什么时候开工？")
    for _ in range(2):
        sittings.load(house.database, plan, by="test", at=make.START)
    with house.database.reading() as c:
        found = reads.sitting(c, plan.key)
        assert found is not None
        stored = {one.key: (one.speaks, one.route) for one in reads.targets(c, found.id)}
        seated = {one.code: (one.route, one.shadow) for one in reads.every_seat(c, found.id)}
        segments = [(one.key, one.kind, one.seconds, one.warn_seconds) for one in segment_reads.segments(c, found.id)]
        questions = [(one.target, one.asker, one.source, one.state) for one in stage_talk.questions(c, found.id)]
    assert stored.pop(target) == (True, "第一线路") and set(stored.values()) == {(False, "")}
    assert seated.pop(seat) == ("第一线路", True) and set(seated.values()) == {("", False)}
    assert segments == [("speech", "speech", 480, 60), ("ballot", "ballot", 0, 0)]
    assert questions == [(target, "分管副市长", "prepared", "waiting"), (target, "社会各界代表", "prepared", "waiting")]


def test_what_is_wrong_in_a_table_is_named_by_file_row_and_column(folder):
    target, seat = first_keys(folder)
    add_columns(folder / "targets.csv", "speaks,route", "yes,", **{target: "也许,"})
    assert refusal(folder).startswith("targets.csv第2行speaks列") and "“也许”" in refusal(folder)

    shutil.copy(SAMPLE / "targets.csv", folder)
    add_columns(folder / "targets.csv", "route,speaks", "第二线路,yes")
    add_columns(folder / "seats.csv", "shadow,route", "no,", **{seat: "no,第三线路"})
    assert "seats.csv第2行route列" in refusal(folder) and "可用的是 第二线路" in refusal(folder)

    shutil.copy(SAMPLE / "seats.csv", folder)
    add_columns(folder / "seats.csv", "shadow", "no", **{seat: ""})
    assert "seats.csv第2行shadow列" in refusal(folder)


@pytest.mark.parametrize(("row", "where"), [
    ("U99,代表,,为什么？", "target"), ("{target},,,为什么？", "asker"), ("{target},代表,friends,为什么？", "group"),
    ("{target},代表,,", "text"), ("{target},代表,," + "长" * 201, "text"), ("{silent},代表,,为什么？", "target"),
])
def test_a_question_that_cannot_be_asked_is_named(folder, row, where):
    plan = read_folder(folder)
    target, silent = plan.targets[0].key, plan.targets[1].key
    add_columns(folder / "targets.csv", "speaks", "yes", **{silent: "no"})
    (folder / "questions.csv").write_text(
        "target,asker,group,text\n" + row.format(target=target, silent=silent) + "\n", "utf-8")

    assert refusal(folder).startswith(f"questions.csv第2行{where}列")


@pytest.mark.parametrize(("change", "said"), [
    (("seconds = 480", "seconds = 30"), "第1个 [[segments]]：提醒要早于时限"),
    (("seconds = 480", 'seconds = "8分"'), "第1个 [[segments]] 的 seconds 请写成不带引号的整数"),
    (('kind = "speech"', 'kind = "song"'), "种类“song”不认识"),
    (('key = "ballot"', 'key = "speech"'), "编号“speech”重复了"),
    (('key = "speech"', 'key = "发言"'), "第1个 [[segments]]：编号“发言”"),
    (('title = "现场测评"', 'titel = "现场测评"'), "第2个 [[segments]] 里有不认识的项“titel”"),
    (('title = "现场测评"', ""), "第2个 [[segments]] 缺少 title"),
    (('title = "现场测评"', 'title = "现场测评"\nscope = "after"'), "打分环节的范围请写each"),
    (('kind = "speech"', 'kind = "ballot"'), "第2个 [[segments]]：打分环节只能有一个"),
])
def test_a_template_that_cannot_be_walked_is_named(folder, change, said):
    append(folder / "sitting.toml", SEGMENTS.replace(*change))

    assert "sitting.toml" in refusal(folder) and said in refusal(folder)
