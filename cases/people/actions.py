"""The account that the money goes to: given by one person, confirmed by another, never changed under a payment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.access.queries import posts_of, who_may
from cases.access.rules import covers
from cases.errors import Invalid, NotFound, Refusal
from cases.history.record import action, record
from cases.people.models import PayeeAccount
from cases.people.queries import account_key, current_account, is_applicant, is_helpers_account
from cases.people.rules import INSTITUTION, PAYEE_RELATIONS, SELF, check_account, check_cnaps, check_name, holder_fault
from cases.programme import tell
from cases.sealed import commitment_of
from cases.text import clean, clean_number

COUNTER = "CTY1"
"""The post that enters an account for a person at the counter (柜台代录); another person confirms it."""

REPAIRING = ("FAILED", "RETURNED")
"""The only states of a sent case in which the account may change: review, panel and public notice rest on one payee."""

AGENT_PAYEE = _("代办人不能收救助款。请填患者本人或家属的账户。")
NO_CARD = _("请拍一张银行卡或存折的照片。")


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
    relation: str = SELF,
    card: Any = None,
    channel: str = "online",
) -> PayeeAccount:
    """更正收款账户: a new account of the case; the old one stays on file. Nothing is paid to it until it is confirmed.

    By the applicant, or for him by the county's intake clerk at the counter (`channel` says how he told it); never by a
    helper or village worker, and never to a helper. `card` is the stored photo of card or passbook. Tells
    account_repaired; no new panel decision is needed. Raises Invalid per field, Refusal while the account stands.
    """
    assert now is not None
    found = _locked(case)
    is_own = may_give_account(case=found, by=by)
    values = _checked(found, holder, account, bank_name, cnaps, relation)
    if card is None or card.case_id != found.pk:
        raise Invalid(NO_CARD, fields={"card": NO_CARD}, code="no_card")
    row = replace_account(
        case=found,
        by=by,
        now=now,
        card=card,
        relation=relation,
        channel="online" if is_own else _told(channel),
        **values,
    )
    tell(found, "account_repaired", by=by, now=now)
    return row


def replace_account(*, case: Any, account: str, relation: str, by: Any, now: datetime, **values: Any) -> PayeeAccount:
    """换收款账户, inside an act that asked who may: the old row ends, the new one waits for a second person."""
    PayeeAccount.objects.filter(case=case, replaced_at=None).update(replaced_at=now)
    row = PayeeAccount.objects.create(
        case=case, account=account, account_key=account_key(account), tail=account[-4:], relation=relation, given_by=by,
        given_at=now, **values,
    )  # fmt: skip
    row.refresh_from_db()
    record(
        "account.given",
        about=("case", case.pk),
        object=row,
        payload={
            "tail": row.tail, "account": commitment_of(row.account), "holder": commitment_of(row.holder),
            "relation": row.relation, "channel": row.channel,
        },
    )  # fmt: skip
    return row


def pay_institution(*, case: Any, institution: Any, by: Any, now: datetime) -> PayeeAccount:
    """付给机构, inside the act of a settlement: the payee of the case is the institution, to its own proven account.

    Who gave and who confirmed that account stand in the row; nobody who gave it confirms it.
    """
    row = replace_account(
        case=case, by=institution.account_by, now=now, holder=str(institution.holder), account=str(institution.account),
        bank_name=institution.bank_name, cnaps=institution.cnaps, relation=INSTITUTION, institution=institution,
    )  # fmt: skip
    row.confirmed_by, row.confirmed_at = institution.account_confirmed_by, now
    row.save(update_fields=["confirmed_by", "confirmed_at"])
    return row


def may_give_account(*, case: Any, by: Any) -> bool:
    """谁能更正、什么时候: True for the applicant himself, False for the counter; everybody and everything else is refused.

    NotFound for a stranger, Refusal for helper, village and other posts (403) and while the account stands (409).
    """
    is_own = is_applicant(by, case)
    posts = [post for post in posts_of(by) if covers(post.office.division_code, case.handling_code)]
    if not is_own and not posts and by.pk not in (case.owner_id, case.agent_id):
        raise NotFound()
    if not is_own and (by.pk == case.agent_id or COUNTER not in {post.role_id for post in posts}):
        counter = who_may(COUNTER, case.handling_code)
        raise Refusal(
            _("代办人和这个岗位不能填写或更改收款账户。"),
            code="agent_no_money",
            who_may=_("患者本人或家属（用登记的手机登录），或%(counter)s") % {"counter": counter},
        )
    if case.state not in REPAIRING:
        raise Refusal(
            _("收款账户现在不能改。银行退回款项以后才能更正。如果账户有误，请打电话告诉我们。"),
            code="account_fixed",
            status=409,
        )
    return is_own


def _told(channel: str) -> str:
    told = dict(PayeeAccount.CHANNELS)
    del told["online"]
    if channel not in told:
        sentence = _("请选对方是怎样告知的。")
        raise Invalid(sentence, fields={"channel": sentence})
    return channel


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


def _checked(case: Any, holder: str, account: str, bank_name: str, cnaps: str, relation: str) -> dict[str, str]:
    name, number, bank = check_name(holder), check_account(account), clean(bank_name)
    branch = clean_number(cnaps)
    faults: dict[str, Any] = {}
    if not name.ok:
        faults["holder"] = name.message
    elif is_helpers_account(case.agent, name.value, number.value):
        raise Invalid(AGENT_PAYEE, fields={"holder": AGENT_PAYEE}, code="agent_payee")
    elif fault := holder_fault(name.value, relation, _patient_of(case)):
        faults["relation" if relation not in dict(PAYEE_RELATIONS) else "holder"] = fault
    if not number.ok:
        faults["account"] = number.message
    if not 2 <= len(bank) <= 80:
        faults["bank_name"] = _("请填写开户银行的名称，例如：宁夏农村商业银行。")
    if branch and not check_cnaps(branch).ok:
        faults["cnaps"] = check_cnaps(branch).message
    if faults:
        raise Invalid(_("还有内容要改。"), fields=faults)
    old = current_account(case)
    if old is not None and (str(old.holder), str(old.account)) == (name.value, number.value):
        same = _("和现在登记的账户一样。请填写另一个账户，或者户名和账号的正确写法。")
        raise Invalid(same, fields={"account": same}, code="same_account")
    return {"holder": name.value, "account": number.value, "bank_name": bank, "cnaps": branch}


def _patient_of(case: Any) -> str:
    return str(case.patient.name) if case.patient else ""
