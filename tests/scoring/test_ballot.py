"""One paper: what may be written, what is refused with which field and words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.ballot import Line, PaperRefused, Reason, State, fields, read_paper
from scoring.rule import Rule
from tests.scoring import make

TWO = {"criteria": {"x": {"name": "质量", "weight": "1/2"}, "y": {"name": "位次", "weight": "1/2", "max": "30"}}}
POINTS = make.rule(**TWO, ballot={"step": "0.5"})
GENEROUS = make.rule(**TWO, ballot={"missing_criterion": "renormalise"})
GRADES = make.rule(grades={"good": "100", "bad": "0"})
RANKING = make.rule(places=["3", "2", "1"])


def test_the_fields_of_each_kind_of_ballot_are_those_of_the_phone_contract() -> None:
    assert [field.as_json() for field in fields(POINTS, ["U1"])] == [
        {"name": "m.U1.x", "min": "0", "max": "100", "step": "0.5"},
        {"name": "m.U1.y", "min": "0", "max": "30", "step": "0.5"},
    ]
    assert [field.as_json() for field in fields(GRADES, ["U1"])] == [{"name": "m.U1", "choices": ["good", "bad"]}]
    assert [field.as_json() for field in fields(RANKING, ["U1", "U2"])] == [
        {"name": "m.U1", "places": 2},
        {"name": "m.U2", "places": 2},
    ]


def test_marks_are_kept_in_their_shortest_form_and_other_fields_are_let_be() -> None:
    form = {"m.U1.x": " 090.50 ", "m.U1.y": "30", "round": "r7", "nonce": "n"}

    assert read_paper(POINTS, ["U1"], form) == (
        Line(target="U1", state=State.SUBMITTED, marks=(("x", "90.5"), ("y", "30"))),
    )


def test_a_whole_target_may_abstain_or_say_dont_know() -> None:
    form = {"m.U1": "abstain", "m.U2": "dont_know", "m.U3.x": "1", "m.U3.y": "1", "m.U4.x": ""}

    assert [(line.target, line.state) for line in read_paper(POINTS, ["U1", "U2", "U3", "U4"], form)] == [
        ("U1", State.ABSTAIN),
        ("U2", State.DONT_KNOW),
        ("U3", State.SUBMITTED),
    ]


@pytest.mark.parametrize(
    ("own", "form", "reason", "field", "words"),
    [
        (POINTS, {"m.U1.x": "101", "m.U1.y": "1"}, Reason.BAD_MARK, "m.U1.x", "“质量”的“101”不可用，请写0到100之间"),
        (POINTS, {"m.U1.x": "90.25", "m.U1.y": "1"}, Reason.BAD_MARK, "m.U1.x", "以0.5为一级"),
        (POINTS, {"m.U1.x": "9", "m.U1.y": "31"}, Reason.BAD_MARK, "m.U1.y", "“位次”的“31”不可用，请写0到30之间"),
        (POINTS, {"m.U1.x": "９０", "m.U1.y": "1"}, Reason.BAD_MARK, "m.U1.x", "半角"),
        (POINTS, {"m.U1.x": "九十", "m.U1.y": "1"}, Reason.BAD_MARK, "m.U1.x", "不是数"),
        (POINTS, {"m.U1.x": "-1", "m.U1.y": "1"}, Reason.BAD_MARK, "m.U1.x", "请写0到100之间"),
        (POINTS, {"m.U1.x": "1e1", "m.U1.y": "1"}, Reason.BAD_MARK, "m.U1.x", "不是数"),
        (POINTS, {"m.U1.x": "90"}, Reason.INCOMPLETE, "m.U1.y", "“位次”还没有打分"),
        (POINTS, {}, Reason.INCOMPLETE, "m.U1.x", "还没有填写任何评分"),
        (POINTS, {"m.U1.x": " ", "m.U1": ""}, Reason.INCOMPLETE, "m.U1.x", "还没有填写任何评分"),
        (POINTS, {"m.U1": "abstain", "m.U1.x": "90"}, Reason.BAD_MARK, "m.U1.x", "二选一"),
        (POINTS, {"m.U1": "90"}, Reason.BAD_MARK, "m.U1", "请逐项打分"),
        (POINTS, {"m.U2.x": "90"}, Reason.BAD_MARK, "m.U2.x", "没有“m.U2.x”这一栏"),
        (POINTS, {"m.U1.z": ""}, Reason.BAD_MARK, "m.U1.z", "没有“m.U1.z”这一栏"),
        (GENEROUS, {"m.U1.x": ""}, Reason.INCOMPLETE, "m.U1.x", "还没有填写任何评分"),
        (GRADES, {"m.U1": "great"}, Reason.BAD_MARK, "m.U1", "请在good、bad中选一个"),
        (GRADES, {"m.U1.x": "1"}, Reason.BAD_MARK, "m.U1.x", "没有“m.U1.x”这一栏"),
    ],
)
def test_a_bad_paper_is_refused_with_its_field_and_a_cure(
    own: Rule, form: dict[str, str], reason: Reason, field: str, words: str
) -> None:
    with pytest.raises(PaperRefused) as refused:
        read_paper(own, ["U1"], form)

    assert (refused.value.reason, refused.value.field) == (reason, field)
    assert words in refused.value.message


@pytest.mark.parametrize(
    ("places", "reason", "field"),
    [
        (("1", "1", "2"), Reason.BAD_MARK, "m.B"),
        (("1", "2", "4"), Reason.BAD_MARK, "m.C"),
        (("0", "1", "2"), Reason.BAD_MARK, "m.A"),
        (("1", "", "2"), Reason.INCOMPLETE, "m.B"),
        (("1", "abstain", "2"), Reason.BAD_MARK, "m.B"),
        (("first", "1", "2"), Reason.BAD_MARK, "m.A"),
    ],
)
def test_a_ranking_paper_uses_every_place_once(places: tuple[str, ...], reason: Reason, field: str) -> None:
    with pytest.raises(PaperRefused) as refused:
        read_paper(RANKING, ["A", "B", "C"], dict(zip(["m.A", "m.B", "m.C"], places, strict=True)))

    assert (refused.value.reason, refused.value.field) == (reason, field)


def test_a_whole_ranking_paper_may_abstain() -> None:
    lines = read_paper(RANKING, ["A", "B"], {"m.A": "abstain", "m.B": "abstain"})

    assert {line.state for line in lines} == {State.ABSTAIN} and len(lines) == 2


def test_blanks_are_allowed_where_the_rule_fills_or_leaves_them() -> None:
    assert read_paper(GENEROUS, ["U1"], {"m.U1.x": "90", "m.U1.y": ""})[0].marks == (("x", "90"),)


def test_a_mark_that_weighs_nothing_cannot_stand_alone() -> None:
    own = make.rule(criteria={"x": "0", "y": "1"}, ballot={"missing_criterion": "renormalise"})

    with pytest.raises(PaperRefused, match="不计权重"):
        read_paper(own, ["U1"], {"m.U1.x": "90"})


@given(st.dictionaries(st.sampled_from(["m.U1", "m.U1.x", "m.U1.y", "m.U2", "x", "m."]), st.text(max_size=8)))
def test_whatever_is_sent_is_a_paper_or_a_refusal_with_words(form: dict[str, str]) -> None:
    for own in (POINTS, GENEROUS, GRADES, RANKING):
        try:
            read_paper(own, ["U1", "U2"], form)
        except PaperRefused as refused:
            assert refused.message and refused.field.startswith("m.")
