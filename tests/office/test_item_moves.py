"""What is typed for a move, read into its event: every move has its fields, numbers are exact, refusals name the field."""

from __future__ import annotations

import shutil
from datetime import date
from fractions import Fraction

import pytest

from office.listing.item_card import item_card
from office.listing.item_moves import FIELDS, part_numbers, read_move
from office.listing.item_rights import IN_TURN
from office.listing.items import happen
from office.refusal import Refused
from scoring.commitment import Kind, Origin, Part, Source, Target
from scoring.life_rules import FIELDS as NEEDED
from tests.office.test_items import LIAISON, OFFICE, Desk


@pytest.fixture
def url(sqlite_with_tables, tmp_path):
    shutil.copyfile(sqlite_with_tables, tmp_path / "leitai.db")
    return f"sqlite:///{tmp_path / 'leitai.db'}"


@pytest.fixture
def desk(hall) -> Desk:
    return Desk(hall)


def card(desk: Desk, who=OFFICE):
    return item_card(desk.database, desk.number, who=who, at=desk.clock())


def test_every_move_that_a_person_can_make_has_the_fields_that_it_needs():
    reads = {"source": {"origin", "ref"}, "slip": {"slip"}, "level": {"slip"}}
    for kind in IN_TURN:
        names = {field.name for field in FIELDS[kind]}
        for needed in NEEDED[kind][0]:
            assert reads.get(needed, {needed}) <= names, f"{kind}: {needed}"


@pytest.mark.parametrize(("kind", "typed", "told", "more"), [
    (Kind.REPORTED, {"value": "33.5", "share": "12.5%", "stage": " 主体结顶 ", "text": "", "node": "2026-05-01 签约八成",
                     "evidence": ["a"]},
     {"value": Fraction(67, 2), "share": Fraction(1, 8), "stage": "主体结顶", "node": "2026-05-01 签约八成",
      "evidence": ("a",)}, {}),
    (Kind.EXTENSION_DECIDED, {"granted": False, "deadline": date(2026, 9, 1), "text": "不同意"},
     {"granted": False, "text": "不同意"}, {}),
    (Kind.CHECKED, {"passed": False, "text": "没完"}, {"passed": False, "text": "没完"}, {}),
    (Kind.SLIP_ISSUED, {"slip": ("slip", 2), "text": "x", "urgent": True}, {"slip": "slip", "level": 2, "below": 1, "text": "x",
                                                                           "urgent": True}, {}),
    (Kind.LINKED, {"origin": "inspection", "ref": "三组"}, {"source": Source(origin=Origin.INSPECTION, ref="三组")}, {}),
    (Kind.CORRECTED, {"text": "写错", "new_owner": "副县长", "value": "95", "measure": "%"},
     {"text": "写错", "target": Target(value=Fraction(95), measure="%")}, {"fields": {"owner": "副县长"}}),
    (Kind.SPLIT, {"parts": [{"number": "1-1", "text": "甲", "unit": "small-A", "weight": "60", "deadline": None}]},
     {"parts": (Part(number="1-1", weight=Fraction(3, 5), unit="small-A", text="甲"),)}, {}),
])
def test_what_is_typed_becomes_exact(desk, kind, typed, told, more):
    assert read_move(card(desk), kind, typed) == (told, more)


def test_parts_without_a_weight_share_alike_to_the_last_third(desk):
    parts = [{"number": f"{desk.number}-{n}", "text": "分", "unit": "small-A", "weight": " ", "deadline": date(2026, 6, 30)}
             for n in (1, 2, 3)]
    told, _more = read_move(card(desk), Kind.SPLIT, {"parts": parts})

    desk.does(LIAISON, Kind.ACCEPTED)
    desk.does(OFFICE, Kind.SPLIT, **told)
    assert [one.weight for one in card(desk).item.parts] == [Fraction(1, 3)] * 3
    with pytest.raises(Refused, match="-3的权重“ ”不是数"):
        read_move(card(desk), Kind.SPLIT, {"parts": [*({**one, "weight": "50"} for one in parts[:2]), parts[2]]})


@pytest.mark.parametrize(("kind", "typed", "words"), [
    (Kind.REPORTED, {"share": "一半"}, "完成比例“一半”不是数"), (Kind.SLIP_ISSUED, {"text": "x"}, "请选择督办单"),
    (Kind.CORRECTED, {"text": "x", "measure": "%"}, "没有写目标值"),
    (Kind.SPLIT, {"parts": [{"number": "1-1", "text": " ", "unit": "u", "weight": "1", "deadline": None}]}, "还没有写内容")])
def test_a_refusal_names_the_field(desk, kind, typed, words):
    with pytest.raises(Refused, match=words):
        read_move(card(desk), kind, typed)


def test_what_is_put_right_stands_on_the_card_and_in_the_timeline_and_the_listing_stays(desk):
    told, more = read_move(card(desk), Kind.CORRECTED, {
        "text": "听写有误", "new_text": "征迁扫尾20户", "value": "20", "measure": "户"})
    happen(desk.database, desk.number, Kind.CORRECTED, who=OFFICE, at=desk.clock(), more=more, **told)
    shown = card(desk)

    assert (shown.line.text, shown.line.amount) == ("征迁扫尾20户", "20户")
    assert shown.happenings[0].told == ("目标：20户", "听写有误", "内容改为“征迁扫尾20户”")
    assert shown.happenings[-1].what == "列入清单"


def test_the_card_says_why_what_is_due_and_whose_move_it_is(desk):
    assert card(desk, LIAISON).next_kind is Kind.ACCEPTED
    assert card(desk).next_kind is None  # the office may write it down, but it does not wait for the office
    desk.does(LIAISON, Kind.ACCEPTED)
    desk.does(LIAISON, Kind.REPORTED, share=Fraction(1, 2))
    desk.does(LIAISON, Kind.EXTENSION_ASKED, deadline=date(2026, 8, 1), text="台风")
    shown = card(desk)

    assert shown.next_kind is Kind.EXTENSION_DECIDED
    assert shown.why.startswith("序时进度") and shown.due_share is not None
    assert read_move(shown, Kind.EXTENSION_DECIDED, {"granted": True})[0]["deadline"] == date(2026, 8, 1)
    assert part_numbers(shown, 2) == (f"{desk.number}-1", f"{desk.number}-2")
