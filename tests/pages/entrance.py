"""Opening a page as somebody: a real sign-in, the real front door script; only the reading of the cookie is replaced."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from hall import door
from hall.house import House
from office import people
from office.people import Role

FRONT_DOOR = str(Path(__file__).parent.parent.parent / "streamlit_app.py")


def sign_in(house: House, *roles: Role, unit: str = "", name: str = "somebody") -> str:
    """A person with these roles sets a password and is in; the token."""
    link = people.add_staff(house.database, name=name, title="工作人员", roles=roles, unit=unit, by="admin",
                            at=house.clock())
    return people.set_password(house.database, link, "four-different", at=house.clock())


def open_page(monkeypatch: pytest.MonkeyPatch, token: str | None, page: str, **address: str) -> AppTest:
    """The page as this person's browser would show it at this address."""
    monkeypatch.setattr(door, "read_cookie", lambda: token)
    shown = AppTest.from_file(FRONT_DOOR, default_timeout=30)
    for key, value in address.items():
        shown.query_params[key] = value
    return shown.switch_page(f"pages/{page}.py").run()


def text(shown: AppTest) -> str:
    """Every word on the page, markup included."""
    assert not shown.exception, shown.exception
    parts = [one.value for kind in ("title", "header", "subheader", "markdown", "info", "error", "warning", "success")
             for one in shown.get(kind)]
    return "\n".join([*parts, *(one.proto.body for one in shown.get("html"))])
