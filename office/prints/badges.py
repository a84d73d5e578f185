"""Badges: a seat's secret as a QR code. Shown once when it is issued; the database keeps only its SHA-256.

A new badge stops the old one at once. 128 random bits: a link cannot be guessed.
"""

from __future__ import annotations

import hashlib
import io
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import qrcode
import qrcode.image.svg

from db.engine import Database
from db.reads import people as people_reads
from db.reads import sittings as reads
from db.values import Seat
from db.work import Work, work
from office.nearest import no_sitting
from office.refusal import NotFound, Refused
from scoring.rule import Rule, read_rule

_ADDRESS = re.compile(r"https?://[^\s/:?#@\[\]]+(:[0-9]{1,5})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """One seat's badge at the moment it is issued: the only time its link can be seen."""

    seat: str
    name: str
    group: str
    group_name: str
    link: str


def issue_badges(database: Database, sitting: str, codes: tuple[str, ...] | None = None, *, base_url: str, by: str,
                 at: datetime, keep: Callable[[tuple[Badge, ...]], None] | None = None) -> tuple[Badge, ...]:
    """New badges for these seats, or for every seat that counts; earlier badges of them stop at once.

    A secret paper belongs to its badge: a secret seat that has voted in the open round keeps that paper, and its
    new badge is refused a second one until the next round (the ballot box does that). `keep` is given the badges
    inside the transaction: if it fails, no badge has changed.
    """
    with work(database) as w:
        found = reads.sitting(w.c, sitting)
        if found is None:
            raise no_sitting(sitting, (one.key for one in reads.sittings(w.c)))
        rule = read_rule(reads.rule_text(w.c, found.id)[0].encode())
        among = reads.seats if codes is None else reads.every_seat  # a shadow seat's badge is asked for by its code
        seats = {seat.code: seat for seat in among(w.c, found.id)}
        unknown = [code for code in codes or () if code not in seats]
        if unknown:
            raise NotFound(f"没有席位“{'、'.join(unknown)}”。")
        chosen = [seats[code] for code in codes] if codes is not None else list(seats.values())
        issued = give_badges(w, rule, chosen, base_url=base_url, at=at)
        w.roster.touch(found.id)
        w.record.append(at=at, actor=by, action="制发胸牌", sitting_id=found.id,
                        seats=list(codes) if codes is not None else "全部", count=len(chosen))
        if keep is not None:
            keep(issued)
    return issued


def give_badges(w: Work, rule: Rule, seats: Sequence[Seat], *, base_url: str, at: datetime) -> tuple[Badge, ...]:
    """New badges inside somebody's transaction, which records what they are for."""
    drawn = {seat.id: secrets.token_urlsafe(16) for seat in seats}
    w.roster.issue_badges({i: hashlib.sha256(s.encode()).hexdigest() for i, s in drawn.items()}, at)
    return tuple(
        Badge(seat=seat.code, name=seat.name, group=seat.group, group_name=rule.group(seat.group).name,
              link=f"{base_url.rstrip('/')}/b/{drawn[seat.id]}")
        for seat in seats)


def stop_badge(database: Database, sitting: str, code: str, *, by: str, at: datetime) -> None:
    """Revoke a seat's badge without a new one."""
    with work(database) as w:
        found = reads.sitting(w.c, sitting)
        seat = next((s for s in reads.every_seat(w.c, found.id) if s.code == code), None) if found else None
        if found is None or seat is None:
            raise NotFound(f"没有席位“{code}”。")
        w.roster.stop_badges([seat.id], at)
        w.roster.touch(found.id)
        w.record.append(at=at, actor=by, action="停用胸牌", sitting_id=found.id, seat=code)


def public_url(database: Database, fallback: str) -> str:
    """The address that badges carry: the one entered on the preparation page, else the fallback."""
    with database.reading() as c:
        return people_reads.setting(c, "public_url") or fallback


def set_public_url(database: Database, url: str, *, by: str, at: datetime) -> None:
    """The address under which phones reach this system. Badges already printed keep the one they were printed with."""
    url = url.strip().rstrip("/")
    if not _ADDRESS.fullmatch(url):
        raise Refused("地址请写成 http://主机:端口，例如 http://192.168.1.20:8501，后面不带别的。")
    with work(database) as w:
        w.roster.put_setting("public_url", url)
        for sitting in reads.sittings(w.c):
            w.roster.touch(sitting.id)
        w.record.append(at=at, actor=by, action="设置手机访问地址", url=url)


def qr_svg(link: str) -> str:
    """The QR code as an SVG element that scales with its frame; black on white, quiet zone included."""
    code = qrcode.QRCode(border=2, error_correction=qrcode.ERROR_CORRECT_M)
    code.add_data(link)
    image = code.make_image(image_factory=qrcode.image.svg.SvgPathFillImage)
    written = io.BytesIO()
    image.save(written)
    svg = written.getvalue().decode()
    return svg[svg.index("<svg"):]


def qr_terminal(link: str) -> str:
    """The QR code in half blocks, for a terminal."""
    code = qrcode.QRCode(border=1)
    code.add_data(link)
    written = io.StringIO()
    code.print_ascii(out=written, invert=True)
    return written.getvalue()
