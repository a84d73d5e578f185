"""Sittings as the hall needs them: the agenda, the rule, seats, recusals, declarations, rounds.

The hall reads a sitting anew with every change of its stage. What it asks for then is written down once, with `:of`
for the sitting: to put such a statement together takes as long as to have it answered.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import BindParameter, Connection, Integer, Row, String, bindparam, func, select

from db import tables as t
from db.clock import maybe_moment, moment_of, text_of
from db.reads.said_again import NUMBER
from db.values import Commitment, Declaration, Round, Screen, Seat, Shortcoming, Sitting, Stage, Target, Unit
from scoring.round import Phase

OF: BindParameter[int] = bindparam("of", type_=Integer)


def units(c: Connection) -> tuple[Unit, ...]:
    parent = t.unit.alias("parent")
    rows = c.execute(
        select(t.unit.c.id, t.unit.c.key, t.unit.c.name, t.unit.c.kind, parent.c.key.label("parent"))
        .outerjoin_from(t.unit, parent, t.unit.c.parent_id == parent.c.id)
        .order_by(t.unit.c.id)
    )
    return tuple(Unit(id=r.id, key=r.key, name=r.name, kind=r.kind, parent=r.parent or "") for r in rows)


def sittings(c: Connection) -> tuple[Sitting, ...]:
    """Newest first."""
    rows = c.execute(select(t.sitting).order_by(t.sitting.c.held_on.desc(), t.sitting.c.id.desc()))
    return tuple(_sitting(r) for r in rows)


_SITTING = select(t.sitting).where(t.sitting.c.key == bindparam("key", type_=String))


def sitting(c: Connection, key: str) -> Sitting | None:
    row = c.execute(_SITTING, {"key": key}).first()
    return None if row is None else _sitting(row)


_SERIALS = select(t.sitting.c.key, t.sitting.c.serial)


def serials(c: Connection) -> dict[str, int]:
    """Sitting key -> serial: the cheap question 'has anything changed?'."""
    return {r.key: r.serial for r in c.execute(_SERIALS)}


_RULE = (
    select(t.rule.c.toml, t.rule.c.version, t.rule.c.locked_at)
    .where(t.rule.c.sitting_id == OF)
    .order_by(t.rule.c.version.desc())
    .limit(1)
)


def rule_text(c: Connection, sitting_id: int) -> tuple[str, int, bool]:
    """The rule in force: its TOML, its version, and whether the first ballot has locked it."""
    row = c.execute(_RULE, {"of": sitting_id}).one()
    return row.toml, row.version, row.locked_at is not None


_parent = t.unit.alias("parent")
_TARGETS = (
    select(t.target, t.unit.c.key.label("unit"), t.unit.c.name.label("unit_name"), _parent.c.key.label("parent"),
           _parent.c.name.label("parent_name"))
    .join_from(t.target, t.unit, t.target.c.unit_id == t.unit.c.id)
    .outerjoin(_parent, t.unit.c.parent_id == _parent.c.id)
    .where(t.target.c.sitting_id == OF)
    .order_by(t.target.c.position, t.target.c.id)
)


def targets(c: Connection, sitting_id: int) -> tuple[Target, ...]:
    rows = c.execute(_TARGETS, {"of": sitting_id})
    return tuple(
        Target(id=r.id, key=r.key, name=r.name, unit=r.unit, unit_name=r.unit_name, parent_unit=r.parent or "",
               presenter=r.presenter, ranking_group=r.ranking_group, ranked=bool(r.ranked), position=r.position,
               speaks=bool(r.speaks), route=r.route, substitute=r.substitute, postponed=r.postponed or "",
               parent_name=r.parent_name or "")
        for r in rows
    )


def seats(c: Connection, sitting_id: int) -> tuple[Seat, ...]:
    """The seats that count: everything that is counted, printed, paid heed to or published is about these."""
    return tuple(seat for seat in every_seat(c, sitting_id) if not seat.shadow)


_SEATS = (
    select(t.seat, t.unit.c.key.label("unit"), t.badge.c.issued_at)
    .outerjoin_from(t.seat, t.unit, t.seat.c.unit_id == t.unit.c.id)
    .outerjoin(t.badge, (t.badge.c.seat_id == t.seat.c.id) & t.badge.c.stopped_at.is_(None))
    .where(t.seat.c.sitting_id == OF)
    .order_by(t.seat.c.id)
)


def every_seat(c: Connection, sitting_id: int) -> tuple[Seat, ...]:
    """With the shadow seats, for who has to find a badge, or must not give a code away twice."""
    return tuple(_seat(r) for r in c.execute(_SEATS, {"of": sitting_id}))


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeInForce:
    """`replaced_at`: when it took the place of an earlier badge of its seat, "" for a first one."""

    digest: str
    seat_id: int
    replaced_at: str


_BADGES = select(t.badge).join_from(t.badge, t.seat, t.badge.c.seat_id == t.seat.c.id).where(t.seat.c.sitting_id == OF)
_STOPPED = _BADGES.where(t.badge.c.stopped_at.is_not(None))
_IN_FORCE = _BADGES.where(t.badge.c.stopped_at.is_(None))


def badges(c: Connection, sitting_id: int) -> tuple[BadgeInForce, ...]:
    """Every badge in force."""
    had_one = {r.seat_id for r in c.execute(_STOPPED, {"of": sitting_id})}
    return tuple(
        BadgeInForce(digest=r.secret_sha256, seat_id=r.seat_id,
                     replaced_at=r.issued_at if r.seat_id in had_one else "")
        for r in c.execute(_IN_FORCE, {"of": sitting_id}))


_RECUSALS = (
    select(t.recusal.c.seat_id, t.target.c.key, t.recusal.c.reason)
    .join_from(t.recusal, t.target, t.recusal.c.target_id == t.target.c.id)
    .where(t.target.c.sitting_id == OF)
)


def recusals(c: Connection, sitting_id: int) -> dict[tuple[int, str], str]:
    """(seat id, target key) -> reason, as entered; recusal by own unit is worked out, not stored."""
    return {(r.seat_id, r.key): r.reason for r in c.execute(_RECUSALS, {"of": sitting_id})}


def components(c: Connection, sitting_id: int) -> tuple[tuple[str, str, str], ...]:
    """(target key, component key, value) of everything in the total that is not balloted."""
    rows = c.execute(
        select(t.target.c.key, t.component_value.c.component, t.component_value.c.value)
        .join_from(t.component_value, t.target, t.component_value.c.target_id == t.target.c.id)
        .where(t.target.c.sitting_id == sitting_id)
        .order_by(t.target.c.position, t.component_value.c.component)
    )
    return tuple((r.key, r.component, r.value) for r in rows)


_SHORTCOMINGS = (
    select(t.shortcoming, t.target.c.key)
    .join_from(t.shortcoming, t.target, t.shortcoming.c.target_id == t.target.c.id)
    .where(t.target.c.sitting_id == OF)
    .order_by(t.shortcoming.c.target_id, t.shortcoming.c.position)
)
_of_them = select(t.shortcoming.c.id).join_from(t.shortcoming, t.target).where(t.target.c.sitting_id == OF)
_MEASURES = (select(t.measure).where(t.measure.c.shortcoming_id.in_(_of_them))
             .order_by(t.measure.c.shortcoming_id, t.measure.c.position))
_PROMISES = (select(t.commitment, NUMBER.label("listed_as")).where(t.commitment.c.shortcoming_id.in_(_of_them))
             .order_by(t.commitment.c.shortcoming_id, t.commitment.c.position))


def declarations(c: Connection, sitting_id: int) -> dict[str, Declaration]:
    """Target key -> what the unit states; targets that have entered nothing are absent."""
    of = {"of": sitting_id}
    shortcomings = c.execute(_SHORTCOMINGS, of).all()
    measures: dict[int, list[str]] = defaultdict(list)
    for r in c.execute(_MEASURES, of):
        measures[r.shortcoming_id].append(r.text)
    promised: dict[int, list[Commitment]] = defaultdict(list)
    for r in c.execute(_PROMISES, of):
        promised[r.shortcoming_id].append(Commitment(
            text=r.text, owner=r.owner, deadline=date.fromisoformat(r.deadline), amount=r.amount,
            amount_unit=r.amount_unit, number=r.listed_as))
    by_target: dict[str, list[Shortcoming]] = defaultdict(list)
    for s in shortcomings:
        by_target[s.key].append(Shortcoming(text=s.text, gap=s.gap, goal=s.goal, measures=tuple(measures[s.id]),
                                            commitments=tuple(promised[s.id])))
    return {key: Declaration(shortcomings=tuple(items)) for key, items in by_target.items()}


_ROUNDS = select(t.round_).where(t.round_.c.sitting_id == OF).order_by(t.round_.c.number)
_OF_ROUNDS = (
    select(t.round_target.c.round_id, t.target.c.key)
    .join_from(t.round_target, t.target, t.round_target.c.target_id == t.target.c.id)
    .where(t.target.c.sitting_id == OF)
    .order_by(t.target.c.position)
)


def rounds(c: Connection, sitting_id: int) -> tuple[Round, ...]:
    """In the order they were opened."""
    keys: dict[int, list[str]] = defaultdict(list)
    for r in c.execute(_OF_ROUNDS, {"of": sitting_id}):
        keys[r.round_id].append(r.key)
    rows = c.execute(_ROUNDS, {"of": sitting_id})
    return tuple(
        Round(id=r.id, number=r.number, phase=Phase(r.phase), targets=tuple(keys[r.id]),
              opened_at=moment_of(r.opened_at), closes_at=maybe_moment(r.closes_at),
              closed_at=maybe_moment(r.closed_at), closed_by=r.closed_by, void_reason=r.void_reason)
        for r in rows
    )


_STAGE = (
    select(t.stage.c.shows, t.target.c.key)
    .outerjoin_from(t.stage, t.target, t.stage.c.target_id == t.target.c.id)
    .where(t.stage.c.sitting_id == OF)
)
_SCREEN = select(t.screen).where(t.screen.c.sitting_id == OF)


def stage(c: Connection, sitting_id: int) -> Stage:
    row = c.execute(_STAGE, {"of": sitting_id}).first()
    shown = screen(c, sitting_id)
    return Stage(screen=shown) if row is None else Stage(shows=row.shows, target=row.key, screen=shown)


def screen(c: Connection, sitting_id: int) -> Screen:
    r = c.execute(_SCREEN, {"of": sitting_id}).first()
    return Screen() if r is None else Screen(
        version=r.version, step=r.step, low=r.low, low_way=r.low_way, rehearsal=r.rehearsal, frozen=r.frozen,
        frozen_at=maybe_moment(r.frozen_at))


def has_ballots(c: Connection, sitting_id: int) -> bool:
    found = c.execute(
        select(func.count()).select_from(
            select(t.ballot.c.version).join_from(t.ballot, t.round_, t.ballot.c.round_id == t.round_.c.id)
            .where(t.round_.c.sitting_id == sitting_id).limit(1).subquery())
    ).scalar_one()
    return bool(found)


def open_rounds_past(c: Connection, at: datetime) -> tuple[tuple[str, int], ...]:
    """(sitting key, round id) of every open round whose closing time and the sitting's grace after it are over."""
    rows = c.execute(
        select(t.sitting.c.key, t.sitting.c.grace_seconds, t.round_.c.id, t.round_.c.closes_at)
        .join_from(t.round_, t.sitting, t.round_.c.sitting_id == t.sitting.c.id)
        .where(t.round_.c.phase == "OPEN", t.round_.c.closes_at <= text_of(at))
    )
    return tuple((r.key, r.id) for r in rows
                 if moment_of(r.closes_at) + timedelta(seconds=r.grace_seconds) <= at)


def _sitting(r: Row[tuple[object, ...]]) -> Sitting:
    return Sitting(id=r.id, key=r.key, title=r.title, arena=r.arena, period=r.period,
                   held_on=date.fromisoformat(r.held_on), place=r.place, note=r.note, ballot_mode=r.ballot_mode,
                   seconds=r.seconds, grace_seconds=r.grace_seconds, desk_check_in=bool(r.desk_check_in),
                   draw_seed=r.draw_seed, serial=r.serial)


def _seat(r: Row[tuple[object, ...]]) -> Seat:
    return Seat(id=r.id, code=r.code, group=r.group_key, name=r.name, unit=r.unit or "",
                checked_in_at=maybe_moment(r.checked_in_at), badge_issued_at=maybe_moment(r.issued_at),
                route=r.route, shadow=bool(r.shadow))
