"""Three hands under a result: proposed, confirmed as these hashes, published; and what voids a confirmation."""

from __future__ import annotations

from collections.abc import Callable
from unittest.mock import patch

import pytest

from db.reads import people as people_reads
from db.reads import results as result_reads
from db.reads import signing as reads
from db.reads import sittings as sitting_reads
from db.stores.signing import Signing as SigningStore
from db.work import work
from hall import care
from hall.house import House
from hall.outcome import results, signing
from hall.outcome.signing import Hands
from office import people
from office.people import Role
from office.refusal import NotAllowed, Refused
from office.sitting import mending
from tests import make, played

PASSWORD = "four-different"


def appoint(house: House, **roles: Role) -> None:
    """People with passwords: `appoint(house, clerk1=Role.CLERK)`."""
    for name, role in roles.items():
        link = people.add_staff(house.database, name=name, title="工作人员", roles=[role], by="admin", at=house.clock(),
                                unit="small-A" if role is Role.LIAISON else "")
        people.set_password(house.database, link, PASSWORD, at=house.clock())


def in_office(hall: make.Hall) -> None:
    """A host, a clerk and a supervisor."""
    appoint(hall.house, host=Role.HOST, clerk=Role.CLERK, supervisor=Role.SUPERVISOR)


def score(hall: make.Hall, **marks: int) -> None:
    for target, mark in marks.items():
        hall.open(target)
        hall.everybody(mark)
        hall.close()


def propose(hall: make.Hall, by: str = "host", reason: str = "") -> int:
    return signing.propose(hall.house.database, hall.key, by=by, at=hall.now, reason=reason)


def confirm(hall: make.Hall, proposal: int, role: Role, by: str = "") -> None:
    signing.confirm(hall.house.database, hall.key, proposal, role, by=by or role.value, at=hall.now)


def both_confirm(hall: make.Hall, proposal: int) -> None:
    confirm(hall, proposal, Role.CLERK)
    confirm(hall, proposal, Role.SUPERVISOR)


def now(hall: make.Hall) -> signing.Signing:
    return signing.signing_of(hall.house.database, hall.key)


def flags(hall: make.Hall) -> list[str]:
    return [one.words for one in signing.flags(now(hall))]


@played.played
def three_scored(house: House) -> make.Hall:
    hall = make.sitting(house)
    in_office(hall)
    score(hall, U1=90, U2=85, U3=80)
    return hall


@pytest.fixture
def scored(house: House) -> make.Hall:
    return three_scored(house)


def test_where_three_are_in_office_nothing_is_published_before_two_have_confirmed(scored: make.Hall) -> None:
    with pytest.raises(Refused, match="还没有提请确认"):
        scored.publish()
    proposal = propose(scored)
    with pytest.raises(Refused, match="监督员、计票员还没有确认"):
        scored.publish()
    confirm(scored, proposal, Role.CLERK)
    with pytest.raises(Refused, match="监督员还没有确认"):
        scored.publish()
    confirm(scored, proposal, Role.SUPERVISOR)

    assert scored.publish() == 1
    signed = signing.confirmed_version(scored.house.database, scored.key, 1)
    assert signed is not None and {one.role: one.by for one in signed.confirmations} == {
        "clerk": "clerk", "supervisor": "supervisor"}
    assert all(holds for _, holds in care.verify(scored.house.database))


def test_the_record_tells_who_proposed_who_confirmed_and_which_hashes(scored: make.Hall) -> None:
    proposal = propose(scored, by="clerk")
    both_confirm(scored, proposal)
    scored.publish()

    with scored.house.database.reading() as c:
        lines = [one for one in people_reads.record(c)[::-1] if one.action in ("提请确认成绩", "确认成绩", "公布成绩")]
    assert [(one.actor, one.action) for one in lines] == [
        ("clerk", "提请确认成绩"), ("clerk", "确认成绩"), ("supervisor", "确认成绩"), ("host", "公布成绩")]
    assert len({(one.detail["rule_sha256"], one.detail["ballots_sha256"], one.detail["result_sha256"])
                for one in lines}) == 1
    assert lines[-1].detail["confirmed"] == {"clerk": "clerk", "supervisor": "supervisor"}


def rescored(hall: make.Hall) -> None:
    hall.void(hall.house.live.at(hall.key).rounds[-1].id)  # type: ignore[union-attr]
    score(hall, U3=97)


def unranked(hall: make.Hall) -> None:
    """Not a ballot, and it changes the result all the same: C is scored but not ranked."""
    with work(hall.house.database) as w:
        one = next(one for one in sitting_reads.targets(w.c, 1) if one.key == "U3")
        w.roster.change_target(one.id, name=one.name, presenter="", ranking_group="", ranked=False)
        w.roster.touch(1)


