"""Paper ballots (纸票): keyed by one clerk, keyed again blind by another, then a ballot like any other.

Each act is one transaction: a server that is killed between the two keyings has the first one, and waits for the
second. What two clerks read differently, and a seat that voted by phone as well, is decided by a person with a reason;
the loser stays readable. Where the paper stands it stands whole: what is blank on it is void, whatever the phone said
of it, because a ballot with every criterion blank is void under every rule. A paper of a secret group bears a serial
that was drawn for nobody: the record tells neither which serial was keyed when nor what stood on it.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from db.engine import Connection, Database
from db.reads import papers as paper_reads
from db.reads import sittings as reads
from db.reads.papers import StoredPaper
from db.stores.papers import Papers
from db.traces import sweep
from db.values import Round, Seat, Sitting, Target
from db.work import Work, work
from hall.ballots.checking import draw_receipt
from hall.ballots.paper_slips import MAY_CHOOSE, Choice, Fate, fate_of
from hall.moment.packing import sitting_of
from hall.moment.recusal import why_recused
from office.refusal import NotFound, Refused
from scoring.ballot import Line, PaperForm, PaperRefused, State
from scoring.round import Phase
from scoring.rule import BallotKind, Rule, read_rule

SPOILED = State.SPOILED.value
ENTERING = (Phase.OPEN, Phase.CLOSED)

__all__ = ["Choice", "Fate", "decide", "enter"]


def enter(database: Database, sitting: str, round_id: int, label: str, form: Mapping[str, str], *, by: str,
          at: datetime) -> Fate:
    """Key one paper: the first time it waits, the second time (by somebody else) the two are compared.

    `form` is the phone's, and besides `m.{target}` may be `spoiled`. Raises Refused.
    """
    label = label.strip()
    with work(database) as w:
        hall = _hall(w, sitting, round_id)
        slip = hall.slip(label)
        lines = _read(hall, slip, form)
        store = Papers(w.c)
        before = hall.paper(slip.label)
        attempt, done = (1, ()) if before is None else (before.attempt, before.now_keyed)
        if before is None:
            store.add(round_id, slip.label, group=slip.group, seat_id=slip.seat_id, voter=slip.voter)
        elif fate_of(before) is Fate.WITHDRAWN:
            attempt, done = before.attempt + 1, ()
            store.became(round_id, slip.label, Fate.KEYED.value, attempt=attempt, chosen=1)
        elif before.state != Fate.KEYED.value:
            raise Refused(f"{slip.label}这张纸票已经录过两遍（{fate_of(before).words}），不能再录。要更改请在“待裁定”里处理。")
        if any(entry.keyed_by == by for entry in done):
            raise Refused(f"{slip.label}的第一遍是您录的。请换一个人看着纸票再录一遍，不能自己核对自己。")
        store.key(round_id, slip.label, attempt, len(done) + 1, lines, by=by,
                  at=None if slip.secret else at)
        fate = Fate.KEYED
        if done:
            fate = Fate.DIFFERS
            if done[0].lines == lines:
                fate = _settle(w, hall, slip, lines, at=at)
            else:
                store.became(round_id, slip.label, fate.value)
        _tell(w, hall, slip, "纸票录入", by=by, at=at, times=len(done) + 1, state=fate)
    if hall.phase is Phase.CLOSED and fate is Fate.COUNTED:
        sweep(database)
    return fate


def decide(database: Database, sitting: str, round_id: int, label: str, choice: Choice, *, reason: str, by: str,
           at: datetime, seen: Fate | None = None) -> Fate:
    """Settle a paper that waits for a person, with a reason; spoil one that counts; or withdraw one that was keyed once,
    under a wrong number perhaps, and waits in vain. Raises Refused.

    `seen` is what the person was looking at: what has changed meanwhile is not decided over.
    """
    if not reason.strip():
        raise Refused("裁定要写明原因，例如：第二遍看错一行；评委说明以纸票为准。")
    with work(database) as w:
        hall = _hall(w, sitting, round_id)
        one = hall.paper(label)
        if one is None:
            raise NotFound("没有录过这张纸票。")
        fate = fate_of(one)
        if seen not in (None, fate) or choice not in MAY_CHOOSE.get(fate, ()):
            raise Refused(f"{label}现在是“{fate.words}”，不能这样处理。请刷新后再看。")
        if fate is Fate.DIFFERS and any(entry.keyed_by == by for entry in one.now_keyed):
            raise Refused("两遍录入中有一遍是您录的。请由没有录过这张票的人（其他计票员、监督员或主持人）裁定。")
        now = _decided(w, hall, one, fate, choice, at=at)
        state = Fate.SPOILED if now is Fate.WITHDRAWN else now
        Papers(w.c).became(round_id, label, state.value, decided_by=by, reason=reason.strip())
        _tell(w, hall, hall.known(one), "纸票裁定", by=by, at=at, ruling=choice.words, reason=reason.strip(), state=now)
    if hall.phase is Phase.CLOSED:
        sweep(database)
    return now


def _decided(w: Work, hall: _Hall, one: StoredPaper, fate: Fate, choice: Choice, *, at: datetime) -> Fate:
    slip, store = hall.known(one), Papers(w.c)
    match choice:
        case Choice.AGAIN:
            store.became(one.round_id, one.label, Fate.KEYED.value, attempt=one.attempt + 1, chosen=1)
            return Fate.KEYED
        case Choice.FIRST | Choice.SECOND:
            number = 1 if choice is Choice.FIRST else 2
            store.became(one.round_id, one.label, one.state, chosen=number)
            return _settle(w, hall, slip, one.now_keyed[number - 1].lines, at=at)
        case Choice.PHONE:
            return Fate.PHONE
        case Choice.WITHDRAW:  # keyed under a wrong number, or nobody finds it: nothing of it was a ballot
            return Fate.WITHDRAWN
        case Choice.SPOIL if fate is Fate.DIFFERS and _by_phone(w.c, hall, slip):
            return Fate.SPOILED  # nothing of the paper was stored, and what came by phone is left alone
        case Choice.SPOIL:
            spoiled = tuple(Line(target=line.target, state=State.SPOILED, marks=()) for line in one.lines)
            _cast(w, hall, slip, spoiled, Fate.SPOILED, at=at)
            return Fate.SPOILED
        case _:
            _cast(w, hall, slip, one.lines, Fate.COUNTED, at=at)
            return Fate.COUNTED


def _settle(w: Work, hall: _Hall, slip: _Resolved, lines: tuple[Line, ...], *, at: datetime) -> Fate:
    """Two agree, or a person has decided: a ballot, unless the seat has voted by phone."""
    if _by_phone(w.c, hall, slip):
        Papers(w.c).became(hall.round.id, slip.label, Fate.DUPLICATE.value)
        return Fate.DUPLICATE
    _cast(w, hall, slip, lines, Fate.COUNTED, at=at)
    return Fate.COUNTED


def _by_phone(c: Connection, hall: _Hall, slip: _Resolved) -> bool:
    """A ballot of this seat counts already. One that was spoiled does not stand against the paper that replaces it."""
    return any(line.state is not State.SPOILED for line in paper_reads.counting_lines(c, hall.round.id, slip.voter))


def _cast(w: Work, hall: _Hall, slip: _Resolved, lines: Sequence[Line], fate: Fate, *, at: datetime) -> None:
    store = Papers(w.c)
    lines = (*lines, *_left_blank(w.c, hall, slip, lines))
    drawn = draw_receipt()
    receipt = drawn if slip.secret else f"纸票{drawn[:2]}-{drawn[2:4]}{drawn[5:]}"
    if slip.secret and fate is Fate.COUNTED:
        receipt = slip.label  # whoever kept the serial finds it in the public list
    version = store.cast(
        hall.round.id, hall.phase, voter=slip.voter, group=slip.group, seat_id=slip.seat_id, lines=lines,
        target_ids=hall.target_ids, receipt=receipt, nonce=secrets.token_urlsafe(12), at=at)
    store.became(hall.round.id, slip.label, fate.value, version=version)


def _left_blank(c: Connection, hall: _Hall, slip: _Resolved, lines: Sequence[Line]) -> tuple[Line, ...]:
    """What counts of this voter and stands on the paper as a blank: spoiled. What the seat may not score is not asked."""
    said = {line.target for line in lines}
    return tuple(Line(target=one.target, state=State.SPOILED, marks=())
                 for one in paper_reads.counting_lines(c, hall.round.id, slip.voter)
                 if one.target not in said and one.state is not State.SPOILED
                 and (slip.seat_id is None or hall.why_recused(hall.seat(slip.seat_id), one.target) is None))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Resolved:
    """Whose paper this is, as far as anybody may know. `targets`: what may be marked on it."""

    label: str
    group: str
    seat_id: int | None
    voter: str
    targets: tuple[str, ...]

    @property
    def secret(self) -> bool:
        return self.seat_id is None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hall:
    """One round of a sitting inside a transaction, held against hosts, clerks and phones."""

    c: Connection
    sitting: Sitting
    round: Round
    phase: Phase
    rule: Rule
    target_ids: Mapping[str, int]

    def paper(self, label: str) -> StoredPaper | None:
        return next((one for one in paper_reads.papers(self.c, self.sitting.id)
                     if (one.round_id, one.label) == (self.round.id, label)), None)

    def seat(self, seat_id: int) -> Seat:
        return next(one for one in reads.seats(self.c, self.sitting.id) if one.id == seat_id)

    def card(self, target: str) -> Target:
        return next(one for one in reads.targets(self.c, self.sitting.id) if one.key == target)

    def why_recused(self, seat: Seat, target: str) -> str | None:
        return why_recused(seat, self.card(target), reads.recusals(self.c, self.sitting.id).get((seat.id, target)))

    def known(self, one: StoredPaper) -> _Resolved:
        return _Resolved(label=one.label, group=one.group, seat_id=one.seat_id, voter=one.voter, targets=())

    def slip(self, label: str) -> _Resolved:
        """The named seat of this code, or the printed paper of this serial."""
        if not label:
            raise Refused("请填写纸票上的席位号或编号，也可以用扫码枪扫。")
        seat = next((one for one in reads.seats(self.c, self.sitting.id) if one.code.upper() == label.upper()), None)
        if seat is not None:
            if self.rule.group(seat.group).secret:
                raise Refused(f"{seat.code}是无记名席位，纸票上没有席位号。请填纸票上的编号（如 7Q2K-M4）。")
            return _Resolved(label=seat.code, group=seat.group, seat_id=seat.id, voter=f"s{seat.id}",
                             targets=self._may_score(seat))
        serial = paper_reads.serials(self.c, self.sitting.id).get(label.upper())
        if serial is None:
            raise NotFound(f"没有席位“{label}”，也没有印过编号为“{label}”的纸票。请核对纸票上的号。")
        if set(serial.targets) != set(self.round.targets):
            raise Refused(f"编号{serial.serial}的纸票印的不是这一轮的单位。请核对轮次，或把票放到它那一轮。")
        voter = hashlib.sha256(f"paper {self.round.id} {serial.serial}".encode()).hexdigest()[:40]
        used = [one for one in paper_reads.papers(self.c, self.sitting.id) if one.label == serial.serial]
        if any(one.round_id != self.round.id for one in used):
            raise Refused(f"编号{serial.serial}的纸票在别的一轮已经用过。每张纸票只用一次，请发新的纸票。")
        return _Resolved(label=serial.serial, group=serial.group, seat_id=None, voter=voter, targets=self.round.targets)

    def _may_score(self, seat: Seat) -> tuple[str, ...]:
        """What this seat may score; a ranking keeps its recused places, uncounted."""
        if self.rule.ballot.kind is BallotKind.RANKING:
            return self.round.targets
        reasons = {key: self.why_recused(seat, key) for key in self.round.targets}
        free = tuple(key for key in self.round.targets if reasons[key] is None)
        if not free:
            first = self.round.targets[0]
            raise Refused(f"{seat.code}需回避{self.card(first).name}的打分（{reasons[first]}），纸票不录入。"
                          "录过一遍的，请在“全部纸票”里撤回。")
        return free


def _hall(w: Work, sitting: str, round_id: int) -> _Hall:
    found = sitting_of(w.c, sitting)
    w.rounds.lock_sitting(found.id)
    of_round = next((one for one in reads.rounds(w.c, found.id) if one.id == round_id), None)
    if of_round is None:
        raise NotFound("没有这一轮打分，请刷新后重选。")
    phase = w.rounds.phase(round_id)
    if phase is Phase.PUBLISHED:
        raise Refused("这一轮的成绩已公布，不能再录入或改动纸票。要把纸票算进来，请主持人写明原因作废这一轮，"
                      "重新打分后公布更正的一版；只是一张实名票有误，请计票员作废那张票。")
    if phase not in ENTERING:
        raise Refused("这一轮已作废，纸票不计。请等重新打分。")
    rule = read_rule(reads.rule_text(w.c, found.id)[0].encode())
    return _Hall(c=w.c, sitting=found, round=of_round, phase=phase, rule=rule,
                 target_ids={one.key: one.id for one in reads.targets(w.c, found.id)})


def _read(hall: _Hall, slip: _Resolved, form: Mapping[str, str]) -> tuple[Line, ...]:
    """The lines as they stand on the paper, checked by the rule. Two ticks, or what nobody can read, is spoiled."""
    form = _without_recused(hall, slip, form)
    spoiled = [key for key in slip.targets if form.get(f"m.{key}") == SPOILED]
    if spoiled and hall.rule.ballot.kind is BallotKind.RANKING:
        spoiled = list(slip.targets)
    kept = {name: value for name, value in form.items()
            if not any(name == f"m.{key}" or name.startswith(f"m.{key}.") for key in spoiled)}
    left = tuple(key for key in slip.targets if key not in spoiled)
    lines: tuple[Line, ...] = ()
    if not spoiled or any(value.strip() for name, value in kept.items() if name.startswith("m.")):
        try:
            lines = PaperForm(hall.rule, left).read(kept)
        except PaperRefused as refused:
            raise Refused(refused.message.replace("请填写后再提交", "请照纸票填写")) from None
    read = {line.target: line for line in lines} | {
        key: Line(target=key, state=State.SPOILED, marks=()) for key in spoiled}
    return tuple(read[key] for key in slip.targets if key in read)


def _without_recused(hall: _Hall, slip: _Resolved, form: Mapping[str, str]) -> Mapping[str, str]:
    """The form without the blanks of what this seat does not score. A judge may have marked it on paper all the same: that
    is not keyed, and the clerk is told which."""
    of = {name: key for key in hall.round.targets if key not in slip.targets
          for name in form if name == f"m.{key}" or name.startswith(f"m.{key}.")}
    marked = list(dict.fromkeys(key for name, key in of.items() if form[name].strip()))
    if marked:
        names = "、".join(hall.card(key).name for key in marked[:3]) + (f"等{len(marked)}家" if len(marked) > 3 else "")
        raise Refused(f"{slip.label}不评{names}（需回避，或不在这一席的线路）。纸票上给的分不录，请留空（按行录的写“-”）。")
    return {name: value for name, value in form.items() if name not in of}


def _tell(w: Work, hall: _Hall, slip: _Resolved, action: str, *, by: str, at: datetime, state: Fate,
          **detail: object) -> None:
    w.roster.touch(hall.sitting.id)
    whose = {"group": hall.rule.group(slip.group).name} if slip.secret else {"seat": slip.label}
    w.record.append(at=at, actor=by, action=action, sitting_id=hall.sitting.id, round=hall.round.id, **whose,
                    state=state.words, **detail)
