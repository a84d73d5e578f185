"""The view of an item is its replay, and its light by days is the light that the rule gives on each of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from db.item_lights import stretches
from scoring.bands import Band, Bands, Measure, Pace
from scoring.commitment import Event, Kind, Target
from scoring.life import replay
from scoring.lights import LightRule, light_of
from scoring.schedule import Step

START = date(2026, 1, 5)


def event(kind: Kind, day: int, **more: object) -> Event:
    on = START + timedelta(days=day)
    return Event(kind=kind, at=datetime(on.year, on.month, on.day, 3, tzinfo=UTC), on=on,
                 **{"by": "某人", **more})  # type: ignore[arg-type]


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Event], LightRule]:
    """An item with a deadline or none, some reports, perhaps parked, perhaps asked to be closed."""
    term = draw(st.one_of(st.none(), st.integers(0, 200)))
    target = Target(value=Fraction(100), measure="家") if draw(st.booleans()) else None
    told = [event(Kind.LISTED, 0, number="1", unit="u", target=target, starts_on=START - timedelta(days=draw(st.integers(0, 40))),
                  deadline=None if term is None else START + timedelta(days=term)),
            event(Kind.ACCEPTED, 1)]
    day = 1
    for _ in range(draw(st.integers(0, 3))):
        day += draw(st.integers(0, 60))
        told.append(event(Kind.REPORTED, day, **draw(st.sampled_from((
            {"text": "在办"}, {"share": Fraction(1, 3)}, {"share": Fraction(1)}, {"value": Fraction(30)})))))
    match draw(st.sampled_from(("", "parked", "asked", "failed", "extension", "withdrawn"))):
        case "parked":
            told.append(event(Kind.PARKED, day, text="规划未批", due=START + timedelta(days=day + 30)))
        case "asked":
            told.append(event(Kind.CLOSURE_ASKED, day, evidence=("a" * 64,)))
        case "failed":
            told += [event(Kind.CLOSURE_ASKED, day, evidence=("a" * 64,)),
                event(Kind.CHECKED, day + 2, by="督查组", passed=False, text="没做完")]
        case "extension" if term is not None and day <= term:
            told.append(event(Kind.EXTENSION_ASKED, day, deadline=START + timedelta(days=term + 90), text="来不及"))
        case "withdrawn":
            told.append(event(Kind.WITHDRAWN, day, text="重复"))
    return told, LightRule(soon_days=draw(st.integers(0, 30)), fresh_days=draw(st.integers(0, 60)),
                           step=draw(st.sampled_from(Step)))


@settings(max_examples=150, deadline=None)
@given(histories(), st.integers(-60, 400))
def test_the_light_by_days_is_the_light_of_each_day(history, day):
    told, rule = history
    item = replay(told)
    assert item is not None
    on = START + timedelta(days=day)
    rows = stretches(item, item.share, rule)
    lit = light_of(item, max(on, min(item.since, item.starts_on)), rule)

    assert [one.from_day for one in rows[1:]] == [one.until_day for one in rows[:-1]]
    assert (rows[0].from_day, rows[-1].until_day) == ("0001-01-01", "9999-12-31")
    found = [one.light for one in rows if one.from_day <= on.isoformat() < one.until_day]
    assert found == [lit.light.value if lit else "off_the_list"]


def test_a_light_that_comes_back_is_seen_to_go():
    bands = Bands(name="过快也预警", measure=Measure.POINTS_BEHIND, bands=(
        Band(pace=Pace.WARNING, high=Fraction(-20)), Band(pace=Pace.ON_TRACK, low=Fraction(-20), high=Fraction(10)),
        Band(pace=Pace.WARNING, low=Fraction(10))))
    item = replay([event(Kind.LISTED, 0, number="1", unit="u", deadline=START + timedelta(days=99)), event(Kind.ACCEPTED, 0),
                   event(Kind.REPORTED, 0, share=Fraction(1, 2))])
    assert item is not None
    lights = [(one.light, one.from_day) for one in stretches(item, item.share, LightRule(bands=bands, fresh_days=0))]

    assert [light for light, _day in lights] == ["warning", "on_track", "warning", "overdue"]
    assert lights[1][1] == (START + timedelta(days=29)).isoformat()  # 30 of 100 days: 20 points ahead


def test_work_that_falls_behind_just_before_its_deadline_is_seen_also_where_an_extension_is_waiting():
    told = [event(Kind.LISTED, 0, number="1", unit="u", deadline=START + timedelta(days=100)), event(Kind.ACCEPTED, 1),
            event(Kind.REPORTED, 80, share=Fraction(93, 100)),
            event(Kind.EXTENSION_ASKED, 95, deadline=START + timedelta(days=130), text="来不及")]
    item = replay(told)
    assert item is not None
    rows = stretches(item, item.share, LightRule())

    for n in range(90, 112):
        on = START + timedelta(days=n)
        lit = light_of(item, on)
        assert lit is not None
        assert [one.light for one in rows if one.from_day <= on.isoformat() < one.until_day] == [lit.light.value], on
