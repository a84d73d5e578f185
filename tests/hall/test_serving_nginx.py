"""`docs/nginx.conf` and the service files: what they promise in words, and in front of real processes where nginx is found."""

from __future__ import annotations

import http.client
import json
import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator

import pytest

from tests.hall.make_doors import ROOT, SEATS, Doors, ask, free_port, paper, two_doors, until

CONF = (ROOT / "docs" / "nginx.conf").read_text(encoding="utf-8")
UNITS = {name: (ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("leitai.service", "leitai-ballots@.service")}
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def test_nginx_writes_no_path_anywhere() -> None:
    """A phone's path is its badge's secret."""
    told = [line.split("#")[0].strip() for line in CONF.splitlines()]

    assert [line for line in told if line.startswith("access_log")] == ["access_log off;"]
    assert {line.split()[-1] for line in told if line.startswith("error_log")} == {"crit;", "emerg;"}


def test_the_service_files_start_what_nginx_asks() -> None:
    app, ballots = (re.search(r"^ExecStart=\S+/leitai (.*)$", unit, re.MULTILINE) for unit in UNITS.values())
    assert app is not None and ballots is not None

    assert f"server 127.0.0.1:{app[1].split()[-1]};" in CONF
    assert ballots[1] == "ballots --host 127.0.0.1 --port %i"
    enabled = set(re.findall(r"leitai-ballots@(\d+)", "".join(UNITS.values())))
    assert enabled == set(re.findall(r"server 127\.0\.0\.1:(\d+) max_fails", CONF))


@pytest.fixture(scope="module")
def doors(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    if NGINX is None:
        pytest.skip("no nginx on this machine")
    with two_doors(postgres, tmp_path_factory.mktemp("doors")) as opened:
        yield opened


@pytest.fixture(scope="module")
def nginx(doors: Doors) -> Iterator[int]:
    """nginx in front of both processes, as the file has it but for ports and paths; its port."""
    folder, port, (first, second) = doors.folder, free_port(), tuple(doors.running)
    log, conf = folder / "error.log", folder / "nginx.conf"
    conf.write_text("daemon off;\n" + CONF.replace("listen 80;", f"listen 127.0.0.1:{port};")
                    .replace("/var/log/nginx/leitai.log", str(log))
                    .replace("127.0.0.1:8511", f"127.0.0.1:{first}").replace("127.0.0.1:8512", f"127.0.0.1:{second}"))
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in TEMPORARY)
    conf.write_text(conf.read_text().replace("server_tokens off;", f"server_tokens off; {temporary}"))
    running = subprocess.Popen([str(NGINX), "-p", str(folder), "-c", str(conf), "-g", f"pid {folder}/pid;"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: answers(port))
        yield port
    finally:
        running.terminate()
        running.wait(timeout=20)
    said = log.read_text(encoding="utf-8")
    assert not any(secret in said for secret in doors.hall.secrets.values())


def answers(port: int) -> bool:
    try:
        return ask(port, "/health")[0] == 200
    except OSError:
        return False


def test_phones_vote_through_nginx_and_a_dead_process_costs_nobody_anything(doors: Doors, nginx: int) -> None:
    opened, secrets = doors.open("U1"), doors.hall.secrets
    host = {"Origin": f"http://127.0.0.1:{nginx}"}
    assert ask(nginx, f"/b/{secrets['P1']}")[0] == 200 and ask(nginx, "/board")[0] == 200
    etag = ask(nginx, f"/b/{secrets['P1']}/now")[1]["etag"]
    assert ask(nginx, f"/b/{secrets['P1']}/now", headers={"If-None-Match": etag})[0] == 304
    assert ask(nginx, f"/b/{secrets['P1']}", paper(opened, "U1"), {"Origin": "http://elsewhere"})[0] == 403
    told: list[tuple[int, bytes]] = []

    def vote(code: str) -> None:
        for last in (False, True):
            try:
                status, _, body = ask(nginx, f"/b/{secrets[code]}", paper(opened, "U1", nonce=f"paper-of-{code}"), host)
            except http.client.IncompleteRead:  # killed between the head and the body of its answer: nobody can ask for it
                assert not last, "cut off twice"
            else:
                break
        told.append((status, body))

    phones = [threading.Thread(target=vote, args=(f"P{n}",)) for n in range(1, SEATS + 1)]
    for n, phone in enumerate(phones):
        if n == SEATS // 2:
            doors.end(next(iter(doors.running)), signal.SIGKILL)
        phone.start()
    for phone in phones:
        phone.join(timeout=30)

    assert [status for status, _ in told] == [200] * SEATS, "no phone is refused; an answer cut off is asked for again"
    assert sorted(json.loads(body)["receipt"] for _, body in told) == sorted(code for _, code in doors.stored(opened))
    doors.hall.close()


def test_with_every_process_gone_phones_are_asked_to_come_again(doors: Doors, nginx: int) -> None:
    for port in tuple(doors.running):
        doors.end(port, signal.SIGKILL)
    path = f"/b/{doors.hall.secrets['P1']}"

    status, head, body = ask(nginx, path, paper(1, "U1"))
    assert (status, head["retry-after"], head["content-type"]) == (503, "2", "application/json")
    assert json.loads(body)["reason"] == "overloaded"
    status, head, body = ask(nginx, path)
    assert (status, head["retry-after"]) == (503, "2") and "大厅正忙" in body.decode()
