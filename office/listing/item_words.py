"""What happened to an item, in words for its timeline: who, what, and the particulars that a reader needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from db.item_lines import ListedItem
from db.item_values import StoredEvent
from office.local_time import minute
from scoring.commitment import DONE, OFF_THE_LIST, Event, Kind, Status
from scoring.number import RoundingMode, plain, printed
from scoring.slips import SlipKind, SlipsRefused

CORRECTABLE = {"text": "内容", "owner": "责任人", "supervisor": "督导员", "team": "工作班子"}
"""What stands in words only, and can be put right without touching the life of the item."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One line of the timeline."""

    serial: int
    at: str
    by: str
    what: str
    told: tuple[str, ...]
    evidence: tuple[str, ...]


def happening(one: StoredEvent, units: Mapping[str, str], slips: tuple[SlipKind, ...]) -> Happening:
    """One event for a reader; `units`: key -> name."""
    event = one.event
    by = "，".join(part for part in (event.role or event.by, units.get(event.by_unit, "")) if part)
    return Happening(serial=one.serial, at=minute(event.at), by=by, what=_what(event), evidence=event.evidence,
                     told=tuple(_told(event, units, slips)) + _put_right(one.more))


def stage_words(line: ListedItem) -> str:
    """Where it is in its life; a check that failed is said until somebody checks again or refuses, an extension that is
    asked for until it is decided."""
    if line.status == Status.CLOSING and line.state.get("failed"):
        return "核查未通过"
    return "延期待审批" if line.status == Status.IN_PROGRESS and line.state.get("wanted") else Status(line.status).words


def progress_words(line: ListedItem) -> str:
    """How far it is; what is done or off the list says so first, since the last report may have been of less than all."""
    last = last_report(line.status, line.progress)
    return last if last == line.progress else f"{Status(line.status).words}；{last}"


def last_report(status: str, progress: str) -> str:
    """What was reported last of an item in this status, called that where nothing more will be reported."""
    said_all = progress in ("", "100%") or status not in (*DONE, *OFF_THE_LIST)
    return progress if said_all else f"最后一次报告 {progress}"


def slip_words(slips: tuple[SlipKind, ...], key: str, level: int) -> str:
    """The name of a slip's level; of a kind that is configured no more, its key."""
    for kind in slips:
        if kind.key == key:
            try:
                return kind.level(level).name
            except SlipsRefused:
                break
    return f"{key}（第{level}级）"


def share_words(event: Event) -> str:
    return "" if event.share is None else f"完成{printed(event.share * 100, 1, RoundingMode.HALF_UP)}%"


def _what(event: Event) -> str:
    if event.kind is Kind.EXTENSION_DECIDED:
        return "同意延期" if event.granted else "不同意延期"
    if event.kind is Kind.CHECKED:
        return "现场核查通过" if event.passed else "现场核查不通过"
    if event.kind is Kind.NODE_CHECKED:
        return "核实节点，已完成" if event.passed else "退回节点"
    return event.kind.words


def _told(event: Event, units: Mapping[str, str], slips: tuple[SlipKind, ...]) -> list[str]:
    said: list[str] = []
    if event.slip and event.level:
        said.append(slip_words(slips, event.slip, event.level) + ("（紧急）" if event.urgent else ""))
    if event.verdict is not None:
        said.append(f"结论：{event.verdict.words}")
    if event.unit:
        said.append(f"责任单位：{units.get(event.unit, event.unit)}")
    if event.units:
        said.append(f"配合单位：{'、'.join(units.get(one, one) for one in event.units)}")
    if event.leader:
        said.append(f"联系领导：{event.leader}")
    if event.value is not None:
        said.append(f"完成数{plain(event.value)}")
    said += [words for words in (share_words(event), event.stage) if words]
    if event.node:
        said.append(f"{'节点' if event.kind is Kind.NODE_CHECKED else '完成节点'}：{event.node}")
    if event.as_of is not None and event.as_of != event.on:
        said.append(f"数据截至{event.as_of.isoformat()}")
    if event.target is not None and event.kind is Kind.CORRECTED:
        said.append(f"目标：{plain(event.target.value)}{event.target.measure}")
    if event.plan:
        said.append(f"时间节点{'改为' if event.kind is Kind.CORRECTED else ''}：{'；'.join(event.plan)}")
    if event.deadline is not None:
        said.append(f"{_deadline_of(event.kind)}：{event.deadline.isoformat()}")
    if event.due is not None:
        said.append(f"{'复核日期' if event.kind is Kind.PARKED else '答复期限'}：{event.due.isoformat()}")
    said += [f"分为{one.number}（{units.get(one.unit, one.unit)}，权重{plain(one.weight * 100)}%）" for one in event.parts]
    if event.into or event.part:
        said.append(f"编号：{event.into or event.part}")
    if event.source is not None:
        said.append(f"来源：{event.source.origin.words}{f'，{event.source.ref}' if event.source.ref else ''}")
    if event.text.strip() and event.kind is not Kind.LISTED:
        said.append(event.text.strip())
    return said


def _deadline_of(kind: Kind) -> str:
    return {Kind.EXTENSION_ASKED: "申请延到", Kind.EXTENSION_DECIDED: "延到", Kind.RELAPSED: "整改期限"}.get(kind, "期限")


def _put_right(more: Mapping[str, object]) -> tuple[str, ...]:
    fields = more.get("fields", {})
    return tuple(f"{CORRECTABLE.get(name, name)}改为“{value}”" for name, value in fields.items()) if isinstance(fields, dict) else ()
