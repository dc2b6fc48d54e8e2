"""The test vectors of a draft: added, put right, taken out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.errors import Invalid
from cases.history.record import action, record
from cases.policy.actions.posts import edits, open_draft
from cases.policy.models import PolicyVector, PolicyVersion
from cases.policy.vectors import faults_of_expected
from cases.text import clean


@action("policy.vector", about="version")
def set_vector(
    *,
    version: PolicyVersion,
    title: str,
    facts: Mapping[str, Any],
    expected: Mapping[str, Any],
    by: Any,
    now: datetime | None = None,
) -> PolicyVector:
    """写测试向量: facts and what they must give, new or in place of the one with its title.

    Raises Invalid without a title or an amount, Refusal without the right, Stale when it is no draft any more.
    """
    edits(by, version)
    held = open_draft(version)
    title = clean(title)
    faults = {"title": _("请写这是什么情况。")} if not title else {}
    if fault := faults_of_expected(expected):
        faults["expected"] = fault
    if not isinstance(facts, Mapping):
        faults["facts"] = _("事实应是“名称: 取值”的形式。")
    if faults:
        raise Invalid(_("测试向量没有写对，没有保存。"), fields=faults, code="vector")
    told = {"facts": dict(facts), "expected": dict(expected)}
    vector, _made = PolicyVector.objects.update_or_create(version=held, title=title, defaults=told)
    record("policy.vector", about=("policy", held.pk), object=vector, payload={"title": title})
    return vector


@action("policy.remove_vector", about="version")
def remove_vector(*, version: PolicyVersion, vector: int, by: Any, now: datetime | None = None) -> None:
    """删测试向量. Raises Refusal, Stale when it is no draft any more, Invalid for one that is not there."""
    edits(by, version)
    held = open_draft(version)
    gone, _each = PolicyVector.objects.filter(version=held, pk=vector).delete()
    if not gone:
        raise Invalid(_("没有这一条。它可能刚被别人删去。"), code="policy_row")
    record("policy.remove_vector", about=("policy", held.pk), object=held, payload={"vector": vector})
