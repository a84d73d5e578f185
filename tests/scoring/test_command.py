"""`python -m scoring`: bare Python, exit codes, the same bytes in any order, and no input that ends in a traceback."""

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from random import Random

import pytest

from scoring.__main__ import main
from scoring.package import files_of, package_from_files, write_files, zip_of
from scoring.tally import dumps, tally
from tests.scoring import make
from tests.scoring.test_package import FILES

ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> tuple[int, bytes, str]:
    """The command in this process: exit code, standard output, standard error."""
    out, err = io.TextIOWrapper(io.BytesIO()), io.TextIOWrapper(io.BytesIO())
    with redirect_stdout(out), redirect_stderr(err):
        try:
            code = main(arguments)
        except SystemExit as left:
            code = int(left.code or 0)
    return code, out.buffer.getvalue(), err.buffer.getvalue().decode()  # type: ignore[attr-defined]


def exported() -> dict[str, bytes]:
    package = package_from_files(FILES)
    return files_of(package, dumps(tally(package)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_files(exported(), tmp_path)
    return tmp_path


def test_a_bare_python_without_site_packages_recounts_a_package(folder: Path) -> None:
    started = (
        f"import sys, runpy; sys.path.insert(0, {str(ROOT)!r}); sys.argv = ['scoring', 'recount', {str(folder)!r}];"
        "runpy.run_module('scoring', run_name='__main__')"
    )
    command = [sys.executable, "-S", "-I", "-c", started]
    done = subprocess.run(command, capture_output=True, cwd="/", env={"PATH": "", "LC_ALL": "C"}, check=False)

    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == exported()["result.json"]


def test_the_module_runs_as_the_documentation_says(folder: Path) -> None:
    command = [sys.executable, "-S", "-m", "scoring", "recount", str(folder), "--explain", "U1"]
    done = subprocess.run(command, capture_output=True, cwd=ROOT, check=False)
    explanation = json.loads(done.stdout)

    assert (done.returncode, done.stderr) == (0, b"")
    assert (explanation["what"], explanation["target"]) == ("total", "U1")
    assert set(explanation) >= {"what", "formula", "parameters", "exact", "published", "children", "gaps", "alternatives"}


@pytest.mark.parametrize("module", ["scoring", "advisory"])
def test_what_cannot_be_written_is_said_and_a_reader_that_has_had_enough_is_no_fault(folder: Path, module: str) -> None:
    command = [sys.executable, "-m", module, *(["recount"] if module == "scoring" else []), str(folder)]
    nobody_reads, out = os.pipe()
    os.close(nobody_reads)
    with os.fdopen(out, "wb") as pipe, Path("/dev/full").open("wb") as full:
        left = subprocess.run(command, stdout=pipe, stderr=subprocess.PIPE, cwd=ROOT, check=False)
        unwritten = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, cwd=ROOT, check=False)

    assert (left.returncode, left.stderr) == (0, b"")
    assert unwritten.returncode == 2, "1 would mean that the publication does not hold"
    assert "结果写不出去" in unwritten.stderr.decode() and unwritten.stderr.count(b"\n") == 1


def test_a_folder_and_a_zip_give_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "p.zip").write_bytes(zip_of(exported()))

    assert run("recount", str(folder)) == run("recount", str(tmp_path / "p.zip"))


