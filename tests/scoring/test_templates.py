"""The published rules ship as coherent templates, with their source, and give the results their sources give."""

import pytest

from scoring.rule import read_rule, rule_in_words
from scoring.tally import tally
from scoring.templates import CIVIL_SERVICE, JINING_2015, LINSHUI_2017, RUIAN_2012, YUZHOU_2018, Template, templates
from tests.scoring import make


@pytest.mark.parametrize("template", templates(), ids=lambda template: template.key)
def test_every_template_is_coherent_and_can_be_said_in_words(template: Template) -> None:
    own = read_rule(template.toml.encode())

    assert template.source and template.title
    assert own.title and rule_in_words(own)


def test_the_keys_of_templates_are_unique() -> None:
    assert len({template.key for template in templates()}) == len(templates()) == 6


def test_linshui_8_6_from_leaders_and_9_1_from_the_others_is_8_80() -> None:
    own = read_rule(LINSHUI_2017.toml.encode())
    lines = {("a", f"A{i}"): {"U": mark} for i, mark in enumerate(["8.5", "8.6", "8.7"])}
    lines |= {("b", f"B{i}"): {"U": "9.1"} for i in range(120)}

    assert make.published(make.package(own, lines), "U") == "8.80"


def test_ruian_a_unit_best_in_everything_has_the_whole_thousand() -> None:
    own = read_rule(RUIAN_2012.toml.encode())
    lines = {("voters", f"V{i}"): {"U": "excellent" if i < 9 else "basic"} for i in range(10)}
    package = make.package(own, lines, components={("U", "leaders"): 200, ("U", "projects"): 600})

    assert make.exact(package, "U") == "100"


def test_yuzhou_three_months_and_the_leaders_give_91_5() -> None:
    own = read_rule(YUZHOU_2018.toml.encode())
    months = {("U", f"month{i}"): score for i, score in enumerate([92, 88, 95], start=1)}

    assert make.exact(make.package(own, {("leaders", "1"): {"U": 90}}, components=months), "U") == "183/2"


def test_jining_gives_100_down_to_64() -> None:
    own = read_rule(JINING_2015.toml.encode())
    package = make.package(own, {("observers", "b1"): {f"U{i:02d}": i for i in range(1, 14)}})

    assert [t.total.published for t in tally(package).targets] == [f"{100 - 3 * k}.00" for k in range(13)]


def test_civil_service_trims_each_criterion_by_itself() -> None:
    own = read_rule(CIVIL_SERVICE.toml.encode())
    keys = [criterion.key for criterion in own.criteria]
    lines = {("judges", f"J{i}"): {"U": {key: 80 + (i * 3 + c) % 5 for c, key in enumerate(keys)}} for i in range(5)}
    score = tally(make.package(own, lines)).target("U").group("judges")

    assert (score.exact, score.counted, len(score.dropped_high), len(score.dropped_low)) == (82, 5, 4, 4)
