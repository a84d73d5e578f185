"""A list that is over: its lights stand still on the day, nobody is reminded, the pages open with what is pressed; what
something happens to comes back by itself, and the whole list on demand."""

from __future__ import annotations

import shutil
from datetime import date, timedelta

import pytest

from db.item_lights import archive_days
from db.item_lines import Filter
from db.stores.item_views import astray
from office.listing.follow_up import asks, choices, days_words, filter_of, follow_up, marks_of
from office.listing.item_card import item_card
from office.listing.leaders import overview
from office.listing.list_archive import archive, archived, opening, take_up_again
from office.listing.my_items import my_items
from office.listing.reconciliation import open_run, run_of
from office.listing.wall_chart import chart
from office.people import Role
from office.refusal import NotAllowed, NotFound, Refused
from office.reminding.reminders import of_day
from scoring.commitment import Kind
from tests import make, make_list
from tests.office.test_items import OFFICE

LISTED, OVER = date(2026, 4, 23), date(2026, 5, 20)
LATER = date(2026, 12, 1)


@pytest.fixture
def url(sqlite_with_tables, tmp_path):
    shutil.copyfile(sqlite_with_tables, tmp_path / "leitai.db")
    return f"sqlite:///{tmp_path / 'leitai.db'}"


@pytest.fixture
def made(house):
    """A campaign of three: one struck off, one late, one with time left when it is over; and one promise besides."""
    found = make_list.List(house=house)
    make.sitting(house)
    for text, due in (("办完的", date(2026, 5, 31)), ("过期的", date(2026, 5, 10)), ("没到期的", date(2026, 9, 30))):
        found.happen(found.enter("small-A", text, batch="百日", deadline=due, contact_leader="分管副县长"), Kind.ACCEPTED)
    found.strike_off(found.numbers[0])
    found.happen(found.enter("small-B", "还在办的", contact_leader="分管副县长"), Kind.ACCEPTED)
    house.clock.advance(3600 * 24 * 40)
    return found


def put_away(made: make_list.List, on: date = OVER):
    return archive(made.house.database, "百日", on=on, who=OFFICE, at=made.house.clock())


def test_its_lights_stand_still_and_its_sentence_is_of_that_day(made):
    database = made.house.database
    before = follow_up(database, Filter(batch="百日"), as_of=OVER)
    done = put_away(made)
    after = follow_up(database, Filter(batch="百日"), as_of=LATER)

    assert (done.still, done.alive, done.words) == (3, 0, "3项停在归档那天的状态，不再提醒。")
    assert [(one.number, one.light) for one in after.items] == [(one.number, one.light) for one in before.items]
    assert [(days_words(one, LATER), one.archived_on) for one in after.items[:2]] == [
        ("归档时过期10天", OVER), ("归档时还有133天", OVER)]
    assert marks_of(after.items[0])[-1] == "2026-05-20归档" and days_words(after.items[0], OVER) == "过期10天"
    assert after.sentence == "共3项，已办结1项（33.3%）（截至2026-05-20归档）。归档时2项没有办结。"
    assert chart(database, Filter(batch="百日"), today=LATER).sentence == after.sentence
    assert follow_up(database, Filter(), as_of=LATER).sentence == (
        "共4项，已办结1项（25.0%），1项已逾期（截至2026-12-01）。其中3项在已归档的清单里，状态停在归档那天，归档时2项没有办结。")
    assert choices(database).batches == {"百日": "百日（2026-05-20归档）"}
    late, early = (item_card(database, number, who=OFFICE, at=make.START + timedelta(days=200)) for number in made.numbers[1:3])
    assert late.why == "期限2026-05-10，已逾期10天"
    assert early.due_share is not None and early.due_share.as_of == OVER
    assert early.due_share.numerator < early.due_share.denominator, "what was to be done by then"


