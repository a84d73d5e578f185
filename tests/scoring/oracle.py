"""A second, slow and literal reading of the contract, to compare the engine with. Shares no arithmetic with it.

Everything is a Fraction, every step a loop over plain dicts; sentences of the contract stand beside the code.
Takes the package as it is (checked elsewhere) and gives the printed JSON's `targets` and `order`.
"""

from fractions import Fraction
from typing import Any

from scoring.package import Package

F = Fraction


class NoResult(Exception):
    pass


def recount(package: Package) -> dict[str, Any]:
    rule = package.rule
    secret = {g.key: g.secret for g in rule.groups}
    papers: dict[tuple[str, str, str], dict[int, dict[str, Any]]] = {}
    for row in package.ballots:
        who = row.ballot if secret[row.group] else row.seat
        versions = papers.setdefault((row.group, who, row.target), {})
        paper = versions.setdefault(int(row.version), {"state": row.state, "marks": {}})
        paper["marks"][row.criterion] = row.value
    recused = {(r.seat, r.target) for r in package.recusals}
    for s in package.seats or ():
        for t in package.targets:
            if s.unit and s.unit in (t.unit, t.parent_unit):
                recused.add((s.seat, t.target))

    cells: dict[tuple[str, str], dict[str, Any]] = {}
    for t in package.targets:
        for g in rule.groups:
            cells[t.target, g.key] = cell(package, t.target, g, papers, recused)
    trimmed = {t.target: group_scores(rule, t.target, cells, rule.trim.high, rule.trim.low) for t in package.targets}
    plain = {t.target: group_scores(rule, t.target, cells, 0, 0) for t in package.targets}

    short = {t.target for t in package.targets if not quorum(rule, t.target, cells)}
    empty = {t for t, own in trimmed.items() if all(x["score"] is None for x in own.values())}
    binding = [t.target for t in package.targets if t.target not in short | empty]
    evaluation, dropped = evaluate(rule, {t: {g: x["score"] for g, x in own.items()} for t, own in trimmed.items()}, binding)
    try:
        bare, _ = evaluate(rule, {t: {g: x["score"] for g, x in own.items()} for t, own in plain.items()}, binding)
    except NoResult:
        bare = dict.fromkeys(evaluation)

    out: dict[str, Any] = {}
    metrics: dict[str, list[Fraction | None]] = {}
    groups_in_order: dict[str, list[str]] = {}
    for t in package.targets:
        key = t.target
        parts, total = totals(package, key, evaluation[key])
        _, untrimmed_total = totals(package, key, bare[key])
        incomplete = any(v is None for k, v in parts.items() if k != "evaluation")
        state = (
            "no_ballots" if key in empty
            else "below_quorum" if key in short
            else "incomplete" if incomplete
            else "apart" if not t.ranked
            else "ranked"
        )
        if state in ("no_ballots", "incomplete"):
            total = None
        out[key] = {
            "groups": {g.key: protocol(rule, key, g, cells, trimmed[key][g.key], plain[key][g.key]) for g in rule.groups},
            "components": {k: text(v) for k, v in parts.items()},
            "evaluation": {"exact": text(evaluation[key]), "published": rounded(rule, evaluation[key])},
            "total": {"exact": text(total), "published": rounded(rule, total)},
            "rank": None, "rank_from_bottom": None, "tied_with": [], "decided_by": None,
            "points": None, "points_because": [], "state": state,
        }
        groups_in_order.setdefault(t.ranking_group, [])
        if state == "ranked":
            groups_in_order[t.ranking_group].append(key)
            first = total if rule.ranking.on == "exact" else F(rounded(rule, total) or "0")
            known = {**{g: x["score"] for g, x in trimmed[key].items()}, **parts,
                     "untrimmed": untrimmed_total, "more_decimals": total}
            metrics[key] = [first, *(known[m] for m in rule.ranking.tie_break)]
    order: list[str] = []
    for members in groups_in_order.values():
        order += place(rule, members, metrics, out)
    return {"targets": out, "order": order, "dropped": dropped}


def text(value: Fraction | None) -> str | None:
    return None if value is None else str(value)


