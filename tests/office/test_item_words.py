"""The words of an item follow what became of its closure: asked for, found wanting, refused, passed after all."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from fractions import Fraction

import pytest

from db.item_lines import Filter
from office.listing.follow_up import days_words
from office.listing.item_card import item_card
from office.listing.item_words import last_report, progress_words, stage_words
from office.listing.list_workbook import list_workbook
from office.listing.wall_chart import Planned
from office.sheets.workbook_file import read_file
from pages._item_facts import facts, standing
from pages._items import cards, table
from pages._wall_chart import _cells
from scoring.commitment import Kind
from tests.office.test_items import LEADER, LIAISON, OFFICE, PHOTO, SUPERVISOR, Desk


@pytest.fixture
def url(sqlite_with_tables, tmp_path):
    shutil.copyfile(sqlite_with_tables, tmp_path / "leitai.db")
    return f"sqlite:///{tmp_path / 'leitai.db'}"


def said(desk: Desk) -> tuple[str, str, str]:
    """The stage, the days, what the item's page says that it waits for."""
    line = desk.line()
    page = standing(item_card(desk.database, desk.number, who=OFFICE, at=desk.clock()))
    return stage_words(line), days_words(line, desk.clock().date()), page.partition('<p class="lt-note">')[2].removesuffix("</p>")


def test_the_words_follow_a_closure_that_a_check_found_wanting(hall):
    desk = Desk(hall)
    desk.does(LIAISON, Kind.ACCEPTED)
    desk.does(LIAISON, Kind.CLOSURE_ASKED, evidence=PHOTO)
    assert said(desk) == ("待核查", "还有66天", "已申请销号，待监督员现场核查。")

    desk.does(SUPERVISOR, Kind.CHECKED, passed=False, text="还有两户没有搬")
    assert said(desk) == ("核查未通过", "还有65天", "现场核查没有通过。请监督员复查，或由督办机构不予销号，写明还要做到什么。")
    desk.does(OFFICE, Kind.CLOSURE_REFUSED, text="两户搬完，附影像")
    assert said(desk) == ("办理中", "还有64天", "没有准予销号，A县继续办理，做到“销号前还要做到”的再申请。")

    desk.does(LIAISON, Kind.CLOSURE_ASKED, evidence=PHOTO)
    desk.does(SUPERVISOR, Kind.CHECKED, passed=False, text="还有一户")
    desk.does(SUPERVISOR, Kind.CHECKED, passed=True)
    assert said(desk)[::2] == ("待签批", "核查通过，待领导签批。")
    desk.does(LEADER, Kind.SIGNED_OFF)
    assert said(desk) == ("待公示", "2026-04-30复查通过", "已签批，待公示。")


def test_an_extension_that_is_asked_for_is_said_until_it_is_decided(hall):
    desk = Desk(hall)
    desk.does(LIAISON, Kind.ACCEPTED)
    desk.does(LIAISON, Kind.EXTENSION_ASKED, deadline=date(2026, 8, 31), text="征迁未完")
    assert said(desk) == ("延期待审批", "还有66天", "责任单位申请延到2026-08-31，待审批。")

    desk.does(OFFICE, Kind.EXTENSION_DECIDED, granted=True, deadline=date(2026, 7, 31))
    assert said(desk) == ("办理中", "还有96天", "A县办理中。")


def test_what_no_check_found_wanting_counts_from_the_day_on_which_it_was_asked_for(hall):
    desk = Desk(hall)
    for who, kind, told in ((LIAISON, Kind.ACCEPTED, {}), (LIAISON, Kind.CLOSURE_ASKED, {"evidence": PHOTO}),
                            (SUPERVISOR, Kind.CHECKED, {"passed": True}), (LEADER, Kind.SIGNED_OFF, {})):
        desk.does(who, kind, **told)

    assert said(desk)[1] == "2026-04-25申请销号"


def test_what_is_parked_is_late_for_nothing_and_what_was_asked_in_time_waits(hall):
    desk = Desk(hall)
    desk.does(LIAISON, Kind.ACCEPTED)
    desk.does(OFFICE, Kind.PARKED, text="规划未批", due=date(2026, 7, 5))
    desk.does(LIAISON, Kind.REPORTED, days=67, text="等批复")
    assert desk.clock().date() == date(2026, 7, 1) and said(desk)[1] == "2026-07-05复核"
    desk.does(LIAISON, Kind.REPORTED, days=4, text="还在等")
    assert said(desk)[1] == "2026-07-05复核，已到"

    desk.does(OFFICE, Kind.RESUMED, text="批了", deadline=date(2026, 7, 10))
    desk.does(LIAISON, Kind.EXTENSION_ASKED, days=4, deadline=date(2026, 8, 31), text="征迁未完")
    desk.clock.now += timedelta(days=2)
    assert said(desk)[1] == "期限已到，待审批"


def test_a_report_of_less_than_all_does_not_contradict_what_is_struck_off(hall):
    desk = Desk(hall)
    desk.does(LIAISON, Kind.ACCEPTED)
    desk.does(LIAISON, Kind.REPORTED, share=Fraction(368, 1000), text="签约过半", evidence=PHOTO)
    assert progress_words(desk.line()) == "36.8%" and "进度36.8%" in cards((desk.line(),), desk.clock().date())
    for who, kind, told in ((LIAISON, Kind.CLOSURE_ASKED, {"evidence": PHOTO}), (SUPERVISOR, Kind.CHECKED, {"passed": True}),
                            (LEADER, Kind.SIGNED_OFF, {}), (OFFICE, Kind.PUBLISHED, {})):
        desk.does(who, kind, **told)
    line, day = desk.line(), desk.clock().date()

    said = "已销号；最后一次报告 36.8%"
    assert progress_words(line) == said
    planned = Planned(line=line, supporting=(), nodes=())
    for shown in (table((line,), day), cards((line,), day), "".join(_cells("progress", planned, day)),
                  facts(item_card(desk.database, desk.number, who=OFFICE, at=desk.clock()))):
        assert said in shown and "进度36.8%" not in shown and shown.count("36.8%") == 1
    sheet = read_file(list_workbook(desk.database, Filter(), as_of=day))[0]
    head = {cell.text: column for column, cell in sheet.rows[1].items()}
    assert [sheet.rows[2][head[name]].text for name in ("环节", "进度")] == ["已销号", said]


@pytest.mark.parametrize(("status", "progress", "words"), [
    ("in_progress", "36.8%", "36.8%"), ("closing", "主体结顶", "主体结顶"), ("signed_off", "36.8%", "最后一次报告 36.8%"),
    ("closed", "主体结顶", "最后一次报告 主体结顶"), ("closed", "100%", "100%"), ("closed", "", ""),
    ("withdrawn", "20%", "最后一次报告 20%"), ("merged", "20%", "最后一次报告 20%")])
def test_only_what_is_over_has_a_last_report_and_nothing_is_added_to_all_or_nothing(status, progress, words):
    assert last_report(status, progress) == words
