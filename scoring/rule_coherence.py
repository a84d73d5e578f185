"""What only shows between the tables of a rule: sums, orders, names that must exist, terms that exclude each other.

Takes the values `rule_reader.py` could read, with None or a shorter tuple where something was already refused, and says
in Chinese what else is wrong. A check that would only repeat an earlier fault is left out.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from scoring.number import percent, plain
from scoring.terms import BallotKind, BallotTerms, Basis, Component, Grading, Group, Ranking, Trim, TrimUnit
from scoring.toml_table import Fault
from scoring.words import listed, quoted

RESERVED = ("total", "shared", "untrimmed", "more_decimals", "evaluation")
KIND_WORDS = {
    "criteria": (BallotKind.POINTS, "打分票"),
    "grades": (BallotKind.GRADES, "等次票"),
    "share_bands": (BallotKind.GRADES, "等次票"),
    "places": (BallotKind.RANKING, "排序票"),
}


def incoherences(terms: dict[str, Any], source: dict[str, Any]) -> Iterator[Fault]:
    """Faults between tables; `source` is the file as parsed, to know which lists were read whole."""
    whole = {key for key in terms if isinstance(terms[key], tuple) and len(terms[key]) == _length(source.get(key))}
    for fault in (
        *_ballot_tables(terms, source, whole),
        *_grades_fall(terms, whole),
        *_weights(terms, whole),
        *_unique_keys(terms),
        *_components(terms, whole),
        *_bands(terms, whole),
        *_trimming(terms),
        *_tie_break(terms, whole),
    ):
        key, message = fault
        yield Fault(key=key, message=message)


Said = tuple[str, str]


def _length(value: Any) -> int:
    if isinstance(value, dict):
        points = value.get("points")
        return len(points) if isinstance(points, list) else 0
    return len(value) if isinstance(value, list) else 0


def _ballot_tables(terms: dict[str, Any], source: dict[str, Any], whole: set[str]) -> Iterator[Said]:
    ballot: BallotTerms | None = terms["ballot"]
    if ballot is None:
        return
    needed = {BallotKind.POINTS: "criteria", BallotKind.GRADES: "grades", BallotKind.RANKING: "places"}[ballot.kind]
    if not source.get(needed):
        written = "[places]" if needed == "places" else f"[[{needed}]]"
        yield needed, f"{KIND_WORDS[needed][1]}缺少 {written}，请写上至少一项"
    for key, (kind, words) in KIND_WORDS.items():
        if source.get(key) and kind is not ballot.kind:
            yield key, f"{key} 只用于{words}（kind = \"{kind}\"），现在的 kind 是 \"{ballot.kind}\"，请删去或改 kind"
    for i, criterion in enumerate(terms["criteria"] if "criteria" in whole else ()):
        own = criterion.max > 0 and criterion.max != ballot.max
        if own and (criterion.max <= ballot.min or ballot.max <= 0):
            message = f"{quoted(criterion.name)}另定的满分{plain(criterion.max)}要大于最低分{plain(ballot.min)}"
            yield f"criteria[{i}].max", message + ("" if ballot.max > 0 else "，票面满分也要大于0")
    if not source.get("groups"):
        yield "groups", "没有评委组，请至少写一个 [[groups]]"
    grading: Grading | None = terms["grading"]
    if ballot.kind is BallotKind.GRADES and grading is not None and "grades" in whole:
        written_count = isinstance(source.get("grading"), dict) and "satisfied" in source["grading"]
        if written_count and grading.satisfied > len(terms["grades"]):
            yield "grading.satisfied", f"只有{len(terms['grades'])}个等次，请写不超过它的整数"


def _grades_fall(terms: dict[str, Any], whole: set[str]) -> Iterator[Said]:
    if "grades" in whole:
        for i, (above, below) in enumerate(zip(terms["grades"], terms["grades"][1:], strict=False), start=1):
            if below.points > above.points:
                message = f"{quoted(below.name)}的分值高于前一等次{quoted(above.name)}，请由好到差排列"
                yield f"grades[{i}].points", message
    if "places" in whole:
        for i, (above, below) in enumerate(zip(terms["places"], terms["places"][1:], strict=False), start=1):
            if below > above:
                yield f"places.points[{i}]", f"第{i + 1}名{plain(below)}分高于第{i}名{plain(above)}分，请由高到低写"


def _weights(terms: dict[str, Any], whole: set[str]) -> Iterator[Said]:
    for key, words in (("criteria", "评分项"), ("groups", "评委组"), ("components", "总分组成")):
        if key in whole and terms[key]:
            total = sum((item.weight for item in terms[key]), Fraction(0))
            if total != 1:
                yield key, f"{words}的权重加起来是{percent(total)}，请改到正好100%"


def _unique_keys(terms: dict[str, Any]) -> Iterator[Said]:
    for lists in (("criteria",), ("grades",), ("groups", "components", "deductions")):
        seen: set[str] = set()
        for name in lists:
            for i, item in enumerate(terms[name]):
                if item.key in seen:
                    yield f"{name}[{i}].key", f"代号{quoted(item.key)}重复，请换一个（各组、组成、扣分项不能同名）"
                seen.add(item.key)
                reserved = len(lists) > 1 and item.key in RESERVED
                if reserved and not (isinstance(item, Component) and item.key == "evaluation"):
                    yield f"{name}[{i}].key", f"代号{quoted(item.key)}另有用途，请换一个"


def _components(terms: dict[str, Any], whole: set[str]) -> Iterator[Said]:
    if "components" not in whole or not terms["components"]:
        return
    if all(component.key != "evaluation" for component in terms["components"]):
        yield "components", "总分组成里没有测评，请写一项 key = \"evaluation\""
        return
    best = _evaluation_max(terms, whole)
    if best is None:
        return
    i, evaluation = next((i, item) for i, item in enumerate(terms["components"]) if item.key == "evaluation")
    if best <= 0:
        yield f"components[{i}]", f"测评的满分是{plain(best)}，不能折成百分，请让票面满分大于0"
    elif evaluation.max not in (100, best):
        message = f"测评的满分就是票面满分{plain(best)}，请删去 max 或写 \"{plain(best)}\""
        yield f"components[{i}].max", message


def _evaluation_max(terms: dict[str, Any], whole: set[str]) -> Fraction | None:
    ballot: BallotTerms | None = terms["ballot"]
    if ballot is None:
        return None
    if ballot.kind is BallotKind.POINTS:
        return ballot.max
    if ballot.kind is BallotKind.RANKING:
        return terms["places"][0] if terms["places"] else None
    if terms["share_bands"]:
        return max((band.points for band in terms["share_bands"]), default=None) if "share_bands" in whole else None
    return terms["grades"][0].points if "grades" in whole and terms["grades"] else None


def _bands(terms: dict[str, Any], whole: set[str]) -> Iterator[Said]:
    if "bands" in whole and terms["bands"]:
        floors = [band.min for band in terms["bands"]]
        if floors.count(None) != 1:
            yield "bands", f"分档要正好有一档写 min = \"\"（以下全部），现在有{floors.count(None)}档，请补上或删去"
        for i, floor in enumerate(floors):
            if floor is not None and floor in floors[:i]:
                yield f"bands[{i}].min", f"{plain(floor)}分起的一档写了两次，请删去一档"
        if len({band.compare for band in terms["bands"]}) > 1:
            yield "bands", f"各档的 compare 要相同，请都写 \"{Basis.EXACT}\" 或都写 \"{Basis.PUBLISHED}\""
    if "share_bands" in whole and terms["share_bands"]:
        shares = [band.min_share for band in terms["share_bands"]]
        if 0 not in shares:
            yield "share_bands", "得票率分档没有 0% 一档，请补上 min_share = \"0%\""
        for i, share in enumerate(shares):
            if share in shares[:i]:
                yield f"share_bands[{i}].min_share", f"{percent(share)}起的一档写了两次，请删去一档"


def _trimming(terms: dict[str, Any]) -> Iterator[Said]:
    trim: Trim | None = terms["trim"]
    ballot: BallotTerms | None = terms["ballot"]
    if trim is None or not trim.wanted:
        return
    if terms["share_bands"]:
        yield "share_bands", "得票率分档不能同时去掉最高最低票，请把 trim 的 high、low 写成 0，或删去分档"
    if ballot is not None and ballot.kind is not BallotKind.POINTS and trim.unit is TrimUnit.CRITERION:
        yield "trim.unit", f"只有打分票能逐项去掉最高最低，请写 \"{TrimUnit.JUDGE_TOTAL}\""


def _tie_break(terms: dict[str, Any], whole: set[str]) -> Iterator[Said]:
    ranking: Ranking | None = terms["ranking"]
    if ranking is None:
        return
    groups: tuple[Group, ...] = terms["groups"]
    components: tuple[Component, ...] = terms["components"]
    known = [*(g.key for g in groups), "evaluation", *(c.key for c in components if c.key != "evaluation")]
    known += ["untrimmed", "more_decimals"]
    for i, metric in enumerate(ranking.tie_break):
        if metric not in known:
            yield f"ranking.tie_break[{i}]", f"没有叫{quoted(metric)}的并列比较项，请写 {listed(known, 20)} 之一"


