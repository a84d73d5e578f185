"""Files to upload: real photographs and documents made on the spot, and the ones that somebody should not send."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

from PIL import Image


def photo(kind: str = "JPEG", size: tuple[int, int] = (640, 480), colour: str = "#2F6B4F", *, place: bool = False) -> bytes:
    """A picture; with `place`, one whose EXIF says where it was taken and that it lies on its side."""
    written = io.BytesIO()
    exif = Image.Exif()
    if place:
        exif[0x0112] = 6  # turned by 90 degrees
        exif[0x010F] = "相机"
        exif.get_ifd(0x8825).update({1: "N", 2: (28.0, 0.0, 30.5), 3: "E", 4: (120.0, 41.0, 12.0)})
    Image.new("RGB", size, colour).save(written, kind, **({"exif": exif} if place else {}))
    return written.getvalue()


def zipped(parts: Mapping[str, bytes], *, packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", packing) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return written.getvalue()


def docx(**more: bytes) -> bytes:
    return zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:document/>", **more})


def xlsx() -> bytes:
    return zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"})


def pdf() -> bytes:
    return b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def heic() -> bytes:
    return struct.pack(">I", 24) + b"ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 64


def lying_docx(*, with_its_sum: bool = False) -> bytes:
    """A part that says it unpacks to ten bytes and unpacks to fifty megabytes; its checksum may be of those ten."""
    swollen, small = bytes(50_000_000), bytes(10)
    whole = docx(**{"word/media/a.bin": swollen}).replace(struct.pack("<I", len(swollen)), struct.pack("<I", len(small)))
    if with_its_sum:
        whole = whole.replace(struct.pack("<I", zlib.crc32(swollen)), struct.pack("<I", zlib.crc32(small)))
    return whole


def huge_png() -> bytes:
    """A few hundred bytes that say they are a picture of 40000 x 40000."""
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b""))


TAKEN: dict[str, bytes] = {
    "image/jpeg": photo(), "image/png": photo("PNG"), "image/webp": photo("WEBP"), "image/heic": heic(),
    "application/pdf": pdf(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document": docx(),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": xlsx(),
    "application/ofd": zipped({"OFD.xml": b"<ofd:OFD/>"}),
}
REFUSED: dict[str, bytes] = {
    "nothing": b"",
    "text": "已完成".encode(),
    "a page": b"<!doctype html><script>alert(1)</script>",
    "a drawing with a script": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "a program": b"MZ" + bytes(200),
    "a shell script": b"#!/bin/sh\nrm -rf /\n",
    "an animation": b"GIF89a" + bytes(40),
    "an old .doc": b"\xd0\xcf\x11\xe0" + bytes(600),
    "half a photo": photo(size=(2000, 1500))[:3000],
    "a photo's first bytes": b"\xff\xd8\xff\xe0" + b"<script>" * 20,
    "a huge picture": huge_png(),
    "a plain zip": zipped({"a.txt": b"hello"}),
    "half a document": docx()[:-30],
    "half a PDF": b"%PDF-1.7\n1 0 obj<</Type",
    "macros": docx(**{"word/vbaProject.bin": b"x"}),
    "a path that leads elsewhere": docx(**{"../../etc/passwd": b"x"}),
    "an absolute path": docx(**{"/etc/passwd": b"x"}),
    "a swollen part": docx(**{"word/media/a.bin": bytes(60_000_000)}),
    "a part that lies about its size": lying_docx(),
    "a part that lies about its size and its sum": lying_docx(with_its_sum=True),
    "too many parts": docx(**{f"word/{n}.xml": b"" for n in range(2_100)}),
}
NAMES = {
    "现场照片.jpg": "现场照片.jpg", "../../etc/passwd": "passwd", "C:\\Users\\x\\a.jpg": "a.jpg",
    "a\r\nSet-Cookie: b.jpg": "aSet-Cookie: b.jpg",
    "": "未命名", "...": "未命名", "\u202egpj.exe": "gpj.exe", "图" * 300 + ".docx": "图" * 115 + ".docx", "a\x00b.pdf": "ab.pdf",
    '"><script>.png': '"><script>.png', ".jpg": "jpg",
}
