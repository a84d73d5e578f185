"""Files that come with a form over HTTP: bounded while they arrive, whole or not at all.

    form = await read_form(request)                  # raises Refused; files are spooled, nothing is on the shelf yet
    with form.onto(shelf) as files: ...              # in a worker thread: what `office.proof.evidence` looks at and keeps

A form that is too large is heard to its end, within reason, so that the phone gets to read why; one that breaks off
leaves nothing. A few come at a time; the others are asked to come again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from python_multipart.multipart import parse_options_header
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from hall.door import same_origin
from office.proof.evidence_shelf import MOST_BYTES, Arriving, Shelf, TooLarge
from office.refusal import Refused

MOST_FILES = 6
BODY_BOUND = 3 * MOST_BYTES
HEARD_BOUND = 10 * MOST_BYTES
BODY_SECONDS = 300.0
AT_ONCE = 8
_FIELD_BOUND = 16_384
_on_their_way = 0


class NotTaken(Refused):
    """A form that is refused before it is read: `status` is HTTP's word for why."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Fields as text, and files that were chosen: an empty choice is none."""

    fields: Mapping[str, str]
    files: tuple[UploadFile, ...]

    @contextmanager
    def onto(self, shelf: Shelf) -> Iterator[tuple[Arriving, ...]]:
        """The files on their way onto the shelf; what is not kept by the end leaves nothing behind."""
        with ExitStack() as stack:
            arriving = [stack.enter_context(shelf.arriving(one.filename or "")).fill(one.file) for one in self.files]
            yield tuple(arriving)

    def close(self) -> None:
        for one in self.files:
            one.file.close()


async def read_form(request: Request) -> Form:
    """The whole form. Raises Refused (TooLarge, NotTaken), or ClientDisconnect when nobody is there any more."""
    global _on_their_way
    if not same_origin(request):
        raise NotTaken(403, "这次提交不是从本系统的页面发出的，没有收下。请重新打开页面再提交。")
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data" or b"boundary" not in options:
        raise NotTaken(415, "这次提交的格式不对，没有收下。请用本系统的页面上传。")
    if _on_their_way >= AT_ONCE:
        raise NotTaken(503, "同时上传的人太多，没有收下。请稍等一分钟再提交，已填的内容还在。")
    _on_their_way += 1
    body = _Body(request)
    parser = MultiPartParser(request.headers, body.pieces(), max_files=MOST_FILES, max_fields=30,
                             max_part_size=_FIELD_BOUND)
    try:
        async with asyncio.timeout(BODY_SECONDS):
            try:
                items = (await parser.parse()).multi_items()
            except (TooLarge, MultiPartException):
                await body.hear_out()
                raise
    except MultiPartException as broken:
        raise NotTaken(413 if "Too many files" in broken.message else 400, (
            f"一次最多上传{MOST_FILES}个文件，没有收下。请分几次上传。" if "Too many files" in broken.message
            else "文字太长，没有收下。请删减后再提交。" if "maximum size" in broken.message
            else "提交的内容不完整，没有收下。请重新提交。")) from None
    except TimeoutError:
        raise NotTaken(408, "上传太慢，没有收下。请换个信号好的地方，或把照片压缩后再试。") from None
    except OSError as cause:
        raise NotTaken(507, f"服务器的磁盘写不进（{cause.strerror}），没有收下。请联系管理员，稍后再试。") from None
    finally:
        _on_their_way -= 1
    files = tuple(value for _, value in items if isinstance(value, UploadFile))
    form = Form(fields={name: value for name, value in items if isinstance(value, str)},
                files=tuple(one for one in files if one.filename or one.size))
    if not body.ends_with(b"--" + options[b"boundary"] + b"--"):
        form.close()
        raise NotTaken(400, "提交的内容不完整，没有收下。请重新提交。")
    return form


class _Body:
    """The request's body, bounded; it remembers how it ended."""

    def __init__(self, request: Request) -> None:
        self._stream = request.stream()
        self._heard = 0
        self._tail = b""

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        async for piece in self._stream:
            self._heard += len(piece)
            if self._heard > BODY_BOUND:
                raise TooLarge
            self._tail = (self._tail + piece)[-512:]
            yield piece

    async def hear_out(self) -> None:
        """The rest, thrown away: a phone that is cut off while it sends never reads the answer."""
        try:
            async for piece in self._stream:
                self._heard += len(piece)
                if self._heard > HEARD_BOUND:
                    return
        except (ClientDisconnect, RuntimeError):
            return

    def ends_with(self, closing: bytes) -> bool:
        return closing in self._tail
