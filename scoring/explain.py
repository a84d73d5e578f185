"""The explanation of one target's score: a tree whose leaves are ballots and whose every node adds up exactly.

    {"what", "formula", "parameters", "exact", "published", "children"}

`recombine(node)` computes a node's exact value from its children alone, by the formula it names; children without a
value add nothing. Formulas: weighted_sum (each child's `weight` x value), rescale (value x 100 / `max`), mean (the
counted children / `denominator`), share_band, judge_total (`marks` x `weights`), given. Beside the tree stand the gaps
to the neighbours and the place under other rules (`gaps.py`, `what_if.py`), and the whole in Chinese words.
"""

from fractions import Fraction
from typing import Any

from scoring.count import GroupCount, Mean, Recipe
from scoring.gaps import effective_weights, gap, in_words, neighbours
from scoring.number import printed
from scoring.package import Package
from scoring.result import exact_text
from scoring.rule import BallotKind, Denominator, MissingCriterion, Rule
from scoring.tally import Working, work_out
from scoring.what_if import alternatives
from scoring.words import listed, quoted

Node = dict[str, Any]


class NoSuchTarget(ValueError):
    """Nothing of that name was scored."""


def explain(package: Package, target: str) -> dict[str, Any]:
    """The tree of a target, the gaps to its neighbours, and its place under alternatives, ready to print."""
    names = [row.target for row in package.targets]
    if target not in names:
        raise NoSuchTarget(f"没有{quoted(target)}这个对象，请写 {listed(names, 12)} 之一")
    working = work_out(package, package.sheets)
    above, below = neighbours(package, working, target)
    gaps = {
        "above": None if above is None else gap(package, working, target, above),
        "below": None if below is None else gap(package, working, target, below),
    }
    other = alternatives(package, working, target)
    return {
        "target": target,
        "state": str(working.standing[target]),
        "words": list(in_words(package, working, target, gaps, other)),
        "tree": tree(package.rule, working, target),
        "gaps": gaps,
        "alternatives": other,
    }


def tree(rule: Rule, working: Working, target: str) -> Node:
    parts = working.parts[target]
    children = []
    if not rule.components:
        evaluation = _evaluation(rule, working, target)
        evaluation["parameters"]["weight"] = "1"
        children.append(evaluation)
    for component, (_, value) in zip(rule.components, parts.components, strict=False):
        best = rule.evaluation_max if component.key == "evaluation" else component.max
        parameters = {"component": component.key, "weight": str(component.weight), "max": str(best)}
        inner = _evaluation(rule, working, target) if component.key == "evaluation" else None
        if inner is None:
            raw = None if value is None else value * best / 100
            inner = _node(rule, "value", "given", {"component": component.key}, raw, [])
        children.append(_node(rule, "component", "rescale", parameters, value, [inner]))
    for item, (_, times) in zip(rule.deductions, parts.deductions, strict=True):
        parameters = {"deduction": item.key, "name": item.name, "weight": str(times)}
        children.append(_node(rule, "deduction", "given", parameters, item.points, []))
    rounding = {"places": rule.rounding.places, "mode": str(rule.rounding.mode)}
    return _node(rule, "total", "weighted_sum", {"target": target, **rounding}, parts.total, children)


def _node(
    rule: Rule, what: str, formula: str, parameters: dict[str, Any], exact: Fraction | None, children: list[Node]
) -> Node:
    published = None if exact is None else printed(exact, rule.rounding.places, rule.rounding.mode)
    return {
        "what": what,
        "formula": formula,
        "parameters": parameters,
        "exact": exact_text(exact),
        "published": published,
        "children": children,
    }


def _evaluation(rule: Rule, working: Working, target: str) -> Node:
    weights = effective_weights(rule, working, target)
    children = []
    for i, (group, count) in enumerate(zip(rule.groups, working.counts[target], strict=True)):
        parameters = {
            "group": group.key,
            "name": group.name,
            "weight": str(weights[i]),
            "rule_weight": str(group.weight),
            "dropped_for_all": i in working.combined.dropped,
        }
        children.append(_group(working.recipe, count, parameters))
    policy = {"empty_group": str(rule.combine.empty_group)}
    return _node(rule, "evaluation", "weighted_sum", policy, working.combined.evaluation[target], children)


def _group(recipe: Recipe, count: GroupCount, parameters: dict[str, Any]) -> Node:
    rule = recipe.rule
    parameters |= {
        "trimmed": count.trimmed,
        "high": rule.trim.high,
        "low": rule.trim.low,
        "min_ballots": rule.trim.min_ballots,
        "unit": str(rule.trim.unit),
        "scope": str(rule.trim.scope),
        "untrimmed": exact_text(count.untrimmed),
    }
    aside = _set_aside(rule, count)
    if recipe.by_criterion:
        criteria = [_criterion(recipe, count, c) for c in range(len(rule.criteria))]
        return _node(rule, "group", "weighted_sum", parameters, count.exact, [*criteria, *aside])
    mean = count.means[0]
    parameters["denominator"] = str(_denominator(rule, count))
    formula = "mean"
    if rule.share_bands:
        formula = "share_band"
        parameters["grade"] = rule.grades[0].key
        parameters["bands"] = [[str(band.min_share), str(band.points)] for band in rule.share_bands]
    leaves = [_ballot(recipe, count, mean, i) for i in range(len(mean.amounts.ids))]
    return _node(rule, "group", formula, parameters, count.exact, [*leaves, *aside])


