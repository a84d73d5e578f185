"""挂图作战 and 一图五表: the same records as one picture by unit and month, as five tables, and as a calendar.

The picture counts, so that it answers as fast for thousands of items as for a few; the tables come a page at a time.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from db.engine import Database
from db.item_lights import archive_days
from db.item_lines import Filter, ListedItem
from db.reads import item_charts as charts
from db.reads import item_nodes
from db.reads import items as reads
from db.reads import sittings as sitting_reads
from db.reads.item_nodes import NodeLine
from office.listing.follow_up import counted
from scoring.lights import Light

BEFORE, AFTER = 3, 6
EARLIER, LATER, NEVER = "更早", "更晚", "未定"
_URGENCY = {one.value: one.urgency for one in Light}
VIEWS = {"chart": "作战图", "plan": "计划表", "task": "任务表", "division": "分工表", "responsibility": "责任表", "progress": "进度表",
         "calendar": "日历"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """`cells`: (unit key, column) -> light -> how many, most urgent first; `totals`: of a unit over all columns.
    `months`: column -> the month to filter by."""

    columns: tuple[str, ...]
    months: Mapping[str, str]
    units: tuple[tuple[str, str], ...]
    totals: Mapping[str, tuple[tuple[str, int], ...]]
    cells: Mapping[tuple[str, str], tuple[tuple[str, int], ...]]
    total: int
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One line of the five tables, with what the list itself does not hold."""

    line: ListedItem
    supporting: tuple[str, ...]
    nodes: tuple[NodeLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month as weeks of days from Monday; None outside it. `due`: day -> light -> how many fall due; `reviews`, `nodes`:
    day -> how many parked items are looked at again, how many milestones stand there; `missed`: how many of these are
    overdue and unreported today."""

    name: str
    weeks: tuple[tuple[date | None, ...], ...]
    due: Mapping[date, tuple[tuple[str, int], ...]]
    reviews: Mapping[date, int]
    nodes: Mapping[date, int]
    missed: Mapping[date, int]

    @property
    def days(self) -> tuple[date, ...]:
        """The days on which there is something, in order."""
        return tuple(sorted({*self.due, *self.reviews, *self.nodes}))


def chart(database: Database, wanted: Filter, *, today: date, start: str = "") -> Chart:
    """Units down, months across from `start` on, in each cell how many stand under which light.

    Without a start the months around today; of a list that stands elsewhere those in which most of it falls due.
    """
    with database.reading() as c:
        rows = charts.grid(c, wanted, today)
        units = {one.id: one for one in sitting_reads.units(c)}
        summed = counted((told for _unit, _month, told in rows), today, closed_on=archive_days(c).get(wanted.batch))
    due: dict[str, int] = defaultdict(int)
    for _unit, month, told in rows:
        due[month] += told.n
    shown = _shown({month: n for month, n in due.items() if month}, start, today)
    columns_of = {month: _column(month, shown) for month in due}
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    of_unit: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for unit, month, told in rows:
        found[units[unit].key, columns_of[month]][told.light] += told.n
        of_unit[unit][told.light] += told.n
    totals = {unit: _by_urgency(lights) for unit, lights in of_unit.items()}
    used = set(columns_of.values())
    columns = tuple(one for one in (EARLIER, *shown, LATER, NEVER) if one in used or one in shown)
    order = sorted(totals, key=lambda unit: (_urgency(totals[unit][0][0]), -totals[unit][0][1], unit))
    return Chart(columns=columns, months={one: one for one in shown}, units=tuple((units[one].key, units[one].name) for one in order),
                 totals={units[unit].key: lights for unit, lights in totals.items()},
                 cells={place: _by_urgency(lights) for place, lights in found.items()},
                 total=summed.total, sentence=summed.sentence(filtered=wanted != Filter()))


def planned(database: Database, wanted: Filter, *, today: date, limit: int, offset: int) -> tuple[Planned, ...]:
    """The lines of a table, one page of them."""
    with database.reading() as c:
        lines = reads.page(c, wanted, today, limit=limit, offset=offset)
        ids = [one.id for one in lines]
        supporting, nodes = reads.supporting_of(c, ids), item_nodes.lines_of(c, ids, today)
    return tuple(Planned(line=one, supporting=supporting.get(one.id, ()), nodes=nodes.get(one.id, ())) for one in lines)


def month_of(database: Database, wanted: Filter, month: str, *, today: date) -> Month:
    """One month's deadlines. A month that is none is this month."""
    first = _first(month) or today.replace(day=1)
    name = f"{first.year}-{first.month:02d}"
    with database.reading() as c:
        due = charts.due_days(c, replace(wanted, month=""), today, name)
        reviews, nodes = charts.review_days(c, wanted, today, name), charts.node_days(c, wanted, today, name)
    days: list[date | None] = [None] * first.weekday()
    days += [first.replace(day=n) for n in range(1, monthrange(first.year, first.month)[1] + 1)]
    days += [None] * (-len(days) % 7)
    return Month(name=name, weeks=tuple(tuple(days[n:n + 7]) for n in range(0, len(days), 7)),
                 due={date.fromisoformat(day): _by_urgency(lights) for day, lights in due.items()},
                 reviews={date.fromisoformat(day): n for day, n in reviews.items()},
                 nodes={date.fromisoformat(day): n for day, (n, _missed) in nodes.items()},
                 missed={date.fromisoformat(day): missed for day, (_n, missed) in nodes.items() if missed})


def beside(month: str, step: int) -> str:
    """The month so many months later."""
    first = _first(month)
    return month if first is None else _month(first, step)


def _shown(due: Mapping[str, int], start: str, today: date) -> list[str]:
    """The months that have a column of their own."""
    around = [_month(today, n) for n in range(-BEFORE, AFTER + 1)]
    first = _first(start)
    if first is None and due and not set(due) & set(around):
        return _densest(due)
    return around if first is None else _months_from(first)


def _months_from(first: date) -> list[str]:
    return [_month(first, n) for n in range(BEFORE + AFTER + 1)]


def _densest(due: Mapping[str, int]) -> list[str]:
    """The months in a row in which most falls due, from the first to the last that have something; the earliest such."""
    rows = [_months_from(first) for month in sorted(due) if (first := _first(month)) is not None]
    most = max(rows, key=lambda months: sum(due.get(one, 0) for one in months))
    return most[:max(n for n, one in enumerate(most) if one in due) + 1]


def _first(month: str) -> date | None:
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError:
        return None


def _month(day: date, step: int) -> str:
    year, month = divmod(day.year * 12 + day.month - 1 + step, 12)
    return f"{year:04d}-{month + 1:02d}"


def _column(month: str, shown: list[str]) -> str:
    if not month:
        return NEVER
    return EARLIER if month < shown[0] else LATER if month > shown[-1] else month


def _by_urgency(lights: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(lights.items(), key=lambda pair: _urgency(pair[0])))


def _urgency(light: str) -> int:
    return _URGENCY.get(light, len(_URGENCY))
