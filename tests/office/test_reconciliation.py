"""Month and quarter: fact against list, walked once; what was frozen stays, whatever comes later."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from db.item_values import ItemKind
from hall import care
from office.listing import disclosure, reconciliation
from office.people import Role
from office.refusal import NotAllowed, NotFound, Refused
from scoring.rates import Rate
from tests import make_list
from tests.make import House


def test_a_month_is_walked_closed_and_what_comes_late_shows_as_such(house: House) -> None:
    made = make_list.of(house)
    database, at = house.database, house.clock()
    office, liaison = made.person("office", Role.ADMINISTRATOR), made.person("liaison", Role.LIAISON, unit="small-B")
    one, two, three = made.numbers

    assert reconciliation.open_run(database, "2026-04", who=office, at=at) == 3
    reconciliation.enter(database, "2026-04", one, agrees=True, fact="", who=office, at=at)
    reconciliation.enter(database, "2026-04", two, agrees=True, fact="", who=office, at=at)
    reconciliation.enter(database, "2026-04", two, agrees=False, fact="现场未动工", who=office, at=at)
    with pytest.raises(NotAllowed, match="本单位"):
        reconciliation.enter(database, "2026-04", one, agrees=True, fact="", who=liaison, at=at)
    with pytest.raises(Refused, match="写明实际情况"):
        reconciliation.enter(database, "2026-04", two, agrees=False, fact=" ", who=office, at=at)
    before = reconciliation.run_of(database, "2026-04")
    assert before.sentence == "2026-04 共3项：相符1项，不符1项，未对账1项。"
    assert [(each.name, each.items, each.agree, each.differ, each.open) for each in before.units] == [
        ("A县", 2, 1, 1, 0), ("B县", 1, 0, 0, 1)]
    reconciliation.close_run(database, "2026-04", who=office, at=at)
    protocol = reconciliation.run_of(database, "2026-04").run.protocol

    assert reconciliation.enter(database, "2026-04", three, agrees=True, fact="", who=liaison, at=at) is True
    made.strike_off(one)
    made.enter("small-A", "后来列入的一项")

    after = reconciliation.run_of(database, "2026-04")
    assert after.run.protocol == protocol and len(after.lines) == 3
    assert after.sentence.endswith("未对账1项；办结后补录1条。")
    assert next(each for each in after.lines if each.said["number"] == three).state == "未对账"
    with zipfile.ZipFile(io.BytesIO(reconciliation.protocol_docx(after.run))) as archive:
        printed = archive.read("word/document.xml").decode()
    assert "现场未动工" in printed and str(after.run.protocol_sha256) in printed and "后来列入" not in printed
    for again in (reconciliation.open_run, reconciliation.close_run):
        with pytest.raises(Refused, match="已经"):
            again(database, "2026-04", who=office, at=at)
    assert all(holds for _words, holds in care.verify(database))
    with database.write.begin() as c:
        c.execute(text("update reconciliation set protocol = replace(protocol, '现场未动工', '已动工')"))
    assert [words for words, holds in care.verify(database) if not holds] == ["对账记录1份与留痕不一致"]


def test_a_month_that_cannot_be_walked_is_refused_in_words(house: House) -> None:
    made = make_list.of(house)
    database, at = house.database, house.clock()
    office = made.person("office", Role.HOST)

    for month, words in (("2026-05", "只能开本月"), ("2026-02", "上月（2026-03）"), ("2026-13", "请写成"), ("四月", "请写成")):
        with pytest.raises(Refused, match=words):
            reconciliation.open_run(database, month, who=office, at=at)
    with pytest.raises(NotFound, match="还没有开始"):
        reconciliation.close_run(database, "2026-04", who=office, at=at)
    with pytest.raises(NotAllowed):
        reconciliation.open_run(database, "2026-04", who=made.person("leader", Role.LEADER), at=at)


def test_a_quarter_is_disclosed_once_with_its_base_and_never_rewritten(house: House) -> None:
    made = make_list.of(house)
    database, clock = house.database, house.clock
    office = made.person("office", Role.ADMINISTRATOR)
    one, two, _three = made.numbers
    made.strike_off(one)
    with pytest.raises(Refused, match="才结束"):
        disclosure.disclose(database, "2026Q2", who=office, at=clock())
    clock.now = datetime(2026, 7, 2, 1, 0, tzinfo=UTC)  # type: ignore[attr-defined]
    made.strike_off(two)
    made.enter("small-B", "七月列入", kind=ItemKind.MEASURE, listed_on=date(2026, 7, 2), deadline=date(2026, 9, 30))

    second = disclosure.disclose(database, "2026Q2", who=office, at=clock())

    day, rates = date(2026, 6, 30), dict(second.overall)
    assert rates["化解率（当时清单）"] == Rate(numerator=1, denominator=3, as_of=day)
    assert rates["化解率（季初清单）"] == Rate(numerator=0, denominator=0, as_of=day, base=date(2026, 3, 31))
    tables = dict(second.tables)
    assert dict(tables["按类别"]) == {"承诺": Rate(numerator=1, denominator=3, as_of=day)}
    assert dict(tables["按单位"]) == {"A县": Rate(numerator=1, denominator=2, as_of=day),
                                         "B县": Rate(numerator=0, denominator=1, as_of=day)}
    assert sum(n for _words, n in second.statuses) == 3
    clock.now = datetime(2026, 10, 3, 1, 0, tzinfo=UTC)  # type: ignore[attr-defined]
    last = disclosure.disclose(database, "2026Q3", who=office, at=clock())
    assert {kind: (rate.numerator, rate.denominator) for kind, rate in dict(last.tables)["按类别"]} == {"承诺": (2, 3), "举措": (0, 1)}
    third = dict(last.overall)
    assert third["化解率（当时清单）"] == Rate(numerator=2, denominator=4, as_of=date(2026, 9, 30))
    assert third["化解率（季初清单）"] == Rate(numerator=2, denominator=3, as_of=date(2026, 9, 30), base=day)
    assert disclosure.disclosed(database, "2026Q2") == second
    with pytest.raises(Refused, match="已经亮过账"):
        disclosure.disclose(database, "2026Q2", who=office, at=clock())
    assert disclosure.disclosure_docx(second).startswith(b"PK") and all(holds for _words, holds in care.verify(database))


@pytest.mark.parametrize(("quarter", "first", "last"), [("2026Q1", date(2026, 1, 1), date(2026, 3, 31)),
                                                        ("2026Q4", date(2026, 10, 1), date(2026, 12, 31))])
def test_the_days_of_a_quarter(quarter: str, first: date, last: date) -> None:
    assert disclosure.quarter_days(quarter) == (first, last)