@pytest.mark.parametrize("seed", range(5))
def test_any_order_of_rows_and_columns_gives_the_same_bytes(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    files = dict(FILES)
    for name in ("seats.csv", "ballots.csv", "recusals.csv", "components.csv", "history.csv"):
        rows = [line.split(b",") for line in files[name].rstrip(b"\n").split(b"\n")]
        head, body = rows[0], rows[1:]
        random.shuffle(body)
        order = random.sample(range(len(head)), len(head))
        files[name] = b"\r\n".join(b",".join(row[i] for i in order) for row in (head, *body)) + b"\r\n"
    write_files(FILES, tmp_path / "a")
    write_files(files, tmp_path / "b")

    assert run("recount", str(tmp_path / "a"))[:2] == run("recount", str(tmp_path / "b"))[:2]


def test_a_publication_that_does_not_hold_is_reported_and_the_recount_still_printed(folder: Path) -> None:
    published = json.loads((folder / "result.json").read_bytes())
    published["targets"]["U1"]["total"]["published"] = "99.99"
    published["targets"]["U1"]["groups"]["a"]["dropped_high"] = ["J1"]
    published["order"] = ["U2"]
    published["warnings"] = ["not compared"]
    (folder / "result.json").write_text(json.dumps(published), encoding="utf-8")
    (folder / "SHA256SUMS").unlink()
    code, out, err = run("recount", str(folder))

    assert code == 1
    assert out == exported()["result.json"]
    assert err.splitlines() == [
        "targets.U1.groups.a.dropped_high：公布的是“J1”，复算得空列表。",
        f"targets.U1.total.published：公布的是“99.99”，复算得“{json.loads(out)['targets']['U1']['total']['published']}”。",
        "order：公布的是“U2”，复算得“U1”。",
    ]


def test_no_result_under_the_rule_is_exit_2_and_nothing_on_standard_output(tmp_path: Path) -> None:
    own = make.rule(groups={"a": "1/2", "b": "1/2"})
    write_files(files_of(make.package(own, {("a", "1"): {"U": 90}}), None), tmp_path)
    code, out, err = run("recount", str(tmp_path))

    assert (code, out) == (2, b"")
    assert err == "“U”在“b”组没有可用的票，得不出组分，请补票、重投，或改办法的 combine.empty_group。\n"


def test_the_ledger_reads_the_rule_and_the_ledger_and_nothing_else(tmp_path: Path) -> None:
    write_files({name: FILES[name] for name in ("rule.toml", "ledger.csv")} | {"SHA256SUMS": b"x"}, tmp_path)
    code, out, _ = run("ledger", str(tmp_path))

    assert code == 0
    assert json.loads(out)["units"]["u1"]["balance"] == "5/3"


@pytest.mark.parametrize("arguments", [(), ("count",), ("recount",), ("recount", "nowhere"), ("ledger", "nowhere")])
def test_a_wrong_command_is_exit_2_and_one_chinese_sentence(arguments: tuple[str, ...]) -> None:
    code, out, err = run(*arguments)

    assert (code, out) == (2, b"")
    assert err.endswith("。\n") and err.count("\n") == 1 and "请" in err


def test_an_unknown_target_to_explain_is_exit_2(folder: Path) -> None:
    code, out, err = run("recount", str(folder), "--explain", "U9")

    assert (code, out, err) == (2, b"", "没有“U9”这个对象，请写 U1、U2 之一。\n")


NASTY = [
    b"", b"\x00", b"\xff", b'"', b",", b"\n", b"\r", b"-", b"+1", b"1e400", b"nan", b"9" * 5000, b"-0", b"1/0", b"\xe2\x80\xae",
    "９".encode(), b"yes", b"U1", b"J1", b"abstain", b"submitted", b"=1+1", b"[", b"]", b"{", b"0.1", b"\xef\xbb\xbf", b"a" * 200_000,
]


def mutated(files: dict[str, bytes], random: Random) -> dict[str, bytes]:
    """One to three small accidents in one or two files."""
    files = dict(files)
    for _ in range(random.randint(1, 2)):
        name = random.choice(sorted(files))
        data = files[name]
        for _ in range(random.randint(1, 3)):
            at = random.randint(0, len(data))
            match random.randint(0, 7):
                case 0:
                    data = data[:at] + random.choice(NASTY) + data[at:]
                case 1:
                    data = data[:at] + data[at + random.randint(1, 5) :]
                case 2:
                    data = data[:at] + bytes([random.randrange(256)]) + data[at + 1 :]
                case 3:
                    data = data[:at]
                case 4:
                    lines = data.split(b"\n")
                    lines.insert(random.randint(0, len(lines)), random.choice(lines))
                    data = b"\n".join(lines)
                case 5:
                    lines = data.split(b"\n")
                    lines.pop(random.randrange(len(lines)))
                    data = b"\n".join(lines)
                case _:
                    lines = data.split(b"\n")
                    i = random.randrange(len(lines))
                    cells = lines[i].split(b",")
                    cells[random.randrange(len(cells))] = random.choice(NASTY)
                    lines[i] = b",".join(cells)
                    data = b"\n".join(lines)
        files[name] = data
        if random.random() < 0.03:
            del files[name]
    return files


def test_two_thousand_mutations_of_a_package_end_in_an_answer_or_one_sentence(tmp_path: Path) -> None:
    random = Random(20190423)
    seen = {0: 0, 1: 0, 2: 0}
    starts = [FILES, {**FILES, "result.json": exported()["result.json"]}, exported()]
    for i in range(2000):
        files = mutated(random.choice(starts), random)
        folder = tmp_path / str(i)
        if i % 10:
            write_files(files, folder)
        else:
            whole = zip_of(files)
            at = random.randrange(len(whole))
            folder.write_bytes(whole if random.random() < 0.5 else whole[:at] + random.randbytes(3) + whole[at + 3 :])
        arguments = ["ledger", str(folder)] if i % 7 == 0 else ["recount", str(folder)]
        code, out, err = run(*arguments)
        seen[code] += 1
        if code == 2:
            assert out == b"", i
            assert err.endswith("。\n") and err.count("\n") == 1 and len(err) <= 501 and err[:-1].isprintable(), (i, err)
        else:
            assert json.loads(out), i
    assert seen[2] > 1000 and seen[0] > 50 and seen[1] > 0, seen
