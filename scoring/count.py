"""From sheets to group scores: completion of blanks, judge totals, trimming, the mean; one target at a time.

Everything is a whole number of some small unit until one Fraction division a group makes the exact mean. Completion
precedes trimming, trimming precedes weighting. Ballots in a pool are ordered by (value, position of the group in the
rule, seat or ballot id by code point); the first `low` and the last `high` are dropped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import repeat
from math import gcd, lcm
from operator import mul

from scoring.completion import Valid, complete
from scoring.lanes import fits, lanes_of, weighted_sums
from scoring.rule import BallotKind, Denominator, Rule, Trim, TrimScope, TrimUnit
from scoring.sheets import Sheet, mark_scale, points_in_order


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """What is averaged: a whole number of `unit` for each ballot in `ids`."""

    ids: tuple[str, ...]
    values: tuple[int, ...]
    unit: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """Amounts after trimming. `high` and `low` are positions in `amounts.ids`, in the order they were dropped."""

    amounts: Amounts
    high: tuple[int, ...] = ()
    low: tuple[int, ...] = ()
    trimmed: bool = False

    @property
    def kept(self) -> int:
        return len(self.amounts.ids) - len(self.high) - len(self.low)

    @property
    def kept_sum(self) -> int:
        values = self.amounts.values
        return sum(values) - sum(values[i] for i in self.high) - sum(values[i] for i in self.low)

    @property
    def exact(self) -> Fraction | None:
        """The mean of what was kept; None where nothing was."""
        if not self.kept:
            return None
        unit = self.amounts.unit
        return Fraction(self.kept_sum * unit.numerator, self.kept * unit.denominator)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCount:
    """One group's score for one target with its working. `means`: one, or one a criterion where each is trimmed."""

    sheet: Sheet
    valid: Valid
    means: tuple[Mean, ...]
    exact: Fraction | None
    untrimmed: Fraction | None
    satisfaction: Fraction | None

    @property
    def trimmed(self) -> bool:
        return any(mean.trimmed and mean.amounts.ids for mean in self.means)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What a rule says about averaging, worked out once for all targets.

    `factors` are a points ballot's factors as fractions and, in `whole`, as whole numbers of `unit`; `worth` what a
    grade or a place is worth.
    """

    rule: Rule
    trim: Trim
    factors: tuple[Fraction, ...] = ()
    whole: tuple[int, ...] = ()
    unit: Fraction = Fraction(1)
    lanes_fit: bool = False
    worth: tuple[Fraction, ...] = ()

    @property
    def by_criterion(self) -> bool:
        return self.rule.ballot.kind is BallotKind.POINTS and self.trim.unit is TrimUnit.CRITERION


def recipe_for(rule: Rule, targets: int) -> Recipe:
    """`targets` is the length of a ranking paper. A criterion's factor is its weight x ballot max / own max."""
    if rule.ballot.kind is BallotKind.POINTS:
        factors = tuple(
            c.weight if c.max == rule.ballot.max else c.weight * rule.ballot.max / c.max for c in rule.criteria
        )
        scale = lcm(*(factor.denominator for factor in factors))
        common = gcd(*(int(factor * scale) for factor in factors)) or 1
        whole = tuple(int(factor * scale) // common for factor in factors)
        most = [int(criterion.max * mark_scale(rule)) for criterion in rule.criteria]
        return Recipe(
            rule=rule,
            trim=rule.trim,
            factors=factors,
            whole=whole,
            unit=Fraction(common, scale),
            lanes_fit=fits(most, whole),
        )
    return Recipe(rule=rule, trim=rule.trim, worth=points_in_order(rule, targets))


def count_target(recipe: Recipe, sheets: Sequence[Sheet]) -> tuple[GroupCount, ...]:
    """The groups' scores for one target, from its sheets in the rule's order."""
    valid = [complete(recipe.rule, sheet) for sheet in sheets]
    amounts = [amounts_of(recipe, ballots) for ballots in valid]
    means = average(recipe.trim, amounts)
    counts = []
    for sheet, ballots, own in zip(sheets, valid, means, strict=True):
        exact = score(recipe, sheet, own)
        plain = exact
        if any(mean.trimmed for mean in own):
            plain = score(recipe, sheet, tuple(Mean(amounts=mean.amounts) for mean in own))
        counts.append(
            GroupCount(
                sheet=sheet,
                valid=ballots,
                means=own,
                exact=exact,
                untrimmed=plain,
                satisfaction=_satisfaction(recipe.rule, ballots),
            )
        )
    return tuple(counts)


def amounts_of(recipe: Recipe, valid: Valid) -> tuple[Amounts, ...]:
    """Judge totals, or the marks criterion by criterion where each is trimmed by itself."""
    if recipe.rule.ballot.kind is not BallotKind.POINTS:
        scale = lcm(*(points.denominator for points in recipe.worth))
        worth = [int(points * scale) for points in recipe.worth]
        values = tuple(worth[index] for index in valid.columns[0] if index is not None)
        return (Amounts(ids=valid.ids, values=values, unit=Fraction(1, scale)),)
    if not recipe.by_criterion:
        return (_judge_totals(recipe, valid),)
    return tuple(
        Amounts(
            ids=tuple(who for who, mark in zip(valid.ids, column, strict=True) if mark is not None),
            values=tuple(mark for mark in column if mark is not None),
            unit=Fraction(1, valid.scale),
        )
        for column in valid.columns
    )


def _judge_totals(recipe: Recipe, valid: Valid) -> Amounts:
    unit = recipe.unit / valid.scale
    if not valid.whole:
        return _renormalised(recipe, valid, unit)
    if recipe.whole == (1,):
        return Amounts(ids=valid.ids, values=valid.columns[0], unit=unit)  # type: ignore[arg-type]
    if recipe.lanes_fit and (lanes := lanes_of(valid.columns)):
        return Amounts(ids=valid.ids, values=weighted_sums(lanes, recipe.whole, len(valid.ids)), unit=unit)
    columns = [map(mul, column, repeat(factor)) for column, factor in zip(valid.columns, recipe.whole, strict=True)]
    return Amounts(ids=valid.ids, values=tuple(map(sum, zip(*columns, strict=True))), unit=unit)


def _renormalised(recipe: Recipe, valid: Valid, unit: Fraction) -> Amounts:
    """Weights over the criteria given: total = sum(w x) / sum(w), over a denominator common to all ballots."""
    scale = lcm(*(criterion.weight.denominator for criterion in recipe.rule.criteria))
    weights = [int(criterion.weight * scale) for criterion in recipe.rule.criteria]
    sums, given = [], []
    for row in zip(*valid.columns, strict=True):
        sums.append(sum(factor * mark for factor, mark in zip(recipe.whole, row, strict=True) if mark is not None))
        given.append(sum(weight for weight, mark in zip(weights, row, strict=True) if mark is not None))
    common = lcm(*given)
    values = tuple(total * (common // weight) for total, weight in zip(sums, given, strict=True))
    return Amounts(ids=valid.ids, values=values, unit=unit * Fraction(scale, common))


def average(trim: Trim, groups: Sequence[tuple[Amounts, ...]]) -> list[tuple[Mean, ...]]:
    """Trim each group's amounts, alone or in one pool with the other groups', criterion by criterion."""
    if not trim.wanted:
        return [tuple(Mean(amounts=amounts) for amounts in own) for own in groups]
    if trim.scope is TrimScope.GROUP:
        return [tuple(_trim_pool(trim, [amounts])[0] for amounts in own) for own in groups]
    pools = [_trim_pool(trim, pool) for pool in zip(*groups, strict=True)]
    return list(zip(*pools, strict=True))


def _trim_pool(trim: Trim, pool: Sequence[Amounts]) -> list[Mean]:
    size = sum(len(amounts.ids) for amounts in pool)
    if size < trim.min_ballots:
        return [Mean(amounts=amounts) for amounts in pool]
    values: Sequence[int] = pool[0].values if len(pool) == 1 else _in_one_unit(pool)
    low, high = _extremes(values, trim.high, trim.low)
    means, start = [], 0
    for amounts in pool:
        end = start + len(amounts.ids)
        means.append(
            Mean(
                amounts=amounts,
                high=tuple(i - start for i in high if start <= i < end),
                low=tuple(i - start for i in low if start <= i < end),
                trimmed=True,
            )
        )
        start = end
    return means


def _extremes(values: Sequence[int], high: int, low: int) -> tuple[Sequence[int], Sequence[int]]:
    """Positions of the `low` lowest and the `high` highest values.

    Positions run by group, then id, so among equal values the first counts as the lowest and the last as the highest,
    which is the order the contract names.
    """
    if high <= 1 and low <= 1:
        last = len(values) - 1
        lowest = [values.index(min(values))] * low
        return lowest, [last - values[::-1].index(max(values))] * high
    order = sorted(range(len(values)), key=values.__getitem__)
    return order[:low], order[len(values) - high :]


def _in_one_unit(pool: Sequence[Amounts]) -> list[int]:
    bottom = lcm(*(amounts.unit.denominator for amounts in pool))
    values: list[int] = []
    for amounts in pool:
        factor = int(amounts.unit * bottom)
        values.extend(amounts.values if factor == 1 else (value * factor for value in amounts.values))
    return values


def score(recipe: Recipe, sheet: Sheet, means: Sequence[Mean]) -> Fraction | None:
    """The group's score from its means; None for an empty group."""
    if recipe.by_criterion:
        total = Fraction(0)
        for factor, mean in zip(recipe.factors, means, strict=True):
            if mean.exact is None:
                return None
            total += factor * mean.exact
        return total
    mean = means[0]
    if recipe.rule.ballot.kind is not BallotKind.GRADES:
        return mean.exact
    if mean.amounts.ids and not mean.kept:
        return None
    base = mean.kept
    if recipe.rule.grading.denominator is Denominator.VALID_PLUS_ABSTAIN:
        base += len(sheet.abstained)
    if not base:
        return None
    if recipe.rule.share_bands:
        share = Fraction(sheet.columns[0].count(0), base)
        best = max((band for band in recipe.rule.share_bands if band.min_share <= share), key=lambda b: b.min_share)
        return best.points
    return mean.kept_sum * mean.amounts.unit / base


def _satisfaction(rule: Rule, valid: Valid) -> Fraction | None:
    """满意率: the first n grades' share of the valid ballots, before trimming."""
    if rule.ballot.kind is not BallotKind.GRADES or not valid.ids:
        return None
    content = sum(1 for grade in valid.columns[0] if grade is not None and grade < rule.grading.satisfied)
    return Fraction(content, len(valid.ids))


__all__ = [
    "Amounts",
    "GroupCount",
    "Mean",
    "Recipe",
    "Valid",
    "amounts_of",
    "average",
    "complete",
    "count_target",
    "recipe_for",
    "score",
]
