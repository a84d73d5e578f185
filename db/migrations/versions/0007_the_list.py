"""the list: items, their sources, milestones and events; what commitment_event held goes into it"""

import json

from alembic import op
import sqlalchemy as sa


revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("shortcoming", sa.Text(), nullable=False),
        sa.Column("gap", sa.Text(), nullable=False),
        sa.Column("goal", sa.Text(), nullable=False),
        sa.Column("measures", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("lead_unit_id", sa.Integer(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("contact_leader", sa.Text(), nullable=False),
        sa.Column("supervisor", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("project", sa.Text(), nullable=False),
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("value_unit", sa.Text(), nullable=False),
        sa.Column("baseline", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("started_on", sa.Text(), nullable=False),
        sa.Column("listed_on", sa.Text(), nullable=False),
        sa.Column("deadline", sa.Text(), nullable=True),
        sa.Column("sitting_id", sa.Integer(), nullable=True),
        sa.Column("target_id", sa.Integer(), nullable=True),
        sa.Column("commitment_id", sa.Integer(), nullable=True),
        sa.Column("part_of", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.CheckConstraint("direction in ('up', 'down')", name=op.f("ck_item_direction")),
        sa.CheckConstraint("kind in ('commitment', 'task', 'problem', 'difficulty', 'clearance', 'shortcoming',"
                           " 'measure', 'project')", name=op.f("ck_item_kind")),
        sa.CheckConstraint("started_on <= deadline", name=op.f("ck_item_begins_before_it_ends")),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitment.id"], name=op.f("fk_item_commitment_id")),
        sa.ForeignKeyConstraint(["lead_unit_id"], ["unit.id"], name=op.f("fk_item_lead_unit_id")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_item_sitting_id")),
        sa.ForeignKeyConstraint(["target_id"], ["target.id"], name=op.f("fk_item_target_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_item_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
        sa.UniqueConstraint("commitment_id", name=op.f("uq_item_commitment_id")),
        sa.UniqueConstraint("number", name=op.f("uq_item_number")),
        sa.UniqueConstraint("series", "nth", name=op.f("uq_item_series_nth")),
    )
    op.create_index("ix_item_batch", "item", ["batch"], unique=False)
    op.create_index("ix_item_part_of", "item", ["part_of"], unique=False)
    op.create_index("ix_item_sitting_id", "item", ["sitting_id"], unique=False)
    op.create_index("ix_item_target_id", "item", ["target_id"], unique=False)
    op.create_index("ix_item_unit_id", "item", ["unit_id"], unique=False)
    op.create_table(
        "item_event",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("by_role", sa.Text(), nullable=False),
        sa.Column("by_unit", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.CheckConstraint("(serial = 1) = (kind = 'listed')", name=op.f("ck_item_event_begins_with_its_listing")),
        sa.CheckConstraint("serial >= 1", name=op.f("ck_item_event_serial")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_event_item_id")),
        sa.PrimaryKeyConstraint("item_id", "serial", name=op.f("pk_item_event")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_item_event_at", "item_event", ["at"], unique=False)
    op.create_table(
        "item_light",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("from_day", sa.Text(), nullable=False),
        sa.Column("until_day", sa.Text(), nullable=False),
        sa.Column("light", sa.Text(), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_light_item_id")),
        sa.PrimaryKeyConstraint("item_id", "from_day", name=op.f("pk_item_light")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_item_light_urgency_until_day", "item_light", ["urgency", "until_day"], unique=False)
    op.create_table(
        "item_milestone",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_milestone_item_id")),
        sa.PrimaryKeyConstraint("item_id", "position", name=op.f("pk_item_milestone")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "item_source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("at", sa.Text(), nullable=False),
        sa.CheckConstraint("kind in ('declared', 'comment', 'question', 'inspection', 'campaign', 'look_back',"
                           " 'import', 'other')", name=op.f("ck_item_source_kind")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_source_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_source")),
        sa.UniqueConstraint("key", name=op.f("uq_item_source_key")),
    )
    op.create_index("ix_item_source_item_id", "item_source", ["item_id"], unique=False)
    op.create_table(
        "item_unit",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_unit_item_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_item_unit_unit_id")),
        sa.PrimaryKeyConstraint("item_id", "unit_id", name=op.f("pk_item_unit")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_item_unit_unit_id", "item_unit", ["unit_id"], unique=False)
    op.create_table(
        "item_view",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("waits_for", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("contact_leader", sa.Text(), nullable=False),
        sa.Column("deadline", sa.Text(), nullable=True),
        sa.Column("done_on", sa.Text(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("extensions", sa.Integer(), nullable=False),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("relapses", sa.Integer(), nullable=False),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("slips", sa.Integer(), nullable=False),
        sa.Column("slip_level", sa.Text(), nullable=False),
        sa.Column("parked_until", sa.Text(), nullable=True),
        sa.Column("merged_into", sa.Text(), nullable=True),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("progress", sa.Text(), nullable=False),
        sa.Column("progress_on", sa.Text(), nullable=True),
        sa.Column("last_at", sa.Text(), nullable=False),
        sa.Column("letter_only", sa.Boolean(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_view_item_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_item_view_unit_id")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_item_view")),
    )
    op.create_index("ix_item_view_contact_leader", "item_view", ["contact_leader"], unique=False)
    op.create_index("ix_item_view_deadline", "item_view", ["deadline"], unique=False)
    op.create_index("ix_item_view_unit_id", "item_view", ["unit_id"], unique=False)
    _carry_over(op.get_bind())
    op.drop_index("ix_commitment_event_commitment_id", table_name="commitment_event")
    op.drop_table("commitment_event")


def _carry_over(c: sa.Connection) -> None:
    """Every commitment that has a number becomes an item of that number; their views are made when the upgrade is over."""
    for one in c.execute(sa.text(
            "select k.id, k.number, k.text, k.owner, k.deadline, k.amount, k.amount_unit, s.id as shortcoming_id,"
            " s.text as shortcoming, s.gap, s.goal, g.id as target_id, g.unit_id, u.key as unit, v.id as sitting_id, v.held_on, v.title,"
            " (select min(e.at) from commitment_event e where e.commitment_id = k.id) as at,"
            " (select min(e.\"by\") from commitment_event e where e.commitment_id = k.id) as by_whom"
            " from commitment k join shortcoming s on s.id = k.shortcoming_id join target g on g.id = s.target_id"
            " join unit u on u.id = g.unit_id join sitting v on v.id = g.sitting_id where k.number is not null order by k.id")).all():
        measures = c.execute(sa.text("select text from measure where shortcoming_id = :one order by position"),
                             {"one": one.shortcoming_id}).scalars().all()
        series, _dash, nth = one.number.rpartition("-")
        at, by = one.at or f"{one.held_on}T00:00:00.000Z", one.by_whom or "系统"
        listed_on = min(one.held_on, at[:10])
        item_id = c.execute(sa.text(
            "insert into item (number, series, nth, kind, text, shortcoming, gap, goal, measures, unit_id, lead_unit_id,"
            " owner, contact_leader, supervisor, team, project, batch, category, value, value_unit, baseline, direction,"
            " started_on, listed_on, deadline, sitting_id, target_id, commitment_id, part_of, note,"
            " entered_at, entered_by) values (:number, :series, :nth, 'commitment', :text, :shortcoming, :gap, :goal,"
            " :measures, :unit_id, null, :owner, '', '', '', '', '', '', :amount, :amount_unit, '', 'up', :started_on,"
            " :listed_on, :deadline, :sitting_id, :target_id, :id, null, '', :at, :by_whom) returning id"),
            {**one._mapping, "series": series, "nth": int(nth), "measures": json.dumps(list(measures), ensure_ascii=False),
             "started_on": min(listed_on, one.deadline), "listed_on": listed_on, "at": at, "by_whom": by},
        ).scalar_one()
        c.execute(sa.text(
            "insert into item_source (item_id, kind, words, key, at) values (:item_id, 'declared', :words, :key, :at)"),
            {"item_id": item_id, "words": one.title, "key": f"commitment:{one.id}", "at": at})
        c.execute(sa.text(
            'insert into item_event (item_id, serial, kind, at, "by", by_role, by_unit, detail)'
            " values (:item_id, 1, 'listed', :at, :by_whom, '', '', :detail)"),
            {"item_id": item_id, "at": at, "by_whom": by,
             "detail": json.dumps(_listing(one, at), ensure_ascii=False, sort_keys=True)})


def _listing(one: sa.Row, at: str) -> dict[str, object]:
    """The first event of the item, as db.item_events writes it."""
    since = min(one.held_on, at[:10])
    told = {"on": at[:10], "number": one.number, "unit": one.unit, "text": one.text, "deadline": one.deadline,
            "since": since, "starts_on": min(since, one.deadline), "source": {"origin": "declared", "ref": one.title}}
    if one.amount:
        told["target"] = {"value": one.amount, "measure": one.amount_unit, "lower_is_better": False}
    return told


def downgrade() -> None:
    op.create_table(
        "commitment_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commitment_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitment.id"], name=op.f("fk_commitment_event_commitment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment_event")),
    )
    op.create_index("ix_commitment_event_commitment_id", "commitment_event", ["commitment_id"])
    for table in ("item_light", "item_view", "item_event", "item_milestone", "item_source", "item_unit", "item"):
        op.drop_table(table)
