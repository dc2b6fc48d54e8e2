"""The account that the money goes to: given by one person, confirmed by another, never changed under a payment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.access.queries import acting_post, who_may
from cases.errors import Invalid, NotFound, Refusal
from cases.history.record import action, record
from cases.people.models import PayeeAccount
from cases.people.queries import account_key, current_account
from cases.people.rules import check_account, check_cnaps, check_name
from cases.programme import tell
from cases.sealed import commitment_of
from cases.text import clean, clean_number

COUNTER = ("county", "city", "province")
REPAIRING = ("FAILED", "RETURNED")
FIXED = frozenset(
    "DRAFT PAYABLE IN_BATCH SENT UNKNOWN PAID FOLLOWUP CLOSED REJECTED NOT_ACCEPTED WITHDRAWN TERMINATED".split()  # noqa: SIM905
)
"""States in which the account stands: a draft has its own question, a payment under way needs a fixed payee."""


@action("account.give")
def give_account(
    *,
    case: Any,
    holder: str,
    account: str,
    bank_name: str,
    by: Any,
    now: datetime | None = None,
    cnaps: str = "",
    relation: str = "SELF",
) -> PayeeAccount:
    """更正收款账户: a new account of the case; the old one stays on file. Nothing is paid to it until it is confirmed.

    By the applicant, or for him by the county, city or province at the counter; never by a helper or village worker.
    Tells account_repaired when the bank had failed or returned the payment; no new panel decision is needed. Raises
    Invalid per field, Refusal while money is under way.
    """
    assert now is not None
    found = _locked(case)
    _must_be_near_the_money(found, by)
    if found.state in FIXED:
        raise Refusal(
            _("现在不能更改收款账户：拨付已经安排，或者案卷已经结束。"),
            code="account_fixed",
            who_may=_("如果账户有误，请打电话告诉我们。"),
            status=409,
        )
    values = _checked(holder, account, bank_name, cnaps)
    old = current_account(found)
    if old is not None and (str(old.holder), str(old.account)) == (values["holder"], values["account"]):
        same = _("和现在登记的账户一样。请填写另一个账户，或者户名和账号的正确写法。")
        raise Invalid(same, fields={"account": same}, code="same_account")
    PayeeAccount.objects.filter(case=found, replaced_at=None).update(replaced_at=now)
    row = PayeeAccount.objects.create(
        case=found,
        account_key=account_key(values["account"]),
        tail=values["account"][-4:],
        relation=relation,
        given_by=by,
        given_at=now,
        **values,
    )
    row.refresh_from_db()
    record(
        "account.given",
        about=("case", found.pk),
        object=row,
        payload={"tail": row.tail, "account": commitment_of(row.account), "holder": commitment_of(row.holder)},
    )
    if found.state in REPAIRING:
        tell(found, "account_repaired", by=by, now=now)
    return row


def _must_be_near_the_money(case: Any, by: Any) -> None:
    post = acting_post(by, case.handling_code)
    if by.pk not in (case.owner_id, case.agent_id) and post is None:
        raise NotFound()
    if by.pk == case.agent_id or (by.pk != case.owner_id and (post is None or post.role.level not in COUNTER)):
        raise Refusal(
            _("代办人和村镇人员不能填写或更改收款账户。"),
            code="agent_no_money",
            who_may=_("请患者本人或家属用登记的手机登录办理。"),
        )


@action("account.confirm")
def confirm_account(*, case: Any, by: Any, now: datetime | None = None) -> PayeeAccount:
    """核对收款账户: a second person has called the known phone and compared the proof; who gave it may not confirm it.

    Called by the decision of the step that confirms it. Confirming again what is confirmed changes nothing.
    """
    assert now is not None
    found = _locked(case)
    row = current_account(found)
    if row is None:
        raise Refusal(_("还没有收款账户。请让申请人先填写。"), code="no_account", status=409)
    if row.confirmed_at is not None:
        return row
    if row.given_by_id == by.pk or by.pk in (found.owner_id, found.agent_id):
        raise Refusal(
            _("账户是您填写的，须由另一个人核对。"), code="second_person", who_may=who_may("CTY2", found.handling_code)
        )
    row.confirmed_by, row.confirmed_at = by, now
    row.save(update_fields=["confirmed_by", "confirmed_at"])
    record("account.confirmed", about=("case", found.pk), object=row, payload={"tail": row.tail})
    return row


def _locked(case: Any) -> Any:
    # the dossier stands above this room: the lock of the case is taken through the row that came in
    found = type(case)._default_manager.select_for_update(no_key=True).filter(pk=case.pk).first()
    if found is None:
        raise NotFound()
    return found


def _checked(holder: str, account: str, bank_name: str, cnaps: str) -> dict[str, str]:
    name, number, bank = check_name(holder), check_account(account), clean(bank_name)
    branch = clean_number(cnaps)
    faults: dict[str, Any] = {}
    if not name.ok:
        faults["holder"] = name.message
    if not number.ok:
        faults["account"] = number.message
    if not 2 <= len(bank) <= 80:
        faults["bank_name"] = _("请填写开户银行的名称，例如：宁夏农村商业银行。")
    if branch and not check_cnaps(branch).ok:
        faults["cnaps"] = check_cnaps(branch).message
    if faults:
        raise Invalid(_("还有内容要改。"), fields=faults)
    return {"holder": name.value, "account": number.value, "bank_name": bank, "cnaps": branch}
