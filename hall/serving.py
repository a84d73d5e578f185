"""Starting the servers: the whole app, or a further process that serves only what phones and boards ask for.

Neither logs which addresses are asked for: a phone's address is its badge's secret.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.types import ASGIApp

from db.engine import Database
from db.migrate import migrate
from hall.house import House, utc_now
from hall.moment.limits import allow_many_phones
from hall.moment.network import lan_address
from hall.phones.phones_first import PhonesFirst
from hall.screen.board import BoardFirst
from hall.sole import Sole
from hall.watermarked import Watermarked
from office import people
from office.prints.badges import qr_terminal
from office.refusal import Refused

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "sample_sessions"


def serve(url: str, host: str, port: int) -> int:
    """Print where to go, then become the server. Does not return."""
    check_port(host, port)
    database = Database(url)
    sole = Sole(database)
    sole.hold()  # a clear word now, instead of a traceback after
    sole.let_go()
    migrate(database)
    first = people.first_link(database, at=utc_now())
    database.dispose()
    announce(port, first)
    command = server_command(host, port)
    os.environ["LEITAI_DATABASE_URL"] = url
    os.environ.setdefault("LEITAI_PUBLIC_URL", phones_address(port))
    os.chdir(ROOT)
    sys.stdout.flush()
    os.execv(command[0], command)


def server_command(host: str, port: int) -> list[str]:
    return [sys.executable, "-m", "streamlit", "run", str(ROOT / "streamlit_app.py"),
            "--server.address", host, "--server.port", str(port), "--logger.level", "warning"]


def serve_ballots(url: str, host: str, port: int) -> int:
    """Serve what phones and boards ask for, and nothing else, beside the app on the same PostgreSQL.

    Told to end (SIGTERM), it takes no new connection, answers what it has read, stores what waits, and goes.
    """
    import uvicorn

    database = Database(url)
    if database.is_sqlite:
        raise Refused("另起收票进程要用 PostgreSQL：SQLite 只能有一个写入进程。请加 --database-url postgresql://……")
    check_port(host, port)
    allow_many_phones()
    house = House(database, public_url=os.environ.get("LEITAI_PUBLIC_URL", ""))
    house.open()
    print(f"收票进程已启动，端口 {port}。按 Ctrl+C 停止。", flush=True)
    try:
        # idle connections outlive those that nginx keeps, so that it sends no paper into one that is being closed
        uvicorn.run(ballot_app(house), host=host, port=port, log_level="warning", access_log=False, proxy_headers=False,
                    server_header=False, backlog=4096, timeout_keep_alive=75, timeout_graceful_shutdown=10)
    finally:
        house.close()
    return 0


def ballot_app(house: House) -> ASGIApp:
    """`/b/...`, `/board...` and `/health`, as the app answers them; everything else is 404."""

    @asynccontextmanager
    async def until_shutdown(_app: Starlette) -> AsyncIterator[None]:
        yield
        house.close()  # here, because the server ends by the signal that it was sent: nothing after it would run

    app = PhonesFirst(BoardFirst(Starlette(lifespan=until_shutdown), house), house)
    return app if house.mark is None else Watermarked(app, house.mark)


def phones_address(port: int) -> str:
    """Where phones on the same network find this machine, until another address is entered."""
    return f"http://{lan_address()}:{port}"


def check_port(host: str, port: int) -> None:
    """A clear word before anything starts, instead of a traceback after."""
    if not 1 <= port <= 65535:
        raise Refused("端口请写1到65535之间的数。")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise Refused(f"端口 {port} 已被占用，或地址 {host} 不属于本机。请换一个端口，例如 PORT={port + 1}。") from None


def announce(port: int, first_secret: str | None, demo_secret: str | None = None) -> None:
    """Where the host signs in, and where phones go, as text and as a QR code."""
    here, phones = f"http://127.0.0.1:{port}", phones_address(port)
    print()
    if demo_secret is not None:
        print(f"演示：打开这个链接即以主持人身份登录（仅演示用）\n  {here}/door/link/{demo_secret}")
    elif first_secret is not None:
        print("第一次启动。请用这个一次性链接设置管理员密码（登录名 admin，72小时内有效）：")
        print(f"  {here}/door/link/{first_secret}")
    else:
        print(f"主持人登录：\n  {here}/door")
    print(f"手机在同一网络里访问：\n  {phones}")
    print(qr_terminal(phones + "/b"))
    print("按 Ctrl+C 停止。", flush=True)
