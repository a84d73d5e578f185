"""What the host does on stage by the agenda template: call, begin, pause, give time, end, and open the ballot.

One transaction each, one line in the record. A press of the red key carries the last move that it was drawn with
(`seen`), a press on the clock the run that it was drawn with: of two consoles the later one is refused with what has
happened. A ballot has no run: it is a round, and its clock is the round's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from db.engine import Database
from db.reads import segments as reads
from db.reads import sittings
from db.stage_values import Segment, SegmentRun
from db.values import Sitting, Target
from db.work import Work, work
from hall.moment import timer
from hall.moment.leaving import leave_stage
from hall.moment.moves import BEGIN, END, MORE, PAUSE, RESUME, refuse_if_passed
from hall.stage import rounds
from hall.stage.rounds import hold
from office.refusal import NotFound, Overtaken, Refused
from office.sitting.agenda_templates import fault_of, stored
from office.sitting.plan import PlannedSegment
from scoring.round import Phase

MORE_AT_MOST = 3600


def call_up(database: Database, sitting: str, target: str, *, seen: int | None, by: str, at: datetime) -> None:
    """Put a unit on stage: its turn begins, what went on before ends."""
    with work(database) as w:
        found = hold(w, sitting)
        refuse_if_passed(w, found, seen)
        if (one := _target(w, found, target)).postponed:
            raise Refused(f"{one.name}已延到补场（{one.postponed}）。要今天上台，请先收回延期。")
        rounds.show_in(w, found, "target", target, by=by, at=at)


def show(database: Database, sitting: str, shows: str, *, seen: int | None, by: str, at: datetime) -> None:
    """Let the hall look at the agenda or the ranking; what goes on on stage goes on."""
    with work(database) as w:
        found = hold(w, sitting)
        refuse_if_passed(w, found, seen)
        rounds.show_in(w, found, shows, None, by=by, at=at)


def open_ballot(database: Database, sitting: str, targets: tuple[str, ...], *, seconds: int | None = None,
                seen: int | None, by: str, at: datetime) -> int:
    """Open the balloting of these; the round's id. `seconds` is the template's limit, None the sitting's own."""
    with work(database) as w:
        found = hold(w, sitting)
        refuse_if_passed(w, found, seen)
        return rounds.open_in(w, found, targets, by=by, at=at, seconds=seconds)


def begin(database: Database, sitting: str, segment: str, target: str | None, *, seen: int | None, by: str,
          at: datetime) -> int:
    """Begin a segment of the unit on stage, or (None) of the whole hall; the run's id. What goes on ends."""
    with work(database) as w:
        found = hold(w, sitting)
        refuse_if_passed(w, found, seen)
        one = _segment(w, found, segment)
        if one.kind == "ballot":
            raise Refused("打分环节请按“开始打分”。")
        if (one.scope == "each") != (target is not None):
            raise Refused(f"“{one.title}”是{'每家单位的' if one.scope == 'each' else '全场的'}环节。")
        about = None if target is None else _target(w, found, target)
        if about is not None and about.postponed:
            raise Refused(f"{about.name}已延到补场（{about.postponed}）。要今天上台，请先收回延期。")
        for other in sittings.rounds(w.c, found.id):
            if other.phase is Phase.OPEN:
                raise Refused(f"正在打分，请先截止，再开始{one.title}。")
        was = leave_stage(w, found, at, by=by, to=() if target is None else (target,))
        if about is not None:
            w.rounds.show(found.id, "target", about.id)
        elif was["was_shows"] != "agenda":
            w.rounds.show(found.id, "agenda", None)
        run = w.segments.begin(found.id, one.id, None if about is None else about.id, at=at)
        _tell(w, found, by, at, BEGIN, segment=one.title, run=run, **({"target": target} if target else {}), **was)
    return run


def end(database: Database, sitting: str, *, run: SegmentRun, by: str, at: datetime) -> None:
    """End what goes on and begin nothing: the host takes over."""
    with work(database) as w:
        found = hold(w, sitting)
        one, segment = _going(w, found, run)
        w.segments.end_going(found.id, at=at)
        paused = {"was_paused": True} if one.paused_at is not None else {}
        _tell(w, found, by, at, END, segment=segment.title, run=one.id, **({"target": one.target} if one.target else {}),
              used=timer.read(one, segment, at).used_words(segment.title), **paused)


