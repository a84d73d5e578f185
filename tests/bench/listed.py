"""The pages of the list with 20,000 items and 200,000 events against the same pages with 200: taking turns in one run.

A page is the whole script as Streamlit runs it for somebody signed in, from the sign-in to the last element.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert
from streamlit.testing.v1 import AppTest

from db import tables as t
from db.clock import text_of
from db.item_events import detail_of
from db.stores import item_views
from hall import door
from hall.house import House, move_into
from office import people
from office.people import Role
from scoring.commitment import Event, Kind
from tests import make
from tests.bench import limits
from tests.bench.figure import Measured, middle, said
from tests.bench.limits import held

FEW, MANY, EVENTS, UNITS, LEADERS, TURNS = 200, 20_000, 10, 66, 18, 9
FRONT_DOOR = str(Path(__file__).resolve().parents[2] / "streamlit_app.py")
TODAY = datetime(2026, 6, 10, 1, tzinfo=UTC)
LEADER = "联系领导1"
PAGES = (("list", "commitments", {}), ("item", "item", {"n": "2026-000100"}), ("wall chart", "wallchart", {}),
         ("leader's page", "mine", {}), ("calendar", "wallchart", {"view": "calendar"}), ("overview of leaders", "overview", {}))


def measure(folder: Path) -> Measured:
    """Each page in turn, few and many one after the other; the median of the turns against each other."""
    began = time.monotonic()
    houses = {n: filled(folder / f"list-{n}.db", n) for n in (FEW, MANY)}
    made = time.monotonic() - began
    figures = []
    try:
        tokens = {n: sign_in(house) for n, house in houses.items()}
        for words, page, address in PAGES:
            times: dict[int, list[float]] = {FEW: [], MANY: []}
            for _turn in range(TURNS + 1):
                for n, house in houses.items():
                    times[n].append(drawn(house, tokens[n], page, address))
            few, many = (times[n][1:] for n in (FEW, MANY))
            figures.append(held(limits.LIST.format(words), middle(many) / middle(few), detail=(
                f"{MANY:,} items, {MANY * EVENTS:,} events: {said([one * 1000 for one in many])} ms; "
                f"{FEW}: {said([one * 1000 for one in few])} ms")))
    finally:
        for house in houses.values():
            house.close()
    figures.append(held("making the list for the bench", made, unit=" s"))
    return Measured(figures=tuple(figures))


def drawn(house: House, token: str, page: str, address: dict[str, str]) -> float:
    """Seconds that one run of the page takes."""
    with moved_into(house, token):
        shown = AppTest.from_file(FRONT_DOOR, default_timeout=120)
        for key, value in address.items():
            shown.query_params[key] = value
        shown.run()
        began = time.perf_counter()
        shown.switch_page(f"pages/{page}.py").run()
        took = time.perf_counter() - began
        assert not shown.exception, shown.exception
    return took


@contextmanager
def moved_into(house: House, token: str) -> Iterator[None]:
    cookie = door.read_cookie
    move_into(house)
    door.read_cookie = lambda: token
    try:
        yield
    finally:
        door.read_cookie = cookie
        move_into(None)


def sign_in(house: House) -> str:
    link = people.add_staff(house.database, name="leader", title=LEADER, roles=[Role.LEADER, Role.CLERK], by="bench",
                            at=house.clock())
    return people.set_password(house.database, link, "four-different", at=house.clock())


def filled(file: Path, count: int) -> House:
    """A house with a list of so many items, each with ten events."""
    house = make.house(f"sqlite:///{file}", make.Clock(TODAY))
    rng = random.Random(7)
    with house.database.write.begin() as c:
        c.execute(insert(t.unit), [{"id": n, "key": f"u{n}", "name": f"单位{n}", "kind": "county"} for n in range(1, UNITS + 1)])
        for start in range(0, count, 500):
            items, events = [], []
            for n in range(start + 1, min(count, start + 500) + 1):
                item, told = one_item(n, rng)
                items.append(item)
                events += told
            c.execute(insert(t.item), items)
            c.execute(insert(t.item_source), [
                {"item_id": one["id"], "kind": "inspection", "words": "督查", "at": text_of(TODAY)} for one in items])
            c.execute(insert(t.item_event), events)
        item_views.make_again(c, item_views.stale_ids(c))
    house.live.refresh()
    return house


def one_item(n: int, rng: random.Random) -> tuple[dict[str, object], list[dict[str, object]]]:
    listed_on = date(2026, 1, 5) + timedelta(days=rng.randrange(60))
    deadline = listed_on + timedelta(days=rng.randrange(60, 400))
    number, unit, leader = f"2026-{n:06d}", f"u{rng.randrange(1, UNITS + 1)}", f"联系领导{rng.randrange(1, LEADERS + 1)}"
    item = {"id": n, "number": number, "series": "2026", "nth": n, "kind": "problem", "text": f"第{n}个问题", "shortcoming": "慢",
            "gap": "", "goal": "", "measures": json.dumps(["倒排"]), "unit_id": int(unit[1:]), "owner": "分管领导",
            "contact_leader": leader, "supervisor": "", "team": "", "project": "", "batch": "第一轮", "category": "", "value": "",
            "value_unit": "", "baseline": "", "direction": "up", "started_on": listed_on.isoformat(),
            "listed_on": listed_on.isoformat(), "deadline": deadline.isoformat(), "note": "", "entered_at": "x", "entered_by": "x"}
    told = [_event(0, Kind.LISTED, listed_on, number=number, unit=unit, leader=leader, deadline=deadline, since=listed_on,
                   starts_on=listed_on, text=f"第{n}个问题"), _event(1, Kind.ACCEPTED, listed_on)]
    closes = rng.random() < 0.6
    for step in range(2, EVENTS - (4 if closes else 0)):
        told.append(_event(step, Kind.REPORTED, listed_on, text="在办") if step % 3 else _event(step, Kind.REMINDED, listed_on))
    if closes:
        told += [_event(EVENTS - 4 + i, kind, listed_on, **more) for i, (kind, more) in enumerate((
            (Kind.CLOSURE_ASKED, {"evidence": ("a" * 64,)}), (Kind.CHECKED, {"passed": True}), (Kind.SIGNED_OFF, {}),
            (Kind.PUBLISHED, {})))]
    return item, [{"item_id": n, "serial": serial, "kind": one.kind.value, "at": text_of(one.at), "by": one.by, "by_role": one.role,
                   "by_unit": one.by_unit, "detail": detail_of(one)} for serial, one in enumerate(told, 1)]


def _event(step: int, kind: Kind, listed_on: date, **more: object) -> Event:
    on = listed_on + timedelta(days=step * 5)
    return Event(kind=kind, at=datetime(on.year, on.month, on.day, 3, step, tzinfo=UTC), on=on, by=f"人{kind.value}",
                 **more)  # type: ignore[arg-type]
