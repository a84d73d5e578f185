"""The list (清单): putting items on it, and appending what happens to them.

An item is entered once: what has a source with a key (a commitment, a comment) keeps the number that it got first.
Events are only ever appended, each with the serial after the one that its writer saw; the view of the item is made
again in the same transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime

from sqlalchemy import Connection, delete, insert, select, true, update

from db import tables as t
from db.item_events import listing, sha256_of
from db.item_rows import Place, Row, event_row, item_row, milestone_rows, source_row
from db.item_values import ItemKind, Milestone, NewItem, Source, SourceKind, StoredEvent
from db.reads.item_nodes import plans_of
from db.record import Record
from db.stores import item_views, whole_lists
from db.stores.item_numbers import Numbers
from db.stores.whole_lists import Ready, make_ready
from db.values import Sitting
from scoring.commitment import Event, Kind
from scoring.life import replay
from scoring.node_names import node_of


class Items:
    """Writes of the list. What may happen to an item, and who may do it, is decided above."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection
        self._later: set[int] | None = None
        self._to_touch: set[tuple[str, str]] = set()
        self._told: dict[int, list[dict[str, object]]] = defaultdict(list)

    @contextmanager
    def views_later(self) -> Iterator[None]:
        """Views are made when the block ends, each once: for lists that come whole. A block within a block ends with it."""
        if self._later is not None:
            yield
            return
        self._later = set()
        yield
        waiting, self._later = self._later, None
        item_views.make_again(self._c, sorted(waiting))

    def enter(self, new: NewItem, *, by: str, at: datetime, by_role: str = "", by_unit: str = "") -> str:
        """Put it on the list; its number. What is listed already, by its source's key, keeps the number it has.

        Raises LifeRefused where it cannot be listed so, KeyError for a unit that there is not.
        """
        Record(self._c).hold()  # numbers are given one at a time
        known = self.number_of(new.source.key)
        if known is not None:
            return known
        place = Numbers(self._c).next(new)
        self._enter(new, place, listing(new, place.number, at=at, by=by, by_unit=by_unit, role=by_role))
        return place.number

    def enter_as(self, new: NewItem, event: Event) -> None:
        """Under the number that it has already (a part of a split item, a list from elsewhere); `event` is its listing."""
        self._enter(new, Numbers(self._c).next(new), event)

    def _enter(self, new: NewItem, place: Place, event: Event) -> None:
        units = self._unit_ids(new.unit, new.lead_unit, *new.supporting)
        item_id = self._insert(t.item, **item_row(new, place, units, at=event.at, by=event.by))
        self.link_source(item_id, new.source, at=event.at)
        if new.supporting:
            self._put_supporting(item_id, new.supporting)
        for one in milestone_rows(new.milestones):
            self._c.execute(insert(t.item_milestone), {"item_id": item_id, **one})
        if new.commitment_id is not None:
            self._c.execute(update(t.commitment).where(t.commitment.c.id == new.commitment_id).values(number=place.number))
        self.append(item_id, 1, event)
        if new.sitting_id is not None:
            self.touch_sittings_later((new.sitting_id,))

    def enter_ready(self, ready: Ready) -> tuple[str, ...]:
        """A list that comes whole, made ready before; the number of each. Whoever enters it holds the record and has
        asked whether it still stands."""
        ids = whole_lists.put(self._c, ready, views=self._later is None)
        if self._later is not None:
            self._later |= set(ids.values())
        for one in ready.entries:
            self._told[ids[one.item["number"]]].append(one.event)
        self.touch_sittings_later({one.item["sitting_id"] for one in ready.entries if one.item["sitting_id"] is not None})
        return ready.numbers

    def enter_promises(self, sitting: Sitting, *, listed_on: date, by: str, at: datetime, by_role: str = "",
                       target_id: int | None = None, ahead: Ready | None = None) -> tuple[str, ...]:
        """Every commitment of this sitting (or of one target) that is not on the list yet; the numbers that they have now.
        What a unit that is put off promises is listed from the supplementary sitting.

        One that its unit made before, at another sitting, is linked to that item and not listed twice. `ahead`: what
        `promises_ahead` made of them; where it is not that any more it is made again.
        """
        waiting = self._waiting(sitting, listed_on, target_id)
        Record(self._c).hold()  # numbers are given one at a time
        seen = whole_lists.seen_by(self._c)
        twins = self._promised_before(sitting.id, {one.unit for one in waiting})
        numbers: list[str | None] = []  # none yet: the next of the fresh ones
        fresh: list[NewItem] = []
        with self.views_later():
            for new in waiting:
                twin = twins.get(_promise(new))
                if twin is None:
                    fresh.append(new)
                    numbers.append(None)
                elif self.number_of(new.source.key) is None:
                    self._link_promise(*twin, new, by=by, at=at, by_role=by_role)
                    numbers.append(twin[1])
        if ahead is None or (ahead.seen, ahead.asked) != (seen, tuple(fresh)):
            ahead = make_ready(self._c, fresh, seen, by=by, at=at, role=by_role)
        entered = iter(self.enter_ready(ahead))
        return tuple(next(entered) if one is None else one for one in numbers)

    def promises_ahead(self, sitting: Sitting, *, listed_on: date, by: str, at: datetime, by_role: str = "") -> Ready:
        """The promises that `enter_promises` will list, made ready on a connection that only reads."""
        seen = whole_lists.seen_by(self._c)
        waiting = self._waiting(sitting, listed_on)
        twins = self._promised_before(sitting.id, {one.unit for one in waiting})
        return make_ready(self._c, [one for one in waiting if _promise(one) not in twins], seen, by=by, at=at, role=by_role)

    def _waiting(self, sitting: Sitting, listed_on: date, target_id: int | None = None) -> list[NewItem]:
        rows = self._c.execute(
            select(t.commitment, t.shortcoming.c.text.label("shortcoming"), t.shortcoming.c.gap, t.shortcoming.c.goal,
                   t.target.c.id.label("target_id"), t.unit.c.key.label("unit"))
            .join_from(t.commitment, t.shortcoming, t.commitment.c.shortcoming_id == t.shortcoming.c.id)
            .join(t.target, t.shortcoming.c.target_id == t.target.c.id)
            .join(t.unit, t.target.c.unit_id == t.unit.c.id)
            .where(t.target.c.sitting_id == sitting.id, t.commitment.c.number.is_(None), t.target.c.postponed.is_(None),
                   true() if target_id is None else t.target.c.id == target_id)
            .order_by(t.target.c.position, t.shortcoming.c.position, t.commitment.c.position)).all()
        measures: dict[int, list[str]] = defaultdict(list)
        for r in self._c.execute(
                select(t.measure.c.shortcoming_id, t.measure.c.text)
                .where(t.measure.c.shortcoming_id.in_({one.shortcoming_id for one in rows}))
                .order_by(t.measure.c.position)):
            measures[r.shortcoming_id].append(r.text)
        return [NewItem(
            kind=ItemKind.COMMITMENT, text=one.text, unit=one.unit, owner=one.owner,
            source=Source(kind=SourceKind.DECLARED, words=sitting.title, key=f"commitment:{one.id}"),
            listed_on=listed_on, started_on=sitting.held_on, deadline=date.fromisoformat(one.deadline),
            shortcoming=one.shortcoming, gap=one.gap, goal=one.goal, measures=tuple(measures[one.shortcoming_id]),
            value=one.amount, value_unit=one.amount_unit, sitting_id=sitting.id, target_id=one.target_id,
            commitment_id=one.id) for one in rows]

    def holds_target(self, target_id: int) -> bool:
        """Whether something on the list was said of this target: it can be taken off the agenda no more."""
        return self._c.execute(select(t.item.c.id).where(t.item.c.target_id == target_id).limit(1)).first() is not None

    def _promised_before(self, sitting_id: int, units: Collection[str]) -> dict[tuple[str, str, str], tuple[int, str]]:
        """Unit, words, day -> (id, number) of what these units promised at other sittings and is still open."""
        rows = self._c.execute(
            select(t.item.c.id, t.item.c.number, t.unit.c.key, t.item.c.text, t.item.c.deadline)
            .join_from(t.item, t.item_view, t.item_view.c.item_id == t.item.c.id)
            .join(t.unit, t.unit.c.id == t.item.c.unit_id)
            .where(t.unit.c.key.in_(units), t.item.c.kind == ItemKind.COMMITMENT.value, t.item_view.c.open,
                   t.item.c.deadline.is_not(None), t.item.c.sitting_id.is_distinct_from(sitting_id))
            .order_by(t.item.c.id.desc()))  # of several the first one counts
        return {(r.key, r.text, r.deadline): (int(r.id), str(r.number)) for r in rows}

    def _link_promise(self, item_id: int, number: str, new: NewItem, *, by: str, at: datetime, by_role: str) -> None:
        """Said again at another sitting: one item with one more source."""
        before = self.events_of((item_id,))[item_id]
        self.link_source(item_id, new.source, at=at)
        event = listing(new, number, at=at, by=by, role=by_role)
        linked = Event(kind=Kind.LINKED, at=at, on=max(event.on, before[-1].event.on), by=by, role=by_role, source=event.source)
        item = replay(one.event for one in before)
        if item is not None and event.source not in item.sources:
            self.append(item_id, len(before) + 1, linked)

    def append(self, item_id: int, serial: int, event: Event, more: Mapping[str, object] | None = None) -> None:
        """One event, at this serial: if somebody else was quicker the database refuses it. The view follows at once."""
        self._append([(item_id, event, event_row(serial, event, more))])

    def append_each(self, moves: Iterable[tuple[int, int, Event]]) -> None:
        """Many moves one after the other: (item id, serial, event) of each."""
        self._append([(item_id, event, event_row(serial, event)) for item_id, serial, event in moves])

    def _append(self, moves: Sequence[tuple[int, Event, Row]]) -> None:
        if moves:
            self._c.execute(insert(t.item_event), [{"item_id": item_id, **written} for item_id, _event, written in moves])
        for item_id, event, written in moves:
            self._told[item_id].append(written)
            if event.kind is Kind.REASSIGNED or (event.kind is Kind.CORRECTED and event.units):
                self._put_supporting(item_id, event.units)
            if event.plan:
                self._plan_anew(item_id, event.plan)
        if self._later is not None:
            self._later |= {item_id for item_id, _event, _written in moves}
        else:
            item_views.make_again(self._c, (item_id for item_id, _event, _written in moves))

    def append_ready(self, events: Sequence[Row], sources: Sequence[Row]) -> None:
        """Rows made ready, whose views and whose hashes in the record whoever made them sees to (`office.listing.linking`)."""
        for table, rows in ((t.item_event, events), (t.item_source, sources)):
            if rows:
                self._c.execute(insert(table), list(rows))

    def told(self) -> dict[str, object]:
        """What the next line of the record keeps of the events that were appended since the last one, so that none can be
        changed unseen: number -> first serial, how many, SHA-256 of them (`db.item_events.sha256_of`)."""
        told, self._told = self._told, defaultdict(list)
        numbers = dict(item_views.numbers_of(self._c, told))
        return {"events": {numbers[one]: [rows[0]["serial"], len(rows), sha256_of(rows)]
                           for one, rows in told.items()}} if told else {}

    def link_source(self, item_id: int, source: Source, *, at: datetime) -> None:
        """The same thing said somewhere else too: one more line, not one more item."""
        self._c.execute(insert(t.item_source), {"item_id": item_id, **source_row(source, at=at)})

    def number_of(self, key: str) -> str | None:
        """The number under which what this key names is on the list."""
        if not key:
            return None
        return self._c.execute(
            select(t.item.c.number).join_from(t.item_source, t.item, t.item_source.c.item_id == t.item.c.id)
            .where(t.item_source.c.key == key)).scalar_one_or_none()

    def ids_of(self, numbers: Iterable[str]) -> dict[str, int]:
        """Number -> item id, of those that are on the list."""
        return item_views.ids_of(self._c, numbers)

    def events_of(self, item_ids: Iterable[int]) -> dict[int, list[StoredEvent]]:
        """Item id -> everything that has happened to it, in order."""
        return item_views.events_of(self._c, tuple(item_ids))

    def touch_later(self, sitting: Sitting) -> None:
        """Later sittings of the same arena show how this one's promises stand: their screens are told to look again,
        when this transaction is over (`db.work`). The hall holds its sitting and then the record; whoever holds the
        record must wait for no sitting."""
        self._to_touch.add((sitting.arena, sitting.held_on.isoformat()))

    def touch_sittings_later(self, sitting_ids: Collection[int]) -> None:
        """The same, of sittings by their ids."""
        for r in self._c.execute(select(t.sitting.c.arena, t.sitting.c.held_on).where(t.sitting.c.id.in_(sitting_ids))):
            self._to_touch.add((r.arena, r.held_on))

    def touched(self) -> frozenset[tuple[str, str]]:
        """(arena, day) whose later sittings are to be told."""
        return frozenset(self._to_touch)

    def touch(self, told: Iterable[tuple[str, str]]) -> None:
        """Tell them: in a transaction that does nothing else."""
        for arena, held_on in sorted(told):
            later = (select(t.sitting.c.id).where(t.sitting.c.arena == arena, t.sitting.c.held_on > held_on)
                     .order_by(t.sitting.c.id).with_for_update())
            ids = self._c.execute(later).scalars().all()
            self._c.execute(update(t.sitting).where(t.sitting.c.id.in_(ids)).values(serial=t.sitting.c.serial + 1))

    def _unit_ids(self, *keys: str) -> dict[str, int]:
        rows = self._c.execute(select(t.unit.c.key, t.unit.c.id).where(t.unit.c.key.in_({one for one in keys if one})))
        return {r.key: int(r.id) for r in rows}

    def _put_supporting(self, item_id: int, units: Iterable[str]) -> None:
        """Who supports it from now on; who did before stands in the events."""
        self._c.execute(delete(t.item_unit).where(t.item_unit.c.item_id == item_id))
        for unit_id in self._unit_ids(*units).values():
            self._c.execute(insert(t.item_unit).values(item_id=item_id, unit_id=unit_id))

    def _plan_anew(self, item_id: int, names: Sequence[str]) -> None:
        """The milestones from now on, each with the owner that one of its words had; those before stand in the events."""
        owners = {one.text: one.owner for one in plans_of(self._c, (item_id,)).get(item_id, ())}
        self._c.execute(delete(t.item_milestone).where(t.item_milestone.c.item_id == item_id))
        planned = [Milestone(text=text, due=due, owner=owners.get(text, "")) for due, text in map(node_of, names)]
        self._c.execute(insert(t.item_milestone), [{"item_id": item_id, **one} for one in milestone_rows(planned)])

    def _insert(self, table: object, **values: object) -> int:
        done = self._c.execute(insert(table), values)  # type: ignore[arg-type]
        assert done.inserted_primary_key is not None
        return int(done.inserted_primary_key[0])


def _promise(new: NewItem) -> tuple[str, str, str]:
    """By what a promise is known again: the unit, its words, the day."""
    return new.unit, new.text, new.deadline.isoformat() if new.deadline else ""
