"""One paper for 26 projects on two routes, in a thumb's reach: parts that open, what is missing, one receipt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from playwright.sync_api import expect

from office.sitting.plan import PlannedTarget
from tests.browser.hands import CONTRAST, SMALL, Hand
from tests.browser.real import picture
from tests.hall.make_phones import GRADES, GROUPS, PLAN, POINTS

TARGETS = tuple(PlannedTarget(key=f"T{n:02d}", name=f"第{n}个项目（示例）", unit=f"u{1 + n % 3}", presenter="副镇长",
                              ranking_group="乡镇" if n <= 20 else "部门", ranked=True,
                              route="" if n <= 14 else "第一线路" if n <= 23 else "第二线路") for n in range(1, 27))
SEATS = tuple(replace(one, route="第一线路", unit="") for one in PLAN.seats)
KEYS = tuple(one.key for one in TARGETS)


def test_a_long_paper_is_filled_part_by_part_and_sent_once(hand: Callable[..., Hand]) -> None:
    it = hand(targets=TARGETS, seats=SEATS, rule_toml=GRADES + GROUPS, declarations={}, ballot_mode="all")
    it.phones.open(*KEYS)
    page = it.scan(size=SMALL)

    first, second = page.locator("details.p").nth(0), page.locator("details.p").nth(1)
    expect(first.locator("summary")).to_contain_text("已评0／20")
    assert "另有3个项目不在您的线路，不用打分。" in page.inner_text("main")
    assert page.locator("section.t").count() == 23 and first.get_attribute("open") is not None
    assert second.get_attribute("open") is None
    assert page.evaluate(CONTRAST) == []
    for key in KEYS[:20]:
        page.check(f"[name='m.{key}'][value=good]")
    expect(first.locator("summary b.y")).to_have_text("已评20／20")
    assert second.get_attribute("open") is not None  # a part that is done leads to the next
    picture(page, "phone_long_paper_360")
    page.check("[name='m.T21'][value=abstain]")

    page.click("#go")
    expect(page.locator("#need")).to_contain_text("还有2家没打分：第22个项目（示例）、第23个项目（示例）")
    page.reload()
    expect(page.locator("details.p").nth(1).locator("summary")).to_contain_text("已评1／3")  # the draft is on the phone
    page.click("#go")
    page.click("#go")

    expect(page.locator("#got")).to_be_visible()
    assert len(it.stored()) == 21 and {row[1] for row in it.stored()} == {1}
    page.get_by_text("看我打的分").click()
    assert "第1个项目（示例）：满意" in page.inner_text("#sent")
    page.get_by_text("修改评分").click()  # the part where something was missing is still open
    page.check("[name='m.T22'][value=fair]")
    page.click("#go")
    page.click("#go")
    expect(page.locator("#when")).to_contain_text("第2次提交")


def test_a_mark_that_does_not_fit_opens_the_part_where_it_stands(hand: Callable[..., Hand]) -> None:
    it = hand(targets=TARGETS, seats=SEATS, rule_toml=POINTS + GROUPS, declarations={}, ballot_mode="all")
    it.phones.open(*KEYS)
    page = it.scan(size=SMALL)
    second = page.locator("details.p").nth(1)
    second.locator("summary").click()
    page.fill("[name='m.T22.quality']", "500")
    page.fill("[name='m.T22.place']", "80")
    second.locator("summary").click()

    page.click("#go")

    expect(page.locator("[name='m.T22.quality']")).to_be_focused()
    expect(page.locator("#need")).to_contain_text("请补全标红的地方")
    assert it.stored() == []


def test_without_a_script_the_parts_open_and_the_paper_is_sent(hand: Callable[..., Hand]) -> None:
    it = hand(targets=TARGETS, seats=SEATS, rule_toml=GRADES + GROUPS, declarations={}, ballot_mode="all")
    it.phones.open(*KEYS)
    page = it.scan(size=SMALL, script=False)
    page.check("[name='m.T01'][value=good]")
    page.locator("details.p").nth(1).locator("summary").click()
    page.check("[name='m.T21'][value=bad]")
    page.click("#go")

    expect(page.locator("#code")).to_be_visible()
    assert sorted(row[2] for row in it.stored()) == ['{"": "bad"}', '{"": "good"}']
