"""Any number of things happen to a small list in any order: no path reaches a state that cannot be.

After each step: what was refused changed nothing; every log replays to the item that is shown; every earlier evening
replays to what was shown that evening, rates included; an event written down and read back is the same event; and
the menu of legal kinds is exact.
"""

import json
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from scoring.commitment import Event, Kind, Origin, Part, PartState, Source, Status, Target, Verdict
from scoring.event_text import detail_of, event_of
from scoring.family import counts_under, progress, survivor
from scoring.item import Item
from scoring.life import LifeRefused, Reason, legal, replay
from scoring.life_rules import FIELDS, FOLLOWING
from scoring.lights import Light, light_of
from scoring.node_names import node_name
from scoring.nodes import on_day, stand_of
from scoring.rates import Against, Rate, base_of, by, by_status, counted, on_time, resolved, stand, units
from tests.scoring.commitments import PROOF, Book, day, event

UNITS = ("永嘉县", "乐清市", "市住建局")
OFFICE = ("督办办", "督查组", "联系领导")
PLAN = ((date(2019, 4, 28), "开工"), (date(2019, 5, 20), "结顶"), (date(2019, 9, 30), "验收"))
NODES = (*(node_name(text, due) for due, text in PLAN[:2]), PLAN[2][1])  # the last as reports of earlier times name it
KINDS = tuple(kind for kind in Kind if kind not in FOLLOWING)


