"""What is asked on the pages of a screening: a campaign, its quotas and sessions, a person, and what was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.access.models import Office
from cases.calendar import clock
from cases.errors import Refusal
from cases.screening.lens import GRADES, LEAST
from cases.screening.models import Campaign, Registration
from cases.screening.outcomes import CLOUDED, CONTRA_EYE, EYES, OTHER_EYE, OTOSCOPY, red_flags
from cases.screening.rules import AGREED, CONSENT, HOW, ID, NAME, PHONE, PLACE
from cases.screening.working import HERTZ, side_words
from project.forms import Checkboxes, CleanCharField, DateField, Radios, ReliefForm, TickBox

Choices = Iterable[tuple[Any, Any]]


class CampaignForm(ReliefForm):
    """筛查活动."""

    programme = forms.ChoiceField(label=_("项目"), widget=Radios)
    title = CleanCharField(label=_("名称"), help_text=_("例如：2026 年秋季筛查"))
    starts_on = DateField(label=_("哪天开始"))
    ends_on = DateField(label=_("哪天结束"))
    standard = forms.ChoiceField(label=_("按哪个标准分级"), choices=Campaign.STANDARDS, widget=Radios)

    def __init__(self, *args: Any, programmes: Choices, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["programme"].choices = list(programmes)  # type: ignore[attr-defined]


class QuotaForm(ReliefForm):
    """名额."""

    county_code = forms.ChoiceField(label=_("县（市、区）"))
    places = forms.IntegerField(label=_("名额（人）"), min_value=0, max_value=100_000)

    def __init__(self, *args: Any, counties: Choices, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["county_code"].choices = list(counties)  # type: ignore[attr-defined]


class SessionForm(ReliefForm):
    """场次."""

    division_code = forms.ChoiceField(label=_("在哪里"))
    site = CleanCharField(label=_("地点"), help_text=_("例如：镇卫生院一楼"))
    on_day = DateField(label=_("哪一天"))
    team = forms.ModelChoiceField(Office.objects.none(), label=_("哪家医院或机构来做"))
    capacity = forms.IntegerField(label=_("最多看多少人"), min_value=1, max_value=5000)

    def __init__(self, *args: Any, places: Choices, teams: list[Office], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["division_code"].choices = list(places)  # type: ignore[attr-defined]
        self.fields["team"].queryset = Office.objects.filter(pk__in=[one.pk for one in teams])  # type: ignore[attr-defined]


COLUMN_OF = {"name": NAME, "id_no": ID, "phone": PHONE, "place": PLACE, "consent": CONSENT, "agreed_on": AGREED}
_HOW = {code: words for words, code in HOW.items()}


class PersonForm(ReliefForm):
    """登记一人."""

    name = CleanCharField(label=_("姓名"))
    id_no = CleanCharField(label=_("身份证号"), squeeze=True)
    phone = CleanCharField(label=_("手机号"), squeeze=True, required=False, help_text=_("可以填家人的号码"))
    place = CleanCharField(label=_("村（社区）"), help_text=_("填“乡镇名+村名”，或 12 位代码"))
    consent = forms.ChoiceField(label=_("怎样同意的"), choices=Registration.CONSENTS, widget=Radios)
    agreed_on = DateField(label=_("同意日期"), not_after=clock.today)

    def given(self) -> dict[str, Any]:
        """What was typed, by the columns of the register."""
        data = self.cleaned_data | {"consent": _HOW[self.cleaned_data["consent"]]}
        return {column: data[name] for name, column in COLUMN_OF.items()}

    def take(self, refusal: Refusal) -> None:
        """The columns of the register have their fields here."""
        back = {column: name for name, column in COLUMN_OF.items()}
        refusal.fields = {back.get(name, name): sentence for name, sentence in refusal.fields.items()}
        super().take(refusal)


class SheetForm(ReliefForm):
    """登记表: tried first, then imported."""

    file = forms.FileField(label=_("表格文件"), help_text=_("xlsx 或 csv，最多 20000 行"))
    tried = forms.CharField(required=False, widget=forms.HiddenInput())


class FindingsForm(ReliefForm):
    """检查结果: the fields of what is measured, side by side for right and left."""

    examined_on = DateField(label=_("检查日期"), not_after=clock.today)

    def __init__(self, *args: Any, kind: str, limits: Mapping[str, Any], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.words = side_words(kind)
        self.sides: dict[str, list[str]] = {}
        for side, words in self.words.items():
            fields = eye_fields(words) if kind == EYES else ear_fields(words)
            self.sides[side] = [f"{side}_{name}" for name in fields]
            self.fields |= {f"{side}_{name}": field for name, field in fields.items()}
        self.fields |= person_fields(kind, limits)

    def groups(self) -> list[dict[str, Any]]:
        """The fields of the right side, those of the left, and the others."""
        of_sides = {name for names in self.sides.values() for name in names}
        others = [self[name] for name in self.fields if name not in of_sides]
        both = [
            {"words": self.words[side], "fields": [self[name] for name in names]} for side, names in self.sides.items()
        ]
        return [*both, {"words": _("检查"), "fields": others}]

    def findings(self) -> dict[str, Any]:
        """What was typed, without the day."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name != "examined_on" and value not in ("", None)
        }


