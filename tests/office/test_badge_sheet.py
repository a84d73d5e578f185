"""The sheet of badges: eight to an A4 page, nothing external, every link once as text."""

from __future__ import annotations

import re

import pytest

from office.prints.badge_sheet import sheet
from office.prints.badges import Badge
from tests.browser.real import chromium

NAMES = ("市委领导一席", "市自然资源和规划局负责人", "社会各界代表（人大代表、政协委员、企业家、基层群众）" * 2)


def badges(count: int) -> tuple[Badge, ...]:
    return tuple(Badge(seat=f"L{n:02d}", name=NAMES[n % 3], group="leaders", group_name="市领导",
                       link=f"http://192.168.100.200:8501/b/abcdefghijklmnopqrst{n:02d}")
                 for n in range(1, count + 1))


def test_every_badge_carries_who_where_and_its_link_once():
    html = sheet(badges(13), "县区比拼现场（2019Q1）")

    assert html.count('class="page"') == 2
    assert html.count("<svg") == 13
    for one in badges(13):
        assert html.count(f">{one.link}<") == 1
        assert f">{one.seat}<" in html
    assert html.count("市领导组") == 13


def test_what_people_typed_is_never_markup_and_nothing_comes_from_elsewhere():
    one = Badge(seat="<L1>", name="<img src=x onerror=alert(1)>", group="g", group_name="A&B", link="http://h/b/s")

    html = sheet([one], '"><script>')

    assert "<img" not in html and "<script" not in html and "A&amp;B组" in html
    assert not re.search(r"<[^>]*(?:src|href)=|url\(|@import", html)


@pytest.mark.slow
@pytest.mark.parametrize(("count", "pages"), [(1, 1), (8, 1), (13, 2), (59, 8)])
def test_it_prints_eight_to_a_page_and_nothing_runs_over(count, pages, tmp_path):
    file = tmp_path / "sheet.html"
    file.write_text(sheet(badges(count), "县区比拼现场（2019Q1）"), encoding="utf-8")
    with chromium() as browser:
        page = browser.new_page()
        page.goto(file.as_uri())
        printed = page.pdf(prefer_css_page_size=True, print_background=True)
        over = page.evaluate("[...document.querySelectorAll('.badge')].filter(b => b.scrollHeight > b.clientHeight + 1"
                             " || b.scrollWidth > b.clientWidth + 1).length")
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == pages
    assert over == 0
