"""评议分析: who may see it, when it is worked out, and what it says of marks whose story is known."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from advisory.advice import advise
from advisory.agreement import Concordance, Estimate
from advisory.quantiles import t_quantile
from db.engine import Database
from db.reads import sittings as reads
from db.values import Staff
from hall.outcome import advice
from hall.outcome.advice import advised
from hall.outcome.advice_values import CANNOT, Advised, Place, UnderWay
from hall.outcome.advice_view import TOO_FEW, _could_swap, _runs, view_of
from hall.outcome.advice_worker import work_apart
from hall.outcome.advising import WENT_WRONG, Desk, Finding
from hall.outcome.agreement_words import _alphas, _reliability, concordance_words, figure, signed
from hall.outcome.results import package_in_force, standing
from office.people import Role
from office.refusal import Refused
from scoring.package import Package
from tests import make

PATIENCE = 30
ONE_GROUP = make.RULE.replace('weight = "60%"', 'weight = "1"').replace("""[[groups]]
key = "public"
name = "社会各界代表"
weight = "40%"
secret = true
""", "").replace("high = 1\nlow = 1", "high = 0\nlow = 0")
SECRET_ONLY = make.RULE.replace('weight = "60%"', 'weight = "60%"\nsecret = true')


def work_here(url: str, sitting: str, tell: Callable[[float], None]) -> Finding:
    """`work_apart` without the process of its own, which takes a second to start."""
    database = Database(url)
    try:
        return finding_of(package_in_force(database, sitting), tell)
    finally:
        database.dispose()


@pytest.fixture(autouse=True)
def worked_out_here(monkeypatch):
    monkeypatch.setattr(advice, "work_apart", work_here)


def person(*roles: Role) -> Staff:
    return Staff(id=1, name="x", title="x", roles=frozenset(roles), unit="", active=True, has_password=True)


LEADER = person(Role.LEADER)


@pytest.fixture
def url(tmp_path):
    """What is looked at here does not depend on the kind of database."""
    return f"sqlite:///{tmp_path / 'leitai.db'}"


def score(hall: make.Hall, **marks: tuple[int | None, ...]) -> None:
    """`U1=(90, 80, ...)`: the leaders' marks in the order of their seats, None for who does not vote; the public gives 80."""
    for target, given in marks.items():
        hall.open(target)
        sent = [hall.send(f"L{n}", mark) for n, mark in enumerate(given, 1) if mark is not None]
        sent += [hall.send(seat, 80) for seat in hall.secrets if seat.startswith("P")]
        for one in sent:
            one.result(timeout=20)
        hall.close()


def few(house, *, leaders: int, public: int = 0, rule: str = ONE_GROUP, **changes: object) -> make.Hall:
    """A hall whose leaders belong to no unit: nobody is recused."""
    planned = make.plan(leaders=leaders + 1, public=public, rule=rule, **changes)
    seats = tuple(seat for seat in planned.seats if not (seat.group == "leaders" and seat.unit))
    return make.sitting(house, make.plan(leaders=leaders + 1, public=public, rule=rule, seats=seats, **changes))


def place(rank: int, low: int | None, high: int | None) -> Place:
    return Place(target=f"U{rank}", name="x", ranking_group="", place=str(rank), rank=rank, low=low, high=high, words="",
                 why="")


def finding_of(package: Package, tell: Callable[[float], None] | None = None) -> Finding:
    return Finding(advice=advise(package, progress=tell), ballots_sha256=package.ballots_sha256,
                   ranking_groups={row.target: row.ranking_group for row in package.targets})


def look(hall: make.Hall) -> Advised:
    """The view, worked out here and now."""
    database = hall.house.database
    found = standing(database, hall.key)
    with database.reading() as c:
        seats = reads.seats(c, found.sitting.id)
    return view_of(found, finding_of(package_in_force(database, hall.key)), seats)


