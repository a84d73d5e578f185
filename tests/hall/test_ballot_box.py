"""What becomes of a paper: counted once, changed until the close, refused in words, never lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from db import tables as t
from db.reads import ballots as ballot_reads
from db.reads import sittings as reads
from db.stores.ballots import Paper
from hall.ballots.ballot_box import BallotBox
from hall.ballots.ballot_refused import BallotRefused, Reason
from hall.ballots.checking import checked
from hall.stage import rounds
from tests import make


def counted(hall: make.Hall) -> list[tuple[str, str]]:
    """(receipt, marks) of every counted ballot, of any round."""
    with hall.house.database.reading() as c:
        return [(r.receipt, r.marks) for r in c.execute(select(t.ballot).where(t.ballot.c.counted))]


def stored(hall: make.Hall) -> int:
    with hall.house.database.reading() as c:
        return int(c.execute(select(func.count()).select_from(t.ballot)).scalar_one())


def states(hall: make.Hall) -> list[tuple[str, bool]]:
    """(state, counted) of every stored line, by round, voter and version."""
    with hall.house.database.reading() as c:
        return [(r.state, r.counted) for r in c.execute(select(t.ballot).order_by(*t.ballot.primary_key.columns))]


def turnout(hall: make.Hall, round_id: int) -> dict[str, int]:
    with hall.house.database.reading() as c:
        return ballot_reads.turnout(c, round_id)


def test_a_lost_reply_and_a_retry_give_one_ballot_and_one_receipt(hall: make.Hall) -> None:
    hall.open("U1")
    first = hall.cast("L1", 90, nonce="n1")

    assert hall.cast("L1", 90, nonce="n1") == first
    assert counted(hall) == [(first.code, '{"quality": "90"}')]


def test_a_retry_after_the_close_still_gets_its_receipt(hall: make.Hall) -> None:
    hall.open("U1")
    first = hall.cast("L1", 90, nonce="n1")
    round_id = hall.close()

    assert hall.cast("L1", 90, nonce="n1", round_id=round_id) == first


def test_a_change_before_the_close_is_a_new_version_and_the_old_one_stays(hall: make.Hall) -> None:
    hall.open("U1")
    hall.cast("L1", 90)
    second = hall.cast("L1", 70)

    assert second.version == 2
    assert counted(hall) == [(second.code, '{"quality": "70"}')]
    assert stored(hall) == 2


def test_a_secret_seat_can_change_its_ballot_too(hall: make.Hall) -> None:
    round_id = hall.open("U1")
    hall.cast("P1", 90)
    second = hall.cast("P1", 60)

    assert counted(hall) == [(second.code, '{"quality": "60"}')]
    assert turnout(hall, round_id) == {"public": 1}


def test_twenty_identical_papers_at_once_are_one(hall: make.Hall) -> None:
    hall.open("U1")
    barrier = threading.Barrier(20)
    receipts = []

    def send() -> None:
        barrier.wait()
        receipts.append(hall.cast("L1", 90, nonce="same"))

    threads = [threading.Thread(target=send) for _ in range(20)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert len(receipts) == 20 and len(set(receipts)) == 1
    assert stored(hall) == 1


def test_two_phones_with_one_badge_leave_one_counted_ballot(hall: make.Hall) -> None:
    hall.open("U1")
    waiting = [hall.send("L1", mark) for mark in range(60, 80)]
    versions = sorted(one.result(timeout=20).version for one in waiting)

    assert versions == list(range(1, 21))
    assert len(counted(hall)) == 1


def refuse_stale(hall: make.Hall) -> None:
    first = hall.open("U1")
    hall.close()
    hall.open("U2")
    hall.cast("L1", 90, round_id=first, form={"m.U1.quality": "90"})


def refuse_stale_with_an_earlier_ballot(hall: make.Hall) -> None:
    first = hall.open("U2")
    hall.cast("L1", 90)
    hall.close()
    hall.open("U3")
    hall.cast("L1", 95, round_id=first, form={"m.U2.quality": "95"})


def refuse_marks_of_another_target(hall: make.Hall) -> None:
    hall.open("U2")
    hall.cast("L1", form={"m.U3.quality": "90"})


def refuse_own_unit(hall: make.Hall) -> None:
    hall.open("U1")
    hall.cast("L4")


def refuse_closed(hall: make.Hall) -> None:
    round_id = hall.open("U1")
    hall.close()
    hall.cast("L1", 90, round_id=round_id)


def refuse_before_anything_opens(hall: make.Hall) -> None:
    hall.cast("L1", 90)


def refuse_a_void_round(hall: make.Hall) -> None:
    round_id = hall.open("U1")
    hall.void(round_id)
    hall.cast("L1", 90, round_id=round_id, form={"m.U1.quality": "90"})


def refuse_too_high(hall: make.Hall) -> None:
    hall.open("U1")
    hall.cast("L1", 101)


def refuse_half_a_step(hall: make.Hall) -> None:
    hall.open("U1")
    hall.cast("L1", "90.5")


def refuse_blank(hall: make.Hall) -> None:
    hall.open("U1")
    hall.cast("L1", "")


@pytest.mark.parametrize(("attempt", "reason"), [
    (refuse_marks_of_another_target, Reason.BAD_MARK), (refuse_own_unit, Reason.RECUSED),
    (refuse_before_anything_opens, Reason.ROUND_NOT_OPEN), (refuse_a_void_round, Reason.ROUND_CLOSED),
    (refuse_too_high, Reason.BAD_MARK), (refuse_half_a_step, Reason.BAD_MARK), (refuse_blank, Reason.INCOMPLETE),
], ids=lambda one: getattr(one, "__name__", str(one)))
def test_refused_in_words_and_nothing_stored(hall: make.Hall, attempt: Callable[[make.Hall], None], reason: Reason) -> None:
    with pytest.raises(BallotRefused) as refused:
        attempt(hall)

    assert refused.value.reason is reason
    assert len(refused.value.message) > 8
    assert stored(hall) == 0


@pytest.mark.parametrize(("attempt", "reason", "counting"), [
    (refuse_stale, Reason.ROUND_MOVED_ON, 0), (refuse_stale_with_an_earlier_ballot, Reason.ROUND_MOVED_ON, 1),
    (refuse_closed, Reason.ROUND_CLOSED, 0),
], ids=lambda one: getattr(one, "__name__", str(one)))
def test_a_late_paper_is_refused_in_words_kept_and_not_counted(
        hall: make.Hall, attempt: Callable[[make.Hall], None], reason: Reason, counting: int) -> None:
    with pytest.raises(BallotRefused, match="已收下备查") as refused:
        attempt(hall)

    assert refused.value.reason is reason
    assert (len(counted(hall)), stored(hall)) == (counting, counting + 1)
    assert states(hall)[-1] == ("late", False)


@pytest.mark.parametrize("code", ["L1", "P1"])
def test_papers_are_counted_until_the_grace_is_over_unless_they_were_made_too_late(hall: make.Hall, code: str) -> None:
    hall.open("U2", seconds=60)
    made_in_time = hall.now + timedelta(seconds=59)
    hall.house.clock.advance(64)  # type: ignore[attr-defined]  # the grace is 5 s: four of them have gone

    assert hall.cast(code, 90).version == 1
    assert hall.cast(code, 91, made_at=made_in_time).version == 2
    with pytest.raises(BallotRefused, match="来迟了"):
        hall.cast(code, 92, made_at=hall.now)
    hall.house.clock.advance(2)  # type: ignore[attr-defined]
    with pytest.raises(BallotRefused, match="来迟了"):
        hall.cast(code, 93, made_at=made_in_time)

    assert [marks for _, marks in counted(hall)] == ['{"quality": "91"}']
    assert sorted(states(hall)) == [("late", False), ("submitted", False), ("submitted", True)], "one late paper is kept"


@pytest.mark.parametrize("code", ["L1", "P1"])
def test_a_paper_that_was_overtaken_in_the_network_does_not_replace_the_one_made_after_it(
        hall: make.Hall, code: str) -> None:
    hall.open("U2")
    first = hall.now
    hall.house.clock.advance(9)  # type: ignore[attr-defined]
    newer = hall.cast(code, 80, made_at=hall.now, nonce="one-page-of-16ch0.7")

    for _ in range(2):
        with pytest.raises(BallotRefused, match="以那张为准") as refused:
            hall.cast(code, 90, made_at=first, nonce="one-page-of-16ch0.2")
        assert refused.value.reason is Reason.OVERTAKEN
    assert counted(hall) == [(newer.code, '{"quality": "80"}')] and stored(hall) == 1
    hall.house.clock.advance(1)  # type: ignore[attr-defined]
    assert hall.cast(code, 70, made_at=hall.now).version == 2
    assert hall.cast(code, 60).version == 3, "who says nothing of when it was made is taken as it comes"


def test_the_clocks_of_two_phones_with_one_badge_are_never_compared(hall: make.Hall) -> None:
    hall.open("U2")
    hall.house.clock.advance(9)  # type: ignore[attr-defined]
    hall.cast("L1", 80, made_at=hall.now, nonce="page-of-phone-01x")

    assert hall.cast("L1", 90, made_at=hall.now - timedelta(seconds=4), nonce="page-of-phone-02x").version == 2


def test_a_phone_whose_clock_is_ahead_loses_nothing(hall: make.Hall) -> None:
    """What is in the hall was made by now, whatever the phone says."""
    hall.open("U2", seconds=60)

    assert hall.cast("L1", 80, made_at=hall.now + timedelta(days=1), nonce="page-of-phone-01x").version == 1
    hall.house.clock.advance(5)  # type: ignore[attr-defined]
    assert hall.cast("L1", 70, made_at=hall.now + timedelta(days=1), nonce="page-of-phone-01y").version == 2
    assert [marks for _, marks in counted(hall)] == ['{"quality": "70"}']


@pytest.mark.parametrize("code", ["L1", "P1"])
def test_a_paper_that_was_late_counts_when_the_host_gives_more_time(hall: make.Hall, code: str) -> None:
    hall.open("U2", seconds=60)
    hall.house.clock.advance(65.5)  # type: ignore[attr-defined]
    with pytest.raises(BallotRefused, match="来迟了"):
        hall.cast(code, 80, nonce="once")
    rounds.extend(hall.house.database, hall.key, seconds=60, by="host", at=hall.now)
    hall.house.live.refresh()

    receipt = hall.cast(code, 80, nonce="once")
    assert hall.cast(code, 80, nonce="once") == receipt
    assert counted(hall) == [(receipt.code, '{"quality": "80"}')]


def test_what_waits_to_be_stored_when_the_collection_ends_is_counted(hall: make.Hall) -> None:
    """The database is held by somebody else while the last papers come; the clock waits for them, and only for them."""
    hall.open("U2", seconds=60)
    hall.house.clock.advance(64.9)  # type: ignore[attr-defined]
    with hall.house.database.write.begin() as held:
        held.execute(select(t.round_).with_for_update()).all()
        waiting = [hall.send(code, 90) for code in ("L1", "L2", "P1", "P2")]
        hall.house.clock.advance(0.2)  # type: ignore[attr-defined]
        too_late = hall.send("L3", 90)
        hall.house.clock.advance(1)  # type: ignore[attr-defined]
        beats = threading.Thread(target=lambda: [hall.house.tick() for _ in range(3)])
        beats.start()
        time.sleep(0.5)
    beats.join()
    hall.house.tick()

    assert [one.result(timeout=20).version for one in waiting] == [1] * 4
    with pytest.raises(BallotRefused, match="来迟了"):
        too_late.result(timeout=20)
    hall.house.live.refresh()
    snapshot = hall.house.live.at(hall.key)
    assert snapshot is not None and snapshot.rounds[-1].phase.value == "CLOSED"
    assert len(counted(hall)) == 4


def test_the_box_ends_with_papers_coming_in(hall: make.Hall) -> None:
    hall.open("U2")
    outcomes: list[object] = []

    def come_in() -> None:
        for n in range(60):
            try:
                outcomes.append(hall.cast("L1", 50 + n % 50))
            except BallotRefused as refused:
                outcomes.append(refused.reason)

    phones = threading.Thread(target=come_in)
    phones.start()
    began = time.monotonic()
    for _ in range(3):
        hall.house.box.stop()
        hall.house.box.start()
    phones.join()
    assert time.monotonic() - began < 20, "a stop waited for a writer that another one had replaced"
    assert len(counted(hall)) == 1 and {one for one in outcomes if isinstance(one, Reason)} <= {Reason.OVERLOADED}


def test_a_late_paper_sent_again_gets_the_same_answer_and_is_kept_once(hall: make.Hall) -> None:
    round_id = hall.open("U2")
    hall.cast("L2", 90, nonce="in time")
    hall.close()
    for _ in range(3):
        with pytest.raises(BallotRefused, match="来迟了"):
            hall.cast("L1", 80, nonce="late", round_id=round_id)

    assert hall.cast("L2", 90, nonce="in time", round_id=round_id).version == 1
    assert states(hall) == [("late", False), ("submitted", True)]


def test_once_published_nothing_more_is_kept(hall: make.Hall) -> None:
    round_id = hall.open("U1", "U2", "U3")
    for code in ("L1", "L2", "L3", "P1", "P2", "P3", "P4"):
        hall.cast(code)
    hall.close()
    hall.publish(despite_warnings=True)
    before = stored(hall)

    with pytest.raises(BallotRefused) as refused:
        hall.cast("L1", 80, round_id=round_id)
    assert refused.value.reason is Reason.ROUND_CLOSED and "备查" not in refused.value.message
    assert stored(hall) == before


def test_a_badge_that_was_replaced_stops_at_once_even_in_the_queue(hall: make.Hall) -> None:
    hall.open("U1")
    seat = hall.house.live.seat(hall.secrets["L1"])
    old = hall.secrets["L1"]
    hall.badge("L1")

    assert seat is not None and hall.house.live.seat(old) is None
    with pytest.raises(BallotRefused) as refused:
        hall.house.box.put(checked(hall.house.live, seat=seat, secret=old, round_text="1", nonce="n",
                                   form={"m.U1.quality": "90"}, at=hall.now)).result(timeout=20)
    assert refused.value.reason is Reason.UNKNOWN_BADGE
    assert stored(hall) == 0


def test_marks_sent_before_a_badge_was_replaced_are_kept_and_can_be_changed_by_the_new_one(hall: make.Hall) -> None:
    hall.open("U2")
    hall.cast("L1", 90)
    hall.badge("L1")
    second = hall.cast("L1", 80)

    assert second.version == 2 and counted(hall) == [(second.code, '{"quality": "80"}')]


def test_a_secret_seat_with_a_new_badge_gets_no_second_paper(hall: make.Hall) -> None:
    round_id = hall.open("U2")
    first = hall.cast("P1", 90)
    hall.badge("P1")

    with pytest.raises(BallotRefused, match="换胸牌之前已经投票"):
        hall.cast("P1", 10)
    assert counted(hall) == [(first.code, '{"quality": "90"}')]
    assert turnout(hall, round_id) == {"public": 1}
    hall.close()
    hall.open("U3")
    assert hall.cast("P1", 80).version == 1


def test_a_secret_seat_that_has_not_voted_votes_with_its_new_badge(hall: make.Hall) -> None:
    hall.open("U2")
    hall.cast("P1", 90)
    hall.badge("P2")

    assert hall.cast("P2", 80).version == 1
    assert hall.cast("P2", 70).version == 2


def test_what_the_box_has_not_seen_itself_it_does_not_guess(hall: make.Hall) -> None:
    """After a restart nobody can tell whether the replaced badge has voted: it waits for the next round."""
    hall.open("U2")
    hall.cast("P1", 90)
    hall.house.live.witness.forget()
    hall.badge("P2")

    with pytest.raises(BallotRefused, match="无法确认") as refused:
        hall.cast("P2", 80)
    assert refused.value.reason is Reason.ROUND_CLOSED
    assert hall.cast("P3", 80).version == 1, "a badge of before the round is not asked"
    hall.close()
    hall.open("U3")
    assert hall.cast("P2", 80).version == 1


def test_two_papers_of_an_old_and_a_new_badge_in_one_batch_are_one(hall: make.Hall) -> None:
    from unittest.mock import patch

    hall.open("U2")
    hall.badge("P1")
    papers: list[Paper] = []
    with patch.object(hall.house.box, "put", papers.append):
        hall.send("P1", 90)
    again = replace(papers[0], voter="0" * 40, nonce="other")  # what yet another badge of the same seat would send
    with patch.object(hall.house.box, "start"):
        hall.house.box.stop()
        first, second = hall.house.box.put(papers[0]), hall.house.box.put(again)
    hall.house.box.start()

    assert first.result(timeout=20).version == 1
    with pytest.raises(BallotRefused, match="换胸牌之前已经投票"):
        second.result(timeout=20)


def test_one_bad_paper_does_not_take_its_batch_with_it(hall: make.Hall) -> None:
    """A paper for a target that does not exist breaks the batch's statement; its neighbours are stored alone."""
    from unittest.mock import patch

    hall.open("U2")
    snapshot = hall.house.live.at(hall.key)
    assert snapshot is not None
    box = BallotBox(hall.house.database, hall.house.live)
    papers = []
    with patch.object(hall.house.box, "put", papers.append):  # caught on their way into the box
        for code in ("L1", "L2", "L3", "P1"):
            hall.send(code, 90)
    broken = replace(papers[1], target_ids=(999_999,))
    with patch.object(box, "start"):  # everything waits, so that it is one batch
        waiting = [box.put(paper) for paper in (papers[0], broken, papers[2], papers[3])]
    box.start()

    receipts = [one.exception(timeout=20) or one.result() for one in waiting]
    box.stop()
    assert [type(one).__name__ for one in receipts] == ["Receipt", "BallotRefused", "Receipt", "Receipt"]
    assert len(counted(hall)) == 3


