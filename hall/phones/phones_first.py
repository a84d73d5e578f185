"""Phones before everything else: their requests never pass through what Streamlit needs for its own pages."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from hall.phones.phone import HouseOfPhones, Phones
from hall.phones.phone_answer import no_such_way, takes_gzip


class PhonesFirst:
    """Middleware: a ballot pays only for what it uses.

    Pages are compressed; the short answers to ballots and polls are not worth it.
    """

    def __init__(self, app: ASGIApp, house: HouseOfPhones) -> None:
        self._app = app
        self._phones = Phones(house)
        pages = Starlette(routes=self._phones.routes(), exception_handlers={404: _in_words, 405: _in_words})
        self._pages = GZipMiddleware(pages, minimum_size=1000, compresslevel=5)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or not (path.startswith("/b/") or path in ("/b", "/health")):
            await self._app(scope, receive, send)
        elif (answer := self._phones.straight(scope)) is not None:
            request = Request(scope, receive)
            await (await answer(request))(scope, receive, send)
        else:
            if not takes_gzip(Request(scope)):  # the middleware looks for the word alone, and would find it in gzip;q=0
                scope = {**scope, "headers": [one for one in scope["headers"] if one[0] != b"accept-encoding"]}
            await self._pages(scope, receive, send)


def _in_words(request: Request, failed: Exception) -> Response:
    if not isinstance(failed, HTTPException):
        raise failed
    answer = no_such_way(request, failed.status_code)
    answer.headers.update(failed.headers or {})
    return answer
