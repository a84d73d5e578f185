"""The reveal of a result, step by step: bottom to top, ties together, ranking groups one after the other.

    steps = prepare(lots, low=3, way=Low.TOGETHER)     # the last three places of every group at once
    at(steps, 4)                                       # what the hall sees after the fourth step

Pure: a *lot* is one ranking group's lines, best first, the unranked after the ranked; a *step* is what one press of
the key reveals; a long list comes by twenties until its head. The last step shows the whole list. A rehearsal goes through
the same steps with `masked` lots, or, before there is a result, through what the agenda lets expect: no name and no
number of the result is in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby

NAMELESS = "某单位"
MASK = "—"
BEFORE = "成绩即将揭晓"
WHOLE = "全部排名"
ONE_BY_ONE = 60  # a list as long as that is revealed place by place
SO_MANY = 20


class Low(StrEnum):
    """How the lowest ranks are revealed: like the others, all at once, or not at all."""

    EACH = "each"
    TOGETHER = "together"
    NEVER = "never"

    @property
    def words(self) -> str:
        return {Low.EACH: "逐个公布", Low.TOGETHER: "一并公布", Low.NEVER: "不在大屏公布"}[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One line of the ranking. `place` is empty for a target that is scored but has none; `why` then says so."""

    place: str
    name: str
    total: str
    points: str
    tied: bool
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A place with its target; `from_bottom` counts from the last (1), None for the unranked."""

    target: str
    place: Place
    from_bottom: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """One ranking group; its name is empty where there is only one."""

    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one press reveals: these lines of lot `lot`. The step that shows the whole list has no line of its own."""

    lot: int
    called: str
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reveal:
    """A prepared reveal: its steps in order, and the lots as the last step shows them; `kept_back` places are not in it."""

    lots: tuple[Lot, ...]
    steps: tuple[Step, ...]
    kept_back: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What the hall sees after so many steps: the newest lines, those revealed before in the same lot (best first),
    and how many lines of the lot are still to come."""

    lot: str
    called: str
    newest: tuple[Line, ...] = ()
    earlier: tuple[Line, ...] = ()
    ahead: int = 0
    whole: bool = False


def prepare(lots: Sequence[Lot], *, low: int = 0, way: Low = Low.EACH) -> Reveal:
    """The steps of these lots. The `low` lowest ranks of every lot go as `way` says; equals at that edge go with them."""
    shown: list[Lot] = []
    steps: list[Step] = []
    kept_back = 0
    for lot in lots:
        number = len(shown)
        unranked = tuple(one for one in lot.lines if one.from_bottom is None)
        ranked = [one for one in lot.lines if one.from_bottom is not None]
        lowest = tuple(one for one in ranked if (one.from_bottom or 0) <= low) if way is not Low.EACH else ()
        lowest = lowest if len(lowest) < len(ranked) else ()  # who comes first is never among the lowest
        rest = ranked[:len(ranked) - len(lowest)]
        if unranked:
            steps.append(Step(lot=number, called="不排名", lines=unranked))
        if lowest and way is Low.TOGETHER:
            steps.append(Step(lot=number, called=_span(lowest), lines=lowest))
        if way is Low.NEVER:
            kept_back += len(lowest)
        steps += [Step(lot=number, called=_span(lines), lines=lines) for lines in _presses(rest)]
        shown.append(lot if way is not Low.NEVER else replace(lot, lines=(*rest, *unranked)))
    steps.append(Step(lot=max(0, len(shown) - 1), called=WHOLE))
    return Reveal(lots=tuple(shown), steps=tuple(steps), kept_back=kept_back)


def _presses(rest: Sequence[Line]) -> Iterator[tuple[Line, ...]]:
    """What each press reveals of these lines (best first), from the bottom: equals together; of a list longer than
    ONE_BY_ONE what stands below its head comes by SO_MANY, or more where equals stand at the edge."""
    together: tuple[Line, ...] = ()
    left = len(rest)
    for _from_bottom, equals in groupby(reversed(rest), key=lambda one: one.from_bottom):
        together = (*reversed(tuple(equals)), *together)
        of_the_head = left <= SO_MANY or len(rest) <= ONE_BY_ONE
        if of_the_head or len(together) >= SO_MANY or left - len(together) <= SO_MANY:
            yield together
            left, together = left - len(together), ()


def at(reveal: Reveal, step: int) -> Moment:
    """What the hall sees after `step` steps; past the end it stays at the end."""
    if step >= len(reveal.steps):
        return Moment(lot="", called=WHOLE, whole=True)
    if step <= 0:
        return Moment(lot="", called=BEFORE, ahead=sum(len(one.lines) for one in reveal.lots))
    now = reveal.steps[step - 1]
    of_lot = reveal.lots[now.lot]
    seen = {line.target for one in reveal.steps[:step] if one.lot == now.lot for line in one.lines}
    new = {line.target for line in now.lines}
    return Moment(
        lot=of_lot.name, called=now.called, newest=now.lines,
        earlier=tuple(line for line in of_lot.lines if line.target in seen - new),
        ahead=sum(line.target not in seen for line in of_lot.lines))


def lots_of(groups: Mapping[str, str], order: Sequence[str], places: Mapping[str, Place],
            from_bottom: Mapping[str, int]) -> tuple[Lot, ...]:
    """Lots of a result: `groups` names every target's ranking group in the order of the agenda, `order` the ranked
    targets best first; whoever has a place in `places` and is not in `order` stands after them."""
    rest = [key for key in groups if key in places and key not in order]
    lines: dict[str, list[Line]] = {}
    for key in (*order, *rest):
        lines.setdefault(groups.get(key, ""), []).append(
            Line(target=key, place=places[key], from_bottom=from_bottom.get(key) if key in order else None))
    several = len(lines) > 1
    return tuple(Lot(name=name if several else "", lines=tuple(found)) for name, found in lines.items())


def expected(targets: Sequence[tuple[str, str, bool]]) -> tuple[Lot, ...]:
    """Masked lots before there is a result, from (target, ranking group, ranked): nobody ties, nobody falls out."""
    groups = {key: group for key, group, _ranked in targets}
    order = [key for key, _group, ranked in targets if ranked]
    from_bottom: dict[str, int] = {}
    places: dict[str, Place] = {}
    for group in dict.fromkeys(groups.values()):
        mine = [key for key in order if groups[key] == group]
        for n, key in enumerate(mine):
            from_bottom[key] = len(mine) - n
            places[key] = Place(place=str(n + 1), name=NAMELESS, total=MASK, points="", tied=False)
    for key, _group, ranked in targets:
        if not ranked:
            places[key] = Place(place="", name=NAMELESS, total=MASK, points="", tied=False, why="不排名")
    return masked(lots_of(groups, order, places, from_bottom))


def masked(lots: Sequence[Lot]) -> tuple[Lot, ...]:
    """The same places without a name, a target's key, a total or points."""
    return tuple(
        Lot(name=lot.name, lines=tuple(
            Line(target=f"{n}.{m}", from_bottom=line.from_bottom,
                 place=replace(line.place, name=NAMELESS, total=MASK, points="", why="不排名" if line.place.why else ""))
            for m, line in enumerate(lot.lines)))
        for n, lot in enumerate(lots))


def _span(lines: Sequence[Line]) -> str:
    """`第3名`, `并列第3名`, `第11名至第13名`."""
    first, last = lines[0].place.place, lines[-1].place.place
    if lines[0].from_bottom == lines[-1].from_bottom:
        return f"并列第{first}名" if len(lines) > 1 else f"第{first}名"
    return f"第{first}名至第{last}名"