def test_a_late_retry_of_the_first_paper_does_not_hide_the_second(hall: make.Hall) -> None:
    round_id = hall.open("U2")
    hall.cast("L1", 90, nonce="first")
    second = hall.cast("L1", 80, nonce="second")
    hall.cast("L1", 90, nonce="first")

    seat = hall.house.live.seat(hall.secrets["L1"])
    assert seat is not None
    assert hall.house.live.receipt(seat, hall.secrets["L1"], round_id) == second


def test_a_phone_that_hangs_up_does_not_stop_the_writer(hall: make.Hall) -> None:
    from unittest.mock import patch

    hall.open("U2")
    with patch.object(hall.house.box, "start"):
        hall.house.box.stop()
        hung_up = hall.send("L1", 90)
        assert hung_up.cancel()
    hall.house.box.start()

    assert hall.cast("L2", 88).version == 1
    assert len(counted(hall)) == 2


def test_a_full_queue_says_come_again_and_stores_nothing_of_it(hall: make.Hall) -> None:
    from unittest.mock import patch

    hall.open("U2")
    hall.house.box = BallotBox(hall.house.database, hall.house.live, queue_bound=2)
    with patch.object(hall.house.box, "start"):
        hall.send("L1")
        hall.send("L2")
        with pytest.raises(BallotRefused) as refused:
            hall.send("L3")

    assert refused.value.reason is Reason.OVERLOADED and refused.value.retry_after == 2
    hall.house.box.start()
    hall.house.box.stop()
    assert len(counted(hall)) == 2


