"""A rule said in Chinese, one sentence a number, for the published page and for the preparation page.

Says nothing that is not in the rule, and leaves out what the rule does not use. Every weight, threshold and point of
the rule appears in some sentence.
"""

from collections.abc import Iterator
from fractions import Fraction

from scoring.number import RoundingMode, percent, plain
from scoring.terms import (
    Award,
    AwardEnd,
    AwardPolicy,
    BallotKind,
    Basis,
    CapMode,
    Denominator,
    EmptyGroup,
    MissingCriterion,
    RankMethod,
    Rule,
    TrimScope,
    TrimUnit,
)

NUMERALS = "零一二三四五六七八九十"
MISSING = {
    MissingCriterion.VOID_BALLOT: "有一项没有打分的，该票对该单位作废",
    MissingCriterion.IMPUTE_PANEL_MEAN: "没有打分的项，按同组评委对该单位该项的平均分补上",
    MissingCriterion.RENORMALISE: "没有打分的项不计，其余各项按权重重新折算",
}
EMPTY = {
    EmptyGroup.ERROR: "某组对某单位没有有效票的，不出结果，由主办方处理",
    EmptyGroup.DROP_GROUP_FOR_ALL: "某组对任一单位没有有效票的，该组对所有单位都不计，其余各组权重按比例放大",
    EmptyGroup.REWEIGHT_UNIT: "某组对某单位没有有效票的，该单位其余各组权重按比例放大",
    EmptyGroup.ZERO: "某组对某单位没有有效票的，该组按0分计",
}
ROUNDING = {
    RoundingMode.HALF_UP: "四舍五入",
    RoundingMode.HALF_EVEN: "四舍六入五成双",
    RoundingMode.DOWN: "只舍不入",
}
METHOD = {
    RankMethod.STANDARD: "并列的名次相同，其后名次跳过（1、2、2、4）",
    RankMethod.MODIFIED: "并列的取最靠后的名次（1、3、3、4）",
    RankMethod.DENSE: "并列的名次相同，其后名次不跳过（1、2、2、3）",
    RankMethod.FRACTIONAL: "并列的取名次的平均数（1、5/2、5/2、4）",
}
POLICY = {
    AwardPolicy.SHARE: "在名次线上并列的都算",
    AwardPolicy.STRICT: "在名次线上并列的都不算",
    AwardPolicy.SPLIT: "并列的平分所占名次的分",
    AwardPolicy.TIE_BREAK: "在名次线上仍并列的，不出结果，由主办方处理",
}
CAPS = {
    CapMode.SEPARATE: "加分和扣分分别封顶",
    CapMode.NET: "加扣分相抵后封顶",
    CapMode.RUNNING: "每记一笔就封顶一次，封顶后的余额接着往下算",
}


def rule_in_words(rule: Rule) -> tuple[str, ...]:
    """Every number of the rule as Chinese sentences, in the order in which a score is made."""
    return (
        *_ballot(rule),
        *_groups(rule),
        *_quorum(rule),
        _counted(EMPTY[rule.combine.empty_group]),
        *_total(rule),
        _counted(f"结果保留{rule.rounding.places}位小数，{ROUNDING[rule.rounding.mode]}，只在最后修约一次"),
        *_ranking(rule),
        *_points(rule),
        *_ledger(rule),
    )


def _counted(text: str) -> str:
    return f"{text}。"


def _ballot(rule: Rule) -> Iterator[str]:
    ballot = rule.ballot
    if ballot.kind is BallotKind.POINTS:
        span = f"{plain(ballot.min)}至{plain(ballot.max)}分"
        yield f"评委打分，{span}，以{plain(ballot.step)}分为一级。"
        for criterion in rule.criteria:
            own = "" if criterion.max == ballot.max else f"，本项满分{plain(criterion.max)}分"
            yield f"{criterion.name}占{percent(criterion.weight)}{own}。"
        if len(rule.criteria) > 1:
            yield _counted(MISSING[ballot.missing_criterion])
    elif ballot.kind is BallotKind.GRADES:
        yield f"评委评等次：{'、'.join(f'{grade.name}{plain(grade.points)}分' for grade in rule.grades)}。"
        base = "有效票数"
        if rule.grading.denominator is Denominator.VALID_PLUS_ABSTAIN:
            base = "有效票数与弃权票数之和"
        yield f"以{base}为分母，“不了解”不计入。"
        if rule.grading.satisfied:
            names = "、".join(grade.name for grade in rule.grades[: rule.grading.satisfied])
            yield f"满意率是前{rule.grading.satisfied}个等次（{names}）占有效票的比例。"
        if rule.share_bands:
            best = rule.grades[0].name
            bands = sorted(rule.share_bands, key=lambda band: -band.min_share)
            steps = "；".join(f"{percent(band.min_share)}及以上{plain(band.points)}分" for band in bands)
            yield f"按“{best}”得票率分档计分：{steps}。"
    else:
        points = "、".join(f"第{i}名{plain(value)}分" for i, value in enumerate(rule.places, start=1))
        yield f"评委给各单位排名次，每个名次用一次：{points}，其后名次0分，取各票平均。"


