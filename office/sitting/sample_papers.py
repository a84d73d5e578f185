"""Made-up ballots for a rule that is being tried out: plausible marks from a seed, and the cases that every hall has.

One paper is missing, one abstains, one seat is recused, and two targets get the very same marks, near the line of an
award, so that the rule's answer to a tie is seen. Whole numbers and fractions only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from scoring.number import plain
from scoring.package import Package
from scoring.rows import BallotRow, ComponentRow, Recusal, Seat, Target
from scoring.rule import AwardEnd, BallotKind, Criterion, Rule
from scoring.sheets import recused_pairs

BEST, SPREAD, LENIENT, NOISE = 950, 190, 20, 25   # thousandths of the full mark
FEWEST_FOR_ODD_CASES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Chair:
    """A seat in the sample, named or secret."""

    code: str
    group: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """`alike` are the two targets with the same marks, `set_aside` whether a recusal from one of them needed an
    abstention on the other; `put_in` says what odd cases are among the papers."""

    package: Package
    put_in: tuple[str, ...]
    alike: tuple[str, str] | None
    set_aside: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Odd:
    """Which (chair, target) sends nothing, abstains, is recused; a ranking paper does so as a whole."""

    missing: frozenset[tuple[str, str]]
    abstained: frozenset[tuple[str, str]]
    recused: frozenset[tuple[str, str]]


def sample_papers(rule: Rule, targets: Sequence[Target], chairs: Sequence[Chair],
                  recusals: Iterable[tuple[str, str]], *, seed: int) -> Sample:
    """A whole package: every chair marks every target, but for the odd cases. `recusals` are (seat, target)."""
    random = Random(seed)
    named = {group.key for group in rule.groups if not group.secret}
    everyone = tuple(Seat(seat=one.code, group=one.group, unit=one.unit, present=True) for one in chairs)
    written = [Recusal(seat=seat, target=target, reason="已登记回避") for seat, target in sorted(recusals)
               if any(one.code == seat for one in chairs)]
    before = recused_pairs(targets, everyone, written)
    alike = _alike(targets, before, random)
    odd, put_in = _odd_cases(rule, targets, chairs, before, alike, named)
    if (marked := _marked_down(rule, targets, alike)) is not None:
        put_in = (*put_in, f"扣分：{marked.name}{rule.deductions[0].name}1次")
    if rule.components:
        put_in = (*put_in, "各分项的得分也是示例")
    made_up = sorted(odd.recused - before)
    merit = _merits(rule, targets, alike, random)
    if rule.ballot.kind is BallotKind.RANKING:
        rows = _ranking_rows(rule, targets, chairs, merit, odd, alike, random, named)
    else:
        rows = _marked_rows(rule, targets, chairs, merit, odd, alike, random, named)
    package = Package(
        rule=rule, targets=tuple(targets), seats=tuple(one for one in everyone if one.group in named),
        ballots=tuple(rows),
        recusals=tuple(one for one in (*written, *(Recusal(seat=s, target=t, reason="示例") for s, t in made_up))
                       if any(chair.code == one.seat and chair.group in named for chair in chairs)),
        components=tuple(_components(rule, targets, merit, alike, random)))
    return Sample(package=package, put_in=put_in, alike=alike,
                  set_aside=any(place in odd.abstained for place in _standing_aside(alike, before)))


def _alike(targets: Sequence[Target], before: frozenset[tuple[str, str]], random: Random) -> tuple[str, str] | None:
    """Two ranked targets of one ranking group, those with the fewest recusals."""
    groups: dict[str, list[str]] = {}
    for one in targets:
        if one.ranked:
            groups.setdefault(one.ranking_group, []).append(one.target)
    largest: list[str] = max(groups.values(), key=len, default=[])
    if len(largest) < 2:
        return None
    random.shuffle(largest)
    first, second = sorted(largest, key=lambda key: sum(target == key for _, target in before))[:2]
    return first, second


def _standing_aside(alike: tuple[str, str] | None, before: frozenset[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Who is recused from one of the two alike abstains on the other, or the two would not be alike."""
    if alike is None:
        return frozenset()
    swapped = dict(zip(alike, reversed(alike), strict=True))
    return frozenset((seat, swapped[target]) for seat, target in before if target in swapped) - before


