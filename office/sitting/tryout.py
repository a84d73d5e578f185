"""试算: a rule as typed, tried on made-up ballots before the first real one locks it. Nothing is stored.

    tried = try_out(database, "county_2026q2", toml, seed=1)

The targets, seats and recusals are the sitting's own; marks, components and counts are made up from the seed, the same
seed giving the same ballots. Among them are what a hall always has: a missing paper, an abstention, a recusal, a tie.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from db.engine import Database
from db.reads import sittings as reads
from db.values import Seat as StoredSeat
from office.points import signed
from office.refusal import NotFound, Refused
from office.sitting.routes import is_off_route
from office.sitting.sample_papers import Chair, Sample, sample_papers
from scoring.number import percent, printed
from scoring.package import Package
from scoring.result import CannotTally, GroupScore, Result, Standing, TargetResult
from scoring.rows import PackageRefused, Target
from scoring.rule import Group, Rule, RuleRefused, TrimUnit, read_rule
from scoring.tally import tally

_STATES = {Standing.NO_BALLOTS: "没有可用的票", Standing.BELOW_QUORUM: "有效票不够，不排名",
           Standing.INCOMPLETE: "缺分项，不排名", Standing.APART: "只打分不排名", Standing.RANKED: ""}
MADE_UP_TARGETS = ("示例甲", "示例乙", "示例丙", "示例丁", "示例戊", "示例己")
FEWEST_MADE_UP_SEATS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedLine:
    """One target: scores and what was dropped stand in the order of the groups; `because` are the engine's reasons."""

    place: str
    name: str
    ranking_group: str
    total: str
    scores: tuple[str, ...]
    dropped: tuple[str, ...]
    parts: tuple[str, ...]
    points: str
    because: tuple[str, ...]
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What the rule makes of the sample, or in `refusal` why it makes nothing of it."""

    seed: int
    groups: tuple[str, ...]
    parts: tuple[str, ...]
    lines: tuple[TriedLine, ...]
    put_in: tuple[str, ...]
    notes: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    refusal: str = ""


def try_out(database: Database, sitting: str, toml: str, *, seed: int) -> Tried:
    """The sample's result under this rule; raises Refused for a rule that cannot be read."""
    try:
        rule = read_rule(toml.encode())
    except RuleRefused as refused:
        raise Refused(f"评分办法有误，改好才能试算：{refused}") from None
    with database.reading() as c:
        found = reads.sitting(c, sitting)
        if found is None:
            raise NotFound(f"没有场次“{sitting}”。")
        agenda = reads.targets(c, found.id)
        targets = tuple(Target(target=one.key, name=one.name, unit=one.unit, parent_unit=one.parent_unit,
                               ranking_group=one.ranking_group, ranked=one.ranked) for one in agenda)
        seats, entered = reads.seats(c, found.id), reads.recusals(c, found.id)
    codes = {one.id: one.code for one in seats}
    recusals = {(codes[seat], target) for seat, target in entered}
    recusals |= {(seat.code, one.key) for seat in seats for one in agenda if is_off_route(seat, one)}
    notes = []
    if not targets:
        notes.append(f"议程还是空的，用{len(MADE_UP_TARGETS)}家示例单位。")
        targets = tuple(Target(target=f"U{n}", name=name, unit="", parent_unit="", ranking_group="", ranked=True)
                        for n, name in enumerate(MADE_UP_TARGETS, 1))
    chairs, said = _chairs(rule, seats)
    return count_sample(rule, sample_papers(rule, targets, chairs, recusals, seed=seed), seed, (*notes, *said))


def count_sample(rule: Rule, sample: Sample, seed: int, notes: tuple[str, ...] = ()) -> Tried:
    """Count the sample by the official engine."""
    package = sample.package
    groups = tuple(f"{one.name}组（{percent(one.weight)}）".replace("组组", "组") for one in rule.groups)
    parts = tuple(f"{'现场测评' if one.key == 'evaluation' else one.key}（{percent(one.weight)}）"
                  for one in rule.components)
    try:
        result = tally(package)
    except (CannotTally, PackageRefused) as cause:
        return Tried(seed=seed, groups=groups, parts=parts, lines=(), put_in=sample.put_in, notes=notes,
                     refusal=_in_names(str(cause), package))
    order = [*result.order, *(one.target for one in result.targets if one.target not in result.order)]
    return Tried(seed=seed, groups=groups, parts=parts,
                 lines=tuple(_line(rule, package, result.target(key)) for key in order),
                 put_in=(*sample.put_in, *_tie_that_came(sample, result)), notes=notes,
                 warnings=tuple(_in_names(one, package) for one in result.warnings))


