"""paper ballots: serials printed, papers keyed twice, what became of them"""

from alembic import op
import sqlalchemy as sa


revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "paper_serial",
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("group_key", sa.Text(), nullable=False),
        sa.Column("targets", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_paper_serial_sitting_id")),
        sa.PrimaryKeyConstraint("sitting_id", "serial", name=op.f("pk_paper_serial")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "paper",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("group_key", sa.Text(), nullable=False),
        sa.Column("seat_id", sa.Integer(), nullable=True),
        sa.Column("voter", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("chosen", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("state in ('keyed', 'differs', 'duplicate', 'counted', 'phone', 'spoiled')",
                           name=op.f("ck_paper_state")),
        sa.CheckConstraint("state <> 'counted' or version is not null", name=op.f("ck_paper_counted_has_a_version")),
        sa.CheckConstraint("(decided_by is null) = (reason is null)", name=op.f("ck_paper_a_decision_has_a_reason")),
        sa.CheckConstraint("chosen in (1, 2) and attempt >= 1", name=op.f("ck_paper_numbers")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_paper_round_id")),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_paper_seat_id")),
        sa.PrimaryKeyConstraint("round_id", "label", name=op.f("pk_paper")),
        sa.UniqueConstraint("round_id", "voter", name=op.f("uq_paper_round_id_voter")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "paper_entry",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("keyed_by", sa.Text(), nullable=False),
        sa.Column("keyed_at", sa.Text(), nullable=True),
        sa.CheckConstraint("number in (1, 2)", name=op.f("ck_paper_entry_number")),
        sa.ForeignKeyConstraint(["round_id", "label"], ["paper.round_id", "paper.label"],
                                name=op.f("fk_paper_entry_round_id_label")),
        sa.PrimaryKeyConstraint("round_id", "label", "attempt", "number", name=op.f("pk_paper_entry")),
        sa.UniqueConstraint("round_id", "label", "attempt", "keyed_by",
                            name=op.f("uq_paper_entry_round_id_label_attempt_keyed_by")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("paper_entry")
    op.drop_table("paper")
    op.drop_table("paper_serial")
