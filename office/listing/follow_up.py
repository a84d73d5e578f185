"""The list (承诺清单) as a page shows it: filtered, a page at a time, with a sentence and counts that keep numerator,
denominator and date.

A light is a shape, a word and a colour together. The day comes in as an argument: the list can be read as it will
stand on a later day if nothing happens until then. Filters are text as an address carries it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date

from db.engine import Database
from db.item_lights import archive_days
from db.item_lines import Filter, ListedItem, Tally
from db.item_values import ItemKind, SourceKind
from db.reads import items as reads
from db.reads import sittings as sitting_reads
from scoring.commitment import Status
from scoring.lights import OURS, Light, Look
from scoring.rates import Rate

A_PAGE = 50
NODES = {"overdue": "有节点逾期", "reported": "有节点待核实"}
WAITS = {"unit": "责任单位", "office": "督办机构", "supervisor": "监督员", "leader": "领导"}
_NAMES = frozenset(one.name for one in fields(Filter)) - {"numbers", "target_id", "open_only", "slips_out", "review_due"}
_URGENT = (Light.OVERDUE, Light.BEHIND, Light.DUE_SOON)
_DONE = (Light.DONE.value, Light.DONE_LATE.value)
OFF_THE_LIST = Look(light=Light.UNKNOWN, word="不在清单上", shape="○", colour=OURS.look(Light.UNKNOWN).colour)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """So many of the filtered items under one light, on a day; `kinds`: of which kinds, and how many of each there are."""

    light: Light
    kinds: tuple[tuple[ItemKind, Rate], ...]

    @property
    def n(self) -> int:
        return sum(rate.numerator for _kind, rate in self.kinds)

    @property
    def words(self) -> str:
        """A rate of one kind; where there are several only how many, since no rate is of both."""
        if len(self.kinds) == 1:
            rate = self.kinds[0][1]
            return f"{rate.numerator} / {rate.denominator} 项，{rate.percent}"
        return "、".join(f"{kind.words}{rate.numerator}" for kind, rate in self.kinds if rate.numerator)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The filtered items counted on a day: `closed` of every kind what is done of it, a shortcoming and its measures
    being both on the list. `counts` is of all, `pressing` of what is not archived, `left` open when it was archived;
    `still`: all of it is one archived list, counted as of that day."""

    as_of: date
    still: bool
    closed: tuple[tuple[ItemKind, Rate], ...]
    counts: tuple[Count, ...]
    pressing: Mapping[Light, int]
    archived: int
    left: int

    @property
    def total(self) -> int:
        return sum(rate.denominator for _kind, rate in self.closed)

    @property
    def done(self) -> int:
        return sum(rate.numerator for _kind, rate in self.closed)

    @property
    def open(self) -> int:
        """What is not done, and not archived."""
        return self.total - self.done - self.left

    @property
    def closed_words(self) -> str:
        """已办结37项（97.4%）; of several kinds each with its own rate."""
        said = [(kind, f"已办结{rate.numerator}项（{rate.percent}）", rate.denominator) for kind, rate in self.closed]
        return said[0][1] if len(said) == 1 else "；".join(f"{kind.words}{n}项，{words}" for kind, words, n in said)

    def sentence(self, *, filtered: bool) -> str:
        """What comes before any picture of the list."""
        if not self.total:
            return "没有符合条件的事项，请放宽筛选。" if filtered else \
                "清单还是空的。成绩公布后，各单位的承诺会编号列入；点评、提问和督查的问题也可以直接列入。"
        urgent = [f"{self.pressing[light]}项{light.words}" for light in _URGENT if self.pressing.get(light)]
        until = f"（截至{self.as_of.isoformat()}{'归档' if self.still else ''}）"
        said = f"共{self.total}项，{'，'.join([self.closed_words, *urgent])}{until}。" if len(self.closed) == 1 else \
            f"共{self.total}项{until}：{'；'.join([self.closed_words, *urgent])}。"
        return said + self.archived_words

    @property
    def archived_words(self) -> str:
        """Of what stands still."""
        if not self.archived:
            return ""
        if self.still:
            return f"归档时{self.left}项没有办结。" if self.left else ""
        which = "都" if self.archived == self.total else f"其中{self.archived}项"
        left = f"，归档时{self.left}项没有办结" if self.left else ""
        return f"{which}在已归档的清单里，状态停在归档那天{left}。"


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """One page of the list on one day, most urgent first; `found` is how many match in all, on `pages` pages."""

    as_of: date
    wanted: Filter
    items: tuple[ListedItem, ...]
    found: int
    page: int
    pages: int
    counted: Counted

    @property
    def counts(self) -> tuple[Count, ...]:
        return self.counted.counts

    @property
    def total(self) -> int:
        return self.counted.total

    @property
    def sentence(self) -> str:
        return self.counted.sentence(filtered=self.wanted != Filter())


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What can be filtered by: key -> words, of what there is on the list."""

    units: Mapping[str, str]
    leaders: Mapping[str, str]
    sittings: Mapping[str, str]
    periods: Mapping[str, str]
    waits: Mapping[str, str]
    batches: Mapping[str, str]
    notes: tuple[str, ...]
    statuses: Mapping[str, str]
    lights: Mapping[str, str]
    kinds: Mapping[str, str]
    sources: Mapping[str, str]


def follow_up(database: Database, wanted: Filter, *, as_of: date, page: int = 1, per_page: int = A_PAGE) -> FollowUp:
    """One page of the list. Counts are of everything that matches, whatever the light asked for."""
    with database.reading() as c:
        tallies, found = reads.tally(c, wanted, as_of)
        pages = max(1, -(-found // per_page))
        page = min(max(1, page), pages)
        items = reads.page(c, wanted, as_of, limit=per_page, offset=(page - 1) * per_page)
        closed_on = archive_days(c).get(wanted.batch)
    return FollowUp(as_of=as_of, wanted=wanted, items=items, found=found, page=page, pages=pages,
                    counted=counted(tallies, as_of, closed_on=closed_on))


def counted(tallies: Iterable[Tally], as_of: date, *, closed_on: date | None = None) -> Counted:
    """What was counted, by kind and light, as it is told. `closed_on`: the day on which the list in question was archived;
    where all of it stands still, the rates are of that day."""
    told = tuple(tallies)
    still = closed_on is not None and closed_on <= as_of and all(one.archived for one in told)
    as_of = closed_on if still and closed_on is not None else as_of
    sums: dict[tuple[ItemKind, str], int] = defaultdict(int)
    live: dict[str, int] = defaultdict(int)
    for one in told:
        sums[one.kind, one.light] += one.n
        live[one.light] += 0 if one.archived else one.n
    of_kind = {kind: sum(n for (of, _light), n in sums.items() if of is kind) for kind in ItemKind}
    kinds = {kind: n for kind, n in of_kind.items() if n}

    def rates(*lights: str) -> tuple[tuple[ItemKind, Rate], ...]:
        return tuple((kind, Rate(numerator=sum(sums.get((kind, light), 0) for light in lights), denominator=n, as_of=as_of))
                     for kind, n in kinds.items())

    return Counted(
        as_of=as_of, still=still, closed=rates(*_DONE), counts=tuple(Count(light=one, kinds=rates(one.value)) for one in Light),
        pressing={one: live[one.value] for one in Light if live.get(one.value)},
        archived=sum(one.n for one in told if one.archived),
        left=sum(one.n for one in told if one.archived and one.light not in _DONE))


def choices(database: Database) -> Choices:
    with database.reading() as c:
        sittings, periods = dict(reads.known_sittings(c)), reads.known_periods(c)
        notes = {one.key: one.note for one in sitting_reads.sittings(c) if one.note}
        units, leaders, batches = reads.known_units(c), reads.known_leaders(c), reads.known_batches(c)
        made_up, days = reads.sample_notes(c), archive_days(c)
    return Choices(
        units=dict(units), leaders={one: one for one in leaders}, sittings=sittings,
        periods={one: one for one in periods}, waits=WAITS,
        batches={one: f"{one}（{days[one].isoformat()}归档）" if one in days else one for one in batches},
        notes=tuple(dict.fromkeys([*(notes[key] for key in sittings if key in notes), *made_up])),
        statuses={one.value: one.words for one in Status},
        lights={one.value: f"{look_of(one.value).shape} {one.words}" for one in Light},
        kinds={one.value: one.words for one in ItemKind}, sources={one.value: one.words for one in SourceKind})


def filter_of(address: Mapping[str, str], **always: object) -> Filter:
    """The filter that an address carries; what it says besides is left alone."""
    told = {name: str(value)[:80].replace("\0", "") for name, value in address.items() if name in _NAMES}
    if told.get("archived") not in ("yes", "no"):
        told.pop("archived", None)
    if told.get("nodes") not in node_choices(told.get("nodes", "")):
        told.pop("nodes", None)
    return replace(Filter(**told), **always)  # type: ignore[arg-type]


def node_choices(asked: str) -> dict[str, str]:
    """What can be asked of milestones, and the day that an address asks for."""
    try:
        return {**NODES, date.fromisoformat(asked).isoformat(): f"{asked}有节点"}
    except ValueError:
        return dict(NODES)


def asks(address: Mapping[str, str]) -> bool:
    """Whether an address asks for anything at all of the list."""
    return any(name in _NAMES and value for name, value in address.items())


def address_of(wanted: Filter) -> dict[str, str]:
    """The filter as an address carries it, so that a view can be sent to somebody."""
    return {name: str(getattr(wanted, name)) for name in sorted(_NAMES) if getattr(wanted, name)}


def look_of(light: str) -> Look:
    """Word, shape and colour of a light; what is merged or withdrawn is under none."""
    return OURS.look(Light(light)) if light in set(Light) else OFF_THE_LIST


def days_words(line: ListedItem, as_of: date) -> str:
    """How far the deadline is, in words; of what is done the day that counts, and by what: asked for in time, or passed
    after a check that had failed. What is parked is late for nothing: its day is the one on which it is looked at again."""
    if not line.is_open:
        return f"{line.done_on.isoformat()}{'复查通过' if line.state.get('failed') else '申请销号'}" if line.done_on else ""
    if line.status == Status.PARKED and line.parked_until is not None:
        return f"{line.parked_until.isoformat()}复核{'，已到' if line.parked_until <= as_of and line.archived_on is None else ''}"
    if line.deadline is None:
        return "没有期限"
    on = min(as_of, line.archived_on or as_of)
    days = (line.deadline - on).days
    if on < as_of:
        return f"归档时过期{-days}天" if days < 0 else f"归档时还有{days}天"
    if days < 0:
        return "期限已到，待审批" if line.light == Light.DUE_SOON else f"过期{-days}天"
    return "今天到期" if days == 0 else f"还有{days}天"


def marks_of(line: ListedItem) -> tuple[str, ...]:
    """What has to be seen at once besides the light, a few words each."""
    said = [f"延期{line.extensions}次"] if line.extensions else []
    said += [f"退回销号{line.refusals}次"] if line.refusals else []
    said += [f"反弹{line.relapses}次"] if line.relapses else []
    said += [f"催办{line.reminders}次"] if line.reminders else []
    said += [f"督办单{line.slips}份待答复"] if line.slips else []
    said += [f"节点逾期{line.nodes_overdue}个"] if line.nodes_overdue else []
    said += [f"节点待核实{line.nodes_reported}个"] if line.nodes_reported else []
    said += ["曾逾期"] if line.late and line.light not in (Light.OVERDUE, Light.DONE_LATE) else []
    said += ["只兑现在纸面"] if line.letter_only else []
    said += [f"{line.archived_on.isoformat()}归档"] if line.archived_on else []
    return tuple(said)
