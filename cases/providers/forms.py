"""What hospital and office type about permits, treatment and claims."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.access.models import Office
from cases.calendar import clock
from cases.calendar.rules import ZONE
from cases.parts import PARTS
from cases.providers.claims import CALLS
from cases.providers.models import PermitMove, Provider
from cases.providers.treatment import METHODS, MOMENTS, UNSUITABLE
from project.forms import CleanCharField, DateField, MoneyField, Radios, ReliefForm, TickBox

NO_TIME = _("请填写时间，比如 14:30")
LONG = {"rows": 4}


class DoingForm(ReliefForm):
    """One thing that is done: a refusal of the act is shown at its fields."""

    def values(self) -> dict[str, Any]:
        """The clean input as the act takes it."""
        return dict(self.cleaned_data)


class ExamForm(DoingForm):
    """术前检查."""

    examined_on = DateField(label=_("检查日期"), not_after=clock.today)
    suitable = forms.ChoiceField(
        label=_("适合手术吗"), widget=Radios, choices=[("yes", _("适合")), ("no", _("不适合，通知单结束"))]
    )
    reason = forms.ChoiceField(label=_("不适合的原因"), required=False, choices=[("", _("适合的不用选")), *UNSUITABLE])
    note = CleanCharField(label=_("检查情况"), required=False, max_length=500, widget=forms.Textarea(LONG))

    def values(self) -> dict[str, Any]:
        return self.cleaned_data | {"suitable": self.cleaned_data["suitable"] == "yes"}


class SurgeryForm(DoingForm):
    """手术记录: the eye is typed again, so that it is looked at again."""

    part = forms.ChoiceField(label=_("做的是哪只眼"), widget=Radios, choices=list(PARTS.items())[:2])
    done_on = DateField(label=_("手术日期"), not_after=clock.today)
    method = forms.ChoiceField(label=_("术式"), widget=Radios, choices=METHODS)
    surgeon = CleanCharField(label=_("主刀医生"), max_length=40)
    lens_brand = CleanCharField(label=_("晶体品牌"), max_length=40)
    lens_model = CleanCharField(label=_("晶体型号"), max_length=40)
    lens_power = forms.DecimalField(label=_("晶体度数"), min_value=-20, max_value=40, max_digits=4, decimal_places=1)
    lens_serial = CleanCharField(label=_("晶体序列号"), squeeze=True, max_length=40, help_text=_("照晶体标签写"))
    is_premium = forms.BooleanField(label=_("患者自选的高价晶体，差价自付"), required=False, widget=TickBox)


class ReasonForm(DoingForm):
    """Something is ended or sent back, with why."""

    reason = CleanCharField(label=_("原因"), max_length=500, widget=forms.Textarea(LONG))


class NothingForm(DoingForm):
    """Nothing to type: it is done or not."""


class ComplicationForm(DoingForm):
    """并发症报告."""

    found_on = DateField(label=_("哪天发现的"), not_after=clock.today)
    found_at = forms.TimeField(label=_("几点发现的"), error_messages={"invalid": NO_TIME}, help_text=NO_TIME)
    what = CleanCharField(label=_("情况和处理"), max_length=1000, widget=forms.Textarea(LONG))

    def values(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {"happened_at": datetime.combine(given["found_on"], given["found_at"], ZONE), "what": given["what"]}


class SightForm(DoingForm):
    """术后视力."""

    moment = forms.ChoiceField(label=_("哪一次复查"), widget=Radios, choices=MOMENTS)
    seen_on = DateField(label=_("复查日期"), not_after=clock.today)
    raw = CleanCharField(label=_("视力"), max_length=20, help_text=_("比如 0.6、4.8、指数、手动、光感"))


class ClaimForm(DoingForm):
    """申报费用: four numbers and the rest, as on invoice and settlement sheet."""

    invoice_code = CleanCharField(
        label=_("发票代码"),
        squeeze=True,
        required=False,
        max_length=20,
        help_text=_("20 位号码的电子发票没有代码，空着"),
    )
    invoice_no = CleanCharField(label=_("发票号"), squeeze=True, max_length=24)
    invoiced_on = DateField(label=_("开票日期"), not_after=clock.today)
    settled_on = DateField(
        label=_("医保结算日期"), required=False, not_after=clock.today, help_text=_("没有参保的空着")
    )
    total = MoneyField(label=_("总费用"))
    basic_insurance = MoneyField(label=_("医保报销"), initial=0)
    critical_illness = MoneyField(label=_("大病保险报销"), initial=0)
    medical_assistance = MoneyField(label=_("医疗救助"), initial=0)
    discount = MoneyField(label=_("医院减免"), initial=0)
    premium = MoneyField(label=_("自选晶体差价"), initial=0)
    lens_price = MoneyField(label=_("晶体价格"))
    asked = MoneyField(label=_("申报金额"), help_text=_("要我们付给医院的，不超过患者个人负担"))


class AnswerForm(DoingForm):
    """答复退回, once."""

    answer = CleanCharField(label=_("答复"), max_length=1000, widget=forms.Textarea(LONG))


class RefundForm(DoingForm):
    """登记退费."""

    refunded_on = DateField(label=_("退费日期"), not_after=clock.today)
    how = CleanCharField(label=_("怎样退的"), max_length=200, help_text=_("比如转账、现金，谁签收"))


class CallForm(DoingForm):
    """电话核实."""

    result = forms.ChoiceField(label=_("核实结果"), widget=Radios, choices=CALLS)
    answered_by = CleanCharField(label=_("接电话的人"), max_length=40)
    called_on = DateField(label=_("通话日期"), not_after=clock.today)
    charged = MoneyField(label=_("被收了多少（元）"), required=False)
    words = CleanCharField(label=_("怎么说的"), required=False, max_length=500, widget=forms.Textarea(LONG))


class RejectForm(DoingForm):
    """退回一行."""

    why = CleanCharField(label=_("退回原因"), max_length=500, widget=forms.Textarea(LONG))


class SuspendForm(DoingForm):
    """暂停定点机构."""

    why = CleanCharField(label=_("暂停原因"), max_length=500, widget=forms.Textarea(LONG))


class ProviderForm(DoingForm):
    """登记定点机构: as on licence and contract; its account is given on its page."""

    kind = forms.ChoiceField(label=_("类别"), widget=Radios, choices=Provider.KINDS)
    name = CleanCharField(label=_("机构名称"), max_length=80, help_text=_("照许可证写全称"))
    division_code = forms.ChoiceField(label=_("在哪个市、县"))
    licence = CleanCharField(label=_("执业许可证号"), squeeze=True, max_length=40)
    uscc = CleanCharField(label=_("统一社会信用代码"), squeeze=True, max_length=18)
    contract_no = CleanCharField(label=_("协议编号"), max_length=40)
    contract_from = DateField(label=_("协议开始日"))
    contract_to = DateField(label=_("协议结束日"))

    def __init__(self, *args: Any, places: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["division_code"].choices = [("", _("请选择")), *places]  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        place = {name: given.pop(name) for name in ("name", "division_code")} | {"kind": given["kind"]}
        return given | {"office": Office.objects.filter(**place).first() or Office(**place)}


class AccountForm(DoingForm):
    """机构收款账户."""

    holder = CleanCharField(label=_("户名"), max_length=60)
    account = CleanCharField(label=_("账号"), squeeze=True, max_length=40)
    bank_name = CleanCharField(label=_("开户行"), max_length=80)
    cnaps = CleanCharField(label=_("联行号"), squeeze=True, required=False, max_length=12)


class PriceForm(DoingForm):
    """价目."""

    code = CleanCharField(label=_("项目编码"), max_length=30, help_text=_("人工晶体写 LENS"))
    name = CleanCharField(label=_("项目名称"), max_length=80)
    price = MoneyField(label=_("最高价（元）"))
    is_premium = forms.BooleanField(label=_("自选高价项目，不予救助"), required=False, widget=TickBox)


class MoveForm(DoingForm):
    """改派: another provider of the same kind, and how the patient agreed."""

    provider = forms.ModelChoiceField(label=_("改到哪家"), queryset=Provider.objects.none())
    consent_how = forms.ChoiceField(label=_("患者怎样同意的"), widget=Radios, choices=PermitMove.HOW)
    consent_by = CleanCharField(label=_("谁同意的"), max_length=40)
    reason = CleanCharField(label=_("原因"), max_length=500, widget=forms.Textarea(LONG))

    def __init__(self, *args: Any, permit: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Provider.objects.filter(kind=permit.provider.kind, state="active").exclude(pk=permit.provider_id)
        self.fields["provider"].queryset = rows.select_related("office")  # type: ignore[attr-defined]
