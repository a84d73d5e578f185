"""No screen cuts a name: it wraps or shrinks, and where too many are too long for the wall the rest is counted."""

from __future__ import annotations

import math
import re

import pytest

from hall.screen.reveal import Place
from hall.screen.wall import RankingWall
from pages import _console, _sheet, _wall, _wall_ranking, _working
from pages._wall_stage import breadth

LONG = "浙南产业集聚区（经济技术开发区）管理委员会"
GROUPS = ("市领导", "市民监督团与社会各界代表、企业代表", "市直单位主要负责人和国有企业主要负责人")


def places(names: list[str]) -> tuple[Place, ...]:
    return tuple(Place(place=str(n), name=name, total="91.53", points="+1.5", tied=n == 2, why="")
                 for n, name in enumerate(names, 1))


def drawn(*lists: list[str]) -> tuple[int, list[float], str]:
    """(rows on the wall, their letters on the narrower and the wider screen, the markup)."""
    markup = _wall_ranking.ranking(RankingWall(version=1, lists=tuple((f"第{n}组", places(one)) for n, one in enumerate(lists, 1))))
    return markup.count('class="row"'), [float(one) for one in re.findall(r"--(?:narrow|wide):([0-9.]+)vh", markup)], markup


def test_nothing_that_holds_a_name_ends_in_dots() -> None:
    assert "ellipsis" not in _wall.CSS
    assert not re.search(r"\.c-(agenda|group|stage)[^{]*\{[^}]*ellipsis", _console.CSS)


@pytest.mark.parametrize("groups", [GROUPS[:1], GROUPS[:2], GROUPS, (*GROUPS, "乡镇街道", "两代表一委员"), (GROUPS[1],) * 8])
def test_the_longest_group_stands_whole_beside_its_bar(groups: tuple[str, ...]) -> None:
    width, size = _wall.group_label(groups)
    lines = math.ceil(max(map(breadth, groups)) * size / width)

    assert 27 <= width <= 45 and 2.5 <= size <= 4
    assert lines * size * 1.15 <= 36 / len(groups) or len(groups) == 8, "the bars have this height in all"


def test_usual_names_fill_three_columns_and_long_ones_are_whole_and_fewer() -> None:
    usual, letters, markup = drawn([f"鹿城区{n}镇" for n in range(1, 186)])
    assert (usual, min(letters)) == (72, 2.5) and "另有113家，见公开看板" in markup

    long, letters, markup = drawn([f"{LONG}{n}号" for n in range(1, 60)])
    assert 20 <= long < 59 and min(letters) >= 2.5 and f"另有{59 - long}家，见公开看板" in markup


@pytest.mark.parametrize("names", [13, 14])
def test_a_short_list_of_long_names_shows_all_of_them(names: int) -> None:
    rows, letters, markup = drawn([f"{LONG}第{n}办事处" for n in range(names)])

    assert rows == names and "另有" not in markup
    assert letters[0] >= 2.0 and letters[1] >= 2.5, "on 4:3 they shrink, on 16:9 they need not"


def test_on_a_phone_the_groups_of_a_result_wrap_under_its_name() -> None:
    phone = _sheet.LOOK.partition("@media (max-width:640px)")[2]

    assert re.search(r"\.lt-under span\{[^}]*white-space:normal", phone), "a long group would make the table scroll sideways"
    assert re.search(r"\.lt-part\{[^}]*white-space:normal", _working.LOOK)


def test_a_heading_is_as_large_as_fits_in_one_line() -> None:
    assert "font-size:5.0vh" in _wall_ranking.titled("成绩排名")
    words = f"下一家：第12家　{LONG}第9街道"
    size = float(re.findall(r"font-size:([0-9.]+)vh", _wall_ranking.titled(words))[0])
    assert size >= 2.5 and size * breadth(words) <= _wall_ranking.NARROW + 1
