"""The watermark on whatever leaves a rehearsal (彩排) or a demonstration (演示): pages, papers, tables, documents, archives.

Pure: bytes in, bytes out. Words and stripes are CSS text, so that no picture is needed, a strict policy lets them in,
and a printer repeats them on every page. Data stay readable: a marked table is the same table under one line more.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass

BOM = "\ufeff"
_FONT = "'PingFang SC','HarmonyOS Sans SC','MiSans','Microsoft YaHei','Noto Sans CJK SC',sans-serif"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What is written on everything. `header` is that of answers that are no page; `colour` of the band, `stripe` of the
    words behind the page, on light pages and on the hall screen."""

    word: str
    sentence: str
    header: str
    colour: str
    stripe: str
    stripe_on_screen: str

    @property
    def prefix(self) -> str:
        """Of the names of files."""
        return f"{self.word}_"

    @property
    def title(self) -> str:
        return f"{self.word} · "

    @property
    def style(self) -> str:
        """For pages of our own and for paper: a band on top, on every printed page, and stripes over everything."""
        return (self._stripes + self._band + "display:block;position:sticky;top:0}"
                "@media print{html::before{position:fixed;left:0;right:0;top:0}html::after{font-size:11mm}}")

    @property
    def app_style(self) -> str:
        """For pages that fill the window. The band stands in the middle of the lower edge, on the hall screen of the
        upper one, and is read from thirty metres."""
        return (self._stripes + self._band + "position:fixed;left:50%;bottom:0;transform:translateX(-50%);padding:0 20px;"
                "border-radius:8px 8px 0 0;white-space:nowrap}@media print{html::after{font-size:11mm}}"
                "html:has(.w)::before{top:0;bottom:auto;font-size:2.6vh;line-height:4vh;border-radius:0 0 8px 8px}"
                f"html:has(.w)::after{{font-size:6vh;color:{self.stripe_on_screen}}}")

    @property
    def _stripes(self) -> str:
        return ("html::after{content:\"" + f"{self.word}　　" * 240 + "\";position:fixed;left:-40vmax;top:-40vmax;width:180vmax;"
                "height:180vmax;overflow:hidden;transform:rotate(-24deg);z-index:2147483000;pointer-events:none;"
                f"font:700 46px/2.9 {_FONT};color:{self.stripe};"
                "-webkit-print-color-adjust:exact;print-color-adjust:exact}")

    @property
    def _band(self) -> str:
        return (f"html::before{{content:\"{self.sentence}\";z-index:2147483001;pointer-events:none;background:{self.colour};"
                f"color:#FFF;font:600 14px/24px {_FONT};text-align:center;-webkit-print-color-adjust:exact;"
                "print-color-adjust:exact;")


REHEARSAL = Mark(word="彩排", sentence="彩排 · 不计入正式成绩", header="x-rehearsal", colour="#5B3F8C",
                 stripe="rgba(126,87,194,.17)", stripe_on_screen="rgba(179,157,219,.3)")
DEMO = Mark(word="演示", sentence="演示 · 示例数据，不是真实场次", header="x-demo", colour="#1F5F66",
            stripe="rgba(31,95,102,.09)", stripe_on_screen="rgba(128,203,196,.22)")
MARKS = {"rehearsal": REHEARSAL, "demo": DEMO}
"""By what the database is marked with (`db.rehearsal.mark_of`)."""

_HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)
_TITLE = re.compile(r"<title>", re.IGNORECASE)
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"
_SHEET_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_AFTER_HEADER = re.compile("<(headerFooter|rowBreaks|drawing|legacyDrawing|tableParts|extLst)")


def marked_name(name: str, mark: Mark) -> str:
    return name if name.startswith(mark.prefix) else mark.prefix + name


def marked_file(data: str | bytes, name: str, mark: Mark) -> bytes:
    """The file with the mark in it, by the ending of its name; of an unknown kind as it is (its name is marked)."""
    raw = data.encode() if isinstance(data, str) else data
    ending = name.rsplit(".", 1)[-1].lower()
    if ending in ("html", "htm"):
        return marked_page(raw.decode(), mark, mark.style).encode()
    if ending in ("csv", "txt", "md"):
        return _marked_text(raw.decode(), mark).encode()
    marking = {"xlsx": _marked_workbook, "docx": _marked_document, "zip": _marked_archive}.get(ending)
    return raw if marking is None else marking(raw, mark)