def wait_for(hall: make.Hall, who: Staff = LEADER) -> Advised:
    for _ in range(PATIENCE * 20):
        found = advised(hall.house, hall.key, who)
        if isinstance(found, Advised):
            return found
        threading.Event().wait(0.05)
    raise AssertionError(found)


# -- for whom, and when ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.HOST, Role.CLERK, Role.SUPERVISOR, Role.LIAISON])
def test_everybody_else_is_refused_in_words(hall, role):
    with pytest.raises(Refused, match="只给领导、管理员看"):
        advised(hall.house, hall.key, person(role))


def test_where_nothing_has_a_place_there_is_nothing_to_look_at(hall):
    with pytest.raises(Refused, match="还没有名次"):
        advised(hall.house, hall.key, LEADER)


def test_nothing_is_begun_while_a_round_is_open_and_it_comes_after_the_close(house, monkeypatch):
    monkeypatch.setattr(advice, "work_apart", work_apart)
    hall = few(house, leaders=5)
    score(hall, U1=(90,) * 5, U2=(80,) * 5)
    hall.open("U3")

    waiting = advised(house, hall.key, LEADER)
    hall.close()
    found = wait_for(hall)

    assert waiting == UnderWay(share=0.0, words="C县正在打分，截止后再算。")
    assert [one.place for one in found.places] == ["1", "2"]


def test_closed_rounds_are_not_even_counted_while_the_next_is_open(house):
    hall = few(house, leaders=5)
    score(hall, U1=(90,) * 5, U2=(80,) * 5)
    wait_for(hall)
    hall.open("U3")

    assert advised(house, hall.key, LEADER) == UnderWay(share=0.0, words="C县正在打分，截止后再算。")


def test_a_round_of_another_sitting_holds_it_up_as_well(house):
    hall, other = few(house, leaders=5), make.sitting(house, make.plan(key="other"))
    score(hall, U1=(90,) * 5, U2=(80,) * 5, U3=(70,) * 5)
    hall.publish(despite_warnings=True)
    other.open("U1")

    assert advised(house, hall.key, LEADER) == UnderWay(share=0.0, words="A县正在打分，截止后再算。")


def test_what_was_worked_out_is_shown_while_a_round_is_open_elsewhere(house):
    hall, other = few(house, leaders=5), make.sitting(house, make.plan(key="other"))
    score(hall, U1=(90,) * 5, U2=(80,) * 5, U3=(70,) * 5)
    hall.publish(despite_warnings=True)
    first = wait_for(hall)
    other.open("U1")

    assert advised(house, hall.key, LEADER) == first


def test_a_change_of_the_stage_begins_nothing_anew_and_a_closed_round_does(house):
    hall = few(house, leaders=5)
    score(hall, U1=(90,) * 5, U2=(80,) * 5)
    editions = []
    for change in (lambda: None, lambda: advice_of_stage(hall), lambda: score(hall, U3=(70,) * 5)):
        change()
        wait_for(hall)
        editions.append(advice._edition(house.database, standing(house.database, hall.key)))

    assert editions[0] == editions[1] != editions[2]


def advice_of_stage(hall: make.Hall) -> None:
    from hall.stage import rounds

    rounds.show(hall.house.database, hall.key, "agenda", None, by="host", at=hall.now)
    hall.house.live.refresh()


# -- the desk ------------------------------------------------------------------------------------------------------


@pytest.fixture
def scored(house):
    hall = few(house, leaders=5)
    score(hall, U1=(90, 91, 92, 93, 94), U2=(80,) * 5)
    return hall


@pytest.fixture
def package(scored):
    return package_in_force(scored.house.database, scored.key)


def held_up(task):
    for _ in range(PATIENCE * 20):
        if task.held_up_by or task.over.is_set():
            break
        threading.Event().wait(0.05)
    return task.held_up_by


