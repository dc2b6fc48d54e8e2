"""Decision forms (办理意见): one for each kind of step; radios first, coded reasons, then what the step needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cases.calendar import clock
from cases.evidence.queries import paper_words, tell_by, told_often
from cases.evidence.rules import reasons_for
from cases.policy.rules import Policy
from cases.programme import programme
from cases.text import listed
from project.forms import Checkboxes, CleanCharField, DateField, Radios, SometimesChoice, SometimesChoices
from workflows.effects import unfit_sentence

LONGEST = 2000
NO_TIME = _("请填写时间，比如 14:30")


def in_my_language(zh: Any, en: Any) -> str:
    """One of two names by the language of the page."""
    return str(en if (get_language() or "").startswith("en") and en else zh)


class DecisionForm(forms.Form):
    """办理意见 of any step: outcome, target of a return, reasons, opinion, day. Knows no field beyond these.

    `step` is the step's spec, `policy` the one that counts for the case; `facts` are the answers in force.
    """

    in_batch = True
    """Whether several files may be decided in one go (成批办理): the step asks nothing of one file alone."""

    outcome = forms.ChoiceField(
        label=_("办理结果"), widget=Radios, error_messages={"required": _("请选择一个办理结果")}
    )
    to_step = SometimesChoice(label=_("退回到哪一步"), widget=Radios, required=False)
    reasons = SometimesChoices(label=_("原因"), widget=Checkboxes, required=False)
    opinion = CleanCharField(
        label=_("意见"),
        widget=forms.Textarea({"rows": 4}),
        required=False,
        max_length=LONGEST,
    )
    happened_on = DateField(label=_("办理日期"), not_after=clock.today, required=False)
    item = forms.IntegerField(widget=forms.HiddenInput)
    row_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, step: Any, case: Any, policy: Policy, facts: Mapping[str, Any], road: Any, **kwargs: Any
    ):
        super().__init__(*args, **kwargs)
        self.step, self.case, self.policy, self.facts = step, case, policy, facts
        self.fields["opinion"].help_text = _("退回、不同意、不予受理、请专家时至少写 %(n)s 个字。写明依据和事实。") % {
            "n": policy.shortest_opinion
        }
        offered = [exit for exit in step.exits.values() if not self.is_fact(exit) and exit.is_offered(policy)]
        self.fields["opinion"].required = all(exit.needs_opinion for exit in offered)
        self.fields["opinion"].error_messages["required"] = _("请写出意见")
        if len(offered) == 1:
            self.initial.setdefault("outcome", offered[0].name)
        self.fields["outcome"].choices = [(exit.name, exit.label) for exit in offered]  # type: ignore[attr-defined]
        self.target_names: dict[str, Any] = {}
        targets = self._targets()
        if targets:
            self.target_names = {name: getattr(road, name).title for name in targets}
            self.fields["to_step"].choices = list(self.target_names.items())  # type: ignore[attr-defined]
        else:
            del self.fields["to_step"]
        groups = self._reason_groups()
        if groups:
            self.fields["reasons"].choices = groups  # type: ignore[attr-defined]
        else:
            del self.fields["reasons"]

    @staticmethod
    def is_fact(exit: Any) -> bool:
        """An exit that only a fact from outside takes is not offered to a person."""
        return bool(exit.kind == "fact")

    def _targets(self) -> list[str]:
        several = [exit for exit in self.step.exits.values() if len(exit.targets) > 1]
        return list(dict.fromkeys(name for exit in several for name in exit.targets))

    def _reason_groups(self) -> list[tuple[Any, list[tuple[str, str]]]]:
        sections = dict.fromkeys(exit.reasons for exit in self.step.exits.values() if exit.reasons)
        groups = []
        for section in sections:
            words = listed(exit.label for exit in self.step.exits.values() if exit.reasons == section)
            rows = [(f"{section}:{row.key}", name_of_row(row)) for row in self.policy.section(section)]
            groups.append((words, rows))
        return groups

    @property
    def exit(self) -> Any:
        """The chosen way out."""
        return self.step.exits[self.cleaned_data["outcome"]]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        exit = self.step.exits.get(cleaned.get("outcome", ""))
        if exit is None:
            return cleaned
        chosen = [code.partition(":")[2] for code in cleaned.get("reasons", []) if code.startswith(f"{exit.reasons}:")]
        cleaned["codes"] = chosen if exit.reasons else []
        if exit.needs_reason and not chosen:
            self.add_error("reasons", _("请从列表里至少选一个原因"))
        if exit.needs_opinion and (too_short := self.policy.opinion_fault(cleaned.get("opinion") or "")):
            self.add_error("opinion", too_short)
        if len(exit.targets) > 1 and cleaned.get("to_step") not in exit.targets:
            self.add_error("to_step", _("请选择退回到哪一步"))
        return cleaned

    def details(self) -> dict[str, Any]:
        """What this kind of step adds to a decision; nothing here."""
        return {}

    def decision(self) -> dict[str, Any]:
        """The clean input as `workflows.actions.decide` takes it."""
        several = len(self.exit.targets) > 1
        return {
            "item": self.cleaned_data["item"],
            "row_version": self.cleaned_data["row_version"],
            "outcome": self.cleaned_data["outcome"],
            "reasons": self.cleaned_data["codes"],
            "opinion": self.cleaned_data.get("opinion") or "",
            "to_step": self.cleaned_data.get("to_step", "") if several else "",
            "happened_on": self.cleaned_data.get("happened_on"),
            "data": self.details(),
        }

    def target_words(self) -> Any:
        """The step that a return leads to, for the check page."""
        return self.target_names.get(self.cleaned_data.get("to_step", ""), "") if len(self.exit.targets) > 1 else ""

    def reason_words(self) -> list[str]:
        """The chosen reasons in words, for the check page."""
        return [name_of_row(self.policy.row(self.exit.reasons, code)) for code in self.cleaned_data["codes"]]

    def detail_words(self) -> list[tuple[Any, Any]]:
        """What `details` says, as lines for the check page."""
        return []


class IntakeForm(DecisionForm):
    """县级受理: accept, refuse, or tell once all that is missing (一次性告知), each paper or answer with its reason."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items: dict[str, tuple[str, str, str]] = {}
        if told := told_often(self.case):
            outcome = self.fields["outcome"]
            outcome.choices = [way for way in outcome.choices if way[0] != "supplement"]  # type: ignore[attr-defined]
            outcome.help_text = _("已经告知过 %(n)s 次，不能再让申请人补。请按现有材料办理。") % {"n": told}
            return
        self.fields["outcome"].help_text = self._tell_by()
        for row in self.case.materials.order_by("code"):
            self._offer("material", row.code, paper_words(self.policy, row.code))
            if row.state == "rejected":
                self.initial.setdefault(f"item_material_{row.code}", row.reason)
        for question in programme(self.case.programme).asked(self.facts):
            if not question.is_found:
                self._offer("answer", question.key, str(question.label))

    def _tell_by(self) -> Any:
        latest = tell_by(self.case, self.policy)
        if latest is None:
            return ""
        words = (
            _("一次性告知最晚在 %(day)s，今天已经晚了。")
            if clock.today() > latest.on
            else _("一次性告知最晚在 %(day)s。")
        )
        return words % {"day": latest.on.isoformat()}

    def _offer(self, kind: str, key: str, words: str) -> None:
        field, note = f"item_{kind}_{key}", f"note_{kind}_{key}"
        choices = [("", _("不用补")), *((row.key, name_of_row(row)) for row in reasons_for(self.policy, key))]
        self.fields[field] = forms.ChoiceField(label=words, choices=choices, required=False)
        self.fields[note] = CleanCharField(label=_("说明：%(what)s") % {"what": words}, required=False, max_length=200)
        self.items[field] = (kind, key, words)

    @property
    def is_telling(self) -> bool:
        """Whether the list of papers stands open: something in it was chosen or marked 不合格."""
        return self.is_bound or any(self.initial.get(name) for name in self.items)

    def pickers(self, kind: str) -> list[tuple[Any, Any]]:
        """The pickers of papers or of answers, as bound fields with their notes."""
        chosen = [(name, key) for name, (of, key, _words) in self.items.items() if of == kind]
        return [(self[name], self[f"note_{kind}_{key}"]) for name, key in chosen]

    def material_pickers(self) -> list[tuple[Any, Any]]:
        return self.pickers("material")

    def answer_pickers(self) -> list[tuple[Any, Any]]:
        return self.pickers("answer")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("outcome") == "supplement" and not self._chosen():
            self.add_error("outcome", _("请在下面选出要补的材料或内容，并选原因"))
        if cleaned.get("outcome") == "accept" and (unfit := unfit_sentence(self.case)):
            self.add_error("outcome", unfit)
        return cleaned

    def _chosen(self) -> list[dict[str, str]]:
        return [
            {
                "kind": kind,
                "key": key,
                "reason": self.cleaned_data[name],
                "note": self.cleaned_data.get(f"note_{kind}_{key}", ""),
            }
            for name, (kind, key, _words) in self.items.items()
            if self.cleaned_data.get(name)
        ]

    def details(self) -> dict[str, Any]:
        return {"items": self._chosen()} if self.cleaned_data["outcome"] == "supplement" else {}

    def decision(self) -> dict[str, Any]:
        made = super().decision()
        if self.cleaned_data["outcome"] == "supplement":
            made["reasons"] = list(dict.fromkeys(item["reason"] for item in self._chosen()))
        return made

    def detail_words(self) -> list[tuple[Any, Any]]:
        if self.cleaned_data["outcome"] != "supplement":
            return []
        return [
            (words, name_of_row(self.policy.row("supplement_reasons", self.cleaned_data[name])))
            for name, (_kind, _key, words) in self.items.items()
            if self.cleaned_data.get(name)
        ]


def name_of_row(row: Any) -> str:
    """A row of the policy as people call it, in the language of the page."""
    return in_my_language(row.value.get("name_zh", row.key), row.value.get("name_en"))


def plain_fields(form: DecisionForm) -> list[Any]:
    """The visible fields that are not pickers, in order."""
    pickers = {name for field in getattr(form, "items", {}) for name in (field, f"note_{field[5:]}")}
    return [bound for bound in form.visible_fields() if bound.name not in pickers]
