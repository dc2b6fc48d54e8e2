"""Does an office stand at a place that is loaded, and does a post fit its office and its person? One sentence for each fault."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from cases.access.models import Office, Post, StandIn
from cases.access.queries import STEPS
from cases.access.rules import PROVIDER, Holding, serves_at
from cases.regions.models import Division
from cases.regions.queries import division
from cases.regions.rules import level_of, short


def office_fault(office: Office) -> str:
    """区划代码: why an office cannot stand at its code, or ""."""
    code = office.division_code
    if division(code) is None:
        if division(short(code)) is not None:
            return _("%(code)s 是带零的写法，请填 %(short)s。") % {"code": code, "short": short(code)}
        return _("没有区划代码 %(code)s。请核对，或先载入这个地方。") % {"code": code}
    posts = Post.objects.filter(office_id=office.pk).select_related("role") if office.pk else []
    for post in posts:
        if not serves_at(post.role_id, post.role.level, code):
            return _("这个机构有%(role)s任职，不能改成%(level)s。") % {
                "role": post.role,
                "level": level_name(code),
            }
    return ""


def post_faults(post: Post) -> dict[str, str]:
    """任职: what stands against a post, by field; nothing when it fits."""
    role, code = post.role, post.office.division_code
    if not serves_at(role.code, role.level, code):
        if role.level == "person":
            return {"role": _("申请人不用任职。")}
        words = {"role": role, "own": _level(role.level), "level": level_name(code)}
        return {"office": _("%(role)s在%(own)s机构任职，这个机构是%(level)s的。") % words}
    mine = _holding(post)
    for other in Post.objects.filter(user_id=post.user_id).exclude(pk=post.pk).select_related("role"):
        if mine.excludes(_holding(other)):
            words = {"held": other.role, "role": role}
            return {"role": _("这个人已是%(held)s，不能同时做%(role)s。请另选一人，或先免去前一岗位。") % words}
    for row in StandIn.objects.filter(delegate=post.user_id, ended_at=None).select_related("post__role"):
        if mine.excludes(Holding(row.post.role_id, tuple(row.post.role.not_with), row.starts_on, row.ends_on)):
            words = {"held": row.post.role, "role": role}
            return {"role": _("这个人正替岗%(held)s，不能同时做%(role)s。请先结束替岗。") % words}
    return {}


def stand_in_faults(row: StandIn, today: date) -> dict[str, str]:
    """替岗: what stands against a stand-in, by field; nothing when it fits."""
    post, faults = row.post, {}
    if row.starts_on < today or row.ends_on < row.starts_on:
        faults["ends_on" if row.ends_on < row.starts_on else "starts_on"] = _("替岗从今天或以后开始，结束不早于开始。")
    if row.amount_cap is not None and row.amount_cap <= 0:
        faults["amount_cap"] = _("金额上限要大于零；不限就不填。")
    if STEPS not in post.role.rights:
        faults["post"] = _("%(role)s须本人办理，不能替岗。") % {"role": post.role}
    if not row.area.startswith(post.office.division_code):
        faults["area"] = _("地区应在这个岗位的辖区里。")
    if not str(row.reason).strip():
        faults["reason"] = _("请写明为什么替岗。")
    wrong = _delegate_fault(row)
    return {**faults, **({"delegate": wrong} if wrong else {})}


def _delegate_fault(row: StandIn) -> str:
    """Never oneself; somebody of the same office or above who does steps, and holds no role that excludes this one."""
    if row.delegate_id == row.post.user_id:
        return _("不能由本人替自己的岗。")
    lent = Holding(row.post.role_id, tuple(row.post.role.not_with), row.starts_on, row.ends_on)
    theirs = list(Post.objects.filter(user_id=row.delegate_id).select_related("role", "office"))
    for held in theirs:
        if lent.excludes(_holding(held)):
            return _("这个人是%(held)s，不能办%(role)s的事。") % {"held": held.role, "role": row.post.role}
    code = row.post.office.division_code
    near = [held for held in theirs if STEPS in held.role.rights and code.startswith(held.office.division_code)]
    if not any(_overlaps(held, row) for held in near):
        return _("替岗的人应是本机构或上级机构办理案卷的同事。")
    clash = StandIn.objects.filter(post=row.post, delegate=row.delegate_id, ended_at=None)
    if clash.filter(starts_on__lte=row.ends_on, ends_on__gte=row.starts_on).exists():
        return _("这个人在这段时间已经替这个岗。")
    return ""


def _overlaps(held: Post, row: StandIn) -> bool:
    return held.starts_on <= row.ends_on and (held.ends_on is None or held.ends_on >= row.starts_on)


def _holding(post: Post) -> Holding:
    return Holding(post.role_id, tuple(post.role.not_with), post.starts_on, post.ends_on)


def level_name(code: str) -> str:
    """The level a code stands for, in the reader's language."""
    return _level(level_of(code))


def _level(level: str) -> str:
    return str(_("省、市、县")) if level == PROVIDER else str(dict(Division.LEVELS)[level])
