"""Whose turn it is: the open round, what goes on on stage, who is called next, and what the agenda template asks next.

Pure functions of a snapshot. A sitting without a template calls its targets and ballots them; with one, every target
that speaks goes through the segments of scope *each*, between those before and after. Segments may be skipped and
repeated: what comes next is the first after the furthest that was reached, and a ballot that is owed.
"""

from __future__ import annotations

from db.stage_values import Segment, SegmentRun
from db.values import Round
from hall.moment.snapshot import Snapshot, TargetCard
from scoring.round import Phase


def open_round_of(snapshot: Snapshot) -> Round | None:
    return next((one for one in snapshot.rounds if one.phase is Phase.OPEN), None)


def going(snapshot: Snapshot) -> SegmentRun | None:
    """The segment that goes on now."""
    return next((one for one in reversed(snapshot.runs) if one.ended_at is None), None)


def segment_of(snapshot: Snapshot, key: str) -> Segment:
    return next(one for one in snapshot.segments if one.key == key)


def on_stage(snapshot: Snapshot) -> str | None:
    """The target whose turn it is, also while the hall looks at the agenda for a moment."""
    run = going(snapshot)
    if run is not None:
        return run.target
    return snapshot.stage.target if snapshot.stage.shows == "target" else None


def speakers(snapshot: Snapshot) -> tuple[TargetCard, ...]:
    """Who is called on stage, in order."""
    return tuple(one for one in snapshot.targets if one.speaks and not one.postponed)


def place_of(snapshot: Snapshot, target: TargetCard) -> int:
    """Its number when it is called: among those who speak in this sitting, where not all do; 0 when it is put off."""
    if not target.speaks:
        return place_on_paper(snapshot, target)
    return 0 if target.postponed else sum(one.position <= target.position for one in speakers(snapshot))


def how_many_speak(snapshot: Snapshot) -> int:
    return len(speakers(snapshot))


def place_on_paper(snapshot: Snapshot, target: TargetCard) -> int:
    """Its number among all who are scored in this sitting; 0 when it is put off."""
    kept = snapshot.kept.get("places")
    if not isinstance(kept, dict):
        kept = snapshot.kept["places"] = {one.key: n for n, one in enumerate(balloted(snapshot), 1)}
    return int(kept.get(target.key, 0))


def balloted(snapshot: Snapshot) -> tuple[TargetCard, ...]:
    """Who is scored in this sitting, in order: also those who do not speak."""
    return tuple(one for one in snapshot.targets if not one.postponed)


def scored(snapshot: Snapshot, target: str) -> bool:
    """Whether a round of this target counts, or is open."""
    found = snapshot.round_of(target)
    return found is not None and found.phase is not Phase.VOID


def round_of(snapshot: Snapshot, target: str) -> Round | None:
    """The round that counts for this target, or the last one that was voided; one opened by a slip never was."""
    return snapshot.round_of(target)


def any_round_counts(snapshot: Snapshot) -> bool:
    return any(one.phase is not Phase.VOID for one in snapshot.rounds)


def has_spoken(snapshot: Snapshot, target: str) -> bool:
    """Whether any segment of this target has begun."""
    return any(one.target == target for one in snapshot.runs)


def next_target(snapshot: Snapshot) -> TargetCard | None:
    """Who is called next: the first after the one on stage whose turn has not been, then those passed over. After the
    publication only whose round was voided for a corrected version: the others have been left out of it."""
    if snapshot.segments and not _of_scope(snapshot, "each"):
        return None
    here = snapshot.target(on_stage(snapshot) or "")
    start = here.position if here else 0
    left = {one.key for one in left_out(snapshot)}
    in_turn = sorted((one for one in speakers(snapshot) if one.key not in left),
                     key=lambda one: (one.position <= start, one.position))
    if snapshot.sitting.ballot_mode != "all":
        return next((one for one in in_turn if not scored(snapshot, one.key) and one is not here), None)
    if any_round_counts(snapshot):
        return None
    if not snapshot.segments:
        return next((one for one in in_turn if one.position > start), None)
    return next((one for one in in_turn if not has_spoken(snapshot, one.key) and one is not here), None)


