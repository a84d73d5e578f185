"""The tables of what is brought to the list from outside: evidence, look-backs, reminders, reconciliations. No behaviour.

The content of evidence is in a folder beside the database, by its hash; a deleted file leaves its line and its hash.
Answers of visitors, corrections of outcomes and entries of a reconciliation are only ever added. What was closed or
disclosed is frozen JSON with its own hash, so that a list that grows never rewrites it. Secrets of visitors are kept as
SHA-256 only.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from db.tables.base import link, metadata, needed, one_of

visit_plan = Table(  # a look-back: which items are visited, drawn at random with a recorded seed, or chosen
    "visit_plan",
    metadata,
    Column("id", Integer, primary_key=True),
    needed("title"),
    needed("period"),  # of the ledger that its points go to
    needed("ends_on"),
    Column("seed", Text, nullable=True),  # null: chosen
    needed("pool"),  # JSON list of the numbers that could be drawn, sorted
    needed("points"),  # JSON: what each outcome counts, as it was configured when the plan was made
    needed("made_at"),
    needed("made_by"),
    Column("closed_at", Text, nullable=True),
    Column("closed_by", Text, nullable=True),
    CheckConstraint("(closed_at is null) = (closed_by is null)", name="closed_by_somebody"),
)

visit = Table(
    "visit",
    metadata,
    Column("plan_id", Integer, ForeignKey("visit_plan.id"), primary_key=True),
    Column("item_id", Integer, ForeignKey("item.id"), primary_key=True),
    Column("outcome", Text, nullable=True),
    Column("reason", Text, nullable=True),
    Column("decided_at", Text, nullable=True),
    Column("decided_by", Text, nullable=True),
    Column("film", Text, nullable=True),  # the title of its film for the sitting, and its place among them
    Column("film_place", Integer, nullable=True),
    one_of("outcome", "kept", "letter_only", "not_kept"),
    CheckConstraint("(outcome is null) = (decided_at is null) and (outcome is null) = (decided_by is null)"
                    " and (outcome is null) = (reason is null)", name="an_outcome_is_whole"),
    CheckConstraint("(film is null) = (film_place is null)", name="a_film_has_a_place"),
    sqlite_with_rowid=False,
)

visit_correction = Table(  # an outcome that was wrong: the visit keeps the first one, the last one here stands
    "visit_correction",
    metadata,
    Column("id", Integer, primary_key=True),
    needed("plan_id", Integer),
    needed("item_id", Integer),
    needed("outcome"),
    needed("reason"),
    needed("at"),
    needed("by"),
    one_of("outcome", "kept", "letter_only", "not_kept"),
    ForeignKeyConstraint(["plan_id", "item_id"], ["visit.plan_id", "visit.item_id"]),
)

visitor = Table(
    "visitor",
    metadata,
    Column("id", Integer, primary_key=True),
    link("plan_id", "visit_plan.id"),
    needed("code"),
    needed("kind"),
    Column("secret_sha256", Text, nullable=False, unique=True),
    needed("issued_at"),
    Column("stopped_at", Text, nullable=True),
    one_of("kind", "citizen_monitor", "reporter", "representative"),
    UniqueConstraint("plan_id", "code"),
)

visitor_item = Table(
    "visitor_item",
    metadata,
    Column("visitor_id", Integer, ForeignKey("visitor.id"), primary_key=True),
    Column("item_id", Integer, ForeignKey("item.id"), primary_key=True),
    sqlite_with_rowid=False,
)

visit_answer = Table(  # what a visitor found; a later one of the same visitor takes the place of an earlier one
    "visit_answer",
    metadata,
    Column("id", Integer, primary_key=True),
    link("visitor_id", "visitor.id"),
    link("item_id", "item.id"),
    needed("nonce"),
    needed("verdict"),
    needed("words"),
    needed("at"),
    one_of("verdict", "kept", "letter_only", "not_kept"),
    UniqueConstraint("visitor_id", "nonce"),
)

evidence = Table(
    "evidence",
    metadata,
    Column("id", Integer, primary_key=True),
    link("item_id", "item.id"),
    link("answer_id", "visit_answer.id", optional=True),  # a visitor's photo
    needed("sha256"),
    needed("name"),
    needed("media_type"),
    needed("size", Integer),
    needed("added_at"),
    needed("added_by"),
    Column("deleted_at", Text, nullable=True),
    Column("deleted_by", Text, nullable=True),
    Column("deleted_why", Text, nullable=True),
    CheckConstraint("size > 0 and length(sha256) = 64", name="content"),
    CheckConstraint("(deleted_at is null) = (deleted_by is null) and (deleted_at is null) = (deleted_why is null)",
                    name="a_deletion_is_whole"),
    Index("uq_evidence_once", "item_id", "sha256", unique=True,
          sqlite_where=text("deleted_at is null and answer_id is null"),
          postgresql_where=text("deleted_at is null and answer_id is null")),
)

reminder = Table(  # one reminder that went out, or is going out: never the same one twice on a day
    "reminder",
    metadata,
    Column("id", Integer, primary_key=True),
    needed("day"),
    link("item_id", "item.id"),
    needed("why"),
    needed("recipient"),
    needed("channel"),
    needed("state"),
    needed("at"),
    needed("by"),
    needed("said"),  # how the sending ended, in words
    one_of("channel", "mail", "webhook"),
    one_of("state", "sending", "sent", "failed"),
    UniqueConstraint("day", "item_id", "why", "recipient", "channel"),
)

reconciliation = Table(  # 月度对账: one a month
    "reconciliation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("month", Text, nullable=False, unique=True),
    needed("as_of"),
    needed("opened_at"),
    needed("opened_by"),
    Column("closed_at", Text, nullable=True),
    Column("closed_by", Text, nullable=True),
    Column("protocol", Text, nullable=True),  # frozen JSON
    Column("protocol_sha256", Text, nullable=True),
    CheckConstraint("(closed_at is null) = (closed_by is null) and (closed_at is null) = (protocol is null)"
                    " and (closed_at is null) = (protocol_sha256 is null)", name="closed_with_a_protocol"),
)

reconciliation_line = Table(  # an item as the list told of it when the run was opened
    "reconciliation_line",
    metadata,
    Column("reconciliation_id", Integer, ForeignKey("reconciliation.id"), primary_key=True),
    Column("item_id", Integer, ForeignKey("item.id"), primary_key=True),
    needed("said"),  # JSON: number, unit, leader, text, deadline, status, light, progress; nodes: milestones of the month and overdue
    sqlite_with_rowid=False,
)

reconciliation_entry = Table(  # what was found when fact was held against list
    "reconciliation_entry",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("reconciliation_id", Integer, ForeignKey("reconciliation.id"), nullable=False),
    link("item_id", "item.id"),
    needed("agrees", Boolean),
    needed("fact"),
    needed("at"),
    needed("by"),
    needed("late", Boolean),
    CheckConstraint("agrees or fact <> ''", name="a_difference_is_told"),
)

disclosure = Table(  # 季度亮账: the rates at a quarter's end, as they were disclosed
    "disclosure",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("quarter", Text, nullable=False, unique=True),
    needed("as_of"),
    needed("at"),
    needed("by"),
    needed("rates"),  # frozen JSON
    needed("sha256"),
)

for _table, *_columns in (
    (visit, "item_id"), (visit_correction, "plan_id", "item_id"), (visitor, "plan_id"), (visitor_item, "item_id"),
    (visit_answer, "item_id"),
    (evidence, "item_id"), (evidence, "answer_id"), (evidence, "sha256"), (reminder, "item_id"),
    (reconciliation_line, "item_id"), (reconciliation_entry, "reconciliation_id"),
):
    Index(f"ix_{_table.name}_{'_'.join(_columns)}", *(_table.c[one] for one in _columns))
