"""People in the hall while a sitting runs: who arrives, who leaves, who takes over a seat, who steps back, whose paper
is spoiled. One transaction each, one line in the record; what it means is told before it is done (`*_words`).

The seat stays, the person may change; a paper that is in stays in the box. Only its judge changes a paper, and only
while the round is open; afterwards the clerk may spoil one of a named group. A paper of a secret group is nobody's:
nothing here looks for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from db.engine import Connection, Database
from db.reads import ballots as ballot_reads
from db.reads import sittings as reads
from db.stores.spoiling import spoil as store_spoiled
from db.values import Round, Seat, Sitting, Target
from db.work import Work, work
from hall.ballots.checking import draw_receipt
from hall.moment.holders import REPLACING
from hall.moment.packing import sitting_of
from hall.moment.recusal import why_recused
from hall.moment.snapshot import SeatInHall, Snapshot
from hall.outcome.verification import SPOILING
from office.local_time import clock_time
from office.prints.badges import Badge, give_badges
from office.refusal import NotFound, Refused
from scoring.ballot import State
from scoring.number import percent
from scoring.round import Phase
from scoring.rule import BallotKind, Rule, read_rule

OVER = (Phase.CLOSED, Phase.PUBLISHED)


# -- what it means, before it is done ------------------------------------------------------------------------


def badge_words(snapshot: Snapshot, seat: SeatInHall) -> str:
    """What a new badge means for this seat, in one sentence."""
    if not seat.has_badge:
        return "这一席现在没有能用的胸牌。出新码后即可打分。"
    if not _is_open(snapshot):
        return "旧胸牌立即停用，已投的票都保留。"
    if not snapshot.rule.group(seat.group).secret:
        return "旧胸牌立即停用；这一轮已投的票保留，截止前可用新胸牌修改。"
    return "旧胸牌立即停用；这一轮若已投，那张票照算、不能再改，若没投，可用新胸牌投（系统不能确认时，从下一轮起投）。"


def arrival_words(snapshot: Snapshot, seat: SeatInHall) -> str:
    """What arriving now means: what is over stays unvoted, and is no zero; a quorum of those present grows for it too."""
    over = sum(len(one.targets) for one in snapshot.rounds if one.phase in OVER)
    if not over:
        return ""
    said, group = f"已截止的{over}家不能补投，没投的按未交计，不算0分。", snapshot.rule.group(seat.group)
    if not group.quorum_share:
        return said
    here = sum(one.checked_in or one.id == seat.id for one in snapshot.seats if one.group == seat.group)
    return (f"{said}{group.name}要求有效票达到到会未回避席位的{percent(group.quorum_share)}：到会现在是{here}席，"
            f"对已截止的各家一并适用{'；已公布的不变，再出一版时按那时的到会席位算' if snapshot.published else ''}。")


def leaving_words(snapshot: Snapshot, seat: SeatInHall) -> str:
    """What leaving means under this rule: badge, papers, quorum."""
    group = snapshot.rule.group(seat.group)
    said = "胸牌立即停用，回来时换发一张；已投的票照算，没投的按未交计，不算0分。"
    if not group.quorum_share:
        return f"{said}{group.name}不按到会席位定有效票数，名次不受影响。"
    here = sum(one.checked_in for one in snapshot.seats if one.group == seat.group)
    return (f"{said}{group.name}要求有效票达到到会未回避席位的{percent(group.quorum_share)}："
            f"到会从{here}席减为{max(here - 1, 0)}席，对全场各家一并适用。")


def replacing_words(snapshot: Snapshot) -> str:
    return ("席位和已投的票不变，新来的人从下一家起打分；旧胸牌立即停用，出一张新的。"
            "席位登记的单位不变：新来的人另有要回避的单位，请再登记回避。")


def recusal_words(database: Database, sitting: str, code: str, target: str) -> str:
    """What a recusal on the spot means for a paper that is in, told before it is confirmed."""
    with database.reading() as c:
        found = sitting_of(c, sitting)
        seat = next((one for one in reads.seats(c, found.id) if one.code == code), None)
        if seat is None:
            raise NotFound(f"没有席位“{code}”，请刷新后再看。")
        return _recusal_means(c, seat, target, _counting(reads.rounds(c, found.id), target))


def _recusal_means(c: Connection, seat: Seat, target: str, found: Round | None) -> str:
    if found is None:
        return "还没有打分：到时这一席不能对这一家打分，手机上会写明原因。"
    voted = (found.id, target) in ballot_reads.papers_of_seat(c, seat.id)
    said = "这一席对这一家的票已经投了：确认后按回避处理，不再计入（不是0分），截止以后不能恢复。" if voted else \
        "这一席还没有投这一家的票：确认后不再收。"
    if found.phase is Phase.PUBLISHED:
        return f"{said}已公布的成绩不变，要改请另出一版更正。"
    return f"{said}手机上会写明回避和原因。" if found.phase is Phase.OPEN else said


# -- arriving and leaving ------------------------------------------------------------------------------------


def arrive(database: Database, sitting: str, code: str, *, by: str, at: datetime) -> str:
    """Check a seat in at the desk; what to tell. Whoever is checked in already keeps the earlier time."""
    with work(database) as w:
        bench = _bench(w, sitting)
        seat = bench.seat(code)
        if seat.checked_in_at is not None:
            return f"{_of(seat)}在{clock_time(seat.checked_in_at)}已经签到。"
        w.roster.check_in(seat.id, at=at)
        bench.tell(by, at, "签到", seat=code)
    return f"{_of(seat)}已签到。"


def undo_arrival(database: Database, sitting: str, code: str, *, by: str, at: datetime) -> None:
    """A check-in that was a mistake."""
    with work(database) as w:
        bench = _bench(w, sitting)
        seat = bench.seat(code)
        if seat.checked_in_at is None:
            raise Refused(f"{_of(seat)}没有签到，不用取消。")
        w.roster.check_out(seat.id)
        bench.tell(by, at, "取消签到", seat=code)


def leave(database: Database, sitting: str, code: str, *, by: str, at: datetime) -> None:
    """离席: no longer present, and the badge stops, so that nobody votes with a phone that was left behind."""
    with work(database) as w:
        bench = _bench(w, sitting)
        seat = bench.seat(code)
        if seat.checked_in_at is None:
            raise Refused(f"{_of(seat)}没有签到，不用登记离席。")
        w.roster.check_out(seat.id)
        w.roster.stop_badges([seat.id], at)
        bench.tell(by, at, "离席", seat=code, name=seat.name)


# -- a dead phone, another person ----------------------------------------------------------------------------


def replace_person(database: Database, sitting: str, code: str, *, name: str, reason: str, base_url: str, by: str,
                   at: datetime) -> Badge:
    """Another person takes the seat, from the next round on, with a badge of his own. Between rounds only."""
    if not name.strip() or not reason.strip():
        raise Refused("请写明新来的人（姓名或职务）和换人的原因。")
    with work(database) as w:
        bench = _bench(w, sitting)
        seat = bench.seat(code)
        if seat.name == name.strip():
            raise Refused(f"{code}席现在就是{seat.name}，不用换。")
        if any(one.phase is Phase.OPEN for one in bench.rounds):
            raise Refused("正在打分，这一轮还算原来的人的。请截止后再换，新来的人从下一家起打分。")
        w.roster.change_seat(seat.id, name=name.strip())
        w.roster.check_out(seat.id)
        w.roster.check_in(seat.id, at=at)
        badge, = give_badges(w, bench.rule, [bench.seat(code)], base_url=base_url, at=at)
        bench.tell(by, at, REPLACING, seat=code, before=seat.name, name=name.strip(), reason=reason.strip())
    return badge


# -- stepping back, spoiling ---------------------------------------------------------------------------------


def recuse_now(database: Database, sitting: str, code: str, target: str, *, reason: str, by: str, at: datetime,
               told: str | None = None) -> None:
    """A recusal on the spot, while the round is open and after it too: a paper that is in does not count any more.

    Of a secret group the paper cannot be told apart: refused once the target's round has begun. `told` is what the
    host read before he confirmed (`recusal_words`): if that is not so any more, he is asked again.
    """
    if not reason.strip():
        raise Refused("回避要写明原因，例如：与该单位负责人是亲属。")
    with work(database) as w:
        bench = _bench(w, sitting)
        seat, one = bench.seat(code), bench.target(target)
        entered = reads.recusals(w.c, bench.sitting.id).get((seat.id, target))
        known = why_recused(seat, one, entered)
        if known is not None:
            raise Refused(f"{_of(seat)}对{one.name}已经回避（{known}）。")
        current = bench.round_of(target)
        if current is not None and bench.rule.group(seat.group).secret:
            raise Refused(f"{one.name}已经开始打分，{bench.rule.group(seat.group).name}是无记名组，认不出哪张票是这一席的。"
                          "要让这一席回避，请先作废这一轮，登记回避后重投。")
        means = _recusal_means(w.c, seat, target, current)
        if told is not None and told != means:
            raise Refused(f"情况刚刚有变：{means}看清后请再确认一次。")
        voted = current is not None and (current.id, target) in ballot_reads.papers_of_seat(w.c, seat.id)
        w.roster.recuse(seat.id, one.id, reason.strip())
        bench.tell(by, at, "当场回避", seat=code, target=target, reason=reason.strip(),
                   **({"note": "已投的票不再计入"} if voted else {}))


def lift_now(database: Database, sitting: str, code: str, target: str, *, by: str, at: datetime) -> None:
    """Take an entered recusal back while that gives nobody a choice: before the round of the target has closed."""
    with work(database) as w:
        bench = _bench(w, sitting)
        seat, one = bench.seat(code), bench.target(target)
        current = bench.round_of(target)
        if current is not None and (current.phase in OVER or bench.rule.group(seat.group).secret):
            raise Refused(f"{one.name}已经打分，回避不能再撤销。要重新打分请先作废这一轮。")
        if (seat.id, target) not in reads.recusals(w.c, bench.sitting.id):
            raise Refused(f"{_of(seat)}对{one.name}没有登记的回避。")
        w.roster.lift_recusal(seat.id, one.id)
        bench.tell(by, at, "撤销回避", seat=code, target=target)


def spoilable(database: Database, snapshot: Snapshot, seat: SeatInHall) -> tuple[str, ...]:
    """Targets whose paper of this seat may be spoiled: named, in, its round over. In the order of the agenda."""
    if snapshot.rule.group(seat.group).secret:
        return ()
    with database.reading() as c:
        papers = ballot_reads.papers_of_seat(c, seat.id)
    over = {(one.id, key) for one in snapshot.rounds if one.phase in OVER for key in one.targets}
    may = {key for (round_id, key), state in papers.items()
           if (round_id, key) in over and state is not State.SPOILED and snapshot.recused(seat, key) is None}
    return tuple(one.key for one in snapshot.targets if one.key in may)


def spoil(database: Database, sitting: str, code: str, target: str, *, reason: str, by: str, at: datetime) -> None:
    """作废一张票: a named paper of a round that is over is spoiled; an older version does not come back.

    A ranking is one paper for all targets, and is spoiled whole. While the round is open its judge changes the paper.
    """
    if not reason.strip():
        raise Refused("作废一张票要写明原因，例如：评委当场声明打错了单位。")
    with work(database) as w:
        bench = _bench(w, sitting)
        seat, one = bench.seat(code), bench.target(target)
        if bench.rule.group(seat.group).secret:
            raise Refused("无记名组的票认不出是谁的，不能单独作废。要重投请作废这一轮。")
        current = bench.round_of(target)
        if current is None:
            raise Refused(f"{one.name}还没有打过分。")
        w.rounds.phase(current.id)  # held: a late paper of this seat waits for us
        if current.phase is Phase.OPEN:
            raise Refused(f"{one.name}正在打分，请评委自己在手机上修改；截止后才能作废。")
        papers = ballot_reads.papers_of_seat(w.c, seat.id)
        state = papers.get((current.id, target))
        if state is None or state is State.SPOILED:
            raise Refused(f"{_of(seat)}对{one.name}{'没有计入的票' if state is None else '的票已经作废'}。")
        whole = bench.rule.ballot.kind is BallotKind.RANKING
        keys = current.targets if whole else (target,)
        store_spoiled(w.c, round_id=current.id, seat_id=seat.id, target_ids=[bench.target(key).id for key in keys],
                      receipt=draw_receipt(), at=at)
        bench.tell(by, at, SPOILING, seat=code, targets=list(keys), round=current.id, reason=reason.strip())


# -- the bench -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bench:
    """A sitting held against other hands until the transaction ends."""

    w: Work
    sitting: Sitting
    rule: Rule
    rounds: tuple[Round, ...]

    def seat(self, code: str) -> Seat:
        found = next((one for one in reads.seats(self.w.c, self.sitting.id) if one.code == code), None)
        if found is None:
            raise NotFound(f"没有席位“{code}”，请刷新后再看。")
        return found

    def target(self, key: str) -> Target:
        found = next((one for one in reads.targets(self.w.c, self.sitting.id) if one.key == key), None)
        if found is None:
            raise NotFound(f"议程里没有“{key}”，请刷新后再看。")
        return found

    def round_of(self, target: str) -> Round | None:
        """The round that counts for this target."""
        return _counting(self.rounds, target)

    def tell(self, by: str, at: datetime, action: str, **detail: object) -> None:
        self.w.roster.touch(self.sitting.id)
        self.w.record.append(at=at, actor=by, action=action, sitting_id=self.sitting.id, **detail)


def _bench(w: Work, sitting: str) -> _Bench:
    found = sitting_of(w.c, sitting)
    w.rounds.lock_sitting(found.id)
    return _Bench(w=w, sitting=found, rule=read_rule(reads.rule_text(w.c, found.id)[0].encode()),
                  rounds=reads.rounds(w.c, found.id))


def _counting(rounds: tuple[Round, ...], target: str) -> Round | None:
    return next((one for one in reversed(rounds) if target in one.targets and one.phase is not Phase.VOID), None)


def _is_open(snapshot: Snapshot) -> bool:
    return any(one.phase is Phase.OPEN for one in snapshot.rounds)


def _of(seat: Seat) -> str:
    return f"{seat.code} {seat.name}".strip()
