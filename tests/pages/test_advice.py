"""评议分析 through the real page: for whom it opens, how it waits, and that everything stands under its watermark."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from hall.house import move_into
from hall.outcome.advice import advised
from hall.outcome.advice_values import Advised
from office import people
from office.people import Role
from tests import make
from tests.hall.test_advice import LEADER, PATIENCE, few, score, worked_out_here
from tests.pages.entrance import open_page, sign_in, text
from tests.played import played

MARKS = dict(U1=(95, 94, 96, 95, 94, 84), U2=(85, 80, 86, 79, 84, 70), U3=(80, 85, 79, 86, 80, 73))


__all__ = ["worked_out_here"]


@played
def six_leaders(house, *, published):
    hall = few(house, leaders=6, public=4, rule=make.RULE)
    if published:
        score(hall, **MARKS)
        hall.publish()
    return hall


@pytest.fixture
def house(tmp_path):
    house = make.house(f"sqlite:///{tmp_path / 'leitai.db'}")
    move_into(house)
    yield house
    move_into(None)
    house.close()


@pytest.fixture
def hall(house):
    return six_leaders(house, published=False)


@pytest.fixture
def published(house):
    return six_leaders(house, published=True)


@pytest.fixture
def leader(hall):
    return sign_in(hall.house, Role.LEADER)


def ready(hall: make.Hall) -> None:
    """Let the work come to its end."""
    for _ in range(PATIENCE * 20):
        if isinstance(advised(hall.house, hall.key, LEADER), Advised):
            return
        threading.Event().wait(0.05)
    raise AssertionError("the view did not come")


@pytest.mark.parametrize("role", [Role.HOST, Role.CLERK, Role.SUPERVISOR, Role.LIAISON])
def test_other_roles_are_refused_in_words(published, monkeypatch, role):
    token = sign_in(published.house, role, unit="small-A" if role is Role.LIAISON else "")

    said = text(open_page(monkeypatch, token, "advice"))

    assert "这一页不对您开放" in said and "领导、管理员使用" in said
    assert "A县" not in said and "L1" not in said


def test_without_a_sign_in_there_is_nothing_but_the_way_to_the_door(hall, monkeypatch):
    assert "A县" not in text(open_page(monkeypatch, None, "advice"))


@pytest.mark.parametrize("role", [Role.LEADER, Role.ADMINISTRATOR])
def test_sentence_first_then_pictures_then_tables_all_under_the_watermark(published, monkeypatch, role):
    ready(published)

    page = open_page(monkeypatch, sign_in(published.house, role), "advice")
    said = text(page)

    assert "<b>仅供参考</b>不作为成绩，不代替公布的名次。" in said
    assert ".stMainBlockContainer::after" in said and "data:image/svg+xml" in said
    assert "n=6名实名评委" in said and "第2、3名分不出先后" in said
    assert len(page.get("plotly_chart")) == 2
    order = [said.index(words) for words in ("n=6名实名评委", "每家的名次可能落在哪里", "相邻两家，评委怎么看", "评委之间有多一致",
                                             "扣除评委松严之后", "<th class=\"\">席位</th>")]
    assert order == sorted(order)
    assert "6位评委两家都打了：3位更高、0位相同、3位更低" in said
    assert "▲ 异常（值得看一看）" in said and "L6" in said and "市领导6席" in said
    assert "代表1" not in said and "P1" not in said
    assert "第1版成绩" in said and "公布的名次</span>" in said


def test_of_a_large_panel_the_picture_shows_both_ends_and_the_table_everybody(hall, leader, monkeypatch):
    large = few(hall.house, key="large", leaders=40)
    score(large, **{f"U{n}": tuple(95 - 5 * n + (j * n) % 7 for j in range(40)) for n in (1, 2, 3)})
    ready(large)

    said = text(page := open_page(monkeypatch, leader, "advice", s="large"))

    assert "两头各8名和全部异常；其余24名见下表" in said
    assert said.count("市领导组</div>") == 40
    assert len(page.get("plotly_chart")) == 2


def test_while_a_round_is_open_it_says_so_and_afterwards_comes_by_itself(hall, leader, monkeypatch):
    score(hall, U1=MARKS["U1"], U2=MARKS["U2"])
    hall.open("U3")
    page = open_page(monkeypatch, leader, "advice")
    waiting = text(page)
    progress = page.get("progress")
    hall.close()
    ready(hall)
    said = text(page.run())

    assert "仅供参考" in waiting and "A县" not in waiting
    assert progress[0].proto.text == "C县正在打分，截止后再算。"
    assert "未公布：已截止各轮" in said and "眼下的名次（未公布）" in said
    assert not page.get("progress")


def test_before_anything_was_scored_it_says_what_is_missing(hall, leader, monkeypatch):
    page = open_page(monkeypatch, leader, "advice")
    page.button[0].click().run()

    assert page.button[0].label == "再试一次" and "还没有名次" in text(page)


def test_a_rule_that_gives_no_result_yet_is_said_in_words(hall, leader, monkeypatch):
    hall.open("U1")
    hall.cast("L1", 90)
    hall.close()

    page = open_page(monkeypatch, leader, "advice")
    page.button[0].click().run()

    assert "没有可用的票，得不出组分" in text(page)


def test_names_are_text_and_never_markup(hall, leader, monkeypatch):
    house = hall.house
    planned = make.plan(key="odd", title="<i>场次</i>", leaders=5, public=4)
    odd = few(house, key="odd", leaders=5, public=4, rule=make.RULE, title="<i>场次</i>", note="<i>示例</i>",
              targets=tuple(replace(one, name=f"<i>{one.name}</i>") for one in planned.targets))
    score(odd, **{target: marks[:5] for target, marks in MARKS.items()})
    ready(odd)

    page = open_page(monkeypatch, leader, "advice", s="odd")

    assert "<i>" not in text(page)
    charts = "".join(one.proto.spec for one in page.get("plotly_chart")).encode().decode("unicode_escape")
    assert "&lt;i" in charts and "<i>" not in charts


@pytest.mark.parametrize(("role", "shown"), [(Role.LEADER, True), (Role.ADMINISTRATOR, True), (Role.HOST, False),
                                             (Role.SUPERVISOR, False)])
def test_the_results_lead_here_for_those_who_may_come(published, monkeypatch, role, shown):
    said = text(open_page(monkeypatch, sign_in(published.house, role), "results"))

    assert ('href="/advice?s=small"' in said) is shown


def test_someone_whose_role_was_taken_away_meets_the_guard(published, monkeypatch):
    leader = sign_in(published.house, Role.LEADER)
    people.set_active(published.house.database, "somebody", False, by="admin", at=published.now)

    assert "请先登录" in text(open_page(monkeypatch, leader, "advice"))