def test_two_who_ask_wait_for_one_piece_of_work(package):
    desk, go, done = Desk(), threading.Event(), []

    def work(tell):
        go.wait(PATIENCE)
        done.append(1)
        return finding_of(package, tell)

    first = desk.begin("v1", work, str)
    second = desk.begin("v1", work, str)
    go.set()
    assert first.over.wait(PATIENCE)

    assert first is second and done == [1]
    assert first.finding is not None and first.share == 1.0


def test_nothing_is_begun_by_the_desk_while_a_round_is_open(package):
    desk, voting, begun = Desk(), ["A县"], []
    task = desk.begin("v1", lambda tell: begun.append(1) or finding_of(package, tell), lambda: "".join(voting))
    seen = held_up(task), list(begun)
    voting.clear()

    assert task.over.wait(PATIENCE)
    assert seen == ("A县", []) and task.finding is not None and task.held_up_by == ""


def test_work_that_was_begun_stands_still_while_a_round_is_open(package):
    desk, voting = Desk(), []
    task = desk.begin("v1", lambda tell: voting.append("A县") or finding_of(package, tell), lambda: "".join(voting))
    seen = held_up(task), task.finding
    voting.clear()

    assert task.over.wait(PATIENCE)
    assert seen == ("A县", None) and task.finding is not None


@pytest.mark.parametrize(("trouble", "words"), [(Refused("没有数据。"), "没有数据。"), (EOFError(), WENT_WRONG)])
def test_a_failure_is_said_in_words_and_may_be_tried_again(package, trouble, words):
    desk, found = Desk(), [trouble]

    def work(tell):
        if found:
            raise found.pop()
        return finding_of(package, tell)

    task = desk.begin("v1", work, str)
    assert task.over.wait(PATIENCE)
    desk.forget_refusal("v1")
    again = desk.begin("v1", work, str)
    assert again.over.wait(PATIENCE)

    assert task.refusal == words and task.finding is None
    assert again.finding is not None and not again.refusal


def test_the_last_few_are_kept(package):
    desk = Desk()
    for n in range(12):
        assert desk.begin(n, lambda tell: finding_of(package, tell), str).over.wait(PATIENCE)

    assert [n for n in range(12) if desk.task(n) is not None] == list(range(4, 12))


# -- the process of its own ------------------------------------------------------------------------------------------


def test_the_process_finds_what_would_be_found_here_and_tells_how_far_it_is(scored, package):
    shares: list[float] = []

    found = work_apart(scored.house.database.url, scored.key, shares.append)

    assert found == finding_of(package)
    assert shares[0] == 0.0 and shares[-1] == 1.0 and shares == sorted(shares)


def test_what_the_process_refuses_is_refused_in_its_words(scored):
    with pytest.raises(Refused, match="没有场次“other”"):
        work_apart(scored.house.database.url, "other", lambda share: None)


def test_a_process_whose_asker_gives_up_is_ended(scored):
    def give_up(share: float) -> None:
        raise KeyError("gave up")

    with pytest.raises(KeyError, match="gave up"):
        work_apart(scored.house.database.url, scored.key, give_up)


def test_a_process_that_dies_is_noticed(tmp_path):
    with pytest.raises(EOFError):
        work_apart("nonsense://", "small", lambda share: None)


# -- what it says ------------------------------------------------------------------------------------------------


def test_judges_of_one_mind_are_called_so_and_every_place_is_firm(house):
    hall = few(house, leaders=5)
    score(hall, U1=(95, 94, 96, 95, 94), U2=(85, 84, 86, 85, 84), U3=(75, 74, 76, 75, 74))
    hall.publish()

    seen = look(hall)

    assert seen.sentence == "评委之间很一致（W=1.00，n=5名实名评委）；相邻名次都分得出先后。"
    assert [(one.name, one.rank, one.low, one.high, one.words) for one in seen.places] == [
        ("A县", 1, 1, 1, "第1名"), ("B县", 2, 2, 2, "第2名"), ("C县", 3, 3, 3, "第3名")]
    assert seen.neighbours[0].words == "5位评委两家都打了：5位更高、0位相同、0位更低"
    assert [one.words for one in seen.adjusted] == ["名次不变"] * 3
    assert "每位实名评委都打了每一家" in seen.adjusted_words
    assert seen.edition.startswith("第1版成绩") and seen.published and seen.note == "示例数据"


