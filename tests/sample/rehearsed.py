"""A rehearsal held again: its ballots as papers, each in the hands of a seat, sent through the real ballot box.

The rehearsal's files are read as plain rows (by_hand.rows). A secret ballot names no seat, so any seat of its group
that may score everything on it holds it. Late papers are sent after the end, spoiled ones are spoiled at the desk.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path

import by_hand

from db.values import Receipt
from hall import seating
from hall.ballots.ballot_refused import BallotRefused, Reason
from hall.ballots.checking import checked
from hall.ballots.paper import enter
from hall.house import House
from hall.moment.snapshot import Snapshot
from office.prints import badges, paper_ballots
from scoring.rule import BallotKind

BASE = "http://127.0.0.1:18501"
WITHOUT_MARKS = ("abstain", "dont_know")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One paper of a judge: what it says of each target, as the fields of the phone's form."""

    judge: str  # a seat, or the name of a secret ballot
    group: str
    version: int
    form: dict[str, str]
    targets: frozenset[str]
    state: str  # sent, late or spoiled


def papers_of(folder: Path) -> tuple[Paper, ...]:
    """Every paper of the rehearsal, by version; a judge's lines of one version and fate are one paper."""
    found: dict[tuple[str, str, int, str], dict[str, str]] = defaultdict(dict)
    targets: dict[tuple[str, str, int, str], set[str]] = defaultdict(set)
    for row in by_hand.rows(folder / "ballots.csv"):
        fate = row["state"] if row["state"] in ("late", "spoiled") else "sent"
        key = (row["group"], row["seat"] or row["ballot"], int(row["version"]), fate)
        targets[key].add(row["target"])
        name = f"m.{row['target']}" + (f".{row['criterion']}" if row["criterion"] else "")
        found[key][name] = row["state"] if row["state"] in WITHOUT_MARKS else row["value"]
    return tuple(Paper(judge=judge, group=group, version=version, form=found[group, judge, version, fate],
                       targets=frozenset(targets[group, judge, version, fate]), state=fate)
                 for group, judge, version, fate in sorted(found, key=lambda key: (key[2], key[0], key[1])))


