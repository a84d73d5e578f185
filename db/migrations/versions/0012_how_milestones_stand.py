"""how milestones stand

What stands in the new table is a replay of events: every view is made anew when the program starts.
"""

from alembic import op
import sqlalchemy as sa


revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "item_node",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("due", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reported_on", sa.Text(), nullable=True),
        sa.CheckConstraint("state in ('ahead', 'reported', 'done', 'still', 'settled')", name=op.f("ck_item_node_state")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_node_item_id")),
        sa.PrimaryKeyConstraint("item_id", "position", name=op.f("pk_item_node")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_item_node_state_due", "item_node", ["state", "due"])
    op.execute("update item_view set version = 0")


def downgrade() -> None:
    op.drop_table("item_node")
    op.execute("update item_view set version = 0")
