"""The door: signing in and out over plain routes, and who it is that a page or a route is talking to.

The sign-in is an HttpOnly cookie with a random token; the database knows its SHA-256 and can end it. Every
POST that carries the cookie checks its Origin, because Streamlit protects only its own endpoints.
"""

from __future__ import annotations

import time
from collections import defaultdict, deque
from functools import lru_cache
from pathlib import Path
from urllib.parse import parse_qs, quote

from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from db.values import Staff
from hall.house import House, the_house
from hall.moment.network import same_host
from office import people
from office.refusal import Refused

COOKIE = "leitai_door"
REHEARSAL_COOKIE = "leitai_door_rehearsal"  # cookies know no ports: signing in there must not sign out here
BODY_BOUND = 8192
TRIES = 8
TRY_SECONDS = 300.0


def read_cookie() -> str | None:
    """The sign-in token of the Streamlit session that is running. Tests replace this one function."""
    import streamlit as st

    token = st.context.cookies.get(cookie_of(the_house()))
    return None if token is None else str(token)


def cookie_of(house: House) -> str:
    return REHEARSAL_COOKIE if house.is_rehearsal else COOKIE


def person_here(house: House) -> Staff | None:
    """Who is signed in, for a page."""
    return people.who(house.database, read_cookie(), at=house.clock())


def routes(house: House) -> list[Route]:
    """`/door` and what is behind it."""
    door = _Door(house)
    return [
        Route("/door", door.show, methods=["GET"]),
        Route("/door", door.enter, methods=["POST"]),
        Route("/door/out", door.show_out, methods=["GET"]),
        Route("/door/out", door.leave, methods=["POST"]),
        Route("/door/link/{secret}", door.show_link, methods=["GET"]),
        Route("/door/link/{secret}", door.use_link, methods=["POST"]),
    ]


class SendToDoor:
    """Middleware: a page asked for without a sign-in is answered with the door, and with nothing else."""

    def __init__(self, app: ASGIApp, house: House, paths: frozenset[str]) -> None:
        self._app = app
        self._house = house
        self._paths = paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and scope["path"] in self._paths:
            request = Request(scope)
            if await run_in_threadpool(_person, self._house, request) is None:
                query = f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else ""
                answer = RedirectResponse(f"/door?next={quote(scope['path'] + query, safe='')}", status_code=303)
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)


def same_origin(request: Request) -> bool:
    """A browser's POST comes from our own pages; a client without an Origin header is not a browser."""
    origin = request.headers.get("origin")
    return origin is None or same_host(origin, request.headers.get("host", ""))


class _Door:
    def __init__(self, house: House) -> None:
        self._house = house
        self._failures: dict[tuple[str, str], deque[float]] = defaultdict(deque)

    def show(self, request: Request) -> Response:
        house = self._house
        if house.is_rehearsal and not people.has_staff(house.database):
            return _page("notice", message="彩排不用密码。请在正式系统的“会前准备”里点“彩排”，从那里的入口进来。")
        if not people.has_staff(house.database):
            return _page("first", status=200)
        return _page("sign_in", next=_safe(request.query_params.get("next")), name="", message="")

    async def enter(self, request: Request) -> Response:
        form = await _form(request)
        if form is None:
            return _page("sign_in", status=403, next="/", name="", message="请从本系统的登录页登录。")
        return await run_in_threadpool(self._enter, request, form)

    def _enter(self, request: Request, form: dict[str, str]) -> Response:
        house, name, goal = self._house, form.get("name", "").strip(), _safe(form.get("next"))
        if len(self._failures) > 1000:
            self._failures.clear()  # somebody is trying names; the slow hash still slows every try
        tried = (request.client.host if request.client else "", name[:40])  # nobody locks another address out
        failures = self._failures[tried]
        while failures and time.monotonic() - failures[0] > TRY_SECONDS:
            failures.popleft()
        if len(failures) >= TRIES:
            return _page("sign_in", status=429, next=goal, name=name, message="试错太多次，请过五分钟再试，或找管理员重发登录链接。")
        try:
            token = people.sign_in(house.database, name, form.get("password", "")[:200], at=house.clock())
        except Refused as refused:
            failures.append(time.monotonic())
            return _page("sign_in", status=401, next=goal, name=name, message=str(refused))
        self._failures.pop(tried, None)
        return _let_in(house, request, token, goal)

    def show_out(self, _request: Request) -> Response:
        return _page("leave")

    async def leave(self, request: Request) -> Response:
        if not same_origin(request):
            return _page("notice", status=403, message="请从本系统的页面退出。")
        token = request.cookies.get(cookie_of(self._house))
        if token:
            house = self._house
            await run_in_threadpool(people.sign_out, house.database, token, at=house.clock())
        answer = RedirectResponse("/door", status_code=303)
        answer.delete_cookie(cookie_of(self._house), path="/")
        return answer

    def show_link(self, request: Request) -> Response:
        house = self._house
        try:
            person, purpose = people.link_owner(house.database, request.path_params["secret"], at=house.clock())
            if purpose == "demo":
                return _let_in(house, request, people.enter_demo(
                    house.database, request.path_params["secret"], at=house.clock()), "/")
        except Refused as refused:
            return _page("notice", status=404, message=str(refused))
        return _page("password", name=person.name, title=person.title, message="")

    async def use_link(self, request: Request) -> Response:
        form = await _form(request)
        if form is None:
            return _page("notice", status=403, message="请从本系统的页面提交。")
        return await run_in_threadpool(self._use_link, request, form)

    def _use_link(self, request: Request, form: dict[str, str]) -> Response:
        house, secret = self._house, request.path_params["secret"]
        try:
            person, _purpose = people.link_owner(house.database, secret, at=house.clock())
        except Refused as refused:
            return _page("notice", status=404, message=str(refused))
        if form.get("password", "") != form.get("again", ""):
            return _page("password", status=422, name=person.name, title=person.title, message="两次输入的密码不一样。")
        try:
            token = people.set_password(house.database, secret, form.get("password", ""), at=house.clock())
        except Refused as refused:
            return _page("password", status=422, name=person.name, title=person.title, message=str(refused))
        return _let_in(house, request, token, "/")


def _person(house: House, request: Request) -> Staff | None:
    return people.who(house.database, request.cookies.get(cookie_of(house)), at=house.clock())


def _let_in(house: House, request: Request, token: str, goal: str) -> Response:
    answer = RedirectResponse(goal, status_code=303)
    answer.set_cookie(cookie_of(house), token, max_age=people.SIGN_IN_DAYS * 86400, path="/", httponly=True, samesite="lax",
                      secure=request.url.scheme == "https")
    return answer


async def _form(request: Request) -> dict[str, str] | None:
    """The fields of a small urlencoded form from our own pages; None for anything else."""
    if not same_origin(request):
        return None
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > BODY_BOUND:
            return None
    return {key: values[-1] for key, values in parse_qs(body.decode("utf-8", "replace")).items()}


def _safe(goal: str | None) -> str:
    """Only a path of our own: nobody is sent elsewhere after signing in."""
    if not goal or not goal.startswith("/") or goal.startswith("//") or "\\" in goal or goal.startswith("/door"):
        return "/"
    return goal


def _page(state: str, *, status: int = 200, **values: str) -> HTMLResponse:
    html = _templates().get_template("door.html").render(state=state, **values)
    return HTMLResponse(html, status_code=status, headers={
        "Cache-Control": "no-store", "Referrer-Policy": "same-origin", "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'"})


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=select_autoescape())
