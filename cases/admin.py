"""Offices, accounts and posts on the administrators' pages; roles and policies to read. No way to a case from here."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.contrib.auth import password_validation
from django.contrib.auth.models import Group
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from cases.access import actions
from cases.access.fields import PhoneField
from cases.access.fitting import office_fault, post_faults
from cases.access.models import Office, Post, Role, User
from cases.access.queries import managed_accounts
from cases.admin_site import rights
from cases.policy.models import PolicyRow, PolicyVersion
from cases.regions.rules import short
from cases.text import clean_number

for _model in (Group, EmailAddress, Authenticator):
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)


class FewPages(Paginator[Any]):
    """Pages of a list that may be long: counts no further than the last page that anybody turns to; then one searches."""

    MOST_PAGES = 20

    @cached_property
    def count(self) -> int:
        rows = cast("QuerySet[Any]", self.object_list).values_list("pk")
        return len(rows[: self.MOST_PAGES * self.per_page])


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Pages to read; nothing is added, changed or deleted."""

    actions = None
    paginator = FewPages
    show_full_result_count = False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(rights(request))

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(rights(request))


class ByActions(ReadOnly):
    """Pages whose every change is one of our actions, each its own transaction, for the holder of one right."""

    right = ""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.right in rights(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.right in rights(request)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        # Django would open a transaction round the whole page; an action is durable and opens its own
        answer: HttpResponse = self._changeform_view(request, object_id, form_url, extra_context)  # type: ignore[attr-defined]
        return answer


class OfficeForm(forms.ModelForm):  # type: ignore[type-arg]
    """An office at a place of the table; a code in the official form with zeros is taken as meant, and said so."""

    written = ""

    class Meta:
        model = Office
        fields = ["name", "name_en", "kind", "division_code", "phone", "address", "most_held", "is_active"]
        help_texts = {
            "most_held": _("空着就是不限。手里满了的人先办结，再领取。"),
            "division_code": _("省 2 位，市 4 位，县 6 位，乡 9 位，村 12 位。"),
        }

    def clean_division_code(self) -> str:
        written = clean_number(self.cleaned_data["division_code"])
        code = short(written)
        self.written = written if code != written else ""
        office = Office(pk=self.instance.pk, division_code=code)
        fault = office_fault(office)
        if fault:
            raise forms.ValidationError(fault)
        return code


@admin.register(Office)
class OfficeAdmin(ByActions):
    """机构."""

    right = "admin.office"
    form = OfficeForm
    list_display = ["name", "kind", "division_code", "phone", "is_active"]
    list_filter = ["kind", "is_active"]
    search_fields = ["name", "division_code"]

    def save_model(self, request: HttpRequest, obj: Office, form: Any, change: bool) -> None:
        actions.save_office(office=obj, by=request.user)
        if form.written:
            said = _("%(written)s 是带零的写法，已按 %(code)s 保存。")
            messages.info(request, said % {"written": form.written, "code": obj.division_code})


class NewAccountForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new account: a first password for an office, or a phone for a village worker."""

    name = forms.CharField(label=_("姓名"), max_length=40)
    password = forms.CharField(label=_("初始密码"), required=False, widget=forms.PasswordInput(render_value=False))
    phone = PhoneField(required=False, help_text=_("村级人员用手机验证码登录：填手机号，不填密码。"))

    class Meta:
        model = User
        fields = ["username", "name"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if bool(data.get("password")) == bool(data.get("phone")):
            raise forms.ValidationError(_("填初始密码或手机号，二者填一个。"))
        if data.get("password"):
            password_validation.validate_password(data["password"], User(username=data.get("username", "")))
        return data


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]
    """An account that exists: open or closed, and a new first password when the old one is forgotten."""

    new_password = forms.CharField(label=_("重设密码"), required=False, widget=forms.PasswordInput(render_value=False))

    class Meta:
        model = User
        fields = ["is_active"]

    def clean_new_password(self) -> str:
        password: str = self.cleaned_data["new_password"]
        if password and not self.instance.is_office:
            raise forms.ValidationError(_("这个账号用手机验证码登录，没有密码。"))
        if password:
            password_validation.validate_password(password, self.instance)
        return password


@admin.register(User)
class AccountAdmin(ByActions):
    """账号: of offices and village workers; applicants' accounts are not listed."""

    right = "admin.people"
    list_display = ["username", "name", "is_office", "is_active"]
    list_filter = ["is_active", "is_office"]
    search_fields = ["username"]
    search_help_text = _("填登录名或它的一部分。")
    ordering = ["username"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return managed_accounts(request.user)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, form=AccountForm if obj else NewAccountForm, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if not self.has_change_permission(request, obj):
            return ["username", "name", "is_active"]
        return ["username", "name", "is_active", "new_password"] if obj else ["username", "name", "password", "phone"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["username", "name"] if obj else []

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        form.save_m2m = lambda: None
        return form.instance

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        data = form.cleaned_data
        if not change:
            made = actions.make_staff(
                username=data["username"], name=data["name"], password=data["password"], phone=data["phone"],
                by=request.user,
            )  # fmt: skip
            obj.pk = made.pk
            return
        actions.set_open(account=User.objects.get(pk=obj.pk), is_open=data["is_active"], by=request.user)
        if data["new_password"]:
            actions.reset_password(account=User.objects.get(pk=obj.pk), password=data["new_password"], by=request.user)


class PostForm(forms.ModelForm):  # type: ignore[type-arg]
    """A post that fits its office and the other posts of the person."""

    class Meta:
        model = Post
        fields = ["user", "role", "office", "starts_on", "ends_on"]

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if not self.errors:
            for field, fault in post_faults(self.instance).items():
                self.add_error(field if field in self.fields else None, fault)


@admin.register(Post)
class PostAdmin(ByActions):
    """任职: given once, then only ended."""

    right = "admin.posts"
    form = PostForm
    list_display = ["user", "role", "office", "starts_on", "ends_on"]
    list_filter = ["role"]
    search_fields = ["user__username", "office__name"]
    raw_id_fields = ["user", "office"]
    list_select_related = ["user", "role", "office"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["user", "role", "office", "starts_on"] if obj else []

    def save_model(self, request: HttpRequest, obj: Post, form: Any, change: bool) -> None:
        if change:
            actions.end_post(post=Post.objects.get(pk=obj.pk), ends_on=obj.ends_on, by=request.user)
            return
        made = actions.appoint(
            user=obj.user, role=obj.role, office=obj.office, starts_on=obj.starts_on, ends_on=obj.ends_on,
            by=request.user,
        )  # fmt: skip
        obj.pk = made.pk


@admin.register(Role)
class RoleAdmin(ReadOnly):
    """岗位: what each may do; they change with a release, never by hand."""

    list_display = ["code", "name", "name_en", "level", "lifts_to"]
    ordering = ["code"]


@admin.register(PolicyVersion)
class PolicyVersionAdmin(ReadOnly):
    """政策版本: to read; drafted and published on the policy pages by two people."""

    list_display = ["programme", "number", "title", "status", "effective_from"]
    list_filter = ["programme", "status"]


@admin.register(PolicyRow)
class PolicyRowAdmin(ReadOnly):
    """政策条目: to read."""

    list_display = ["version", "section", "key", "value", "clause"]
    list_filter = ["section"]
    list_select_related = ["version"]