def test_nobody_is_reminded_of_it_and_it_is_nobodys_work_of_today(made):
    database = made.house.database
    liaison = made.person("liaison", Role.LIAISON, unit="small-A")
    assert {one.number for one in of_day(database, LATER)} == set(made.numbers[1:])
    assert [one.found for one in my_items(database, liaison, today=LATER).waiting] == [2]
    put_away(made)
    shown = overview(database, OFFICE, today=LATER)

    assert {one.number for one in of_day(database, LATER)} == {made.numbers[3]}
    assert my_items(database, liaison, today=LATER).waiting == ()
    assert (shown.rows[0].open, shown.rows[0].counted.archived, sum(shown.rows[0].lights.values())) == (1, 3, 1)
    assert "其中3项在已归档的清单里" in shown.sentence
    assert follow_up(database, Filter(archived="no"), as_of=LATER).items[0].number == made.numbers[3]
    assert follow_up(database, Filter(archived="yes"), as_of=LATER).found == 3
    assert follow_up(database, Filter(), as_of=LATER).items[0].number == made.numbers[3], "what is archived stands last"
    open_run(database, "2026-06", who=OFFICE, at=made.house.clock())
    assert [one.said["number"] for one in run_of(database, "2026-06").lines] == [made.numbers[3]]


def test_what_something_happens_to_comes_back_and_the_list_on_demand(made):
    database = made.house.database
    put_away(made)
    made.happen(made.numbers[1], Kind.REPORTED, text="又动了", unit="small-A")
    back = follow_up(database, Filter(archived="no", batch="百日"), as_of=LATER).items

    assert [(one.number, one.archived_on, days_words(one, LATER)) for one in back] == [(made.numbers[1], None, "过期205天")]
    assert archive(database, "百日", on=OVER - timedelta(days=1), who=OFFICE, at=made.house.clock()).words == (
        "2项停在归档那天的状态，不再提醒；另有1项在那天以后还有办理，仍算在办。")
    take_up_again(database, "百日", who=OFFICE, at=made.house.clock())
    assert follow_up(database, Filter(archived="yes"), as_of=LATER).found == 0 and archived(database) == {}
    assert [(one["name"], one["count"]) for one in made.record("清单归档")] == [("百日", 3), ("百日", 2)]
    assert made.record("清单恢复在办")[0]["day"] == "2026-05-19"


def test_views_of_archived_items_are_what_a_replay_gives(made):
    put_away(made)
    with made.house.database.reading() as c:
        assert archive_days(c) == {"百日": OVER}
        assert astray(c, [1, 2, 3, 4]) == ()


def test_a_page_opens_with_what_is_pressed_or_with_the_list_that_was_put_away_last(made):
    database = made.house.database
    assert opening(database) == {}
    put_away(made)
    assert opening(database) == {"archived": "no"}
    made.happen(made.numbers[3], Kind.WITHDRAWN, text="重复")
    assert opening(database) == {"batch": "百日"}
    assert not asks({"view": "plan", "from": "2026-05"}) and asks({"archived": "all"}) and asks({"unit": "small-A"})
    assert filter_of({"archived": "all"}) == filter_of({"archived": "x"}) == Filter()


@pytest.mark.parametrize(("batch", "on", "refusal", "said"), [
    ("", OVER, NotFound, "没有这个批次"), ("没有的", OVER, NotFound, "没有这个批次"), ("百日", LATER, Refused, "不能晚于今天"),
    ("百日", LISTED - timedelta(days=1), Refused, "才开始列入")])
def test_what_cannot_be_archived_is_refused_in_words(made, batch, on, refusal, said):
    with pytest.raises(refusal, match=said):
        archive(made.house.database, batch, on=on, who=OFFICE, at=made.house.clock())
    assert made.record("清单归档") == []


def test_only_the_office_archives_and_nothing_is_taken_up_that_was_not_put_away(made):
    leader = made.person("leader", Role.LEADER)
    at = made.house.clock()
    for refused in (lambda: archive(made.house.database, "百日", on=OVER, who=leader, at=at),
                    lambda: take_up_again(made.house.database, "百日", who=leader, at=at)):
        with pytest.raises(NotAllowed):
            refused()
    with pytest.raises(NotFound, match="没有归档"):
        take_up_again(made.house.database, "百日", who=OFFICE, at=at)
    put_away(made)
    with pytest.raises(Refused, match="已经在2026-05-20归档"):
        put_away(made)
