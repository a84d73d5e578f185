"""What happens on stage: a wrong call, a speech that runs over, questions, a task set by the mayor, two consoles, a dispute."""

from __future__ import annotations

import re
from datetime import timedelta

from playwright.sync_api import expect

from office.local_time import day
from tests.browser.mishaps.gathered import (
    HOST,
    SECOND,
    Gathered,
    choose,
    dialog,
    keep,
    now,
    paused,
    press,
    put_away,
    red_key,
    sees,
)


def a_wrong_call_is_taken_back(h: Gathered) -> None:
    """The whole hall sees the indicators; then the wrong unit is called, and taken back with one key."""
    red_key(h.host, "开始指标亮晒", "结束指标亮晒，请第1家 鹿城区上台")
    page = dialog(h.host, "换人上台／大屏")
    choose(page, "请哪一家上台", "乐清市")
    press(page, "请上台")
    sees(h.screen, "第4家")
    paused(page)
    press(page, "撤销")
    sees(page, "已撤销")
    sees(h.screen, "指标亮晒")
    paused(page)
    h.will_say(HOST, "撤销上一步", "请乐清市上台")


def the_speech_runs_over(h: Gathered) -> None:
    """Paused, over its limit, the deduction of the rule booked by a person, and a minute given."""
    red_key(h.host, "鹿城区上台", "开始发言")
    red_key(h.host, "开始发言", "结束发言，开始市长点评")
    press(h.host, "暂停计时")
    sees(h.screen, "已暂停")
    press(h.host, "继续计时")
    expect(h.host.locator(".c-clock.over")).to_contain_text("超时", timeout=30_000)
    sees(h.screen, "超时")
    press(h.host, "超时扣分")
    press(h.host, "计一次超时扣分")
    sees(h.host, "超时扣分 1次")
    keep(h.host, "6-overtime")
    h.host.keyboard.press("Escape")
    press(h.host, "＋1分钟")
    sees(h.screen, "剩余时间")
    h.will_say(HOST, "暂停计时", "发言")
    h.will_say(HOST, "加时", "发言", "60")
    h.will_say(HOST, "计超时扣分", "鹿城区", "1")


def one_question_is_set_aside_and_one_is_put_on_stage(h: Gathered) -> None:
    """Two judges ask from their phones; what is promised in the answer is on the list before the next question."""
    page = dialog(h.host, "提问")
    press(page, "开放手机提问")
    sees(page, "手机提问：● 开")
    put_away(page)
    for seat, words in (("L01", "老城区还有多少户没有签约，什么时候签完？"), ("D01", "会场太冷了")):
        phone = h.phone(seat)
        phone.get_by_text("现场提问").click()
        phone.locator("textarea").fill(words)
        phone.get_by_role("button", name="送出").click()
        phone.get_by_text("已送到主持台").wait_for()
        keep(phone, f"7-asked-{seat}")
        phone.context.close()
    dialog(page, "提问 2")
    page.get_by_role("dialog").get_by_role("button", name="不采用").nth(1).click()
    press(page, "不是提问")
    expect(page.get_by_role("dialog").get_by_text("会场太冷了").first).to_be_hidden(timeout=30_000)
    press(page.get_by_role("dialog"), "上台")
    sees(h.screen, "还有多少户没有签约")
    keep(h.screen, "7-question-on-screen")
    page.get_by_label("回答", exact=True).first.fill("还有86户，分管副区长包干，六月底前全部签完。")
    page.get_by_label("答应办什么").fill("老城区86户全部签约")
    page.get_by_label("责任人（职务）").fill("分管副区长")
    write_day(h, 60)
    keep(page, "7-promise")
    press(page, "列入清单")
    sees(page, "已列入清单 ")
    press(page, "回答完毕")
    sees(page, "台上没有问题")
    keep(page, "7-answered")
    put_away(page)
    h.will_say(HOST, "提问未采用", "不是提问")
    h.will_say(HOST, "提问上台", "鹿城区")
    h.will_say(HOST, "当场承诺", "老城区86户全部签约")


