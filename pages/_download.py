"""The one key behind which a file leaves the system; of a rehearsal it leaves with the mark 彩排, in name and content.

No page calls `st.download_button` itself (a test sees to that).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from office.watermark import marked_file, marked_name
from pages._frame import house

Content = str | bytes | Callable[[], str | bytes]


def download(label: str, data: Content, name: str, mime: str, **more: Any) -> bool:
    """`st.download_button`, whose page is not drawn anew by it. `data` may be a function, called when it is pressed."""
    if house().is_rehearsal:
        name, data = marked_name(name), _marked(data, name)
    return bool(st.download_button(label, data, name, mime, **{"on_click": "ignore", **more}))


def _marked(data: Content, name: str) -> Content:
    if callable(data):
        return lambda: marked_file(data(), name)
    return marked_file(data, name)
