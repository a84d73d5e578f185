"""The result of a sitting as a screen shows it: places, totals and group scores of one version, and who may see what.

The numbers are those of the frozen publication (`hall.outcome.results`); before the first one, of the closed rounds so far,
which only the people of the hall may see. Nothing is computed here but differences for a sentence. A secret group's
score over fewer than three ballots is not shown, nor what would tell it (`hall.moment.discretion`), and how many seats were
recused is for the people of the hall.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from db.engine import Database
from db.reads import results as result_reads
from db.reads import sittings as reads
from db.values import Staff
from hall.moment.discretion import HIDDEN_WORDS, hidden_groups, is_of_the_hall, total_tells_a_mean
from hall.outcome.board import Board, Column, Figure, Line, Version
from hall.outcome.deducted import deducted_words
from hall.outcome.results import Standing, standing, standing_to_come
from office.export import csv_of
from office.points import signed
from scoring.number import parse_exact, percent, printed
from scoring.round import Phase
from scoring.rule import Rule, rule_in_words

_STATE_WORDS = {"below_quorum": "有效票不够", "incomplete": "缺分项", "apart": "只打分不排名", "ranked": ""}
_AWARD = re.compile(r"(top|bottom) ([0-9]+), (share|strict|split|tie_break)")
_POLICY_WORDS = {"share": "并列都算", "strict": "并列都不算", "split": "并列平分", "tie_break": "并列再比"}


def has_published(database: Database, sitting: str) -> bool:
    with database.reading() as c:
        found = reads.sitting(c, sitting)
        return found is not None and result_reads.publication_count(c, found.id) > 0


def board(database: Database, sitting: str, who: Staff, number: int | None = None, *, discreet: bool = False,
          draft: bool = False) -> Board | None:
    """The latest version, version `number`, or the closed rounds so far; None when this person may not see it yet.

    `discreet`: no more than anybody may see; `draft`: the closed rounds as they would be published next.
    Raises Refused when there is no such version, or when the rule gives no result yet.
    """
    if number is None and not is_of_the_hall(who) and not has_published(database, sitting):
        return None
    found = standing_to_come(database, sitting) if draft else standing_kept(database, sitting, number)
    full = is_of_the_hall(who) and not discreet
    with database.reading() as c:
        versions = tuple(Version(number=one.number, at=one.published_at, by=one.published_by, reason=one.reason)
                         for one in result_reads.publications(c, found.sitting.id))
        targets = reads.targets(c, found.sitting.id)
        scored_now = {key for one in reads.rounds(c, found.sitting.id) if one.phase is Phase.OPEN
                      for key in one.targets} if found.publication is None else set()
    lines = {one.key: replace(_line(found, one.key, one.unit, one.ranking_group, scored_now, full),
                              unit_name=one.unit_name)
             for one in targets if one.key in found.result["targets"]}
    ranked = tuple(lines[key] for key in found.result["order"] if key in lines)
    unscored = [one for key, one in lines.items() if found.result["targets"][key]["state"] == "no_ballots"]
    others = tuple(one for key, one in lines.items() if key not in found.result["order"] and one not in unscored)
    if found.publication is None and unscored:  # places among some of the units earn nothing yet
        ranked = tuple(replace(one, points="", because="") for one in ranked)
    waiting = {state: tuple(one.name for one in unscored if one.state == state)
               for state in dict.fromkeys(one.state for one in unscored)}
    rule = found.rule
    version = next((one for one in versions if found.publication and one.number == found.publication.number), None)
    return Board(
        sitting=found.sitting, version=version, versions=versions, rule_title=rule.title, rule_version=rule.version,
        rule_sha256=found.result["rule_sha256"], ballots_sha256=found.result["ballots_sha256"],
        groups=tuple(Column(key=one.key, name=one.name, weight=percent(one.weight), secret=one.secret)
                     for one in rule.groups),
        groups_on_scale=not rule.components or rule.evaluation_max == 100,
        components=tuple(Column(key=one.key, name=component_name(one.key), weight=percent(one.weight))
                         for one in rule.components),
        ranked=ranked, others=others, waiting=tuple(waiting.items()), sentence=_sentence(rule, ranked, others),
        warnings=tuple(_warning(str(one), found.names, full) for one in found.result["warnings"]
                       if str(one).split("：")[0] not in {line.target for line in unscored}
                       and not str(one).endswith("，不排名")),  # who has no place is listed with why
        rule_words=rule_in_words(rule), rule=rule, put_off=tuple(one.name for one in targets if one.postponed))


def standing_kept(database: Database, sitting: str, number: int | None = None) -> Standing:
    """`hall.outcome.results.standing`; before any publication counted once a change of the sitting, however many look on."""
    with database.reading() as c:
        found = reads.sitting(c, sitting)
        if number is not None or found is None or result_reads.publication_count(c, found.id):
            return standing(database, sitting, number)
        present = sum(1 for seat in reads.seats(c, found.id) if seat.checked_in_at is not None)
    return _draft(database, sitting, found.serial, present)


@lru_cache(maxsize=8)
def _draft(database: Database, sitting: str, _serial: int, _present: int) -> Standing:
    return standing(database, sitting)


def component_name(key: str) -> str:
    return "现场测评" if key == "evaluation" else key


def with_names(words: str, names: Mapping[str, str]) -> str:
    """A sentence of the rulebook, which knows only keys, with the targets' names in their place."""
    return re.sub(r"[\w-]+", lambda found: names.get(found[0], found[0]), words)


