"""Small words shared by every refusal: one sentence, at most 500 characters, values quoted and cut to 40."""

from collections.abc import Iterable

SENTENCE = 500


def quoted(value: object) -> str:
    """A value as it stands in a refusal: one line, at most 40 characters, in quotation marks."""
    text = "".join(c if c.isprintable() else "·" for c in str(value)[:400])
    return f"“{text if len(text) <= 40 else text[:39] + '…'}”"


def one_sentence(text: str) -> str:
    """Cut to what a refusal may say, on one line and ending in a full stop."""
    line = "".join(c if c.isprintable() else "·" for c in text).rstrip("。；，")
    return (line if len(line) < SENTENCE else line[: SENTENCE - 2] + "…") + "。"


def listed(items: Iterable[str], most: int = 8) -> str:
    """Names in a row, the rest counted: “甲、乙等12个”."""
    names = list(items)
    if len(names) <= most:
        return "、".join(names)
    return f"{'、'.join(names[:most])}等{len(names)}个"
