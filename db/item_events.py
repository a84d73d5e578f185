"""Events of an item as they are written (kind, moment, hand, JSON detail) and as `scoring.life` folds them.

The first event, the listing, is told by the item's own row, which never changes. Detail may hold more than the life
needs: what was corrected in words (`fields`), which milestone was reached (`milestone`), the number of a document.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import Row

from db.clock import moment_of
from db.item_values import SourceKind, StoredEvent
from scoring.commitment import Event, Kind, Origin, Part, Source, Target, Verdict

_ORIGINS = {kind: Origin(kind.value) for kind in SourceKind if kind.value in set(Origin)}
_DATES = ("deadline", "original", "since", "starts_on", "as_of", "due")
_FRACTIONS = ("value", "share")
_TEXTS = ("units", "evidence")
_HANDS = ("kind", "at", "by", "by_unit", "role")


def detail_of(event: Event, **more: object) -> dict[str, object]:
    """The event's detail as JSON can hold it: what differs from nothing, and the local day."""
    told: dict[str, object] = {}
    for one in fields(event):
        value = getattr(event, one.name)
        if one.name not in _HANDS and value != one.default:
            told[one.name] = _plain(value)
    return {**told, **{name: value for name, value in more.items() if value}}


def event_of(stored: StoredEvent) -> Event:
    """What was written, as an event of the life; what the life does not know is left out."""
    known: dict[str, Any] = {}
    names = {one.name for one in fields(Event)} - set(_HANDS)
    for name, value in stored.detail.items():
        if name in names:
            known[name] = _value(name, value)
    return Event(kind=Kind(stored.kind), at=stored.at, by=stored.by, by_unit=stored.by_unit, role=stored.by_role, **known)


def listing(item: Mapping[str, Any], stored: StoredEvent, sources: Iterable[Source]) -> Event:
    """The first event: `item` is its row with `unit` (key), `units` (keys) and the days as dates."""
    told = tuple(sources)
    return Event(
        kind=Kind.LISTED, at=stored.at, on=_on(stored), by=stored.by, by_unit=stored.by_unit,
        role=stored.by_role, number=item["number"], unit=item["unit"], units=item["units"], text=item["text"],
        leader=item["contact_leader"], parent=str(stored.detail.get("parent", "")), deadline=item["deadline"],
        since=min(item["listed_on"], _on(stored)), starts_on=item["started_on"], target=item["target"],
        source=told[0] if told else None)


def target_of(value: str, measure: str, baseline: str, direction: str) -> Target | None:
    """The promised quantity; None where it was promised without one."""
    if not value:
        return None
    return Target(value=Fraction(value), measure=measure, base=Fraction(baseline) if baseline else None,
                  lower_is_better=direction == "down")


def source_of(kind: str, words: str) -> Source:
    return Source(origin=_ORIGINS.get(SourceKind(kind), Origin.IMPORT), ref=words)


def stored_of(r: Row[Any]) -> StoredEvent:
    return StoredEvent(serial=r.serial, kind=r.kind, at=moment_of(r.at), by=r.by, by_role=r.by_role, by_unit=r.by_unit,
                       detail=json.loads(r.detail))


def _on(stored: StoredEvent) -> date:
    told = stored.detail.get("on")
    return date.fromisoformat(str(told)) if told else stored.at.date()


def _plain(value: object) -> object:
    if isinstance(value, Fraction | date):
        return str(value)
    if isinstance(value, Source):
        return {"origin": value.origin.value, "ref": value.ref}
    if isinstance(value, Target):
        return {"value": str(value.value), "measure": value.measure, "lower_is_better": value.lower_is_better,
                "base": None if value.base is None else str(value.base)}
    if isinstance(value, Part):
        return {"number": value.number, "weight": str(value.weight), "unit": value.unit, "text": value.text,
                "deadline": None if value.deadline is None else str(value.deadline)}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value


def _value(name: str, value: Any) -> object:
    if name in _DATES or name == "on":
        return date.fromisoformat(value)
    if name in _FRACTIONS:
        return Fraction(value)
    if name in _TEXTS:
        return tuple(value)
    if name == "source":
        return _source(value)
    if name == "sources":
        return tuple(_source(one) for one in value)
    if name == "verdict":
        return Verdict(value)
    if name == "parts":
        return tuple(Part(number=one["number"], weight=Fraction(one["weight"]), unit=one["unit"], text=one["text"],
                          deadline=date.fromisoformat(one["deadline"]) if one["deadline"] else None) for one in value)
    if name == "target":
        return Target(value=Fraction(value["value"]), measure=value["measure"],
                      base=Fraction(value["base"]) if value["base"] else None, lower_is_better=value["lower_is_better"])
    return value


def _source(value: Mapping[str, str]) -> Source:
    return Source(origin=Origin(value["origin"]), ref=value["ref"])
