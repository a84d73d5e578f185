"""What the host may choose from in a dialog: a round to void, a unit to call, an order moved by one. Pure."""

from __future__ import annotations

from hall.moment.snapshot import Snapshot
from hall.moment.turn import place_of
from hall.stage.console import state_of
from scoring.round import Phase


def voidable(snapshot: Snapshot) -> tuple[tuple[int, str], ...]:
    """(round id, its name) of what may be voided; the open one first, then the latest. What is published may be, too, while
    nothing is open: its targets are balloted again for a corrected version."""
    names = {one.key: one.name for one in snapshot.targets}
    is_open = any(one.phase is Phase.OPEN for one in snapshot.rounds)
    phases = (Phase.OPEN, Phase.CLOSED) if is_open else (Phase.CLOSED, Phase.PUBLISHED)
    live = [one for one in snapshot.rounds if one.phase in phases]
    live.sort(key=lambda one: (one.phase is not Phase.OPEN, -one.number))
    return tuple(
        (one.id, f"第{one.number}轮 {names[one.targets[0]]}{f'等{len(one.targets)}家' if len(one.targets) > 1 else ''}"
                 f"（{one.phase.words}）") for one in live)


def may_be_called(snapshot: Snapshot) -> tuple[tuple[str, str], ...]:
    """(key, words) of everybody who may be put on stage, in order: a target that is scored may be shown again, one
    that only takes part in the ballot may be called after all; one that is postponed may not."""
    return tuple(
        (one.key, f"{place_of(snapshot, one)} {one.name}（{state_of(snapshot, one.key).words}{'' if one.speaks else '，原定不上台'}）")
        for one in sorted(snapshot.targets, key=lambda one: (not one.speaks, one.position)) if not one.postponed)


def moved(keys: tuple[str, ...], key: str, by: int) -> tuple[str, ...]:
    """The order with one target moved up (-1) or down (+1); at the edge it stays."""
    at = keys.index(key)
    to = min(max(at + by, 0), len(keys) - 1)
    rest = [one for one in keys if one != key]
    return (*rest[:to], key, *rest[to:])
