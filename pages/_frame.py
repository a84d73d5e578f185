"""What every screen shares: who is signed in, the guard, the look, the choice of sitting. Drawing only.

    who = require(Role.HOST)          # the first line of every page
    sitting = choose_sitting()        # the key of the sitting that this page is about
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from hall import door
from hall.house import House, the_house
from office.people import Role, Staff
from office.refusal import Refused
from pages import _built_in
from pages._apart import apart

_LOOK = """<style>
.stMainBlockContainer{padding-top:4.2rem;padding-bottom:2rem;max-width:1320px}
h1{font-size:1.75rem!important;padding:.25rem 0 .5rem!important}
h2{font-size:1.3rem!important}
h3{font-size:1.1rem!important}
.stMainBlockContainer, .stMainBlockContainer td, .stMainBlockContainer th{font-variant-numeric:tabular-nums}
.stButton button,.stDownloadButton button,.stFormSubmitButton button,.stLinkButton a{min-height:44px}
.lt-note{color:#4A525C;font-size:.9rem;margin:0 0 .5rem}
.lt-card{border:1px solid #D9DDE3;border-radius:6px;padding:12px 16px;background:#fff}
.lt-big{font-size:2rem;font-weight:600;line-height:1.2}
@media print{header,.stAppHeader,.stSidebar{display:none!important}}
</style>"""


def house() -> House:
    return the_house()


def person() -> Staff | None:
    """Who is signed in, or None."""
    return door.person_here(the_house())


def window_title(title: str) -> str:
    """What the browser's tab says."""
    mark = the_house().mark
    return f"{mark.title}{title}" if mark else title


def require(*roles: Role) -> Staff:
    """The person signed in, if they have one of these roles (any role when none is named); else the page ends here."""
    st.html(_LOOK + _built_in.STYLE)
    mark = the_house().mark
    if mark is not None:
        st.html(f"<style>{mark.app_style}</style>")
    who = person()
    if who is None:
        st.title("请先登录")
        st.write("登录后会回到这里。评委打分不用登录，扫胸牌上的二维码即可。")
        st.link_button("登录", "/door", type="primary")
        st.stop()
    if roles and not who.roles & set(roles):
        st.title("这一页不对您开放")
        st.write(f"这一页给{'、'.join(role.words for role in roles)}使用。需要时请找管理员开通。")
        st.stop()
    return who


def header(title: str, note: str = "") -> None:
    """The page's title, and the label of sample data wherever figures of a sitting are shown."""
    st.title(title)
    if note:
        st.html(f'<p class="lt-note">{html.escape(note)}</p>')


def sitting_names() -> dict[str, str]:
    """Key -> how a sitting is chosen: by title and period, and where two have the same ones, also by its day and key."""
    sittings = the_house().live.sittings()
    return apart({one.key: f"{one.title}（{one.period}）" for one in sittings}, {one.key: one.held_on.isoformat() for one in sittings},
                 {one.key: one.key for one in sittings})


def choose_sitting() -> str:
    """The key of the chosen sitting: from the address (`?s=`), else the newest. It stays across pages."""
    sittings = the_house().live.sittings()
    if not sittings:
        st.info("还没有任何场次。请在“会前准备”里新建，或在服务器上运行 leitai load 场次文件夹。")
        st.stop()
    keys = [one.key for one in sittings]
    asked = st.query_params.get("s") or st.session_state.get("sitting")
    if asked not in keys:
        asked = keys[0]
    if len(keys) > 1:
        empty = {key for key in keys if (found := the_house().live.at(key)) is not None and not found.targets}
        names = {key: f"{name}{'，议程是空的' if key in empty else ''}" for key, name in sitting_names().items()}
        asked = st.selectbox("场次", keys, index=keys.index(asked), format_func=names.__getitem__,
                             label_visibility="collapsed")
    st.session_state["sitting"] = asked
    if st.query_params.get("s") != asked:
        st.query_params["s"] = asked
    return str(asked)


@contextmanager
def in_words() -> Iterator[None]:
    """A refusal becomes a sentence on the screen; nothing is half-done."""
    try:
        yield
    except Refused as refused:
        st.error(str(refused))


def act(action: object, *args: object, done: str = "", **kwargs: object) -> bool:
    """Call a use case from a button's callback; say on the next run what was done, or why it was refused."""
    try:
        action(*args, **kwargs)  # type: ignore[operator]
    except Refused as refused:
        st.session_state["said"] = ("error", str(refused))
        return False
    if done:
        st.session_state["said"] = ("success", done)
    the_house().live.refresh()
    return True


def say_what_happened() -> None:
    """Show what the last callback left to say, once. It has a place of its own: a message that comes or goes moves
    nothing below it, and no field loses what is being typed."""
    said = st.session_state.pop("said", None)
    with st.container():
        if said is not None:
            kind, words = said
            (st.error if kind == "error" else st.success)(words)


def sign_out_button() -> None:
    """Signing out is a POST of our own route, behind a plain page."""
    st.link_button("退出登录", "/door/out")
