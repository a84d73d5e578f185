"""Town to county: published results rolled up into one component of a larger sitting's total (scoring/rollup.py).

    shown = roll_into(database, "county_2026q2", "towns", "town_2026q2", RollUp.MEAN)
    fill_in(database, "county_2026q2", shown, by=..., at=...)

What rolls up is the exact total of every item that was ranked, of a unit itself or of a unit whose parent it is; what
was not ranked is left out and never zero. The full mark of the source becomes the component's. Values are stored as
decimals of at most six places.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from db.engine import Connection, Database
from db.reads import people as people_reads
from db.reads import results as result_reads
from db.reads import sittings as reads
from db.values import Sitting
from office.audit import HOW_WORDS
from office.refusal import NotFound, Refused
from office.sitting.mending import Origin, put_components
from scoring.number import NotANumber, RoundingMode, parse_exact, parse_weight, plain, rounded
from scoring.rollup import CannotRollUp, Roll, RollUp, roll_up
from scoring.rule import Rule, read_rule

PLACES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A published sitting that has something to roll up, in its latest version."""

    key: str
    title: str
    period: str
    version: int

    @property
    def words(self) -> str:
        return f"{self.title}（{self.period}，第{self.version}版）"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One result of the source. `total` is empty where it was not ranked."""

    key: str
    name: str
    parent: str
    parent_name: str
    total: str
    exact: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One target of the larger sitting: the value it would get, over `n` of `of` items, and the value it has."""

    target: str
    name: str
    value: str
    n: int
    of: int
    items: tuple[str, ...]
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RolledUp:
    """What is shown before it is saved. `scale` says how full marks were matched, if they differ."""

    source: Source
    component: str
    how: RollUp
    weights: tuple[tuple[str, str], ...]
    scale: str
    lines: tuple[Line, ...]

    @property
    def filled(self) -> tuple[Line, ...]:
        return tuple(one for one in self.lines if one.n)


def sources(database: Database, sitting: str) -> tuple[Source, ...]:
    """Published sittings with results of this sitting's units, or of units below them; towns first, then newest."""
    with database.reading() as c:
        found = _sitting(c, sitting)
        parents = {one.unit for one in reads.targets(c, found.id)}
        below: list[Source] = []
        same: list[Source] = []
        for one in reads.sittings(c):
            targets = reads.targets(c, one.id)
            if one.id == found.id or not any(parents & {t.unit, t.parent_unit} for t in targets):
                continue
            version = result_reads.publication_count(c, one.id)
            if version:
                is_below = any(t.parent_unit in parents for t in targets)
                (below if is_below else same).append(
                    Source(key=one.key, title=one.title, period=one.period, version=version))
    return (*below, *same)


def items(database: Database, sitting: str, source: str) -> tuple[Item, ...]:
    """What the source has for the units of this sitting, in the source's own order."""
    with database.reading() as c:
        return _read(c, sitting, source)[1]


def weight_lines(items: tuple[Item, ...]) -> str:
    """Every ranked item with weight 1, a line each, to be changed or pasted over."""
    names = [one.name for one in items]
    return "\n".join(f"{one.name if names.count(one.name) == 1 else one.key}，1" for one in items
                     if one.exact is not None)


def read_weights(text: str, items: tuple[Item, ...]) -> dict[str, str]:
    """`名称，权重` a line, the name or its number; every ranked item has one. Key -> weight as written."""
    names = [one.name for one in items]
    keys = {one.name: one.key for one in items if names.count(one.name) == 1} | {one.key: one.key for one in items}
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        cells = [cell.strip() for cell in re.split(r"[\t,，]", line)]
        if len(cells) != 2:
            raise Refused(f"权重第{number}行请写成“名称，权重”。")
        if cells[0] not in keys:
            why = "有重名，请写编号" if cells[0] in names else "来源里没有"
            raise Refused(f"权重第{number}行：“{cells[0]}”{why}。")
        try:
            parse_weight(cells[1])
        except NotANumber:
            raise Refused(f"权重第{number}行：“{cells[1][:20]}”不是权重，请写如 3、12.5 或 40%。") from None
        if found.setdefault(keys[cells[0]], cells[1]) != cells[1]:
            raise Refused(f"权重第{number}行：“{cells[0]}”写了两次。")
    lacking = [one.name for one in items if one.exact is not None and one.key not in found]
    if lacking:
        raise Refused(f"还没有写权重：{'、'.join(lacking[:5])}{'等' if len(lacking) > 5 else ''}。")
    return found


