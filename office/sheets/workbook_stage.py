"""The sheets 环节 and 提问 of a workbook, held against the sitting: the agenda template, and prepared questions.

The sheet 环节 is the whole template, from top to bottom: with one row at fault nothing of it is taken, and once a segment
has run it is changed on the preparation page. A question that the sitting holds word for word is not asked twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from office.sheets.workbook import Line
from office.sheets.workbook_check import Checker
from office.sheets.workbook_form import STAGE
from office.sitting.agenda_templates import fault_of
from office.sitting.plan import QUESTION_BOUND, SEGMENT_KINDS, SEGMENT_SCOPES, PlannedQuestion, PlannedSegment

ASKER_BOUND = 40


def check_segments(checker: Checker, lines: Sequence[Line], *, whole: bool) -> None:
    """`whole`: no row of the sheet was lost before it came here."""
    if not lines:
        return
    before, held = len(checker.faults), checker.held.segments
    keys = {one.title: one.key for one in held}
    taken, found = set(keys.values()), list[PlannedSegment]()
    for line in lines:
        one = _segment(checker, line, keys, taken)
        if one is not None:
            found.append(one)
    if len(checker.faults) == before:
        mode = str(checker.changes.settings.get("ballot_mode", checker.held.sitting.ballot_mode))
        if (fault := fault_of(found, mode)) is not None:
            number, words = fault
            checker.fault(lines[min(number, len(lines)) - 1], "", words, "请照模板改")
        elif checker.held.ran and tuple(found) != held:
            checker.fault(lines[0], "", "已经进行过环节，整张表不能再换", "请在会前准备的“环节”里改，或把各行改回原来的")
    if len(checker.faults) > before or not whole:
        checker.along += [(line.sheet, line.row) for line in lines]
        checker.notes.append(f"“{STAGE}”表有行要改，环节整张没有采用")
    elif tuple(found) != held:
        checker.changes.segments = tuple(found)
        checker.changes.say(lines[0], f"环节{'换' if held else '定'}为：{'、'.join(one.title for one in found)}")


def _segment(checker: Checker, line: Line, keys: dict[str, str], taken: set[str]) -> PlannedSegment | None:
    title, before = line["名称"], len(checker.faults)
    kind = _known(checker, line, "种类", SEGMENT_KINDS)
    scope = _known(checker, line, "范围", SEGMENT_SCOPES) if line["范围"] else "each"
    seconds, warn = _seconds(checker, line, "时限秒数"), _seconds(checker, line, "提醒秒数")
    if keys.get(title, "") == "used":
        checker.fault(line, "名称", f"“{title[:20]}”写了两次", "请改掉一个")
    if len(checker.faults) > before or kind is None or scope is None or seconds is None or warn is None:
        return None
    key = keys.get(title) or next(f"s{n}" for n in range(1, 1000) if f"s{n}" not in taken)
    keys[title] = "used"
    taken.add(key)
    return PlannedSegment(key=key, kind=kind, title=title, scope=scope, seconds=seconds, warn_seconds=warn)


def _known(checker: Checker, line: Line, column: str, words: dict[str, str]) -> str | None:
    found = next((key for key, said in words.items() if line[column] in (key, said)), None)
    if found is None:
        checker.fault(line, column, f"不认识“{line[column][:20]}”", f"可用的是{'、'.join(words.values())}")
    return found


def _seconds(checker: Checker, line: Line, column: str) -> int | None:
    text = line[column] or "0"
    if not (text.isascii() and text.isdigit()) or len(text) > 5:
        checker.fault(line, column, f"“{text[:20]}”不是秒数", "请写整数，0为不限时")
        return None
    return int(text)


def check_questions(checker: Checker, lines: Iterable[Line]) -> None:
    by_name = {name: key for key, name in checker.targets.items()}
    groups = {one.key: one.key for one in checker.held.rule.groups} | {
        one.name: one.key for one in checker.held.rule.groups} | {"": ""}
    silent = {one.key for one in checker.held.targets if not one.speaks} - checker.changes.changed_targets.keys()
    silent |= {key for key, values in checker.changes.changed_targets.items() if not values["speaks"]}
    silent |= {one.key for one in checker.changes.targets if not one.speaks}
    known = set(checker.held.questions)
    for line in lines:
        asked, before = line["单位"], len(checker.faults)
        key = asked if asked in checker.targets else by_name.get(asked)
        if key is None:
            checker.fault(line, "单位", f"议程里没有“{asked[:30]}”", "请写单位表里的名称或编号；单位那一行有误时先改那一行")
        elif key in silent:
            checker.fault(line, "单位", f"{checker.targets[key]}不上台发言，不能安排提问", "请改成上台的单位，或整行删去")
        if line["评委组"] not in groups:
            checker.fault(line, "评委组", f"评分办法里没有评委组“{line['评委组'][:20]}”",
                          f"可用的是{'、'.join(one.name for one in checker.held.rule.groups)}，或清空")
        for column, bound in (("提问人", ASKER_BOUND), ("问题", QUESTION_BOUND)):
            if len(line[column]) > bound:
                checker.fault(line, column, f"有{len(line[column])}个字", f"请缩短到{bound}字以内")
        if len(checker.faults) > before or key is None:
            continue
        new = PlannedQuestion(target=key, asker=line["提问人"], group=groups[line["评委组"]], text=line["问题"])
        if new not in known:
            known.add(new)
            checker.changes.questions.append(new)
            checker.changes.say(line, f"预备提问：{new.asker}问{checker.targets[key]}")