def test_a_receipt_means_that_another_connection_already_sees_the_ballot(hall: make.Hall) -> None:
    hall.open("U1")
    for code in ("L1", "L2", "P1", "P2"):
        receipt = hall.cast(code)
        assert receipt.code in {code for code, _ in counted(hall)}


def test_with_the_whole_database_a_secret_ballot_has_neither_seat_nor_time(hall: make.Hall) -> None:
    round_id = hall.open("U1")
    for code in ("P1", "P2", "P3"):
        hall.cast(code)
    hall.close()
    with hall.house.database.reading() as c:
        lines = ballot_reads.lines(c, reads.sitting(c, hall.key).id)  # type: ignore[union-attr]
        everything = {table.name: [tuple(map(str, row)) for row in c.execute(select(table))]
                      for table in t.metadata.tables.values()}

    assert [(one.seat, one.received_at) for one in lines] == [(None, None)] * 3
    seats = {str(seat.id) for seat in hall.house.live.at(hall.key).seats if seat.group == "public"}  # type: ignore[union-attr]
    voters = {one.voter for one in lines}
    hashes = {row[2] for row in everything["badge"]}
    assert not voters & hashes
    for name, rows in everything.items():
        for row in rows:
            assert not (set(row) & voters and name != "ballot"), f"{name} repeats a secret voter's key"
    assert not any(secret in cell for secret in hall.secrets.values() for rows in everything.values()
                   for row in rows for cell in row), "a badge's secret is stored in clear"
    assert turnout(hall, round_id) == {"public": 3} and len(seats) == 4
    assert [row[3] for row in everything["record_entry"]] == ["装入场次", "制发胸牌", "开始打分", "截止打分"]


def test_the_console_counts_an_arrival_at_once(hall: make.Hall) -> None:
    seat = hall.house.live.seat(hall.secrets["L1"])
    assert seat is not None
    hall.house.live.check_in(seat)

    here = {one.code for one in hall.house.live.at(hall.key).seats if one.checked_in}  # type: ignore[union-attr]
    assert here == {"L1"}


def test_a_secret_paper_that_comes_too_late_does_not_lead_to_its_voters_paper_that_counts(hall: make.Hall) -> None:
    round_id = hall.open("U2")
    for code in ("P1", "P2", "L1"):
        hall.cast(code, 90)
    hall.close()
    for _ in range(2):
        for code in ("P1", "P2", "L1"):
            with pytest.raises(BallotRefused, match="来迟了"):
                hall.cast(code, 80, round_id=round_id)

    with hall.house.database.reading() as c:
        rows = [(one.voter, one.version, one.state) for one in c.execute(select(t.ballot)) if one.seat_id is None]
    assert len(rows) == 4 == len({voter for voter, _version, _state in rows})
    assert {version for _voter, version, _state in rows} == {1}
