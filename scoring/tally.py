"""The recount: from a package to its result, every step in the order of the contract.

    result = tally(read_package(path))
    print(dumps(result), end="")

ballots -> sheets -> group scores -> evaluation -> total -> place -> points. Pure and exact: the same package gives the
same bytes. Nothing here knows how the ballots were cast or what a unit is called.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoring.award import Points, award_points
from scoring.caution import warnings_of
from scoring.combine import Combined, Parts, PartsBook, combine_groups
from scoring.count import GroupCount, Recipe, count_target, recipe_for
from scoring.number import printed, rounded
from scoring.package import Package
from scoring.rank import Contender, Place, rank
from scoring.result import (
    ENGINE,
    CannotTally,
    GroupScore,
    Result,
    Score,
    Standing,
    TargetResult,
    json_text,
)
from scoring.rows import PackageRefused, Target
from scoring.rule import Basis, Rule
from scoring.sheets import Sheet, Sheets


@dataclass(frozen=True, slots=True, kw_only=True)
class Working:
    """Everything that was worked out on the way, by target: what `explain.py` shows."""

    recipe: Recipe
    counts: Mapping[str, tuple[GroupCount, ...]]
    combined: Combined
    parts: Mapping[str, Parts]
    untrimmed: Mapping[str, Fraction | None]
    standing: Mapping[str, Standing]
    places: Mapping[str, Place]
    points: Mapping[str, Points]


def tally(package: Package) -> Result:
    """The result of a package; raises CannotTally, or PackageRefused for one that was never read."""
    return result_of(package, work_out(package, package.sheets))


def dumps(result: Result) -> str:
    """The printed JSON, always the same bytes for the same result."""
    return json_text(result.as_json())


def work_out(package: Package, sheets: Sheets) -> Working:
    """The whole count over these sheets (the package's own, or altered ones for a what-if)."""
    rule = package.rule
    if package.seats is None and any(group.quorum_share for group in rule.groups):
        raise PackageRefused("seats.csv", "办法按到会席位的比例定法定人数（quorum_share），缺少这个文件，请补上")
    recipe = recipe_for(rule, len(package.targets))
    counts = {target.target: count_target(recipe, sheets[target.target]) for target in package.targets}
    return finish(package, recipe, counts)


def finish(package: Package, recipe: Recipe, counts: Mapping[str, tuple[GroupCount, ...]]) -> Working:
    """From group scores to points."""
    working = place_all(package, recipe, counts)
    points: dict[str, Points] = {}
    for members in _ranking_groups(package.targets, working.standing).values():
        places = [working.places[target] for target in members]
        totals = {target: _total(working.parts[target]) for target in members}
        points.update(award_points(package.rule, places, totals))
    return replace(working, points=points)


def place_all(package: Package, recipe: Recipe, counts: Mapping[str, tuple[GroupCount, ...]]) -> Working:
    """From group scores to places, no points given."""
    rule = package.rule
    no_score = {t for t, own in counts.items() if all(count.exact is None for count in own)}
    short = {t for t, own in counts.items() if not _quorum_met(rule, own)}
    binding = counts.keys() - no_score - short
    scores = {target: [count.exact for count in own] for target, own in counts.items()}
    combined = combine_groups(rule, scores, binding)
    book = PartsBook(rule, package.components)
    parts = {target: book.of(target, combined.evaluation[target]) for target in counts}
    standing = {t.target: _standing(t, no_score, short, parts[t.target]) for t in package.targets}
    plain = _untrimmed_totals(rule, counts, binding, book, parts)
    places: dict[str, Place] = {}
    for members in _ranking_groups(package.targets, standing).values():
        contenders = [Contender(target=t, metrics=_metrics(rule, counts[t], parts[t], plain[t])) for t in members]
        places.update((place.target, place) for place in rank(contenders, rule.ranking.method))
    return Working(
        recipe=recipe,
        counts=counts,
        combined=combined,
        parts=parts,
        untrimmed=plain,
        standing=standing,
        places=places,
        points={},
    )


def _total(parts: Parts) -> Fraction:
    if parts.total is None:
        raise CannotTally("有参加排名的对象没有总分，请检查 components.csv")
    return parts.total


def _quorum_met(rule: Rule, counts: Sequence[GroupCount]) -> bool:
    """Valid ballots before trimming reach the group's number, and its share of present, unrecused seats."""
    for group, count in zip(rule.groups, counts, strict=True):
        valid = len(count.valid.ids)
        if valid < group.quorum_ballots or valid < group.quorum_share * (count.sheet.eligible or 0):
            return False
    return True


def _standing(target: Target, no_score: set[str], short: set[str], parts: Parts) -> Standing:
    if target.target in no_score:
        return Standing.NO_BALLOTS
    if target.target in short:
        return Standing.BELOW_QUORUM
    if not parts.complete:
        return Standing.INCOMPLETE
    return Standing.RANKED if target.ranked else Standing.APART


def _untrimmed_totals(
    rule: Rule,
    counts: Mapping[str, tuple[GroupCount, ...]],
    binding: set[str],
    book: PartsBook,
    parts: Mapping[str, Parts],
) -> dict[str, Fraction | None]:
    """Every total anew without trimming, where a tie-break asks for it; None where that has no result."""
    if not rule.trim.wanted or "untrimmed" not in rule.ranking.tie_break:
        return {target: own.total for target, own in parts.items()}
    scores = {target: [count.untrimmed for count in own] for target, own in counts.items()}
    try:
        evaluation = combine_groups(rule, scores, binding).evaluation
    except CannotTally:
        return dict.fromkeys(counts)
    return {target: book.of(target, evaluation[target]).total for target in counts}


def _ranking_groups(targets: Sequence[Target], standing: Mapping[str, Standing]) -> dict[str, list[str]]:
    """Ranked targets by ranking group, the groups as they first appear in targets.csv."""
    groups: dict[str, list[str]] = {}
    for target in targets:
        members = groups.setdefault(target.ranking_group, [])
        if standing[target.target] is Standing.RANKED:
            members.append(target.target)
    return groups


def _metrics(
    rule: Rule, counts: Sequence[GroupCount], parts: Parts, untrimmed: Fraction | None
) -> tuple[Fraction | None, ...]:
    total = _total(parts)
    compared = total
    if rule.ranking.on is Basis.PUBLISHED:
        compared = rounded(total, rule.rounding.places, rule.rounding.mode)
    known: dict[str, Fraction | None] = {
        **{group.key: count.exact for group, count in zip(rule.groups, counts, strict=True)},
        **dict(parts.components),
        "untrimmed": untrimmed,
        "more_decimals": total,
    }
    return (compared, *(known[key] for key in rule.ranking.tie_break))


def result_of(package: Package, working: Working) -> Result:
    """The working as it is published."""
    rule = package.rule
    targets = tuple(_target_result(rule, target.target, working) for target in package.targets)
    order = [
        place.target
        for members in _ranking_groups(package.targets, working.standing).values()
        for place in sorted((working.places[t] for t in members), key=lambda place: (place.above, place.target))
    ]
    return Result(
        engine=ENGINE,
        rule_sha256=rule.sha256,
        ballots_sha256=package.ballots_sha256,
        targets=targets,
        order=tuple(order),
        warnings=warnings_of(rule, targets, working.combined.dropped, working.places.values()),
    )


def _target_result(rule: Rule, target: str, working: Working) -> TargetResult:
    parts, place, points = working.parts[target], working.places.get(target), working.points.get(target)
    standing = working.standing[target]
    counts = zip(rule.groups, working.counts[target], strict=True)
    decided = None
    if place is not None:
        metrics = ("total", *rule.ranking.tie_break)
        decided = "shared" if place.decided is None else metrics[place.decided]
    return TargetResult(
        target=target,
        groups=tuple((group.key, _group_score(working.recipe, count)) for group, count in counts),
        components=parts.components,
        evaluation=_score(rule, working.combined.evaluation[target]),
        total=_score(rule, parts.total),
        rank=place.rank if place else None,
        rank_from_bottom=place.rank_from_bottom if place else None,
        tied_with=tuple(sorted(place.tied_with)) if place else (),
        decided_by=decided,
        points=points.points if points else None,
        points_because=points.because if points else (),
        state=standing,
    )


def _score(rule: Rule, exact: Fraction | None) -> Score:
    published = None if exact is None else printed(exact, rule.rounding.places, rule.rounding.mode)
    return Score(exact=exact, published=published)


def _group_score(recipe: Recipe, count: GroupCount) -> GroupScore:
    sheet = count.sheet
    high, low = dropped_labels(recipe, count)
    return GroupScore(
        received=sheet.received,
        counted=len(count.valid.ids) - (0 if recipe.by_criterion else len(high) + len(low)),
        abstained=len(sheet.abstained),
        dont_know=len(sheet.dont_know),
        recused=sheet.recused,
        spoiled=len(sheet.spoiled) + len(count.valid.voided),
        missing=_missing(sheet),
        dropped_high=high,
        dropped_low=low,
        trimmed=count.trimmed,
        exact=count.exact,
        published=_score(recipe.rule, count.exact).published,
        untrimmed=count.untrimmed,
        satisfaction=count.satisfaction,
    )


def _missing(sheet: Sheet) -> int | None:
    return None if sheet.seats is None or sheet.recused is None else sheet.seats - sheet.recused - sheet.received


def dropped_labels(recipe: Recipe, count: GroupCount) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who was dropped, sorted: seats or ballot ids, "J02:quality" where each criterion is trimmed by itself."""
    tails = [f":{criterion.key}" for criterion in recipe.rule.criteria] if recipe.by_criterion else [""]
    pairs = list(zip(count.means, tails, strict=True))
    high = sorted(mean.amounts.ids[i] + tail for mean, tail in pairs for i in mean.high)
    low = sorted(mean.amounts.ids[i] + tail for mean, tail in pairs for i in mean.low)
    return tuple(high), tuple(low)