@dataclass
class Rehearsed:
    """One sitting in one house: badges handed out, rounds filled as in the rehearsal."""

    house: House
    key: str
    papers: tuple[Paper, ...]
    absent: frozenset[str]
    secrets: dict[str, str] = field(default_factory=dict)
    sent: int = 0
    repeated: list[str] = field(default_factory=list)  # numbers of promises that a leader's comment repeated
    tasks: list[str] = field(default_factory=list)  # numbers of what leaders asked for

    def check_everybody_in(self) -> None:
        issued = badges.issue_badges(self.house.database, self.key, None, base_url=BASE, by="host", at=self.house.clock())
        self.secrets = {one.seat: one.link.rsplit("/", 1)[1] for one in issued}
        self.house.live.refresh()
        cards = [self.house.live.seat(secret) for code, secret in self.secrets.items() if code not in self.absent]
        self.house.live.check_in(*(one for one in cards if one is not None))
        self.house.live.refresh()

    @property
    def snapshot(self) -> Snapshot:
        found = self.house.live.at(self.key)
        assert found is not None
        return found

    def fill(self, *, by_phone: Callable[[str, dict[str, str]], None] | None = None) -> None:
        """Everybody's papers of the open round, version after version. `by_phone` carries the first few of them."""
        current = self.snapshot.round
        assert current is not None
        here = self._of_round(current.targets)
        on_paper = self._secret_and_spoiled(here)
        for version in sorted({paper.version for paper in here}):
            waiting: list[Future[Receipt]] = []
            now = [one for one in here if one.version == version and one.state == "sent" and one.judge not in on_paper]
            for n, paper in enumerate(now):
                if by_phone is not None and n < 3:
                    by_phone(self.secrets[paper.judge], paper.form)
                else:
                    waiting.append(self._put(paper, current.id))
            for one in waiting:
                one.result(timeout=60)
        for paper in (one for one in here if one.judge in on_paper and one.state == "spoiled"):
            self._key_a_spoiled_slip(paper)

    def after_the_end(self, targets: Sequence[str], round_id: int) -> None:
        """What came too late is refused and kept; what was spoiled is spoiled with a reason."""
        here = self._of_round(targets)
        for paper in here:
            if paper.state == "late":  # what it said is not in the file: it says what somebody else said
                form = next(p.form for p in here if p.state == "sent" and p.targets == paper.targets)
                try:
                    self._put(paper, round_id, form).result(timeout=60)
                except BallotRefused as refused:
                    assert refused.reason is Reason.ROUND_CLOSED
                else:
                    raise AssertionError(f"{paper.judge} came late and was counted")
            elif paper.state == "spoiled" and not self._secret_and_spoiled((paper,)):
                whole = self.snapshot.rule.ballot.kind is BallotKind.RANKING
                for target in sorted(paper.targets)[:1 if whole else None]:
                    seating.spoil(self.house.database, self.key, paper.judge, target, reason="评委当场声明打错了单位",
                                  by="计票员", at=self.house.clock())
        self.house.live.refresh()

    def _secret_and_spoiled(self, papers: Sequence[Paper]) -> set[str]:
        """Judges of a secret group whose ballot is void: only one on paper can be, two ticks where one is asked."""
        secret = {group.key for group in self.snapshot.rule.groups if group.secret}
        return {paper.judge for paper in papers if paper.state == "spoiled" and paper.group in secret}

    def _key_a_spoiled_slip(self, paper: Paper) -> None:
        current, database, now = self.snapshot.round, self.house.database, self.house.clock()
        assert current is not None
        slip, *_spare = paper_ballots.issue(database, self.key, seats=(), secret={paper.group: 3},
                                            targets=tuple(paper.targets), together=True, by="host", at=now)
        for clerk in ("计票员甲", "计票员乙"):
            enter(database, self.key, current.id, slip.label, {f"m.{key}": "spoiled" for key in paper.targets},
                  by=clerk, at=now)

    def _put(self, paper: Paper, round_id: int, form: dict[str, str] | None = None) -> Future[Receipt]:
        secret = self.secrets[paper.judge]
        seat = self.house.live.seat(secret)
        assert seat is not None
        self.sent += 1
        return self.house.box.put(checked(
            self.house.live, seat=seat, secret=secret, round_text=str(round_id), nonce=f"paper-{self.sent}",
            form=paper.form if form is None else form, at=self.house.clock()))

    def _of_round(self, targets: Iterable[str]) -> tuple[Paper, ...]:
        """The papers of these targets, the secret ones in the hands of seats."""
        wanted = set(targets)
        own = [cut for paper in self.papers if (cut := _cut(paper, wanted)) is not None]
        secret = {group.key for group in self.snapshot.rule.groups if group.secret}
        holders = self._holders([paper for paper in own if paper.group in secret], wanted)
        return tuple(paper if paper.group not in secret else replace(paper, judge=holders[paper.group, paper.judge])
                     for paper in own)

    def _holders(self, papers: Sequence[Paper], wanted: set[str]) -> dict[tuple[str, str], str]:
        """A seat for every secret ballot: the fullest ballots first, each to the seat that may score the least else."""
        free = {seat.code: {key for key in wanted if self.snapshot.recused(seat, key) is None}
                for seat in self.snapshot.seats}
        group_of = {seat.code: seat.group for seat in self.snapshot.seats}
        full: dict[tuple[str, str], set[str]] = defaultdict(set)
        for paper in papers:
            full[paper.group, paper.judge] |= paper.targets
        held = {}
        for ballot, targets in sorted(full.items(), key=lambda item: (-len(item[1]), item[0])):
            may = [code for code, allowed in free.items() if group_of[code] == ballot[0] and targets <= allowed]
            held[ballot] = min(may, key=lambda code: (len(free[code]), code))
            del free[held[ballot]]
        return held


def _cut(paper: Paper, wanted: set[str]) -> Paper | None:
    """What a paper says of the targets of one round; None if nothing."""
    here = paper.targets & wanted
    form = {name: value for name, value in paper.form.items() if name.split(".")[1] in here}
    return replace(paper, targets=here, form=form) if here else None


def rehearsed(house: House, key: str, folder: Path) -> Rehearsed:
    """The sitting as its rehearsal was: everybody has a badge and is checked in, but who was absent."""
    absent = {row["seat"] for row in by_hand.rows(folder / "seats.csv") if row["present"] == "no"}
    found = Rehearsed(house=house, key=key, papers=papers_of(folder), absent=frozenset(absent))
    found.check_everybody_in()
    return found
