"""The sealed printout of a round (封存件): everything with which the sitting could go on, or be counted again, on paper.

All ballots of the round (secret ones without seat and time, under their name in the recount package; on a long paper
by unit), the rule in words, counts by group, and a code: the SHA-256 of the lines that are printed at the end, which
anybody can give to sha256sum. The code stands in the audit record, so that a printout in a drawer can be held against
the database later. Where a secret group has fewer than three ballots its marks are not printed: a drawer has many keys.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from db.engine import Connection, Database
from db.reads import ballots as ballot_reads
from db.reads import people as people_reads
from db.reads import sittings as reads
from db.reads.ballots import StoredLine
from db.values import Round, Sitting
from db.work import work
from hall.ballots.phone_parts import LONG_PAPER
from hall.ballots.sealed_papers import COUNTED, SECRET, VALID, BallotRow, by_paper, counts_by_unit
from hall.moment.discretion import FEWEST_SECRET_BALLOTS
from hall.moment.packing import paper_id, sitting_of
from office.local_time import minute
from office.prints.paper_rows import numbers_of
from office.refusal import NotFound, Refused
from scoring.ballot import State
from scoring.round import Phase
from scoring.rule import BallotKind, Rule, read_rule
from scoring.rule_words import rule_in_words

SEALING = "封存选票"
WITHHELD = "不足三张，不印"
_SEALED = (Phase.CLOSED, Phase.PUBLISHED)
_VALID_AND_NOT = (State.SUBMITTED, State.ABSTAIN, State.DONT_KNOW, State.SPOILED)
_COUNT_HEAD = ("单位", "评委组", "收回", "有效", "弃权", "不了解", "作废")
_BALLOT_HEAD = ("单位", "评委组", "席位", "票号", "状态", "评分", "收到时间（UTC）")
_PAPER_HEAD = ("评委组", "席位", "票号", "各序号的评分", "收到时间（UTC）")
_STATES = {State.SUBMITTED: VALID, State.ABSTAIN: "弃权", State.DONT_KNOW: "不了解", State.SPOILED: "作废", State.LATE: "迟到不计"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Printout:
    """A sealed printout, ready to be printed: one self-contained HTML file."""

    round_id: int
    code: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A printout that was made. `holds`: the database still gives the very same content."""

    code: str
    at: datetime
    by: str
    holds: bool


def print_sealed(database: Database, sitting: str, round_id: int, *, by: str, at: datetime) -> Printout:
    """The printout of a closed or published round; its code is recorded. Raises Refused."""
    with work(database) as w:
        found = sitting_of(w.c, sitting)
        w.rounds.lock_sitting(found.id)
        of_round = _round(w.c, found, round_id)
        content = _content(w.c, found, of_round)
        w.record.append(at=at, actor=by, action=SEALING, sitting_id=found.id, round=round_id,
                        targets=list(of_round.targets), sha256=content.code)
    return Printout(round_id=round_id, code=content.code, html=_page(content, by=by, at=at))


def kept(database: Database, sitting: str) -> dict[int, tuple[Kept, ...]]:
    """Round -> every printout that was made of it, newest first, held against what the database gives now."""
    with database.reading() as c:
        found = sitting_of(c, sitting)
        made = [one for one in people_reads.record(c, sitting=sitting) if one.action == SEALING]
        sealed = {one.id: one for one in reads.rounds(c, found.id) if one.phase in _SEALED}
        of_rounds = {int(str(one.detail["round"])) for one in made}
        now = {key: _content(c, found, sealed[key]).code for key in of_rounds & set(sealed)}
    return {key: tuple(Kept(code=str(one.detail["sha256"]), at=one.at, by=one.actor,
                            holds=now.get(key) == one.detail["sha256"])
                       for one in made if one.detail["round"] == key) for key in sorted(of_rounds)}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    """What is printed; `lines` are what the code is the SHA-256 of, joined by line feeds, with one at the end."""

    title: str
    round_title: str
    rule: Rule
    count_head: tuple[str, ...]
    counts: tuple[tuple[str, ...], ...]
    ballot_head: tuple[str, ...]
    ballots: tuple[tuple[str, ...], ...]
    lines: tuple[str, ...]

    @property
    def code(self) -> str:
        return hashlib.sha256("".join(f"{line}\n" for line in self.lines).encode()).hexdigest()


