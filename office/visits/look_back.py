"""Look-backs (回头看): what is visited, what was found, and what it counts.

The items are drawn from those that fit, with a seed that is kept: numbers sorted, shuffled by Python's
`random.Random(seed)`, the first so many taken, so that anybody can draw again. Or they are chosen. What visitors say
is advice; the office finds the outcome of each item, and it goes onto the item's own timeline. Closing the look-back
books the points that were fixed when it was made. Nothing is deleted; a wrong outcome is replaced (`look_back_correction`).
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from db.engine import Database
from db.reads import evidence as evidence_reads
from db.reads import items as item_reads
from db.reads import look_backs as reads
from db.reads import results as result_reads
from db.reads.look_backs import Answer, Plan, Visit, Visitor
from db.values import Staff
from db.work import Work, work
from office import local_time
from office.export import csv_of
from office.people import Role
from office.points import ledger_sha256
from office.refusal import NotAllowed, NotFound, Refused
from office.visits.visitors import Link, VisitorKind, invite
from scoring.commitment import OFF_THE_LIST, Status, Verdict
from scoring.number import NotANumber, parse_exact, plain

BOOKING = "回头看记分"
MOST_ITEMS, MOST_VISITORS = 500, 200
VISITED = frozenset({Status.IN_PROGRESS, Status.CLOSING, Status.CHECKED, Status.SIGNED_OFF, Status.CLOSED, Status.PARKED})
_OFFICE = frozenset({Role.ADMINISTRATOR, Role.HOST})
_WORST_FIRST = (Verdict.NOT_KEPT, Verdict.LETTER_ONLY, Verdict.KEPT)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLookBack:
    """What is asked for. With a seed `draw` of the pool are drawn, without one the whole pool is visited.

    `points`: outcome -> points of the unit for each item, exact text. `dealt`: each item goes to one visitor.
    """

    title: str
    period: str
    ends_on: date
    pool: tuple[str, ...]
    draw: int | None = None
    seed: str = ""
    points: Mapping[str, str]
    visitors: tuple[tuple[VisitorKind, int], ...]
    dealt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One visit with the answers that stand, and what most of them say."""

    visit: Visit
    answers: tuple[Answer, ...]

    @property
    def counts(self) -> tuple[tuple[Verdict, int], ...]:
        said = Counter(Verdict(one.verdict) for one in self.answers)
        return tuple((one, said[one]) for one in Verdict)

    @property
    def suggested(self) -> Verdict | None:
        return suggested(Verdict(one.verdict) for one in self.answers)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookBackView:
    """A look-back as a page shows it."""

    plan: Plan
    found: tuple[Found, ...]
    visitors: tuple[Visitor, ...]

    @property
    def sentence(self) -> str:
        answered = sum(1 for one in self.found if one.answers)
        bad = sum(1 for one in self.found if one.visit.outcome == Verdict.NOT_KEPT)
        said = f"共{len(self.found)}项，{answered}项已有走访意见，{self.plan.decided}项已认定"
        return f"{said}，其中{bad}项没有兑现。" if bad else f"{said}。"


def drawn(pool: Iterable[str], count: int, seed: str) -> tuple[str, ...]:
    """The numbers that this seed draws: the pool sorted, shuffled by `random.Random(seed)`, its first `count`."""
    numbers = sorted(set(pool))
    random.Random(seed).shuffle(numbers)
    return tuple(sorted(numbers[:count]))


def suggested(verdicts: Iterable[Verdict]) -> Verdict | None:
    """What more than half say; where nobody has more than half, the worst that as many say as any other."""
    said = Counter(verdicts)
    if not said:
        return None
    most = max(said.values())
    return next(one for one in _WORST_FIRST if said[one] == most)


def make_plan(database: Database, new: NewLookBack, *, who: Staff, at: datetime) -> tuple[int, tuple[Link, ...]]:
    """The look-back's id, and the links of its visitors, which are shown once."""
    refuse_others(who)
    pool, points = _checked(new, at)
    numbers = drawn(pool, new.draw, new.seed.strip()) if new.draw is not None else pool
    with work(database) as w:
        ids = reads.item_ids(w.c, pool)
        unknown = [one for one in pool if one not in ids]
        if unknown:
            raise NotFound(f"清单里没有这些编号：{'、'.join(unknown[:5])}。")
        early = [one for one in pool if ids[one][1] not in VISITED]
        if early:
            raise Refused(f"还没有签收、已并入或已撤回的不回头看，请去掉：{'、'.join(early[:5])}。")
        items = [ids[one][0] for one in numbers]
        seed = new.seed.strip() if new.draw is not None else None
        plan_id = w.look_backs.plan(title=new.title.strip(), period=new.period.strip(), ends_on=new.ends_on, seed=seed,
                                    pool=pool, points=points, item_ids=items, at=at, by=who.name)
        links = invite(w, plan_id, new.visitors, items, dealt=new.dealt, at=at)
        w.record.append(at=at, actor=who.name, action="安排回头看", plan=plan_id, title=new.title.strip(), seed=seed or "指定",
                        count=len(items), items=list(numbers), points=dict(points))
    return plan_id, links


