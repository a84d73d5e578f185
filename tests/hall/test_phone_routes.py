"""What the phones' routes answer: every address, every refusal, and the page in every state."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from db.values import Declaration, Shortcoming
from hall.ballots.ballot_refused import BallotRefused
from hall.phones import phone_post
from hall.phones.phone_page import PAGE_BOUND, TEMPLATES
from hall.phones.phone_paper import BODY_BOUND, read_sent
from hall.phones.phone_squeeze import abridge, squeeze
from hall.stage import rounds
from office.folders.folder import read_folder
from tests.hall.make_phones import DECLARATION, GRADES, GROUPS, PLAN, POINTS, RANKING, Phones

MARKS = {"m.U1.quality": "90", "m.U1.place": "88.5"}
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def phones(tmp_path: Path) -> Iterator[Phones]:
    made = Phones(tmp_path)
    yield made
    made.shut()


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Any]:
    """A hall with changes to the plan."""
    made: list[Phones] = []

    def build(**changes: Any) -> Phones:
        made.append(Phones(tmp_path, **changes))
        return made[-1]

    yield build
    for one in made:
        one.shut()


def paper(round_id: int | str, nonce: str = "n1", marks: dict[str, str] | None = None) -> dict[str, str]:
    return {"round": str(round_id), "nonce": nonce, **(MARKS if marks is None else marks)}


def send(phones: Phones, body: Any, *, seat: str = "L1", **headers: str) -> Any:
    return phones.http.post(f"/b/secret-{seat}", json=body, headers={"Accept": "application/json", **headers})


def page(phones: Phones, seat: str = "L1") -> str:
    answer = phones.http.get(f"/b/secret-{seat}")
    assert answer.status_code == 200
    return answer.text


def shown(html: str) -> str:
    """The page without style, script and tags."""
    bare = re.sub(r"(?s)<style>.*?</style>|<script>.*?</script>|<noscript>.*?</noscript>", "", html)
    return re.sub(r"<[^>]+>", " ", bare)


def stored(phones: Phones) -> int:
    with phones.house.database.reading() as c:
        return int(c.execute(text("select count(*) from ballot")).scalar_one())


def counted(phones: Phones) -> int:
    with phones.house.database.reading() as c:
        return int(c.execute(text("select count(*) from ballot where counted")).scalar_one())


def dump(phones: Phones) -> str:
    with phones.house.database.reading() as c:
        tables = c.execute(text("select name from sqlite_master where type = 'table'")).scalars().all()
        return repr([(name, c.execute(text(f'select * from "{name}"')).all()) for name in sorted(tables)])


# -- a ballot's way ------------------------------------------------------------------------------------------


def test_a_form_is_answered_with_303_and_the_page_then_shows_the_receipt(phones: Phones) -> None:
    opened = phones.open("U1")

    answer = phones.http.post("/b/secret-L1", data=paper(opened))

    assert (answer.status_code, answer.headers["location"]) == (303, "/b/secret-L1")
    receipt = phones.http.get("/b/secret-L1/now").json()["receipt"]["receipt"]
    seen = shown(page(phones))
    assert receipt in seen
    assert "鹿城区：质量 90 · 位次 88.5" in seen
    assert "09:30:00 第1次提交" in seen
    assert "截止前可修改" in seen


def test_json_is_answered_with_the_receipt_and_the_same_nonce_gets_the_same_body(phones: Phones) -> None:
    opened = phones.open("U1")

    first = send(phones, paper(opened))
    phones.clock.pass_seconds(3)
    again = send(phones, paper(opened))

    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert first.json() | {"receipt": ""} == {
        "status": "accepted", "receipt": "", "version": 1, "received_at": "2019-04-23T01:30:00.000Z",
        "round": str(opened)}
    assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{2}", first.json()["receipt"])
    assert stored(phones) == 1


def test_a_changed_paper_is_a_second_version_and_a_late_retry_of_the_first_does_not_bring_it_back(
        phones: Phones) -> None:
    opened = phones.open("U1")
    first = send(phones, paper(opened)).json()
    second = send(phones, paper(opened, "n2", {**MARKS, "m.U1.quality": "95"})).json()

    late = send(phones, paper(opened)).json()

    assert (second["version"], late) == (2, first)
    assert "质量 95" in shown(page(phones))
    assert phones.http.get("/b/secret-L1/now").json()["receipt"]["version"] == 2


def test_a_raw_utf8_form_and_a_percent_encoded_one_are_the_same_paper() -> None:
    raw = read_sent(FORM, "round=1&nonce=n&m.鹿城=满意".encode())
    encoded = read_sent(FORM, b"round=1&nonce=n&m.%E9%B9%BF%E5%9F%8E=%E6%BB%A1%E6%84%8F")

    assert raw == encoded
    assert dict(raw.marks) == {"m.鹿城": "满意"}


def test_numbers_in_json_stay_the_text_that_was_sent() -> None:
    sent = read_sent("application/json", b'{"round": 7, "nonce": "n", "m.a.b": 8.50, "m.a.c": 1e400, "m.a.d": NaN}')

    assert sent.round == "7"
    assert dict(sent.marks) == {"m.a.b": "8.50", "m.a.c": "1e400", "m.a.d": "NaN"}


def test_an_empty_radio_button_beside_marks_is_no_answer(phones: Phones) -> None:
    opened = phones.open("U1")

    assert send(phones, paper(opened) | {"m.U1": ""}).status_code == 200


def test_abstaining_is_a_ballot_and_says_so(phones: Phones) -> None:
    opened = phones.open("U1")

    assert send(phones, paper(opened, marks={"m.U1": "abstain"})).status_code == 200

    html = page(phones)
    assert "鹿城区：弃权" in shown(html)
    assert '<input type="radio" name="m.U1" value="abstain" checked>' in html


# -- refusals ------------------------------------------------------------------------------------------------


def refused(answer: Any) -> tuple[int, str, str | None]:
    told = answer.json()
    assert told["status"] == "refused"
    assert re.search(r"[一-鿿]", told["message"])
    return answer.status_code, told["reason"], told.get("field")


def test_nothing_open_is_refused_in_words(phones: Phones) -> None:
    assert refused(send(phones, paper(1))) == (409, "round_not_open", "round")


def test_a_paper_of_a_closed_round_is_refused_kept_as_late_and_not_counted(phones: Phones) -> None:
    opened = phones.open("U1")
    phones.close_round()

    for _ in range(2):
        answer = send(phones, paper(opened))
        assert refused(answer) == (409, "round_closed", "round") and "备查，不计票" in answer.json()["message"]
    assert (stored(phones), counted(phones)) == (1, 0)


def test_a_closed_round_still_gives_the_receipt_that_the_nonce_already_has(phones: Phones) -> None:
    opened = phones.open("U1")
    first = send(phones, paper(opened)).json()
    phones.close_round()

    assert send(phones, paper(opened)).json() == first


def test_a_paper_of_an_earlier_round_never_counts_for_the_next_target(phones: Phones) -> None:
    earlier = phones.open("U1")
    phones.close_round()
    phones.open("U3")

    assert refused(send(phones, paper(earlier))) == (409, "round_moved_on", "round")
    assert counted(phones) == 0


def test_a_judge_of_the_unit_itself_is_refused(phones: Phones) -> None:
    opened = phones.open("U2")

    answer = send(phones, paper(opened, marks={"m.U2.quality": "90", "m.U2.place": "90"}), seat="L2")

    assert refused(answer)[:2] == (403, "recused")
    assert "本单位" in answer.json()["message"]


@pytest.mark.parametrize(("changes", "reason", "field"), [
    ({"m.U1.quality": "90.3"}, "bad_mark", "m.U1.quality"),
    ({"m.U1.quality": "101"}, "bad_mark", "m.U1.quality"),
    ({"m.U1.quality": "９０"}, "bad_mark", "m.U1.quality"),
    ({"m.U1.quality": "<script>"}, "bad_mark", "m.U1.quality"),
    ({"m.U9.quality": "90"}, "bad_mark", "m.U9.quality"),
    ({"m.U1": "abstain"}, "bad_mark", "m.U1.quality"),
    ({"m.U1.place": ""}, "incomplete", "m.U1.place"),
    ({"nonce": ""}, "incomplete", "nonce"),
    ({"nonce": "x" * 65}, "incomplete", "nonce"),
    ({"nonce": "a\x00b"}, "incomplete", "nonce"),
    ({"round": ""}, "incomplete", "round"),
    ({"m.U1.quality": ["90"]}, "bad_mark", "m.U1.quality"),
    ({"m.U1.quality": True}, "bad_mark", "m.U1.quality"),
    ({"m.U1.quality": "\ud800"}, "bad_mark", "m.U1.quality"),
])
def test_a_paper_that_cannot_be_read_names_its_field(phones: Phones, changes: dict[str, Any], reason: str,
                                                     field: str) -> None:
    body = json.dumps({**paper(phones.open("U1")), **changes})

    answer = phones.http.post("/b/secret-L1", content=body,
                              headers={"Accept": "application/json", "Content-Type": "application/json"})

    assert refused(answer) == (422, reason, field)
    assert stored(phones) == 0


@pytest.mark.parametrize(("kind", "body"), [
    ("application/json", b""), ("application/json", b"[]"), ("application/json", b'"x"'), ("application/json", b"{"),
    ("application/json", b"[" * 60000), ("application/json", b"\xff\xfe"), ("multipart/form-data", b"x"),
    ("text/plain", b"round=1"),
    ("application/json", b'{"round": "1", "nonce": "a", "m.U1.quality": "1", "m.U1.quality": "2"}'),
    (FORM, b"round=1&nonce=a&m.U1=abstain&m.U1=dont_know"),
])
def test_a_body_that_makes_no_sense_is_a_bad_mark(phones: Phones, kind: str, body: bytes) -> None:
    phones.open("U1")

    answer = phones.http.post("/b/secret-L1", content=body,
                              headers={"Accept": "application/json", "Content-Type": kind})

    assert refused(answer)[:2] == (422, "bad_mark")


def test_too_large_is_said_from_the_header_and_while_reading(phones: Phones) -> None:
    phones.open("U1")
    headers = {"Accept": "application/json", "Content-Type": FORM}

    by_header = phones.http.post("/b/secret-L1", content=b"x" * (BODY_BOUND + 1), headers=headers)
    while_reading = phones.http.post("/b/secret-L1", content=(b"x" * 8192 for _ in range(9)), headers=headers)
    many_fields = phones.http.post("/b/secret-L1", content=b"a=1&" * 5000, headers=headers)

    assert refused(by_header)[:2] == refused(while_reading)[:2] == refused(many_fields)[:2] == (413, "too_large")


def test_desk_check_in_is_asked_for_only_where_the_sitting_asks(hall: Any) -> None:
    phones = hall(desk_check_in=True)
    opened = phones.open("U1")

    assert refused(send(phones, paper(opened)))[:2] == (403, "not_checked_in")
    assert phones.http.get("/b/secret-L1/now").status_code == 200
    assert refused(send(phones, paper(opened)))[:2] == (403, "not_checked_in")


@pytest.mark.parametrize(("origin", "status"), [
    ("http://testserver", 200), ("https://lei.example", 200), ("null", 200), ("http://evil.example", 403),
    ("http://testserver.evil.example", 403), ("http://testserver:81", 403), ("", 403), ("garbage", 403),
])
def test_a_paper_filled_in_on_somebody_elses_page_is_refused(hall: Any, origin: str, status: int) -> None:
    phones = hall(public_url="https://lei.example")

    answer = send(phones, paper(phones.open("U1")), Origin=origin)

    assert answer.status_code == status
    assert status == 200 or refused(answer)[:2] == (403, "wrong_origin")


@pytest.mark.parametrize("origin", ["", "garbage", "file://"])
def test_without_a_public_address_an_origin_without_a_host_is_still_foreign(phones: Phones, origin: str) -> None:
    assert send(phones, paper(phones.open("U1")), Origin=origin).status_code == 403


def test_posting_too_fast_is_slowed_down_and_says_for_how_long(phones: Phones) -> None:
    body = paper(phones.open("U1"))
    for _ in range(phone_post.PACE):
        assert send(phones, body).status_code == 200

    answer = send(phones, body)

    assert refused(answer)[:2] == (429, "too_fast")
    assert int(answer.headers["retry-after"]) >= 1
    assert send(phones, paper(body["round"]), seat="P1").status_code == 200
    phones.clock.pass_seconds(int(answer.headers["retry-after"]))
    assert send(phones, body).status_code == 200


def test_an_unknown_badge_and_a_replaced_one_get_the_same_404(phones: Phones) -> None:
    opened = phones.open("U1")
    phones.issue_badges("L1", edition="-new")

    for path in ("/b/secret-L1", "/b/never-issued"):
        answer = phones.http.get(path)
        assert (answer.status_code, answer.content) == (404, phones.http.get("/b/other").content)
        assert phones.http.get(path + "/now").status_code == 404
        posted = phones.http.post(path, json=paper(opened), headers={"Accept": "application/json"})
        assert refused(posted)[:2] == (404, "unknown_badge")
        assert phones.http.post(path, data=paper(opened)).status_code == 404
    assert phones.http.get("/b/secret-L1-new").status_code == 200


def test_after_the_last_unit_a_phone_waits_for_the_result_and_for_no_next_unit(phones: Phones) -> None:
    for target, words in (("U1", "请等待主持人开始下一家"), ("U2", "请等待主持人开始下一家"), ("U3", "请等待公布成绩")):
        phones.open(target)
        phones.close_round()
        assert words in phones.http.get("/b/secret-L1").text


def test_a_secret_seat_with_a_new_badge_is_told_that_what_it_sent_before_counts_and_nobody_learns_whether_it_did(
        phones: Phones) -> None:
    opened = phones.open("U1")
    shelved = phones.http.get("/b/secret-P1").text
    send(phones, paper(opened), seat="P1")
    phones.clock.pass_seconds(1)
    phones.issue_badges("P1", "L1", edition="-new")

    page = phones.http.get("/b/secret-P1-new").text

    assert "换之前投过的，那张票照常计入，不用再投；没投过的，请照常打分。" in page
    assert "胸牌是这一轮" not in shelved + phones.http.get("/b/secret-L1-new").text
    phones.close_round()
    page = phones.http.get("/b/secret-P1-new").text
    assert "换胸牌之前投的票照常计入。" in page and "没有收到您的评分" not in page
    phones.clock.pass_seconds(1)
    phones.open("U2")
    assert "胸牌是" not in phones.http.get("/b/secret-P1-new").text


def test_a_browser_is_refused_on_its_own_page_with_what_was_typed(phones: Phones) -> None:
    opened = phones.open("U1")

    answer = phones.http.post("/b/secret-L1", data=paper(opened, marks={"m.U1.quality": '9"0', "m.U1.place": "70"}))

    assert answer.status_code == 422
    assert 'value="9&#34;0"' in answer.text
    assert 'value="70"' in answer.text
    assert answer.text.count("不是数") >= 2  # above the paper, and beside the field
    nonce = re.search(r'name="nonce" value="([^"]+)"', answer.text)
    assert nonce is not None and nonce[1] != "n1"


@pytest.mark.parametrize(("rule", "field"), [(POINTS, "m.U1.quality"), (RANKING, "m.U1"), (GRADES, "m.U1")])
def test_a_long_value_is_not_echoed_whole(hall: Any, rule: str, field: str) -> None:
    phones = hall(rule_toml=rule + GROUPS, ballot_mode="all")
    opened = phones.open("U1", "U2", "U3")
    usual = len(page(phones).encode())

    answer = phones.http.post("/b/secret-L1", data=paper(opened, marks={field: "9" * 60_000}))

    assert answer.status_code == 422
    assert len(answer.content) < usual + 1000
    assert rule is GRADES or f'value="{"9" * 40}"' in answer.text


def test_a_browser_with_the_paper_of_an_earlier_round_sees_the_new_unit_empty(phones: Phones) -> None:
    earlier = phones.open("U1")
    phones.close_round()
    phones.open("U3")

    answer = phones.http.post("/b/secret-L1", data=paper(earlier))

    assert answer.status_code == 409
    assert "主持人已开始下一家" in answer.text
    assert "<h1>瓯海区</h1>" in answer.text
    assert 'value="90"' not in answer.text


def test_when_the_box_is_full_the_phone_is_asked_to_come_again(phones: Phones) -> None:
    from hall.ballots.ballot_box import BallotBox

    opened = phones.open("U1")
    full = BallotBox(phones.house.database, phones.house.live, queue_bound=1)
    full.start = lambda: None  # type: ignore[method-assign]  # a writer that never comes
    full._queue.put_nowait(None)
    phones.house.box.stop()
    phones.house.box = full

    by_json, by_form = send(phones, paper(opened)), phones.http.post("/b/secret-L1", data=paper(opened))

    assert refused(by_json)[:2] == (503, "overloaded")
    assert int(by_json.headers["retry-after"]) >= 1
    assert (by_form.status_code, by_form.headers["retry-after"]) == (503, by_json.headers["retry-after"])
    assert 'value="88.5"' in by_form.text


def test_a_paper_that_waits_too_long_is_asked_for_again_and_the_writer_lives_on(
        phones: Phones, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = phones.open("U1")
    monkeypatch.setattr(phone_post, "ANSWER_SECONDS", 0.1)

    with phones.http, phones.house.database.write.begin():  # somebody else holds the database
        assert refused(send(phones, paper(opened)))[:2] == (503, "overloaded")
    monkeypatch.setattr(phone_post, "ANSWER_SECONDS", 6)

    assert send(phones, paper(opened)).json()["version"] == 1
    assert send(phones, paper(opened, "n2")).json()["version"] == 2


def test_whatever_breaks_the_phone_is_asked_to_come_again(phones: Phones) -> None:
    phones.house.live = None  # type: ignore[assignment]

    for answer in (phones.http.get("/b/secret-L1"), phones.http.get("/b/secret-L1/now"),
                   phones.http.post("/b/secret-L1", data={}), phones.http.get("/health")):
        assert answer.status_code == 503
        assert answer.headers.get("retry-after") or answer.json()["status"] == "degraded"


@settings(max_examples=60, deadline=None)
@given(body=st.one_of(
    st.binary(max_size=300),
    st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=8),
                 lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
                     ["round", "nonce", "m", "m.", "m.U1", "m.U1.quality", "m.U1.place", "m.U1.x"]), inner, max_size=6))
    .map(lambda told: json.dumps(told).encode())), kind=st.sampled_from([FORM, "application/json", "", "a;b"]))
def test_no_body_whatever_is_answered_with_a_500(shared: Phones, body: bytes, kind: str) -> None:
    shared.clock.pass_seconds(10)

    answer = shared.http.post("/b/secret-L1", content=body,
                              headers={"Accept": "application/json", "Content-Type": kind})

    assert answer.status_code in (409, 413, 422)
    assert answer.json()["status"] == "refused"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phones]:
    made = Phones(tmp_path_factory.mktemp("shared"))
    made.open("U1")
    yield made
    made.shut()


# -- /now ----------------------------------------------------------------------------------------------------


def test_now_says_what_is_open_and_what_to_post(phones: Phones) -> None:
    before = phones.http.get("/b/secret-L1/now").json()
    opened = phones.open("U1", seconds=120)

    now = phones.http.get("/b/secret-L1/now").json()

    assert before == {"round": None, "phase": None, "closes_at": None, "targets": [], "fields": [], "receipt": None,
                      "serial": now["serial"] - 1}
    step = {"min": "0", "max": "100", "step": "0.5"}
    assert now == {
        "round": str(opened), "phase": "OPEN", "closes_at": "2019-04-23T01:32:00.000Z", "targets": ["U1"],
        "fields": [{"name": "m.U1.quality", **step}, {"name": "m.U1.place", **step}], "receipt": None,
        "serial": now["serial"]}


def test_now_is_304_until_something_on_this_phone_changes(phones: Phones) -> None:
    phones.open("U1")

    def ask(tag: str) -> tuple[int, str]:
        answer = phones.http.get("/b/secret-L1/now", headers={"If-None-Match": tag})
        return answer.status_code, answer.headers["etag"]

    _, tag = ask("")
    assert ask(tag) == ask(f"W/{tag}") == (304, tag)
    assert ask("*") == ask(f'"a",{tag},"b"') == ask(f'"a" ,\tW/{tag}') == (304, tag)
    assert ask(tag.strip('"'))[0] == ask('"*"')[0] == ask(f"x{tag}")[0] == 200
    phones.issue_badges("P1", edition="-new")  # the hall has changed, this phone has not
    assert ask(tag) == (304, tag)
    rounds.extend(phones.house.database, "small", seconds=60, by="主持人", at=phones.clock())
    phones.house.live.refresh()
    status, later = ask(tag)
    assert (status, later != tag) == (200, True)
    send(phones, paper(phones.snapshot.round.id if phones.snapshot.round else ""))
    assert ask(later)[0] == 200


def test_the_page_carries_the_tag_of_its_own_moment(phones: Phones) -> None:
    phones.open("U1")

    tag = phones.http.get("/b/secret-L1/now").headers["etag"]

    assert f'data-etag="{tag.replace(chr(34), "&#34;")}"' in page(phones)


def test_now_gives_a_recused_seat_nothing_to_fill_in(phones: Phones) -> None:
    phones.open("U2")

    assert phones.http.get("/b/secret-L2/now").json()["fields"] == []


def test_polling_reads_nothing_from_the_database(phones: Phones) -> None:
    phones.open("U1")
    phones.http.get("/b/secret-L1/now")
    time.sleep(0.2)  # the first scan has checked in
    phones.house.database.reading = None  # type: ignore[method-assign, assignment]

    assert phones.http.get("/b/secret-L1/now").status_code == 200


def test_the_first_poll_of_a_badge_checks_in_and_a_get_of_the_page_does_not(phones: Phones) -> None:
    before = dump(phones)
    page(phones)
    time.sleep(0.1)
    assert dump(phones) == before

    with phones.http:
        phones.http.get("/b/secret-L1/now")
        deadline = time.monotonic() + 5
        while not phones.house.live.seat("secret-L1").checked_in:  # type: ignore[union-attr]
            assert time.monotonic() < deadline
            time.sleep(0.01)


# -- the page in every state ---------------------------------------------------------------------------------


def test_the_waiting_page_says_who_and_what_comes_next_and_reloads_itself_only_without_script(phones: Phones) -> None:
    html = page(phones)

    seen = shown(html)
    for words in ("县区比拼现场", "示例数据", "一席", "市领导", "L1", "请等待主持人开始打分", "下一家：鹿城区"):
        assert words in seen
    assert '<noscript><meta http-equiv="refresh" content="10"></noscript>' in html
    assert "<form" not in html


def test_the_open_page_shows_the_unit_its_promises_and_a_field_for_each_criterion(phones: Phones) -> None:
    phones.open("U1", seconds=90)

    html = page(phones)

    for words in ("第1家 / 共3家", "鹿城区", "区委书记", "三大不足", "第2个不足&lt;b&gt;", "措施甲", "承诺与期限",
                  "2019年6月30日前", "剩余90秒", "弃权", "不了解", "提交"):
        assert words in shown(html)
    assert re.findall(r'name="(m\.[^"]+)" inputmode="decimal"', html) == ["m.U1.quality", "m.U1.place"]
    assert "http-equiv" not in html


def test_a_recused_seat_is_told_why_and_gets_no_form(phones: Phones) -> None:
    phones.open("U2")

    html = page(phones, "L2")

    assert "您需回避龙湾区" in shown(html)
    assert "本单位" in shown(html)
    assert "<form" not in html


def test_after_the_close_the_page_says_so_with_or_without_a_receipt(phones: Phones) -> None:
    opened = phones.open("U1")
    receipt = send(phones, paper(opened)).json()["receipt"]
    phones.close_round()

    voted, silent = page(phones), page(phones, "P1")

    assert "已截止" in shown(voted) and receipt in voted and "没有收到" not in voted
    assert "没有收到您的评分" in shown(silent)
    assert "<form" not in voted + silent


def test_a_voided_round_is_told_and_its_receipt_is_gone(phones: Phones) -> None:
    opened = phones.open("U1")
    send(phones, paper(opened))
    phones.void(opened)

    seen = shown(page(phones))

    assert "鹿城区的上一轮打分已作废，将重新打分" in seen
    assert "回执" not in seen
    assert refused(send(phones, paper(opened, "n2")))[:2] == (409, "round_closed")


def test_a_secret_groups_page_says_so_and_shows_no_time(phones: Phones) -> None:
    opened = phones.open("U1")
    phones.clock.pass_seconds(40)
    answer = send(phones, paper(opened), seat="P1").json()

    html = page(phones, "P1")

    assert answer["received_at"] == "2019-04-23T01:30:00.000Z"
    assert "无记名" in shown(html) and answer["receipt"] in html
    assert not re.search(r"\d\d:\d\d:\d\d", shown(html))


def test_grades_are_radio_buttons(hall: Any) -> None:
    phones = hall(rule_toml=GRADES + GROUPS)
    opened = phones.open("U1")
    assert phones.http.get("/b/secret-L1/now").json()["fields"] == [
        {"name": "m.U1", "choices": ["good", "fair", "bad"]}]

    phones.http.post("/b/secret-L1", data=paper(opened, marks={"m.U1": "fair"}))

    html = page(phones)
    assert re.findall(r'name="m.U1" value="(\w+)"', html) == ["good", "fair", "bad", "abstain", "dont_know"]
    assert 'value="fair" checked' in html
    assert "鹿城区：基本满意" in shown(html)


def test_a_ranking_takes_every_place_once_and_a_whole_paper_may_abstain(hall: Any) -> None:
    phones = hall(rule_toml=RANKING + GROUPS, ballot_mode="all")
    opened = phones.open("U1", "U2", "U3")
    places = {"m.U1": "2", "m.U2": "1", "m.U3": "3"}

    assert refused(send(phones, paper(opened, marks={"m.U1": "1", "m.U2": "1", "m.U3": "2"})))[:2] == (422, "bad_mark")
    assert send(phones, paper(opened, marks=places), seat="L2").status_code == 200
    assert "您需回避，此名次不计入" in shown(page(phones, "L2"))
    assert re.findall(r'name="m\.U\d" value="(\d)"', page(phones, "L2")) == ["2", "1", "3"]
    assert phones.http.post("/b/secret-L1", data=paper(opened, marks={"m": "abstain", "m.U1": ""})).status_code == 303
    assert "鹿城区：弃权" in shown(page(phones))
    assert 'name="m" value="abstain" checked' in page(phones)


@pytest.mark.parametrize("beside", [{"m.U1": "1", "m.U2": "2", "m.U3": "3"}, {"m.U1": "1"}, {"m.U1": "dont_know"}])
def test_a_whole_abstention_beside_places_is_refused_and_no_place_vanishes(hall: Any, beside: dict[str, str]) -> None:
    phones = hall(rule_toml=RANKING + GROUPS, ballot_mode="all")
    sent = paper(phones.open("U1", "U2", "U3"), marks={"m": "abstain", **beside})

    assert refused(send(phones, sent)) == (422, "bad_mark", "m.U1")
    html = phones.http.post("/b/secret-L1", data=sent).text

    assert "请只留一种" in shown(html)
    assert re.findall(r'name="m\.U\d" value="(\d)"', html) == [one for one in beside.values() if one.isdigit()]
    assert stored(phones) == 0


def test_several_targets_on_one_paper_are_one_form_and_a_recused_one_has_no_field(hall: Any) -> None:
    phones = hall(ballot_mode="all")
    opened = phones.open("U1", "U2", "U3")

    html = page(phones, "L2")

    assert html.count("<form") == 1
    assert html.count('<section class="t"') == 3
    assert "m.U2" not in html
    marks = {"m.U1": "dont_know", "m.U3.quality": "80", "m.U3.place": "80"}
    assert send(phones, paper(opened, marks=marks), seat="L2").json()["version"] == 1


SIX = "".join(f'[[criteria]]\nkey = "criterion_{n}"\nname = "第{n}项指标"\nweight = "{w}"\n'
              for n, w in enumerate(("20%", "20%", "20%", "20%", "10%", "10%"), 1))
LONG = Declaration(shortcomings=tuple(
    Shortcoming(text="不足" * 40, gap="现状" * 40, goal="目标" * 40, measures=("措施" * 60,) * 4,
                commitments=DECLARATION.commitments) for _ in range(3)))


@pytest.mark.parametrize("said", [DECLARATION, LONG])
def test_a_page_of_six_criteria_is_one_response_of_at_most_18_kb(hall: Any, said: Declaration) -> None:
    phones = hall(rule_toml=POINTS.split("[[criteria]]")[0] + SIX + GROUPS, declarations={"U1": said})
    opened = phones.open("U1")
    send(phones, paper(opened, marks={f"m.U1.criterion_{n}": "90" for n in range(1, 7)}))

    html = page(phones)

    assert len(html.encode()) <= PAGE_BOUND == 18_300
    assert "三大不足" in html or said is LONG
    assert not re.search(r"""(src|href)=["']?(?!data:,)[\w/.]|url\(|@import|https?://""", html)


