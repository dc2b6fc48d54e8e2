"""What was asked at a step and has to be answered before the step is decided (交办、先答复)."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.access.models import Role, in_my_language
from cases.errors import Refusal
from cases.text import listed
from workflows.models import Errand, WorkItem


def awaited(item: WorkItem) -> QuerySet[Errand]:
    """要先答复的交办 of a step, oldest first."""
    rows = Errand.objects.filter(item=item, state="open", must_answer=True)
    return rows.select_related("office", "person").order_by("pk")


IS_AWAITED = {"is_awaited": Exists(Errand.objects.filter(item=OuterRef("pk"), state="open", must_answer=True))}
"""Whether there are any, read with the work item in one statement."""


def asked_of(errand: Errand) -> str:
    """交办给谁: office and post, and the person where one is named."""
    role = Role.objects.get(pk=errand.role)
    office = in_my_language(errand.office.name, errand.office.name_en)
    words = f"{office} {in_my_language(role.name, role.name_en)}"
    return f"{words} {errand.person.name}" if errand.person is not None else words


def who_is_awaited(item: WorkItem) -> str:
    """先等谁答复, at a step; "" when nobody has to answer before it is decided."""
    return listed(asked_of(one) for one in awaited(item))


def must_be_answered(item: WorkItem) -> None:
    """先答复: raises a refusal that names who has to answer. An item read with `IS_AWAITED` is not asked about again."""
    if getattr(item, "is_awaited", True) is False:
        return
    who = who_is_awaited(item)
    if who:
        words = format_lazy(_("这一步交办的事还没有答复，先等{who}答复，或取消交办。"), who=who)
        raise Refusal(words, code="errand_first", status=409, who_may=who)
