"""`/b/{secret}/ask` over HTTP: one question a press, refusals in words, and nothing that leads to a secret seat."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import text

from db.talk import Question
from hall.phones import asking
from hall.stage import questioning, questions, rounds
from hall.stage.questions import State
from tests.hall.make_phones import PLAN, Phones

MEANWHILE = 61


@pytest.fixture
def phones(tmp_path: Path) -> Iterator[Phones]:
    made = Phones(tmp_path)
    show(made, "U1")
    do(made, questioning.let_phones_ask, True)
    yield made
    made.shut()


def show(phones: Phones, target: str) -> None:
    rounds.show(phones.house.database, "small", "target", target, by="主持人", at=phones.clock())
    phones.house.live.refresh()


def do(phones: Phones, action: Any, *args: Any, **kwargs: Any) -> Any:
    found = action(phones.house.database, "small", *args, by="主持人", at=phones.clock(), **kwargs)
    phones.house.live.refresh()
    return found


def ask(phones: Phones, words: str = "开工为什么慢？", *, seat: str = "L1", target: str = "U1", nonce: str = "n1",
        **headers: str) -> Any:
    return phones.http.post(f"/b/secret-{seat}/ask", json={"target": target, "nonce": nonce, "text": words},
                            headers={"Accept": "application/json", **headers})


def stored(phones: Phones) -> tuple[Question, ...]:
    return questions.questions_of(phones.house.database, phones.snapshot)


def page(phones: Phones, seat: str = "L1") -> str:
    answer = phones.http.get(f"/b/secret-{seat}/ask")
    assert answer.status_code == 200
    return str(answer.text)


def shown(html: str) -> str:
    return re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<style>.*?</style>", "", html))


def refused(answer: Any) -> tuple[int, str, str]:
    return answer.status_code, answer.json()["reason"], answer.json()["message"]


def test_the_ballot_page_leads_to_the_question_and_the_form_alone_is_enough(phones: Phones) -> None:
    ballot = phones.http.get("/b/secret-L1")
    assert '<a href="?ask">现场提问</a>' in ballot.text
    assert phones.http.get("/b/secret-L1?ask").headers["location"] == "/b/secret-L1/ask"
    html = page(phones)
    assert "<script" not in html and "鹿城区" in shown(html) and "区委书记" in shown(html)
    fields = dict(re.findall(r'name="(\w+)" value="([^"]+)"', html))

    sent = phones.http.post("/b/secret-L1/ask", content=urlencode({**fields, "text": "开工 +10% 够吗？"}), headers={
        "Content-Type": "application/x-www-form-urlencoded", "Origin": "null"})

    assert (sent.status_code, sent.headers["location"]) == (303, "/b/secret-L1/ask?sent")
    after = shown(phones.http.get("/b/secret-L1/ask?sent").text)
    assert "已送到主持台" in after and "○ 排队中" in after and "开工 +10% 够吗？" in after
    kept, = stored(phones)
    assert (kept.text, kept.asker, kept.group, kept.state, kept.target, kept.asked_at) == (
        "开工 +10% 够吗？", "一席", "leaders", State.WAITING, "U1", phones.clock())


def test_a_get_changes_nothing_and_tells_no_cache(phones: Phones) -> None:
    before = dump(phones)

    answer = phones.http.get("/b/secret-L1/ask")

    assert dump(phones) == before
    assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert len(answer.content) < 6_000


def test_a_double_press_and_a_retry_ask_once_also_after_a_restart(phones: Phones) -> None:
    first, again = ask(phones), ask(phones)
    after_a_restart = Phones.__new__(Phones)  # the same house behind a new front, which remembers nothing
    after_a_restart.__dict__.update(phones.__dict__)
    after_a_restart.http = type(phones.http)(type(phones.app)(phones.app._app, phones.house), follow_redirects=False)
    late = ask(after_a_restart, nonce="n2")

    assert first.json() == again.json() == late.json() == {"status": "accepted", "message": "已送到主持台。"}
    assert len(stored(phones)) == 1


def test_one_question_a_minute_and_three_in_the_queue(phones: Phones) -> None:
    assert ask(phones, "甲").status_code == 200
    phones.clock.pass_seconds(20)
    soon = ask(phones, "乙")
    assert refused(soon) == (429, "too_fast", "一分钟提一个问题，请过40秒再送出。")
    assert soon.headers["retry-after"] == "40"
    for words in "乙丙":
        phones.clock.pass_seconds(MEANWHILE)
        assert ask(phones, words, nonce=words).status_code == 200
    phones.clock.pass_seconds(MEANWHILE)
    assert refused(ask(phones, "丁")) == (429, "too_fast", "您已有3个问题在排队，等其中一个有了结果再提。")

    do(phones, questioning.set_aside, stored(phones)[0].id, "时间不够", seen=State.WAITING)

    assert ask(phones, "丁").status_code == 200
    assert "× 未采用" in shown(page(phones))


def test_a_secret_seat_is_held_to_the_same_pace_without_being_kept(phones: Phones) -> None:
    assert ask(phones, "甲", seat="P1").status_code == 200
    phones.clock.pass_seconds(1)
    assert refused(ask(phones, "乙", seat="P1"))[:2] == (429, "too_fast")
    for words in "乙丙":
        phones.clock.pass_seconds(MEANWHILE)
        assert ask(phones, words, seat="P1").status_code == 200
    phones.clock.pass_seconds(MEANWHILE)
    assert refused(ask(phones, "丁", seat="P1")) == (429, "too_fast", "一个席位对同一家最多提3个问题。")


def test_a_refused_question_of_a_secret_seat_costs_it_nothing(phones: Phones) -> None:
    assert ask(phones, "甲", seat="P1", target="U2").status_code == 409
    assert ask(phones, "甲", seat="P1").status_code == 200


def test_of_a_secret_seat_only_its_group_and_the_minute_are_kept(phones: Phones) -> None:
    """Named and secret beside each other: the database is the same whichever secret seat asked, and when in a minute."""
    phones.clock.pass_seconds(17.25)
    before = dump(phones)
    assert ask(phones, "土地怎么来？", seat="P1").status_code == 200

    kept, = stored(phones)
    assert (kept.seat, kept.asker, kept.group, kept.asked_at.second, kept.asked_at.microsecond) == (
        None, "群众代表", "public", 0, 0)
    changed = {name for (name, was), (_name, now) in zip(before, dump(phones), strict=True) if was != now}
    assert changed == {"question", "sitting"}, "no line in the record, no check-in, no trace of the seat"
    html = shown(page(phones, "P1"))
    assert "不记席位" in html and "我的提问" not in html and "土地怎么来" not in html
    assert "手机提问" not in {row.action for row in record(phones)}


def test_a_named_question_stands_in_the_record(phones: Phones) -> None:
    ask(phones)

    assert [(row.actor, row.action) for row in record(phones)][-1] == ("L1", "手机提问")


def test_only_the_unit_on_stage_is_asked_and_what_was_typed_is_not_lost(phones: Phones) -> None:
    html = page(phones)
    show(phones, "U2")

    late = phones.http.post("/b/secret-L1/ask", data={"target": "U1", "nonce": "n", "text": "开工<b>慢"})

    assert late.status_code == 409
    assert "台上已经是龙湾区，您写给鹿城区的问题没有送出" in shown(late.text)
    assert "开工&lt;b&gt;慢</textarea>" in late.text and 'value="U2"' in late.text
    assert 'value="U1"' in html and stored(phones) == ()


def test_while_nobody_is_on_stage_every_unit_that_speaks_may_be_asked(tmp_path: Path) -> None:
    targets = (*PLAN.targets[:2], replace(PLAN.targets[2], speaks=False))
    phones = Phones(tmp_path, targets=targets)
    try:
        do(phones, questioning.let_phones_ask, True)
        html = page(phones)
        assert re.findall(r'<option value="(\w+)"', html) == ["U1", "U2"]

        assert ask(phones, target="U2").status_code == 200
        assert refused(ask(phones, target="U3", nonce="x")) == (409, "round_moved_on", "瓯海区不上台，不能提问。")
        assert refused(ask(phones, target="U9", nonce="y"))[:2] == (422, "incomplete")
    finally:
        phones.shut()


def test_closed_by_the_host_it_is_refused_and_the_link_goes_with_the_tag_of_now(phones: Phones) -> None:
    tag = phones.http.get("/b/secret-L1/now").headers["etag"]

    do(phones, questioning.let_phones_ask, False)

    assert phones.http.get("/b/secret-L1/now").headers["etag"] != tag
    assert "?ask" not in phones.http.get("/b/secret-L1").text
    assert "现在不能用手机提问" in shown(page(phones))
    assert refused(ask(phones)) == (409, "round_not_open", asking.CLOSED)


@pytest.mark.parametrize(("words", "status", "says"), [
    (" \n\t", 422, "请先写下您的问题"), ("长" * 201, 413, "问题最多200字，现在是201字"), ("字" * 9000, 413, "太长")])
def test_words_are_needed_and_have_a_bound(phones: Phones, words: str, status: int, says: str) -> None:
    answer = ask(phones, words)

    assert answer.status_code == status and says in answer.json()["message"]
    assert stored(phones) == ()


def test_what_turns_the_writing_direction_or_cannot_be_seen_is_left_out(phones: Phones) -> None:
    body = r'{"target": "U1", "nonce": "n", "text": "开工\u202e慢\u0000？\ud83d"}'.encode()
    assert phones.http.post("/b/secret-L1/ask", content=body, headers={"Content-Type": "application/json"}).status_code == 200

    assert stored(phones)[0].text == "开工慢？?"


@pytest.mark.parametrize("body", [b"[]", b"{", b'{"target": 1}', b'{"target":"U1","text":"?"}', b"\xff\xfe", b""])
def test_what_cannot_be_read_is_refused_in_words(phones: Phones, body: bytes) -> None:
    for kind in ("application/json", "application/x-www-form-urlencoded"):
        answer = phones.http.post("/b/secret-L1/ask", content=body, headers={"Content-Type": kind})

        assert answer.status_code == 422 and "没有读懂" in answer.text
    assert stored(phones) == ()


def test_foreign_pages_stopped_badges_and_hammering_are_refused(phones: Phones) -> None:
    assert refused(ask(phones, Origin="http://evil.example"))[:2] == (403, "wrong_origin")
    assert refused(ask(phones, seat="nobody"))[:2] == (404, "unknown_badge")
    assert phones.http.get("/b/secret-nobody/ask").status_code == 404
    answers = [ask(phones, nonce=str(n)).status_code for n in range(9)]
    assert answers[:6] == [200] * 6 and answers[6:] == [429] * 3
    assert phones.http.put("/b/secret-L1/ask").status_code == 405


def test_where_the_desk_checks_in_an_absent_seat_does_not_ask(tmp_path: Path) -> None:
    phones = Phones(tmp_path, desk_check_in=True)
    try:
        show(phones, "U1")
        do(phones, questioning.let_phones_ask, True)
        assert refused(ask(phones))[:2] == (403, "not_checked_in")
    finally:
        phones.shut()


def test_a_database_that_is_away_is_told_in_words_and_the_same_press_works_afterwards(
        phones: Phones, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_args: object, **_kwargs: object) -> None:
        raise OSError("disk")

    with monkeypatch.context() as broken:
        broken.setattr(asking, "put_into_queue", away)
        gone = ask(phones, seat="P1")
        assert refused(gone)[:2] == (503, "overloaded") and "还没有送出" in gone.json()["message"]
        assert gone.headers["retry-after"]

    assert ask(phones, seat="P1").status_code == 200


def test_a_refusal_stays_a_refusal_when_its_page_cannot_be_made(
        phones: Phones, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_args: object, **_kwargs: object) -> None:
        raise OSError("disk")

    monkeypatch.setattr("hall.phones.phone_ask.questions_now", away)
    late = phones.http.post("/b/secret-L1/ask", data={"target": "U2", "nonce": "n", "text": "问"})

    assert late.status_code == 409 and "台上已经是鹿城区" in late.text
    assert phones.http.get("/b/secret-L1/ask").status_code == 503


def dump(phones: Phones) -> list[tuple[str, list[Any]]]:
    with phones.house.database.reading() as c:
        tables = c.execute(text("select name from sqlite_master where type = 'table' order by name")).scalars().all()
        return [(name, [tuple(row) for row in c.execute(text(f'select * from "{name}"'))]) for name in tables]


def record(phones: Phones) -> list[Any]:
    with phones.house.database.reading() as c:
        return list(c.execute(text("select actor, action from record_entry order by id")))


def test_while_a_round_is_open_questions_make_the_hall_anew_once_a_second(phones: Phones) -> None:
    """Each time the shelf of ballot pages goes, at the moment when the whole hall asks for them. A host is not kept waiting."""
    phones.open("U1")
    before = phones.snapshot

    assert [ask(phones, f"问题{seat}", seat=seat).status_code for seat in ("L1", "L2", "P1")] == [200] * 3
    phones.house.tick()
    assert phones.snapshot is before and len(stored(phones)) == 3
    phones.clock.pass_seconds(1.1)
    phones.house.tick()
    assert phones.snapshot is not before and phones.snapshot.questions_waiting == 3

    phones.clock.pass_seconds(MEANWHILE)
    assert ask(phones, "再问", nonce="n2").status_code == 200
    phones.house.live.refresh()
    assert ask(phones, "再问", nonce="n3", seat="L2").status_code == 200
    rounds.close_round(phones.house.database, "small", by="主持人", at=phones.clock())
    phones.house.live.refresh()
    assert phones.snapshot.round is not None and phones.snapshot.round.phase.value == "CLOSED"
    closed = phones.snapshot
    phones.clock.pass_seconds(MEANWHILE)
    assert ask(phones, "三问", nonce="n4").status_code == 200 and phones.snapshot is not closed
