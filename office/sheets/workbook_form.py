"""The form of the workbook for preparing a sitting: its sheets, columns, what each is for, and the file to download.

A row whose first filled cell begins with 示例 is an example: printed grey in the template, skipped when read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from db.values import Declaration, Seat
from office.sheets.workbook_writing import Choice, PlainSheet, write_sheets
from office.sitting.plan import KIND_WORDS, SEGMENT_KINDS, SEGMENT_SCOPES, PlannedQuestion, PlannedSegment
from office.sitting.preparation import Prepared

EXAMPLE = "示例"
SITTING, UNITS, SEATS, PROMISES, HELP = "场次", "单位", "评委", "承诺", "说明"
STAGE, QUESTIONS = "环节", "提问"
MODE_WORDS = {"each": "每家讲完打分", "all": "最后一张票打全部"}
YES, NO = "是", "否"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: how wide it is printed, whether every row needs it, and what it is for."""

    name: str
    width: int
    needed: bool
    why: str


def _column(name: str, width: int, why: str, *, needed: bool = False) -> Column:
    return Column(name=name, width=width, needed=needed, why=why)


COLUMNS: Mapping[str, tuple[Column, ...]] = {
    SITTING: (
        _column("项目", 16, "不要改这一列。", needed=True),
        _column("内容", 40, "要改的项目写在这里；空着的不改。"),
        _column("怎么填", 60, "只是提示，不读取。")),
    UNITS: (
        _column("编号", 10, "参评单位（项目）在本场的编号，如 U01；不填则自动编号。"),
        _column("名称", 26, "大屏和选票上的名称。从上到下就是议程次序。", needed=True),
        _column("所属单位", 26, "名称不是单位本身时（例如项目）填写所属单位；不填即同名称。"),
        _column("类别", 16, f"单位库里还没有的单位要填：{'、'.join(KIND_WORDS.values())}。"),
        _column("上级单位", 20, "可不填。单位库里还没有的单位可写明上级，用于回避。"),
        _column("汇报人", 18, "写职务，例如：区委书记。"),
        _column("排名组", 14, "同组内排名；不分组就不填。"),
        _column("参加排名", 10, "是或否；不填即“是”。“否”为只打分不排名。"),
        _column("上台发言", 10, "是或否；不填即“是”。“否”为不上台，只参加测评。"),
        _column("观摩线路", 14, "分线路观摩时填写，如第一线路；人人都看的不填。")),
    SEATS: (
        _column("席位编号", 12, "一席一个编号，如 L01；同一份表里不能重复。", needed=True),
        _column("评委组", 18, "评分办法里的评委组，从下拉列表选。", needed=True),
        _column("姓名或职务", 26, "印在胸牌上；无记名的组也只用于发胸牌。"),
        _column("本人单位", 26, "评委所在单位，用于自动回避；没有就不填。"),
        _column("观摩线路", 14, "评委看的是哪条线路，别的线路的项目自动回避；全都看过就不填。"),
        _column("影子席位", 10, "是或否；不填即“否”。影子席位供练习用，打的分不计入。")),
    PROMISES: (
        _column("单位", 22, "单位表里的名称或编号。", needed=True),
        _column("不足序号", 10, "1、2、3……同一条不足有几项承诺时，各行写同一序号。", needed=True),
        _column("不足", 36, "不足本身；同一序号的第二行起可不填。"),
        _column("差距", 24, "可不填。"),
        _column("目标", 24, "可不填。"),
        _column("措施", 36, "几条措施在格内换行（Alt+Enter），一行一条。"),
        _column("承诺", 36, "承诺做到什么；没有承诺的不足可不填。"),
        _column("责任人", 18, "写职务；有承诺就要填。"),
        _column("期限", 14, "如 2026-06-30；有承诺就要填。"),
        _column("数量", 10, "可不填；只写数，如 95 或 33.5。"),
        _column("数量单位", 10, "有数量就要填，如 %、家、亿元。")),
    STAGE: (
        _column("名称", 20, "主持台和大屏上的名称。整张表从上到下就是全部环节；一行也不填就不改。", needed=True),
        _column("种类", 12, f"{'、'.join(SEGMENT_KINDS.values())}之一；打分只能有一行。", needed=True),
        _column("范围", 14, f"{'、'.join(SEGMENT_SCOPES.values())}之一；不填即“{SEGMENT_SCOPES['each']}”。"),
        _column("时限秒数", 10, "0或不填为不限时。"),
        _column("提醒秒数", 10, "到时限前多少秒提醒，可不填。")),
    QUESTIONS: (
        _column("单位", 22, "单位表里上台单位的名称或编号。", needed=True),
        _column("提问人", 20, "写身份，例如：分管副市长。", needed=True),
        _column("评委组", 16, "提问人所在的评委组，可不填。"),
        _column("问题", 60, "最多200字。系统里已有的一字不差的不重复添加。", needed=True)),
}
ALSO_KNOWN = frozenset({"备注", "序号"})  # columns that people add; they are not read
ITEMS: tuple[tuple[str, str, str], ...] = (
    ("编号", "key", "用来核对是不是这一场，不能在这里改。"), ("名称", "title", "例如：县区比拼现场"),
    ("赛场", "arena", "例如：县区比拼现场"), ("考核周期", "period", "分数记入这一期，例如：2026Q2"),
    ("日期", "held_on", "如 2026-07-20"), ("地点", "place", ""), ("说明", "note", "凡显示本场数字的地方都注明，可不填"),
    ("打分方式", "ballot_mode", "或".join(MODE_WORDS.values())), ("打分秒数", "seconds", "0为主持人手动截止"),
    ("收票秒数", "grace_seconds", "截止倒计时，0到600"))
