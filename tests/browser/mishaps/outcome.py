"""What happens to the result: four hands, a server killed in the middle of the reveal, an objection, a second version, a
recount by an outsider, and the record of all that happened.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile

from playwright.sync_api import Page, expect

from hall.serving import ROOT
from tests.browser.mishaps.gathered import (
    BREATH,
    CLERK,
    HOST,
    LIAISON,
    SUPERVISOR,
    Gathered,
    choose,
    keep,
    press,
    sees,
)
from tests.browser.mishaps.judges import at_desk
from tests.browser.mishaps.papers import downloaded


def four_hands_publish(h: Gathered) -> None:
    """The host asks, clerk and supervisor confirm on their own sign-ins, the host publishes."""
    press(h.host, re.compile("^公布成绩"))
    published(h, 1, reason="")


def published(h: Gathered, version: int, reason: str) -> None:
    """From the dialog that is open: proposed, confirmed twice, published."""
    host = h.host
    if reason:
        host.get_by_label(re.compile("更正原因")).fill(reason)
        host.get_by_label(re.compile("更正原因")).press("Tab")
    press(host, "提请计票员、监督员确认")
    expect(host.get_by_role("dialog")).to_have_count(0, timeout=30_000)
    for page, role in ((h.clerk, "计票员"), (h.supervisor, "监督员")):
        h.go(page, "results")
        press(page, f"以{role}身份确认第{version}版")
        sees(page, f"● {role}已确认")
    expect(host.get_by_text("监督员 ✓")).to_be_visible(timeout=30_000)
    press(host, "更正成绩" if reason else re.compile("^公布成绩"))
    box = host.get_by_role("dialog")
    yes = box.get_by_role("button", name=re.compile("确认公布"))
    expect(yes).to_be_visible(timeout=30_000)
    if box.get_by_role("checkbox").count():
        box.locator("label", has=box.get_by_role("checkbox")).first.click()
    keep(host, f"19-publish-{version}")
    expect(yes).to_be_enabled(timeout=30_000)
    yes.click()
    expect(host.get_by_role("dialog")).to_have_count(0, timeout=30_000)
    h.will_say(HOST, "提请确认成绩", f"版次：{version}", *([reason] if reason else []))
    h.will_say(CLERK, "确认成绩", f"版次：{version}", "计票员")
    h.will_say(SUPERVISOR, "确认成绩", f"版次：{version}", "监督员")
    h.will_say(HOST, "公布成绩", f"版次：{version}", *([reason] if reason else []))


def the_server_dies_in_the_middle_of_the_reveal(h: Gathered) -> None:
    """kill -9 after two steps: the screen goes on at the same step, and the host leads on to the end."""
    sees(h.screen, "成绩即将揭晓")
    for step in (1, 2):
        press(h.host, re.compile("^下一步"))
        sees(h.host, f"揭晓第{step}步")
        h.host.wait_for_timeout(BREATH)
    before = shown(h.screen)
    assert "第1名" not in before
    h.server.kill()
    h.server.start()
    for page in (h.host, h.screen):
        page.reload()
    sees(h.host, "揭晓第2步")
    expect(h.screen.locator(".w .row").first).to_be_visible(timeout=30_000)
    assert shown(h.screen) == before
    keep(h.screen, "20-after-the-kill")
    press(h.host, "直接到底")
    sees(h.screen, "第1名")
    keep(h.screen, "20-ranking")
    h.will_say(HOST, "揭晓")


def shown(screen: Page) -> list[str]:
    """The places that the hall sees."""
    rows: list[str] = screen.evaluate("() => [...document.querySelectorAll('.w .row')].map(row => row.innerText)")
    return rows


def an_objection_freezes_the_points_and_ends_in_a_second_version(h: Gathered) -> None:
    """The unit objects, its points stand still; the clerk spoils the ballot in question; four hands publish version 2."""
    unit = h.liaison
    sees(unit, "鹿城区")
    unit.get_by_text("异议", exact=True).first.click()
    unit.get_by_label("理由和依据").fill("L05席当场声明打错了单位，这张票不该计入")
    press(unit, "提出异议")
    sees(unit, "待复核，分数冻结")
    keep(unit, "21-objection")
    h.will_say(LIAISON, "提出异议", "鹿城区", "L05")
    h.go(h.supervisor, "ledger")
    sees(h.supervisor, "冻结")
    keep(h.supervisor, "21-frozen")

    h.go(h.supervisor, "results")
    h.supervisor.get_by_label("鹿城区异议的复核依据").fill("会务记录和评委本人说明一致")
    h.supervisor.get_by_label("鹿城区异议的复核依据").press("Tab")
    press(h.supervisor, "成绩要更正")
    sees(h.supervisor, "已复核：成绩要更正")
    h.will_say(SUPERVISOR, "复核异议", "鹿城区", "成绩要更正")

    at_desk(h, "L05")
    press(h.clerk, "作废一张票")
    choose(h.clerk, "作废对哪一家的票", "鹿城区")
    h.clerk.get_by_label("原因").fill("异议复核：评委声明打错单位")
    h.clerk.get_by_label("原因").press("Tab")
    press(h.clerk, "确认作废这张票")
    sees(h.clerk, "这张票已作废")
    press(h.host, "更正成绩")
    published(h, 2, reason="鹿城区异议成立，L05席一张票作废")
    h.go(unit, "results")
    sees(unit, "更正后的第2版正在现场揭晓")
    press(h.host, "直接到底")
    sees(h.host, "已全部揭晓")
    h.will_say(HOST, "公开成绩", "版次：2")
    h.go(unit, "results")
    sees(unit, "第2版")
    sees(unit, "鹿城区异议成立，L05席一张票作废")
    keep(unit, "21-second-version")


def an_outsider_counts_the_same(h: Gathered) -> None:
    """The package of the second version, recounted by a bare Python; the page shows exactly those numbers."""
    h.go(h.supervisor, "results")
    h.supervisor.get_by_text("复核：指纹、复算包和命令").click()
    package = h.folder / "package"
    with zipfile.ZipFile(downloaded(h.supervisor, re.compile("下载复算包"))) as archive:
        archive.extractall(package)
    outside = subprocess.run([sys.executable, "-S", "-m", "scoring", "recount", str(package)], cwd=ROOT,
                             capture_output=True, text=True, check=False)
    assert outside.returncode == 0, outside.stderr
    counted = json.loads(outside.stdout)
    targets = counted["targets"]
    assert len(targets) == 12 and "U13" not in targets
    assert {key for key, one in targets.items() if one["state"] != "ranked"} == {"U12"}
    leaders, departments = (targets["U01"]["groups"][group] for group in ("leaders", "departments"))
    assert (leaders["received"], leaders["spoiled"], leaders["missing"]) == (6, 1, 1)
    assert (departments["recused"], departments["missing"]) == (1, 0)
    assert targets["U03"]["groups"]["leaders"]["spoiled"] == 0, "what was spoiled went with its round"
    text = h.supervisor.locator("body").inner_text()
    for key, one in targets.items():
        assert one["total"]["published"] in text, key


def verification_finds_nothing(h: Gathered) -> None:
    """`leitai verify` on the database as it is after all this."""
    said = subprocess.run([sys.executable, "-m", "hall.cli", "verify"], cwd=ROOT, capture_output=True, text=True,
                          check=False, env={**os.environ, "LEITAI_DATABASE_URL": h.server.url})
    assert said.returncode == 0, said.stdout + said.stderr


def the_record_says_who_did_what(h: Gathered) -> None:
    """For every mishap a line, with the person who did it, in the words of the record's own page."""
    page = h.supervisor
    page.goto(f"{h.server.address}/record")
    sees(page, "记录链完整")
    keep(page, "22-record")
    rows: list[list[str]] = page.evaluate("""() => [...document.querySelectorAll('.lt-table tbody tr')]
        .map(row => [...row.children].map(cell => cell.innerText))""")
    for actor, action, words in h.told:
        assert any((row[2], row[3]) == (actor, action) and all(one in row[5] for one in words) for row in rows), \
            (actor, action, words)
