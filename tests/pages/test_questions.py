"""提问台 through the real page: typed while it is spoken, put on stage, answered, promised; comments onto the list."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from db.item_lines import Filter
from db.reads import items as item_reads
from hall.phones import asking
from hall.phones.asking import SentQuestion, asker_of
from hall.stage import comments, questioning, questions, rounds
from hall.stage.questions import Queue
from office.local_time import day
from office.people import Role
from tests import make
from tests.pages.conftest import OpenPage, press, words


def show(hall: make.Hall, target: str = "U1") -> None:
    rounds.show(hall.house.database, hall.key, "target", target, by="host", at=hall.now)
    hall.house.live.refresh()


def by_phone(hall: make.Hall, code: str, text: str) -> None:
    """As the phone's route does it."""
    if not hall.house.live.at(hall.key).phones_may_ask:  # type: ignore[union-attr]
        questioning.let_phones_ask(hall.house.database, hall.key, True, by="host", at=hall.now)
    seat = hall.house.live.seat(hall.secrets[code])
    snapshot = hall.house.live.at(hall.key)
    assert seat is not None and snapshot is not None
    asking.put_into_queue(hall.house.database, hall.key, seat, asker_of(snapshot, seat),
                          SentQuestion(target="U1", nonce="n", text=text), at=hall.now)
    hall.house.live.refresh()


def queue(hall: make.Hall) -> Queue:
    snapshot = hall.house.live.at(hall.key)
    assert snapshot is not None
    return questions.queue_of(hall.house.database, snapshot)


def listed(hall: make.Hall) -> list[tuple[str, str]]:
    with hall.house.database.reading() as c:
        return [(one.kind.words, one.text) for one in item_reads.page(c, Filter(unit="small-A"), day(hall.now))]


def opened(hall: make.Hall, open_page: OpenPage, *roles: Role) -> AppTest:
    return open_page("asking", *roles, sitting=hall.key)


def labels(page: AppTest) -> list[str]:
    return [one.label for one in page.button]


def type_question(page: AppTest, asker: str, text: str) -> AppTest:
    page.selectbox(key="q/asker").set_value(asker)
    page.text_area(key="q/text").set_value(text).run()
    assert not page.exception, page.exception
    return page


def click(page: AppTest, key: str) -> AppTest:
    page.button(key=key).click().run()
    assert not page.exception, page.exception
    return page


def test_the_page_is_for_the_people_of_the_hall(hall: make.Hall, open_page: OpenPage) -> None:
    assert "这一页不对您开放" in words(opened(hall, open_page, Role.LEADER))


def test_an_answer_that_is_being_typed_when_the_next_unit_is_called_is_kept_and_saved(hall: make.Hall, open_page: OpenPage) -> None:
    show(hall)
    page = type_question(opened(hall, open_page, Role.HOST), "市人大代表", "什么时候开工？")
    click(page, "q/ask-at-once")
    asked = queue(hall).on_stage
    assert asked is not None
    page.text_area(key=f"q/answer/{asked.id}").set_value("六月底").run()

    show(hall, "U2")
    page.run()
    assert "台上没有问题" in words(page) and "刚问过A县" in words(page)
    assert page.text_area(key=f"q/answer/{asked.id}").value == "六月底"
    click(page, f"q/write/{asked.id}")

    assert [one.answer for one in queue(hall).answered] == ["六月底"]


def test_spoken_typed_on_stage_answered_and_promised(hall: make.Hall, open_page: OpenPage) -> None:
    show(hall)
    page = type_question(opened(hall, open_page, Role.HOST), "市人大代表", "什么时候开工？")
    click(page, "q/ask-at-once")
    asked = queue(hall).on_stage
    assert asked is not None and asked.text == "什么时候开工？"
    assert "◆ 台上" in words(page) and page.text_area(key="q/text").value == ""

    page.text_area(key=f"q/answer/{asked.id}").set_value("六月底前。").run()
    base = f"q/promise/{asked.id}/0"
    page.text_area(key=f"{base}/text").set_value("尽快全部开工").run()
    assert "▲ 没有完成日期" in words(page)
    page.text_input(key=f"{base}/owner").set_value("局长").run()
    click(page, f"{base}/yes")
    assert listed(hall) == [("承诺", "尽快全部开工")] and "● 已列入清单 2026Q1-001" in words(page)

    click(page, f"q/end/{asked.id}")
    assert [(one.text, one.answer) for one in queue(hall).answered] == [("什么时候开工？", "六月底前。")]
    click(page, f"q/follow/{asked.id}")
    assert "接着：什么时候开工？" in words(page)
    page.text_area(key="q/text").set_value("六月底是几号？").run()
    click(page, "q/ask")
    assert [(one.text, one.asker, one.follows) for one in queue(hall).queued] == [("六月底是几号？", "市人大代表", asked.id)]


def test_a_clerk_prepares_what_phones_ask_and_the_host_puts_it_on_stage(hall: make.Hall, open_page: OpenPage) -> None:
    show(hall)
    by_phone(hall, "L1", "土地指标落实了吗？")
    by_phone(hall, "P1", "为什么<b>慢？")
    page = opened(hall, open_page, Role.CLERK)
    first, second = queue(hall).waiting
    said = words(page)
    assert "手机　市领导　市领导1席" in said and "手机　社会各界代表<" in said and "代表1" not in said
    assert "&lt;b&gt;" in said and "<b>慢" not in said
    assert not {"上台", "开放手机提问", "关闭手机提问", "撤下"} & set(labels(page))

    click(page, f"q/queue/{first.id}")
    click(page, f"q/queue/{second.id}")
    click(page, f"q/up/{second.id}")
    assert queue(hall).order == (second.id, first.id)
    click(page, f"q/aside/{first.id}/时间不够")
    assert queue(hall).set_aside[0].set_aside == "时间不够"
    press(page, "重新考虑")
    assert len(queue(hall).waiting) == 1

    hosts = open_page("asking", Role.HOST, name="host", sitting=hall.key)
    click(hosts, f"q/stage/{second.id}")
    assert queue(hall).on_stage is not None
    press(hosts, "关闭手机提问")
    assert "手机提问：<b>○ 关" in words(hosts)


