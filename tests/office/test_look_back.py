"""Look-backs: a draw that anybody can repeat, advice of visitors, outcomes of the office, points that are verified."""

from __future__ import annotations

import io
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from sqlalchemy import text

from hall import care
from office.listing import items
from office.listing.items import state_of
from office.people import Role
from office.points import points_ledger
from office.proof.evidence_shelf import Shelf
from office.refusal import NotAllowed, NotFound, Refused
from office.visits import look_back as lb
from office.visits import visitors
from office.visits.look_back import NewLookBack, close_plan, drawn, make_plan, suggested
from office.visits.look_back_correction import correct
from office.visits.look_back_outcome import decide
from office.visits.visitor_sheet import visitor_sheet
from office.visits.visitors import VisitorKind
from scoring.commitment import Kind, Status, Verdict
from tests import files, make_list
from tests.make import House

POINTS = {"kept": "0.5", "letter_only": "-0.5", "not_kept": "-1"}
K, L, N = Verdict.KEPT, Verdict.LETTER_ONLY, Verdict.NOT_KEPT


def new(made: make_list.List, **changes: object) -> NewLookBack:
    return NewLookBack(**{  # type: ignore[arg-type]
        "title": "三季度回头看", "period": "2026Q3", "ends_on": date(2026, 5, 31), "pool": tuple(made.numbers),
        "points": POINTS, "visitors": ((VisitorKind.CITIZEN_MONITOR, 2), (VisitorKind.REPORTER, 1)), **changes})


def test_a_draw_is_repeated_by_its_seed_whatever_the_order_of_the_pool() -> None:
    pool = [f"2026-{n:03d}" for n in range(1, 101)]
    mixed = random.Random(1).sample(pool, 100)

    assert drawn(pool, 10, "20261122") == drawn(mixed + mixed, 10, "20261122")
    assert drawn(pool, 3, "20261122") == ("2026-034", "2026-044", "2026-075")  # as it came out when this was written
    assert drawn(pool, 10, "20261122") != drawn(pool, 10, "20261123")
    assert set(drawn(pool, 200, "x")) == set(pool)


@pytest.mark.parametrize(("said", "most"), [
    ([], None), ([K], K), ([K, K, N], K), ([K, L], L), ([K, L, N], N), ([K, K, N, N, L], N), ([L, L, K], L)])
def test_what_is_suggested_is_what_most_say_and_the_worse_where_they_are_split(said: list[Verdict],
                                                                             most: Verdict | None) -> None:
    assert suggested(said) is most


def test_a_plan_keeps_its_seed_and_gives_each_visitor_a_link(house: House) -> None:
    made = make_list.of(house)
    office, at = made.person("office", Role.ADMINISTRATOR), house.clock()

    plan_id, links = make_plan(house.database, new(made, draw=2, seed=" 7 "), who=office, at=at)

    view = lb.look_back(house.database, plan_id)
    assert [one.code for one in links] == ["监督员01", "监督员02", "记者01"]
    assert (view.plan.seed, [one.visit.number for one in view.found]) == ("7", list(drawn(made.numbers, 2, "7")))
    assert made.record("安排回头看")[0]["seed"] == "7"
    invitation = visitors.opened(house.database, links[0].secret)
    assert [one.number for one in invitation.visits] == list(drawn(made.numbers, 2, "7"))
    with house.database.reading() as c:
        kept = c.execute(text("select secret_sha256 from visitor")).scalars().all()
    assert len(kept) == 3 and not any(one.secret in kept for one in links)


def test_the_sheet_of_visitors_has_every_link_and_nothing_from_outside(house: House) -> None:
    made = make_list.of(house)
    _plan, links = make_plan(house.database, new(made, visitors=((VisitorKind.CITIZEN_MONITOR, 9),), title="<回头看>"),
                             who=made.person("office", Role.HOST), at=house.clock())

    sheet = visitor_sheet(links, title="<回头看>", ends_on=date(2026, 5, 31), base_url="http://h:8501/")

    assert [f"http://h:8501/v/{one.secret}<" in sheet and one.code in sheet for one in links] == [True] * 9
    assert sheet.count('class="page"') == 2 and sheet.count("<svg") == 9 and "有效期到2026-05-31" in sheet
    assert "<回头看>" not in sheet and "src=" not in sheet and "<script" not in sheet


