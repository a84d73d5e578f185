"""Looking up a receipt code in the public list: counted, replaced by a later paper, or not there.

A code says which target a ballot was for (of one paper for several, that it is one), never what is on it or whose it
is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

Listed = Sequence[tuple[str, str, bool]]  # (code, target's name, counted), as hall.outcome.results.receipts gives them


class Found(StrEnum):
    COUNTED = "counted"
    REPLACED = "replaced"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    found: Found
    words: str


def written(asked: str) -> str:
    """A code as people type it, as it is printed: `7q2k m4` is `7Q2K-M4`."""
    code = "".join(ch for ch in asked.upper() if ch.isalnum())[:12]
    return f"{code[:4]}-{code[4:]}" if len(code) > 4 else code


def look_up(listed: Listed, asked: str) -> Answer | None:
    """What became of the ballot with this code; None when nothing was asked."""
    code = written(asked)
    if not code:
        return None
    counted = [name for one, name, is_counted in listed if one == code and is_counted]
    if counted:
        return Answer(found=Found.COUNTED, words=f"您的回执码 {code} 已计入：{'、'.join(counted)}。")
    replaced = [name for one, name, _ in listed if one == code]
    if replaced:
        return Answer(found=Found.REPLACED,
                      words=f"回执码 {code} 已被同一席位后来的修改代替（{'、'.join(replaced)}），以后一张为准。")
    return Answer(found=Found.UNKNOWN,
                  words=f"公布的回执码里没有 {code}。请核对票上的六位字母和数字；作废的轮次不在其中。")


def by_target(listed: Listed, names: Sequence[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The list as it is published: codes by target, in the order of the ranking."""
    codes: dict[str, list[str]] = {name: [] for name in names}
    for code, name, is_counted in listed:
        codes.setdefault(name, []).append(code if is_counted else f"{code}（已改）")
    return tuple((name, tuple(own)) for name, own in codes.items() if own)
