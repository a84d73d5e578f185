"""evidence, look-backs and their visitors, reminders, reconciliations and disclosures"""

from alembic import op
import sqlalchemy as sa


revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "visit_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("ends_on", sa.Text(), nullable=False),
        sa.Column("seed", sa.Text(), nullable=True),
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("points", sa.Text(), nullable=False),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.Text(), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(closed_at is null) = (closed_by is null)",
            name=op.f("ck_visit_plan_closed_by_somebody")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_plan")),
    )
    op.create_table(
        "visit",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("film", sa.Text(), nullable=True),
        sa.Column("film_place", sa.Integer(), nullable=True),
        sa.CheckConstraint("(film is null) = (film_place is null)", name=op.f("ck_visit_a_film_has_a_place")),
        sa.CheckConstraint(
            "(outcome is null) = (decided_at is null) and (outcome is null) = (decided_by is null)"
            " and (outcome is null) = (reason is null)",
            name=op.f("ck_visit_an_outcome_is_whole")),
        sa.CheckConstraint("outcome in ('kept', 'letter_only', 'not_kept')", name=op.f("ck_visit_outcome")),
        sa.ForeignKeyConstraint(["plan_id"], ["visit_plan.id"], name=op.f("fk_visit_plan_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_visit_item_id")),
        sa.PrimaryKeyConstraint("plan_id", "item_id", name=op.f("pk_visit")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_visit_item_id", "visit", ["item_id"])
    op.create_table(
        "visitor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("secret_sha256", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.Text(), nullable=False),
        sa.Column("stopped_at", sa.Text(), nullable=True),
        sa.CheckConstraint("kind in ('citizen_monitor', 'reporter', 'representative')", name=op.f("ck_visitor_kind")),
        sa.ForeignKeyConstraint(["plan_id"], ["visit_plan.id"], name=op.f("fk_visitor_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visitor")),
        sa.UniqueConstraint("plan_id", "code", name=op.f("uq_visitor_plan_id_code")),
        sa.UniqueConstraint("secret_sha256", name=op.f("uq_visitor_secret_sha256")),
    )
    op.create_index("ix_visitor_plan_id", "visitor", ["plan_id"])
    op.create_table(
        "visitor_item",
        sa.Column("visitor_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["visitor_id"], ["visitor.id"], name=op.f("fk_visitor_item_visitor_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_visitor_item_item_id")),
        sa.PrimaryKeyConstraint("visitor_id", "item_id", name=op.f("pk_visitor_item")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_visitor_item_item_id", "visitor_item", ["item_id"])
    op.create_table(
        "visit_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visitor_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.CheckConstraint("verdict in ('kept', 'letter_only', 'not_kept')", name=op.f("ck_visit_answer_verdict")),
        sa.ForeignKeyConstraint(["visitor_id"], ["visitor.id"], name=op.f("fk_visit_answer_visitor_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_visit_answer_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_answer")),
        sa.UniqueConstraint("visitor_id", "nonce", name=op.f("uq_visit_answer_visitor_id_nonce")),
    )
    op.create_index("ix_visit_answer_item_id", "visit_answer", ["item_id"])
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.Text(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("deleted_at", sa.Text(), nullable=True),
        sa.Column("deleted_by", sa.Text(), nullable=True),
        sa.Column("deleted_why", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(deleted_at is null) = (deleted_by is null) and (deleted_at is null) = (deleted_why is null)",
            name=op.f("ck_evidence_a_deletion_is_whole")),
        sa.CheckConstraint("size > 0 and length(sha256) = 64", name=op.f("ck_evidence_content")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_evidence_item_id")),
        sa.ForeignKeyConstraint(["answer_id"], ["visit_answer.id"], name=op.f("fk_evidence_answer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    op.create_index("ix_evidence_answer_id", "evidence", ["answer_id"])
    op.create_index("ix_evidence_item_id", "evidence", ["item_id"])
    op.create_index("ix_evidence_sha256", "evidence", ["sha256"])
    op.create_index("uq_evidence_once", "evidence", ["item_id", "sha256"], unique=True,
                    sqlite_where=sa.text("deleted_at is null and answer_id is null"),
                    postgresql_where=sa.text("deleted_at is null and answer_id is null"))
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.CheckConstraint("channel in ('mail', 'webhook')", name=op.f("ck_reminder_channel")),
        sa.CheckConstraint("state in ('sending', 'sent', 'failed')", name=op.f("ck_reminder_state")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_reminder_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("day", "item_id", "why", "recipient", "channel",
                            name=op.f("uq_reminder_day_item_id_why_recipient_channel")),
    )
    op.create_index("ix_reminder_item_id", "reminder", ["item_id"])
    op.create_table(
        "reconciliation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.Text(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.Text(), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("protocol", sa.Text(), nullable=True),
        sa.Column("protocol_sha256", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(closed_at is null) = (closed_by is null) and (closed_at is null) = (protocol is null)"
            " and (closed_at is null) = (protocol_sha256 is null)",
            name=op.f("ck_reconciliation_closed_with_a_protocol")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation")),
        sa.UniqueConstraint("month", name=op.f("uq_reconciliation_month")),
    )
    op.create_table(
        "reconciliation_line",
        sa.Column("reconciliation_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["reconciliation_id"], ["reconciliation.id"], name=op.f("fk_reconciliation_line_reconciliation_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_reconciliation_line_item_id")),
        sa.PrimaryKeyConstraint("reconciliation_id", "item_id", name=op.f("pk_reconciliation_line")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_reconciliation_line_item_id", "reconciliation_line", ["item_id"])
    op.create_table(
        "reconciliation_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reconciliation_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.CheckConstraint("agrees or fact <> ''", name=op.f("ck_reconciliation_entry_a_difference_is_told")),
        sa.ForeignKeyConstraint(["reconciliation_id"], ["reconciliation.id"], name=op.f("fk_reconciliation_entry_reconciliation_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_reconciliation_entry_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation_entry")),
    )
    op.create_index("ix_reconciliation_entry_reconciliation_id", "reconciliation_entry", ["reconciliation_id"])
    op.create_table(
        "disclosure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("rates", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosure")),
        sa.UniqueConstraint("quarter", name=op.f("uq_disclosure_quarter")),
    )


def downgrade() -> None:
    for table in ("disclosure", "reconciliation_entry", "reconciliation_line", "reconciliation", "reminder", "evidence",
                  "visit_answer", "visitor_item", "visitor", "visit", "visit_plan"):
        op.drop_table(table)
