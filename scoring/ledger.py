"""The ledger of points (考绩台账): entries in booking order, caps, and the balance after each entry.

Caps apply per unit over the whole file, entry by entry. An entry's *effect* is the change it makes to the capped
balance; a reversal is an entry of the same kind with the opposite sign. Nothing is ever deleted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from scoring.number import parse_exact
from scoring.rows import LedgerRow
from scoring.rule import CapMode, LedgerTerms

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One booking and what it did. `balance` is the capped balance after it."""

    period: str
    cause: str
    kind: str
    points: Fraction
    effect: Fraction
    balance: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One unit's ledger. `bonus` and `deduction` are the sums of the effects of their kind."""

    unit: str
    entries: tuple[Entry, ...]

    @property
    def balance(self) -> Fraction:
        return self.entries[-1].balance if self.entries else ZERO

    @property
    def uncapped(self) -> Fraction:
        return sum((entry.points for entry in self.entries), ZERO)

    @property
    def bonus(self) -> Fraction:
        return sum((entry.effect for entry in self.entries if entry.kind == "bonus"), ZERO)

    @property
    def deduction(self) -> Fraction:
        return sum((entry.effect for entry in self.entries if entry.kind == "deduction"), ZERO)

    def as_json(self) -> dict[str, Any]:
        return {
            "balance": str(self.balance),
            "uncapped": str(self.uncapped),
            "bonus": str(self.bonus),
            "deduction": str(self.deduction),
            "entries": [
                {
                    "period": entry.period,
                    "points": str(entry.points),
                    "effect": str(entry.effect),
                    "balance": str(entry.balance),
                }
                for entry in self.entries
            ],
        }


def balances(terms: LedgerTerms, rows: Iterable[LedgerRow]) -> tuple[Account, ...]:
    """Every unit's account, units by code point, entries in booking order."""
    by_unit: dict[str, list[LedgerRow]] = {}
    for row in rows:
        by_unit.setdefault(row.unit, []).append(row)
    return tuple(Account(unit=unit, entries=_book(terms, by_unit[unit])) for unit in sorted(by_unit))


def _book(terms: LedgerTerms, rows: Iterable[LedgerRow]) -> tuple[Entry, ...]:
    entries: list[Entry] = []
    sums = {"bonus": ZERO, "deduction": ZERO}
    before = ZERO
    for row in rows:
        points = parse_exact(row.points)
        sums[row.kind] += points
        match terms.cap_mode:
            case CapMode.SEPARATE:
                after = _at_most(sums["bonus"], terms.bonus_cap) + _at_least(sums["deduction"], terms.deduction_cap)
            case CapMode.NET:
                after = _clamped(terms, sums["bonus"] + sums["deduction"])
            case CapMode.RUNNING:
                after = _clamped(terms, before + points)
        entries.append(
            Entry(
                period=row.period,
                cause=row.cause,
                kind=row.kind,
                points=points,
                effect=after - before,
                balance=after,
            )
        )
        before = after
    return tuple(entries)


def _at_most(value: Fraction, cap: Fraction | None) -> Fraction:
    return value if cap is None else min(value, cap)


def _at_least(value: Fraction, cap: Fraction | None) -> Fraction:
    return value if cap is None else max(value, cap)


def _clamped(terms: LedgerTerms, value: Fraction) -> Fraction:
    return _at_least(_at_most(value, terms.bonus_cap), terms.deduction_cap)


def as_json(accounts: Iterable[Account]) -> dict[str, Any]:
    return {"units": {account.unit: account.as_json() for account in accounts}}
