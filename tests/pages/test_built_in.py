"""Streamlit's own English gives way on every page, as long as Streamlit's parts bear the marks that the style goes by."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import streamlit

from office.people import Role
from pages import _built_in
from tests.pages.conftest import OpenPage, words

CHUNKS = ("index", "FileUploader", "utils", "Multiselect", "Selectbox", "DateInput", "NumberInput", "DownloadButton", "TextArea",
          "Tooltip", "Toolbar", "InputInstructions", "ExceptionElement", "styled-components")


def bundle() -> str:
    """The parts of Streamlit's frontend that draw what the style is about."""
    folder = Path(streamlit.__file__).parent / "static" / "static" / "js"
    return "".join(one.read_text(encoding="utf-8") for name in CHUNKS for one in folder.glob(f"{name}.*.js"))


def test_every_mark_that_the_style_goes_by_is_in_streamlit() -> None:
    marks = set(re.findall(r"data-testid=(\w+)", _built_in.STYLE)) | set(re.findall(r"\.(st[A-Z]\w+)", _built_in.STYLE))
    marks |= set(re.findall(r"(data-item-hl|__[a-z_]+__|data-test-connection-state|CONNECTED)", _built_in.STYLE))
    there = bundle()

    assert len(marks) > 20
    assert [mark for mark in sorted(marks) if mark not in there] == []


@pytest.mark.parametrize("english", [
    "Select all", "No results", "Add: ", " per file", "Press Enter to ", "+Enter to ", "Drag and drop a file here", "view more",
    "Connection error", "Page not found"])
def test_what_is_covered_is_what_streamlit_says(english: str) -> None:
    assert english in bundle(), "another version says it otherwise: look at the screens again"


@pytest.mark.parametrize("page", ["home", "prepare", "screen"])
def test_every_page_has_the_style_and_the_words_of_it_are_none_of_its_own(hall, open_page: OpenPage, page: str) -> None:
    opened = open_page(page, Role.HOST, Role.ADMINISTRATOR, sitting=hall.key)

    assert any(_built_in.STYLE in one.proto.body for one in opened.get("html"))
    assert "连不上服务器" not in words(opened)