@pytest.mark.parametrize(("change", "what"), [(rescored, "选票、成绩"), (unranked, "成绩")])
def test_whatever_changes_meanwhile_voids_the_confirmations_in_words(
        scored: make.Hall, change: Callable[[make.Hall], None], what: str) -> None:
    proposal = propose(scored)
    both_confirm(scored, proposal)
    assert flags(scored) == ["监督员 ✓", "计票员 ✓"]

    change(scored)

    assert now(scored).void == f"提请确认之后{what}有变动，已有的确认作废。请核对后重新提请确认。"
    assert flags(scored) == ["监督员 ○ 未确认", "计票员 ○ 未确认", "确认已作废"]
    with pytest.raises(Refused, match="已有的确认作废"):
        scored.publish()
    with pytest.raises(Refused, match="已有的确认作废"):
        confirm(scored, proposal, Role.CLERK)
    both_confirm(scored, propose(scored))
    assert scored.publish() == 1


def test_a_round_that_is_open_again_stops_the_confirmations(scored: make.Hall) -> None:
    proposal = propose(scored)
    scored.void(scored.house.live.at(scored.key).rounds[-1].id)  # type: ignore[union-attr]
    scored.open("U3")

    with pytest.raises(Refused, match="作废"):
        confirm(scored, proposal, Role.CLERK)
    with pytest.raises(Refused, match="还在打分"):
        propose(scored)


def test_nobody_confirms_in_two_roles_nor_in_one_that_is_not_theirs(hall: make.Hall) -> None:
    in_office(hall)
    link = people.add_staff(hall.house.database, name="both", title="两职", by="admin", at=hall.now,
                            roles=[Role.CLERK, Role.SUPERVISOR, Role.HOST])
    people.set_password(hall.house.database, link, PASSWORD, at=hall.now)
    score(hall, U1=90, U2=85, U3=80)
    proposal = propose(hall)
    with pytest.raises(NotAllowed, match="监督员本人"):
        confirm(hall, proposal, Role.SUPERVISOR, by="clerk")
    confirm(hall, proposal, Role.CLERK, by="both")

    with pytest.raises(Refused, match="同一个人不能确认两次"):
        confirm(hall, proposal, Role.SUPERVISOR, by="both")
    with pytest.raises(Refused, match="计票员已由both确认"):
        confirm(hall, proposal, Role.CLERK)
    confirm(hall, proposal, Role.SUPERVISOR)
    with pytest.raises(Refused, match="同一个人不能确认两次"):
        results.publish(hall.house.database, hall.key, by="both", at=hall.now)
    with pytest.raises(NotAllowed, match="由主持人公布"):
        results.publish(hall.house.database, hall.key, by="clerk", at=hall.now)
    assert hall.publish() == 1


def test_somebody_who_was_stopped_confirms_no_more(scored: make.Hall) -> None:
    proposal = propose(scored)
    appoint(scored.house, clerk2=Role.CLERK)
    people.set_active(scored.house.database, "clerk", False, by="admin", at=scored.now)

    with pytest.raises(NotAllowed):
        confirm(scored, proposal, Role.CLERK)
    confirm(scored, proposal, Role.CLERK, by="clerk2")


def test_without_three_people_the_host_publishes_alone_and_that_is_kept(hall: make.Hall) -> None:
    appoint(hall.house, host=Role.HOST, clerk=Role.CLERK)
    score(hall, U1=90, U2=85, U3=80)
    assert (now(hall).needed, now(hall).missing) == (False, ())
    with pytest.raises(Refused, match="不用提请确认"):
        propose(hall)
    hall.publish()

    with hall.house.database.reading() as c:
        said = next(one for one in people_reads.record(c) if one.action == "公布成绩").detail
    assert str(said["hands"]).startswith("主持人一人公布，没有计票员和监督员的确认")
    assert signing.confirmed_version(hall.house.database, hall.key, 1) is None


def test_the_terms_are_set_before_the_first_ballot_and_hold(hall: make.Hall) -> None:
    def set_to(hands: Hands, hours: int = 48) -> None:
        signing.set_terms(hall.house.database, hall.key, hands=hands, objection_hours=hours, by="host", at=hall.now)

    set_to(Hands.HOST_ALONE)
    in_office(hall)
    assert not now(hall).needed
    set_to(Hands.THREE, 24)
    with pytest.raises(Refused, match="小时"):
        set_to(Hands.THREE, -1)
    people.set_active(hall.house.database, "clerk", False, by="admin", at=hall.now)
    score(hall, U1=90, U2=85, U3=80)

    assert now(hall).needed and now(hall).terms.objection_hours == 24
    with pytest.raises(Refused, match="已经开始打分"):
        set_to(Hands.HOST_ALONE)
    with pytest.raises(Refused, match="还没有提请确认"):
        hall.publish()


