"""Which phones are there and what they hold: by what they say, forgotten after a while, bounded."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from hall.moment.presence import Presence
from tests.make import START


def test_a_phone_says_what_it_holds_and_is_forgotten_when_it_falls_silent() -> None:
    presence = Presence()
    presence.heard(1, "7 sealed", START)
    presence.heard(2, "7 filling", START)
    presence.heard(3, "", START)

    assert presence.on_the_way(7, START) == {1}
    assert presence.filling(7, START) == {2}
    assert presence.seen(START) == {1, 2, 3}
    assert presence.on_the_way(8, START) == frozenset()

    assert presence.on_the_way(7, START + timedelta(seconds=60)) == {1}
    assert presence.on_the_way(7, START + timedelta(seconds=61)) == frozenset()
    assert presence.filling(7, START + timedelta(seconds=31)) == frozenset()
    assert presence.seen(START + timedelta(seconds=31)) == frozenset()


def test_a_paper_with_its_answer_is_no_longer_on_the_way() -> None:
    presence = Presence()
    presence.heard(1, "7 sealed", START)
    presence.sending(2, 7, START)
    presence.delivered(1, 6)
    assert presence.on_the_way(7, START) == {1, 2}

    presence.delivered(1, 7)
    presence.delivered(2, 7)
    presence.delivered(3, 7)
    assert presence.on_the_way(7, START) == frozenset()


def test_a_phone_that_holds_nothing_any_more_says_so_and_a_paper_being_received_stays() -> None:
    presence = Presence()
    presence.heard(1, "7 sealed", START)
    presence.sending(2, 7, START)
    presence.heard(1, "", START)
    presence.heard(2, "", START)

    assert presence.on_the_way(7, START) == {2}


@pytest.mark.parametrize("nonsense", ["7", "sealed", "7 sent", "x sealed", "-1 sealed", "7 sealed now", "٧ sealed",
                                      "9" * 60 + " sealed"])
def test_nonsense_is_a_phone_that_holds_nothing(nonsense: str) -> None:
    presence = Presence()
    presence.heard(1, nonsense, START)

    assert presence.seen(START) == {1}
    assert presence.on_the_way(7, START) | presence.filling(7, START) == frozenset()


def test_it_never_grows_beyond_its_bound() -> None:
    presence = Presence(bound=3)
    for seat in (1, 2, 3, 1, 4):
        presence.heard(seat, "7 sealed", START)

    assert presence.seen(START) == presence.on_the_way(7, START) == {1, 3, 4}


def test_many_threads_may_tell_and_ask_at_once() -> None:
    presence = Presence()
    failed: list[BaseException] = []

    def phones(first: int) -> None:
        try:
            for turn in range(300):
                presence.heard(first + turn % 50, "7 sealed", START)
                presence.on_the_way(7, START)
                presence.delivered(first + turn % 50, 7)
        except BaseException as broken:
            failed.append(broken)

    threads = [threading.Thread(target=phones, args=(100 * n,)) for n in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert failed == []
    assert len(presence.seen(START)) == 200 and presence.on_the_way(7, START) == frozenset()
