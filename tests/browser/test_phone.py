"""A judge's phone in a real browser: drafts, bad networks, a host in a hurry, and no script at all."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.browser.hands import CONTRAST, PLACE, QUALITY, SMALL, Hand, fill, nudge, steps
from tests.hall.make_phones import GRADES, GROUPS, RANKING


def test_a_judge_marks_with_chips_sends_and_holds_a_receipt(hand: Callable[..., Hand]) -> None:
    it = hand()
    it.phones.open("U1", seconds=90)
    page = it.scan()

    page.get_by_role("group", name="质量").get_by_role("button", name="90", exact=True).click()
    page.get_by_role("button", name="质量加").click()
    page.get_by_role("button", name="位次减").click()
    assert (page.input_value(QUALITY), page.input_value(PLACE)) == ("90.5", "85")
    assert steps(page) == ["y", "", ""]
    page.click("#go")

    expect(page.locator("#got")).to_be_visible()
    code = page.inner_text("#code")
    assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{2}", code)
    assert "鹿城区：质量 90.5 · 位次 85" in page.inner_text("#got")
    assert page.inner_text("#when") == "09:30:00 第1次提交"  # the hall's time, whatever the phone's zone
    expect(page.locator("#steps li.y")).to_have_count(3)
    assert [row[1:] for row in it.stored()] == [(1, '{"quality": "90.5", "place": "85"}', True)]
    page.reload()
    assert page.inner_text("#code") == code


def test_a_change_before_the_close_is_a_new_version_with_a_new_nonce(hand: Callable[..., Hand]) -> None:
    it = hand()
    it.phones.open("U1")
    page = it.scan()
    fill(page)
    page.click("#go")
    expect(page.locator("#got")).to_be_visible()
    expect(page.locator(QUALITY)).to_be_hidden()

    page.get_by_text("修改评分").click()
    page.fill(QUALITY, "60")
    page.click("#go")

    expect(page.locator("#when")).to_contain_text("第2次提交")
    (first, v1, _, counted1), (second, v2, marks, counted2) = it.stored()
    assert (v1, bool(counted1), v2, bool(counted2)) == (1, False, 2, True)
    assert first != second and '"60"' in marks


def test_what_is_missing_is_said_beside_its_field_and_nothing_is_sent(hand: Callable[..., Hand]) -> None:
    it = hand()
    it.phones.open("U1")
    page = it.scan()

    page.fill(QUALITY, "90.3")
    page.click("#go")

    assert page.locator(".f", has=page.locator(QUALITY)).locator(".err").inner_text() == "每档0.5，请改为整档"
    assert page.locator(".f", has=page.locator(PLACE)).locator(".err").inner_text() == "还没打分：位次"
    assert page.inner_text("#need") == "请补全标红的地方"
    page.fill(QUALITY, "９０．５")
    page.fill(PLACE, "101")
    page.click("#go")
    assert page.input_value(QUALITY) == "90.5"
    assert page.locator(".f", has=page.locator(PLACE)).locator(".err").inner_text() == "应在0到100之间"
    assert it.stored() == []


def test_abstaining_needs_no_marks(hand: Callable[..., Hand]) -> None:
    it = hand()
    it.phones.open("U1")
    page = it.scan()
    page.fill(QUALITY, "90")

    page.get_by_role("radio", name="弃权").check()
    assert page.is_disabled(QUALITY)
    page.click("#go")

    expect(page.locator("#got")).to_contain_text("鹿城区：弃权")


def test_a_draft_survives_a_reload(hand: Callable[..., Hand]) -> None:
    it = hand()
    it.phones.open("U1")
    page = it.scan()
    page.fill(QUALITY, "77")

    page.reload()

    assert page.input_value(QUALITY) == "77"
    assert "已恢复本机草稿" in page.inner_text("#say")
    assert it.stored() == []


def test_without_a_network_the_paper_waits_on_the_phone_and_goes_by_itself(hand: Callable[..., Hand]) -> None:
    it = hand()
    it.phones.open("U1")
    page = it.scan()
    fill(page)
    page.context.set_offline(True)
    page.click("#go")
    expect(page.locator("#say")).to_have_text("网络断开，评分已存在本机，恢复后自动送出")
    assert steps(page) == ["y", "", ""]
    assert it.stored() == []

    page.context.set_offline(False)

    expect(page.locator("#got")).to_be_visible()
    assert len(it.stored()) == 1


def test_a_lost_reply_and_the_retries_give_one_ballot(hand: Callable[..., Hand]) -> None:
    it = hand()
    it.phones.open("U1")
    page = it.scan()
    tries = []

    def lose_two_replies(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
        elif len(tries) < 2:
            tries.append(route.request.post_data)
            route.fetch()
            route.abort()
        else:
            tries.append(route.request.post_data)
            route.continue_()

    page.route("**/b/*", lose_two_replies)
    fill(page)
    page.click("#go")

    expect(page.locator("#got")).to_be_visible()
    assert len(tries) == 3 and len(set(tries)) == 1
    assert [row[1] for row in it.stored()] == [1]


def test_a_reload_goes_on_sending_the_same_paper(hand: Callable[..., Hand]) -> None:
    it = hand()
    it.phones.open("U1")
    page = it.scan()
    sent = []
    page.on("request", lambda request: sent.append(request.post_data) if request.method == "POST" else None)
    page.route("**/b/*", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    fill(page)
    page.click("#go")
    expect(page.locator("#say")).to_contain_text("网络断开")

    page.unroute("**/b/*")
    page.reload()

    expect(page.locator("#got")).to_be_visible()
    assert len(sent) >= 2 and len(set(sent)) == 1
    assert [row[1] for row in it.stored()] == [1]


def test_a_busy_hall_is_asked_again_after_the_time_it_names(hand: Callable[..., Hand]) -> None:
    it = hand()
    it.phones.open("U1")
    page = it.scan()
    busy = [True]

    def first_busy(route: Route) -> None:
        if route.request.method == "POST" and busy:
            busy.pop()
            route.fulfill(status=503, headers={"Retry-After": "4"}, body="<html>busy")
        else:
            route.continue_()

    page.route("**/b/*", first_busy)
    fill(page)
    page.click("#go")

    expect(page.locator("#say")).to_contain_text("大厅正忙")
    expect(page.locator("#got")).to_be_visible()


def test_a_waiting_paper_can_be_taken_back_and_changed(hand: Callable[..., Hand]) -> None:
    it = hand()
    it.phones.open("U1")
    page = it.scan()
    fill(page)
    page.route("**/b/*", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.click("#go")

    page.get_by_role("button", name="先不送，再改改").click()
    page.fill(QUALITY, "70")
    page.unroute("**/b/*")
    page.click("#go")

    expect(page.locator("#got")).to_contain_text("质量 70")
    assert len(it.stored()) == 1


def test_a_refusal_by_the_hall_stands_beside_what_it_is_about(hand: Callable[..., Hand]) -> None:
    it = hand(desk_check_in=True)
    it.phones.open("U1")
    page = it.scan()
    fill(page)

    page.click("#go")

    expect(page.locator("#need")).to_contain_text("签到")
    assert steps(page) == ["y", "y", "n"]
    assert page.input_value(QUALITY) == "90"
    assert page.is_enabled("#go")


def test_the_waiting_page_turns_into_the_ballot_and_after_the_receipt_into_the_next(
        hand: Callable[..., Hand]) -> None:
    it = hand()
    page = it.scan()
    assert "下一家：鹿城区" in page.inner_text("main")

    it.phones.open("U1")
    nudge(page)
    expect(page.locator("h1")).to_have_text("鹿城区")
    fill(page)
    page.click("#go")
    expect(page.locator("#got")).to_be_visible()
    it.phones.close_round()
    nudge(page)
    expect(page.locator("main")).to_contain_text("已截止")
    it.phones.open("U3")
    nudge(page)

    expect(page.locator("h1")).to_have_text("瓯海区")
    assert page.input_value("[name='m.U3.quality']") == ""
    assert "我给前1家：90" in page.inner_text(".row >> nth=0")


def test_a_form_that_is_being_filled_is_never_replaced(hand: Callable[..., Hand]) -> None:
    it = hand()
    it.phones.open("U1")
    page = it.scan()
    page.fill(QUALITY, "91")
    it.phones.close_round()
    it.phones.open("U3")

    nudge(page)

    expect(page.locator("#news")).to_contain_text("主持人已开始下一家。您填的评分没有送出，不计入。")
    assert page.inner_text("h1") == "鹿城区"
    assert page.input_value(QUALITY) == "91"
    assert page.is_disabled("#go")
    page.get_by_role("button", name="继续").click()
    expect(page.locator("h1")).to_have_text("瓯海区")
    assert it.stored() == []


def test_a_close_while_filling_says_what_became_of_the_marks(hand: Callable[..., Hand]) -> None:
    it = hand()
    it.phones.open("U1")
    page = it.scan()
    fill(page)
    page.click("#go")
    expect(page.locator("#got")).to_be_visible()
    code = page.inner_text("#code")
    page.get_by_text("修改评分").click()
    page.fill(QUALITY, "60")

    it.phones.close_round()
    nudge(page)

    expect(page.locator("#news")).to_contain_text(f"已截止。修改没有送出，仍以回执 {code} 为准。")


def test_a_paper_that_comes_too_late_says_so(hand: Callable[..., Hand]) -> None:
    it = hand()
    it.phones.open("U1")
    page = it.scan()
    fill(page)
    page.route("**/now", lambda route: route.abort())  # only the answer to the paper itself may tell
    it.phones.close_round()

    page.click("#go")

    expect(page.locator("#news")).to_contain_text("备查")
    expect(page.locator("#got")).to_be_hidden()
    assert steps(page) == ["y", "y", "n"]
    assert page.input_value(QUALITY) == "90"
    assert [bool(counted) for *_, counted in it.stored()] == [False]


def test_an_unsent_paper_of_the_last_round_is_carried_to_the_hall_which_decides(hand: Callable[..., Hand]) -> None:
    it = hand()
    it.phones.open("U1")
    page = it.scan()
    fill(page)
    page.route("**/b/*", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.click("#go")
    expect(page.locator("#say")).to_contain_text("网络断开")
    it.phones.close_round()
    it.phones.open("U3")
    page.unroute("**/b/*")

    page.reload()

    expect(page.locator("#old")).to_contain_text("“鹿城区”的评分")
    expect(page.locator("#old")).to_contain_text("备查")
    assert page.inner_text("h1") == "瓯海区"
    assert [bool(counted) for *_, counted in it.stored()] == [False]
    page.reload()  # told until it has been read
    expect(page.locator("#old")).to_contain_text("备查")
    page.get_by_role("button", name="知道了").click()
    page.reload()
    expect(page.locator("#old")).to_be_empty()


def test_the_countdown_follows_the_hosts_extension(hand: Callable[..., Hand]) -> None:
    it = hand()
    it.phones.open("U1", seconds=90)
    page = it.scan()
    assert re.fullmatch(r"剩余1分(30|2\d)秒", page.inner_text("#left"))

    from hall.stage import rounds

    rounds.extend(it.phones.house.database, "small", seconds=120, by="主持人", at=it.phones.clock())
    it.phones.house.live.refresh()
    nudge(page)

    expect(page.locator("#left")).to_have_text(re.compile("剩余3分"))


def test_without_script_the_form_posts_and_the_receipt_comes_back(hand: Callable[..., Hand]) -> None:
    it = hand()
    it.phones.open("U1")
    page = it.scan(script=False)
    fill(page, "90", "bad")

    page.click("#go")
    assert "不是数" in page.inner_text("[role=alert]")
    page.fill(PLACE, "88")
    page.click("#go")

    assert re.search(r"回执 [2-9A-Z]{4}-[2-9A-Z]{2}", page.inner_text("#got"))
    assert page.url.endswith("/b/secret-L1")
    page.get_by_text("修改评分").click()
    assert page.input_value(PLACE) == "88"


def test_grades_are_taken_with_one_tap(hand: Callable[..., Hand]) -> None:
    it = hand(rule_toml=GRADES + GROUPS)
    it.phones.open("U1")
    page = it.scan()

    page.click("#go")
    assert "请选一项" in page.inner_text(".f")
    page.get_by_role("radio", name="基本满意").check()
    page.click("#go")

    expect(page.locator("#got")).to_contain_text("鹿城区：基本满意")


def test_a_ranking_is_tapped_in_order_and_mended_with_arrows(hand: Callable[..., Hand]) -> None:
    it = hand(rule_toml=RANKING + GROUPS, ballot_mode="all")
    it.phones.open("U1", "U2", "U3")
    page = it.scan("L2")

    page.get_by_role("button", name="点选 瓯海区").click()
    page.get_by_role("button", name="点选 鹿城区").click()
    page.click("#go")
    assert page.inner_text("#need") == "请把每一家都排上名次"
    page.get_by_role("button", name="点选 龙湾区（回避，不计入）").click()
    page.get_by_role("button", name="鹿城区上移").click()
    assert [one.inner_text() for one in page.locator(".tap").all()] == [
        "第1名 鹿城区", "第2名 瓯海区", "第3名 龙湾区（回避，不计入）"]
    page.click("#go")

    expect(page.locator("#got")).to_contain_text("第1名 鹿城区")
    assert sorted(row[2] for row in it.stored()) == ['{"": "1"}', '{"": "2"}', '{"": "3"}']


def test_several_units_on_one_paper_ask_once_about_those_left_out(hand: Callable[..., Hand]) -> None:
    it = hand(ballot_mode="all")
    it.phones.open("U1", "U2", "U3")
    page = it.scan("L2")
    fill(page)

    page.click("#go")
    assert "还有1家没打分：瓯海区" in page.inner_text("#need")
    page.click("#go")

    expect(page.locator("#got")).to_contain_text("鹿城区：质量 90 · 位次 88.5")

    page.get_by_text("修改评分").click()  # what is in is not taken back by blanking it: of this answer, of a new page, of
    for name in ("m.U1.quality", "m.U1.place"):  # a paper that another phone has sent
        page.fill(f"[name='{name}']", "")
    page.fill("[name='m.U3.quality']", "70")
    page.fill("[name='m.U3.place']", "70")
    page.click("#go")
    expect(page.locator("#need")).to_contain_text("请补全标红的地方")
    expect(page.locator(".f.wrong .err").first).to_have_text("已交过，不能留空；不评请选弃权")
    page.reload()
    page.click("#go")
    expect(page.locator(".f.wrong .err").first).to_have_text("已交过，不能留空；不评请选弃权")
    assert {row[1] for row in it.stored()} == {1}
    page.check("[name='m.U1'][value=abstain]")
    page.click("#go")
    expect(page.locator("#sent")).to_contain_text("瓯海区：质量 70")

    other = it.scan("L2")
    other.route("**/now", lambda route: route.abort())
    other.get_by_text("修改评分").click()
    other.fill("[name='m.U3.quality']", "71")
    other.evaluate("""() => document.querySelectorAll("[name='m.U1']").forEach(
        e => { e.checked = false; e.defaultChecked = false; })""")
    other.click("#go")
    other.click("#go")
    expect(other.locator(".f.wrong .err").first).to_contain_text("鹿城区您已交过，不能留空；不评请选弃权")
    assert {row[1] for row in it.stored()} == {1, 2}


def test_the_halls_code_leads_back_to_this_phones_badge(hand: Callable[..., Hand]) -> None:
    it = hand()
    page = it.scan()
    page.goto(page.url.rsplit("/", 1)[0])

    page.wait_for_url("**/b/secret-L1")


def test_a_page_is_one_request(hand: Callable[..., Hand]) -> None:
    it = hand()
    it.phones.open("U1")
    page = it.scan()
    asked = []
    page.on("request", lambda request: asked.append(request.url))

    page.reload()
    page.wait_for_timeout(300)

    assert [url for url in asked if not url.endswith("/now")] == [page.url]


@pytest.mark.parametrize("size", [{"width": 390, "height": 844}, SMALL, {"width": 320, "height": 568}])
def test_everything_to_press_is_48_pixels_and_nothing_runs_off_the_side(hand: Callable[..., Hand],
                                                                        size: dict[str, int]) -> None:
    it = hand()
    it.phones.open("U1", seconds=90)
    page = it.scan(size=size)

    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    small = page.evaluate("""() => [...document.querySelectorAll('button, summary, .v, .opts label')]
        .filter(e => e.offsetParent).map(e => [e.textContent, e.getBoundingClientRect()])
        .filter(([_, r]) => r.width < 47.5 || r.height < 47.5).map(([t, r]) => `${t} ${r.width}x${r.height}`)""")
    assert small == []
    page.evaluate("document.documentElement.style.fontSize = '212.5%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_every_word_has_the_contrast_of_level_aa(hand: Callable[..., Hand]) -> None:
    it = hand()
    waiting = it.scan()
    assert waiting.evaluate(CONTRAST) == []
    it.phones.open("U1", seconds=90)
    page = it.scan("L2")
    page.click("#go")
    page.click("summary >> nth=0")
    assert page.evaluate(CONTRAST) == []
    fill(page)
    page.click("#go")
    expect(page.locator("#got")).to_be_visible()
    assert page.evaluate(CONTRAST) == []
