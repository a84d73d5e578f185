"""The tables of the list (清单): what was listed, and everything that has happened to it since. No behaviour.

An item stands as it was listed; what became of it are its events, in the order of their serials, and nothing else:
two writers cannot both append to the same state. `item_view`, `item_light` and `item_node` are the replay, kept for
speed: they can be thrown away and made again. Amounts are exact decimals as text, days are ISO text.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from db.tables.base import link, metadata, needed, one_of

item = Table(
    "item",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    needed("series"),  # the number is the series and the place in it: 2019Q1-003
    needed("nth", Integer),
    needed("kind"),
    needed("text"),
    needed("shortcoming"),  # what it is to mend, where that stood, where it should stand
    needed("gap"),
    needed("goal"),
    needed("measures"),  # JSON list of texts
    link("unit_id", "unit.id"),  # the responsible unit as it was listed; the one of today is the view's
    link("lead_unit_id", "unit.id", optional=True),
    needed("owner"),
    needed("contact_leader"),
    needed("supervisor"),
    needed("team"),
    needed("project"),
    needed("batch"),
    needed("category"),
    needed("value"),  # the measurable target: "" when it was promised without one
    needed("value_unit"),
    needed("baseline"),
    needed("direction"),
    needed("started_on"),
    needed("listed_on"),
    Column("deadline", Text, nullable=True),  # none: nobody has named a day yet
    link("sitting_id", "sitting.id", optional=True),
    link("target_id", "target.id", optional=True),
    Column("commitment_id", Integer, ForeignKey("commitment.id"), nullable=True, unique=True),
    Column("part_of", Text, nullable=True),  # the number of the item that it belongs to: a measure's shortcoming
    needed("note"),
    needed("entered_at"),
    needed("entered_by"),
    one_of("kind", "commitment", "task", "problem", "difficulty", "clearance", "shortcoming", "measure", "project"),
    one_of("direction", "up", "down"),
    CheckConstraint("started_on <= deadline", name="begins_before_it_ends"),
    UniqueConstraint("series", "nth"),
)

item_unit = Table(  # the supporting units (配合单位) of today, as the last listing, assignment or correction named them
    "item_unit",
    metadata,
    Column("item_id", Integer, ForeignKey("item.id"), primary_key=True),
    Column("unit_id", Integer, ForeignKey("unit.id"), primary_key=True),
    sqlite_with_rowid=False,
)

item_source = Table(  # where it was said: the same thing from two sources is one item with two lines here
    "item_source",
    metadata,
    Column("id", Integer, primary_key=True),
    link("item_id", "item.id"),
    needed("kind"),
    needed("words"),
    Column("key", Text, nullable=True, unique=True),  # comment:5, commitment:12: what can be listed only once
    needed("at"),
    one_of("kind", "declared", "comment", "question", "inspection", "campaign", "look_back", "import", "other"),
)

item_milestone = Table(
    "item_milestone",
    metadata,
    Column("item_id", Integer, ForeignKey("item.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    needed("text"),
    needed("due"),
    needed("owner"),
    sqlite_with_rowid=False,
)

item_event = Table(
    "item_event",
    metadata,
    Column("item_id", Integer, ForeignKey("item.id"), primary_key=True),
    Column("serial", Integer, primary_key=True),
    needed("kind"),
    needed("at"),
    needed("by"),
    needed("by_role"),
    needed("by_unit"),
    needed("detail"),  # JSON object
    CheckConstraint("serial >= 1", name="serial"),
    CheckConstraint("(serial = 1) = (kind = 'listed')", name="begins_with_its_listing"),
    sqlite_with_rowid=False,
)

item_view = Table(  # what the replay of an item's events comes to, as far as a list shows, filters or sorts it
    "item_view",
    metadata,
    Column("item_id", Integer, ForeignKey("item.id"), primary_key=True),
    needed("version", Integer),  # of the code that made it: a newer one makes it again
    needed("serial", Integer),  # of the last event in it
    needed("status"),
    needed("waits_for"),  # who has to act next: unit, office, supervisor, leader or nobody
    link("unit_id", "unit.id"),
    needed("contact_leader"),
    Column("deadline", Text, nullable=True),
    Column("done_on", Text, nullable=True),
    needed("late", Boolean),
    needed("extensions", Integer),
    needed("refusals", Integer),
    needed("relapses", Integer),
    needed("reminders", Integer),
    needed("slips", Integer),  # outstanding
    needed("slip_level"),
    Column("parked_until", Text, nullable=True),
    Column("merged_into", Text, nullable=True),
    Column("parent", Text, nullable=True),
    needed("progress"),  # in words: 33.5%, 主体结顶
    Column("progress_on", Text, nullable=True),
    needed("last_at"),
    needed("letter_only", Boolean),
    needed("open", Boolean),
    needed("counted", Boolean),  # split and merged ones are counted through others
    needed("state"),  # JSON: what else the replay knows and a card shows
)

item_light = Table(  # the light by day, as long as nothing happens: one row a stretch of days, without a gap
    "item_light",
    metadata,
    Column("item_id", Integer, ForeignKey("item.id"), primary_key=True),
    Column("from_day", Text, primary_key=True),
    needed("until_day"),  # the first day after it
    needed("light"),
    needed("urgency", Integer),  # 0 = look here first
    link("unit_id", "unit.id"),  # from here on what is counted by, as the view and the item have it: so a picture of all
    needed("contact_leader"),  # items is one walk along one index, in the order in which it groups
    needed("kind"),
    needed("due_month"),  # "" where nobody has named a day yet
    needed("counted", Boolean),
    needed("archived", Boolean),  # its list is closed, and nothing has happened to it since: the light stands still
    sqlite_with_rowid=False,
)

item_node = Table(  # how each milestone stands; "ahead" is overdue once its day has passed
    "item_node",
    metadata,
    Column("item_id", Integer, ForeignKey("item.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    needed("due"),
    needed("state"),
    Column("reported_on", Text, nullable=True),  # the report that names it: where it waits, and where it was found reached
    one_of("state", "ahead", "reported", "done", "still", "settled"),
    sqlite_with_rowid=False,
)

for _table, *_columns in (
    (item, "target_id"), (item, "sitting_id"), (item, "part_of"), (item, "batch"), (item, "unit_id"),
    (item_unit, "unit_id"), (item_source, "item_id"), (item_event, "at"),
    (item_view, "unit_id"), (item_view, "contact_leader"), (item_view, "deadline"),
    (item_view, "parked_until"), (item_view, "status"), (item_view, "waits_for"), (item_node, "state", "due"),
):
    Index(f"ix_{_table.name}_{'_'.join(_columns)}", *(_table.c[one] for one in _columns))

_made_up = text("note like '示例数据%'")
Index("ix_item_made_up", item.c.id, sqlite_where=_made_up, postgresql_where=_made_up)  # what samples say of themselves

for _by, *_columns in (  # in the order in which the list, the wall chart and the overview of leaders group what they count
    ("list", "archived", "urgency", "kind", "counted"),
    ("unit", "unit_id", "due_month", "urgency", "kind", "archived", "counted"),
    ("leader", "contact_leader", "urgency", "kind", "archived", "counted"),
):
    Index(f"ix_item_light_by_{_by}", *(item_light.c[one] for one in (*_columns, "until_day", "from_day")))
