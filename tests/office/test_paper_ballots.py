"""Blank papers: a seat's own code on a named one, a serial that leads to nobody on a secret one."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text

from office.prints import paper_ballots
from office.prints.paper_ballots import sheet
from office.refusal import Refused
from scoring.rule import read_rule
from tests import make
from tests.browser.real import chromium


def issue(hall, *, seats=("L1", "L2"), secret=None, targets=("U1", "U2"), together=False, barred=None):
    return paper_ballots.issue(
        hall.house.database, hall.key, seats=seats, secret={"public": 3} if secret is None else secret, targets=targets,
        together=together, by="clerk", at=hall.now, barred=barred)


def test_each_unit_has_papers_of_its_own_with_codes_for_seats_and_serials_for_secret_groups(hall):
    papers = issue(hall)

    assert [(one.label, one.targets) for one in papers if not one.secret] == [
        ("L1", (("U1", "A县"),)), ("L2", (("U1", "A县"),)), ("L1", (("U2", "B县"),)), ("L2", (("U2", "B县"),))]
    serials = [one.label for one in papers if one.secret]
    assert len(set(serials)) == 6 and all(re.fullmatch("[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{2}", one) for one in serials)


def test_serials_are_counted_and_assigned_to_nobody(hall):
    papers = issue(hall)

    with hall.house.database.reading() as c:
        rows = c.execute(text("select serial, group_key, targets from paper_serial")).all()
        told, = c.execute(text("select detail from record_entry where action = '印制纸票'")).scalars()
    assert {row.serial for row in rows} == {one.label for one in papers if one.secret}
    assert '"社会各界代表": "3张"' in told and not [one for one in papers if one.secret and one.label in told]


def test_all_units_may_stand_on_one_paper(hall):
    papers = issue(hall, together=True)

    assert len(papers) == 5 and {one.targets for one in papers} == {(("U1", "A县"), ("U2", "B县"))}


def test_what_a_seat_does_not_score_is_printed_so_and_no_paper_is_printed_for_nothing_else(hall):
    barred = {"L1": {"U1"}}
    together, = issue(hall, seats=("L1",), secret={}, together=True, barred=barred)
    alone, = issue(hall, seats=("L1",), secret={}, barred=barred)

    with hall.house.database.reading() as c:
        rule = read_rule(c.execute(text("select toml from rule")).scalar_one().encode())
    html = sheet((together,), rule, "会")
    assert '<td>A县</td><td class="none" colspan="3">这一席不评</td>' in html and html.count("这一席不评") == 1
    assert alone.targets == (("U2", "B县"),)
    with pytest.raises(Refused, match="都要回避"):
        issue(hall, seats=("L1",), secret={}, targets=("U1",), barred=barred)


@pytest.mark.parametrize(("changes", "words"), [
    ({"secret": {"public": 2}}, "一次至少印3张"), ({"seats": ("P1",)}, "不是实名席位"), ({"targets": ()}, "哪几家单位"),
    ({"seats": (), "secret": {}}, "选好席位"), ({"secret": {"leaders": 5}}, "只有无记名组"),
    ({"secret": {"public": 600}}, "最多印1000张")])
def test_what_cannot_be_printed_is_refused_and_nothing_is_stored(hall, changes, words):
    with pytest.raises(Refused, match=words):
        issue(hall, **changes)
    with hall.house.database.reading() as c:
        assert c.execute(text("select count(*) from paper_serial")).scalar_one() == 0


def test_the_sheet_names_the_criteria_with_their_ranges_and_holds_nothing_from_elsewhere(hall):
    papers = issue(hall)

    html = sheet(papers, read_rule(make.RULE.encode()), "<县区>")

    assert html.count('class="paper"') == len(papers) == html.count("<svg")
    assert "“质量”请写0到100之间、以1为一级的数" in html and "&lt;县区&gt;" in html
    assert not re.search(r"<[^>]*(?:src|href)=|url\(|@import", html)


@pytest.mark.slow
def test_it_prints_one_page_a_paper(house, tmp_path):
    hall = make.sitting(house, make.plan(units=13))
    papers = issue(hall, targets=tuple(f"U{n}" for n in range(1, 14)), together=True)
    file = tmp_path / "sheet.html"
    file.write_text(sheet(papers, read_rule(make.RULE.encode()), "县区比拼现场 2026Q1"), encoding="utf-8")
    with chromium() as browser:
        page = browser.new_page()
        page.goto(file.as_uri())
        printed = page.pdf(prefer_css_page_size=True, print_background=True)

    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == len(papers)
