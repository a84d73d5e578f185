"""Reminders: a pure rule, told to whom it concerns, sent once a day to a real mail server and a real web server."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from email import message_from_bytes, policy
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.reads import reminders as reads
from db.reads.reminders import Waiting
from office.listing.items import state_of
from office.listing.my_items import my_items
from office.people import Role
from office.refusal import Refused
from office.reminding import notify, reminders
from office.reminding.notify_settings import Channel, NotifySettings, Security, change, parse_addresses, settings
from office.reminding.reminders import Terms
from office.reminding.sending import signature
from office.reminding.why import Why
from scoring.commitment import Kind, Part, Verdict
from tests import make, make_list

DAY = date(2026, 6, 30)
ITEM = Waiting(id=1, number="2026-001", text="打通断头路", unit="a", unit_name="A县", leader="分管副市长", deadline=DAY,
               moved_on=DAY)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'leitai.db'}"


@pytest.mark.parametrize(("left", "quiet", "why"), [
    (8, 0, []), (7, 0, [Why.DUE_SOON]), (1, 0, [Why.DUE_SOON]), (0, 0, [Why.DUE]), (-1, 0, [Why.OVERDUE]),
    (8, 29, []), (8, 30, [Why.NO_PROGRESS]), (-40, 31, [Why.OVERDUE, Why.NO_PROGRESS]), (None, 30, [Why.NO_PROGRESS]),
])
def test_why_an_item_is_reminded_of(left: int | None, quiet: int, why: list[Why]) -> None:
    item = replace(ITEM, deadline=None if left is None else DAY + timedelta(days=left), moved_on=DAY - timedelta(days=quiet))

    assert [one for one, _days in reminders.reasons(item, DAY, Terms())] == why


@given(st.integers(-400, 400), st.integers(0, 400), st.integers(1, 60), st.integers(1, 365))
def test_no_item_is_due_and_overdue_and_everybody_is_told_each_thing_once(left: int, quiet: int, soon: int, silent: int) -> None:
    item = replace(ITEM, deadline=DAY + timedelta(days=left), moved_on=DAY - timedelta(days=quiet))

    found = reminders.reminders_of([item], DAY, Terms(soon_days=soon, quiet_days=silent))

    assert len({(one.why, one.recipient) for one in found}) == len(found)
    assert len({one.why for one in found} - {Why.NO_PROGRESS}) == (left <= soon)
    assert any(one.recipient.key == "unit:a" for one in found) == bool(found)


def test_each_concerns_whom_it_should() -> None:
    told = {(one.why, one.recipient.key) for one in reminders.reminders_of(
        [replace(ITEM, deadline=DAY - timedelta(days=1)), replace(ITEM, deadline=DAY + timedelta(days=3))], DAY, Terms())}

    assert told == {(Why.OVERDUE, "unit:a"), (Why.OVERDUE, "leader:分管副市长"), (Why.OVERDUE, "office"), (Why.DUE_SOON, "unit:a")}
    assert "leader:" not in {one.recipient.key for one in reminders.reminders_of([replace(ITEM, leader="")], DAY, Terms())}


def test_people_see_their_own_and_what_waits_for_others_reminds_no_unit(house: make.House) -> None:
    made = make_list.of(house)
    one, two, three = made.numbers
    made.happen(two, Kind.CLOSURE_ASKED, by="联络员", evidence=made.proof(two))
    liaison, other = made.person("a", Role.LIAISON, unit="small-A"), made.person("b", Role.LIAISON, unit="small-B")
    office, clerk = made.person("office", Role.ADMINISTRATOR), made.person("s", Role.SUPERVISOR)

    every = reminders.of_day(house.database, date(2026, 7, 1))

    seen = {who.name: [(each.number, each.words) for each in reminders.mine(every, who)] for who in (liaison, other, office, clerk)}
    for who in (liaison, other, office, clerk, made.person("分管副市长", Role.LEADER)):
        assert reminders.of_person(house.database, who, date(2026, 7, 1)) == reminders.mine(every, who)
    assert reminders.of_person(house.database, who, date(2026, 7, 1))
    quiet = "69天没有报告进展"
    assert seen["a"] == [(one, "逾期1天"), (one, quiet)] and seen["b"] == [(three, "逾期1天"), (three, quiet)]
    assert seen["s"] == [(two, "申请销号，待现场核查，等了69天")]
    assert seen["office"] == [(one, "逾期1天"), (three, "逾期1天"), (one, quiet), (three, quiet), *seen["s"]]
    made.happen(one, Kind.REPORTED, text="已拆一半", by="联络员")
    assert len(reminders.of_day(house.database, date(2026, 5, 1))) == 2
    assert reminders.reminders_docx(every, DAY).startswith(b"PK")
    assert len(reminders.reminders_csv(every).decode("utf-8-sig").splitlines()) == len(every) + 1


def test_what_is_left_undecided_reminds_whoever_has_to_decide(house: make.House) -> None:
    made = make_list.of(house)
    one, two, three = made.numbers
    back, nameless, dateless = (made.enter("small-B", words, **fields) for words, fields in (
        ("退回来的", {}), ("没有联系领导的", {}), ("没有期限的", {"deadline": None})))  # type: ignore[arg-type]
    made.happen(one, Kind.EXTENSION_ASKED, by="联络员", text="征迁未完", deadline=date(2026, 8, 31))
    made.happen(back, Kind.RETURNED, by="联络员", text="不归我们")
    made.happen(nameless, Kind.ACCEPTED)
    for number in (two, nameless):
        made.happen(number, Kind.CLOSURE_ASKED, by="联络员", evidence=made.proof(number))
    house.clock.advance(86400 * 2)  # type: ignore[attr-defined]
    made.happen(two, Kind.CHECKED, by="监督员", passed=True)
    made.happen(nameless, Kind.CHECKED, by="监督员", passed=False, text="没有完工")
    made.happen(three, Kind.PARKED, by="督办员", text="等批复", due=date(2026, 5, 1))
    people = [made.person(*who) for who in (("office", Role.CLERK), ("分管副市长", Role.LEADER), ("s", Role.SUPERVISOR))]

    def told(day: date) -> dict[str, list[tuple[str, str]]]:
        every = reminders.of_day(house.database, day)
        for who in people:
            assert reminders.of_person(house.database, who, day) == reminders.mine(every, who)
        found: dict[str, list[tuple[str, str]]] = {}
        for each in every:
            found.setdefault(each.recipient.key, []).append((each.number, each.words))
        return found

    assert told(date(2026, 4, 26)) == {
        "leader:分管副市长": [(two, "核查通过，待签批，等了1天")],
        "supervisor": [(nameless, "核查没有通过，待复查或不予销号，等了1天")],
        "office": [(one, "申请延到2026-08-31，等了3天"), (back, "单位退回，待重新交办，等了3天"),
                   (nameless, "核查没有通过，待复查或不予销号，等了1天"), (two, "核查通过，待签批，等了1天"),
                   (dateless, "还没有期限，等了3天")]}
    assert (three, "复核日期已到，今天刚转来") in told(date(2026, 5, 1))["office"]
    made.happen(two, Kind.SIGNED_OFF, by="分管领导")
    made.happen(one, Kind.EXTENSION_DECIDED, by="督办员", granted=False, text="抓紧")
    after = told(date(2026, 4, 26))
    assert (two, "已签批，待公示，等了1天") in after["office"] and one not in {number for number, _ in after["office"]}
    assert "leader:分管副市长" not in after


def test_what_a_unit_was_asked_reminds_it_until_it_answers(house: make.House) -> None:
    made = make_list.of(house)
    one, two, three = made.numbers
    slip, granted, day = made.enter("small-A", "发了督办单的"), made.enter("small-A", "延期批了的"), date(2026, 4, 24)
    for number in (slip, granted):
        made.happen(number, Kind.ACCEPTED)
    made.happen(one, Kind.REMINDED, by="督办员", text="一周内报进展")
    made.happen(two, Kind.CLOSURE_ASKED, by="联络员", evidence=made.proof(two))
    made.happen(two, Kind.CLOSURE_REFUSED, by="督办员", text="补验收单")
    made.happen(slip, Kind.SLIP_ISSUED, by="督办员", slip="slip", level=1, text="限期答复")
    made.happen(slip, Kind.REPORTED, by="联络员", text="在办")
    for number, says in ((granted, {"granted": True, "deadline": date(2026, 9, 1)}), (three, {"granted": False, "text": "抓紧"})):
        made.happen(number, Kind.EXTENSION_ASKED, by="联络员", text="来不及", deadline=date(2026, 9, 1))
        made.happen(number, Kind.EXTENSION_DECIDED, by="督办员", **says)

    def told(on: date) -> dict[str, list[tuple[str, str]]]:
        every, found = reminders.of_day(house.database, on), dict[str, list[tuple[str, str]]]()
        for each in every:
            found.setdefault(each.recipient.key, []).append((each.number, each.words))
        assert reminders.of_person(house.database, liaison, on) == reminders.mine(every, liaison)
        return found

    liaison = made.person("a", Role.LIAISON, unit="small-A")
    assert told(day) == {
        "unit:small-A": [(one, "已催办，请报告进展（一周内报进展），1天没有回应"),
                         (two, "没有准予销号，请补办后再申请（补验收单），1天没有回应"),
                         (slip, "督办单待答复（限期答复），1天没有回应")],
        "unit:small-B": [(three, "延期没有批准，请抓紧办理（抓紧），1天没有回应")]}
    made.happen(slip, Kind.SLIP_ANSWERED, by="联络员", slip="slip", level=1, text="已办")
    made.happen(one, Kind.REPORTED, by="联络员", text="已动工")
    made.happen(three, Kind.REPORTED, by="联络员", text="加班")
    assert told(day) == {"unit:small-A": [(two, "没有准予销号，请补办后再申请（补验收单），1天没有回应")]}
    waiting = my_items(house.database, liaison, today=day).waiting[0]
    assert waiting.words.startswith("有新要求，请回应") and [each.number for each in waiting.items] == [two]
    made.happen(two, Kind.CLOSURE_ASKED, by="联络员", evidence=made.proof(two))
    assert "unit:small-A" not in told(day)


def test_a_part_reminds_its_own_unit_and_what_was_reopened_has_not_been_silent_before(house: make.House) -> None:
    made = make_list.of(house)
    whole, _two, three = made.numbers
    made.happen(whole, Kind.SPLIT, parts=tuple(
        Part(number=f"{whole}-{n}", weight=Fraction(1, 2), unit=unit, text="一段", deadline=date(2026, 5, 20))
        for n, unit in ((1, "small-B"), (2, "small-A"))))
    told = {(one.number, one.recipient.key) for one in reminders.of_day(house.database, date(2026, 5, 20)) if one.why is Why.DUE}
    assert told >= {(f"{whole}-1", "unit:small-B"), (f"{whole}-2", "unit:small-A")}

    made.strike_off(three)
    house.clock.advance(86400 * 60)  # type: ignore[attr-defined]
    made.happen(three, Kind.LOOKED_BACK, verdict=Verdict.NOT_KEPT, text="又堵了")
    made.happen(three, Kind.RELAPSED, text="又堵了", deadline=date(2026, 12, 31))
    silent = {one.number: one.days for one in reminders.of_day(house.database, date(2026, 7, 30)) if one.why is Why.NO_PROGRESS}
    assert silent[three] == (date(2026, 7, 30) - state_of(house.database, three).cycle_since).days < 60


class Mailbox(socketserver.StreamRequestHandler):
    """A mail server of a few lines: it takes what it is told, and refuses one address."""

    def handle(self) -> None:
        inbox: list[bytes] = self.server.inbox  # type: ignore[attr-defined]
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                text = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    text += part
                inbox.append(text)
                self.wfile.write(b"250 taken\r\n")
            elif word == b"RCPT" and b"nobody@" in line:
                self.wfile.write(b"550 unknown\r\n")
            elif word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 ok\r\n")


class Receiver(BaseHTTPRequestHandler):
    """A web server that keeps what it gets, and answers as it is told to."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.inbox.append((dict(self.headers), body))  # type: ignore[attr-defined]
        status = self.server.status  # type: ignore[attr-defined]
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST

    def log_message(self, *_args: object) -> None:
        return None


