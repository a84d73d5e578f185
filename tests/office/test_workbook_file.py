"""Reading .xlsx: what people see in the cells comes out; what is no workbook, or too large a one, is a sentence."""

from __future__ import annotations

import io
import random
import zipfile

import pytest

from office.refusal import Refused
from office.sheets.workbook import read_date, read_workbook
from office.sheets.workbook_file import Cell, letters, read_file, tidy
from office.sheets.workbook_form import COLUMNS
from office.sheets.workbook_writing import PlainSheet, write_sheets

HEADS = {name: tuple(column.name for column in columns) for name, columns in COLUMNS.items()}


def seats(*rows: tuple[str, ...], head: tuple[str, ...] = HEADS["评委"]) -> bytes:
    return write_sheets((PlainSheet(name="评委", head=head, rows=rows, widths=()),))


def remade(data: bytes, **changes: object) -> bytes:
    """The same file with parts replaced (bytes), made by a function (of the text), added, or dropped (None)."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        parts = {one: old.read(one) for one in old.namelist()}
        for name, change in changes.items():
            path = {"sheet": "xl/worksheets/sheet1.xml", "book": "xl/workbook.xml", "styles": "xl/styles.xml",
                    "strings": "xl/sharedStrings.xml"}[name]
            if change is None:
                del parts[path]
            else:
                parts[path] = change(parts[path].decode()).encode() if callable(change) else change
        for path, part in parts.items():
            new.writestr(path, part)
    return out.getvalue()


def cells(xml: str, *, styles: str = "", book: str = "") -> list[Cell]:
    """The cells of the first row with this XML, in their order."""
    data = remade(seats(), sheet=f'<worksheet><sheetData><row r="1">{xml}</row></sheetData></worksheet>'.encode(),
                  **({"styles": styles.encode()} if styles else {}),
                  **({"book": lambda text: text.replace("<sheets>", f"{book}<sheets>")} if book else {}))
    return [cell for _n, cell in sorted(read_file(data)[0].rows.get(1, {}).items())]


STYLES = ('<styleSheet><numFmts><numFmt numFmtId="170" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/>'
          '<numFmt numFmtId="171" formatCode="0.0%"/><numFmt numFmtId="172" formatCode="0.00&quot;亿元 day&quot;"/></numFmts>'
          '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf/><xf numFmtId="14"/><xf numFmtId="170"/>'
          '<xf numFmtId="171"/><xf numFmtId="172"/><xf numFmtId="9"/></cellXfs></styleSheet>')


@pytest.mark.parametrize(("xml", "text"), [
    ('<c r="A1"><v>7</v></c>', "7"), ('<c r="A1"><v>33.5</v></c>', "33.5"), ('<c r="A1"><v>1E+3</v></c>', "1000"),
    ('<c r="A1"><v>0.30000000000000004</v></c>', "0.3"), ('<c r="A1"><v>-0.05</v></c>', "-0.05"),
    ('<c r="A1" s="1"><v>46203</v></c>', "2026-06-30"), ('<c r="A1" s="2"><v>46203.75</v></c>', "2026-06-30"),
    ('<c r="A1" s="3"><v>0.95</v></c>', "95%"), ('<c r="A1" s="5"><v>0.07</v></c>', "7%"),
    ('<c r="A1" s="4"><v>12.5</v></c>', "12.5"), ('<c r="A1" t="b"><v>1</v></c>', "是"),
    ('<c r="A1" t="str"><f>"甲"&amp;"乙"</f><v>甲乙</v></c>', "甲乙"), ('<c r="A1"><f>1+1</f><v>2</v></c>', "2"),
    ('<c r="A1" t="inlineStr"><is><r><t>温</t></r><r><t>州</t></r><rPh><t>wenzhou</t></rPh></is></c>', "温州"),
    ('<c r="A1" t="inlineStr"><is><t xml:space="preserve">　Ｌ０１ &#160;</t></is></c>', "L01"),
    ('<c r="A1" t="inlineStr"><is><t>甲_x000D_&#10;乙</t></is></c>', "甲\n乙"),
    ('<c r="A1"><v>1E-999999999</v></c>', "1E-999999999"), ('<c r="A1"><v>12345678901234567890</v></c>', "12345678901234567890"),
])
def test_a_cell_is_what_a_person_sees_in_it(xml, text):
    assert cells(xml, styles=STYLES) == [Cell(text)]


def test_dates_count_from_1904_where_the_workbook_says_so():
    assert cells('<c r="A1" s="1"><v>44741</v></c>', styles=STYLES, book='<workbookPr date1904="1"/>') == [
        Cell("2026-06-30")]


def test_error_values_and_formulas_without_a_value_are_trouble_not_blanks():
    assert cells('<c r="A1" t="e"><v>#N/A</v></c><c r="B1"><f>A1</f></c><c r="C1" t="str"><f>""</f><v></v></c>') == [
        Cell("#N/A", "单元格是错误值 #N/A"), Cell("", "公式还没有算出值")]


@pytest.mark.parametrize(("text", "day"), [
    ("2026-6-30", "2026-06-30"), ("2026/06/30", "2026-06-30"), ("2026.6.30", "2026-06-30"), ("2026年6月30日", "2026-06-30"),
    ("20260630", "2026-06-30"), ("2026-02-30", None), ("6月30日", None), ("46203", None), ("", None)])
def test_a_date_is_read_as_people_write_it(text, day):
    found = read_date(text)
    assert (found.isoformat() if found else None) == day


@pytest.mark.parametrize(("data", "said"), [
    (b"", "文件打不开"), (b"name,group\n", "文件打不开"), (b"PK\x03\x04broken", "文件打不开"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "旧版 .xls"), (b"P" * 5_000_001, "最大5MB"),
    (remade(seats(), book=None), "不是 Excel 工作簿"),
    (remade(seats(), book=b"<workbook><sheets>"), "内容损坏"),
    (remade(seats(), sheet=b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet/>'), "DOCTYPE"),
    (remade(seats(), sheet='<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x><worksheet/>'.encode("utf-16")), "DOCTYPE"),
    (remade(seats(), sheet=b'<worksheet><sheetData><row r="1"><c t="s"><v>9</v></c></row></sheetData></worksheet>'), "内容损坏"),
    (remade(seats(), strings=b"<sst><si>" + b"<r>" * 90_000 + b"</r>" * 90_000 + b"</si></sst>"), "内容损坏"),
    (remade(seats(), sheet=b"<worksheet><sheetData>" + b"<row/>" * 800_000 + b"</sheetData></worksheet>"), "过大"),
    (remade(seats(), sheet=b" " * 40_000_001), "过大"),
    (remade(seats(), sheet=lambda text: text.replace("</sheetData>", "</sheetData>" + '<mergeCell ref="A1:B1048576"/>' * 1001)),
     "合并的单元格太多"),
    (seats(*((f"L{n}", "市领导") for n in range(20_000))), "超过20000行"),
])
def test_what_cannot_be_read_is_one_sentence(data, said):
    with pytest.raises(Refused, match=said):
        read_workbook(data)


def test_a_file_cut_or_scratched_anywhere_is_a_sentence_or_reads():
    data, chance = seats(("L1", "市领导", "甲"), ("L2", "市领导", "乙")), random.Random(7)
    for n in range(300):
        bad = bytearray(data)
        bad[chance.randrange(len(bad))] ^= 1 << chance.randrange(8)
        try:
            read_workbook(bytes(bad[:chance.randrange(len(bad))] if n % 3 == 0 else bad))
        except Refused as refused:
            assert str(refused).endswith("。")


def test_parts_written_wrongly_are_a_sentence_or_read():
    """As above, but past the checksums: what stands in the parts is damaged, cut, or in another order."""
    data, chance = seats(("L1", "市领导", "甲"), ("L2", "市领导", "乙")), random.Random(11)
    bits = ["", "-1", "NaN", "1E400", "A0", "99999999999", "<c/>", "<row>", "s", "d", "e", "n", "t=", "&#10;", "</v>", '"', "<v>x</v>"]

    def damaged(text: str) -> str:
        at, length = chance.randrange(len(text)), chance.randrange(12)
        return text[:at] + chance.choice(bits) + text[at + length:]

    for n in range(600):
        try:
            read_workbook(remade(data, **{("sheet", "book", "styles")[n % 3]: damaged}))
        except Refused as refused:
            assert str(refused).endswith("。")
    for kind in ("n", "s", "d", "b", "e", "str", "inlineStr", "?"):
        for value in ("", "-1", "NaN", "Infinity", "1E400", "1E999999999", "x", "0", "2958466", "4" * 5000):
            try:
                cells(f'<c r="A1" s="1" t="{kind}"><v>{value}</v></c>', styles=STYLES)
            except Refused as refused:
                assert "内容损坏" in str(refused)


def test_a_sheet_is_read_by_the_names_of_its_columns_wherever_they_stand():
    title = write_sheets((PlainSheet(name=" 评委 ", head=("评委名单",), rows=(
        (), ("评委组", "备注", "席位编号*", "", "姓名或职务"), ("市领导", "早到", "L1", "", "甲"), ("", "只有备注"), ()), widths=()),))
    book = read_workbook(title)

    assert book.faults == ()
    assert [(line.row, line["席位编号"], line["评委组"], line["姓名或职务"], line["本人单位"]) for line in book.lines["评委"]] == [
        (4, "L1", "市领导", "甲", "")]
    assert book.lines["评委"][0].fault("评委组", "不对", "请改").words == "“评委”第4行A（评委组）列：不对。请改。"


@pytest.mark.parametrize(("data", "said"), [
    (seats(head=("席位编号", "评委租")), "不认识列名“评委租”"), (seats(head=("席位编号", "席位编号")), "写了两次"),
    (seats(("x",), head=("姓名",)), "没有表头“席位编号”"),
    (remade(seats(("L1", "市领导")), book=lambda text: text.replace("<sheet ", '<sheet state="hidden" ')), "隐藏"),
    (write_sheets((PlainSheet(name="Sheet1", head=("甲",), rows=(), widths=()),)), "没有这些工作表"),
])
def test_a_sheet_that_cannot_be_trusted_keeps_the_whole_file_out(data, said):
    book = read_workbook(data)

    assert book.unreadable and any(said in one.said for one in book.faults)


def test_merged_cells_and_bad_cells_are_faults_of_their_rows():
    data = seats(("L1", "市领导"), ("L2", "市领导"), ("L3", ""), ("L4", "市领导", "字" * 2001))
    data = remade(data, sheet=lambda text: text.replace(
        "</sheetData>", '</sheetData><mergeCells><mergeCell ref="B2:B3"/></mergeCells>'))
    book = read_workbook(data)

    assert [(one.row, one.column, one.said) for one in book.faults] == [
        (2, "", "有合并的单元格 B2:B3"), (3, "", "有合并的单元格 B2:B3"), (4, "B（评委组）", "没有填评委组"),
        (5, "C（姓名或职务）", "有2001个字")]
    assert (book.lines["评委"], book.unreadable) == ((), False)


def test_ten_thousand_rows_are_read_in_seconds():
    data = seats(*((f"S{n:05d}", "市领导", f"代表{n}", "") for n in range(10_000)))

    assert len(read_workbook(data).lines["评委"]) == 10_000


def test_nothing_that_is_written_can_run_and_odd_characters_survive_or_go():
    told = ("=1+1", "<&>\"'", "a\x00b\x0bc", " 前后 ", "换\n行")
    data = write_sheets((PlainSheet(name="评委", head=("席位编号",), rows=(told,), widths=()),))

    assert [cell.text for _n, cell in sorted(read_file(data)[0].rows[2].items())] == ["=1+1", "<&>\"'", "abc", "前后", "换\n行"]
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        assert b"<f" not in packed.read("xl/worksheets/sheet1.xml").replace(b"<formula1", b"")


def test_columns_are_named_as_excel_does():
    assert [letters(n) for n in (1, 26, 27, 52, 703)] == ["A", "Z", "AA", "AZ", "AAA"]
    assert tidy("　ＡＢ１２（市）\u200b ") == "AB12（市）"
