"""What look-backs booked, compared with the record: every entry that no publication made is one that the record tells
of, and says what it said when it was booked. Evidence is compared with its hashes by `office.evidence_check`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from db.reads.people import RecordLine
from db.reads.results import Entry
from office.look_back import BOOKING
from office.points import ledger_sha256

Check = tuple[str, bool]


def booked_by_look_backs(lines: Sequence[RecordLine]) -> frozenset[int]:
    """The ids of the entries that the record says look-backs made."""
    return frozenset(one for line in lines if line.action == BOOKING for one in _entries(line))


def look_back_bookings(entries: Sequence[Entry], lines: Sequence[RecordLine]) -> Iterator[Check]:
    """(what was checked, whether it holds), one line a look-back that was closed."""
    by_id = {entry.id: entry for entry in entries if entry.publication_id is None}
    for line in lines:
        if line.action == BOOKING:
            own = [by_id[one] for one in _entries(line) if one in by_id]
            same = len(own) == len(_entries(line)) and line.detail.get("ledger_sha256") == ledger_sha256(own)
            yield f"回头看“{line.detail.get('title', '')}”记入台账的{len(own)}笔与留痕" + ("一致" if same else "不一致"), same


def _entries(line: RecordLine) -> tuple[int, ...]:
    told = line.detail.get("entries")
    return tuple(one for one in told if isinstance(one, int)) if isinstance(told, list) else ()
