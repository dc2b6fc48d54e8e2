"""People who sign in, the offices they serve, and the posts that give them rights in an area."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cases.history.record import record
from cases.sealed import SealedField, blind_index

__all__ = ["DemoSms", "KeyProof", "MachineKey", "Office", "Post", "Role", "StandIn", "User"]


def in_my_language(name: str, name_en: str) -> str:
    """A name as this reader calls it: the English one where English is read and there is one."""
    return name_en if name_en and (get_language() or "").startswith("en") else name


class User(AbstractUser):
    """登录账号: an applicant or helper (phone and code) or office staff (password). Never deleted, only closed."""

    sealed_for = "account:subject"
    subject = models.UUIDField(default=uuid.uuid4, db_default=RandomUUID(), editable=False)
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = SealedField(_("姓名"), default="", blank=True)
    phone = SealedField(_("手机号"), null=True, blank=True)
    phone_key = models.CharField(max_length=64, null=True, blank=True, unique=True, editable=False)
    phone_verified = models.BooleanField(default=False)
    is_office = models.BooleanField(_("工作人员（密码登录）"), default=False)

    objects = UserManager()  # type: ignore[misc]

    class Meta:
        app_label = "cases"
        verbose_name = verbose_name_plural = _("账号")
        constraints = [
            models.CheckConstraint(
                condition=Q(is_office=True, phone_key=None) | Q(is_office=False, password__startswith="!"),
                name="user_one_way_in",
                violation_error_message=_("工作人员用密码登录，其他人用手机验证码，两种方式不能混用。"),
            )
        ]
        # the administrators' list: a few hundred names among all the applicants
        indexes = [
            models.Index(
                fields=["username"], name="user_managed", condition=Q(is_office=True) | ~Q(username__startswith="p-")
            )
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        by_phone = self.phone and not self.is_office
        self.phone_key = blind_index(str(self.phone), "user.phone") if by_phone else None
        if not self.is_office and not self.password:
            self.set_unusable_password()
        super().save(*args, **kwargs)

    def check_password(self, raw_password: str) -> bool:  # type: ignore[override]
        """Django's own; a password that is stored anew with today's strength leaves an event beside its row."""

        def store_again(raw: str) -> None:
            with transaction.atomic():
                self.set_password(raw)
                self._password = None
                self.save(update_fields=["password"])
                record("password.kept", about=("account", self.pk), object=self, by=self)

        return check_password(raw_password, self.password, store_again)

    def get_full_name(self) -> str:
        return str(self.name)

    def get_short_name(self) -> str:
        return str(self.name)


class Office(models.Model):
    """机构: a Red Cross branch, town office, village committee, grassroots organisation, hospital or store, by division code.

    The code is a row of the table of divisions (a foreign key in the database, migrations/sql/access.sql).
    """

    KINDS = [
        ("redcross", _("红十字会")),
        ("town", _("乡镇（街道）")),
        ("village", _("村（居）委会")),
        ("grassroots", _("基层组织")),
        ("board", _("监事会")),
        ("hospital", _("定点医院")),
        ("fitting", _("验配机构")),
        ("warehouse", _("物资仓库")),
    ]

    name = models.CharField(_("名称"), max_length=80)
    name_en = models.CharField(_("英文名称"), max_length=120, blank=True)
    kind = models.CharField(_("机构类别"), max_length=12, choices=KINDS)
    division_code = models.CharField(_("区划代码"), max_length=12, db_collation="C", db_index=True)
    phone = models.CharField(_("咨询电话"), max_length=40, blank=True)
    address = models.CharField(_("地址"), max_length=120, blank=True)
    most_held = models.PositiveSmallIntegerField(_("每人最多同时经办（件）"), null=True, blank=True)
    is_active = models.BooleanField(_("在用"), default=True)

    class Meta:
        app_label = "cases"
        verbose_name = verbose_name_plural = _("机构")
        constraints = [
            models.CheckConstraint(
                condition=Q(most_held=None) | Q(most_held__gte=1),
                name="office_most_held",
                violation_error_message=_("至少 1 件；不限就空着。"),
            ),
            models.UniqueConstraint(
                fields=["division_code", "kind", "name"],
                name="office_once",
                violation_error_message=_("这个地方已有同名、同类的机构。"),
            ),
        ]

    def __str__(self) -> str:
        return in_my_language(self.name, self.name_en)


class Role(models.Model):
    """岗位: what a post may do, as data (domain.md 2). `lifts_to` acts instead under 委托代审.

    `not_with` names the roles that nobody may hold beside this one (不相容岗位), whichever of the two was given first.
    """

    code = models.CharField(_("代码"), max_length=20, primary_key=True)
    name = models.CharField(_("名称"), max_length=40)
    name_en = models.CharField(_("英文名称"), max_length=60)
    level = models.CharField(_("级别"), max_length=10)
    lifts_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("委托代审到")
    )
    rights = models.JSONField(_("权限"), default=list)
    not_with = models.JSONField(_("不相容岗位"), default=list)

    class Meta:
        app_label = "cases"
        verbose_name = verbose_name_plural = _("岗位")

    def __str__(self) -> str:
        return in_my_language(self.name, self.name_en)


class Post(models.Model):
    """任职: one person in one role at one office, from a day to a day; the office's code is the area of his rights.

    The database refuses a role at an office of another level, and two roles of one person that exclude each other.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="posts", verbose_name=_("账号")
    )
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="posts", verbose_name=_("岗位"))
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="posts", verbose_name=_("机构"))
    starts_on = models.DateField(_("从哪天起"))
    ends_on = models.DateField(_("到哪天止"), null=True, blank=True)
    stand_in: StandIn | None = None
    """Set on a post in which somebody acts for its holder (`cases.access.queries.work_posts`)."""

    class Meta:
        app_label = "cases"
        verbose_name = verbose_name_plural = _("任职")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "office"],
                condition=Q(ends_on=None),
                name="post_once",
                violation_error_message=_("这个人已在这个机构担任这个岗位。"),
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="post_dates",
                violation_error_message=_("任职结束日期早于开始日期。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.office} · {self.role}"


class StandIn(models.Model):
    """替岗: one person does the steps of another's post, from a day to a day, in an area, a programme, up to an amount.

    It lends the steps and the reading of their cases, no other right of the post; what is lent is never lent on.
    The database refuses one for oneself, given by the one who gets it, or beside a post that the role excludes.
    """

    sealed_for = "account:given_by.subject"
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="stand_ins", verbose_name=_("代谁的岗位"))
    delegate = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="stands_in", verbose_name=_("由谁替岗")
    )
    area = models.CharField(_("只在这个地区"), max_length=12, db_collation="C")
    programme = models.SlugField(_("只办这个项目"), max_length=40, blank=True, default="")
    starts_on = models.DateField(_("从哪天起"))
    ends_on = models.DateField(_("到哪天止"))
    amount_cap = models.DecimalField(_("金额上限（元）"), max_digits=12, decimal_places=2, null=True)
    reason = SealedField(_("为什么替岗"))
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "cases"
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="stand_in_dates"),
            models.CheckConstraint(condition=Q(amount_cap=None) | Q(amount_cap__gt=0), name="stand_in_cap"),
            models.CheckConstraint(condition=~Q(given_by=F("delegate")), name="stand_in_not_taken"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="stand_in_ended_by_somebody",
            ),
        ]

    @property
    def principal(self) -> User:
        """被替岗人: whose post it is."""
        return self.post.user

    def reaches(self, case: Any) -> bool:
        """Whether it counts for this case: its place, its programme, and the amount as far as one is fixed."""
        is_within = case.handling_code.startswith(self.area) and self.programme in ("", case.programme)
        return is_within and not self.is_exceeded_by(case.award)

    def is_exceeded_by(self, amount: Any) -> bool:
        """超过金额上限: whether this amount is more than the stand-in may decide on."""
        return self.amount_cap is not None and amount is not None and amount > self.amount_cap


class MachineKey(models.Model):
    """机器账号的钥匙: lets a partner's machine fetch work of these topics in this area, as an account with such a post.

    Only its digest is kept. A machine's account has neither password nor phone, so that nobody signs in with it.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="machine_keys")
    digest = models.CharField(max_length=64, unique=True)
    topics = ArrayField(models.CharField(max_length=40))
    area = models.CharField(max_length=12, db_collation="C")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "cases"
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("made_at")), name="machine_key_dates"),
            models.CheckConstraint(condition=~Q(user=F("made_by")), name="machine_key_given_by_somebody"),
            models.CheckConstraint(condition=Q(topics__len__gte=1), name="machine_key_topics"),
        ]


class KeyProof(models.Model):
    """钥匙凭证: one sealed word of this database, which only its own keys open and find; made by the first set-up."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    word = SealedField()
    digest = models.CharField(max_length=64)

    class Meta:
        app_label = "cases"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="key_proof_once")]


class DemoSms(models.Model):
    """演示手机: the last text message to a number, in a demonstration alone; a real message is never kept."""

    phone_key = models.CharField(max_length=64, primary_key=True)
    phone = SealedField()
    text = SealedField()
    by_call = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        app_label = "cases"
