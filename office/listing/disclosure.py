"""Quarterly disclosure (季度亮账): the rates of the list at a quarter's end, frozen with numerator, denominator, day and
base. They are replayed from the events up to that day, so that what happened later, and a list that has grown since,
change nothing. The baseline rate is of what was on the list when the quarter began.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
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
from scoring.rates import Against, Rate, base_of, by, by_status, leaders, on_time, origins, resolved, stand, units

DISCLOSING = "季度亮账"
_OFFICE = frozenset({Role.ADMINISTRATOR, Role.HOST, Role.CLERK})
_QUARTER = re.compile(r"(20[0-9]{2})Q([1-4])")
OVERALL = (("resolved", "化解率（当时清单）"), ("baseline", "化解率（季初清单）"), ("original", "按期率（原定期限）"),
           ("current", "按期率（现定期限）"))
TABLES = ("按类别", "按单位", "按联系领导", "按来源")


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosed:
    """A disclosure as it is shown: rates in words, and rates of units, leaders and sources."""

    quarter: str
    as_of: date
    by: str
    sha256: str
    overall: tuple[tuple[str, Rate], ...]
    statuses: tuple[tuple[str, int], ...]
    tables: tuple[tuple[str, tuple[tuple[str, Rate], ...]], ...]


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
    head = ("", "销号", "总数", "化解率")
    blocks = [paragraph(f"{one.quarter} 清单亮账", style="Title"), paragraph(f"数据截至{one.as_of.isoformat()}", style="Subtitle"),
              table(("指标", "分子", "分母", "比率", "基数"),
                    [(name, str(rate.numerator), str(rate.denominator), rate.percent,
                      f"{rate.base.isoformat()}的清单" if rate.base else "截至日的清单") for name, rate in one.overall],
                    shares=(5, 2, 2, 3, 4))]
    for title, rows in one.tables:
        blocks += [paragraph(title, style="Heading1"),
                   table((title.removeprefix("按"), *head[1:]),
                         [(name or "（未定）", str(rate.numerator), str(rate.denominator), rate.percent) for name, rate in rows],
                         shares=(5, 2, 2, 3))]
    return docx_of(*blocks, paragraph(f"校验码：{one.sha256}", style="Small"))


def _rates(logs: dict[str, tuple[Event, ...]], first: date, last: date, names: dict[str, str],
           kinds: dict[str, str]) -> dict[str, object]:
    then = stand(logs, last)
    before = first - timedelta(days=1)
    base = base_of(stand(logs, before), before)

    def of(keys: Callable[[Item], tuple[str, ...]], words: Callable[[str], str]) -> list[list[object]]:
        return [[words(key), _plain(rate)] for key, rate in by(
            then, keys, lambda of: resolved(then, last, of=of)).items()]

    return {
        "resolved": _plain(resolved(then, last)), "baseline": _plain(resolved(then, last, base=base)),
        "original": _plain(on_time(then, last, Against.ORIGINAL)), "current": _plain(on_time(then, last, Against.CURRENT)),
        "statuses": [[Status(key).words, n] for key, n in by_status(then, last).parts if n],
        "按单位": of(units, lambda key: names.get(key, key)), "按联系领导": of(leaders, str),
        "按来源": of(origins, lambda key: Origin(key).words),
        # a shortcoming and its measures are both on the list: of either there is a rate of its own
        "按类别": of(lambda item: (kinds[item.number],), lambda key: ItemKind(key).words)}


def _shown(found: Disclosure) -> Disclosed:
    told: dict[str, Any] = json.loads(found.rates)
    return Disclosed(
        quarter=found.quarter, as_of=found.as_of, by=found.by, sha256=found.sha256,
        overall=tuple((words, _rate(told[key])) for key, words in OVERALL),
        statuses=tuple((words, n) for words, n in told["statuses"]),
        tables=tuple((title, tuple((name, _rate(one)) for name, one in told[title])) for title in TABLES if title in told))


def _plain(rate: Rate) -> dict[str, object]:
    return {"numerator": rate.numerator, "denominator": rate.denominator, "as_of": rate.as_of.isoformat(),
            "base": rate.base.isoformat() if rate.base else None, "left": rate.left}


def _rate(told: dict[str, Any]) -> Rate:
    return Rate(numerator=told["numerator"], denominator=told["denominator"], as_of=date.fromisoformat(told["as_of"]),
                base=date.fromisoformat(told["base"]) if told["base"] else None, left=told["left"])