def eye_fields(side: Any) -> dict[str, forms.Field]:
    """What is asked of one eye."""
    return {
        "bare": CleanCharField(
            label=format_lazy(_("{side}裸眼视力"), side=side), help_text=_("0.3、4.5、指数、手动、光感、无光感")
        ),
        "best": CleanCharField(label=format_lazy(_("{side}矫正或小孔视力"), side=side), required=False),
        "lens": forms.ChoiceField(
            label=format_lazy(_("{side}晶状体"), side=side), choices=CLOUDED, widget=Radios, required=False
        ),
        **{
            name: CleanCharField(
                label=format_lazy(_("{side}晶状体 LOCS III {grade}"), side=side, grade=label), required=False,
                help_text=format_lazy(_("{low} 到 {high}，没有分级的不填"), low=LEAST, high=most),
                widget=forms.TextInput({"inputmode": "decimal", "class": "w-4"}),
            )
            for name, (label, most) in GRADES.items()
        },
        "pressure": CleanCharField(
            label=format_lazy(_("{side}眼压（毫米汞柱）"), side=side), required=False,
            widget=forms.TextInput({"inputmode": "decimal", "class": "w-4"}),
        ),
        "others": forms.MultipleChoiceField(
            label=format_lazy(_("{side}别的眼病"), side=side),
            choices=tuple(OTHER_EYE.items()),
            widget=Checkboxes,
            required=False,
        ),
        "needed": forms.BooleanField(
            label=format_lazy(_("{side}视力虽好，医生认为需要手术"), side=side), widget=TickBox, required=False
        ),
    }  # fmt: skip


def ear_fields(side: Any) -> dict[str, forms.Field]:
    """What is asked of one ear: a threshold at each frequency, their average to check them by, and what the otoscope showed."""
    number = {"inputmode": "numeric", "class": "w-4"}
    return {
        str(hertz): CleanCharField(
            label=format_lazy(_("{side} {hertz} 赫兹（分贝）"), side=side, hertz=hertz), required=False,
            widget=forms.TextInput({"class": "w-4"}),
        )
        for hertz in HERTZ
    } | {
        "average": CleanCharField(
            label=format_lazy(_("{side}四频平均（分贝）"), side=side), required=False, widget=forms.TextInput(number),
            help_text=_("可不填。填了就和四个频率核对"),
        ),
        "otoscopy": forms.MultipleChoiceField(
            label=format_lazy(_("{side}耳镜"), side=side), choices=tuple(OTOSCOPY.items()), widget=Checkboxes,
            required=False, help_text=_("没有异常的不选"),
        ),
    }  # fmt: skip


def person_fields(kind: str, limits: Mapping[str, Any]) -> dict[str, forms.Field]:
    """What is asked of the whole person."""
    if kind == EYES:
        against = tuple(CONTRA_EYE.items())
        words = _("现在不能手术的原因")
        return {"against": forms.MultipleChoiceField(label=words, choices=against, widget=Checkboxes, required=False)}
    return {
        "limit": CleanCharField(
            label=_("听力计最大输出（分贝）"), required=False, help_text=_("没有反应的写 NR，按最大输出加 5 计算"),
            widget=forms.TextInput({"inputmode": "numeric", "class": "w-4"}),
        ),
        "flags": forms.MultipleChoiceField(
            label=_("要先看耳科的情况"), choices=tuple(red_flags(limits).items()), widget=Checkboxes, required=False
        ),
        "wears_one": forms.BooleanField(label=_("已经戴助听器"), widget=TickBox, required=False),
    }  # fmt: skip
