"""The clock on the hall screen: it runs in the page by itself, between two answers of the server. Drawing only.

One component serves the ballot (to its closing time, never beyond) and the segments on stage (beyond their limit it
counts up). Words and figures are those of `hall.screen.wall_stage.face`.
"""

from __future__ import annotations

from datetime import datetime
from html import escape

import streamlit as st

from hall.screen.wall import BallotWall, Wall
from hall.screen.wall_stage import Face, SegmentWall

TONES = {"calm": "#F2F4F7", "warning": "#E3B341", "over": "#FF8A80"}

CLOCK_CSS = """<style>
.lt-clock{position:fixed;left:4.5vh;z-index:10;color:#F2F4F7;line-height:1.1;
 font-family:'PingFang SC','HarmonyOS Sans SC','MiSans','Microsoft YaHei','Noto Sans CJK SC',sans-serif}
.lt-clock span{display:block;font-size:4.2vh;font-weight:600;white-space:nowrap}
.lt-clock b{display:block;font-weight:700;font-variant-numeric:tabular-nums;letter-spacing:-.02em}
.lt-clock.at-ballot{top:23.5vh}.lt-clock.at-ballot b{font-size:20vh}.lt-clock.at-ballot span{display:none}
.lt-clock.at-side{bottom:8vh}.lt-clock.at-side b{font-size:17vh}
.lt-clock.at-foot{bottom:7.5vh}.lt-clock.at-foot b{font-size:11vh}
.lt-clock.at-middle{bottom:14vh;left:0;right:0;text-align:center}.lt-clock.at-middle b{font-size:20vh}
</style>"""

_JS = """
export default function ({ data, parentElement }) {
  const face = parentElement.querySelector('.lt-clock');
  const ahead = data.now - Date.now();
  if (face.ahead === undefined || Math.abs(ahead - face.ahead) > 3000 || ahead > face.ahead) face.ahead = ahead;
  const two = n => String(Math.floor(n / 60)).padStart(2, '0') + ':' + String(n % 60).padStart(2, '0');
  const put = (e, words) => { if (e.textContent !== words) e.textContent = words; };
  face.told = data;
  const draw = () => {
    const data = face.told, tones = data.tones;
    const left = data.ends - (Date.now() + face.ahead);
    if (face.className !== 'lt-clock ' + data.place) face.className = 'lt-clock ' + data.place;
    let label = '剩余时间', figures = two(Math.max(0, Math.ceil(left / 1000))), tone = tones.calm;
    if (left <= 0 && data.over) { label = '■ 超时'; figures = two(Math.floor(-left / 1000)); tone = tones.over; }
    else if (left <= data.warn * 1000) { label = '▲ 快到时间'; tone = tones.warning; }
    put(face.querySelector('span'), label);
    put(face.querySelector('b'), figures);
    if (face.tone !== tone) { face.style.color = tone; face.tone = tone; }
  };
  draw();
  clearInterval(face.timer);
  const mine = face.timer = setInterval(draw, 100);
  return () => clearInterval(mine);
}
"""
_clock = st.components.v2.component("leitai_wall_clock", html='<div class="lt-clock"><span></span><b></b></div>', js=_JS,
                                    isolate_styles=False)


def run(wall: Wall, now: datetime) -> None:
    """Let the clock of this wall run, if it has one that runs."""
    if isinstance(wall, BallotWall) and wall.closes_at is not None:
        _draw(wall.closes_at, now, "at-ballot", warn=10, over=False)
    elif isinstance(wall, SegmentWall) and wall.clock is not None and wall.clock.runs_out_at is not None:
        _draw(wall.clock.runs_out_at, now, place_of(wall), warn=wall.clock.warn_seconds, over=True)


def stopped(face: Face, place: str) -> str:
    """A clock that stands still: of a frozen screen, or paused."""
    return (f'<div class="lt-clock {place}" style="color:{TONES[face.tone]}"><span>{escape(face.label)}</span>'
            f'<b>{face.figures}</b></div>')


def place_of(wall: SegmentWall) -> str:
    """Where its clock stands: beside what is said, under a question, or alone."""
    if not wall.name or wall.kind in ("film", "viewing", "announcement"):
        return "at-middle"
    return "at-foot" if wall.question is not None else "at-side"


def _draw(ends: datetime, now: datetime, place: str, *, warn: int, over: bool) -> None:
    _clock(key="clock", data={"ends": int(ends.timestamp() * 1000), "now": int(now.timestamp() * 1000), "place": place,
                              "warn": warn, "over": over, "tones": TONES})
