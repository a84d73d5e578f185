"""Bands as places published them, and our own; each is a setting to start from, none is a standard.

Yinchuan's is here as it was printed (rows, not `Bands`: it has a gap) and as it can be used, with the gap filled in.
"""

from fractions import Fraction

from scoring.bands import Band, Bands, Measure, Pace


def _at(number: int) -> Fraction:
    return Fraction(number)


OURS = Bands(
    name="通用四档",
    measure=Measure.POINTS_BEHIND,
    bands=(
        Band(pace=Pace.AHEAD, high=_at(-10), high_in=True),
        Band(pace=Pace.ON_TRACK, low=_at(-10), low_in=False, high=_at(5), high_in=True),
        Band(pace=Pace.WARNING, low=_at(5), low_in=False, high=_at(20), high_in=True),
        Band(pace=Pace.BEHIND, low=_at(20), low_in=False),
    ),
)
# Yinchuan 2025: on schedule green, 10 to 30 points behind yellow, more red. Between 0 and 10: nothing is said.
YINCHUAN_PRINTED = (
    Band(pace=Pace.ON_TRACK, high=_at(0), high_in=True),
    Band(pace=Pace.WARNING, low=_at(10), high=_at(30), high_in=True),
    Band(pace=Pace.BEHIND, low=_at(30), low_in=False),
)
YINCHUAN_FILLED = Bands(
    name="银川（0至10补为正常）",
    measure=Measure.POINTS_BEHIND,
    bands=(Band(pace=Pace.ON_TRACK, high=_at(10)), *YINCHUAN_PRINTED[1:]),
)
# Sanya 2022: on schedule green, up to 50 % below it yellow, more red.
SANYA = Bands(
    name="三亚",
    measure=Measure.SHARE_BEHIND,
    bands=(
        Band(pace=Pace.ON_TRACK, high=_at(0), high_in=True),
        Band(pace=Pace.WARNING, low=_at(0), low_in=False, high=_at(50), high_in=True),
        Band(pace=Pace.BEHIND, low=_at(50), low_in=False),
    ),
)
# Xinhuang 2015: under 80 % of the month watched, under 60 % a yellow card.
XINHUANG = Bands(
    name="新晃",
    measure=Measure.SHARE_DONE,
    bands=(
        Band(pace=Pace.BEHIND, high=_at(60)),
        Band(pace=Pace.WARNING, low=_at(60), high=_at(80)),
        Band(pace=Pace.ON_TRACK, low=_at(80)),
    ),
)
PRESETS = (OURS, YINCHUAN_FILLED, SANYA, XINHUANG)
