"""How milestones (时间节点) are drawn: those of one item, and those of one's own that press. Drawing only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from html import escape

from office.listing.item_card import ItemCard
from office.listing.item_nodes import state_words
from office.listing.my_items import NodeLine, Pressed
from pages._items import item_link, link, node_mark
from scoring.commitment import Kind


def of_item(card: ItemCard, proofs: Mapping[str, str]) -> str:
    """Shape, day, words and how each stands, the files of its report; to who may report it the way there."""
    rows = []
    for one in card.nodes:
        owner = f"（{escape(one.milestone.owner)}）" if one.milestone.owner else ""
        proof = f"　{proofs[one.name]}" if proofs.get(one.name) else ""
        to = f"　{_report_of(card.line.number, one.name)}" if one.open and Kind.REPORTED in card.kinds else ""
        rows.append(f'<li>{node_mark(one.state)} {escape(one.name)}{owner}<div class="q">{escape(one.words)}{proof}{to}</div></li>')
    return f"<ul class='lt-nodes'>{''.join(rows)}</ul>"


def due(nodes: tuple[tuple[Pressed, NodeLine], ...], today: date) -> str:
    """Milestones of several items, each with the way to its report."""
    rows = "".join(
        f'<li>{node_mark(one.state)} {escape(one.milestone.name)}　{_report_of(item.number, one.milestone.name)}<div class="q">'
        f"{escape(state_words(one.state, one.milestone.due, today))}　{item_link(item.number)} {escape(item.text)}</div></li>"
        for item, one in nodes)
    return f"<ul class='lt-nodes'>{rows}</ul>"


def _report_of(number: str, node: str) -> str:
    return f'<a class="lt-go" target="_self" href="{escape(link("item", n=number, node=node))}">报告完成</a>'