def _warning(words: str, names: Mapping[str, str], full: bool) -> str:
    return with_names(words if full else re.sub(r"有效票[0-9]+张，不足", "有效票不足", words), names)


def ranking_csv(shown: Board) -> bytes:
    """The table as it stands on the screen; a rule that deducts has a column for what it deducted."""
    deducts = bool(shown.rule.deductions)
    header = ["名次", "单位", "总分", *(["扣分"] if deducts else []), *(one.name for one in shown.components),
              *(f"{one.name}组" for one in shown.groups), "考绩分", "说明"]
    return csv_of(header, (
        (one.place, one.name, one.total, *([one.deducted] if deducts else []), *one.components,
         *(figure.words for figure in one.figures), one.points,
         "；".join(filter(None, (one.state, f"与{'、'.join(one.tied_with)}并列" if one.tied_with else "",
                                one.decided_by, one.because))))
        for one in (*shown.ranked, *shown.others)))


def _line(found: Standing, key: str, unit: str, ranking_group: str, scored_now: set[str], full: bool) -> Line:
    rule, one = found.rule, found.result["targets"][key]
    hidden, secret_total = hidden_groups(rule, one), total_tells_a_mean(rule, one)
    figures = tuple(_figure(one["groups"][group.key], hidden=group.key in hidden, withheld=bool(hidden) and not full,
                            full=full) for group in rule.groups)
    exact = None if one["total"]["exact"] is None or secret_total else parse_exact(one["total"]["exact"])
    return Line(
        target=key, name=found.names[key], unit=unit, ranking_group=ranking_group,
        place="" if one["rank"] is None else str(one["rank"]),
        tied_with=tuple(found.names.get(other, other) for other in one["tied_with"]),
        total=HIDDEN_WORDS if secret_total else one["total"]["published"] or "—", exact=exact, figures=figures,
        components=tuple(HIDDEN_WORDS if secret_total and part.key == "evaluation"
                         else _rescaled(rule, one["components"].get(part.key)) for part in rule.components),
        points="" if one["points"] is None else signed(parse_exact(one["points"])),
        because="；".join(because_words(str(reason)) for reason in one["points_because"]),
        decided_by=_decided(rule, one["decided_by"]), state=_state(one, key in scored_now),
        deducted="" if one["total"]["exact"] is None else deducted_words(rule, found.components, key))


