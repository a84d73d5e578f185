"""Lines of the list (清单) as they are read on a day, and the filters that choose them. No SQL.

`Filter` is what an address says: keys, numbers and months as text; an empty field lets everything through.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from db.item_values import ItemKind, SourceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which items: an empty field lets everything through. `light` on the day asked for, `month` of the deadline;
    `archived`: "yes" what stands still in archived lists, "no" what does not; `nodes`: "overdue" what has a milestone that
    was missed on that day, "reported" what has one that is reported and waits to be looked at, a day what has one on it."""

    unit: str = ""
    leader: str = ""
    status: str = ""
    light: str = ""
    source: str = ""
    kind: str = ""
    sitting: str = ""
    period: str = ""
    batch: str = ""
    month: str = ""
    text: str = ""
    waits_for: str = ""
    archived: str = ""
    nodes: str = ""
    target_id: int | None = None
    numbers: tuple[str, ...] | None = None
    open_only: bool = False
    slips_out: bool = False
    review_due: bool = False  # parked, and the day on which that is looked at again has come


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedItem:
    """One line of the list as it stands on a day. `state` holds what a card may show besides."""

    id: int
    number: str
    kind: ItemKind
    text: str
    unit: str
    unit_name: str
    lead_unit: str
    owner: str
    contact_leader: str
    supervisor: str
    team: str
    shortcoming: str
    gap: str
    goal: str
    measures: tuple[str, ...]
    project: str
    batch: str
    category: str
    value: str
    value_unit: str
    baseline: str
    direction: str
    started_on: date
    listed_on: date
    original_deadline: date | None
    deadline: date | None
    status: str
    light: str
    urgency: int
    waits_for: str
    done_on: date | None
    late: bool
    extensions: int
    refusals: int
    relapses: int
    reminders: int
    slips: int
    slip_level: str
    parked_until: date | None
    merged_into: str
    parent: str
    part_of: str
    progress: str
    progress_on: date | None
    letter_only: bool
    is_open: bool
    counted: bool
    serial: int
    last_at: datetime
    sitting: str
    sitting_title: str
    period: str
    target: str
    note: str
    nodes_overdue: int = 0  # milestones on the day asked for
    nodes_reported: int = 0
    archived_on: date | None = None  # its list was closed on that day, and nothing has happened to it since
    state: Mapping[str, Any] = field(default_factory=dict)

    @property
    def amount(self) -> str:
        return f"{self.value}{self.value_unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """So many counted items of one kind under one light, in archived lists or not."""

    kind: ItemKind
    light: str
    archived: bool
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemSource:
    kind: SourceKind
    words: str
    at: datetime
