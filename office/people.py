"""Staff: who they are, what they may do, how they get in.

Passwords are argon2 hashes; links and sign-ins are random secrets kept only as SHA-256. There is no default
password: the first administrator sets one through a link that the first start prints, and works once.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from db.clock import text_of
from db.engine import Database
from db.reads import people as reads
from db.reads import sittings as sitting_reads
from db.rehearsal import is_marked
from db.values import Staff
from db.work import Work, work
from office.refusal import NotAllowed, NotFound, Refused

SIGN_IN_DAYS = 14
LINK_HOURS = 72
PASSWORD_LENGTH = 8
_hasher = PasswordHasher()
# Of a password that was thrown away: an unknown name takes as long as a wrong password, and no start of a process
# has to work out a hash first.
_NOBODYS = ("$argon2id$v=19$m=65536,t=3,p=4$cICKjtq9qfMxSj8j2FCUqg"
            "$ZMSqIJAKOQ65Lh0ho16AelXciY0RoDCCy4o1TpOZdSI")


class Role(StrEnum):
    """What a person may do. One person may have several."""

    HOST = "host"
    CLERK = "clerk"
    SUPERVISOR = "supervisor"
    LEADER = "leader"
    LIAISON = "liaison"
    ADMINISTRATOR = "administrator"

    @property
    def words(self) -> str:
        return _ROLE_WORDS[self]


_ROLE_WORDS = {
    Role.HOST: "主持人", Role.CLERK: "计票员", Role.SUPERVISOR: "监督员", Role.LEADER: "领导", Role.LIAISON: "单位联络员",
    Role.ADMINISTRATOR: "管理员",
}


def has_staff(database: Database) -> bool:
    with database.reading() as c:
        return any(one.has_password for one in reads.staff(c))


def everybody(database: Database) -> tuple[Staff, ...]:
    with database.reading() as c:
        return reads.staff(c)


def first_link(database: Database, *, at: datetime) -> str | None:
    """The secret of a new one-time link that sets the administrator's password; None once somebody has one."""
    with work(database) as w:
        people = reads.staff(w.c)
        if any(one.has_password for one in people):
            return None
        known = next((one for one in people if one.name == "admin"), None)
        if known is not None:
            staff_id = known.id
        else:
            staff_id = w.people.add_staff(name="admin", title="管理员", unit_id=None, at=at,
                                          roles=[Role.ADMINISTRATOR, Role.HOST])
            w.record.append(at=at, actor="系统", action="首次启动", administrator="admin")
        return _new_link(w, staff_id, "password", at, timedelta(hours=LINK_HOURS))


def add_staff(database: Database, *, name: str, title: str, roles: Iterable[Role], unit: str = "", by: str,
              at: datetime) -> str:
    """Add a person and return the secret of the one-time link through which they set their password."""
    name, title, roles = name.strip(), title.strip(), set(roles)
    if not name or not all(ch.isalnum() or ch in "-_." for ch in name) or len(name) > 40:
        raise Refused("登录名请用汉字、字母、数字、-、_ 或 .，最长40个。")
    if not title:
        raise Refused("请填写职务或称呼，例如：市委督查室计票员。")
    if not roles:
        raise Refused("请至少选一个角色。")
    if Role.LIAISON in roles and not unit:
        raise Refused("单位联络员要选择所属单位。")
    with work(database) as w:
        if any(one.name == name for one in reads.staff(w.c)):
            raise Refused(f"登录名“{name}”已有人用，请换一个。")
        units = {one.key: one.id for one in sitting_reads.units(w.c)}
        if unit and unit not in units:
            raise NotFound("没有这个单位，请先在会前准备里登记。")
        staff_id = w.people.add_staff(name=name, title=title, roles=roles, unit_id=units.get(unit), at=at)
        w.record.append(at=at, actor=by, action="添加人员", name=name, roles=sorted(roles))
        return _new_link(w, staff_id, "password", at, timedelta(hours=LINK_HOURS))


def reset_password(database: Database, name: str, *, by: str, at: datetime) -> str:
    """A new one-time link for this person; the old password works until it is used."""
    with work(database) as w:
        found = reads.staff_by_name(w.c, name)
        if found is None:
            raise NotFound(f"没有“{name}”这个人。")
        w.record.append(at=at, actor=by, action="重发登录链接", name=name)
        return _new_link(w, found[0].id, "password", at, timedelta(hours=LINK_HOURS))


def set_active(database: Database, name: str, active: bool, *, by: str, at: datetime) -> None:
    """Stop a person's access at once, or give it back. The last administrator cannot be stopped."""
    with work(database) as w:
        people = reads.staff(w.c)
        one = next((one for one in people if one.name == name), None)
        if one is None:
            raise NotFound(f"没有“{name}”这个人。")
        others = [p for p in people if p.active and p.has_password and Role.ADMINISTRATOR in p.roles and p.id != one.id]
        if not active and Role.ADMINISTRATOR in one.roles and not others:
            raise Refused("这是最后一位管理员，不能停用。请先添加另一位管理员。")
        w.people.set_active(one.id, active, at)
        w.record.append(at=at, actor=by, action="启用人员" if active else "停用人员", name=name)


