"""Staff, sign-in links and sign-ins. Passwords come hashed, secrets as SHA-256: neither is ever stored."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, delete, insert, update

from db import tables as t
from db.clock import text_of


class People:
    """Writes of the door."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def add_staff(self, *, name: str, title: str, roles: Iterable[str], unit_id: int | None, at: datetime) -> int:
        done = self._c.execute(insert(t.staff).values(
            name=name, title=title, unit_id=unit_id, active=True, created_at=text_of(at)))
        assert done.inserted_primary_key is not None
        staff_id = int(done.inserted_primary_key[0])
        self.set_roles(staff_id, roles)
        return staff_id

    def set_roles(self, staff_id: int, roles: Iterable[str]) -> None:
        self._c.execute(delete(t.staff_role).where(t.staff_role.c.staff_id == staff_id))
        rows = [{"staff_id": staff_id, "role": role} for role in sorted(set(roles))]
        if rows:
            self._c.execute(insert(t.staff_role), rows)

    def set_active(self, staff_id: int, active: bool, at: datetime) -> None:
        self._c.execute(update(t.staff).where(t.staff.c.id == staff_id).values(active=active))
        if not active:
            self.end_sign_ins(staff_id, at)

    def set_password(self, staff_id: int, password_hash: str) -> None:
        self._c.execute(update(t.staff).where(t.staff.c.id == staff_id).values(password_hash=password_hash))

    def add_link(self, staff_id: int, *, secret_sha256: str, purpose: str, expires_at: datetime) -> None:
        """A new link; earlier unused links of this person stop."""
        self._c.execute(delete(t.sign_in_link).where(
            t.sign_in_link.c.staff_id == staff_id, t.sign_in_link.c.used_at.is_(None)))
        self._c.execute(insert(t.sign_in_link).values(
            staff_id=staff_id, secret_sha256=secret_sha256, purpose=purpose, expires_at=text_of(expires_at)))

    def use_link(self, secret_sha256: str, at: datetime) -> bool:
        """Take the link; False if somebody else was faster."""
        done = self._c.execute(update(t.sign_in_link).where(
            t.sign_in_link.c.secret_sha256 == secret_sha256, t.sign_in_link.c.used_at.is_(None))
            .values(used_at=text_of(at)))
        return done.rowcount == 1

    def begin_sign_in(self, staff_id: int, *, token_sha256: str, at: datetime, expires_at: datetime) -> None:
        self._c.execute(insert(t.sign_in).values(
            staff_id=staff_id, token_sha256=token_sha256, began_at=text_of(at), expires_at=text_of(expires_at)))

    def end_sign_in(self, token_sha256: str, at: datetime) -> None:
        self._c.execute(update(t.sign_in).where(t.sign_in.c.token_sha256 == token_sha256,
                                                t.sign_in.c.ended_at.is_(None)).values(ended_at=text_of(at)))

    def end_sign_ins(self, staff_id: int, at: datetime) -> None:
        self._c.execute(update(t.sign_in).where(t.sign_in.c.staff_id == staff_id, t.sign_in.c.ended_at.is_(None))
                        .values(ended_at=text_of(at)))
