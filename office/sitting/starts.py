"""Rules to start from (底稿): the sample's and the published ones that ship with the rulebook.

Each says where it comes from and what in it is ours: no rule here is in force anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from office.sitting.preparation import example_rule
from scoring.templates import templates


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """`source` is what is published; `ours` what the source leaves open and the text fills in or leaves out."""

    key: str
    title: str
    source: str
    ours: str
    toml: str


def starts() -> tuple[Start, ...]:
    """The sample's rule first, then the published ones in their own order."""
    sample = Start(
        key="example", title="示例办法（温州县区比拼现场）",
        source="公开报道只说：比质量、位次、创新、项目、环境、担当，由市领导、市直部门和社会各界代表打分，好的加分、差的扣分",
        ours="票面、权重、有效票数、去高去低、加扣分和封顶都是示例，请按本地文件改。", toml=example_rule())
    return (sample, *(Start(key=one.key, title=one.title, source=one.source, ours=_ours(one.toml), toml=one.toml)
                      for one in templates()))


def start_text(key: str) -> str:
    """The rule file of one start."""
    return next(one.toml for one in starts() if one.key == key)


def _ours(toml: str) -> str:
    """A template says in comments what its source leaves open."""
    said = [line.removeprefix("#").strip() for line in toml.splitlines() if line.startswith("#")]
    return "".join(said) or "各项照公布的办法，没有另加；评委组的名称和是否无记名请核对。"
