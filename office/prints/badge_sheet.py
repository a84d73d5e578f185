"""The printable sheet of badges: one self-contained HTML file, A4, eight to a page (2 x 4), with cut lines.

    html = sheet(badges, "县区比拼现场 2019Q1")

Everything is inline, so that it prints without a network. Sizes are millimetres: a page is 210 x 297, a badge
105 x 74, its QR code 44. Whoever holds the sheet holds every badge: it belongs in the printer, then in the shredder.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from office.prints.badges import Badge, qr_svg

PER_PAGE = 8
STYLE = """
@page{size:A4;margin:0}
*{box-sizing:border-box}
html,body{margin:0;padding:0}
body{background:#f5f6f8;color:#1f2328;
font-family:'PingFang SC','HarmonyOS Sans SC','MiSans','Microsoft YaHei','Noto Sans CJK SC',sans-serif;
-webkit-print-color-adjust:exact;print-color-adjust:exact}
.how{max-width:210mm;margin:0 auto;padding:5mm;font-size:15px;line-height:1.6}
.page{width:210mm;height:296mm;margin:0 auto 6mm;background:#fff;overflow:hidden;
display:grid;grid-template-columns:105mm 105mm;grid-template-rows:repeat(4,74mm)}
.badge{position:relative;width:105mm;height:74mm;padding:8mm 6mm 6mm 9mm;overflow:hidden;
border:0 dashed #8c959f;display:grid;grid-template-columns:1fr 44mm;column-gap:4mm;align-content:start}
.badge:nth-child(odd){border-right-width:.25mm}
.badge:nth-child(n+3){border-top-width:.25mm}
.title{grid-column:1/3;font-size:3.4mm;line-height:4.4mm;height:4.4mm;color:#57606a;overflow:hidden;white-space:nowrap;
text-overflow:ellipsis;margin-bottom:2.6mm}
.who{display:flex;flex-direction:column;height:44mm}
.code{font-size:9.4mm;line-height:11mm;font-weight:700;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.code.long{font-size:6mm;line-height:7.2mm}
.name{font-size:5.4mm;line-height:6.6mm;font-weight:700;margin-top:1.6mm;max-height:19.8mm;overflow:hidden}
.name.long{font-size:4.2mm;line-height:5.2mm;max-height:20.8mm}
.group{margin-top:auto;font-size:4mm;line-height:5mm;max-height:10mm;overflow:hidden}
.qr{width:44mm;height:44mm}
.qr svg{display:block;width:44mm;height:44mm}
.foot{grid-column:1/3;font-size:2.9mm;line-height:3.9mm;color:#57606a;margin-top:1.6mm}
.link{display:block;font-size:2.3mm;line-height:3mm;white-space:nowrap;font-family:monospace}
@media print{body{background:#fff}.how{display:none}.page{margin:0;break-after:page}.page:last-child{break-after:auto}}
"""


def sheet(badges: Sequence[Badge], title: str) -> str:
    """The whole sheet; badges in the order given."""
    pages = "".join(
        f'<section class="page">{"".join(_badge(one, title) for one in badges[start:start + PER_PAGE])}</section>'
        for start in range(0, len(badges), PER_PAGE))
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        f"<title>{escape(title)} 胸牌</title><style>{STYLE}</style></head><body>"
        f'<p class="how"><b>{escape(title)}，{len(badges)}张胸牌。</b>请用浏览器打印：纸张 A4，缩放 100%，边距“无”，'
        "不印页眉页脚；沿虚线裁开。每张只发给席位上的评委本人，重新制发后这一张就失效。</p>"
        f"{pages}</body></html>")


def _badge(one: Badge, title: str) -> str:
    code, name = escape(one.seat), escape(one.name or "　")
    group = one.group_name if one.group_name.endswith("组") else f"{one.group_name}组"
    return (
        f'<article class="badge"><div class="title">{escape(title)}</div>'
        f'<div class="who"><div class="code{_long(one.seat, 6)}">{code}</div>'
        f'<div class="name{_long(one.name, 15)}">{name}</div><div class="group">{escape(group)}</div></div>'
        f'<div class="qr">{qr_svg(one.link)}</div>'
        '<div class="foot">扫码打分，限本席使用，请勿转借或拍照外传。扫不开时输入网址：'
        f'<span class="link">{escape(one.link)}</span></div></article>')


def _long(text: str, most: int) -> str:
    return " long" if len(text) > most else ""
