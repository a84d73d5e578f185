"""What one event means for other items: parts and their whole, an item merged and its survivor.

    happened = happen(items, number, event)     # items: number -> Item, at least those concerned
    happened.events                             # ((number, event), ...): append each to its own item, in this order
    happened.items                              # the items as they stand after it

All or nothing: where one of the events cannot happen, LifeRefused is raised and nothing has.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from scoring.commitment import Event, Kind, Part, PartState
from scoring.item import Item
from scoring.life import apply
from scoring.life_rules import LifeRefused, Reason

_NEW_DATES = (Kind.CORRECTED, Kind.RESUMED, Kind.RELAPSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """Every event that happened, each with the number it belongs to, and the items they changed."""

    events: tuple[tuple[str, Event], ...]
    items: Mapping[str, Item]


def concerned(items: Mapping[str, Item], number: str, event: Event) -> tuple[str, ...]:
    """The numbers that must be in hand for the event to happen: itself, its ancestors, and its survivor."""
    numbers, at = [number], items.get(number)
    while at is not None and at.parent:
        numbers.append(at.parent)
        at = items.get(at.parent)
    return (*numbers, event.into) if event.into else tuple(numbers)


def happen(items: Mapping[str, Item], number: str, event: Event) -> Happened:
    """The event and all that follows from it; raises LifeRefused where any of it cannot happen."""
    events: list[tuple[str, Event]] = []
    after: dict[str, Item] = {}
    waiting = [(number, event)]
    while waiting:
        at, now = waiting.pop(0)
        before = after.get(at, items.get(at))
        if now.kind is Kind.LISTED and (before is not None or now.number != at):
            raise LifeRefused(Reason.ALREADY_LISTED, f"{at}已在清单上或编号不符，请换一个编号。", field="number")
        if now.kind is Kind.ABSORBED and before is None:
            raise LifeRefused(Reason.NOT_LISTED, f"清单上没有{at}，请核对编号。", field="into")
        _refuse_beyond_the_whole(items, before, now)
        _refuse_unfit_for_both(items, before, now)
        after[at] = apply(before, now)
        events.append((at, now))
        waiting += _following(before, after[at], now)
    return Happened(events=tuple(events), items=after)


def _following(before: Item | None, after: Item, event: Event) -> list[tuple[str, Event]]:
    by = {"at": event.at, "on": event.on, "by": event.by, "by_unit": event.by_unit, "role": event.role}
    match event.kind:
        case Kind.SPLIT:
            return [(part.number, _listing(after, part, event)) for part in event.parts]
        case Kind.MERGED:
            taken = Event(kind=Kind.ABSORBED, part=after.number, deadline=event.deadline or after.deadline,
                          original=after.original_deadline, since=after.since, sources=after.sources,
                          due=after.missed[-1] if after.missed else None,
                          granted=True if event.deadline else None, text=event.text, **by)  # type: ignore[arg-type]
            return [(event.into, taken)]
    if not after.parent or before is None:
        return []
    to_the_whole = {Kind.SIGNED_OFF: Kind.PART_ACCEPTED, Kind.WITHDRAWN: Kind.PART_WITHDRAWN}.get(event.kind)
    if before.done and not after.done:
        to_the_whole = Kind.PART_REOPENED
    if to_the_whole is None:
        return []
    echo = Event(kind=to_the_whole, part=after.number, text=event.text, **by)  # type: ignore[arg-type]
    reopened = to_the_whole is Kind.PART_REOPENED
    return [(after.parent, replace(echo, deadline=after.deadline, text=event.text or "分项反弹") if reopened else echo)]


def _listing(whole: Item, part: Part, event: Event) -> Event:
    """A part is as old as its whole, and no younger than its whole's first deadline: splitting wins no time."""
    days = [day for day in (part.deadline, whole.original_deadline) if day is not None]
    return Event(
        kind=Kind.LISTED,
        at=event.at,
        on=event.on,
        by=event.by,
        by_unit=event.by_unit,
        role=event.role,
        number=part.number,
        unit=part.unit,
        text=part.text,
        leader=whole.leader,
        parent=whole.number,
        deadline=part.deadline,
        original=min(days) if part.deadline else None,
        since=whole.since,
        starts_on=event.on,
    )


def _refuse_beyond_the_whole(items: Mapping[str, Item], item: Item | None, event: Event) -> None:
    """A part gets no more time than its whole has, save where the whole's own day has passed and can be moved no more."""
    whole = items.get(item.parent) if item is not None and item.parent else None
    if whole is None or whole.deadline is None or event.deadline is None or event.deadline <= whole.deadline:
        return
    still = whole.is_open and event.on <= whole.deadline
    if event.kind in (Kind.EXTENSION_DECIDED, Kind.REASSIGNED) or (event.kind in _NEW_DATES and still):
        text = f"分项的期限不能改到总项的期限{whole.deadline.isoformat()}之后，请先给总项{whole.number}延期。"
        raise LifeRefused(Reason.DATE_TOO_LATE, text, field="deadline")


def _refuse_unfit_for_both(items: Mapping[str, Item], item: Item | None, event: Event) -> None:
    """A date that was approved for a merger has not passed, and is not before what either had been given at first."""
    other = items.get(event.into)
    if event.kind is not Kind.MERGED or event.deadline is None or item is None or other is None:
        return
    first = max(event.on, min((day for day in (item.original_deadline, other.original_deadline) if day), default=event.on))
    if event.deadline < first:
        text = f"合并后的期限不能早于{first.isoformat()}，请改正；不填即取两项中较早的一个。"
        raise LifeRefused(Reason.DATE_TOO_EARLY, text, field="deadline")


def survivor(items: Mapping[str, Item], number: str) -> str:
    """The number an item now counts under: itself, or what it was merged into, however often."""
    while items[number].merged_into:
        number = items[number].merged_into
    return number


def counts_under(items: Mapping[str, Item], number: str) -> str:
    """The number that counts for an item: its survivor's, and of a part the whole's."""
    number = survivor(items, number)
    while items[number].parent:
        number = items[number].parent
    return number


def progress(items: Mapping[str, Item], number: str) -> Fraction | None:
    """How much of an item is done. Of a split one: the mean of its parts by weight; None where a part is unknown."""
    item = items[number]
    if item.done:
        return Fraction(1)
    if not item.live_parts:
        return item.share
    weights = sum((part.weight for part in item.live_parts), Fraction(0))
    total = Fraction(0)
    for part in item.live_parts:
        share = Fraction(1) if part.state is PartState.ACCEPTED else progress(items, part.number)
        if share is None:
            return None
        total += part.weight * share
    return total / weights


def by_origin(items: Iterable[Item]) -> dict[str, int]:
    """How many items each origin can claim; one with two sources is under both, so the sum may exceed the items."""
    counts: dict[str, int] = {}
    for item in items:
        if item.on_the_list:
            for origin in sorted({source.origin for source in item.sources}):
                counts[origin] = counts.get(origin, 0) + 1
    return counts