def left_out(snapshot: Snapshot) -> tuple[TargetCard, ...]:
    """Who was never balloted when the result was published, and is not since."""
    if not snapshot.published:
        return ()
    return tuple(one for one in balloted(snapshot) if round_of(snapshot, one.key) is None)


def next_of_target(snapshot: Snapshot, target: str) -> Segment | None:
    """What this target goes through next; None when nothing is left, or all were scored on one paper: nobody speaks after
    that, who has not spoken neither."""
    if snapshot.sitting.ballot_mode == "all" and any_round_counts(snapshot):
        return None
    template = _of_scope(snapshot, "each")
    begun = {one.segment for one in snapshot.runs if one.target == target}
    done = [(one.kind == "ballot" and scored(snapshot, target)) or one.key in begun for one in template]
    owed = next((one for one, is_done in zip(template, done, strict=True) if one.kind == "ballot" and not is_done), None)
    run = going(snapshot)
    if owed is not None and round_of(snapshot, target) is not None and (run is None or run.target != target):
        return owed  # its round was voided, and nothing else goes on
    return _first_after(template, done) or owed


def next_before(snapshot: Snapshot) -> Segment | None:
    """What the whole hall goes through next, while no target's turn has come."""
    if snapshot.begun or on_stage(snapshot) is not None or any(one.target is not None for one in snapshot.runs):
        return None
    template = _of_scope(snapshot, "before")
    return _first_after(template, [_of_hall(snapshot, one) for one in template])


def next_after(snapshot: Snapshot) -> Segment | None:
    """What the whole hall goes through at the end. The announcement after the ballots is the publication itself."""
    template = _of_scope(snapshot, "after")
    done = [_of_hall(snapshot, one) or (one.kind == "announcement" and snapshot.published > 0)
            or (one.kind == "ballot" and not owed_to_all(snapshot)) for one in template]
    owed = next((one for one, is_done in zip(template, done, strict=True) if one.kind == "ballot" and not is_done), None)
    voided = owed is not None and any(one.phase is Phase.VOID and not one.is_slip for one in snapshot.rounds)
    return owed if voided else _first_after(template, done) or owed


def owed_to_all(snapshot: Snapshot) -> tuple[str, ...]:
    """Keys of the targets that the ballot of all has still to open."""
    return tuple(one.key for one in balloted(snapshot) if not scored(snapshot, one.key))


def of_hall(snapshot: Snapshot) -> tuple[Segment, ...]:
    """The segments of the whole hall, but the ballot."""
    return tuple(one for one in snapshot.segments if one.scope != "each" and one.kind != "ballot")


def of_each(snapshot: Snapshot) -> tuple[Segment, ...]:
    """The segments of every target, but the ballot."""
    return tuple(one for one in _of_scope(snapshot, "each") if one.kind != "ballot")


def ballot_seconds(snapshot: Snapshot) -> int | None:
    """The limit that the template gives the ballot; None for the sitting's own."""
    return next((one.seconds for one in snapshot.segments if one.kind == "ballot" and one.seconds), None)


def _of_scope(snapshot: Snapshot, scope: str) -> tuple[Segment, ...]:
    return tuple(one for one in snapshot.segments if one.scope == scope)


def _of_hall(snapshot: Snapshot, segment: Segment) -> bool:
    return any(one.segment == segment.key for one in snapshot.runs)


def _first_after(template: tuple[Segment, ...], done: list[bool]) -> Segment | None:
    """The first segment after the furthest that was reached."""
    reached = max((n for n, is_done in enumerate(done) if is_done), default=-1)
    return template[reached + 1] if reached + 1 < len(template) else None
