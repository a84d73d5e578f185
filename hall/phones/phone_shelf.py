"""Pages kept on a shelf: of one round and one group they differ in a seat's name, a nonce and a receipt, and no more.

The page is rendered once with signs in the places of what is personal, cut at the signs, and its long parts are
compressed once. A phone's page is then put together from them: a few microseconds instead of two milliseconds, at
the moment when the whole hall asks at once. The compressed page is one ordinary gzip stream (RFC 1951, 1952): parts
compressed on their own, each ending at a byte, with what is personal between them as stored blocks.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from markupsafe import Markup, escape

from db.values import Receipt
from hall.moment.snapshot import SeatCard, Snapshot
from hall.phones.phone_page import PhoneView, render_phone, seconds_between
from hall.phones.phone_view import is_spoiled, may_have_voted, milliseconds, news_of, receipt_view, view_of
from scoring.round import Phase

LONG = 160  # bytes from which compressing a part is worth its while
_NOW_MS, _CLOSES_MS, _VERSION = 8102444000001, 8110098320001, 987654321  # signs where the page wants a number
_NUMBERS = {str(_NOW_MS): "now_ms", str(_CLOSES_MS): "closes_ms", str((_CLOSES_MS - _NOW_MS) // 1000): "seconds_left",
            str(_VERSION): "version"}
_SIGN = re.compile("\ue000(\\w+)\ue001|" + "|".join(_NUMBERS))
_GZIP = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_END = b"\x03\x00"


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch of the page: fixed text with its compressed form, or the name of what is personal."""

    sign: str
    plain: bytes = b""
    packed: bytes = b""


@dataclass(frozen=True, slots=True)
class Blank:
    """The page of a round, a group and a kind of moment, without what is personal."""

    parts: tuple[_Part, ...]
    policy: str

    def filled(self, personal: Mapping[str, str], *, compressed: bool) -> bytes:
        own = {sign: text.encode() for sign, text in personal.items()}
        if not compressed:
            return b"".join([part.plain or own.get(part.sign, b"") for part in self.parts])
        checksum, size, out = 0, 0, [_GZIP]
        for part in self.parts:
            plain = part.plain or own.get(part.sign, b"")
            checksum, size = zlib.crc32(plain, checksum), size + len(plain)
            out.append(part.packed or _stored(plain))
        out.append(_END + struct.pack("<LL", checksum, size))
        return b"".join(out)


def page_of(snapshot: Snapshot, seat: SeatCard, receipt: Receipt | None, *, at: datetime, nonce: str,
            compressed: bool) -> tuple[bytes, str]:
    """The seat's page and its Content-Security-Policy: the same page as `render_phone(view_of(...))` gives."""
    blank = _blank(snapshot, seat, receipt, at)
    return blank.filled(_personal(snapshot, seat, receipt, at, nonce), compressed=compressed), blank.policy


def is_shelved(snapshot: Snapshot, receipt: Receipt | None) -> bool:
    """An open paper that has been sent shows its own marks in every field: such a page is made singly."""
    return receipt is None or snapshot.round is None or snapshot.round.phase is not Phase.OPEN


def _blank(snapshot: Snapshot, seat: SeatCard, receipt: Receipt | None, at: datetime) -> Blank:
    now = snapshot.round
    recused = () if now is None else tuple(snapshot.recused(seat, key) for key in now.targets)
    key = ("page", seat.group, seat.shadow, recused, receipt is not None and len(receipt.lines) > 0, receipt is None,
           receipt is not None and is_spoiled(receipt), may_have_voted(snapshot, seat))
    kept = snapshot.kept.get(key)
    if not isinstance(kept, Blank):
        page = render_phone(_with_signs(view_of(snapshot, seat, receipt, at=at, nonce="", etag="")))
        kept = snapshot.kept[key] = Blank(parts=tuple(_cut(page.html)), policy=page.policy)
    return kept


def _with_signs(view: PhoneView) -> PhoneView:
    receipt = view.receipt
    if receipt is not None:
        receipt = replace(receipt, code=_sign("code"), version=_VERSION, time=_sign("time") if receipt.time else "",
                          sent=(_sign("sent"),) if receipt.sent else ())
    return replace(view, seat_name=_sign("seat_name"), seat_code=_sign("seat_code"), nonce=_sign("nonce"),
                   etag=_sign("etag"), receipt=receipt, now_ms=_NOW_MS,
                   closes_ms=None if view.closes_ms is None else _CLOSES_MS)


def _personal(snapshot: Snapshot, seat: SeatCard, receipt: Receipt | None, at: datetime, nonce: str) -> dict[str, str]:
    now_ms, own = milliseconds(at), {}
    if receipt is not None:
        shown = receipt_view(snapshot, seat, receipt)
        own = {"code": escape(shown.code), "version": str(shown.version), "time": escape(shown.time),
               "sent": Markup("</p><p>").join(shown.sent)}
    if snapshot.round is not None and snapshot.round.closes_at is not None:
        closes_ms = milliseconds(snapshot.round.closes_at)
        own |= {"closes_ms": str(closes_ms), "seconds_left": str(seconds_between(now_ms, closes_ms))}
    return own | {"seat_name": escape(seat.name), "seat_code": escape(seat.code), "nonce": escape(nonce),
                  "etag": escape(news_of(snapshot, seat, receipt).etag), "now_ms": str(now_ms)}


def _sign(name: str) -> str:
    return f"\ue000{name}\ue001"


def _cut(html: str) -> Iterator[_Part]:
    end = 0
    for found in _SIGN.finditer(html):
        yield _fixed(html[end:found.start()])
        yield _Part(found[1] or _NUMBERS[found[0]])
        end = found.end()
    yield _fixed(html[end:])


def _fixed(text: str) -> _Part:
    plain = text.encode()
    if len(plain) < LONG:
        return _Part("", plain, _stored(plain))
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, 9)
    return _Part("", plain, packer.compress(plain) + packer.flush(zlib.Z_FULL_FLUSH))


def _stored(plain: bytes) -> bytes:
    """One stored block a 65,535 bytes: nothing personal is longer, but a list of many targets' marks may be."""
    return b"".join(
        b"\x00" + struct.pack("<HH", len(piece), len(piece) ^ 0xFFFF) + piece
        for piece in (plain[n:n + 65_535] for n in range(0, len(plain), 65_535)))
