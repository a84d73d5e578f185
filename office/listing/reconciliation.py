"""Monthly reconciliation (月度对账): every open item walked once a month, fact against list, by unit and by leader.

A run takes down what the list says of each item, people enter what they found, and closing it freezes a protocol.
What is entered after the close stands as late and changes no protocol. A month that was reconciled is never
reconciled again.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from db.engine import Database
from db.item_lines import Filter, ListedItem
from db.reads import item_nodes
from db.reads import items as item_reads
from db.reads import reconciliations as reads
from db.reads.item_nodes import NodeLine
from db.reads.reconciliations import Entry, Line, Run
from db.values import Staff
from db.work import work
from office import local_time
from office.listing.item_nodes import line_words
from office.local_time import minute
from office.people import Role
from office.prints.docx import docx_of, paragraph, table
from office.refusal import NotAllowed, NotFound, Refused
from scoring.commitment import Status
from scoring.lights import Light
from scoring.nodes import NodeState

CLOSING = "办结对账"
_OFFICE = frozenset({Role.ADMINISTRATOR, Role.HOST, Role.CLERK})
_MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """One line of a run: what the list said, what was found before the close, what came late."""

    item_id: int
    said: Mapping[str, str]
    found: Entry | None
    late: tuple[Entry, ...]

    @property
    def state(self) -> str:
        if self.found is None:
            return "未对账"
        return "相符" if self.found.agrees else "不符"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many lines of a unit or a leader agree, differ, have not been walked."""

    name: str
    items: int
    agree: int
    differ: int

    @property
    def open(self) -> int:
        return self.items - self.agree - self.differ


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """A run as a page shows it."""

    run: Run
    lines: tuple[Walked, ...]
    units: tuple[Counted, ...]
    leaders: tuple[Counted, ...]

    @property
    def sentence(self) -> str:
        agree = sum(1 for one in self.lines if one.state == "相符")
        differ = sum(1 for one in self.lines if one.state == "不符")
        left = len(self.lines) - agree - differ
        late = sum(len(one.late) for one in self.lines)
        said = f"{self.run.month} 共{len(self.lines)}项：相符{agree}项，不符{differ}项，未对账{left}项"
        return f"{said}；办结后补录{late}条。" if late else f"{said}。"