_EXAMPLES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    UNITS: (("示例1", "某某区", "", "县（市、区）", "", "区委书记", "", "是", "是", ""),
            ("示例2", "老城改造项目", "某某区", "", "", "副区长", "", "否", "是", "第一线路")),
    SEATS: (("示例1", "", "市领导一席", "", "", ""), ("示例2", "", "市发改委负责人", "市发改委", "第一线路", "否")),
    PROMISES: (("示例：某某区", "1", "项目开工慢", "开工率61%", "开工率90%", "逐项倒排\n每周会商", "开工率到90%", "分管副区长",
                "2026-06-30", "90", "%"),
               ("示例：某某区", "1", "", "", "", "", "新开工项目12个", "发改局局长", "2026-06-30", "12", "个")),
    STAGE: (("示例：主要负责人发言", "发言", "每家单位", "480", "60"), ("示例：现场测评", "打分", "每家单位", "120", "")),
    QUESTIONS: (("示例：某某区", "分管副市长", "", "项目为什么开工慢？"),),
}


def template(one: Prepared) -> bytes:
    """The form with examples; the settings of the sitting are filled in."""
    return _write(one, {name: rows for name, rows in _EXAMPLES.items()}, examples=True)


def filled_form(one: Prepared, seats: tuple[Seat, ...],
                declarations: Mapping[str, Declaration], segments: Sequence[PlannedSegment] = (),
                questions: Sequence[PlannedQuestion] = ()) -> bytes:
    """What the sitting holds, in the same form: to correct it and bring it in again."""
    units = tuple((t.key, t.name, one.unit_name(t.unit), "", "", t.presenter, t.ranking_group, YES if t.ranked else NO,
                   YES if t.speaks else NO, t.route) for t in one.agenda)
    names = {group.key: group.name for group in one.rule.groups}
    judges = tuple((s.code, names.get(s.group, s.group), s.name, s.unit and one.unit_name(s.unit), s.route,
                    YES if s.shadow else NO) for s in seats)
    promises = tuple(row for t in one.agenda for row in _promise_rows(t.key, declarations.get(t.key, Declaration())))
    stage = tuple((s.title, SEGMENT_KINDS[s.kind], SEGMENT_SCOPES[s.scope], str(s.seconds), str(s.warn_seconds))
                  for s in segments)
    asked = tuple((q.target, q.asker, names.get(q.group, q.group), q.text) for q in questions)
    return _write(one, {UNITS: units, SEATS: judges, PROMISES: promises, STAGE: stage, QUESTIONS: asked}, examples=False)