def link_owner(database: Database, secret: str, *, at: datetime) -> tuple[Staff, str]:
    """Whose link this is and what it is for ("password" or "demo"). Raises NotFound for a used or unknown one."""
    with database.reading() as c:
        found = reads.link(c, _sha256(secret), text_of(at))
        person = next((one for one in reads.staff(c) if found and one.id == found[0] and one.active), None)
    if found is None or person is None:
        raise NotFound("这个链接已经用过或已过期。请向管理员要一个新的链接。")
    return person, found[1]


def set_password(database: Database, secret: str, password: str, *, at: datetime) -> str:
    """Set the password through a one-time link, and sign in; the token for the cookie is returned."""
    if len(password) < PASSWORD_LENGTH:
        raise Refused(f"密码至少{PASSWORD_LENGTH}位。")
    if len(password) > 200:
        raise Refused("密码最长200位。")
    if len(set(password)) < 4:
        raise Refused("密码太简单，请至少用4种不同的字符。")
    person, purpose = link_owner(database, secret, at=at)
    if purpose != "password":
        raise Refused("这个链接不能用来设密码。")
    hashed = _hasher.hash(password)
    with work(database) as w:
        if not w.people.use_link(_sha256(secret), at):
            raise NotFound("这个链接已经用过。请向管理员要一个新的链接。")
        w.people.set_password(person.id, hashed)
        w.people.end_sign_ins(person.id, at)
        w.record.append(at=at, actor=person.name, action="设置密码")
        return _sign_in(w, person, at)


def demo_link(database: Database, *, at: datetime) -> str:
    """A link that signs a demonstration's host in without a password, as often as it is opened. Demo only."""
    with work(database) as w:
        person = next((one for one in reads.staff(w.c) if one.name == "demo"), None)
        staff_id = person.id if person else w.people.add_staff(
            name="demo", title="演示主持人", unit_id=None, at=at, roles=list(Role))
        return _new_link(w, staff_id, "demo", at, timedelta(days=7))


def entrances(database: Database, *, at: datetime) -> tuple[tuple[Staff, str], ...]:
    """Everybody's way into a rehearsal: the secret of a link without a password. Earlier ones stop. Rehearsal only."""
    with work(database) as w:
        if not is_marked(w.c):
            raise Refused("只有彩排才有不用密码的入口。")
        if not any(one.active and one.roles & {Role.HOST, Role.ADMINISTRATOR} for one in reads.staff(w.c)):
            w.people.add_staff(name="rehearsal", title="彩排主持人", unit_id=None, at=at, roles=list(Role))
        return tuple((one, _new_link(w, one.id, "demo", at, timedelta(days=7)))
                     for one in reads.staff(w.c) if one.active and one.roles)


def enter_demo(database: Database, secret: str, *, at: datetime) -> str:
    """Sign in through a demonstration's link; the token for the cookie."""
    person, purpose = link_owner(database, secret, at=at)
    if purpose != "demo":
        raise NotFound("这个链接不是演示链接。")
    with work(database) as w:
        return _sign_in(w, person, at)


def sign_in(database: Database, name: str, password: str, *, at: datetime) -> str:
    """Check a password (0.3 s on purpose: never on the event loop) and return the token for the cookie."""
    with database.reading() as c:
        found = reads.staff_by_name(c, name.strip())
    person, hashed = found if found else (None, None)
    try:
        _hasher.verify(hashed or _NOBODYS, password)
    except VerificationError:
        hashed = None
    if person is None or hashed is None or not person.active:
        raise NotAllowed("登录名或密码不对。忘记密码请找管理员重发登录链接。")
    with work(database) as w:
        return _sign_in(w, person, at)


def sign_out(database: Database, token: str, *, at: datetime) -> None:
    with work(database) as w:
        w.people.end_sign_in(_sha256(token), at)


def who(database: Database, token: str | None, *, at: datetime) -> Staff | None:
    """The person behind a sign-in token; None for an absent, ended or expired one."""
    if not token:
        return None
    with database.reading() as c:
        return reads.staff_by_token(c, _sha256(token), text_of(at))


def _new_link(w: Work, staff_id: int, purpose: str, at: datetime, lasts: timedelta) -> str:
    secret = secrets.token_urlsafe(24)
    w.people.add_link(staff_id, secret_sha256=_sha256(secret), purpose=purpose, expires_at=at + lasts)
    return secret


def _sign_in(w: Work, person: Staff, at: datetime) -> str:
    token = secrets.token_urlsafe(32)
    w.people.begin_sign_in(person.id, token_sha256=_sha256(token), at=at, expires_at=at + timedelta(days=SIGN_IN_DAYS))
    w.record.append(at=at, actor=person.name, action="登录")
    return token


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
