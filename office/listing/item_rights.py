"""Who may do what to an item of the list: the office (督办办) assigns, presses and decides; the unit takes on, reports
and asks; the supervisor checks on site; a leader signs off. Never the owner's own unit, whoever it is: that is refused
by the life of the item itself (`scoring.life_rules`), so that no right given here can undo it.
"""

from __future__ import annotations

from collections.abc import Iterable

from db.values import Staff
from office.people import Role
from scoring.commitment import Kind, Status
from scoring.item import Item
from scoring.life_rules import OWNERS_OWN

OFFICE = frozenset({Role.ADMINISTRATOR, Role.HOST, Role.CLERK})
_OFFICE_DOES = frozenset({
    Kind.REASSIGNED, Kind.NODE_CHECKED, Kind.REMINDED, Kind.SLIP_ISSUED, Kind.EXTENSION_DECIDED, Kind.PARKED, Kind.RESUMED,
    Kind.SPLIT, Kind.MERGED, Kind.LINKED, Kind.PUBLISHED, Kind.CLOSURE_REFUSED, Kind.LOOKED_BACK, Kind.RELAPSED, Kind.WITHDRAWN,
    Kind.CORRECTED})
_OTHERS_DO = {
    Role.LEADER: frozenset({Kind.REMINDED, Kind.EXTENSION_DECIDED, Kind.SIGNED_OFF, Kind.CLOSURE_REFUSED}),
    Role.SUPERVISOR: frozenset({Kind.NODE_CHECKED, Kind.REMINDED, Kind.CHECKED, Kind.CLOSURE_REFUSED, Kind.LOOKED_BACK}),
}
_WHO = {Kind.NODE_CHECKED: "请督办机构或监督员办理", Kind.CHECKED: "请监督员办理",
        Kind.SIGNED_OFF: "请领导办理", Kind.PUBLISHED: "请督办机构办理"}
_NEXT = {Status.LISTED: Kind.ACCEPTED, Status.RETURNED: Kind.REASSIGNED, Status.IN_PROGRESS: Kind.REPORTED,
         Status.CLOSING: Kind.CHECKED, Status.CHECKED: Kind.SIGNED_OFF, Status.SIGNED_OFF: Kind.PUBLISHED}
IN_TURN = (
    Kind.ACCEPTED, Kind.REPORTED, Kind.CLOSURE_ASKED, Kind.CHECKED, Kind.SIGNED_OFF, Kind.PUBLISHED,
    Kind.EXTENSION_DECIDED, Kind.NODE_CHECKED, Kind.RESUMED, Kind.SLIP_ANSWERED, Kind.EXTENSION_ASKED, Kind.RETURNED,
    Kind.CLOSURE_REFUSED, Kind.REMINDED, Kind.SLIP_ISSUED, Kind.LOOKED_BACK, Kind.RELAPSED, Kind.REASSIGNED, Kind.PARKED,
    Kind.SPLIT,
    Kind.MERGED, Kind.LINKED, Kind.CORRECTED, Kind.WITHDRAWN)
"""Every move that a person can make, the likeliest first; what only follows from other moves is not among them."""


def may(who: Staff, item: Item, kind: Kind) -> bool:
    """Whether a person may do this to the item, as far as roles go; whether it can happen now is the life's."""
    if kind in OWNERS_OWN and (who.roles & OFFICE or speaks_for(who, item, kind)):
        return True
    if who.unit and who.unit == item.unit:
        return False
    if kind in _OFFICE_DOES and who.roles & OFFICE:
        return True
    return any(role in who.roles and kind in does for role, does in _OTHERS_DO.items())


def speaks_for(who: Staff, item: Item, kind: Kind) -> bool:
    """The liaison of the responsible unit; a supporting unit's may report too."""
    if Role.LIAISON not in who.roles or not who.unit:
        return False
    return who.unit == item.unit or (kind is Kind.REPORTED and who.unit in item.units)


def as_unit(who: Staff, item: Item, kind: Kind) -> str:
    """The unit that a person acts for: none where the office writes down what the owner told it."""
    if kind in OWNERS_OWN and not speaks_for(who, item, kind):
        return ""
    return who.unit


def not_yours(kind: Kind) -> str:
    """Why not, and who may."""
    return f"您不能{kind.words}这一项，{_WHO.get(kind, '请责任单位联络员或督办机构办理')}。"


def may_list(who: Staff) -> bool:
    """Putting something new on the list is the office's."""
    return bool(who.roles & OFFICE)


def next_of(who: Staff, item: Item, kinds: Iterable[Kind]) -> Kind | None:
    """The move that the item waits for, where it waits for this person."""
    closes = item.status in (Status.CLOSING, Status.CHECKED)
    after = Kind.EXTENSION_DECIDED if item.extension_pending and not closes else _NEXT.get(item.status)
    if after is None or after not in kinds or (after in OWNERS_OWN and not speaks_for(who, item, after)):
        return Kind.NODE_CHECKED if Kind.NODE_CHECKED in kinds and who.roles & OFFICE else None
    return after


def theirs(who: Staff, kinds: Iterable[Kind], item: Item) -> tuple[Kind, ...]:
    """Of these moves the ones that are this person's, the likeliest first; last what is only written down for the owner."""
    possible = set(kinds)
    mine = [kind for kind in IN_TURN if kind in possible and may(who, item, kind)]
    return tuple(sorted(mine, key=lambda kind: kind in OWNERS_OWN and not speaks_for(who, item, kind)))
