"""Recusal: a judge does not score his own unit, nor a unit whose parent is his own, nor what he was excused from."""

from __future__ import annotations


def why_recused(judge_unit: str, unit: str, parent_unit: str, entered: str | None) -> str | None:
    """The reason in words, or None. Units are keys; `entered` is a recusal that was written down, if any."""
    if entered is not None:
        return entered or "已登记回避"
    if judge_unit and judge_unit == unit:
        return "本单位"
    if judge_unit and judge_unit == parent_unit:
        return "本单位的下属单位"
    return None
