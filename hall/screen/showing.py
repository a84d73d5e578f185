"""What the host does with the hall screen, apart from what judges may do: freeze it, reveal a result, rehearse that.

A press carries the step at which it was made: of two consoles the later one is refused with what has happened. Every
step is stored, so that a restart in the middle of a reveal goes on at the same one. `Stand` is what the console shows.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from db.engine import Database
from db.reads import results as result_reads
from db.reads import sittings as reads
from db.values import Screen, Sitting
from db.work import Work, work
from hall.house import House
from hall.moment.packing import sitting_of
from hall.moment.snapshot import Snapshot
from hall.outcome import hall_first
from hall.outcome.results import Standing, standing
from hall.screen import wall, wall_kept
from hall.screen.reveal import BEFORE, Low, Reveal, Step
from office.local_time import clock_time
from office.refusal import Overtaken, Refused
from scoring.round import Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the screen shows; None where a frozen one cannot be read any more. `frozen_at`: since when it stands still."""

    wall: wall.Wall | None
    frozen_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """How far a reveal is, in words: what the hall sees now and what the next press will reveal (empty at the end)."""

    step: int
    of: int
    now: str
    next: str
    version: int
    rehearsal: bool


def on_screen(house: House, snapshot: Snapshot, now: datetime) -> Shown:
    """What the hall is looking at. Raises Refused where there is no result to show."""
    screen = snapshot.stage.screen
    if screen.frozen is not None:
        return Shown(wall=wall_kept.read(screen.frozen), frozen_at=screen.frozen_at)
    return Shown(wall=unfrozen(house, snapshot, now))


def unfrozen(house: House, snapshot: Snapshot, now: datetime) -> wall.Wall:
    """What a screen that is not frozen shows at this moment: what `freeze` keeps."""
    published = _published(house.database, snapshot) if wall.wants_ranking(snapshot) else None
    shown = wall.round_on_wall(snapshot)
    return wall.what_to_show(snapshot, now, house.live.turnout(shown) if shown is not None else {}, published)


def stand_of(database: Database, snapshot: Snapshot) -> Stand | None:
    """How far the reveal (or its rehearsal) is that the screen would show; None where it shows none."""
    screen = snapshot.stage.screen
    rehearsal = screen.rehearsal is not None
    if not rehearsal and not (snapshot.published and snapshot.stage.shows == "ranking"):
        return None
    reveal = _reveal(database, snapshot)
    step = min(wall.step_of(snapshot) if screen.rehearsal is None else screen.rehearsal, len(reveal.steps))
    now = reveal.steps[step - 1] if step else None
    following = reveal.steps[step] if step < len(reveal.steps) else None
    return Stand(step=step, of=len(reveal.steps), now=_in_words(now, reveal) if now else BEFORE,
                 next=_in_words(following, reveal) if following else "",
                 version=snapshot.published, rehearsal=rehearsal)


def freeze(database: Database, sitting: str, shown: wall.Wall, *, by: str, at: datetime) -> None:
    """The screen keeps showing this, whatever the host does meanwhile, until it is let go."""
    with work(database) as w:
        found, screen = _held(w, sitting)
        if screen.frozen_at is not None:
            raise Overtaken(f"大屏在{clock_time(screen.frozen_at)}已经冻结。")
        w.rounds.set_screen(found.id, replace(screen, frozen=wall_kept.written(shown), frozen_at=at))
        _tell(w, found, by, at, "冻结大屏")


def unfreeze(database: Database, sitting: str, *, by: str, at: datetime) -> None:
    """The screen follows the host again, at what it shows by now."""
    published = _latest(database, sitting)
    with work(database) as w:
        found, screen = _held(w, sitting)
        if screen.frozen_at is None:
            raise Overtaken("大屏没有冻结，或另一台主持台已经恢复。")
        thawed = replace(screen, frozen=None, frozen_at=None)
        w.rounds.set_screen(found.id, thawed)
        _tell(w, found, by, at, "恢复大屏", frozen_at=clock_time(screen.frozen_at))
        _let_out_at_the_end(w, found, thawed, published, by=by, at=at)