def test_items_that_are_dealt_out_go_to_one_visitor_each(house: House) -> None:
    made = make_list.of(house)
    office = made.person("office", Role.HOST)

    _plan, links = make_plan(house.database, new(made, dealt=True), who=office, at=house.clock())

    seen = [[one.number for one in visitors.opened(house.database, link.secret).visits] for link in links]
    assert seen == [[made.numbers[0]], [made.numbers[1]], [made.numbers[2]]]


def answer(house: House, secret: str, number: str, verdict: Verdict, words: str = "现场看过", nonce: str = "") -> visitors.Answer:
    return visitors.answer(house.database, secret, number, verdict=verdict, words=words, files=(),
                           nonce=nonce or f"nonce-{verdict}-{words}", at=house.clock())


def test_an_answer_sent_twice_is_one_and_a_later_one_takes_its_place(house: House) -> None:
    made = make_list.of(house)
    plan_id, links = make_plan(house.database, new(made), who=made.person("office", Role.ADMINISTRATOR), at=house.clock())
    number = made.numbers[0]

    first = answer(house, links[0].secret, number, N, "还没有动工", nonce="nonce-one")
    assert answer(house, links[0].secret, number, K, "换了说法", nonce="nonce-one") == first
    answer(house, links[0].secret, number, K, "后来办成了")

    found = next(one for one in lb.look_back(house.database, plan_id).found if one.visit.number == number)
    assert [(one.verdict, one.words) for one in found.answers] == [("kept", "后来办成了")]
    with house.database.reading() as c:
        assert c.execute(text("select count(*) from visit_answer")).scalar_one() == 2


def test_a_link_opens_nothing_else_and_ends(house: House, clock: make_list.make.Clock) -> None:
    made = make_list.of(house)
    office = made.person("office", Role.ADMINISTRATOR)
    plan_id, links = make_plan(house.database, new(made, dealt=True), who=office, at=house.clock())
    secret, mine, other = links[0].secret, made.numbers[0], made.numbers[1]

    with pytest.raises(NotFound, match="不在您的走访名单"):
        answer(house, secret, other, K)
    with pytest.raises(Refused, match="写几句"):
        answer(house, secret, mine, N, "")
    with pytest.raises(Refused, match="先选一个结论"):
        visitors.answer(house.database, secret, mine, verdict="好", words="", files=(), nonce="12345678", at=house.clock())
    visitors.stop_link(house.database, plan_id, "记者01", by="office", at=house.clock())
    replaced = visitors.give_new_link(house.database, plan_id, "监督员01", by="office", at=house.clock())
    for stopped in (links[2].secret, secret, "x", ""):
        with pytest.raises(NotFound, match="无效或已停用"):
            visitors.opened(house.database, stopped)
    answer(house, replaced.secret, mine, K)
    clock.advance(86400 * 60)
    with pytest.raises(Refused, match="已于2026-05-31结束"):
        answer(house, replaced.secret, mine, N, "过期了")


CANNOT_BE: tuple[tuple[dict[str, object], str], ...] = (
    ({"title": " "}, "名称"), ({"ends_on": date(2026, 4, 22)}, "已经过去"), ({"pool": ()}, "没有可以走访"),
    ({"draw": 9, "seed": "1"}, "1到3"), ({"draw": 2}, "抽签号"), ({"visitors": ()}, "1到200人"),
    ({"points": {**POINTS, "kept": "好"}}, "小数"), ({"points": {}}, "小数"), ({"pool": ("没有",)}, "清单里没有"),
)


