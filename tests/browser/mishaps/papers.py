"""What happens on paper: a phone that stays dead, two ballots of one seat, more papers than seats, the sealed printout."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.mishaps.gathered import CLERK, OTHER, SUPERVISOR, Gathered, choose, keep, press, red_key, sees
from tests.browser.mishaps.judges import voided

CRITERIA_NAMES = ("质量", "位次", "创新", "项目", "环境", "担当")


def keyed(page: Page, label: str, mark: int, said: str) -> None:
    """One clerk keys one paper as it stands on the table."""
    for field in (page.get_by_label("席位号或编号"), page.get_by_label(CRITERIA_NAMES[-1], exact=True)):
        expect(field).to_have_value("", timeout=60_000)  # the form is blank from its first field to its last
    page.get_by_label("席位号或编号").fill(label)
    for criterion in CRITERIA_NAMES:
        page.get_by_label(criterion, exact=True).fill(str(mark))
    press(page, "录入这张纸票")
    sees(page, f"{label}：{said}")


def printed(page: Page, unit: str, *, seat: str = "", secret: int = 0) -> Path:
    """Blank papers of this unit: for a named seat, or so many without a name. The file that the printer gets."""
    page.get_by_role("tab", name="印纸票").click()
    choose(page, "单位（不选就是全部）", unit)
    page.keyboard.press("Escape")
    if seat:
        choose(page, "实名席位", seat)
        page.keyboard.press("Escape")
    if secret:
        page.get_by_label(re.compile("每家单位印几张")).fill(str(secret))
        page.keyboard.press("Tab")
    press(page, "生成纸票")
    return downloaded(page, re.compile("下载.*张纸票"))


def downloaded(page: Page, words: str | re.Pattern[str]) -> Path:
    """The file behind a key; a page that is just being drawn anew may cancel it, then it is pressed again."""
    for _ in range(3):
        with page.expect_download(timeout=30_000) as started:
            press(page, words)
        if started.value.failure() is None:
            return Path(started.value.path())
        page.wait_for_timeout(1000)
    raise AssertionError("the download was cancelled three times")


def a_paper_stands_in_for_a_phone(h: Gathered) -> None:
    """Printed with the seat's code, keyed by one clerk, keyed blind by another: counted."""
    h.go(h.clerk, "paper")
    page = printed(h.clerk, "鹿城区", seat="D05")
    assert "D05" in page.read_text(encoding="utf-8")
    h.will_say(CLERK, "印制纸票", "D05", "鹿城区")
    h.clerk.get_by_role("tab", name="录入", exact=True).click()
    keyed(h.clerk, "D05", 83, "第一遍已录入")
    sees(h.other_clerk, "等您复录：D05")
    keyed(h.other_clerk, "D05", 83, "两遍一致，已计入")
    keep(h.other_clerk, "13-paper")
    h.will_say(CLERK, "纸票录入", "D05", "第几遍：1")
    h.will_say(OTHER, "纸票录入", "D05", "第几遍：2")


def a_paper_and_a_phone_ballot_of_one_seat(h: Gathered) -> None:
    """The duplicate is caught, and a third person decides with a reason."""
    keyed(h.clerk, "L03", 99, "第一遍已录入")
    keyed(h.other_clerk, "L03", 99, "两遍一致，但这个席位已用手机投票")
    h.go(h.supervisor, "paper")
    page = h.supervisor
    sees(page, "待裁定：L03")
    page.get_by_role("tab", name="待裁定").click()
    page.get_by_label("裁定原因").fill("评委说明以手机为准，纸票是试填")
    page.get_by_label("裁定原因").press("Tab")
    keep(page, "14-duplicate")
    press(page, "以手机票为准")
    sees(page, "已记入留痕")
    h.will_say(SUPERVISOR, "纸票裁定", "L03", "以手机票为准", "试填")


def the_ballots_of_a_unit_are_sealed_on_paper(h: Gathered) -> None:
    page = h.clerk
    page.get_by_role("tab", name="封存件").click()
    press(page, "生成封存件")
    sealed = downloaded(page, re.compile("下载封存件")).read_text(encoding="utf-8")
    assert "鹿城区" in sealed and "D05" in sealed and "P01" not in sealed
    sees(page, "● 一致")
    keep(page, "15-sealed")
    h.will_say(CLERK, "封存选票")


def more_papers_than_seats_stop_the_publication(h: Gathered) -> None:
    """More papers without a name than seats: nothing is published until the round is void and voted on again."""
    h.go(h.clerk, "paper")
    paper = printed(h.clerk, "乐清市", secret=3).read_text(encoding="utf-8")
    serials = sorted(set(re.findall(r"\b[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{2}\b", re.sub("<svg.*?</svg>", "", paper, flags=re.DOTALL))))
    assert len(serials) == 3
    for page, said in ((h.clerk, "第一遍已录入"), (h.other_clerk, "两遍一致，已计入")):
        h.go(page, "paper")
        for serial in serials[:2]:
            keyed(page, serial, 100, said)
    step = h.host.locator(".st-key-step button")
    expect(step).to_contain_text("公布成绩", timeout=30_000)
    h.host.wait_for_timeout(900)
    step.click()
    box = h.host.get_by_role("dialog")
    expect(box).to_contain_text("乐清市：社会各界代表收回42张，多于40席（另有1席回避）", timeout=30_000)
    expect(box.get_by_role("button", name=re.compile("公布|提请"))).to_have_count(0)
    keep(h.host, "too-many")
    box.get_by_label("Close").click()
    voided(h, "乐清市", "纸票比席位多一张")
    red_key(h.host, "请第4家 乐清市上台", "重新打分")
    red_key(h.host, "重新打分", "截止打分")
    h.vote(list(h.links), "U04", 74)
    step.click()
    expect(step).to_contain_text("公布成绩", timeout=30_000)
    h.will_say(CLERK, "印制纸票", "乐清市", "社会各界代表 3张")
