"""The mean of fewer than three secret ballots is found in no output, and cannot be worked out from what the public sees."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from db.values import Staff
from hall.moment.discretion import HIDDEN_WORDS, WITHHELD_WORDS
from hall.outcome import results, standings
from hall.outcome.explained import explained, how_firm
from hall.screen import wall
from hall.screen.board import routes
from office.people import Role
from tests import make

EXACT = make.RULE.replace('kind = "points"', 'kind = "points"\nstep = "0.01"')
ALONE = EXACT.replace('weight = "40%"\nsecret = true', 'weight = "100%"\nsecret = true').replace(
    '[[groups]]\nkey = "leaders"\nname = "市领导"\nweight = "60%"\n', "")
FEW, MANY, NAMED = ("61.37", "62.41"), ("71.37", "72.41", "73.45"), ("90.11", "91.13", "92.15")
MEAN, LEADERS = "61.89", "91.13"


def person(*roles: Role) -> Staff:
    return Staff(id=1, name="x", title="x", roles=frozenset(roles), unit="", active=True, has_password=True)


LEADER, LIAISON = person(Role.LEADER), person(Role.LIAISON)


@pytest.fixture
def url(tmp_path):  # one kind of database: nothing here is asked of it
    return f"sqlite:///{tmp_path / 'leitai.db'}"


@pytest.fixture
def hall(house: make.House) -> make.Hall:
    """U2 was scored by two secret ballots, U3 by three; both by three leaders."""
    hall = make.sitting(house, make.plan(rule=EXACT))
    for target, secret in (("U2", FEW), ("U3", MANY)):
        hall.open(target)
        for n, mark in enumerate(NAMED, 1):
            hall.cast(f"L{n}", mark)
        for n, mark in enumerate(secret, 1):
            hall.cast(f"P{n}", mark)
        hall.close()
    return hall


@pytest.fixture
def alone(house: make.House) -> make.Hall:
    """A rule with the secret group alone: the total of U1 is the mean of two ballots."""
    hall = make.sitting(house, make.plan(rule=ALONE, leaders=0, public=4))
    for target, secret in (("U1", FEW), ("U2", MANY)):
        hall.open(target)
        for n, mark in enumerate(secret, 1):
            hall.cast(f"P{n}", mark)
        hall.close()
    return hall


def outputs(hall: make.Hall, who: Staff, *targets: str) -> Iterator[tuple[str, str]]:
    """(name, all that this person is given) of every output that shows a result."""
    database = hall.house.database
    shown = standings.board(database, hall.key, who)
    if shown is not None:
        yield "the page of results", repr(shown)
        yield "its table as CSV", standings.ranking_csv(shown).decode("utf-8-sig")
        for target in targets:
            yield f"the working of {target}", repr(explained(database, hall.key, target, who))
            yield f"how firm {target} is", repr(how_firm(database, hall.key, target))
    snapshot = hall.house.live.at(hall.key)
    assert snapshot is not None
    if snapshot.published:
        yield "the hall's screen", repr(wall.ranking(snapshot, results.standing(database, hall.key)))
    with TestClient(Starlette(routes=routes(hall.house))) as http:
        for path in ("", "/now", "/receipts"):
            yield f"the board{path}", http.get(f"/board/{hall.key}{path}").text


@pytest.mark.parametrize("who", [LEADER, LIAISON], ids=["leader", "liaison"])
@pytest.mark.parametrize("published", [False, True], ids=["draft", "published"])
def test_the_mean_of_two_secret_ballots_is_in_no_output(hall: make.Hall, who: Staff, published: bool) -> None:
    if published:
        hall.publish(despite_warnings=True)

    found = [name for name, content in outputs(hall, who, "U2", "U3") if any(one in content for one in (MEAN, *FEW))]

    assert found == []


def test_the_public_is_not_given_the_other_groups_either_because_the_rest_is_arithmetic(hall: make.Hall) -> None:
    hall.publish(despite_warnings=True)
    shown = standings.board(hall.house.database, hall.key, LIAISON)
    assert shown is not None
    few, many = shown.line("U2"), shown.line("U3")
    assert few is not None and many is not None

    assert [one.words for one in few.figures] == [WITHHELD_WORDS, HIDDEN_WORDS]
    assert [one.words for one in many.figures] == [LEADERS, "72.41"]
    working = explained(hall.house.database, hall.key, "U2", LIAISON)
    assert [(one.published, one.brings, one.hidden) for one in working.groups] == [("", "", True)] * 2
    assert working.sum_words == "" and LEADERS not in repr(working)
    for gap in (*working.gaps, *explained(hall.house.database, hall.key, "U3", LIAISON).gaps):
        assert gap.parts == (), "the gap between two totals less the known parts is the hidden one"


def test_the_people_of_the_hall_can_do_the_arithmetic_and_are_told_before_they_publish(hall: make.Hall) -> None:
    """Whoever may read named ballots knows the other groups: what cannot be kept from them is said to them."""
    shown = standings.board(hall.house.database, hall.key, LEADER)
    assert shown is not None and (line := shown.line("U2")) is not None
    assert line.exact is not None and line.figures[0].exact is not None
    assert (line.exact - Fraction("0.6") * line.figures[0].exact) / Fraction("0.4") == Fraction(MEAN)

    words = [one.words for one in results.checklist(hall.house.database, hall.key) if not one.ok]
    assert [one for one in words if "从总分推算" in one] == [
        "无记名组的有效票不足3张，组分不显示，但看得到实名票的人能从总分推算：B县的社会各界代表。可作废重投，等人到齐"]


@pytest.mark.parametrize("who", [LEADER, LIAISON], ids=["leader", "liaison"])
def test_a_total_that_is_such_a_mean_is_shown_to_nobody(alone: make.Hall, who: Staff) -> None:
    alone.publish(despite_warnings=True)
    alone.reveal()
    given = dict(outputs(alone, who, "U1", "U2"))

    assert [name for name, content in given.items() if MEAN in content] == []
    assert all("72.41" in given[name] for name in ("the page of results", "the hall's screen", "the board"))
    assert all(HIDDEN_WORDS in given[name] for name in (
        "the page of results", "its table as CSV", "the working of U1", "the hall's screen", "the board"))
    gap = explained(alone.house.database, alone.key, "U2", who)
    assert gap.gaps == () and gap.words == ("第1名。",)


def test_everything_is_shown_again_from_three_ballots_on(house: make.House) -> None:
    hall = make.sitting(house, make.plan(rule=ALONE, leaders=0, public=4))
    hall.open("U1")
    for n, mark in enumerate(MANY, 1):
        hall.cast(f"P{n}", mark)
    hall.close()
    hall.publish(despite_warnings=True)
    hall.reveal()
    given = dict(outputs(hall, LIAISON, "U1"))

    assert all("72.41" in given[name] for name in (
        "the page of results", "its table as CSV", "the working of U1", "the hall's screen", "the board"))
    assert not any(HIDDEN_WORDS in content or WITHHELD_WORDS in content for content in given.values())
