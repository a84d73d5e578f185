"""Agenda templates (环节模板): what an arena goes through, as data. A sitting starts from one and bends it.

Arenas differ by their template, not by code. `fault_of` says in words what is wrong with a list of segments; where they
come from (a folder, a workbook, the editor) does not matter here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from db.stage_values import Segment
from office.sitting.plan import SEGMENT_KINDS, SEGMENT_SCOPES, PlannedSegment

LONGEST = 24 * 3600
MOST = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """`ballot_mode` is the sitting's that it is made for."""

    key: str
    name: str
    about: str
    ballot_mode: str
    segments: tuple[PlannedSegment, ...]


def _of(key: str, kind: str, title: str, scope: str = "each", minutes: int = 0, warn: int = 0) -> PlannedSegment:
    return PlannedSegment(key=key, kind=kind, title=title, scope=scope, seconds=60 * minutes, warn_seconds=warn)


TEMPLATES = (
    Template(key="county", name="县区比拼", about="逐家发言，市长逐一点评，当场打分", ballot_mode="each", segments=(
        _of("figures", "film", "指标亮晒", "before"), _of("lookback", "film", "回头看短片", "before"),
        _of("speech", "speech", "发言", minutes=8, warn=60), _of("comment", "comment", "市长点评", minutes=3, warn=30),
        _of("ballot", "ballot", "打分"), _of("closing", "other", "总结讲话", "after"),
        _of("results", "announcement", "成绩宣布", "after"))),
    Template(key="department", name="局长问政", about="先看问题短片，现场提问、当场作答，再打分", ballot_mode="each", segments=(
        _of("film", "film", "问题短片", minutes=3, warn=30), _of("questions", "questions", "现场提问", minutes=12, warn=60),
        _of("promise", "speech", "当场承诺", minutes=1, warn=15), _of("ballot", "ballot", "打分"),
        _of("closing", "comment", "领导点评", "after"), _of("results", "announcement", "成绩宣布", "after"))),
    Template(key="town", name="镇街亮绩", about="榜单亮晒全部镇街，部分上台发言，最后书面测评", ballot_mode="all", segments=(
        _of("figures", "film", "榜单亮晒", "before"), _of("speech", "speech", "发言", minutes=5, warn=30),
        _of("comment", "comment", "点评", minutes=2, warn=30), _of("ballot", "ballot", "书面测评", "after"),
        _of("closing", "other", "总结讲话", "after"), _of("results", "announcement", "成绩宣布", "after"))),
    Template(key="viewing", name="项目观摩", about="分线路观摩项目，回头看短片，交流发言，最后书面测评", ballot_mode="all", segments=(
        _of("viewing", "viewing", "分线路现场观摩", "before"), _of("lookback", "film", "项目回头看短片", "before"),
        _of("speech", "speech", "交流发言", minutes=3, warn=30), _of("ballot", "ballot", "书面测评", "after"),
        _of("comment", "comment", "市长点评", "after"), _of("closing", "other", "书记总结讲话", "after"),
        _of("results", "announcement", "成绩宣布", "after"))),
    Template(key="written", name="书面测评", about="不发言，通报情况后一张票打全部", ballot_mode="all", segments=(
        _of("briefing", "announcement", "情况通报", "before"), _of("ballot", "ballot", "书面测评", "after"),
        _of("results", "announcement", "成绩宣布", "after"))),
)


def template(key: str) -> Template:
    return next(one for one in TEMPLATES if one.key == key)


def stored(planned: Iterable[PlannedSegment]) -> tuple[Segment, ...]:
    """As the store takes them; the ids are the database's own."""
    return tuple(Segment(id=0, key=one.key, kind=one.kind, title=one.title.strip(), scope=one.scope, seconds=one.seconds,
                         warn_seconds=one.warn_seconds) for one in planned)


def planned(segments: Iterable[Segment]) -> tuple[PlannedSegment, ...]:
    return tuple(PlannedSegment(key=one.key, kind=one.kind, title=one.title, scope=one.scope, seconds=one.seconds,
                                warn_seconds=one.warn_seconds) for one in segments)


def rescoped(segments: Iterable[Segment], ballot_mode: str) -> tuple[Segment, ...]:
    """The same template for another way of balloting: its ballot stands with each unit, or after all."""
    scope = "each" if ballot_mode == "each" else "after"
    return tuple(replace(one, scope=scope) if one.kind == "ballot" else one for one in segments)


def fault_of(segments: Sequence[PlannedSegment], ballot_mode: str) -> tuple[int, str] | None:
    """(line from 1, what is wrong with it and what to write instead) of the first fault; None when there is none."""
    if len(segments) > MOST:
        return MOST + 1, f"环节最多{MOST}个"
    twice = {key for key, n in Counter(one.key for one in segments).items() if n > 1}
    ballots = 0
    for n, one in enumerate(segments, 1):
        ballots += one.kind == "ballot"
        if (words := _fault(one, ballot_mode)) is not None:
            return n, words
        if one.key in twice:
            return n, f"编号“{one.key}”重复了"
        if ballots > 1:
            return n, "打分环节只能有一个"
    if segments and not ballots:
        return len(segments), "还没有打分环节（kind = \"ballot\"），请加上"
    return None


def _fault(one: PlannedSegment, ballot_mode: str) -> str | None:
    if not one.key or not all(ch.isascii() and (ch.isalnum() or ch in "_-") for ch in one.key) or len(one.key) > 40:
        return f"编号“{one.key[:20]}”请用字母、数字、下划线，例如 speech"
    if one.kind not in SEGMENT_KINDS:
        return f"种类“{one.kind[:20]}”不认识，可选：{'、'.join(SEGMENT_KINDS)}"
    if one.scope not in SEGMENT_SCOPES:
        return f"范围“{one.scope[:20]}”不认识，可选：before（全场开始时）、each（每家单位）、after（全场最后）"
    if not one.title.strip() or len(one.title.strip()) > 20:
        return "名称要写1到20个字，例如：发言"
    if not 0 <= one.seconds <= LONGEST:
        return f"时限请写0到{LONGEST}秒，0表示不限时"
    if one.warn_seconds < 0 or (one.seconds and one.warn_seconds >= one.seconds) or (one.warn_seconds and not one.seconds):
        return "提醒要早于时限，不限时的不用提醒"
    if one.kind == "ballot" and one.scope != ("each" if ballot_mode == "each" else "after"):
        return "打分方式是每家一轮，打分环节的范围请写each（每家单位）" if ballot_mode == "each" else \
            "打分方式是最后一张票打全部，打分环节的范围请写after（全场最后）"
    return None
