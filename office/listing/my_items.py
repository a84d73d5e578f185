"""我的事项: what of the list waits for this person, and how what is theirs stands.

A liaison's are those of the own unit, a leader's those that name the leader as contact leader (by title), the
supervisor's those that wait for a check on site, the office's those that wait for a decision or stand without a day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from db.engine import Database
from db.item_lights import rule_in_force
from db.item_lines import Filter, ListedItem
from db.reads import item_nodes
from db.reads import items as reads
from db.reads.item_nodes import NodeLine, Pressed
from db.reads.unanswered import Unanswered, unanswered
from db.values import Staff
from office.listing.follow_up import FollowUp, follow_up
from office.listing.item_rights import OFFICE
from office.people import Role
from scoring.nodes import NodeState

SHOWN = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One kind of thing that waits: what to do, the items (the first ones), how many there are, and where all stand."""

    words: str
    items: tuple[ListedItem, ...]
    found: int
    wanted: Filter


@dataclass(frozen=True, slots=True, kw_only=True)
class Mine:
    """`whose` names what is theirs; `all_of_it` is None for those who hold no items themselves. `nodes`: the milestones of the
    own unit that are overdue or due soon, each with its item, the longest overdue first."""

    waiting: tuple[Waiting, ...]
    nodes: tuple[tuple[Pressed, NodeLine], ...]
    whose: str
    all_of_it: FollowUp | None

    @property
    def nodes_words(self) -> str:
        """How many milestones are overdue, how many due soon."""
        told = [node.state is NodeState.OVERDUE for _item, node in self.nodes]
        late, soon = sum(told), len(told) - sum(told)
        return "，".join(words for n, words in ((late, f"{late}个逾期"), (soon, f"{soon}个将到期")) if n)


def my_items(database: Database, who: Staff, *, today: date) -> Mine:
    """What waits for this person, the most pressing first."""
    with database.reading() as c:
        leaders = reads.known_leaders(c)
        answers = unanswered(c, who.unit) if Role.LIAISON in who.roles and who.unit else ()
        asked = [(words, replace(wanted, archived="no")) for words, wanted in _asked(who, leaders, answers)]
        counted = [(words, wanted, reads.count(c, wanted, today)) for words, wanted in asked]
        waiting = tuple(
            Waiting(words=words, wanted=wanted, found=found, items=reads.page(c, wanted, today, limit=SHOWN))
            for words, wanted, found in counted if found)
        whose, wanted_all = _whose(who, leaders)
        pressed = item_nodes.pressed(c, today, soon_days=rule_in_force(c).soon_days, of=(who.unit, ())) \
            if Role.LIAISON in who.roles and who.unit else ()
    nodes = ((one, node) for one in pressed for node in one.nodes if node.state is not NodeState.REPORTED)
    held = None if wanted_all is None else follow_up(database, wanted_all, as_of=today, per_page=SHOWN)
    return Mine(waiting=waiting, whose=whose, all_of_it=held,
                nodes=tuple(sorted(nodes, key=lambda pair: (pair[1].milestone.due, pair[0].number))))


def names_of(who: Staff, leaders: tuple[str, ...]) -> str:
    """The contact leader that this person is: by title, or by name; empty for nobody's."""
    return next((one for one in (who.title, who.name) if one in leaders), "")


def _asked(who: Staff, leaders: tuple[str, ...], answers: tuple[Unanswered, ...]) -> Iterator[tuple[str, Filter]]:
    if Role.LIAISON in who.roles and who.unit:
        mine = Filter(unit=who.unit, open_only=True)
        if answers:
            yield ("有新要求，请回应（催办、督办单、不予销号、延期未批、节点退回、反弹）",
                   replace(mine, numbers=tuple(one.number for one in answers)))
        yield "已逾期，请报告进展和原因", replace(mine, light="overdue")
        yield "时间节点逾期，请报告完成或说明原因", replace(mine, nodes="overdue")
        yield "待签收", replace(mine, status="listed")
        yield "督办单待答复", replace(mine, slips_out=True)
        yield "滞后", replace(mine, light="behind")
        yield "预警", replace(mine, light="warning")
        yield "将到期", replace(mine, light="due_soon")
    if Role.LEADER in who.roles:
        named = names_of(who, leaders)
        if named:
            yield "我联系的，待签批", Filter(leader=named, status="checked")
            yield "我联系的，已逾期", Filter(leader=named, light="overdue")
            yield "我联系的，有时间节点逾期", Filter(leader=named, nodes="overdue")
            yield "我联系的，滞后", Filter(leader=named, light="behind")
        yield "待签批", Filter(waits_for="leader")
    if Role.SUPERVISOR in who.roles:
        yield "待现场核查", Filter(waits_for="supervisor")
    if who.roles & OFFICE:
        yield "已逾期，等督办机构交办或审批延期", Filter(waits_for="office", light="overdue")
        yield "待交办、审批、公示或定期限", Filter(waits_for="office")
        yield "挂账的复核日期已到，请恢复办理或另定复核日期", Filter(status="parked", review_due=True)
    if who.roles & (OFFICE | {Role.SUPERVISOR}):
        yield "时间节点已报，待核实", Filter(nodes="reported")


def _whose(who: Staff, leaders: tuple[str, ...]) -> tuple[str, Filter | None]:
    if Role.LIAISON in who.roles and who.unit:
        return "本单位的清单", Filter(unit=who.unit)
    if Role.LEADER in who.roles and names_of(who, leaders):
        return f"“{names_of(who, leaders)}”联系的事项", Filter(leader=names_of(who, leaders))
    return "", None
