"""briefings and visits on site of contact leaders"""

from alembic import op
import sqlalchemy as sa


revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "leader_visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("leader", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("on", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("taken_back_at", sa.Text(), nullable=True),
        sa.Column("taken_back_by", sa.Text(), nullable=True),
        sa.Column("taken_back_why", sa.Text(), nullable=True),
        sa.CheckConstraint("kind in ('briefing', 'on_site')", name=op.f("ck_leader_visit_kind")),
        sa.CheckConstraint(
            "(taken_back_at is null) = (taken_back_by is null) and (taken_back_at is null) = (taken_back_why is null)",
            name=op.f("ck_leader_visit_taken_back_whole")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_leader_visit_item_id_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leader_visit")),
    )
    op.create_index("ix_leader_visit_on", "leader_visit", ["on"])
    op.create_index("ix_leader_visit_item_id", "leader_visit", ["item_id"])


def downgrade() -> None:
    op.drop_table("leader_visit")
