"""Days and times as people here write them: Beijing time, whatever clock the server keeps."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))


def day_of(moment: datetime) -> date:
    """The day it is here at this moment."""
    return moment.astimezone(CHINA).date()


def words_of(moment: datetime) -> str:
    """`2019-04-23 16:05`."""
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
