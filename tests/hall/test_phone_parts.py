"""A long paper on a phone: its parts, what it leaves out and why, and its weight as it is sent."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hall.ballots.phone_parts import LARGEST_PART, LONG_PAPER, parts_of
from hall.phones.phone_page import PAGE_BOUND
from office.sitting.plan import PlannedTarget, PlannedUnit
from tests.hall.make_phones import GRADES, GROUPS, PLAN, Phones


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Any]:
    """A hall with changes to the plan."""
    made: list[Phones] = []

    def build(**changes: Any) -> Phones:
        made.append(Phones(tmp_path, **changes))
        return made[-1]

    yield build
    for one in made:
        one.shut()


COUNTIES = ("鹿城区", "龙湾区", "瓯海区", "洞头区", "乐清市", "瑞安市", "永嘉县", "文成县", "平阳县", "泰顺县", "苍南县", "经开区")


def towns(count: int) -> dict[str, Any]:
    """So many towns under twelve counties, balloted on one paper by grades; U1's judge L1 ... of the first county."""
    counties = tuple(PlannedUnit(key=f"c{n}", name=name, kind="county") for n, name in enumerate(COUNTIES))
    below = tuple(PlannedUnit(key=f"t{n}", name=f"第{n + 1}镇", kind="town", parent=f"c{n * 12 // count}")
                  for n in range(count))
    targets = tuple(PlannedTarget(key=f"T{n + 1:03d}", name=f"{COUNTIES[n * 12 // count]}第{n + 1}镇街（示例）", unit=f"t{n}",
                                  presenter="镇党委书记", ranking_group="", ranked=True, speaks=n < 10)
                    for n in range(count))
    return {"units": (*PLAN.units, *counties, *below), "targets": targets, "ballot_mode": "all",
            "rule_toml": GRADES + GROUPS, "declarations": {}, "recusals": ()}


def paper(round_id: str, marks: dict[str, str], nonce: str = "n1") -> dict[str, str]:
    return {"round": round_id, "nonce": nonce, **marks}


def send(phones: Phones, body: dict[str, str]) -> Any:
    return phones.http.post("/b/secret-L1", json=body, headers={"Accept": "application/json"})


def opened(hall: Any, count: int, **changes: Any) -> Phones:
    phones: Phones = hall(**{**towns(count), **changes})
    phones.open(*(f"T{n + 1:03d}" for n in range(count)))
    return phones


def headings(html: str) -> list[tuple[str, str]]:
    return re.findall(r'<details class="p"[^>]*><summary>([^<]+)<b>(\d+)家</b>', html)


def test_185_towns_are_one_paper_of_twelve_parts_and_less_than_20_kb_on_their_way(hall: Any) -> None:
    phones = opened(hall, 185)

    answer = phones.http.get("/b/secret-L1", headers={"Accept-Encoding": "gzip"})

    assert [name for name, _ in headings(answer.text)] == list(COUNTIES)
    assert sum(int(count) for _, count in headings(answer.text)) == 185
    assert answer.text.count('<section class="t"') == 185 and answer.text.count('<details class="p" open>') == 1
    assert int(answer.headers["content-length"]) <= PAGE_BOUND


def test_a_long_paper_that_was_sent_still_fits_and_shows_what_was_sent_in_its_own_fields(hall: Any) -> None:
    phones = opened(hall, 185)
    current = phones.http.get("/b/secret-L1/now").json()["round"]
    marks = {f"m.T{n + 1:03d}": ("good", "fair")[n % 2] for n in range(185)}
    assert send(phones, paper(current, marks=marks)).status_code == 200

    answer = phones.http.get("/b/secret-L1", headers={"Accept-Encoding": "gzip"})

    assert int(answer.headers["content-length"]) <= PAGE_BOUND
    assert answer.text.count(" checked") == 185 and "看我打的分" in answer.text
    assert phones.http.get("/b/secret-L1/now").json()["receipt"]


def test_a_part_of_a_long_paper_may_be_sent_and_the_rest_later(hall: Any) -> None:
    phones = opened(hall, 30)
    current = phones.http.get("/b/secret-L1/now").json()["round"]

    first = send(phones, paper(current, marks={"m.T001": "good"}, nonce="a"))
    second = send(phones, paper(current, marks={"m.T001": "good", "m.T030": "abstain"}, nonce="b"))

    assert (first.json()["version"], second.json()["version"]) == (1, 2)
    html = phones.http.get("/b/secret-L1").text
    assert html.count(" checked") == 2


def test_a_short_paper_and_a_ranking_are_one_list(hall: Any) -> None:
    phones = opened(hall, LONG_PAPER)

    html = phones.http.get("/b/secret-L1").text

    assert headings(html) == [] and html.count('<section class="t"') == LONG_PAPER


def test_own_towns_and_the_other_route_are_left_out_in_two_sentences(hall: Any) -> None:
    plan = towns(26)
    routes = tuple(replace(one, route="第一线路" if n < 13 else "第二线路") for n, one in enumerate(plan["targets"]))
    seats = tuple(replace(one, route="第一线路", unit="c0") if one.code == "L1" else one for one in PLAN.seats)
    waiting: Phones = hall(**{**plan, "targets": routes, "seats": seats})
    assert "您看的是第一线路，13个项目，打分只打这些。" in waiting.http.get("/b/secret-L1").text
    waiting.open(*(one.key for one in routes))

    html = waiting.http.get("/b/secret-L1").text

    own = sum(one.unit in {"t0", "t1", "t2"} for one in routes)
    assert "<b>第一线路，13个项目，一张票</b>" in html
    assert "另有13个项目不在您的线路，不用打分。" in html and "您需回避" in html
    assert html.count('<section class="t"') == 13 - own
    fields = [one["name"] for one in waiting.http.get("/b/secret-L1/now").json()["fields"]]
    assert len(fields) == 13 - own and "m.T026" not in fields


@pytest.mark.parametrize(("count", "ways", "expected"), [
    (13, {}, ["第1—13家"]),
    (45, {}, ["第1—20家", "第21—40家", "第41—45家"]),
    (46, {"ranking_group": lambda n: "乡镇街道" if n < 19 else "市直部门"}, ["乡镇街道", "市直部门"]),
    (46, {"ranking_group": lambda n: "甲组" if n else ""}, ["第1—20家", "第21—40家", "第41—46家"]),
    (100, {"ranking_group": lambda n: "甲组" if n < 50 else "乙组", "parent_name": lambda n: f"{n // 20}县"},
     ["0县", "1县", "2县", "3县", "4县"]),
])
def test_parts_follow_what_units_belong_to_else_twenties(count: int, ways: dict[str, Any], expected: list[str]) -> None:
    from db.values import Declaration
    from hall.moment.snapshot import TargetCard
    cards = [TargetCard(id=n, key=f"T{n}", name=f"{n}镇", unit=f"t{n}", parent_unit="", presenter="", position=n + 1,
                        ranked=True, declaration=Declaration(), **{name: way(n) for name, way in ways.items()})
             for n in range(count)]

    parts = parts_of(cards)

    assert list(dict.fromkeys(parts.values())) == expected
    assert max(list(parts.values()).count(name) for name in expected) <= LARGEST_PART


def test_the_whole_page_of_46_projects_is_light(hall: Any) -> None:
    phones = opened(hall, 46)

    assert len(gzip.compress(phones.http.get("/b/secret-L1").content, 6)) <= 12_000
