"""Nothing of the list changes behind anybody's back: events, views and lights that somebody rewrote are found."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from hall import care
from office.listing.items import enter
from office.people import Role
from scoring.commitment import Kind
from tests import make_list
from tests.make import House
from tests.office.test_items import problem


def faults(house: House) -> list[str]:
    return [words for words, holds in care.verify(house.database) if not holds]


@pytest.mark.parametrize(("said", "found"), [
    ("update item_event set detail = replace(detail, '还剩两户', '全部完成') where kind = 'reported'", "事件与留痕不一致：1项"),
    ("update item_event set \"by\" = '别人' where kind = 'accepted' and item_id = 4", "事件与留痕不一致：1项"),
    ("delete from item_event where item_id = 4 and serial = 3", "事件与留痕不一致：1项"),
    ("insert into item_event select item_id, 4, 'reminded', at, \"by\", by_role, by_unit, '{\"on\": \"2026-12-01\"}' from item_event"
     " where item_id = 4 and serial = 3", "事件与留痕不一致：1项"),
    ("update item_event set detail = 'x' where item_id = 4 and serial = 2", "现状与事件重放不一致：1项"),
    ("update item_view set status = 'closed' where item_id = 4", "现状与事件重放不一致：1项"),
    ("update item_light set light = 'done', urgency = 8 where item_id = 4", "现状与事件重放不一致：1项"),
    ("update item_light set counted = false where item_id = 4", "现状与事件重放不一致：1项"),
    ("update item_light set due_month = '2027-01' where item_id = 4", "现状与事件重放不一致：1项"),
])
def test_what_was_changed_by_hand_is_found(house: House, said: str, found: str) -> None:
    made = make_list.of(house)
    office = made.person("office", Role.ADMINISTRATOR)
    number = enter(house.database, problem(), who=office, at=house.clock())
    made.happen(number, Kind.ACCEPTED)
    made.happen(number, Kind.REPORTED, text="还剩两户")
    assert faults(house) == []
    with house.database.write.begin() as c:
        assert c.execute(text(said)).rowcount >= 1

    assert any(found in one and number in one for one in faults(house)), faults(house)
