"""The difference report: what was published against what a recount gives.

Only `targets` and `order` are compared, value by value and type by type; each difference is one Chinese sentence with
the path of the value in the printed JSON.
"""

from collections.abc import Iterator
from typing import Any

from scoring.words import quoted

MOST = 200


def differences(published: dict[str, Any], recounted: dict[str, Any]) -> list[str]:
    """Sentences about what differs, at most 200; empty when the publication holds."""
    found: list[str] = []
    for key in ("targets", "order"):
        for path, was, now in _differ(key, published.get(key), recounted[key]):
            found.append(f"{path}：公布的是{_shown(was)}，复算得{_shown(now)}。")
            if len(found) == MOST:
                return [*found, "其余差异从略。"]
    return found


class _Absent:
    pass


ABSENT = _Absent()


def _differ(path: str, was: Any, now: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(was, dict) and isinstance(now, dict):
        for key in [*now, *(key for key in was if key not in now)]:
            yield from _differ(f"{path}.{key}", was.get(key, ABSENT), now.get(key, ABSENT))
    elif type(was) is not type(now) or was != now:
        yield path, was, now


def _shown(value: Any) -> str:
    if value is ABSENT:
        return "没有这一项"
    if value is None:
        return "空"
    if isinstance(value, list):
        simple = all(isinstance(item, str) for item in value)
        return "空列表" if not value else quoted("、".join(value)) if simple else f"{len(value)}项"
    if isinstance(value, dict):
        return f"{len(value)}项"
    return quoted(value)
