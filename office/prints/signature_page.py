"""成绩确认单: the page that is printed and signed in ink, as a .docx that a word processor opens and edits.

What stands on it comes in as words; here it is only laid out (`office.prints.docx`). The same page gives the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass

from office.prints.docx import DOCX, paragraph, table
from office.prints.docx import docx_of as laid_out

__all__ = ["DOCX", "Hand", "SignaturePage", "docx_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """A line for ink: the office, and what the system knows of its confirmation."""

    office: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignaturePage:
    """Everything that is printed. `marks` stand boxed under the title: what the page is not, or what is missing."""

    title: str
    about: str
    marks: tuple[str, ...]
    facts: tuple[str, ...]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    below: tuple[str, ...]
    rule: tuple[str, ...]
    hashes: tuple[tuple[str, str], ...]
    hands: tuple[Hand, ...]


def docx_of(page: SignaturePage) -> bytes:
    """The page as a .docx file."""
    return laid_out(
        paragraph(page.title, style="Title"), paragraph(page.about, style="Subtitle"),
        *(paragraph(one, style="Mark") for one in page.marks), *(paragraph(one) for one in page.facts),
        paragraph("一、排名与各组得分", style="Heading1"), table(page.head, page.rows),
        *(paragraph(one, style="Small") for one in page.below),
        paragraph("二、评分办法", style="Heading1"),
        *(paragraph(f"{n}. {one}", style="Small") for n, one in enumerate(page.rule, 1)),
        paragraph("三、校验码", style="Heading1"),
        *(paragraph(f"{label}：{value}", style="Small") for label, value in page.hashes),
        paragraph("四、签字", style="Heading1"),
        table(("职责", "系统中的确认", "签字", "日期"), tuple((one.office, one.said, "", "") for one in page.hands),
              shares=(2, 4, 3, 3), tall=True),
    )
