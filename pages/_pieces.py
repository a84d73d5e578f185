"""Small pieces that the preparation pages share: a dense table, a question before what cannot be undone. Drawing only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape

import streamlit as st

from pages._frame import say_what_happened

_STYLE = """<style>
.lt-scroll{overflow-x:auto}
.lt-table{border-collapse:collapse;width:100%;font-size:.92rem;line-height:1.4}
.lt-table th{text-align:left;color:#4A525C;font-weight:600;border-bottom:2px solid #D9DDE3;padding:.35rem .6rem;
white-space:nowrap;background:#fff}
.lt-table td{border-bottom:1px solid #D9DDE3;padding:.35rem .6rem;vertical-align:top;overflow-wrap:anywhere}
.lt-table td.keep{white-space:nowrap;overflow-wrap:normal}
.lt-table tr:last-child td{border-bottom:0}
</style>"""


def table(head: Sequence[str], rows: Iterable[Sequence[object]], *, keep: Sequence[int] = (),
          height: int | None = None, empty: str = "还没有。") -> None:
    """Rows under a head; columns in `keep` do not wrap; `height` in pixels makes it scroll by itself."""
    rows = list(rows)
    if not rows:
        st.html(f'<p class="lt-note">{escape(empty)}</p>')
        return
    body = "".join(
        "<tr>" + "".join(f'<td{" class=keep" if n in keep else ""}>{escape(str(cell))}</td>'
                         for n, cell in enumerate(row)) + "</tr>"
        for row in rows)
    limit = f"max-height:{height}px;overflow-y:auto" if height else ""
    st.html(f'{_STYLE}<div class="lt-scroll" style="{limit}"><table class="lt-table"><thead><tr>'
            f'{"".join(f"<th>{escape(one)}</th>" for one in head)}</tr></thead><tbody>{body}</tbody></table></div>')


@st.dialog("请确认")
def confirm(words: str, label: str, action: Callable[[], object]) -> None:
    """Ask before `action`; closing the dialog does nothing."""
    st.write(words)
    if st.button(label, on_click=action, type="primary", key="confirm/yes"):
        st.rerun()


def say_what_happened_everywhere() -> None:
    """What the last action did, at the top of the page and as a note in the corner: forms here are longer than a screen."""
    said = st.session_state.get("said")
    if said is not None:
        st.toast(said[1], duration="long")
    say_what_happened()


def typed(prefix: str, *names: str) -> dict[str, object]:
    """What stands in the fields `prefix/name`, by name."""
    return {name: st.session_state[f"{prefix}/{name}"] for name in names}
