"""留痕与人员: the audit record for administrators and supervisors, and the staff for administrators."""

from __future__ import annotations

from html import escape

import streamlit as st

from office import people
from office.audit import SHOWN, read_audit, record_csv
from office.people import Role, Staff
from office.prints import badges
from office.sitting.preparation import registered_units
from pages._apart import apart
from pages._download import download
from pages._frame import act, header, house, require, sitting_names
from pages._pieces import confirm, say_what_happened_everywhere, table, typed


def draw_audit() -> None:
    """The newest lines first, filtered; and whether the chain holds."""
    titles = {"": "全部场次"} | sitting_names()
    left, right = st.columns([1, 1.4])
    sitting = left.selectbox("场次", list(titles), format_func=titles.__getitem__, key="record/sitting")
    text = right.text_input("查找（操作、人、单位，空格分开几个词）", key="record/text")
    found = read_audit(house().database, sitting=sitting or None, text=text)
    light = ("●", "#1E7F4F") if found.broken_at is None else ("■", "#B3261E")
    shown = f"，下面是最新的{SHOWN}条" if found.matching > SHOWN else ""
    which = f"符合条件{found.matching}条{shown}" if sitting or text.strip() or shown else ""
    st.html(f'<p style="margin:0"><b style="color:{light[1]}">{light[0]} {escape(found.chain_words)}</b>　{which}</p>')
    download("下载全部留痕（CSV，可核对记录链）", lambda: record_csv(house().database), "留痕.csv", "text/csv", key="record/csv",
             icon=":material/download:", help="全部记录，不受上面条件影响；各列和核对办法见 docs/record.md")
    table(("序号", "时间", "人", "操作", "场次", "内容"),
          ((line.id, line.at, line.actor, line.action, line.sitting, line.detail) for line in found.lines),
          keep=(0, 1, 2, 3, 4), empty="没有符合条件的记录。")


def draw_staff(who: Staff) -> None:
    """Who may do what; their links; adding and stopping."""
    everybody = people.everybody(house().database)
    units = apart({one.key: one.name for one in registered_units(house().database)})
    _draw_link()
    table(("登录名", "职务或称呼", "角色", "单位", "状态"),
          ((one.name, one.title, "、".join(role.words for role in Role if role in one.roles),
            units.get(one.unit, ""), _state(one)) for one in everybody), keep=(0, 4))
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("添加人员", anchor=False)
        with st.form("staff/new", border=False, clear_on_submit=False):
            st.text_input("登录名（汉字、字母、数字）", key="staff/new/name")
            st.text_input("职务或称呼", key="staff/new/title", placeholder="例如：市委督查室计票员")
            st.multiselect("角色", list(Role), format_func=lambda role: role.words, key="staff/new/roles",
                           placeholder="选择角色")
            st.selectbox("所属单位（单位联络员必选）", ["", *units], key="staff/new/unit",
                         format_func=lambda key: units.get(key, "（无）"))
            st.form_submit_button("添加并生成登录链接", type="primary", on_click=_add, args=(who,))
    with right:
        st.subheader("登录链接、停用", anchor=False)
        names = {one.name: f"{one.name}　{one.title}" for one in everybody}
        chosen = st.selectbox("人员", list(names), format_func=names.__getitem__, key="staff/which")
        person = next(one for one in everybody if one.name == chosen)
        with st.container(horizontal=True):
            st.button("重发登录链接", on_click=_reset, args=(chosen, who), key="staff/reset", disabled=not person.active)
            if not person.active:
                st.button("恢复使用", on_click=_set_active, args=(chosen, True, who), key="staff/start")
            elif st.button("停用", key="staff/stop"):
                confirm(f"停用{names[chosen]}？此人立即退出登录。", "停用", lambda: _set_active(chosen, False, who))
        st.html('<p class="lt-note">链接用来设密码，三天内有效，用一次即失效；重发后旧链接失效，旧密码在设新密码前仍可用。</p>')


def _draw_link() -> None:
    """A one-time link, kept in this browser session only, until it is said to have been handed over."""
    made = st.session_state.get("staff/link")
    if made is None:
        return
    name, link = made
    with st.container(border=True):
        left, right = st.columns([2, 1], gap="large")
        left.html(f"<b>{escape(name)}的登录链接</b><p class=lt-note>只显示这一次，请现在发给本人，或让本人扫右边的码。"
                  "收到的人用它设密码。</p>")
        left.code(link, language=None, wrap_lines=True)
        left.button("已交给本人，清除", key="staff/handed_over",
                    on_click=lambda: st.session_state.pop("staff/link", None))
        right.image(badges.qr_svg(link), width=220)


def _state(one: Staff) -> str:
    if not one.active:
        return "停用"
    return "可登录" if one.has_password else "未设密码"


def _add(who: Staff) -> None:
    values = typed("staff/new", "name", "title", "roles", "unit")
    name = str(values["name"]).strip()

    def add() -> None:
        _keep(name, people.add_staff(house().database, **values, by=who.name, at=house().clock()))  # type: ignore[arg-type]

    if act(add, done=f"已添加{name}。"):
        st.session_state.update({"staff/new/name": "", "staff/new/title": "", "staff/new/roles": []})


def _reset(name: str, who: Staff) -> None:
    act(lambda: _keep(name, people.reset_password(house().database, name, by=who.name, at=house().clock())))


def _set_active(name: str, active: bool, who: Staff) -> None:
    act(people.set_active, house().database, name, active, by=who.name, at=house().clock(),
        done=f"{name}已{'恢复使用' if active else '停用'}。")


def _keep(name: str, secret: str) -> None:
    base = badges.public_url(house().database, "") or str(st.context.url or "").split("/record")[0].rstrip("/")
    st.session_state["staff/link"] = (name, f"{base}/door/link/{secret}")


who = require(Role.ADMINISTRATOR, Role.SUPERVISOR)
header("留痕与人员")
say_what_happened_everywhere()
if Role.ADMINISTRATOR in who.roles:
    audit, staff = st.tabs(["留痕", "人员"], key="record/tabs")
    with staff:
        draw_staff(who)
    with audit:
        draw_audit()
else:
    draw_audit()