def pause(database: Database, sitting: str, *, run: SegmentRun, by: str, at: datetime) -> None:
    """Stop the clock, nothing else."""
    with work(database) as w:
        found = hold(w, sitting)
        one, segment = _going(w, found, run)
        if one.paused_at is not None:
            raise Overtaken(f"{_last(w, found)}。计时已经暂停。")
        w.segments.pause(one.id, at=at)
        _tell(w, found, by, at, PAUSE, segment=segment.title, run=one.id)


def resume(database: Database, sitting: str, *, run: SegmentRun, by: str, at: datetime) -> None:
    with work(database) as w:
        found = hold(w, sitting)
        one, segment = _going(w, found, run)
        if one.paused_at is None:
            raise Overtaken(f"{_last(w, found)}。计时没有暂停。")
        w.segments.resume(one.id, at=at)
        _tell(w, found, by, at, RESUME, segment=segment.title, run=one.id)


def give_more(database: Database, sitting: str, seconds: int, *, run: SegmentRun, by: str, at: datetime) -> None:
    """Give so many seconds on top of the limit."""
    with work(database) as w:
        found = hold(w, sitting)
        one, segment = _going(w, found, run)
        if not segment.seconds:
            raise Refused(f"“{segment.title}”不限时，不用加时。")
        if seconds <= 0 or one.more_seconds + seconds > MORE_AT_MOST:
            raise Refused(f"加时请填1到{MORE_AT_MOST}秒，累计也不超过{MORE_AT_MOST}秒。")
        w.segments.give(one.id, seconds)
        _tell(w, found, by, at, MORE, segment=segment.title, run=one.id, seconds=seconds)


def put_template(database: Database, sitting: str, planned: Sequence[PlannedSegment], *, by: str, at: datetime) -> None:
    """The agenda template from now on. What has run stays what it was: its kind, scope and limit hold for everybody."""
    with work(database) as w:
        found = hold(w, sitting)
        if (fault := fault_of(planned, found.ballot_mode)) is not None:
            raise Refused(f"第{fault[0]}行：{fault[1]}。")
        wanted = {one.key: one for one in planned}
        ran = {one.segment for one in reads.runs(w.c, found.id)}
        for one in reads.segments(w.c, found.id):
            if one.key not in ran:
                continue
            new = wanted.get(one.key)
            if new is None:
                raise Refused(f"“{one.title}”已经进行过，不能删除。")
            if (new.kind, new.scope) != (one.kind, one.scope):
                raise Refused(f"“{one.title}”已经进行过，种类和范围不能再改。")
            if new.seconds != one.seconds:
                raise Refused(f"“{one.title}”已经进行过，时限对每家要一样，不能再改。个别单位可以现场加时。")
        w.segments.put(found.id, stored(planned))
        _tell(w, found, by, at, "修改环节", segments=[one.title for one in planned])


def _going(w: Work, sitting: Sitting, seen: SegmentRun) -> tuple[SegmentRun, Segment]:
    """What goes on, which must be what the press was drawn with."""
    now = next((one for one in reads.runs(w.c, sitting.id) if one.ended_at is None), None)
    if now is None or (now.id, now.began_at) != (seen.id, seen.began_at):
        raise Overtaken(f"{_last(w, sitting)}。请看清后再操作。")
    return now, _segment(w, sitting, now.segment)


def _last(w: Work, sitting: Sitting) -> str:
    """What happened meanwhile."""
    try:
        refuse_if_passed(w, sitting, -1)
    except Refused as told:
        return str(told).split("。")[0]
    raise AssertionError("no move has the id -1")


def _segment(w: Work, sitting: Sitting, key: str) -> Segment:
    found = next((one for one in reads.segments(w.c, sitting.id) if one.key == key), None)
    if found is None:
        raise NotFound("议程里没有这个环节，请刷新后再操作。")
    return found


def _target(w: Work, sitting: Sitting, key: str) -> Target:
    found = next((one for one in sittings.targets(w.c, sitting.id) if one.key == key), None)
    if found is None:
        raise NotFound("议程里没有这个单位。")
    return found


def _tell(w: Work, sitting: Sitting, by: str, at: datetime, action: str, **detail: object) -> None:
    w.roster.touch(sitting.id)
    w.record.append(at=at, actor=by, action=action, sitting_id=sitting.id, **detail)
