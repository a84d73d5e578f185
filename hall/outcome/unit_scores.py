"""Where projects are scored, not units (hard case 47): a unit's score is the mean over its projects that have a place.

Pure: from the lines of one version to one line a unit, with its working; exact until it is printed. Units with different
numbers of projects are compared by their means; what was not ranked is left out and never zero. Places are 1224 on the
exact mean. Points are those that the rule gave to the projects, as they are booked: the sum, with each of them named.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from hall.outcome.board import Board, Line
from office.export import csv_of
from office.points import signed
from scoring.number import printed, rounded
from scoring.rank import Contender, rank
from scoring.rollup import Roll, RollUp, roll_up
from scoring.rule import RankMethod, Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitScore:
    """`score` as printed, empty while nothing of the unit has a place; `n` of its `of` projects have one."""

    unit: str
    name: str
    ranking_group: str
    place: str
    score: str
    exact: Fraction | None
    working: str
    n: int
    of: int
    points: str
    left_out: tuple[str, ...]


def are_projects(lines: Iterable[Line]) -> bool:
    """Whether any unit has several targets: only then is there a unit's score beside the ranking."""
    units = [one.unit for one in lines]
    return len(set(units)) < len(units)


def unit_scores(shown: Board) -> tuple[UnitScore, ...]:
    """Every unit of a version, the best first within its ranking group; none where each unit is one target."""
    everything = (*shown.ranked, *shown.others)
    if not are_projects(everything):
        return ()
    found: list[UnitScore] = []
    for group in dict.fromkeys(one.ranking_group for one in everything):
        found += _of_group(group, [one for one in shown.ranked if one.ranking_group == group],
                           [one for one in shown.others if one.ranking_group == group], shown.rule)
    return tuple(found)


def unit_scores_csv(scores: Sequence[UnitScore]) -> bytes:
    return csv_of(["名次", "单位", "得分", "精确值", "项目数", "怎么算的", "考绩分", "不计入的项目"],
                  ((one.place, one.name, one.score, "" if one.exact is None else str(one.exact), str(one.n), one.working,
                    one.points, "、".join(one.left_out)) for one in scores))


def _of_group(group: str, ranked: list[Line], others: list[Line], rule: Rule) -> list[UnitScore]:
    units = dict.fromkeys(one.unit for one in (*ranked, *others))
    unseen = {one.unit for one in ranked if one.exact is None}  # a secret total: what is left would be another's mean
    means = roll_up(RollUp.MEAN, (Roll(item=one.target, parent=one.unit, score=one.exact) for one in ranked
                                  if one.unit not in unseen))
    places = {one.target: str(one.rank) for one in rank(
        [Contender(target=unit, metrics=(score,)) for unit, (score, _) in means.items()], RankMethod.STANDARD)}
    return sorted((_unit(unit, group, [one for one in ranked if one.unit == unit],
                         [one for one in others if one.unit == unit], means.get(unit), places.get(unit, ""), rule)
                   for unit in units), key=lambda one: (one.exact is None, -(one.exact or 0)))


def _unit(unit: str, group: str, ranked: list[Line], others: list[Line], mean: tuple[Fraction, int] | None, place: str,
          rule: Rule) -> UnitScore:
    score = printed(mean[0], rule.rounding.places, rule.rounding.mode) if mean is not None else ""
    given = [one for one in ranked if one.points]
    points = sum((Fraction(one.points) for one in given), Fraction(0))
    return UnitScore(
        unit=unit, name=(ranked or others)[0].unit_name, ranking_group=group, place=place, score=score,
        exact=None if mean is None else mean[0], n=mean[1] if mean else 0, of=len(ranked) + len(others),
        working=_working(ranked, mean, score, rule), points=signed(points) if given else "",
        left_out=tuple(f"{one.name}（{one.state}）" if one.state else one.name for one in others))


def _working(ranked: list[Line], mean: tuple[Fraction, int] | None, score: str, rule: Rule) -> str:
    """`（甲 91.20＋乙 88.40）÷2＝89.80`; it says so where only the exact totals add up to it."""
    if mean is None:
        return ""
    if len(ranked) == 1:
        return f"只有1个项目：{ranked[0].name} {ranked[0].total}"
    printed_sum = sum((rounded(one.exact or Fraction(0), rule.rounding.places, rule.rounding.mode) for one in ranked),
                      Fraction(0))
    adds_up = printed(printed_sum / len(ranked), rule.rounding.places, rule.rounding.mode) == score
    return (f"（{'＋'.join(f'{one.name} {one.total}' for one in ranked)}）÷{len(ranked)}＝{score}"
            f"{'' if adds_up else '（按没有四舍五入的总分算）'}")

