"""What can be done to a permit, a claim line, a provider from its page: the word of the address, its form, its act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.errors import NotFound
from cases.providers import actions, forms


@dataclass(frozen=True, slots=True)
class Doing:
    """办一件事: its title and button, the form that is typed, and the act that does it to the thing of the page."""

    title: Any
    button: Any
    form: type[forms.DoingForm]
    act: Callable[..., Any]
    on: str
    kind: str = ""


PERMIT = {
    "exam": Doing(_("术前检查"), _("记录检查"), forms.ExamForm, actions.examine, "permit"),
    "surgery": Doing(_("手术记录"), _("记录手术"), forms.SurgeryForm, actions.record_surgery, "permit"),
    "missed": Doing(_("登记失约"), _("患者没有来"), forms.NothingForm, actions.miss, "permit", "plain"),
    "decline": Doing(_("患者不做"), _("结束通知单"), forms.ReasonForm, actions.decline, "permit", "stop"),
    "complication": Doing(_("报告并发症"), _("报告"), forms.ComplicationForm, actions.report_complication, "permit"),
    "sight": Doing(_("记录术后视力"), _("记录视力"), forms.SightForm, actions.record_sight, "permit"),
    "claim": Doing(_("申报费用"), _("申报"), forms.ClaimForm, actions.file_line, "permit"),
}
"""By the hospital, to its own permit."""
OPEN_ONES, USED_ONES = ("exam", "surgery", "missed", "decline"), ("complication", "sight", "claim")

OFFICE_PERMIT = {
    "move": Doing(_("改派通知单"), _("改派"), forms.MoveForm, actions.move_permit, "permit"),
    "give-up": Doing(_("不再做"), _("结束通知单"), forms.ReasonForm, actions.give_up_permit, "permit", "stop"),
}
"""By the county, to a permit of a case of its area."""

LINE = {
    "call": Doing(_("电话核实"), _("记录通话"), forms.CallForm, actions.call_patient, "line"),
    "accept": Doing(_("认可申报"), _("认可这一行"), forms.NothingForm, actions.accept_line, "line"),
    "reject": Doing(_("退回申报"), _("退回这一行"), forms.RejectForm, actions.reject_line, "line", "stop"),
}
"""By the office, to a claim line of its area."""

OWN_LINE = {
    "answer": Doing(_("答复退回的申报"), _("答复"), forms.AnswerForm, actions.answer_line, "line"),
    "refund": Doing(_("登记退费"), _("已退给患者"), forms.RefundForm, actions.make_refund, "order"),
}
"""By the hospital, to its own claim line."""

REGISTER = Doing(_("登记一家定点机构"), _("登记"), forms.ProviderForm, actions.register_provider, "")
"""By the province; it is confirmed by somebody else from its page."""

PROVIDER = {
    "check": Doing(_("核对定点机构"), _("登记无误"), forms.NothingForm, actions.confirm_provider, "provider"),
    "account": Doing(_("登记机构账户"), _("登记"), forms.AccountForm, actions.set_account, "provider"),
    "confirm": Doing(_("核对机构账户"), _("账户无误"), forms.NothingForm, actions.confirm_account, "provider"),
    "price": Doing(_("设价目"), _("设价目"), forms.PriceForm, actions.set_price, "provider"),
    "suspend": Doing(_("暂停定点机构"), _("暂停"), forms.SuspendForm, actions.suspend_provider, "provider", "stop"),
    "resume": Doing(_("恢复定点机构"), _("恢复"), forms.NothingForm, actions.resume_provider, "provider"),
}
"""By the province, to a provider."""


def doing(of: dict[str, Doing], what: str) -> Doing:
    """The doing of that word; NotFound for a word that is none."""
    if what not in of:
        raise NotFound()
    return of[what]
