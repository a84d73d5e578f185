"""The HTML of the public board: the whole page once, and its parts again whenever one of them changes.

Nothing here decides what may be seen (`hall.screen.board_view` does). The style and the script are static, so the
Content-Security-Policy names them by hash; the script only puts newer parts in the place of older ones.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from hall.screen.board_view import BoardView, Heading

TEMPLATES = Path(__file__).parents[1] / "templates"
PARTS = ("stand", "stage", "released", "agenda")


def parts_of(view: BoardView) -> dict[str, str]:
    """The parts of a board that change, as HTML; an empty one is not shown."""
    module = _ENVIRONMENT.get_template("board_parts.html").module
    return {name: str(getattr(module, name)(view)).strip() for name in PARTS}


def render_board(view: BoardView, parts: dict[str, str], etag: str, every: int) -> str:
    """`etag`: of the news that say the same as this page, so that the first question is answered by 304."""
    return _ENVIRONMENT.get_template("board.html").render(
        v=view, parts={name: Markup(html) for name, html in parts.items()}, etag=etag, every=every, style=_STYLE,
        script=_SCRIPT)


def render_list(rows: Iterable[Heading]) -> str:
    return _ENVIRONMENT.get_template("board_list.html").render(rows=tuple(rows), style=_STYLE)


def render_receipts(key: str, title: str, rows: Iterable[object]) -> str:
    """`rows`: `hall.screen.board_receipts.Coded`."""
    return _ENVIRONMENT.get_template("board_receipts.html").render(key=key, title=title, rows=tuple(rows), style=_STYLE)


def render_notice(title: str, words: str) -> str:
    return _ENVIRONMENT.get_template("board_notice.html").render(title=title, words=words, style=_STYLE)


def _hash(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def _read(name: str) -> Markup:
    return Markup((TEMPLATES / name).read_text(encoding="utf-8").strip())


_ENVIRONMENT = Environment(loader=FileSystemLoader(TEMPLATES, encoding="utf-8"), autoescape=True, auto_reload=False,
                           undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
_STYLE, _SCRIPT = _read("board.css"), _read("board.js")
POLICY = ("default-src 'none'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
          f"frame-ancestors 'none'; style-src {_hash(_STYLE)}; script-src {_hash(_SCRIPT)}")
