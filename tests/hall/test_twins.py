"""The same paper at the same moment through two processes: one ballot, and both are told of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from db import tables as t
from db.reads import ballots as reads
from db.stores import ballots as ballot_store
from db.stores.driver import Driver
from db.values import Receipt
from hall.house import PAPERS_BEATS
from tests import make
from tests.postgres import new_database


@pytest.fixture
def two_doors(postgres: str) -> Iterator[tuple[make.Hall, make.Hall]]:
    """One hall on PostgreSQL, reached through two processes' houses."""
    url = new_database(postgres, f"leitai_{uuid.uuid4().hex[:12]}")
    first = make.sitting(make.house(url))
    first.open("U2")
    second = replace(first, house=make.house(url))
    yield first, second
    first.house.close()
    second.house.close()


def in_between(monkeypatch: pytest.MonkeyPatch, statement: str, *, before: bool, do: Callable[[], object]) -> None:
    """Do something once, right before or right after the first transaction asks this.

    PostgreSQL is told all questions at once, and answers one after the other: here each is asked by itself.
    """
    asked = Driver.ask
    waiting = [do]

    def ask_all(driver: Any, *questions: Any) -> list[list[tuple[Any, ...]]]:
        answers = []
        for question in questions:
            now = waiting.pop() if question.statement == statement and waiting else None
            if now and before:
                now()
            answers.append(asked(driver, question))
            if now and not before:
                now()
        return answers

    monkeypatch.setattr(Driver, "ask_all", ask_all)


@pytest.mark.parametrize("code", ["L1", "P1"])
@pytest.mark.parametrize(("statement", "before"), [
    (ballot_store._KNOWN, True), (ballot_store._KNOWN, False),
    (ballot_store._IN_FORCE, True), (ballot_store._IN_FORCE, False)])
def test_a_twin_that_is_stored_meanwhile_gets_the_same_receipt(
        two_doors: tuple[make.Hall, make.Hall], monkeypatch: pytest.MonkeyPatch, code: str, statement: str,
        before: bool) -> None:
    first, second = two_doors
    twin: list[Receipt] = []
    in_between(monkeypatch, statement, before=before,
               do=lambda: twin.append(second.cast(code, 90, nonce="same")))

    assert first.cast(code, 90, nonce="same") == replace(twin[0], lines=())
    assert stored(first) == 1


@pytest.mark.parametrize("code", ["L1", "P1"])
def test_two_different_papers_of_one_badge_at_once_are_two_versions(
        two_doors: tuple[make.Hall, make.Hall], monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    first, second = two_doors
    in_between(monkeypatch, ballot_store._KNOWN, before=False, do=lambda: second.cast(code, 70, nonce="there"))

    assert first.cast(code, 90, nonce="here").version == 2
    assert stored(first) == 2


def test_a_process_hears_of_papers_that_another_one_took(two_doors: tuple[make.Hall, make.Hall]) -> None:
    """A phone may come back through another door: it finds its receipt, and the newest one."""
    first, second = two_doors
    for code in ("L1", "P1"):
        assert known(second, code) is None
        for mark in (90, 70):
            sent = first.cast(code, mark)
            hear(second)
            assert known(second, code) == sent


@pytest.mark.parametrize("code", ["L1", "P1"])
def test_a_paper_that_another_process_took_right_before_the_close_is_heard_of_after_it(
        two_doors: tuple[make.Hall, make.Hall], code: str) -> None:
    first, second = two_doors
    hear(second)
    assert known(second, code) is None
    sent = first.cast(code, 90)
    first.close()
    second.house.live.refresh()

    hear(second)

    assert known(second, code) == sent


def test_an_answer_that_was_read_before_the_news_is_not_kept_after_it(
        two_doors: tuple[make.Hall, make.Hall], monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = two_doors
    asked, sent = reads.receipt, list[Receipt]()

    def slow(*question: Any) -> Receipt | None:
        answer = asked(*question)
        if not sent:
            sent.append(first.cast("L1", 90))
            hear(second)
        return answer

    monkeypatch.setattr(reads, "receipt", slow)
    assert known(second, "L1") is None  # true when it was read

    assert known(second, "L1") == sent[0]


def test_a_process_that_takes_every_paper_itself_never_lists_the_voters(
        two_doors: tuple[make.Hall, make.Hall], monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = two_doors
    hear(first)
    hear(second)
    listed, newest_versions = list[int](), reads.newest_versions

    def list_them(c: Connection, round_id: int) -> dict[str, int]:
        listed.append(round_id)
        return newest_versions(c, round_id)

    monkeypatch.setattr(reads, "newest_versions", list_them)

    for mark in (90, 80):
        for code in ("L1", "L2", "P1"):
            first.cast(code, mark)
        hear(first)
    assert listed == []
    hear(second)
    assert listed == [1]
    first.close()
    for _ in range(3):
        hear(first)
    assert listed == [1, 1]  # once more when the round has left OPEN, and then no more


def hear(hall: make.Hall) -> None:
    for _ in range(PAPERS_BEATS):
        hall.house.tick()


def known(hall: make.Hall, code: str) -> Receipt | None:
    seat = hall.house.live.seat(hall.secrets[code])
    assert seat is not None
    return hall.house.live.receipt(seat, hall.secrets[code], 1)


def stored(hall: make.Hall) -> int:
    with hall.house.database.reading() as c:
        return int(c.execute(select(func.count()).select_from(t.ballot)).scalar_one())
