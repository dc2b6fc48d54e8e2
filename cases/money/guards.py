"""What must hold before a batch goes on (批次放行的条件): its state, another person, his password, and payouts that may still be paid."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import check_password
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.access.queries import who_may
from cases.dossier.queries import lock_cases
from cases.errors import Invalid, Refusal, Stale
from cases.history.models import Event
from cases.money.models import PaymentBatch, Payout
from cases.money.queries import Proposal, handled, holds, lines_of
from cases.money.rules import OUT, PROVINCE
from cases.people.models import PayeeAccount

MOST_WRONG_PASSWORDS = 5


def still_ready(ready: Iterable[Proposal], seen: set[int]) -> None:
    for one in ready:
        if one.reason and one.payout.pk in seen:
            raise Refusal(
                format_lazy(
                    _("{case} 现在不能拨付：{reason}。请重新打开制单页。"),
                    case=one.payout.case.number,
                    reason=OUT[one.reason],
                ),
                code="not_payable",
                status=409,
            )


def must_be(batch: PaymentBatch, state: str) -> None:
    if batch.state != state:
        raise Stale(_("批次的状态已经变了，请刷新页面查看。"))


def other_person(batch: PaymentBatch, by: Any, right: str) -> None:
    if by.pk in (batch.maker_id, batch.checker_id):
        raise Refusal(_("制单、复核、放行须是三个不同的人。"), code="three_persons", who_may=who_may(right, PROVINCE))
    if handled([line.payout.case_id for line in lines_of(batch)], by):
        raise Refusal(
            _("批次里有您办理过的案卷，不能由您复核或放行。"), code="payer_decided", who_may=who_may(right, PROVINCE)
        )


def is_really(by: Any, password: str, totp: str, now: datetime) -> None:
    since = now - timedelta(minutes=15)
    tries = Event.objects.filter(actor=by.pk, action="batch.release", outcome="denied", recorded_at__gt=since)
    if tries.filter(payload__contains="wrong_password").count() >= MOST_WRONG_PASSWORDS:
        raise Refusal(_("密码输错次数太多。请 15 分钟后再试。"), code="too_many_tries", status=403)
    if not check_password(password, by.password):
        fields = {"password": _("密码不对。请重新输入。")}
        raise Invalid(_("密码不对，没有放行。"), fields=fields, code="wrong_password")
    factor = Authenticator.objects.filter(user=by, type=Authenticator.Type.TOTP).first()
    if factor is not None and not factor.wrap().validate_code(totp.strip()):
        fields = {"totp": _("动态码不对。请看手机重新输入。")}
        raise Invalid(_("动态码不对，没有放行。"), fields=fields, code="wrong_password")


def still_payable(batch: PaymentBatch, by: Any) -> None:
    lock_cases(line.payout.case_id for line in lines_of(batch))
    lines = lines_of(batch)
    payouts: list[Payout] = [line.payout for line in lines]
    current = dict(
        PayeeAccount.objects.filter(
            case__in=[row.case_id for row in payouts], replaced_at=None, confirmed_at__isnull=False
        ).values_list("case_id", "account_key")
    )
    if any(current.get(line.payout.case_id) != line.account_key for line in lines):
        raise Refusal(_("制单以后有案卷换了收款账户。请作废这个批次，重新制单。"), code="payee_changed", status=409)
    if holds(payouts):
        raise Refusal(_("批次里有案卷有异议或公示未结束。请作废这个批次，重新制单。"), code="held", status=409)
