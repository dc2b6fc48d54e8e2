"""The forms of measures, clauses, test vectors and the spreadsheet of a draft."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from project.forms import CleanCharField, DateField, MoneyField, ReliefForm, TickBox


class MeasureForm(ReliefForm):
    """办法: the heading of the document."""

    title = CleanCharField(label=_("名称"), max_length=100)
    issuer = CleanCharField(label=_("发文机关"), max_length=100)
    document_number = CleanCharField(label=_("文号"), max_length=60)
    issued_on = DateField(label=_("发文日期"))


class ClauseForm(ReliefForm):
    """条款: a number that is there already is put right, a new one is added."""

    number = CleanCharField(label=_("条款"), max_length=100, help_text=_("比如“第九条第一款”。已有的会改成新的条文。"))
    text_zh = CleanCharField(label=_("中文条文"), widget=forms.Textarea({"rows": 4}))
    text_en = CleanCharField(label=_("英文条文"), required=False, widget=forms.Textarea({"rows": 4}))


class _Json(CleanCharField):
    def clean(self, value: Any) -> Any:
        text = str(super().clean(value)).translate({0x201C: '"', 0x201D: '"', 0xFF0C: ",", 0xFF1A: ":"})
        try:
            told = json.loads(text, parse_float=str)
        except ValueError:
            raise forms.ValidationError(_("看不懂。请照例子的格式写。")) from None
        if not isinstance(told, dict):
            raise forms.ValidationError(_("看不懂。请照例子的格式写。"))
        return told


class VectorForm(ReliefForm):
    """测试向量: what is the case, and what the policy must give."""

    title = CleanCharField(label=_("这是什么情况"), max_length=100)
    facts = _Json(
        label=_("事实"),
        help_text=_('比如 {"total": "20000", "categories": ["H02"]}'),
        widget=forms.Textarea({"rows": 3}),
    )
    amount = MoneyField(label=_("应得多少元"))
    waitlist = forms.BooleanField(label=_("应轮候"), required=False, widget=TickBox())
    rows = CleanCharField(
        label=_("应命中的条目"), required=False, help_text=_("比如 award.band1，用逗号隔开。空着就不比。")
    )

    def told(self) -> dict[str, Any]:
        """What was typed, as the act takes it."""
        given = self.cleaned_data
        rows = [part.strip() for part in given["rows"].replace("，", ",").replace("、", ",").split(",") if part.strip()]
        expected = {"amount": str(given["amount"]), "waitlist": given["waitlist"]} | ({"rows": rows} if rows else {})
        return {"title": given["title"], "facts": given["facts"], "expected": expected}


class SheetForm(ReliefForm):
    """政策表格: an xlsx that was exported here and changed."""

    file = forms.FileField(label=_("表格文件"), help_text=_("先导出，改好再上传。只认 xlsx 或 csv。"))
