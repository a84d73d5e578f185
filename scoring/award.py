"""From places and scores to points: awards by place from either end, bands by score; all that apply add up.

Awards never use the ranking method: they count who is strictly above (from the bottom: strictly below) and how many
are level. Points are exact; a shared place under `split` may be worth thirds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoring.number import plain, rounded
from scoring.rank import Place
from scoring.result import CannotTally
from scoring.rule import Award, AwardEnd, AwardPolicy, Basis, Rule
from scoring.words import listed, quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    points: Fraction
    because: tuple[str, ...]


def award_points(rule: Rule, places: Sequence[Place], totals: Mapping[str, Fraction]) -> dict[str, Points]:
    """Points of everyone in one ranking group; raises CannotTally on a tie that `tie_break` may not leave."""
    earned: dict[str, list[tuple[Fraction, str]]] = {place.target: [] for place in places}
    for award in rule.awards:
        if len(places) < award.min_units:
            continue
        for place in places:
            points = _at_place(award, place)
            if points is not None:
                earned[place.target].append((points, f"{award.end} {award.k}, {award.policy}"))
    if rule.bands:
        for place in places:
            earned[place.target].append(_in_band(rule, totals[place.target]))
    return {
        target: Points(
            points=sum((points for points, _ in gains), Fraction(0)),
            because=tuple(because for _, because in gains),
        )
        for target, gains in earned.items()
    }


def _at_place(award: Award, place: Place) -> Fraction | None:
    """What an award gives at a place; None where it does not reach."""
    ahead = place.above if award.end is AwardEnd.TOP else place.below
    if ahead >= award.k:
        return None
    last = ahead + place.level
    match award.policy:
        case AwardPolicy.STRICT:
            return award.points_at(ahead + 1) if last <= award.k else None
        case AwardPolicy.SPLIT:
            filled = sum((award.points_at(n) for n in range(ahead + 1, min(last, award.k) + 1)), Fraction(0))
            return filled / place.level
        case AwardPolicy.TIE_BREAK if last > award.k:
            names = listed(quoted(target) for target in sorted((place.target, *place.tied_with)))
            end = "前" if award.end is AwardEnd.TOP else "后"
            where = f"{names}在{end}{award.k}名的线上并列，比完各项仍分不出"
            raise CannotTally(f"{where}，请加赛、重投或改办法的 awards.policy")
        case _:
            return award.points_at(ahead + 1)


def _in_band(rule: Rule, total: Fraction) -> tuple[Fraction, str]:
    score = total
    if rule.bands[0].compare is Basis.PUBLISHED:
        score = rounded(total, rule.rounding.places, rule.rounding.mode)
    floors = sorted((band.min, band.points) for band in rule.bands if band.min is not None)
    reached = [(floor, points) for floor, points in floors if floor <= score]
    if reached:
        floor, points = reached[-1]
        return points, f"band >= {plain(floor)}"
    bottom = next(band.points for band in rule.bands if band.min is None)
    return bottom, f"band < {plain(floors[0][0])}" if floors else "band of all"