def add_visitors(database: Database, plan_id: int, counts: Sequence[tuple[VisitorKind, int]], *, who: Staff,
                 at: datetime) -> tuple[Link, ...]:
    """More visitors of a look-back that goes on; they are asked about every item."""
    refuse_others(who)
    with work(database) as w:
        plan = open_plan(w, plan_id)
        links = invite(w, plan_id, counts, [one.item_id for one in reads.visits(w.c, plan_id)], dealt=False, at=at)
        if not links or len(reads.visitors(w.c, plan_id)) > MOST_VISITORS:
            raise Refused(f"走访人员请写1到{MOST_VISITORS}人。")
        w.record.append(at=at, actor=who.name, action="增加走访人员", plan=plan_id, title=plan.title, count=len(links))
    return links


def candidates(database: Database, *, sitting: str = "", struck_off: bool = False) -> tuple[tuple[str, str, str], ...]:
    """(number, unit, text) of what can be visited: of one sitting or of all, everything or only what is struck off."""
    with database.reading() as c:
        return reads.candidates(c, (Status.SIGNED_OFF, Status.CLOSED) if struck_off else VISITED, sitting)


def sittings_of_the_list(database: Database) -> tuple[tuple[str, str], ...]:
    """(key, title) of the sittings that something on the list comes from."""
    with database.reading() as c:
        return item_reads.known_sittings(c)


def look_backs(database: Database) -> tuple[Plan, ...]:
    with database.reading() as c:
        return reads.plans(c)


def look_back(database: Database, plan_id: int) -> LookBackView:
    """Everything about one look-back. Raises NotFound."""
    with database.reading() as c:
        plan = reads.plan(c, plan_id)
        if plan is None:
            raise NotFound("没有这次回头看。")
        said: dict[int, list[Answer]] = defaultdict(list)
        for one in reads.standing_answers(c, plan_id):
            said[one.item_id].append(one)
        return LookBackView(
            plan=plan, visitors=reads.visitors(c, plan_id),
            found=tuple(Found(visit=visit, answers=tuple(said[visit.item_id])) for visit in reads.visits(c, plan_id)))


def photos_of(database: Database, found: Found) -> dict[int, tuple[int, ...]]:
    """Answer's id -> the ids of its photos that can still be shown, those of the visitor's earlier answers too."""
    photos: dict[int, list[int]] = defaultdict(list)
    with database.reading() as c:
        stands = reads.with_earlier(c, found.answers)
        for one in evidence_reads.of_answers(c, tuple(stands)):
            if one.deleted_at is None and one.answer_id is not None:
                photos[stands[one.answer_id]].append(one.id)
    return {answer: tuple(some) for answer, some in photos.items()}


def choose_films(database: Database, plan_id: int, films: Sequence[tuple[str, str]], *, who: Staff,
                 at: datetime) -> None:
    """The film list for the sitting: (number, title) in the order in which they are shown."""
    refuse_others(who)
    with work(database) as w:
        ids = {one.number: one.item_id for one in reads.visits(w.c, plan_id)}
        numbers = [number for number, _ in films]
        if len(set(numbers)) < len(numbers) or not all(title.strip() for _, title in films) or set(numbers) - set(ids):
            raise Refused("每部短片要有片名，对应名单里的一项，且每项只放一部。请核对后重排。")
        w.look_backs.show_films(plan_id, [(ids[number], title.strip()) for number, title in films])
        w.record.append(at=at, actor=who.name, action="编排回头看短片", plan=plan_id, items=numbers)


def films_csv(view: LookBackView) -> bytes:
    """The film list to take into the sitting."""
    shown = sorted((one for one in view.found if one.visit.film_place is not None), key=lambda one: one.visit.film_place or 0)
    return csv_of(
        ("序", "片名", "编号", "单位", "承诺", "场次", "结论", "走访意见"),
        ((n, one.visit.film, one.visit.number, one.visit.unit_name, one.visit.text, one.visit.sitting,
          Verdict(one.visit.outcome).words if one.visit.outcome else "未认定",
          "；".join(answer.words for answer in one.answers if answer.words)) for n, one in enumerate(shown, 1)))


