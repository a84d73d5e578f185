"""Mending what was prepared: a name misspelt, a seat too many, a recusal entered by mistake.

What balloting has made a fact is refused: a unit that is being scored, a seat's group and unit, a recusal of a
unit that was scored. The person on a seat may change at any time: the seat stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from db.engine import Database
from db.reads import results as result_reads
from db.reads import sittings as reads
from db.values import Round, Seat, Sitting, Target
from db.work import Work, work
from office.refusal import NotFound, Refused
from office.sitting.begun import has_begun
from office.sitting.plan import COUNTED_KINDS, SittingPlan, component_fault
from office.sitting.sittings import load
from scoring.round import Phase
from scoring.rule import RuleRefused, read_rule


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bench:
    """A sitting opened for mending."""

    w: Work
    sitting: Sitting
    rounds: tuple[Round, ...]

    def refuse_once_begun(self, what: str) -> None:
        if any(not one.is_slip for one in self.rounds):
            raise Refused(f"已经开始打分，{what}。")

    def scored(self, target: str) -> bool:
        return any(target in one.targets and one.phase is not Phase.VOID for one in self.rounds)

    def target(self, key: str) -> Target:
        found = next((one for one in reads.targets(self.w.c, self.sitting.id) if one.key == key), None)
        if found is None:
            raise NotFound(f"议程里没有“{key}”，请刷新后再看。")
        return found

    def seat(self, code: str) -> Seat:
        found = next((one for one in reads.seats(self.w.c, self.sitting.id) if one.code == code), None)
        if found is None:
            raise NotFound(f"没有席位“{code}”，请刷新后再看。")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where rolled-up values come from: a publication, how it was rolled up, and over how many items a target."""

    source: str
    source_version: int
    how: str
    counts: Mapping[str, str]
    weights: Mapping[str, str]


def add_sitting(database: Database, plan: SittingPlan, *, by: str, at: datetime) -> str:
    """A sitting from scratch, with what the plan already knows of its roster; its key."""
    key = plan.key.strip()
    if not key or len(key) > 60 or not all((ch.isascii() and ch.isalnum()) or ch in "-_" for ch in key):
        raise Refused("编号只用英文字母、数字、- 和 _，最长60个，例如 county_2026q2。")
    if not plan.title.strip() or not plan.period.strip():
        raise Refused("请填写名称和考核周期，例如“县区比拼现场”“2026Q2”。")
    try:
        read_rule(plan.rule_toml.encode())
    except RuleRefused as refused:
        raise Refused(f"评分办法有误：{refused}") from None
    stored, new = load(database, plan, by=by, at=at)
    if not new:
        raise Refused(f"编号“{key}”已经用过，请换一个。")
    return stored


def change_unit(database: Database, key: str, *, name: str, kind: str, parent: str, by: str, at: datetime) -> None:
    """Correct a registered unit. Refused while a sitting it takes part in is between first ballot and publication."""
    if not name.strip():
        raise Refused("单位名称不能为空。")
    if kind not in COUNTED_KINDS:
        raise Refused("请选择单位类别。")
    with work(database) as w:
        units = {one.key: one for one in reads.units(w.c)}
        if key not in units or (parent and parent not in units):
            raise NotFound("没有这个单位，请先登记。")
        _refuse_a_circle(units={one.key: one.parent for one in units.values()}, key=key, parent=parent)
        for sitting in reads.sittings(w.c):
            if not has_begun(w.c, sitting.id) or result_reads.publication_count(w.c, sitting.id):
                continue
            taking_part = {one.unit for one in reads.targets(w.c, sitting.id)} \
                | {one.unit for one in reads.seats(w.c, sitting.id)}
            if key in taking_part:
                raise Refused(f"{sitting.title}正在打分或待公布，公布后再改这个单位。")
        w.roster.change_unit(units[key].id, name=name.strip(), kind=kind,
                             parent_id=units[parent].id if parent else None)
        for sitting in reads.sittings(w.c):
            w.roster.touch(sitting.id)
        w.record.append(at=at, actor=by, action="更正单位", unit=key, name=name.strip(), before=units[key].name)


def change_target(database: Database, sitting: str, key: str, *, name: str, presenter: str, ranking_group: str,
                  ranked: bool, speaks: bool | None = None, route: str | None = None, by: str, at: datetime) -> None:
    """Correct an agenda item before it is scored; how it is ranked only before the first ballot of all. None: as it is."""
    if not name.strip():
        raise Refused("请填写单位（项目）名称。")
    with _mending(database, sitting) as bench:
        one = bench.target(key)
        if bench.scored(key):
            raise Refused(f"{one.name}已经打分，不能再改。")
        if (one.ranking_group, one.ranked) != (ranking_group.strip(), ranked):
            bench.refuse_once_begun("排名组和是否排名不能再改")
        bench.w.roster.change_target(one.id, name=name.strip(), presenter=presenter.strip(),
                                     ranking_group=ranking_group.strip(), ranked=ranked,
                                     speaks=one.speaks if speaks is None else speaks,
                                     route=one.route if route is None else route.strip())
        _tell(bench, by, at, "更正议程", target=key, name=name.strip(), presenter=presenter.strip())


