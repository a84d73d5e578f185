"""From the group scores of many panels to places: empty groups, components, tie-breaks, ranks (1, 2, 2, 4).

Who is ranked at all stays as it was officially: quorum and attendance are facts of the sitting, not of the draw. A panel
under which the rule gives no result is void. Totals closer than a billionth of the scale are equal: that is rounding.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from advisory.panels import Hall, Panels, group_scores, hall_of
from advisory.table import Bools, Floats, Ints, level_runs
from scoring.number import RoundingMode
from scoring.package import Package
from scoring.result import Standing
from scoring.rule import Basis, EmptyGroup, Rounding, Rule
from scoring.tally import Working

SAME = 1e-9
WITH_A_SAY = (Standing.RANKED, Standing.APART, Standing.INCOMPLETE)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Contest:
    """What turns group scores into places. `offset` is all of the total that is not balloted, by target."""

    rule: Rule
    hall: Hall
    ranking_groups: tuple[Ints, ...]
    share: float
    offset: Floats
    components: Mapping[str, Floats]
    scale: float


def contest_of(package: Package, working: Working) -> Contest:
    """The contest among the targets that have a say in the count; ranked ones by ranking group."""
    rule = package.rule
    rows = sorted((row for row in package.targets if working.standing[row.target] in WITH_A_SAY), key=lambda r: r.target)
    targets = [row.target for row in rows]
    groups: dict[str, list[int]] = {}
    for t, row in enumerate(rows):
        if working.standing[row.target] is Standing.RANKED:
            groups.setdefault(row.ranking_group, []).append(t)
    share = Fraction(1)
    if rule.components:
        share = rule.component("evaluation").weight * 100 / rule.evaluation_max
    parts = [working.parts[target] for target in targets]
    evaluations = [working.combined.evaluation[target] for target in targets]
    offset = [
        float(part.total - share * evaluation) if part.total is not None and evaluation is not None else np.nan
        for part, evaluation in zip(parts, evaluations, strict=True)
    ]
    fixed = {
        component.key: np.array([_or_nan(dict(part.components)[component.key]) for part in parts])
        for component in rule.components
        if component.key != "evaluation"
    }
    return Contest(
        rule=rule,
        hall=hall_of(working.recipe, working.counts, targets),
        ranking_groups=tuple(np.array(members, dtype=np.int64) for members in groups.values()),
        share=float(share),
        offset=np.array(offset, dtype=np.float64),
        components=fixed,
        scale=max(1.0, float(abs(rule.evaluation_max) * share)),
    )


def _or_nan(value: Fraction | None) -> float:
    return float("nan") if value is None else float(value)


def places_of(contest: Contest, panels: Panels) -> tuple[Ints, Bools]:
    """Places (targets x panels, 0 where there is none), and which panels have a result at all."""
    rule = contest.rule
    scores = group_scores(contest.hall, panels)
    evaluation, sound = combine(rule, scores)
    total = contest.share * evaluation + contest.offset[:, None]
    metrics = [_compared(rule, total, contest.scale)]
    for key in rule.ranking.tie_break:
        metrics.append(_same_when_close(_metric(contest, key, panels, scores, evaluation, total), contest.scale))
    places = np.zeros(total.shape, dtype=np.int64)
    for members in contest.ranking_groups:
        places[members] = _ranks([metric[members] for metric in metrics])
    places[np.isnan(total) | ~sound[None, :]] = 0
    return places, sound


def combine(rule: Rule, scores: Floats) -> tuple[Floats, Bools]:
    """Evaluations (targets x panels, NaN for a target without a score), and which panels have a result."""
    weights = np.array([float(group.weight) for group in rule.groups])
    empty: Bools = np.isnan(scores)
    nothing: Bools = np.asarray(empty.all(axis=0))
    gap = empty & ~nothing
    policy = rule.combine.empty_group
    sound: Bools = np.ones(scores.shape[2], dtype=np.bool_)
    live = np.broadcast_to(weights[:, None, None], scores.shape)
    if gap.any():
        if policy is EmptyGroup.ERROR:
            sound = np.asarray(~gap.any(axis=(0, 1)))
        elif policy is EmptyGroup.DROP_GROUP_FOR_ALL:
            live = np.where(gap.any(axis=1, keepdims=True), 0.0, live)
        elif policy is EmptyGroup.REWEIGHT_UNIT:
            live = np.where(empty, 0.0, live)
    base = live.sum(axis=0)
    sums = (live * np.where(empty, 0.0, scores)).sum(axis=0)
    ok = (base > 0) & ~nothing
    return np.where(ok, sums / np.where(ok, base, 1.0), np.nan), sound & ((base > 0) | nothing).all(axis=0)


def _metric(
    contest: Contest, key: str, panels: Panels, scores: Floats, evaluation: Floats, total: Floats
) -> Floats:
    """A tie-break's metric, targets x panels."""
    rule = contest.rule
    keys = [group.key for group in rule.groups]
    if key in keys:
        return np.asarray(scores[keys.index(key)])
    if key == "more_decimals":
        return total
    if key == "untrimmed":
        plain, sound = combine(rule, group_scores(contest.hall, panels, trimmed=False))
        return np.where(sound[None, :], contest.share * plain + contest.offset[:, None], np.nan)
    if key in contest.components:
        return np.broadcast_to(contest.components[key][:, None], total.shape)
    return evaluation


def _same_when_close(values: Floats, scale: float) -> Floats:
    near: Floats = np.rint(values / (SAME * scale))
    return near


def _compared(rule: Rule, total: Floats, scale: float) -> Floats:
    exact = rule.ranking.on is Basis.EXACT
    return _same_when_close(total, scale) if exact else rounded(total, rule.rounding, scale)


def rounded(total: Floats, rounding: Rounding, scale: float) -> Floats:
    """The published total in units of its last place; what is within rounding noise of a half counts as the half."""
    steps = np.abs(total) * 10.0**rounding.places
    halves = np.rint(steps * 2)
    noise = min(0.01, SAME * scale * 10.0**rounding.places)
    steps = np.where(np.abs(steps * 2 - halves) < noise, halves / 2, steps)
    match rounding.mode:
        case RoundingMode.HALF_UP:
            whole = np.floor(steps + 0.5)
        case RoundingMode.HALF_EVEN:
            whole = np.rint(steps)
        case RoundingMode.DOWN:
            whole = np.floor(steps)
    return np.where(total < 0, -whole, whole)


def _ranks(metrics: Sequence[Floats]) -> Ints:
    """Places 1, 2, 2, 4 of targets x panels by metrics in order, higher first, NaN last."""
    keys = [np.where(np.isnan(metric), np.inf, -metric).T for metric in metrics]
    if len(keys) == 1:
        order = np.argsort(keys[0], axis=1, kind="stable")
    else:
        order = np.lexsort(keys[::-1], axis=1)
    # Number the distinct lists of metrics in order, then take the first place of each number.
    step = np.zeros(order.shape, dtype=np.int64)
    for key in keys:
        ordered = np.take_along_axis(key, order, axis=1)
        step[:, 1:] |= ordered[:, 1:] != ordered[:, :-1]
    first, _ = level_runs(np.cumsum(step, axis=1))
    ranks = np.empty(order.shape, dtype=np.int64)
    np.put_along_axis(ranks, order, first + 1, axis=1)
    return ranks.T