def _chairs(rule: Rule, seats: tuple[StoredSeat, ...]) -> tuple[tuple[Chair, ...], tuple[str, ...]]:
    """The sitting's seats by the rule's groups; a group without any gets made-up ones."""
    known = {group.key for group in rule.groups}
    chairs = [Chair(code=one.code, group=one.group, unit=one.unit) for one in seats if one.group in known]
    taken, notes = {one.code for one in chairs}, []
    for group in rule.groups:
        if any(one.group == group.key for one in chairs):
            continue
        wanted = max(FEWEST_MADE_UP_SEATS, group.quorum_ballots + 2)
        numbered = (f"{group.name}{n}" for n in range(1, wanted + len(taken) + 1))
        codes = [code for code in numbered if code not in taken][:wanted]
        taken.update(codes)
        chairs += [Chair(code=code, group=group.key, unit="") for code in codes]
        notes.append(f"{group.name}组还没有席位，按{wanted}席示例。".replace("组组", "组"))
    left_out = sorted({one.group for one in seats} - known)
    if left_out:
        count = sum(1 for one in seats if one.group not in known)
        notes.append(f"有{count}席属于“{'、'.join(left_out)}”，这份办法里没有这个组：没有计入，也因此还不能保存这份办法。")
    return tuple(chairs), tuple(notes)


def _line(rule: Rule, package: Package, one: TargetResult) -> TriedLine:
    about = next(target for target in package.targets if target.target == one.target)
    own = dict(one.components)
    return TriedLine(
        place="" if one.rank is None else f"{one.rank}{'（并列）' if one.tied_with else ''}", name=about.name,
        ranking_group=about.ranking_group, total=one.total.published or "—",
        scores=tuple(score.published or "—" for _, score in one.groups),
        dropped=tuple(_dropped(rule, group, one.group(group.key)) for group in rule.groups),
        parts=tuple(_published(rule, own.get(part.key)) for part in rule.components),
        points="" if one.points is None else signed(one.points), because=one.points_because,
        state=_STATES[one.state])


def _published(rule: Rule, value: Fraction | None) -> str:
    return "—" if value is None else printed(value, rule.rounding.places, rule.rounding.mode)


def _dropped(rule: Rule, group: Group, score: GroupScore) -> str:
    """Which papers trimming took away: the seats of a named group, only how many of a secret one."""
    if not rule.trim.wanted or score.exact is None:
        return ""
    if not score.trimmed:
        return "没有去"
    what = "处" if rule.trim.unit is TrimUnit.CRITERION else "张"
    ends = ((word, labels) for word, labels in (("高", score.dropped_high), ("低", score.dropped_low)) if labels)
    if group.secret or rule.trim.unit is TrimUnit.CRITERION:
        return "、".join(f"去{word}{len(labels)}{what}" for word, labels in ends) or "没有去到"
    return "、".join(f"去{word} {' '.join(labels)}" for word, labels in ends) or "没有去到"


def _tie_that_came(sample: Sample, result: Result) -> tuple[str, ...]:
    if sample.alike is None:
        return ()
    first, second = (result.target(key) for key in sample.alike)
    if first.evaluation.exact is None or first.evaluation.exact != second.evaluation.exact:
        return ()
    names = {one.target: one.name for one in sample.package.targets}
    aside = "（回避其中一家的席位，对另一家算弃权）" if sample.set_aside else ""
    return (f"同分：{names[first.target]}和{names[second.target]}得票相当{aside}",)


def _in_names(words: str, package: Package) -> str:
    """The engine speaks in keys; people read names."""
    names = {one.target: one.name for one in package.targets} | {one.key: one.name for one in package.rule.groups}
    for key in sorted(names, key=len, reverse=True):
        words = words.replace(f"“{key}”", f"“{names[key]}”")
    first, colon, rest = words.partition("：")
    return "、".join(names.get(key, key) for key in first.split("、")) + colon + rest
