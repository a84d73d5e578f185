"""The tables of the people who work with the system, of the record of what they did, and of settings. No behaviour.

Passwords are kept as argon2 hashes, secrets of links and sign-ins as SHA-256 only. A line of the record carries the
hash of the line before it.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text

from db.tables.base import link, metadata, needed, one_of

staff = Table(
    "staff",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    needed("title"),
    Column("password_hash", Text, nullable=True),
    link("unit_id", "unit.id", optional=True),
    needed("active", Boolean),
    needed("created_at"),
)

staff_role = Table(
    "staff_role",
    metadata,
    Column("staff_id", Integer, ForeignKey("staff.id"), primary_key=True),
    Column("role", Text, primary_key=True),
    one_of("role", "host", "clerk", "supervisor", "leader", "liaison", "administrator"),
)

sign_in_link = Table(
    "sign_in_link",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("secret_sha256", Text, nullable=False, unique=True),
    link("staff_id", "staff.id"),
    needed("purpose"),
    needed("expires_at"),
    Column("used_at", Text, nullable=True),
    one_of("purpose", "password", "demo"),
)

sign_in = Table(
    "sign_in",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("token_sha256", Text, nullable=False, unique=True),
    link("staff_id", "staff.id"),
    needed("began_at"),
    needed("expires_at"),
    Column("ended_at", Text, nullable=True),
)

record_entry = Table(
    "record_entry",
    metadata,
    Column("id", Integer, primary_key=True),
    needed("at"),
    needed("actor"),
    needed("action"),
    Column("sitting_id", Integer, ForeignKey("sitting.id"), nullable=True),
    needed("detail"),
    needed("previous_hash"),
    Column("hash", Text, nullable=False, unique=True),
)

setting = Table(
    "setting",
    metadata,
    Column("key", Text, primary_key=True),
    needed("value"),
)

for _table, _column in ((sign_in, "staff_id"), (record_entry, "sitting_id")):
    Index(f"ix_{_table.name}_{_column}", _table.c[_column])
