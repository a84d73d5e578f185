"""The tables of the hall and of what is prepared for it, and the constraints that make wrong states impossible. No behaviour.

Marks, points and amounts are text (exact decimals), times are UTC text in ISO 8601, never a binary float.
A secret ballot carries no seat and no time; a named one carries both. Nothing here says which secret seats have
voted: turnout is counted from the ballots. Ballots are clustered by their keys, so that the file does not remember
in which order they came.
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
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

from db.tables.base import link as _link
from db.tables.base import metadata
from db.tables.base import needed as _needed
from db.tables.base import one_of as _one_of

# -- who and what ------------------------------------------------------------------------------------------

unit = Table(
    "unit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    _needed("name"),
    _needed("kind"),
    _link("parent_id", "unit.id", optional=True),
    _one_of("kind", "county", "department", "town", "zone", "other"),
)

sitting = Table(
    "sitting",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    _needed("title"),
    _needed("arena"),
    _needed("period"),
    _needed("held_on"),
    _needed("place"),
    _needed("note"),
    _needed("ballot_mode"),
    _needed("seconds", Integer),
    _needed("grace_seconds", Integer),
    _needed("desk_check_in", Boolean),
    Column("draw_seed", Text, nullable=True),
    Column("serial", Integer, nullable=False, server_default=text("0")),
    _needed("created_at"),
    _one_of("ballot_mode", "each", "all"),
    CheckConstraint("seconds >= 0 and grace_seconds >= 0", name="durations"),
)

rule = Table(
    "rule",
    metadata,
    Column("id", Integer, primary_key=True),
    _link("sitting_id", "sitting.id"),
    _needed("version", Integer),
    _needed("toml"),
    _needed("sha256"),
    Column("locked_at", Text, nullable=True),
    UniqueConstraint("sitting_id", "version"),
)

target = Table(
    "target",
    metadata,
    Column("id", Integer, primary_key=True),
    _link("sitting_id", "sitting.id"),
    _needed("key"),
    _needed("name"),
    _link("unit_id", "unit.id"),
    _needed("presenter"),
    _needed("ranking_group"),
    _needed("ranked", Boolean),
    _needed("position", Integer),
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
    _needed("shows"),
    _link("target_id", "target.id", optional=True),
    _one_of("shows", "agenda", "target", "ranking"),
    CheckConstraint("shows <> 'target' or target_id is not null", name="a_target_is_named"),
)

screen = Table(  # how the stage is shown: frozen or not, and how far the reveal of a publication has gone
    "screen",
    metadata,
    Column("sitting_id", Integer, ForeignKey("sitting.id"), primary_key=True),
    _needed("version", Integer),
    _needed("step", Integer),
    _needed("low", Integer),
    _needed("low_way"),
    Column("rehearsal", Integer, nullable=True),
    Column("frozen", Text, nullable=True),  # what the hall saw at that moment, as JSON
    Column("frozen_at", Text, nullable=True),
    _one_of("low_way", "each", "together", "never"),
    CheckConstraint("step >= 0 and low >= 0 and (rehearsal is null or rehearsal >= 0)", name="counted"),
    CheckConstraint("(frozen is null) = (frozen_at is null)", name="frozen_has_a_time"),
)

seat = Table(
    "seat",
    metadata,
    Column("id", Integer, primary_key=True),
    _link("sitting_id", "sitting.id"),
    _needed("code"),
    _needed("group_key"),
    _needed("name"),
    _link("unit_id", "unit.id", optional=True),
    Column("checked_in_at", Text, nullable=True),
    Column("route", Text, nullable=False, server_default=""),
    Column("shadow", Boolean, nullable=False, server_default=false()),  # for training: its papers are kept apart
    UniqueConstraint("sitting_id", "code"),
)

badge = Table(
    "badge",
    metadata,
    Column("id", Integer, primary_key=True),
    _link("seat_id", "seat.id"),
    Column("secret_sha256", Text, nullable=False, unique=True),
    _needed("issued_at"),
    Column("stopped_at", Text, nullable=True),
    Index("uq_badge_in_force", "seat_id", unique=True, sqlite_where=text("stopped_at is null"),
          postgresql_where=text("stopped_at is null")),
)

recusal = Table(
    "recusal",
    metadata,
    Column("seat_id", Integer, ForeignKey("seat.id"), primary_key=True),
    Column("target_id", Integer, ForeignKey("target.id"), primary_key=True),
    _needed("reason"),
)

component_value = Table(
    "component_value",
    metadata,
    Column("target_id", Integer, ForeignKey("target.id"), primary_key=True),
    Column("component", Text, primary_key=True),
    _needed("value"),
)

# -- the balloting -----------------------------------------------------------------------------------------

round_ = Table(
    "round",
    metadata,
    Column("id", Integer, primary_key=True),
    _link("sitting_id", "sitting.id"),
    _needed("number", Integer),
    _needed("phase"),
    _needed("opened_at"),
    Column("closes_at", Text, nullable=True),
    Column("closed_at", Text, nullable=True),
    Column("closed_by", Text, nullable=True),
    Column("void_reason", Text, nullable=True),
    _one_of("phase", "OPEN", "CLOSED", "PUBLISHED", "VOID"),
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
    _needed("counts", Boolean),
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
    _needed("group_key"),
    _link("seat_id", "seat.id", optional=True),
    _needed("state"),
    _needed("marks"),  # JSON object criterion -> exact text
    _needed("nonce"),
    _needed("receipt"),
    Column("received_at", Text, nullable=True),
    _needed("counted", Boolean),
    ForeignKeyConstraint(["round_id", "target_id"], ["round_target.round_id", "round_target.target_id"]),
    _one_of("state", "submitted", "abstain", "dont_know", "spoiled", "late"),
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
    _needed("version", Integer),
    _needed("state"),
    _needed("marks"),
    _needed("nonce"),
    _needed("receipt"),
    _needed("received_at"),
    _one_of("state", "submitted", "abstain", "dont_know"),
    sqlite_with_rowid=False,
)

# -- on stage: segments, questions, comments ---------------------------------------------------------------

segment = Table(  # the agenda template of a sitting (环节): what every target goes through, and what comes before and after
    "segment",
    metadata,
    Column("id", Integer, primary_key=True),
    _link("sitting_id", "sitting.id"),
    _needed("key"),
    _needed("kind"),
    _needed("title"),
    _needed("scope"),
    _needed("position", Integer),
    _needed("seconds", Integer),  # 0 = no limit
    _needed("warn_seconds", Integer),  # so long before the limit it warns
    _one_of("kind", "film", "speech", "questions", "comment", "ballot", "viewing", "announcement", "other"),
    _one_of("scope", "before", "each", "after"),
    CheckConstraint("seconds >= 0 and warn_seconds >= 0", name="durations"),
    UniqueConstraint("sitting_id", "key"),
)

segment_run = Table(  # one segment of one target, from its start to its end; the running one has no end
    "segment_run",
    metadata,
    Column("id", Integer, primary_key=True),
    _link("sitting_id", "sitting.id"),
    _link("segment_id", "segment.id"),
    _link("target_id", "target.id", optional=True),
    _needed("began_at"),
    Column("paused_at", Text, nullable=True),
    _needed("paused_ms", Integer),  # the pauses that are over
    _needed("more_seconds", Integer),  # given on top of the limit
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
    _link("sitting_id", "sitting.id"),
    _link("target_id", "target.id"),
    Column("follows_id", Integer, ForeignKey("question.id"), nullable=True),  # a 追问
    _needed("source"),
    _needed("asker"),
    _needed("group_key"),
    _link("seat_id", "seat.id", optional=True),
    _needed("text"),
    _needed("state"),
    _needed("position", Integer),
    _needed("answer"),
    _needed("asked_at"),
    Column("on_stage_at", Text, nullable=True),
    Column("answered_at", Text, nullable=True),
    Column("set_aside", Text, nullable=True),  # why it was not taken
    _one_of("source", "prepared", "hall", "phone"),
    _one_of("state", "waiting", "queued", "on_stage", "answered", "set_aside"),
    CheckConstraint("(state = 'set_aside') = (set_aside is not null)", name="set_aside_has_a_reason"),
    CheckConstraint("state <> 'answered' or answered_at is not null", name="answered_has_a_time"),
    Index("uq_question_on_stage", "sitting_id", unique=True, sqlite_where=text("state = 'on_stage'"),
          postgresql_where=text("state = 'on_stage'")),
)

comment = Table(  # what a leader said of one target (点评): a problem, or a task; each becomes an item of the list
    "comment",
    metadata,
    Column("id", Integer, primary_key=True),
    _link("sitting_id", "sitting.id"),
    _link("target_id", "target.id"),
    _needed("speaker"),  # a role: 市长
    _needed("kind"),
    _needed("text"),
    _needed("owner"),
    Column("deadline", Text, nullable=True),
    Column("number", Text, nullable=True, unique=True),  # of the list's item
    _needed("said_at"),
    Column("withdrawn", Text, nullable=True),  # why it was taken back
    _one_of("kind", "problem", "task", "praise"),
)

# -- paper ballots -----------------------------------------------------------------------------------------

paper_serial = Table(  # papers printed for secret groups: counted, not assigned; a serial leads to nobody
    "paper_serial",
    metadata,
    Column("sitting_id", Integer, ForeignKey("sitting.id"), primary_key=True),
    Column("serial", Text, primary_key=True),
    _needed("group_key"),
    _needed("targets"),  # JSON list of the targets' keys that stand on it
    sqlite_with_rowid=False,
)

paper = Table(  # one paper that came back, from the first keying to what became of it
    "paper",
    metadata,
    Column("round_id", Integer, ForeignKey("round.id"), primary_key=True),
    Column("label", Text, primary_key=True),  # the seat's code, or the serial of a secret group
    _needed("group_key"),
    _link("seat_id", "seat.id", optional=True),
    _needed("voter"),
    _needed("state"),
    _needed("attempt", Integer),
    _needed("chosen", Integer),  # whose keying of this attempt is taken
    Column("version", Integer, nullable=True),  # the ballot's version that it became
    Column("decided_by", Text, nullable=True),
    Column("reason", Text, nullable=True),
    _one_of("state", "keyed", "differs", "duplicate", "counted", "phone", "spoiled"),
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
    _needed("lines"),  # JSON list of [target, state, {criterion: exact text}]
    _needed("keyed_by"),
    Column("keyed_at", Text, nullable=True),  # of a named paper only
    ForeignKeyConstraint(["round_id", "label"], ["paper.round_id", "paper.label"]),
    CheckConstraint("number in (1, 2)", name="number"),
    UniqueConstraint("round_id", "label", "attempt", "keyed_by"),  # nobody confirms his own keying
    sqlite_with_rowid=False,
)

device_check = Table(
    "device_check",
    metadata,
    Column("seat_id", Integer, ForeignKey("seat.id"), primary_key=True),
    _needed("checked_at"),
    _needed("storage", Boolean),
    _needed("skew_ms", Integer),
    _needed("round_trip_ms", Integer),
    _needed("lost", Integer),
    CheckConstraint("round_trip_ms >= 0 and lost >= 0", name="measured"),
)

# -- the result and what follows ---------------------------------------------------------------------------

publication = Table(
    "publication",
    metadata,
    Column("id", Integer, primary_key=True),
    _link("sitting_id", "sitting.id"),
    _needed("number", Integer),
    _needed("reason"),
    _needed("published_at"),
    _needed("published_by"),
    _needed("rule_sha256"),
    _needed("ballots_sha256"),
    _needed("result"),
    Column("package", LargeBinary, nullable=False),
    CheckConstraint("number = 1 or reason <> ''", name="a_correction_has_a_reason"),
    UniqueConstraint("sitting_id", "number"),
)

ledger_entry = Table(
    "ledger_entry",
    metadata,
    Column("id", Integer, primary_key=True),
    _link("unit_id", "unit.id"),
    _needed("period"),
    _needed("kind"),
    _needed("cause"),
    _needed("points"),
    _link("publication_id", "publication.id", optional=True),
    Column("reverses_id", Integer, ForeignKey("ledger_entry.id"), nullable=True, unique=True),
    _needed("booked_at"),
    _needed("booked_by"),
    _one_of("kind", "bonus", "deduction"),
)

publishing_terms = Table(
    "publishing_terms",
    metadata,
    Column("sitting_id", Integer, ForeignKey("sitting.id"), primary_key=True),
    _needed("hands"),
    _needed("objection_hours", Integer),
    _one_of("hands", "by_staff", "three_hands", "host_alone"),
    CheckConstraint("objection_hours >= 0", name="hours"),
)

proposal = Table(
    "proposal",
    metadata,
    Column("id", Integer, primary_key=True),
    _link("sitting_id", "sitting.id"),
    _needed("number", Integer),  # the version that it would become
    _needed("reason"),
    _needed("proposed_at"),
    _needed("proposed_by"),
    _needed("rule_sha256"),
    _needed("ballots_sha256"),
    _needed("result_sha256"),
    Column("publication_id", Integer, ForeignKey("publication.id"), nullable=True, unique=True),
)

confirmation = Table(
    "confirmation",
    metadata,
    Column("proposal_id", Integer, ForeignKey("proposal.id"), primary_key=True),
    Column("role", Text, primary_key=True),
    _needed("confirmed_at"),
    _needed("confirmed_by"),
    _one_of("role", "clerk", "supervisor"),
    UniqueConstraint("proposal_id", "confirmed_by"),  # nobody confirms in two roles
)

objection = Table(
    "objection",
    metadata,
    Column("id", Integer, primary_key=True),
    _link("publication_id", "publication.id"),
    _link("target_id", "target.id"),
    _needed("grounds"),
    _needed("filed_at"),
    _needed("filed_by"),
    Column("decision", Text, nullable=True),
    Column("decided_at", Text, nullable=True),
    Column("decided_by", Text, nullable=True),
    Column("decision_reason", Text, nullable=True),
    _link("mended_by_id", "publication.id", optional=True),
    _one_of("decision", "upheld", "corrected"),
    CheckConstraint("(decision is null) = (decided_at is null) and (decision is null) = (decided_by is null)"
                    " and (decision is null) = (decision_reason is null)", name="a_decision_is_whole"),
    CheckConstraint("mended_by_id is null or decision = 'corrected'", name="mended_is_corrected"),
    UniqueConstraint("publication_id", "target_id"),
)

shortcoming = Table(
    "shortcoming",
    metadata,
    Column("id", Integer, primary_key=True),
    _link("target_id", "target.id"),
    _needed("position", Integer),
    _needed("text"),
    _needed("gap"),
    _needed("goal"),
    UniqueConstraint("target_id", "position"),
)

measure = Table(
    "measure",
    metadata,
    Column("id", Integer, primary_key=True),
    _link("shortcoming_id", "shortcoming.id"),
    _needed("position", Integer),
    _needed("text"),
    UniqueConstraint("shortcoming_id", "position"),
)

commitment = Table(
    "commitment",
    metadata,
    Column("id", Integer, primary_key=True),
    _link("shortcoming_id", "shortcoming.id"),
    _needed("position", Integer),
    _needed("text"),
    _needed("owner"),
    _needed("deadline"),
    _needed("amount"),
    _needed("amount_unit"),
    Column("number", Text, nullable=True, unique=True),  # given when it goes onto the list (清单)
    UniqueConstraint("shortcoming_id", "position"),
)

# -- staff and the record ----------------------------------------------------------------------------------

staff = Table(
    "staff",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    _needed("title"),
    Column("password_hash", Text, nullable=True),
    _link("unit_id", "unit.id", optional=True),
    _needed("active", Boolean),
    _needed("created_at"),
)

staff_role = Table(
    "staff_role",
    metadata,
    Column("staff_id", Integer, ForeignKey("staff.id"), primary_key=True),
    Column("role", Text, primary_key=True),
    _one_of("role", "host", "clerk", "supervisor", "leader", "liaison", "administrator"),
)

sign_in_link = Table(
    "sign_in_link",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("secret_sha256", Text, nullable=False, unique=True),
    _link("staff_id", "staff.id"),
    _needed("purpose"),
    _needed("expires_at"),
    Column("used_at", Text, nullable=True),
    _one_of("purpose", "password", "demo"),
)

sign_in = Table(
    "sign_in",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("token_sha256", Text, nullable=False, unique=True),
    _link("staff_id", "staff.id"),
    _needed("began_at"),
    _needed("expires_at"),
    Column("ended_at", Text, nullable=True),
)

record_entry = Table(
    "record_entry",
    metadata,
    Column("id", Integer, primary_key=True),
    _needed("at"),
    _needed("actor"),
    _needed("action"),
    Column("sitting_id", Integer, ForeignKey("sitting.id"), nullable=True),
    _needed("detail"),
    _needed("previous_hash"),
    Column("hash", Text, nullable=False, unique=True),
)

setting = Table(
    "setting",
    metadata,
    Column("key", Text, primary_key=True),
    _needed("value"),
)

for _table, _column in (
    (target, "sitting_id"), (ledger_entry, "unit_id"), (sign_in, "staff_id"),
    (record_entry, "sitting_id"), (round_target, "round_id"), (proposal, "sitting_id"), (segment, "sitting_id"),
    (segment_run, "sitting_id"), (question, "sitting_id"), (comment, "sitting_id"),
):
    Index(f"ix_{_table.name}_{_column}", _table.c[_column])
