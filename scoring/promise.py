"""Is a promise one that can be checked? What is missing is pointed out when it is entered; nothing is refused.

A promise that can be checked says how much, of what, and by when. Words such as “加快” or “进一步” say none of it.
"""

import re
from datetime import date
from fractions import Fraction

VAGUE = ("进一步", "加快", "推进", "推动", "加强", "强化", "提升", "完善", "优化", "深化", "积极", "努力", "大力", "力争", "争取",
         "有序", "逐步", "基本", "持续", "稳步", "全力")
VAGUE_TIMES = ("尽快", "尽早", "近期", "适时", "早日", "择机", "抓紧")
_UNITS = "个|项|家|户|人|件|处|座|条|公里|千米|米|亩|公顷|平方|㎡|吨|亿|万|元|台|套|所|次|天|成|倍|％|%|个百分点|名|位|批|场|份|辆|宗"
_COUNTED = re.compile(rf"[0-9０-９]|百分之|[一二三四五六七八九十百千两]+余?多?(?:{_UNITS})")


def unmeasurable(text: str, value: Fraction | str | None, unit: str, by_when: date | None) -> tuple[str, ...]:
    """What keeps the promise from being checked, a sentence each; empty where nothing does."""
    said: list[str] = []
    has_value = value is not None and str(value).strip() != ""
    if not text.strip():
        said.append("还没有写承诺内容，请写明要做成什么。")
    if not has_value:
        said.append("没有目标值，请写明做到多少（例如“开工5个”里的5）。")
    if not unit.strip():
        said.append("没有计量单位，请写明目标值的单位（个、公里、亿元、%等）。" if has_value else "没有计量单位，请与目标值一起写明。")
    if by_when is None:
        said.append("没有完成日期，请写明哪一天前完成。")
    vague = [word for word in VAGUE if word in text]
    if vague and not has_value and not _COUNTED.search(text):
        said.append(f"“{'、'.join(vague[:3])}”没有数字，到期无法对照，请写明具体数量。")
    vague_times = [word for word in VAGUE_TIMES if word in text]
    if vague_times and by_when is None:
        said.append(f"“{'、'.join(vague_times)}”不是日期，请写明具体日期。")
    return tuple(said)
