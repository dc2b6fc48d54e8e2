"""What a fitting centre fills in: the test of two ears, an appointment, the fitting day, an end, a check, a return."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.calendar import clock
from cases.parts import LEFT_EAR, PARTS, RIGHT_EAR
from cases.screening.ears import FREQUENCIES
from cases.screening.outcomes import red_flags
from cases.stock.actions.fitting import ENDINGS, TRAINING
from cases.stock.models import FittingCheck
from project.forms import Checkboxes, CleanCharField, DateField, Radios, ReliefForm, TickBox

EARS = ((RIGHT_EAR, _("右耳 %(hz)s Hz（dB）")), (LEFT_EAR, _("左耳 %(hz)s Hz（dB）")))


class AudiogramForm(ReliefForm):
    """听力检查: eight levels, the machine, what speaks against fitting at once."""

    tested_on = DateField(label=_("检查日期"), not_after=clock.today)
    audiometer = CleanCharField(label=_("听力计编号"), max_length=40)
    calibrated_on = DateField(label=_("听力计校准日期"), not_after=clock.today)
    limit = forms.IntegerField(
        label=_("听力计最大输出（dB）"),
        min_value=80,
        max_value=130,
        initial=120,
        help_text=_("没有反应（NR）按最大输出加 5 dB 算"),
    )
    flags = forms.MultipleChoiceField(
        label=_("警示征象"), widget=Checkboxes, required=False,
        help_text=_("有一项就先转耳鼻喉科，不配助听器"),
    )  # fmt: skip
    wanted = forms.ChoiceField(
        label=_("只配一只时配哪只"), widget=Radios, required=False,
        choices=[("", _("较好的那只")), (RIGHT_EAR, PARTS[RIGHT_EAR]), (LEFT_EAR, PARTS[LEFT_EAR])],
    )  # fmt: skip
    note = CleanCharField(label=_("说明"), max_length=500, required=False, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, limits: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["flags"].choices = list(red_flags(limits).items())  # type: ignore[attr-defined]
        for part, label in EARS:
            for hz in FREQUENCIES:
                self.fields[f"{part}_{hz}"] = CleanCharField(
                    label=label % {"hz": hz}, max_length=8, error_messages={"required": _("请填整数，没有反应填 NR")}
                )
        levels = [f"{part}_{hz}" for part, _label in EARS for hz in FREQUENCIES]
        self.order_fields(["tested_on", "audiometer", "calibrated_on", "limit", *levels])

    def given(self) -> dict[str, Any]:
        """As the act takes it: the levels of each ear by frequency."""
        cleaned = self.cleaned_data
        ears = {
            name: {hz: cleaned[f"{part}_{hz}"] for hz in FREQUENCIES}
            for name, part in (("right", RIGHT_EAR), ("left", LEFT_EAR))
        }
        rest = ("tested_on", "audiometer", "calibrated_on", "limit", "flags", "wanted", "note")
        return {name: cleaned[name] for name in rest} | ears


class ActForm(ReliefForm):
    """What is done about one ear or one check, in the words of its act."""

    def given(self) -> dict[str, Any]:
        """As the act takes it."""
        return self.cleaned_data


class InviteForm(ActForm):
    """预约验配."""

    on = DateField(label=_("约哪一天来"))


class FitForm(ReliefForm):
    """验配发放."""

    identity_seen = forms.BooleanField(label=_("已核对身份证，是本人"), widget=TickBox)
    serial = CleanCharField(label=_("机身上的序列号"), max_length=40, help_text=_("照机身抄，或用扫码枪"))
    gain = CleanCharField(label=_("增益设置"), max_length=120)
    aided = CleanCharField(label=_("助听听阈"), max_length=120)
    receiver = CleanCharField(label=_("签收人姓名"), max_length=40)
    is_proxy = forms.BooleanField(label=_("是别人代领"), widget=TickBox, required=False)
    proxy_proof = CleanCharField(
        label=_("凭什么代领"), max_length=200, required=False, help_text=_("代领的写明证明和关系，并给本人打过电话")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, label in TRAINING.items():
            self.fields[f"trained_{key}"] = forms.BooleanField(label=label, widget=TickBox)
        self.order_fields(["identity_seen", "serial", "gain", "aided", *(f"trained_{key}" for key in TRAINING)])

    def given(self) -> dict[str, Any]:
        """As the act takes it: what was trained by its key."""
        cleaned = dict(self.cleaned_data)
        trained = {key: bool(cleaned.pop(f"trained_{key}")) for key in TRAINING}
        return cleaned | {"trained": trained}


class EndForm(ActForm):
    """没有验配."""

    why = forms.ChoiceField(label=_("原因"), choices=list(ENDINGS.items()), widget=Radios)
    note = CleanCharField(label=_("说明"), max_length=200, required=False)


class ReturnForm(ActForm):
    """退回设备."""

    reason = CleanCharField(label=_("为什么退回"), max_length=300, widget=forms.Textarea({"rows": 3}))


class DiedForm(ActForm):
    """登记老人去世."""

    died_on = DateField(label=_("哪天去世"), not_after=clock.today)
    note = CleanCharField(label=_("谁告诉的、怎样核实的"), max_length=300, widget=forms.Textarea({"rows": 3}))


class CheckForm(ActForm):
    """复查."""

    hours_worn = forms.DecimalField(label=_("每天戴几小时"), min_value=0, max_value=24, max_digits=3, decimal_places=1)
    condition = forms.ChoiceField(label=_("设备情况"), choices=FittingCheck.CONDITIONS, widget=Radios)
    note = CleanCharField(label=_("说明"), max_length=300, required=False, widget=forms.Textarea({"rows": 3}))
