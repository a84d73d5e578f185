"""Small pages of ours beside Streamlit's: evidence from a phone, a visitor's look-back. No script, nothing external.

    page("evidence.html", status=200, item=..., files=...)

Each page is whole HTML of a few kB with its style inside; the Content-Security-Policy names that style by its hash
and lets nothing else in but pictures of our own. `served` answers with a file of the shelf: a document is never shown
inside a page, a picture only as one that we have drawn anew.
"""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

from office.proof.evidence import Served
from office.proof.evidence_shelf import Shelf, Size
from office.refusal import NotFound

TEMPLATES = Path(__file__).parent / "templates"
_SEALED = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "X-Robots-Tag": "noindex",
           "X-Frame-Options": "DENY"}


def page(template: str, *, status: int = 200, **values: object) -> HTMLResponse:
    """A page of this template; `values` are text for people and are escaped."""
    html = _environment().get_template(template).render(style=_style(), **values)
    return HTMLResponse(html, status_code=status, headers={
        **_SEALED, "Cache-Control": "no-store",
        "Content-Security-Policy": f"default-src 'none'; style-src {_style_hash()}; img-src 'self' data:; "
                                   "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"})


def notice(title: str, words: str, *, status: int, back: str = "", back_words: str = "返回") -> HTMLResponse:
    """A page that only says something, and leads back."""
    return page("plain_notice.html", status=status, title=title, words=words, back=back, back_words=back_words)


def served(request: Request, shelf: Shelf, file: Served, size: Size | None) -> Response:
    """The file itself to be saved, or of a photo the picture to be shown. The browser asks again each time."""
    shown = size if file.kind.is_photo else None
    tag = f'"{file.sha256[:32]}-{shown or "whole"}"'
    headers = {**_SEALED, "Cache-Control": "private, no-cache", "ETag": tag,
               "Content-Security-Policy": "default-src 'none'; sandbox", "Cross-Origin-Resource-Policy": "same-origin"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    try:
        if shown is not None:
            return Response(shelf.picture(file.sha256, shown), media_type="image/jpeg", headers=headers)
        headers["Content-Disposition"] = f"attachment; {_file_name(file)}"
        return FileResponse(shelf.path(file.sha256), media_type=file.kind.value, headers=headers)
    except NotFound as gone:
        return notice("打不开", str(gone), status=404)


def _file_name(file: Served) -> str:
    """The name that it came with, ending as what it is: nothing is saved as a program because somebody called it so."""
    ending = file.kind.ending
    name = file.name if file.name.lower().endswith((f".{ending}", ".jpeg")) else f"{file.name}.{ending}"
    return f"filename=\"{file.sha256[:12]}.{ending}\"; filename*=UTF-8''{quote(name, safe='')}"


def asked_size(request: Request) -> Size | None:
    """`?size=thumb` or `view`; None for the whole file."""
    asked = request.query_params.get("size", "")
    return Size(asked) if asked in tuple(Size) else None


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES, encoding="utf-8"), autoescape=True, auto_reload=False,
                       undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


@lru_cache(maxsize=1)
def _style() -> Markup:
    return Markup((TEMPLATES / "plain.css").read_text(encoding="utf-8").strip())


@lru_cache(maxsize=1)
def _style_hash() -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode() + "'"