def test_neighbours_who_might_change_places_cannot_be_told_apart(house):
    hall = few(house, leaders=6)
    score(hall, U1=(95,) * 6, U2=(85, 80, 86, 79, 84, 80), U3=(80, 85, 79, 86, 80, 83))

    seen = look(hall)

    assert "第2、3名分不出先后" in seen.sentence
    assert [(one.low, one.high) for one in seen.places] == [(1, 1), (2, 3), (2, 3)]
    assert seen.neighbours[1].words == "6位评委两家都打了：3位更高、0位相同、3位更低"
    assert not seen.neighbours[1].contrary
    assert seen.edition == "未公布：已截止各轮" and not seen.published


@pytest.mark.parametrize(("above", "below", "could"), [
    ((1, 1, 2), (2, 1, 2), True), ((1, 1, 2), (2, 2, 3), False), ((1, 1, 1), (2, 1, 2), False),
    ((1, 1, 3), (2, 1, 4), True), ((1, 1, 2), (1, 1, 2), False), ((1, None, None), (2, 1, 2), False)])
def test_two_cannot_be_told_apart_when_each_might_have_the_others_place(above, below, could):
    assert _could_swap(place(*above), place(*below)) is could


def test_a_long_chain_of_neighbours_is_named_by_its_ends():
    chain = [place(n, n - 1, n + 1) for n in range(2, 7)]

    assert list(_runs([place(1, 1, 1), *chain, place(7, 7, 8), place(8, 7, 8)])) == ["第2至6名中相邻的", "第7、8名"]


def test_a_majority_against_the_official_order_is_pointed_out(house):
    hall = few(house, leaders=5)
    score(hall, U1=(100, 80, 80, 80, 80), U2=(70, 81, 81, 81, 81), U3=(50,) * 5)

    first = look(hall).neighbours[0]

    assert (first.above, first.below, first.contrary) == ("A县", "B县", True)
    assert first.words == "5位评委两家都打了：1位更高、0位相同、4位更低"


def test_a_severe_judge_is_unusual_with_limits_that_leave_zero_out_and_never_more_than_that(house):
    hall = few(house, leaders=6, units=8)
    noise = (0, 1, -1, 0, 1, -1)
    score(hall, **{f"U{n}": tuple(70 + 2 * n + noise[(n + j) % 6] - (8 if j == 2 else 0) for j in range(6))
                   for n in range(1, 9)})

    seen = look(hall)
    odd = [one for one in seen.judges if one.unusual]

    assert [(one.seat, one.role, one.group_name) for one in odd] == [("L3", "市领导3席", "市领导组")]
    assert odd[0].leniency is not None and odd[0].reach is not None
    assert odd[0].leniency + odd[0].reach < -seen.large == -2.0
    assert odd[0].leniency_words.startswith("−") and " 至 " in odd[0].limits
    assert seen.judges[-1] is odd[0]
    assert "1名评委打分异常（值得看一看）：L3" in seen.sentence
    assert not [word for word in ("偏见", "偏心", "不公", "作弊") if word in repr(seen)]


def test_the_limits_that_are_drawn_are_those_that_the_flags_go_by(house):
    """A judge far off the mark is flagged exactly when the drawn limits leave zero out."""
    hall = few(house, leaders=6, units=8)
    score(hall, **{f"U{n}": tuple(70 + 2 * n + (n * (j + 3) % 7) - j for j in range(6)) for n in range(1, 9)})

    seen = look(hall)
    expected = [abs(one.leniency) > max(seen.large, one.reach) for one in seen.judges]

    assert [one.unusual for one in seen.judges] == expected
    errors = {one.judge: one.se for one in advise(package_in_force(house.database, hall.key)).judges}
    # six judges, 48 ballots, 8 units: 48 - 6 - 8 + 1 degrees of freedom
    assert {one.seat: one.reach / errors[one.seat] for one in seen.judges} == pytest.approx(
        dict.fromkeys(errors, t_quantile(1 - 0.05 / 12, 35)))


