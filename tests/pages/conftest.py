"""Pages under AppTest: a house on SQLite moved into, a real sign-in, and only the reading of the cookie replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from hall.house import House, move_into
from office import people
from office.people import Role
from pages import _built_in

ROOT = Path(__file__).resolve().parents[2]
OpenPage = Callable[..., AppTest]


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Pages see no database: one kind is enough."""
    return f"sqlite:///{tmp_path / 'leitai.db'}"


@pytest.fixture
def open_page(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenPage]:
    """`open_page("home", Role.HOST)` signs a new person in and opens the page; `sitting=` is the `?s=` of the address."""
    move_into(house)

    def opened(page: str, *roles: Role, name: str = "tester", unit: str = "", sitting: str = "") -> AppTest:
        database, now = house.database, house.clock()
        known = {one.name for one in people.everybody(database)}
        secret = people.reset_password(database, name, by="test", at=now) if name in known else people.add_staff(
            database, name=name, title="测试员", roles=roles, unit=unit, by="test", at=now)
        token = people.set_password(database, secret, "a-Good-1", at=now)
        monkeypatch.setattr("hall.door.read_cookie", lambda: token)
        house.live.refresh()
        app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=30)
        if sitting:
            app.query_params["s"] = sitting
        if page != "home":
            app.switch_page(f"pages/{page}.py")  # as by its address: the home page is not drawn first
        app.run()
        assert not app.exception, app.exception
        return app

    yield opened
    move_into(None)


def words(app: AppTest) -> str:
    """Everything that stands on the page as text; what a style puts in the place of Streamlit's words does not."""
    kinds = ("title", "subheader", "markdown", "success", "error", "warning", "info")
    said = [str(one.value) for kind in kinds for one in app.get(kind)]
    return "\n".join([*said, *(one.proto.body.replace(_built_in.STYLE, "") for one in app.get("html"))])


def press(app: AppTest, label: str) -> AppTest:
    """Press the one button with this label."""
    found = [one for one in app.button if one.label == label]
    assert len(found) == 1, f"{label}: {[one.label for one in app.button]}"
    found[0].click().run()
    assert not app.exception, app.exception
    return app


