"""The front door: the menu, and the ASGI app that carries our plain routes beside Streamlit's pages.

Streamlit runs this file as a page script; the server imports it by name and finds `app`. `st.navigation` is
called on import as well: otherwise, straight after a restart, a deep link would run a page past the menu.
Every page guards itself all the same.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.responses import RedirectResponse
from starlette.routing import Route

from hall import door, evidence_route, visitor
from hall.house import the_house
from hall.phones.phones_first import PhonesFirst
from hall.screen.board import BoardFirst
from hall.watermarked import Watermarked
from office.people import Role
from pages import _frame, _redraws

HERE = Path(__file__).parent
EVERYBODY = frozenset(Role)
ON_THE_SPOT = frozenset({Role.HOST, Role.CLERK, Role.ADMINISTRATOR})
PAGES: tuple[tuple[str, str, str, str, frozenset[Role]], ...] = (
    # section of the menu, file, title, icon, roles that find it there (every page guards itself)
    ("", "home", "首页", ":material/home:", EVERYBODY),
    ("", "host", "主持台", ":material/podium:", frozenset({Role.HOST, Role.ADMINISTRATOR})),
    ("会场", "prepare", "会前准备", ":material/checklist:", frozenset({Role.HOST, Role.ADMINISTRATOR})),
    ("会场", "desk", "签到台", ":material/how_to_reg:", ON_THE_SPOT),
    ("会场", "asking", "提问台", ":material/forum:", ON_THE_SPOT),
    ("会场", "paper", "纸票", ":material/ballot:", ON_THE_SPOT | {Role.SUPERVISOR}),
    ("会场", "unit", "单位填报", ":material/edit_note:", frozenset({Role.LIAISON, Role.HOST, Role.ADMINISTRATOR})),
    ("成绩", "results", "成绩", ":material/leaderboard:", EVERYBODY),
    ("成绩", "advice", "评议分析", ":material/monitoring:", frozenset({Role.LEADER, Role.ADMINISTRATOR})),
    ("成绩", "ledger", "考绩台账", ":material/account_balance_wallet:", EVERYBODY),
    ("清单", "commitments", "承诺清单", ":material/task_alt:", EVERYBODY),
    ("清单", "mine", "我的事项", ":material/assignment_ind:", EVERYBODY),
    ("清单", "overview", "领导总览", ":material/groups:", EVERYBODY - {Role.LIAISON}),
    ("清单", "wallchart", "挂图作战", ":material/grid_on:", EVERYBODY),
    ("清单", "item", "清单事项", ":material/task:", frozenset()),
    ("清单", "lookback", "回头看", ":material/explore:", EVERYBODY - {Role.LIAISON}),
    ("清单", "reconcile", "对账亮账", ":material/fact_check:", EVERYBODY),
    ("管理", "reminders", "提醒", ":material/notifications:", ON_THE_SPOT),
    ("管理", "record", "留痕与人员", ":material/history:", frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR})),
    ("", "screen", "大屏", ":material/tv:", frozenset()),
)
NAMES = tuple(name for _section, name, *_ in PAGES)


def menu() -> st.navigation:
    """The pages of whoever is signed in; those of others stay reachable, and guard themselves."""
    person = _frame.person()
    roles = person.roles if person else frozenset()
    sections: dict[str, list[st.Page]] = {}
    for section, name, title, icon, wanted in PAGES:
        sections.setdefault(section, []).append(
            st.Page(HERE / "pages" / f"{name}.py", title=title, icon=icon, url_path=name, default=name == "home",
                    visibility="visible" if roles & wanted else "hidden"))
    return st.navigation(sections, position="top")


if __name__ == "__main__":
    st.set_page_config(page_title=_frame.window_title("擂台"), page_icon=str(HERE / "pages" / "_icon.png"), layout="wide")
    menu().run()
else:
    # the call below runs outside any session on purpose; Streamlit would warn of that at every start
    logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context").setLevel(logging.ERROR)
    st.navigation([st.Page(HERE / "pages" / f"{name}.py", url_path=name, default=name == "home") for name in NAMES])
    _redraws.lose_no_redraw()
    house = the_house()

    @asynccontextmanager
    async def _until_shutdown(_app: st.App) -> AsyncIterator[None]:
        yield
        house.close()

    app = st.App(
        __file__,
        lifespan=_until_shutdown,
        routes=[*door.routes(house), *evidence_route.routes(house), *visitor.routes(house),
                Route("/home", lambda _request: RedirectResponse("/"))],
        middleware=[*([Middleware(Watermarked, mark=house.mark)] if house.mark else []),
                    Middleware(PhonesFirst, house=house), Middleware(BoardFirst, house=house),
                    Middleware(door.SendToDoor, house=house, paths=frozenset({"/", *(f"/{name}" for name in NAMES)}))],
    )
