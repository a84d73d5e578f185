"""What the list (清单) holds, as frozen values: an item as it was listed, where it came from, what happened to it.

Units are named by their keys, items by their numbers, days are dates, amounts are exact decimals as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from scoring.commitment import Event, Origin
from scoring.node_names import node_name


class ItemKind(StrEnum):
    """What is on the list."""

    COMMITMENT = "commitment"
    TASK = "task"
    PROBLEM = "problem"
    DIFFICULTY = "difficulty"
    CLEARANCE = "clearance"
    SHORTCOMING = "shortcoming"
    MEASURE = "measure"
    PROJECT = "project"

    @property
    def words(self) -> str:
        return _KIND_WORDS[self]


_KIND_WORDS = {
    ItemKind.COMMITMENT: "承诺", ItemKind.TASK: "任务", ItemKind.PROBLEM: "问题", ItemKind.DIFFICULTY: "难题",
    ItemKind.CLEARANCE: "清零", ItemKind.SHORTCOMING: "短板", ItemKind.MEASURE: "举措", ItemKind.PROJECT: "项目",
}


class SourceKind(StrEnum):
    """Where something on the list was said or found."""

    DECLARED = "declared"
    COMMENT = "comment"
    QUESTION = "question"
    INSPECTION = "inspection"
    CAMPAIGN = "campaign"
    LOOK_BACK = "look_back"
    IMPORT = "import"
    OTHER = "other"

    @property
    def words(self) -> str:
        """As the life of an item calls it; what that does not tell apart has words of its own."""
        return {SourceKind.LOOK_BACK: "回头看", SourceKind.OTHER: "其他"}.get(self) or Origin(self.value).words


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where it was said. `key` ("comment:5") names what can be listed only once; empty where nothing does."""

    kind: SourceKind
    words: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """A dated node (时间节点) on the way."""

    text: str
    due: date
    owner: str = ""

    @property
    def name(self) -> str:
        """What events call it."""
        return node_name(self.text, self.due)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """Something to be put on the list. Without a deadline it stands there as unknown until the office names a day.

    `unit` is the responsible unit's key, `sitting_id`, `target_id` and `commitment_id` are the database's own.
    `number` is given only where the list comes from elsewhere with its numbers; else it is the next of `series`,
    which is the sitting's period, or the year.
    """

    kind: ItemKind
    text: str
    unit: str
    source: Source
    listed_on: date
    deadline: date | None = None
    owner: str = ""
    shortcoming: str = ""
    gap: str = ""
    goal: str = ""
    measures: tuple[str, ...] = ()
    lead_unit: str = ""
    supporting: tuple[str, ...] = ()
    contact_leader: str = ""
    supervisor: str = ""
    team: str = ""
    project: str = ""
    batch: str = ""
    category: str = ""
    value: str = ""
    value_unit: str = ""
    baseline: str = ""
    direction: str = "up"
    started_on: date | None = None
    milestones: tuple[Milestone, ...] = ()
    sitting_id: int | None = None
    target_id: int | None = None
    commitment_id: int | None = None
    part_of: str = ""
    note: str = ""
    series: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """One event of an item as it was written, with its serial; `more` is what its life does not need to know."""

    serial: int
    event: Event
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedItem:
    """By what an item is named wherever somebody is told to act on it: on a page, in a letter, in a reminder."""

    id: int
    number: str
    text: str
    unit: str
    unit_name: str
    leader: str
    deadline: date | None
