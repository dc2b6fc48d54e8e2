"""Giving a stand-in."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.access.models import Post, User
from cases.access.standing import delegates, lendable_areas, lendable_posts
from cases.errors import Invalid
from cases.policy.cards import cards
from project.forms import CleanCharField, DateField, MoneyField, ReliefForm


class StandInForm(ReliefForm):
    """委托替岗: whose post, who does it, from when to when, and what it is limited to."""

    post = forms.ModelChoiceField(label=_("代谁的岗位"), queryset=Post.objects.none(), empty_label=_("请选择"))
    delegate = forms.ModelChoiceField(label=_("由谁替岗"), queryset=User.objects.none(), empty_label=_("请选择"))
    starts_on = DateField(label=_("从哪天起"))
    ends_on = DateField(label=_("到哪天止"))
    area = forms.ChoiceField(label=_("只在这个地区"), required=False)
    programme = forms.ChoiceField(label=_("只办这个项目"), required=False)
    amount_cap = MoneyField(label=_("金额上限"), required=False, help_text=_("核定金额超过它的，替岗的人不能办。"))
    reason = CleanCharField(label=_("为什么替岗"), max_length=200)

    def __init__(self, *args: Any, viewer: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        posts, people = cast(Any, self.fields["post"]), cast(Any, self.fields["delegate"])
        posts.queryset, people.queryset = lendable_posts(viewer), delegates(viewer)
        posts.label_from_instance = lambda post: f"{post.user.name} · {post.office} · {post.role}"
        people.label_from_instance = lambda user: str(user.name)
        cast(Any, self.fields["area"]).choices = [("", _("整个辖区")), *lendable_areas(viewer)]
        all_of_them = [("", _("全部")), *((card.slug, card.name) for card in cards())]
        cast(Any, self.fields["programme"]).choices = all_of_them

    def refuse(self, fault: Invalid) -> None:
        """Put each sentence of a refusal at its field."""
        for name, sentence in fault.fields.items():
            self.add_error(name, sentence)
