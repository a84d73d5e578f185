"""Two consoles and two phones over one queue: whatever is pressed in whatever order, nothing impossible is stored.

A console shows what it last looked at, which may be old. A press is done whole or refused with a sentence, and then
nothing at all has changed.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import text

from db.reads import people as people_reads
from db.record import first_break
from hall.ballots.ballot_refused import BallotRefused
from hall.moment.snapshot import Snapshot
from hall.phones import asking
from hall.phones.asking import SentQuestion, asker_of
from hall.stage import questioning, questions, rounds
from hall.stage.questions import Queue, State
from office.refusal import Refused
from tests import make

CONSOLES = st.sampled_from((0, 1))
WHICH = st.integers(0, 5)
AFTER = {
    None: {State.QUEUED, State.WAITING, State.ON_STAGE},
    State.WAITING: {State.QUEUED, State.ON_STAGE, State.SET_ASIDE},
    State.QUEUED: {State.ON_STAGE, State.SET_ASIDE},
    State.ON_STAGE: {State.QUEUED, State.ANSWERED},
    State.ANSWERED: {State.ON_STAGE},
    State.SET_ASIDE: {State.WAITING},
}


class TwoConsoles(RuleBasedStateMachine):
    template: Path

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="leitai-queue-"))
        shutil.copyfile(self.template, self.folder / "leitai.db")
        self.hall = make.sitting(make.house(f"sqlite:///{self.folder / 'leitai.db'}"))
        self.seen: list[Snapshot] = []
        self.states: dict[int, str] = {}
        self.act(rounds.show, "target", "U1")
        self.act(questioning.let_phones_ask, True)
        self.seen = [self.snapshot(), self.snapshot()]
        self.before = self.stored()

    def snapshot(self) -> Snapshot:
        self.hall.house.live.refresh()
        found = self.hall.house.live.at(self.hall.key)
        assert found is not None
        return found

    def act(self, action: object, *args: object, console: int = 0, **kwargs: object) -> None:
        self.hall.house.clock.advance(0.5)  # type: ignore[attr-defined]
        action(self.hall.house.database, self.hall.key, *args, by=f"主持人{console}", at=self.hall.now,  # type: ignore[operator]
               **kwargs)

    def press(self, action: object, *args: object, console: int, **kwargs: object) -> None:
        """As its console does it: done, or refused in words, and then nothing has changed."""
        before = self.stored()
        try:
            self.act(action, *args, console=console, **kwargs)
        except Refused as refused:
            assert str(refused).endswith("。")
            assert self.stored() == before

    def stored(self) -> list[object]:
        with self.hall.house.database.reading() as c:
            return [c.execute(text(f"select * from {name} order by 1")).all()
                    for name in ("question", "sitting", "record_entry", "setting")]

    def queue(self, console: int) -> Queue:
        """As this console drew it last."""
        return questions.queue_of(self.hall.house.database, self.seen[console])

    @rule(console=CONSOLES)
    def look(self, console: int) -> None:
        self.seen[console] = self.snapshot()
        self.queue(console)  # what it reads it keeps

    @rule(console=CONSOLES, unit=st.sampled_from(("U1", "U2")), words=st.sampled_from("甲乙丙"))
    def type_in(self, console: int, unit: str, words: str) -> None:
        self.press(questioning.type_in, unit, asker="代表", group="", text=words, console=console)

    @rule(seat=st.sampled_from(("L1", "P1")), words=st.sampled_from("丁戊"), wait=st.sampled_from((0, 61)))
    def ask_by_phone(self, seat: str, words: str, wait: int) -> None:
        self.hall.house.clock.advance(wait)  # type: ignore[attr-defined]
        card, now, before = self.hall.house.live.seat(self.hall.secrets[seat]), self.snapshot(), self.stored()
        assert card is not None
        try:
            asking.put_into_queue(self.hall.house.database, self.hall.key, card, asker_of(now, card),
                                  SentQuestion(target="U1", nonce="n", text=words), at=self.hall.now)
        except BallotRefused:
            assert self.stored() == before

    @rule(console=CONSOLES, which=WHICH)
    def put_on_stage(self, console: int, which: int) -> None:
        queue = self.queue(console)
        rows = (*queue.queued, *queue.waiting, *queue.answered)
        if rows:
            self.press(questioning.put_on_stage, rows[which % len(rows)].id, console=console, answer="答",
                       on_stage=queue.on_stage.id if queue.on_stage else None)

    @rule(console=CONSOLES, way=st.sampled_from(("end", "off", "write")))
    def leave_stage(self, console: int, way: str) -> None:
        one = self.queue(console).on_stage
        if one is None:
            return
        if way == "end":
            self.press(questioning.end, one.id, "答完", console=console)
        elif way == "off":
            self.press(questioning.take_off, one.id, console=console)
        else:
            self.press(questioning.write_answer, one.id, f"答{console}", seen=one.answer, console=console)

    @rule(console=CONSOLES, which=WHICH, way=st.sampled_from(("approve", "aside", "again", "up", "down")))
    def sort(self, console: int, which: int, way: str) -> None:
        queue = self.queue(console)
        rows = {"approve": queue.waiting, "aside": (*queue.waiting, *queue.queued), "again": queue.set_aside}.get(
            way, queue.queued)
        if not rows:
            return
        one = rows[which % len(rows)]
        if way == "approve":
            self.press(questioning.approve, one.id, console=console)
        elif way == "aside":
            self.press(questioning.set_aside, one.id, "重复", seen=one.state, console=console)
        elif way == "again":
            self.press(questioning.take_up, one.id, console=console)
        else:
            order = tuple(other.id for other in queue.queued if other.target == one.target)
            self.press(questioning.move, one.id, -1 if way == "up" else 1, seen=order, console=console)

    @rule(unit=st.sampled_from(("U1", "U2")))
    def call(self, unit: str) -> None:
        self.act(rounds.show, "target", unit)

    @invariant()
    def nothing_impossible_is_stored(self) -> None:
        if not hasattr(self, "before"):
            return
        now = questions.questions_of(self.hall.house.database, self.snapshot())
        assert sum(one.state == State.ON_STAGE for one in now) <= 1
        on_stage = self.snapshot().stage.target
        assert all(on_stage in (None, one.target) for one in now if one.state == State.ON_STAGE)
        for one in now:
            was = self.states.get(one.id)
            assert was == one.state or State(one.state) in AFTER[None if was is None else State(was)], (was, one.state)
            assert (one.set_aside != "") == (one.state == State.SET_ASIDE)
            assert (one.answered_at is not None) == (one.state == State.ANSWERED)
            assert one.group != "public" or (one.seat is None and one.asked_at.second == 0 == one.asked_at.microsecond)
        for target in ("U1", "U2"):
            places = [one.position for one in now if one.target == target and one.state == State.QUEUED]
            assert places == sorted(set(places))
        self.states = {one.id: one.state for one in now}

    def teardown(self) -> None:
        if hasattr(self, "hall"):
            with self.hall.house.database.reading() as c:
                assert first_break(reversed(people_reads.record(c))) is None
            self.hall.house.close()
            shutil.rmtree(self.folder, ignore_errors=True)


def test_two_consoles_and_two_phones_over_one_queue(sqlite_with_tables: Path) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    machine = type("Machine", (TwoConsoles,), {"template": sqlite_with_tables})
    run_state_machine_as_test(machine, settings=settings(
        max_examples=10, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)))


pytestmark = pytest.mark.slow
