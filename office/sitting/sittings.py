"""Preparing a sitting (会前准备): loading a plan, and every change on screen. One transaction, one line in the record each.

What the first ballot has locked is refused here; what the hall decides (order, rounds) lives in the hall.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime

from db.engine import Database
from db.reads import results as result_reads
from db.reads import segments as segment_reads
from db.reads import sittings as reads
from db.values import Declaration, Sitting
from db.work import Work, work
from office.refusal import NotFound, Refused
from office.sitting.agenda_templates import rescoped, stored
from office.sitting.begun import has_been_on, has_begun, refuse_latecomer
from office.sitting.plan import COUNTED_KINDS, PlannedSeat, PlannedTarget, PlannedUnit, SittingPlan, paper_does_not_fit
from scoring.round import Phase
from scoring.rule import Rule, RuleRefused, read_rule


def load(database: Database, plan: SittingPlan, *, by: str, at: datetime) -> tuple[str, bool]:
    """Store a whole plan; its key, and whether it was new. A sitting that is already there stays as it is."""
    with work(database) as w:
        if reads.sitting(w.c, plan.key) is not None:
            return plan.key, False
        rule = read_rule(plan.rule_toml.encode())
        _refuse_misfit(rule, plan.ballot_mode)
        units = _put_units(w, plan.units)
        sitting_id = w.roster.add_sitting(
            key=plan.key, title=plan.title, arena=plan.arena, period=plan.period, held_on=plan.held_on,
            place=plan.place, note=plan.note, ballot_mode=plan.ballot_mode, seconds=plan.seconds,
            grace_seconds=plan.grace_seconds, desk_check_in=plan.desk_check_in, at=at)
        w.roster.put_rule(sitting_id, version=rule.version, toml=plan.rule_toml, sha256=rule.sha256)
        targets = {
            one.key: w.roster.add_target(
                sitting_id, key=one.key, name=one.name, unit_id=units[one.unit], presenter=one.presenter,
                ranking_group=one.ranking_group, ranked=one.ranked, position=position, speaks=one.speaks,
                route=one.route)
            for position, one in enumerate(plan.targets, 1)}
        seats = {
            one.code: w.roster.add_seat(sitting_id, code=one.code, group=one.group, name=one.name,
                                        unit_id=units.get(one.unit), route=one.route, shadow=one.shadow)
            for one in plan.seats}
        for seat, target, reason in plan.recusals:
            w.roster.recuse(seats[seat], targets[target], reason)
        for target, component, value in plan.components:
            w.roster.put_component(targets[target], component, value)
        for target, declaration in plan.declarations.items():
            w.roster.put_declaration(targets[target], declaration)
        w.segments.put(sitting_id, stored(plan.segments))
        for question in plan.questions:
            w.talk.ask(sitting_id, targets[question.target], source="prepared", asker=question.asker,
                       group=question.group, text=question.text, at=at)
        w.record.append(at=at, actor=by, action="装入场次", sitting_id=sitting_id, sitting=plan.key,
                        targets=len(targets), seats=len(seats))
    return plan.key, True


def change_sitting(database: Database, sitting: str, *, title: str, arena: str, period: str, held_on: date,
                   place: str, note: str, ballot_mode: str, seconds: int, grace_seconds: int, desk_check_in: bool,
                   by: str, at: datetime) -> None:
    """Everything about a sitting that is not its rule, its roster or its agenda."""
    if not title.strip() or not period.strip():
        raise Refused("名称和考核周期不能为空。")
    if ballot_mode not in ("each", "all"):
        raise Refused("打分方式请选“每家讲完打分”或“最后一张票打全部”。")
    with work(database) as w:
        found = _found(w, sitting)
        _refuse_misfit(read_rule(reads.rule_text(w.c, found.id)[0].encode()), ballot_mode)
        if ballot_mode != found.ballot_mode and has_begun(w.c, found.id):
            raise Refused("已经开始打分，打分方式不能再改。")
        if period.strip() != found.period and result_reads.publication_count(w.c, found.id):
            raise Refused("成绩已公布，分数已记入台账，考核周期不能再改。")
        w.roster.change_sitting(
            found.id, title=title.strip(), arena=arena.strip(), period=period.strip(), held_on=held_on.isoformat(),
            place=place.strip(), note=note.strip(), ballot_mode=ballot_mode, seconds=seconds,
            grace_seconds=grace_seconds, desk_check_in=desk_check_in)
        if ballot_mode != found.ballot_mode:
            w.segments.put(found.id, rescoped(segment_reads.segments(w.c, found.id), ballot_mode))
        _tell(w, found, by, at, "修改场次设置", title=title.strip(), period=period.strip())


def put_rule(database: Database, sitting: str, toml: str, *, by: str, at: datetime) -> None:
    """A new version of the rule. The first ballot's opening has locked it: then it is refused."""
    try:
        rule = read_rule(toml.encode())
    except RuleRefused as refused:
        raise Refused(f"评分办法有误：{refused}") from None
    with work(database) as w:
        found = _found(w, sitting)
        _old, version, locked = reads.rule_text(w.c, found.id)
        if locked:
            raise Refused("已经开始打分，评分办法已锁定，不能再改。")
        groups = {group.key for group in rule.groups}
        lost = sorted({seat.group for seat in reads.every_seat(w.c, found.id)} - groups)
        if lost:
            raise Refused(f"还有席位属于评委组“{'、'.join(lost)}”，新办法里没有这个组。请先调整席位，或在办法里保留它。")
        _refuse_misfit(rule, found.ballot_mode)
        seated = Counter(seat.group for seat in reads.seats(w.c, found.id))
        alone = [group.name for group in rule.groups if group.secret and seated[group.key] == 1]
        if alone:
            raise Refused(f"{'、'.join(alone)}只有1席，无记名等于实名。请增加席位，或把这个组改为实名。")
        if rule.version <= version:
            raise Refused(f"现行办法是第{version}版，请把 version 改成{version + 1}或更大。")
        w.roster.put_rule(found.id, version=rule.version, toml=toml, sha256=rule.sha256)
        _tell(w, found, by, at, "修改评分办法", version=rule.version, sha256=rule.sha256)