def marked_page(html: str, mark: Mark, style: str) -> str:
    """An HTML page with the mark in its head and in its title."""
    marked = _TITLE.sub(f"<title>{mark.title}", html, count=1)
    block = f"<style>{style}</style>"
    found = _HEAD.search(marked)
    return marked[:found.end()] + block + marked[found.end():] if found else block + marked


def _marked_text(text: str, mark: Mark) -> str:
    bare = text.removeprefix(BOM)
    return f"{text[:len(text) - len(bare)]}{mark.sentence}\r\n{bare}"


def _marked_workbook(raw: bytes, mark: Mark) -> bytes:
    """A first sheet that says so, and the mark on top of every printed page; the other sheets keep their rows."""
    files, order = _unpacked(raw)
    for name in order:
        sheet = files[name].decode() if name.startswith("xl/worksheets/") and name.endswith(".xml") else ""
        if sheet and not _AFTER_HEADER.search(sheet):
            _insert(files, name, "</worksheet>", f"<headerFooter><oddHeader>&amp;C{mark.sentence}</oddHeader></headerFooter>")
    files["xl/worksheets/mark.xml"] = (
        f'{_XML}<worksheet xmlns="{_SHEETS}"><cols><col min="1" max="1" width="44" customWidth="1"/></cols><sheetData><row r="1">'
        f'<c r="A1" t="inlineStr"><is><t>{mark.sentence}</t></is></c></row></sheetData></worksheet>').encode()
    book = files["xl/workbook.xml"].decode()
    files["xl/workbook.xml"] = re.sub(
        r"<sheets>", f'<sheets><sheet xmlns:r="{_OFFICE}" name="{mark.word}" sheetId="9001" r:id="rIdMark"/>', book, count=1).encode()
    _insert(files, "xl/_rels/workbook.xml.rels", "</Relationships>",
            f'<Relationship Id="rIdMark" Type="{_OFFICE}/worksheet" Target="worksheets/mark.xml"/>')
    _insert(files, "[Content_Types].xml", "</Types>",
            f'<Override PartName="/xl/worksheets/mark.xml" ContentType="{_SHEET_KIND}"/>')
    return _packed(files, [*order, "xl/worksheets/mark.xml"])


def _marked_document(raw: bytes, mark: Mark) -> bytes:
    """A paragraph on top, and a header on every page unless the document has headers of its own."""
    files, order = _unpacked(raw)
    document = files["word/document.xml"].decode()
    line = (f'<w:p><w:pPr><w:jc w:val="center"/></w:pPr><w:r><w:rPr><w:b/><w:color w:val="5B3F8C"/><w:sz w:val="36"/></w:rPr>'
            f"<w:t>{mark.sentence}</w:t></w:r></w:p>")
    document = re.sub(r"<w:body>", f"<w:body>{line}", document, count=1)
    if "<w:headerReference" not in document:
        document = re.sub(r"(<w:sectPr[^>]*>)", rf'\1<w:headerReference xmlns:r="{_OFFICE}" w:type="default" r:id="rIdMark"/>',
                          document)
        files["word/header_mark.xml"] = (
            f'{_XML}<w:hdr xmlns:w="{_WORD}">{line}</w:hdr>').encode()
        order.append("word/header_mark.xml")
        _insert(files, "[Content_Types].xml", "</Types>",
                f'<Override PartName="/word/header_mark.xml" ContentType="{_KIND}"/>')
        _insert(files, "word/_rels/document.xml.rels", "</Relationships>",
                f'<Relationship Id="rIdMark" Type="{_OFFICE}/header" Target="header_mark.xml"/>')
    files["word/document.xml"] = document.encode()
    return _packed(files, order)


def _marked_archive(raw: bytes, mark: Mark) -> bytes:
    """One file more. Whoever recounts the package reads the same numbers."""
    files, order = _unpacked(raw)
    name = f"{mark.word}.txt"
    return _packed({**files, name: f"{mark.sentence}\r\n".encode()}, [name, *order])


def _insert(files: dict[str, bytes], name: str, before: str, more: str) -> None:
    files[name] = files[name].decode().replace(before, more + before).encode()


def _unpacked(raw: bytes) -> tuple[dict[str, bytes], list[str]]:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        names = archive.namelist()
        return {name: archive.read(name) for name in names}, names


def _packed(files: dict[str, bytes], order: list[str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in order:
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), files[name], zipfile.ZIP_DEFLATED)
    return out.getvalue()
