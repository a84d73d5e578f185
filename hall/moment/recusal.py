"""Recusal: a judge does not score his own unit, nor a unit whose parent is his own, nor what he was excused from, nor
what he has not seen (another route of the viewing)."""

from __future__ import annotations

from typing import Protocol

from office.sitting.routes import OFF_ROUTE, OnRoute, is_off_route


class Judge(OnRoute, Protocol):
    """A seat; `unit` is the judge's own unit's key or empty."""

    @property
    def unit(self) -> str: ...


class Judged(Judge, Protocol):
    """A target."""

    @property
    def parent_unit(self) -> str: ...


def why_recused(judge: Judge, target: Judged, entered: str | None) -> str | None:
    """The reason in words, or None. `entered` is a recusal that was written down, if any."""
    if entered is not None:
        return entered or "已登记回避"
    if judge.unit and judge.unit == target.unit:
        return "本单位"
    if judge.unit and judge.unit == target.parent_unit:
        return "本单位的下属单位"
    if is_off_route(judge, target):
        return OFF_ROUTE
    return None
