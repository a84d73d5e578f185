"""The life of an item of the list (承诺清单): events in, state out. A pure fold, the same whenever it is replayed.

    item = apply(None, listed)              # the first event lists it
    item = apply(item, reported)            # raises LifeRefused and changes nothing where that cannot happen
    item == replay([listed, reported])
    replay(events, as_of=day)               # how it stood at the end of that day

What one event means for other items (parts, mergers) is in `scoring.family`.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date

from scoring import life_end as end
from scoring import life_work as work
from scoring.commitment import Event, Kind, Status
from scoring.item import Item
from scoring.life_rules import LifeRefused, Reason, legal, refusal, refuse_if_ill_formed, refuse_if_not_theirs

__all__ = ["Event", "Item", "Kind", "LifeRefused", "Reason", "Status", "apply", "legal", "replay"]
_MAY_MISS = (Status.LISTED, Status.RETURNED, Status.IN_PROGRESS, Status.CLOSING, Status.CHECKED)


def apply(item: Item | None, event: Event) -> Item:
    """The item after the event; raises LifeRefused where it cannot happen."""
    refuse_if_ill_formed(event)
    if item is None:
        return _marked(_listed(event), event.on)
    if event.at < item.last_at or event.on < item.last_on:
        text = f"{item.number}在{item.last_on.isoformat()}已有后续记录，不能补记更早的事，请按现在的时间登记，事由中写明发生的日期。"
        raise LifeRefused(Reason.OUT_OF_ORDER, text)
    refused = refusal(item, event.kind, event.on)
    if refused is not None:
        raise refused
    refuse_if_not_theirs(item, event)
    after = _EFFECTS[event.kind](_marked(item, event.on), event)
    return replace(_marked(after, event.on), last_at=event.at, last_on=event.on, length=item.length + 1)


def replay(events: Iterable[Event], *, as_of: date | None = None) -> Item | None:
    """The item after all its events, or after those up to the end of a day; None where it was not yet listed."""
    item: Item | None = None
    for event in events:
        if as_of is not None and event.on > as_of:
            break
        item = apply(item, event)
    return item


def _marked(item: Item, on: date) -> Item:
    """A deadline that has passed unmet is kept, whatever happens to the item later."""
    late = item.deadline is not None and on > item.deadline and item.status in _MAY_MISS and not item.waiting
    if not late or item.deadline is None or item.deadline in item.missed:
        return item
    return replace(item, missed=(*item.missed, item.deadline))


def _listed(event: Event) -> Item:
    if event.kind is not Kind.LISTED:
        raise LifeRefused(Reason.NOT_LISTED, f"还没有列入清单，不能{event.kind.words}，请先列入清单。")
    since = event.since or event.on
    original = event.original or event.deadline
    if since > event.on:
        raise LifeRefused(Reason.DATE_TOO_LATE, "列入日期不能晚于今天，请改正。", field="since")
    if event.deadline is not None and original is not None and original > event.deadline:
        raise LifeRefused(Reason.DATE_TOO_LATE, "原定期限不能晚于现在的期限，请改正。", field="original")
    return Item(
        number=event.number,
        status=Status.LISTED,
        unit=event.unit,
        units=event.units,
        leader=event.leader,
        parent=event.parent,
        sources=(event.source,) if event.source else (),
        target=event.target,
        since=since,
        starts_on=event.starts_on or since,
        owner_since=event.on,
        cycle_since=event.on,
        original_deadline=original,
        deadline=event.deadline,
        last_at=event.at,
        last_on=event.on,
    )


_EFFECTS: dict[Kind, Callable[[Item, Event], Item]] = {
    Kind.ACCEPTED: work.accepted,
    Kind.RETURNED: work.returned,
    Kind.REASSIGNED: work.reassigned,
    Kind.REPORTED: work.reported,
    Kind.NODE_CHECKED: work.node_checked,
    Kind.REMINDED: work.reminded,
    Kind.SLIP_ISSUED: work.slip_issued,
    Kind.SLIP_ANSWERED: work.slip_answered,
    Kind.EXTENSION_ASKED: work.extension_asked,
    Kind.EXTENSION_DECIDED: work.extension_decided,
    Kind.PARKED: work.parked,
    Kind.RESUMED: work.resumed,
    Kind.SPLIT: end.split,
    Kind.PART_ACCEPTED: end.part_accepted,
    Kind.PART_REOPENED: end.part_reopened,
    Kind.PART_WITHDRAWN: end.part_withdrawn,
    Kind.MERGED: end.merged,
    Kind.ABSORBED: end.absorbed,
    Kind.LINKED: end.linked,
    Kind.CLOSURE_ASKED: end.closure_asked,
    Kind.CHECKED: end.checked,
    Kind.SIGNED_OFF: end.signed_off,
    Kind.PUBLISHED: end.published,
    Kind.CLOSURE_REFUSED: end.closure_refused,
    Kind.LOOKED_BACK: end.looked_back,
    Kind.RELAPSED: end.relapsed,
    Kind.WITHDRAWN: end.withdrawn,
    Kind.CORRECTED: end.corrected,
}
