"""会前准备: the preflight on top, then a tab each for settings, agenda, seats, rule, badges, and what is not balloted."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

import streamlit as st

from hall.moment.limits import phones_at_once
from hall.moment.readiness import readiness_of
from hall.moment.snapshot import Snapshot
from hall.preflight import Line, preflight
from hall.surroundings import NOT_TRIED, surroundings, try_address
from office.local_time import day, day_in_words
from office.people import Role
from office.sitting.preparation import prepared
from pages._agenda_tab import draw_agenda
from pages._badges_tab import draw_badges
from pages._frame import choose_sitting, header, house, require, sitting_names
from pages._import_tab import draw_import
from pages._parts_tab import draw_parts
from pages._pieces import say_what_happened_everywhere
from pages._rehearsal import draw_rehearsal
from pages._rule_tab import draw_rule
from pages._seats_tab import draw_seats
from pages._segments_tab import draw_segments
from pages._shadow_seats import draw_shadows
from pages._sitting_form import draw_new, draw_settings

_STYLE = """<style>
.lt-flight{display:grid;grid-template-columns:repeat(auto-fit,minmax(330px,1fr));gap:.3rem 1.2rem;margin:.2rem 0 .4rem}
.st-key-lt-rule textarea{font-family:ui-monospace,Consolas,'Noto Sans Mono CJK SC',monospace;font-size:.85rem}
.lt-flight div{font-size:.95rem}
.lt-flight .ok b{color:#1E7F4F}
.lt-flight .no b{color:#B3261E}
.lt-flight .so b{color:#8A5A12}
.lt-flight .as b{color:#57606A}
</style>"""


def draw_lines(lines: Iterable[Line]) -> None:
    st.html(f'{_STYLE}<div class="lt-flight">' + "".join(
        f'<div class="{look}"><b>{shape} {escape(line.topic)}</b>　{escape(line.words)}</div>'
        for line in lines
        for look, shape in [("no", "■") if not line.ok else ("so", "▲") if line.warns
                            else ("as", "○") if line.unsure else ("ok", "●")]) + "</div>")


def draw_preflight(snapshot: Snapshot) -> None:
    ready = readiness_of(snapshot, house().readiness.checks(snapshot.sitting.key))
    draw_lines(preflight(snapshot, ready, room=phones_at_once()))


@st.fragment(run_every="5s")
def draw_surroundings(snapshot: Snapshot) -> None:
    """What stands around the sitting; the address is tried only when somebody asks."""
    field = f"prepare/tried/{snapshot.public_url}"
    draw_lines((*surroundings(house(), snapshot.sitting.key), st.session_state.get(field, NOT_TRIED)))
    st.button("试一试手机访问地址", key="prepare/try",
              on_click=lambda: st.session_state.update({field: try_address(snapshot.public_url)}))


who = require(Role.HOST, Role.ADMINISTRATOR)
header("会前准备")
say_what_happened_everywhere()
live = house().live
taken = sitting_names()
if not taken or st.session_state.get("prepare/new"):
    copied = live.at(str(st.session_state.get("prepare/new")))
    draw_new(who, day(house().clock()), taken, copied.sitting if copied else None)
    st.stop()

with st.container(horizontal=True, vertical_alignment="bottom"):
    key = choose_sitting()
    st.button("复制这一场", on_click=lambda: st.session_state.update({"prepare/new": key}))
    st.button("新建场次", on_click=lambda: st.session_state.update({"prepare/new": True}))
snapshot = live.at(key)
if snapshot is None:
    st.info("这个场次刚刚变动，请刷新。")
    st.stop()
one = prepared(house().database, key)
about = snapshot.sitting
facts = (about.title, about.period, day_in_words(about.held_on), about.place, about.note)
st.html(f'<p class="lt-note">{escape(" · ".join(part for part in facts if part))}</p>')
if not snapshot.published:
    draw_preflight(snapshot)
    draw_surroundings(snapshot)
labels = ["基本", "单位与议程", "环节", "评委席位", "评分办法", "胸牌", "Excel导入", "彩排",
          *(["分项得分"] if one.parts and one.agenda else [])]
basic, agenda, stages, seats, rule, badges, excel, rehearsal, *parts = st.tabs(labels, key="prepare/tabs")
with basic:
    draw_settings(one, who)
with agenda:
    draw_agenda(one, who)
with stages:
    draw_segments(snapshot, who)
with seats:
    draw_seats(one, snapshot, who)
    draw_shadows(snapshot, who)
with rule:
    draw_rule(one, {k: title for k, title in taken.items() if k != key}, who)
with badges:
    draw_badges(snapshot, who)
with excel:
    draw_import(one, snapshot, who)
with rehearsal:
    draw_rehearsal(snapshot, who)
for tab in parts:
    with tab:
        draw_parts(one, who)