class ListLife(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.book = Book()
        self.today = 0
        self.evenings: dict[date, tuple[dict[str, Item], tuple[Rate, ...]]] = {}
        self.first: tuple[date, Any] | None = None

    # -- what happens

    @initialize(due=st.integers(5, 40), in_parts=st.booleans())
    def begin(self, due: int, in_parts: bool) -> None:
        self.book.list("1", 0, due=due)
        if in_parts:
            self.book.accept("1", 0)
            self.book.split("1", 0, [("1-1", "1/3", UNITS[0], due), ("1-2", "2/3", UNITS[1], due - 3)])

    @precondition(lambda self: len(self.book.items) < 9)
    @rule(due=st.none() | st.integers(-3, 40), unit=st.sampled_from(UNITS), data=st.data())
    def enter(self, due: int | None, unit: str, data: Any) -> None:
        number = str(len(self.book.items) + 1)
        target = data.draw(st.none() | st.just(Target(value=Fraction(5), measure="个")))
        self.book.list(number, self.today, due=None if due is None else self.today + due, unit=unit, target=target)

    @rule(days=st.integers(1, 25))
    def pass_days(self, days: int) -> None:
        self.pass_days_by(days)

    def pass_days_by(self, days: int) -> None:
        self.evenings[day(self.today)] = (dict(self.book.items), self.rates(self.book.items, day(self.today)))
        if self.first is None:
            self.first = (day(self.today), base_of(self.book.items, day(self.today)))
        self.today += days

    @rule(data=st.data())
    def something_fitting(self, data: Any) -> None:
        item = self.pick(data)
        menu = [kind for kind in legal(item, day(self.today)) if kind not in FOLLOWING]
        if menu:
            self.attempt(item.number, self.fitting(data, item, data.draw(st.sampled_from(menu))))

    @rule(data=st.data(), kind=st.sampled_from(KINDS))
    def something_wild(self, data: Any, kind: Kind) -> None:
        item = self.pick(data)
        one = self.fitting(data, item, kind)
        unit = data.draw(st.sampled_from(("", *UNITS)))
        earlier = data.draw(st.integers(0, 3)) == 0 and item.last_on > day(0)
        when = (item.last_on - day(0)).days - 1 if earlier else self.today
        self.attempt(item.number, event(kind, when, by=data.draw(st.sampled_from(OFFICE)), by_unit=unit,
                                        **self.fields_of(one)))

    @rule(data=st.data(), upto=st.integers(1, 5))
    def the_usual_way(self, data: Any, upto: int) -> None:
        """Straight towards 销号, so that what comes after it is met often."""
        self.towards_the_end(self.pick(data).number, upto)

    @rule(data=st.data(), whole_too=st.booleans())
    def finish_the_parts(self, data: Any, whole_too: bool) -> None:
        split = [number for number, item in self.book.items.items() if item.parts]
        if split:
            number = data.draw(st.sampled_from(split))
            for part in self.book.items[number].parts:
                self.towards_the_end(part.number, 5)
            if whole_too:
                self.towards_the_end(number, 5)

    def towards_the_end(self, number: str, upto: int) -> None:
        for kind in (Kind.ACCEPTED, Kind.CLOSURE_ASKED, Kind.CHECKED, Kind.SIGNED_OFF, Kind.PUBLISHED)[:upto]:
            item = self.book.items[number]
            if kind in legal(item, day(self.today)):
                extra = {Kind.CLOSURE_ASKED: {"evidence": PROOF}, Kind.CHECKED: {"passed": True}}.get(kind, {})
                who = item.unit if kind in (Kind.ACCEPTED, Kind.CLOSURE_ASKED) else ""
                self.book.do(number, kind, self.today, by=who or "公示员", by_unit=who, **extra)

    @rule(data=st.data(), kinds=st.sampled_from((
        (Kind.SLIP_ISSUED, Kind.SLIP_ISSUED), (Kind.SLIP_ISSUED, Kind.SLIP_ANSWERED), (Kind.PARKED, Kind.RESUMED),
        (Kind.EXTENSION_ASKED, Kind.EXTENSION_DECIDED), (Kind.EXTENSION_ASKED, Kind.EXTENSION_ASKED), (Kind.SPLIT,),
        (Kind.REPORTED, Kind.REPORTED), (Kind.REPORTED, Kind.NODE_CHECKED),
        (Kind.REPORTED, Kind.NODE_CHECKED, Kind.REPORTED), (Kind.REPORTED, Kind.CLOSURE_ASKED, Kind.CHECKED, Kind.SIGNED_OFF),
        (Kind.CLOSURE_ASKED, Kind.CLOSURE_REFUSED),
        (Kind.RETURNED, Kind.REASSIGNED),
    )), gap=st.sampled_from((0, 0, 30)))
    def one_after_another(self, data: Any, kinds: tuple[Kind, ...], gap: int) -> None:
        """Steps that belong together, from whatever is being worked on; sometimes a month lies between them."""
        item = self.pick(data)
        if item.status is Status.LISTED and kinds[0] is not Kind.RETURNED:
            self.book.accept(item.number, self.today)
        for kind in kinds:
            self.attempt(item.number, self.fitting(data, self.book.items[item.number], kind))
            if gap:
                self.pass_days_by(gap)

    @rule(data=st.data(), verdict=st.sampled_from((Verdict.NOT_KEPT, Verdict.LETTER_ONLY)))
    def look_back_and_reopen(self, data: Any, verdict: Verdict) -> None:
        item = self.pick(data)
        if item.done:
            self.book.do(item.number, Kind.LOOKED_BACK, self.today, by="记者", verdict=verdict)
            self.attempt(item.number, event(Kind.RELAPSED, self.today, text="反弹", deadline=day(self.today + 20)))

    # -- how it is drawn

    def pick(self, data: Any) -> Item:
        return self.book.items[data.draw(st.sampled_from(sorted(self.book.items)))]

    def fitting(self, data: Any, item: Item, kind: Kind) -> Event:
        """An event of the kind that mostly fits the item."""
        draw = data.draw
        needed = FIELDS[kind][0]
        out = draw(st.sampled_from(item.outstanding)) if item.outstanding and kind is Kind.SLIP_ANSWERED else None
        soon = day(self.today + draw(st.integers(-5, 40))) if {"deadline", "due", "granted"} & set(needed) else day(self.today + 9)
        level = out.level if out else draw(st.integers(1, 3)) if "level" in needed else 1
        values: dict[str, Callable[[], Any]] = {
            "number": lambda: item.number, "unit": lambda: draw(st.sampled_from(UNITS)), "text": lambda: "事由",
            "deadline": lambda: soon, "due": lambda: soon, "level": lambda: level, "evidence": lambda: PROOF,
            "slip": lambda: out.slip if out else draw(st.sampled_from(("colour", "four"))),
            "granted": lambda: draw(st.booleans()), "passed": lambda: draw(st.booleans()),
            "parts": lambda: self.parts(data, item), "part": lambda: "1",
            "into": lambda: draw(st.sampled_from(sorted(self.book.items))),
            "verdict": lambda: draw(st.sampled_from(list(Verdict))),
            "source": lambda: Source(origin=draw(st.sampled_from(list(Origin))), ref="1"),
            "node": lambda: draw(st.sampled_from([one.node for one in item.nodes] or [NODES[0]])),
        }
        given = {name: values[name]() for name in needed}
        match kind:
            case Kind.REPORTED:
                given |= draw(st.sampled_from(({"share": Fraction(1, 3)}, {"value": Fraction(4)}, {"stage": "主体结顶"},
                                               {"share": Fraction(5, 4)})))
                given["node"] = draw(st.sampled_from(("", *NODES)))
            case Kind.NODE_CHECKED if not given["passed"]:
                given["text"] = "还差"
            case Kind.SLIP_ISSUED:
                given["urgent"] = draw(st.booleans())
                given["below"] = level - 1 if given["slip"] == "colour" and level > 1 else None
            case Kind.EXTENSION_DECIDED:
                given |= {"deadline": soon} if given["granted"] else {"text": "不同意"}
            case Kind.CHECKED:
                given["text"] = "看过"
            case Kind.CORRECTED if draw(st.booleans()):
                given["plan"] = draw(st.sampled_from((NODES[:2], NODES, (*NODES[:2], node_name("验收", PLAN[2][0])))))
            case Kind.MERGED | Kind.RESUMED | Kind.REASSIGNED | Kind.CORRECTED if draw(st.booleans()):
                given["deadline"] = soon
        theirs = kind in (Kind.ACCEPTED, Kind.RETURNED, Kind.REPORTED, Kind.EXTENSION_ASKED, Kind.CLOSURE_ASKED)
        who = item.unit if theirs else ""
        return event(kind, self.today, by=who or draw(st.sampled_from(OFFICE)), by_unit=who, **given)

    @staticmethod
    def parts(data: Any, item: Item) -> tuple[Part, ...]:
        weight = data.draw(st.sampled_from((Fraction(1, 2), Fraction(1, 3), Fraction(9, 10))))
        last = data.draw(st.sampled_from((1 - weight, 1 - weight, weight)))
        return tuple(Part(number=f"{item.number}-{len(item.parts) + n}", weight=share, unit=UNITS[n], text="分项",
                          deadline=item.deadline) for n, share in ((1, weight), (2, last)))

    @staticmethod
    def fields_of(one: Event) -> dict[str, Any]:
        return {name: getattr(one, name) for name in (*FIELDS[one.kind][0], *FIELDS[one.kind][1])}

    def attempt(self, number: str, one: Event) -> None:
        """It happens, or it is refused and nothing has changed."""
        items, logs = dict(self.book.items), {key: list(log) for key, log in self.book.logs.items()}
        open_menu = one.kind in legal(items[number], one.on)
        try:
            self.book.happen(number, one)
        except LifeRefused as refused:
            assert (self.book.items, self.book.logs) == (items, logs)
            assert refused.text.endswith("。") and str(refused) == refused.text
            assert not (refused.reason is Reason.NOT_NOW and open_menu and one.kind is not Kind.MERGED)
        else:
            assert open_menu

    @staticmethod
    def rates(items: dict[str, Item], on: date) -> tuple[Rate, ...]:
        return (resolved(items, on), on_time(items, on, Against.ORIGINAL), on_time(items, on, Against.CURRENT))

    # -- what must hold

    @invariant()
    def every_log_replays_to_what_is_shown(self) -> None:
        for number, log in self.book.logs.items():
            written = [(one, json.dumps(detail_of(one), ensure_ascii=False)) for one in log]
            read = [event_of(kind=str(one.kind), at=one.at, on=one.on, by=one.by, by_unit=one.by_unit, role=one.role,
                             detail=json.loads(text)) for one, text in written]
            assert read == log
            assert replay(read) == self.book.items[number]

    @invariant()
    def every_earlier_evening_replays_as_it_was_seen(self) -> None:
        for on, (items, rates) in list(self.evenings.items())[-2:]:
            then = stand(self.book.logs, on)
            assert then == items
            assert self.rates(then, on) == rates

    @invariant()
    def no_item_is_in_a_state_that_cannot_be(self) -> None:
        for number, item in self.book.items.items():
            assert item.number == number and item.length == len(self.book.logs[number])
            assert (item.unit == "") == bool(item.returned_by) >= (item.status is Status.RETURNED)
            assert item.unit or item.status is Status.RETURNED or not item.on_the_list
            assert (item.status is Status.PARKED) == (item.review_on is not None) == (item.parked_from is not None)
            assert (item.status is Status.MERGED) == bool(item.merged_into)
            assert item.since <= item.owner_since <= item.last_on
            assert (item.deadline is None) == (item.original_deadline is None)
            assert item.relapses == item.cycle - 1 <= sum(1 for one in item.closings if one.signed_on)
            assert len(set(item.missed)) == len(item.missed) and all(missed < item.last_on for missed in item.missed)
            if item.extension_pending:
                assert item.is_open and item.deadline is not None and item.extension_asked_on is not None
                assert item.extension_asked_on <= item.deadline
            self.closings_are_in_order(item)
            self.slips_are_in_order(item)

    @staticmethod
    def closings_are_in_order(item: Item) -> None:
        assert [one.cycle for one in item.closings] == sorted(one.cycle for one in item.closings)
        for one in item.closings:
            if one.signed_on is not None:
                assert one.passed and one.evidence and one.signed_by != one.asked_by and one.checked_by != one.asked_by
                assert one.checked_on is not None and one.asked_on <= one.checked_on <= one.signed_on
        if item.done:
            last = item.closings[-1]
            assert last.signed_on is not None and not item.outstanding and not item.open_requirements
            assert (item.status is Status.CLOSED) == (last.published_on is not None)
        elif item.closings:
            assert item.closings[-1].signed_on is None or item.cycle > item.closings[-1].cycle

    @staticmethod
    def slips_are_in_order(item: Item) -> None:
        for kind in ("colour", "four"):
            levels = [slip.level for slip in item.outstanding if slip.slip == kind]
            assert levels == sorted(set(levels))
        for slip in item.outstanding:
            if slip.slip == "colour" and slip.level > 1 and not slip.urgent:
                assert any(one.slip == "colour" and one.level == slip.level - 1 for one in item.slips)

    @invariant()
    def milestones_stand_as_they_were_reported_and_found(self) -> None:
        """What the log says of each by its last words, told without the fold."""
        for number, log in self.book.logs.items():
            item, on = self.book.items[number], day(self.today)
            assert len({one.node for one in item.nodes}) == len(item.nodes)
            assert not item.done or not any(one.waits for one in item.nodes)
            for (due, text), name in zip(PLAN, NODES, strict=True):
                last = ""
                for one in log:
                    if one.kind is Kind.REPORTED and one.node == name:
                        last = "reported"
                    elif one.kind is Kind.NODE_CHECKED and one.node == name:
                        last = "done" if one.passed else ""
                    elif one.kind is Kind.SIGNED_OFF and last:
                        last = "done"
                over = not item.is_open or (item.cycle > 1 and due < item.cycle_since)
                pressed = item.status in (Status.LISTED, Status.RETURNED, Status.IN_PROGRESS)
                if last == "reported" and not item.is_open:
                    last = ""
                expected = last or ("settled" if over else "still" if not pressed else "overdue" if due < on else "ahead")
                assert on_day(stand_of(item, text, due).state, due, on) == expected

    @invariant()
    def families_agree(self) -> None:
        items = self.book.items
        for number, item in items.items():
            for part in item.parts:
                child = items[part.number]
                assert child.parent == number
                assert (part.state is PartState.ACCEPTED) == child.done
                assert (part.state is PartState.WITHDRAWN) == (child.status is Status.WITHDRAWN)
            if item.done:
                assert all(part.state is PartState.ACCEPTED for part in item.live_parts)
            assert all(number == items[one].merged_into for one in item.absorbed)
            assert items[survivor(items, number)].status is not Status.MERGED
            share = progress(items, number)
            assert share is None or share >= 0

    @invariant()
    def lights_and_counts_cover_the_list(self) -> None:
        items, on = self.book.items, day(self.today)
        for number, item in items.items():
            shown = light_of(item, on, share=progress(items, number))
            assert (shown is not None) == item.on_the_list
            if shown is None:
                continue
            assert (shown.light in (Light.DONE, Light.DONE_LATE)) == item.done
            assert (shown.light is Light.DONE_LATE) == (item.done and bool(item.missed))
            assert (shown.light is Light.OVERDUE) == item.overdue(on)
            assert not (shown.light is Light.ON_TRACK and not item.readings and not item.parts)
            assert shown.marked_late or not item.missed
        counts = by_status(items, on)
        assert counts.total == len(counted(items)) == len({counts_under(items, n) for n in items} & {
            item.number for item in items.values() if item.on_the_list})
        whole = resolved(items, on)
        each = by(items, units, lambda of: resolved(items, on, of=of)).values()
        assert sum(rate.denominator for rate in each) == whole.denominator
        assert sum(rate.numerator for rate in each) == whole.numerator
        if self.first is not None:
            base = resolved(items, on, base=self.first[1])
            assert base.denominator + base.left == len(self.first[1].numbers)


class TestListLife(ListLife.TestCase):
    settings = settings(max_examples=60, stateful_step_count=30, deadline=None,
                        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def test_the_menu_is_exact_at_every_status() -> None:
    """Each kind on the menu of a status can happen there; each one that is not is refused."""
    assert {kind for kind in Kind} == set(FIELDS)
    for status in Status:
        for kind in Kind:
            book = _at(status)
            menu = legal(book.items["1"], day(20))
            if kind not in menu:
                with pytest.raises(LifeRefused):
                    book.happen("1", _plain(kind, book.items["1"]))
            elif kind not in FOLLOWING:
                book.happen("1", _plain(kind, book.items["1"]))


def _at(status: Status) -> Book:
    """A list whose item 1 is at the status on day 10, with a slip out where there can be one."""
    book = Book()
    book.list()
    book.list("2")
    way = {
        Status.LISTED: [], Status.RETURNED: [Kind.RETURNED], Status.MERGED: [Kind.MERGED],
        Status.WITHDRAWN: [Kind.WITHDRAWN], Status.IN_PROGRESS: [Kind.ACCEPTED, Kind.REPORTED],
        Status.PARKED: [Kind.ACCEPTED, Kind.REPORTED, Kind.PARKED],
    }.get(status, [Kind.ACCEPTED, Kind.REPORTED, Kind.CLOSURE_ASKED, Kind.CHECKED, Kind.SIGNED_OFF, Kind.PUBLISHED])
    for kind in way:
        if book.items["1"].status is status and kind is not Kind.REPORTED:
            break
        book.happen("1", _plain(kind, book.items["1"], n=10))
    if status in (Status.SIGNED_OFF, Status.CLOSED):
        book.do("1", Kind.LOOKED_BACK, 11, verdict=Verdict.NOT_KEPT)
    assert book.items["1"].status is status
    return book


def _plain(kind: Kind, item: Item, n: int = 20) -> Event:
    theirs = kind in (Kind.ACCEPTED, Kind.RETURNED, Kind.REPORTED, Kind.EXTENSION_ASKED, Kind.CLOSURE_ASKED)
    parts = tuple(Part(number=f"1-{m}", weight=Fraction(1, 2), unit="甲", text="分项", deadline=day(50)) for m in (1, 2))
    values: dict[str, Any] = {
        "number": "1", "unit": "市住建局", "text": "事由", "deadline": day(90), "due": day(n + 30), "slip": "colour", "level": 1,
        "granted": True, "passed": True, "evidence": PROOF, "parts": parts, "part": "1", "into": "2",
        "source": Source(origin=Origin.CAMPAIGN), "verdict": Verdict.KEPT,
        "node": NODES[0],
    }
    given = {name: values[name] for name in FIELDS[kind][0]}
    if kind is Kind.REPORTED:
        given |= {"stage": "主体结顶", "node": NODES[0]}
    return event(kind, n, by="联络员" if theirs else "联系领导", by_unit=item.unit if theirs else "", **given)


def test_events_carry_a_moment_with_its_zone_and_that_moments_day() -> None:
    good = event(Kind.REMINDED, 3)

    with pytest.raises(ValueError, match="time zone"):
        Event(kind=Kind.REMINDED, at=good.at.replace(tzinfo=None), on=good.on, by="督办办")
    with pytest.raises(ValueError, match="local date"):
        Event(kind=Kind.REMINDED, at=good.at, on=good.on + timedelta(days=2), by="督办办")
