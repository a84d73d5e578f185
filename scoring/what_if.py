"""Beside an explanation: the gaps to the neighbours, and the place under other rules or without one judge.

A gap is exact and adds up: by component and deduction to the whole, by group to the evaluation's part of it. An
alternative changes one thing and recounts everything else as the rule says. Nothing here is official.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from scoring.count import GroupCount, Recipe, count_target
from scoring.number import printed, rounded
from scoring.package import Package
from scoring.rank import Contender, rank
from scoring.result import CannotTally, Standing, exact_text
from scoring.rule import BallotKind, Basis, EmptyGroup, MissingCriterion, RankMethod, Rule, TrimScope
from scoring.sheets import Sheet, recused_pairs
from scoring.tally import Working, place_all
from scoring.words import listed

Rank = int | str | None
STANDING_WORDS = {
    Standing.NO_BALLOTS: "没有任何可用的票",
    Standing.BELOW_QUORUM: "有效票不足法定人数",
    Standing.INCOMPLETE: "缺少总分的组成部分",
    Standing.APART: "评分而不参加排名",
}


def effective_weights(rule: Rule, working: Working, target: str) -> tuple[Fraction, ...]:
    """What each group's score was multiplied by for this target; 0 where it was left out."""
    counts = working.counts[target]
    zero = rule.combine.empty_group is EmptyGroup.ZERO
    weights = [
        Fraction(0) if i in working.combined.dropped or (count.exact is None and not zero) else group.weight
        for i, (group, count) in enumerate(zip(rule.groups, counts, strict=True))
    ]
    base = sum(weights, Fraction(0))
    return tuple(weight / base if base else Fraction(0) for weight in weights)


def neighbours(package: Package, working: Working, target: str) -> tuple[str | None, str | None]:
    """The nearest better and the nearest worse place in the same ranking group; None at the ends."""
    mine = working.places.get(target)
    if mine is None:
        return None, None
    group_of = {row.target: row.ranking_group for row in package.targets}
    rivals = sorted(
        (place for place in working.places.values() if group_of[place.target] == group_of[target]),
        key=lambda place: (place.above, place.target),
    )
    better = [place.target for place in rivals if place.above < mine.above]
    worse = [place.target for place in rivals if place.above > mine.above]
    return (better[-1] if better else None), (worse[0] if worse else None)


def gap(package: Package, working: Working, target: str, other: str) -> dict[str, Any]:
    """How far `other` is ahead (negative: behind), in points of the total, by group and by component."""
    rule = package.rule
    mine, theirs = _contributions(rule, working, target), _contributions(rule, working, other)
    total = None
    mine_total, theirs_total = working.parts[target].total, working.parts[other].total
    if mine_total is not None and theirs_total is not None:
        total = theirs_total - mine_total
    return {
        "target": other,
        "rank": working.places[other].rank,
        "total": exact_text(total),
        "published": None if total is None else printed(total, rule.rounding.places, rule.rounding.mode),
        **{kind: {key: str(theirs[kind][key] - mine[kind][key]) for key in mine[kind]} for kind in mine},
    }


def _contributions(rule: Rule, working: Working, target: str) -> dict[str, dict[str, Fraction]]:
    """Points of the total that each group, component and deduction brings. Groups add up to the evaluation."""
    parts = working.parts[target]
    share = Fraction(1)
    if rule.components:
        share = rule.component("evaluation").weight * 100 / rule.evaluation_max
    weights = effective_weights(rule, working, target)
    groups = {
        group.key: share * weight * (count.exact or 0)
        for group, weight, count in zip(rule.groups, weights, working.counts[target], strict=True)
    }
    component_weights = {item.key: item.weight for item in rule.components} or {"evaluation": Fraction(1)}
    components = {key: component_weights[key] * (value or 0) for key, value in parts.components}
    deductions = {key: rule.deduction(key).points * times for key, times in parts.deductions}
    return {"groups": groups, "components": components, "deductions": deductions}


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


def in_words(
    package: Package, working: Working, target: str, gaps: Mapping[str, Any], other: Mapping[str, Any]
) -> Iterator[str]:
    """The explanation in a few Chinese sentences, the place first."""
    rule, place = package.rule, working.places.get(target)
    if place is None:
        yield f"没有名次：{STANDING_WORDS[working.standing[target]]}。"
        return
    shared = f"，与{listed(place.tied_with)}并列" if place.tied_with else ""
    yield f"第{place.rank}名{shared}。"
    for side, less, lead, sign in (("above", "少", "主要差在", 1), ("below", "多", "主要强在", -1)):
        if (neighbour := gaps[side]) is not None:
            points = printed(abs(Fraction(neighbour["total"])), rule.rounding.places, rule.rounding.mode)
            where = _mainly(rule, neighbour, sign)
            yield f"比第{neighbour['rank']}名{less}{points}分{'，' + lead + where if where else ''}。"
    if rule.trim.wanted and other["untrimmed"] is not None:
        yield f"不去最高最低，是第{other['untrimmed']}名；取中位数，是第{other['median']}名。"
    if other["one_judge"]:
        best, worst = other["one_judge"]
        same = f"都是第{best}名" if best == worst else f"名次在第{best}至第{worst}名之间"
        yield f"少任何一位评委，{same}。"


def _mainly(rule: Rule, gap_: Mapping[str, Any], sign: int) -> str:
    """The group, component or deduction that makes most of a gap; empty where none goes its way."""
    names = {group.key: f"{group.name}组".replace("组组", "组") for group in rule.groups}
    names |= {item.key: item.name for item in rule.deductions}
    parts = {**gap_["groups"], **gap_["components"], **gap_["deductions"]}
    parts.pop("evaluation", None)
    best = max(parts, key=lambda key: (sign * Fraction(parts[key]), key))
    return names.get(best, best) if sign * Fraction(parts[best]) > 0 else ""