def _promise_rows(target: str, stated: Declaration) -> tuple[tuple[str, ...], ...]:
    rows = []
    for n, one in enumerate(stated.shortcomings, 1):
        about = (one.text, one.gap, one.goal, "\n".join(one.measures))
        rows += [(target, str(n), *(about if m == 0 else ("",) * 4), c.text, c.owner, c.deadline.isoformat(), c.amount,
                  c.amount_unit) for m, c in enumerate(one.commitments)]
        if not one.commitments:
            rows.append((target, str(n), *about, "", "", "", "", ""))
    return tuple(rows)


def _write(one: Prepared, rows: Mapping[str, tuple[tuple[str, ...], ...]], *, examples: bool) -> bytes:
    about = one.sitting
    values = {"key": about.key, "title": about.title, "arena": about.arena, "period": about.period,
              "held_on": about.held_on.isoformat(), "place": about.place, "note": about.note,
              "ballot_mode": MODE_WORDS[about.ballot_mode], "seconds": str(about.seconds),
              "grace_seconds": str(about.grace_seconds)}
    groups = tuple(group.name for group in one.rule.groups)
    choices = {
        SITTING: (),
        UNITS: (Choice(column=4, source=",".join(KIND_WORDS.values())), Choice(column=8, source=f"{YES},{NO}"),
                Choice(column=9, source=f"{YES},{NO}")),
        SEATS: (*_group_choice(groups), Choice(column=4, source=f"={UNITS}!$B$2:$B$500", strict=False),
                Choice(column=6, source=f"{YES},{NO}")),
        PROMISES: (Choice(column=1, source=f"={UNITS}!$B$2:$B$500", strict=False),),
        STAGE: (Choice(column=2, source=",".join(SEGMENT_KINDS.values())),
                Choice(column=3, source=",".join(SEGMENT_SCOPES.values()))),
        QUESTIONS: (Choice(column=1, source=f"={UNITS}!$B$2:$B$500", strict=False),),
    }
    filled = dict(rows) | {SITTING: tuple((name, values[key], why) for name, key, why in ITEMS)}
    if examples:
        filled[SEATS] = tuple((code, groups[min(n, len(groups) - 1)], *rest)
                              for n, (code, _group, *rest) in enumerate(filled[SEATS]))
    sheets = [_help_sheet()] + [
        PlainSheet(name=name, head=tuple(c.name for c in columns), rows=filled[name],
                   widths=tuple(c.width for c in columns), choices=choices[name],
                   examples=len(filled[name]) if examples and name != SITTING else 0)
        for name, columns in COLUMNS.items()]
    return write_sheets(sheets)


def _group_choice(groups: tuple[str, ...]) -> tuple[Choice, ...]:
    """Excel takes at most 255 characters of words, none with a comma."""
    source = ",".join(groups)
    return (Choice(column=2, source=source),) if len(source) <= 255 and source.count(",") == len(groups) - 1 else ()


def _help_sheet() -> PlainSheet:
    rows: list[tuple[str, ...]] = [
        ("全部", "", "", "以“示例”开头的行不读取，可以留着，也可以删去。空行、备注列和序号列不读取。"),
        ("全部", "", "", "空着的格不改系统里原来的内容；要清空请在会前准备里改。"),
        ("全部", "", "", "系统里有、表里没有的单位和席位保持不动；要撤去的请在会前准备里撤。"),
        ("全部", "", "", "同一份表可以反复上传：一样的不动，改过的更正，新添的加上。")]
    rows += [(name, column.name, "必填" if column.needed else "", column.why)
             for name, columns in COLUMNS.items() for column in columns]
    return PlainSheet(name=HELP, head=("工作表", "列", "要求", "说明"), rows=tuple(rows), widths=(10, 14, 8, 80))