def _trimming(rule: Rule) -> str:
    trim = rule.trim
    if not trim.wanted:
        return "取各票平均"
    parts = [f"{_several(trim.high)}最高分"] * bool(trim.high) + [f"{_several(trim.low)}最低分"] * bool(trim.low)
    where = {TrimScope.GROUP: "", TrimScope.ALL_JUDGES: "全体评委合在一起"}[trim.scope]
    what = {TrimUnit.JUDGE_TOTAL: "", TrimUnit.CRITERION: "每一项分别"}[trim.unit]
    return f"{where}{what}去掉{'和'.join(parts)}（不足{trim.min_ballots}张有效票时取平均）"


def _several(count: int) -> str:
    return f"{NUMERALS[count] if count <= 10 and count != 2 else '两' if count == 2 else count}个"


def _groups(rule: Rule) -> Iterator[str]:
    for group in rule.groups:
        secret = "，无记名" if group.secret else ""
        yield f"{group.name}组占{percent(group.weight)}{secret}，{_trimming(rule)}。".replace("组组", "组")


def _quorum(rule: Rule) -> Iterator[str]:
    for group in rule.groups:
        name = f"{group.name}组".replace("组组", "组")
        if group.quorum_ballots:
            yield f"{name}对一个单位的有效票不足{group.quorum_ballots}张的，该单位不排名。"
        if group.quorum_share:
            yield f"{name}对一个单位的有效票不足到会未回避席位的{percent(group.quorum_share)}的，该单位不排名。"


def _total(rule: Rule) -> Iterator[str]:
    if rule.components:
        parts = "，".join(
            f"{'现场测评' if part.key == 'evaluation' else part.key}占{percent(part.weight)}（满分"
            f"{plain(rule.evaluation_max if part.key == 'evaluation' else part.max)}分）"
            for part in rule.components
        )
        yield f"总分由各部分折成百分后加权：{parts}。"
    for deduction in rule.deductions:
        yield f"{deduction.name}每次{_signed(deduction.points)}分，加权之后计入总分。"


def _signed(points: Fraction) -> str:
    return f"加{plain(points)}" if points > 0 else f"扣{plain(-points)}" if points < 0 else "计0"


def _ranking(rule: Rule) -> Iterator[str]:
    basis = "未修约的总分" if rule.ranking.on is Basis.EXACT else "公布的总分"
    yield f"按{basis}由高到低排名，{METHOD[rule.ranking.method]}。"
    if rule.ranking.tie_break:
        yield f"总分相同的依次比较：{'、'.join(_metric(rule, key) for key in rule.ranking.tie_break)}，仍相同的并列。"


def _metric(rule: Rule, key: str) -> str:
    fixed = {"evaluation": "现场测评得分", "untrimmed": "不去最高最低的总分", "more_decimals": "更多位小数的总分"}
    if key in fixed:
        return fixed[key]
    if any(group.key == key for group in rule.groups):
        return f"{rule.group(key).name}组得分".replace("组组", "组")
    return f"{key}得分"


def _points(rule: Rule) -> Iterator[str]:
    for award in rule.awards:
        yield _award(award)
    if rule.bands:
        basis = "未修约的总分" if rule.bands[0].compare is Basis.EXACT else "公布的总分"
        bands = sorted(rule.bands, key=lambda band: (band.min is None, -(band.min or 0)))
        steps = "；".join(
            f"{'其余' if band.min is None else plain(band.min) + '分及以上'}{_signed(band.points)}分" for band in bands
        )
        yield f"按{basis}分档记分：{steps}。"


def _award(award: Award) -> str:
    end = "前" if award.end is AwardEnd.TOP else "后"
    if len(award.points) == 1:
        value = f"各{_signed(award.points[0])}分"
    else:
        start = "" if award.end is AwardEnd.TOP else "由末名起"
        value = f"{start}依次{'、'.join(_signed(points) for points in award.points)}分"
    least = f"；参加排名的单位不足{award.min_units}个时不用" if award.min_units else ""
    return f"{end}{award.k}名{value}，{POLICY[award.policy]}{least}。"


def _ledger(rule: Rule) -> Iterator[str]:
    caps = []
    if rule.ledger.bonus_cap is not None:
        caps.append(f"加分最多{plain(rule.ledger.bonus_cap)}分")
    if rule.ledger.deduction_cap is not None:
        caps.append(f"扣分最多{plain(-rule.ledger.deduction_cap)}分")
    if caps:
        yield f"考绩台账中{'，'.join(caps)}，{CAPS[rule.ledger.cap_mode]}。"
