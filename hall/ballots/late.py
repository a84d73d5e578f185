"""Papers that came after the close: kept for the record, never counted, told to the people of the hall.

A judge of a named group is told with unit and time. Of a secret group there is a number, and only from three
papers on; until the result is published it goes in steps of three, so that nobody's late arrival can be watched.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from db.engine import Database
from db.reads import ballots as ballot_reads
from db.reads import sittings as reads
from db.values import Round
from hall.moment.holders import holders_at
from hall.moment.packing import sitting_of
from hall.moment.progress import STEP
from scoring.round import Phase
from scoring.rule import read_rule

FEWER = f"无记名组不足{STEP}张的不显示。"


@dataclass(frozen=True, slots=True, kw_only=True)
class LatePaper:
    """One judge's paper. `counted`: another paper of this judge for this round was in time and counts."""

    round: int
    unit: str
    seat: str
    judge: str
    group: str
    received_at: datetime
    counted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LateOfGroup:
    """How many papers of a secret group came late to one round: at least so many, or exactly once it is published."""

    round: int
    unit: str
    group: str
    papers: int
    exact: bool

    @property
    def words(self) -> str:
        return f"{'' if self.exact else '至少'}{self.papers}张"


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """All that came too late in one sitting, in the order of its rounds."""

    named: tuple[LatePaper, ...] = ()
    secret: tuple[LateOfGroup, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.named or self.secret)

    def words_of(self, round_id: int) -> str:
        """`迟到3张，不计票` of one round; empty when there is nothing to tell."""
        named = sum(one.round == round_id for one in self.named)
        secret = [one for one in self.secret if one.round == round_id]
        count = named + sum(one.papers for one in secret)
        at_least = "" if all(one.exact for one in secret) else "至少"
        return f"迟到{at_least}{count}张，不计票。详见“成绩”页“迟到的票”。" if count else ""


def late_of(database: Database, sitting: str) -> Late:
    """The late papers of the rounds that are closed or published."""
    with database.reading() as c:
        found = sitting_of(c, sitting)
        papers = ballot_reads.late_papers(c, found.id)
        if not papers:
            return Late()
        rounds = {one.id: one for one in reads.rounds(c, found.id) if one.phase in (Phase.CLOSED, Phase.PUBLISHED)}
        units = {one.key: one.name for one in reads.targets(c, found.id)}
        judges = {one: holders_at(c, found, rounds[one].opened_at) for one in {paper.round_id for paper in papers}
                  if one in rounds}
        groups = {one.key: one.name for one in read_rule(reads.rule_text(c, found.id)[0].encode()).groups}

    def unit(of_round: Round) -> str:
        first = units[of_round.targets[0]]
        return first if len(of_round.targets) == 1 else f"{first}等{len(of_round.targets)}家"

    told = [one for one in papers if one.round_id in rounds]
    secret = Counter((one.round_id, one.group) for one in told if one.seat is None)
    return Late(
        named=tuple(
            LatePaper(round=one.round_id, unit=unit(rounds[one.round_id]), seat=one.seat, judge=judges[one.round_id][one.seat],
                      group=groups[one.group], received_at=one.received_at, counted=one.counted)
            for one in told if one.seat is not None and one.received_at is not None),
        secret=tuple(
            LateOfGroup(round=round_id, unit=unit(rounds[round_id]), group=groups[group], exact=exact,
                        papers=papers if exact else papers - papers % STEP)
            for (round_id, group), papers in sorted(secret.items()) if papers >= STEP
            for exact in (rounds[round_id].phase is Phase.PUBLISHED,)))
