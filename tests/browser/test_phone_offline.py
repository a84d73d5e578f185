"""A judge's phone when the network goes, the deadline passes, the phone sleeps, or two tabs are open; and its check.

Every test has the phone in a real Chromium and the phones' routes on a real port. Where time matters it passes as it
does in a hall: the hall's clock runs and closes the round by itself. One deadline is waited for; before the others the
hands do what they have to in peace, and then hall and phone are both so much later.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from hall import care
from hall.moment.readiness import readiness_of
from hall.phones.phone_view import milliseconds
from hall.stage import rounds
from tests.browser.hands import CONTRAST, PLACE, QUALITY, Hand, fill, nudge, steps
from tests.browser.real import picture

TALL = {"width": 390, "height": 844}
NO_STORAGE = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };"
pytestmark = pytest.mark.slow


def block_posts(page: Page) -> None:
    page.route("**/b/*", lambda route: route.abort() if route.request.method == "POST" else route.continue_())


def counted(it: Hand) -> list[bool]:
    return [bool(row[3]) for row in it.stored()]


def until(truth: Callable[[], Any], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not truth():
        assert time.monotonic() < deadline
        time.sleep(0.05)


# -- the network goes ----------------------------------------------------------------------------------------


def test_offline_in_the_middle_of_filling_is_said_after_three_seconds_and_nothing_is_lost(
        hand: Callable[..., Hand]) -> None:
    it = hand()
    it.phones.open("U1", seconds=90)
    page = it.scan(size=TALL)
    page.fill(QUALITY, "90")

    page.context.set_offline(True)
    page.wait_for_timeout(800)
    assert page.is_hidden("#net")  # a bar that comes at once makes a network look worse than it is
    expect(page.locator("#net")).to_have_text("▲ 网络断开，正在重连。已填的都在本机，可以照常填写和提交。")
    page.fill(PLACE, "88.5")
    page.click("#go")
    expect(page.locator("#say")).to_have_text("网络断开，评分已存在本机，恢复后自动送出")
    assert steps(page) == ["y", "", ""]
    picture(page, "phone_offline")
    assert page.evaluate(CONTRAST) == []
    assert it.stored() == []

    page.context.set_offline(False)
    expect(page.locator("#got")).to_contain_text("鹿城区：质量 90 · 位次 88.5")
    expect(page.locator("#net")).to_be_hidden()
    expect(page.locator("#steps li.y")).to_have_count(3)
    assert counted(it) == [True]


def test_the_waiting_page_says_that_it_is_offline_and_comes_back_by_itself(hand: Callable[..., Hand]) -> None:
    it = hand()
    page = it.scan(size=TALL)
    page.context.set_offline(True)
    expect(page.locator("#net")).to_have_text("▲ 网络断开，正在重连。恢复后本页自动更新。", timeout=15_000)

    it.phones.open("U1")
    page.context.set_offline(False)

    expect(page.locator("h1")).to_have_text("鹿城区")


def test_without_storage_the_page_works_and_says_so(hand: Callable[..., Hand]) -> None:
    it = hand()
    it.phones.open("U1")
    page = it.scan()
    page.add_init_script(NO_STORAGE)
    page.reload()

    fill(page)
    assert "本机不能保存草稿" in page.inner_text("#say")
    assert steps(page) == ["", "", ""]
    page.click("#go")

    expect(page.locator("#got")).to_be_visible()
    until(lambda: steps(page) == ["", "y", "y"])  # what was never kept on the phone is not said to be
    assert counted(it) == [True]


def test_an_answer_without_a_receipt_is_no_receipt(hand: Callable[..., Hand]) -> None:
    it = hand()
    it.phones.open("U1")
    page = it.scan()
    answers = ["{}", '{"status": "accepted"}', "<html>please sign in</html>"]

    def somebody_else(route: Route) -> None:
        if route.request.method == "POST" and answers:
            route.fulfill(status=200, body=answers.pop())
        else:
            route.continue_()

    page.route("**/b/*", somebody_else)
    fill(page)
    page.click("#go")
    expect(page.locator("#say")).to_contain_text("评分已存在本机")
    assert page.is_hidden("#got") and steps(page)[1:] == ["", ""]

    expect(page.locator("#got")).to_be_visible(timeout=20_000)
    assert answers == [] and counted(it) == [True]


# -- the deadline passes -------------------------------------------------------------------------------------


def test_back_after_the_close_and_within_grace_the_paper_made_in_time_is_counted(hand: Callable[..., Hand]) -> None:
    it = hand(grace_seconds=20)
    it.let_time_run()
    it.phones.open("U1", seconds=12)
    page = it.scan(size=TALL)
    fill(page)
    page.context.set_offline(True)
    page.click("#go")
    expect(page.locator("#left")).to_have_text("已截止", timeout=20_000)
    expect(page.locator("#say")).to_have_text("已截止，正在送达您截止前提交的评分")
    page.wait_for_timeout(1200)
    assert page.is_hidden("#undo") and page.is_disabled("#go")
    picture(page, "phone_grace")
    assert it.stored() == []

    page.context.set_offline(False)

    expect(page.locator("#got")).to_be_visible()
    assert counted(it) == [True]
    until(lambda: steps(page) == ["y", "y", "y"])


def test_back_after_grace_the_paper_is_kept_for_the_record_and_the_judge_is_told(hand: Callable[..., Hand]) -> None:
    it = hand(grace_seconds=1)
    it.let_time_run()
    opened = it.phones.open("U1", seconds=60)
    page = it.scan(size=TALL)
    fill(page)
    page.context.set_offline(True)
    page.click("#go")
    it.is_later(60, page)
    until(lambda: it.phones.snapshot.round.phase.value == "CLOSED")  # type: ignore[union-attr]

    page.context.set_offline(False)

    expect(page.locator("#news")).to_contain_text("备查")
    expect(page.locator("#got")).to_be_hidden()
    assert steps(page) == ["y", "y", "n"]
    picture(page, "phone_late")
    assert counted(it) == [False]
    page.reload()  # told again until it has been read, beside what the hall says
    expect(page.locator("#old")).to_contain_text("备查")
    expect(page.locator("#none")).to_be_hidden()
    assert "没有收到" not in page.inner_text("main")
    picture(page, "phone_late_after_a_reload")
    page.get_by_role("button", name="知道了").click()
    page.reload()
    expect(page.locator("#old")).to_be_empty()
    assert counted(it) == [False] and it.phones.snapshot.round.id == opened  # type: ignore[union-attr]


def test_a_draft_freezes_at_the_deadline_and_lives_again_when_the_host_extends(hand: Callable[..., Hand]) -> None:
    it = hand(grace_seconds=30)
    it.let_time_run()
    it.phones.open("U1", seconds=60)
    page = it.scan(size=TALL)
    page.fill(QUALITY, "91")
    it.is_later(60, page)

    expect(page.locator("#news")).to_have_text("已截止。您填的评分没有送出，不计入。")
    assert page.is_disabled("#go") and page.is_disabled(QUALITY)
    assert page.inner_text("#go") == "已截止"
    picture(page, "phone_frozen_draft")
    assert it.phones.house.presence.filling(1, it.phones.clock()) <= {1}

    rounds.extend(it.phones.house.database, "small", seconds=60, by="主持人", at=it.phones.clock())
    it.phones.house.live.refresh()
    nudge(page)

    expect(page.locator("#go")).to_be_enabled()
    expect(page.locator("#news")).to_be_hidden()
    assert page.input_value(QUALITY) == "91"
    page.fill(PLACE, "70")
    page.click("#go")
    expect(page.locator("#got")).to_be_visible()
    assert counted(it) == [True]


# -- rounds change under the phone ---------------------------------------------------------------------------


def test_a_half_filled_form_of_the_last_round_is_shown_until_it_is_read_and_never_sent(
        hand: Callable[..., Hand]) -> None:
    it = hand()
    it.phones.open("U1")
    page = it.scan(size=TALL)
    page.fill(QUALITY, "91")
    sent = []
    page.on("request", lambda request: sent.append(request.post_data) if request.method == "POST" else None)
    page.goto("about:blank")  # the phone sleeps, the browser throws the page away
    it.phones.close_round()
    it.phones.open("U3")
    page.goto(f"{it.address}/b/secret-L1")

    for _again in range(2):
        assert page.inner_text("#old p").startswith("“鹿城区”的评分没有提交，不计入：鹿城区：质量 91")
        assert page.input_value("[name='m.U3.quality']") == ""
        page.reload()
    picture(page, "phone_draft_of_the_last_round")
    page.get_by_role("button", name="知道了").click()
    page.reload()

    expect(page.locator("#old")).to_be_empty()
    assert page.evaluate("Object.keys(localStorage).filter(k => k.includes('#'))") == []
    assert sent == [] and it.stored() == []


def test_a_judge_who_reads_that_the_next_unit_has_begun_goes_on_with_an_empty_form(hand: Callable[..., Hand]) -> None:
    it = hand()
    it.phones.open("U1")
    page = it.scan()
    page.fill(QUALITY, "91")
    it.phones.close_round()
    it.phones.open("U3")
    nudge(page)

    expect(page.locator("#news")).to_contain_text("主持人已开始下一家。您填的评分没有送出，不计入。")
    page.get_by_role("button", name="继续").click()

    expect(page.locator("h1")).to_have_text("瓯海区")
    expect(page.locator("#old")).to_be_empty()


def test_a_phone_asleep_across_three_rounds_hears_what_became_of_its_paper(hand: Callable[..., Hand]) -> None:
    it = hand()
    it.phones.open("U1")
    page = it.scan("L1")
    fill(page)
    block_posts(page)
    page.click("#go")
    expect(page.locator("#say")).to_contain_text("网络断开")
    page.goto("about:blank")
    for target in ("U2", "U3"):
        it.phones.close_round()
        it.phones.open(target)
    it.phones.close_round()
    page.unroute("**/b/*")
    page.goto(f"{it.address}/b/secret-L1")

    expect(page.locator("#old")).to_contain_text("“鹿城区”的评分：")
    expect(page.locator("#old")).to_contain_text("备查")
    assert counted(it) == [False]


def test_a_sealed_paper_is_delivered_from_the_closed_page_too(hand: Callable[..., Hand]) -> None:
    it = hand()
    it.phones.open("U1")
    page = it.scan()
    fill(page)
    tries: list[Any] = []

    def lose_the_reply(route: Route) -> None:
        if route.request.method == "POST" and not tries:
            tries.append(route.fetch().status)
            route.abort()
        elif route.request.method == "POST":
            route.abort()
        else:
            route.continue_()

    page.route("**/b/*", lose_the_reply)
    page.click("#go")
    until(lambda: counted(it) == [True])
    page.goto("about:blank")
    it.phones.close_round()
    page.unroute("**/b/*")
    page.goto(f"{it.address}/b/secret-L1")  # stored, but the phone never heard of it

    expect(page.locator("#old")).to_contain_text("“鹿城区”的评分：已计票，回执 ")
    assert page.inner_text("#code") in page.inner_text("#old")
    assert counted(it) == [True]


# -- two tabs ------------------------------------------------------------------------------------------------


def test_two_tabs_of_one_badge_show_the_same_paper_and_send_it_once(hand: Callable[..., Hand]) -> None:
    it = hand()
    it.phones.open("U1")
    first = it.scan()
    second = first.context.new_page()
    second.goto(first.url)
    sent: list[Any] = []
    for page in (first, second):
        page.on("request", lambda request: sent.append(request.post_data) if request.method == "POST" else None)

    first.fill(QUALITY, "90")
    until(lambda: second.input_value(QUALITY) == "90")
    second.fill(PLACE, "88.5")
    until(lambda: first.input_value(PLACE) == "88.5")
    first.click("#go")

    expect(first.locator("#got")).to_be_visible()
    expect(second.locator("#got")).to_be_visible()
    assert first.inner_text("#code") == second.inner_text("#code")
    assert len(sent) == 1 and counted(it) == [True]
    assert steps(second)[:2] == ["y", "y"]
    second.get_by_text("修改评分").click()
    second.fill(QUALITY, "60")
    second.click("#go")
    expect(first.locator("#when")).to_contain_text("第2次提交")
    assert "质量 60" in first.inner_text("#sent")
    assert counted(it) == [False, True]


def test_when_the_tab_that_sends_is_closed_the_other_goes_on_with_the_same_paper(hand: Callable[..., Hand]) -> None:
    it = hand()
    it.phones.open("U1")
    first = it.scan()
    second = first.context.new_page()
    second.goto(first.url)
    fill(first)
    block_posts(first)
    first.click("#go")
    expect(second.locator("#go")).to_have_text("正在送出")
    nonce = first.evaluate("JSON.parse(Object.entries(localStorage).find(([k]) => k.includes('#'))[1]).n")
    assert it.stored() == []
    first.close()

    nudge(second)

    expect(second.locator("#got")).to_be_visible()
    assert [row[0] for row in it.stored()] == [nonce]


# -- what the phone tells of itself --------------------------------------------------------------------------


def test_the_phone_says_with_each_poll_what_it_holds_unsent(hand: Callable[..., Hand]) -> None:
    it = hand()
    opened = it.phones.open("U1")
    page = it.scan()
    said: list[str] = []
    page.on("request", lambda request: said.append(request.headers.get("x-paper", "")) if "/now" in request.url else None)
    nudge(page)
    until(lambda: page.wait_for_timeout(50) or "" in said)
    page.fill(QUALITY, "90")
    nudge(page)
    until(lambda: page.wait_for_timeout(50) or f"{opened} filling" in said)
    page.fill(PLACE, "80")
    block_posts(page)
    page.click("#go")
    nudge(page)
    until(lambda: page.wait_for_timeout(50) or f"{opened} sealed" in said)
    until(lambda: it.phones.house.presence.on_the_way(opened, it.phones.clock()))

    page.unroute("**/b/*")
    expect(page.locator("#got")).to_be_visible()
    said.clear()
    nudge(page)
    until(lambda: page.wait_for_timeout(50) or said)
    assert set(said) == {""}


def test_the_device_check_runs_by_itself_and_the_host_sees_who_is_ready(hand: Callable[..., Hand]) -> None:
    it = hand()
    it.phones.clock.at = datetime.now(UTC)
    page = it.scan(size=TALL)
    expect(page.locator("#check")).to_be_visible()
    expect(page.locator("#verdict")).to_have_text("检查完成，这部手机可以用来打分。", timeout=25_000)
    assert re.fullmatch(r"保存：填的评分能存在本机\n时钟：与会场一致\n发送：能送到会场\n接收：5次收到5次，约\d\.\d秒",
                        page.inner_text("#check ul"))
    assert [one.get_attribute("class") for one in page.locator("#check li").all()] == ["g"] * 4
    picture(page, "phone_check")
    assert page.evaluate(CONTRAST) == [] and page.evaluate("document.documentElement.scrollWidth") <= TALL["width"]
    assert page.locator("#recheck").bounding_box()["height"] >= 48  # type: ignore[index]

    def ready() -> int:
        it.phones.clock.pass_seconds(2)
        return readiness_of(it.phones.snapshot, it.phones.house.readiness.checks("small"))[0].ready

    until(lambda: ready() == 1)
    page.reload()  # once a browser: what was found is shown, and nothing is measured again
    assert page.inner_text("#verdict") == "检查完成，这部手机可以用来打分。"
    assert page.is_visible("#recheck")


def test_a_phone_that_keeps_nothing_and_loses_answers_is_told_and_the_host_sees_why(hand: Callable[..., Hand]) -> None:
    it = hand()
    it.phones.clock.at = datetime.now(UTC) - timedelta(minutes=10)
    page = it.scan("L2", size=TALL)
    page.add_init_script(NO_STORAGE)
    lost: list[Any] = []

    def lose_three(route: Route) -> None:
        if len(lost) < 4 and "if-none-match" not in route.request.headers:
            lost.append(1)
            route.abort()
        else:
            route.continue_()

    page.route("**/now", lose_three)
    page.reload()
    expect(page.locator("#recheck")).to_be_visible(timeout=30_000)

    assert [one.get_attribute("class") for one in page.locator("#check li").all()] == ["r", "a", "g", "r"]
    assert "不能存在本机" in page.inner_text("#check")
    assert "时钟：比会场快10分钟，按会场时间计，不影响打分" in page.inner_text("#check")
    picture(page, "phone_check_trouble")

    def troubles() -> tuple[str, ...]:
        it.phones.clock.pass_seconds(2)
        return readiness_of(it.phones.snapshot, it.phones.house.readiness.checks("small"))[0].troubles

    until(lambda: bool(troubles()))
    assert troubles()[0].startswith("■ 二席：不能保存草稿，请关闭无痕浏览再扫码；5次应答丢了")


def test_a_judge_who_is_filling_hears_that_another_phone_has_voted_with_this_badge(hand: Callable[..., Hand]) -> None:
    it = hand()
    it.phones.open("U1")
    mine, other = it.scan(), it.scan()
    mine.fill(QUALITY, "70")
    fill(other)
    other.click("#go")
    expect(other.locator("#got")).to_be_visible()

    nudge(mine)

    expect(mine.locator("#news")).to_have_text(f"本席位已计入一张，回执 {other.inner_text('#code')}。再提交即替换。")
    assert mine.input_value(QUALITY) == "70"
    mine.fill(PLACE, "70")
    mine.click("#go")
    expect(mine.locator("#when")).to_contain_text("第2次提交")
    assert counted(it) == [False, True]


# -- the hall's clock and the hall's memory ------------------------------------------------------------------


def test_a_clock_put_right_while_the_page_is_open_is_followed_with_the_next_answer(hand: Callable[..., Hand]) -> None:
    it = hand(grace_seconds=30)
    it.let_time_run()
    it.phones.open("U1", seconds=60)
    page = it.scan()
    page.fill(QUALITY, "91")
    made: list[int] = []
    page.on("request", lambda request: made.append(request.post_data_json["made"]) if request.method == "POST" else None)

    for minutes in (10, -10):
        page.evaluate("m => { const now = Date.now; Date.now = () => now() + m * 6e4; }", minutes * 2)
        with page.expect_response("**/now"):
            nudge(page)
        page.wait_for_timeout(700)
        expect(page.locator("#left")).to_have_text(re.compile("剩余[3-5]\\d秒"), timeout=15_000)
        expect(page.locator("#go")).to_be_enabled()
    page.fill(PLACE, "80")
    page.click("#go")

    expect(page.locator("#got")).to_be_visible()
    assert abs(made[0] - milliseconds(it.phones.clock())) < 20_000  # not ten minutes


def test_a_page_that_came_slowly_is_put_right_by_small_answers(hand: Callable[..., Hand]) -> None:
    it = hand(grace_seconds=30)
    it.let_time_run()
    it.phones.open("U1", seconds=60)
    page = it.scan()

    def slowly(route: Route) -> None:
        if route.request.url.endswith("/now") or route.request.method == "POST":
            route.continue_()
        else:
            answer = route.fetch()
            time.sleep(4)
            route.fulfill(response=answer)

    page.route("**/b/*", slowly)
    page.reload()
    nudge(page)
    page.wait_for_timeout(3500)

    def left() -> float:
        return (it.phones.snapshot.round.closes_at - it.phones.clock()).total_seconds()  # type: ignore[operator, union-attr]

    before, shown, after = left(), int(re.sub(r"\D", "", page.inner_text("#left"))), left()
    assert after - 2 < shown < before + 2


@pytest.mark.parametrize("again", [False, True])
def test_a_receipt_that_the_hall_has_lost_in_a_restore_is_shown_no_longer(
        hand: Callable[..., Hand], tmp_path: Path, again: bool) -> None:
    it = hand()
    it.phones.open("U1")
    house, at = it.phones.house, it.phones.clock()
    care.backup(house.database, tmp_path / "before.db", by="主持人", at=at)
    page = it.scan()
    fill(page)
    page.click("#go")
    expect(page.locator("#got")).to_be_visible()
    if again:
        page.get_by_text("修改评分").click()
        page.fill(QUALITY, "60")
    care.restore(house.database, tmp_path / "before.db", by="主持人", at=at)
    house.live.refresh()
    assert it.stored() == []

    said = "已恢复本机草稿，请核对。" if again else "大厅里没有您这张票，请再按一次提交。"
    expect(page.locator("#say")).to_have_text(said, timeout=20_000)
    expect(page.locator("#got")).to_be_hidden()
    assert page.input_value(QUALITY) == ("60" if again else "90")
    page.click("#go")
    expect(page.locator("#got")).to_be_visible()
    assert counted(it) == [True]
