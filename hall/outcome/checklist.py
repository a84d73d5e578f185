"""What stands between the closed rounds and a publication: each thing in one sentence, some of it blocking.

The result itself is `scoring`'s; a rule that gives none yet is refused in the words of the hall.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from db.engine import Connection
from db.reads import signing as signing_reads
from db.reads import sittings as reads
from db.values import Sitting
from hall.ballots.paper_slips import stops
from hall.moment.discretion import FEWEST_SECRET_BALLOTS, hidden_groups
from hall.moment.packing import Papers, in_names, package_of, papers_of
from office.refusal import Refused
from scoring.package import Package, PackageRefused
from scoring.result import CannotTally, Result
from scoring.round import Phase
from scoring.tally import dumps, tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of the checklist before publishing. A blocking line that is not ok stops the publication."""

    words: str
    ok: bool
    blocking: bool


def result_of(package: Package) -> Result:
    """The count; Refused, in names, where the rule gives no result yet."""
    try:
        return tally(package)
    except (CannotTally, PackageRefused) as cause:
        raise Refused(in_names(str(cause), package)) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What counts so far, and what it comes to: the result with its text, or why the rule gives none yet."""

    papers: Papers
    package: Package
    result: Result | None
    written: str = ""
    fault: str = ""


def count(c: Connection, sitting: Sitting, before: Count | None = None) -> Count:
    """The count of now. Everything is read again, but where it is what was counted `before`, that count holds: so the
    long part can be done before the writer is held."""
    papers = papers_of(c, sitting, before.papers if before else None)
    package = package_of(c, sitting, papers)
    if before is not None and before.package == package:
        return before
    try:
        result = tally(package)
    except (CannotTally, PackageRefused) as cause:
        return Count(papers=papers, package=package, result=None, fault=in_names(str(cause), package))
    return Count(papers=papers, package=package, result=result, written=dumps(result))


def counting_since(c: Connection, sitting: Sitting, before: Count | None = None) -> Callable[[], Count]:
    """The count of this transaction, made once and only where it is asked for."""
    return cache(lambda: count(c, sitting, before))


def checks_of(c: Connection, sitting: Sitting, counting: Callable[[], Count] | None = None) -> tuple[Check, ...]:
    """`counting` gives the count of this transaction, where whoever asks needs it, too; while a round is open it is not
    asked for."""
    rounds = reads.rounds(c, sitting.id)
    targets = reads.targets(c, sitting.id)
    names = {one.key: one.name for one in targets}
    open_now = [one for one in rounds if one.phase is Phase.OPEN]
    done = {key for one in rounds if one.phase in (Phase.CLOSED, Phase.PUBLISHED) for key in one.targets}
    waiting = {one.key: one.name for one in targets if one.key not in done and not one.postponed}
    put_off = [one.name for one in targets if one.postponed]
    checks = [
        Check(words="没有正在打分的单位" if not open_now else f"{names[open_now[0].targets[0]]}还在打分",
              ok=not open_now, blocking=True),
        Check(words="至少有一家已截止" if done else "还没有一家打过分", ok=bool(done), blocking=True),
        Check(words="各单位都已打分" if not waiting else f"还没打分：{'、'.join(waiting.values())}", ok=not waiting, blocking=False),
        *([Check(words=f"延到补场，不在这一版成绩里：{'、'.join(put_off)}", ok=True, blocking=False)] if put_off else []),
    ]
    checks += [Check(words=one, ok=False, blocking=True) for one in stops(c, sitting)]
    checks += _objections(c, sitting, names)
    if open_now or not done:
        return tuple(checks)
    counted = counting() if counting is not None else count(c, sitting)
    package = counted.package
    if counted.result is None:
        return (*checks, Check(words=counted.fault, ok=False, blocking=True))
    result = counted.result.as_json()
    placeless = {state: [key for key, one in result["targets"].items() if one["state"] == state and key not in waiting]
                 for state in ("no_ballots", "below_quorum", "incomplete")}
    none, short, partial = ("、".join(names[key] for key in keys) for keys in placeless.values())
    if none:
        checks.append(Check(words=f"没有可用的票，不排名：{none}", ok=False, blocking=False))
    if short or not none:
        checks.append(Check(words="有效票都达到规定数" if not short else f"有效票不够，不排名：{short}", ok=not short, blocking=False))
    checks.append(Check(words="总分的各部分齐全" if not partial else f"总分缺一部分，不排名：{partial}",
                        ok=not partial, blocking=False))
    said = {*waiting, *(key for keys in placeless.values() for key in keys)}  # why these have no place stands above already
    checks += [Check(words=in_names(str(one), package), ok=False, blocking=False) for one in result["warnings"]
               if str(one).split("：")[0] not in said]
    few = [f"{names[key]}的{package.rule.group(group).name}" for key, one in result["targets"].items()
           for group in sorted(hidden_groups(package.rule, one))]
    if few:
        checks.append(Check(words=f"无记名组的有效票不足{FEWEST_SECRET_BALLOTS}张，组分不显示，但看得到实名票的人能从总分推算："
                                  f"{'、'.join(few)}。可作废重投，等人到齐", ok=False, blocking=False))
    return tuple(checks)


def _objections(c: Connection, sitting: Sitting, names: dict[str, str]) -> list[Check]:
    """Objections stop nothing; what a correction mends, and what is still to be reviewed, is said."""
    unsettled = [one for one in signing_reads.objections(c, sitting.id) if not one.is_settled]
    mended = "、".join(names[one.target] for one in unsettled if one.decision)
    waiting = "、".join(names[one.target] for one in unsettled if not one.decision)
    return [*([Check(words=f"复核定为更正的异议，公布后办结：{mended}", ok=True, blocking=False)] if mended else []),
            *([Check(words=f"异议还没有复核，分数仍冻结：{waiting}", ok=False, blocking=False)] if waiting else [])]
