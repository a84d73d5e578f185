"""`leitai`: the product on the command line, and the host's way out when the console cannot be reached.

Exit 0 on success, 1 when a verification fails or a reminder did not get through, 2 with one sentence on bad input.
Never a traceback.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from io import TextIOWrapper
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from db.engine import Database, DatabaseUnreachable, database_url
from db.migrate import migrate
from db.rehearsal import mark_of
from hall import care
from hall.house import utc_now
from hall.moment.network import lan_address
from hall.moment.status import status_of
from hall.outcome import results
from hall.stage import rounds
from office import people
from office.folders.loading import folders_in, load_folder
from office.prints import badges
from office.prints.watermark import MARKS
from office.refusal import Refused
from office.reminding import notify
from scoring.rows import PackageRefused
from scoring.rule import RuleRefused

BY = "命令行"


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        raise Refused(f"命令写得不对（{message}）。用 leitai --help 查看写法。")


def main(arguments: Sequence[str] | None = None) -> int:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that has no ● is no reason to stop
    try:
        asked = _parser().parse_args(_readable(sys.argv[1:] if arguments is None else arguments))
        return int(asked.do(asked) or 0)
    except (Refused, DatabaseUnreachable, PackageRefused, RuleRefused) as refused:
        print(str(refused), file=sys.stderr)
    except BrokenPipeError:
        return 0
    except OSError as cause:
        where = f"（{cause.filename}）" if cause.filename else ""
        print(f"文件读写不成：{cause.strerror or cause}{where}。请检查路径、权限和磁盘空间。", file=sys.stderr)
    except SQLAlchemyError as cause:
        print(f"数据库出错，没有改动任何数据：{str(cause).splitlines()[0][:200]}", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    except Exception as cause:  # the last resort: who stands at the server gets a sentence that can be passed on
        frame = traceback.extract_tb(cause.__traceback__)[-1]
        said = " ".join(str(cause).split())[:200]
        print(f"没有做成（{type(cause).__name__}：{said}；{Path(frame.filename).name}第{frame.lineno}行）。"
              "请用 leitai verify 核对数据库，并把这句话告诉维护人员。", file=sys.stderr)
    return 2


def _readable(arguments: Sequence[str]) -> Sequence[str]:
    """Half a surrogate pair is how Python spells bytes that are no UTF-8; no database and no printer takes it."""
    for one in arguments:
        if "\0" in one or any("\ud800" <= c <= "\udfff" for c in one):
            raise Refused(f"命令里的“{one.encode('utf-8', 'replace').decode()[:40]}”不是 UTF-8 文字，请重新输入。")
    return arguments


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="leitai", description="擂台：现场打分与承诺跟踪")
    commands = parser.add_subparsers(dest="command", required=True, parser_class=_Parser)

    def add(name: str, words: str, do: Callable[[argparse.Namespace], int | None]) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=words, description=words)
        one.add_argument("--database-url", default=None, help="数据库地址；默认取 LEITAI_DATABASE_URL，再默认 data/leitai.db")
        one.set_defaults(do=do)
        return one

    serve = add("serve", "启动整个系统", _serve)
    serve.add_argument("--host", default="0.0.0.0")
    serve.add_argument("--port", type=int, default=8501)
    serve.add_argument("--samples", action="store_true", help="先装入 sample_sessions 里的示例场次")
    extra = add("ballots", "另起一个只收票的进程（PostgreSQL）", _ballots)
    extra.add_argument("--host", default="0.0.0.0")
    extra.add_argument("--port", type=int, required=True)
    demo = add("demo", "演示：一场正在进行的示例场次，模拟手机打分", _demo)
    demo.add_argument("--host", default="0.0.0.0")
    demo.add_argument("--port", type=int, default=8501)
    demo.add_argument("--phones", type=int, default=300)
    rehearse = add("rehearse", "彩排一场：同一份名单，另一个数据库，用完清除", _rehearse)
    rehearse.add_argument("sitting")
    rehearse.add_argument("--phones", type=int, default=0, help="模拟手机的部数，最多300")
    rehearse.add_argument("--host", default="0.0.0.0")
    rehearse.add_argument("--port", type=int, default=None, help="默认从8601起找一个空的")
    rehearse.add_argument("--end", action="store_true", help="结束彩排，清除它的数据")
    load = add("load", "装入场次文件夹", _load)
    load.add_argument("folder", type=Path)
    link = add("link", "重新打印登录链接", _link)
    link.add_argument("--name", default=None, help="给这位人员重发一次性链接")
    link.add_argument("--port", type=int, default=8501)
    seats = add("seats", "为每个席位制发胸牌，写出 seat,group,link", _seats)
    seats.add_argument("sitting")
    seats.add_argument("--csv", type=Path, required=True, dest="file")
    seats.add_argument("--base-url", default=None, help="手机访问的地址，例如 http://192.168.1.20:8501")
    opening = add("open", "开始一个单位的打分", _open)
    opening.add_argument("sitting")
    opening.add_argument("target", nargs="+")
    opening.add_argument("--seconds", type=int, default=None)
    closing = add("close", "立即截止正在进行的打分", _close)
    closing.add_argument("sitting")
    status = add("status", "打印现场状态（JSON）", _status)
    status.add_argument("sitting")
    export = add("export", "写出可重新计票的成绩包", _export)
    export.add_argument("sitting")
    export.add_argument("folder", type=Path)
    add("remind", "发出今天的清单提醒（邮件、消息接口），发过的不重发；供 cron 或 systemd 定时运行", _remind)
    backup = add("backup", "写出备份", _backup)
    backup.add_argument("file", type=Path)
    restore = add("restore", "恢复备份", _restore)
    restore.add_argument("file", type=Path)
    check = add("verify", "核对留痕、台账和每一版成绩", _verify)
    check.add_argument("--head", nargs=2, default=None, metavar=("N", "HASH"), help="先前抄下的末条条号和指纹")
    return parser


def _database(asked: argparse.Namespace, *, begins: bool = False) -> Database:
    """The database in force. Only a command that `begins` one may make the file: a copy or a check of an empty database,
    made in the wrong folder, would look like a good one."""
    database = Database(database_url(asked.database_url))
    if database.file is not None and not begins and not database.file.exists():
        raise Refused(f"没有数据库文件 {database.file.absolute()}。请到系统所在的文件夹里运行，或用 --database-url 写明地址；"
                      "要新建请用 leitai serve 或 leitai load。")
    migrate(database)
    with database.reading() as c:
        if mark := MARKS.get(mark_of(c)):
            print(mark.sentence, file=sys.stderr)
    return database


def _serve(asked: argparse.Namespace) -> int:
    from hall import serving  # the servers' libraries, which no other command waits for

    if asked.samples:
        database = _database(asked, begins=True)
        for folder in folders_in(serving.SAMPLES):
            load_folder(database, folder, by=BY, at=utc_now())
        database.dispose()
    return serving.serve(database_url(asked.database_url), asked.host, asked.port)


def _ballots(asked: argparse.Namespace) -> int:
    from hall import serving

    return serving.serve_ballots(database_url(asked.database_url), asked.host, asked.port)


def _demo(asked: argparse.Namespace) -> int:
    from hall.rehearsals import rehearsal

    if not 1 <= asked.phones <= 3000:
        raise Refused("模拟手机请写1到3000部。")
    return rehearsal.demonstrate(asked.database_url, asked.host, asked.port, asked.phones)


def _rehearse(asked: argparse.Namespace) -> int:
    from hall.rehearsals import crowds, rehearsal_by_hand

    if not 0 <= asked.phones <= crowds.MOST_PHONES:
        raise Refused(f"模拟手机请写0到{crowds.MOST_PHONES}部。")
    return rehearsal_by_hand.rehearse(_database(asked), asked.sitting, phones=asked.phones, host=asked.host,
                                      port=asked.port, end=asked.end)


def _load(asked: argparse.Namespace) -> None:
    loaded = load_folder(_database(asked, begins=True), asked.folder, by=BY, at=utc_now())
    if loaded.sitting:
        print(loaded.sitting)
    if loaded.items:
        print(f"列入清单{loaded.items}项。", file=sys.stderr)
    if not loaded.new:
        print(f"这个{'场次' if loaded.sitting else '清单'}已经装入过，没有改动。", file=sys.stderr)


def _link(asked: argparse.Namespace) -> None:
    database = _database(asked)
    if asked.name is not None:
        secret = people.reset_password(database, asked.name, by=BY, at=utc_now())
    else:
        first = people.first_link(database, at=utc_now())
        if first is None:
            raise Refused("管理员已经设过密码。要给某个人重发链接，请用 leitai link --name 登录名。")
        secret = first
    print(f"http://127.0.0.1:{asked.port}/door/link/{secret}")


def _seats(asked: argparse.Namespace) -> None:
    database = _database(asked)
    here = os.environ.get("LEITAI_PUBLIC_URL") or f"http://{lan_address()}:{os.environ.get('PORT', '8501')}"
    base = asked.base_url or badges.public_url(database, here)
    if not base.startswith(("http://", "https://")) or not base.isprintable() or " " in base:
        raise Refused(f"手机访问的地址“{base[:40]}”不能用，请写成 http://192.168.1.20:8501 这样；胸牌没有更换。")
    is_device = asked.file.exists() and not asked.file.is_file()
    written = asked.file if is_device else asked.file.with_name(f"{asked.file.name}.part")
    try:
        badges.issue_badges(database, asked.sitting, base_url=base, by=BY, at=utc_now(),
                            keep=lambda issued: _write_seats(written, issued))
        if not is_device:
            written.replace(asked.file)
    except OSError as cause:
        raise Refused(f"写不进 {asked.file}：{cause.strerror}。请换一个可写的位置；胸牌没有更换。") from None
    finally:
        if not is_device:
            written.unlink(missing_ok=True)


def _write_seats(file: Path, issued: Sequence[badges.Badge]) -> None:
    """Every link is on the disk before the badges that it replaces stop."""
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("seat", "group", "link"))
        writer.writerows((one.seat, one.group, one.link) for one in issued)
        out.flush()
        if file.is_file():
            os.fsync(out.fileno())


def _open(asked: argparse.Namespace) -> None:
    print(rounds.open_round(_database(asked), asked.sitting, tuple(asked.target), by=BY, at=utc_now(),
                            seconds=asked.seconds))


def _close(asked: argparse.Namespace) -> None:
    print(rounds.close_round(_database(asked), asked.sitting, by=BY, at=utc_now()))


def _status(asked: argparse.Namespace) -> None:
    print(json.dumps(status_of(_database(asked), asked.sitting), ensure_ascii=False))


def _export(asked: argparse.Namespace) -> None:
    database = _database(asked)
    for name in results.export(database, asked.sitting, asked.folder):
        print(asked.folder / name)
    with database.reading() as c:
        if mark := MARKS.get(mark_of(c)):
            (asked.folder / f"{mark.word}.txt").write_text(f"{mark.sentence}\n", encoding="utf-8")


def _remind(asked: argparse.Namespace) -> int:
    done = notify.deliver_all(_database(asked), by=BY, at=utc_now())
    for channel, delivery in done:
        print(f"{channel.words}：{delivery.words}")
        for name, count in delivery.sent:
            print(f"  {name} {count}条")
    return 1 if any(delivery.failed for _channel, delivery in done) else 0


def _backup(asked: argparse.Namespace) -> None:
    database = _database(asked)
    rows = care.backup(database, asked.file, by=BY, at=utc_now())
    print(f"{asked.file}：{rows}行")
    if care.has_evidence(database):
        print(f"佐证文件在 {asked.file.absolute().parent / care.EVIDENCE}，与备份文件一起保存")
    print(care.head_words(database))


def _restore(asked: argparse.Namespace) -> None:
    rows, kept = care.restore(_database(asked, begins=True), asked.file, by=BY, at=utc_now())
    print(f"已恢复{rows}行" + (f"；恢复前的数据在 {kept}" if kept else ""))


def _verify(asked: argparse.Namespace) -> int:
    kept = None
    if asked.head is not None:
        number, digest = asked.head
        if not (number.isascii() and number.isdigit() and len(number) <= 15):
            raise Refused("--head 请写 leitai backup 印出的条号和指纹，例如 --head 37 1f0c……")
        kept = (int(number), digest)
    checks = care.verify(_database(asked), kept=kept)
    for words, holds in checks:
        print(("● " if holds else "■ ") + words)
    return 0 if all(holds for _, holds in checks) else 1


if __name__ == "__main__":
    raise SystemExit(main())
