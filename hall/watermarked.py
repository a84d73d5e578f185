"""Middleware of a rehearsal's or a demonstration's server: every page that it answers, whosever it is, bears its mark.

It stands around everything else, so that a route written tomorrow is marked too. A house that is none is served without
it, and pays nothing. Pages come plain here (compression is asked away), are marked, compressed for whoever takes it, and
may not be kept; every other answer says `X-Rehearsal: 1` (or `X-Demo: 1`).
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hall.phones.phone_answer import takes_gzip
from office.prints.watermark import Mark, marked_page

_KEPT = (b"etag", b"last-modified", b"cache-control", b"content-length")
SMALL = 1000  # bytes, up to which compressing is not worth its while
_ROOT = b'id="root"'  # Streamlit's page, which fills the window


class Watermarked:
    """`Watermarked(app, mark)` answers as `app` does, marked."""

    def __init__(self, app: ASGIApp, mark: Mark) -> None:
        self._app = app
        self._mark = mark

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        compressed = takes_gzip(Request(scope))
        if not scope["path"].startswith(("/static/", "/_stcore/")):
            scope = {**scope, "headers": [one for one in scope["headers"] if one[0] != b"accept-encoding"]}
        await self._app(scope, receive, _Marking(send, self._mark, empty=scope["method"] == "HEAD", compressed=compressed))


class _Marking:
    """The `send` of one answer: a page is held back until it is whole."""

    def __init__(self, send: Send, mark: Mark, *, empty: bool, compressed: bool) -> None:
        self._send = send
        self._mark = mark
        self._empty = empty
        self._compressed = compressed
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [*message.get("headers", ()), (self._mark.header.encode(), b"1")]
            message = {**message, "headers": headers}
            kind = next((value for name, value in headers if name.lower() == b"content-type"), b"")
            if kind.startswith(b"text/html") and message["status"] != 304 and not self._empty:
                self._start = message
                return
        elif message["type"] == "http.response.body" and self._start is not None:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._send_page(self._start)
            return
        await self._send(message)

    async def _send_page(self, start: Message) -> None:
        style = self._mark.app_style if _ROOT in self._body else self._mark.style
        body = marked_page(self._body.decode(), self._mark, style).encode()
        headers = [(name, _with_style(value, style) if name.lower() == b"content-security-policy" else value)
                   for name, value in start["headers"] if name.lower() not in _KEPT]
        if self._compressed and len(body) > SMALL:
            body = await asyncio.to_thread(gzip.compress, body, 5, mtime=0)
            headers += [(b"content-encoding", b"gzip"), (b"vary", b"Accept-Encoding")]
        headers += [(b"cache-control", b"no-store"), (b"content-length", b"%d" % len(body))]
        await self._send({**start, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})


def _with_style(policy: bytes, style: str) -> bytes:
    """A policy that names styles by hash names this one too; one that lets any style in stays as it is."""
    kept = [part.strip() for part in policy.split(b";")]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest())
    return b"; ".join(
        part.replace(b"style-src ", b"style-src 'sha256-%b' " % digest, 1)
        if part.startswith(b"style-src ") and b"'sha256-" in part else part for part in kept)