@contextmanager
def serving(server: socketserver.BaseServer, inbox: list[object]) -> Iterator[int]:
    server.inbox = inbox  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]  # type: ignore[index]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


def late(house: make.House) -> make_list.List:
    made = make_list.of(house)
    house.clock.advance(86400 * 69)  # type: ignore[attr-defined]
    return made


def test_mail_goes_to_whoever_has_an_address_once_a_day(house: make.House) -> None:
    late(house)
    database, inbox = house.database, []
    with pytest.raises(Refused, match="没有开通"):
        notify.deliver(database, Channel.MAIL, by="office", at=house.clock())
    with serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mailbox), inbox) as port:
        known = {"A县": "unit:small-A", "B县": "unit:small-B", "督机构": "office"}
        change(database, NotifySettings(
            mail_on=True, mail_host="127.0.0.1", mail_port=port, mail_security=Security.NONE, mail_from="duban@example.gov.cn",
            addresses=parse_addresses("A县 a@example.gov.cn\n\nB县，nobody@example.gov.cn", known)), by="office", at=house.clock())
        with ThreadPoolExecutor(4) as hands:
            made = list(hands.map(lambda _: notify.deliver(database, Channel.MAIL, by="office", at=house.clock()), range(4)))
        again = notify.deliver(database, Channel.MAIL, by="office", at=house.clock())
        assert len(inbox) == 1 and sum(one.recipients for one in made) == 1
        assert again.recipients == 0 and again.failed == ("B县（邮件服务器不收 nobody@example.gov.cn）",)
        assert set(again.without_address) == {"分管副市长", "市委副书记", "督办机构"}
        house.clock.advance(86400)  # type: ignore[attr-defined]
        notify.deliver(database, Channel.MAIL, by="office", at=house.clock())
    assert len(inbox) == 2
    mail = message_from_bytes(inbox[0], policy=policy.default)  # type: ignore[arg-type]
    assert (mail["to"], mail["subject"]) == ("a@example.gov.cn", "清单提醒 2026-07-01：4条")
    assert "年底前拆除违建3万平方米" in mail.get_body().get_content() and "逾期1天" in mail.get_body().get_content()  # type: ignore[union-attr]
    with database.reading() as c:
        assert {(one.recipient, one.state) for one in reads.sent(c)} == {("unit:small-A", "sent"), ("unit:small-B", "failed")}


