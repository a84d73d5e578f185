"""One item whole, for its page: how it stands and why, everything that happened to it, its files, and what this person
can do with it now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from db.engine import Database
from db.item_lights import rule_in_force
from db.item_lines import ItemSource, ListedItem
from db.reads import evidence as evidence_reads
from db.reads import item_nodes
from db.reads import items as reads
from db.reads import sittings as sitting_reads
from db.reads.evidence import EvidenceLine
from db.values import Staff
from office import local_time
from office.listing.item_nodes import Node, nodes_of
from office.listing.item_rights import next_of, theirs
from office.listing.item_settings import slip_kinds
from office.listing.item_words import Happening, happening
from office.proof.evidence import lines_for
from office.refusal import NotFound
from scoring.commitment import Kind
from scoring.item import Item
from scoring.life import replay
from scoring.life_rules import legal
from scoring.lights import light_of
from scoring.rates import Rate
from scoring.schedule import expected_share
from scoring.slips import SlipKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemCard:
    """Everything that the page of an item shows. `kinds`: the moves of this person, the likeliest
    first; `next_kind`: the one that the item waits for."""

    line: ListedItem
    item: Item
    why: str
    due_share: Rate | None
    happenings: tuple[Happening, ...]
    nodes: tuple[Node, ...]
    supporting: tuple[str, ...]
    sources: tuple[ItemSource, ...]
    belonging: tuple[ListedItem, ...]
    whole: ListedItem | None
    evidence: tuple[EvidenceLine, ...]
    kinds: tuple[Kind, ...]
    next_kind: Kind | None
    slips: tuple[SlipKind, ...]
    unit_names: dict[str, str]


def item_card(database: Database, number: str, *, who: Staff, at: datetime) -> ItemCard:
    """The card; raises NotFound. Evidence only for those who may see it."""
    today = local_time.day(at)
    slips = slip_kinds(database)
    with database.reading() as c:
        line = reads.item(c, number, today)
        told = reads.events(c, line.id) if line is not None else ()
        item = replay(one.event for one in told)
        if line is None or item is None:
            raise NotFound(f"清单里没有“{number[:40]}”。请从承诺清单打开。")
        rule = rule_in_force(c)
        units = {one.key: one.name for one in sitting_reads.units(c)}
        about = evidence_reads.item_units(c, number)
        files = lines_for(c, about, who) if about is not None else ()
        whole = reads.item(c, line.part_of, today) if line.part_of else None
        belonging = reads.belonging(c, number, today)
        plan = item_nodes.plans_of(c, [line.id]).get(line.id, ())
        sources = reads.sources(c, line.id)
    as_of = min(today, line.archived_on or today)
    lit = light_of(item, as_of, rule)
    kinds = theirs(who, legal(item, today), item)
    expected = expected_share(item.scheduled_from, item.deadline, as_of, rule.step) if item.deadline and item.is_open else None
    return ItemCard(
        line=line, item=item, why=lit.why if lit is not None and not item.live_parts else "", happenings=tuple(
            happening(one, units, slips) for one in reversed(told)),
        due_share=None if expected is None else Rate(numerator=expected.numerator, denominator=expected.denominator, as_of=as_of),
        nodes=nodes_of(item, plan, as_of, archived=line.archived_on is not None),
        supporting=tuple(units.get(one, one) for one in item.units), sources=sources,
        belonging=belonging, whole=whole, evidence=files, slips=slips, unit_names=units,
        kinds=kinds, next_kind=next_of(who, item, kinds))