def _round(c: Connection, sitting: Sitting, round_id: int) -> Round:
    found = next((one for one in reads.rounds(c, sitting.id) if one.id == round_id), None)
    if found is None:
        raise NotFound("没有这一轮打分。")
    if found.phase not in _SEALED:
        raise Refused("截止以后才能印封存件。" if found.phase is Phase.OPEN else "这一轮已作废，不印封存件。")
    return found


def _content(c: Connection, sitting: Sitting, of_round: Round) -> _Content:
    written, version, _locked = reads.rule_text(c, sitting.id)
    rule = read_rule(written.encode())
    cards = reads.targets(c, sitting.id)
    register, names = numbers_of(cards), {one.key: one.name for one in cards}  # another order of the agenda changes nothing here
    targets = sorted(of_round.targets, key=register.__getitem__)
    numbers = {key: register[key] for key in targets}
    lines = _newest(line for line in ballot_reads.lines(c, sitting.id, (of_round.phase.value,))
                    if line.round_id == of_round.id and (line.seat or line.state is not State.LATE))
    valid = Counter((line.target, line.group) for line in lines if line.state is State.SUBMITTED)
    few = {(target, group.key) for target in targets for group in rule.groups
           if group.secret and valid[target, group.key] < FEWEST_SECRET_BALLOTS}
    groups = {one.key: one.name for one in rule.groups}
    whole = rule.ballot.kind is BallotKind.RANKING
    number = {(line.voter, line.target): paper_id(line.voter, line.target, whole=whole) for line in lines if not line.seat}
    rows = [BallotRow(
        target=line.target, group=groups[line.group], seat=line.seat or SECRET,
        number=line.receipt if line.seat else number[line.voter, line.target], state=_STATES[line.state],
        marks=WITHHELD if (line.target, line.group) in few and line.marks else _marks(rule, line),
        received_at=line.received_at or "")
        for line in sorted(lines, key=lambda line: (register[line.target], line.group,
                                                         line.seat or number[line.voter, line.target]))]
    counted = _counted(lines)
    first = names[of_round.targets[0]]
    title = f"第{of_round.number}轮 {first}" + (f"等{len(of_round.targets)}家" if len(of_round.targets) > 1 else "")
    if len(of_round.targets) > LONG_PAPER:
        count_head: tuple[str, ...] = ("序号", "单位", *groups.values())
        counts = counts_by_unit(numbers, names, tuple(groups), counted)
        ballot_head: tuple[str, ...] = _PAPER_HEAD
        ballots: tuple[tuple[str, ...], ...] = by_paper(numbers, rows, whole=whole)
    else:
        count_head = _COUNT_HEAD
        counts = tuple((names[target], group.name, *(str(number) for number in counted[target, group.key]))
                       for target in targets for group in rule.groups)
        ballot_head = _BALLOT_HEAD
        ballots = tuple((names[row.target], row.group, row.seat, row.number, row.state, row.marks, row.received_at)
                        for row in rows)
    return _Content(
        title=f"{sitting.title} {sitting.period}", round_title=title, rule=rule, count_head=count_head, counts=counts,
        ballot_head=ballot_head, ballots=ballots,
        lines=(f"场次\t{sitting.key}\t第{of_round.number}轮", f"办法\t第{version}版\t{hashlib.sha256(written.encode()).hexdigest()}",
               *("\t".join(("组", *row)) for row in counts), *("\t".join(("票", *row)) for row in ballots)))


def _newest(lines: Iterable[StoredLine]) -> tuple[StoredLine, ...]:
    """What stands of every voter, and what came late; what was superseded is in the recount package."""
    newest: dict[tuple[str, str], StoredLine] = {}
    late = []
    for line in lines:
        if line.state is State.LATE:
            late.append(line)
        elif (line.voter, line.target) not in newest or newest[line.voter, line.target].version < line.version:
            newest[line.voter, line.target] = line
    return (*newest.values(), *late)


