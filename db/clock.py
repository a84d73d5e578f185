"""Times as the tables keep them: UTC text in ISO 8601, to the millisecond, so that text sorts as time does.

A day is a day in China: what is entered at three in the morning there is not entered yesterday.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))


def text_of(moment: datetime) -> str:
    """`2019-04-23T01:30:00.000Z` of an aware datetime; a naive one is a mistake of ours."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def day_of(moment: datetime) -> date:
    return moment.astimezone(CHINA).date()


def moment_of(written: str) -> datetime:
    return datetime.fromisoformat(written)


def maybe_moment(written: str | None) -> datetime | None:
    return None if written is None else moment_of(written)
