"""What was asked and said of a unit on stage, to be read after the sitting. Drawing only."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

import streamlit as st

from hall.moment.snapshot import Snapshot
from hall.stage.comments import Comment, Said
from hall.stage.questions import Question, State, asked_by
from hall.stage.stage_record import on_record, on_record_csv
from pages._download import download
from pages._frame import house

_CSS = """<style>
.s-one{font-size:.95rem;line-height:1.5;margin:.2rem 0 .6rem;overflow-wrap:anywhere}
.s-one small{color:#4A525C}
.s-follow{margin-left:1.4rem}
</style>"""


def draw(key: str, target: str | None, *, whole: bool) -> None:
    """Of one target, or of all (then only to be taken away); nothing where nothing was said."""
    snapshot = house().live.at(key)
    if snapshot is None:
        return
    found = on_record(house().database, snapshot, target, whole=whole)
    if not found.questions and not found.comments:
        return
    title = f"提问与点评（提问{len(found.questions)}，点评{len(found.comments)}）"
    with st.expander(title):
        if target is not None:
            st.html(_CSS + "".join(_question(one, snapshot) for one in found.questions)
                    + "".join(_comment(one) for one in found.comments))
        else:
            st.html('<p class="lt-note">选一家单位查看逐条内容；这里下载全部。</p>')
        name = snapshot.by_key[target].name if target else key
        download("提问记录（CSV）", on_record_csv(snapshot, found), f"{name}_提问记录.csv", "text/csv",
                 on_click="ignore", icon=":material/download:", key=f"said/{target or 'all'}")


def _question(one: Question, snapshot: Snapshot) -> str:
    state = State(one.state)
    facts = [asked_by(snapshot, one)]
    facts += ["追问"] if one.follows is not None else []
    facts += [] if state in (State.ANSWERED, State.ON_STAGE) else [f"{state.shape} {state.words}"]
    facts += [one.set_aside] if one.set_aside else []
    answer = f"<br>答：{escape(one.answer)}" if one.answer else ""
    promised = f"<br><small>● 当场承诺已列入清单 {'、'.join(map(_item, one.numbers))}</small>" if one.numbers else ""
    return (f'<p class="s-one{" s-follow" if one.follows is not None else ""}"><small>{escape("　".join(facts))}</small>'
            f'<br>问：{escape(one.text)}{answer}{promised}</p>')


def _comment(one: Comment) -> str:
    facts = "　".join(map(escape, filter(None, [f"点评·{Said(one.kind).words}", one.speaker, one.owner,
                                               f"{one.deadline}前" if one.deadline else ""])))
    facts += f"　{'并入' if one.linked else '清单'} {_item(one.number)}" if one.number else ""
    words = f"<s>{escape(one.text)}</s>　✕ 已撤回：{escape(one.withdrawn)}" if one.withdrawn else escape(one.text)
    return f'<p class="s-one"><small>{facts}</small><br>{words}</p>'


def _item(number: str) -> str:
    """The number, leading to what has become of it."""
    return f'<a href="/item?n={quote(number)}" target="_self">{escape(number)}</a>'
