"""The ledger of points (考绩台账) as it is read: every booking with its cause, every balance with and without caps.

The caps of an account are those of the rule of the newest published sitting that the unit took part in; they run
over all of its bookings in booking order (`scoring.ledger`). Nothing is booked here and nothing is ever deleted:
a correction is a reversing entry. Points that an unsettled objection (异议) freezes are listed and not counted.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from db.clock import text_of
from db.engine import Connection, Database
from db.reads import results as result_reads
from db.reads import signing as signing_reads
from db.reads import sittings as reads
from db.reads.results import Entry
from office.export import csv_of
from office.local_time import minute
from scoring import ledger as caps
from scoring.number import plain
from scoring.rows import LedgerRow
from scoring.rule import CapMode, LedgerTerms, read_rule

NO_CAPS = LedgerTerms(bonus_cap=None, deduction_cap=None, cap_mode=CapMode.SEPARATE)
_MODE_WORDS = {
    CapMode.SEPARATE: "加分和扣分分别封顶", CapMode.NET: "加扣分相抵后封顶", CapMode.RUNNING: "每记一笔封顶一次",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """One entry and what it did: `effect` is the change of the capped balance, `balance` the balance after it.

    A frozen one has no effect as long as it is frozen.
    """

    id: int
    unit: str
    unit_name: str
    period: str
    kind: str
    cause: str
    points: Fraction
    effect: Fraction
    balance: Fraction
    sitting: str
    sitting_title: str
    version: int | None
    reverses: int | None
    reversed_by: int | None
    booked_at: datetime
    booked_by: str
    frozen: bool = False

    @property
    def state(self) -> str:
        if self.frozen:
            return "冻结，异议处理中，不计入余额"
        if self.reverses is not None:
            return f"冲销第{self.reverses}笔"
        return f"已被第{self.reversed_by}笔冲销" if self.reversed_by is not None else "有效"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One unit. `periods` are (period, points standing in it, None where the unit did not take part).

    `frozen` is the sum of what waits for an objection: it is in none of the other figures.
    """

    unit: str
    name: str
    periods: tuple[tuple[str, Fraction | None], ...]
    balance: Fraction
    uncapped: Fraction
    bonus: Fraction
    deduction: Fraction
    caps_words: str
    bookings: tuple[Booking, ...]
    frozen: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsLedger:
    """Accounts by balance, highest first; `bookings` in booking order; `notes` label sample data."""

    periods: tuple[str, ...]
    accounts: tuple[Account, ...]
    bookings: tuple[Booking, ...]
    notes: tuple[str, ...]

    @property
    def caps_words(self) -> str:
        """The caps in words where every account has the same, else empty: then each says its own."""
        said = {one.caps_words for one in self.accounts}
        return said.pop() if len(said) == 1 else ""

    def account(self, unit: str) -> Account | None:
        return next((one for one in self.accounts if one.unit == unit), None)

    @property
    def sentence(self) -> str:
        """What the ledger says, before any picture."""
        if not self.accounts:
            return "还没有公布过成绩，台账是空的。"
        top, last = self.accounts[0], self.accounts[-1]
        said = f"{len(self.accounts)}个单位，{len(self.bookings)}笔记分"
        if top.balance == last.balance:
            return f"{said}；余额都是{signed(top.balance)}分。"
        ahead = "、".join(one.name for one in self.accounts if one.balance == top.balance)
        behind = "、".join(one.name for one in self.accounts if one.balance == last.balance)
        return f"{said}；余额最高的是{ahead}（{signed(top.balance)}分），最低的是{behind}（{signed(last.balance)}分）。"

    @property
    def frozen_words(self) -> str:
        """Whose points wait for an objection, and how many; empty when none do."""
        held = [f"{one.name}（{signed(one.frozen)}分）" for one in self.accounts
                if any(booking.frozen for booking in one.bookings)]
        return f"异议处理中，分数冻结、不计入余额：{'、'.join(held)}。" if held else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """Where an entry comes from: the publication's sitting and version."""

    sitting: str
    title: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Published:
    """What the published sittings say: publications by id, who took part when, whose caps hold, what to label."""

    sources: Mapping[int, _Source]
    took_part: frozenset[tuple[str, str]]
    names: Mapping[str, str]
    terms: Mapping[str, LedgerTerms]
    notes: tuple[str, ...]


def points_ledger(database: Database, *, without: frozenset[str] = frozenset()) -> PointsLedger:
    """The whole ledger. Units that took part in a published sitting are there even without a booking.

    `without`: sittings (keys) that are left out as if nothing of them were published.
    """
    with database.reading() as c:
        published, left_out = _published(c, without)
        entries = tuple(one for one in result_reads.ledger(c) if one.publication_id not in left_out)
        frozen = signing_reads.frozen(c)
    by_unit: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_unit[entry.unit].append(entry)
    names = {**{entry.unit: entry.unit_name for entry in entries}, **published.names}
    periods = tuple(sorted({entry.period for entry in entries} | {period for _, period in published.took_part}))
    reversed_by = {entry.reverses_id: entry.id for entry in entries if entry.reverses_id is not None}
    held = frozenset(one.id for one in entries if (one.publication_id, one.unit) in frozen
                     and one.reverses_id is None and one.id not in reversed_by)  # what is reversed is settled
    accounts = [_account(unit, name, by_unit[unit], periods, published, reversed_by, held)
                for unit, name in names.items()]
    booked = sorted((one for account in accounts for one in account.bookings), key=lambda one: one.id)
    return PointsLedger(periods=periods, accounts=tuple(sorted(accounts, key=lambda one: -one.balance)),
                        bookings=tuple(booked), notes=published.notes)


