"""The table that the statistics look at: one row a judge, one column a target, each cell a judge total before trimming.

Only named seats are in it, all groups together; secret groups are left out. A cell is NaN where the judge has no valid
ballot on the target. Equal exact totals give equal floats (one correctly rounded division each), so ties stay ties.
Judges and targets stand in code point order, so that the order of a file's rows changes nothing.
"""

from dataclasses import dataclass, replace
from itertools import compress
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from scoring.count import Amounts, GroupCount, Recipe, amounts_of
from scoring.rule import BallotKind, Rule, TrimUnit
from scoring.tally import Working

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Number = TypeVar("Number", np.float64, np.int64)

EXACT_IN_A_FLOAT = 1 << 53


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    """`totals` is judges x targets, NaN where there is no ballot; `scale` is what 100 % of a ballot comes to."""

    judges: tuple[str, ...]
    targets: tuple[str, ...]
    totals: Floats
    scale: float

    @property
    def given(self) -> Bools:
        return ~np.isnan(self.totals)

    @property
    def complete(self) -> Floats:
        """Targets x judges, of the targets that every judge scored."""
        return self.totals[:, self.given.all(axis=0)].T if self.judges else np.empty((0, 0))


def table_of(rule: Rule, working: Working) -> Table:
    """The judge totals of every valid ballot of a named seat."""
    targets = tuple(sorted(working.counts))
    named = [i for i, group in enumerate(rule.groups) if not group.secret]
    columns = [
        [judge_totals(working.recipe, working.counts[target][i]) for i in named] for target in targets
    ]
    judges = sorted({who for column in columns for amounts in column for who in amounts.ids})
    row_of = {who: row for row, who in enumerate(judges)}
    totals = np.full((len(judges), len(targets)), np.nan)
    for t, column in enumerate(columns):
        for amounts in column:
            totals[[row_of[who] for who in amounts.ids], t] = floats_of(amounts)
    return Table(judges=tuple(judges), targets=targets, totals=totals, scale=scale_of(working.recipe))


def judge_totals(recipe: Recipe, count: GroupCount) -> Amounts:
    """One total a ballot, also where the rule trims each criterion by itself.

    There a ballot may hold nothing but criteria of weight 0: it has no total and is left out.
    """
    if not recipe.by_criterion:
        return count.means[0].amounts
    valid = count.valid
    weighted = [column for column, criterion in zip(valid.columns, recipe.rule.criteria, strict=True) if criterion.weight]
    fit = [any(mark is not None for mark in row) for row in zip(*weighted, strict=True)]
    kept = replace(
        valid,
        ids=tuple(compress(valid.ids, fit)),
        columns=tuple(tuple(compress(column, fit)) for column in valid.columns),
    )
    return amounts_of(replace(recipe, trim=replace(recipe.trim, unit=TrimUnit.JUDGE_TOTAL)), kept)[0]


def floats_of(amounts: Amounts) -> Floats:
    """The amounts as the nearest floats."""
    top, bottom = amounts.unit.numerator, amounts.unit.denominator
    biggest = max(map(abs, amounts.values), default=0) * abs(top)
    if biggest < EXACT_IN_A_FLOAT and bottom < EXACT_IN_A_FLOAT:
        return np.asarray(amounts.values, dtype=np.float64) * top / bottom
    return np.array([value * top / bottom for value in amounts.values], dtype=np.float64)


def scale_of(recipe: Recipe) -> float:
    """The length of the ballot's scale from zero, or from its lowest value where that is negative."""
    rule = recipe.rule
    if rule.ballot.kind is BallotKind.POINTS:
        best, worst = rule.ballot.max, rule.ballot.min
    else:
        best, worst = max(recipe.worth), min(recipe.worth)
    return float(max(best, best - worst))


def midranks(values: Floats) -> Floats:
    """Ranks from 1 along the last axis, equals sharing the mean of their places."""
    order = np.argsort(values, axis=-1, kind="stable")
    first, last = level_runs(np.take_along_axis(values, order, axis=-1))
    ranks = np.empty(values.shape)
    np.put_along_axis(ranks, order, (first + last) / 2 + 1, axis=-1)
    return ranks


def level_runs(ordered: npt.NDArray[Number]) -> tuple[Ints, Ints]:
    """For each place along the sorted last axis: the first and the last place of the run of equals around it."""
    size = ordered.shape[-1]
    place = np.arange(size)
    step = ordered[..., 1:] != ordered[..., :-1]
    edge = np.ones((*ordered.shape[:-1], 1), dtype=np.bool_)
    first = np.maximum.accumulate(np.where(np.concatenate((edge, step), axis=-1), place, 0), axis=-1)
    ends = np.where(np.concatenate((step, edge), axis=-1), place, size)
    last = np.minimum.accumulate(ends[..., ::-1], axis=-1)[..., ::-1]
    return first, last
