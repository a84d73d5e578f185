"""The list as an Excel file to take away; opened again by the import, it adds nothing that is there."""

from __future__ import annotations

from datetime import date

from db.engine import Database
from db.item_lines import Filter, ItemSource, ListedItem
from db.reads import item_nodes
from db.reads import items as reads
from db.reads.item_nodes import NodeLine
from office.listing.follow_up import look_of
from office.listing.item_nodes import line_words
from office.listing.item_words import progress_words
from office.listing.list_form import DIRECTIONS, help_sheet, sheet_of
from office.sheets.workbook_writing import write_sheets
from scoring.commitment import Status

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def list_workbook(database: Database, wanted: Filter, *, as_of: date) -> bytes:
    """Everything that matches, as it stands on a day, most urgent first."""
    with database.reading() as c:
        lines = reads.page(c, wanted, as_of)
        supporting = reads.supporting_of(c, [one.id for one in lines])
        sources = reads.sources_of(c, [one.id for one in lines])
        nodes = item_nodes.lines_of(c, [one.id for one in lines], as_of)
    rows = tuple(_row(one, supporting.get(one.id, ()), sources[one.id], nodes.get(one.id, ())) for one in lines)
    return write_sheets((sheet_of(rows), help_sheet()))


def _row(one: ListedItem, supporting: tuple[str, ...], sources: tuple[ItemSource, ...],
         nodes: tuple[NodeLine, ...]) -> tuple[str, ...]:
    first = sources[0]
    return (
        one.number, one.kind.words, one.text, one.unit_name, one.owner, one.lead_unit, "、".join(supporting),
        one.contact_leader, one.supervisor, one.team, one.project, one.batch, one.category, one.shortcoming, one.gap,
        one.goal, "\n".join(one.measures), one.value, one.value_unit, one.baseline,
        DIRECTIONS[one.direction] if one.value else "", one.started_on.isoformat(), one.listed_on.isoformat(),
        _day(one.original_deadline), "\n".join(node.milestone.name for node in nodes), first.kind.words,
        first.words, one.part_of, one.note,
        Status(one.status).words, look_of(one.light).word, progress_words(one), _day(one.deadline), str(one.extensions),
        str(one.reminders), str(one.slips), str(one.refusals), str(one.relapses), _day(one.progress_on),
        str(one.state.get("said", "")), "\n".join(line_words(node) for node in nodes))


def _day(one: date | None) -> str:
    return one.isoformat() if one else ""
