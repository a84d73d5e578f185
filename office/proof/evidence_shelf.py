"""The shelf of evidence: files by the hash of their content, in a folder beside the database, never inside it.

    with shelf.arriving() as file:          # under `incoming`, bounded while it is written
        file.write(piece); ...
        file.look()                         # refused here, with what to send instead
        kept = file.keep()                  # whole on the disk at `ab/cdef...`, or not at all

The same content from two people is one file. A name is only ever text; nothing here runs or unpacks what it holds.
Photos get smaller pictures without where and when they were taken. Who may see what is `office.proof.evidence`.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from PIL import Image, ImageOps

from db.engine import Database
from office.proof.evidence_kinds import DECODING, Kind, kind_of, open_photo
from office.refusal import NotFound, Refused

try:
    import fcntl
except ImportError:  # not a Unix: what was left behind is told by its age
    fcntl = None  # type: ignore[assignment]

MOST_BYTES = 20 * 1024 * 1024
NAME_LENGTH = 120
LEFT_SECONDS = 86_400.0
_HASH = re.compile(r"[0-9a-f]{64}")
_PIECE = 1 << 18


class Size(StrEnum):
    """How a photo is shown: in a list, or filling a screen."""

    THUMB = "thumb"
    VIEW = "view"

    @property
    def pixels(self) -> int:
        return 320 if self is Size.THUMB else 1600


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A file that is on the shelf: its content's hash, what it is, how many bytes, and the name it came with."""

    sha256: str
    kind: Kind
    size: int
    name: str


def shelf_of(database: Database) -> Shelf:
    """The folder `evidence` beside the SQLite file, in `data` for PostgreSQL, or the one that LEITAI_EVIDENCE names.

    A database of another name than `leitai` (a rehearsal's) has one of its own, by its name.
    """
    given, file = os.environ.get("LEITAI_EVIDENCE"), database.file
    name = file.stem if file is not None else urlsplit(database.url).path.strip("/")
    own = "" if name == "leitai" else name
    if given:
        return Shelf(Path(given) / own)
    beside = file.absolute().parent if file is not None else Path("data")
    return Shelf(beside / (f"{own}.evidence" if own else "evidence"))


def plain_name(name: str) -> str:
    """A file's name as one line of text without any path; what people read, never what the disk is asked for."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(ch for ch in last if unicodedata.category(ch)[0] not in "CZ" or ch == " ").strip(" .")
    stem, dot, ending = shown.rpartition(".")
    if dot and len(ending) <= 10:
        return f"{stem[:NAME_LENGTH - len(ending) - 1]}.{ending}" if stem else ending
    return shown[:NAME_LENGTH] or "未命名"


class Shelf:
    """One folder of evidence."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def arriving(self, name: str = "") -> Iterator[Arriving]:
        """A file on its way in. Whatever is not kept by the end of the block leaves nothing behind."""
        incoming = self.folder / "incoming"
        try:
            incoming.mkdir(parents=True, exist_ok=True)
            handle, path = tempfile.mkstemp(dir=incoming)
        except OSError as cause:
            raise _unwritable(cause) from None
        try:
            with os.fdopen(handle, "wb") as file:
                _hold(file)
                yield Arriving(self, Path(path), file, name)
        finally:
            Path(path).unlink(missing_ok=True)

    def tidy(self, now: float) -> None:
        """Throw away what killed processes left half-written: what nobody holds any more on its way in, and what has stood
        half-made among the others for more than a day; `now` in seconds since 1970."""
        for one in (self.folder / "incoming").glob("*"):
            with suppress(OSError):
                if _is_left(one, now):
                    one.unlink()
        for one in self.folder.glob("[0-9a-f][0-9a-f]/tmp*"):
            with suppress(OSError):
                if _is_old(one, now):
                    one.unlink()

    def path(self, sha256: str) -> Path:
        """Where this content is. Raises NotFound if it is not on the shelf."""
        place = self.place(sha256)
        if not place.is_file():
            raise NotFound("这份佐证的文件不在了。请联系管理员用备份核对。")
        return place

    def place(self, sha256: str) -> Path:
        if not _HASH.fullmatch(sha256):
            raise NotFound("没有这份佐证。")
        return self.folder / sha256[:2] / sha256[2:]

    def picture(self, sha256: str, size: Size) -> bytes:
        """A photo made smaller, as JPEG, without anything that it knew of place and camera; made once and kept."""
        made = self.place(sha256).with_name(f"{sha256[2:]}.{size.value}.jpg")
        try:
            return made.read_bytes()
        except FileNotFoundError:
            with DECODING:
                drawn = _smaller(self.path(sha256), size.pixels)
        _write_whole(made, drawn)
        return drawn

    def is_whole(self, sha256: str) -> bool:
        """Whether the content is there and still is what its name says."""
        place, digest = self.place(sha256), hashlib.sha256()
        try:
            with place.open("rb") as file:
                while piece := file.read(_PIECE):
                    digest.update(piece)
        except OSError:
            return False
        return digest.hexdigest() == sha256

    def discard(self, sha256: str) -> None:
        """Take the content and its pictures off the shelf."""
        place = self.place(sha256)
        for one in (place, *place.parent.glob(f"{place.name}.*.jpg")):
            one.unlink(missing_ok=True)


