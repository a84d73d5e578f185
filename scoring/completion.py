"""What is done about blank criteria: from a sheet to its valid ballots, before anything is trimmed or weighted.

A missing row and an empty value both mean blank; blank is never 0, and a ballot with every criterion blank is void
under every policy. Imputed marks stay whole numbers: the scale becomes fine enough to hold the panel's mean.
"""

from dataclasses import dataclass
from math import lcm

from scoring.rule import BallotKind, MissingCriterion, Rule, TrimUnit
from scoring.sheets import Sheet, mark_scale


@dataclass(frozen=True, slots=True, kw_only=True)
class Valid:
    """The valid ballots of a sheet. Marks are whole numbers of 1/scale; None, where not `whole`, is a blank left so."""

    ids: tuple[str, ...]
    columns: tuple[tuple[int | None, ...], ...]
    scale: int
    whole: bool = True
    voided: tuple[str, ...] = ()


def complete(rule: Rule, sheet: Sheet) -> Valid:
    """What is done about blank criteria. A ballot with every criterion blank is void under every policy."""
    scale = mark_scale(rule) if rule.ballot.kind is BallotKind.POINTS else 1
    if sheet.whole:
        return Valid(ids=sheet.ids, columns=sheet.columns, scale=scale)
    policy = rule.ballot.missing_criterion
    rows = list(zip(*sheet.columns, strict=True))
    if policy is MissingCriterion.VOID_BALLOT:
        fit = [None not in row for row in rows]
    else:
        needed: list[int] = list(range(len(rule.criteria)))
        if policy is MissingCriterion.RENORMALISE and rule.trim.unit is TrimUnit.JUDGE_TOTAL:
            needed = [c for c, criterion in enumerate(rule.criteria) if criterion.weight]
        fit = [any(row[c] is not None for c in needed) for row in rows]
    kept = [row for row, good in zip(rows, fit, strict=True) if good]
    columns: list[tuple[int | None, ...]] = list(zip(*kept, strict=True)) or [() for _ in sheet.columns]
    if policy is MissingCriterion.IMPUTE_PANEL_MEAN and kept:
        given = [[mark for mark in column if mark is not None] for column in columns]
        if not all(given):
            return Valid(ids=(), columns=tuple(() for _ in columns), scale=scale, voided=sheet.ids)
        finer = lcm(*(len(marks) for marks, column in zip(given, columns, strict=True) if None in column))
        scale *= finer
        for c, (marks, column) in enumerate(zip(given, columns, strict=True)):
            mean = sum(marks) * finer // len(marks) if None in column else 0
            columns[c] = tuple(mean if mark is None else mark * finer for mark in column)
    return Valid(
        ids=tuple(who for who, good in zip(sheet.ids, fit, strict=True) if good),
        columns=tuple(columns),
        scale=scale,
        whole=not any(None in column for column in columns),
        voided=tuple(who for who, good in zip(sheet.ids, fit, strict=True) if not good),
    )
