"""no turnout of seats; device checks

Which seats of a secret group have voted is no longer written anywhere: turnout is counted from the ballots.
"""

from alembic import op
import sqlalchemy as sa


revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("turnout")
    op.create_table(
        "device_check",
        sa.Column("seat_id", sa.Integer(), nullable=False),
        sa.Column("checked_at", sa.Text(), nullable=False),
        sa.Column("storage", sa.Boolean(), nullable=False),
        sa.Column("skew_ms", sa.Integer(), nullable=False),
        sa.Column("round_trip_ms", sa.Integer(), nullable=False),
        sa.Column("lost", sa.Integer(), nullable=False),
        sa.CheckConstraint("round_trip_ms >= 0 and lost >= 0", name=op.f("ck_device_check_measured")),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_device_check_seat_id")),
        sa.PrimaryKeyConstraint("seat_id", name=op.f("pk_device_check")),
    )


def downgrade() -> None:
    op.drop_table("device_check")
    op.create_table(
        "turnout",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("seat_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_turnout_round_id")),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_turnout_seat_id")),
        sa.PrimaryKeyConstraint("round_id", "seat_id", name=op.f("pk_turnout")),
        sqlite_with_rowid=False,
    )