def test_the_same_proposal_twice_keeps_the_confirmations(scored: make.Hall) -> None:
    proposal = propose(scored)
    confirm(scored, proposal, Role.CLERK)

    with pytest.raises(Refused, match="已经提请确认"):
        propose(scored, by="clerk")
    assert now(scored).missing == (Role.SUPERVISOR,)


def test_a_correction_is_confirmed_with_its_reason(scored: make.Hall) -> None:
    both_confirm(scored, propose(scored))
    scored.publish()
    assert flags(scored) == []
    unranked(scored)
    with pytest.raises(Refused, match="写明原因"):
        propose(scored)
    both_confirm(scored, propose(scored, reason="C县只打分不排名"))
    with pytest.raises(Refused, match="更正原因与提请确认时不同"):
        scored.publish(reason="别的原因")

    assert scored.publish() == 2
    with scored.house.database.reading() as c:
        assert [one.reason for one in result_reads.publications(c, 1)] == ["", "C县只打分不排名"]


@pytest.mark.parametrize("last", ["became", "mend"])
def test_a_kill_while_publishing_leaves_nothing_or_all(scored: make.Hall, last: str) -> None:
    both_confirm(scored, propose(scored))
    with scored.house.database.reading() as c:
        before = (people_reads.record(c), reads.newest_proposal(c, 1, 1))
    with patch.object(SigningStore, last, side_effect=RuntimeError("power cut")), pytest.raises(RuntimeError):
        scored.publish()

    with scored.house.database.reading() as c:
        assert (result_reads.ledger(c), result_reads.publications(c, 1), result_reads.listed_commitments(c)) == (
            (), (), ())
        assert (people_reads.record(c), reads.newest_proposal(c, 1, 1)) == before
    assert now(scored).missing == ()
    assert scored.publish() == 1
    assert all(holds for _, holds in care.verify(scored.house.database))


def test_case_21_a_substitute_speaks_and_nothing_is_deducted(house: make.House) -> None:
    hall = played.scored(house, U1=90, U2=85)
    mending.change_target(hall.house.database, hall.key, "U3", name="C县", presenter="常务副县长（代）", ranking_group="",
                          ranked=True, by="host", at=hall.now)
    score(hall, U3=80)
    hall.publish()

    with hall.house.database.reading() as c:
        assert [(one.unit, one.points) for one in result_reads.ledger(c)] == [("small-A", "2"), ("small-C", "-1")]
        told = next(one for one in people_reads.record(c) if one.action == "更正议程").detail
    assert told["presenter"] == "常务副县长（代）"


def test_case_22_what_was_published_is_frozen_and_a_later_change_is_version_two_with_a_note(scored: make.Hall) -> None:
    both_confirm(scored, propose(scored))
    scored.publish()
    first = results.standing(scored.house.database, scored.key, 1).result
    scored.house.clock.advance(3600)  # type: ignore[attr-defined]
    unranked(scored)

    assert results.standing(scored.house.database, scored.key).result == first
    with pytest.raises(Refused, match="成绩已公布"):
        scored.open("U1")
    both_confirm(scored, propose(scored, reason="更正排名范围"))
    scored.publish()
    assert results.standing(scored.house.database, scored.key, 1).result == first
    assert results.standing(scored.house.database, scored.key).result["order"] == ["U1", "U2"]


def test_case_23_no_result_leaves_the_hall_before_it_is_published(scored: make.Hall) -> None:
    from hall.outcome.standings import board

    appoint(scored.house, liaison=Role.LIAISON)
    liaison = next(one for one in people.everybody(scored.house.database) if one.name == "liaison")
    both_confirm(scored, propose(scored))

    assert board(scored.house.database, scored.key, liaison) is None
    scored.publish()
    assert board(scored.house.database, scored.key, liaison) is not None


def test_the_console_works_the_flags_out_once_a_change(scored: make.Hall) -> None:
    def kept() -> signing.Signing:
        scored.house.live.refresh()
        snapshot = scored.house.live.at(scored.key)
        assert snapshot is not None
        return signing.signing_kept(scored.house.database, scored.key, snapshot.serial)

    proposal = propose(scored)
    assert kept() is kept()
    confirm(scored, proposal, Role.CLERK)
    assert [one.words for one in signing.flags(kept())] == ["监督员 ○ 未确认", "计票员 ✓"]
