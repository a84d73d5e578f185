"""Events as plain text and back: what a database or a file keeps of one, exactly.

`detail_of` gives a dictionary fit for JSON of what is not at its default; fractions are "p/q" or integers, days are
ISO. `event_of` reads it back; the same event comes out. kind, at, on, by, by_unit and role stand in columns of their own.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from scoring.commitment import Event, Kind, Origin, Part, Source, Target, Verdict
from scoring.life_rules import COMMON

Detail = dict[str, Any]


def detail_of(event: Event) -> Detail:
    """What the event carries besides the common fields, ready for JSON."""
    given = ((field, getattr(event, field.name)) for field in fields(event) if field.name not in COMMON)
    return {field.name: _plain(value) for field, value in given if value != field.default}


def event_of(*, kind: str, at: datetime, on: date, by: str, by_unit: str = "", role: str = "",
             detail: Mapping[str, Any]) -> Event:
    """The event that `detail_of` was taken of; raises ValueError or KeyError where it was not."""
    given = {name: _READERS.get(name, _same)(value) for name, value in detail.items()}
    return Event(kind=Kind(kind), at=at, on=on, by=by, by_unit=by_unit, role=role, **given)


def _plain(value: Any) -> Any:
    match value:
        case Fraction():
            return str(value)
        case date():
            return value.isoformat()
        case tuple():
            return [_plain(one) for one in value]
        case Source():
            return {"origin": str(value.origin), "ref": value.ref}
        case Target():
            plain = {"value": str(value.value), "measure": value.measure, "lower_is_better": value.lower_is_better}
            return plain if value.base is None else {**plain, "base": str(value.base)}
        case Part():
            return {"number": value.number, "weight": str(value.weight), "unit": value.unit, "text": value.text,
                    "deadline": value.deadline.isoformat() if value.deadline else None}
        case Verdict():
            return str(value)
        case _:
            return value


def _same(value: Any) -> Any:
    return value


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in value)


def _source(value: Any) -> Source:
    return Source(origin=Origin(value["origin"]), ref=value["ref"])


def _target(value: Any) -> Target:
    base = value.get("base")
    return Target(value=Fraction(value["value"]), measure=value["measure"],
                  base=None if base is None else Fraction(base), lower_is_better=value["lower_is_better"])


def _part(value: Any) -> Part:
    return Part(number=value["number"], weight=Fraction(value["weight"]), unit=value["unit"], text=value["text"],
                deadline=date.fromisoformat(value["deadline"]) if value["deadline"] else None)


_READERS: dict[str, Callable[[Any], Any]] = {
    "units": _texts,
    "plan": _texts,
    "evidence": _texts,
    "deadline": date.fromisoformat,
    "original": date.fromisoformat,
    "since": date.fromisoformat,
    "starts_on": date.fromisoformat,
    "as_of": date.fromisoformat,
    "due": date.fromisoformat,
    "value": Fraction,
    "share": Fraction,
    "target": _target,
    "source": _source,
    "sources": lambda value: tuple(_source(one) for one in value),
    "parts": lambda value: tuple(_part(one) for one in value),
    "verdict": Verdict,
}
