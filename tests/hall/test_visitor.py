"""A visitor's phone: a small page without script that shows what is to be seen, and takes a verdict once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from db.values import Staff
from hall import evidence_route, visitor
from hall.door import COOKIE
from office.listing.items import state_of
from office.people import Role
from office.proof import evidence
from office.proof.evidence_shelf import shelf_of
from office.visits import look_back
from office.visits.look_back import NewLookBack, make_plan
from office.visits.look_back_outcome import decide
from office.visits.visitors import VisitorKind
from scoring.commitment import Kind, Verdict
from tests import files, make, make_list


@dataclass
class Outing:
    made: make_list.List
    phone: TestClient
    plan: int
    secret: str
    other: str
    office: Staff

    def at(self, number: str = "", secret: str = "") -> str:
        base = f"/v/{secret or self.secret}"
        return f"{base}/item/{quote(number)}" if number else base

    def send(self, number: str, verdict: str = "not_kept", words: str = "没有通车", nonce: str = "", photo: bytes = b"",
             secret: str = "", **headers: str):  # type: ignore[no-untyped-def]
        nonce = nonce or re.search(r'name="nonce" value="([^"]+)"', self.phone.get(self.at(number)).text).group(1)  # type: ignore[union-attr]
        return self.phone.post(self.at(number, secret), data={"nonce": nonce, "verdict": verdict, "words": words},
                               files={"photos": ("IMG_1.jpg", photo, "image/jpeg")} if photo else {"photos": ("", b"")},
                               follow_redirects=False, headers=headers)

    def answers(self) -> list[tuple[str, str, str]]:
        view = look_back.look_back(self.made.house.database, self.plan)
        return [(one.visit.number, each.verdict, each.words) for one in view.found for each in one.answers]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'leitai.db'}"


@pytest.fixture
def outing(house: make.House) -> Iterator[Outing]:
    made = make_list.of(house)
    office = made.person("office", Role.ADMINISTRATOR)
    plan, links = make_plan(house.database, NewLookBack(
        title="三季度回头看", period="2026Q3", ends_on=date(2026, 5, 31), pool=tuple(made.numbers[:2]),
        points={"kept": "0", "letter_only": "0", "not_kept": "-1"}, visitors=((VisitorKind.CITIZEN_MONITOR, 2),)),
        who=office, at=house.clock())
    made.person("liaison", Role.LIAISON, unit="small-A")
    app = Starlette(routes=[*visitor.routes(house), *evidence_route.routes(house)])
    with TestClient(app) as phone:
        yield Outing(made, phone, plan, links[0].secret, links[1].secret, office)


def test_the_pages_are_small_without_script_and_show_the_promise_and_its_evidence(outing: Outing) -> None:
    one = outing.made.numbers[0]
    outing.phone.cookies.set(COOKIE, outing.made.tokens["liaison"])
    outing.phone.post(f"/evidence/of/{one}", files={"files": ("完工.jpg", files.photo(place=True), "image/jpeg")})
    outing.phone.cookies.clear()

    listed, page = outing.phone.get(outing.at()), outing.phone.get(outing.at(one))

    for answer in (listed, page):
        assert answer.status_code == 200 and len(answer.content) < 10_000
        assert "<script" not in answer.text and "http://" not in answer.text
        assert "script-src" not in answer.headers["content-security-policy"]
        assert answer.headers["x-robots-tag"] == "noindex"
    assert "年底前拆除违建3万平方米" in listed.text and "2026-06-30" in page.text and "3万平方米" in page.text
    assert "<dd>办理中</dd>" in page.text
    outing.made.happen(one, Kind.REPORTED, unit="small-A", share=Fraction(368, 1000))
    assert "<dd>办理中，36.8%</dd>" in outing.phone.get(outing.at(one)).text
    outing.made.strike_off(one)
    assert "<dd>已销号，最后一次报告 36.8%</dd>" in outing.phone.get(outing.at(one)).text
    shown = outing.phone.get(f"/v/{outing.secret}/file/1?size=view")
    assert shown.headers["content-type"] == "image/jpeg" and b"Exif" not in shown.content


def test_a_verdict_with_a_photo_is_taken_once(outing: Outing) -> None:
    one, two = outing.made.numbers[:2]

    first = outing.send(one, nonce="0123456789", photo=files.photo())
    again = outing.send(one, nonce="0123456789", photo=files.photo())

    assert (first.status_code, again.status_code) == (303, 303)
    assert outing.answers() == [(one, "not_kept", "没有通车")]
    page = outing.phone.get(outing.at(one))
    assert "已收到您的意见" in page.text and f"/v/{outing.secret}/file/1?size=thumb" in page.text
    assert "✓ 没有兑现" in outing.phone.get(outing.at()).text
    assert outing.phone.get(f"/v/{outing.other}/file/1").status_code == 404  # nothing of other visitors
    assert outing.send(two, "kept", "").status_code == 303 and len(outing.answers()) == 2


def test_words_that_are_corrected_keep_the_photo_and_one_that_was_deleted_holds_no_outcome_up(outing: Outing) -> None:
    one, house = outing.made.numbers[0], outing.made.house
    outing.send(one, photo=files.photo())
    outing.send(one, photo=files.photo(colour="#2F3B4F"))
    outing.send(one, words="没有通车，只修了路基")

    found = next(each for each in look_back.look_back(house.database, outing.plan).found if each.visit.number == one)
    assert look_back.photos_of(house.database, found) == {3: (1, 2)}
    assert outing.phone.get(f"/v/{outing.secret}/file/1").status_code == 200
    assert outing.phone.get(f"/v/{outing.other}/file/1").status_code == 404
    evidence.delete(house.database, shelf_of(house.database), 1, why="照片里有身份证号", who=outing.office, at=house.clock())
    decide(house.database, outing.plan, one, outcome=Verdict.NOT_KEPT, reason="核实", who=outing.office, at=house.clock())
    assert [len(each.evidence) for each in state_of(house.database, one).look_backs] == [1]


def test_a_unit_sees_what_visitors_photographed_once_the_outcome_is_found(outing: Outing) -> None:
    one, house = outing.made.numbers[0], outing.made.house
    outing.send(one, photo=files.photo())

    def seen(name: str) -> list[int]:
        outing.phone.cookies.set(COOKIE, outing.made.tokens[name])
        asked = ("/evidence/file/1", f"/evidence/of/{one}")
        found = [outing.phone.get(asked[0]).status_code, outing.phone.get(asked[1]).text.count("/evidence/file/1?size=thumb")]
        outing.phone.cookies.clear()
        return found

    assert (seen("liaison"), seen("office")) == ([404, 0], [200, 1])
    decide(house.database, outing.plan, one, outcome=Verdict.NOT_KEPT, reason="核实", who=outing.office, at=house.clock())
    assert (seen("liaison"), seen("office")) == ([200, 1], [200, 1])


def test_what_cannot_be_taken_is_refused_in_words_and_what_was_written_stays(outing: Outing) -> None:
    one, of_b = outing.made.numbers[0], outing.made.numbers[2]
    for status, words, sent in (
            (422, "写几句", outing.send(one, words="")),
            (422, "先选一个结论", outing.send(one, verdict="")),
            (422, "只收照片", outing.send(one, photo=files.pdf())),
            (422, "不能作佐证", outing.send(one, photo=b"<html>")),
            (422, "页面不完整", outing.send(one, nonce="x")),
            (403, "不是从本系统", outing.send(one, Origin="http://elsewhere.example")),
            (404, "不在您的走访名单", outing.send(of_b, nonce="0123456789")),
            (404, "无效或已停用", outing.send(one, nonce="0123456789", secret="nobody"))):
        assert sent.status_code == status and words in sent.text, words
    assert "没有通车</textarea>" in outing.send(one, verdict="").text
    assert outing.answers() == [] and not [p for p in shelf_of(outing.made.house.database).folder.rglob("*") if p.is_file()]


def test_after_its_last_day_a_link_shows_and_takes_no_more(outing: Outing) -> None:
    one = outing.made.numbers[0]
    outing.made.house.clock.advance(86400 * 60)  # type: ignore[attr-defined]

    page = outing.phone.get(outing.at(one))

    assert page.status_code == 200 and "已于2026-05-31结束" in page.text and "<form" not in page.text
    assert outing.send(one, nonce="0123456789").status_code == 422 and outing.answers() == []
    assert "单位的照片和文件不再出示" in page.text and "/file/" not in page.text
