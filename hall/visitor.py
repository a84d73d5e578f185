"""A visitor's phone in a look-back (回头看): a link from a badge opens what is to be seen and asks what was found.

    GET  /v/{secret}                    the visits asked for, and which of them are answered
    GET  /v/{secret}/item/{number}      one promise with what the unit shows of it, and the form; no script
    POST /v/{secret}/item/{number}      verdict, words, photos; the same nonce again is the same answer
    GET  /v/{secret}/file/{id}?size=    evidence of these items

The link is the key: nobody signs in, and nothing else opens. After the last day it still shows what
was asked and answered, but no files of the unit, and takes no more.
"""

from __future__ import annotations

import secrets
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from hall.evidence_route import status_of
from hall.house import House
from hall.plain_page import asked_size, notice, page, served
from hall.uploads import Form, read_form
from office.listing.item_words import last_report
from office.local_time import minute
from office.proof.evidence_kinds import Kind
from office.proof.evidence_shelf import shelf_of
from office.refusal import NotFound, Refused
from office.visits import visitors
from scoring.commitment import Status, Verdict

CHOICES = (
    (Verdict.KEPT, "兑现了", "现场看到的与承诺一致"),
    (Verdict.LETTER_ONLY, "只在纸面上兑现", "手续、数字有了，实际问题没有解决"),
    (Verdict.NOT_KEPT, "没有兑现", "没有办成，或办成后又反弹"),
)
_WORDS = {verdict: words for verdict, words, _ in CHOICES}


def routes(house: House) -> list[Route]:
    """`/v` and what is behind it."""
    path = _Path(house)
    return [
        Route("/v/{secret}", path.show, methods=["GET"]),
        Route("/v/{secret}/item/{number:path}", path.show_visit, methods=["GET"]),
        Route("/v/{secret}/item/{number:path}", path.take, methods=["POST"]),
        Route("/v/{secret}/file/{id:int}", path.file, methods=["GET"]),
    ]


class _Path:
    def __init__(self, house: House) -> None:
        self._house = house
        self._shelf = shelf_of(house.database)

    def show(self, request: Request) -> Response:
        secret = request.path_params["secret"]
        try:
            invitation = visitors.opened(self._house.database, secret)
        except NotFound as unknown:
            return _unknown(unknown)
        given = {one.item_id: _WORDS[Verdict(one.verdict)] for one in invitation.answers}
        return page(
            "visitor.html", plan=invitation.plan, visitor=invitation.visitor,
            kind=visitors.VisitorKind(invitation.visitor.kind).words, answered=len(given),
            ended=visitors.may_answer(invitation.plan, self._house.clock()),
            rows=[dict(href=f"/v/{secret}/item/{quote(one.number)}", text=one.text, unit=one.unit_name, number=one.number,
                       state=given.get(one.item_id, "")) for one in invitation.visits])

    def show_visit(self, request: Request) -> Response:
        return self._visit_page(request.path_params["secret"], request.path_params["number"])

    async def take(self, request: Request) -> Response:
        secret, number = request.path_params["secret"], request.path_params["number"]
        try:
            await run_in_threadpool(visitors.opened, self._house.database, secret)
            form = await read_form(request)
        except ClientDisconnect:
            return Response(status_code=400)
        except NotFound as unknown:
            return _unknown(unknown)
        except Refused as refused:
            return await run_in_threadpool(self._visit_page, secret, number, refused=refused)
        try:
            return await run_in_threadpool(self._take, secret, number, form)
        finally:
            await run_in_threadpool(form.close)

    def _take(self, secret: str, number: str, form: Form) -> Response:
        said = form.fields
        try:
            with form.onto(self._shelf) as photos:
                visitors.answer(
                    self._house.database, secret, number, verdict=said.get("verdict", ""), words=said.get("words", ""),
                    nonce=said.get("nonce", ""), files=photos, at=self._house.clock())
        except NotFound as unknown:
            return _unknown(unknown)
        except Refused as refused:
            return self._visit_page(secret, number, refused=refused, verdict=said.get("verdict", ""),
                                    words=said.get("words", ""))
        return RedirectResponse(f"/v/{secret}/item/{quote(number)}", status_code=303)

    def file(self, request: Request) -> Response:
        try:
            found = visitors.served(self._house.database, request.path_params["secret"], request.path_params["id"],
                                    at=self._house.clock())
        except NotFound as gone:
            return _unknown(gone)
        return served(request, self._shelf, found, asked_size(request))

    def _visit_page(self, secret: str, number: str, *, refused: Refused | None = None, verdict: str = "",
                    words: str = "") -> Response:
        """One promise; a refusal in words at its head, with what was filled in."""
        database = self._house.database
        try:
            invitation = visitors.opened(database, secret)
            visit = invitation.visit(number)
        except NotFound as unknown:
            return _unknown(unknown)
        given = invitation.answer(visit)
        files = [dict(href=f"/v/{secret}/file/{one.id}", name=one.name, photo=Kind(one.media_type).is_photo,
                      words=f"{Kind(one.media_type).words}，{minute(one.added_at)}", mine=one.answer_id in invitation.sent)
                 for one in visitors.evidence_for(database, invitation, visit, at=self._house.clock())]
        ended = visitors.may_answer(invitation.plan, self._house.clock())
        return page(
            "visit.html", status=status_of(refused), visit=visit, status_words=Status(visit.status).words,
            progress=last_report(visit.status, visit.progress),
            back=f"/v/{secret}", choices=CHOICES, refused=str(refused or ""), ended=ended,
            given=None if given is None else dict(words=given.words, verdict=_WORDS[Verdict(given.verdict)],
                                                  at=minute(given.at)),
            chosen=verdict or (given.verdict if given else ""), words=words or (given.words if given else ""),
            shown=[one for one in files if not one["mine"]], mine=[one for one in files if one["mine"]],
            nonce=secrets.token_urlsafe(12))


def _unknown(why: NotFound) -> Response:
    return notice("打不开", str(why), status=404)
