"""What look-backs booked, and what reconciliations and disclosures froze, compared with the record: every entry of the
ledger that no publication made is one that the record tells of, and every frozen text has the hash that it had.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from db.engine import Connection
from db.reads import reconciliations as reads
from db.reads.people import RecordLine
from db.reads.results import Entry
from office.listing.disclosure import DISCLOSING
from office.listing.reconciliation import CLOSING
from office.points import ledger_sha256
from office.visits.look_back import BOOKING
from office.visits.look_back_correction import CORRECTING

Check = tuple[str, bool]
_WORDS = {BOOKING: "", CORRECTING: "更正认定"}


def booked_by_look_backs(lines: Sequence[RecordLine]) -> frozenset[int]:
    """The ids of the entries that the record says look-backs made, or corrections of what they found."""
    return frozenset(one for line in lines if line.action in _WORDS for one in _entries(line))


def look_back_bookings(entries: Sequence[Entry], lines: Sequence[RecordLine]) -> Iterator[Check]:
    """(what was checked, whether it holds), one line a look-back that was closed and a correction that was booked."""
    by_id = {entry.id: entry for entry in entries if entry.publication_id is None}
    for line in lines:
        if line.action == BOOKING or (line.action == CORRECTING and _entries(line)):
            own = [by_id[one] for one in _entries(line) if one in by_id]
            same = len(own) == len(_entries(line)) and line.detail.get("ledger_sha256") == ledger_sha256(own)
            words = f"回头看“{line.detail.get('title', '')}”{_WORDS[line.action]}记入台账的{len(own)}笔与留痕"
            yield words + ("一致" if same else "不一致"), same


def frozen_books(c: Connection, lines: Sequence[RecordLine]) -> Iterator[Check]:
    """Protocols of reconciliations and disclosures: each is what the record says was frozen, and none is missing."""
    for action, words, key, held in (
            (CLOSING, "对账记录", "month", {one.month: (one.protocol, one.protocol_sha256) for one in reads.runs(c)
                                        if one.closed_at is not None}),
            (DISCLOSING, "亮账", "period", {one.quarter: (one.rates, one.sha256) for one in reads.disclosures(c)})):
        told = {str(line.detail.get(key)): line.detail.get("sha256") for line in lines if line.action == action}
        if told or held:
            same = told == {name: hashlib.sha256((text or "").encode()).hexdigest() for name, (text, _) in held.items()} == {
                name: sha256 for name, (_, sha256) in held.items()}
            yield f"{words}{len(told)}份与留痕" + ("一致" if same else "不一致"), same


def _entries(line: RecordLine) -> tuple[int, ...]:
    told = line.detail.get("entries")
    return tuple(one for one in told if isinstance(one, int)) if isinstance(told, list) else ()
