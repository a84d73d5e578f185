"""The ballot box: one writer thread, group commit, an acknowledgement only after the commit.

Papers queue up; the writer takes everything that waits, stores it in one transaction, and answers each. If
the batch fails, each paper is tried alone, so that one bad paper never takes its neighbours with it. The
queue is bounded: beyond it a phone is asked to come again in a moment, and it does.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import secrets
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from db.clock import text_of
from db.engine import Database
from db.stores import ballots as ballot_store
from db.stores.ballots import Collided, NotTaken, Paper
from db.values import Receipt, Round
from hall.ballots.ballot_refused import BallotRefused, Reason, overloaded
from hall.ballots.not_taken import MOVED_ON, why_not_taken
from hall.moment.live import Live
from hall.moment.snapshot import SeatCard, Snapshot, late_voter_of, voter_of
from scoring.ballot import Line, PaperForm, PaperRefused
from scoring.round import Phase
from scoring.rule import BallotKind

log = logging.getLogger("leitai.ballot_box")

QUEUE_BOUND = 4000
BATCH_BOUND = 256
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


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


def checked(live: Live, *, seat: SeatCard, secret: str, round_text: str, nonce: str, form: Mapping[str, str],
            at: datetime, made_at: datetime | None = None) -> Paper:
    """One paper, checked against everything that memory knows, ready for the box. Raises BallotRefused.

    A phone's clock may be wrong: what is in the hall at `at` was made by then. The transaction that stores it checks
    again that the round is open and the badge in force. A closed round is left
    to that transaction, because the same nonce may be asking for the receipt that it already has.
    """
    if seat.shadow:  # its papers go to hall.phones.shadow, and never through here
        raise BallotRefused(Reason.ROUND_NOT_OPEN, "这是影子席，不计票。")
    snapshot = snapshot_that_knows(live, seat, round_text)
    of_paper = round_of_paper(snapshot, round_text)
    if snapshot.sitting.desk_check_in and not seat.checked_in:
        raise BallotRefused(Reason.NOT_CHECKED_IN, "您还没有签到，请先到签到台扫描胸牌。")
    is_secret = snapshot.rule.group(seat.group).secret
    lines = lines_of(snapshot, of_paper, seat, form)
    opened_at = text_of(of_paper.opened_at)
    of_round = _targets_of(snapshot, of_paper)
    marked = {line.target for line in lines}
    return Paper(
        round_id=of_paper.id, voter=voter_of(seat, secret, of_paper.id, is_secret=is_secret), seat_id=seat.id,
        late_voter=late_voter_of(secret, of_paper.id) if is_secret else "",
        secret=is_secret, group=seat.group, badge_sha256=seat.badge_sha256, nonce=nonce, lines=lines,
        target_ids=tuple(snapshot.by_key[line.target].id for line in lines), receipt=draw_receipt(), at=text_of(at),
        opened_at=opened_at, made_at="" if made_at is None else text_of(min(made_at, at)), sitting=seat.sitting,
        replaced=is_secret and seat.replaced_at >= opened_at, of_round=of_round,
        blank=() if len(lines) == len(of_round) else tuple(
            target_id for target_id, key in of_round if key not in marked and snapshot.recused(seat, key) is None))


def _targets_of(snapshot: Snapshot, of_paper: Round) -> tuple[tuple[int, str], ...]:
    kept = snapshot.kept.get(("of_round", of_paper.id))
    if not isinstance(kept, tuple):
        kept = snapshot.kept[("of_round", of_paper.id)] = tuple(
            (snapshot.by_key[key].id, key) for key in of_paper.targets if key in snapshot.by_key)
    return kept


def round_of_paper(snapshot: Snapshot, round_text: str) -> Round:
    found = snapshot.round_called(round_text)
    if found is not None:
        return found
    if snapshot.round is None or snapshot.round.phase is not Phase.OPEN:
        raise BallotRefused(Reason.ROUND_NOT_OPEN, "现在没有开放的打分，请等主持人宣布开始。", field="round")
    if round_text == "":
        raise BallotRefused(Reason.INCOMPLETE, "这张评分没有写明是哪一轮，请刷新页面后重新提交。", field="round")
    raise BallotRefused(Reason.ROUND_MOVED_ON, MOVED_ON, field="round")


def lines_of(snapshot: Snapshot, of_paper: Round, seat: SeatCard, form: Mapping[str, str]) -> tuple[Line, ...]:
    """The marks, checked by the rule; a recused target takes none (on a ranking it keeps its place, uncounted)."""
    whole_paper = snapshot.rule.ballot.kind is BallotKind.RANKING
    may_score = tuple(key for key in of_paper.targets if snapshot.recused(seat, key) is None)
    for key in of_paper.targets if len(may_score) < len(of_paper.targets) else ():
        marked = any(name == f"m.{key}" or name.startswith(f"m.{key}.") for name in form)
        if key not in may_score and (not may_score or (marked and not whole_paper)):
            card = snapshot.target(key)
            raise BallotRefused(
                Reason.RECUSED,
                f"您需回避{card.name if card else key}的打分（{snapshot.recused(seat, key)}），不必提交。")
    try:
        return _form(snapshot, of_paper.targets if whole_paper else may_score).read(form)
    except PaperRefused as refused:
        raise BallotRefused(Reason(refused.reason.value), refused.message, field=refused.field) from None


def _form(snapshot: Snapshot, targets: tuple[str, ...]) -> PaperForm:
    form = snapshot.kept.get(("form", targets))
    if not isinstance(form, PaperForm):
        form = snapshot.kept[("form", targets)] = PaperForm(snapshot.rule, targets)
    return form


def draw_receipt() -> str:
    """Six letters and digits without look-alikes, like `7Q2K-M4`: any of 31 ** 6 as likely as any other."""
    while True:
        try:
            drawn = "".join([_drawn.popleft() for _ in range(6)])
        except IndexError:  # the system's randomness is fetched in blocks; bytes that would favour a letter are left out
            _drawn.extend(_LETTERS[byte % len(_LETTERS)] for byte in secrets.token_bytes(4096)
                          if byte < 256 - 256 % len(_LETTERS))
        else:
            return f"{drawn[:4]}-{drawn[4:]}"


_drawn: deque[str] = deque()


def snapshot_that_knows(live: Live, seat: SeatCard, round_text: str) -> Snapshot:
    """The snapshot; one that has never heard of this round asks the database for news first.

    A known round is not asked about again: the transaction that stores the paper sees whether it is still open.
    """
    snapshot = live.at(seat.sitting)
    if snapshot is None or snapshot.round_called(round_text) is None:
        live.refresh()
        snapshot = live.at(seat.sitting)
    if snapshot is None:
        raise BallotRefused(Reason.ROUND_NOT_OPEN, "这场活动已经撤下，请向工作人员询问。")
    return snapshot
