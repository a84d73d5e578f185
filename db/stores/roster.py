"""Units, sittings, targets, seats, badges: what is prepared before a sitting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from db import tables as t
from db.clock import text_of
from db.stores.driver import BADGES
from db.values import Declaration


class Roster:
    """Writes of the preparation room."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def add_unit(self, *, key: str, name: str, kind: str) -> int:
        """The id of the unit with this key; a unit that is already known keeps its record."""
        known = self._c.execute(select(t.unit.c.id).where(t.unit.c.key == key)).scalar_one_or_none()
        if known is not None:
            return int(known)
        return self._insert(t.unit, key=key, name=name, kind=kind, parent_id=None)

    def set_parent(self, unit_id: int, parent_id: int) -> None:
        self._c.execute(update(t.unit).where(t.unit.c.id == unit_id, t.unit.c.parent_id.is_(None))
                        .values(parent_id=parent_id))

    def change_unit(self, unit_id: int, **values: object) -> None:
        self._c.execute(update(t.unit).where(t.unit.c.id == unit_id).values(**values))

    def add_sitting(self, *, key: str, title: str, arena: str, period: str, held_on: date, place: str, note: str,
                    ballot_mode: str, seconds: int, grace_seconds: int, desk_check_in: bool, at: datetime) -> int:
        return self._insert(
            t.sitting, key=key, title=title, arena=arena, period=period, held_on=held_on.isoformat(), place=place,
            note=note, ballot_mode=ballot_mode, seconds=seconds, grace_seconds=grace_seconds,
            desk_check_in=desk_check_in, created_at=text_of(at))

    def change_sitting(self, sitting_id: int, **values: object) -> None:
        self._c.execute(update(t.sitting).where(t.sitting.c.id == sitting_id).values(**values))

    def touch(self, sitting_id: int) -> None:
        """Something that a phone or a screen shows has changed."""
        self._c.execute(
            update(t.sitting).where(t.sitting.c.id == sitting_id).values(serial=t.sitting.c.serial + 1))

    def put_rule(self, sitting_id: int, *, version: int, toml: str, sha256: str) -> None:
        self._insert(t.rule, sitting_id=sitting_id, version=version, toml=toml, sha256=sha256)

    def lock_rule(self, sitting_id: int, at: datetime) -> None:
        self._c.execute(update(t.rule).where(t.rule.c.sitting_id == sitting_id, t.rule.c.locked_at.is_(None))
                        .values(locked_at=text_of(at)))

    def unlock_rule(self, sitting_id: int) -> None:
        """The round that locked it was opened by a slip, and taken back before any paper came in."""
        self._c.execute(update(t.rule).where(t.rule.c.sitting_id == sitting_id).values(locked_at=None))

    def add_target(self, sitting_id: int, *, key: str, name: str, unit_id: int, presenter: str, ranking_group: str,
                   ranked: bool, position: int, speaks: bool = True, route: str = "") -> int:
        return self._insert(t.target, sitting_id=sitting_id, key=key, name=name, unit_id=unit_id,
                            presenter=presenter, ranking_group=ranking_group, ranked=ranked, position=position,
                            speaks=speaks, route=route)

    def order_targets(self, positions: Mapping[int, int]) -> None:
        """Target id -> place on the agenda."""
        for target_id, position in positions.items():
            self._c.execute(update(t.target).where(t.target.c.id == target_id).values(position=position))

    def change_target(self, target_id: int, **values: object) -> None:
        self._c.execute(update(t.target).where(t.target.c.id == target_id).values(**values))

    def drop_target(self, target_id: int) -> None:
        """Take a target that has never been on stage or balloted off the agenda, with all it had entered and all that
        was prepared to be asked of it. A round that was opened by a slip forgets it too."""
        self.put_declaration(target_id, Declaration())
        for table in (t.recusal, t.component_value, t.question, t.shadow_ballot):
            self._c.execute(delete(table).where(table.c.target_id == target_id))
        self._c.execute(delete(t.round_target).where(t.round_target.c.target_id == target_id, ~t.round_target.c.counts))
        self._c.execute(delete(t.target).where(t.target.c.id == target_id))

    def add_seat(self, sitting_id: int, *, code: str, group: str, name: str, unit_id: int | None,
                 route: str = "", shadow: bool = False) -> int:
        return self._insert(t.seat, sitting_id=sitting_id, code=code, group_key=group, name=name, unit_id=unit_id,
                            route=route, shadow=shadow)

    def change_seat(self, seat_id: int, **values: object) -> None:
        self._c.execute(update(t.seat).where(t.seat.c.id == seat_id).values(**values))

    def drop_seat(self, seat_id: int) -> None:
        """Take away a seat that has never voted, with its badges, its recusals and its phone's check."""
        for table in (t.badge, t.recusal, t.device_check):
            self._c.execute(delete(table).where(table.c.seat_id == seat_id))
        self._c.execute(delete(t.seat).where(t.seat.c.id == seat_id))

    def check_in(self, *seat_ids: int, at: datetime) -> None:
        """Who was checked in before keeps the earlier time."""
        for n in range(0, len(seat_ids), 500):
            self._c.execute(update(t.seat).where(t.seat.c.id.in_(seat_ids[n:n + 500]), t.seat.c.checked_in_at.is_(None))
                            .values(checked_in_at=text_of(at)))

    def check_out(self, seat_id: int) -> None:
        self._c.execute(update(t.seat).where(t.seat.c.id == seat_id).values(checked_in_at=None))

    def issue_badges(self, hashes: Mapping[int, str], at: datetime) -> None:
        """Seat id -> SHA-256 of its new secret. Earlier badges of these seats stop at once."""
        self.stop_badges(hashes, at)
        if hashes:
            self._c.execute(insert(t.badge), [
                {"seat_id": seat_id, "secret_sha256": digest, "issued_at": text_of(at)}
                for seat_id, digest in hashes.items()])

    def stop_badges(self, seat_ids: Iterable[int], at: datetime) -> None:
        ids = list(seat_ids)
        if self._c.dialect.name == "postgresql":  # papers on their way are stored first, or see the badge stopped
            self._c.execute(select(func.pg_advisory_xact_lock(BADGES)))
        for start in range(0, len(ids), 500):
            self._c.execute(update(t.badge).where(t.badge.c.seat_id.in_(ids[start:start + 500]),
                                                  t.badge.c.stopped_at.is_(None)).values(stopped_at=text_of(at)))

    def recuse(self, seat_id: int, target_id: int, reason: str) -> None:
        self._c.execute(delete(t.recusal).where(t.recusal.c.seat_id == seat_id, t.recusal.c.target_id == target_id))
        self._c.execute(insert(t.recusal).values(seat_id=seat_id, target_id=target_id, reason=reason))

    def lift_recusal(self, seat_id: int, target_id: int) -> None:
        self._c.execute(delete(t.recusal).where(t.recusal.c.seat_id == seat_id, t.recusal.c.target_id == target_id))

    def put_component(self, target_id: int, component: str, value: str) -> None:
        self._c.execute(delete(t.component_value).where(
            t.component_value.c.target_id == target_id, t.component_value.c.component == component))
        if value != "":
            self._c.execute(insert(t.component_value).values(target_id=target_id, component=component, value=value))

    def put_declaration(self, target_id: int, declaration: Declaration) -> None:
        """Replace what a target states. Only before its commitments are on the list."""
        old = select(t.shortcoming.c.id).where(t.shortcoming.c.target_id == target_id)
        self._c.execute(delete(t.measure).where(t.measure.c.shortcoming_id.in_(old)))
        self._c.execute(delete(t.commitment).where(t.commitment.c.shortcoming_id.in_(old)))
        self._c.execute(delete(t.shortcoming).where(t.shortcoming.c.target_id == target_id))
        for position, one in enumerate(declaration.shortcomings, 1):
            shortcoming_id = self._insert(t.shortcoming, target_id=target_id, position=position, text=one.text,
                                          gap=one.gap, goal=one.goal)
            measures: Sequence[dict[str, object]] = [
                {"shortcoming_id": shortcoming_id, "position": n, "text": text}
                for n, text in enumerate(one.measures, 1)]
            if measures:
                self._c.execute(insert(t.measure), measures)
            promised: Sequence[dict[str, object]] = [
                {"shortcoming_id": shortcoming_id, "position": n, "text": c.text, "owner": c.owner,
                 "deadline": c.deadline.isoformat(), "amount": c.amount, "amount_unit": c.amount_unit}
                for n, c in enumerate(one.commitments, 1)]
            if promised:
                self._c.execute(insert(t.commitment), promised)

    def put_setting(self, key: str, value: str) -> None:
        self._c.execute(delete(t.setting).where(t.setting.c.key == key))
        self._c.execute(insert(t.setting).values(key=key, value=value))

    def _insert(self, table: object, **values: object) -> int:
        done = self._c.execute(insert(table).values(**values))  # type: ignore[arg-type]
        assert done.inserted_primary_key is not None
        return int(done.inserted_primary_key[0])
