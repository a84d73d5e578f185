"""Printed paper ballots (纸票): what a seat marks by hand when its phone, or the whole network, is gone.

    html = sheet(issue(database, "wz", seats=("J01",), secret={"public": 30}, ...), rule, "县区比拼现场 2026Q1")

A paper of a named seat bears its code. A paper of a secret group bears a serial that is drawn at random and assigned to
nobody: so many were printed, and who takes which is chance. One A4 page a paper, a single self-contained HTML file.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from itertools import zip_longest

from db.engine import Database
from db.reads import papers as paper_reads
from db.reads import sittings as reads
from db.stores.papers import Papers
from db.work import work
from office.prints.badges import qr_svg
from office.prints.paper_rows import PER_ROW, is_long, numbers_of
from office.refusal import NotFound, Refused
from scoring.ballot import marks_allowed
from scoring.rule import BallotKind, Rule, read_rule

FEWEST_SERIALS = 3
MOST_PAPERS = 1000
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperBallot:
    """One paper. `label` is a seat's code or a serial; `targets` are (key, name) in the order of the agenda, or, on a long
    paper of grades, of their `numbers`. `barred`: what this seat does not score; it is printed so."""

    label: str
    secret: bool
    group_name: str
    seat_name: str
    targets: tuple[tuple[str, str], ...]
    numbers: tuple[int, ...] = ()
    barred: frozenset[str] = frozenset()


def issue(database: Database, sitting: str, *, seats: Sequence[str], secret: Mapping[str, int], targets: Sequence[str],
          together: bool, by: str, at: datetime,
          barred: Mapping[str, Collection[str]] | None = None) -> tuple[PaperBallot, ...]:
    """Papers for these named seats, and so many for each secret group; `together`: all targets on one paper. `barred`: seat
    -> targets that it does not score: no paper is printed that has nothing else on it.

    Serials are stored, so that only what was printed can come back. Raises Refused.
    """
    with work(database) as w:
        found = reads.sitting(w.c, sitting)
        if found is None:
            raise NotFound(f"没有场次“{sitting}”。")
        w.rounds.lock_sitting(found.id)
        rule = read_rule(reads.rule_text(w.c, found.id)[0].encode())
        known = {one.code: one for one in reads.seats(w.c, found.id)}
        register = reads.targets(w.c, found.id)
        known_targets = [one for one in register if not one.postponed]
        agenda = [one for one in known_targets if one.key in set(targets)]
        if not agenda:
            raise Refused("请先选要印哪几家单位。")
        if rule.ballot.kind is BallotKind.RANKING:
            together, agenda = True, known_targets
        numbers: tuple[int, ...] = ()
        if together and is_long(rule, agenda):
            of = numbers_of(register)
            agenda.sort(key=lambda one: of[one.key])
            numbers = tuple(of[one.key] for one in agenda)
        pages = [tuple((one.key, one.name) for one in agenda)] if together else [((one.key, one.name),) for one in agenda]
        _refuse_wrong_numbers(rule, secret, pages)
        wrong = [code for code in seats if code not in known or rule.group(known[code].group).secret]
        if wrong:
            raise Refused(f"{'、'.join(wrong)}不是实名席位。无记名组按张数印，不按席位印。")
        if not 0 < (len(seats) + sum(secret.values())) * len(pages) <= MOST_PAPERS:
            raise Refused(f"请选好席位或填张数，一次最多印{MOST_PAPERS}张。")
        of_seat = {code: frozenset((barred or {}).get(code, ())) if rule.ballot.kind is not BallotKind.RANKING else frozenset()
                   for code in seats}  # a ranking keeps the places of those it does not score
        papers = [PaperBallot(label=code, secret=False, group_name=rule.group(known[code].group).name,
                              seat_name=known[code].name, targets=page, numbers=numbers, barred=of_seat[code])
                  for page in pages for code in seats if any(key not in of_seat[code] for key, _name in page)]
        if seats and not papers and not any(secret.values()):
            raise Refused("所选席位对所选单位都要回避，没有要印的纸票。")
        taken = set(paper_reads.serials(w.c, found.id)) | {code.upper() for code in known}
        drawn: dict[str, tuple[str, tuple[str, ...]]] = {}
        for page in pages:
            for group, count in secret.items():
                for _ in range(count):
                    serial = _draw(taken)
                    drawn[serial] = (group, tuple(key for key, _name in page))
                    papers.append(PaperBallot(label=serial, secret=True, group_name=rule.group(group).name,
                                              seat_name="", targets=page, numbers=numbers))
        if drawn:
            Papers(w.c).add_serials(found.id, drawn)
        w.record.append(
            at=at, actor=by, action="印制纸票", sitting_id=found.id, seats=list(seats),
            targets=[key for page in pages for key, _name in page], count=len(papers),
            serials={rule.group(group).name: f"{count}张" for group, count in secret.items() if count})
    return tuple(papers)


def _refuse_wrong_numbers(rule: Rule, secret: Mapping[str, int], pages: Sequence[object]) -> None:
    groups = {one.key: one for one in rule.groups}
    for group, count in secret.items():
        if group not in groups or not groups[group].secret:
            raise Refused("只有无记名组按张数印，实名组请选席位。")
        if 0 < count < FEWEST_SERIALS:
            raise Refused(f"{groups[group].name}是无记名组，一次至少印{FEWEST_SERIALS}张，混在一起让评委自取，"
                          "免得看出哪张是谁的。")
        if not 0 <= count <= MOST_PAPERS:
            raise Refused(f"张数请写0到{MOST_PAPERS}。")


def _draw(taken: set[str]) -> str:
    """Six letters and digits without look-alikes, not drawn before in this sitting."""
    while True:
        drawn = "".join(secrets.choice(_LETTERS) for _ in range(6))
        serial = f"{drawn[:4]}-{drawn[4:]}"
        if serial not in taken:
            taken.add(serial)
            return serial


_STYLE = """
@page{size:A4;margin:14mm}
*{box-sizing:border-box}
body{margin:0;background:#f5f6f8;color:#1f2328;
font-family:'PingFang SC','HarmonyOS Sans SC','MiSans','Microsoft YaHei','Noto Sans CJK SC',sans-serif}
.how{max-width:182mm;margin:0 auto;padding:5mm 0;font-size:15px;line-height:1.6}
.paper{width:182mm;margin:0 auto 6mm;padding:6mm;background:#fff}
.head{display:grid;grid-template-columns:1fr 30mm;column-gap:6mm}
.head svg{width:30mm;height:30mm;display:block}
h1{font-size:6.4mm;line-height:8mm;margin:0 0 2mm}
p{margin:0 0 1.6mm;font-size:4mm;line-height:5.8mm}
.label{font-size:7mm;font-weight:700;font-variant-numeric:tabular-nums}
table{width:100%;border-collapse:collapse;font-size:4mm;margin-top:3mm}
th,td{border:.3mm solid #57606a;padding:1.6mm 2mm;text-align:left;vertical-align:middle}
td.mark{height:10mm;min-width:18mm}
thead{display:table-header-group}
tr{break-inside:avoid}
.none{text-align:center;color:#57606A}
.ten td{border-bottom:2px solid #1F2328}
.quiet{white-space:nowrap}
@media print{body{background:#fff}.how{display:none}.paper{margin:0;padding:0;break-after:page}
.paper:last-child{break-after:auto}}
"""


def sheet(papers: Sequence[PaperBallot], rule: Rule, title: str) -> str:
    """All papers, one to a page (a long one runs over), in the order given."""
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        f"<title>{escape(title)} 纸票</title><style>{_STYLE}</style></head><body>"
        f'<p class="how"><b>{escape(title)}，{len(papers)}张纸票。</b>请用浏览器打印：纸张 A4，缩放 100%，不印页眉页脚。'
        "无记名组的纸票请打乱后让评委自取，不要登记谁拿了哪张。</p>"
        f"{''.join(_paper(one, rule, title) for one in papers)}</body></html>")


def _paper(one: PaperBallot, rule: Rule, title: str) -> str:
    whose = "无记名，编号" if one.secret else f"{escape(one.seat_name or '席位')}，席位"
    head, cells = _columns(rule, len(one.targets))
    none = f'<td class="none" colspan="{cells.count("<td")}">这一席不评</td>'
    numbered = "<th class=quiet>序号</th>" if one.numbers else ""
    rows = "".join(
        f'<tr{" class=ten" if number and number % PER_ROW == 0 else ""}>{f"<td>{number}</td>" if number else ""}'
        f"<td>{escape(name)}</td>{none if key in one.barred else cells}</tr>"
        for number, (key, name) in zip_longest(one.numbers, one.targets))
    keep = "请记下编号，公布后可凭它查到这张票已计入；编号不对应任何人。" if one.secret else ""
    return (
        f'<section class="paper"><div class="head"><div><h1>{escape(title)} 评分票</h1>'
        f'<p>{escape(one.group_name)}　{whose} <span class="label">{escape(one.label)}</span></p>'
        f"<p>{_how(rule, len(one.targets))}每格只写一个，涂改或写两个的作废。"
        f"一家单位不打分，请在“弃权”或“不了解”里打勾。{keep}</p></div>"
        f"<div>{qr_svg(one.label)}</div></div><table><thead><tr>{numbered}<th>单位</th>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table></section>")


def _columns(rule: Rule, count: int) -> tuple[str, str]:
    match rule.ballot.kind:
        case BallotKind.POINTS:
            names = [criterion.name for criterion in rule.criteria]
        case BallotKind.GRADES:
            names = [grade.name for grade in rule.grades]
        case BallotKind.RANKING:
            names = [f"名次（1至{count}）"]
    head = "".join(f"<th>{escape(name)}</th>" for name in names) + '<th class="quiet">弃权</th><th class="quiet">不了解</th>'
    return head, '<td class="mark"></td>' * (len(names) + 2)


def _how(rule: Rule, count: int) -> str:
    match rule.ballot.kind:
        case BallotKind.POINTS:
            return "".join(f"“{escape(one.name)}”{escape(marks_allowed(rule, one))}；" for one in rule.criteria)
        case BallotKind.GRADES:
            return "请在一个等次下打勾；"
        case BallotKind.RANKING:
            return f"请给全部单位排名次，1至{count}每个只用一次；"
