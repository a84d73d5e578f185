"""Phones before everything else: their requests never pass through what Streamlit needs for its own pages."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from hall.phone import HouseOfPhones, routes


class PhonesFirst:
    """Middleware: a ballot pays only for what it uses.

    Pages are compressed; the short answers to ballots and polls are not worth it.
    """

    def __init__(self, app: ASGIApp, house: HouseOfPhones) -> None:
        self._app = app
        self._answers = Starlette(routes=routes(house))
        self._pages = GZipMiddleware(self._answers, minimum_size=1000, compresslevel=5)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or not (path.startswith("/b/") or path in ("/b", "/health")):
            await self._app(scope, receive, send)
        elif scope["method"] == "GET" and not path.endswith("/now"):
            await self._pages(scope, receive, send)
        else:
            await self._answers(scope, receive, send)
