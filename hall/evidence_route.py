"""Evidence over plain routes: a page from which a unit's liaison sends photos by phone, and the files themselves.

    GET  /evidence/of/{number}        what is there, and the form (sign-in cookie; no script, any browser)
    POST /evidence/of/{number}        photos and documents, and what they show
    GET  /evidence/file/{id}?size=    the file to be saved; of a photo a picture (thumb, view)

The pages of the desktop go through the same functions of `office.proof.evidence`. Who is not signed in is sent to the door.
"""

from __future__ import annotations

from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from db.values import Staff
from hall.door import cookie_of
from hall.house import House
from hall.plain_page import asked_size, notice, page, served
from hall.uploads import Form, NotTaken, read_form
from office import people
from office.listing.item_nodes import reportable
from office.listing.item_rights import may
from office.listing.items import happen, state_of
from office.local_time import day, minute
from office.proof import evidence
from office.proof.evidence_kinds import Kind as FileKind
from office.proof.evidence_shelf import TooLarge, shelf_of
from office.refusal import NotAllowed, NotFound, Refused
from scoring.commitment import Kind
from scoring.item import Item
from scoring.life_rules import MOMENTS

ACCEPT = "image/*,.pdf,.docx,.xlsx,.ofd"


def routes(house: House) -> list[Route]:
    """`/evidence` and what is behind it."""
    desk = _EvidenceDesk(house)
    return [
        Route("/evidence/of/{number:path}", desk.show, methods=["GET"]),
        Route("/evidence/of/{number:path}", desk.take, methods=["POST"]),
        Route("/evidence/file/{id:int}", desk.file, methods=["GET"]),
    ]


class _EvidenceDesk:
    def __init__(self, house: House) -> None:
        self._house = house
        self._shelf = shelf_of(house.database)
        self._shelf.tidy(house.clock().timestamp())

    def show(self, request: Request) -> Response:
        who = self._who(request)
        if who is None:
            return _to_door(request)
        return self._page(request.path_params["number"], who, said="收到了。" if "done" in request.query_params else "")

    async def take(self, request: Request) -> Response:
        who = await run_in_threadpool(self._who, request)
        if who is None:
            return notice("请先登录", "登录已失效，没有收下。请登录后重新上传。", status=401, back="/door", back_words="去登录")
        number = request.path_params["number"]
        try:
            form = await read_form(request)
        except ClientDisconnect:
            return Response(status_code=400)
        except Refused as refused:
            return await run_in_threadpool(self._page, number, who, refused=refused)
        try:
            return await run_in_threadpool(self._take, number, who, form)
        finally:
            await run_in_threadpool(form.close)

    def _take(self, number: str, who: Staff, form: Form) -> Response:
        words, node = form.fields.get("words", "").strip(), form.fields.get("node", "").strip()
        at, database = self._house.clock(), self._house.database
        try:
            with form.onto(self._shelf) as files:
                lines = evidence.attach(database, number, files, who=who, at=at)
        except Refused as refused:
            return self._page(number, who, refused=refused, words=words, node=node)
        if (words or node) and not _reported(state_of(database, number), words, node, {one.sha256 for one in lines}):
            try:
                happen(database, number, Kind.REPORTED, who=who, at=at, text=words, node=node,
                       evidence=tuple(dict.fromkeys(one.sha256 for one in lines)))
            except Refused as refused:
                return self._page(number, who, refused=Refused(f"佐证已收下，说明没有记上：{refused}"), words=words, node=node)
        return RedirectResponse(f"/evidence/of/{quote(number)}?done=1", status_code=303)

    def file(self, request: Request) -> Response:
        who = self._who(request)
        if who is None:
            return _to_door(request)
        try:
            found = evidence.served(self._house.database, request.path_params["id"], who)
        except NotFound as gone:
            return notice("打不开", str(gone), status=404)
        return served(request, self._shelf, found, asked_size(request))

    def _page(self, number: str, who: Staff, *, said: str = "", refused: Refused | None = None,
              words: str = "", node: str = "") -> Response:
        """The form with what is there; a refusal in words at its head."""
        database = self._house.database
        try:
            item = evidence.item_for(database, number, who)
        except NotFound as unknown:
            return notice("打不开", str(unknown), status=404, back="/commitments", back_words="承诺清单")
        files = [dict(id=one.id, name=one.name, photo=FileKind(one.media_type).is_photo, words=FileKind(one.media_type).words,
                      at=minute(one.added_at), by=one.added_by, gone=one.deleted_why or "")
                 for one in evidence.evidence_of(database, number, who)]
        stands = state_of(database, number)
        may_report = may(who, stands, Kind.REPORTED) and Kind.REPORTED in MOMENTS[stands.status]
        nodes = reportable(database, stands, day(self._house.clock())) if may_report else ()
        return page("evidence.html", status=status_of(refused), item=item, files=files, may_add=evidence.may_add(who, item),
                    may_report=may_report, nodes=nodes, node=node, said=said, refused=str(refused or ""), words=words,
                    accept=ACCEPT)

    def _who(self, request: Request) -> Staff | None:
        return people.who(self._house.database, request.cookies.get(cookie_of(self._house)), at=self._house.clock())


def _to_door(request: Request) -> Response:
    return RedirectResponse(f"/door?next={quote(request.url.path, safe='')}", status_code=303)


def _reported(item: Item, words: str, node: str, sent: set[str]) -> bool:
    """Whether this very report stands already: a phone that got no answer sends it again."""
    told = [one for one in item.nodes if one.node == node] if node else item.readings[-3:]
    return any(one.text == words and set(one.evidence) == sent for one in told)


def status_of(refused: Refused | None) -> int:
    """HTTP's word for how a form was taken."""
    if refused is None:
        return 200
    if isinstance(refused, NotTaken):
        return refused.status
    return 413 if isinstance(refused, TooLarge) else 403 if isinstance(refused, NotAllowed) else 422
