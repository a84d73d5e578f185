"""The sheets 场次 and 评委 of a workbook, held against the sitting: settings, and who sits where."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from db.values import Seat
from office.sheets.workbook import Line, read_date
from office.sheets.workbook_check import Checker, said
from office.sheets.workbook_form import ITEMS, MODE_WORDS, NO, UNITS, YES
from office.sitting.plan import PlannedSeat, paper_does_not_fit

_FIXED = {"group": "评委组", "unit": "本人单位", "route": "观摩线路"}


def check_settings(checker: Checker, lines: Iterable[Line]) -> None:
    keys = {name: key for name, key, _why in ITEMS}
    seen: set[str] = set()
    for line in lines:
        name, text = line["项目"], line["内容"]
        if name not in keys:
            checker.fault(line, "项目", f"不认识“{name[:20]}”", f"可用的是{'、'.join(keys)}；不用的整行删去")
        elif name in seen:
            checker.fault(line, "项目", f"“{name}”写了两次", "请删去一行")
        elif text:
            _setting(checker, line, keys[name], text)
        seen.add(name)


def _setting(checker: Checker, line: Line, key: str, text: str) -> None:
    held = checker.held.sitting
    value = _setting_value(checker, line, key, text)
    if value is None or value == getattr(held, key):
        return
    if key == "key":
        checker.other_sitting = True
        checker.fault(line, "内容", f"这份表是场次“{text[:60]}”的，不是这一场（{held.key}）的", "请到那一场去导入，或把这一格清空")
    elif key == "ballot_mode" and checker.held.begun:
        checker.fault(line, "内容", "已经开始打分，打分方式不能再改", "请改回原来的，或把这一格清空")
    elif key == "ballot_mode" and (fault := paper_does_not_fit(checker.held.rule, str(value))) is not None:
        checker.fault(line, "内容", fault, "请改回原来的，或把这一格清空")
    elif key == "period" and checker.held.published:
        checker.fault(line, "内容", "成绩已公布，考核周期不能再改", "请改回原来的，或把这一格清空")
    else:
        checker.changes.settings[key] = value.isoformat() if isinstance(value, date) else value
        checker.changes.say(line, f"{line['项目']}改为“{text[:40]}”")


def _setting_value(checker: Checker, line: Line, key: str, text: str) -> object | None:
    if key == "held_on":
        found = read_date(text)
        if found is None:
            checker.fault(line, "内容", f"“{text[:20]}”不是日期", "请写如 2026-07-20")
        return found
    if key == "ballot_mode":
        mode = next((mode for mode, words in MODE_WORDS.items() if text in (words, mode)), None)
        if mode is None:
            checker.fault(line, "内容", f"“{text[:20]}”不是打分方式", f"请写{'或'.join(MODE_WORDS.values())}")
        return mode
    if key in ("seconds", "grace_seconds"):
        most = 86400 if key == "seconds" else 600
        if not (text.isascii() and text.isdigit()) or int(text[:9]) > most:
            checker.fault(line, "内容", f"“{text[:20]}”不是秒数", f"请写0到{most}之间的整数")
            return None
        return int(text)
    return text


def check_seats(checker: Checker, lines: Iterable[Line]) -> None:
    rule, seats = checker.held.rule, {one.code: one for one in checker.held.seats}
    groups = {one.key: one.key for one in rule.groups} | {one.name: one.key for one in rule.groups}
    groups |= {f"{one.name}组": one.key for one in rule.groups}
    first: dict[str, int] = {}
    routes = checker.changes.routes(checker.held)
    for line in lines:
        code, name = line["席位编号"], line["姓名或职务"]
        group, unit = groups.get(line["评委组"]), checker.find_unit(line["本人单位"]) if line["本人单位"] else ""
        if code in first:
            checker.fault(line, "席位编号", f"“{code[:20]}”和第{first[code]}行重复", "请改掉一个，或删去一行")
            continue
        first[code] = line.row
        if group is None:
            checker.fault(line, "评委组", f"评分办法里没有评委组“{line['评委组'][:20]}”",
                       f"可用的是{'、'.join(one.name for one in rule.groups)}")
        if unit is None:
            checker.fault(line, "本人单位", f"没有登记过单位“{line['本人单位'][:30]}”",
                       f"请先在单位库登记，或写进“{UNITS}”表；与参评单位无关就清空")
        route, shadow = line["观摩线路"], {YES: True, NO: False, "": None}.get(line["影子席位"], "?")
        if route and route not in routes:
            checker.fault(line, "观摩线路", f"“{UNITS}”表和议程里没有“{route[:20]}”",
                          f"可用的是{'、'.join(sorted(routes - {''})) or '（没有线路）'}；全都看过就清空")
        elif shadow == "?":
            checker.fault(line, "影子席位", f"“{line['影子席位'][:10]}”看不懂", f"请写{YES}或{NO}")
        elif len(code) > 40:
            checker.fault(line, "席位编号", "太长", "请缩短到40个字符以内，例如 D13")
        elif group is not None and unit is not None:
            _seat(checker, line, seats.get(code), PlannedSeat(
                code=code, group=group, name=name, unit=unit, route=route, shadow=shadow is True), shadow)


def _seat(checker: Checker, line: Line, known: Seat | None, new: PlannedSeat, shadow: object) -> None:
    group = checker.held.rule.group(new.group)
    if known is None:
        if checker.held.open and group.secret:
            checker.fault(line, "", f"正在打分，{group.name}是无记名组，现在不能加席位", "请等截止后再导入这一行")
            return
        checker.changes.seats.append(new)
        checker.changes.say(line, f"添加席位{new.code}（{group.name}）{new.name}")
        return
    if shadow is not None and shadow is not known.shadow:
        checker.fault(line, "影子席位", f"{new.code}席{'是' if known.shadow else '不是'}影子席位，不能在这里改",
                      "请改回，或换一个席位编号")
        return
    values = dict(name=new.name or known.name, group=new.group, unit=new.unit or known.unit,
                  route=new.route or known.route)
    changed = {name: value for name, value in values.items() if value != getattr(known, name)}
    if checker.held.begun and {"group", "unit", "route"} & changed.keys():
        at_fault = next(column for name, column in _FIXED.items() if name in changed)
        checker.fault(line, at_fault, f"已经开始打分，{new.code}席的评委组、单位和线路不能再改，只能换人", "请改回原来的")
    elif changed:
        checker.changes.changed_seats[new.code] = values
        words = {"name": ("person", new.name), "group": ("group", group.name), "unit": ("unit", checker.units.get(new.unit)),
                 "route": ("route", new.route)}
        shown = dict(words[name] for name in changed)
        checker.changes.say(line, f"席位{new.code}更正：{said(shown, None)}")
