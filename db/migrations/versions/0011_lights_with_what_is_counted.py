"""lights with what they are counted by

A light is a replay of events and can be thrown away: the table is made anew, and every view with it when the program
starts.
"""

from alembic import op
import sqlalchemy as sa


revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BY = {
    "list": ("archived", "urgency", "kind", "counted"),
    "unit": ("unit_id", "due_month", "urgency", "kind", "archived", "counted"),
    "leader": ("contact_leader", "urgency", "kind", "archived", "counted"),
}


def upgrade() -> None:
    op.drop_table("item_light")
    op.create_table(
        "item_light", *_first(),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("contact_leader", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("due_month", sa.Text(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_light_item_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_item_light_unit_id")),
        sa.PrimaryKeyConstraint("item_id", "from_day", name=op.f("pk_item_light")),
        sqlite_with_rowid=False,
    )
    for name, columns in BY.items():
        op.create_index(f"ix_item_light_by_{name}", "item_light", [*columns, "until_day", "from_day"])
    for column in ("parked_until", "status", "waits_for"):
        op.create_index(f"ix_item_view_{column}", "item_view", [column])
    made_up = sa.text("note like '示例数据%'")
    op.create_index("ix_item_made_up", "item", ["id"], sqlite_where=made_up, postgresql_where=made_up)
    op.execute("update item_view set version = 0")


def downgrade() -> None:
    op.drop_index("ix_item_made_up", "item")
    for column in ("parked_until", "status", "waits_for"):
        op.drop_index(f"ix_item_view_{column}", "item_view")
    op.drop_table("item_light")
    op.create_table(
        "item_light", *_first(),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_light_item_id")),
        sa.PrimaryKeyConstraint("item_id", "from_day", name=op.f("pk_item_light")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_item_light_urgency_until_day", "item_light", ["urgency", "until_day"])
    op.execute("update item_view set version = 0")


def _first() -> tuple[sa.Column, ...]:
    return (sa.Column("item_id", sa.Integer(), nullable=False), sa.Column("from_day", sa.Text(), nullable=False),
            sa.Column("until_day", sa.Text(), nullable=False), sa.Column("light", sa.Text(), nullable=False),
            sa.Column("urgency", sa.Integer(), nullable=False))
