"""Whose hands may be under a result: who proposes, who publishes, and whether three people are there to do it.

An office is held by whoever is active and has the role; whether three different people can sign in decides how a
sitting is published that leaves it to the staff.
"""

from __future__ import annotations

from collections.abc import Iterable

from db.engine import Connection
from db.reads import people as people_reads
from db.values import Staff
from office.people import Role
from office.refusal import NotAllowed

PUBLISHING = frozenset({Role.HOST, Role.ADMINISTRATOR})
PROPOSING = PUBLISHING | {Role.CLERK}


def three_are_in_office(staff: Iterable[Staff]) -> bool:
    """Whether host, clerk and supervisor can be three different people who are able to sign in."""
    present = [one for one in staff if one.active and one.has_password]
    hosts, clerks, supervisors = (
        {one.name for one in present if one.roles & {role.value for role in roles}}
        for roles in (PUBLISHING, {Role.CLERK}, {Role.SUPERVISOR}))
    return any(len({host, clerk, supervisor}) == 3
               for host in hosts for clerk in clerks for supervisor in supervisors)


def refuse_unless_in_office(c: Connection, name: str, roles: frozenset[Role], words: str) -> None:
    """`words` say whose step it is. Raises NotAllowed."""
    found = people_reads.staff_by_name(c, name)
    if found is None or not found[0].active or not found[0].roles & {role.value for role in roles}:
        raise NotAllowed(words)
