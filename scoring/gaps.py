"""How far a target is from its neighbours, and what makes the distance; the explanation in a few sentences.

A gap is exact and adds up: by component and deduction to the whole, by group to the evaluation's part of it. Nothing
here is official.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from scoring.number import printed
from scoring.package import Package
from scoring.result import Standing, exact_text
from scoring.rule import EmptyGroup, Rule
from scoring.tally import Working
from scoring.words import listed

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
    readings = [("不去最高最低", other["untrimmed"]), ("取中位数", other["median"])] if rule.trim.wanted else []
    said = [f"{words}，是第{rank}名" for words, rank in readings if rank is not None]
    if said:
        yield f"{'；'.join(said)}。"
    yield from one_judge_less(other)


def one_judge_less(other: Mapping[str, Any]) -> Iterator[str]:
    """Where the place would be without any one of the judges; nothing while none can be spared."""
    if other["one_judge"]:
        best, worst = other["one_judge"]
        same = f"都是第{best}名" if best == worst else f"名次在第{best}至第{worst}名之间"
        lost = sum(1 for rank in other["judges"].values() if rank is None)
        yield f"有{lost}位评委少了就得不出名次；少其他任何一位，{same}。" if lost else f"少任何一位评委，{same}。"


def _mainly(rule: Rule, gap_: Mapping[str, Any], sign: int) -> str:
    """The group, component or deduction that makes most of a gap; empty where none goes its way."""
    names = {group.key: f"{group.name}组".replace("组组", "组") for group in rule.groups}
    names |= {item.key: item.name for item in rule.deductions}
    parts = {**gap_["groups"], **gap_["components"], **gap_["deductions"]}
    parts.pop("evaluation", None)
    best = max(parts, key=lambda key: (sign * Fraction(parts[key]), key))
    return names.get(best, best) if sign * Fraction(parts[best]) > 0 else ""
