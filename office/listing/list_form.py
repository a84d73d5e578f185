"""The form of the workbook for the list: its columns, what each is for, and the words that stand for kinds.

The same file goes out and comes in: what stands in the columns of the state is only shown, and not read back.
"""

from __future__ import annotations

import re

from db.item_values import ItemKind, Milestone, SourceKind
from office.sheets.workbook import read_date
from office.sheets.workbook_form import EXAMPLE, Column
from office.sheets.workbook_writing import Choice, PlainSheet, write_sheets

SHEET = "清单"
_NODE = re.compile(r"([0-9]{4}.{0,2}?[0-9]{1,2}.{0,2}?[0-9]{1,2}\s*日?)[前\s：:，,]+(.+)")
DIRECTIONS = {"up": "越高越好", "down": "越低越好"}


def _column(name: str, width: int, why: str, *, needed: bool = False) -> Column:
    return Column(name=name, width=width, needed=needed, why=why)


ASKED = (
    _column("编号", 14, "清单已有编号的照写；不填则按场次或年份自动编号。"),
    _column("类别", 10, "、".join(one.words for one in ItemKind), needed=True),
    _column("内容", 40, "要做到什么。", needed=True),
    _column("责任单位", 22, "单位库里的名称。", needed=True),
    _column("责任人", 18, "写职务，例如：分管副县长。"),
    _column("牵头单位", 20, "可不填。"),
    _column("配合单位", 24, "几个单位用顿号隔开。"),
    _column("联系领导", 18, "写职务。"),
    _column("督导员", 18, "写职务。"),
    _column("工作班子", 20, "可不填。"),
    _column("项目", 26, "所属项目，可不填。"),
    _column("批次", 16, "例如：第一轮。"),
    _column("分类", 16, "自己的分类，可不填。"),
    _column("不足", 30, "要补的短板，可不填。"),
    _column("现状", 24, "可不填。"),
    _column("目标", 24, "可不填。"),
    _column("措施", 36, "几条措施在格内换行（Alt+Enter），一行一条。"),
    _column("目标值", 10, "只写数，如 95 或 33.5。"),
    _column("计量单位", 10, "有目标值就写，如 %、家、亿元。"),
    _column("基数", 10, "从多少算起，可不填。"),
    _column("方向", 12, f"{'或'.join(DIRECTIONS.values())}；不填即越高越好。"),
    _column("开始日期", 12, "如 2026-01-01；不填即列入日期。"),
    _column("列入日期", 12, "不填即今天。"),
    _column("期限", 12, "如 2026-06-30；没有期限的列为情况不明。"),
    _column("时间节点", 30, "几个节点在格内换行，一行一个，先写日期，如 2026-03-31 主体结顶。"),
    _column("来源", 12, "、".join(one.words for one in SourceKind), needed=True),
    _column("来源说明", 28, "例如：第三督查组2026年4月检查。"),
    _column("所属编号", 14, "举措属于哪一项短板、难题属于哪个项目，写那一项的编号。"),
    _column("备注", 24, "可不填。"),
)
SHOWN = tuple(_column(name, width, "导出时填写，导入时不读。") for name, width in (
    ("环节", 10), ("状态灯", 12), ("进度", 24), ("现期限", 12), ("延期次数", 8), ("催办次数", 8), ("待答复督办单", 10),
    ("退回销号次数", 10), ("反弹次数", 8), ("最近报告", 12), ("最近情况", 36), ("节点情况", 40)))
COLUMNS = (*ASKED, *SHOWN)
KINDS = {one.words: one for one in ItemKind}
SOURCES = {one.words: one for one in SourceKind}
ALSO_SAID = {"督查发现": SourceKind.INSPECTION, "专项行动": SourceKind.CAMPAIGN}  # people write these for the same


def milestones_in(text: str) -> tuple[tuple[Milestone, ...], tuple[str, ...]]:
    """The dated nodes that stand a line each, in the order of their days, and the lines that say no day or nothing else."""
    found, unread = [], []
    for line in (one.strip() for one in text.splitlines() if one.strip()):
        parts = _NODE.fullmatch(line)
        due = read_date(parts[1].strip()) if parts else None
        if parts is None or due is None or not 2000 <= due.year <= 2099:
            unread.append(line)
        else:
            found.append(Milestone(text=parts[2].strip(), due=due))
    return tuple(sorted(found, key=lambda one: one.due)), tuple(unread)


def list_template() -> bytes:
    """The empty form with one example, which is not read."""
    example = {"编号": f"{EXAMPLE}-001", "类别": "承诺", "内容": "开工率到90%", "责任单位": "乐清市", "责任人": "分管副市长",
               "联系领导": "分管副市长", "目标值": "90", "计量单位": "%", "期限": "2026-06-30", "来源": "台上承诺"}
    return write_sheets((sheet_of((tuple(example.get(one.name, "") for one in ASKED),), ASKED, examples=1), help_sheet()))


def sheet_of(rows: tuple[tuple[str, ...], ...], columns: tuple[Column, ...] = COLUMNS, *, examples: int = 0) -> PlainSheet:
    places = {one.name: n for n, one in enumerate(columns, 1)}
    return PlainSheet(
        name=SHEET, head=tuple(f"{one.name}*" if one.needed else one.name for one in columns), rows=rows,
        widths=tuple(one.width for one in columns), examples=examples,
        choices=(Choice(column=places["类别"], source=",".join(KINDS)), Choice(column=places["来源"], source=",".join(SOURCES)),
                 Choice(column=places["方向"], source=",".join(DIRECTIONS.values()))))


def help_sheet() -> PlainSheet:
    return PlainSheet(name="说明", head=("列", "怎么填"), widths=(16, 70),
                      rows=tuple((one.name, one.why) for one in COLUMNS))