def _odd_cases(rule: Rule, targets: Sequence[Target], chairs: Sequence[Chair], before: frozenset[tuple[str, str]],
               alike: tuple[str, str] | None, named: set[str]) -> tuple[_Odd, tuple[str, ...]]:
    """In the largest named group, or the largest of all, if it has chairs to spare; never about the two alike."""
    names = {one.target: one.name for one in targets}
    groups = sorted((group for group in rule.groups), key=lambda group: (
        group.key in named, sum(one.group == group.key for one in chairs)), reverse=True)
    group = next((one for one in groups
                  if sum(chair.group == one.key for chair in chairs) >= FEWEST_FOR_ODD_CASES), None)
    others = [one.target for one in targets if one.target not in (alike or ())]
    aside = _standing_aside(alike, before)
    if rule.ballot.kind is not BallotKind.RANKING and (group is None or not others):
        return _Odd(missing=frozenset(), abstained=aside, recused=before), _said_before(before, names)
    free = [one.code for one in chairs if group is not None and one.group == group.key]
    spots = [others[n % len(others)] for n in range(3)] if others else []
    picked: list[tuple[str, str]] = []
    for spot in spots:
        seat = next((code for code in reversed(free) if (code, spot) not in before), None)
        if seat is not None:
            free.remove(seat)
            picked.append((seat, spot))
    if rule.ballot.kind is BallotKind.RANKING:
        known = {one.code for one in chairs if one.group in named}   # a secret paper is counted whole: nobody knows whose
        return _odd_rankings(chairs, [seat for seat, _ in picked],
                             {seat for seat, target in before if target in (alike or ()) and seat in known},
                             before, names)
    assert group is not None
    missing, abstained = frozenset(picked[:1]), frozenset(picked[1:2])
    recused = before if before or group.key not in named else frozenset(picked[2:3])
    said = [f"{word}：{seat}席对{names[target]}" for word, pairs in (("未交", missing), ("弃权", abstained))
            for seat, target in pairs]
    if not before:
        said += [f"回避：{seat}席对{names[target]}" for seat, target in recused]
    return _Odd(missing=missing, abstained=abstained | aside, recused=recused), (*said, *_said_before(before, names))


def _odd_rankings(chairs: Sequence[Chair], picked: Sequence[str], aside: set[str],
                  before: frozenset[tuple[str, str]], names: Mapping[str, str]) -> tuple[_Odd, tuple[str, ...]]:
    """Whole papers: one is missing, who is recused from one of the two alike abstains, and an even number of papers
    remains in every group for the pair to tie; somebody abstains in any case where there are enough.
    """
    missing = set(picked[:1]) - aside
    abstained = aside & {one.code for one in chairs}
    for key in dict.fromkeys(one.group for one in chairs):
        left = [one.code for one in chairs if one.group == key and one.code not in missing | abstained]
        wanted = len(left) % 2 or (2 if not abstained and len(left) >= FEWEST_FOR_ODD_CASES else 0)
        abstained.update(left[len(left) - wanted:] if len(left) > wanted else ())
    said = [f"{word}：{'、'.join(sorted(who))}席整张票" for word, who in (("未交", missing), ("弃权", abstained)) if who]
    return (_Odd(missing=frozenset((seat, target) for seat in missing for target in names),
                 abstained=frozenset((seat, target) for seat in abstained for target in names), recused=before),
            (*said, *_said_before(before, names)))


def _said_before(before: frozenset[tuple[str, str]], names: Mapping[str, str]) -> tuple[str, ...]:
    if not before:
        return ()
    seat, target = min(before)
    return (f"回避：{seat}席对{names[target]}{f'等{len(before)}处' if len(before) > 1 else ''}（本场的回避）",)


