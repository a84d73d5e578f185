"""What a file of evidence is, decided by what stands in it: its name and the type that a browser claims say nothing.

    kind = kind_of(path)        # Kind.JPEG, Kind.DOCX ...; raises Refused with what to send instead

A photograph must open as one within bounds of its pixels. A document that is a zip is unpacked by counting, with
bounds on parts, on what they unpack to and on how far a part swells, and is refused with macros, a password or a
path that leads elsewhere. Nothing here is ever executed, and nothing but pictures is shown inside a page.
"""

from __future__ import annotations

import threading
import zipfile
import zlib
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageFile, UnidentifiedImageError

from office.refusal import Refused

MOST_PIXELS = 64_000_000
MOST_PARTS, MOST_UNPACKED, MOST_SWELLING, FREE_SWELLING = 2_000, 200_000_000, 200, 1_000_000
ACCEPTED = "照片（JPEG、PNG、WebP、HEIC）或文件（PDF、DOCX、XLSX、OFD）"
DECODING = threading.Semaphore(2)  # a large photo unpacked takes 200 MB of memory
_SEND = f"请上传{ACCEPTED}。"
_PIECE = 1 << 16
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")


class Kind(StrEnum):
    """What is taken; the value is the media type under which it is served."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    HEIC = "image/heic"
    PDF = "application/pdf"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    OFD = "application/ofd"

    @property
    def ending(self) -> str:
        return {Kind.JPEG: "jpg"}.get(self, self.name.lower())

    @property
    def is_photo(self) -> bool:
        """A picture that can be shown inside a page. HEIC is kept as it is: few browsers show it."""
        return self in (Kind.JPEG, Kind.PNG, Kind.WEBP)

    @property
    def is_document(self) -> bool:
        return not self.is_photo and self is not Kind.HEIC

    @property
    def words(self) -> str:
        return f"{self.name}文件" if self.is_document else "照片"


_PHOTOS = {"JPEG": Kind.JPEG, "PNG": Kind.PNG, "WEBP": Kind.WEBP}
_DOCUMENTS = {"word/document.xml": Kind.DOCX, "xl/workbook.xml": Kind.XLSX, "OFD.xml": Kind.OFD}


def kind_of(path: Path) -> Kind:
    """The kind of a whole file on the disk. Raises Refused."""
    with path.open("rb") as file:
        head = file.read(32)
        if not head:
            raise Refused(f"这是一个空文件（0字节），没有收下。{_SEND}")
        if head.startswith(b"%PDF-"):
            return _pdf(file)
        if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
            return Kind.HEIC
        if head.startswith(b"PK\x03\x04"):
            return _document(file)
        if head.startswith(b"\xd0\xcf\x11\xe0"):
            raise Refused("旧版 .doc、.xls，或加了密码的文件，没有收下。请去掉密码，另存为 .docx、.xlsx 或 PDF 后再上传。")
        if head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
            return _photo(file)
    raise Refused(f"这种文件不能作佐证，没有收下。{_SEND}")


def open_photo(file: BinaryIO | Path) -> ImageFile.ImageFile:
    """A photograph within bounds, its pixels not yet read. Raises Refused for one that is none or is too large."""
    try:
        image = Image.open(file, formats=tuple(_PHOTOS))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise _damaged() from None
    if image.width * image.height > MOST_PIXELS:
        raise Refused(f"照片有{image.width}×{image.height}像素，太大，没有收下。请用手机或相机的普通尺寸重拍，或缩小后再上传。")
    return image


def _photo(file: BinaryIO) -> Kind:
    file.seek(0)
    image = open_photo(file)
    kind = _PHOTOS[image.format or ""]
    try:
        with DECODING:
            image.load()
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError, zlib.error, Image.DecompressionBombError):
        raise _damaged() from None
    return kind


def _pdf(file: BinaryIO) -> Kind:
    file.seek(0, 2)
    file.seek(max(0, file.tell() - 2048))
    if b"%%EOF" not in file.read():
        raise Refused("这份 PDF 不完整，没有收下。请打开核对，重新导出后再上传。")
    return Kind.PDF


def _document(file: BinaryIO) -> Kind:
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as packed:
            parts = packed.infolist()
            names = {one.filename for one in parts}
            kind = next((found for name, found in _DOCUMENTS.items() if name in names), None)
            if kind is None or (kind is not Kind.OFD and "[Content_Types].xml" not in names):
                raise Refused(f"压缩包不能作佐证，没有收下。请把里面的文件分别上传：{ACCEPTED}。")
            _refuse_dangerous(parts)
            _unpack_by_counting(packed, parts)
            return kind
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError):
        raise Refused("文件打不开：没有传完整，或者已损坏。请打开核对，另存后再上传。") from None


def _refuse_dangerous(parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > MOST_PARTS or sum(one.file_size for one in parts) > MOST_UNPACKED:
        raise _swollen()
    if len({one.filename for one in parts}) < len(parts):
        raise Refused("文件的结构不对（同名部分出现两次），没有收下。请打开核对，另存后再上传。")
    for one in parts:
        if one.flag_bits & 1:
            raise Refused("文件加了密码，没有收下。请去掉密码后再上传。")
        if one.filename.startswith(("/", "\\")) or ":" in one.filename or ".." in one.filename.replace("\\", "/").split("/"):
            raise Refused("文件的结构不对（路径指向别处），没有收下。请打开核对，另存后再上传。")
        if one.compress_size > one.file_size + one.file_size // 1000 + 64:  # packed larger than it says it unpacks to
            raise _swollen()
        if one.filename.lower().endswith("vbaproject.bin"):
            raise Refused("文件带有宏，没有收下。请另存为不带宏的 .docx、.xlsx 或 PDF 后再上传。")


def _unpack_by_counting(packed: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> None:
    """Read every part to its end and keep nothing: what is declared small and swells, or is cut short, is found."""
    total = 0
    for one in parts:
        size = 0
        with packed.open(one) as part:
            while piece := part.read(_PIECE):
                size += len(piece)
                total += len(piece)
                swollen = size > FREE_SWELLING and size > MOST_SWELLING * max(1, one.compress_size)
                if swollen or total > MOST_UNPACKED:
                    raise _swollen()


def _swollen() -> Refused:
    return Refused("文件展开后过大，没有收下。请删去多余的内容，或另存为 PDF 后再上传。")


def _damaged() -> Refused:
    return Refused("照片打不开：没有传完整，或者已损坏。请重新拍一张，或另存后再上传。")