def change_seat(database: Database, sitting: str, code: str, *, name: str, group: str, unit: str,
                route: str | None = None, by: str, at: datetime) -> None:
    """Another person on a seat, at any time; its group, unit and route only before the first ballot of all."""
    with _mending(database, sitting) as bench:
        one = bench.seat(code)
        seen = one.route if route is None else route.strip()
        if (one.group, one.unit, one.route) != (group, unit, seen):
            bench.refuse_once_begun(f"{code}席的评委组、单位和线路不能再改，只能换人")
        if seen and seen not in {target.route for target in reads.targets(bench.w.c, bench.sitting.id)}:
            raise NotFound(f"议程里没有线路“{seen}”，请先在议程里给单位（项目）写上线路。")
        rule = read_rule(reads.rule_text(bench.w.c, bench.sitting.id)[0].encode())
        if group not in {one.key for one in rule.groups}:
            raise Refused(f"评分办法里没有评委组“{group}”。")
        units = {one.key: one.id for one in reads.units(bench.w.c)}
        if unit and unit not in units:
            raise NotFound(f"没有单位“{unit}”，请先登记。")
        bench.w.roster.change_seat(one.id, name=name.strip(), group_key=group, unit_id=units.get(unit),
                                   route=seen)
        _tell(bench, by, at, "更正席位", seat=code, name=name.strip(), before=one.name)


def drop_seat(database: Database, sitting: str, code: str, *, by: str, at: datetime) -> None:
    """Take a seat away; its badge stops."""
    with _mending(database, sitting) as bench:
        bench.refuse_once_begun("不能再撤席位。没有到场的评委按未交票计，不影响他人")
        one = bench.seat(code)
        bench.w.roster.drop_seat(one.id)
        _tell(bench, by, at, "撤销席位", seat=code, name=one.name)


def lift_recusal(database: Database, sitting: str, seat: str, target: str, *, by: str, at: datetime) -> None:
    """Take an entered recusal back, before the unit is scored. Recusal by own unit cannot be lifted."""
    with _mending(database, sitting) as bench:
        found, one = bench.seat(seat), bench.target(target)
        if bench.scored(target):
            raise Refused(f"{one.name}已经打分，回避不能再改。")
        bench.w.roster.lift_recusal(found.id, one.id)
        _tell(bench, by, at, "撤销回避", seat=seat, target=target)


def put_components(database: Database, sitting: str, values: Mapping[tuple[str, str], str], *, by: str,
                   at: datetime, origin: Origin | None = None) -> int:
    """(target, component) -> value, of what is not balloted, or the count of a deduction; empty takes it out.

    Until the result is published. All or none; how many were stored. `origin` goes into the record.
    """
    with _mending(database, sitting) as bench:
        if result_reads.publication_count(bench.w.c, bench.sitting.id):
            raise Refused("成绩已公布，分项得分不能在这里改。更正要另出一版并写明原因。")
        rule = read_rule(reads.rule_text(bench.w.c, bench.sitting.id)[0].encode())
        counted = {deduction.key for deduction in rule.deductions}
        known = counted | {part.key for part in rule.components if part.key != "evaluation"}
        for (target, component), value in values.items():
            one = bench.target(target)
            if component not in known:
                raise Refused(f"评分办法里没有分项“{component}”。")
            text = value.strip()
            if text and (fault := component_fault(rule, component, text)) is not None:
                raise Refused(f"{one.name}的{component}“{text[:20]}”{fault}。")
            bench.w.roster.put_component(one.id, component, value.strip())
        said = {f"{t} {c}": v.strip() for (t, c), v in values.items()}
        if origin is None:
            _tell(bench, by, at, "填写分项", values=said)
        else:
            _tell(bench, by, at, "汇总分项", values=said, source=origin.source, source_version=origin.source_version,
                  how=origin.how, counts=dict(origin.counts), weights=dict(origin.weights))
    return len(values)


@contextmanager
def _mending(database: Database, sitting: str) -> Iterator[_Bench]:
    with work(database) as w:
        found = reads.sitting(w.c, sitting)
        if found is None:
            raise NotFound(f"没有场次“{sitting}”。")
        w.rounds.lock_sitting(found.id)  # no round is opened between looking and writing
        yield _Bench(w=w, sitting=found, rounds=reads.rounds(w.c, found.id))


def _refuse_a_circle(units: dict[str, str], key: str, parent: str) -> None:
    above = parent
    while above:
        if above == key:
            raise Refused("上级单位不能是它自己或它的下属单位。")
        above = units[above]


def _tell(bench: _Bench, by: str, at: datetime, action: str, **detail: object) -> None:
    bench.w.roster.touch(bench.sitting.id)
    bench.w.record.append(at=at, actor=by, action=action, sitting_id=bench.sitting.id, **detail)
