"""定点机构 register: who is under contract, at what prices, and to which account its money goes."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.access.fitting import office_fault
from cases.access.models import Office
from cases.access.queries import require
from cases.calendar.rules import local_day
from cases.dossier.models import Case
from cases.dossier.queries import lock_case
from cases.errors import Invalid, Refusal
from cases.history.record import action, current, record
from cases.people.queries import account_key
from cases.people.rules import check_account, check_cnaps
from cases.programme import tell
from cases.providers.models import PriceItem, Provider
from cases.providers.rules import check_uscc
from cases.sealed import commitment_of
from cases.text import clean, clean_number

KIND_OF_OFFICE = {"hospital": "hospital", "fitting": "fitting"}


def act_as(by: Any, right: str, code: str) -> None:
    """Act in the post that gives this right for that place; a refusal names who may."""
    post = require(by, right, code)
    act = current()
    assert act is not None
    act.as_(role=post.role_id, office=post.office.name)


@action("provider.register", about="provider")
def register_provider(
    *,
    kind: str,
    office: Office,
    uscc: str,
    licence: str,
    contract_no: str,
    contract_from: date,
    contract_to: date,
    by: Any,
    now: datetime | None = None,
) -> Provider:
    """登记定点机构: an office of that kind is under contract from a day to a day; a new office is made with it.

    No permit is issued for it before a second person has confirmed it. Raises Invalid by field.
    """
    assert now is not None
    act_as(by, "provider.manage", office.division_code)
    code = check_uscc(uscc)
    faults = _office_faults(kind, office)
    if not code:
        faults["uscc"] = _("统一社会信用代码不对。请照营业执照或登记证书核对 18 位。")
    elif Provider.objects.filter(uscc=code).exists():
        faults["uscc"] = _("这个代码已登记给另一个机构。")
    if not 4 <= len(clean_number(licence)) <= 40:
        faults["licence"] = _("请照许可证填写证号，4 到 40 位。")
    if not 2 <= len(clean(contract_no)) <= 40:
        faults["contract_no"] = _("请填写协议编号，2 到 40 个字。")
    if contract_to < contract_from:
        faults["contract_to"] = _("结束日期早于开始日期。请核对。")
    if faults:
        raise Invalid(_("还有内容要改。"), fields=faults)
    if office.pk is None:
        office.save()
        record("office.made", about=("config", "all"), object=office)
    made = Provider.objects.create(
        kind=kind, office=office, uscc=code, licence=clean_number(licence), contract_no=clean(contract_no),
        contract_from=contract_from, contract_to=contract_to, made_by=by, made_at=now,
    )  # fmt: skip
    record("provider.registered", about=("provider", made.pk), object=made, payload={"kind": kind, "uscc": code})
    return made


def _office_faults(kind: str, office: Office) -> dict[str, Any]:
    if kind not in KIND_OF_OFFICE or office.kind != KIND_OF_OFFICE[kind]:
        return {"name": _("请选择同类的机构：医院或验配机构。")}
    if not 2 <= len(office.name) <= 80:
        return {"name": _("请照许可证填写机构名称，2 到 80 个字。")}
    if fault := office_fault(office):
        return {"division_code": fault}
    if office.pk is not None and Provider.objects.filter(office=office).exists():
        return {"name": _("这个机构已经登记过。")}
    return {}


@action("provider.confirm", about="provider")
def confirm_provider(*, provider: Provider, by: Any, now: datetime | None = None) -> Provider:
    """核对定点机构: a second person has compared it with licence and contract; from now on it takes patients."""
    assert now is not None
    act_as(by, "provider.confirm", provider.office.division_code)
    row = lock_provider(provider)
    if row.state != "registered":
        raise Refusal(_("这个机构已经核对过。"), code="confirmed", status=409)
    if row.made_by_id == by.pk:
        raise Refusal(_("机构是您登记的，须由另一个人核对。"), code="second_person")
    row.state, row.confirmed_by, row.confirmed_at = "active", by, now
    row.save(update_fields=["state", "confirmed_by", "confirmed_at"])
    record("provider.confirmed", about=("provider", row.pk), object=row, payload={"uscc": row.uscc})
    return row


@action("provider.account", about="provider")
def set_account(
    *, provider: Provider, holder: str, account: str, bank_name: str, cnaps: str, by: Any, now: datetime | None = None
) -> Provider:
    """登记收款账户: the institution's own account; nothing is paid to it until a second person has confirmed it."""
    assert now is not None
    act_as(by, "provider.manage", provider.office.division_code)
    row = lock_provider(provider)
    number, name, bank, branch = check_account(account), clean(holder), clean(bank_name), clean_number(cnaps)
    faults: dict[str, Any] = {}
    if not 2 <= len(name) <= 60:
        faults["holder"] = _("请填写户名，与机构名称一致。")
    if not number.ok:
        faults["account"] = number.message
    if not 2 <= len(bank) <= 80:
        faults["bank_name"] = _("请填写开户银行的名称，例如：宁夏农村商业银行。")
    if branch and not check_cnaps(branch).ok:
        faults["cnaps"] = check_cnaps(branch).message
    if faults:
        raise Invalid(_("还有内容要改。"), fields=faults)
    row.holder, row.account, row.bank_name, row.cnaps = name, number.value, bank, branch
    row.account_key, row.tail = account_key(number.value), number.value[-4:]
    row.account_by, row.account_confirmed_by, row.account_confirmed_at = by, None, None
    row.save()
    payload = {"tail": row.tail, "account": commitment_of(row.account), "holder": commitment_of(row.holder)}
    record("provider.account_given", about=("provider", row.pk), object=row, payload=payload)
    return row