class Arriving:
    """A file being written; bounded, hashed as it comes."""

    def __init__(self, shelf: Shelf, path: Path, file: BinaryIO, name: str) -> None:
        self._shelf = shelf
        self._path = path
        self._file = file
        self._digest = hashlib.sha256()
        self._size = 0
        self._kind: Kind | None = None
        self.name = name

    def write(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > MOST_BYTES:
            raise TooLarge
        self._digest.update(piece)
        try:
            self._file.write(piece)
        except OSError as cause:
            raise _unwritable(cause) from None

    def fill(self, file: BinaryIO) -> Arriving:
        """Everything that an open file holds."""
        while piece := file.read(_PIECE):
            self.write(piece)
        return self

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def look(self) -> Kind:
        """Durable, and of a kind that is taken: the slow part, before anybody is kept waiting. Raises Refused."""
        if self._kind is None:
            try:
                self._file.flush()
                os.fsync(self._file.fileno())
            except OSError as cause:
                raise _unwritable(cause) from None
            self._kind = kind_of(self._path)
        return self._kind

    def keep(self) -> Kept:
        """Whole on the disk under its hash, in one step."""
        kind = self.look()
        try:
            _into_place(self._path, self._shelf.place(self.sha256))
        except OSError as cause:
            raise _unwritable(cause) from None
        return Kept(sha256=self.sha256, kind=kind, size=self._size, name=plain_name(self.name))


class TooLarge(Refused):
    """More than one file may have."""

    def __init__(self) -> None:
        super().__init__(f"文件超过{MOST_BYTES // 1024 // 1024}MB，没有收下。请压缩照片，或把文件拆开后分别上传。")


def _hold(file: BinaryIO) -> None:
    """As long as this process lives and has the file open, it is not taken for one that was left behind."""
    if fcntl is not None:
        with suppress(OSError):  # a disk that knows no locks: there only age tells
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is_left(path: Path, now: float) -> bool:
    if fcntl is None:
        return _is_old(path, now)
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return _is_old(path, now)
    return True


def _is_old(path: Path, now: float) -> bool:
    return now - path.stat().st_ctime > LEFT_SECONDS


def _unwritable(cause: OSError) -> Refused:
    return Refused(f"佐证文件夹写不进（{cause.strerror}），没有收下。请管理员检查磁盘空间和权限，然后重新上传。")


def _into_place(path: Path, place: Path) -> None:
    """The finished file under its name, in one step; a second one of the same content takes the place of the first."""
    place.parent.mkdir(exist_ok=True)
    path.chmod(0o640)
    os.replace(path, place)
    for folder in (place.parent, place.parent.parent):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _write_whole(place: Path, content: bytes) -> None:
    handle, path = tempfile.mkstemp(dir=place.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    os.replace(path, place)


def _smaller(path: Path, pixels: int) -> bytes:
    image = open_photo(path)
    image.draft("RGB", (pixels, pixels))  # a JPEG is read at a fraction of its size
    image.thumbnail((pixels, pixels))
    try:
        upright: Image.Image = ImageOps.exif_transpose(image)
    except Exception:  # what a camera wrote wrongly turns no picture away
        upright = image
    as_rgba = upright.convert("RGBA")
    flat = Image.new("RGB", as_rgba.size, "white")
    flat.paste(as_rgba, mask=as_rgba.getchannel("A"))
    written = io.BytesIO()
    flat.save(written, "JPEG", quality=82)  # neither EXIF nor a colour profile goes along
    return written.getvalue()
