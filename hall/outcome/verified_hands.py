"""Confirmations and objections compared with the record: who confirmed what was published, what was objected, how it ended.

Points are frozen and thawed by objections, so a row that is added, changed or taken away behind the system's back would
move a balance: the record tells what was filed and decided.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from db.engine import Connection
from db.reads import signing as reads
from db.reads.people import RecordLine
from db.values import Objection, Publication, Sitting
from hall.outcome.objections import DECIDING, FILING, Decision

Check = tuple[str, bool]


def hands_and_objections(c: Connection, sitting: Sitting, publications: Sequence[Publication],
                         lines: Sequence[RecordLine], published: dict[int, RecordLine]) -> Iterator[Check]:
    """`lines` of this sitting in the order they were written; `published`: of each version, its line."""
    filed = reads.objections(c, sitting.id)
    told = {line.detail.get("objection"): line for line in lines if line.action == FILING}
    decided = {line.detail.get("objection"): line for line in lines if line.action == DECIDING}
    if filed or told:
        same = ({one.id for one in filed} == set(told)
                and all(_as_filed(one, told[one.id]) and _as_decided(one, decided.get(one.id)) for one in filed)
                and all(_as_mended(number, line, filed) for number, line in published.items()))
        yield f"{sitting.key} 异议{len(told)}件与留痕" + ("一致" if same else "不一致"), same
    for one in publications:
        said = published[one.number].detail.get("confirmed") if one.number in published else None
        proposal = reads.proposal_of(c, one.id)
        held = {given.role: given.by for given in proposal.confirmations} if proposal else {}
        if held or said:
            same = held == (said or {})
            yield f"{sitting.key} 第{one.number}版成绩的确认与公布时的留痕" + ("一致" if same else "不一致"), same


def _as_filed(one: Objection, line: RecordLine) -> bool:
    told = line.detail
    return (one.target, one.version, one.grounds, one.filed_by, one.filed_at) == (
        told.get("target"), told.get("version"), told.get("grounds"), line.actor, line.at)


def _as_decided(one: Objection, line: RecordLine | None) -> bool:
    if line is None:
        return not one.decision
    words = Decision(one.decision).words if one.decision else ""
    return (words, one.decision_reason, one.decided_by, one.decided_at) == (
        line.detail.get("decision"), line.detail.get("reason"), line.actor, line.at)


def _as_mended(number: int, line: RecordLine, filed: Sequence[Objection]) -> bool:
    return [one.id for one in filed if one.mended_by == number] == (line.detail.get("objections") or [])