def close_plan(database: Database, plan_id: int, *, who: Staff, at: datetime) -> int:
    """Book what the outcomes count, by the points that were fixed when the plan was made; how many bookings.

    Every visit must have its outcome, save of what has left the list meanwhile. One entry an item: its cause names the
    item and the outcome.
    """
    refuse_others(who)
    with work(database) as w:
        plan = open_plan(w, plan_id)
        visits = reads.visits(w.c, plan_id)
        gone = [one.number for one in visits if not one.outcome and Status(one.status) in OFF_THE_LIST]
        waiting = [one.number for one in visits if not one.outcome and one.number not in gone]
        if waiting:
            raise Refused(f"还有{len(waiting)}项没有认定结论（{'、'.join(waiting[:5])}），认定完再办结。")
        before = {one.id for one in result_reads.ledger(w.c)}
        for one in visits:
            if one.number in gone:
                continue
            points = parse_exact(plan.points[one.outcome])
            if points:
                w.results.book(unit_id=one.unit_id, period=plan.period, kind="bonus" if points > 0 else "deduction",
                               cause=f"回头看 {one.number} {Verdict(one.outcome).words}", points=plain(points),
                               publication_id=None, at=at, by=who.name)
        booked = tuple(one for one in result_reads.ledger(w.c) if one.id not in before)
        w.look_backs.close(plan_id, at=at, by=who.name)
        w.record.append(at=at, actor=who.name, action=BOOKING, plan=plan_id, title=plan.title, count=len(booked), left=gone,
                        entries=[one.id for one in booked], ledger_sha256=ledger_sha256(booked))
    return len(booked)


def summed(view: LookBackView) -> tuple[tuple[str, Fraction], ...]:
    """Unit and points that closing the look-back books, of what has been found so far."""
    points: dict[str, Fraction] = {}
    for one in view.found:
        if one.visit.outcome:
            points[one.visit.unit_name] = points.get(one.visit.unit_name, Fraction(0)) + parse_exact(
                view.plan.points[one.visit.outcome])
    return tuple(points.items())


def _checked(new: NewLookBack, at: datetime) -> tuple[tuple[str, ...], dict[str, str]]:
    """The pool, each number once, and the points as exact text."""
    pool = tuple(sorted({one.strip() for one in new.pool if one.strip()}))
    if not new.title.strip() or not new.period.strip():
        raise Refused("请填写回头看的名称和记分的考核周期，例如：2026年三季度回头看，2026Q3。")
    if new.ends_on < local_time.day(at):
        raise Refused("结束日期已经过去，请改成今天或以后的日期。")
    if not pool:
        raise Refused("没有可以走访的项目。请放宽范围，或先在清单里选。")
    if new.draw is not None and not (new.seed.strip() and 1 <= new.draw <= len(pool)):
        raise Refused(f"随机抽取要有抽签号，抽取项数请写1到{len(pool)}。")
    if (len(pool) if new.draw is None else new.draw) > MOST_ITEMS:
        raise Refused(f"一次回头看最多{MOST_ITEMS}项，请分几次安排。")
    people = sum(count for _, count in new.visitors)
    if not 1 <= people <= MOST_VISITORS or any(count < 0 for _, count in new.visitors):
        raise Refused(f"走访人员请写1到{MOST_VISITORS}人。")
    try:
        return pool, {one.value: plain(parse_exact(new.points[one.value].strip())) for one in Verdict}
    except (NotANumber, KeyError):
        raise Refused("每种结论记多少分都要写，写成小数，例如 0、-0.5、-1。") from None


def held_plan(w: Work, plan_id: int) -> Plan:
    """The look-back, with nobody else changing it until this transaction ends."""
    w.look_backs.hold(plan_id)
    plan = reads.plan(w.c, plan_id)
    if plan is None:
        raise NotFound("没有这次回头看。")
    return plan


def open_plan(w: Work, plan_id: int) -> Plan:
    plan = held_plan(w, plan_id)
    if plan.closed_at is not None:
        raise Refused("这次回头看已经办结，不能再改。需要时请另安排一次。")
    return plan


def refuse_others(who: Staff) -> None:
    if not who.roles & _OFFICE:
        raise NotAllowed("回头看由督办机构安排和认定，请找管理员或主持人。")
