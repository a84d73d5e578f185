"""联系领导: how each leader's items stand, and whether the duties are kept: one topic a week (一周一专题), one visit on
site a month (一月一现场). The log is added to by the leader's own sign-in or by the office; what was wrong is taken back.

A leader is the text by which the list names its contact leaders: a title, never a name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from db.engine import Database
from db.item_lines import Tally
from db.reads import item_nodes
from db.reads import items as item_reads
from db.reads import leaders as reads
from db.reads.leaders import LeaderVisit
from db.values import Staff
from db.work import work
from office import local_time
from office.listing.follow_up import Counted, counted
from office.listing.item_rights import OFFICE
from office.listing.my_items import names_of
from office.people import Role
from office.refusal import NotAllowed, NotFound, Refused
from scoring.lights import Light

LONGEST = 200
READERS = (Role.LEADER, Role.ADMINISTRATOR, Role.HOST, Role.CLERK, Role.SUPERVISOR)


class Duty(StrEnum):
    """What a leader does himself."""

    BRIEFING = "briefing"
    ON_SITE = "on_site"

    @property
    def words(self) -> str:
        return {"briefing": "专题了解", "on_site": "现场调研"}[self.value]

    @property
    def rule(self) -> str:
        return {"briefing": "一周一专题", "on_site": "一月一现场"}[self.value]

    def since(self, today: date) -> date:
        """The first day of the week, or of the month, in which it is due once."""
        return today - timedelta(days=today.weekday()) if self is Duty.BRIEFING else today.replace(day=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaderRow:
    """One leader: the items counted, how many of their milestones are overdue, and the last briefing and visit. `lights`
    are of what is not archived."""

    leader: str
    counted: Counted
    last: Mapping[Duty, date]
    kept: Mapping[Duty, bool]
    nodes_overdue: int = 0

    @property
    def lights(self) -> Mapping[Light, int]:
        return self.counted.pressing

    @property
    def open(self) -> int:
        return self.counted.open


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Every contact leader, most urgent first, and the sentence that comes before."""

    today: date
    rows: tuple[LeaderRow, ...]
    counted: Counted

    @property
    def sentence(self) -> str:
        if not self.rows:
            return "清单里还没有写明联系领导的事项。列入清单时填上联系领导，这里就会列出。"
        told, late, away = self.counted, self.counted.pressing.get(Light.OVERDUE, 0), self.without(Duty.ON_SITE)
        between, after = ("，", "，") if len(told.closed) == 1 else ("：", "；")
        nodes = sum(one.nodes_overdue for one in self.rows)
        overdue = f"{after}{late}项逾期" if late else ""
        overdue += f"{after}{nodes}个节点逾期" if nodes else ""
        visited = "" if not told.open else "；本月都已到现场" if not away else f"；本月还有{len(away)}位没有到现场"
        return (f"{len(self.rows)}位联系领导，共{told.total}项{between}{told.closed_words}{overdue}{visited}"
                f"（截至{self.today.isoformat()}）。{told.archived_words}")

    def without(self, duty: Duty) -> tuple[str, ...]:
        """Who has something open and has not kept this duty yet, this week or this month."""
        return tuple(one.leader for one in self.rows if one.open and not one.kept[duty])


def overview(database: Database, who: Staff, *, today: date) -> Overview:
    """Raises NotAllowed for those who do not read about leaders."""
    if not who.roles & set(READERS):
        raise NotAllowed("领导总览给领导、督办机构和监督员看。")
    with database.reading() as c:
        tallies, last, missed = reads.by_leader(c, today), reads.last_visits(c, today), item_nodes.overdue_by_leader(c, today)
    rows = [_row(leader, told, last, today, missed.get(leader, 0)) for leader, told in tallies.items()]
    everything = counted((one for told in tallies.values() for one in told), today)
    return Overview(today=today, counted=everything, rows=tuple(sorted(rows, key=lambda one: (
        -one.lights.get(Light.OVERDUE, 0), -one.lights.get(Light.BEHIND, 0), -one.nodes_overdue, -one.open, one.leader))))


