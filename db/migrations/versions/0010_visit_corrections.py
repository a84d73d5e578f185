"""corrections of what was found of a visit of a look-back"""

from alembic import op
import sqlalchemy as sa


revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "visit_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.CheckConstraint("outcome in ('kept', 'letter_only', 'not_kept')", name=op.f("ck_visit_correction_outcome")),
        sa.ForeignKeyConstraint(["plan_id", "item_id"], ["visit.plan_id", "visit.item_id"],
                                name=op.f("fk_visit_correction_plan_id_item_id_visit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_correction")),
    )
    op.create_index("ix_visit_correction_plan_id_item_id", "visit_correction", ["plan_id", "item_id"])


def downgrade() -> None:
    op.drop_table("visit_correction")
