"""Asking from a phone in a real browser, with and without script: the way there, a double press, the way back."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from hall.stage import questioning, questions, rounds
from tests.browser.hands import QUALITY, Hand
from tests.browser.real import picture

PHONE = {"width": 390, "height": 844}


def do(hand: Hand, action: Callable[..., object], *args: object, **kwargs: object) -> None:
    action(hand.phones.house.database, "small", *args, by="主持人", at=hand.phones.clock(), **kwargs)
    hand.phones.house.live.refresh()


def asked(hand: Hand) -> list[tuple[str, str]]:
    return [(one.asker, one.text) for one in questions.questions_of(hand.phones.house.database, hand.phones.snapshot)]


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def small_targets(page: Page) -> list[str]:
    """What is pressed with a thumb and lower than 48 pixels."""
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('a,button,select,textarea')].filter(e => e.offsetHeight < 48).map(e => e.outerHTML)")
    return found


def test_a_phone_asks_without_script_and_a_double_press_asks_once(hand: Callable[..., Hand]) -> None:
    one = hand()
    do(one, rounds.show, "target", "U1")
    do(one, questioning.let_phones_ask, True)
    one.phones.open("U1")
    page = one.scan("L1", script=False, size=PHONE)

    page.get_by_text("现场提问").click()
    page.wait_for_url("**/ask")
    picture(page, "ask-empty-390x844")
    assert fits(page) and small_targets(page) == []
    page.locator("textarea").fill("承诺的三个项目，六月底前哪一个能先开工？<b>")
    page.get_by_role("button", name="送出").dblclick()
    page.get_by_text("已送到主持台").wait_for()
    picture(page, "ask-sent-390x844")

    one.phones.clock.pass_seconds(1)  # while a round is open the hall looks at its questions once a second
    one.phones.house.live.refresh()
    assert asked(one) == [("一席", "承诺的三个项目，六月底前哪一个能先开工？<b>")]
    assert page.get_by_text("排队中").is_visible()
    page.locator("textarea").fill("再问一个")
    page.get_by_role("button", name="送出").click()
    page.get_by_text("一分钟提一个问题").wait_for()
    assert page.locator("textarea").input_value() == "再问一个"
    page.set_viewport_size({"width": 360, "height": 640})
    picture(page, "ask-refused-360x640")
    assert fits(page)
    page.get_by_text("回到打分").click()
    page.locator(QUALITY).wait_for()


def test_a_half_filled_paper_is_still_there_after_a_question_of_a_secret_seat(hand: Callable[..., Hand]) -> None:
    one = hand()
    do(one, rounds.show, "target", "U1")
    do(one, questioning.let_phones_ask, True)
    one.phones.open("U1")
    page = one.scan("P1", size=PHONE)
    page.locator(QUALITY).fill("88")
    page.get_by_text("现场提问").click()
    page.wait_for_url("**/ask")
    assert page.get_by_text("不记席位").is_visible()
    picture(page, "ask-secret-390x844")
    page.locator("textarea").fill("土地怎么来？")
    page.get_by_role("button", name="送出").click()
    page.get_by_text("已送到主持台").wait_for()

    page.get_by_text("回到打分").click()

    page.locator(QUALITY).wait_for()
    assert page.locator(QUALITY).input_value() == "88"
    assert asked(one) == [("群众代表", "土地怎么来？")]