def add_units(database: Database, units: Iterable[PlannedUnit], *, by: str, at: datetime) -> int:
    """Register units that are not known yet; how many the register holds now."""
    with work(database) as w:
        for one in units:
            _check_unit(one)
        ids = _put_units(w, tuple(units))
        w.record.append(at=at, actor=by, action="登记单位", units=sorted(ids))
        return len(reads.units(w.c))


def add_targets(database: Database, sitting: str, targets: Iterable[PlannedTarget], *, by: str, at: datetime) -> int:
    """Put targets at the end of the agenda, all or none; how many."""
    with work(database) as w:
        found = _found(w, sitting)
        refuse_latecomer(w.c, found)
        units = {one.key: one.id for one in reads.units(w.c)}
        known = reads.targets(w.c, found.id)
        taken = {one.key for one in known}
        position = max((one.position for one in known), default=0)
        added = []
        for one in targets:
            if not one.key or not all(ch.isalnum() or ch in "-_" for ch in one.key):
                raise Refused("编号请用字母、数字、- 和 _，例如 U14。")
            if not one.name.strip():
                raise Refused("请填写单位（项目）名称。")
            if one.unit not in units:
                raise NotFound(f"没有单位“{one.unit or one.name}”，请先登记单位。")
            if one.key in taken:
                raise Refused(f"编号“{one.key}”已经用过，请换一个。")
            position += 1
            taken.add(one.key)
            added.append(one.key)
            w.roster.add_target(
                found.id, key=one.key, name=one.name.strip(), unit_id=units[one.unit], presenter=one.presenter.strip(),
                ranking_group=one.ranking_group.strip(), ranked=one.ranked, position=position, speaks=one.speaks,
                route=one.route.strip())
        if not added:
            raise Refused("没有要列入议程的单位。")
        _tell(w, found, by, at, "议程添加", targets=added)
    return len(added)


def drop_target(database: Database, sitting: str, key: str, *, by: str, at: datetime) -> None:
    """Take a target off the agenda; refused once it has been balloted, even in a round that was voided."""
    with work(database) as w:
        found = _found(w, sitting)
        one = next((one for one in reads.targets(w.c, found.id) if one.key == key), None)
        if one is None:
            raise NotFound("议程里没有这个单位。")
        if has_been_on(w, found.id, key):
            raise Refused(f"{one.name}已经上场，不能从议程删除。")
        if w.items.holds_target(one.id):
            raise Refused(f"{one.name}已有事项列入清单，不能从议程删除。请改为延到补场，或先请管理员核对清单。")
        w.roster.drop_target(one.id)
        _tell(w, found, by, at, "议程删除", target=key)


def add_seats(database: Database, sitting: str, seats: Iterable[PlannedSeat], *, by: str, at: datetime) -> int:
    """Add seats; how many were added. All or none.

    Not to a secret group while a round is open: its turnout is told in steps that end at the seats that are due, and
    another seat would move them.
    """
    with work(database) as w:
        found = _found(w, sitting)
        rule = read_rule(reads.rule_text(w.c, found.id)[0].encode())
        groups = {group.key for group in rule.groups}
        is_open = any(one.phase is Phase.OPEN for one in reads.rounds(w.c, found.id))
        units = {one.key: one.id for one in reads.units(w.c)}
        taken = {seat.code for seat in reads.every_seat(w.c, found.id)}
        added = 0
        for one in seats:
            if not one.code.strip():
                raise Refused("席位编号不能为空，例如 D13。")
            if one.code in taken:
                raise Refused(f"席位“{one.code}”已经有了，请换一个编号。")
            if one.group not in groups:
                raise Refused(f"评分办法里没有评委组“{one.group}”。")
            if is_open and rule.group(one.group).secret and not one.shadow:
                raise Refused(f"正在打分，{rule.group(one.group).name}是无记名组，席位请等截止后再加，从下一家起打分。")
            if one.unit and one.unit not in units:
                raise NotFound(f"没有单位“{one.unit}”，请先登记。")
            w.roster.add_seat(found.id, code=one.code.strip(), group=one.group, name=one.name.strip(),
                              unit_id=units.get(one.unit), route=one.route.strip(), shadow=one.shadow)
            taken.add(one.code)
            added += 1
        if not added:
            raise Refused("没有要添加的席位。")
        _tell(w, found, by, at, "添加席位", count=added)
    return added


