"""A .docx that a word processor opens and edits, laid out with Python's own library: a .docx is a zip of XML.

    docx_of(paragraph("标题", style="Title"), table(("序", "内容"), rows, shares=(1, 6)))

What stands on the page comes in as words; the same blocks give the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_WIDTH = 9638  # twentieths of a point between the margins of A4
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def docx_of(*blocks: str) -> bytes:
    """The file: these paragraphs and tables, on A4."""
    body = "".join((*blocks, _SECTION))
    files = {
        "[Content_Types].xml": _TYPES, "_rels/.rels": _RELATIONS, "word/_rels/document.xml.rels": _DOCUMENT_RELATIONS,
        "word/styles.xml": _STYLES, "word/document.xml": f"{_HEAD}<w:document {_W}><w:body>{body}</w:body></w:document>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), text.encode(), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def paragraph(text: str, *, style: str = "Normal", bold: bool = False) -> str:
    look = "<w:rPr><w:b/></w:rPr>" if bold else ""
    return (f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r>{look}<w:t xml:space="preserve">{_clean(text)}</w:t>'
            "</w:r></w:p>")


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, shares: Sequence[int] = (), tall: bool = False) -> str:
    """A ruled table whose head is repeated on every page; no row is torn apart."""
    shares = shares or (2, 5, *(3 for _ in head[2:]))
    widths = [_WIDTH * share // sum(shares) for share in shares]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    height = '<w:trHeight w:val="760" w:hRule="atLeast"/>' if tall else ""
    lines = [_row(head, widths, "<w:tblHeader/>", bold=True), *(_row(row, widths, height) for row in rows)]
    return (f'<w:tbl><w:tblPr><w:tblStyle w:val="Ruled"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
            f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(lines)}</w:tbl>'
            + paragraph("", style="Small"))


def _row(cells: Sequence[str], widths: Sequence[int], look: str, *, bold: bool = False) -> str:
    drawn = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
        f'{paragraph(cell, style="Cell", bold=bold)}</w:tc>' for cell, width in zip(cells, widths, strict=True))
    return f"<w:tr><w:trPr><w:cantSplit/>{look}</w:trPr>{drawn}</w:tr>"


def _clean(text: str) -> str:
    """Text that XML can hold: control characters would make the whole file unreadable."""
    return escape("".join(ch if ch >= " " and ch not in "\ufffe\uffff" else " " for ch in text))


def _style(key: str, size: int, *, kind: str = "paragraph", more: str = "", bold: bool = False) -> str:
    weight = "<w:b/>" if bold else ""
    default = ' w:default="1"' if key == "Normal" else ""
    return (f'<w:style w:type="{kind}"{default} w:styleId="{key}"><w:name w:val="{key}"/><w:pPr>{more}</w:pPr>'
            f'<w:rPr>{weight}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr></w:style>')


_EDGES = "".join(f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="1F2328"/>'
                 for edge in ("top", "left", "bottom", "right", "insideH", "insideV"))
_BOX = "".join(f'<w:{edge} w:val="single" w:sz="8" w:space="4" w:color="1F2328"/>'
               for edge in ("top", "left", "bottom", "right"))
_STYLES = (
    f"{_HEAD}<w:styles {_W}><w:docDefaults><w:rPrDefault><w:rPr>"
    '<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="仿宋" w:cs="Times New Roman"/>'
    '<w:lang w:val="zh-CN" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault></w:docDefaults>'
    + _style("Normal", 24, more='<w:spacing w:after="80"/>')
    + _style("Title", 40, more='<w:spacing w:after="80"/><w:jc w:val="center"/>', bold=True)
    + _style("Subtitle", 24, more='<w:spacing w:after="160"/><w:jc w:val="center"/>')
    + _style("Mark", 26, more=f'<w:pBdr>{_BOX}</w:pBdr><w:spacing w:after="120"/>', bold=True)
    + _style("Heading1", 28, more='<w:keepNext/><w:spacing w:before="200" w:after="80"/><w:outlineLvl w:val="0"/>',
             bold=True)
    + _style("Small", 20, more='<w:spacing w:after="40"/>') + _style("Cell", 21)
    + '<w:style w:type="table" w:styleId="Ruled"><w:name w:val="Ruled"/><w:tblPr><w:tblBorders>'
    f"{_EDGES}</w:tblBorders></w:tblPr></w:style></w:styles>")
_SECTION = ('<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="1134" w:bottom="1134" '
            'w:left="1134" w:header="567" w:footer="567" w:gutter="0"/></w:sectPr>')
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_TYPES = (
    f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_KIND}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{_KIND}.styles+xml"/></Types>')
_RELATIONS = (f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
              f'Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>')
_DOCUMENT_RELATIONS = (f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
                       f'Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>')