def rounded(rule: Any, value: Fraction | None) -> str | None:
    """By absolute value; once, at the end; no minus sign on zero."""
    if value is None:
        return None
    places, mode = rule.rounding.places, rule.rounding.mode
    size = abs(value) * 10**places
    whole = size.numerator // size.denominator
    rest = size - whole
    if mode == "half_up" and rest >= F(1, 2):
        whole += 1
    if mode == "half_even" and (rest > F(1, 2) or (rest == F(1, 2) and whole % 2)):
        whole += 1
    digits = str(whole).zfill(places + 1)
    body = digits if not places else digits[:-places] + "." + digits[-places:]
    return ("-" if value < 0 and whole else "") + body


def cell(package: Package, key: str, g: Any, papers: Any, recused: Any) -> dict[str, Any]:
    """Everything about one group and one target before trimming."""
    rule = package.rule
    found: dict[str, Any] = {"valid": {}, "abstain": 0, "dont_know": 0, "spoiled": 0, "received": 0}
    sent = {}
    for (group, who, target), versions in papers.items():
        if group != g.key or target != key or (not g.secret and (who, key) in recused):
            continue
        live = [v for v, paper in versions.items() if paper["state"] != "late"]
        if live:
            sent[who] = versions[max(live)]
    found["received"] = len(sent)
    given: dict[str, dict[str, Fraction]] = {}
    for who, paper in sent.items():
        if paper["state"] != "submitted":
            found[paper["state"]] += 1
        elif rule.ballot.kind == "points":
            given[who] = {c: F(v) for c, v in paper["marks"].items() if v != ""}
        elif rule.ballot.kind == "grades":
            found["valid"][who] = {"": paper["marks"][""]}
        else:
            n = int(paper["marks"][""])
            found["valid"][who] = {"": rule.places[n - 1] if n <= len(rule.places) else F(0)}
    if rule.ballot.kind == "points":
        for who, marks in given.items():
            complete = completed(rule, marks, given)
            if complete is None:
                found["spoiled"] += 1
            else:
                found["valid"][who] = complete
    if g.secret:
        found["recused"] = found["missing"] = None
    else:
        if package.seats is None:
            members = {who for (group, who, _) in papers if group == g.key}
            found["missing"] = None
            found["recused"] = sum((who, key) in recused for who in members)
        else:
            mine = [s for s in package.seats if s.group == g.key]
            found["recused"] = sum((s.seat, key) in recused for s in mine)
            found["missing"] = len(mine) - found["recused"] - found["received"]
            found["present"] = sum(s.present and (s.seat, key) not in recused for s in mine)
    return found


def completed(rule: Any, marks: Any, given: Any) -> Any:
    keys = [c.key for c in rule.criteria]
    if not marks:
        return None
    if all(k in marks for k in keys):
        return marks
    match rule.ballot.missing_criterion:
        case "void_ballot":
            return None
        case "renormalise":
            if rule.trim.unit == "judge_total" and sum(c.weight for c in rule.criteria if c.key in marks) == 0:
                return None
            return marks
    filled = dict(marks)
    for k in keys:
        if k not in filled:
            others = [m[k] for m in given.values() if k in m]
            if not others:
                return None
            filled[k] = sum(others, F(0)) / len(others)
    return filled


def scaled(rule: Any, key: str, mark: Fraction) -> Fraction:
    """A mark counts as mark x ballot max / own max."""
    c = rule.criterion(key)
    return mark if c.max == rule.ballot.max else mark * rule.ballot.max / c.max


def value_of(rule: Any, marks: Any) -> Fraction:
    if rule.ballot.kind == "grades":
        points: Fraction = rule.grade(marks[""]).points
        return points
    if rule.ballot.kind == "ranking":
        place: Fraction = marks[""]
        return place
    weights = {c.key: c.weight for c in rule.criteria if c.key in marks}
    return sum((w * scaled(rule, k, marks[k]) for k, w in weights.items()), F(0)) / sum(weights.values())


