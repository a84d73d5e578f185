"""on stage: segments and their clocks, questions, comments; routes, speakers, shadow seats"""

from alembic import op
import sqlalchemy as sa


revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("target", sa.Column("speaks", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("target", sa.Column("route", sa.Text(), nullable=False, server_default=""))
    op.add_column("target", sa.Column("substitute", sa.Text(), nullable=False, server_default=""))
    op.add_column("target", sa.Column("postponed", sa.Text(), nullable=True))
    op.add_column("seat", sa.Column("route", sa.Text(), nullable=False, server_default=""))
    op.add_column("seat", sa.Column("shadow", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "shadow_ballot",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("seat_id", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("marks", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("received_at", sa.Text(), nullable=False),
        sa.CheckConstraint("state in ('submitted', 'abstain', 'dont_know')", name=op.f("ck_shadow_ballot_state")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_shadow_ballot_round_id")),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_shadow_ballot_seat_id")),
        sa.ForeignKeyConstraint(["target_id"], ["target.id"], name=op.f("fk_shadow_ballot_target_id")),
        sa.PrimaryKeyConstraint("round_id", "seat_id", "target_id", name=op.f("pk_shadow_ballot")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "segment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("warn_seconds", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind in ('film', 'speech', 'questions', 'comment', 'ballot', 'viewing', 'announcement',"
                           " 'other')", name=op.f("ck_segment_kind")),
        sa.CheckConstraint("scope in ('before', 'each', 'after')", name=op.f("ck_segment_scope")),
        sa.CheckConstraint("seconds >= 0 and warn_seconds >= 0", name=op.f("ck_segment_durations")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_segment_sitting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment")),
        sa.UniqueConstraint("sitting_id", "key", name=op.f("uq_segment_sitting_id_key")),
    )
    op.create_index("ix_segment_sitting_id", "segment", ["sitting_id"])
    op.create_table(
        "segment_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("segment_id", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=True),
        sa.Column("began_at", sa.Text(), nullable=False),
        sa.Column("paused_at", sa.Text(), nullable=True),
        sa.Column("paused_ms", sa.Integer(), nullable=False),
        sa.Column("more_seconds", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.Text(), nullable=True),
        sa.CheckConstraint("paused_ms >= 0 and more_seconds >= 0", name=op.f("ck_segment_run_durations")),
        sa.CheckConstraint("ended_at is null or paused_at is null", name=op.f("ck_segment_run_ended_is_not_paused")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_segment_run_sitting_id")),
        sa.ForeignKeyConstraint(["segment_id"], ["segment.id"], name=op.f("fk_segment_run_segment_id")),
        sa.ForeignKeyConstraint(["target_id"], ["target.id"], name=op.f("fk_segment_run_target_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment_run")),
    )
    op.create_index("ix_segment_run_sitting_id", "segment_run", ["sitting_id"])
    op.create_index("uq_segment_run_going", "segment_run", ["sitting_id"], unique=True,
                    sqlite_where=sa.text("ended_at is null"), postgresql_where=sa.text("ended_at is null"))
    op.create_table(
        "question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("follows_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("asker", sa.Text(), nullable=False),
        sa.Column("group_key", sa.Text(), nullable=False),
        sa.Column("seat_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.Text(), nullable=False),
        sa.Column("on_stage_at", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.Text(), nullable=True),
        sa.Column("set_aside", sa.Text(), nullable=True),
        sa.CheckConstraint("source in ('prepared', 'hall', 'phone')", name=op.f("ck_question_source")),
        sa.CheckConstraint("state in ('waiting', 'queued', 'on_stage', 'answered', 'set_aside')",
                           name=op.f("ck_question_state")),
        sa.CheckConstraint("(state = 'set_aside') = (set_aside is not null)",
                           name=op.f("ck_question_set_aside_has_a_reason")),
        sa.CheckConstraint("state <> 'answered' or answered_at is not null",
                           name=op.f("ck_question_answered_has_a_time")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_question_sitting_id")),
        sa.ForeignKeyConstraint(["target_id"], ["target.id"], name=op.f("fk_question_target_id")),
        sa.ForeignKeyConstraint(["follows_id"], ["question.id"], name=op.f("fk_question_follows_id")),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_question_seat_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
    )
    op.create_index("ix_question_sitting_id", "question", ["sitting_id"])
    op.create_index("uq_question_on_stage", "question", ["sitting_id"], unique=True,
                    sqlite_where=sa.text("state = 'on_stage'"), postgresql_where=sa.text("state = 'on_stage'"))
    op.create_table(
        "comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("speaker", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("deadline", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("said_at", sa.Text(), nullable=False),
        sa.Column("withdrawn", sa.Text(), nullable=True),
        sa.CheckConstraint("kind in ('problem', 'task', 'praise')", name=op.f("ck_comment_kind")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_comment_sitting_id")),
        sa.ForeignKeyConstraint(["target_id"], ["target.id"], name=op.f("fk_comment_target_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
        sa.UniqueConstraint("number", name=op.f("uq_comment_number")),
    )
    op.create_index("ix_comment_sitting_id", "comment", ["sitting_id"])


def downgrade() -> None:
    for table in ("comment", "question", "segment_run", "segment", "shadow_ballot"):
        op.drop_table(table)
    for table, columns in (("seat", ("route", "shadow")), ("target", ("speaks", "route", "substitute", "postponed"))):
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.drop_column(column)
