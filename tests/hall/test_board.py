"""The public board: what was released and nothing else, and one rendering however many look on."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from db.reads import ballots as ballot_reads
from hall.outcome import results
from hall.outcome.hall_first import let_out
from hall.outcome.results import standing
from hall.screen import showing
from hall.screen.board import BoardFirst, Boards, routes
from hall.stage import rounds
from office.sitting.plan import PlannedTarget
from tests import make
from tests.hall.test_console import scored, show

MARKS = ("91.37", "92.41", "93.53")
EXACT = make.RULE.replace('kind = "points"', 'kind = "points"\nstep = "0.01"')


class Viewer:
    """Somebody without a badge and without a password."""

    def __init__(self, house: make.House, key: str) -> None:
        self.http = TestClient(Starlette(routes=routes(house)), follow_redirects=False)
        self.key = key

    def page(self) -> str:
        answer = self.http.get(f"/board/{self.key}")
        assert answer.status_code == 200
        return answer.text

    def news(self) -> dict[str, Any]:
        answer = self.http.get(f"/board/{self.key}/now")
        assert answer.status_code == 200
        return dict(answer.json())

    def list(self) -> str:
        return self.http.get("/board").text

    def everything(self) -> str:
        return self.list() + self.page() + json.dumps(self.news(), ensure_ascii=False)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'leitai.db'}"


@pytest.fixture
def viewer(hall: make.Hall) -> Iterator[Viewer]:
    made = Viewer(hall.house, hall.key)
    with made.http:
        yield made


def told(html: str) -> str:
    """The words of a page as they are read."""
    body = re.sub(r"(?s)<(style|script|noscript)>.*?</\1>", "", html)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def ranking_in(words: str) -> str:
    return words[words.index("第1版"):words.index("议程")]


def later(hall: make.Hall, seconds: float = 1.1) -> None:
    hall.house.clock.advance(seconds)  # type: ignore[attr-defined]
    hall.house.live.refresh()


def put_on_stage(hall: make.Hall, target: str) -> None:
    show(hall, "target", target)
    hall.house.live.refresh()


def test_before_it_begins_a_sitting_is_a_title_a_day_and_a_place(hall: make.Hall, viewer: Viewer) -> None:
    page = told(viewer.page())

    assert "县区比拼现场" in page and "2026年4月23日" in page and "2026年第一季度" in page and "未开始" in page
    assert "示例数据" in page
    for unit_or_promise in ("A县", "项目开工慢", "县委书记", "市领导"):
        assert unit_or_promise not in viewer.everything()


def test_the_list_names_every_sitting_newest_first_and_leads_to_each(house: make.House) -> None:
    first = make.sitting(house)
    make.sitting(house, make.plan("second", title="镇街亮绩赛场", held_on=first.now.date() + timedelta(days=9)))
    put_on_stage(first, "U1")
    page = Viewer(house, "small").list()

    assert page.index("镇街亮绩赛场") < page.index("县区比拼现场")
    assert 'href="/board/second"' in page and 'href="/board/small"' in page
    assert [one in told(page) for one in ("○ 未开始", "▶ 进行中", "● 已公布")] == [True, True, False]


def test_an_empty_house_says_so(house: make.House) -> None:
    assert "还没有任何场次" in told(Viewer(house, "none").list())


def test_who_is_on_stage_is_shown_with_what_it_admits_and_promises(hall: make.Hall, viewer: Viewer) -> None:
    put_on_stage(hall, "U2")
    page = told(viewer.page())

    assert "第2家 · 共3家 B县" in page and "发言：县委书记" in page
    assert "项目开工慢 开工率61% → 开工率90%" in page and "开工率到90%（分管副县长，6月30日前）" in page
    assert "1 A县 ○ 未开始" in page and "2 B县 ◆ 台上" in page


def test_an_open_round_shows_turnout_and_the_secret_group_only_in_steps(hall: make.Hall, viewer: Viewer) -> None:
    hall.open("U2", seconds=60)
    seen = []
    for n in range(5):
        if n:
            hall.cast(f"P{n}", 90)
        later(hall)
        seen.append(re.findall(r'<progress max="(\d+)" value="(\d+)"', viewer.news()["parts"]["stage"])[1])
    hall.cast("L1", 90)
    later(hall)
    news = viewer.news()

    assert seen == [("4", "0")] * 4 + [("4", "4")]
    assert re.findall(r'<progress max="(\d+)" value="(\d+)"', news["parts"]["stage"]) == [("4", "1"), ("4", "4")]
    assert "每满3票更新" in news["parts"]["stage"] and "正在打分" in news["parts"]["stage"]
    assert news["every"] == 1000 and isinstance(news["closes_ms"], int)


def test_when_time_is_up_it_says_that_the_last_papers_are_coming_in(hall: make.Hall, viewer: Viewer) -> None:
    hall.open("U1", seconds=60)
    running = viewer.news()
    later(hall, 61)
    over = viewer.news()

    assert "正在打分" in running["parts"]["stage"] and "data-closes" in running["parts"]["stage"]
    assert "时间到，正在收最后几票" in over["parts"]["stage"] and "data-closes" not in over["parts"]["stage"]
    assert over["closes_ms"] is None


def test_after_the_close_turnout_is_exact_and_nothing_else_is_told(hall: make.Hall, viewer: Viewer) -> None:
    put_on_stage(hall, "U1")
    hall.open("U1")
    hall.cast("P1", 90)
    later(hall)
    open_now = viewer.news()["parts"]["stage"]
    hall.close()
    later(hall)
    closed = viewer.news()["parts"]["stage"]

    assert [value for _, value in re.findall(r'max="(\d+)" value="(\d+)"', open_now)] == ["0", "0"]
    assert [value for _, value in re.findall(r'max="(\d+)" value="(\d+)"', closed)] == ["0", "1"]
    assert "已截止" in told(closed)


def test_a_voided_round_is_said_and_its_turnout_gone(hall: make.Hall, viewer: Viewer) -> None:
    put_on_stage(hall, "U1")
    hall.open("U1")
    hall.void(hall.close())
    page = told(viewer.page())

    assert "上一轮已作废，将重新打分" in page and "✕ 已作废" in page and "progress" not in viewer.news()["parts"]["stage"]


def test_no_score_and_no_judge_before_the_publication(house: make.House) -> None:
    """Every number that the sitting holds, looked for in every byte that the public gets, at every step."""
    hall = make.sitting(house, make.plan(rule=EXACT))
    viewer = Viewer(house, hall.key)
    told_so_far = []
    for n, target in enumerate(("U1", "U2", "U3")):
        put_on_stage(hall, target)
        told_so_far.append(viewer.everything())
        hall.open(target, seconds=60)
        for code in hall.secrets:
            if not (target == "U1" and code == "L4"):
                hall.cast(code, MARKS[(n + int(code[1])) % 3])
                told_so_far.append(viewer.everything())
        later(hall)
        told_so_far.append(viewer.everything())
        hall.close()
        later(hall)
        told_so_far.append(viewer.everything())
    result = standing(house.database, hall.key)
    totals = {one["total"]["published"] for one in result.result["targets"].values()}
    groups = {group["published"] for one in result.result["targets"].values() for group in one["groups"].values()}
    with house.database.reading() as c:
        receipts = {line.receipt for line in ballot_reads.lines(c, 1)}
    before = "".join(told_so_far)
    hall.publish()
    hall.reveal()
    after = viewer.everything()

    assert len(totals) == 3 and receipts
    for number in (*MARKS, *totals, *groups, *receipts):
        assert number not in before, number
    for person in ("市领导1席", "代表1"):
        assert person not in before + after
    assert all(total in after for total in totals)
    for number in {*MARKS, *receipts, *groups} - totals:
        assert number not in after, number


def test_the_release_is_told_as_it_was_released(hall: make.Hall, viewer: Viewer) -> None:
    scored(hall, "U1", "U2", "U3")
    hall.publish()
    hall.reveal()
    page, news = told(viewer.page()), viewer.news()

    assert "● 已公布" in page and "第1版，2026-04-23 09:00公布" in page
    assert re.search(r"1 A县 .*? \+2 2 B县 .*? 0 3 C县 .*? -1", page)
    assert "A县" in news["parts"]["released"] and news["parts"]["agenda"] == "" and news["every"] == 5000


def test_a_correction_is_said_and_the_old_version_gone(hall: make.Hall, viewer: Viewer) -> None:
    scored(hall, "U1", "U2")
    hall.publish(despite_warnings=True)
    hall.reveal()
    first = told(viewer.page())
    scored(hall, "U3")
    waiting = told(viewer.page())
    hall.publish(reason="补上迟到的一家", despite_warnings=True)
    unrevealed = told(viewer.page())
    hall.reveal()
    second = told(viewer.page())

    assert "C县" in first and "3 C县 ○ 未开始" in first
    assert "第1版" in waiting and "3 C县 ■ 已截止" in waiting
    assert "C县 ■ 已截止" in waiting and ranking_in(waiting) == ranking_in(first)
    assert "第2版" in second and "更正：补上迟到的一家" in second and "第1版" not in second
    assert "正在现场揭晓" in unrevealed  # one unit more: not yet revealed to its end


def test_the_hall_sees_a_result_before_the_public_does(hall: make.Hall, viewer: Viewer) -> None:
    scored(hall, "U1", "U2", "U3")
    hall.publish()
    showing.reveal_to(hall.house.database, hall.key, 2, seen=0, version=1, by="host", at=hall.now)
    hall.house.live.refresh()
    meanwhile = viewer.everything()
    hall.reveal()

    assert "成绩正在现场揭晓" in meanwhile and "/receipts" in meanwhile
    assert "第1版" not in meanwhile and "<table>" not in meanwhile and "总分" not in meanwhile
    assert "成绩正在现场揭晓" not in viewer.page() and "第1版" in viewer.page()


def test_a_reveal_that_is_left_in_the_middle_keeps_the_public_waiting_for_an_hour_at_most(
        hall: make.Hall, viewer: Viewer) -> None:
    scored(hall, "U1", "U2", "U3")
    hall.publish()
    before = viewer.everything()
    showing.reveal_to(hall.house.database, hall.key, 2, seen=0, version=1, by="host", at=hall.now)
    show(hall, "agenda")
    hall.house.live.refresh()
    left = viewer.everything()
    later(hall, 3599)
    nearly = viewer.everything()
    hall.house.clock.advance(1.1)  # type: ignore[attr-defined]
    forgotten = viewer.page()

    assert "第1版" not in before + left + nearly
    assert "揭晓完毕后在这里列出，最迟10:00。" in left and "第1版" in forgotten


def test_the_board_opens_as_soon_as_the_host_lets_the_result_out(hall: make.Hall, viewer: Viewer) -> None:
    scored(hall, "U1", "U2", "U3")
    hall.publish()
    show(hall, "agenda")
    hall.house.live.refresh()
    before = viewer.http.get("/board/small/now")
    let_out(hall.house.database, hall.key, 1, by="host", at=hall.now)
    hall.house.live.refresh()
    after = viewer.http.get("/board/small/now", headers={"If-None-Match": before.headers["etag"]})

    assert "第1版" not in before.text and after.status_code == 200 and "第1版" in after.text


def test_a_board_that_has_not_heard_of_a_correction_does_not_tell_it(hall: make.Hall, viewer: Viewer) -> None:
    """Another process publishes: the snapshot here still says version 1, which was revealed to its end."""
    scored(hall, "U1", "U2")
    hall.publish(despite_warnings=True)
    hall.reveal()
    scored(hall, "U3")
    results.publish(hall.house.database, hall.key, by="host", at=hall.now, reason="补上一家", despite_warnings=True)

    assert "补上一家" not in viewer.everything() and "第2版" not in viewer.everything()


def test_a_round_after_a_publication_runs_beside_the_released_ranking(hall: make.Hall, viewer: Viewer) -> None:
    scored(hall, "U1", "U2")
    hall.publish(despite_warnings=True)
    hall.reveal()
    hall.open("U3")
    page = told(viewer.page())

    assert "▶ 进行中" in page and "第1版" in page and "C县" in page and "正在打分" in page


def test_lists_by_ranking_group_and_the_unranked_apart(house: make.House) -> None:
    units = "ABCD"
    plan = make.plan("groups", units=4, targets=tuple(
        PlannedTarget(key=f"U{n}", name=f"{unit}县", unit=f"groups-{unit}", presenter="", ranked=unit != "D",
                      ranking_group="平原" if unit in "AB" else "山区")
        for n, unit in enumerate(units, 1)))
    hall = make.sitting(house, plan)
    scored(hall, "U1", "U2", "U3", "U4")
    hall.publish(despite_warnings=True)
    hall.reveal()
    parts = Viewer(house, hall.key).news()["parts"]["released"]

    assert parts.index("平原") < parts.index("山区") < parts.index("未列名次") < parts.index("<b>D县")
    assert "只打分不排名" in told(parts)


def test_a_total_that_is_the_mean_of_two_secret_papers_is_not_shown(house: make.House) -> None:
    alone = EXACT.replace('weight = "40%"\nsecret = true', 'weight = "100%"\nsecret = true').replace(
        '[[groups]]\nkey = "leaders"\nname = "市领导"\nweight = "60%"\n', "")
    hall = make.sitting(house, make.plan(rule=alone, leaders=0, public=3))
    hall.open("U1")
    hall.cast("P1", "91.37")
    hall.cast("P2", "92.41")
    hall.close()
    hall.publish(despite_warnings=True)
    hall.reveal()
    page = Viewer(house, hall.key).everything()

    assert "91.89" not in page and "不足3张，不显示" in page


def test_all_units_on_one_paper_are_told_as_one(house: make.House) -> None:
    hall = make.sitting(house, make.plan("together", ballot_mode="all"))
    hall.open("U1", "U2", "U3")
    page = told(Viewer(house, hall.key).page())

    assert "一张票打全部单位" in page and "3家一并打分" in page and "不足与承诺" not in page


def test_names_are_escaped(house: make.House) -> None:
    hall = make.sitting(house, make.plan(title="<script>alert(1)</script>", targets=(
        PlannedTarget(key="U1", name="<img src=x>", unit="small-A", presenter="", ranking_group="", ranked=True),),
        declarations={}))
    put_on_stage(hall, "U1")
    everything = Viewer(house, hall.key).everything()

    assert "<script>alert" not in everything and "<img" not in everything and "&lt;img" in everything


@pytest.mark.parametrize("path", ["/board/nobody", "/board/small/else", "/board/a/b/c"])
def test_an_unknown_sitting_is_404_with_a_way_back(hall: make.Hall, viewer: Viewer, path: str) -> None:
    answer = viewer.http.get(path)

    assert answer.status_code == 404 and "没有这个场次" in answer.text and 'href="/board"' in answer.text


def test_the_ways_in(hall: make.Hall, viewer: Viewer) -> None:
    assert viewer.http.get("/board/").headers["location"] == "/board"
    assert viewer.http.get("/board/nobody/now").status_code == 404
    for path in ("/board", "/board/small", "/board/small/now"):
        assert viewer.http.post(path).status_code == 405
        assert viewer.http.head(path).status_code == 200 and viewer.http.head(path).content == b""


def test_whoever_has_the_news_gets_304_and_the_hour(hall: make.Hall, viewer: Viewer) -> None:
    first = viewer.http.get("/board/small/now")
    page = viewer.http.get("/board/small")
    again = viewer.http.get("/board/small/now", headers={"If-None-Match": first.headers["etag"]})
    put_on_stage(hall, "U1")
    changed = viewer.http.get("/board/small/now", headers={"If-None-Match": first.headers["etag"]})

    assert f'data-etag="&#34;{first.headers["etag"].strip(chr(34))}&#34;"' in page.text
    assert (again.status_code, again.content) == (304, b"")
    assert int(again.headers["x-now"]) == int(hall.now.timestamp() * 1000)
    assert changed.status_code == 200 and changed.headers["etag"] != first.headers["etag"]
    assert viewer.http.get("/board/small", headers={"If-None-Match": page.headers["etag"]}).status_code == 200


def test_it_is_public_for_a_second_and_carries_only_its_own_script(hall: make.Hall, viewer: Viewer) -> None:
    page = viewer.http.get("/board/small")
    plain = viewer.http.get("/board/small", headers={"Accept-Encoding": "identity"})

    assert page.headers["cache-control"] == "public, max-age=1"
    assert page.headers["content-encoding"] == "gzip" and "content-encoding" not in plain.headers
    assert plain.text == page.text and len(gzip.compress(page.content)) < 8000
    policy = page.headers["content-security-policy"]
    assert "unsafe" not in policy and policy.count("'sha256-") == 2
    assert not re.search(r'(?:src|href)="(?!/board|data:,)', page.text) and "style=" not in page.text
    assert 'http-equiv="refresh"' in page.text.split("<noscript>")[1].split("</noscript>")[0]


def test_however_many_look_on_the_turnout_is_read_once_a_second(hall: make.Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    hall.open("U1")
    boards, reads = Boards(hall.house), []
    real = hall.house.live.turnout
    monkeypatch.setattr(hall.house.live, "turnout", lambda round_id: reads.append(round_id) or real(round_id))

    async def crowd() -> None:
        for _second in range(3):
            shown = await asyncio.gather(*(boards.of(hall.key) for _viewer in range(100)))
            assert len({id(one) for one in shown}) == 1
            for _again in range(100):
                await boards.of(hall.key)
            hall.house.clock.advance(1.1)  # type: ignore[attr-defined]

    asyncio.run(crowd())

    assert len(reads) == 3


def test_an_unchanged_board_is_not_made_anew(hall: make.Hall) -> None:
    hall.open("U1")
    boards = Boards(hall.house)

    async def twice() -> None:
        first = await boards.of(hall.key)
        hall.house.clock.advance(1.1)  # type: ignore[attr-defined]
        second = await boards.of(hall.key)
        assert first is not None and second is not None and first is not second and first.news is second.news

    asyncio.run(twice())


def test_a_database_that_fails_leaves_the_last_board_standing(hall: make.Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    hall.open("U1")
    boards, tries = Boards(hall.house), []

    def broken(round_id: int) -> dict[str, int]:
        tries.append(round_id)
        raise OSError("no database")

    async def through_it() -> None:
        before = await boards.of(hall.key)
        monkeypatch.setattr(hall.house.live, "turnout", broken)
        hall.house.clock.advance(1.1)  # type: ignore[attr-defined]
        for _ in range(20):
            assert await boards.of(hall.key) is before

    asyncio.run(through_it())

    assert len(tries) == 1


def test_without_any_board_a_broken_database_is_503(hall: make.Hall, viewer: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    hall.open("U1")

    def broken(round_id: int) -> dict[str, int]:
        raise OSError("no database")

    monkeypatch.setattr(hall.house.live, "turnout", broken)

    assert viewer.http.get("/board/small").status_code == 503
    assert viewer.http.get("/board/small/now").status_code == 503
    assert viewer.http.get("/board").status_code == 200


def test_a_sitting_that_is_taken_down_is_gone_at_once(hall: make.Hall, viewer: Viewer) -> None:
    viewer.page()
    hall.house.live._snapshots.clear()

    assert viewer.http.get("/board/small").status_code == 404


def test_the_board_stands_before_the_rest_of_the_app_and_takes_nothing_else(hall: make.Hall) -> None:
    http = TestClient(BoardFirst(PlainTextResponse("rest"), hall.house))
    told_by = {path: http.get(path).text == "rest" for path in ("/", "/boards", "/board", "/board/small", "/b/x")}

    assert told_by == {"/": True, "/boards": True, "/board": False, "/board/small": False, "/b/x": True}


def test_the_announced_close_is_counted_down(hall: make.Hall, viewer: Viewer) -> None:
    hall.open("U1")
    assert viewer.news()["closes_ms"] is None
    rounds.announce_close(hall.house.database, hall.key, by="host", at=hall.now)
    later(hall, 0)

    closes = viewer.news()["closes_ms"]
    assert closes is not None and closes > int(hall.now.timestamp() * 1000)
