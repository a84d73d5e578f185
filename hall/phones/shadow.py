"""Shadow seats (影子席): for training, on a real sitting. The same page, the same checks, and no ballot.

A paper of a shadow seat is read by the rule like any other and stored in a table of its own, which nothing that counts
knows. It never passes through the ballot box: the box refuses a paper of such a seat. A seat is a shadow from the
moment it is added, or never.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from db.engine import Database
from db.reads import shadow as shadow_reads
from db.reads import sittings as reads
from db.stores.shadow import Shadows
from db.values import Receipt, Round
from db.work import work
from hall.ballots.ballot_refused import BallotRefused, Reason
from hall.ballots.checking import draw_receipt, lines_of, round_of_paper, snapshot_that_knows
from hall.moment.live import Live
from hall.moment.snapshot import SeatCard, Snapshot
from hall.phones.phone_view import receipt_view
from office.local_time import clock_time
from office.refusal import NotFound, Refused
from scoring.round import Phase
from scoring.rule import read_rule

FEWEST_IN_A_CODE, LONGEST_CODE = 1, 40


class ShadowBox:
    """Where the papers of shadow seats go. Every method may wait for the database: call it from a thread."""

    def __init__(self, database: Database, live: Live) -> None:
        self._database = database
        self._live = live

    def take(self, seat: SeatCard, *, round_text: str, nonce: str, form: Mapping[str, str], at: datetime) -> Receipt:
        """Check and store one paper. Raises BallotRefused, in the words that a judge would read."""
        if not seat.shadow:
            raise ValueError("a seat that counts has its papers counted")
        snapshot = snapshot_that_knows(self._live, seat, round_text)
        of_paper = round_of_paper(snapshot, round_text)
        lines = lines_of(snapshot, of_paper, seat, form)
        with work(self._database) as w:
            now = next((one for one in reads.rounds(w.c, snapshot.sitting.id) if one.id == of_paper.id), None)
            if now is None or _is_over(now, at, snapshot.sitting.grace_seconds):
                raise BallotRefused(Reason.ROUND_CLOSED, "这一轮已截止，这张练习票没有收下。", field="round")
            if not any(one.digest == seat.badge_sha256 for one in reads.badges(w.c, snapshot.sitting.id)):
                raise BallotRefused(Reason.UNKNOWN_BADGE, "这张胸牌已停用，请向工作人员领取新的二维码。")
            return Shadows(w.c).put(of_paper.id, seat.id, [(snapshot.by_key[line.target].id, line) for line in lines],
                                    nonce=nonce, receipt=draw_receipt(), at=at)

    def receipt(self, seat: SeatCard, round_id: int) -> Receipt | None:
        """What this seat last handed in for this round."""
        with self._database.reading() as c:
            return shadow_reads.receipt(c, round_id, seat.id)


def _is_over(of_paper: Round, at: datetime, grace_seconds: int) -> bool:
    shuts = None if of_paper.closes_at is None else of_paper.closes_at + timedelta(seconds=grace_seconds)
    return of_paper.phase is not Phase.OPEN or (shuts is not None and at > shuts)


# -- for whoever trains --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticePaper:
    """One practice paper in words."""

    round: str
    seat: str
    at: str
    said: str


def practice_papers(database: Database, snapshot: Snapshot) -> tuple[PracticePaper, ...]:
    """What the shadow seats of a sitting have handed in, newest round first."""
    cards = {seat.code: SeatCard(id=seat.id, sitting=snapshot.sitting.key, code=seat.code, name=seat.name, group=seat.group,
                                 unit=seat.unit, checked_in=True, badge_sha256="", route=seat.route, shadow=True)
             for seat in snapshot.shadows}
    with database.reading() as c:
        found = shadow_reads.papers(c, snapshot.sitting.id)
    numbers = {one.id: one.number for one in snapshot.rounds}
    return tuple(
        PracticePaper(round=f"第{numbers.get(one.round_id, 0)}轮", seat=one.seat, at=clock_time(one.received_at),
                      said="；".join(receipt_view(snapshot, cards[one.seat], one.receipt).sent))
        for one in reversed(found) if one.seat in cards)


def add_shadow(database: Database, sitting: str, *, code: str, name: str, group: str, by: str, at: datetime) -> None:
    """A shadow seat, also while a round is open: nothing that is counted moves. Its badge is issued like any other."""
    code = code.strip()
    if not FEWEST_IN_A_CODE <= len(code) <= LONGEST_CODE:
        raise Refused(f"影子席要有编号，最长{LONGEST_CODE}个字，例如 影1。")
    with work(database) as w:
        found = reads.sitting(w.c, sitting)
        if found is None:
            raise NotFound(f"没有场次“{sitting}”。")
        if any(one.code == code for one in reads.every_seat(w.c, found.id)):
            raise Refused(f"席位“{code}”已经有了，请换一个编号。")
        if group not in {one.key for one in read_rule(reads.rule_text(w.c, found.id)[0].encode()).groups}:
            raise Refused("评分办法里没有这个评委组。")
        seat_id = w.roster.add_seat(found.id, code=code, group=group, name=name.strip() or "影子席", unit_id=None)
        w.roster.change_seat(seat_id, shadow=True)
        w.roster.touch(found.id)
        w.record.append(at=at, actor=by, action="添加影子席", sitting_id=found.id, seat=code, group=group)


def drop_shadow(database: Database, sitting: str, code: str, *, by: str, at: datetime) -> None:
    """Take a shadow seat away with its badge and its practice papers."""
    with work(database) as w:
        found = reads.sitting(w.c, sitting)
        seat = next((one for one in reads.every_seat(w.c, found.id) if one.code == code), None) if found else None
        if found is None or seat is None or not seat.shadow:
            raise NotFound(f"没有影子席“{code}”，请刷新后再看。")
        Shadows(w.c).drop(seat.id)
        w.roster.drop_seat(seat.id)
        w.roster.touch(found.id)
        w.record.append(at=at, actor=by, action="撤销影子席", sitting_id=found.id, seat=code)
