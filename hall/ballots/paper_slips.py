"""Paper ballots as people see them: what became of each, what may be decided about it, and what stops a publication.

The second keying is blind: what the first clerk keyed is told only when the two agree, differ, or have been settled.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from db.engine import Connection, Database
from db.reads import papers as paper_reads
from db.reads import sittings as reads
from db.reads.papers import StoredPaper
from db.values import Sitting
from hall.moment.packing import sitting_of
from hall.moment.recusal import why_recused
from scoring.ballot import Line
from scoring.round import Phase
from scoring.rule import BallotKind, Rule, read_rule


class Fate(StrEnum):
    """What became of a paper, or what it waits for."""

    KEYED = "keyed"
    DIFFERS = "differs"
    DUPLICATE = "duplicate"
    OVERTAKEN = "overtaken"
    COUNTED = "counted"
    PHONE = "phone"
    SPOILED = "spoiled"
    WITHDRAWN = "withdrawn"

    @property
    def words(self) -> str:
        return _FATES[self]


_FATES = {
    Fate.KEYED: "等第二人复录", Fate.DIFFERS: "两遍不一致，待裁定", Fate.DUPLICATE: "手机已投票，待裁定",
    Fate.OVERTAKEN: "录入后手机又投了票，待裁定", Fate.COUNTED: "已计入", Fate.PHONE: "以手机票为准，纸票留存",
    Fate.SPOILED: "作废票", Fate.WITHDRAWN: "已撤回，不算一张票",
}
KEYINGS = 2  # by two people, until they agree or somebody decides
WAITING = (Fate.KEYED, Fate.DIFFERS, Fate.DUPLICATE, Fate.OVERTAKEN)


class Choice(StrEnum):
    """What may be decided about a paper."""

    FIRST = "first"
    SECOND = "second"
    AGAIN = "again"
    SPOIL = "spoil"
    PHONE = "phone"
    PAPER = "paper"
    WITHDRAW = "withdraw"

    @property
    def words(self) -> str:
        return _CHOICES[self]


_CHOICES = {
    Choice.FIRST: "以第一遍为准", Choice.SECOND: "以第二遍为准", Choice.AGAIN: "重新录两遍",
    Choice.SPOIL: "这张纸票作废", Choice.PHONE: "以手机票为准", Choice.PAPER: "以纸票为准",
    Choice.WITHDRAW: "撤回这一遍",
}
MAY_CHOOSE = {
    Fate.DIFFERS: (Choice.FIRST, Choice.SECOND, Choice.AGAIN, Choice.SPOIL),
    Fate.DUPLICATE: (Choice.PHONE, Choice.PAPER), Fate.OVERTAKEN: (Choice.PHONE, Choice.PAPER),
    Fate.COUNTED: (Choice.SPOIL,), Fate.SPOILED: (Choice.AGAIN,), Fate.KEYED: (Choice.WITHDRAW,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """A paper as the clerks see it; `phone` is what counts of the same seat beside it, where that is to be decided.

    While the round is open nobody reads what came by phone: `phone` is empty.
    """

    round_id: int
    label: str
    group: str
    fate: Fate
    keyed_by: tuple[str, ...]
    readings: tuple[tuple[Line, ...], ...]
    taken: tuple[Line, ...]
    phone: tuple[Line, ...]
    decided_by: str
    reason: str

    @property
    def choices(self) -> tuple[Choice, ...]:
        return MAY_CHOOSE.get(self.fate, ())


def fate_of(one: StoredPaper) -> Fate:
    """A paper is spoiled by what two keyings say of it; one that was put aside after fewer was withdrawn, and is none."""
    if one.state == Fate.SPOILED.value and len(one.now_keyed) < KEYINGS:
        return Fate.WITHDRAWN
    return Fate.OVERTAKEN if one.overtaken else Fate.SPOILED if one.set_aside else Fate(one.state)


def slips(database: Database, sitting: str) -> tuple[Slip, ...]:
    """Every paper of the sitting. A reading is told only when it is settled or two differ: the second keying is blind."""
    with database.reading() as c:
        found = sitting_of(c, sitting)
        open_now = {one.id for one in reads.rounds(c, found.id) if one.phase is Phase.OPEN}
        return tuple(_slip(c, one, is_open=one.round_id in open_now) for one in paper_reads.papers(c, found.id))


def _slip(c: Connection, one: StoredPaper, *, is_open: bool) -> Slip:
    fate = fate_of(one)
    entries = one.now_keyed
    contested = not is_open and fate in (Fate.DUPLICATE, Fate.OVERTAKEN, Fate.PHONE)
    return Slip(
        round_id=one.round_id, label=one.label, group=one.group, fate=fate,
        keyed_by=tuple(entry.keyed_by for entry in entries),
        readings=() if fate is Fate.KEYED else tuple(entry.lines for entry in entries),
        taken=() if fate in (Fate.KEYED, Fate.WITHDRAWN) else one.lines,
        phone=paper_reads.counting_lines(c, one.round_id, one.voter) if contested else (),
        decided_by=one.decided_by or "", reason=one.reason or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Surplus:
    """More ballots of a group came back for a target than seats may score it; `recused` of its seats may not."""

    target: str
    group: str
    ballots: int
    seats: int
    recused: int


def surpluses(c: Connection, sitting: Sitting, rule: Rule) -> tuple[Surplus, ...]:
    """Wherever more ballots of a secret group came back than it has seats to send them (R50).

    Phones and papers are counted together. Which seat sent what is known to nobody, but which seats are recused is: a
    recused one makes room for no paper. On a ranking a recused target keeps its place, so every ballot ranks every
    target, and only a seat that may score none of them sends nothing. A named seat has one ballot at most.
    """
    cards = {one.key: one for one in reads.targets(c, sitting.id)}
    entered = reads.recusals(c, sitting.id)
    seats = [one for one in reads.seats(c, sitting.id) if rule.group(one.group).secret]
    whole_papers = rule.ballot.kind is BallotKind.RANKING
    back = paper_reads.came_back(c, sitting.id)
    found = []
    for one in reads.rounds(c, sitting.id):
        for group in (group.key for group in rule.groups if group.secret and one.phase is not Phase.VOID):
            came = back.get((one.id, group))
            if came is None:
                continue
            may = [{key for key in one.targets if why_recused(seat, cards[key], entered.get((seat.id, key))) is None}
                   for seat in seats if seat.group == group]
            first = Surplus(target=one.targets[0], group=group, ballots=came.voters, seats=sum(map(bool, may)),
                            recused=sum(not free for free in may))
            of_each = [Surplus(target=key, group=group, ballots=came.lines.get(key, 0), seats=sum(key in free for free in may),
                               recused=sum(key not in free for free in may)) for key in one.targets]
            over = [each for each in ([first] if whole_papers else [first, *of_each]) if each.ballots > each.seats]
            found += over[:1] if first in over else over
    return tuple(found)


def stops(c: Connection, sitting: Sitting) -> tuple[str, ...]:
    """What forbids a publication: papers that wait for a hand, and more ballots than seats; a sentence each."""
    standing = {one.id: one for one in reads.rounds(c, sitting.id) if one.phase is not Phase.VOID}
    waiting = [one for one in paper_reads.papers(c, sitting.id)
               if one.round_id in standing and fate_of(one) in WAITING]
    said = []
    if waiting:
        to_key = sum(fate_of(one) is Fate.KEYED for one in waiting)
        parts = [*([f"等复录{to_key}张"] if to_key else []),
                 *([f"待裁定{len(waiting) - to_key}张"] if len(waiting) > to_key else [])]
        said.append(f"纸票还没有处理完：{'，'.join(parts)}。请到“纸票”页处理")
    rule = read_rule(reads.rule_text(c, sitting.id)[0].encode())
    names = {one.key: one.name for one in reads.targets(c, sitting.id)}
    for one in surpluses(c, sitting, rule):
        aside = f"（另有{one.recused}席回避）" if one.recused else ""
        # R50: more ballots back than issued voids the vote
        said.append(f"{names[one.target]}：{rule.group(one.group).name}收回{one.ballots}张，多于{one.seats}席{aside}。"
                    "请作废重投，或在“纸票”页写明原因作废多出的纸票")
    return tuple(said)
