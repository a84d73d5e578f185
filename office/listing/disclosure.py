"""Quarterly disclosure (季度亮账): the rates of the list at a quarter's end, frozen with numerator, denominator, day and
base. They are replayed from the events up to that day, so that what happened later, and a list that has grown since,
change nothing. The baseline rate is of what was on the list when the quarter began. Every rate is of one kind (类别),
since a shortcoming and its measures are both on the list; what was frozen before that rule is shown as it was frozen.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from db.engine import Database
from db.item_values import ItemKind
from db.reads import items as item_reads
from db.reads import reconciliations as reads
from db.reads.reconciliations import Disclosure
from db.values import Staff
from db.work import work
from office import local_time
from office.people import Role
from office.prints.docx import docx_of, paragraph, table
from office.refusal import NotAllowed, NotFound, Refused
from scoring.commitment import Event, Origin, Status
from scoring.item import Item
from scoring.rates import Against, Base, Rate, base_of, by, by_status, leaders, on_time, origins, resolved, stand, units

DISCLOSING = "季度亮账"
_OFFICE = frozenset({Role.ADMINISTRATOR, Role.HOST, Role.CLERK})
_QUARTER = re.compile(r"(20[0-9]{2})Q([1-4])")
OVERALL = (("resolved", "化解率（当时清单）"), ("baseline", "化解率（季初清单）"), ("original", "按期率（原定期限）"),
           ("current", "按期率（现定期限）"))
TABLES = ("按类别", "按单位", "按联系领导", "按来源")  # the first only where kinds were counted together


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One rate of one kind; `kind` is empty where the kinds were counted together, as they once were."""

    name: str
    kind: str
    rate: Rate

    @property
    def base(self) -> str:
        """Of which day's list it is, and how many of that list are gone."""
        gone = f"，另有{self.rate.left}项已并入他项或撤回" if self.rate.left else ""
        return f"{(self.rate.base or self.rate.as_of).isoformat()}的清单{gone}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosed:
    """A disclosure as it is shown: rates in words, and rates of units, leaders and sources, a line a kind."""

    quarter: str
    as_of: date
    by: str
    sha256: str
    overall: tuple[Line, ...]
    statuses: tuple[tuple[str, int], ...]
    tables: tuple[tuple[str, tuple[Line, ...]], ...]

    @property
    def by_kind(self) -> bool:
        return all(one.kind for one in self.overall)

    @property
    def note(self) -> str:
        """What has to be known of the lines."""
        if not self.overall:
            return "到这一天清单上没有事项，没有比率。"
        return "每个比率只算一个类别。" if self.by_kind else "这一季亮账时各类别合并计算，数字照原样保留，不再改动。"


