"""The tables of what is said on stage: segments, questions, comments, and the shortcomings that units bring. No behaviour.

A question from a secret group's phone keeps its group's name and the minute, no seat. A commitment and a comment get
a number when they go onto the list (see `follow_up`). Limits are seconds, pauses milliseconds, times UTC text.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text

from db.tables.base import link, metadata, needed, one_of

segment = Table(  # the agenda template of a sitting (环节): what every target goes through, and what comes before and after
    "segment",
    metadata,
    Column("id", Integer, primary_key=True),
    link("sitting_id", "sitting.id"),
    needed("key"),
    needed("kind"),
    needed("title"),
    needed("scope"),
    needed("position", Integer),
    needed("seconds", Integer),  # 0 = no limit
    needed("warn_seconds", Integer),  # so long before the limit it warns
    one_of("kind", "film", "speech", "questions", "comment", "ballot", "viewing", "announcement", "other"),
    one_of("scope", "before", "each", "after"),
    CheckConstraint("seconds >= 0 and warn_seconds >= 0", name="durations"),
    UniqueConstraint("sitting_id", "key"),
)

segment_run = Table(  # one segment of one target, from its start to its end; the running one has no end
    "segment_run",
    metadata,
    Column("id", Integer, primary_key=True),
    link("sitting_id", "sitting.id"),
    link("segment_id", "segment.id"),
    link("target_id", "target.id", optional=True),
    needed("began_at"),
    Column("paused_at", Text, nullable=True),
    needed("paused_ms", Integer),  # the pauses that are over
    needed("more_seconds", Integer),  # given on top of the limit
    Column("ended_at", Text, nullable=True),
    CheckConstraint("paused_ms >= 0 and more_seconds >= 0", name="durations"),
    CheckConstraint("ended_at is null or paused_at is null", name="ended_is_not_paused"),
    Index("uq_segment_run_going", "sitting_id", unique=True, sqlite_where=text("ended_at is null"),
          postgresql_where=text("ended_at is null")),
)

question = Table(  # a question from the hall or from a phone, and its answer; of a secret group's phone no seat is kept
    "question",
    metadata,
    Column("id", Integer, primary_key=True),
    link("sitting_id", "sitting.id"),
    link("target_id", "target.id"),
    Column("follows_id", Integer, ForeignKey("question.id"), nullable=True),  # a 追问
    needed("source"),
    needed("asker"),
    needed("group_key"),
    link("seat_id", "seat.id", optional=True),
    needed("text"),
    needed("state"),
    needed("position", Integer),
    needed("answer"),
    needed("asked_at"),
    Column("on_stage_at", Text, nullable=True),
    Column("answered_at", Text, nullable=True),
    Column("set_aside", Text, nullable=True),  # why it was not taken
    one_of("source", "prepared", "hall", "phone"),
    one_of("state", "waiting", "queued", "on_stage", "answered", "set_aside"),
    CheckConstraint("(state = 'set_aside') = (set_aside is not null)", name="set_aside_has_a_reason"),
    CheckConstraint("state <> 'answered' or answered_at is not null", name="answered_has_a_time"),
    Index("uq_question_on_stage", "sitting_id", unique=True, sqlite_where=text("state = 'on_stage'"),
          postgresql_where=text("state = 'on_stage'")),
)

comment = Table(  # what a leader said of one target (点评): a problem, or a task; each becomes an item of the list
    "comment",
    metadata,
    Column("id", Integer, primary_key=True),
    link("sitting_id", "sitting.id"),
    link("target_id", "target.id"),
    needed("speaker"),  # a role: 市长
    needed("kind"),
    needed("text"),
    needed("owner"),
    Column("deadline", Text, nullable=True),
    Column("number", Text, nullable=True, unique=True),  # of the list's item
    needed("said_at"),
    Column("withdrawn", Text, nullable=True),  # why it was taken back
    one_of("kind", "problem", "task", "praise"),
)

shortcoming = Table(
    "shortcoming",
    metadata,
    Column("id", Integer, primary_key=True),
    link("target_id", "target.id"),
    needed("position", Integer),
    needed("text"),
    needed("gap"),
    needed("goal"),
    UniqueConstraint("target_id", "position"),
)

measure = Table(
    "measure",
    metadata,
    Column("id", Integer, primary_key=True),
    link("shortcoming_id", "shortcoming.id"),
    needed("position", Integer),
    needed("text"),
    UniqueConstraint("shortcoming_id", "position"),
)

commitment = Table(
    "commitment",
    metadata,
    Column("id", Integer, primary_key=True),
    link("shortcoming_id", "shortcoming.id"),
    needed("position", Integer),
    needed("text"),
    needed("owner"),
    needed("deadline"),
    needed("amount"),
    needed("amount_unit"),
    Column("number", Text, nullable=True, unique=True),  # given when it goes onto the list (清单)
    UniqueConstraint("shortcoming_id", "position"),
)

for _table, _column in ((segment, "sitting_id"), (segment_run, "sitting_id"), (question, "sitting_id"), (comment, "sitting_id")):
    Index(f"ix_{_table.name}_{_column}", _table.c[_column])