def open_run(database: Database, month: str, *, who: Staff, at: datetime) -> int:
    """Take down what the list says of every open item; how many lines."""
    _refuse_others(who)
    today = local_time.day(at)
    if not _MONTH.fullmatch(month):
        raise Refused("月份请写成 2026-06。")
    last_month = (today.replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
    if month not in (last_month, today.strftime("%Y-%m")):
        raise Refused(f"对账的是清单现在的样子，只能开本月（{today.strftime('%Y-%m')}）或上月（{last_month}）的。")
    with database.reading() as c:  # the long part: nobody waits for it
        held = [one for one in item_reads.page(c, Filter(open_only=True, archived="no"), today) if one.counted]
        nodes = item_nodes.lines_of(c, [one.id for one in held], today)
    if not held:
        raise Refused("清单里没有在办的事项，不用对账。")
    with work(database) as w:
        w.record.hold()
        if reads.run(w.c, month) is not None:
            raise Refused(f"{month}已经开过对账，请直接打开。")
        w.reconciliations.open(month, [(one.id, _said(one, nodes.get(one.id, ()), month)) for one in held], as_of=today,
                               at=at, by=who.name)
        w.record.append(at=at, actor=who.name, action="开始对账", month=month, count=len(held))
    return len(held)


def enter(database: Database, month: str, number: str, *, agrees: bool, fact: str, who: Staff, at: datetime) -> bool:
    """What was found of one item; whether it is late. A liaison enters for the own unit only."""
    fact = fact.strip()
    if not agrees and not fact:
        raise Refused("不符的要写明实际情况，例如：清单写已完成80%，现场刚进场。")
    with work(database) as w:
        run = _run(reads.run(w.c, month), month)
        line = next(iter(reads.lines(w.c, run.id, number)), None)
        if line is None:
            raise NotFound(f"{month}的对账里没有{number}。")
        if not (who.roles & (_OFFICE | {Role.SUPERVISOR, Role.LEADER}) or (who.unit and who.unit == line.said["unit_key"])):
            raise NotAllowed("您只能核对本单位的事项。")
        late = run.closed_at is not None
        w.reconciliations.enter(run.id, line.item_id, agrees=agrees, fact=fact, late=late, at=at, by=who.name)
        w.record.append(at=at, actor=who.name, action="对账补录" if late else "对账", month=month, item=number,
                        state="相符" if agrees else "不符", text=fact)
    return late


def close_run(database: Database, month: str, *, who: Staff, at: datetime) -> str:
    """Freeze the protocol; its SHA-256. Items that nobody walked stand in it as such."""
    _refuse_others(who)
    with work(database) as w:
        run = _run(reads.run(w.c, month), month)
        if run.closed_at is not None:
            raise Refused(f"{month}的对账已经办结。")
        view = _view(run, reads.lines(w.c, run.id))
        protocol = json.dumps(_protocol(view, who, at), ensure_ascii=False, sort_keys=True)
        sha256 = hashlib.sha256(protocol.encode()).hexdigest()
        w.reconciliations.close(run.id, protocol=protocol, sha256=sha256, at=at, by=who.name)
        w.record.append(at=at, actor=who.name, action=CLOSING, month=month, count=len(view.lines), sha256=sha256)
    return sha256


def runs(database: Database) -> tuple[Run, ...]:
    with database.reading() as c:
        return reads.runs(c)


def run_of(database: Database, month: str) -> RunView:
    """The run of this month. Raises NotFound."""
    with database.reading() as c:
        run = _run(reads.run(c, month), month)
        return _view(run, reads.lines(c, run.id))


def protocol_docx(run: Run) -> bytes:
    """The protocol as it was frozen, to be printed and filed."""
    if run.protocol is None:
        raise Refused(f"{run.month}的对账还没有办结。")
    told: dict[str, Any] = json.loads(run.protocol)
    rows = [(one["number"], one["text"], one["unit"], one["leader"],
             " ".join(one[key] for key in ("status", "progress", "nodes") if one.get(key)), one["state"], one["fact"])
            for one in told["lines"]]
    units, leaders = ([(one["name"] or "（未定）", *(str(one[key]) for key in ("items", "agree", "differ", "open")))
                       for one in told[by]] for by in ("units", "leaders"))
    head = ("项数", "相符", "不符", "未对账")
    return docx_of(
        paragraph(f"{run.month} 月度对账记录", style="Title"),
        paragraph(f"清单取自{told['as_of']}，{told['closed_at']}由{told['closed_by']}办结", style="Subtitle"),
        paragraph(told["sentence"]), paragraph("一、按单位", style="Heading1"),
        table(("单位", *head), units, shares=(4, 2, 2, 2, 2)), paragraph("二、按联系领导", style="Heading1"),
        table(("联系领导", *head), leaders, shares=(4, 2, 2, 2, 2)), paragraph("三、逐项", style="Heading1"),
        table(("编号", "事项", "单位", "联系领导", "清单", "对账", "实际"), rows, shares=(3, 6, 3, 3, 3, 2, 5)),
        paragraph(f"校验码：{run.protocol_sha256}", style="Small"))


def _said(one: ListedItem, nodes: Iterable[NodeLine], month: str) -> dict[str, str]:
    """What the list says of it; of its milestones those of the month and those overdue."""
    told = "；".join(line_words(each) for each in nodes
                    if each.state is NodeState.OVERDUE or each.milestone.due.isoformat().startswith(month))
    return {"number": one.number, "text": one.text, "unit": one.unit_name, "unit_key": one.unit,
            "leader": one.contact_leader, "deadline": one.deadline.isoformat() if one.deadline else "",
            "status": Status(one.status).words, "light": Light(one.light).words if one.light in tuple(Light) else "",
            "progress": one.progress, **({"nodes": told} if told else {})}


def _view(run: Run, lines: Iterable[Line]) -> RunView:
    walked = tuple(
        Walked(item_id=one.item_id, said=one.said, found=next((e for e in reversed(one.entries) if not e.late), None),
               late=tuple(e for e in one.entries if e.late)) for one in lines)
    return RunView(run=run, lines=walked, units=_counted(walked, "unit"), leaders=_counted(walked, "leader"))


def _counted(lines: Iterable[Walked], key: str) -> tuple[Counted, ...]:
    states: dict[str, list[str]] = {}
    for one in lines:
        states.setdefault(one.said[key], []).append(one.state)
    return tuple(Counted(name=name, items=len(some), agree=some.count("相符"), differ=some.count("不符"))
                 for name, some in sorted(states.items()))


def _protocol(view: RunView, who: Staff, at: datetime) -> dict[str, object]:
    def counts(some: Iterable[Counted]) -> list[dict[str, object]]:
        return [{"name": one.name, "items": one.items, "agree": one.agree, "differ": one.differ, "open": one.open}
                for one in some]

    return {
        "month": view.run.month, "as_of": view.run.as_of.isoformat(), "opened_at": minute(view.run.opened_at),
        "opened_by": view.run.opened_by, "closed_at": minute(at), "closed_by": who.name, "sentence": view.sentence,
        "units": counts(view.units), "leaders": counts(view.leaders),
        "lines": [{**one.said, "state": one.state, "fact": one.found.fact if one.found else "",
                   "by": one.found.by if one.found else "", "at": minute(one.found.at) if one.found else ""}
                  for one in view.lines]}


def _run(found: Run | None, month: str) -> Run:
    if found is None:
        raise NotFound(f"{month}还没有开始对账。")
    return found


def _refuse_others(who: Staff) -> None:
    if not who.roles & _OFFICE:
        raise NotAllowed("月度对账由督办机构开始和办结。")