def group_scores(rule: Any, key: str, cells: Any, high: int, low: int) -> dict[str, Any]:
    by_criterion = rule.ballot.kind == "points" and rule.trim.unit == "criterion"
    jobs = [c.key for c in rule.criteria] if by_criterion else [None]
    out: dict[str, Any] = {g.key: {"high": [], "low": [], "trimmed": False, "parts": []} for g in rule.groups}
    for job in jobs:
        pools = [[g] for g in rule.groups] if rule.trim.scope == "group" else [list(rule.groups)]
        for pool in pools:
            items = []
            for g in pool:
                position = rule.groups.index(g)
                for who, marks in cells[key, g.key]["valid"].items():
                    if job is None:
                        items.append((value_of(rule, marks), position, who, g.key))
                    elif job in marks:
                        items.append((marks[job], position, who, g.key))
            items.sort()
            low_items, kept, high_items = [], items, []
            if high + low and len(items) >= rule.trim.min_ballots:
                low_items, high_items = items[:low], items[len(items) - high:]
                kept = items[low:len(items) - high]
                for g in pool:
                    if any(item[3] == g.key for item in items):
                        out[g.key]["trimmed"] = True
            tail = "" if job is None else f":{job}"
            for g in pool:
                own = out[g.key]
                own["high"] += [i[2] + tail for i in high_items if i[3] == g.key]
                own["low"] += [i[2] + tail for i in low_items if i[3] == g.key]
                own["parts"].append([i for i in kept if i[3] == g.key])
    for g in rule.groups:
        own = out[g.key]
        own["score"] = group_score(rule, cells[key, g.key], own, jobs)
    return out


def group_score(rule: Any, found: Any, own: Any, jobs: Any) -> Fraction | None:
    if jobs != [None]:
        if not all(own["parts"]):
            return None
        total = F(0)
        for c, part in zip(rule.criteria, own["parts"], strict=True):
            total += c.weight * scaled(rule, c.key, sum((i[0] for i in part), F(0)) / len(part))
        return total
    part = own["parts"][0]
    if rule.ballot.kind != "grades":
        return sum((i[0] for i in part), F(0)) / len(part) if part else None
    if found["valid"] and not part:
        return None
    base = len(part) + (found["abstain"] if rule.grading.denominator == "valid_plus_abstain" else 0)
    if not base:
        return None
    if rule.share_bands:
        first = sum(found["valid"][i[2]][""] == rule.grades[0].key for i in part)
        return next(b.points for b in sorted(rule.share_bands, key=lambda b: -b.min_share) if b.min_share <= F(first, base))
    return sum((i[0] for i in part), F(0)) / base


def quorum(rule: Any, key: str, cells: Any) -> bool:
    for g in rule.groups:
        found = cells[key, g.key]
        if len(found["valid"]) < g.quorum_ballots:
            return False
        if g.quorum_share and len(found["valid"]) < g.quorum_share * found["present"]:
            return False
    return True


def evaluate(rule: Any, scores: Any, binding: Any) -> tuple[dict[str, Fraction | None], set[str]]:
    policy = rule.combine.empty_group
    holes = {g for t in binding for g, s in scores[t].items() if s is None}
    if holes and policy == "error":
        raise NoResult
    gone = holes if policy == "drop_group_for_all" else set()
    weights = {g.key: g.weight for g in rule.groups if g.key not in gone}
    if gone and not sum(weights.values()):
        raise NoResult
    out: dict[str, Fraction | None] = {}
    for t, own in scores.items():
        if all(s is None for s in own.values()):
            out[t] = None
            continue
        used = dict(weights)
        value = F(0)
        if policy == "reweight_unit":
            used = {g: w for g, w in weights.items() if own[g] is not None}
        if not sum(used.values()):
            if t in binding:
                raise NoResult
            out[t] = None
            continue
        if policy in ("error", "drop_group_for_all") and any(own[g] is None for g in used):
            out[t] = None
            continue
        for g, w in used.items():
            value += w * (own[g] or 0)
        out[t] = value / sum(used.values())
    return out, gone