def test_a_plan_that_cannot_be_is_refused_in_words(house: House) -> None:
    made = make_list.of(house)
    office = made.person("office", Role.ADMINISTRATOR)

    for changes, words in CANNOT_BE:
        with pytest.raises(Refused, match=words):
            make_plan(house.database, new(made, **changes), who=office, at=house.clock())
    not_taken_on = made.enter("small-B", "还没有签收")
    with pytest.raises(Refused, match="还没有签收"):
        make_plan(house.database, new(made, pool=(not_taken_on,)), who=office, at=house.clock())
    assert lb.look_backs(house.database) == ()


def test_only_the_office_makes_and_closes(house: House) -> None:
    made = make_list.of(house)
    with pytest.raises(NotAllowed):
        make_plan(house.database, new(made), who=made.person("leader", Role.LEADER), at=house.clock())


def test_outcomes_go_onto_the_timeline_reopen_what_relapsed_and_are_booked_as_points(house: House) -> None:
    made = make_list.of(house)
    office, database, at = made.person("office", Role.ADMINISTRATOR), house.database, house.clock()
    one, two, three = made.numbers
    made.strike_off(one)
    plan_id, links = make_plan(database, new(made), who=office, at=at)
    answer(house, links[0].secret, one, N, "又堵上了")
    answer(house, links[1].secret, one, N, "没有通车")
    answer(house, links[2].secret, one, K)

    with pytest.raises(Refused, match="还有3项没有认定"):
        close_plan(database, plan_id, who=office, at=at)
    with pytest.raises(Refused, match="才需要重开"):
        decide(database, plan_id, two, outcome=N, reason="未动工", who=office, at=at, reopen_until=date(2026, 7, 1))
    with pytest.raises(NotAllowed, match="不能认定自己单位的事项"):
        decide(database, plan_id, one, outcome=K, reason="自己看过", who=made.person("own", Role.ADMINISTRATOR, unit="small-A"),
               at=at)
    decide(database, plan_id, one, outcome=N, reason="现场核实", who=office, at=at, reopen_until=date(2026, 7, 1))
    decide(database, plan_id, two, outcome=L, reason="只有批文", who=office, at=at)
    decide(database, plan_id, three, outcome=K, reason="已投用", who=office, at=at)
    with pytest.raises(Refused, match="已经认定过"):
        decide(database, plan_id, one, outcome=K, reason="改主意", who=office, at=at)

    reopened = state_of(database, one)
    assert (reopened.status, reopened.relapses, len(reopened.closings), reopened.deadline) == (
        Status.IN_PROGRESS, 1, 1, date(2026, 7, 1))
    assert reopened.look_backs[0].verdict is N and "监督员01认为没有兑现，又堵上了" in reopened.look_backs[0].text
    view = lb.look_back(database, plan_id)
    assert dict(lb.summed(view)) == {"A县": Fraction(-3, 2), "B县": Fraction(1, 2)}
    assert close_plan(database, plan_id, who=office, at=at) == 3
    ledger = points_ledger(database)
    assert [(each.unit_name, each.cause, each.points, each.period) for each in ledger.bookings] == [
        ("A县", f"回头看 {one} 没有兑现", Fraction(-1), "2026Q3"), ("A县", f"回头看 {two} 只兑现在纸面", Fraction(-1, 2), "2026Q3"),
        ("B县", f"回头看 {three} 兑现", Fraction(1, 2), "2026Q3")]
    assert all(holds for _words, holds in care.verify(database))
    with pytest.raises(Refused, match="已经办结"):
        close_plan(database, plan_id, who=office, at=at)
    with pytest.raises(Refused, match="结束"):
        answer(house, links[0].secret, two, K)


