"""What a reader of a result should know before he trusts it, in Chinese, sorted.

Derived from the published values alone, so that anyone can see why a warning is there.
"""

from collections.abc import Iterable, Iterator, Sequence

from scoring.rank import Place
from scoring.result import Standing, TargetResult
from scoring.rule import AwardEnd, AwardPolicy, EmptyGroup, Rule

CUT_WORDS = {
    AwardPolicy.SHARE: "都算",
    AwardPolicy.STRICT: "都不算",
    AwardPolicy.SPLIT: "平分",
}


def warnings_of(
    rule: Rule, targets: Sequence[TargetResult], dropped: frozenset[int], places: Iterable[Place]
) -> tuple[str, ...]:
    said = {
        *_states(targets),
        *_empty_groups(rule, targets, dropped),
        *_untrimmed(rule, targets),
        *_ties_at_the_cut(rule, places),
    }
    return tuple(sorted(said))


def _states(targets: Sequence[TargetResult]) -> Iterator[str]:
    words = {
        Standing.NO_BALLOTS: "没有任何可用的票，不排名",
        Standing.BELOW_QUORUM: "有效票不足法定人数，不排名",
        Standing.INCOMPLETE: "缺少总分的组成部分，不排名",
    }
    for target in targets:
        if target.state in words:
            yield f"{target.target}：{words[target.state]}"


def _empty_groups(rule: Rule, targets: Sequence[TargetResult], dropped: frozenset[int]) -> Iterator[str]:
    for i in sorted(dropped):
        yield f"{rule.groups[i].name}：有对象在该组没有可用的票，该组对所有对象都不计"
    policy = rule.combine.empty_group
    for target in targets:
        if target.state is Standing.NO_BALLOTS or policy not in (EmptyGroup.REWEIGHT_UNIT, EmptyGroup.ZERO):
            continue
        for group, (_, score) in zip(rule.groups, target.groups, strict=True):
            if score.exact is None:
                what = "该组按0分计" if policy is EmptyGroup.ZERO else "其余各组权重放大，与其他对象的口径不同"
                yield f"{target.target}：{group.name}没有可用的票，{what}"


def _untrimmed(rule: Rule, targets: Sequence[TargetResult]) -> Iterator[str]:
    if not rule.trim.wanted:
        return
    for target in targets:
        for group, (_, score) in zip(rule.groups, target.groups, strict=True):
            if score.exact is not None and score.counted and not score.trimmed:
                least = rule.trim.min_ballots
                yield f"{target.target}：{group.name}有效票{score.counted}张，不足{least}张，没有去掉最高最低，取平均"


def _ties_at_the_cut(rule: Rule, places: Iterable[Place]) -> Iterator[str]:
    """Hard case 2: the organiser is told before a bonus or a talk goes to more, or fewer, than k."""
    for place in places:
        for award in rule.awards:
            ahead = place.above if award.end is AwardEnd.TOP else place.below
            if award.policy in CUT_WORDS and ahead < award.k < ahead + place.level:
                names = "、".join(sorted((place.target, *place.tied_with)))
                end = "前" if award.end is AwardEnd.TOP else "后"
                yield f"{names}：在{end}{award.k}名的线上并列，按办法{CUT_WORDS[award.policy]}"
