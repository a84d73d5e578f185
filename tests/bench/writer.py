"""How long the office holds the one writer that phones wait for: an Excel list of 1,500 rows, and what comes of one.

A list is held against the same rows put by nothing but `sqlite3` into the same tables, in turns, and against one of 150
rows; what else takes long is told in milliseconds.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import event

from db import tables as t
from db.values import Staff
from hall.house import House
from office.listing import list_archive
from office.listing.item_settings import light_rule, set_lights
from office.listing.list_form import SHEET
from office.listing.list_import import import_list
from office.people import Role
from office.sheets.workbook_writing import PlainSheet, write_sheets
from tests import make
from tests.bench import limits
from tests.bench.figure import Figure, Measured, middle, said
from tests.bench.limits import held

FEW, MANY, TURNS = 150, 1_500, 3
WHO = Staff(id=1, name="office", title="督办员", roles=frozenset({Role.CLERK, Role.ADMINISTRATOR}), unit="", active=True,
            has_password=True)
WRITTEN = (t.item, t.item_source, t.item_unit, t.item_milestone, t.item_event, t.item_view, t.item_light, t.item_node)


def measure(folder: Path) -> Measured:
    """The median of the turns."""
    turns = []
    for turn in range(TURNS):
        few, many = (imported(folder / f"writer-{turn}-{n}.db", n) for n in (FEW, MANY))
        turns.append((many.held / many.bare, many.held / many.took, many.held / MANY / (few.held / FEW), many))
    bares, shares, rows, many = zip(*turns, strict=True)
    ms = said([one.held * 1000 for one in many])
    return Measured(figures=(
        held(limits.WRITER_BARE, middle(bares), detail=f"held for {ms} ms; turns {said(bares)}"),
        held(limits.WRITER_SHARE, middle(shares), detail=f"turns {said(shares)}"),
        held(limits.WRITER_ROW, middle(rows), detail=f"turns {said(rows)}"), *many[-1].others))


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """Seconds of one list: how long the writer was held, how long all of it took, how long the bare rows take."""

    held: float
    took: float
    bare: float
    others: tuple[Figure, ...]


def imported(file: Path, rows: int) -> Import:
    """A list of so many rows in a house of its own, then the same rows in a copy of the house as it was."""
    house, empty = make.house(f"sqlite:///{file}", make.Clock()), file.with_name(f"bare-{file.name}")
    try:
        make.sitting(house)
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(empty)) as copy:
            source.backup(copy)
        data, began = sheet(rows), time.perf_counter()
        longest = holding(house, lambda: import_list(house.database, data, who=WHO, at=house.clock()))
        took = time.perf_counter() - began
        return Import(held=longest, took=took, bare=put_bare(file, empty), others=tuple(also(house)))
    finally:
        house.close()


def also(house: House) -> Iterator[Figure]:
    """What else is done with such a list."""
    database, clock, rule = house.database, house.clock, light_rule(house.database)
    again = sheet(MANY, 来源="专项行动", 来源说明="第二次")
    day = clock().date()
    clock.advance(2 * 86_400)  # type: ignore[attr-defined]
    for words, does in (
            ("1,500 known rows with another source", lambda: import_list(database, again, who=WHO, at=clock())),
            ("another rule of lights", lambda: set_lights(
                database, soon_days=20, fresh_days=rule.fresh_days, step=rule.step, chosen=rule.bands, who=WHO, at=clock())),
            ("the list's archive", lambda: list_archive.archive(
                database, "第一轮", on=day + timedelta(days=2), who=WHO, at=clock()))):
        yield held(f"the writer held for {words}", holding(house, does) * 1000, unit=" ms")


def holding(house: House, does: Callable[[], object]) -> float:
    """Seconds of the longest transaction that this takes, from the writer's answer to the end of the commit."""
    began, times = [0.0], []

    def begins(_connection: object) -> None:
        began[0] = time.perf_counter()

    def ends(_connection: object, _record: object) -> None:
        times.append(time.perf_counter() - began[0])

    with listening(house, begins, ends):
        does()
    return max(times)


@contextmanager
def listening(house: House, begins: Callable[[object], None], ends: Callable[[object, object], None]) -> Iterator[None]:
    for name, told in (("begin", begins), ("checkin", ends)):
        event.listen(house.database.write, name, told)
    try:
        yield
    finally:
        for name, told in (("begin", begins), ("checkin", ends)):
            event.remove(house.database.write, name, told)


def put_bare(full: Path, empty: Path) -> float:
    """Seconds that nothing but `sqlite3` takes for the rows of one file in another, in one transaction."""
    with closing(sqlite3.connect(full)) as source:
        rows = {table.name: source.execute(f"select * from {table.name}").fetchall() for table in WRITTEN}
    c = sqlite3.connect(empty, isolation_level=None)
    for pragma in ("journal_mode=wal", "foreign_keys=on", "synchronous=full"):
        c.execute(f"pragma {pragma}")
    began = time.perf_counter()
    c.execute("begin immediate")
    for name, some in rows.items():
        c.executemany(f"insert into {name} values ({', '.join('?' * len(some[0]))})", some)
    c.execute("commit")
    took = time.perf_counter() - began
    c.close()
    return took


def sheet(n: int, **more: str) -> bytes:
    """A list as a clerk has it."""
    rows = [{"类别": "问题", "内容": f"第{i}个问题：沿线环境整治和违建拆除", "责任单位": f"{'ABC'[i % 3]}县", "来源": "督查发现",
             "来源说明": "第三督查组", "期限": f"2026-{7 + i % 6:02d}-{1 + i % 28:02d}", "联系领导": f"联系领导{i % 18}",
             "配合单位": f"{'ABC'[(i + 1) % 3]}县", "批次": "第一轮", "措施": "倒排\n会商", "目标值": "95", "计量单位": "%",
             "时间节点": "2026-05-31 主体结顶\n2026-06-30 验收", **more} for i in range(n)]
    head = tuple(rows[0])
    return write_sheets((PlainSheet(name=SHEET, head=head, rows=tuple(tuple(row.values()) for row in rows), widths=()),))