def test_what_left_the_list_holds_no_look_back_up_and_points_go_to_whoever_held_the_item(house: House) -> None:
    made = make_list.of(house)
    office, database, at = made.person("office", Role.ADMINISTRATOR), house.database, house.clock()
    one, two, _three = made.numbers
    plan_id, _links = make_plan(database, new(made, pool=(one, two)), who=office, at=at)
    decide(database, plan_id, one, outcome=N, reason="未动工", who=office, at=at)
    house.clock.advance(60)  # type: ignore[attr-defined]
    items.happen(database, one, Kind.REASSIGNED, who=office, at=house.clock(), unit="small-B", text="改由B县负责")
    made.happen(two, Kind.WITHDRAWN, text="另行安排")

    assert dict(lb.summed(lb.look_back(database, plan_id))) == {"A县": Fraction(-1)}
    assert close_plan(database, plan_id, who=office, at=house.clock()) == 1
    assert [(each.unit_name, each.points) for each in points_ledger(database).bookings] == [("A县", Fraction(-1))]
    assert made.record("回头看记分")[0]["left"] == [two] and all(holds for _words, holds in care.verify(database))


def test_visitors_and_the_office_at_the_same_moment_lose_nothing(house: House, tmp_path: Path) -> None:
    made = make_list.of(house)
    office, database, at = made.person("office", Role.ADMINISTRATOR), house.database, house.clock()
    plan_id, links = make_plan(database, new(made, visitors=((VisitorKind.REPORTER, 6),)), who=office, at=at)
    shelf, photo = Shelf(tmp_path / "shelf"), files.photo()

    def visit(n: int) -> str:
        number = made.numbers[n % 3]
        try:
            if n >= 18:
                decide(database, plan_id, number, outcome=L, reason="现场核实", who=office, at=at)
                return "decided"
            with shelf.arriving("a.jpg") as file:
                visitors.answer(database, links[n % 6].secret, number, verdict="letter_only", words="看过", nonce=f"nonce-{n:03d}",
                                files=(file.fill(io.BytesIO(photo)),), at=at)
            return "answered"
        except Refused as refused:
            assert "已经认定" in str(refused)
            return "too late"

    with ThreadPoolExecutor(6) as hands:
        became = Counter(hands.map(visit, random.Random(3).sample(range(21), 21)))

    view = lb.look_back(database, plan_id)
    with database.reading() as c:
        stored = c.execute(text("select count(*) from visit_answer")).scalar_one()
        photos = c.execute(text("select count(*) from evidence")).scalar_one()
    assert became["decided"] == 3 and became["answered"] + became["too late"] == 18
    assert stored == photos == became["answered"] and all(one.visit.outcome == L for one in view.found)
    assert len([one for one in shelf.folder.rglob("*") if one.is_file()]) == min(1, stored)
    assert all(holds for words, holds in care.verify(database) if not words.startswith("佐证"))


def test_points_of_a_look_back_that_somebody_changed_are_found(house: House) -> None:
    made = make_list.of(house)
    office, database, at = made.person("office", Role.ADMINISTRATOR), house.database, house.clock()
    plan_id, _links = make_plan(database, new(made, pool=(made.numbers[0],)), who=office, at=at)
    decide(database, plan_id, made.numbers[0], outcome=N, reason="未动工", who=office, at=at)
    close_plan(database, plan_id, who=office, at=at)

    for damage in ("update ledger_entry set points = '-0.1'", "insert into ledger_entry (id, unit_id, period, kind, cause,"
                   " points, booked_at, booked_by) select 99, unit_id, period, 'bonus', 'x', '5', booked_at, 'x'"
                   " from ledger_entry limit 1"):
        with database.write.begin() as c:
            c.execute(text(damage))
        assert not all(holds for _words, holds in care.verify(database))
        with database.write.begin() as c:
            c.execute(text("update ledger_entry set points = '-1' where id <> 99"))


def test_films_are_listed_in_the_order_that_the_office_gives_them(house: House) -> None:
    made = make_list.of(house)
    office, database, at = made.person("office", Role.ADMINISTRATOR), house.database, house.clock()
    plan_id, _links = make_plan(database, new(made), who=office, at=at)
    one, _two, three = made.numbers

    lb.choose_films(database, plan_id, [(three, "污水站回头看"), (one, "断头路回头看")], who=office, at=at)
    with pytest.raises(Refused):
        lb.choose_films(database, plan_id, [(one, "a"), (one, "b")], who=office, at=at)

    lines = lb.films_csv(lb.look_back(database, plan_id)).decode("utf-8-sig").splitlines()
    assert [line.split(",")[:3] for line in lines[1:]] == [["1", "污水站回头看", three], ["2", "断头路回头看", one]]


