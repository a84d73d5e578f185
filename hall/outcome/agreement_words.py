"""Figures of agreement in plain words. An interval is read by its lower limit, never by its middle.

ICC: Koo & Li 2016 (.5, .75, .9); Krippendorff's alpha: his lines .667 and .8; Kendall's W: by its test first.
What is undefined is said to be so; a negative figure is shown as it is.
"""

from __future__ import annotations

from collections.abc import Iterator

from advisory.advice import Advice
from advisory.agreement import Concordance, Estimate
from hall.outcome.advice_values import CANNOT, Measure

SURE = 0.05
ICC_WORDS = ((0.9, "很好"), (0.75, "好"), (0.5, "中等"))
ALPHA_WORDS = ((0.8, "可以据此下结论"), (0.667, "只够作初步结论"))
W_WORDS = ((0.9, "很一致"), (0.7, "较一致"), (0.5, "有些一致"), (0.0, "不太一致"))


def figure(value: float | None, places: int = 2) -> str:
    """A figure, or that there is none; a true minus sign, and none on zero."""
    if value is None:
        return CANNOT
    text = f"{abs(value):.{places}f}"
    return f"−{text}" if value < 0 and float(text) else text


def signed(value: float | None) -> str:
    """With its sign either way."""
    text = figure(value)
    return f"+{text}" if value is not None and value > 0 and float(text) else text


def concordance_words(one: Concordance) -> str:
    """`较一致`; by the test first: where chance alone would do, there is no agreement to be seen."""
    if one.w is None:
        return ""
    if one.p is None or one.p >= SURE:
        return "看不出一致的次序"
    return next(words for least, words in W_WORDS if one.w >= least)


def chance(p: float | None) -> str:
    if p is None:
        return CANNOT
    return "p<0.001" if p < 0.001 else f"p={p:.3f}"


def measures(advice: Advice) -> tuple[Measure, ...]:
    """The table of agreement, the figure that matters to leaders first."""
    w, icc = advice.kendall_w, advice.icc
    return (
        _reliability("ICC(2,k)", "全体评委的平均分有多可靠", icc.icc_2_k),
        Measure(name="Kendall W", asks="评委排出的次序有多一致（0到1）", value=figure(w.w),
                limits="" if w.w is None else f"检验 {chance(w.p)}", reading=concordance_words(w) or CANNOT),
        _reliability("ICC(3,k)", "全体的平均分，只看高下、不计松严", icc.icc_3_k),
        _reliability("ICC(2,1)", "单独一位评委有多可靠", icc.icc_2_1),
        _reliability("ICC(3,1)", "单独一位评委，只看高下、不计松严", icc.icc_3_1),
        _reliability("ICC(1,k)", "全体的平均分，不区分是哪位评委", icc.icc_1_k),
        _reliability("ICC(1,1)", "单独一位评委，不区分是哪位", icc.icc_1_1),
        *_alphas(advice),
    )


def _reliability(name: str, asks: str, one: Estimate) -> Measure:
    return Measure(name=name, asks=asks, value=figure(one.value), limits=_limits(one), reading=_by_lower_limit(one))


def _limits(one: Estimate) -> str:
    if one.value is None:
        return ""
    return CANNOT if one.low is None or one.high is None else f"{figure(one.low)} 至 {figure(one.high)}"


def _by_lower_limit(one: Estimate) -> str:
    if one.value is None:
        return CANNOT
    if one.value < 0:
        return "看不出一致"
    if one.low is None:
        return "下限无法计算，不作判断"
    return next((words for least, words in ICC_WORDS if one.low >= least), "差")


def _alphas(advice: Advice) -> Iterator[Measure]:
    for name, value in (("α（分数）", advice.alpha_interval), ("α（次序）", advice.alpha_ordinal)):
        reading = CANNOT if value is None else next((w for least, w in ALPHA_WORDS if value >= least), "不足以下结论")
        yield Measure(name=f"Krippendorff {name}", asks="随便两位评委有多接近（1为完全一致）", value=figure(value),
                      limits="", reading=reading)