def test_a_webhook_gets_signed_json_and_a_failure_may_be_tried_again(house: make.House) -> None:
    made = late(house)
    database, inbox, key = house.database, [], "一把至少十六位的密钥-0123456789"
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.status = 500  # type: ignore[attr-defined]
    with serving(server, inbox) as port:
        with pytest.raises(Refused, match="至少16位"):
            change(database, NotifySettings(hook_on=True, hook_url=f"http://127.0.0.1:{port}/"), key="short", by="o", at=house.clock())
        change(database, NotifySettings(hook_on=True, hook_url=f"http://127.0.0.1:{port}/in"), key=key, by="o", at=house.clock())
        for status in (500, 302):
            server.status = status  # type: ignore[attr-defined]
            failed = notify.deliver(database, Channel.WEBHOOK, by="o", at=house.clock())
            assert failed.recipients == 0 and f"对方答复 {status}" in failed.words
        server.status, before = 204, len(inbox)  # type: ignore[attr-defined]
        sent = notify.deliver(database, Channel.WEBHOOK, by="o", at=house.clock())
        again = notify.deliver(database, Channel.WEBHOOK, by="o", at=house.clock())
    headers, body = inbox[before]
    told = json.loads(body)
    assert sent.recipients == len(inbox) - before == 5 and again.words == "今天该发的都发过了，没有重复发送。"
    assert headers["X-Leitai-Signature"] == signature(key, headers["X-Leitai-Time"], body)
    assert headers["X-Leitai-Signature"] != signature(key, headers["X-Leitai-Time"], body + b" ")
    assert told["recipient"].startswith("leader:") and told["items"][0]["number"] in made.numbers
    assert len(made.record("发送提醒")) == 3


