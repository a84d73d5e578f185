"""单位填报: what was typed is read, weak points are pointed out, wrong ones refused with their place."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from db.values import Commitment, Declaration, Shortcoming
from office.people import Role, Staff
from office.refusal import NotAllowed, Refused
from office.sitting.declarations import TypedCommitment, TypedShortcoming, advice, declare, read_declaration, typed_of
from tests import make

HELD = date(2026, 4, 23)
PROMISE = TypedCommitment(text="开工率到90%", owner="分管副县长", deadline=date(2026, 6, 30), amount="90", amount_unit="%")
TYPED = TypedShortcoming(text=" 开工慢 ", gap="61%", goal="90%", measures="逐项倒排\n\n 每周会商 ", commitments=(PROMISE,))


def person(*roles: Role, unit: str = "") -> Staff:
    return Staff(id=1, name="tester", title="测试员", roles=frozenset(roles), unit=unit, active=True, has_password=True)


def test_what_was_typed_is_trimmed_and_blank_blocks_are_left_out():
    blank = TypedShortcoming(commitments=(TypedCommitment(deadline=HELD),))

    assert read_declaration((blank, TYPED)) == Declaration(shortcomings=(
        Shortcoming(text="开工慢", gap="61%", goal="90%", measures=("逐项倒排", "每周会商"), commitments=(
            Commitment(text="开工率到90%", owner="分管副县长", deadline=date(2026, 6, 30), amount="90",
                       amount_unit="%"),)),))


def test_the_form_starts_from_what_is_stored_filled_up_to_three():
    stored = read_declaration((TYPED,))

    form = typed_of(stored)

    assert len(form) == 3
    assert read_declaration(form) == stored
    assert form[1].is_blank and form[1].commitments == (TypedCommitment(),)


@pytest.mark.parametrize(("change", "said"), [
    ({"text": ""}, "第1条不足的第1项承诺没有写内容"),
    ({"owner": " "}, "没有写责任人"),
    ({"deadline": None}, "没有写期限"),
    ({"amount": "九十"}, "“九十”不是数"),
    ({"amount": "1e3"}, "“1e3”不是数"),
    ({"amount": "90", "amount_unit": ""}, "没有写单位"),
    ({"amount": "", "amount_unit": "%"}, "写了单位没有写数量"),
])
def test_a_promise_that_cannot_be_kept_track_of_is_refused_with_its_place(change, said):
    with pytest.raises(Refused, match=said):
        read_declaration((replace(TYPED, commitments=(replace(PROMISE, **change),)),))


def test_a_shortcoming_without_its_sentence_is_refused():
    with pytest.raises(Refused, match="第1条不足没有写不足本身"):
        read_declaration((replace(TYPED, text=" "),))


def test_three_full_shortcomings_need_no_advice():
    assert advice(read_declaration((TYPED, TYPED, TYPED)), HELD) == ()


def test_weak_points_are_pointed_out_never_refused():
    vague = replace(PROMISE, amount="", amount_unit="", deadline=date(2026, 4, 1))
    weak = read_declaration((replace(TYPED, commitments=(vague,)), TypedShortcoming(text="服务差")))

    assert advice(weak, HELD) == (
        "要求讲3条不足，现在是2条。",
        "第1条不足的第1项承诺没有数量，到期难以核验，最好写明做到多少。",
        "第1条不足的第1项承诺期限早于开会日期，请核对。",
        "第2条不足还没有写差距、目标、措施、承诺。",
    )


def test_a_liaison_declares_for_the_own_unit_only(house):
    make.sitting(house)
    own = person(Role.LIAISON, unit="small-A")

    stored = declare(house.database, "small", "U1", "small-A", (TYPED,), who=own, at=make.START)

    house.live.refresh()
    assert house.live.at("small").target("U1").declaration == stored
    with pytest.raises(NotAllowed):
        declare(house.database, "small", "U2", "small-B", (TYPED,), who=own, at=make.START)
    declare(house.database, "small", "U2", "small-B", (TYPED,), who=person(Role.HOST), at=make.START)


def test_once_published_a_declaration_stays(house):
    hall = make.sitting(house, make.plan(declarations={}))
    for target in ("U1", "U2", "U3"):
        hall.open(target)
        hall.everybody()
        hall.close()
    hall.publish(despite_warnings=True)

    with pytest.raises(Refused, match="已公布"):
        declare(house.database, "small", "U1", "small-A", (TYPED,), who=person(Role.HOST), at=make.START)
