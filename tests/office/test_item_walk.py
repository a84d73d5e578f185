"""Any walk through the lives of some items, splits and mergers among them: the views are what a new replay makes, the
counts add up, and a refused move changes nothing."""

from __future__ import annotations

import hashlib
import random
import shutil
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from fractions import Fraction

import pytest
from sqlalchemy import select

from db import tables as t
from db.item_lines import Filter, ListedItem, Tally
from db.item_values import Milestone
from db.reads import item_charts as charts
from db.reads import item_nodes, leaders
from db.reads import items as reads
from db.reads.sittings import units
from db.stores.item_views import make_again
from db.stores.views_ahead import serials_of
from db.work import work
from office.listing.item_nodes import nodes_of
from office.listing.items import enter, happen_in, state_of
from office.listing.list_archive import archive
from office.local_time import day
from office.refusal import Refused
from scoring.commitment import Event, Kind, Origin, Part, Source, Verdict
from scoring.item import Item
from scoring.life import replay
from scoring.life_rules import legal
from scoring.nodes import NodeState
from tests import files, make_list
from tests.office.test_items import OFFICE, problem

MOVES = 70
NODES = tuple(Milestone(text=words, due=date(2026, month, 20)) for words, month in (("开工", 5), ("结顶", 7), ("验收", 9)))
PHOTO = (hashlib.sha256(files.pdf()).hexdigest(),)


@pytest.fixture
def url(sqlite_with_tables, tmp_path):
    shutil.copyfile(sqlite_with_tables, tmp_path / "leitai.db")
    return f"sqlite:///{tmp_path / 'leitai.db'}"


def told(kind: Kind, item: Item, on: date, others: list[str], rng: random.Random) -> dict[str, object]:
    """What the move needs; now and then something that cannot be."""
    later = max(on, item.deadline or on) + timedelta(days=rng.randrange(-3, 60))
    parts = tuple(Part(number=f"{item.number}-{len(item.parts) + n}", weight=Fraction(1, 2), unit=f"small-{unit}", text="分",
                       deadline=item.deadline) for n, unit in ((1, "A"), (2, "B")))
    fields: dict[Kind, dict[str, object]] = {
        Kind.RETURNED: {"text": "非本单位"}, Kind.REASSIGNED: {"unit": f"small-{rng.choice('ABC')}", "text": "改派"},
        Kind.REPORTED: {"share": Fraction(rng.randrange(0, 110), 100)} if rng.random() < 0.7 else {
            "text": "在办", "node": rng.choice(NODES).name if item.number[-2] != "-" else ""},
        Kind.NODE_CHECKED: {"node": rng.choice([one.node for one in item.nodes] or [""]),
                            **({"passed": True} if rng.random() < 0.6 else {"passed": False, "text": "还差"})},
        Kind.SLIP_ISSUED: {"slip": "slip", "level": 1, "text": "督办"},
        Kind.SLIP_ANSWERED: {"slip": "slip", "level": 1, "text": "答复"},
        Kind.EXTENSION_ASKED: {"deadline": later, "text": "延"}, Kind.PARKED: {"text": "未批", "due": on + timedelta(days=20)},
        Kind.EXTENSION_DECIDED: {"granted": True, "deadline": later} if rng.random() < 0.6 else {"granted": False, "text": "不"},
        Kind.RESUMED: {"text": "可办", **({"deadline": later} if rng.random() < 0.5 else {})}, Kind.SPLIT: {"parts": parts},
        Kind.MERGED: {"into": rng.choice(others), "text": "同一件"}, Kind.CLOSURE_ASKED: {"evidence": PHOTO},
        Kind.LINKED: {"source": Source(origin=Origin.INSPECTION, ref=str(rng.random()))}, Kind.CHECKED: {"passed": True},
        Kind.CLOSURE_REFUSED: {"text": "还差"}, Kind.LOOKED_BACK: {"verdict": rng.choice(list(Verdict)), "text": "看了"},
        Kind.RELAPSED: {"text": "反弹", "deadline": later}, Kind.WITHDRAWN: {"text": "重复"},
        Kind.CORRECTED: {"text": "更正", "leader": "常务副市长"}}
    return fields.get(kind, {})


def dump(c) -> list[tuple[object, ...]]:
    rows = [tuple(r) for table in (t.item_view, t.item_light, t.item_node)
            for r in c.execute(select(table).order_by(*table.primary_key))]
    return rows + [tuple(r) for r in c.execute(select(t.item_event).order_by(*t.item_event.primary_key))]