def because_words(reason: str) -> str:
    """`top 3, share` as a person says it."""
    award = _AWARD.fullmatch(reason)
    if award:
        return f"{'前' if award[1] == 'top' else '后'}{award[2]}名（{_POLICY_WORDS[award[3]]}）"
    band = re.fullmatch(r"band (>=|<) (.+)", reason)
    return f"{band[2]}分{'及以上' if band[1] == '>=' else '以下'}档" if band else "不分档"


def _figure(group: Mapping[str, Any], *, hidden: bool, withheld: bool, full: bool) -> Figure:
    seats = ""
    if full:
        parts = (("收到", group["received"]), ("弃权", group["abstained"]), ("不了解", group["dont_know"]),
                 ("作废", group["spoiled"]), ("回避", group["recused"]), ("未交", group["missing"]))
        seats = "，".join(f"{word}{count}" for word, count in parts if count or word == "收到")
    if hidden or withheld or group["exact"] is None:
        scored = group["exact"] is not None
        return Figure(published=None, exact=None, hidden=hidden, withheld=withheld and scored and not hidden, seats=seats)
    return Figure(published=group["published"], exact=parse_exact(group["exact"]), hidden=False, seats=seats)


def _rescaled(rule: Rule, exact: str | None) -> str:
    return "—" if exact is None else printed(parse_exact(exact), rule.rounding.places, rule.rounding.mode)


def _state(one: Mapping[str, Any], is_scored_now: bool) -> str:
    if one["state"] != "no_ballots":
        return _STATE_WORDS[one["state"]]
    if is_scored_now:
        return "打分中"
    return "没有可用的票" if any(group["received"] for group in one["groups"].values()) else "还没打分"


def _decided(rule: Rule, metric: str | None) -> str:
    """Only said where the total alone did not decide."""
    if metric in (None, "total", "shared"):
        return ""
    names = {**{group.key: f"{group.name}组得分" for group in rule.groups},
             **{part.key: f"{component_name(part.key)}得分" for part in rule.components},
             "evaluation": "现场测评得分", "untrimmed": "不去最高最低的总分", "more_decimals": "更多位小数"}
    return f"总分相同，按{names.get(str(metric), str(metric))}定先后".replace("组组", "组")


def _sentence(rule: Rule, ranked: tuple[Line, ...], others: Iterable[Line]) -> str:
    """What happened, before any picture: who leads and by how much, who is last, who has no place."""
    groups: dict[str, list[Line]] = {}
    for one in ranked:
        groups.setdefault(one.ranking_group, []).append(one)
    said = [_of_one_group(rule, lines) for lines in groups.values()]
    reasons: dict[str, list[str]] = {}
    for one in others:
        reasons.setdefault(one.state, []).append(one.name)
    said += [f"{state}：{'、'.join(names) if len(names) <= 4 else f'{len(names)}家'}。"
             for state, names in reasons.items()]
    return "".join(said) or "还没有名次。"


def _of_one_group(rule: Rule, lines: list[Line]) -> str:
    first = [one for one in lines if one.place == lines[0].place]
    if len(first) == len(lines):
        score = f"，{first[0].total}分" if first[0].exact is not None else ""
        return f"{'、'.join(one.name for one in first)}{'并列' if len(first) > 1 else ''}第1名{score}。"
    second, last = lines[len(first)], lines[-1]
    if any(one.exact is None for one in lines):
        return f"{len(lines)}家排名：{'、'.join(one.name for one in first)}{'并列' if len(first) > 1 else ''}第1名；末位{last.name}。"
    said = f"{len(lines)}家排名：{'、'.join(one.name for one in first)}{first[0].total}分，"
    said += f"{'并列' if len(first) > 1 else ''}第1名"
    if first[0].exact is not None and second.exact is not None:
        ahead = first[0].exact - second.exact
        apart = f"多{printed(ahead, rule.rounding.places, rule.rounding.mode)}分"
        if not ahead:
            apart = "总分相同，按办法定先后"
        said += f"，{'与' if not ahead else '比'}第{second.place}名{second.name}{apart}"
    return f"{said}；末位{last.name}{last.total}分。"
