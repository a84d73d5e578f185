"""Month and quarter: fact against list, walked once; what was frozen stays, whatever comes later."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from db.item_values import ItemKind, Milestone
from db.work import work
from hall import care
from office.listing import disclosure, reconciliation
from office.people import Role
from office.refusal import NotAllowed, NotFound, Refused
from scoring.commitment import Kind
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


def test_milestones_of_the_month_and_overdue_ones_are_held_against_fact_too(house: House) -> None:
    made = make_list.of(house)
    database, at = house.database, house.clock()
    office = made.person("office", Role.ADMINISTRATOR)
    plan = tuple(Milestone(text=words, due=due) for words, due in (
        ("签约", date(2026, 3, 31)), ("开工", date(2026, 4, 10)), ("验收", date(2026, 4, 30)), ("通车", date(2026, 5, 20))))
    number = made.enter("small-A", "修路", milestones=plan)
    made.happen(number, Kind.ACCEPTED)
    made.happen(number, Kind.REPORTED, by="联络员", text="照片", node=plan[1].name)
    reconciliation.open_run(database, "2026-04", who=office, at=at)
    said = {one.said["number"]: one.said.get("nodes") for one in reconciliation.run_of(database, "2026-04").lines}
    assert said == {**dict.fromkeys(made.numbers), number: (
        "2026-03-31 签约：到期未报；2026-04-10 开工：已报待核实（2026-04-23报告）；2026-04-30 验收：未到")}
    reconciliation.close_run(database, "2026-04", who=office, at=at)
    with zipfile.ZipFile(io.BytesIO(reconciliation.protocol_docx(reconciliation.run_of(database, "2026-04").run))) as archive:
        assert "2026-03-31 签约：到期未报" in archive.read("word/document.xml").decode()


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

    day, base = date(2026, 6, 30), date(2026, 3, 31)
    now, then = ("化解率（当时清单）", "承诺"), ("化解率（季初清单）", "承诺")
    assert told(second.overall)[now] == Rate(numerator=1, denominator=3, as_of=day)
    tables = dict(second.tables)
    assert list(tables) == ["按单位", "按联系领导", "按来源"]
    assert told(tables["按单位"]) == {("A县", "承诺"): Rate(numerator=1, denominator=2, as_of=day),
                                         ("B县", "承诺"): Rate(numerator=0, denominator=1, as_of=day)}
    assert told(second.overall)[then] == Rate(numerator=0, denominator=0, as_of=day, base=base)
    assert sum(n for _words, n in second.statuses) == 3
    clock.now = datetime(2026, 10, 3, 1, 0, tzinfo=UTC)  # type: ignore[attr-defined]
    last = disclosure.disclose(database, "2026Q3", who=office, at=clock())
    over = date(2026, 9, 30)
    assert told(last.overall)[now] == Rate(numerator=2, denominator=3, as_of=over)
    assert told(last.overall)[(now[0], "举措")] == Rate(numerator=0, denominator=1, as_of=over)
    assert told(last.overall)[then] == Rate(numerator=2, denominator=3, as_of=over, base=day)
    assert told(last.overall)[(then[0], "举措")] == Rate(numerator=0, denominator=0, as_of=over, base=day)
    assert disclosure.disclosed(database, "2026Q2") == second
    with pytest.raises(Refused, match="已经亮过账"):
        disclosure.disclose(database, "2026Q2", who=office, at=clock())
    assert disclosure.disclosure_docx(second).startswith(b"PK") and all(holds for _words, holds in care.verify(database))


def test_no_rate_of_a_disclosure_is_of_a_shortcoming_and_its_measures_together(house: House) -> None:
    made = make_list.List(house=house)
    make_list.of(house)
    office = made.person("office", Role.HOST)
    autumn = {"deadline": date(2026, 9, 30)}
    short = made.enter("small-A", "开工慢", kind=ItemKind.SHORTCOMING, **autumn)
    done, gone = (made.enter("small-A", words, kind=ItemKind.MEASURE, **autumn) for words in ("倒排工期", "每周会商"))
    for number in (done, gone):
        made.happen(number, Kind.ACCEPTED, unit="small-A")
    house.clock.now = datetime(2026, 7, 2, 1, 0, tzinfo=UTC)  # type: ignore[attr-defined]
    made.strike_off(done)
    made.happen(gone, Kind.MERGED, into=short, text="就是这一项")
    house.clock.now = datetime(2026, 10, 3, 1, 0, tzinfo=UTC)  # type: ignore[attr-defined]

    found = disclosure.disclose(house.database, "2026Q3", who=office, at=house.clock())

    day = date(2026, 9, 30)
    each = [("承诺", 0, 3), ("短板", 0, 1), ("举措", 1, 1)]
    assert [(one.kind, one.rate) for one in found.overall if one.name == "化解率（当时清单）"] == [
        (kind, Rate(numerator=n, denominator=of, as_of=day)) for kind, n, of in each]
    assert [(one.kind, one.rate.words, one.base) for one in found.overall if one.name == "化解率（季初清单）"] == [
        ("承诺", "0/3（0.0%，截至2026-09-30，以2026-06-30的清单为基数）", "2026-06-30的清单"),
        ("短板", "0/1（0.0%，截至2026-09-30，以2026-06-30的清单为基数）", "2026-06-30的清单"),
        ("举措", "1/1（100.0%，截至2026-09-30，以2026-06-30的清单为基数，另有1项已并入他项或撤回）",
         "2026-06-30的清单，另有1项已并入他项或撤回")]
    assert [(one.kind, one.rate.numerator, one.rate.denominator) for one in found.overall if one.name.startswith("按期率（原")] == [
        ("承诺", 0, 3), ("短板", 0, 1), ("举措", 1, 1)]
    assert [(one.name, one.kind, one.rate.numerator, one.rate.denominator) for one in dict(found.tables)["按单位"]] == [
        ("A县", "承诺", 0, 2), ("A县", "短板", 0, 1), ("A县", "举措", 1, 1), ("B县", "承诺", 0, 1)]
    words = printed(disclosure.disclosure_docx(found))
    assert "每个比率只算一个类别" in words and "另有1项已并入他项或撤回" in words and "短板" in words


def test_a_disclosure_of_the_kinds_together_opens_and_verifies_as_it_was_frozen(house: House) -> None:
    """As they were written before every rate was of one kind."""
    make_list.of(house)
    day = date(2026, 6, 30)
    rate = {"numerator": 1, "denominator": 4, "as_of": "2026-06-30", "base": None, "left": 0}
    written = json.dumps({
        **{key: rate for key, _words in disclosure.OVERALL}, "baseline": rate | {"base": "2026-03-31", "left": 2},
        "statuses": [["办理中", 3], ["已销号", 1]], "按类别": [["短板", rate], ["举措", rate]], "按单位": [["A县", rate]],
        "按联系领导": [["", rate]], "按来源": [["表态承诺", rate]]}, ensure_ascii=False, sort_keys=True)
    sha256 = hashlib.sha256(written.encode()).hexdigest()
    with work(house.database) as w:
        w.record.hold()
        w.reconciliations.disclose("2026Q2", as_of=day, rates=written, sha256=sha256, at=house.clock(), by="督办员")
        w.record.append(at=house.clock(), actor="督办员", action=disclosure.DISCLOSING, period="2026Q2", sha256=sha256)

    (found,) = disclosure.disclosures(house.database)

    plain = Rate(numerator=1, denominator=4, as_of=day)
    assert told(found.overall) == {
        (words, ""): plain if key != "baseline" else Rate(numerator=1, denominator=4, as_of=day, base=date(2026, 3, 31), left=2)
        for key, words in disclosure.OVERALL}
    assert [(title, [one.name for one in lines]) for title, lines in found.tables] == [
        ("按类别", ["短板", "举措"]), ("按单位", ["A县"]), ("按联系领导", [""]), ("按来源", ["表态承诺"])]
    assert "各类别合并计算" in found.note and found.note in printed(disclosure.disclosure_docx(found))
    assert all(holds for _words, holds in care.verify(house.database))


def told(lines: Sequence[disclosure.Line]) -> dict[tuple[str, str], Rate]:
    return {(one.name, one.kind): one.rate for one in lines}


def printed(docx: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        return archive.read("word/document.xml").decode()


@pytest.mark.parametrize(("quarter", "first", "last"), [("2026Q1", date(2026, 1, 1), date(2026, 3, 31)),
                                                        ("2026Q4", date(2026, 10, 1), date(2026, 12, 31))])
def test_the_days_of_a_quarter(quarter: str, first: date, last: date) -> None:
    assert disclosure.quarter_days(quarter) == (first, last)