def roll_into(database: Database, sitting: str, component: str, source: str, how: RollUp,
              weights: Mapping[str, str] | None = None) -> RolledUp:
    """The values that this component would get; nothing is stored. `weights` is of `weighted` only."""
    weighing = dict(weights or {}) if how is RollUp.WEIGHTED else {}
    with database.reading() as c:
        found, known, published, full = _read(c, sitting, source)
        rule = read_rule(reads.rule_text(c, found.id)[0].encode())
        part = next((one for one in rule.components if one.key == component and one.key != "evaluation"), None)
        if part is None:
            raise NotFound(f"评分办法里没有分项“{component}”。")
        targets = reads.targets(c, found.id)
        now = {target: value for target, own, value in reads.components(c, found.id) if own == component}
    try:
        rolled = roll_up(how, (Roll(item=one.key, parent=one.parent, score=one.exact,
                                    weight=parse_weight(weighing.get(one.key, "1"))) for one in known))
    except CannotRollUp as cause:
        raise Refused(str(cause)) from None
    lines = []
    for target in targets:
        own = [one for one in known if one.parent == target.unit]
        score, n = rolled.get(target.unit, (Fraction(0), 0))
        value = plain(rounded(score * part.max / full, PLACES, RoundingMode.HALF_UP)) if n else ""
        lines.append(Line(target=target.key, name=target.name, value=value, n=n, of=len(own),
                          items=tuple(_said(one, weighing) for one in own), now=now.get(target.key, "")))
    scale = "" if full == part.max else f"来源满分{plain(full)}分，折成本分项的满分{plain(part.max)}分。"
    return RolledUp(source=published, component=component, how=how, weights=tuple(sorted(weighing.items())),
                    scale=scale, lines=tuple(lines))


def fill_in(database: Database, sitting: str, shown: RolledUp, *, by: str, at: datetime) -> int:
    """Save what was shown as the component's values; refused if the source has been corrected since. How many."""
    again = roll_into(database, sitting, shown.component, shown.source.key, shown.how, dict(shown.weights))
    if again.source.version != shown.source.version:
        raise Refused(f"{again.source.title}已更正为第{again.source.version}版，请看过新的数再填入。")
    if [(one.target, one.value, one.n) for one in again.lines] != [(one.target, one.value, one.n)
                                                                   for one in shown.lines]:
        raise Refused("单位、议程或办法刚刚变动，请看过新的数再填入。")
    if not shown.filled:
        raise Refused("没有可以汇总的成绩：来源里没有参加排名的下属单位。请核对单位库里的上级单位。")
    said = {one.key: f"{one.parent_name}{one.name}" for one in items(database, sitting, shown.source.key)}
    origin = Origin(source=shown.source.key, source_version=shown.source.version, how=shown.how.value,
                    counts={one.target: str(one.n) for one in shown.filled},
                    weights={said[key]: weight for key, weight in shown.weights})
    return put_components(database, sitting, {(one.target, shown.component): one.value for one in shown.filled},
                          by=by, at=at, origin=origin)


def outdated(database: Database, sitting: str) -> tuple[str, ...]:
    """Components still as they were rolled up, from a version that has been corrected since: a sentence each."""
    with database.reading() as c:
        found = _sitting(c, sitting)
        stored = {f"{target} {component}": value for target, component, value in reads.components(c, found.id)}
        newest = {one.key: (one, result_reads.publication_count(c, one.id)) for one in reads.sittings(c)}
        said, judged = [], set()
        for line in people_reads.record(c, sitting=sitting):
            if line.action != "汇总分项":
                continue
            values = line.detail["values"]
            assert isinstance(values, dict), "put_components writes a table"
            component = str(next(iter(values))).partition(" ")[2]
            if component in judged:
                continue
            judged.add(component)
            source, now = newest[str(line.detail["source"])]
            used = int(str(line.detail["source_version"]))
            if now > used and any(stored.get(place) == value for place, value in values.items()):
                said.append(f"分项“{component}”是按{source.title}（{source.period}）第{used}版汇总的，"
                            f"现在已是第{now}版，请重新汇总。")
    return tuple(said)


def how_words(how: str) -> str:
    """A method by its name, as people say it."""
    return HOW_WORDS[how]


def _read(c: Connection, sitting: str, source: str) -> tuple[Sitting, tuple[Item, ...], Source, Fraction]:
    """The larger sitting; of the source its items, its latest version, and what its totals are out of."""
    found, other = _sitting(c, sitting), _sitting(c, source)
    versions = result_reads.publications(c, other.id)
    if not versions or other.id == found.id:
        raise NotFound(f"{other.title}还没有公布成绩，不能汇总。")
    parents = {one.unit: one.unit_name for one in reads.targets(c, found.id)}
    result = json.loads(versions[-1].result)["targets"]
    own = []
    for one in reads.targets(c, other.id):
        parent = one.unit if one.unit in parents else one.parent_unit
        if parent not in parents or one.key not in result:
            continue
        is_ranked = result[one.key]["state"] == "ranked"
        total = result[one.key]["total"]
        own.append(Item(key=one.key, name=one.name, parent=parent, parent_name=parents[parent],
                        total=total["published"] if is_ranked else "",
                        exact=parse_exact(total["exact"]) if is_ranked else None))
    published = Source(key=other.key, title=other.title, period=other.period, version=versions[-1].number)
    return found, tuple(own), published, _full_mark(read_rule(reads.rule_text(c, other.id)[0].encode()))


def _full_mark(rule: Rule) -> Fraction:
    """Totals with components are out of 100, the evaluation alone is on the ballot's scale."""
    return Fraction(100) if rule.components else rule.evaluation_max


def _said(one: Item, weights: Mapping[str, str]) -> str:
    weight = f"（权重{weights[one.key]}）" if one.key in weights else ""
    return f"{one.name} {one.total}{weight}" if one.exact is not None else f"{one.name} 未排名"


def _sitting(c: Connection, key: str) -> Sitting:
    found = reads.sitting(c, key)
    if found is None:
        raise NotFound(f"没有场次“{key}”。")
    return found