def test_the_samples_pages_are_at_most_18_kb_and_say_what_a_unit_aims_at(hall: Any) -> None:
    plan = read_folder(TEMPLATES.parents[1] / "sample_sessions" / "wenzhou_county_2019q1")
    phones = hall(**{one.name: getattr(plan, one.name) for one in fields(plan) if one.name != "key"})
    opened = phones.open("U01")
    before = page(phones, "P40")
    keys = ("quality", "place", "innovation", "project", "environment", "duty")
    sent = send(phones, paper(opened, marks={f"m.U01.{key}": "100" for key in keys}), seat="P40")

    assert sent.status_code == 200
    assert max(len(before.encode()), len(page(phones, "P40").encode())) <= 18_300
    assert "目标：三季度末签约率95%以上" in before


def test_one_paper_for_many_units_goes_out_compressed(hall: Any) -> None:
    many = tuple(replace(PLAN.targets[0], key=f"T{n}") for n in range(30))
    phones = hall(targets=many, declarations={"T1": DECLARATION}, ballot_mode="all")
    phones.open(*(one.key for one in many))

    answer = phones.http.get("/b/secret-L1", headers={"Accept-Encoding": "gzip"})
    plain = phones.http.get("/b/secret-L1", headers={"Accept-Encoding": "identity"})

    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) <= PAGE_BOUND < len(plain.content)
    assert answer.text.count('<section class="t"') == plain.text.count('<section class="t"') == 30
    assert "三大不足" in answer.text


