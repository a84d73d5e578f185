"""Staff, their sign-ins, and the audit record, read for the sign-in and for the 留痕 page."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from db import tables as t
from db.clock import moment_of
from db.values import Staff


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLine:
    """One line of the audit record."""

    id: int
    at: datetime
    actor: str
    action: str
    sitting: str | None
    detail: dict[str, object]
    previous_hash: str
    hash: str


def staff(c: Connection) -> tuple[Staff, ...]:
    roles: dict[int, set[str]] = defaultdict(set)
    for r in c.execute(select(t.staff_role)):
        roles[r.staff_id].add(r.role)
    rows = c.execute(
        select(t.staff, t.unit.c.key.label("unit"))
        .outerjoin_from(t.staff, t.unit, t.staff.c.unit_id == t.unit.c.id).order_by(t.staff.c.id))
    return tuple(
        Staff(id=r.id, name=r.name, title=r.title, roles=frozenset(roles[r.id]), unit=r.unit or "",
              active=bool(r.active), has_password=r.password_hash is not None)
        for r in rows
    )


def staff_by_name(c: Connection, name: str) -> tuple[Staff, str | None] | None:
    """The person and the argon2 hash of the password, if one has been set."""
    for one in staff(c):
        if one.name == name:
            return one, c.execute(select(t.staff.c.password_hash).where(t.staff.c.id == one.id)).scalar_one()
    return None


def staff_by_token(c: Connection, token_sha256: str, now: str) -> Staff | None:
    """Whose sign-in this is, if it is in force and the person still active."""
    staff_id = c.execute(
        select(t.sign_in.c.staff_id).where(
            t.sign_in.c.token_sha256 == token_sha256, t.sign_in.c.ended_at.is_(None), t.sign_in.c.expires_at > now)
    ).scalar_one_or_none()
    if staff_id is None:
        return None
    return next((one for one in staff(c) if one.id == staff_id and one.active), None)


def link(c: Connection, secret_sha256: str, now: str) -> tuple[int, str] | None:
    """(staff id, purpose) of a sign-in link that is in force."""
    row = c.execute(
        select(t.sign_in_link.c.staff_id, t.sign_in_link.c.purpose).where(
            t.sign_in_link.c.secret_sha256 == secret_sha256, t.sign_in_link.c.used_at.is_(None),
            t.sign_in_link.c.expires_at > now)
    ).first()
    return None if row is None else (row.staff_id, row.purpose)


def record(c: Connection, *, limit: int | None = None, sitting: str | None = None,
           action: str | None = None) -> tuple[RecordLine, ...]:
    """The newest lines first; all of them when no limit is given."""
    wanted = (
        select(t.record_entry, t.sitting.c.key.label("sitting"))
        .outerjoin_from(t.record_entry, t.sitting, t.record_entry.c.sitting_id == t.sitting.c.id)
        .order_by(t.record_entry.c.id.desc())
    )
    if sitting is not None:
        wanted = wanted.where(t.sitting.c.key == sitting)
    if action is not None:
        wanted = wanted.where(t.record_entry.c.action == action)
    if limit is not None:
        wanted = wanted.limit(limit)
    return tuple(
        RecordLine(id=r.id, at=moment_of(r.at), actor=r.actor, action=r.action, sitting=r.sitting,
                   detail=json.loads(r.detail), previous_hash=r.previous_hash, hash=r.hash)
        for r in c.execute(wanted)
    )


def last_time(c: Connection, action: str) -> datetime | None:
    """When this was last done, by whomever."""
    row = c.execute(select(t.record_entry.c.at).where(t.record_entry.c.action == action)
                    .order_by(t.record_entry.c.id.desc()).limit(1)).first()
    return None if row is None else moment_of(row.at)


def record_length(c: Connection) -> int:
    return int(c.execute(select(func.count()).select_from(t.record_entry)).scalar_one())


def setting(c: Connection, key: str) -> str | None:
    return c.execute(select(t.setting.c.value).where(t.setting.c.key == key)).scalar_one_or_none()