def test_an_outcome_that_was_wrong_is_replaced_and_its_points_are_reversed(house: House) -> None:
    made = make_list.of(house)
    office, database, at = made.person("office", Role.ADMINISTRATOR), house.database, house.clock()
    one, two, _three = made.numbers
    plan_id, _links = make_plan(database, new(made, points={**POINTS, "kept": "0"}), who=office, at=at)
    other, _more = make_plan(database, new(made, pool=(one,)), who=office, at=at)  # the same item, the same period
    decide(database, other, one, outcome=N, reason="未动工", who=office, at=at)
    close_plan(database, other, who=office, at=at)
    for number in made.numbers:
        decide(database, plan_id, number, outcome=N, reason="未动工", who=office, at=at)
    for changes, words in ((dict(reason=" "), "写明更正的原因"), (dict(outcome=N), "没有要更正的"),
                           (dict(number="没有"), "不在这次回头看")):
        with pytest.raises(Refused, match=words):
            correct(database, plan_id, **{"number": one, "outcome": K, "reason": "看错了", "who": office, "at": at, **changes})
    with pytest.raises(NotAllowed, match="自己单位"):
        correct(database, plan_id, one, outcome=K, reason="自己看过", who=made.person("own", Role.HOST, unit="small-A"), at=at)
    assert correct(database, plan_id, two, outcome=L, reason="已动工一半", who=office, at=at) == (), "nothing is booked yet"
    close_plan(database, plan_id, who=office, at=at)
    house.clock.advance(60)  # type: ignore[attr-defined]
    items.happen(database, one, Kind.REASSIGNED, who=office, at=house.clock(), unit="small-B", text="改由B县负责")
    house.clock.advance(60)  # type: ignore[attr-defined]
    at = house.clock()

    assert correct(database, plan_id, one, outcome=L, reason="走访的不是这一段", who=office, at=at) == (5, 6)
    assert correct(database, plan_id, one, outcome=K, reason="复核后已通车", who=office, at=at) == (7,), "kept counts nothing here"
    assert correct(database, plan_id, one, outcome=N, reason="复核有误", who=office, at=at) == (8,)

    assert [(each.unit_name, each.points, each.state) for each in points_ledger(database).bookings] == [
        ("A县", Fraction(-1), "有效"), ("A县", Fraction(-1), "已被第5笔冲销"), ("A县", Fraction(-1, 2), "有效"),
        ("B县", Fraction(-1), "有效"), ("A县", Fraction(1), "冲销第2笔"), ("A县", Fraction(-1, 2), "已被第7笔冲销"),
        ("A县", Fraction(1, 2), "冲销第6笔"), ("A县", Fraction(-1), "有效")]
    assert points_ledger(database).bookings[6].cause == f"冲销：回头看 {one} 只兑现在纸面（更正认定）"
    visit = next(each.visit for each in lb.look_back(database, plan_id).found if each.visit.number == one)
    assert (visit.outcome, visit.reason, [each.outcome for each in visit.replaced]) == (N, "复核有误", [N, L, K])
    assert dict(lb.summed(lb.look_back(database, plan_id))) == {"A县": Fraction(-3, 2), "B县": Fraction(-1)}
    assert [each["before"] for each in made.record("回头看更正认定")] == ["没有兑现", "没有兑现", "只兑现在纸面", "兑现"]
    assert state_of(database, two).look_backs[-1].text == "更正认定，原认定没有兑现：已动工一半"
    assert len(state_of(database, one).look_backs) == 2, "given to another unit, its timeline takes no more visits"
    assert all(holds for _words, holds in care.verify(database))
    with database.write.begin() as c:
        c.execute(text("update ledger_entry set cause = '别的' where id = 8"))
    assert [words for words, holds in care.verify(database) if not holds] == ["回头看“三季度回头看”更正认定记入台账的1笔与留痕不一致"]
