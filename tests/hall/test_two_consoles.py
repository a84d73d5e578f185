"""Two consoles fight over one sitting for a minute: no impossible state, on SQLite move by move and on PostgreSQL at once.

Each host presses what his own view shows, which may be old. A press is done whole or refused with a sentence and then
not a byte has changed; of two that rest on the same view the later is refused; the key that is called the next step
is never refused to a host who has just looked; and from wherever they leave it that key leads to the result.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import sqlite3
import tempfile
import threading
import uuid
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import Phase as Stage
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from db.reads import people as people_reads
from db.reads import sittings as reads
from hall.ballots.ballot_refused import BallotRefused
from hall.moment import turn
from hall.moment.moves import id_of
from hall.outcome import verification
from hall.stage import agenda, rounds, segments, undo
from hall.stage.next_step import Move
from office.sitting.agenda_templates import template
from scoring.round import Phase
from tests import make
from tests.hall.consoles import (
    AS_SEEN,
    MOVES,
    OF_ROUND,
    OF_RUN,
    Console,
    Idle,
    Pick,
    frozen,
    impossible,
    red_key,
    refused,
)
from tests.postgres import drop, new_database

PLAN = make.plan("duel", segments=template("county").segments, grace_seconds=2)
EXAMPLES = int(os.environ.get("EXAMPLES", "6"))
PRESSES = 90
CAST = ("L1", "L2", "L3", "L4", "P1", "P2", "P3", "P4")


class TwoConsoles(RuleBasedStateMachine):
    template: Path
    secrets: dict[str, str]

    @initialize(presses=st.sampled_from((0, 5, 6, 12, 18, 20)))
    def begin(self, presses: int) -> None:
        """From the first moment, from a unit's ballot, from the second unit, or from the publication on."""
        self.folder = Path(tempfile.mkdtemp(prefix="leitai-duel-"))
        self.file = self.folder / "leitai.db"
        shutil.copyfile(self.template, self.file)
        house = make.house(f"sqlite:///{self.file}")
        self.hall = make.Hall(house=house, key="duel", secrets=dict(self.secrets))
        self.hosts = (Console("主持人甲", house, "duel"), Console("主持人乙", house, "duel"))
        self.published: tuple[str, ...] = ()
        for _ in range(presses):
            self.by_the_book()
        for one in self.hosts:
            one.look()
        self.settled()

    @rule(presses=st.lists(st.tuples(st.integers(0, 1), st.sampled_from(sorted(MOVES)), st.booleans()),
                           min_size=8, max_size=16), data=st.data())
    def press(self, presses: list[tuple[int, str, bool]], data: Any) -> None:
        """Hosts press keys; half of the time without having looked at what the other one did."""
        for who, name, looks in presses:
            one = self.hosts[who]
            if looks:
                one.look()
            self.pressed(one, name, lambda among: data.draw(st.sampled_from(list(among))))

    @rule(code=st.sampled_from(CAST), mark=st.integers(60, 99))
    def one_votes(self, code: str, mark: int) -> None:
        self.cast(code, mark)
        self.settled()

    def cast(self, code: str, mark: int) -> None:
        current = turn.open_round_of(self.latest())
        if current is not None:
            with contextlib.suppress(BallotRefused):
                self.hall.cast(code, round_id=current.id, form={f"m.{key}.quality": str(mark) for key in current.targets})

    @rule(who=st.sampled_from((0, 1)))
    def go_on(self, who: int) -> None:
        """What a host does most: he looks, and presses the red key."""
        self.hosts[who].look()
        self.pressed(self.hosts[who], "red_key", lambda among: among[0])

    @rule()
    def everybody_votes(self) -> None:
        for code in CAST:
            self.cast(code, 80 + CAST.index(code))
        self.settled()

    @rule(who=st.sampled_from((0, 1)))
    def look(self, who: int) -> None:
        self.hosts[who].look()

    @rule(seconds=st.sampled_from((0, 1, 2, 3, 90)))
    def time_passes(self, seconds: int) -> None:
        self.hall.house.clock.advance(seconds)  # type: ignore[attr-defined]
        for _ in range(2):
            self.hall.house.tick()
        self.settled()

    # -- what must hold

    def pressed(self, one: Console, name: str, pick: Pick) -> None:
        latest = self.latest()
        fresh = one.view.serial == latest.serial
        promised = fresh and (
            (name == "red_key" and one.step().move is not Move.PUBLISH)
            or (name == "take_back" and bool(undo.undoable(one.view, one.now, papers=self.papers()))))
        old = (name in AS_SEEN and one.seen != id_of(latest.last_move)) \
            or (name in OF_ROUND and turn.open_round_of(one.view) != turn.open_round_of(latest) and self.other_round(one)) \
            or (name in OF_RUN and _id(turn.going(one.view)) != _id(turn.going(latest)))
        lines, serial = self.lines(), latest.serial
        nothing = False

        def move() -> None:
            nonlocal nothing
            try:
                MOVES[name](one, pick)
            except Idle:
                nothing = True

        words = refused(move)
        if words is not None or nothing:
            assert self.stored() == self.before, f"{name} was refused ({words}) and changed something"
            assert not (promised and words), f"{name}: what was just offered is refused: {words}"
            assert words is None or len(words) > 6, words
            return
        assert not old, f"{name} was done although {latest.last_move} had come in between"
        told = self.lines()[len(lines):]
        assert told and {line.actor for line in told} == {one.name}, f"{name} left no trace"
        assert self.serial() > serial, f"{name}: phones and screens are not told"
        self.settled()

    def settled(self) -> None:
        """After whatever was done: nothing impossible, and both consoles can be drawn."""
        with self.hall.house.database.reading() as c:
            assert impossible(c, "duel") == []
            now = frozen(c, "duel")
        assert now[:len(self.published)] == self.published
        self.published = now
        drawn = Console("onlooker", self.hall.house, "duel")
        drawn.draw()
        assert drawn.view.serial >= max(one.view.serial for one in self.hosts)
        self.before = self.stored()

    def teardown(self) -> None:
        if hasattr(self, "hall"):
            try:
                self.to_the_end()
                with self.hall.house.database.reading() as c:
                    assert [words for words, holds in verification.checks(c) if not holds] == []
            finally:
                self.hall.house.close()
                shutil.rmtree(self.folder)

    def to_the_end(self) -> None:
        """Whatever they left: the red key, pressed by one who looks, leads to the result."""
        one = self.hosts[0]
        one.look()
        for held in one.view.rounds:  # what has no ballots would stop the count, as it should
            if held.phase is Phase.CLOSED:
                rounds.void_round(self.hall.house.database, "duel", held.id, reason="重新打分", by=one.name, at=one.now)
        for _ in range(60):
            if self.by_the_book() is Move.NOTHING:
                return
        raise AssertionError(f"sixty presses, and still: {one.step()}")

    def by_the_book(self) -> Move:
        """Look, and press the red key; whoever may vote does, and then the round is closed at once."""
        one = self.hosts[0]
        one.look()
        step = one.step()
        if step.move in (Move.CLOSE, Move.WAIT):
            if step.move is Move.WAIT:
                rounds.extend(self.hall.house.database, "duel", seconds=600, by=one.name, at=one.now)
            for code in CAST:
                self.cast(code, 80 + CAST.index(code))
            rounds.close_round(self.hall.house.database, "duel", by=one.name, at=one.now)
        else:
            assert step.move is Move.NOTHING or refused(lambda: red_key(one, lambda among: among[0])) is None, step
        return step.move

    # -- reading

    def latest(self) -> Any:
        self.hall.house.live.refresh()
        return self.hall.house.live.at("duel")

    def other_round(self, one: Console) -> bool:
        shown, now = turn.open_round_of(one.view), turn.open_round_of(self.latest())
        return shown is not None and (now is None or now.id != shown.id)

    def stored(self) -> str:
        with contextlib.closing(sqlite3.connect(self.file)) as c:
            return "\n".join(c.iterdump())

    def lines(self) -> tuple[people_reads.RecordLine, ...]:
        with self.hall.house.database.reading() as c:
            return tuple(people_reads.record(c))[::-1]

    def serial(self) -> int:
        with self.hall.house.database.reading() as c:
            return reads.serials(c)["duel"]

    def papers(self) -> int:
        latest = self.latest()
        current = turn.open_round_of(latest)
        if current is None:
            return 0
        with contextlib.closing(sqlite3.connect(self.file)) as c:
            return int(c.execute("select count(*) from ballot where round_id = ?", (current.id,)).fetchone()[0])


