"""The tables of the result and of what follows from it: publications, who confirmed them, objections, points. No behaviour.

A publication is frozen with the hashes of its rule and its ballots; a correction is the next number, with a reason.
Points are text (exact decimals); an entry is never changed, only reversed.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from db.tables.base import link, metadata, needed, one_of

publication = Table(
    "publication",
    metadata,
    Column("id", Integer, primary_key=True),
    link("sitting_id", "sitting.id"),
    needed("number", Integer),
    needed("reason"),
    needed("published_at"),
    needed("published_by"),
    needed("rule_sha256"),
    needed("ballots_sha256"),
    needed("result"),
    Column("package", LargeBinary, nullable=False),
    CheckConstraint("number = 1 or reason <> ''", name="a_correction_has_a_reason"),
    UniqueConstraint("sitting_id", "number"),
)

ledger_entry = Table(
    "ledger_entry",
    metadata,
    Column("id", Integer, primary_key=True),
    link("unit_id", "unit.id"),
    needed("period"),
    needed("kind"),
    needed("cause"),
    needed("points"),
    link("publication_id", "publication.id", optional=True),
    Column("reverses_id", Integer, ForeignKey("ledger_entry.id"), nullable=True, unique=True),
    needed("booked_at"),
    needed("booked_by"),
    one_of("kind", "bonus", "deduction"),
)

publishing_terms = Table(
    "publishing_terms",
    metadata,
    Column("sitting_id", Integer, ForeignKey("sitting.id"), primary_key=True),
    needed("hands"),
    needed("objection_hours", Integer),
    one_of("hands", "by_staff", "three_hands", "host_alone"),
    CheckConstraint("objection_hours >= 0", name="hours"),
)

proposal = Table(
    "proposal",
    metadata,
    Column("id", Integer, primary_key=True),
    link("sitting_id", "sitting.id"),
    needed("number", Integer),  # the version that it would become
    needed("reason"),
    needed("proposed_at"),
    needed("proposed_by"),
    needed("rule_sha256"),
    needed("ballots_sha256"),
    needed("result_sha256"),
    Column("publication_id", Integer, ForeignKey("publication.id"), nullable=True, unique=True),
)

confirmation = Table(
    "confirmation",
    metadata,
    Column("proposal_id", Integer, ForeignKey("proposal.id"), primary_key=True),
    Column("role", Text, primary_key=True),
    needed("confirmed_at"),
    needed("confirmed_by"),
    one_of("role", "clerk", "supervisor"),
    UniqueConstraint("proposal_id", "confirmed_by"),  # nobody confirms in two roles
)

objection = Table(
    "objection",
    metadata,
    Column("id", Integer, primary_key=True),
    link("publication_id", "publication.id"),
    link("target_id", "target.id"),
    needed("grounds"),
    needed("filed_at"),
    needed("filed_by"),
    Column("decision", Text, nullable=True),
    Column("decided_at", Text, nullable=True),
    Column("decided_by", Text, nullable=True),
    Column("decision_reason", Text, nullable=True),
    link("mended_by_id", "publication.id", optional=True),
    one_of("decision", "upheld", "corrected"),
    CheckConstraint("(decision is null) = (decided_at is null) and (decision is null) = (decided_by is null)"
                    " and (decision is null) = (decision_reason is null)", name="a_decision_is_whole"),
    CheckConstraint("mended_by_id is null or decision = 'corrected'", name="mended_is_corrected"),
    UniqueConstraint("publication_id", "target_id"),
)

for _table, _column in ((ledger_entry, "unit_id"), (proposal, "sitting_id")):
    Index(f"ix_{_table.name}_{_column}", _table.c[_column])