def test_every_page_forbids_what_is_not_its_own(phones: Phones) -> None:
    phones.open("U1")
    for path in ("/b", "/b/secret-L1", "/b/unknown", "/b/secret-L1/now", "/health"):
        headers = phones.http.get(path).headers
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-robots-tag"] == "noindex"
        assert headers["cache-control"] == ("no-cache" if path.endswith("/now") else "no-store")
        if not path.endswith(("/now", "/health")):
            assert "default-src 'none'" in headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/b", "/b/secret-L1"])
def test_the_policy_names_the_style_and_the_script_that_the_page_carries(phones: Phones, path: str) -> None:
    phones.open("U1")
    answer = phones.http.get(path)

    for kind in ("style", "script"):
        part = re.search(rf"(?s)<{kind}>(.*?)</{kind}>", answer.text)
        assert part is not None
        digest = base64.b64encode(hashlib.sha256(part[1].encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in answer.headers["content-security-policy"]


def test_the_hall_code_sends_a_phone_on_to_its_own_badge(phones: Phones) -> None:
    answer = phones.http.get("/b")

    assert answer.status_code == 200
    assert "请扫描您胸牌上的二维码" in shown(answer.text)
    assert "lt.badge" in answer.text


def test_health_says_ok_and_the_serial_grows(phones: Phones) -> None:
    before = phones.http.get("/health").json()
    phones.open("U1")

    assert phones.http.get("/health").json() == {"status": "ok", "database": "ok", "serial": before["serial"] + 1}


# -- the script ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(path.name for path in TEMPLATES.glob("phone_*.js")))
def test_the_script_is_no_newer_than_es2017(name: str) -> None:
    source = (TEMPLATES / name).read_text(encoding="utf-8")

    for newer in (r"\?\.", r"\?\?", r"\.\.\.", r"Object\.(hasOwn|fromEntries)", r"AbortSignal", r"\.at\(", r"\.flat",
                  r"replaceAll", r"finally", r"\(\?<", r"matchAll", r"\bfetch\(", r"catch \{", r"\basync\b", r"\d_\d"):
        assert not re.search(newer, source), newer


def test_squeezing_takes_notes_and_blanks_but_nothing_from_strings() -> None:
    source = "// note\nconst a = b => {\n  say('x = 1; // y', /a = b/.test(c));\n};\n"

    assert squeeze(source, script=True) == "const a=b=>{say('x = 1; // y',/a = b/.test(c))};"
    assert squeeze("/* note */\n.a :checked{top:0;\nleft:0}\n", script=False) == ".a :checked{top:0;left:0}"


def test_abridging_shortens_what_is_declared_and_nothing_else() -> None:
    source = ("const first=$('first'),other=null;function tell(other,x){const list=x.list||{first:1,b:x?first:other};"
              "return !/first/.test(first)?tell:window.first}")

    short = abridge(source)

    assert short == ("let A=$('first'),B=null;function C(B,x){let a=x.list||{first:1,b:x?A:B};"
                     "return !/first/.test(A)?C:window.first}")
    assert abridge("const first='A',A=1;first(other=>other+B)") == "let C='A',A=1;C(D=>D+B)"


def test_a_paper_without_a_body_to_read_is_a_refusal_not_an_accident() -> None:
    with pytest.raises(BallotRefused):
        read_sent("", b"")
