"""The tables of a sitting and of what is prepared for it: units, rule, targets, seats, badges, the stage and its screen.

Constraints make wrong states impossible; there is no behaviour. Points and values are text (exact decimals), times
are UTC text in ISO 8601, never a binary float. A badge's secret is kept as SHA-256 only.
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
    false,
    text,
    true,
)

from db.tables.base import link, metadata, needed, one_of

unit = Table(
    "unit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    needed("name"),
    needed("kind"),
    link("parent_id", "unit.id", optional=True),
    one_of("kind", "county", "department", "town", "zone", "other"),
)

sitting = Table(
    "sitting",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    needed("title"),
    needed("arena"),
    needed("period"),
    needed("held_on"),
    needed("place"),
    needed("note"),
    needed("ballot_mode"),
    needed("seconds", Integer),
    needed("grace_seconds", Integer),
    needed("desk_check_in", Boolean),
    Column("draw_seed", Text, nullable=True),
    Column("serial", Integer, nullable=False, server_default=text("0")),
    needed("created_at"),
    one_of("ballot_mode", "each", "all"),
    CheckConstraint("seconds >= 0 and grace_seconds >= 0", name="durations"),
)

rule = Table(
    "rule",
    metadata,
    Column("id", Integer, primary_key=True),
    link("sitting_id", "sitting.id"),
    needed("version", Integer),
    needed("toml"),
    needed("sha256"),
    Column("locked_at", Text, nullable=True),
    UniqueConstraint("sitting_id", "version"),
)

target = Table(
    "target",
    metadata,
    Column("id", Integer, primary_key=True),
    link("sitting_id", "sitting.id"),
    needed("key"),
    needed("name"),
    link("unit_id", "unit.id"),
    needed("presenter"),
    needed("ranking_group"),
    needed("ranked", Boolean),
    needed("position", Integer),
    Column("speaks", Boolean, nullable=False, server_default=true()),  # comes on stage; the others are scored only
    Column("route", Text, nullable=False, server_default=""),  # of a viewing on several routes; "" = seen by everybody
    Column("substitute", Text, nullable=False, server_default=""),  # who speaks in the presenter's stead: a role
    Column("postponed", Text, nullable=True),  # why it is put off to a supplementary sitting
    UniqueConstraint("sitting_id", "key"),
)

stage = Table(
    "stage",
    metadata,
    Column("sitting_id", Integer, ForeignKey("sitting.id"), primary_key=True),
    needed("shows"),
    link("target_id", "target.id", optional=True),
    one_of("shows", "agenda", "target", "ranking"),
    CheckConstraint("shows <> 'target' or target_id is not null", name="a_target_is_named"),
)

screen = Table(  # how the stage is shown: frozen or not, and how far the reveal of a publication has gone
    "screen",
    metadata,
    Column("sitting_id", Integer, ForeignKey("sitting.id"), primary_key=True),
    needed("version", Integer),
    needed("step", Integer),
    needed("low", Integer),
    needed("low_way"),
    Column("rehearsal", Integer, nullable=True),
    Column("frozen", Text, nullable=True),  # what the hall saw at that moment, as JSON
    Column("frozen_at", Text, nullable=True),
    one_of("low_way", "each", "together", "never"),
    CheckConstraint("step >= 0 and low >= 0 and (rehearsal is null or rehearsal >= 0)", name="counted"),
    CheckConstraint("(frozen is null) = (frozen_at is null)", name="frozen_has_a_time"),
)

seat = Table(
    "seat",
    metadata,
    Column("id", Integer, primary_key=True),
    link("sitting_id", "sitting.id"),
    needed("code"),
    needed("group_key"),
    needed("name"),
    link("unit_id", "unit.id", optional=True),
    Column("checked_in_at", Text, nullable=True),
    Column("route", Text, nullable=False, server_default=""),
    Column("shadow", Boolean, nullable=False, server_default=false()),  # for training: its papers are kept apart
    UniqueConstraint("sitting_id", "code"),
)

badge = Table(
    "badge",
    metadata,
    Column("id", Integer, primary_key=True),
    link("seat_id", "seat.id"),
    Column("secret_sha256", Text, nullable=False, unique=True),
    needed("issued_at"),
    Column("stopped_at", Text, nullable=True),
    Index("uq_badge_in_force", "seat_id", unique=True, sqlite_where=text("stopped_at is null"),
          postgresql_where=text("stopped_at is null")),
)

device_check = Table(
    "device_check",
    metadata,
    Column("seat_id", Integer, ForeignKey("seat.id"), primary_key=True),
    needed("checked_at"),
    needed("storage", Boolean),
    needed("skew_ms", Integer),
    needed("round_trip_ms", Integer),
    needed("lost", Integer),
    CheckConstraint("round_trip_ms >= 0 and lost >= 0", name="measured"),
)

recusal = Table(
    "recusal",
    metadata,
    Column("seat_id", Integer, ForeignKey("seat.id"), primary_key=True),
    Column("target_id", Integer, ForeignKey("target.id"), primary_key=True),
    needed("reason"),
)

component_value = Table(
    "component_value",
    metadata,
    Column("target_id", Integer, ForeignKey("target.id"), primary_key=True),
    Column("component", Text, primary_key=True),
    needed("value"),
)

Index("ix_target_sitting_id", target.c.sitting_id)
