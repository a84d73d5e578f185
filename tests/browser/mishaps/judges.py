"""What happens to judges and their phones: a dead phone, a wrong mark, a recusal, one who comes late, leaves, is replaced."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Page, expect

from tests.browser.mishaps.gathered import (
    CLERK,
    CRITERIA,
    HOST,
    Gathered,
    choose,
    dialog,
    keep,
    paused,
    press,
    put_away,
    sees,
    status,
)


def marked(phone: Page, target: str, value: int, *, sent: str) -> None:
    """Fill the whole paper, send it, and see that it is in."""
    expect(phone.locator(f"[name='m.{target}.quality']")).to_be_visible(timeout=30_000)
    for criterion in CRITERIA:
        phone.locator(f"[name='m.{target}.{criterion}']").fill(str(value))
    phone.get_by_role("button", name=re.compile("提\\s*交")).click()
    expect(phone.get_by_text(sent).first).to_be_visible(timeout=30_000)


def find(page: Page, seat: str) -> None:
    """On the console: into the field, and Enter; the seat's panel opens."""
    page.get_by_placeholder(re.compile("手机坏了")).click()
    page.keyboard.type(seat)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_text(seat).first).to_be_visible(timeout=30_000)


def a_phone_dies_and_its_judge_corrects_a_wrong_mark(h: Gathered) -> str:
    """Two clicks of the host; the mark that was sent is there on the other phone, where its judge corrects it."""
    dead = h.phone("L02")
    marked(dead, "U01", 61, sent="已计票")
    began = time.monotonic()
    find(h.host, "L02")  # the first click
    press(h.host, re.compile("手机坏了"))  # the second
    shown = h.host.get_by_test_id("new-link")
    expect(shown).to_be_visible(timeout=30_000)
    code, old = time.monotonic() - began, h.links["L02"]
    h.links["L02"] = shown.inner_text()
    fresh = h.phone("L02")
    expect(fresh.get_by_text("已计票").first).to_be_visible(timeout=30_000)
    took = time.monotonic() - began
    assert took <= 30, f"{took:.1f} s until the vote was in reach"
    keep(h.host, "9-new-code")
    put_away(h.host)
    assert status(old) == 404
    fresh.get_by_text("修改评分").click()
    expect(fresh.locator("[name='m.U01.quality']")).to_have_value("61")
    marked(fresh, "U01", 86, sent="第2次提交")
    keep(fresh, "9-corrected")
    fresh.context.close()
    dead.context.close()
    h.will_say(HOST, "制发胸牌", "L02")
    return f"dead phone: 2 clicks, a new code after {code:.1f} s, the vote in reach after {took:.1f} s"


def a_judge_steps_back_on_the_spot(h: Gathered) -> None:
    phone = h.phone("D03")
    marked(phone, "U01", 70, sent="已计票")
    find(h.host, "D03")
    press(h.host, "登记回避")
    sees(h.host, "已经投了：确认后按回避处理")
    h.host.get_by_label("原因").fill("与该单位负责人是亲属")
    h.host.get_by_label("原因").press("Enter")
    press(h.host, "确认回避")
    expect(phone.get_by_text("您需回避鹿城区，不参加打分。")).to_be_visible(timeout=30_000)
    keep(phone, "11-recused")
    put_away(h.host)
    phone.context.close()
    h.will_say(HOST, "当场回避", "D03", "鹿城区", "亲属")


def a_judge_comes_late(h: Gathered) -> None:
    """The clerk at the door checks him in; what is over stays unvoted."""
    at_desk(h, "L07")
    press(h.clerk, "签到", exact=True)
    sees(h.clerk, "已截止的1家不能补投")
    keep(h.clerk, "16-late")
    h.will_say(CLERK, "签到", "L07")


def a_judge_leaves_early(h: Gathered) -> None:
    at_desk(h, "D12")
    press(h.clerk, "离席")
    sees(h.clerk, "胸牌立即停用")
    press(h.clerk, "确认离席")
    sees(h.clerk, "D12已登记离席")
    keep(h.clerk, "17-left")
    assert status(h.links.pop("D12")) == 404
    h.will_say(CLERK, "离席", "D12")


def another_person_takes_over_a_seat(h: Gathered) -> None:
    old = h.links["D11"]
    find(h.host, "D11")
    press(h.host, "换人", exact=True)
    h.host.get_by_label("新来的人").fill("市统计局代表")
    h.host.get_by_label("换人的原因").fill("原评委有急事离场")
    h.host.get_by_label("换人的原因").press("Tab")
    press(h.host, "确认换人，出新码")
    shown = h.host.get_by_test_id("new-link")
    expect(shown).to_be_visible(timeout=30_000)
    h.links["D11"] = shown.inner_text()
    keep(h.host, "18-replaced")
    put_away(h.host)
    assert (status(old), status(h.links["D11"])) == (404, 200)
    h.will_say(HOST, "换人", "D11", "市统计局代表", "急事")


def a_ballot_is_spoiled_and_the_unit_voted_on_again(h: Gathered) -> None:
    """After the close only the clerk may spoil, with a reason; the host voids the round, and all vote again."""
    h.score("U03", 60)
    at_desk(h, "L04")
    press(h.clerk, "作废一张票")
    choose(h.clerk, "作废对哪一家的票", "瓯海区")
    h.clerk.get_by_label("原因").fill("评委当场声明打错了单位")
    h.clerk.get_by_label("原因").press("Tab")
    keep(h.clerk, "spoil")
    press(h.clerk, "确认作废这张票")
    sees(h.clerk, "这张票已作废")
    h.will_say(CLERK, "作废一张票", "L04", "瓯海区", "打错了单位")
    voided(h, "瓯海区", "一席声明打错，全体重新打分")
    press(h.host, "○ 打分")
    voting = h.host.locator(".st-key-step button")
    expect(voting).to_contain_text("截止打分", timeout=30_000)
    h.vote(list(h.links), "U03", 78)
    paused(h.host)  # a press within a breath of the last one is the same press
    voting.click()
    expect(voting).to_contain_text("下一家：", timeout=30_000)


def voided(h: Gathered, unit: str, reason: str) -> None:
    """The host's own way, with a reason."""
    page = dialog(h.host, "作废重投")
    choose(page, "哪一轮", unit)
    page.get_by_label("原因").fill(reason)
    page.get_by_label("原因").press("Tab")
    keep(page, f"void-{unit}")
    press(page, "作废这一轮")
    sees(page, "这一轮已作废，可以重新打分")
    h.will_say(HOST, "作废重投", unit, reason)


def at_desk(h: Gathered, seat: str) -> None:
    """At the clerk's desk: the seat's panel."""
    page = h.clerk
    if "/desk" not in page.url:
        h.go(page, "desk")
    field = page.get_by_label(re.compile("查席位"))
    expect(field).to_be_visible(timeout=60_000)
    field.fill(seat)
    field.press("Enter")
    expect(page.locator(".lt-card .lt-big")).to_contain_text(seat, timeout=30_000)
