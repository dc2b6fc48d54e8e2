"""Does an office stand at a place that is loaded, and does a post fit its office and its person? One sentence for each fault."""

from __future__ import annotations

from django.utils.translation import gettext as _

from cases.access.models import Office, Post
from cases.access.rules import Holding, serves_at
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
    return {}


def _holding(post: Post) -> Holding:
    return Holding(post.role_id, tuple(post.role.not_with), post.starts_on, post.ends_on)


def level_name(code: str) -> str:
    """The level a code stands for, in the reader's language."""
    return _level(level_of(code))


def _level(level: str) -> str:
    return str(dict(Division.LEVELS)[level])