def _counted(lines: Sequence[StoredLine]) -> defaultdict[tuple[str, str], tuple[int, ...]]:
    """By target and group: received, valid, abstained, does not know, spoiled."""
    states: dict[tuple[str, str], Counter[State]] = defaultdict(Counter)
    for line in lines:
        states[line.target, line.group][line.state] += 1
    found: defaultdict[tuple[str, str], tuple[int, ...]] = defaultdict(lambda: (0,) * (1 + len(_VALID_AND_NOT)))
    for key, own in states.items():
        found[key] = (own.total() - own[State.LATE], *(own[one] for one in _VALID_AND_NOT))
    return found


def _marks(rule: Rule, line: StoredLine) -> str:
    names = {one.key: one.name for one in rule.criteria}
    grades = {one.key: one.name for one in rule.grades}
    return "；".join(f"{names[key]} {value}" if key in names else grades.get(value, value) for key, value in line.marks)


_STYLE = """
@page{size:A4;margin:14mm}
body{margin:0 auto;max-width:182mm;color:#1f2328;background:#fff;font-size:3.6mm;line-height:5.2mm;
font-family:'PingFang SC','HarmonyOS Sans SC','MiSans','Microsoft YaHei','Noto Sans CJK SC',sans-serif;
font-variant-numeric:tabular-nums}
h1{font-size:6mm;line-height:8mm;margin:0 0 2mm}
h2{font-size:4.4mm;margin:5mm 0 1.6mm}
table{width:100%;border-collapse:collapse}
th,td{border:.2mm solid #8c959f;padding:.8mm 1.6mm;text-align:left}
thead{display:table-header-group}
tr{break-inside:avoid}
.long{font-size:2.8mm;line-height:4mm}
.long tr{break-inside:auto}
.long td:nth-last-child(2){width:60%}
.code{font-family:monospace;font-size:4mm;overflow-wrap:anywhere}
.ink{margin-top:12mm;display:grid;grid-template-columns:1fr 1fr 1fr;column-gap:8mm}
.ink span{border-top:.3mm solid #1f2328;padding-top:1mm}
pre{font-family:monospace;font-size:2.5mm;line-height:3.4mm;white-space:pre-wrap;overflow-wrap:anywhere}
ol{margin:0;padding-left:6mm}
"""


def _page(content: _Content, *, by: str, at: datetime) -> str:
    rule = "".join(f"<li>{escape(one)}</li>" for one in rule_in_words(content.rule))
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        f"<title>{escape(content.title)} {escape(content.round_title)} 封存件</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(content.title)} 选票封存件</h1><p>{escape(content.round_title)}　{escape(minute(at))} 由{escape(by)}打印</p>"
        f'<p>校验码（SHA-256，同时记入系统留痕）<br><span class="code">{content.code}</span></p>'
        f"<h2>各组票数</h2>{_note(content)}{_table(content.count_head, content.counts)}"
        f"<h2>计分办法</h2><ol>{rule}</ol>"
        f"<h2>全部选票（{len(content.ballots)}行）</h2>{_table(content.ballot_head, content.ballots, _kind(content))}"
        '<div class="ink"><span>计票员</span><span>监督员</span><span>主持人</span></div>'
        "<h2>校验内容</h2><p>校验码是下面各行（以制表符分栏，每行以换行结尾，UTF-8）的 SHA-256。"
        f"系统不可用时，可照上表在“纸票”页或另一台机器上重新录入。</p><pre>{escape(_joined(content))}</pre></body></html>")


def _note(content: _Content) -> str:
    return f"<p>每格是{COUNTED}。下面的选票用这里的序号。</p>" if _kind(content) else ""


def _kind(content: _Content) -> str:
    """The style of the ballots' table: a row a paper runs over the page's end."""
    return "long" if content.ballot_head is _PAPER_HEAD else ""


def _joined(content: _Content) -> str:
    return "".join(f"{line}\n" for line in content.lines)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "") -> str:
    return (f'<table class="{kind}"><thead><tr>' + "".join(f"<th>{one}</th>" for one in head) + "</tr></thead><tbody>"
            + "".join(f"<tr>{''.join(f'<td>{escape(one)}</td>' for one in row)}</tr>" for row in rows) + "</tbody></table>")