def recuse(database: Database, sitting: str, seat: str, target: str, reason: str, *, by: str, at: datetime) -> None:
    """Write a recusal down. Recusal by own unit needs no entry."""
    with work(database) as w:
        found = _found(w, sitting)
        seats = {one.code: one.id for one in reads.seats(w.c, found.id)}
        targets = {one.key: one.id for one in reads.targets(w.c, found.id)}
        if seat not in seats or target not in targets:
            raise NotFound("没有这个席位或单位。")
        for one in reads.rounds(w.c, found.id):
            if target in one.targets and one.phase is not Phase.VOID:
                raise Refused("这个单位已经开始打分，回避要在打分之前登记。")
        w.roster.recuse(seats[seat], targets[target], reason.strip() or "已登记回避")
        _tell(w, found, by, at, "登记回避", seat=seat, target=target, reason=reason.strip())


def put_declaration(database: Database, sitting: str, target: str, declaration: Declaration, *, by: str,
                    at: datetime) -> None:
    """What a unit states on stage. Once its result is published the commitments are on the list, and stay."""
    for n, one in enumerate(declaration.shortcomings, 1):
        if not one.text.strip():
            raise Refused(f"第{n}条不足是空的，请填写或删去。")
        for promise in one.commitments:
            if not promise.text.strip() or not promise.owner.strip():
                raise Refused(f"第{n}条不足的承诺要写明内容和责任人。")
    with work(database) as w:
        found = _found(w, sitting)
        known = {one.key: one for one in reads.targets(w.c, found.id)}
        if target not in known:
            raise NotFound("议程里没有这个单位。")
        before = reads.declarations(w.c, found.id).get(target, Declaration())
        if any(promise.number for promise in before.commitments):
            raise Refused("承诺已经列入清单，不能在这里改写。")
        if any(target in one.targets and one.phase is Phase.PUBLISHED for one in reads.rounds(w.c, found.id)):
            raise Refused("成绩已公布，填报不能再改。")
        w.roster.put_declaration(known[target].id, declaration)
        _tell(w, found, by, at, "填报不足与承诺", target=target, shortcomings=len(declaration.shortcomings),
              commitments=len(declaration.commitments))


def check_in(database: Database, sitting: str, code: str, present: bool, *, by: str, at: datetime) -> None:
    """Check a seat in at the desk, or take a check-in back."""
    with work(database) as w:
        found = _found(w, sitting)
        seat = next((one for one in reads.seats(w.c, found.id) if one.code == code), None)
        if seat is None:
            raise NotFound(f"没有席位“{code}”。")
        if present:
            w.roster.check_in(seat.id, at=at)
        else:
            w.roster.check_out(seat.id)
        _tell(w, found, by, at, "签到" if present else "取消签到", seat=code)


def _check_unit(one: PlannedUnit) -> None:
    if not one.key.strip() or not one.name.strip():
        raise Refused("单位的编号和名称都要填写。")
    if one.kind not in COUNTED_KINDS:
        raise Refused("请选择单位类别。")


def _put_units(w: Work, units: tuple[PlannedUnit, ...]) -> dict[str, int]:
    ids = {one.key: w.roster.add_unit(key=one.key, name=one.name, kind=one.kind) for one in units}
    known = {one.key: one.id for one in reads.units(w.c)}
    for one in units:
        if one.parent:
            w.roster.set_parent(ids[one.key], known[one.parent])
    return ids


def _found(w: Work, key: str) -> Sitting:
    found = reads.sitting(w.c, key)
    if found is None:
        raise NotFound(f"没有场次“{key}”。")
    w.rounds.lock_sitting(found.id)  # no round is opened between looking and writing
    return found


def _tell(w: Work, sitting: Sitting, by: str, at: datetime, action: str, **detail: object) -> None:
    w.roster.touch(sitting.id)
    w.record.append(at=at, actor=by, action=action, sitting_id=sitting.id, **detail)


def _refuse_misfit(rule: Rule, ballot_mode: str) -> None:
    if (fault := paper_does_not_fit(rule, ballot_mode)) is not None:
        raise Refused(f"{fault}。")