def _merits(rule: Rule, targets: Sequence[Target], alike: tuple[str, str] | None, random: Random) -> dict[str, int]:
    """How good each target is, in thousandths; the two alike stand across the line of the first award from the top."""
    order = [one.target for one in targets]
    random.shuffle(order)
    if alike is not None:
        line = next((award.k for award in rule.awards if award.end is AwardEnd.TOP), len(order) // 2)
        order = [key for key in order if key not in alike]
        at = max(0, min(line - 1, len(order)))
        order[at:at] = alike
    step = SPREAD // max(1, len(order) - 1)
    merit = {key: BEST - n * step for n, key in enumerate(order)}
    if alike is not None:
        merit[alike[1]] = merit[alike[0]]
    return merit


def _marked_rows(rule: Rule, targets: Sequence[Target], chairs: Sequence[Chair], merit: Mapping[str, int], odd: _Odd,
                 alike: tuple[str, str] | None, random: Random, named: set[str]) -> Iterable[BallotRow]:
    """Points and grades: a line a chair and target."""
    criteria: tuple[Criterion | None, ...] = rule.criteria or (None,)
    marks = [{share: _mark(rule, one, share) for share in range(1001)} for one in criteria]
    for chair in chairs:
        lenient, own = random.randint(-LENIENT, LENIENT), {}
        for one in targets:
            own[one.target] = [max(0, min(1000, merit[one.target] + lenient + random.randint(-NOISE, NOISE)))
                               for _ in criteria]
        if alike is not None:
            own[alike[1]] = own[alike[0]]
        for key, shares in own.items():
            place = (chair.code, key)
            if place in odd.missing or place in odd.recused:
                continue
            if place in odd.abstained:
                yield _row(chair, key, "abstain", "", "", named)
                continue
            for criterion, mark, share in zip(criteria, marks, shares, strict=True):
                yield _row(chair, key, "submitted", criterion.key if criterion else "", mark[share], named)


def _mark(rule: Rule, criterion: Criterion | None, share: int) -> str:
    """A mark on the ballot's step, or the grade, that stands for so many thousandths of the full mark."""
    if criterion is None:
        return rule.grades[min(len(rule.grades) - 1, (1000 - share) * len(rule.grades) // 500)].key
    low, step = rule.ballot.min, rule.ballot.step
    steps = (criterion.max - low) * share / (1000 * step)
    return plain(low + (steps.numerator // steps.denominator) * step)


def _ranking_rows(rule: Rule, targets: Sequence[Target], chairs: Sequence[Chair], merit: Mapping[str, int], odd: _Odd,
                  alike: tuple[str, str] | None, random: Random, named: set[str]) -> Iterable[BallotRow]:
    """Whole papers. Papers come in pairs that swap the two alike, so that neither is ahead of the other."""
    swapped = dict(zip(alike, reversed(alike), strict=True)) if alike else {}
    for group in dict.fromkeys(one.group for one in chairs):
        order: list[str] = []
        for chair in (one for one in chairs if one.group == group):
            state = (chair.code, targets[0].target)
            if state in odd.missing:
                continue
            if state in odd.abstained:
                yield from (_row(chair, one.target, "abstain", "", "", named) for one in targets)
                continue
            if order:
                paper, order = [swapped.get(key, key) for key in order], []
            else:
                order = sorted(merit, key=lambda key: merit[key] + random.randint(-3 * NOISE, 3 * NOISE), reverse=True)
                paper = order
            yield from (_row(chair, key, "submitted", "", str(place), named) for place, key in enumerate(paper, 1))


def _row(chair: Chair, target: str, state: str, criterion: str, value: str, named: set[str]) -> BallotRow:
    who = (("", chair.code) if chair.group in named else (chair.code, ""))
    return BallotRow(ballot=who[0], group=chair.group, seat=who[1], target=target, version="1", state=state,
                     criterion=criterion, value=value, received_at="")


def _components(rule: Rule, targets: Sequence[Target], merit: Mapping[str, int], alike: tuple[str, str] | None,
                random: Random) -> Iterable[ComponentRow]:
    """Made-up values of what is not balloted; the first target that is not one of the two alike gets one deduction."""
    for part in rule.components:
        if part.key == "evaluation":
            continue
        shares = {one.target: merit[one.target] + random.randint(-NOISE, NOISE) for one in targets}
        if alike is not None:
            shares[alike[1]] = shares[alike[0]]
        for key, share in shares.items():
            tenths = part.max * share / 100
            yield ComponentRow(target=key, component=part.key,
                               value=plain(Fraction(tenths.numerator // tenths.denominator, 10)))
    marked = _marked_down(rule, targets, alike)
    if marked is not None:
        yield ComponentRow(target=marked.target, component=rule.deductions[0].key, value="1")


def _marked_down(rule: Rule, targets: Sequence[Target], alike: tuple[str, str] | None) -> Target | None:
    """Who gets the one deduction of the sample: nobody of the two alike."""
    return next((one for one in targets if one.target not in (alike or ())), None) if rule.deductions else None
