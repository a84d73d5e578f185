"""The fields of every move, as a form asks for them, and what was typed read into an event: refusals name the field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from office.listing.item_card import ItemCard
from office.listing.item_words import CORRECTABLE
from office.listing.list_form import milestones_in
from office.refusal import Refused
from scoring.commitment import Kind, Origin, Part, Source, Target
from scoring.number import NotANumber, parse_decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field: how it is drawn (`shape`), what it is called, what it may hold."""

    name: str
    label: str
    shape: str = "text"
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()


def _field(name: str, label: str, shape: str = "text", hint: str = "",
           choices: tuple[tuple[str, str], ...] = ()) -> Field:
    return Field(name=name, label=label, shape=shape, hint=hint, choices=choices)


_REASON = _field("text", "原因")
_WORDS = _field("text", "说明（可不填）")
_FILES = _field("evidence", "佐证材料", "evidence")
FIELDS: Mapping[Kind, tuple[Field, ...]] = {
    Kind.ACCEPTED: (_WORDS,),
    Kind.RETURNED: (_field("text", "退回原因", hint="例如：不属本单位职责，应由市建设局负责"), _FILES),
    Kind.REASSIGNED: (_field("unit", "改由哪个单位负责", "unit"), _field("units", "配合单位（不选即没有）", "units"),
                      _field("leader", "联系领导（不填则不变）", "line"),
                      _field("deadline", "新的期限（不填则不变）", "day"), _REASON),
    Kind.REPORTED: (_field("node", "完成的节点（报后由督办机构核实）", "node"),
                    _field("value", "完成数", "line", "只写数，与目标值同一单位"),
                    _field("share", "完成比例（%）", "line", "0 到 100"),
                    _field("stage", "形象进度", "line", "例如：主体结顶"), _field("text", "进展情况"),
                    _field("as_of", "数据截至（不填即今天）", "day"), _FILES),
    Kind.NODE_CHECKED: (_field("node", "哪个节点", "reported"), _field("passed", "核实结果", "yes", "已完成|退回"),
                        _field("text", "核实情况（退回要写明还差什么）")),
    Kind.REMINDED: (_field("text", "催办内容（可不填）"),),
    Kind.SLIP_ISSUED: (_field("slip", "督办单", "slip"), _field("due", "答复期限", "day"), _field("text", "督办要求"),
                       _field("urgent", "紧急事项，可以越级", "flag")),
    Kind.SLIP_ANSWERED: (_field("slip", "答复哪一份", "out"), _field("text", "答复"), _FILES),
    Kind.EXTENSION_ASKED: (_field("deadline", "申请延到", "day"), _field("text", "延期理由"),
                           _field("stage", "目前进展", "line"), _FILES),
    Kind.EXTENSION_DECIDED: (_field("granted", "审批意见", "yes", "同意|不同意"),
                             _field("deadline", "延到（同意时填，不填即按申请）", "day"),
                             _field("text", "意见（不同意要写明理由）")),
    Kind.PARKED: (_field("text", "挂账原因", hint="例如：上级规划未批复"), _field("due", "复核日期", "day"), _FILES),
    Kind.RESUMED: (_field("text", "恢复办理的原因"), _field("deadline", "新的期限（挂账期间期限已过的要填）", "day")),
    Kind.SPLIT: (_field("parts", "分项", "parts"), _WORDS),
    Kind.MERGED: (_field("into", "并入哪一项（编号）", "line", "例如：2019Q1-003"), _field("text", "合并原因"),
                  _field("deadline", "合并后的期限（不填即取较早的一个）", "day")),
    Kind.LINKED: (_field("origin", "来源", "choice", choices=tuple((one.value, one.words) for one in Origin)),
                  _field("ref", "来源说明", "line", "例如：第三督查组2026年4月检查"), _WORDS),
    Kind.CLOSURE_ASKED: (_FILES, _field("text", "完成情况")),
    Kind.CHECKED: (_field("passed", "核查结果", "yes", "通过|不通过"), _field("text", "核查情况（不通过要写明问题）"), _FILES),
    Kind.SIGNED_OFF: (_field("text", "签批意见（可不填）"),),
    Kind.PUBLISHED: (_field("text", "公示说明（可不填）"),),
    Kind.CLOSURE_REFUSED: (_field("text", "还要做什么"),),
    Kind.LOOKED_BACK: (_field("verdict", "结论", "verdict"), _field("text", "情况"), _FILES),
    Kind.RELAPSED: (_field("text", "反弹情况"), _field("deadline", "新的整改期限", "day"), _FILES),
    Kind.WITHDRAWN: (_field("text", "撤回原因"),),
    Kind.CORRECTED: (_field("text", "为什么更正"), *(_field(f"new_{name}", f"{words}改为（不填则不变）", "line")
                                              for name, words in CORRECTABLE.items()),
                     _field("leader", "联系领导改为（不填则不变）", "line"),
                     _field("plan", "时间节点（一行一个，先写日期；不动则不变）", "plan", "2026-03-31 主体结顶"),
                     _field("deadline", "补上期限（原来没有期限的才能填）", "day"),
                     _field("value", "目标值改为（不填则不变）", "line"), _field("measure", "计量单位", "line")),
}


