"""What happens to the agenda: the order changes, a unit is put off, another speaks in its stead, one is listed apart."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.mishaps.gathered import HOST, Gathered, choose, dialog, keep, press, put_away, sees


def way(page: Page, unit: str, words: str) -> None:
    """One of the ways that the dialog offers for this unit, once it speaks of it."""
    choose(page, "哪一家", unit)
    expect(page.get_by_role("dialog")).to_contain_text(f"{unit}不在本场打分", timeout=30_000)
    page.get_by_role("dialog").get_by_test_id("stRadio").locator("label:visible", has_text=words).last.click()


def the_order_changes(h: Gathered) -> None:
    """龙湾区 comes before 鹿城区's place is touched: the host moves 瓯海区 one up, by hand."""
    page = dialog(h.host, "换序／抽签")
    page.get_by_role("tab", name="手动").click()
    choose(page, "移动哪一家", "瓯海区")
    press(page, "上移一位")
    expect(page.get_by_role("dialog").locator("ol li").nth(1)).to_have_text("瓯海区", timeout=30_000)
    keep(page, "1-order")
    put_away(page)
    sees(h.screen, "瓯海区")
    h.will_say(HOST, "调整次序", "鹿城区、瓯海区、龙湾区")


def a_unit_is_put_off(h: Gathered) -> None:
    page = dialog(h.host, "延期／代发言／单列")
    way(page, "瓯江口产业集聚区", "延到补场")
    page.get_by_label("原因").fill("主要负责人在外地抢险")
    page.get_by_label("原因").press("Tab")
    press(page.get_by_role("dialog"), "延到补场")
    sees(page, "瓯江口产业集聚区已延到补场")
    keep(page, "2-put-off")
    put_away(page)
    h.will_say(HOST, "延到补场", "瓯江口产业集聚区", "主要负责人在外地抢险")


def another_speaks_in_its_stead(h: Gathered) -> None:
    page = dialog(h.host, "延期／代发言／单列")
    way(page, "龙湾区", "代为发言")
    page.get_by_label("谁代为发言").fill("常务副区长")
    page.get_by_label("谁代为发言").press("Enter")
    press(page, "登记代为发言")
    sees(page, "龙湾区已登记代为发言")
    put_away(page)
    h.will_say(HOST, "代为发言", "龙湾区", "常务副区长")


def a_unit_is_listed_apart(h: Gathered) -> None:
    page = dialog(h.host, "延期／代发言／单列")
    way(page, "浙南产业集聚区", "只打分不排名")
    expect(page.get_by_role("button", name="浙南产业集聚区只打分不排名")).to_be_visible(timeout=30_000)
    page.get_by_label("原因").fill("本季度刚成立，基数不可比")
    page.get_by_label("原因").press("Tab")
    press(page, "浙南产业集聚区只打分不排名")
    sees(page, "浙南产业集聚区只打分不排名。")
    keep(page, "4-apart")
    put_away(page)
    h.will_say(HOST, "只打分不排名", "浙南产业集聚区", "基数不可比")
