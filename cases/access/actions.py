"""Accounts, posts and looks: what changes who may do what, each with its event."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cases.access.fitting import office_fault, post_faults, stand_in_faults
from cases.access.models import Office, Post, Role, StandIn, User
from cases.access.queries import GRANT, acting_post, may, may_administer, user_by_phone, who_may
from cases.access.standing import may_see_stand_in
from cases.calendar.rules import local_day
from cases.errors import Invalid, NotFound, Refusal
from cases.history.record import action, record, record_access
from cases.sealed import commitment_of


@action("account.open", about="account")
def open_account(*, phone: str, by: Any, now: datetime | None = None) -> User:
    """开户: an account for a phone number, usable only with the code sent to it; the known one when there is one."""
    known = user_by_phone(phone)
    if known:
        return known
    user = User(username=f"p-{uuid.uuid4().hex}", phone=phone, password=make_password(None))
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:  # the same number at the same moment
        return User.objects.get(phone_key=user.phone_key)
    record("account.opened", about=("account", user.pk), object=user, by=user)
    return user


@action("account.make", about="account")
def make_staff(
    *, username: str, name: str, password: str = "", phone: str = "", by: Any, now: datetime | None = None
) -> User:
    """建账号: for an office with a first password, for a village worker with a phone. Rights come with a post.

    Raises Invalid when the name or the phone is taken.
    """
    _administer(by, "admin.people")
    if User.objects.filter(username=username).exists():
        raise Invalid(_("这个登录名已有人用。"), fields={"username": _("请换一个登录名。")})
    if phone and user_by_phone(phone):
        raise Invalid(_("这个手机号已有账号。"), fields={"phone": _("请核对手机号。")})
    user = User(
        username=username, name=name, phone=phone or None, is_office=not phone,
        password=make_password(None if phone else password),
    )  # fmt: skip
    user.save()
    record("account.made", about=("account", user.pk), object=user)
    return user


@action("account.password", about="account")
def reset_password(*, account: User, password: str, by: Any, now: datetime | None = None) -> None:
    """重设密码: a new first password for somebody who forgot his; it ends his sessions."""
    _administer(by, "admin.people")
    if not account.is_office:
        raise Refusal(_("这个账号用手机验证码登录，没有密码。"), code="no_password")
    account.set_password(password)
    account.save(update_fields=["password"])
    record("account.password_reset", about=("account", account.pk), object=account)


@action("account.close", about="account")
def set_open(*, account: User, is_open: bool, by: Any, now: datetime | None = None) -> None:
    """停用或恢复账号: a closed account is signed out with its next page. Nobody closes his own."""
    _administer(by, "admin.people")
    if account.pk == by.pk:
        raise Refusal(_("不能停用自己的账号。"), code="own_account")
    if account.is_active != is_open:
        account.is_active = is_open
        account.save(update_fields=["is_active"])
        record("account.reopened" if is_open else "account.closed", about=("account", account.pk), object=account)


@action("post.give", about="account")
def appoint(
    *, user: User, role: Role, office: Office, starts_on: date, ends_on: date | None = None, by: Any,
    now: datetime | None = None,
) -> Post:  # fmt: skip
    """任命: a post from a day on. Nobody gives himself one.

    Raises Invalid when the office is of another level, or another post of this person excludes this one.
    """
    _administer(by, "admin.posts")
    if user.pk == by.pk:
        raise Refusal(_("不能给自己任职。"), code="own_post")
    if ends_on and ends_on < starts_on:
        raise Invalid(_("任职结束日期早于开始日期。"), fields={"ends_on": _("不能早于开始日期。")})
    post = Post(user=user, role=role, office=office, starts_on=starts_on, ends_on=ends_on)
    _post_must_fit(post)
    post.save()
    payload = {"role": role.code, "office": office.pk, "starts_on": starts_on, "ends_on": ends_on}
    record("post.given", about=("account", user.pk), object=post, payload=payload)
    return post


@action("post.end", about="account")
def end_post(*, post: Post, ends_on: date | None, by: Any, now: datetime | None = None) -> None:
    """免职: the last day of a post; its rights are gone the day after."""
    _administer(by, "admin.posts")
    if post.user_id == by.pk:
        raise Refusal(_("不能改动自己的任职。"), code="own_post")
    if ends_on is None:
        raise Invalid(_("请填任职的最后一天。"), fields={"ends_on": _("请填日期。")})
    if ends_on < post.starts_on:
        raise Invalid(_("任职结束日期早于开始日期。"), fields={"ends_on": _("不能早于开始日期。")})
    post.ends_on = ends_on
    _post_must_fit(post)
    post.save(update_fields=["ends_on"])
    record("post.ended", about=("account", post.user_id), object=post, payload={"ends_on": ends_on})


@action("account.leave", about="account")
def end_service(*, account: User, reason: str, by: Any, now: datetime | None = None) -> int:
    """离岗: every post of this person is over, lent ones come back, every session ends at once; answers how many posts.

    An office account is closed. Who signs in by phone stays an applicant like anybody else, with nothing of the office.
    """
    _administer(by, "admin.posts")
    if account.pk == by.pk:
        raise Refusal(_("不能改动自己的任职。"), code="own_post")
    if not reason.strip():
        raise Invalid(_("请写明为什么离岗。"), fields={"reason": _("请写明原因")})
    assert now is not None
    today = local_day(now)
    leaver = User.objects.select_for_update(no_key=True).get(pk=account.pk)
    posts = list(Post.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today), user=leaver))
    if not posts:
        raise Invalid(_("这个人现在没有任职。"), fields={"account": _("请选另一个人")})
    for post in posts:
        post.ends_on = today - timedelta(days=1)
        post.starts_on = min(post.starts_on, post.ends_on)
        post.save(update_fields=["starts_on", "ends_on"])
    StandIn.objects.filter(Q(post__user=leaver) | Q(delegate=leaver), ended_at=None).update(ended_by=by, ended_at=now)
    leaver.set_unusable_password()  # what every session is signed with: none of them opens any more
    leaver.is_active = leaver.is_active and not leaver.is_office
    leaver.save(update_fields=["password", "is_active"])
    payload = {"posts": len(posts), "reason": commitment_of(reason.strip()), "closed": not leaver.is_active}
    record("account.left", about=("account", leaver.pk), object=leaver, payload=payload)
    return len(posts)


@action("stand_in.give", about="none")
def give_stand_in(
    *, post: Post, delegate: User, starts_on: date, ends_on: date, reason: str, area: str = "", programme: str = "",
    amount_cap: Decimal | None = None, by: Any, now: datetime | None = None,
) -> StandIn:  # fmt: skip
    """委托替岗: somebody does the steps of this post from a day to a day, by its holder's word or his head's.

    Both names stand on what he does, and the duties count both. Nobody takes a post for himself; what is lent is never
    lent on. Raises Invalid by field.
    """
    assert now is not None
    _must_give(post, by)
    if delegate.pk == by.pk:
        raise Refusal(_("不能委托给自己。"), code="own_post")
    User.objects.select_for_update(no_key=True).get(pk=delegate.pk)  # beside a new post of his, one waits
    row = StandIn(
        post=post, delegate=delegate, area=area or post.office.division_code, programme=programme, starts_on=starts_on,
        ends_on=ends_on, amount_cap=amount_cap, reason=reason.strip(), given_by=by, given_at=now,
    )  # fmt: skip
    faults = stand_in_faults(row, local_day(now))
    if faults:
        raise Invalid(next(iter(faults.values())), fields=faults)
    row.save()
    payload = {
        "principal": post.user_id, "role": post.role_id, "office": post.office_id, "area": row.area, "cap": amount_cap,
        "programme": programme, "starts_on": starts_on, "ends_on": ends_on, "reason": commitment_of(row.reason),
    }  # fmt: skip
    record("stand_in.given", about=("account", delegate.pk), object=row, payload=payload)
    return row


@action("stand_in.end", about="none")
def end_stand_in(*, stand_in: int, by: Any, now: datetime | None = None) -> StandIn:
    """结束替岗: before its last day, by the holder, his head, or who stands in; it counts from this moment on."""
    row = (
        StandIn.objects.select_for_update(no_key=True, of=("self",))
        .select_related("post__office", "post__role", "post__user", "delegate")
        .filter(pk=stand_in)
        .first()
    )
    if row is None or not may_see_stand_in(by, row):
        raise NotFound()
    if row.delegate_id != by.pk:
        _must_give(row.post, by)
    if row.ended_at is not None:
        raise Refusal(_("这次替岗已经结束。"), code="ended", status=409)
    row.ended_by, row.ended_at = by, now
    row.save(update_fields=["ended_by", "ended_at"])
    record("stand_in.ended", about=("account", row.delegate_id), object=row, payload={"principal": row.post.user_id})
    return row


def _must_give(post: Post, by: Any) -> None:
    code = post.office.division_code
    if post.user_id != by.pk and may(by, GRANT, code) is None:
        raise Refusal(_("替岗由本人或负责人委托。"), code="no_right", who_may=who_may(GRANT, code))


@action("office.save", about="office")
def save_office(*, office: Office, by: Any, now: datetime | None = None) -> Office:
    """机构: make or change an office; its row change is the event's detail.

    Raises Invalid when its code is no place that is loaded, or its posts belong to another level.
    """
    _administer(by, "admin.office")
    fault = office_fault(office)
    if fault:
        raise Invalid(_("机构没有保存，请改正区划代码。"), fields={"division_code": fault})
    is_new = office.pk is None
    office.save()
    record("office.made" if is_new else "office.changed", about=("config", "all"), object=office)
    return office


def _post_must_fit(post: Post) -> None:
    User.objects.select_for_update(no_key=True).get(pk=post.user_id)  # two posts for one person, one after the other
    faults = post_faults(post)
    if faults:
        raise Invalid(next(iter(faults.values())), fields=faults)


def _administer(by: Any, right: str) -> None:
    if not may_administer(by, right):
        raise Refusal(_("您的岗位不能管理账号、机构或任职。"), code="no_right")


def look(*, case: Any, fields: list[str], viewer: Any, purpose: str) -> None:
    """查阅: record that this viewer is about to see these fields of a case, under the post that lets him."""
    post = acting_post(viewer, case.handling_code)
    record_access(
        "read", object=case, fields=fields, by=viewer, case_id=case.pk, purpose=purpose,
        role=post.role_id if post else "", office=post.office.name if post else "",
    )  # fmt: skip