def _id(run: Any) -> int | None:
    return None if run is None else run.id


def test_two_consoles_over_one_sitting_never_reach_an_impossible_state(
        tmp_path: Path, sqlite_with_tables: Path) -> None:
    shutil.copyfile(sqlite_with_tables, tmp_path / "duel.db")
    house = make.house(f"sqlite:///{tmp_path / 'duel.db'}")
    secrets = make.sitting(house, PLAN).secrets
    house.close()
    machine = type("Duel", (TwoConsoles,), {"template": tmp_path / "duel.db", "secrets": secrets})
    phases = [one for one in Stage if one is not Stage.shrink]  # that would take minutes
    run = settings(max_examples=EXAMPLES, phases=phases, stateful_step_count=40, deadline=None, print_blob=True,
                   suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(machine, settings=run)


def test_two_hosts_pressing_at_the_same_time_on_postgresql(postgres: str, postgres_with_tables: str) -> None:
    """Each host is a thread with a house of his own, as two processes are; both take papers in as well."""
    name = f"leitai_{uuid.uuid4().hex[:12]}"
    url, clock = new_database(postgres, name, postgres_with_tables), make.Clock()
    first = make.sitting(make.house(url, clock), PLAN)
    halls = (first, make.Hall(house=make.house(url, clock), key="duel", secrets=first.secrets))
    hosts = [Console(who, hall.house, "duel") for who, hall in zip(("主持人甲", "主持人乙"), halls, strict=True)]
    done: dict[str, int] = {one.name: 0 for one in hosts}
    said: list[str] = []
    broken: list[BaseException] = []

    def fight(one: Console, hall: make.Hall, rng: random.Random) -> None:
        try:
            for n in range(PRESSES):
                clock.advance(0.3)
                if rng.random() < 0.6:
                    one.look()
                if rng.random() < 0.3:
                    vote(hall, rng)
                elif (words := refused(lambda: MOVES[rng.choice(sorted(MOVES))](one, rng.choice))) is not None:
                    said.append(words)
                else:
                    done[one.name] += 1
                if n % 8 == 0:
                    one.look()
                    one.draw()
                hall.house.tick()
        except BaseException as cause:
            broken.append(cause)

    threads = [threading.Thread(target=fight, args=(one, hall, random.Random(n)))
               for n, (one, hall) in enumerate(zip(hosts, halls, strict=True))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=300)
    try:
        assert broken == [] and not any(thread.is_alive() for thread in threads)
        assert all(done.values()) and said and all(len(words) > 6 for words in said)
        with first.house.database.reading() as c:
            assert impossible(c, "duel") == []
            assert [words for words, holds in verification.checks(c) if not holds] == []
            told = people_reads.record(c)
        for one in hosts:
            one.look()
            one.draw()
            assert any(line.actor == one.name for line in told)
        assert hosts[0].view.serial == hosts[1].view.serial
    finally:
        for hall in halls:
            hall.house.close()
        drop(postgres, name)


def vote(hall: make.Hall, rng: random.Random) -> None:
    snapshot = hall.house.live.at("duel")
    current = None if snapshot is None else turn.open_round_of(snapshot)
    if current is not None:
        with contextlib.suppress(BallotRefused):
            hall.cast(rng.choice(CAST), nonce=f"{rng.getrandbits(64)}", round_id=current.id,
                      form={f"m.{key}.quality": str(rng.randint(60, 99)) for key in current.targets})


def test_who_is_put_off_while_the_hall_looks_at_the_agenda_speaks_no_longer_and_is_not_called_back(
        tmp_path: Path, sqlite_with_tables: Path) -> None:
    """One console lets the hall look at the agenda, the other puts the speaker off: found by the machine above."""
    shutil.copyfile(sqlite_with_tables, tmp_path / "duel.db")
    house = make.house(f"sqlite:///{tmp_path / 'duel.db'}")
    make.sitting(house, PLAN)
    one, other = Console("主持人甲", house, "duel"), Console("主持人乙", house, "duel")
    one.do(segments.call_up, "U2", seen=None)
    other.look()
    one.do(segments.begin, "speech", "U2", seen=None)
    one.do(segments.show, "agenda", seen=None)

    one.do(agenda.postpone, "U2", reason="在外地抢险")
    one.look()

    assert turn.going(one.view) is None and undo.undoable(one.view, one.now, papers=0) == ""
    for words, press in (
            ("已延到补场（在外地抢险）", lambda: one.do(segments.begin, "speech", "U2", seen=None)),
            ("延到补场（B县）", lambda: other.do(segments.call_up, "U1", seen=other.seen)),
            ("不能撤销", lambda: one.do(undo.undo, seen=one.seen))):
        assert words in (refused(press) or "")
    house.close()