def quarter_days(quarter: str) -> tuple[date, date]:
    """The first and the last day of `2026Q2`. Raises Refused."""
    found = _QUARTER.fullmatch(quarter)
    if found is None:
        raise Refused("季度请写成 2026Q2。")
    year, n = int(found[1]), int(found[2])
    after = date(year + n // 4, n % 4 * 3 + 1, 1)
    return date(year, n * 3 - 2, 1), after - timedelta(days=1)


def disclose(database: Database, quarter: str, *, who: Staff, at: datetime) -> Disclosed:
    """Freeze the rates of this quarter. Once, and only when the quarter is over."""
    if not who.roles & _OFFICE:
        raise NotAllowed("季度亮账由督办机构办理。")
    first, last = quarter_days(quarter)
    if last >= local_time.day(at):
        raise Refused(f"{quarter}到{last.isoformat()}才结束，结束后再亮账。")
    with database.reading() as c:  # the long part: nobody waits for it
        rates = _rates(reads.logs(c), first, last, dict(item_reads.known_units(c)), item_reads.kinds(c))
    with work(database) as w:
        w.record.hold()
        if any(one.quarter == quarter for one in reads.disclosures(w.c)):
            raise Refused(f"{quarter}已经亮过账，亮出的数不再改动。")
        written = json.dumps(rates, ensure_ascii=False, sort_keys=True)
        sha256 = hashlib.sha256(written.encode()).hexdigest()
        w.reconciliations.disclose(quarter, as_of=last, rates=written, sha256=sha256, at=at, by=who.name)
        w.record.append(at=at, actor=who.name, action=DISCLOSING, period=quarter, sha256=sha256)
    return disclosed(database, quarter)


def disclosed(database: Database, quarter: str) -> Disclosed:
    """What was disclosed of this quarter. Raises NotFound."""
    with database.reading() as c:
        found = next((one for one in reads.disclosures(c) if one.quarter == quarter), None)
    if found is None:
        raise NotFound(f"{quarter}还没有亮账。")
    return _shown(found)


def disclosures(database: Database) -> tuple[Disclosed, ...]:
    with database.reading() as c:
        return tuple(_shown(one) for one in reads.disclosures(c))


def disclosure_docx(one: Disclosed) -> bytes:
    """To be printed and hung up."""
    def drawn(first: str, numbers: tuple[str, str, str], lines: tuple[Line, ...]) -> str:
        kind = ("类别",) if one.by_kind else ()
        return table((first, *kind, *numbers, "截至", "基数"),
                     [(line.name or "（未定）", *([line.kind] if one.by_kind else []), str(line.rate.numerator),
                       str(line.rate.denominator), line.rate.percent, line.rate.as_of.isoformat(), line.base) for line in lines],
                     shares=(5, *(2 for _ in kind), 2, 2, 3, 4, 6))

    blocks = [paragraph(f"{one.quarter} 清单亮账", style="Title"), paragraph(f"数据截至{one.as_of.isoformat()}", style="Subtitle"),
              paragraph(one.note), drawn("指标", ("分子", "分母", "比率"), one.overall)]
    for title, lines in one.tables:
        blocks += [paragraph(title, style="Heading1"), drawn(title.removeprefix("按"), ("销号", "总数", "化解率"), lines)]
    return docx_of(*blocks, paragraph(f"校验码：{one.sha256}", style="Small"))


def _rates(logs: dict[str, tuple[Event, ...]], first: date, last: date, names: dict[str, str],
           kinds: dict[str, str]) -> dict[str, object]:
    then = stand(logs, last)
    before = first - timedelta(days=1)
    base = base_of(stand(logs, before), before)
    there = {kinds[one] for one in base.numbers | base_of(then, last).numbers}
    own = {kind: {number: item for number, item in then.items() if kinds[number] == kind}
           for kind in ItemKind if kind in there}

    def of(keys: Callable[[Item], tuple[str, ...]], words: Callable[[str], str]) -> list[list[object]]:
        found = [(key, kind, rate) for kind, items in own.items()
                 for key, rate in by(items, keys, lambda of, items=items: resolved(items, last, of=of)).items()]  # type: ignore[misc]
        return [[words(key), kind.words, _plain(rate)] for key, kind, rate in sorted(found, key=lambda one: one[0])]

    rates: dict[str, Callable[[ItemKind], Rate]] = {
        "resolved": lambda kind: resolved(own[kind], last),
        "baseline": lambda kind: _baseline(then, last, base, frozenset(one for one, of in kinds.items() if of == kind)),
        "original": lambda kind: on_time(own[kind], last, Against.ORIGINAL),
        "current": lambda kind: on_time(own[kind], last, Against.CURRENT)}
    return {
        "overall": [[key, kind.words, _plain(rates[key](kind))] for key, _words in OVERALL for kind in own],
        "statuses": [[Status(key).words, n] for key, n in by_status(then, last).parts if n],
        "按单位": of(units, lambda key: names.get(key, key)), "按联系领导": of(leaders, str),
        "按来源": of(origins, lambda key: Origin(key).words)}


def _baseline(then: dict[str, Item], last: date, base: Base, kind: frozenset[str]) -> Rate:
    """Of one kind (its numbers): what of the base was of it, less what left it for an item of another kind."""
    own = Base(on=base.on, numbers=base.numbers & kind)
    rate = resolved(then, last, base=own, of=lambda item: item.number in kind)
    return replace(rate, left=len(own.numbers) - rate.denominator)


def _shown(found: Disclosure) -> Disclosed:
    told: dict[str, Any] = json.loads(found.rates)
    words = dict(OVERALL)
    return Disclosed(
        quarter=found.quarter, as_of=found.as_of, by=found.by, sha256=found.sha256,
        overall=tuple(_line((words[key], *rest)) for key, *rest in told.get("overall") or
                      [(key, told[key]) for key in words if key in told]),
        statuses=tuple((words, n) for words, n in told["statuses"]),
        tables=tuple((title, tuple(_line(one) for one in told[title])) for title in TABLES if title in told))


def _line(told: Sequence[Any]) -> Line:
    """Name, kind and rate; name and rate of what was frozen with the kinds together."""
    name, *kind, rate = told
    return Line(name=name, kind="".join(kind), rate=_rate(rate))


def _plain(rate: Rate) -> dict[str, object]:
    return {"numerator": rate.numerator, "denominator": rate.denominator, "as_of": rate.as_of.isoformat(),
            "base": rate.base.isoformat() if rate.base else None, "left": rate.left}


def _rate(told: dict[str, Any]) -> Rate:
    return Rate(numerator=told["numerator"], denominator=told["denominator"], as_of=date.fromisoformat(told["as_of"]),
                base=date.fromisoformat(told["base"]) if told["base"] else None, left=told["left"])
