"""When lights change, and which slips there are, is set here: a gap is refused when it is configured, named."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest

from db.item_lines import Filter
from office.listing.follow_up import follow_up
from office.listing.item_settings import (
    BAND_PRESETS,
    bands_text,
    light_rule,
    preset_slips,
    read_bands,
    set_lights,
    set_slips,
    slip_kinds,
    slips_text,
)
from office.listing.items import happen, list_promises
from office.people import Role
from office.refusal import NotAllowed, Refused
from scoring.commitment import Kind
from scoring.schedule import Step
from tests.office.test_items import LIAISON, OFFICE, person

ADMINISTRATOR = person("admin", Role.ADMINISTRATOR)


@pytest.fixture
def url(sqlite_with_tables, tmp_path):
    shutil.copyfile(sqlite_with_tables, tmp_path / "leitai.db")
    return f"sqlite:///{tmp_path / 'leitai.db'}"


def test_hard_case_44_yinchuans_gap_is_refused_when_it_is_configured_and_named():
    told = json.loads(bands_text(BAND_PRESETS["银川（0至10补为正常）"]))
    told["bands"] = [{**told["bands"][0], "high": "0", "high_in": True}, *told["bands"][1:]]

    with pytest.raises(Refused, match="没有规定大于0、小于10时算什么"):
        read_bands(json.dumps(told))


@pytest.mark.parametrize("text", ["", "[]", "{", '{"name": "x"}', '{"name": "x", "measure": "points_behind", "bands": []}'])
def test_what_is_not_bands_is_refused_in_words(text):
    with pytest.raises(Refused):
        read_bands(text)


def test_another_rule_lights_the_same_items_otherwise_at_once(hall):
    database, at = hall.house.database, hall.now
    number, = list_promises(database, hall.key, "U1", who=OFFICE, at=at)
    happen(database, number, Kind.ACCEPTED, who=LIAISON, at=at)
    happen(database, number, Kind.REPORTED, who=LIAISON, at=at, share=Fraction(3, 10))
    day = date(2026, 4, 23) + timedelta(days=30)  # 31 of 69 days have passed: 45 % is due

    def light() -> str:
        return follow_up(database, Filter(), as_of=day).items[0].light

    before = light()
    seen = set_lights(database, soon_days=60, fresh_days=31, step=Step.DAYS, chosen=BAND_PRESETS["新晃"], who=ADMINISTRATOR, at=at)
    assert (before, light(), seen) == ("warning", "warning", 1)
    set_lights(database, soon_days=60, fresh_days=31, step=Step.MONTHS, chosen=BAND_PRESETS["银川（0至10补为正常）"],
               who=ADMINISTRATOR, at=at)
    assert light() == "due_soon"
    assert light_rule(database).step is Step.MONTHS


def test_only_the_administrator_sets_them(hall):
    with pytest.raises(NotAllowed):
        set_slips(hall.house.database, slips_text(preset_slips("yinzhou")), who=OFFICE, at=hall.now)


def test_yinzhous_four_slips_can_be_used_and_an_item_gets_one(hall):
    database, at = hall.house.database, hall.now
    set_slips(database, slips_text(preset_slips("yinzhou")), who=ADMINISTRATOR, at=at)
    number, = list_promises(database, hall.key, "U1", who=OFFICE, at=at)
    happen(database, number, Kind.SLIP_ISSUED, who=OFFICE, at=at, slip="reminder", level=1, text="请说明")

    assert [kind.name for kind in slip_kinds(database)] == ["任务单", "提醒单", "督办单", "问责单"]
    line = follow_up(database, Filter(), as_of=date(2026, 4, 23)).items[0]
    assert (line.slips, line.slip_level) == (1, "reminder/1")
    with pytest.raises(Refused):
        set_slips(database, "[]", who=ADMINISTRATOR, at=at)
    with pytest.raises(Refused):
        set_slips(database, json.dumps([{"key": "a", "name": "", "levels": []}]), who=replace(ADMINISTRATOR), at=at)
