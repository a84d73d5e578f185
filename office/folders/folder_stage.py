"""What a sitting folder says of the stage: the segments of `sitting.toml`, and the questions that are prepared.

    [[segments]]
    key = "speech"
    kind = "speech"
    title = "主要负责人发言"
    seconds = 480
    warn_seconds = 60
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from office.folders.folder_rows import rows_of
from office.sitting.agenda_templates import fault_of
from office.sitting.plan import QUESTION_BOUND, PlannedQuestion, PlannedSegment
from scoring.rows import PackageRefused
from scoring.rule import Rule

_KEYS = {"key": str, "kind": str, "title": str, "scope": str, "seconds": int, "warn_seconds": int}
_WANTED = {str: "带引号的文字", int: "不带引号的整数"}


def read_segments(found: Sequence[object], ballot_mode: str) -> tuple[PlannedSegment, ...]:
    """The agenda template of `sitting.toml`, in its order."""
    segments = tuple(_segment(n, one) for n, one in enumerate(found, 1))
    if (fault := fault_of(segments, ballot_mode)) is not None:
        number, words = fault
        raise PackageRefused("sitting.toml", f"第{number}个 [[segments]]：{words}")
    return segments


def read_questions(folder: Path, speaking: Collection[str], targets: Collection[str],
                   rule: Rule) -> tuple[PlannedQuestion, ...]:
    """`questions.csv`, in the order in which they are to be asked of each target."""
    groups = [group.key for group in rule.groups]
    found = []
    for row in rows_of(folder, "questions.csv", "target", "asker", "group", "text", optional=True):
        target = row.one_of("target", targets, "不在 targets.csv 里")
        if target not in speaking:
            raise row.refuse("target", "不上台发言（speaks = no），不能安排提问")
        if len(row.needed("text")) > QUESTION_BOUND:
            raise row.refuse("text", f"……太长，提问最多{QUESTION_BOUND}字，请写短一些")
        found.append(PlannedQuestion(
            target=target, asker=row.needed("asker"), text=row["text"],
            group=row.one_of("group", {*groups, ""}, f"不是 rule.toml 里的评委组，可用的是 {'、'.join(groups)}，或留空")))
    return tuple(found)


def _segment(number: int, found: object) -> PlannedSegment:
    if not isinstance(found, dict):
        raise PackageRefused("sitting.toml", "segments 请写成 [[segments]] 表，一个环节一张")
    for key, value in found.items():
        if key not in _KEYS:
            raise PackageRefused("sitting.toml", f"第{number}个 [[segments]] 里有不认识的项“{key[:40]}”，请删去；"
                                                 f"可用的是 {'、'.join(_KEYS)}")
        if not isinstance(value, _KEYS[key]) or isinstance(value, bool):
            raise PackageRefused("sitting.toml", f"第{number}个 [[segments]] 的 {key} 请写成{_WANTED[_KEYS[key]]}")
    for key in ("key", "kind", "title"):
        if not str(found.get(key, "")).strip():
            raise PackageRefused("sitting.toml", f"第{number}个 [[segments]] 缺少 {key}，请补上")
    return PlannedSegment(key=found["key"], kind=found["kind"], title=found["title"].strip(),
                          scope=found.get("scope", "each"), seconds=found.get("seconds", 0),
                          warn_seconds=found.get("warn_seconds", 0))