@action("provider.confirm_account", about="provider")
def confirm_account(*, provider: Provider, by: Any, now: datetime | None = None) -> Provider:
    """核对收款账户: a second person has compared it with the contract; who entered it may not confirm it."""
    assert now is not None
    act_as(by, "provider.confirm", provider.office.division_code)
    row = lock_provider(provider)
    if not row.account_key:
        raise Refusal(_("还没有登记收款账户。"), code="no_account", status=409)
    if row.account_by_id == by.pk:
        raise Refusal(_("账户是您登记的，须由另一个人核对。"), code="second_person")
    if row.account_confirmed_at is None:
        row.account_confirmed_by, row.account_confirmed_at = by, now
        row.save(update_fields=["account_confirmed_by", "account_confirmed_at"])
        record("provider.account_confirmed", about=("provider", row.pk), object=row, payload={"tail": row.tail})
        _tell_repaired(row, by, now)
    return row


def _tell_repaired(row: Provider, by: Any, now: datetime) -> None:
    """Cases of which the bank failed or returned the payment to this institution go on with its new account."""
    waiting = Case.objects.filter(payouts__payee__institution=row, payouts__state__in=["failed", "returned"])
    for pk in waiting.order_by("pk").values_list("pk", flat=True).distinct():
        tell(lock_case(pk), "account_repaired", by=by, now=now)


@action("provider.price", about="provider")
def set_price(
    *, provider: Provider, code: str, name: str, price: Decimal, by: Any, now: datetime | None = None,
    is_premium: bool = False,
) -> PriceItem:  # fmt: skip
    """价目: from today this is the most that the provider may ask for the item; the price before ends yesterday."""
    assert now is not None
    act_as(by, "provider.manage", provider.office.division_code)
    row, day, faults = lock_provider(provider), local_day(now), {}
    if not 1 <= len(clean(code)) <= 30:
        faults["code"] = _("请填写项目编码，1 到 30 个字。")
    if not 2 <= len(clean(name)) <= 80:
        faults["name"] = _("请填写项目名称，2 到 80 个字。")
    if price <= 0:
        faults["price"] = _("金额应大于 0。请核对。")
    if faults:
        raise Invalid(_("还有内容要改。"), fields=faults)
    before = PriceItem.objects.filter(provider=row, code=clean(code), ends_on=None).first()
    if before is not None:
        before.ends_on = max(day, before.starts_on)
        before.save(update_fields=["ends_on"])
    made = PriceItem.objects.create(
        provider=row, code=clean(code), name=clean(name), price=price, is_premium=is_premium, starts_on=day
    )
    record("provider.priced", about=("provider", row.pk), object=made, payload={"code": made.code, "price": price})
    return made


def lock_provider(provider: Provider) -> Provider:
    """The row of a provider, locked; inside an act."""
    return Provider.objects.select_for_update(no_key=True, of=("self",)).select_related("office").get(pk=provider.pk)
