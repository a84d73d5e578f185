"""Finding a seat by what somebody types or scans at the console. Pure."""

from __future__ import annotations

from hall.moment.snapshot import SeatInHall, Snapshot, sha256_of


def found_seats(snapshot: Snapshot, words: str, bound: int = 5) -> tuple[SeatInHall, ...]:
    """Seats whose code, name or group holds these words, an exact code first; or the seat of a badge that was scanned."""
    wanted = words.strip().casefold()
    if not wanted:
        return ()
    if is_link(words):
        card = snapshot.seat_by_badge.get(sha256_of(words.strip().rsplit("/b/", 1)[1].split("/")[0]))
        return tuple(seat for seat in snapshot.seats if card is not None and seat.id == card.id)
    groups = {group.key: group.name for group in snapshot.rule.groups}
    hits = [seat for seat in snapshot.seats
            if wanted in f"{seat.code} {seat.name} {groups.get(seat.group, '')}".casefold()]
    hits.sort(key=lambda seat: seat.code.casefold() != wanted)
    return tuple(hits[:bound])


def is_link(words: str) -> bool:
    """What a scanner types when it reads a badge."""
    return "/b/" in words
