"""How firm is each place? Judges are drawn anew inside their groups and the whole official count is made again.

The interval of a place holds 95 % of the draws (1, 2, 2, 4 ranks). Nine judges or fewer: every possible draw with its
probability; more: `resamples` draws seeded by the hash of the ballots, so that two people get the same picture.
Groups of fewer than four judges are too few to tell, and the answer is None. Beside it stands the plain fact for each
pair of neighbours: how many judges put the one above the other. Indicative only: near-ties make such intervals shaky.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement, pairwise
from math import factorial

import numpy as np

from advisory.panels import Hall
from advisory.places import Contest, contest_of, places_of
from advisory.quantiles import ratio
from advisory.table import Floats, Table
from scoring.package import Package
from scoring.tally import Working

LEAST_JUDGES = 4
ENUMERATED = 9
TAIL = 0.025
SETTLED = 0.9  # a place must exist in this share of the draws
CELLS_AT_ONCE = 1 << 17
WHOLE = 1e-12

Progress = Callable[[float], None]
Interval = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Neighbours in the official order, and the judges who scored both; `share` is judges_above over all of them."""

    above: str
    below: str
    judges_above: int
    judges_equal: int
    judges_below: int
    share: float | None


def rank_intervals(
    package: Package, working: Working, *, resamples: int, progress: Progress
) -> dict[str, Interval | None]:
    """The interval of each target's place; None where it has no place, no rival, or too few judges stand behind it."""
    intervals: dict[str, Interval | None] = {target: None for target in sorted(working.counts)}
    contest = contest_of(package, working)
    if not _enough(contest):
        return intervals
    hall = contest.hall
    tally = np.zeros((len(hall.targets), len(hall.targets) + 1))
    width = max(1, CELLS_AT_ONCE // (len(hall.targets) * len(hall.judges)))
    for panels, chances, done in _draws(package, hall, resamples, width):
        places, _ = places_of(contest, panels)
        for t, row in enumerate(places):
            tally[t] += np.bincount(row, weights=chances, minlength=tally.shape[1])
        progress(done)
    for members in contest.ranking_groups:
        for t in members.tolist() if len(members) > 1 else ():
            intervals[hall.targets[t]] = _interval(tally[t, 1:])
    return intervals


def _enough(contest: Contest) -> bool:
    """Someone is drawn, there is somebody to rank, and no group that weighs is too small to draw from."""
    hall, groups = contest.hall, contest.rule.groups
    small = any(groups[g].weight and len(hall.judges[g]) < LEAST_JUDGES for g in hall.drawn)
    return bool(hall.drawn) and not small and any(len(members) > 1 for members in contest.ranking_groups)


def _interval(chances: Floats) -> Interval | None:
    """The smallest places by which 2.5 % and 97.5 % of the chance is reached; `chances` sum to 1 over all draws."""
    reached = np.cumsum(chances)
    if not len(reached) or reached[-1] < SETTLED:
        return None
    share = reached / reached[-1]
    low, high = (int(np.argmax(share >= bound - WHOLE)) + 1 for bound in (TAIL, 1 - TAIL))
    return low, high


Draw = tuple[list[Floats], Floats, float]


def _draws(package: Package, hall: Hall, resamples: int, width: int) -> Iterator[Draw]:
    """Panels by group, the chance of each, and the share of all draws that is done with them; `width` at a time."""
    sizes = {g: len(hall.judges[g]) for g in hall.drawn}
    if sum(sizes.values()) <= ENUMERATED:
        whole, chances = every_draw(list(sizes.values()))
        total = len(chances)
        pieces = ([panel[:, i : i + width] for panel in whole] for i in range(0, total, width))
        parts = [chances[i : i + width] for i in range(0, total, width)]
    else:
        total = resamples
        streams = [Stream(package.ballots_sha256, g, size) for g, size in sizes.items()]
        widths = [min(width, total - i) for i in range(0, total, width)]
        pieces = ([stream.panels(n) for stream in streams] for n in widths)
        parts = [np.full(n, 1 / total) for n in widths]
    done = 0
    for piece, chance in zip(pieces, parts, strict=True):
        panels = [np.ones((size, 1)) for size in hall.places]
        for g, panel in zip(sizes, piece, strict=True):
            panels[g] = panel
        done += len(chance)
        yield panels, chance, done / total


class Stream:
    """Draws with replacement from one group, the same whoever asks and however many at a time.

    Made from the raw words of the generator: numpy keeps those for ever, and may change how its methods use them.
    """

    def __init__(self, seed: str, group: int, size: int) -> None:
        self.bits = np.random.PCG64(np.random.SeedSequence([int(seed, 16), group]))
        self.size = size

    def panels(self, count: int) -> Floats:
        """How often each judge is drawn: judges x panels."""
        words = self.bits.random_raw(count * self.size) >> np.uint64(32)
        judge = (words * np.uint64(self.size) >> np.uint64(32)).astype(np.int64)
        panel = np.repeat(np.arange(count), self.size)
        seats = np.bincount(judge * count + panel, minlength=self.size * count)
        return seats.reshape(self.size, count).astype(np.float64)


def every_draw(sizes: Sequence[int]) -> tuple[list[Floats], Floats]:
    """All draws with replacement inside groups of these sizes, as panels by group, with the probability of each."""
    panels: list[Floats] = []
    chances = np.ones(1)
    for size in sizes:
        own, chance = _multisets(size)
        panels = [np.repeat(panel, len(chance), axis=1) for panel in panels]
        panels.append(np.tile(own, len(chances)))
        chances = np.repeat(chances, len(chance)) * np.tile(chance, len(chances))
    return panels, chances


def _multisets(size: int) -> tuple[Floats, Floats]:
    """Judges x multisets: how often each is in it; and size! / prod(times!) / size^size."""
    drawn = np.array(list(combinations_with_replacement(range(size), size)), dtype=np.int64)
    times = (drawn[:, :, None] == np.arange(size)).sum(axis=1)
    factorials = np.array([factorial(k) for k in range(size + 1)], dtype=np.float64)
    chance = factorial(size) / factorials[times].prod(axis=1) / float(size**size)
    return times.T.astype(np.float64), chance


def pairs_of_neighbours(table: Table, order: Sequence[str], ranking_group: dict[str, str]) -> tuple[Pair, ...]:
    """Each target and the next in the official order of its ranking group."""
    column = dict(zip(table.targets, table.totals.T, strict=True))
    pairs = []
    for above, below in pairwise(order):
        if ranking_group[above] != ranking_group[below]:
            continue
        difference = column[above] - column[below]
        difference = difference[~np.isnan(difference)]
        better = int((difference > 0).sum())
        pairs.append(
            Pair(
                above=above,
                below=below,
                judges_above=better,
                judges_equal=int((difference == 0).sum()),
                judges_below=int((difference < 0).sum()),
                share=ratio(better, len(difference)),
            )
        )
    return tuple(pairs)
