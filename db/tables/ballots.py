"""The tables of the balloting: rounds, ballots from phones, and papers with their keyings. No behaviour.

A secret ballot carries no seat and no time; a named one carries both. Nothing here says which secret seats have
voted: turnout is counted from the ballots. Ballots are clustered by their keys, so that the file does not remember
in which order they came. Marks are text (exact decimals).
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

round_ = Table(
    "round",
    metadata,
    Column("id", Integer, primary_key=True),
    link("sitting_id", "sitting.id"),
    needed("number", Integer),
    needed("phase"),
    needed("opened_at"),
    Column("closes_at", Text, nullable=True),
    Column("closed_at", Text, nullable=True),
    Column("closed_by", Text, nullable=True),
    Column("void_reason", Text, nullable=True),
    one_of("phase", "OPEN", "CLOSED", "PUBLISHED", "VOID"),
    CheckConstraint("(phase = 'OPEN') = (closed_at is null)", name="closed_has_a_time"),
    CheckConstraint("(phase = 'VOID') = (void_reason is not null)", name="void_has_a_reason"),
    UniqueConstraint("sitting_id", "number"),
    Index("uq_round_open", "sitting_id", unique=True, sqlite_where=text("phase = 'OPEN'"),
          postgresql_where=text("phase = 'OPEN'")),
)

round_target = Table(
    "round_target",
    metadata,
    Column("round_id", Integer, ForeignKey("round.id"), primary_key=True),
    Column("target_id", Integer, ForeignKey("target.id"), primary_key=True),
    needed("counts", Boolean),
    Index("uq_round_target_counts", "target_id", unique=True, sqlite_where=text("counts"),
          postgresql_where=text("counts")),
)

ballot = Table(
    "ballot",
    metadata,
    Column("round_id", Integer, primary_key=True),
    Column("voter", Text, primary_key=True),  # "s<seat id>", or HMAC(badge secret, round) of a secret group
    Column("target_id", Integer, primary_key=True),
    Column("version", Integer, primary_key=True),
    needed("group_key"),
    link("seat_id", "seat.id", optional=True),
    needed("state"),
    needed("marks"),  # JSON object criterion -> exact text
    needed("nonce"),
    needed("receipt"),
    Column("received_at", Text, nullable=True),
    needed("counted", Boolean),
    ForeignKeyConstraint(["round_id", "target_id"], ["round_target.round_id", "round_target.target_id"]),
    one_of("state", "submitted", "abstain", "dont_know", "spoiled", "late"),
    CheckConstraint("(seat_id is null) = (received_at is null)", name="secret_has_neither_seat_nor_time"),
    CheckConstraint("seat_id is null or voter = 's' || seat_id", name="voter_is_the_seat"),
    CheckConstraint("version >= 1", name="version"),
    CheckConstraint("not counted or state <> 'late'", name="late_never_counts"),
    Index("uq_ballot_counted", "round_id", "voter", "target_id", unique=True, sqlite_where=text("counted"),
          postgresql_where=text("counted")),
    sqlite_with_rowid=False,
)

shadow_ballot = Table(  # the papers of shadow seats: shown to them, and read by nothing that counts
    "shadow_ballot",
    metadata,
    Column("round_id", Integer, ForeignKey("round.id"), primary_key=True),
    Column("seat_id", Integer, ForeignKey("seat.id"), primary_key=True),
    Column("target_id", Integer, ForeignKey("target.id"), primary_key=True),
    needed("version", Integer),
    needed("state"),
    needed("marks"),
    needed("nonce"),
    needed("receipt"),
    needed("received_at"),
    one_of("state", "submitted", "abstain", "dont_know"),
    sqlite_with_rowid=False,
)

paper_serial = Table(  # papers printed for secret groups: counted, not assigned; a serial leads to nobody
    "paper_serial",
    metadata,
    Column("sitting_id", Integer, ForeignKey("sitting.id"), primary_key=True),
    Column("serial", Text, primary_key=True),
    needed("group_key"),
    needed("targets"),  # JSON list of the targets' keys that stand on it
    sqlite_with_rowid=False,
)

paper = Table(  # one paper that came back, from the first keying to what became of it
    "paper",
    metadata,
    Column("round_id", Integer, ForeignKey("round.id"), primary_key=True),
    Column("label", Text, primary_key=True),  # the seat's code, or the serial of a secret group
    needed("group_key"),
    link("seat_id", "seat.id", optional=True),
    needed("voter"),
    needed("state"),
    needed("attempt", Integer),
    needed("chosen", Integer),  # whose keying of this attempt is taken
    Column("version", Integer, nullable=True),  # the ballot's version that it became
    Column("decided_by", Text, nullable=True),
    Column("reason", Text, nullable=True),
    one_of("state", "keyed", "differs", "duplicate", "counted", "phone", "spoiled"),
    CheckConstraint("state <> 'counted' or version is not null", name="counted_has_a_version"),
    CheckConstraint("(decided_by is null) = (reason is null)", name="a_decision_has_a_reason"),
    CheckConstraint("chosen in (1, 2) and attempt >= 1", name="numbers"),
    UniqueConstraint("round_id", "voter"),
    sqlite_with_rowid=False,
)

paper_entry = Table(
    "paper_entry",
    metadata,
    Column("round_id", Integer, primary_key=True),
    Column("label", Text, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    needed("lines"),  # JSON list of [target, state, {criterion: exact text}]
    needed("keyed_by"),
    Column("keyed_at", Text, nullable=True),  # of a named paper only
    ForeignKeyConstraint(["round_id", "label"], ["paper.round_id", "paper.label"]),
    CheckConstraint("number in (1, 2)", name="number"),
    UniqueConstraint("round_id", "label", "attempt", "keyed_by"),  # nobody confirms his own keying
    sqlite_with_rowid=False,
)

Index("ix_round_target_round_id", round_target.c.round_id)
