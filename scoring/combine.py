"""From group scores to the evaluation, from the evaluation and the other components to the total.

Everything is exact. An empty group is handled here by the rule's policy; a target that is below quorum, or that nobody
scored, neither stops the others nor takes a group from them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoring.result import CannotTally
from scoring.rows import ComponentRow
from scoring.rule import EmptyGroup, Rule
from scoring.words import listed, quoted

GroupScores = Mapping[str, Sequence[Fraction | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Combined:
    """`evaluation` of every target (None where it has none), and the positions of groups dropped for all."""

    evaluation: Mapping[str, Fraction | None]
    dropped: frozenset[int]


def combine_groups(rule: Rule, scores: GroupScores, binding: Collection[str]) -> Combined:
    """The evaluation of every target; `binding` are those whose empty groups count. Raises CannotTally."""
    policy = rule.combine.empty_group
    weights = [group.weight for group in rule.groups]
    empty = [(target, i) for target in scores if target in binding for i, s in enumerate(scores[target]) if s is None]
    dropped: frozenset[int] = frozenset()
    if empty and policy is EmptyGroup.ERROR:
        raise CannotTally(_empty(rule, empty))
    if policy is EmptyGroup.DROP_GROUP_FOR_ALL:
        dropped = frozenset(i for _, i in empty)
        if dropped and not sum((weight for i, weight in enumerate(weights) if i not in dropped), Fraction(0)):
            raise CannotTally(f"{_empty(rule, empty)}；去掉这些组以后没有剩下任何权重，请补票或改办法")
    evaluation: dict[str, Fraction | None] = {}
    for target, own in scores.items():
        if all(score is None for score in own):
            evaluation[target] = None
            continue
        live = [(weight, score) for i, (weight, score) in enumerate(zip(weights, own, strict=True)) if i not in dropped]
        evaluation[target] = _weighted(policy, live)
        if evaluation[target] is None and target in binding:
            raise CannotTally(f"{quoted(target)}只在权重为0的组有票，得不出分，请补票或改办法的权重")
    return Combined(evaluation=evaluation, dropped=dropped)


def _weighted(policy: EmptyGroup, live: Sequence[tuple[Fraction, Fraction | None]]) -> Fraction | None:
    """Weighted sum over the groups still in; None where an empty one may not be passed over."""
    if policy is EmptyGroup.ZERO:
        live = [(weight, Fraction(0) if score is None else score) for weight, score in live]
    elif policy is EmptyGroup.REWEIGHT_UNIT:
        live = [(weight, score) for weight, score in live if score is not None]
    given = [(weight, score) for weight, score in live if score is not None]
    base = sum((weight for weight, _ in given), Fraction(0))
    if len(given) < len(live) or not base:
        return None
    return sum((weight * score for weight, score in given), Fraction(0)) / base


def _empty(rule: Rule, empty: Sequence[tuple[str, int]]) -> str:
    places = listed((f"{quoted(target)}在{quoted(rule.groups[i].key)}组" for target, i in empty), 3)
    return f"{places}没有可用的票，得不出组分，请补票、重投，或改办法的 combine.empty_group"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the total of a target is made of. `components` are rescaled to 100, or the raw evaluation alone."""

    components: tuple[tuple[str, Fraction | None], ...]
    deductions: tuple[tuple[str, int], ...]
    total: Fraction | None

    @property
    def complete(self) -> bool:
        return all(value is not None for key, value in self.components if key != "evaluation")


class PartsBook:
    """The rows of components.csv, looked up by target."""

    def __init__(self, rule: Rule, rows: Sequence[ComponentRow]) -> None:
        self.rule = rule
        self.values = {(row.target, row.component): row.value for row in rows}

    def of(self, target: str, evaluation: Fraction | None) -> Parts:
        """The parts and the total of a target, given its evaluation."""
        rule = self.rule
        components: list[tuple[str, Fraction | None]] = []
        total: Fraction | None = Fraction(0)
        if not rule.components:
            components = [("evaluation", evaluation)]
            total = evaluation
        for component in rule.components:
            raw, best = evaluation, rule.evaluation_max
            if component.key != "evaluation":
                written = self.values.get((target, component.key))
                raw, best = None if written is None else Fraction(written), component.max
            value = None if raw is None else raw * 100 / best
            components.append((component.key, value))
            total = None if total is None or value is None else total + component.weight * value
        deductions = tuple((item.key, int(self.values.get((target, item.key), "0"))) for item in rule.deductions)
        if total is not None:
            for item, (_, times) in zip(rule.deductions, deductions, strict=True):
                total += item.points * times
        return Parts(components=tuple(components), deductions=deductions, total=total)
