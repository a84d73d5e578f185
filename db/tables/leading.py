"""The table of what contact leaders (联系领导) do themselves: briefings and visits on site. No behaviour.

Lines are only ever added; one that was wrong is taken back, with who, when and why, and stays.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Integer, Table, Text

from db.tables.base import link, metadata, needed, one_of

leader_visit = Table(
    "leader_visit",
    metadata,
    Column("id", Integer, primary_key=True),
    needed("leader"),  # as the list names its contact leaders
    needed("kind"),
    needed("on"),
    needed("about"),
    needed("found"),
    link("item_id", "item.id", optional=True),
    needed("at"),
    needed("by"),
    Column("taken_back_at", Text, nullable=True),
    Column("taken_back_by", Text, nullable=True),
    Column("taken_back_why", Text, nullable=True),
    one_of("kind", "briefing", "on_site"),
    CheckConstraint("(taken_back_at is null) = (taken_back_by is null) and (taken_back_at is null) = (taken_back_why is null)",
                    name="taken_back_whole"),
)

for _column in ("on", "item_id"):
    Index(f"ix_leader_visit_{_column}", leader_visit.c[_column])
