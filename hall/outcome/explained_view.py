"""The explanation's tree with names in place of keys: groups with their ballots, parts of the total, gaps, sentences.

A `View` is one target seen by one person: what is hidden from whom is decided here, by `hall.moment.discretion`.
Nothing is computed but what is printed; the tree is `scoring.explain`'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from hall.moment.discretion import HIDDEN_WORDS, hidden_groups, total_tells_a_mean, valid_ballots
from hall.outcome.how import Dot, Gap, GroupWorking, Paper, Part, Strip
from hall.outcome.standings import component_name
from office.points import signed
from scoring.number import parse_exact, percent, plain, printed
from scoring.rule import BallotKind, Rule

STATUS_WORDS = {
    "counted": "计入", "dropped_high": "去掉（最高）", "dropped_low": "去掉（最低）", "recused": "回避，不计", "abstained": "弃权",
    "dont_know": "不了解", "spoiled": "作废", "late": "迟到，不计", "superseded": "已被后一版代替",
}


def evaluation_of(tree: Mapping[str, Any]) -> Mapping[str, Any]:
    for child in tree["children"]:
        if child["what"] == "evaluation":
            return child  # type: ignore[no-any-return]
        if child["what"] == "component" and child["children"][0]["what"] == "evaluation":
            return child["children"][0]  # type: ignore[no-any-return]
    return {"children": ()}


def groups_of(tree: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from (child for child in evaluation_of(tree)["children"] if child["what"] == "group")


def columns_of(rule: Rule) -> tuple[str, ...]:
    if rule.ballot.kind is BallotKind.POINTS:
        return tuple(one.name for one in rule.criteria)
    return ("等次",) if rule.ballot.kind is BallotKind.GRADES else ("名次",)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What is needed to put names to the tree's keys."""

    rule: Rule
    names: Mapping[str, str]
    seats: Mapping[str, str]
    results: Mapping[str, Any]
    target: str
    full: bool

    @property
    def result(self) -> Mapping[str, Any]:
        return self.results[self.target]  # type: ignore[no-any-return]

    @property
    def by_criterion(self) -> bool:
        return self.rule.trim.unit.value == "criterion"

    def print(self, value: Fraction) -> str:
        return printed(value, self.rule.rounding.places, self.rule.rounding.mode)

    def valid(self, group: str) -> int:
        return valid_ballots(self.result["groups"][group], self.by_criterion)

    def hides(self, group: str, target: str = "") -> bool:
        """A group of fewer than three secret ballots; and beside one, from whoever may not see named ballots, any."""
        hidden = hidden_groups(self.rule, self.results[target or self.target])
        return group in hidden or (bool(hidden) and not self.full)

    def tells_a_mean(self, *others: str) -> bool:
        return any(total_tells_a_mean(self.rule, self.results[one]) for one in (self.target, *others))

    def group_name(self, key: str) -> str:
        return f"{self.rule.group(key).name}组".replace("组组", "组")

    def group(self, node: Mapping[str, Any]) -> GroupWorking:
        own = node["parameters"]
        key, secret = own["group"], self.rule.group(own["group"]).secret
        hidden = self.hides(key)
        weight = Fraction(own["weight"])
        exact = None if node["exact"] is None else parse_exact(node["exact"])
        open_to_see = self.full and not hidden
        return GroupWorking(
            key=key, name=self.group_name(key), secret=secret, hidden=hidden, weight=percent(weight),
            published="" if hidden else node["published"] or "—",
            brings="" if hidden or exact is None else self.print(weight * exact),
            words=self.group_words(own, hidden, has_score=exact is not None),
            strips=tuple(self.strips(node, secret)) if open_to_see else (),
            papers=tuple(self.papers(node)) if open_to_see and not secret else ())

    def group_words(self, own: Mapping[str, Any], hidden: bool, *, has_score: bool) -> str:
        """What was done with this group's ballots, in one sentence."""
        valid = self.valid(own["group"])
        if own["dropped_for_all"]:
            return "有单位在这一组没有可用的票，按办法这一组对所有单位都不计。"
        if own["group"] in hidden_groups(self.rule, self.result):
            return "无记名组的有效票太少，为保密不显示这一组的分。"
        if hidden:
            return "另有无记名组的有效票太少；各组的分一并不单列，以免从总分推算。"
        if not has_score:
            return "没有可用的票。"
        group = self.result["groups"][own["group"]]
        said = [f"有效票{valid}张"] if self.full else []
        if own["trimmed"] and not self.by_criterion:
            said.append(f"去掉{len(group['dropped_high'])}个最高分、{len(group['dropped_low'])}个最低分")
            said.append(f"余下{group['counted']}张取平均" if self.full else "余下取平均")
        elif own["trimmed"]:
            said.append(f"每一项各去掉{own['high']}个最高分、{own['low']}个最低分，再取平均、按项加权")
        elif own["high"] + own["low"] > 0:
            said.append(f"{'' if self.full else '有效票'}不足{own['min_ballots']}张，没有去掉最高最低，取平均")
        else:
            said.append("取平均" if not self.rule.share_bands else "按得票率分档计分")
        if own["trimmed"] and own["untrimmed"] is not None:
            said.append(f"不去最高最低是{self.print(parse_exact(own['untrimmed']))}分")
        if own["weight"] != own["rule_weight"]:
            said.append(f"办法规定占{percent(Fraction(own['rule_weight']))}，因有空组折算为{percent(Fraction(own['weight']))}")
        return "，".join(said) + "。"

    def strips(self, node: Mapping[str, Any], secret: bool) -> Iterator[Strip]:
        lines = [child for child in node["children"] if child["what"] == "criterion"] or [node]
        for line in lines:
            own = line["parameters"]
            yield Strip(
                label=own["name"] if line is not node else self.group_name(own["group"]),
                mean=None if line["exact"] is None else parse_exact(line["exact"]), published=line["published"] or "—",
                dots=tuple(sorted(
                    (Dot(value=parse_exact(leaf["exact"]), published=leaf["published"],
                         status=leaf["parameters"]["status"], who="" if secret else self.judge(leaf["parameters"]["id"]))
                     for leaf in line["children"] if leaf["what"] == "ballot" and leaf["exact"] is not None),
                    key=lambda dot: (dot.value, dot.who))))

    def judge(self, seat: str) -> str:
        return f"{seat} {self.seats.get(seat, '')}".strip()

    def papers(self, node: Mapping[str, Any]) -> Iterator[Paper]:
        """Every named ballot; with each criterion trimmed by itself, its marks are gathered from all of them."""
        rows = [child for child in node["children"] if child["what"] == "ballot"]
        by_seat: dict[str, dict[str, tuple[str, str]]] = {}
        for line in (child for child in node["children"] if child["what"] == "criterion"):
            for leaf in line["children"]:
                own = leaf["parameters"]
                by_seat.setdefault(own["id"], {})[own["criterion"]] = (leaf["published"], own["status"])
        for seat, marks in sorted(by_seat.items()):
            shown = tuple(self.criterion_mark(marks.get(one.key)) for one in self.rule.criteria)
            yield Paper(seat=seat, who=self.seats.get(seat, ""), status="计入", marks=shown, total="")
        for row in sorted(rows, key=lambda row: row["parameters"]["id"]):
            own = row["parameters"]
            yield Paper(seat=own["id"], who=self.seats.get(own["id"], ""), status=STATUS_WORDS[own["status"]],
                        marks=self.marks(own), total=row["published"] or "")

    def criterion_mark(self, mark: tuple[str, str] | None) -> str:
        if mark is None:
            return ""
        return mark[0] if mark[1] == "counted" else f"（{mark[0]}）"

    def marks(self, own: Mapping[str, Any]) -> tuple[str, ...]:
        if "grade" in own:
            return (self.rule.grade(own["grade"]).name,)
        if "place" in own:
            return (f"第{own['place']}名",)
        if "marks" not in own:
            return tuple("" for _ in columns_of(self.rule))
        return tuple(plain(parse_exact(own["marks"][one.key])) + ("（补）" if one.key in own.get("imputed", ()) else "")
                     if one.key in own["marks"] else "" for one in self.rule.criteria)

    def parts(self, tree: Mapping[str, Any]) -> Iterator[Part]:
        for child in tree["children"]:
            own = child["parameters"]
            value = None if child["exact"] is None else parse_exact(child["exact"])
            if child["what"] == "component":
                raw = child["children"][0]["published"]
                if own["component"] == "evaluation" and self.tells_a_mean():
                    yield Part(name=component_name("evaluation"), words=HIDDEN_WORDS, brings="—")
                    continue
                words = "还没有数" if value is None else (
                    f"{raw}分（满分{plain(Fraction(own['max']))}），折成百分{self.print(value)}，占{percent(Fraction(own['weight']))}")
                yield Part(name=component_name(own["component"]), words=words,
                           brings="—" if value is None else self.print(value * Fraction(own["weight"])))
            elif child["what"] == "deduction" and own["weight"] != "0" and value is not None:
                yield Part(name=own["name"], words=f"{own['weight']}次，每次{signed(value)}分",
                           brings=self.print(value * int(own["weight"])))

    def sum_words(self, tree: Mapping[str, Any], groups: tuple[GroupWorking, ...]) -> str:
        """`40%×84.94 + 30%×85.51 + 30%×85.76 = 85.36`; empty where a figure is hidden or missing."""
        evaluation = evaluation_of(tree)
        counted = [one for one in groups if one.weight != "0%"]
        if not counted or any(one.hidden or not one.brings for one in counted) or evaluation.get("published") is None:
            return ""
        return f"{' + '.join(f'{one.weight}×{one.published}' for one in counted)} = {evaluation['published']}"

    def words(self, above: Mapping[str, Any] | None, below: Mapping[str, Any] | None) -> Iterator[str]:
        """The place, the distance to both neighbours, and where it comes from."""
        if self.result["rank"] is None:
            return
        tied = "、".join(self.names.get(one, one) for one in self.result["tied_with"])
        yield f"第{self.result['rank']}名{f'，与{tied}并列' if tied else ''}。"
        for other, word, lead, sign in ((above, "少", "主要差在", 1), (below, "多", "主要强在", -1)):
            if other is None or self.tells_a_mean(other["target"]):
                continue
            name = f"第{other['rank']}名{self.names.get(other['target'], other['target'])}"
            total = parse_exact(other["total"])
            if not total:
                yield f"与{name}总分相同，按办法定先后。"
                continue
            where = self.mainly(other, sign)
            yield f"比{name}{word}{self.print(abs(total))}分{f'，{lead}{where}' if where else ''}。"

    def gap_parts(self, other: Mapping[str, Any]) -> dict[str, Fraction]:
        """What makes the difference, by name; a group hidden for either of the two is left out."""
        parts = {self.group_name(key): parse_exact(value) for key, value in other["groups"].items()
                 if not self.hides(key) and not self.hides(key, other["target"])}
        parts |= {component_name(key): parse_exact(value) for key, value in other["components"].items()
                  if key != "evaluation"}
        return parts | {self.rule.deduction(key).name: parse_exact(value) for key, value in other["deductions"].items()}

    def mainly(self, other: Mapping[str, Any], sign: int) -> str:
        parts = self.gap_parts(other)
        best = max(parts, key=lambda name: sign * parts[name], default="")
        return best if best and sign * parts[best] > 0 else ""

    def gap(self, other: Mapping[str, Any]) -> Gap:
        def shown(value: Fraction) -> str:
            text = self.print(value)
            return f"+{text}" if value > 0 else text

        return Gap(name=self.names.get(other["target"], other["target"]), rank=str(other["rank"]),
                   total=shown(parse_exact(other["total"])),
                   parts=tuple((name, shown(value)) for name, value in self.gap_parts(other).items()))