def split_at_once(database, number: str, at, rng: random.Random) -> list[str]:
    """A whole of two parts, each under way with a share: what they report from now on is the whole's progress."""
    parts: list[str] = []
    with work(database) as w:
        def move(whose: str, kind: Kind, **fields: object) -> None:
            happen_in(w, whose, Event(kind=kind, at=at, on=day(at), by="起头的人", **fields))  # type: ignore[arg-type]

        move(number, Kind.ACCEPTED)
        split = told(Kind.SPLIT, state_in(w, number), day(at), [number], rng)
        move(number, Kind.SPLIT, **split)
        parts += [part.number for part in split["parts"]]  # type: ignore[attr-defined]
        for part in parts:
            move(part, Kind.ACCEPTED)
            move(part, Kind.REPORTED, share=Fraction(1, 4))
    return parts


def state_in(w, number: str) -> Item:
    found = replay(one.event for one in w.items.events_of(w.items.ids_of((number,)).values())[w.items.ids_of((number,))[number]])
    assert found is not None
    return found


def stand(one: ListedItem) -> tuple[object, ...]:
    return one.kind, one.light, one.archived_on is not None


def sums(tallies: Iterable[tuple[object, Tally]]) -> Counter[tuple[object, ...]]:
    """What is counted, as often as it is counted."""
    return Counter({(of, one.kind, one.light, one.archived): one.n for of, one in tallies})


@pytest.mark.parametrize("seed", range(4))
def test_every_walk_keeps_views_equal_to_replays(house, hall, seed):
    rng, database = random.Random(seed), house.database
    numbers = [enter(database, problem(text=f"事{n}", deadline=date(2026, 5, 1) + timedelta(days=20 * n), milestones=NODES,
                                       batch=("百日", "")[n % 2]), who=OFFICE, at=hall.now) for n in range(4)]
    numbers += split_at_once(database, numbers[0], hall.now, rng)
    happened: Counter[str] = Counter()
    for move in range(MOVES):
        if move == MOVES * 3 // 4:
            archive(database, "百日", on=day(hall.now), who=OFFICE, at=hall.now)
        house.clock.advance(rng.choice((3600, 86400, 5 * 86400)))
        number = rng.choice(numbers)
        item = state_of(database, number)
        kinds = [one for one in legal(item, day(hall.now)) if not one.value.startswith("part_") and one is not Kind.ABSORBED]
        rare = (Kind.WITHDRAWN, Kind.MERGED)
        kinds = [one for one in kinds if one not in rare or rng.random() < 0.15]
        if not kinds:
            continue
        kind = rng.choice(kinds)
        event = Event(kind=kind, at=hall.now, on=day(hall.now), by=f"{kind.value}的人",
                      **told(kind, item, day(hall.now), numbers, rng))  # type: ignore[arg-type]
        with database.reading() as c:
            before = dump(c)
        try:
            with work(database) as w:
                if kind is Kind.CLOSURE_ASKED:
                    make_list.proof(database, w, number, at=hall.now)
                happen_in(w, number, event)
        except Refused:
            with database.reading() as c:
                assert dump(c) == before
            happened["refused"] += 1
            continue
        happened[kind.value] += 1
        if kind is Kind.SPLIT:
            numbers += [part.number for part in event.parts]
    with database.reading() as c:
        after, today = dump(c), day(hall.now)
        tallies, lines = reads.tally(c, Filter(), today)
        grid, of_leaders = charts.grid(c, Filter(), today), leaders.by_leader(c, today)
        ids = {one.key: one.id for one in units(c)}
        every = reads.page(c, Filter(), today)
        counted = [one for one in every if one.counted]
        nodes = {one.id: item_nodes.lines_of(c, [one.id], today).get(one.id, ()) for one in every}
        missed = {one.number for one in reads.page(c, Filter(nodes="overdue"), today)}
        plans = {one.number: nodes_of(state_of(database, one.number), NODES, today, archived=one.archived_on is not None)
                 for one in every if nodes[one.id]}
    with work(database) as w:
        make_again(w.c, serials_of(w.c))
    with database.reading() as c:
        assert dump(c) == after
    assert lines == len(numbers)
    assert sums(("", one) for one in tallies) == Counter(("", *stand(one)) for one in counted)
    assert sums(((unit, month), one) for unit, month, one in grid) == Counter(
        ((ids[one.unit], one.deadline.isoformat()[:7] if one.deadline else ""), *stand(one)) for one in counted)
    assert sums((leader, one) for leader, some in of_leaders.items() for one in some) == Counter(
        (one.contact_leader, *stand(one)) for one in counted if one.contact_leader)
    assert len(happened) > 8, happened
    for one in every:
        assert [each.state for each in nodes[one.id]] == [each.state for each in plans.get(one.number, ())]
        assert one.nodes_overdue == sum(each.state is NodeState.OVERDUE for each in nodes[one.id])
        assert bool(one.nodes_overdue) == (one.number in missed)
    assert len(plans) == 4 and happened[Kind.NODE_CHECKED] + happened[Kind.REPORTED]
