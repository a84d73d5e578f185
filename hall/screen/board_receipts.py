"""The public list of receipt codes: whoever kept a code finds there that the paper was counted, and for which unit.

Sorted by code, with the unit and nothing else: neither a mark, nor a group, nor an order in which papers came; of one
paper for several units only that it is one. One page without a search field on purpose: a code that is asked for in an
address ends up in somebody's log. Rendered once a version, by a thread.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from hall.house import House
from hall.moment.receipts import Listed
from hall.outcome import results
from hall.screen.board_page import render_receipts

log = logging.getLogger("leitai.board")


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """One code with what it was counted for; `replaced`: a later paper of the same seat counts in its place."""

    code: str
    units: str
    replaced: bool


def by_code(listed: Listed) -> tuple[Coded, ...]:
    """Every code once."""
    units: dict[tuple[str, bool], list[str]] = {}
    for code, name, counted in listed:
        units.setdefault((code, not counted), []).append(name)
    return tuple(
        Coded(code=code, replaced=replaced, units="、".join(dict.fromkeys(names)))
        for (code, replaced), names in sorted(units.items()))


class ReceiptLists:
    """The lists of published sittings, kept as long as the sitting does not change."""

    def __init__(self, house: House, ready: Callable[[str], Response]) -> None:
        self._house = house
        self._ready = ready
        self._kept: dict[str, tuple[int, Response]] = {}

    async def of(self, request: Request) -> Response | None:
        """The page; None where nothing is published. Raises what the database raises."""
        key = request.path_params["sitting"]
        snapshot = self._house.live.at(key)
        if snapshot is None or not snapshot.published:
            self._kept.pop(key, None)
            return None
        kept = self._kept.get(key)
        if kept is None or kept[0] != snapshot.serial:
            page = await asyncio.to_thread(self._render, key, snapshot.sitting.title)
            kept = self._kept[key] = (snapshot.serial, self._ready(page))
        return kept[1]

    def _render(self, key: str, title: str) -> str:
        return render_receipts(key, title, by_code(results.receipts(self._house.database, key)))
