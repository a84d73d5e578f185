"""Checking a result without us: one's own receipt in the public list, the hashes, the package and its command."""

from __future__ import annotations

import html

import streamlit as st

from hall.house import House
from hall.moment.receipts import Found, by_target, look_up
from hall.outcome import results
from hall.outcome.board import Board
from pages._download import download

_SAY = {Found.COUNTED: st.success, Found.REPLACED: st.warning, Found.UNKNOWN: st.error}


def show_receipts(house: House, shown: Board, key: str) -> None:
    """Anyone may find their own ballot; nobody may learn what is on it, or whose it is."""
    listed = results.receipts(house.database, key)
    answer = look_up(listed, st.text_input("查回执码", placeholder="例如 7Q2K-M4", key="receipt"))
    if answer is not None:
        _SAY[answer.found](answer.words)
    st.html("".join(
        f'<details class="lt-codes"><summary>{html.escape(name)}</summary><p>{html.escape(" ".join(codes))}</p></details>'
        for name, codes in by_target(listed, [one.name for one in (*shown.ranked, *shown.others)])))


def show_check(house: House, shown: Board, key: str, *, of_the_hall: bool) -> None:
    """What it takes to recount this version without us."""
    number = shown.version.number if shown.version else None
    st.html(f'<p class="lt-facts">办法指纹（SHA-256）：<code>{shown.rule_sha256}</code><br>'
            f'选票指纹（SHA-256）：<code>{shown.ballots_sha256}</code></p>')
    if not of_the_hall:
        st.write("复算包里有实名评委的逐票，只给会务、监督和领导下载。需要复核请联系监督员。")
        return
    name = f"{key}_v{number}" if number else f"{key}_未公布"
    download("下载复算包（zip）", lambda: results.package_zip(house.database, key, number), f"{name}.zip",
             "application/zip", on_click="ignore", icon=":material/download:")
    st.write("有本项目的 scoring 文件夹和 Python 3.11 就能复算，不用装别的，也不用联网：")
    st.code(f"python -m scoring recount {name}.zip", language=None)
