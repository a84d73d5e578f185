"""The audit record (留痕) for people to read: newest first, filtered, in words; and whether its chain holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from db.engine import Database
from db.reads import people as people_reads
from db.reads import sittings as reads
from db.record import first_break, hashed_of
from office.export import csv_of
from office.local_time import second
from office.people import Role
from scoring.commitment import Verdict

SHOWN = 200
RECORD_COLUMNS = ("序号", "当地时间", "场次", "内容", "前一条校验值", "时间（UTC）", "人", "操作", "场次编号", "原文", "校验值")
DETAIL_WORDS = {
    "amount": "数量", "at_once": "不等收票", "ballots_sha256": "选票校验码", "before": "原为", "cause": "原因",
    "changes": "改动", "code": "编号",
    "closes_at": "截止时刻", "collects_until": "收票到",
    "called": "揭晓名次", "frozen_at": "冻结于", "low": "后几名", "low_way": "后几名的办法", "step": "步",
    "commitment": "承诺", "commitments": "承诺", "commitments_listed": "列入清单的承诺",
    "component": "分项", "count": "数量", "counts": "家数", "file": "文件",
    "grace_seconds": "宽限秒数", "group": "组", "how": "汇总办法", "kind": "类别",
    "ledger_sha256": "记分校验码", "left_out": "没有导入", "name": "名称", "note": "说明", "number": "版次",
    "order": "次序", "package_sha256": "复算包校验码",
    "period": "周期", "phones": "手机", "points": "分数", "presenter": "汇报人", "reason": "原因",
    "confirmed": "确认人", "decision": "复核结论", "grounds": "异议理由", "hands": "公布方式",
    "hours": "异议期小时数", "objection": "异议编号", "objections": "办结的异议",
    "reopened": "重新开放", "result_sha256": "成绩校验码",
    "ended_question": "结束的提问编号", "outcome": "结果", "pressed": "按下", "told": "当时提示", "why": "缘由",
    "roles": "角色", "round": "轮号", "rows": "行数", "rule_sha256": "办法校验码", "seat": "席位", "seats": "席位",
    "seconds": "秒数", "seed": "抽签号", "sha256": "校验码", "shortcomings": "不足", "shows": "显示",
    "substitute": "代为发言人", "supplement": "补场",
    "sitting": "场次", "source": "来源", "source_version": "来源版次",
    "state": "状态", "target": "单位", "targets": "单位", "serials": "无记名每家张数",
    "segment": "环节", "run": "环节号", "ended": "结束的环节号", "used": "用时", "undone": "撤销的操作",
    "was_shows": "原显示", "was_target": "原台上", "was_paused": "原已暂停", "segments": "环节",
    "item": "清单编号", "items": "清单编号", "verdict": "结论", "text": "内容", "deadline": "期限", "into": "并入",
    "day": "日期", "leader": "联系领导",
    "granted": "同意", "passed": "通过", "slip": "督办单", "level": "级别", "plan": "回头看", "entries": "台账序号",
    "recipients": "对象数", "failed": "没有发出", "left": "已不在清单", "channel": "方式", "month": "月份",
    "answer": "答复", "asker": "提问人", "comment": "点评编号", "place": "次序", "question": "提问编号", "speaker": "讲话人",
    "ruling": "裁定", "times": "第几遍", "title": "名称", "unit": "单位",
    "units": "单位", "url": "地址", "value": "值", "values": "分项", "version": "版次", "weights": "权重", "administrator": "管理员",
}
_SHOWS = {"agenda": "议程", "target": "台上单位", "ranking": "排名"}
_VERDICTS = {one.value: one.words for one in Verdict}
HOW_WORDS = {"mean": "取平均", "best": "取最好的一家", "weighted": "按权重平均"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """One line as it is shown."""

    id: int
    at: str
    actor: str
    action: str
    sitting: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """The newest lines that match, how many match in all, and what the chain says."""

    lines: tuple[AuditLine, ...]
    matching: int
    total: int
    broken_at: int | None

    @property
    def chain_words(self) -> str:
        if self.broken_at is None:
            return f"记录链完整，共{self.total}条"
        return f"记录链从第{self.broken_at}条起对不上，有人绕过本系统改动过数据库。请停止使用，保留数据库文件并核对备份"


def read_audit(database: Database, *, sitting: str | None = None, text: str = "", most: int = SHOWN) -> Audit:
    """The record, filtered by a sitting's key and by words that must all occur in a line."""
    with database.reading() as c:
        everything = people_reads.record(c)
        titles = {one.key: f"{one.title} {one.period}" for one in reads.sittings(c)}
        names = _names(titles, {one.key: one.name for one in reads.units(c)})
        targets = {one.key: {t.key: t.name for t in reads.targets(c, one.id)} for one in reads.sittings(c)}
    wanted = text.split()
    matching = []
    for line in everything:
        if sitting is not None and line.sitting != sitting:
            continue
        shown = AuditLine(
            id=line.id, at=second(line.at), actor=line.actor, action=line.action,
            sitting=titles.get(line.sitting or "", ""),
            detail=_in_words(line.detail, names | targets.get(line.sitting or "", {})))
        if all(word in f"{shown.at} {shown.actor} {shown.action} {shown.detail}" for word in wanted):
            matching.append(shown)
    return Audit(lines=tuple(matching[:most]), matching=len(matching), total=len(everything),
                 broken_at=first_break(reversed(everything)))


def record_csv(database: Database) -> bytes:
    """The whole record, oldest first: each line in words, and what its hash is made of, so that anybody can check the
    chain with the file alone (`docs/record.md`)."""
    with database.reading() as c:
        everything = people_reads.record(c)
        titles = {one.key: f"{one.title} {one.period}" for one in reads.sittings(c)}
        names = _names(titles, {one.key: one.name for one in reads.units(c)})
        targets = {one.key: {t.key: t.name for t in reads.targets(c, one.id)} for one in reads.sittings(c)}
    return csv_of(RECORD_COLUMNS, (
        (line.id, second(line.at), titles.get(line.sitting or "", ""),
         _in_words(line.detail, names | targets.get(line.sitting or "", {})),
         *hashed_of(line).values(), line.hash) for line in reversed(everything)))


def _names(titles: Mapping[str, str], units: Mapping[str, str]) -> dict[str, str]:
    return {**units, **titles, **{role.value: role.words for role in Role}, **_SHOWS, **_VERDICTS, **HOW_WORDS}


def _in_words(detail: Mapping[str, object], names: Mapping[str, str]) -> str:
    parts = ((DETAIL_WORDS.get(key, key), _said(value, names)) for key, value in detail.items()
             if key != "events")  # hashes of the list, for verify
    return "；".join(f"{word}：{said}" for word, said in parts if said)


def _said(value: object, names: Mapping[str, str]) -> str:
    if isinstance(value, list):
        return "、".join(_said(one, names) for one in value)
    if isinstance(value, dict):
        return "、".join(f"{' '.join(names.get(part, part) for part in key.split())} {one or '（空）'}"
                        for key, one in value.items())
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    text = str(value)
    if len(text) == 64 and all(ch in "0123456789abcdef" for ch in text):
        return f"{text[:12]}…"
    return names.get(text, text)
