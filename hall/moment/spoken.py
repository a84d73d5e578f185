"""Words that are typed while they are spoken, or sent from a phone: what of them is kept.

Line breaks and runs of blanks become one blank; what cannot be seen (control characters, marks that turn the writing
direction) is left out, so that a hall screen and a record show what was read when it was approved.
"""

from __future__ import annotations

from office.refusal import Refused
from office.sitting.plan import QUESTION_BOUND as QUESTION_BOUND

ANSWER_BOUND = 2000
NAME_BOUND = 40


def one_line(text: str) -> str:
    """The words as one paragraph."""
    seen = (letter for letter in text.encode("utf-8", "replace").decode() if letter.isprintable() or letter.isspace())
    return " ".join("".join(seen).split())


def needed(text: str, what: str, bound: int) -> str:
    """The words, which have to be there and not to be longer than `bound` letters. Raises Refused."""
    words = optional(text, what, bound)
    if not words:
        raise Refused(f"请写下{what}。")
    return words


def optional(text: str, what: str, bound: int) -> str:
    words = one_line(text)
    if len(words) > bound:
        raise Refused(f"{what}最多{bound}字，现在是{len(words)}字，请写短一些。")
    return words
