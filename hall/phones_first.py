"""Phones before everything else: their requests never pass through what Streamlit needs for its own pages."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from hall.phone import HouseOfPhones, Phones


class PhonesFirst:
    """Middleware: a ballot pays only for what it uses.

    Pages are compressed; the short answers to ballots and polls are not worth it.
    """

    def __init__(self, app: ASGIApp, house: HouseOfPhones) -> None:
        self._app = app
        self._phones = Phones(house)
        self._pages = GZipMiddleware(Starlette(routes=self._phones.routes()), minimum_size=1000, compresslevel=5)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or not (path.startswith("/b/") or path in ("/b", "/health")):
            await self._app(scope, receive, send)
        elif (answer := self._phones.straight(scope)) is not None:
            request = Request(scope, receive)
            await (await answer(request))(scope, receive, send)
        else:
            await self._pages(scope, receive, send)
