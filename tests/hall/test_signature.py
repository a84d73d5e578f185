"""成绩确认单: the printed page of a version or a proposal, read back from the file that is downloaded."""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree

import pytest

from hall.outcome import results
from hall.outcome.signature import ALONE, signature_docx, signature_page
from office.people import Role
from office.refusal import Refused
from tests import make
from tests.hall.test_objections import person
from tests.hall.test_signing import both_confirm, in_office, propose, score, unranked

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def read_back(docx: bytes) -> tuple[list[str], list[list[list[str]]]]:
    """(paragraphs outside tables, tables as rows of cells)."""
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            ElementTree.fromstring(archive.read(name))
        body = ElementTree.fromstring(archive.read("word/document.xml"))[0]

    def words(node: ElementTree.Element) -> str:
        return "".join(one.text or "" for one in node.iter(f"{W}t"))

    tables = [[[words(cell) for cell in row.iter(f"{W}tc")] for row in table.iter(f"{W}tr")]
              for table in body.findall(f"{W}tbl")]
    return [words(one) for one in body.findall(f"{W}p")], tables


def test_the_page_of_a_version_has_ranking_groups_rule_hashes_and_the_hands(hall: make.Hall) -> None:
    in_office(hall)
    score(hall, U1=90, U2=85, U3=80)
    both_confirm(hall, propose(hall))
    hall.publish()

    said, (ranking, ink) = read_back(signature_docx(hall.house.database, hall.key, person(hall, Role.HOST), 1))

    assert said[:4] == ["成绩确认单", "县区比拼现场　2026Q1　2026年4月23日 星期四", "示例数据",
                        "第1版，2026-04-23 09:00由host公布。"]
    assert ranking[0] == ["名次", "单位", "总分", "市领导组（60%）", "社会各界代表组（40%）", "考绩分"]
    assert [(row[0], row[1], row[-1]) for row in ranking[1:]] == [("1", "A县", "+2"), ("2", "B县", "0"), ("3", "C县", "-1")]
    assert ink == [["职责", "系统中的确认", "签字", "日期"], ["计票员", "clerk，2026-04-23 09:00确认", "", ""],
                   ["监督员", "supervisor，2026-04-23 09:00确认", "", ""], ["主持人", "host公布", "", ""]]
    published = results.standing(hall.house.database, hall.key).publication
    assert published is not None
    assert f"选票 SHA-256：{published.ballots_sha256}" in said and f"评分办法 SHA-256：{published.rule_sha256}" in said
    assert any(one.startswith("留痕末条（第") and len(one.split("：")[1]) == 64 for one in said)
    assert any("小场次（第1版）" in one for one in said)


def test_the_same_version_gives_the_same_bytes_and_the_host_alone_is_printed(hall: make.Hall) -> None:
    score(hall, U1=90, U2=85, U3=80)
    hall.publish()
    host = person(hall, Role.HOST)

    once = signature_docx(hall.house.database, hall.key, host, 1)
    hall.house.clock.advance(60)  # type: ignore[attr-defined]
    assert signature_docx(hall.house.database, hall.key, host, 1) == once
    assert ALONE in read_back(once)[0]


def test_a_secret_group_below_three_ballots_is_not_printed_nor_what_tells_it(hall: make.Hall) -> None:
    for target in ("U1", "U2", "U3"):
        hall.open(target)
        for code, mark in (("L1", 90), ("L2", 80), ("P1", 70), ("P2", 60)):
            hall.cast(code, mark)
        hall.close()
    hall.publish(despite_warnings=True)

    page = signature_page(hall.house.database, hall.key, person(hall, Role.HOST), 1)

    assert {row[3:5] for row in page.rows} == {("为保密不单列", "不足3张，不显示")}


def test_what_is_proposed_can_be_printed_and_says_that_it_is_not_published(hall: make.Hall) -> None:
    in_office(hall)
    score(hall, U1=90, U2=85, U3=80)
    clerk = person(hall, Role.CLERK)
    with pytest.raises(Refused, match="还没有提请确认"):
        signature_page(hall.house.database, hall.key, clerk)
    both_confirm(hall, propose(hall))
    assert "待公布：供核对签字，不得外传。" in signature_page(hall.house.database, hall.key, clerk).marks
    hall.publish()
    unranked(hall)
    propose(hall, reason="C县只打分不排名")

    page = signature_page(hall.house.database, hall.key, clerk)
    assert [row[:2] for row in page.rows] == [("1", "A县"), ("2", "B县"), ("—", "C县")]
    assert "更正原因：C县只打分不排名。" in page.facts
    assert [row[:2] for row in signature_page(hall.house.database, hall.key, clerk, 1).rows][2] == ("3", "C县")
    with pytest.raises(Refused, match="没有第2版"):
        signature_page(hall.house.database, hall.key, clerk, 2)


def test_words_that_xml_cannot_hold_do_not_spoil_the_file(hall: make.Hall) -> None:
    score(hall, U1=90, U2=85)
    hall.publish(despite_warnings=True)
    score(hall, U3=80)
    hall.publish(reason="<补> & \x08评\ufffe")

    said, _ = read_back(signature_docx(hall.house.database, hall.key, person(hall, Role.HOST), 2))
    assert "更正原因：<补> &  评 。" in said