def test_a_press_on_what_has_moved_meanwhile_is_told_what_happened_and_nothing_typed_is_lost(
        hall: make.Hall, open_page: OpenPage) -> None:
    show(hall)
    page = type_question(opened(hall, open_page, Role.HOST), "企业代表", "乙")
    questioning.ask_at_once(hall.house.database, hall.key, "U1", asker="副市长", group="", text="甲", on_stage=None,
                            by="主持人乙", at=hall.now)  # its page has not been drawn anew yet

    click(page, "q/ask-at-once")

    assert "台上的问题已有变动：主持人乙" in words(page)
    assert queue(hall).on_stage is not None and queue(hall).on_stage.text == "甲"  # type: ignore[union-attr]
    assert page.text_area(key="q/text").value == "乙"
    click(page, "q/ask-at-once")
    assert [one.text for one in queue(hall).answered] == ["甲"] and page.text_area(key="q/text").value == ""


def test_a_comment_is_on_the_list_with_one_press_and_taken_back_with_its_reason(
        hall: make.Hall, open_page: OpenPage) -> None:
    show(hall)
    page = opened(hall, open_page, Role.CLERK)
    page.text_area(key="comment/U1/0/text").set_value("土地指标六月底前落实").run()
    click(page, "comment/U1/0/yes")
    assert listed(hall) == [("任务", "土地指标六月底前落实")]
    assert "清单 2026Q1-001" in words(page) and "已列入清单" in words(page)

    kept, = hall.house.live.at(hall.key).comments  # type: ignore[union-attr]
    page.text_input(key=f"comment/back/{kept.id}").set_value("记错了单位").run()
    assert "✕ 已撤回：记错了单位" in words(page)
    page.radio(key="comment/U1/1/kind").set_value("肯定").run()
    page.text_area(key="comment/U1/1/text").set_value("进度全市第一").run()
    click(page, "comment/U1/1/yes")
    assert len(listed(hall)) == 1 and "进度全市第一" in words(page)


def test_a_leader_who_speaks_of_a_unit_while_none_is_on_stage_is_kept_without_calling_it_up(
        hall: make.Hall, open_page: OpenPage) -> None:
    page = opened(hall, open_page, Role.CLERK)
    assert [one.key for one in page.text_area if str(one.key).startswith("comment")] == []

    page.selectbox(key="comment/whom").set_value("U2").run()
    page.text_area(key="comment/U2/0/text").set_value("每周调度一次").run()
    click(page, "comment/U2/0/yes")

    kept, = hall.house.live.at(hall.key).comments  # type: ignore[union-attr]
    assert (kept.target, kept.number) == ("U2", "2026Q1-001")


def test_what_is_being_typed_stays_while_another_console_stores_its_own(hall: make.Hall, open_page: OpenPage) -> None:
    show(hall)
    page = opened(hall, open_page, Role.CLERK)
    page.text_area(key="comment/U1/0/text").set_value("土地指标六月底前落实").run()
    comments.say(hall.house.database, hall.key, "U1", speaker="市委书记", kind="problem", text="别处记的", by="主持人乙",
                 at=hall.now)  # its page has not been drawn anew yet
    click(page, "comment/U1/0/yes")
    assert "另一台已在09:00:00记下市委书记的“别处记的”" in words(page)
    assert page.text_area(key="comment/U1/0/text").value == "土地指标六月底前落实"

    click(page, "comment/U1/0/yes")

    assert len(listed(hall)) == 2 and page.text_area(key="comment/U1/1/text").value == ""


def test_afterwards_it_is_read_where_the_unit_is_looked_at(hall: make.Hall, open_page: OpenPage) -> None:
    show(hall)
    asked = questioning.ask_at_once(hall.house.database, hall.key, "U1", asker="企业代表", group="", text="慢在<i>哪？",
                                    on_stage=None, by="host", at=hall.now)
    questioning.end(hall.house.database, hall.key, asked, "土地。", by="host", at=hall.now)
    questioning.type_in(hall.house.database, hall.key, "U1", asker="记者", group="", text="没轮到的", by="host", at=hall.now)
    comments.say(hall.house.database, hall.key, "U1", speaker="市长", kind="task", text="落实土地<b>", by="host", at=hall.now)
    hall.open("U1")
    hall.everybody()
    hall.close()

    results = open_page("results", Role.CLERK, sitting=hall.key)
    next(one for one in results.selectbox if one.label == "看哪一家").set_value("U1").run()
    said = words(results)
    assert "落实土地&lt;b&gt;" in said and '<a href="/item?n=2026Q1-001" target="_self">' in said
    assert "问：慢在&lt;i&gt;哪？<br>答：土地。" in said and "◇ 排队中" in said
    unit = open_page("unit", Role.LIAISON, name="liaison", unit="small-A", sitting=hall.key)
    assert "答：土地。" in words(unit) and "没轮到的" not in words(unit)


def test_the_console_s_key_counts_what_waits_of_the_unit_on_stage(hall: make.Hall, open_page: OpenPage) -> None:
    show(hall)
    by_phone(hall, "L1", "几户没有签约？")
    assert "提问 1" in labels(open_page("host", Role.HOST, sitting=hall.key))

    show(hall, "U2")

    assert "提问" in labels(open_page("host", Role.HOST, sitting=hall.key))
