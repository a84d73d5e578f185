"""彩排 and shadow seats on the pages: begun, ended, marked everywhere; added and seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from db import tables as t
from hall.rehearsals import rehearsing
from office.people import Role
from office.prints import watermark
from tests import make
from tests.pages.conftest import press, words

PAGES = sorted(file.stem for file in (Path(__file__).resolve().parents[2] / "pages").glob("[!_]*.py"))


class NoServer:
    """Stands for the process that `rehearsing.start` would begin; browser tests start the real one."""

    pid = 0

    def __init__(self, *_args: object, **_kwargs: object) -> None:
        self.ended = False

    def poll(self) -> int | None:
        return 0 if self.ended else None

    def terminate(self) -> None:
        self.ended = True

    def wait(self, timeout: float) -> int:
        return 0


def test_every_page_of_a_rehearsal_bears_the_mark(house, open_page):
    make.sitting(house)
    with house.database.write.begin() as c:
        c.execute(t.setting.insert().values(key="rehearsal", value="1"))
    house.live.refresh()
    app = open_page("home", *Role, unit="small-A")
    assert watermark.REHEARSAL.app_style in words(app)
    for page in PAGES:
        app.query_params["s"] = "small"
        app.switch_page(f"pages/{page}.py").run()
        assert not app.exception, (page, app.exception)
        assert watermark.REHEARSAL.app_style in words(app), page
    app.switch_page("pages/host.py").run()
    assert [one.label for one in app.button if "模拟手机" in one.label] == ["模拟手机 开始"]


def test_a_rehearsal_is_begun_looked_at_and_ended(house, open_page, monkeypatch):
    make.sitting(house)
    monkeypatch.setattr("hall.rehearsals.rehearsing.subprocess.Popen", NoServer)
    app = open_page("prepare", Role.HOST, sitting="small")
    assert watermark.REHEARSAL.app_style not in words(app) and "彩排库已清除" in words(app)

    press(app, "开始彩排")
    assert rehearsing.is_there(house.database) and rehearsing.running(house.database)
    app.run()
    assert "彩排正在启动" in words(app) and "彩排库仍在" in words(app)
    monkeypatch.setattr(rehearsing.Rehearsal, "answers", lambda _self: True)
    app.run()
    assert "彩排正在进行" in words(app)

    press(app, "结束彩排")
    press(app, "不结束")
    press(app, "结束彩排")
    press(app, "结束并清除")
    app.run()
    assert not rehearsing.is_there(house.database) and rehearsing.running(house.database) is None
    assert "彩排库已清除" in words(app)


def test_a_rehearsal_that_was_left_is_gone_on_with(house, open_page, monkeypatch):
    hall = make.sitting(house)
    monkeypatch.setattr("hall.rehearsals.rehearsing.subprocess.Popen", NoServer)
    rehearsing.prepare(house.database, hall.key, by="host", at=hall.now)

    app = open_page("prepare", Role.HOST, sitting="small")
    assert "上一次彩排的数据还在" in words(app)
    press(app, "接着彩排")

    assert rehearsing.running(house.database) is not None
    rehearsing.finish(house.database)


@pytest.mark.parametrize("is_open", [False, True])
def test_a_shadow_seat_is_added_given_a_badge_and_taken_away(house, open_page, is_open):
    hall = make.sitting(house)
    if is_open:
        hall.open("U1")
    app = open_page("prepare", Role.HOST, sitting="small")
    app.text_input(key="small/shadow/code").set_value("影1").run()
    press(app, "加影子席")
    assert [one.code for one in house.live.at("small").shadows] == ["影1"]
    app.button(key="small/shadow/badge").click().run()
    assert "影子席，不计票" in words(app)
    assert house.live.at("small").shadows[0].has_badge and "还没有练习票" in words(app)
    assert all(seat.code != "影1" for seat in house.live.at("small").seats)
