"""What the host does to a sitting: order, stage, open, extend, close, void. One transaction each, one line in the record.

Two consoles cannot contradict each other: a move is judged inside the transaction that makes it, and the
later one is refused with what has happened meanwhile. A round's `closes_at` is the last moment at which a paper may
be made; what was made by then is taken in for the sitting's grace after it, and only then does the clock close it.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from db.engine import Database
from db.reads import results as result_reads
from db.reads import sittings as reads
from db.traces import sweep
from db.values import SLIP, Round, Sitting, Target
from db.work import Work, work
from hall.moment.closing import collects_until
from hall.moment.leaving import LOOKED_AT, leave_stage
from hall.moment.moves import CLOSE, OPEN, SHOW, VOID
from office.local_time import clock_time
from office.nearest import no_sitting, no_target, some_of
from office.refusal import NotFound, Overtaken, Refused
from office.sitting.begun import has_begun
from scoring.round import MoveRefused, Phase, check_move
from scoring.rule import BallotKind, read_rule

LONGEST_ROUND = 86_400


def open_round(database: Database, sitting: str, target_keys: tuple[str, ...], *, by: str, at: datetime,
               seconds: int | None = None) -> int:
    """Open the balloting of these targets; the round's id.

    The first round locks the rule. `seconds` overrides the sitting's own balloting time; 0 means by hand.
    """
    with work(database) as w:
        round_id = open_in(w, hold(w, sitting), target_keys, by=by, at=at, seconds=seconds)
    return round_id


def open_in(w: Work, found: Sitting, target_keys: tuple[str, ...], *, by: str, at: datetime,
            seconds: int | None = None) -> int:
    """`open_round` inside a transaction that holds the sitting. What goes on on stage ends with it."""
    targets = {one.key: one for one in reads.targets(w.c, found.id)}
    unknown = [key for key in target_keys if key not in targets]
    if unknown or not target_keys:
        raise no_target(unknown, {key: one.name for key, one in targets.items()})
    put_off = [targets[key].name for key in target_keys if targets[key].postponed]
    if put_off:
        raise Refused(f"{some_of(put_off)}已延到补场，本场不打分。要在本场打分，请先收回延期。")
    rounds = reads.rounds(w.c, found.id)
    for one in rounds:
        if one.phase is Phase.OPEN:
            raise Refused(f"{_names(one, targets)}正在打分，请先截止，再开始下一家。")
        for key in set(one.targets) & set(target_keys):
            if one.phase is Phase.PUBLISHED:
                raise Refused(f"{targets[key].name}的成绩已公布。要重新打分，请先写明原因把那一轮作废，打完再公布更正的一版；"
                              "只是个别实名票有误，请计票员作废那张票。")
            if one.phase is not Phase.VOID:
                raise Refused(f"{targets[key].name}已经打过分（第{one.number}轮）。如要重新打分，请先把那一轮作废。")
    rule = read_rule(reads.rule_text(w.c, found.id)[0].encode())
    everybody = {key for key, one in targets.items() if not one.postponed}
    if rule.ballot.kind is BallotKind.RANKING and set(target_keys) != everybody:
        raise Refused("评分办法是排序票：一张票要给全部单位排名次，请一次开始全部单位的打分。")
    limit = found.seconds if seconds is None else seconds
    if not 0 <= limit <= LONGEST_ROUND:
        raise Refused(f"打分时间请写0到{LONGEST_ROUND}秒，0表示由主持人截止。")
    closes_at = at + timedelta(seconds=limit) if limit else None
    round_id = w.rounds.open(found.id, [targets[key].id for key in target_keys], at=at, closes_at=closes_at)
    w.roster.lock_rule(found.id, at)
    was = leave_stage(w, found, at, by=by, to=target_keys)
    w.rounds.show(found.id, "target", targets[target_keys[0]].id)
    _tell(w, found, by, at, OPEN, targets=list(target_keys), round=round_id, seconds=limit, **was)
    return round_id


def announce_close(database: Database, sitting: str, *, by: str, at: datetime,
                   of_round: int | None = None) -> datetime:
    """Announce the end: the moment at which phones freeze. Papers made by then have the grace after it to arrive.

    `of_round` is the round that the host was looking at: another one, opened meanwhile, is left alone.
    """
    with work(database) as w:
        found = hold(w, sitting)
        current = _open_round(w, found, of_round)
        if current.closes_at is not None and current.closes_at <= at:
            raise Refused("已经到了截止时间，正在收最后的票，收完自动截止。")
        closes_at = at + timedelta(seconds=found.grace_seconds)
        if current.closes_at is not None and current.closes_at < closes_at:
            closes_at = current.closes_at
        w.rounds.set_closing(current.id, closes_at)
        _tell(w, found, by, at, "宣布截止", round=current.id, closes_at=clock_time(closes_at),
              collects_until=clock_time(collects_until(closes_at, found.grace_seconds)))
    return closes_at


def extend(database: Database, sitting: str, *, seconds: int, by: str, at: datetime,
           of_round: int | None = None) -> None:
    """Give the open round so many more seconds from now, or from its closing time if that is later.

    While the last papers are coming in this opens the forms again until the new time.
    """
    if not 0 < seconds <= 3600:
        raise Refused("延时请填1到3600秒。")
    with work(database) as w:
        found = hold(w, sitting)
        current = _open_round(w, found, of_round)
        start = max(at, current.closes_at) if current.closes_at else at
        closes_at = start + timedelta(seconds=seconds)
        w.rounds.set_closing(current.id, closes_at)
        again = {"reopened": True} if current.closes_at is not None and current.closes_at <= at else {}
        _tell(w, found, by, at, "延时", round=current.id, seconds=seconds, closes_at=clock_time(closes_at), **again)


def close_round(database: Database, sitting: str, *, by: str, at: datetime, round_id: int | None = None,
                of_round: int | None = None) -> int:
    """Close the open round now, whatever is on the way; its id.

    With `round_id`, only that one and only when its grace is over (the clock's call).
    """
    with work(database) as w:
        found = hold(w, sitting)
        current = _open_round(w, found, of_round)
        if round_id is not None and current.id != round_id:
            raise Refused("这一轮已经截止。")
        due = None if current.closes_at is None else collects_until(current.closes_at, found.grace_seconds)
        if round_id is not None and (due is None or due > at):
            raise Refused("这一轮已延时。")
        w.rounds.close(current.id, at=at, by=by)
        waited = {"at_once": True} if due is None or at < due else {"collects_until": clock_time(due)}
        _tell(w, found, by, at, CLOSE, round=current.id, **waited)
    sweep(database)
    return current.id


def void_round(database: Database, sitting: str, round_id: int, *, reason: str, by: str, at: datetime) -> None:
    """Void a round: its ballots are kept and counted nowhere, its targets may be balloted again.

    One that is published goes back to closed first. The version that counted it stays in force, as it was frozen, until
    the next one is published; the record says of which version the round was.
    """
    if not reason.strip():
        raise Refused("作废要写明原因，例如：设备故障，重新打分。")
    if reason.strip() == SLIP:
        raise Refused(f"“{SLIP}”是“撤销”用的说法，请写明这次作废的原因，例如：设备故障，重新打分。")
    with work(database) as w:
        found = hold(w, sitting)
        one = next((r for r in reads.rounds(w.c, found.id) if r.id == round_id), None)
        if one is None:
            raise NotFound("没有这一轮打分。")
        was: dict[str, object] = {}
        if one.phase is Phase.PUBLISHED:
            _refuse_while_open(w, found)
            _move(one.phase, Phase.CLOSED)
            was = {"version": result_reads.publications(w.c, found.id)[-1].number}
        _move(Phase.CLOSED if was else one.phase, Phase.VOID)
        w.rounds.void(round_id, at=at, by=by, reason=reason.strip())
        _tell(w, found, by, at, VOID, round=round_id, targets=list(one.targets), reason=reason.strip(), **was)
    sweep(database)


def show(database: Database, sitting: str, shows: str, target: str | None, *, by: str, at: datetime) -> None:
    """What the hall looks at: the agenda, one target, or the ranking (once it is published)."""
    with work(database) as w:
        show_in(w, hold(w, sitting), shows, target, by=by, at=at)


def show_in(w: Work, found: Sitting, shows: str, target: str | None, *, by: str, at: datetime) -> None:
    """`show` inside a transaction that holds the sitting. Another target's turn ends what goes on on stage; the agenda
    and the ranking are only looked at."""
    targets = {one.key: one for one in reads.targets(w.c, found.id)}
    if shows == "target" and target not in targets:
        raise NotFound("议程里没有这个单位。")
    if target is not None and shows == "target" and targets[target].postponed:
        raise Refused(f"{targets[target].name}已延到补场（{targets[target].postponed}），本场不上台。")
    for one in reads.rounds(w.c, found.id):
        if one.phase is Phase.OPEN and not (shows == "target" and target in one.targets):
            raise Refused(f"{_names(one, targets)}正在打分，请先截止。")
    was = leave_stage(w, found, at, by=by, to=() if target is None else (target,),
                      stays=target if shows == "target" else LOOKED_AT)
    w.rounds.show(found.id, shows, targets[target].id if shows == "target" and target else None)
    _tell(w, found, by, at, SHOW, shows=shows, target=target, **was)


def draw_order(database: Database, sitting: str, seed: str, *, by: str, at: datetime) -> tuple[str, ...]:
    """Order the agenda by lot. The same seed on the same roster draws the same order: anyone can repeat it.

    The draw: targets sorted by key, shuffled by Python's `random.Random(seed)`.
    """
    if not seed.strip():
        raise Refused("抽签要有一个号码（种子），例如在场代表报出的一串数字。")
    with work(database) as w:
        found = hold(w, sitting)
        targets = reads.targets(w.c, found.id)
        _refuse_once_begun(w, found)
        keys = sorted(one.key for one in targets)
        random.Random(seed.strip()).shuffle(keys)
        _put_order(w, targets, keys)
        w.roster.change_sitting(found.id, draw_seed=seed.strip())
        _tell(w, found, by, at, "抽签定序", seed=seed.strip(), order=keys)
    return tuple(keys)


def set_order(database: Database, sitting: str, keys: tuple[str, ...], *, by: str, at: datetime) -> None:
    """Order the agenda by hand. Ballots are kept by target, so the order may change at any time between rounds."""
    with work(database) as w:
        found = hold(w, sitting)
        targets = reads.targets(w.c, found.id)
        if sorted(keys) != sorted(one.key for one in targets):
            raise Refused("顺序里每个单位要恰好出现一次，请刷新后重新排列。")
        _put_order(w, targets, list(keys))
        w.roster.change_sitting(found.id, draw_seed=None)
        _tell(w, found, by, at, "调整次序", order=list(keys))


def hold(w: Work, key: str) -> Sitting:
    """The sitting, held against other hosts until the transaction ends."""
    found = reads.sitting(w.c, key)
    if found is None:
        raise no_sitting(key, (one.key for one in reads.sittings(w.c)))
    w.rounds.lock_sitting(found.id)
    return found


def _open_round(w: Work, sitting: Sitting, of_round: int | None = None) -> Round:
    for one in reads.rounds(w.c, sitting.id):
        if one.phase is Phase.OPEN:
            if of_round is not None and one.id != of_round:
                names = _names(one, {target.key: target for target in reads.targets(w.c, sitting.id)})
                raise Overtaken(f"您看到的那一轮已经结束，现在是{names}在打分。请看清后再操作。")
            return one
    raise (Refused if of_round is None else Overtaken)("现在没有正在打分的单位。")


def _move(phase: Phase, to: Phase) -> None:
    try:
        check_move(phase, to)
    except MoveRefused as refused:
        raise Refused(str(refused)) from None


def _refuse_while_open(w: Work, sitting: Sitting) -> None:
    targets = {one.key: one for one in reads.targets(w.c, sitting.id)}
    for one in reads.rounds(w.c, sitting.id):
        if one.phase is Phase.OPEN:
            raise Refused(f"{_names(one, targets)}正在打分，请先截止。")


def _put_order(w: Work, targets: tuple[Target, ...], keys: list[str]) -> None:
    ids = {one.key: one.id for one in targets}
    w.roster.order_targets({ids[key]: position for position, key in enumerate(keys, 1)})


def _refuse_once_begun(w: Work, sitting: Sitting) -> None:
    if has_begun(w.c, sitting.id):
        raise Refused("已经开始打分，不能重新抽签。可以手动调整还没上场的单位。")


def _names(one: Round, targets: dict[str, Target]) -> str:
    return some_of([targets[key].name for key in one.targets])


def _tell(w: Work, sitting: Sitting, by: str, at: datetime, action: str, **detail: object) -> None:
    w.roster.touch(sitting.id)
    w.record.append(at=at, actor=by, action=action, sitting_id=sitting.id, **detail)
