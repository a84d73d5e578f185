"""Writing an .xlsx file with the standard library: text cells only, so that nothing in it can run.

    write_sheets((PlainSheet(name="评委", head=("席位编号",), rows=(("L1",),), widths=(12,)),))

Every cell is text, also in empty rows below, so that a seat code 007 stays what was typed.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from office.sheets.workbook_file import letters

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_MOMENT = (2026, 1, 1, 0, 0, 0)  # the same content gives the same bytes
TEXT, HEADING, EXAMPLE = 1, 2, 3  # styles
LAST_ROW = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A drop-down on a column (from 1): the words themselves, or a range of another sheet that begins with "="."""

    column: int
    source: str
    strict: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainSheet:
    """`examples`: how many of the first rows are printed grey and slanted."""

    name: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    choices: tuple[Choice, ...] = ()
    examples: int = 0


def write_sheets(sheets: Sequence[PlainSheet]) -> bytes:
    """The bytes of the workbook."""
    numbered = list(enumerate(sheets, 1))
    types = "".join(f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="application/vnd.openxmlformats-'
                    'officedocument.spreadsheetml.worksheet+xml"/>' for n, _one in numbered)
    links = "".join(f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
                    for n, _one in numbered)
    listed = "".join(f'<sheet name={quoteattr(one.name)} sheetId="{n}" r:id="rId{n}"/>' for n, one in numbered)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml":
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="application/'
            'vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/>{types}</Types>',
        "_rels/.rels":
            f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml":
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels":
            f'<Relationships xmlns="{_PACKAGE}/relationships">{links}<Relationship Id="rId{len(numbered) + 1}" '
            f'Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": _STYLES,
    } | {f"xl/worksheets/sheet{n}.xml": _sheet(one) for n, one in numbered}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in parts.items():
            packed.writestr(zipfile.ZipInfo(name, _MOMENT), _HEAD + text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="3"><font><sz val="11"/><name val="宋体"/></font>'
    '<font><b/><sz val="11"/><name val="宋体"/></font>'
    '<font><i/><sz val="11"/><color rgb="FF6B7280"/><name val="宋体"/></font></fonts>'
    '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFE8EEF4"/></patternFill></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="4">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    + "".join(f'<xf numFmtId="49" fontId="{font}" fillId="{fill}" borderId="0" xfId="0" applyNumberFormat="1" '
              'applyFont="1" applyFill="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>'
              for font, fill in ((0, 0), (1, 2), (2, 0)))
    + '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>')


def _sheet(one: PlainSheet) -> str:
    columns = "".join(f'<col min="{n}" max="{n}" width="{width}" style="{TEXT}" customWidth="1"/>'
                      for n, width in enumerate(one.widths, 1))
    rows = [_row(1, one.head, HEADING)]
    rows += [_row(n, row, EXAMPLE if n - 2 < one.examples else TEXT) for n, row in enumerate(one.rows, 2)]
    choices = "".join(_choice(choice) for choice in one.choices)
    if choices:
        choices = f'<dataValidations count="{len(one.choices)}">{choices}</dataValidations>'
    return (f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" '
            f'activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>{columns}</cols>'
            f"<sheetData>{''.join(rows)}</sheetData>{choices}</worksheet>")


def _row(number: int, cells: Sequence[str], style: int) -> str:
    filled = "".join(
        f'<c r="{letters(n)}{number}" s="{style}" t="inlineStr"><is><t xml:space="preserve">'
        f"{escape(_ILLEGAL.sub('', text))}</t></is></c>" for n, text in enumerate(cells, 1) if text)
    return f'<row r="{number}">{filled}</row>'


def _choice(one: Choice) -> str:
    column = letters(one.column)
    source = one.source[1:] if one.source.startswith("=") else f'"{one.source}"'
    strict = 'showErrorMessage="1" errorTitle="请从列表里选" error="这一格请从下拉列表里选。" ' if one.strict else ""
    return (f'<dataValidation type="list" allowBlank="1" {strict}sqref="{column}2:{column}{LAST_ROW}">'
            f"<formula1>{escape(source)}</formula1></dataValidation>")
