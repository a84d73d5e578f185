"""A page from the shelf is the page that would have been made singly, to the byte, packed or not."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from hall.phones.phone_page import render_phone
from hall.phones.phone_shelf import is_shelved, page_of
from hall.phones.phone_view import news_of, view_of
from scoring.ballot import fields
from scoring.rule import BallotKind
from tests.hall.make_phones import GRADES, GROUPS, POINTS, RANKING, Phones


def single(phones: Phones, code: str, nonce: str) -> tuple[bytes, str]:
    seat, snapshot = phones.house.live.seat(f"secret-{code}"), phones.snapshot
    assert seat is not None
    receipt = phones.house.live.receipt(seat, f"secret-{code}", snapshot.round.id) if snapshot.round else None
    page = render_phone(view_of(snapshot, seat, receipt, at=phones.clock(), nonce=nonce,
                                etag=news_of(snapshot, seat, receipt).etag))
    return page.html.encode(), page.policy


def shelved(phones: Phones, code: str, nonce: str, *, compressed: bool) -> tuple[bytes, str] | None:
    seat, snapshot = phones.house.live.seat(f"secret-{code}"), phones.snapshot
    assert seat is not None
    receipt = phones.house.live.receipt(seat, f"secret-{code}", snapshot.round.id) if snapshot.round else None
    if not is_shelved(snapshot, receipt):
        return None
    body, policy = page_of(snapshot, seat, receipt, at=phones.clock(), nonce=nonce, compressed=compressed)
    return (gzip.decompress(body) if compressed else body), policy


def targets(phones: Phones) -> tuple[str, ...]:
    return ("U1", "U2", "U3") if phones.snapshot.rule.ballot.kind is BallotKind.RANKING else ("U2",)


def vote(phones: Phones, opened: int, code: str) -> None:
    asked = fields(phones.snapshot.rule, targets(phones))
    marks = {one.name: one.choices[0] if one.choices else str(n) if one.places else "88"
             for n, one in enumerate(asked, 1)}
    answer = phones.http.post(f"/b/secret-{code}", json={"round": str(opened), "nonce": code, **marks})
    assert answer.status_code == 200, answer.text


def nothing_yet(phones: Phones) -> None:
    pass


def open_round(phones: Phones) -> None:
    phones.open(*targets(phones))


def open_round_with_a_clock(phones: Phones) -> None:
    phones.open(*targets(phones), seconds=90)


def closed_with_receipts(phones: Phones) -> None:
    opened = phones.open(*targets(phones))
    vote(phones, opened, "L1")
    vote(phones, opened, "P1")
    phones.close_round()


def closed_without_receipts(phones: Phones) -> None:
    phones.open(*targets(phones), seconds=90)
    phones.close_round()


def voided(phones: Phones) -> None:
    phones.void(phones.open(*targets(phones)))


def test_a_paper_that_was_sent_and_is_still_open_is_made_singly(tmp_path: Path) -> None:
    phones = Phones(tmp_path)
    vote(phones, phones.open("U2"), "L1")

    assert shelved(phones, "L1", "n", compressed=True) is None
    assert 'value="88"' in single(phones, "L1", "n")[0].decode()
    assert phones.http.get("/b/secret-L1").text.count('value="88"') == 2
    phones.shut()


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("moment", [
    nothing_yet, open_round, open_round_with_a_clock, closed_with_receipts, closed_without_receipts, voided])
@pytest.mark.parametrize("rule", [POINTS, GRADES, RANKING], ids=["points", "grades", "ranking"])
def test_a_shelved_page_is_the_single_page(tmp_path: Path, rule: str, moment: Callable[[Phones], None],
                                           compressed: bool) -> None:
    phones = Phones(tmp_path, rule_toml=rule + GROUPS, ballot_mode="all" if rule is RANKING else "each")
    try:
        moment(phones)
        for code in ("L1", "L2", "P1", "L1"):  # the second time from the shelf
            phones.clock.pass_seconds(1)
            assert shelved(phones, code, "n<once>", compressed=compressed) == single(phones, code, "n<once>")
    finally:
        phones.shut()
