"""Beside an explanation: the place under other rules, or without one judge.

An alternative changes one thing and recounts everything else as the rule says. Nothing here is official.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from scoring.count import GroupCount, Recipe, count_target
from scoring.gaps import effective_weights
from scoring.number import rounded
from scoring.package import Package
from scoring.rank import Contender, rank
from scoring.result import CannotTally
from scoring.rule import BallotKind, Basis, MissingCriterion, RankMethod, TrimScope
from scoring.sheets import Sheet, recused_pairs
from scoring.tally import Working, place_all

Rank = int | str | None


def alternatives(package: Package, working: Working, target: str) -> dict[str, Any]:
    """The place under each alternative; None where the target or the alternative has none."""
    recipe = working.recipe
    judges = _ranks_without_each_judge(package, working, target)
    places = [place for place in judges.values() if place is not None]
    ordered = sorted(places, key=Fraction)
    return {
        "untrimmed": _rank_of(package, recipe, _changed(working, lambda count: count.untrimmed), target),
        "median": _rank_of(package, recipe, _changed(working, lambda count: _median(recipe, count)), target),
        "groups": {
            group.key: _rank_by_group(package, working, target, i) for i, group in enumerate(package.rule.groups)
        },
        "judges": judges,
        "one_judge": [ordered[0], ordered[-1]] if ordered else None,
    }


def _rank_of(
    package: Package, recipe: Recipe, counts: Mapping[str, tuple[GroupCount, ...]], target: str
) -> Rank:
    try:
        place = place_all(package, recipe, counts).places.get(target)
    except CannotTally:
        return None
    return None if place is None else place.rank


def _rank_by_group(package: Package, working: Working, target: str, i: int) -> Rank:
    if target not in working.places or working.counts[target][i].exact is None:
        return None
    group_of = {row.target: row.ranking_group for row in package.targets}
    rivals = [other for other in working.places if group_of[other] == group_of[target]]
    contenders = [Contender(target=other, metrics=(working.counts[other][i].exact,)) for other in rivals]
    places = rank(contenders, package.rule.ranking.method)
    return next(place.rank for place in places if place.target == target)


def _changed(
    working: Working, change: Callable[[GroupCount], Fraction | None]
) -> dict[str, tuple[GroupCount, ...]]:
    """Every group score replaced by another reading of the same ballots."""
    return {
        target: tuple(replace(count, exact=change(count)) for count in counts)
        for target, counts in working.counts.items()
    }


def _median(recipe: Recipe, count: GroupCount) -> Fraction | None:
    """The median of the judge totals (of each criterion's marks, where each is trimmed by itself)."""
    middles = []
    for mean in count.means:
        values = sorted(mean.amounts.values)
        if not values:
            return None
        half = len(values) // 2
        twice = 2 * values[half] if len(values) % 2 else values[half - 1] + values[half]
        middles.append(twice * mean.amounts.unit / 2)
    if recipe.by_criterion:
        return sum((factor * middle for factor, middle in zip(recipe.factors, middles, strict=True)), Fraction(0))
    return middles[0]


def _ranks_without_each_judge(package: Package, working: Working, target: str) -> dict[str, Rank]:
    """The target's place as if a judge had not come: every named judge with a valid ballot somewhere, and of secret
    ballots those for this target. Elsewhere they may bear other names, and nobody knows which judge they are."""
    ballots: dict[tuple[str, int], dict[str, int]] = {}
    for other, counts in working.counts.items():
        for g, count in enumerate(counts):
            for i, who in enumerate(count.valid.ids):
                ballots.setdefault((who, g), {})[other] = i
    recused = recused_pairs(package.targets, package.seats, package.recusals)
    here = [seat.seat for seat in package.seats or () if seat.present]
    seated = {(who, row.target) for who in here for row in package.targets} - recused
    short_cut = _ShortCut(package, working, target)
    ranks: dict[str, Rank] = {}
    for (who, g), positions in sorted(ballots.items()):
        if package.rule.groups[g].secret and target not in positions:
            continue
        try:
            ranks[who] = short_cut.rank_without(g, positions)
        except _NeedsFullCount:
            counts_without = {
                other: count_target(working.recipe, sheets)
                for other, sheets in _sheets_without(working, seated, who, g).items()
            }
            ranks[who] = _rank_of(package, working.recipe, {**working.counts, **counts_without}, target)
    return ranks


class _NeedsFullCount(Exception):
    """The short cut does not hold for this judge."""


class _ShortCut:
    """Leaving one ballot out of a mean without counting anew: exact, and what makes a thousand judges bearable.

    Holds where a ballot touches only its own group's mean (no pooling, no imputation, no quorum, no grades) and where
    the total alone gives the place; everywhere else it raises _NeedsFullCount.
    """

    def __init__(self, package: Package, working: Working, target: str) -> None:
        self.rule, self.working, self.target = package.rule, working, target
        group_of = {row.target: row.ranking_group for row in package.targets}
        self.rivals = [t for t in working.places if target in working.places and group_of[t] == group_of[target]]
        share = Fraction(1)
        if self.rule.components:
            share = self.rule.component("evaluation").weight * 100 / self.rule.evaluation_max
        self.weights = {t: [share * w for w in effective_weights(self.rule, working, t)] for t in self.rivals}
        self.totals = {t: working.parts[t].total or Fraction(0) for t in self.rivals}
        self.orders: dict[tuple[str, int], list[int]] = {}

    def rank_without(self, g: int, positions: Mapping[str, int]) -> Rank:
        rule = self.rule
        if not self.rivals or rule.ranking.method is RankMethod.DENSE:
            raise _NeedsFullCount
        totals = dict(self.totals)
        for target, i in positions.items():
            count = self.working.counts[target][g]
            mean = self._mean_without(target, g, count, i)
            if target in totals:
                totals[target] += self.weights[target][g] * (mean - (count.exact or 0))
        if rule.ranking.on is Basis.PUBLISHED:
            places, mode = rule.rounding.places, rule.rounding.mode
            totals = {target: rounded(total, places, mode) for target, total in totals.items()}
        mine = totals[self.target]
        above = sum(1 for total in totals.values() if total > mine)
        level = sum(1 for total in totals.values() if total == mine)
        if level > 1 and rule.ranking.tie_break:
            raise _NeedsFullCount
        match rule.ranking.method:
            case RankMethod.MODIFIED:
                return above + level
            case RankMethod.FRACTIONAL:
                return str(Fraction(2 * above + level + 1, 2))
            case _:
                return above + 1

    def _mean_without(self, target: str, g: int, count: GroupCount, i: int) -> Fraction:
        recipe = self.working.recipe
        trim, amounts = recipe.trim, count.means[0].amounts
        left = len(amounts.values) - 1
        if not left or not _touches_one_mean(recipe, g, count):
            raise _NeedsFullCount
        rest = sum(amounts.values) - amounts.values[i]
        if trim.wanted and left >= trim.min_ballots:
            order = self.orders.get((target, g))
            if order is None:
                order = sorted(range(left + 1), key=amounts.values.__getitem__)
                self.orders[target, g] = order
            low = [j for j in order[: trim.low + 1] if j != i][: trim.low]
            high = [j for j in reversed(order[left - trim.high :]) if j != i][: trim.high]
            rest -= sum(amounts.values[j] for j in (*low, *high))
            left -= trim.low + trim.high
        return Fraction(rest * amounts.unit.numerator, left * amounts.unit.denominator)


def _touches_one_mean(recipe: Recipe, g: int, count: GroupCount) -> bool:
    rule, group = recipe.rule, recipe.rule.groups[g]
    pooled = recipe.trim.wanted and recipe.trim.scope is TrimScope.ALL_JUDGES
    imputed = not count.sheet.whole and rule.ballot.missing_criterion is MissingCriterion.IMPUTE_PANEL_MEAN
    quorum = group.quorum_ballots or group.quorum_share
    return not (rule.ballot.kind is BallotKind.GRADES or recipe.by_criterion or pooled or imputed or quorum)


def _sheets_without(
    working: Working, seated: Collection[tuple[str, str]], who: str, g: int
) -> dict[str, list[Sheet]]:
    """The sheets of every target that a judge touches, by a ballot, an abstention or a seat in the quorum's base."""
    touched = {}
    for target, counts in working.counts.items():
        own = counts[g].sheet
        base = None if own.eligible is None else own.eligible - ((who, target) in seated)
        i = own.ids.index(who) if who in own.ids else None
        if i is not None or who in own.abstained or base != own.eligible:
            columns = own.columns if i is None else tuple((*column[:i], *column[i + 1 :]) for column in own.columns)
            changed = replace(
                own,
                ids=tuple(other for other in own.ids if other != who),
                columns=columns,
                whole=not any(None in column for column in columns),
                abstained=tuple(other for other in own.abstained if other != who),
                eligible=base,
            )
            touched[target] = [changed if n == g else count.sheet for n, count in enumerate(counts)]
    return touched
