"""the hall screen: frozen or not, and how far a reveal has gone

Sittings that are published already have been shown whole: their reveal stands at its end.
"""

from alembic import op
import sqlalchemy as sa


revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "screen",
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("low", sa.Integer(), nullable=False),
        sa.Column("low_way", sa.Text(), nullable=False),
        sa.Column("rehearsal", sa.Integer(), nullable=True),
        sa.Column("frozen", sa.Text(), nullable=True),
        sa.Column("frozen_at", sa.Text(), nullable=True),
        sa.CheckConstraint("low_way in ('each', 'together', 'never')", name=op.f("ck_screen_low_way")),
        sa.CheckConstraint("step >= 0 and low >= 0 and (rehearsal is null or rehearsal >= 0)",
                           name=op.f("ck_screen_counted")),
        sa.CheckConstraint("(frozen is null) = (frozen_at is null)", name=op.f("ck_screen_frozen_has_a_time")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_screen_sitting_id")),
        sa.PrimaryKeyConstraint("sitting_id", name=op.f("pk_screen")),
    )
    op.execute("insert into screen (sitting_id, version, step, low, low_way) "
               "select sitting_id, max(number), 1000000, 0, 'each' from publication group by sitting_id")


def downgrade() -> None:
    op.drop_table("screen")