def read_move(card: ItemCard, kind: Kind, typed: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, object]]:
    """The fields of the event, and what is kept with it besides. Raises Refused, naming the field."""
    told: dict[str, Any] = {name: value.strip() if isinstance(value, str) else tuple(value) if isinstance(value, list) else value
                            for name, value in typed.items() if value not in (None, "", [])}
    more: dict[str, object] = {}
    if kind in (Kind.SLIP_ISSUED, Kind.SLIP_ANSWERED):
        told |= _slip(card, kind, told.pop("slip", None))
    if kind is Kind.REPORTED:
        told |= {name: _number(told[name], words) for name, words in (("value", "完成数"), ("share", "完成比例")) if name in told}
        if "share" in told:
            told["share"] = told["share"] / 100
    if kind is Kind.EXTENSION_DECIDED:
        told["granted"] = typed.get("granted") is not False
        if told["granted"]:
            told.setdefault("deadline", card.item.extension_wanted)
        else:
            told.pop("deadline", None)
    if kind in (Kind.CHECKED, Kind.NODE_CHECKED):
        told["passed"] = typed.get("passed") is not False
    if kind is Kind.SPLIT:
        parts = typed.get("parts") or ()
        equal = None if any(str(one["weight"]).strip() for one in parts) else Fraction(1, max(1, len(parts)))
        told["parts"] = tuple(_part(one, equal) for one in parts)
    if kind is Kind.LINKED:
        told["source"] = Source(origin=Origin(told.pop("origin")), ref=told.pop("ref", ""))
    if kind is Kind.CORRECTED:
        told |= _corrected(card, told, more)
    return told, more


def part_numbers(card: ItemCard, count: int) -> tuple[str, ...]:
    """The numbers that parts get: the whole's with a number behind it, after those that it has had."""
    had = len(card.item.parts)
    return tuple(f"{card.line.number}-{n}" for n in range(had + 1, had + count + 1))


def _slip(card: ItemCard, kind: Kind, chosen: tuple[str, int] | None) -> dict[str, Any]:
    if chosen is None:
        raise Refused("请选择督办单。")
    key, level = chosen
    below = next((one.below(level) for one in card.slips if one.key == key), None)
    return {"slip": key, "level": level} | ({"below": below} if kind is Kind.SLIP_ISSUED and below is not None else {})


def _part(typed: Mapping[str, Any], equal: Fraction | None) -> Part:
    """`equal`: the share of each where no weight was written; a third has no percentage."""
    if not str(typed["text"]).strip():
        raise Refused(f"{typed['number']}还没有写内容，请补上。")
    weight = equal if equal is not None else _number(typed["weight"], f"{typed['number']}的权重") / 100
    return Part(number=typed["number"], weight=weight, unit=typed["unit"], text=str(typed["text"]).strip(),
                deadline=typed["deadline"])


def _corrected(card: ItemCard, told: dict[str, Any], more: dict[str, object]) -> dict[str, Any]:
    fields = {name: told.pop(f"new_{name}") for name in CORRECTABLE if f"new_{name}" in told}
    if fields:
        more["fields"] = fields
    plan = _plan(card, str(told.pop("plan", "")))
    value, measure = told.pop("value", None), told.pop("measure", "")
    if value is None and not measure:
        return plan
    before = card.item.target
    if value is None and before is None:
        raise Refused("写了计量单位没有写目标值，请补上目标值。")
    exact = _number(value, "目标值") if value is not None else before.value if before else Fraction(0)
    return plan | {"target": Target(value=exact, measure=measure or (before.measure if before else ""),
                             base=before.base if before else None, lower_is_better=before.lower_is_better if before else False)}


def _plan(card: ItemCard, typed: str) -> dict[str, Any]:
    """The milestones as they are typed, where they are others than before."""
    found, unread = milestones_in(typed)
    if unread:
        raise Refused(f"时间节点“{unread[0][:20]}”没有写清日期和内容，请一行一个，如2026-03-31 主体结顶。")
    names = tuple(one.name for one in found)
    return {"plan": names} if names and set(names) != {one.name for one in card.nodes} else {}


def _number(text: object, words: str) -> Fraction:
    try:
        return parse_decimal(str(text).strip().rstrip("%％"))
    except NotANumber:
        raise Refused(f"{words}“{str(text)[:20]}”不是数，请只写数，如 95 或 33.5。") from None
