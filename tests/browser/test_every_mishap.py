"""One sitting of thirteen units and sixty phones in which every mishap that a host may meet happens once.

Each mishap is gone through on the screens of whoever meets it: host, second host, two clerks, supervisor, liaison, judge.
What the result is in the end an outsider recounts from the package; who did what when is read off the record.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.mishaps import agenda, judges, on_stage, outcome, papers
from tests.browser.mishaps.gathered import gathered

pytestmark = pytest.mark.slow


def test_every_mishap_of_a_sitting_happens_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with gathered(tmp_path) as h:
        agenda.the_order_changes(h)
        agenda.a_unit_is_put_off(h)
        agenda.another_speaks_in_its_stead(h)
        agenda.a_unit_is_listed_apart(h)

        on_stage.a_wrong_call_is_taken_back(h)
        on_stage.the_speech_runs_over(h)
        on_stage.one_question_is_set_aside_and_one_is_put_on_stage(h)
        on_stage.the_mayor_sets_a_task(h)
        on_stage.the_ballot_is_opened(h)
        on_stage.the_screen_is_frozen_during_a_dispute(h)
        measured = judges.a_phone_dies_and_its_judge_corrects_a_wrong_mark(h)
        judges.a_judge_steps_back_on_the_spot(h)
        papers.a_paper_stands_in_for_a_phone(h)
        on_stage.the_rest_of_the_hall_votes(h)
        papers.a_paper_and_a_phone_ballot_of_one_seat(h)
        papers.the_ballots_of_a_unit_are_sealed_on_paper(h)

        on_stage.a_second_console_comes_too_late(h)
        judges.a_judge_comes_late(h)
        judges.a_judge_leaves_early(h)
        judges.another_person_takes_over_a_seat(h)
        judges.a_ballot_is_spoiled_and_the_unit_voted_on_again(h)
        on_stage.the_substitute_is_announced(h)
        on_stage.everybody_else_speaks_and_is_scored(h)
        papers.more_papers_than_seats_stop_the_publication(h)

        outcome.four_hands_publish(h)
        outcome.the_server_dies_in_the_middle_of_the_reveal(h)
        outcome.an_objection_freezes_the_points_and_ends_in_a_second_version(h)
        outcome.an_outsider_counts_the_same(h)
        outcome.verification_finds_nothing(h)
        outcome.the_record_says_who_did_what(h)
        assert h.outside == []
        assert "Traceback" not in h.server.log()
    with capsys.disabled():
        print(f"\n{measured}")
