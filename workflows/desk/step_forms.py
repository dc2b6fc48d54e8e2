"""Decision forms of the steps that ask for more: home visit, award, grant, account, expert."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.calendar import clock
from cases.calendar.rules import ZONE
from cases.evidence.rules import visit_keys
from cases.programme import programme
from cases.text import listed, money
from cases.urgent.queries import limit_of
from project.forms import CleanCharField, DateField, PhotoField, Radios, TickBox
from workflows.desk.follow_up_form import FollowUpForm
from workflows.desk.forms import NO_TIME, DecisionForm, IntakeForm, in_my_language
from workflows.desk.review_form import CountyForm, ReviewForm
from workflows.desk.words import FINDINGS
from workflows.scoring.rules import items_of

REQUIRED = _("请填写这一项")


class VisitForm(DecisionForm):
    """入户核实: as many visitors as the policy says, date, place, photo, each stated fact confirmed, different or not seen."""

    in_batch = False

    visited_on = DateField(label=_("入户日期"), not_after=clock.today, error_messages={"required": _("请填写入户日期")})
    place = CleanCharField(label=_("入户地点"), max_length=120, error_messages={"required": _("请写入户地点")})
    photo = PhotoField(label=_("入户照片"), required=False)
    photo_token = forms.UUIDField(required=False, widget=forms.HiddenInput)
    note = CleanCharField(label=_("补充情况"), required=False, max_length=500, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.visitors = [f"visitor_{number}" for number in range(1, self.policy.count("home_visitors") + 1)]
        self._ask_visitors()
        self.checked: dict[str, str] = {}
        card = programme(self.case.programme)
        for key in visit_keys(card, self.facts):
            self._ask(card.question(key))

    def _ask_visitors(self) -> None:
        for number, name in enumerate(self.visitors, start=1):
            self.fields[name] = CleanCharField(
                label=_("核实人 %(n)s") % {"n": number},
                max_length=40,
                error_messages={"required": _("入户要有 %(n)s 个人，请写核实人姓名") % {"n": len(self.visitors)}},
            )
        others = [name for name in self.fields if name not in self.visitors]
        at = others.index("visited_on")
        self.order_fields([*others[:at], *self.visitors, *others[at:]])

    def _ask(self, question: Any) -> None:
        name = f"finding_{question.key}"
        self.checked[name] = question.key
        self.fields[name] = forms.ChoiceField(
            label=_("核对：%(what)s") % {"what": question.label},
            choices=list(FINDINGS.items()),
            widget=Radios,
            error_messages={"required": _("请选择核对结果")},
        )
        self.fields[f"note_{name}"] = CleanCharField(
            label=_("实际情况：%(what)s") % {"what": question.label}, required=False, max_length=200
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not cleaned.get("photo") and not cleaned.get("photo_token"):
            self.add_error("photo", _("请拍一张入户照片"))
        names = [cleaned[name] for name in self.visitors if cleaned.get(name)]
        if len(set(names)) < len(names):
            self.add_error(self.visitors[-1], _("核实人不能是同一个人"))
        for name, _key in self.checked.items():
            if cleaned.get(name) == "differs" and not cleaned.get(f"note_{name}"):
                self.add_error(f"note_{name}", _("不一致的，请写明实际情况"))
        return cleaned

    def details(self) -> dict[str, Any]:
        given = self.cleaned_data
        facts = [
            {"key": key, "finding": given[name], "note": given.get(f"note_{name}", "")}
            for name, key in self.checked.items()
        ]
        return {
            "visit": {
                "visitors": [given[name] for name in self.visitors],
                "visited_on": given["visited_on"].isoformat(),
                "place": given["place"],
                "photo": str(given["photo_token"] or ""),
                "facts": facts,
                "note": given.get("note", ""),
            }
        }

    def detail_words(self) -> list[tuple[Any, Any]]:
        given = self.cleaned_data
        lines = [
            (_("核实人"), listed(given[name] for name in self.visitors)),
            (_("入户日期"), given["visited_on"].isoformat()),
            (_("入户地点"), given["place"]),
        ]
        return lines + [(self.fields[name].label, FINDINGS[given[name]]) for name in self.checked]


class CallForm(DecisionForm):
    """A step confirmed by phone: who answered, when, and that payee and account are right."""

    in_batch = False

    answered_by = CleanCharField(label=_("接电话的人"), max_length=40, required=False)
    called_on = DateField(label=_("通话日期"), not_after=clock.today, required=False)
    called_at = forms.TimeField(
        label=_("通话时间"), required=False, error_messages={"invalid": NO_TIME}, help_text=NO_TIME
    )
    account_right = forms.ChoiceField(
        label=_("户名和账号尾号核对"),
        widget=Radios,
        required=False,
        choices=[("yes", _("对方说的户名和尾号与案卷一致")), ("no", _("不一致或没有核对"))],
    )

    needs_call: tuple[str, ...] = ("grant", "confirm")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("outcome") not in self.needs_call:
            return cleaned
        for name in ("answered_by", "called_on", "called_at"):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, REQUIRED)
        if cleaned.get("account_right") != "yes":
            self.add_error("account_right", _("户名和账号要先打电话核对一致，才能继续"))
        if cleaned.get("called_on") and cleaned.get("called_at"):
            moment = datetime.combine(cleaned["called_on"], cleaned["called_at"], ZONE)
            if moment > clock.now():
                self.add_error("called_at", _("通话时间不能晚于现在"))
        return cleaned

    def details(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given["outcome"] not in self.needs_call:
            return {}
        at = f"{given['called_on'].isoformat()}T{given['called_at']:%H:%M}"
        return {"call": {"answered_by": given["answered_by"], "at": at, "account_right": True}}

    def detail_words(self) -> list[tuple[Any, Any]]:
        given = self.cleaned_data
        if given["outcome"] not in self.needs_call:
            return []
        return [
            (_("接电话的人"), given["answered_by"]),
            (_("通话时间"), f"{given['called_on'].isoformat()} {given['called_at']:%H:%M}"),
        ]


class ExpertForm(DecisionForm):
    """专家意见: the points of the policy's sheet, words, and that he has no part in the patient's treatment."""

    in_batch = False

    independent = forms.BooleanField(
        label=_("我不在诊断医院工作，也没有参与这位患者的诊治"),
        widget=TickBox,
        error_messages={"required": _("请确认；有关系的，请释放这一件，由别的专家出意见")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scored = {f"score_{item.key}": item for item in items_of(self.policy)}
        for name, item in self.scored.items():
            said = {"what": in_my_language(item.name_zh, item.name_en), "most": item.most}
            self.fields[name] = forms.IntegerField(
                label=_("%(what)s（0 到 %(most)s 分）") % said, min_value=0, max_value=item.most,
                error_messages={"required": _("请打分")},
            )  # fmt: skip

    def details(self) -> dict[str, Any]:
        scores = {item.key: self.cleaned_data[name] for name, item in self.scored.items()}
        return {"independent": bool(self.cleaned_data["independent"]), **({"scores": scores} if scores else {})}

    def detail_words(self) -> list[tuple[Any, Any]]:
        points = [(self.fields[name].label, self.cleaned_data[name]) for name in self.scored]
        return [*points, (self.fields["independent"].label, _("是"))]


class UrgentForm(CallForm):
    """急难审批: how much may go ahead of the panel, and the account confirmed by phone."""

    needs_call = ("agree",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit = limit_of(self.policy)
        if limit is not None:
            self.fields["outcome"].help_text = _(
                "同意的，先付核算金额；核算金额超过 %(limit)s 元的，先付 %(limit)s 元。"
            ) % {"limit": money(limit)}


class RecoveryForm(DecisionForm):
    """追回: the paper that proves that the whole sum is back; where it cannot be got back, the opinion says why."""

    in_batch = False

    receipt = CleanCharField(
        label=_("退款凭证号"), max_length=40, required=False, help_text=_("全额退回的，写银行回单或收据的编号。")
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("outcome") == "recovered" and not cleaned.get("receipt"):
            self.add_error("receipt", _("请写退款凭证号"))
        return cleaned

    def details(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {"refund": {"receipt": given["receipt"]}} if given["outcome"] == "recovered" else {}

    def detail_words(self) -> list[tuple[Any, Any]]:
        return [(self.fields["receipt"].label, one["receipt"]) for one in self.details().values()]


FORMS: dict[str, type[DecisionForm]] = {
    "intake": IntakeForm,
    "visit": VisitForm,
    "review": ReviewForm,
    "county": CountyForm,
    "award": ReviewForm,
    "insurance": ReviewForm,
    "grant": CallForm,
    "account": CallForm,
    "follow_up": FollowUpForm,
    "expert": ExpertForm,
    "urgent": UrgentForm,
    "recovery": RecoveryForm,
}
"""The form of each kind of step; the award step adds the printed working to its page, not a field."""