def test_too_few_judges_to_tell(house):
    hall = few(house, leaders=3, public=4, rule=make.RULE)
    score(hall, U1=(90, 91, 92), U2=(80, 81, 82), U3=(70, 71, 72))

    seen = look(hall)

    assert f"名次稳不稳：{TOO_FEW}" in seen.sentence
    assert seen.places_why == (f"{TOO_FEW}：市领导组3名，每组至少要4名实名评委",)
    assert {one.words for one in seen.places} == {CANNOT}
    assert seen.neighbours[0].words == "3位评委两家都打了：3位更高、0位相同、0位更低"


def test_where_all_groups_are_secret_nobody_is_followed(house):
    hall = few(house, leaders=4, public=4, rule=SECRET_ONLY)
    score(hall, U1=(90, 91, 92, 93), U2=(80, 81, 82, 83))

    seen = look(hall)

    assert seen.judges == ()
    assert seen.sentence == "评委之间是否一致无法计算（没有实名评委的有效票）；名次区间无法计算。"
    assert seen.judges_why == ("没有实名评委的有效票。",)
    assert seen.neighbours[0].words == "没有实名评委两家都打过"
    assert {one.words for one in seen.adjusted} == {CANNOT} and "没有实名评委的有效票" in seen.adjusted_words


def test_one_judge_has_nobody_to_be_compared_with(house):
    hall = few(house, leaders=1)
    score(hall, U1=(90,), U2=(80,), U3=(70,))

    seen = look(hall)

    assert "只有1名实名评委" in seen.sentence and seen.measures_why == "只有1名实名评委"
    assert f"偏高偏低{CANNOT}：只有1名实名评委，没有别人可比。" in seen.judges_why
    assert seen.judges[0].leniency is None and seen.judges[0].leniency_words == CANNOT
    assert all(one.reading == CANNOT for one in seen.measures)


def test_a_correlation_over_two_units_is_not_to_be_taken_seriously(house):
    hall = few(house, leaders=4)
    score(hall, U1=(90, 91, 92, 89), U2=(80, 81, 79, 95))

    seen = look(hall)

    assert {one.consistency for one in seen.judges} == {"1.00", "−1.00"}
    assert seen.judges_why == ("与他人一致：人人都打了的只有2家，太少，这一栏不必当真。",)


def test_judges_without_a_unit_in_common_cannot_be_set_against_each_other(house):
    hall = few(house, leaders=4)
    score(hall, U1=(90, 91, None, None), U2=(None, None, 80, 81))

    seen = look(hall)

    assert "没有共同打过的单位" in seen.judges_why[0] and "没有共同打过的单位" in seen.adjusted_words
    assert "人人都打了的单位一家也没有" in seen.sentence


def test_everybody_level_is_said_so(house):
    hall = few(house, leaders=4)
    score(hall, U1=(80,) * 4, U2=(80,) * 4, U3=(80,) * 4)

    seen = look(hall)

    assert "是否一致无法计算（评委给各家的分不分高低）" in seen.sentence
    assert any("与他人一致无法计算" in one for one in seen.judges_why)
    assert any("不合群程度无法计算" in one for one in seen.judges_why)
    assert [one.rank for one in seen.places] == [1, 1, 1]


def test_an_absent_judge_is_made_good_in_the_adjusted_scores(house):
    """The severe judge was away when B came on: its plain mean is too high, and the adjusted place says so."""
    hall = few(house, leaders=4, units=3)
    score(hall, U1=(90, 90, 90, 70), U2=(88, 88, 88, None), U3=(80, 80, 80, 60))

    seen = look(hall)

    assert [(one.name, one.place, one.words, one.changes) for one in seen.adjusted] == [
        ("B县", "1", "会变：第2名", True), ("A县", "2", "会变：第1名", True), ("C县", "3", "名次不变", False)]
    assert seen.adjusted_words == "按调整后的分排，2家名次会变。"
    assert "按人人都打了的2家算" in seen.sentence


