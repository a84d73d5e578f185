"""The official count for many panels at once, in floats: from marks to group scores.

A *panel* is how often each judge of the hall sits on it: a column of whole numbers, judges x panels; the panel of ones
is the hall as it was. Trimming, completion, grades and share bands follow `scoring.count`; blanks stay completed as in
the official count. Ballots of secret groups, which may not be followed from target to target, sit on every panel once.
Arrays run group, target, panel.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from advisory.table import Bools, Floats, Ints, floats_of
from scoring.count import Amounts, GroupCount, Recipe
from scoring.rule import BallotKind, Denominator, Trim, TrimScope


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bench:
    """One group's ballots of one kind: places x targets, in code point order of the judges; `given` where there is one.

    A named judge keeps his place on all targets; in a secret group a place is nobody's.
    """

    values: Floats
    given: Bools


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pool:
    """Ballots of the groups `members` that are trimmed together; `group` says whose each row is.

    `lowest_first` are row numbers by value, by target, those without a ballot last; `size` counts those with one.
    """

    members: tuple[int, ...]
    group: Ints
    values: Floats
    lowest_first: Ints
    size: Ints


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hall:
    """Everything that the count of a panel needs. `judges` by group: those who may be drawn, none in a secret group."""

    recipe: Recipe
    targets: tuple[str, ...]
    judges: tuple[tuple[str, ...], ...]
    places: tuple[int, ...]
    benches: tuple[tuple[Bench, ...], ...]
    pools: tuple[tuple[Pool, ...], ...]
    abstained: tuple[Floats, ...]
    best_grades: tuple[Floats, ...]

    @property
    def drawn(self) -> tuple[int, ...]:
        """The groups whose judges are drawn."""
        return tuple(g for g, judges in enumerate(self.judges) if judges)


def hall_of(recipe: Recipe, counts: Mapping[str, Sequence[GroupCount]], targets: Sequence[str]) -> Hall:
    """The ballots on these targets, as arrays."""
    groups = range(len(recipe.rule.groups))
    parts = range(len(recipe.factors) if recipe.by_criterion else 1)
    judges = tuple(_judges(recipe, [counts[target][g] for target in targets], g) for g in groups)
    seating = [_Seating(recipe, [counts[t][g] for t in targets], g, judges[g]) for g in groups]
    benches = tuple(tuple(seats.bench(part) for seats in seating) for part in parts)
    return Hall(
        recipe=recipe,
        targets=tuple(targets),
        judges=judges,
        places=tuple(seats.size for seats in seating),
        benches=benches,
        pools=tuple(_pools(recipe.trim, own) for own in benches),
        abstained=tuple(seats.abstained() for seats in seating),
        best_grades=tuple(seats.best_grades() for seats in seating),
    )


def _abstentions_count(recipe: Recipe) -> bool:
    rule = recipe.rule
    return rule.ballot.kind is BallotKind.GRADES and rule.grading.denominator is Denominator.VALID_PLUS_ABSTAIN


def _judges(recipe: Recipe, counts: Sequence[GroupCount], g: int) -> tuple[str, ...]:
    """Who had a say in a named group: a valid ballot, or an abstention where abstentions count."""
    if recipe.rule.groups[g].secret:
        return ()
    judges = {who for count in counts for who in count.valid.ids}
    if _abstentions_count(recipe):
        judges.update(who for count in counts for who in count.sheet.abstained)
    return tuple(sorted(judges))


class _Seating:
    """Where each ballot of one group stands in its arrays."""

    def __init__(self, recipe: Recipe, counts: Sequence[GroupCount], g: int, judges: tuple[str, ...]) -> None:
        self.recipe, self.counts = recipe, counts
        self.place = None if recipe.rule.groups[g].secret else {who: i for i, who in enumerate(judges)}
        most = max((len(c.valid.ids) + len(c.sheet.abstained) for c in counts), default=0)
        self.size = len(judges) if self.place is not None else most

    def rows(self, ids: Sequence[str], start: int = 0) -> list[int]:
        if self.place is None:
            return list(range(start, start + len(ids)))
        return [self.place[who] for who in ids]

    def bench(self, part: int) -> Bench:
        shape = (self.size, len(self.counts))
        values, given = np.zeros(shape), np.zeros(shape, dtype=np.bool_)
        for t, count in enumerate(self.counts):
            amounts: Amounts = count.means[part].amounts
            rows = self.rows(amounts.ids)
            values[rows, t] = floats_of(amounts)
            given[rows, t] = True
        return Bench(values=values, given=given)

    def abstained(self) -> Floats:
        """Abstentions where they count, else none."""
        here = np.zeros((self.size, len(self.counts)))
        if _abstentions_count(self.recipe):
            for t, count in enumerate(self.counts):
                here[self.rows(count.sheet.abstained, len(count.valid.ids)), t] = 1
        return here

    def best_grades(self) -> Floats:
        """Ballots of the first grade, where points go by its share."""
        here = np.zeros((self.size, len(self.counts)))
        if self.recipe.rule.share_bands:
            for t, count in enumerate(self.counts):
                column = count.valid.columns[0]
                here[self.rows([who for who, grade in zip(count.valid.ids, column, strict=True) if grade == 0]), t] = 1
        return here


def _pools(trim: Trim, benches: Sequence[Bench]) -> tuple[Pool, ...]:
    if not trim.wanted:
        return ()
    numbered = list(enumerate(benches))
    if trim.scope is TrimScope.ALL_JUDGES:
        return (_pool(numbered),)
    return tuple(_pool([one]) for one in numbered)


def _pool(members: Sequence[tuple[int, Bench]]) -> Pool:
    """Stable sorting leaves equal values in the order of groups and judges, as the contract wants."""
    values = np.concatenate([bench.values for _, bench in members])
    given = np.concatenate([bench.given for _, bench in members])
    return Pool(
        members=tuple(g for g, _ in members),
        group=np.concatenate([np.full(len(bench.values), g) for g, bench in members]),
        values=values,
        lowest_first=np.argsort(np.where(given, values, np.inf), axis=0, kind="stable"),
        size=given.sum(axis=0),
    )


Panels = Sequence[Floats]
"""By group: judges x panels (places x 1 of ones in a group that is not drawn)."""


def group_scores(hall: Hall, panels: Panels, *, trimmed: bool = True) -> Floats:
    """Groups x targets x panels, NaN for an empty group."""
    width = max(panel.shape[1] for panel in panels)
    recipe = hall.recipe
    total = np.zeros((len(panels), len(hall.targets), width))
    for part, benches in enumerate(hall.benches):
        kept, sums = _sums(benches, panels, width)
        given = kept.copy()
        if trimmed:
            for pool in hall.pools[part]:
                _take_extremes(pool, recipe.trim, panels, kept, sums)
        if recipe.by_criterion:
            total += float(recipe.factors[part]) * _divided(sums, kept)
        elif recipe.rule.ballot.kind is BallotKind.GRADES:
            total = _graded(hall, panels, given, kept, sums)
        else:
            total = _divided(sums, kept)
    return total


def _sums(benches: Sequence[Bench], panels: Panels, width: int) -> tuple[Floats, Floats]:
    """How many ballots each group has on each target, and what they add up to."""
    shape = (len(benches), benches[0].values.shape[1], width)
    kept, sums = np.empty(shape), np.empty(shape)
    for g, (bench, panel) in enumerate(zip(benches, panels, strict=True)):
        if bench.given.all():
            kept[g] = panel.sum(axis=0)
        else:
            kept[g] = bench.given.T.astype(np.float64) @ panel
        sums[g] = bench.values.T @ panel
    return kept, sums


def _divided(sums: Floats, by: Floats) -> Floats:
    return np.where(by > 0, sums / np.where(by > 0, by, 1.0), np.nan)


def _take_extremes(pool: Pool, trim: Trim, panels: Panels, kept: Floats, sums: Floats) -> None:
    """Drop the lowest and the highest ballots of a pool from its groups' counts and sums."""
    width = kept.shape[2]
    reached = kept[list(pool.members)].sum(axis=0) >= trim.min_ballots
    weights = np.concatenate([np.broadcast_to(panels[g], (len(panels[g]), width)) for g in pool.members])
    depth, targets = pool.lowest_first.shape
    column = np.arange(targets)
    for count, from_the_top in ((trim.low, False), (trim.high, True)):
        target, panel = np.nonzero(reached) if count else (column[:0], column[:0])
        left = np.full(len(target), float(count))
        for step in range(depth):
            if not len(target):
                break
            at = np.maximum(pool.size - 1 - step, 0) if from_the_top else np.full(targets, step)
            who = pool.lowest_first[at, column][target]
            take = np.minimum(left, weights[who, panel])
            group = pool.group[who]
            kept[group, target, panel] -= take
            sums[group, target, panel] -= take * pool.values[who, target]
            left = left - take
            more = left > 0
            target, panel, left = target[more], panel[more], left[more]


def _graded(hall: Hall, panels: Panels, given: Floats, kept: Floats, sums: Floats) -> Floats:
    """Mean grade, or points by the share of the first grade; abstentions join the divisor after trimming."""
    rule = hall.recipe.rule
    away = np.stack([np.broadcast_to(a.T @ p, given.shape[1:]) for a, p in zip(hall.abstained, panels, strict=True)])
    base = kept + away
    nothing = (base <= 0) | ((given > 0) & (kept <= 0))
    if not rule.share_bands:
        return np.where(nothing, np.nan, _divided(sums, base))
    best = np.stack([np.broadcast_to(a.T @ p, given.shape[1:]) for a, p in zip(hall.best_grades, panels, strict=True)])
    points = np.zeros(given.shape)
    for band in sorted(rule.share_bands, key=lambda band: band.min_share):
        reaches = best * band.min_share.denominator >= base * band.min_share.numerator
        points = np.where(reaches, float(band.points), points)
    return np.where(nothing, np.nan, points)