def totals(package: Package, key: str, evaluation: Fraction | None) -> tuple[dict[str, Fraction | None], Fraction | None]:
    rule = package.rule
    given = {r.component: r.value for r in package.components if r.target == key}
    parts: dict[str, Fraction | None] = {}
    if not rule.components:
        parts["evaluation"] = evaluation
        total = evaluation
    else:
        for c in rule.components:
            if c.key == "evaluation":
                parts[c.key] = None if evaluation is None else evaluation * 100 / rule.evaluation_max
            else:
                parts[c.key] = F(given[c.key]) * 100 / c.max if c.key in given else None
        total = None
        if all(v is not None for v in parts.values()):
            total = sum((c.weight * (parts[c.key] or F(0)) for c in rule.components), F(0))
    if total is not None:
        for d in rule.deductions:
            total += d.points * int(given.get(d.key, 0))
    return parts, total


def protocol(rule: Any, key: str, g: Any, cells: Any, own: Any, plain: Any) -> dict[str, Any]:
    found = cells[key, g.key]
    by_criterion = rule.ballot.kind == "points" and rule.trim.unit == "criterion"
    valid = len(found["valid"])
    satisfaction = None
    if rule.ballot.kind == "grades" and valid:
        good = {grade.key for grade in rule.grades[: rule.grading.satisfied]}
        satisfaction = F(sum(m[""] in good for m in found["valid"].values()), valid)
    return {
        "received": found["received"],
        "counted": valid if by_criterion else valid - len(own["high"]) - len(own["low"]),
        "abstained": found["abstain"], "dont_know": found["dont_know"], "recused": found["recused"],
        "spoiled": found["spoiled"], "missing": found["missing"],
        "dropped_high": sorted(own["high"]), "dropped_low": sorted(own["low"]), "trimmed": own["trimmed"],
        "exact": text(own["score"]), "published": rounded(rule, own["score"]), "untrimmed": text(plain["score"]),
        "satisfaction": text(satisfaction),
    }


def place(rule: Any, members: list[str], metrics: Any, out: Any) -> list[str]:
    def beats(a: str, b: str) -> bool:
        for x, y in zip(metrics[a], metrics[b], strict=True):
            if x != y:
                return y is None or (x is not None and x > y)
        return False

    n = len(members)
    names = ["total", *rule.ranking.tie_break]
    above = {t: [o for o in members if beats(o, t)] for t in members}
    below = {t: [o for o in members if beats(t, o)] for t in members}
    for t in members:
        tied = sorted(o for o in members if o != t and metrics[o] == metrics[t])
        a, level = len(above[t]), len(tied) + 1
        dense = 1 + len({tuple(metrics[o]) for o in above[t]})
        rank: Any = {"standard": a + 1, "modified": a + level, "dense": dense}.get(rule.ranking.method)
        if rule.ranking.method == "fractional":
            rank = str(F(sum(range(a + 1, a + level + 1)), level))
        used = [next((i for i in range(len(names)) if metrics[t][i] != metrics[o][i]), 0) for o in members if o != t]
        gains, why = F(0), []
        for award in rule.awards:
            ahead = a if award.end == "top" else len(below[t])
            points = [award.points[0] if len(award.points) == 1 else award.points[i] for i in range(award.k)]
            if n < award.min_units:
                continue
            reach = {
                "share": ahead + 1 <= award.k,
                "strict": ahead + level <= award.k,
                "split": ahead < award.k,
                "tie_break": ahead + 1 <= award.k,
            }[award.policy]
            if award.policy == "tie_break" and ahead < award.k < ahead + level:
                raise NoResult
            if reach:
                mine = [points[i] if i < award.k else F(0) for i in range(ahead, ahead + level)]
                gains += sum(mine, F(0)) / level if award.policy == "split" else mine[0]
                why.append(f"{award.end} {award.k}, {award.policy}")
        if rule.bands:
            score = F(out[t]["total"]["exact" if rule.bands[0].compare == "exact" else "published"])
            floors = sorted(b.min for b in rule.bands if b.min is not None)
            reached = [f for f in floors if f <= score]
            band = next(b for b in rule.bands if b.min == (reached[-1] if reached else None))
            gains += band.points
            why.append("band")
        out[t] |= {
            "rank": rank, "rank_from_bottom": len(below[t]) + 1, "tied_with": tied,
            "decided_by": "shared" if tied else names[max(used, default=0)],
            "points": text(gains), "points_because": why,
        }
    return sorted(members, key=lambda t: (len(above[t]), t))
