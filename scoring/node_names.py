"""What a milestone (时间节点) is called: its day and its words, `2026-03-31 主体结顶`. So events name it."""

from datetime import date


def node_name(text: str, due: date) -> str:
    return f"{due.isoformat()} {text}"


def node_of(name: str) -> tuple[date, str]:
    """The day and the words; raises ValueError where it is no such name."""
    day, space, text = name[:10], name[10:11], name[11:]
    if space != " " or not text.strip():
        raise ValueError(name)
    return date.fromisoformat(day), text
