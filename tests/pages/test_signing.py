"""Four hands and objections through the real pages: each on their own sign-in, found again by everybody concerned."""

from __future__ import annotations

import pytest

from hall.house import move_into
from hall.outcome import signing
from office import people
from office.people import Role
from office.points import points_ledger
from tests import make
from tests.hall.test_signing import score
from tests.pages.entrance import open_page, sign_in, text


@pytest.fixture
def hall(tmp_path):
    house = make.house(f"sqlite:///{tmp_path / 'leitai.db'}")
    move_into(house)
    yield make.sitting(house)
    move_into(None)
    house.close()


@pytest.fixture
def tokens(hall):
    """Host, clerk, supervisor and a liaison of unit A, each signed in."""
    return {role: sign_in(hall.house, role, name=role.value, unit="small-A" if role is Role.LIAISON else "")
            for role in (Role.HOST, Role.CLERK, Role.SUPERVISOR, Role.LIAISON)}


def button(page, key):
    return page.button(key=key).click().run()


def labels(page):
    return [one.label for one in page.button]


def dialog(page):
    """The publish dialog; under AppTest every press inside it closes it."""
    return page.button(key="step").click().run()


def test_the_host_proposes_clerk_and_supervisor_confirm_and_the_host_publishes(hall, tokens, monkeypatch):
    score(hall, U1=90, U2=80, U3=70)
    console = open_page(monkeypatch, tokens[Role.HOST], "host")
    assert "先提请计票员、监督员核对" in text(dialog(console))
    button(console, "publish/propose")

    clerk = open_page(monkeypatch, tokens[Role.CLERK], "results")
    assert "公布前确认：第1版" in text(clerk) and "以监督员身份确认第1版" not in labels(clerk)
    said = text(button(clerk, "signing/clerk"))
    assert "已以计票员身份确认" in said and "计票员已确认" in said
    assert "以计票员身份确认第1版" not in labels(clerk)
    assert [one.proto.label for one in clerk.get("download_button") if "待公布" in one.proto.label]

    waiting = open_page(monkeypatch, tokens[Role.HOST], "host")
    assert "监督员 ○ 未确认" in text(waiting) and "计票员 ✓" in text(waiting)
    hall.house.clock.advance(60)
    assert dialog(waiting).button(key="publish/yes").disabled

    button(open_page(monkeypatch, tokens[Role.SUPERVISOR], "results"), "signing/supervisor")
    ready = open_page(monkeypatch, tokens[Role.HOST], "host")
    assert "监督员 ✓" in text(ready)
    button(dialog(ready), "publish/yes")

    assert hall.house.live.at(hall.key).published == 1
    hall.reveal()
    after = open_page(monkeypatch, tokens[Role.LIAISON], "results")
    assert [one.proto.label for one in after.get("download_button") if "成绩确认单" in one.proto.label]


def test_a_change_after_the_proposal_is_said_to_the_confirming_and_proposed_anew(hall, tokens, monkeypatch):
    score(hall, U1=90, U2=80, U3=70)
    clerk = open_page(monkeypatch, tokens[Role.CLERK], "results")
    button(clerk, "signing/propose")
    button(clerk, "signing/clerk")
    hall.void(hall.house.live.at(hall.key).rounds[-1].id)
    score(hall, U3=75)

    page = open_page(monkeypatch, tokens[Role.CLERK], "results")
    assert "已有的确认作废" in text(page)
    assert not [one for one in page.button if one.key == "signing/clerk"]
    button(page, "signing/propose")
    assert "监督员还没有确认" in text(page) and "已有的确认作废" not in text(page)


def test_the_host_alone_is_warned_in_the_dialog(hall, monkeypatch):
    token = sign_in(hall.house, Role.HOST, name="host")
    score(hall, U1=90, U2=80, U3=70)
    page = dialog(open_page(monkeypatch, token, "host"))

    assert "主持人一人公布，没有计票员和监督员的确认" in text(page)
    button(page, "publish/yes")
    assert hall.house.live.at(hall.key).published == 1


def test_an_objection_goes_from_the_unit_to_the_review_and_the_ledger_says_frozen_meanwhile(hall, tokens, monkeypatch):
    people.set_active(hall.house.database, "clerk", False, by="admin", at=hall.now)
    score(hall, U1=90, U2=80, U3=70)
    hall.publish()
    hall.reveal()
    unit = open_page(monkeypatch, tokens[Role.LIAISON], "results")
    assert "异议期到2026-04-25 09:00" in text(unit)
    unit.text_area(key="objection/grounds").set_value("第二项少计<b>一张票")
    assert "异议已提出" in text(button(unit, "objection/file"))
    assert "少计&lt;b&gt;一张票" in text(unit) and "待复核，分数冻结" in text(unit)

    assert "冻结</b>异议处理中，分数冻结、不计入余额：A县（+2分）" in text(
        open_page(monkeypatch, tokens[Role.LIAISON], "ledger"))
    assert "异议 1" in text(open_page(monkeypatch, tokens[Role.HOST], "host"))
    page = open_page(monkeypatch, tokens[Role.SUPERVISOR], "results")
    page.text_area(key="objection/1/reason").set_value("复算无误，附计算过程")
    button(page, "objection/1/upheld")

    assert points_ledger(hall.house.database).accounts[0].balance == 2
    seen = text(open_page(monkeypatch, tokens[Role.LIAISON], "results"))
    assert "已复核：维持原成绩" in seen and "复算无误，附计算过程" in seen
    record = text(open_page(monkeypatch, sign_in(hall.house, Role.ADMINISTRATOR, name="admin"), "record"))
    assert "提出异议" in record and "复核异议" in record


def test_a_review_without_words_is_refused_and_a_liaison_cannot_review(hall, tokens, monkeypatch):
    people.set_active(hall.house.database, "clerk", False, by="admin", at=hall.now)
    score(hall, U1=90, U2=80, U3=70)
    hall.publish()
    hall.reveal()
    host = open_page(monkeypatch, tokens[Role.HOST], "results")
    host.selectbox(key="objection/target").set_value("U2")
    host.text_area(key="objection/grounds").set_value("代B县登记")
    button(host, "objection/file")
    assert not [one for one in host.button if one.key == "objection/1/upheld"]
    assert "代B县登记" not in text(open_page(monkeypatch, tokens[Role.LIAISON], "results"))

    page = open_page(monkeypatch, tokens[Role.SUPERVISOR], "results")
    assert "请写明复核的依据" in text(button(page, "objection/1/corrected"))


def test_the_terms_are_set_in_the_preparation_and_fixed_by_the_first_ballot(hall, tokens, monkeypatch):
    page = open_page(monkeypatch, tokens[Role.HOST], "prepare")
    page.selectbox(key="terms/small/hands").set_value(signing.Hands.THREE)
    page.number_input(key="terms/small/hours").set_value(72)
    next(one for one in page.button if one.label == "保存公布与异议").click().run()
    terms = signing.signing_of(hall.house.database, hall.key).terms
    assert (terms.hands, terms.objection_hours) == ("three_hands", 72)

    score(hall, U1=90)
    assert "公布方式：必须三方确认；异议期：公布后72小时。已经开始打分，不能再改" in text(
        open_page(monkeypatch, tokens[Role.HOST], "prepare"))
