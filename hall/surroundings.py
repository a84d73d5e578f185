"""What a sitting needs around it (预检的下半): the screen, the machine's disk and clock, the backup, fonts, the network.

The address of the phones is tried only when the host asks for it, never while a page is drawn. Sizes are bytes.
"""

from __future__ import annotations

import shutil
import socket
import threading
import urllib.error
import urllib.request
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from db.engine import Database
from db.reads import people as people_reads
from hall.house import House
from hall.moment.network import lan_address
from hall.moment.steady import machine_time
from hall.preflight import LOCAL, Line
from hall.rehearsals import rehearsing
from office.local_time import clock_time, minute, second

SCARCE, LITTLE = 200_000_000, 1_000_000_000
BACKUP_IS_OLD = timedelta(hours=24)
CLOCK_IS_OFF = timedelta(seconds=2)
ANSWERS_WITHIN = 2.0


def surroundings(house: House, sitting: str) -> tuple[Line, ...]:
    """Quick enough to be drawn every few seconds."""
    now = house.clock()
    return (screen_line(house.screens.last(sitting), now, connected=house.screens.connected(sitting, now)),
            disk_line(_free(house.database)), clock_line(now, machine_time()), backup_line(_last_backup(house), now),
            rehearsal_line(house), FONTS)


def screen_line(last: datetime | None, now: datetime, *, connected: bool) -> Line:
    if connected:
        return Line(topic="大屏", words=f"已连接，{clock_time(now)}还在刷新", ok=True)
    words = f"{second(last)}以后没有动静，请看大屏电脑是否休眠或断网" if last else \
        "还没有打开，请在大屏电脑上登录，从主持台打开大屏，按 F11 全屏"
    return Line(topic="大屏", words=words, ok=True, warns=True)


def disk_line(free: int) -> Line:
    words = f"剩余{free / 1e9:.1f}GB"
    if free < SCARCE:
        return Line(topic="磁盘", words=f"{words}，装不下一场的票和备份，请先清理", ok=False, todo="清理服务器磁盘")
    if free < LITTLE:
        return Line(topic="磁盘", words=f"{words}，一场够用，请尽快清理", ok=True, warns=True)
    return Line(topic="磁盘", words=words, ok=True)


def clock_line(now: datetime, machine: datetime) -> Line:
    """The hall's time goes on by itself while a round is open; the machine's is followed as soon as none is."""
    apart = now - machine
    if abs(apart) > CLOCK_IS_OFF:
        way = "快" if apart > timedelta() else "慢"
        words = f"会场时间{clock_time(now)}，比机器时间{way}{abs(apart).total_seconds():.0f}秒；没有打分时会自动跟上"
        return Line(topic="时钟", words=words, ok=True, warns=True)
    return Line(topic="时钟", words=f"{clock_time(now)}，和机器一致；请和手机对一眼", ok=True)


def backup_line(last: datetime | None, now: datetime) -> Line:
    how = "请在服务器上运行 leitai backup 文件名"
    if last is None:
        return Line(topic="备份", words=f"还没有备份过，{how}", ok=False, todo="做一次备份")
    if now - last > BACKUP_IS_OLD:
        return Line(topic="备份", words=f"上次是{minute(last)}，已过一天，{how}", ok=True, warns=True)
    return Line(topic="备份", words=f"上次是{minute(last)}", ok=True)


def rehearsal_line(house: House) -> Line:
    if house.is_rehearsal:
        return Line(topic="彩排", words="这里就是彩排，不计入正式成绩", ok=True, warns=True)
    if house.mark is not None:
        return Line(topic=house.mark.word, words="这里是演示，用的是示例数据，不是真实场次", ok=True, warns=True)
    if rehearsing.is_there(house.database):
        return Line(topic="彩排", words="彩排库仍在，正式开始前请到“彩排”里结束并清除", ok=True, warns=True)
    return Line(topic="彩排", words="彩排库已清除", ok=True)


FONTS = Line(topic="字体", ok=True, unsure=True, words="手机用自带字体。请看一眼大屏，汉字变成方框就在大屏电脑上装中文字体")
NOT_TRIED = Line(topic="手机网络", words="还没有试过，请按下面的“试一试手机访问地址”", ok=True, unsure=True)


def try_address(public_url: str) -> Line:
    """Whether the address on the badges leads to this machine and answers within two seconds. Takes that long at most."""
    host = urlsplit(public_url).hostname or ""
    if not host or host in LOCAL:
        return Line(topic="手机网络", words="还没有手机能打开的访问地址，请在“胸牌”里保存", ok=False)
    told: list[Line] = []
    trying = threading.Thread(target=lambda: told.append(_try(public_url, host)), daemon=True)
    trying.start()
    trying.join(ANSWERS_WITHIN * 2)
    return told[0] if told else _silent(public_url)


def _try(public_url: str, host: str) -> Line:
    ours = _our_addresses()
    try:
        theirs = {str(one[4][0]) for one in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        return Line(topic="手机网络", words=f"“{host}”查不到地址，请改用本机的地址 {lan_address()}", ok=False)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # as phones in the hall go: straight
    try:
        with opener.open(f"{public_url.rstrip('/')}/health", timeout=ANSWERS_WITHIN) as answer:
            good = answer.status == 200
    except (OSError, ValueError, urllib.error.HTTPError):
        return _silent(public_url)
    if not good:
        return _silent(public_url)
    if theirs & ours:
        return Line(topic="手机网络", words=f"{public_url} 是本机，有应答；再用一部手机连会场 Wi-Fi 扫胸牌确认", ok=True)
    return Line(topic="手机网络", words=f"{public_url} 有应答，但不是本机的地址（{lan_address()}）；用了域名或代理属正常，"
                "否则请改地址，并用一部手机确认", ok=True, warns=True)


def _silent(public_url: str) -> Line:
    return Line(topic="手机网络", ok=False, words=f"{public_url} 没有应答。本机现在的地址是 {lan_address()}；"
                "请核对地址和端口，并让防火墙放行")


def _our_addresses() -> set[str]:
    found = {lan_address()}
    with suppress(OSError):  # a machine that does not know its own name still has its address on the network
        found |= {str(one[4][0]) for one in socket.getaddrinfo(socket.gethostname(), None)}
    return found


def _free(database: Database) -> int:
    """Of the disk that holds the database; with a database server, of this machine's."""
    place = Path(database.url.removeprefix("sqlite:///").split("?")[0]).absolute().parent if database.is_sqlite \
        else Path.cwd()
    return shutil.disk_usage(place).free


def _last_backup(house: House) -> datetime | None:
    with house.database.reading() as c:
        return people_reads.last_time(c, "备份")
