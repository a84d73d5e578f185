"""The hall screen as values: the one thing that the hall looks at now.

Pure functions of a snapshot, the turnout, the moment and (once there is one) the published result. While a
round is open or merely closed there is no score here: a reveal is made of a publication and of nothing else, and
begins at step 0 for each, where there is nothing of it to be seen. A rehearsed one has neither names nor numbers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from urllib.parse import urlsplit

from db.values import Screen, Target
from hall.moment.closing import is_closing, is_collecting
from hall.moment.discretion import HIDDEN_WORDS, total_tells_a_mean
from hall.moment.snapshot import Snapshot, TargetCard
from hall.moment.turn import going, how_many_speak, next_target, place_of
from hall.outcome.results import Standing
from hall.screen.reveal import Lot, Low, Place, Reveal, at, expected, lots_of, masked, prepare
from hall.screen.wall_stage import SegmentWall, StageWall, question, segment, stage
from hall.stage.console import AgendaRow, GroupTurnout, State, agenda, clock_words, of_speakers, turnout_rows
from hall.stage.questions import shown_of
from scoring.round import Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaWall:
    """The agenda of those who are called on stage, with who is next; of a long one (`of`) what is around the one whose
    turn it is. `others` are only scored."""

    rows: tuple[AgendaRow, ...]
    next: AgendaRow | None
    done: int
    columns: int
    note: str = ""
    others: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotWall:
    """A ballot, open or closed: who, how long yet, how many are in. Never a score.

    `closing`: the countdown is on. `collecting`: phones are frozen and the last papers come in; it has no clock then.
    """

    heading: str
    name: str
    open: bool
    closing: bool
    collecting: bool
    closes_at: datetime | None
    groups: tuple[GroupTurnout, ...]
    due: int
    voted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RevealWall:
    """A reveal on its way, after `step` of `of` steps: the newest lines and those of the same list before them, best
    first; `ahead` lines of it are to come. Nothing of a later step is in here."""

    version: int
    lot: str
    called: str
    newest: tuple[Place, ...]
    earlier: tuple[Place, ...]
    ahead: int
    step: int
    of: int
    rehearsal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingWall:
    """The published ranking at the end of its reveal, one list a ranking group: (its name, its lines)."""

    version: int
    lists: tuple[tuple[str, tuple[Place, ...]], ...]
    corrected: str = ""
    kept_back: int = 0
    rehearsal: bool = False


Agenda = Sequence[TargetCard] | Sequence[Target]
Wall = AgendaWall | StageWall | SegmentWall | BallotWall | RevealWall | RankingWall

_WHY = {"no_ballots": "无有效票", "below_quorum": "有效票不够", "incomplete": "成绩不全", "apart": "不参加排名"}
LINES = 14  # in one column, each still readable from the last row
WINDOW = 26  # in two columns; a longer agenda is shown around the one whose turn it is


def what_to_show(snapshot: Snapshot, now: datetime, voted: Mapping[str, int], published: Standing | None) -> Wall:
    """The one thing on the screen: an open ballot first, then whatever the host has put there."""
    current = snapshot.round
    if current is not None and current.phase is Phase.OPEN:
        return _ballot(snapshot, now, voted)
    screen = snapshot.stage.screen
    if screen.rehearsal is not None:
        return revealed(rehearsed(snapshot.targets, screen, published), screen.rehearsal, rehearsal=True)
    if snapshot.stage.shows == "ranking":
        if published is not None and published.publication is not None:
            return revealed(prepared(snapshot.targets, screen, published), step_of(snapshot), version=published.publication.number,
                            corrected=published.publication.reason)
        return _agenda(snapshot, note="成绩尚未公布")
    run = going(snapshot)
    if run is not None and snapshot.stage.shows == ("agenda" if run.target is None else "target"):
        return segment(snapshot, run, now)
    target = snapshot.target(snapshot.stage.target or "")
    if snapshot.stage.shows != "target" or target is None:
        return _agenda(snapshot)
    if shown_of(snapshot) is not None:
        return question(snapshot, target)
    if current is not None:
        return _ballot(snapshot, now, voted)
    return stage(snapshot, target)


def round_on_wall(snapshot: Snapshot) -> int | None:
    """The round whose turnout the screen shows, if it shows one."""
    current = snapshot.round
    shown = current is not None and (current.phase is Phase.OPEN or snapshot.stage.shows == "target")
    return current.id if current is not None and shown else None


def wants_ranking(snapshot: Snapshot) -> bool:
    return snapshot.published > 0 and (snapshot.stage.shows == "ranking" or snapshot.stage.screen.rehearsal is not None)


def step_of(snapshot: Snapshot) -> int:
    """How far the newest publication is revealed; a correction begins anew."""
    screen = snapshot.stage.screen
    return screen.step if screen.version == snapshot.published else 0


def prepared(targets: Agenda, screen: Screen, published: Standing) -> Reveal:
    """The steps of a publication under the host's choice for the lowest ranks."""
    return prepare(_lots(targets, published), low=screen.low, way=Low(screen.low_way))


def rehearsed(targets: Agenda, screen: Screen, published: Standing | None) -> Reveal:
    """The same steps without names and numbers; before a publication, those that the agenda lets expect."""
    lots = masked(_lots(targets, published)) if published is not None and published.publication is not None else \
        expected([(one.key, one.ranking_group, one.ranked) for one in targets if not one.postponed])
    return prepare(lots, low=screen.low, way=Low(screen.low_way))


