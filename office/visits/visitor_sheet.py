"""The printable sheet of a look-back's visitors: one self-contained HTML file, A4, eight badges to a page.

Whoever holds the sheet holds every link: it belongs in the printer, and each badge in one visitor's hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape

from office.prints.badge_sheet import PER_PAGE, STYLE
from office.prints.badges import qr_svg
from office.visits.visitors import Link


def visitor_sheet(links: Sequence[Link], *, title: str, ends_on: date, base_url: str) -> str:
    """The whole sheet; badges in the order given."""
    pages = "".join(
        f'<section class="page">{"".join(_badge(one, title, ends_on, base_url) for one in links[n:n + PER_PAGE])}</section>'
        for n in range(0, len(links), PER_PAGE))
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        f"<title>{escape(title)} 走访证</title><style>{STYLE}</style></head><body>"
        f'<p class="how"><b>{escape(title)}，{len(links)}张走访证。</b>请用浏览器打印：纸张 A4，缩放 100%，边距“无”，'
        "不印页眉页脚；沿虚线裁开。每张只发给走访人员本人。</p>"
        f"{pages}</body></html>")


def link_of(one: Link, base_url: str) -> str:
    """The address that opens this visitor's list."""
    return f"{base_url.rstrip('/')}/v/{one.secret}"


def _badge(one: Link, title: str, ends_on: date, base_url: str) -> str:
    link = link_of(one, base_url)
    return (
        f'<article class="badge"><div class="title">{escape(title)}</div>'
        f'<div class="who"><div class="code long">{escape(one.code)}</div><div class="name">走访证</div>'
        f'<div class="group">{escape(one.kind.words)}</div></div><div class="qr">{qr_svg(link)}</div>'
        f'<div class="foot">扫码看走访名单、写意见，有效期到{ends_on.isoformat()}，请勿转借。扫不开时输入网址：'
        f'<span class="link">{escape(link)}</span></div></article>')