def test_secrets_go_in_and_do_not_come_out(house: make.House) -> None:
    make_list.of(house)
    change(house.database, NotifySettings(mail_on=True, mail_host="mail", mail_user="u", mail_from="a@b.cn"), password="hush-hush",
           by="office", at=house.clock())
    change(house.database, replace(settings(house.database), mail_on=False), by="office", at=house.clock())

    kept = settings(house.database)
    assert kept.kept == {"mail"} and "hush" not in repr(kept)
    with house.database.reading() as c:
        from db.reads import people

        assert "hush" not in repr(people.record(c))


def test_a_server_that_is_not_there_is_said_in_words(house: make.House) -> None:
    make_list.of(house)
    change(house.database, NotifySettings(mail_on=True, mail_host="127.0.0.1", mail_port=1, mail_security=Security.NONE,
                                          mail_from="a@b.cn"), by="office", at=house.clock())

    with pytest.raises(Refused, match=r"连不上或拒收.*请核对设置"):
        notify.try_out(house.database, Channel.MAIL, "x@y.cn", by="office", at=house.clock())


@pytest.mark.parametrize(("text", "words"), [("C县 a@b.cn", "第1行：没有“C县”"), ("\nA县 a@b,c", "第2行"), ("A县", "没有“A县”")])
def test_addresses_that_cannot_be_read_are_refused_by_line(text: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        parse_addresses(text, {"A县": "unit:a"})
