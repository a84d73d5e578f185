"""The ballot box: one writer thread, group commit, an acknowledgement only after the commit.

Papers queue up; the writer takes everything that waits, stores it in one transaction, and answers each. If
the batch fails, each paper is tried alone, so that one bad paper never takes its neighbours with it. The
queue is bounded: beyond it a phone is asked to come again in a moment, and it does.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass

from db.engine import Database
from db.stores import ballots as ballot_store
from db.stores.ballots import Collided, NotTaken, Paper
from db.values import Receipt
from hall.ballots.ballot_refused import BallotRefused, overloaded
from hall.ballots.not_taken import why_not_taken
from hall.moment.live import Live

log = logging.getLogger("leitai.ballot_box")

QUEUE_BOUND = 4000
BATCH_BOUND = 256


Outcome = Receipt | BallotRefused


@dataclass(slots=True)
class _Waiting:
    """A paper and who waits for its answer: a thread, or a task of an event loop."""

    paper: Paper
    answer: Future[Receipt] | asyncio.Future[Receipt]


class BallotBox:
    """One process, one box. `start` before the first paper, `stop` after the last."""

    def __init__(self, database: Database, live: Live, *, queue_bound: int = QUEUE_BOUND) -> None:
        self._database = database
        self._live = live
        self._queue: queue.SimpleQueue[Sequence[_Waiting] | threading.Event | None] = queue.SimpleQueue()
        self._waiting = 0  # papers that are not stored yet; counted up by the loop, down by the writer
        self._bound = queue_bound
        self._gathered: dict[asyncio.AbstractEventLoop, list[_Waiting]] = {}
        self._thread: threading.Thread | None = None
        self._stopping = False
        self._lock = threading.Lock()

    def start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._write, name="ballot-writer", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Store everything that waits, then stop."""
        with self._lock:
            thread, self._stopping = self._thread, True
        if thread is not None:
            self._queue.put(None)
            thread.join(timeout=30)
        with self._lock:
            self._thread, self._stopping = None, False

    def mark(self) -> threading.Event:
        """Set as soon as every paper that waits now has been stored."""
        passed = threading.Event()
        self._queue.put(passed)
        self.start()
        return passed

    def put(self, paper: Paper) -> Future[Receipt]:
        """Queue a checked paper; the future answers after the commit, or raises BallotRefused."""
        waiting = _Waiting(paper, Future())
        self._enter((waiting,))
        assert isinstance(waiting.answer, Future)
        return waiting.answer

    def cast(self, paper: Paper) -> asyncio.Future[Receipt]:
        """`put` for an event loop: the papers of one turn of the loop go to the writer together."""
        loop = asyncio.get_running_loop()
        waiting = _Waiting(paper, loop.create_future())
        gathered = self._gathered.setdefault(loop, [])
        if self._waiting + len(gathered) >= self._bound:
            raise overloaded()
        if not gathered:
            loop.call_soon(self._hand_over, loop)
        gathered.append(waiting)
        assert not isinstance(waiting.answer, Future)
        return waiting.answer

    def _hand_over(self, loop: asyncio.AbstractEventLoop) -> None:
        gathered = self._gathered.pop(loop)
        try:
            self._enter(gathered)
        except BallotRefused as refused:
            _settle([(one, refused) for one in gathered])

    def _enter(self, some: Sequence[_Waiting]) -> None:
        with self._lock:
            if self._waiting >= self._bound or self._stopping:
                raise overloaded()
            self._waiting += len(some)
            self._queue.put(some)
        self.start()

    def _write(self) -> None:
        ending = False
        while not ending:
            batch: list[_Waiting] = []
            passed: list[threading.Event] = []
            more: Sequence[_Waiting] | threading.Event | None = self._queue.get()
            while True:
                if more is None:
                    ending = True
                    break
                if isinstance(more, threading.Event):
                    passed.append(more)
                else:
                    batch += more
                if len(batch) >= BATCH_BOUND:
                    break
                try:
                    more = self._queue.get_nowait()
                except queue.Empty:
                    break
            if batch:
                self._store(batch)
            with self._lock:
                self._waiting -= len(batch)
            for one in passed:
                one.set()

    def _store(self, batch: Sequence[_Waiting], *, again: bool = True) -> None:
        try:
            with self._database.write.begin() as c:
                answers = ballot_store.put(c, [one.paper for one in batch], self._live.witness)
        except Exception as failed:
            if len(batch) == 1 and again and isinstance(failed, Collided):
                self._store(batch, again=False)
                return
            if len(batch) == 1:
                # the driver's own words quote keys of the row: only the kind of the failure may be kept
                log.error("a ballot could not be stored: %s", type(failed).__name__)
                _tell(((batch[0], overloaded()),))
                return
            log.warning("a batch of %d ballots failed (%s); trying each alone", len(batch), type(failed).__name__)
            for one in batch:
                self._store([one])
            return
        _tell([(one, self._outcome(one.paper, answer)) for one, answer in zip(batch, answers, strict=True)])

    def _outcome(self, paper: Paper, answer: Receipt | NotTaken) -> Outcome:
        if isinstance(answer, NotTaken):
            return why_not_taken(self._live.at(paper.sitting), paper, answer)
        if answer.code == paper.receipt:  # newly stored: a late retry of an older paper brings nothing back
            self._live.remember_receipt(paper.round_id, paper.voter, answer)
            if paper.secret:
                self._live.witness.note(paper.round_id, paper.group, paper.seat_id)
            self._live.witness.note_made(paper.round_id, paper.voter, paper.page, paper.made_at)
        return answer


def _tell(outcomes: Sequence[tuple[_Waiting, Outcome]]) -> None:
    """Answer whoever waits; one who has gone meanwhile gets the same answer for the same nonce later.

    Threads are told at once, an event loop of all its papers with a single call.
    """
    of_loop: dict[asyncio.AbstractEventLoop, list[tuple[_Waiting, Outcome]]] = {}
    for one, outcome in outcomes:
        if not isinstance(one.answer, Future):
            of_loop.setdefault(one.answer.get_loop(), []).append((one, outcome))
        elif one.answer.set_running_or_notify_cancel():
            _answer(one.answer, outcome)
    for loop, told in of_loop.items():
        with suppress(RuntimeError):  # the loop has ended, and with it everybody who waited
            loop.call_soon_threadsafe(_settle, told)


def _settle(outcomes: Sequence[tuple[_Waiting, Outcome]]) -> None:
    for one, outcome in outcomes:
        if not one.answer.done():
            _answer(one.answer, outcome)


def _answer(waits: Future[Receipt] | asyncio.Future[Receipt], outcome: Outcome) -> None:
    if isinstance(outcome, BallotRefused):
        waits.set_exception(outcome)
    else:
        waits.set_result(outcome)
