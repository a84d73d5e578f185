"""What of the list is set here and not built in: when lights change, and which supervision slips there are."""

from __future__ import annotations

import json
from datetime import datetime

from db.engine import Database
from db.item_lights import RULE_SETTING, archive_days, rule_in_force, rule_of
from db.reads.people import setting
from db.stores.views_ahead import make_ahead, put_ahead, serials_of
from db.values import Staff
from db.work import work
from office.people import Role
from office.refusal import NotAllowed, Refused
from scoring import band_presets, bands
from scoring import slips as slip_presets
from scoring.bands import Bands, BandsRefused, bands_of
from scoring.lights import LightRule
from scoring.schedule import Step
from scoring.slips import SlipKind, SlipsRefused, kinds_of

SLIPS_SETTING = "list.slips"
BAND_PRESETS = {one.name: one for one in band_presets.PRESETS}
SLIP_PRESETS = {"sanming": "蓝、橙、红三级，逐级升级", "suqian": "蓝、黄、红，各有各的情形", "yinzhou": "四单（名称可改）"}


def light_rule(database: Database) -> LightRule:
    with database.reading() as c:
        return rule_in_force(c)


def slip_kinds(database: Database) -> tuple[SlipKind, ...]:
    """The slips that can be issued here; without a setting, three levels of one kind."""
    with database.reading() as c:
        written = setting(c, SLIPS_SETTING)
    return slip_presets.SANMING if written is None else kinds_of(json.loads(written))


def set_lights(database: Database, *, soon_days: int, fresh_days: int, step: Step, chosen: Bands, who: Staff,
               at: datetime) -> int:
    """From now on lights change by this rule; how many items were looked at again."""
    _only_administrator(who)
    if not 0 <= soon_days <= 90 or not 0 <= fresh_days <= 366:
        raise Refused("“将到期”请填0到90天，“没有报告”请填0到366天。")
    told = {"soon_days": soon_days, "fresh_days": fresh_days, "step": step.value, "bands": bands.table_of(chosen)}
    written = json.dumps(told, ensure_ascii=False)
    with database.reading() as c:  # the long part: nobody waits for it
        ahead = make_ahead(c, list(serials_of(c)), rule_of(written), archive_days(c))
    with work(database) as w:
        w.record.hold()
        w.roster.put_setting(RULE_SETTING, written)
        seen = put_ahead(w.c, ahead)
        w.record.append(at=at, actor=who.name, action="设定状态灯", name=chosen.name, count=seen,
                        changes={key: value for key, value in told.items() if key != "bands"})
    return seen


def read_bands(text: str) -> Bands:
    """Bands as they are typed (JSON). Raises Refused, naming the gap or the overlap."""
    try:
        return bands_of(json.loads(text))
    except BandsRefused as refused:
        raise Refused(str(refused)) from None
    except (ValueError, TypeError):
        raise Refused("分档写得不对，请照样例的格式写。") from None


def bands_text(one: Bands) -> str:
    return json.dumps(bands.table_of(one), ensure_ascii=False, indent=1)


def set_slips(database: Database, text: str, *, who: Staff, at: datetime) -> tuple[SlipKind, ...]:
    """The slips from now on, as they are typed (JSON). What was issued stays."""
    _only_administrator(who)
    try:
        kinds = kinds_of(json.loads(text))
    except SlipsRefused as refused:
        raise Refused(str(refused)) from None
    except (ValueError, TypeError):
        raise Refused("督办单种类写得不对，请照样例的格式写。") from None
    if not kinds:
        raise Refused("至少要有一种督办单。")
    with work(database) as w:
        w.roster.put_setting(SLIPS_SETTING, json.dumps(slip_presets.table_of(kinds), ensure_ascii=False))
        w.record.append(at=at, actor=who.name, action="设定督办单", name="、".join(one.name for one in kinds))
    return kinds


def preset_slips(key: str) -> tuple[SlipKind, ...]:
    return slip_presets.PRESETS[key]


def slips_text(kinds: tuple[SlipKind, ...]) -> str:
    return json.dumps(slip_presets.table_of(kinds), ensure_ascii=False, indent=1)


def _only_administrator(who: Staff) -> None:
    if Role.ADMINISTRATOR not in who.roles:
        raise NotAllowed("状态灯和督办单由管理员设定。")