def ledger_sha256(entries: Iterable[Entry]) -> str:
    """SHA-256 over everything that these entries say, in booking order."""
    said = [[one.unit, one.period, one.kind, one.cause, one.points, one.reverses_id, text_of(one.booked_at),
             one.booked_by] for one in entries]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def signed(points: Fraction) -> str:
    """`+3`, `-1`, `0`, `+1.5`: how points are printed."""
    return f"+{plain(points)}" if points > 0 else plain(points)


def ledger_csv(bookings: tuple[Booking, ...]) -> bytes:
    """The bookings as a table to take away."""
    return csv_of(
        ("序号", "单位", "考核周期", "事由", "类别", "分值", "封顶后变动", "封顶后余额", "场次", "成绩版本", "状态",
         "记账时间", "记账人"),
        ((one.id, one.unit_name, one.period, one.cause, "加分" if one.kind == "bonus" else "扣分", signed(one.points),
          signed(one.effect), signed(one.balance), one.sitting_title,
          "" if one.version is None else f"第{one.version}版", one.state, minute(one.booked_at), one.booked_by)
         for one in bookings))


def _published(c: Connection, without: frozenset[str]) -> tuple[_Published, frozenset[int]]:
    """What was published, and the publications of the sittings that are left out."""
    left_out: set[int] = set()
    sources: dict[int, _Source] = {}
    took_part: set[tuple[str, str]] = set()
    names: dict[str, str] = {}
    terms: dict[str, LedgerTerms] = {}
    notes: dict[str, None] = {}
    for sitting in reversed(reads.sittings(c)):
        versions = result_reads.publications(c, sitting.id)
        if sitting.key in without:
            left_out |= {one.id for one in versions}
        if not versions or sitting.key in without:
            continue
        ledger_terms = read_rule(reads.rule_text(c, sitting.id)[0].encode()).ledger
        for one in versions:
            sources[one.id] = _Source(sitting=sitting.key, title=sitting.title, version=one.number)
        for target in (one for one in reads.targets(c, sitting.id) if not one.postponed):
            took_part.add((target.unit, sitting.period))
            names.setdefault(target.unit, target.unit_name)
            terms[target.unit] = ledger_terms
        if sitting.note:
            notes[sitting.note] = None
    return (_Published(sources=sources, took_part=frozenset(took_part), names=names, terms=terms, notes=tuple(notes)),
            frozenset(left_out))


def _account(unit: str, name: str, entries: list[Entry], periods: tuple[str, ...], published: _Published,
             reversed_by: Mapping[int, int], held: frozenset[int]) -> Account:
    terms = published.terms.get(unit, NO_CAPS)
    counting = [one for one in entries if one.id not in held]
    rows = [LedgerRow(unit=unit, period=one.period, cause=one.cause, kind=one.kind, points=one.points)
            for one in counting]
    book = next(iter(caps.balances(terms, rows)), caps.Account(unit=unit, entries=()))
    done = {entry.id: effect for entry, effect in zip(counting, book.entries, strict=True)}
    bookings: list[Booking] = []
    balance = Fraction(0)
    for entry in entries:
        source = published.sources.get(entry.publication_id or 0)
        bookings.append(_booking(entry, done.get(entry.id), balance, source, reversed_by.get(entry.id)))
        balance = bookings[-1].balance
    standing: dict[str, Fraction | None] = {}
    for period in periods:
        here = [one.points for one in bookings if one.period == period and not one.frozen]
        standing[period] = sum(here, Fraction(0)) if here or (unit, period) in published.took_part else None
    return Account(unit=unit, name=name, periods=tuple(standing.items()), balance=book.balance, uncapped=book.uncapped,
                   bonus=book.bonus, deduction=book.deduction, caps_words=_caps_words(terms), bookings=tuple(bookings),
                   frozen=sum((one.points for one in bookings if one.frozen), Fraction(0)))


def _booking(entry: Entry, done: caps.Entry | None, before: Fraction, source: _Source | None,
             reversed_by: int | None) -> Booking:
    """`done` is None of a frozen entry: the balance stays what it was before it."""
    return Booking(
        id=entry.id, unit=entry.unit, unit_name=entry.unit_name, period=entry.period, kind=entry.kind,
        cause=entry.cause, points=done.points if done else Fraction(entry.points),
        effect=done.effect if done else Fraction(0), balance=done.balance if done else before,
        sitting=source.sitting if source else "", sitting_title=source.title if source else "",
        version=source.version if source else None, reverses=entry.reverses_id, reversed_by=reversed_by,
        booked_at=entry.booked_at, booked_by=entry.booked_by, frozen=done is None)


def _caps_words(terms: LedgerTerms) -> str:
    said = []
    if terms.bonus_cap is not None:
        said.append(f"加分最多{plain(terms.bonus_cap)}分")
    if terms.deduction_cap is not None:
        said.append(f"扣分最多{plain(-terms.deduction_cap)}分")
    return f"{'，'.join(said)}，{_MODE_WORDS[terms.cap_mode]}" if said else "不封顶"