@pytest.mark.parametrize("method", ["standard", "modified", "dense", "fractional"])
def test_shared_places_are_counted_alike_whatever_the_rule_prints(house, method):
    rule = ONE_GROUP.replace("[[awards]]", f'[ranking]\nmethod = "{method}"\n[[awards]]', 1)
    hall = few(house, leaders=4, rule=rule)
    score(hall, U1=(90, 91, 92, 93), U2=(93, 92, 91, 90), U3=(70,) * 4)

    seen = look(hall)

    assert [one.rank for one in seen.places] == [1, 1, 3]
    assert "第3名" not in seen.sentence and {one.words for one in seen.adjusted} == {"名次不变"}


def test_ranking_groups_stand_apart(house):
    planned = make.plan(units=5, leaders=6, public=0, rule=ONE_GROUP)
    groups = ("山区", "山区", "沿海", "沿海", "海岛")
    targets = tuple(replace(one, ranking_group=group) for one, group in zip(planned.targets, groups, strict=True))
    hall = few(house, leaders=5, units=5, targets=targets)
    score(hall, U1=(90, 70, 90, 70, 80), U2=(70, 90, 70, 90, 79), U3=(95,) * 5, U4=(85,) * 5, U5=(60,) * 5)

    seen = look(hall)

    assert set(seen.ranking_groups) == set(groups)
    assert "山区第1、2名分不出先后" in seen.sentence
    assert [(one.above, one.below) for one in seen.neighbours] == [("A县", "B县"), ("C县", "D县")]
    assert seen.places_why == ("同组只有一家，没有别家可比",)


# -- words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("w", "p", "words"), [
    (0.9, 0.001, "很一致"), (0.82, 0.001, "较一致"), (0.7, 0.001, "较一致"), (0.5, 0.01, "有些一致"), (0.3, 0.01, "不太一致"),
    (0.82, 0.05, "看不出一致的次序"), (None, None, "")])
def test_concordance_is_read_by_its_test_first(w, p, words):
    assert concordance_words(Concordance(w=w, p=p)) == words


@pytest.mark.parametrize(("value", "low", "high", "limits", "reading"), [
    (0.95, 0.9, 0.99, "0.90 至 0.99", "很好"), (0.95, 0.75, 0.99, "0.75 至 0.99", "好"),
    (0.95, 0.5, 0.99, "0.50 至 0.99", "中等"), (0.95, 0.49, 0.99, "0.49 至 0.99", "差"),
    (-0.2, -0.5, 0.3, "−0.50 至 0.30", "看不出一致"), (0.95, None, None, CANNOT, "下限无法计算，不作判断"),
    (None, None, None, "", CANNOT)])
def test_a_reliability_is_read_by_its_lower_limit(value, low, high, limits, reading):
    said = _reliability("x", "y", Estimate(value=value, low=low, high=high))

    assert (said.limits, said.reading) == (limits, reading)


def test_alpha_is_read_by_krippendorffs_lines(house):
    hall = few(house, leaders=5)
    score(hall, U1=(95,) * 5, U2=(85,) * 5)
    sure = advise(package_in_force(house.database, hall.key))

    assert [one.reading for one in _alphas(sure)] == ["可以据此下结论"] * 2


@pytest.mark.parametrize(("value", "plain", "with_sign"), [
    (0.5, "0.50", "+0.50"), (-0.5, "−0.50", "−0.50"), (0.001, "0.00", "0.00"), (-0.001, "0.00", "0.00"),
    (None, CANNOT, CANNOT)])
def test_figures_have_a_true_minus_and_none_on_zero(value, plain, with_sign):
    assert (figure(value), signed(value)) == (plain, with_sign)
