"""The log of accounts and rights (账号留痕) for the audit administrator: who gave what to whom, and who signed in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.access.models import Office, User
from cases.access.queries import LOG, posts_of, require
from cases.errors import NotFound
from cases.history.models import Event

PAGE = 50
WORDS: dict[str, Any] = {
    "signin.ok": gettext_lazy("登录"),
    "signin.out": gettext_lazy("退出登录"),
    "signin.failed": gettext_lazy("登录失败"),
    "second_factor.added": gettext_lazy("添加第二步验证"),
    "second_factor.removed": gettext_lazy("取消第二步验证"),
    "second_factor.reset": gettext_lazy("重设第二步验证"),
    "second_factor.changed": gettext_lazy("使用恢复码或修改第二步验证"),
    "account.open": gettext_lazy("开户"),
    "account.opened": gettext_lazy("开户"),
    "account.make": gettext_lazy("建账号"),
    "account.made": gettext_lazy("建账号"),
    "account.password": gettext_lazy("重设密码"),
    "account.password_reset": gettext_lazy("重设密码"),
    "account.close": gettext_lazy("停用或恢复账号"),
    "account.closed": gettext_lazy("停用账号"),
    "account.reopened": gettext_lazy("恢复账号"),
    "post.give": gettext_lazy("任命"),
    "post.given": gettext_lazy("任命"),
    "post.end": gettext_lazy("免职"),
    "post.ended": gettext_lazy("免职"),
    "stand_in.give": gettext_lazy("委托替岗"),
    "stand_in.given": gettext_lazy("委托替岗"),
    "stand_in.end": gettext_lazy("结束替岗"),
    "stand_in.ended": gettext_lazy("结束替岗"),
    "relative.declare": gettext_lazy("亲属回避申报"),
    "relative.declared": gettext_lazy("亲属回避申报"),
    "relative.end": gettext_lazy("撤销亲属申报"),
    "relative.ended": gettext_lazy("撤销亲属申报"),
    "office.save": gettext_lazy("保存机构"),
    "office.made": gettext_lazy("新建机构"),
    "office.changed": gettext_lazy("修改机构"),
    "row.insert": gettext_lazy("新增一行数据"),
    "row.update": gettext_lazy("修改一行数据"),
    "row.delete": gettext_lazy("删除一行数据"),
    "row.truncate": gettext_lazy("清空一张表"),
    "load_divisions": gettext_lazy("载入区划"),
    "calendar.loaded": gettext_lazy("载入放假安排"),
    "roles.loaded": gettext_lazy("载入岗位"),
    "phone.set": gettext_lazy("更换手机号"),
    "password.set": gettext_lazy("修改密码"),
    "password.kept": gettext_lazy("密码按新的强度重新保存"),
    "clock.moved": gettext_lazy("拨动演示时钟"),
    "partner.limit": gettext_lazy("限频"),
    "partner.limited": gettext_lazy("限频"),
    "machine.make": gettext_lazy("建机器账号"),
    "machine.give_key": gettext_lazy("发钥匙"),
    "machine.key_given": gettext_lazy("发钥匙"),
    "machine.end_key": gettext_lazy("收回钥匙"),
    "machine.key_ended": gettext_lazy("收回钥匙"),
    "work.fetch": gettext_lazy("合作方领取工作"),
    "incident.take": gettext_lazy("认领故障"),
    "incident.taken": gettext_lazy("认领故障"),
    "incident.retry": gettext_lazy("故障重试"),
    "incident.retried": gettext_lazy("故障重试"),
    "incident.skip": gettext_lazy("跳过故障"),
    "incident.skipped": gettext_lazy("跳过故障"),
    "demo.cast": gettext_lazy("建立演示人员"),
}
_HIDDEN = ("commitment:", "digest:")


@dataclass(frozen=True)
class Line:
    """One thing done, tried or changed; `changes` as (field, before, after), what is sealed only as changed."""

    at: datetime
    actor: str
    words: str
    about: str
    is_refused: bool
    changes: list[tuple[str, str, str]]


@dataclass(frozen=True)
class LogPage:
    """One page, newest first, with the cursor of the next."""

    lines: list[Line]
    after: str


def account_log(viewer: Any, *, after: str = "", signins: bool = False) -> LogPage:
    """账号留痕: changes of accounts, posts, offices and roles, or the sign-ins; keyset by id, nothing is counted."""
    _require_log(viewer)
    if after and not (after.isdecimal() and len(after) < 19):
        raise NotFound()
    rows = Event.objects.filter(stream__kind__in=("account", "config"))
    rows = rows.filter(action__startswith="signin.") if signins else rows.exclude(action__startswith="signin.")
    found = list(
        (rows.filter(pk__lt=int(after)) if after else rows).select_related("stream").order_by("-pk")[: PAGE + 1]
    )
    shown = found[:PAGE]
    return LogPage(_lines(shown), str(shown[-1].pk) if len(found) > PAGE else "")


def _require_log(viewer: Any) -> None:
    posts = posts_of(viewer)
    if any(LOG in post.role.rights for post in posts):
        return
    if not posts:
        raise NotFound()
    require(viewer, LOG, posts[0].office.division_code)


def _lines(rows: list[Event]) -> list[Line]:
    accounts = {int(row.stream.key) for row in rows if row.stream.kind == "account" and row.stream.key.isdecimal()}
    people = User.objects.in_bulk(accounts | {row.actor for row in rows if row.actor})
    places = {row.object_id for row in rows if row.object_type == "cases_office" and row.object_id}
    offices = {str(pk): office.name for pk, office in Office.objects.in_bulk(places).items()}
    return [_line(row, people, offices) for row in rows]


def _line(row: Event, people: dict[int, User], offices: dict[str, str]) -> Line:
    whose = people.get(int(row.stream.key)) if row.stream.kind == "account" and row.stream.key.isdecimal() else None
    about = whose.username if whose else offices.get(row.object_id or "", "")
    who = people.get(row.actor or 0)
    actor = who.username if who else (row.db_user if row.actor_kind == "database" else "")
    is_refused = row.outcome == "denied"
    return Line(row.recorded_at, actor, str(WORDS.get(row.action, row.action)), about, is_refused, _changes(row))


def _changes(row: Event) -> list[tuple[str, str, str]]:
    if not row.action.startswith("row."):
        return []
    told = json.loads(row.payload)
    pairs = told.items() if row.action == "row.update" else ((name, (None, value)) for name, value in told.items())
    shown = [(_field(row.object_type or "", name), _value(old), _value(new)) for name, (old, new) in pairs]
    return [change for change in shown if change[1] or change[2]]


def _field(table: str, column: str) -> str:
    model = next((model for model in apps.get_models() if model._meta.db_table == table), None)
    try:
        return str(model._meta.get_field(column.removesuffix("_id")).verbose_name) if model else column  # type: ignore[union-attr]
    except FieldDoesNotExist:
        return column


def _value(value: Any) -> str:
    if value in (None, "", [], {}):
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    text = str(value)
    return _("（不显示）") if text.startswith(_HIDDEN) else text