def reveal_to(database: Database, sitting: str, to: int, *, seen: int, version: int, by: str, at: datetime) -> None:
    """Bring the reveal of publication `version` to step `to`, as pressed by someone who saw it at step `seen`."""
    published = standing(database, sitting, version)
    with work(database) as w:
        found, screen = _held(w, sitting)
        reveal = wall.prepared(reads.targets(w.c, found.id), screen, published)
        newest = len(result_reads.publications(w.c, found.id))
        if newest != version:
            raise Overtaken(f"成绩已另出第{newest}版，请看清后从头揭晓。")
        if reads.stage(w.c, found.id).shows != "ranking" or screen.rehearsal is not None:
            raise Overtaken("大屏现在不在揭晓成绩，请看清后再按。")
        stored = min(screen.step, len(reveal.steps)) if screen.version == version else 0
        _refuse_if_passed(stored, seen, reveal)
        to = max(0, min(to, len(reveal.steps)))
        led = replace(screen, version=version, step=to)
        w.rounds.set_screen(found.id, led)
        _tell(w, found, by, at, "揭晓", version=version, step=_progress(to, reveal),
              called=reveal.steps[to - 1].called if to else "从头")
        _let_out_at_the_end(w, found, led, published, by=by, at=at)


def set_low(database: Database, sitting: str, low: int, way: Low, *, by: str, at: datetime) -> None:
    """How the lowest ranks are revealed, chosen beforehand: it changes the steps."""
    with work(database) as w:
        found, screen = _held(w, sitting)
        versions = len(result_reads.publications(w.c, found.id))
        if versions and screen.version == versions and screen.step:
            raise Refused("揭晓已经开始，后几名的办法不能再改。要改请先按“从头”。")
        if low < 0 or (low == 0 and way is not Low.EACH):
            raise Refused("请填后几名，至少1名。")
        size = _smallest(w, found)
        if way is not Low.EACH and low >= size:
            raise Refused(f"有一组只排{size}家，后几名请填{size - 1}或更少。" if size > 1 else "家数太少，只能逐个公布。")
        chosen = replace(screen, low=low if way is not Low.EACH else 0, low_way=way.value,
                         rehearsal=None if screen.rehearsal is None else 0)
        w.rounds.set_screen(found.id, chosen)
        _tell(w, found, by, at, "揭晓办法", low=chosen.low or "", low_way=way.words)


def rehearse(database: Database, sitting: str, to: int | None, *, seen: int | None, by: str, at: datetime) -> None:
    """Begin a rehearsed reveal (`seen` None), bring it to step `to`, or end it (`to` None)."""
    before = _latest(database, sitting)
    with work(database) as w:
        found, screen = _held(w, sitting)
        if to is not None:
            _refuse_in_earnest(w, found, screen)
            to = max(0, min(to, len(wall.rehearsed(reads.targets(w.c, found.id), screen, before).steps)))
        if to is None and screen.rehearsal is None:
            raise Refused("排练已经结束。")
        if seen is not None and screen.rehearsal is None:
            raise Overtaken("排练已经结束，请看清后再按。")
        if to is not None and seen != screen.rehearsal:
            raise Overtaken("另一台主持台已经在排练，请看清后再按。" if seen is None else
                          f"另一台主持台已经按过，排练现在是第{screen.rehearsal}步。请看清后再按。")
        w.rounds.set_screen(found.id, replace(screen, rehearsal=to))
        action = "结束揭晓排练" if to is None else "开始揭晓排练" if seen is None else "揭晓排练"
        _tell(w, found, by, at, action, **({"step": str(to)} if to is not None and seen is not None else {}))


def _let_out_at_the_end(w: Work, sitting: Sitting, screen: Screen, published: Standing | None, *, by: str, at: datetime) -> None:
    """What the hall has now seen to its end is out; behind a frozen screen it has seen nothing."""
    if published is None or published.publication is None or screen.frozen_at is not None or screen.rehearsal is not None:
        return
    steps = wall.prepared(reads.targets(w.c, sitting.id), screen, published).steps
    ended = screen.version == published.publication.number and screen.step >= len(steps)
    if ended and reads.stage(w.c, sitting.id).shows == "ranking":
        hall_first.let_out_in(w, sitting, screen.version, by=by, at=at, why=hall_first.BY_REVEAL)


