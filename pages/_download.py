"""The one key behind which a file leaves the system; of a rehearsal or a demonstration it leaves with the mark, in name and content.

No page calls `st.download_button` itself (a test sees to that).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from office.prints.watermark import Mark, marked_file, marked_name
from pages._frame import house

Content = str | bytes | Callable[[], str | bytes]


def download(label: str, data: Content, name: str, mime: str, **more: Any) -> bool:
    """`st.download_button`, whose page is not drawn anew by it. `data` may be a function, called when it is pressed."""
    mark = house().mark
    if mark is not None:
        name, data = marked_name(name, mark), _marked(data, name, mark)
    return bool(st.download_button(label, data, name, mime, **{"on_click": "ignore", **more}))


def _marked(data: Content, name: str, mark: Mark) -> Content:
    if callable(data):
        return lambda: marked_file(data(), name, mark)
    return marked_file(data, name, mark)
