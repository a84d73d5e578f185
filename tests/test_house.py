"""The plan of the house, kept: imports run one way, only db speaks SQL, only pages draw."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = {"scoring", "advisory", "db", "office", "hall", "pages", "streamlit_app", "tests"}
MAY_IMPORT = {
    "scoring": set(),
    "advisory": {"scoring"},
    "db": {"scoring"},
    "office": {"scoring", "advisory", "db"},
    "hall": {"scoring", "advisory", "db", "office"},
    "pages": {"scoring", "office", "hall"},
    "streamlit_app": {"office", "hall", "pages"},
}
ONLY_IN = {"sqlalchemy": {"db"}, "alembic": {"db"}, "starlette": {"hall", "streamlit_app"},
           "streamlit": {"pages", "streamlit_app"}}
ALLOWED_EXCEPTIONS = {
    ("hall/door.py", "streamlit"),  # the one function that reads the sign-in cookie
    ("hall/cli.py", "sqlalchemy"),  # the one place where a database error becomes a sentence
}


def files() -> Iterator[tuple[str, Path]]:
    for room in MAY_IMPORT:
        place = ROOT / room
        found = sorted(place.rglob("*.py")) if place.is_dir() else [ROOT / f"{room}.py"]
        for file in found:
            if file.exists() and "migrations" not in file.parts:
                yield room, file


def imports(file: Path) -> set[str]:
    """Top-level names imported anywhere in the file, functions included."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{file}: relative import"
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize(("room", "file"), [pytest.param(r, f, id=str(f.relative_to(ROOT))) for r, f in files()])
def test_imports_run_one_way(room: str, file: Path) -> None:
    name = str(file.relative_to(ROOT))
    names = imports(file)

    against_the_arrow = names & OURS - MAY_IMPORT[room] - {room}
    out_of_place = {lib for lib in names & set(ONLY_IN) if room not in ONLY_IN[lib] and (name, lib) not in ALLOWED_EXCEPTIONS}

    assert not against_the_arrow, f"{name} imports {against_the_arrow}"
    assert not out_of_place, f"{name} imports {out_of_place}"


ROOMS = {"hall": {"moment", "stage", "ballots", "phones", "outcome", "screen", "rehearsals"},
         "office": {"sitting", "sheets", "folders", "prints", "listing", "proof", "visits", "reminding"}}
GROUND = {"hall": {"moment"}, "office": {"sitting", "prints", "proof"}}


@pytest.mark.parametrize("floor", ROOMS)
def test_the_rooms_of_a_floor_import_in_no_circle(floor: str) -> None:
    arrows = {room: _rooms_imported(floor, room) for room in ROOMS[floor]}

    assert {one.parent.name for one in (ROOT / floor).glob("*/__init__.py")} == ROOMS[floor]
    TopologicalSorter(arrows).prepare()  # raises where there is a circle
    assert {room for room in ROOMS[floor] if not arrows[room]} == GROUND[floor], "what rests on the floor below alone"


def _rooms_imported(floor: str, room: str) -> set[str]:
    imported = (node.module.split(".")[1] for file in (ROOT / floor / room).glob("*.py")
                for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
                if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(f"{floor}."))
    return set(imported) & ROOMS[floor] - {room}


def test_scoring_needs_nothing_but_python() -> None:
    for room, file in files():
        if room == "scoring":
            assert imports(file) <= set(sys.stdlib_module_names) | {"scoring"}, file


def test_no_page_draws_past_its_guard() -> None:
    """The first thing that a page does is its guard; definitions and constants may stand before it."""
    for file in sorted((ROOT / "pages").glob("[!_]*.py")):
        doing = [node for node in ast.parse(file.read_text(encoding="utf-8")).body if not _defines(node)]
        first = ast.unparse(doing[0])
        assert "require(" in first, f"{file.name} begins with {first!r}, not with its guard"


def _defines(node: ast.stmt) -> bool:
    """A definition, a docstring, or a constant in capitals."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Assign):
        return all(isinstance(one, ast.Name) and one.id.isupper() for one in node.targets)
    return isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef)


def test_the_migrations_make_the_tables_that_the_code_knows(empty_url: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from db.engine import Database
    from db.migrate import migrate
    from db.tables import metadata

    database = Database(empty_url)
    migrate(database)
    with database.write.begin() as c:
        differences = compare_metadata(MigrationContext.configure(c), metadata)
    database.dispose()

    assert differences == []


def test_no_two_files_of_pages_claim_one_address() -> None:
    """Streamlit drops a leading underscore when it discovers pages; two files of one name break every page."""
    names = [file.stem.lstrip("_") for file in (ROOT / "pages").glob("*.py")]

    assert len(names) == len(set(names))
