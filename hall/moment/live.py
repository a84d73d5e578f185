"""The hall in memory: one frozen snapshot a sitting, so that phones and screens never wait for the database.

A snapshot is thrown away when the sitting's serial has grown. This process's own actions refresh at once;
another process's (the command line, a further ballot process) are noticed within a second. Nothing here
decides whether a ballot counts: the transaction that stores it asks the database again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from db.copy import RESTORED
from db.engine import Connection, Database
from db.reads import ballots as ballot_reads
from db.reads import people as people_reads
from db.reads import results
from db.reads import segments as segment_reads
from db.reads import sittings as reads
from db.reads import stage_talk as talk_reads
from db.values import Declaration, Receipt, Round, Seat, Sitting, Stage
from db.work import work
from hall.moment.extra import made_of
from hall.moment.moves import HOST_MOVES
from hall.moment.remembered import Remembered
from hall.moment.snapshot import SeatCard, SeatInHall, Snapshot, TargetCard, sha256_of, voter_of
from hall.moment.witness import Witness
from office import local_time
from office.listing.last_time import last_time_of
from scoring.round import Phase
from scoring.rule import read_rule

QUESTIONS_SECONDS = 1.0


class Live:
    """The snapshots of every sitting, and the receipts this process has given."""

    def __init__(self, database: Database, clock: Callable[[], datetime], public_url: str = "") -> None:
        self._database = database
        self._clock = clock
        self._public_url = public_url
        self._lock = threading.Lock()
        self._snapshots: dict[str, Snapshot] = {}
        self._seats: dict[str, SeatCard] = {}
        self._remembered = Remembered(database)
        self._turnouts: dict[int, tuple[datetime, dict[str, int]]] = {}
        self._voted: dict[int, tuple[datetime, frozenset[int]]] = {}
        self._looked: datetime | None = None
        self._read_at: dict[str, datetime] = {}
        self._questions: dict[str, int] = {}  # phones' questions since a sitting was read: each made its serial grow by one
        self.witness = Witness()

    # -- asking ------------------------------------------------------------------------------------------

    def sittings(self) -> tuple[Sitting, ...]:
        """Newest first; a supplementary sitting comes after the one that it was made of, until that one is published."""
        found = dict(self._snapshots)

        def place(one: Snapshot) -> tuple[date, int, int]:
            of = found.get(made_of(one.sitting.key, found) or "")
            if of is not None and not of.published:
                return of.sitting.held_on, of.sitting.id, -one.sitting.id
            return one.sitting.held_on, one.sitting.id, 0

        return tuple(one.sitting for one in sorted(found.values(), key=place, reverse=True))

    def at(self, sitting: str) -> Snapshot | None:
        return self._snapshots.get(sitting)

    def anything_open(self) -> bool:
        """Whether a round is open in any sitting."""
        return any(one.round is not None and one.round.phase is Phase.OPEN for one in self._snapshots.values())

    def known_seat(self, secret: str) -> SeatCard | None:
        """`seat` from memory alone."""
        return self._seats.get(sha256_of(secret))

    def seat(self, secret: str) -> SeatCard | None:
        """The seat of a badge in force. An unknown badge asks the database for news, at most twenty times a second."""
        digest = sha256_of(secret)
        found = self._seats.get(digest)
        if found is None and self.news_is_due(0.05):
            self.refresh()
            found = self._seats.get(digest)
        return found

    def news_is_due(self, seconds: float) -> bool:
        return self._looked is None or not 0 <= (self._clock() - self._looked).total_seconds() < seconds

    def turnout(self, round_id: int) -> dict[str, int]:
        """Group -> seats that have voted, at most a second old, one read however many screens ask."""
        now = self._clock()
        kept = self._turnouts.get(round_id)
        if kept is not None and 0 <= (now - kept[0]).total_seconds() < 1:
            return kept[1]
        with self._database.reading() as c:
            counted = ballot_reads.turnout(c, round_id)
        self._turnouts[round_id] = (now, counted)
        return counted

    def voted_named(self, round_id: int) -> frozenset[int]:
        """Ids of the named seats that have voted, at most a second old; of secret groups nobody is ever told."""
        now = self._clock()
        kept = self._voted.get(round_id)
        if kept is not None and 0 <= (now - kept[0]).total_seconds() < 1:
            return kept[1]
        with self._database.reading() as c:
            voted = ballot_reads.voted_named_seats(c, round_id)
        self._voted[round_id] = (now, voted)
        return voted

    def recall(self, seat: SeatCard, secret: str, round_id: int) -> Receipt | None:
        """`receipt` from memory alone; KeyError when the database has to be asked."""
        return self._remembered.recall(round_id, self._voter(seat, secret, round_id))

    def receipt(self, seat: SeatCard, secret: str, round_id: int) -> Receipt | None:
        """What this seat last handed in for this round."""
        snapshot = self._snapshots.get(seat.sitting)
        found = None if snapshot is None else snapshot.round_called(str(round_id))
        if found is None:
            return None
        return self._remembered.look_up(round_id, self._voter(seat, secret, round_id), found.opened_at)

    # -- telling -----------------------------------------------------------------------------------------

    def remember_receipt(self, round_id: int, voter: str, receipt: Receipt) -> None:
        self._remembered.remember(round_id, voter, receipt)

    def check_in(self, *seats: SeatCard) -> None:
        """The first scan of a badge checks in, where the sitting does not ask for the desk. One transaction for all."""
        arrived = [seat for seat in seats if not seat.checked_in
                   and (snapshot := self._snapshots.get(seat.sitting)) is not None
                   and not snapshot.sitting.desk_check_in]
        if not arrived:
            return
        with work(self._database) as w:
            w.roster.check_in(*(seat.id for seat in arrived), at=self._clock())
        with self._lock:
            for seat in arrived:
                digest = seat.badge_sha256
                self._seats[digest] = replace(self._seats.get(digest, seat), checked_in=True)
            here = {seat.id for seat in arrived}
            for key in {seat.sitting for seat in arrived} & self._snapshots.keys():
                known = self._snapshots[key]
                self._snapshots[key] = replace(known, seats=tuple(
                    replace(seat, checked_in=True) if seat.id in here else seat for seat in known.seats))

    def refresh(self) -> None:
        """Ask the database for news now; sittings whose serial has not grown are kept as they are."""
        with self._lock:
            self._looked = self._clock()
            with self._database.reading() as c:
                serials = reads.serials(c)
                changed = [key for key, serial in serials.items()
                           if key not in self._snapshots or (
                               self._snapshots[key].serial != serial and not self._may_wait(key, serial))]
                gone = [key for key in self._snapshots if key not in serials]
                restored = bool(gone) or any(
                    not 0 <= serials[key] - self._snapshots[key].serial < RESTORED
                    for key in changed if key in self._snapshots)
                for key in gone:
                    del self._snapshots[key]
                for key in changed:
                    fresh = self._read(c, key)
                    if fresh is not None:
                        self._snapshots[key] = fresh
                        self._read_at[key] = self._looked
                        self._questions.pop(key, None)
                        self._remembered.follow(c, fresh.round)
            if changed or gone:
                self._seats = {digest: seat for snapshot in self._snapshots.values()
                               for digest, seat in snapshot.seat_by_badge.items()}
                current = [one.round for one in self._snapshots.values() if one.round is not None]
                self._remembered.keep_only({one.id for one in current})
                self.witness.keep_only({one.id for one in current if one.phase is Phase.OPEN})
            if restored:
                self.forget_receipts()
                self.witness.forget()

    def hear_of_question(self, sitting: str) -> None:
        """A phone has put a question into the queue. While a round is open such news waits up to a second: every ballot
        page is made anew after each reading, and the hall is asking for them."""
        with self._lock:
            self._questions[sitting] = self._questions.get(sitting, 0) + 1
        self.refresh()

    def _may_wait(self, key: str, serial: int) -> bool:
        """Nothing but questions has come since this sitting was read, a moment ago, and a round is open."""
        known = self._snapshots[key]
        return (known.round is not None and known.round.phase is Phase.OPEN
                and serial - known.serial == self._questions.get(key, 0)
                and self._looked is not None and key in self._read_at
                and 0 <= (self._looked - self._read_at[key]).total_seconds() < QUESTIONS_SECONDS)

    def forget_receipts(self) -> None:
        """After a round is voided or a backup restored: what phones hold must be read again."""
        self._remembered.forget()
        self._turnouts.clear()
        self._voted.clear()

    def hear_of_papers(self) -> None:
        """Of papers that another process has taken, on PostgreSQL; one process alone stores every paper itself.

        Also once more of a round that is open no longer: its last papers came after the last look.
        """
        for snapshot in tuple(self._snapshots.values()):
            if snapshot.round is not None:
                self._remembered.hear_of_others(snapshot.round.id, is_open=snapshot.round.phase is Phase.OPEN)

    def _voter(self, seat: SeatCard, secret: str, round_id: int) -> str:
        is_secret = self._snapshots[seat.sitting].rule.group(seat.group).secret
        return voter_of(seat, secret, round_id, is_secret=is_secret)

    def _read(self, c: Connection, key: str) -> Snapshot | None:
        sitting = reads.sitting(c, key)
        if sitting is None:
            return None
        toml, _version, locked = reads.rule_text(c, sitting.id)
        seats = reads.every_seat(c, sitting.id)
        by_id = {seat.id: seat for seat in seats}
        declarations = reads.declarations(c, sitting.id)
        rounds = reads.rounds(c, sitting.id)
        stage = reads.stage(c, sitting.id)
        before = last_time_of(c, sitting, local_time.day(self._clock()))
        targets = tuple(
            TargetCard(id=one.id, key=one.key, name=one.name, unit=one.unit, parent_unit=one.parent_unit,
                       presenter=one.presenter, position=n, ranked=one.ranked,
                       declaration=declarations.get(one.key, Declaration()), ranking_group=one.ranking_group,
                       speaks=one.speaks, route=one.route, substitute=one.substitute, postponed=one.postponed,
                       unit_name=one.unit_name, parent_name=one.parent_name,
                       last_time=before[one.unit].words if one.unit in before else "",
                       last_sitting=before[one.unit].sitting if one.unit in before else "")
            for n, one in enumerate(reads.targets(c, sitting.id), 1))
        return Snapshot(
            sitting=sitting, rule=read_rule(toml.encode()), rule_locked=locked, serial=sitting.serial,
            targets=targets, by_key={one.key: one for one in targets}, by_round={str(one.id): one for one in rounds},
            rounds=rounds, round=_round_that_matters(rounds, stage), stage=stage,
            published=results.publication_count(c, sitting.id),
            seats=tuple(_in_hall(seat) for seat in seats if not seat.shadow),
            shadows=tuple(_in_hall(seat) for seat in seats if seat.shadow),
            recusals=reads.recusals(c, sitting.id),
            seat_by_badge={
                one.digest: SeatCard(
                    id=one.seat_id, sitting=key, code=by_id[one.seat_id].code, name=by_id[one.seat_id].name,
                    group=by_id[one.seat_id].group, unit=by_id[one.seat_id].unit, badge_sha256=one.digest,
                    checked_in=by_id[one.seat_id].checked_in_at is not None, replaced_at=one.replaced_at,
                    route=by_id[one.seat_id].route, shadow=by_id[one.seat_id].shadow)
                for one in reads.badges(c, sitting.id)},
            public_url=people_reads.setting(c, "public_url") or self._public_url,
            question=talk_reads.question_on_stage(c, sitting.id), questions_waiting=talk_reads.waiting(c, sitting.id),
            phones_may_ask=talk_reads.phones_may_ask(c, sitting.id), comments=talk_reads.comments(c, sitting.id),
            segments=segment_reads.segments(c, sitting.id), runs=segment_reads.runs(c, sitting.id),
            last_move=segment_reads.last_move(c, sitting.id, HOST_MOVES),
        )


def _in_hall(s: Seat) -> SeatInHall:
    return SeatInHall(id=s.id, code=s.code, name=s.name, group=s.group, unit=s.unit, checked_in=s.checked_in_at is not None,
                      has_badge=s.badge_issued_at is not None, route=s.route, shadow=s.shadow)


def _round_that_matters(rounds: tuple[Round, ...], stage: Stage) -> Round | None:
    for one in rounds:
        if one.phase is Phase.OPEN:
            return one
    of_stage = [one for one in rounds if stage.target in one.targets and one.phase is not Phase.VOID]
    return of_stage[-1] if of_stage else None

