"""What is printed on a 成绩确认单: the ranking and figures of one version, its rule, its hashes, the hands under it.

The paper leaves the hall, so it shows of secret groups what anybody may see (`hall.moment.discretion`). Before publication it
can be had of what is proposed, and says that it is not published.
"""

from __future__ import annotations

import hashlib
import io
import zipfile

from db.engine import Database
from db.record import head_of
from db.values import Confirmation, Proposal, Staff
from hall.moment.packing import HEAD
from hall.outcome import results
from hall.outcome.board import Board, Line
from hall.outcome.signing import confirmed_version, signing_of
from hall.outcome.standings import board
from office.local_time import day_in_words, minute
from office.people import Role
from office.prints.signature_page import Hand, SignaturePage, docx_of
from office.refusal import Refused

ALONE = "本版由主持人一人公布，没有计票员和监督员在系统中的确认。"


def signature_docx(database: Database, sitting: str, who: Staff, number: int | None = None) -> bytes:
    """The page of version `number`, or of what is proposed now, as a .docx file."""
    return docx_of(signature_page(database, sitting, who, number))


def signature_page(database: Database, sitting: str, who: Staff, number: int | None = None) -> SignaturePage:
    """Refused where version and proposal are both missing."""
    if number is not None:
        proposal, version = confirmed_version(database, sitting, number), number
    else:
        now = signing_of(database, sitting)
        if now.in_force is None:
            raise Refused("还没有提请确认的成绩。提请确认或公布之后，才能打印成绩确认单。")
        proposal, version = now.in_force, now.number
    shown = board(database, sitting, who, number, discreet=True, draft=number is None)
    if shown is None:
        raise Refused("成绩还没有公布。")
    published = shown.version if number is not None else None
    about = shown.sitting
    marks = [about.note] if about.note else []
    if published is None:
        marks.append("待公布：供核对签字，不得外传。")
    elif proposal is None:
        marks.append(ALONE)
    facts = [f"第{version}版，{minute(published.at)}由{published.by}公布。" if published
             else f"第{version}版，{minute(proposal.proposed_at)}由{proposal.proposed_by}提请确认。" if proposal else ""]
    reason = published.reason if published else proposal.reason if proposal else ""
    facts += [f"更正原因：{reason}。"] if reason else []
    return SignaturePage(
        title="成绩确认单",
        about=f"{about.title}　{about.period}　{day_in_words(about.held_on)}{f'　{about.place}' if about.place else ''}",
        marks=tuple(marks), facts=(*facts, shown.sentence), head=_head(shown),
        rows=tuple(_row(shown, one) for one in (*shown.ranked, *shown.others)), below=_below(shown),
        rule=(f"{shown.rule_title}（第{shown.rule_version}版）", *shown.rule_words),
        hashes=_hashes(database, sitting, shown, proposal, number), hands=_hands(proposal, published.by if published else ""))


def _head(shown: Board) -> tuple[str, ...]:
    return ("名次", "单位", "总分", *(f"{one.name}（{one.weight}）" for one in shown.components),
            *(f"{one.name}组（{one.weight}）" for one in shown.groups), "考绩分")


def _row(shown: Board, one: Line) -> tuple[str, ...]:
    return (one.place or "—", one.name, one.total, *one.components, *(figure.words for figure in one.figures),
            one.points or "—")


def _below(shown: Board) -> tuple[str, ...]:
    said = [f"{one.name}：{'；'.join(filter(None, (one.state, _tied(one), one.decided_by, one.deducted)))}。"
            for one in (*shown.ranked, *shown.others) if one.state or one.tied_with or one.decided_by or one.deducted]
    return (*said, *(f"{state}：{'、'.join(names)}。" for state, names in shown.waiting),
            *(f"注意：{one}。" for one in shown.warnings))


def _tied(one: Line) -> str:
    return f"与{'、'.join(one.tied_with)}并列" if one.tied_with else ""


def _hashes(database: Database, sitting: str, shown: Board, proposal: Proposal | None,
            number: int | None) -> tuple[tuple[str, str], ...]:
    """Rule, ballots, result, and the last line of the record before the publication (before now, when there is none)."""
    if number is None:
        with database.reading() as c:
            head = " ".join(map(str, head_of(c) or ("0", "")))
        result = proposal.result_sha256 if proposal else ""
    else:
        with zipfile.ZipFile(io.BytesIO(results.package_zip(database, sitting, number))) as archive:
            head = archive.read(HEAD).decode().strip() if HEAD in archive.namelist() else ""
        stored = results.standing(database, sitting, number).publication
        result = hashlib.sha256(stored.result.encode()).hexdigest() if stored else ""
    line, _, digest = head.partition(" ")
    return (("评分办法 SHA-256", shown.rule_sha256), ("选票 SHA-256", shown.ballots_sha256), ("成绩 SHA-256", result),
            (f"留痕末条（第{line}条）", digest))


def _hands(proposal: Proposal | None, published_by: str) -> tuple[Hand, ...]:
    given = {one.role: one for one in proposal.confirmations} if proposal else {}
    return (*(Hand(office=role.words, said=_said(given.get(role.value))) for role in (Role.CLERK, Role.SUPERVISOR)),
            Hand(office=Role.HOST.words, said=f"{published_by}公布" if published_by else "尚未公布"))


def _said(one: Confirmation | None) -> str:
    return f"{one.by}，{minute(one.at)}确认" if one else "未在系统中确认"