def duties_of(database: Database, leader: str, *, today: date) -> Mapping[Duty, date | None]:
    """Duty -> the last day; what is of an earlier week or month is told as None: it is due again."""
    with database.reading() as c:
        last = reads.last_visits(c, today)
    return {duty: day if (day := last.get((leader, duty.value))) is not None and day >= duty.since(today) else None
            for duty in Duty}


def visits(database: Database, who: Staff, *, leader: str = "") -> tuple[LeaderVisit, ...]:
    """The log, newest first."""
    if not who.roles & set(READERS):
        raise NotAllowed("走访记录给领导、督办机构和监督员看。")
    with database.reading() as c:
        return reads.visits(c, leader=leader)


def may_log(database: Database, who: Staff) -> tuple[str, ...]:
    """The leaders for whom this person writes: the office for all, a leader for himself."""
    with database.reading() as c:
        known = item_reads.known_leaders(c)
    if who.roles & OFFICE:
        return known
    own = names_of(who, known) if Role.LEADER in who.roles else ""
    return (own,) if own else ()


def log_visit(database: Database, *, leader: str, duty: Duty, on: date, about: str, found: str, number: str = "",
              who: Staff, at: datetime) -> int:
    """Write one briefing or visit down. Raises NotAllowed, NotFound, Refused."""
    about, found, number = about.strip(), found.strip(), number.strip()
    if leader not in may_log(database, who):
        raise NotAllowed("领导只登记自己的走访；其他人的请督办机构登记。")
    if not about:
        raise Refused("请写明了解什么专题、到哪个现场。")
    if len(about) > LONGEST or len(found) > LONGEST:
        raise Refused(f"专题或现场、协调结果各最长{LONGEST}字。")
    if on > local_time.day(at):
        raise Refused("日期不能晚于今天，请改正。")
    if on < local_time.day(at) - timedelta(days=92):
        raise Refused("三个月以前的不再补记，请改正日期。")
    with work(database) as w:
        item_id = item_reads.id_of(w.c, number) if number else None
        if number and item_id is None:
            raise NotFound(f"清单里没有{number}，请核对编号，或不填。")
        added = w.leading.add(leader=leader, kind=duty.value, on=on, about=about, found=found, item_id=item_id, at=at,
                              by=who.name)
        w.record.append(at=at, actor=who.name, action="登记领导走访", leader=leader, kind=duty.words, day=on.isoformat(),
                        item=number, text=about)
    return added


def take_back(database: Database, visit_id: int, *, why: str, who: Staff, at: datetime) -> None:
    """It counts no more, and stays in the log with why."""
    if not why.strip():
        raise Refused("请写明为什么撤回。")
    with work(database) as w:
        found = reads.visit(w.c, visit_id)
        if found is None:
            raise NotFound("没有这条走访记录。")
        if found.leader not in may_log(database, who):
            raise NotAllowed("领导只撤回自己的走访记录；其他人的请督办机构办理。")
        if not w.leading.take_back(visit_id, why=why.strip()[:LONGEST], at=at, by=who.name):
            raise Refused("这条记录已经撤回。")
        w.record.append(at=at, actor=who.name, action="撤回领导走访", leader=found.leader, day=found.on.isoformat(),
                        reason=why.strip()[:LONGEST])


def _row(leader: str, told: Iterable[Tally], last: Mapping[tuple[str, str], date], today: date,
         nodes_overdue: int) -> LeaderRow:
    days = {duty: last[leader, duty.value] for duty in Duty if (leader, duty.value) in last}
    return LeaderRow(leader=leader, counted=counted(told, today), last=days, nodes_overdue=nodes_overdue,
                     kept={duty: duty in days and days[duty] >= duty.since(today) for duty in Duty})
