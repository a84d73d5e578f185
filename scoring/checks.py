"""What must hold in each table of a package, row by row: known names, no repeats, numbers that are numbers.

Ballots are not here: `papers.py` checks them while sorting. Every function raises PackageRefused with row and column,
or returns quietly.
"""

from collections.abc import Sequence
from typing import Any

from scoring.number import NotANumber, parse_decimal, parse_exact
from scoring.rows import ComponentRow, HistoryRow, LedgerRow, Places, Recusal, Seat, Target
from scoring.rule import Rule
from scoring.words import listed, quoted


def yes_or_no(file: str, rows: Sequence[Any], column: str, places: Places) -> tuple[Any, ...]:
    """The rows with a yes/no column turned into a truth value."""
    made = []
    for i, row in enumerate(rows):
        value = getattr(row, column)
        if value not in ("yes", "no"):
            raise places.refused(file, i, column, f"{quoted(value)}不可用，请写 yes 或 no")
        made.append(row._replace(**{column: value == "yes"}))
    return tuple(made)


def check_targets(targets: Sequence[Target], places: Places) -> None:
    seen = set()
    for i, target in enumerate(targets):
        if not target.target:
            raise places.refused("targets.csv", i, "target", "对象代号是空的，请填上")
        if target.target in seen:
            raise places.refused("targets.csv", i, "target", f"对象{quoted(target.target)}写了两次，请删去一行")
        seen.add(target.target)


def check_seats(rule: Rule, seats: Sequence[Seat] | None, places: Places) -> None:
    groups = {group.key: group for group in rule.groups}
    seen = set()
    for i, seat in enumerate(seats or ()):
        if not seat.seat:
            raise places.refused("seats.csv", i, "seat", "席位代号是空的，请填上")
        if seat.seat in seen:
            raise places.refused("seats.csv", i, "seat", f"席位{quoted(seat.seat)}写了两次，请删去一行")
        seen.add(seat.seat)
        if seat.group not in groups:
            message = f"没有{quoted(seat.group)}这个评委组，请写 {listed(groups, 12)} 之一"
            raise places.refused("seats.csv", i, "group", message)
        if groups[seat.group].secret:
            message = f"{quoted(seat.group)}是无记名组，它的席位不能列出，请删去这一行"
            raise places.refused("seats.csv", i, "group", message)


def check_recusals(
    targets: Sequence[Target], seats: Sequence[Seat] | None, recusals: Sequence[Recusal], places: Places
) -> None:
    known_targets = {target.target for target in targets}
    known_seats = None if seats is None else {seat.seat for seat in seats}
    for i, recusal in enumerate(recusals):
        if not recusal.seat or (known_seats is not None and recusal.seat not in known_seats):
            message = f"seats.csv 里没有席位{quoted(recusal.seat)}，请写其中的席位代号"
            raise places.refused("recusals.csv", i, "seat", message)
        if recusal.target not in known_targets:
            message = f"targets.csv 里没有{quoted(recusal.target)}，请写其中的对象代号"
            raise places.refused("recusals.csv", i, "target", message)


def check_components(
    rule: Rule, targets: Sequence[Target], components: Sequence[ComponentRow], places: Places
) -> None:
    file = "components.csv"
    known_targets = {target.target for target in targets}
    parts = {component.key for component in rule.components} - {"evaluation"}
    deductions = {deduction.key for deduction in rule.deductions}
    seen = set()
    for i, row in enumerate(components):
        if row.target not in known_targets:
            message = f"targets.csv 里没有{quoted(row.target)}，请写其中的对象代号"
            raise places.refused(file, i, "target", message)
        if row.component not in parts | deductions:
            names = listed(sorted(parts | deductions), 12) or "（办法里没有组成和扣分项，请删去这一行）"
            raise places.refused(file, i, "component", f"不认识的组成{quoted(row.component)}，可写 {names}")
        if (row.target, row.component) in seen:
            message = f"{quoted(row.target)}的{quoted(row.component)}写了两次，请删去一行"
            raise places.refused(file, i, "component", message)
        seen.add((row.target, row.component))
        if row.component in deductions:
            if not (row.value.isascii() and row.value.isdigit() and len(row.value) <= 15):
                raise places.refused(file, i, "value", f"{quoted(row.value)}不是次数，请写0、1、2这样的整数")
            continue
        try:
            parse_decimal(row.value)
        except NotANumber:
            message = f"{quoted(row.value)}不是数，请写半角数字如 96 或 8.5"
            raise places.refused(file, i, "value", message) from None


def check_history(history: Sequence[HistoryRow], places: Places) -> None:
    """Earlier places are shown and never counted; they only have to be places (empty: was not ranked)."""
    for i, row in enumerate(history):
        for column, value in (("rank", row.rank), ("rank_from_bottom", row.rank_from_bottom)):
            try:
                fits = not value or parse_exact(value) > 0
            except NotANumber:
                fits = False
            if not fits:
                message = f"{quoted(value)}不是名次，请写 3 或 5/2 这样的数，没有就留空"
                raise places.refused("history.csv", i, column, message)


def check_ledger(ledger: Sequence[LedgerRow], places: Places) -> None:
    for i, row in enumerate(ledger):
        if not row.unit:
            raise places.refused("ledger.csv", i, "unit", "单位是空的，请填上")
        if row.kind not in ("bonus", "deduction"):
            message = f"{quoted(row.kind)}不可用，请写 bonus（加分）或 deduction（扣分）"
            raise places.refused("ledger.csv", i, "kind", message)
        try:
            parse_exact(row.points)
        except NotANumber:
            message = f"{quoted(row.points)}不是分值，请写半角数字如 2、-0.5 或 1/3"
            raise places.refused("ledger.csv", i, "points", message) from None
