"""The sheet 承诺 of a workbook: rows gathered into the declarations of units, and held against what is stated already.

A declaration is replaced as a whole: where one row of a unit is at fault, nothing of that unit is taken.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from db.values import Commitment, Declaration, Shortcoming
from office.sheets.workbook import Line, read_date
from office.sheets.workbook_check import Checker
from scoring.number import NotANumber, parse_decimal

_ABOUT = ("不足", "差距", "目标", "措施")
_PROMISE = ("承诺", "责任人", "期限", "数量", "数量单位")
MOST = 20  # shortcomings of one unit


@dataclass(slots=True)
class _Stated:
    """What the rows of one unit say; `spoiled`: one of them is at fault."""

    first: Line
    lines: list[Line] = field(default_factory=list)
    starts: dict[int, Line] = field(default_factory=dict)  # the first row of each shortcoming
    about: dict[int, dict[str, str]] = field(default_factory=dict)
    promises: dict[int, list[Commitment]] = field(default_factory=dict)
    spoiled: bool = False


def check_promises(checker: Checker, lines: Iterable[Line], *, faulty_units: frozenset[str] = frozenset()) -> None:
    """Adds to the checker's changes and faults. `faulty_units`: as written in rows of form faults, left out whole; a row
    that names none could be anybody's."""
    by_name = {name: key for key, name in checker.targets.items()}
    stated: dict[str, _Stated] = {}
    for line in lines:
        asked = line["单位"]
        key = asked if asked in checker.targets else by_name.get(asked)
        if key is None:
            checker.fault(line, "单位", f"议程里没有“{asked[:30]}”", "请写单位表里的名称或编号；单位那一行有误时先改那一行")
            continue
        one = stated.setdefault(key, _Stated(line))
        one.lines.append(line)
        before = len(checker.faults)
        _gather(checker, one, line)
        one.spoiled |= len(checker.faults) > before or bool({asked, ""} & faulty_units)
    for key, one in stated.items():
        _compare(checker, key, one)


def _gather(checker: Checker, one: _Stated, line: Line) -> None:
    number = line["不足序号"]
    if not (number.isascii() and number.isdigit()) or not 1 <= int(number[:9]) <= MOST:
        checker.fault(line, "不足序号", f"“{number[:10]}”不是序号", f"请写1到{MOST}")
        return
    n = int(number)
    one.starts.setdefault(n, line)
    about = one.about.setdefault(n, {})
    for name in _ABOUT:
        if line[name] and about.setdefault(name, line[name]) != line[name]:
            checker.fault(line, name, f"同一条不足（第{n}条）的{name}前后写得不一样", "请留一处，其余清空；另一条不足请换序号")
    promise = _promise(checker, line)
    if promise is not None:
        one.promises.setdefault(n, []).append(promise)


def _promise(checker: Checker, line: Line) -> Commitment | None:
    if not any(line[name] for name in _PROMISE):
        return None
    before = len(checker.faults)
    for name, hint in (("承诺", "写明承诺做到什么"), ("责任人", "写职务，例如：分管副县长"), ("期限", "写如 2026-06-30")):
        if not line[name]:
            checker.fault(line, name, f"没有填{name}", f"请{hint}")
    deadline = read_date(line["期限"])
    if line["期限"] and deadline is None:
        checker.fault(line, "期限", f"“{line['期限'][:20]}”不是日期", "请写如 2026-06-30")
    amount, unit = line["数量"], line["数量单位"]
    if amount.endswith("%") and unit in ("", "%"):
        amount, unit = amount[:-1], "%"  # a cell formatted as a percentage
    if amount:
        try:
            parse_decimal(amount)
        except NotANumber:
            checker.fault(line, "数量", f"“{amount[:20]}”不是数", "请只写数，如 95 或 33.5，单位写在旁边")
        if not unit:
            checker.fault(line, "数量单位", "数量没有写单位", "请写如 %、家、亿元")
    elif unit:
        checker.fault(line, "数量", "写了单位没有写数量", "请补上数量，或把单位清空")
    if len(checker.faults) > before or deadline is None:
        return None
    return Commitment(text=line["承诺"], owner=line["责任人"], deadline=deadline, amount=amount, amount_unit=unit)


def _compare(checker: Checker, key: str, one: _Stated) -> None:
    for n, about in sorted(one.about.items()):
        if not about.get("不足"):
            checker.fault(one.starts[n], "不足", f"第{n}条不足没有写不足本身", "请在它的第一行补上")
            one.spoiled = True
    name = checker.targets[key]
    if one.spoiled:
        checker.along += [(line.sheet, line.row) for line in one.lines]
        checker.notes.append(f"“{name}”的承诺有行要改，它的不足与承诺整份没有采用（{_rows(one)}）")
        return
    new = Declaration(shortcomings=tuple(
        Shortcoming(text=about["不足"], gap=about.get("差距", ""), goal=about.get("目标", ""),
                    measures=tuple(part.strip() for part in about.get("措施", "").splitlines() if part.strip()),
                    commitments=tuple(one.promises.get(n, ())))
        for n, about in sorted(one.about.items())))
    held = checker.held.declarations.get(key, Declaration())
    if _plain(held) == new:
        return
    if key in checker.held.fixed:
        checker.fault(one.first, "单位", f"{name}的成绩已公布或承诺已列入清单，填报不能再改", "请删去它的各行")
        return
    checker.changes.declarations[key] = new
    count = len(new.commitments)
    checker.changes.say(one.first, f"{name}的填报{'改' if held.shortcomings else '写'}为{len(new.shortcomings)}条不足、{count}项承诺")


def _plain(held: Declaration) -> Declaration:
    """As it was stated, before its commitments were numbered."""
    return Declaration(shortcomings=tuple(
        Shortcoming(text=one.text, gap=one.gap, goal=one.goal, measures=one.measures,
                    commitments=tuple(Commitment(text=c.text, owner=c.owner, deadline=c.deadline, amount=c.amount,
                                                 amount_unit=c.amount_unit) for c in one.commitments))
        for one in held.shortcomings))


def _rows(one: _Stated) -> str:
    return "、".join(f"第{line.row}行" for line in one.lines[:5]) + ("等" if len(one.lines) > 5 else "")
