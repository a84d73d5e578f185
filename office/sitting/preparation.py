"""Reading for the preparation page: the register, the agenda, the rule as text, and where a new sitting starts from.

Writing is `office.sitting.sittings` and `office.sitting.mending`; pasted lines are `office.sheets.pasted`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from db.engine import Connection, Database
from db.reads import results as result_reads
from db.reads import segments as segment_reads
from db.reads import sittings as reads
from db.values import Declaration, Sitting, Target, Unit
from office.points import signed
from office.refusal import NotFound
from office.sitting.agenda_templates import fault_of, planned
from office.sitting.begun import has_begun
from office.sitting.plan import PlannedSeat, PlannedSegment, PlannedTarget, PlannedUnit, SittingPlan
from scoring.number import percent, plain
from scoring.rule import Fault, Rule, RuleRefused, read_rule, rule_in_words

EXAMPLE_RULE = Path(__file__).resolve().parent.parent.parent / "sample_sessions" / "wenzhou_county_2019q1" / "rule.toml"
_VERSION = re.compile(r"^(version[ \t]*=[ \t]*)[0-9]+", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """One sitting as the preparation page needs it beside the hall's snapshot."""

    sitting: Sitting
    units: tuple[Unit, ...]
    agenda: tuple[Target, ...]
    components: dict[tuple[str, str], str]
    rule: Rule
    rule_toml: str
    rule_version: int
    rule_locked: bool
    begun: bool
    published: bool

    @property
    def parts(self) -> tuple[tuple[str, str], ...]:
        """(key, label) of what of the total is not balloted, and after it the deductions, which are counted."""
        rule = self.rule
        return (*((part.key, f"{part.key}（占{percent(part.weight)}，满分{plain(part.max)}）")
                  for part in rule.components if part.key != "evaluation"),
                *((one.key, f"{one.name}（次数，每次{signed(one.points)}）") for one in rule.deductions))

    def unit_name(self, key: str) -> str:
        return next((one.name for one in self.units if one.key == key), key)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCheck:
    """A rule as typed: what is wrong with it, or what it says."""

    faults: tuple[Fault, ...] = ()
    sentences: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.faults


def prepared(database: Database, sitting: str) -> Prepared:
    with database.reading() as c:
        found = _found(c, sitting)
        toml, version, locked = reads.rule_text(c, found.id)
        return Prepared(
            sitting=found, units=reads.units(c), agenda=reads.targets(c, found.id),
            components={(target, component): value for target, component, value in reads.components(c, found.id)},
            rule=read_rule(toml.encode()),
            rule_toml=toml, rule_version=version, rule_locked=locked, begun=has_begun(c, found.id),
            published=bool(result_reads.publication_count(c, found.id)))


def registered_units(database: Database) -> tuple[Unit, ...]:
    with database.reading() as c:
        return reads.units(c)


def check_rule(toml: str) -> RuleCheck:
    """Every fault of a rule, or its sentences."""
    try:
        return RuleCheck(sentences=rule_in_words(read_rule(toml.encode())))
    except RuleRefused as refused:
        return RuleCheck(faults=refused.faults)


def with_version(toml: str, version: int) -> str:
    """The same rule under another version number; unchanged where it states none."""
    return _VERSION.sub(rf"\g<1>{version}", toml, count=1)


def example_rule() -> str:
    """The rule of the Wenzhou county sample, as a start."""
    return EXAMPLE_RULE.read_text(encoding="utf-8")


def new_plan(database: Database, *, key: str, title: str, arena: str, period: str, held_on: date, place: str,
             note: str, ballot_mode: str, seconds: int, grace_seconds: int, desk_check_in: bool,
             like: str = "", with_roster: bool = False, with_declarations: bool = False) -> SittingPlan:
    """A new sitting with the rule and the segments of an earlier one (or the example), and its agenda and seats if wished.

    Badges, recusals, parts of the total and results are never carried over: they belong to their own quarter. What
    units declared is, if asked for, and without the numbers that its commitments got on the list.
    """
    units: tuple[PlannedUnit, ...] = ()
    targets: tuple[PlannedTarget, ...] = ()
    seats: tuple[PlannedSeat, ...] = ()
    declarations: dict[str, Declaration] = {}
    segments: tuple[PlannedSegment, ...] = ()
    if like:
        with database.reading() as c:
            found = _found(c, like)
            toml = with_version(reads.rule_text(c, found.id)[0], 1)
            segments = planned(segment_reads.segments(c, found.id))
            if fault_of(segments, ballot_mode) is not None:  # of another way of balloting
                segments = ()
            if with_roster:
                units = tuple(PlannedUnit(key=one.key, name=one.name, kind=one.kind, parent=one.parent)
                              for one in reads.units(c))
                targets = tuple(
                    PlannedTarget(key=one.key, name=one.name, unit=one.unit, presenter=one.presenter,
                                  ranking_group=one.ranking_group, ranked=one.ranked, speaks=one.speaks,
                                  route=one.route)
                    for one in reads.targets(c, found.id))
                seats = tuple(PlannedSeat(code=one.code, group=one.group, name=one.name, unit=one.unit, route=one.route)
                              for one in reads.seats(c, found.id))
            if with_roster and with_declarations:
                declarations = {target: _unlisted(one) for target, one in reads.declarations(c, found.id).items()}
    else:
        toml = example_rule()
    return SittingPlan(
        key=key.strip(), title=title.strip(), arena=arena.strip(), period=period.strip(), held_on=held_on,
        place=place.strip(), note=note.strip(), ballot_mode=ballot_mode, seconds=seconds, grace_seconds=grace_seconds,
        desk_check_in=desk_check_in, rule_toml=toml, units=units, targets=targets, seats=seats,
        declarations=declarations, segments=segments)


def _unlisted(stated: Declaration) -> Declaration:
    """As it was said, before its commitments were on a list."""
    return Declaration(shortcomings=tuple(
        replace(one, commitments=tuple(replace(promise, number=None) for promise in one.commitments))
        for one in stated.shortcomings))


def proposed_key(held_on: date, taken: set[str]) -> str:
    """A key for a new sitting, from its date."""
    stem, n = f"sitting-{held_on.isoformat()}", 1
    while (key := stem if n == 1 else f"{stem}-{n}") in taken:
        n += 1
    return key


def _found(c: Connection, key: str) -> Sitting:
    found = reads.sitting(c, key)
    if found is None:
        raise NotFound(f"没有场次“{key}”。")
    return found