def _criterion(recipe: Recipe, count: GroupCount, c: int) -> Node:
    """One criterion trimmed by itself: its leaves are the ballots' marks for it."""
    criterion, mean = recipe.rule.criteria[c], count.means[c]
    leaves = [
        _node(
            recipe.rule,
            "ballot",
            "given",
            {"id": who, "status": _status(mean, i), "criterion": criterion.key},
            mean.amounts.values[i] * mean.amounts.unit,
            [],
        )
        for i, who in enumerate(mean.amounts.ids)
    ]
    parameters = {"criterion": criterion.key, "name": criterion.name, "weight": str(recipe.factors[c])}
    parameters["denominator"] = str(mean.kept)
    return _node(recipe.rule, "criterion", "mean", parameters, mean.exact, leaves)


def _denominator(rule: Rule, count: GroupCount) -> int:
    kept = count.means[0].kept
    if rule.ballot.kind is BallotKind.GRADES and rule.grading.denominator is Denominator.VALID_PLUS_ABSTAIN:
        return kept + len(count.sheet.abstained)
    return kept


def _status(mean: Mean, i: int) -> str:
    return "dropped_high" if i in mean.high else "dropped_low" if i in mean.low else "counted"


def _ballot(recipe: Recipe, count: GroupCount, mean: Mean, i: int) -> Node:
    """A valid ballot with its total; blanks that were made up from the panel's mean are named."""
    rule, valid = recipe.rule, count.valid
    parameters: dict[str, Any] = {"id": mean.amounts.ids[i], "status": _status(mean, i)}
    total = mean.amounts.values[i] * mean.amounts.unit
    if rule.ballot.kind is not BallotKind.POINTS:
        index = valid.columns[0][i]
        word = "grade" if rule.ballot.kind is BallotKind.GRADES else "place"
        parameters[word] = rule.grades[index or 0].key if word == "grade" else str(index)
        return _node(rule, "ballot", "given", parameters, total, [])
    marks = {c.key: column[i] for c, column in zip(rule.criteria, valid.columns, strict=True)}
    given = {key: mark for key, mark in marks.items() if mark is not None}
    share = sum((c.weight for c in rule.criteria if c.key in given), Fraction(0))
    parameters["marks"] = {key: str(Fraction(mark, valid.scale)) for key, mark in given.items()}
    parameters["weights"] = {
        c.key: str(factor / share) for c, factor in zip(rule.criteria, recipe.factors, strict=True) if c.key in given
    }
    if not count.sheet.whole and rule.ballot.missing_criterion is MissingCriterion.IMPUTE_PANEL_MEAN:
        at = count.sheet.ids.index(mean.amounts.ids[i])
        blank = [c.key for c, column in zip(rule.criteria, count.sheet.columns, strict=True) if column[at] is None]
        parameters["imputed"] = blank
    return _node(rule, "ballot", "judge_total", parameters, total, [])


def _set_aside(rule: Rule, count: GroupCount) -> list[Node]:
    """The ballots that never reach the mean, each with the reason."""
    sheet = count.sheet
    reasons = (
        ("spoiled", sorted((*sheet.spoiled, *count.valid.voided))),
        ("abstained", sheet.abstained),
        ("dont_know", sheet.dont_know),
        ("recused", sheet.set_aside),
        ("late", sheet.late),
    )
    leaves = [
        _node(rule, "ballot", "given", {"id": who, "status": status}, None, [])
        for status, judges in reasons
        for who in judges
    ]
    for who, version in sheet.superseded:
        parameters = {"id": who, "status": "superseded", "version": version}
        leaves.append(_node(rule, "ballot", "given", parameters, None, []))
    return leaves


def recombine(node: Node) -> Fraction | None:
    """A node's exact value from its children (a ballot's from its marks), by the formula it names."""
    children, parameters = node["children"], node["parameters"]
    values = [(child["parameters"], Fraction(child["exact"])) for child in children if child["exact"] is not None]
    match node["formula"]:
        case "weighted_sum":
            return sum((Fraction(own["weight"]) * value for own, value in values), Fraction(0))
        case "rescale":
            return values[0][1] * 100 / Fraction(parameters["max"]) if values else None
        case "mean":
            counted = [value for own, value in values if own["status"] == "counted"]
            base = int(parameters["denominator"])
            return sum(counted, Fraction(0)) / base if base else None
        case "share_band":
            base = int(parameters["denominator"])
            if not base:
                return None
            best = sum(1 for own, _ in values if own["grade"] == parameters["grade"])
            reached = [band for band in parameters["bands"] if Fraction(band[0]) <= Fraction(best, base)]
            return Fraction(max(reached, key=lambda band: Fraction(band[0]))[1])
        case "judge_total":
            weights = parameters["weights"]
            marks = parameters["marks"].items()
            return sum((Fraction(mark) * Fraction(weights[key]) for key, mark in marks), Fraction(0))
        case _:
            return None if node["exact"] is None else Fraction(node["exact"])
