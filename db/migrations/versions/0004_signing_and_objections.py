"""how a result is published; proposals and confirmations; objections"""

from alembic import op
import sqlalchemy as sa


revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "publishing_terms",
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("hands", sa.Text(), nullable=False),
        sa.Column("objection_hours", sa.Integer(), nullable=False),
        sa.CheckConstraint("hands in ('by_staff', 'three_hands', 'host_alone')",
                           name=op.f("ck_publishing_terms_hands")),
        sa.CheckConstraint("objection_hours >= 0", name=op.f("ck_publishing_terms_hours")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_publishing_terms_sitting_id")),
        sa.PrimaryKeyConstraint("sitting_id", name=op.f("pk_publishing_terms")),
    )
    op.create_table(
        "proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("rule_sha256", sa.Text(), nullable=False),
        sa.Column("ballots_sha256", sa.Text(), nullable=False),
        sa.Column("result_sha256", sa.Text(), nullable=False),
        sa.Column("publication_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_proposal_sitting_id")),
        sa.ForeignKeyConstraint(["publication_id"], ["publication.id"], name=op.f("fk_proposal_publication_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sa.UniqueConstraint("publication_id", name=op.f("uq_proposal_publication_id")),
    )
    op.create_index(op.f("ix_proposal_sitting_id"), "proposal", ["sitting_id"])
    op.create_table(
        "confirmation",
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("confirmed_at", sa.Text(), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=False),
        sa.CheckConstraint("role in ('clerk', 'supervisor')", name=op.f("ck_confirmation_role")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_confirmation_proposal_id")),
        sa.PrimaryKeyConstraint("proposal_id", "role", name=op.f("pk_confirmation")),
        sa.UniqueConstraint("proposal_id", "confirmed_by", name=op.f("uq_confirmation_proposal_id_confirmed_by")),
    )
    op.create_table(
        "objection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("grounds", sa.Text(), nullable=False),
        sa.Column("filed_at", sa.Text(), nullable=False),
        sa.Column("filed_by", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("mended_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("decision in ('upheld', 'corrected')", name=op.f("ck_objection_decision")),
        sa.CheckConstraint("(decision is null) = (decided_at is null) and (decision is null) = (decided_by is null)"
                           " and (decision is null) = (decision_reason is null)",
                           name=op.f("ck_objection_a_decision_is_whole")),
        sa.CheckConstraint("mended_by_id is null or decision = 'corrected'",
                           name=op.f("ck_objection_mended_is_corrected")),
        sa.ForeignKeyConstraint(["publication_id"], ["publication.id"], name=op.f("fk_objection_publication_id")),
        sa.ForeignKeyConstraint(["target_id"], ["target.id"], name=op.f("fk_objection_target_id")),
        sa.ForeignKeyConstraint(["mended_by_id"], ["publication.id"], name=op.f("fk_objection_mended_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
        sa.UniqueConstraint("publication_id", "target_id", name=op.f("uq_objection_publication_id_target_id")),
    )


def downgrade() -> None:
    op.drop_table("objection")
    op.drop_table("confirmation")
    op.drop_index(op.f("ix_proposal_sitting_id"), "proposal")
    op.drop_table("proposal")
    op.drop_table("publishing_terms")
