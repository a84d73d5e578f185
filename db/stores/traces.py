"""What is still owed to a secret round: its traces beside the rows are to be swept away (`db.traces`).

The debt is a row of its own (a `setting` called `traces.<round>`), written by the transaction that makes it: a server
that is killed between the close and the sweep still owes it afterwards, and whichever process comes first pays.
Each debt carries a random token, so that a debt made anew while it is being paid is not struck off with the old one.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from sqlalchemy import Connection, delete, select, text, update

from db import tables as t
from scoring.ballot import State
from scoring.round import Phase

_PREFIX = "traces."
_REWRITTEN = "rewritten "
_OWE = """
insert into setting (key, value) values (:key, :value) on conflict (key) do update set value = excluded.value
"""
_AGAIN = """
with taken as (delete from ballot where round_id = :round returning *)
insert into ballot select * from taken order by voter, target_id, version
"""


def owe(c: Connection, round_id: int) -> None:
    """From now on, until it is paid: something beside the rows tells in which order papers of this round came."""
    c.execute(text(_OWE), {"key": f"{_PREFIX}{round_id}", "value": secrets.token_hex(8)})


def owed(c: Connection) -> dict[int, str]:
    """Round id -> token of every debt."""
    rows = c.execute(select(t.setting).where(t.setting.c.key.startswith(_PREFIX)))
    return {int(row.key.removeprefix(_PREFIX)): row.value for row in rows}


def to_rewrite(debts: Mapping[int, str]) -> frozenset[int]:
    """Rounds whose file or table has not been built anew since the debt was made."""
    return frozenset(round_id for round_id, token in debts.items() if not token.startswith(_REWRITTEN))


def note_rewritten(c: Connection, debts: Mapping[int, str]) -> None:
    for round_id in to_rewrite(debts):
        c.execute(update(t.setting).where(
            t.setting.c.key == f"{_PREFIX}{round_id}", t.setting.c.value == debts[round_id])
            .values(value=_REWRITTEN + debts[round_id]))


def settle(c: Connection, debts: Mapping[int, str]) -> None:
    """Strike off these debts, as far as they have not been made anew meanwhile."""
    for round_id, token in debts.items():
        c.execute(delete(t.setting).where(t.setting.c.key == f"{_PREFIX}{round_id}", t.setting.c.value == token))


def write_anew(c: Connection, round_id: int) -> None:
    """Delete the round's papers and store them again, named ones too.

    PostgreSQL keeps the number of the transaction that stored a row (xmin): it tells in which order papers came, and
    a named paper between two others tells the time. From here on all of them come from one transaction. SQLite keeps
    nothing of the kind, and its rows lie in the order of their keys. Only for a round that has left OPEN: nothing can
    follow but a late paper, which makes a debt of its own.
    """
    if c.dialect.name == "postgresql":
        c.execute(text(_AGAIN), {"round": round_id})


def with_late_secrets(c: Connection, rounds: frozenset[int]) -> frozenset[int]:
    """Those of the rounds that hold a late paper of a secret seat: it came after the round was written anew."""
    return frozenset(c.execute(
        select(t.ballot.c.round_id).join(t.round_, t.round_.c.id == t.ballot.c.round_id)
        .where(t.round_.c.id.in_(rounds), t.round_.c.phase != Phase.OPEN.value,
               t.ballot.c.state == State.LATE.value, t.ballot.c.seat_id.is_(None)).distinct()).scalars())