def _refuse_in_earnest(w: Work, sitting: Sitting, screen: Screen) -> None:
    """No rehearsal while a ballot is open or a reveal is on its way: the hall would take it for the real thing."""
    names = {one.key: one.name for one in reads.targets(w.c, sitting.id)}
    for one in reads.rounds(w.c, sitting.id):
        if one.phase is Phase.OPEN:
            raise Refused(f"{'、'.join(names[key] for key in one.targets)}正在打分，请先截止，再排练揭晓。")
    versions = len(result_reads.publications(w.c, sitting.id))
    if versions and screen.version == versions and screen.step and reads.stage(w.c, sitting.id).shows == "ranking":
        raise Refused("成绩揭晓已经开始，不能排练。要排练请先按“从头”。")


def _refuse_if_passed(stored: int, seen: int, reveal: Reveal) -> None:
    if stored != seen:
        words = f"刚揭晓{reveal.steps[stored - 1].called}" if stored else "已回到开头"
        raise Overtaken(f"另一台主持台已经按过：大屏现在是第{stored}步，{words}。请看清后再按。")


def _latest(database: Database, sitting: str) -> Standing | None:
    with database.reading() as c:
        found = sitting_of(c, sitting)
        any_yet = bool(result_reads.publications(c, found.id))
    return standing(database, sitting) if any_yet else None


def _smallest(w: Work, sitting: Sitting) -> int:
    """How many are ranked in the smallest ranking group of the agenda."""
    sizes = Counter(one.ranking_group for one in reads.targets(w.c, sitting.id) if one.ranked and not one.postponed)
    return min(sizes.values(), default=0)


def _in_words(step: Step, reveal: Reveal) -> str:
    """`第10名　B县　88.20`, with the ranking group where there are several; of many lines only the first names."""
    if not step.lines:
        return step.called
    places = [one.place for one in step.lines]
    names = "、".join(one.name for one in places[:3]) + (f"等{len(places)}家" if len(places) > 3 else "")
    total = f"　{places[0].total}" if len({one.total for one in places}) == 1 else ""
    lot = reveal.lots[step.lot].name
    return f"{f'{lot}　' if lot else ''}{step.called}　{names}{total}"


def _published(database: Database, snapshot: Snapshot) -> Standing | None:
    """The newest publication, read once a snapshot: screens and consoles ask every second."""
    if not snapshot.published:
        return None
    kept = snapshot.kept.get("published")
    if not isinstance(kept, Standing):
        kept = standing(database, snapshot.sitting.key, snapshot.published)
        snapshot.kept["published"] = kept
    return kept


def _reveal(database: Database, snapshot: Snapshot) -> Reveal:
    """Prepared once a snapshot, as its screen shows it: in earnest or rehearsed."""
    kept = snapshot.kept.get("reveal")
    if not isinstance(kept, Reveal):
        published, screen = _published(database, snapshot), snapshot.stage.screen
        kept = wall.prepared(snapshot.targets, screen, published) \
            if published is not None and screen.rehearsal is None else \
            wall.rehearsed(snapshot.targets, screen, published)
        snapshot.kept["reveal"] = kept
    return kept


def _held(w: Work, key: str) -> tuple[Sitting, Screen]:
    """The sitting, held against other hosts until the transaction ends, and its screen."""
    found = sitting_of(w.c, key)
    w.rounds.lock_sitting(found.id)
    return found, reads.screen(w.c, found.id)


def _tell(w: Work, sitting: Sitting, by: str, at: datetime, action: str, **detail: object) -> None:
    w.roster.touch(sitting.id)
    w.record.append(at=at, actor=by, action=action, sitting_id=sitting.id, **detail)


def _progress(step: int, reveal: Reveal) -> str:
    return f"{step}／{len(reveal.steps)}"