def the_mayor_sets_a_task(h: Gathered) -> None:
    red_key(h.host, "开始市长点评", "结束市长点评，开始打分")
    page = dialog(h.host, "点评")
    page.get_by_text("任务", exact=True).first.click()
    page.get_by_label("对鹿城区说了什么").fill("征地拆迁每周由区委书记调度一次，三季度末净地交付")
    page.get_by_label("责任人（职务）").fill("区委书记")
    write_day(h, 90)
    press(page, "记下，列入清单")
    sees(page, "任务已列入清单")
    expect(page.get_by_role("dialog").get_by_text("清单 ").last).to_be_visible(timeout=30_000)
    keep(page, "8-task")
    put_away(page)
    sees(h.screen, "征地拆迁每周由区委书记调度一次")
    h.will_say(HOST, "点评", "征地拆迁每周由区委书记调度一次")


def the_substitute_is_announced(h: Gathered) -> None:
    """龙湾区 is next, and speaks through its deputy."""
    red_key(h.host, "下一家：第3家 龙湾区上台", "开始发言")
    sees(h.screen, "常务副区长")
    keep(h.screen, "3-substitute")
    h.score("U02", 72)


def everybody_else_speaks_and_is_scored(h: Gathered) -> None:
    """The units to which nothing happens; then the last words of the sitting."""
    for n in range(5, 13):
        h.score(f"U{n:02d}", 60 + 2 * n)
    h.score("U04", 66)
    red_key(h.host, "开始总结讲话", "公布成绩")


def write_day(h: Gathered, days: int) -> None:
    """The deadline, as it is typed into the field of three parts."""
    when = day(now() + timedelta(days=days))
    parts = h.host.get_by_role("dialog").get_by_test_id("stDateInput").get_by_role("spinbutton")
    parts.first.click()
    for part in (f"{when:%Y}", f"{when:%m}", f"{when:%d}"):
        h.host.keyboard.type(part)
    h.host.keyboard.press("Tab")


def the_ballot_is_opened(h: Gathered) -> None:
    red_key(h.host, "结束市长点评，开始打分", "截止打分")


def the_rest_of_the_hall_votes(h: Gathered) -> None:
    """All but the one without a phone, the one who stepped back, and the one who is late; then the host closes."""
    h.vote([seat for seat in h.links if seat not in ("L02", "L07", "D03", "D05")], "U01", 80)
    sees(h.screen, re.compile(r"已投\s*6\s*[/／]\s*应投\s*7"))
    assert not re.search(r"\b[6-9]\d\.\d", h.screen.locator("body").inner_text()), "a score before the result is out"
    red_key(h.host, "截止打分", "下一家：第2家 瓯海区上台")


def the_screen_is_frozen_during_a_dispute(h: Gathered) -> None:
    h.host.keyboard.press("f")
    sees(h.screen, "画面已冻结")
    keep(h.screen, "12-frozen")
    expect(h.host.get_by_role("button", name="恢复大屏")).to_be_visible(timeout=30_000)
    h.host.keyboard.press("f")
    expect(h.screen.get_by_text("画面已冻结")).to_have_count(0, timeout=30_000)
    h.will_say(HOST, "冻结大屏")
    h.will_say(HOST, "恢复大屏")


def a_second_console_comes_too_late(h: Gathered) -> None:
    """Two hosts press: the later one is told what the first has done, and nothing of what he pressed is done."""
    late = dialog(h.second_host, "换人上台／大屏")
    choose(late, "请哪一家上台", "乐清市")
    red_key(h.host, "下一家：第2家 瓯海区上台", "开始发言")
    press(late, "请上台")
    said = late.locator(".c-last[role=status]")
    expect(said).to_contain_text(HOST, timeout=30_000)
    expect(said).to_contain_text("瓯海区")
    keep(late, "second-console")
    sees(h.screen, "第2家")
    late.context.close()
    h.will_say(HOST, "大屏切换", "瓯海区")
    assert SECOND not in {actor for actor, *_ in h.told}