def revealed(reveal: Reveal, step: int, *, version: int = 0, corrected: str = "",
             rehearsal: bool = False) -> RevealWall | RankingWall:
    """What the hall sees after so many steps."""
    moment = at(reveal, step)
    if moment.whole:
        lists = tuple((lot.name, tuple(one.place for one in lot.lines)) for lot in reveal.lots)
        return RankingWall(version=version, lists=lists, corrected=corrected, kept_back=reveal.kept_back,
                           rehearsal=rehearsal)
    return RevealWall(
        version=version, lot=moment.lot, called=moment.called, newest=tuple(one.place for one in moment.newest),
        earlier=tuple(one.place for one in moment.earlier), ahead=moment.ahead, step=max(0, step),
        of=len(reveal.steps), rehearsal=rehearsal)


def ranking(snapshot: Snapshot, published: Standing) -> RankingWall:
    """The lines of a publication as the end of its reveal shows them."""
    assert published.publication is not None
    reveal = prepared(snapshot.targets, snapshot.stage.screen, published)
    whole = revealed(reveal, len(reveal.steps), version=published.publication.number,
                     corrected=published.publication.reason)
    assert isinstance(whole, RankingWall)
    return whole


def _lots(agenda: Agenda, published: Standing) -> tuple[Lot, ...]:
    """The lines of a publication, by ranking group as they come in it; the unranked after the ranked."""
    targets = published.result["targets"]
    places = {key: Place(
        place=str(one["rank"]) if one["rank"] is not None else "", name=published.names.get(key, key),
        total=HIDDEN_WORDS if total_tells_a_mean(published.rule, one) else one["total"]["published"] or "—",
        points=points_words(one["points"]), tied=bool(one["tied_with"]), why=_WHY.get(one["state"], ""))
        for key, one in targets.items() if one["state"] != "no_ballots"}
    return lots_of({one.key: one.ranking_group for one in agenda}, published.result["order"], places,
                   {key: one["rank_from_bottom"] for key, one in targets.items() if one["rank_from_bottom"] is not None})


def points_words(exact: str | None) -> str:
    """`+3`, `-1`, `+1.5`, `+4/3`; nothing for nothing."""
    if exact is None:
        return ""
    value = Fraction(exact)
    if not value:
        return ""
    plain = str(Decimal(value.numerator) / Decimal(value.denominator)) if 1000 % value.denominator == 0 else str(value)
    return plain if value < 0 else f"+{plain}"


def left_words(shown: BallotWall, at: datetime) -> str:
    """What the clock of an open ballot stood at."""
    assert shown.closes_at is not None
    return clock_words(max(0, math.ceil((shown.closes_at - at).total_seconds())))


def phone_address(public_url: str, page_url: str | None) -> str | None:
    """The address that phones open: the one entered, else this page's own; None if only this machine knows it."""
    if public_url:
        return public_url.rstrip("/")
    parts = urlsplit(page_url or "")
    if not parts.netloc or (parts.hostname or "") in ("localhost", "127.0.0.1", "::1"):
        return None
    return f"{parts.scheme}://{parts.netloc}"


def period_words(period: str) -> str:
    """`2019Q1` as it is said; any other way of writing a period stays as it is."""
    year, quarter, number = period.partition("Q")
    if quarter and year.isdigit() and number in ("1", "2", "3", "4"):
        return f"{year}年第{'一二三四'[int(number) - 1]}季度"
    return period


def _agenda(snapshot: Snapshot, note: str = "") -> AgendaWall:
    everybody = agenda(snapshot)
    called, others = of_speakers(everybody)
    rows, others = (called, others) if called else (everybody, 0)
    following = next_target(snapshot)
    at = next((n for n, one in enumerate(rows) if one.here or one.next), 0)
    first = max(0, min(at - 3, len(rows) - WINDOW)) if len(rows) > WINDOW else 0
    shown = rows[first:first + WINDOW]
    return AgendaWall(
        rows=shown, next=next((one for one in rows if following is not None and one.key == following.key), None),
        done=sum(one.state in (State.CLOSED, State.PUBLISHED) for one in rows),
        columns=max(1, math.ceil(len(shown) / LINES)), note=note, others=others,
        of=sum(one.state is not State.POSTPONED for one in rows))


def _ballot(snapshot: Snapshot, now: datetime, voted: Mapping[str, int]) -> BallotWall:
    current = snapshot.round
    assert current is not None
    groups = turnout_rows(snapshot, current.targets, voted, ())
    first = snapshot.target(current.targets[0])
    together = len(current.targets) > 1
    is_open, collecting = current.phase is Phase.OPEN, is_collecting(current, now)
    position = place_of(snapshot, first) if first else 1
    return BallotWall(
        heading="一张票打全部单位" if together else f"第{position}家 · 共{how_many_speak(snapshot)}家",
        name=f"{len(current.targets)}家一并打分" if together else first.name if first else "",
        open=is_open, closing=is_open and is_closing(current, snapshot.sitting.grace_seconds, now),
        collecting=collecting, closes_at=current.closes_at if is_open and not collecting else None, groups=groups,
        due=sum(one.due for one in groups), voted=sum(one.voted for one in groups))
