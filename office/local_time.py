"""The clock on the wall in China: how moments of the database are written for people to read."""

from __future__ import annotations

from datetime import date, datetime

from db.clock import CHINA, day_of

__all__ = ["CHINA", "WEEKDAYS", "clock_time", "day", "day_in_words", "minute", "second"]

WEEKDAYS = "一二三四五六日"


def minute(moment: datetime) -> str:
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def clock_time(moment: datetime) -> str:
    return moment.astimezone(CHINA).strftime("%H:%M:%S")


def second(moment: datetime) -> str:
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def day(moment: datetime) -> date:
    return day_of(moment)


def day_in_words(one: date) -> str:
    return f"{one.year}年{one.month}月{one.day}日 星期{WEEKDAYS[one.weekday()]}"
