"""Many sources linked at once: what an Excel file has of items that are on the list already.

The same as one `office.listing.items.happen_in` after the other, with the same events and the same lines in the record,
but made ready before the writer is held. A link concerns no other item; where an item is a part or has parts, its view
is made in the transaction, by what its relatives are then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from db.engine import Connection
from db.item_events import said, sha256_of
from db.item_lights import archive_days, rule_in_force
from db.item_rows import Row, event_row, source_row
from db.item_values import Source, SourceKind, StoredEvent
from db.reads.known_items import sittings_of
from db.stores.item_views import events_of, ids_of, make_again
from db.stores.views_ahead import Ahead, make_ahead, put_ahead, serials_of
from db.work import Work
from office import local_time
from office.listing.items import recorded
from office.refusal import NotFound, Refused
from scoring import family
from scoring.commitment import Event, Kind
from scoring.life import replay
from scoring.life_rules import LifeRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Moves made ready: rows of events and of sources, lines of the record. `serials`: how many events each item had."""

    serials: Mapping[int, int]
    events: tuple[Row, ...]
    sources: tuple[Row, ...]
    lines: tuple[tuple[int | None, Row], ...]
    ahead: Ahead
    with_relatives: tuple[int, ...]


def make_links(c: Connection, linked: Sequence[tuple[str, Source]], *, by: str, at: datetime, role: str) -> Links:
    """(number, source) of each. Raises NotFound, Refused."""
    ids = ids_of(c, [number for number, _source in linked])
    stored = events_of(c, list(ids.values()))
    stand = {number: replay(one.event for one in stored[item_id]) for number, item_id in ids.items()}
    said_at = sittings_of(c, list(ids.values()))
    also: dict[int, list[StoredEvent]] = defaultdict(list)
    events: list[Row] = []
    sources: list[Row] = []
    lines: list[tuple[int | None, Row]] = []
    for number, source in linked:
        item = stand.get(number)
        if item is None:
            raise NotFound(f"清单里没有{number}。")
        event = Event(kind=Kind.LINKED, at=at, on=local_time.day(at), by=by, role=role, source=said(source))
        try:
            after = family.happen({number: item}, number, event).items[number]
        except LifeRefused as refused:
            raise Refused(refused.text) from None
        item_id, stand[number] = ids[number], after
        row = event_row(after.length, event)
        also[item_id].append(StoredEvent(serial=after.length, event=event))
        events.append({"item_id": item_id, **row})
        kept = Source(kind=SourceKind(said(source).origin.value), words=source.words)
        sources.append({"item_id": item_id, **source_row(kept, at=at)})
        lines.append((said_at.get(item_id), {"item": number, **recorded(event),
                                             "events": {number: [after.length, 1, sha256_of([row])]}}))
    related = tuple(ids[number] for number, item in stand.items() if item is not None and (item.parent or item.parts))
    ahead = make_ahead(c, sorted(set(ids.values()) - set(related)), rule_in_force(c), archive_days(c), also=also)
    return Links(serials={one: len(told) for one, told in stored.items()}, events=tuple(events), sources=tuple(sources),
                 lines=tuple(lines), ahead=ahead, with_relatives=related)


def still_stand(c: Connection, links: Links) -> bool:
    """Nothing has happened to these items since."""
    return serials_of(c, list(links.serials)) == links.serials


def link_all(w: Work, links: Links, *, by: str, at: datetime) -> None:
    """Write them, each with its line in the record. Whoever does so holds the record."""
    w.items.append_ready(links.events, links.sources)
    put_ahead(w.c, links.ahead, list(links.ahead.serials))
    make_again(w.c, links.with_relatives)
    w.record.append_all(links.lines, at=at, actor=by, action=f"清单：{Kind.LINKED.words}")
    w.items.touch_sittings_later({one for one, _detail in links.lines if one is not None})
