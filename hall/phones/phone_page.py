"""What a phone shows, as frozen values, and the HTML that shows it: one template, everything inline.

Nothing here knows a database, a request or a secret. Texts arrive as they are and are escaped by the template.
The style and the script are static, so the Content-Security-Policy names them by hash; data for the script stands
in `data-` attributes. A page stays under 18.3 kB: `render_phone` leaves out what a unit states, part by part, where a
long paper would not. Only one paper for many units is larger; such a page is sent compressed.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from hall.phones.phone_squeeze import abridge, squeeze

TEMPLATES = Path(__file__).parents[1] / "templates"
PAGE_BOUND = 18_300
FEW_TARGETS = 4
FOLLOWING, FILLING, RANKING, LEAFING = "phone_hall.js", "phone_paper.js", "phone_rank.js", "phone_parts.js"
FORWARD, CHECKING = "phone_forward.js", "phone_check.js"
STYLE_OF_PARTS = "phone_parts.css"
STYLE, STYLE_OF_CHECK = "phone.css", "phone_check.css"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldView:
    """One number to fill in; `value` as last typed or sent, `error` what is wrong with it."""

    name: str
    criterion: str
    min: str
    max: str
    step: str
    value: str = ""
    error: str = ""

    @property
    def hint(self) -> str:
        return f"{self.min}–{self.max}分" + ("" if self.step == "1" else f"，每档{self.step}")

    @property
    def keypad(self) -> str:
        return "numeric" if "." not in self.step + self.min and not self.min.startswith("-") else "decimal"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceView:
    """One grade."""

    key: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentView:
    text: str
    owner: str
    deadline: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortcomingView:
    text: str
    gap: str = ""
    goal: str = ""
    measures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetView:
    """One target on the paper. `recused` says why this seat may not score it, empty when it may.

    Points have `fields`, grades `choices`, a ranking neither; `value` is the grade or place last sent,
    `state` is "abstain", "dont_know" or empty.
    """

    key: str
    name: str
    presenter: str
    position: int
    total: int
    recused: str = ""
    last_time: str = ""
    shortcomings: tuple[ShortcomingView, ...] = ()
    commitments: tuple[CommitmentView, ...] = ()
    fields: tuple[FieldView, ...] = ()
    choices: tuple[ChoiceView, ...] = ()
    value: str = ""
    state: str = ""
    error: str = ""
    part: str = ""
    off_route: bool = False

    @property
    def is_wrong(self) -> bool:
        return bool(self.error) or any(one.error for one in self.fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptView:
    """`sent` is one line a target, in words; `time` is empty for a secret ballot; `spoiled`: by the clerk, afterwards."""

    code: str
    version: int
    time: str
    sent: tuple[str, ...]
    spoiled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneView:
    """Everything one phone shows at one moment. `phase` is waiting, open, closed or published.

    `replaced`: of a secret seat with a new badge, whose paper of before, if there was one, nobody here knows.
    `shadow`: a seat for training, whose papers are never counted. `barred`: recused for every target of the round.
    `partial`: the rule lets criteria stay blank.
    `phase_code` and `etag` are what `/now` says of the same moment; times are milliseconds since 1970.
    """

    sitting_title: str
    note: str
    seat_name: str
    seat_code: str
    group_name: str
    secret_group: bool
    phase: str
    phase_code: str = ""
    etag: str = ""
    now_ms: int = 0
    round: str | None = None
    closes_ms: int | None = None
    targets: tuple[TargetView, ...] = ()
    ranking: bool = False
    partial: bool = False
    barred: bool = False
    receipt: ReceiptView | None = None
    nonce: str = ""
    message: str = ""
    next_up: str = ""
    void_note: str = ""
    shadow: bool = False
    may_ask: bool = False
    route: str = ""
    replaced: bool = False

    @property
    def parts(self) -> tuple[tuple[str, tuple[TargetView, ...]], ...]:
        """A long paper's parts with what is to be filled in; none of a short one."""
        found: dict[str, list[TargetView]] = {}
        for one in self.targets:
            if one.part and not one.recused:
                found.setdefault(one.part, []).append(one)
        return tuple((name, tuple(some)) for name, some in found.items())

    @property
    def excused(self) -> tuple[str, ...]:
        """What a long paper leaves out, in words."""
        own = [one for one in self.targets if one.recused and not one.off_route]
        unseen = sum(one.off_route for one in self.targets)
        parts = {one.part for one in own}
        names = f"{parts.pop()}的{len(own)}家" if len(parts) == 1 and len(own) > 3 else "、".join(
            one.name for one in own[:3]) + (f"等{len(own)}家" if len(own) > 3 else "")
        return (*([f"您需回避{names}，不参加打分。"] if own else []),
                *([f"另有{unseen}个项目不在您的线路，不用打分。"] if unseen else []))

    @property
    def heading(self) -> str:
        return self.targets[0].name if len(self.targets) == 1 else self.sitting_title

    @property
    def seconds_left(self) -> int | None:
        return None if self.closes_ms is None else seconds_between(self.now_ms, self.closes_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A rendered page with the policy that lets its own style and script run, and nothing else."""

    html: str
    policy: str


def seconds_between(now_ms: int, closes_ms: int) -> int:
    """Begun seconds that are left; never below 0."""
    return max(0, -(-(closes_ms - now_ms) // 1000))


def render_phone(view: PhoneView) -> Page:
    """The page; what a few units state is shortened, then left out, until it fits into 18.3 kB."""
    parts, styles = [FOLLOWING], [STYLE]
    if view.phase == "waiting":
        parts, styles = [FOLLOWING, CHECKING], [STYLE, STYLE_OF_CHECK]
    if view.phase == "open" and not view.barred:
        parts += [RANKING, FILLING] if view.ranking else [LEAFING, FILLING] if view.parts else [FILLING]
    if view.parts:
        styles.append(STYLE_OF_PARTS)
    script, style = _script(*parts), _style(*styles)
    if view.shadow:
        script = Markup(_as_shadow(script))
    html = ""
    for shorter in _ever_shorter(view) if view.parts or len(view.targets) <= FEW_TARGETS else (view,):
        html = _template("phone.html").render(v=shorter, style=style, script=script)
        if view.shadow:
            html = _as_shadow(html).replace("<main>", f"<main>{_SHADOW}", 1)
        if _weight(html, is_long=bool(view.parts)) <= PAGE_BOUND:
            break
    return Page(html=html, policy=_policy(style, script))


def render_notice(title: str, *lines: str, forward: bool = False) -> Page:
    """A page that only says something. `forward`: go on to the badge that this phone last showed."""
    script = _script(FORWARD) if forward else Markup("")
    style = _style(STYLE)
    html = _template("notice.html").render(title=title, lines=lines, style=style, script=script)
    return Page(html=html, policy=_policy(style, script))


def render_form(template: str, *styles: str, **values: object) -> Page:
    """A page with a form of our own and no script."""
    style = _style(*styles)
    policy = ("default-src 'none'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
              f"style-src {_hash(style)} 'unsafe-inline'")
    return Page(html=_template(template).render(style=style, **values), policy=policy)


_SHADOW = '<p class="card say"><b>影子席，不计票。</b>供练习用：填写、提交都和评委一样，但不进入成绩。</p>'


def _as_shadow(text: str) -> str:
    """Nothing on such a page says that a paper was counted."""
    return text.replace("已计票", "已收下").replace("未计票", "未收下").replace("已计入一张", "已收下一张")


def _weight(html: str, *, is_long: bool) -> int:
    """Bytes on their way to the phone: a long paper goes out compressed."""
    return len(gzip.compress(html.encode(), 6)) if is_long else len(html.encode())


def _ever_shorter(view: PhoneView) -> Iterator[PhoneView]:
    yield view
    if not any(one.shortcomings or one.commitments or one.last_time for one in view.targets):
        return
    yield _with(view, tuple(replace(t, shortcomings=tuple(replace(s, measures=()) for s in t.shortcomings))
                            for t in view.targets))
    yield _with(view, tuple(replace(t, shortcomings=tuple(ShortcomingView(text=s.text, gap=s.gap)
                                                          for s in t.shortcomings)) for t in view.targets))
    yield _with(view, tuple(replace(t, shortcomings=tuple(ShortcomingView(text=s.text) for s in t.shortcomings))
                            for t in view.targets))
    yield _with(view, tuple(replace(t, shortcomings=(), commitments=(), last_time="") for t in view.targets))


def _with(view: PhoneView, targets: tuple[TargetView, ...]) -> PhoneView:
    return replace(view, targets=targets)


@cache
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES, encoding="utf-8"), autoescape=True, auto_reload=False,
                       undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def _template(name: str):  # type: ignore[no-untyped-def]
    return _environment().get_template(name)


@cache
def _style(*parts: str) -> Markup:
    return Markup("".join(squeeze((TEMPLATES / part).read_text(encoding="utf-8"), script=False) for part in parts))


@cache
def _script(*parts: str) -> Markup:
    """Several script files as one closed scope."""
    source = "\n".join((TEMPLATES / part).read_text(encoding="utf-8") for part in parts)
    return Markup("(()=>{'use strict';" + abridge(squeeze(source, script=True)) + "})();")


@cache
def _policy(style: Markup, script: Markup) -> str:
    """`unsafe-inline` is for kernels before 2015 that know no hashes; every later one ignores it beside a hash."""
    return ("default-src 'none'; img-src data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
            f"frame-ancestors 'none'; style-src {_hash(style)} 'unsafe-inline'; "
            f"script-src {_hash(script)} 'unsafe-inline'" if script else
            "default-src 'none'; img-src data:; base-uri 'none'; frame-ancestors 'none'; "
            f"style-src {_hash(style)} 'unsafe-inline'")


def _hash(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"
