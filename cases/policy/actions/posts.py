"""In which post somebody works on a policy: the province's editors and publishers, a county's or city's own editor."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.access.models import Post
from cases.errors import Refusal, Stale
from cases.history.record import current as current_act
from cases.policy.models import PolicyVersion
from cases.policy.queries import EDIT, LOCAL, require_post


def stand_in(by: Any, right: str, division: str = "") -> Post:
    """The post that gives the right, of that area where one is named. Raises Refusal that names who may."""
    post = require_post(by, right, division)
    act = current_act()
    if act is not None:
        act.as_(role=post.role_id, office=post.office.name)
    return post


def edits(by: Any, version: PolicyVersion) -> Post:
    """The post in which somebody edits this draft: the province's editor, or the place's own for its own rows."""
    return stand_in(by, LOCAL, version.division) if version.division else stand_in(by, EDIT)


def open_draft(version: PolicyVersion) -> PolicyVersion:
    """The draft under its lock. Raises Stale when it is none any more."""
    held = PolicyVersion.objects.select_for_update(no_key=True).get(pk=version.pk)
    if held.status != PolicyVersion.DRAFT:
        raise Stale(_("这一版已经发布，不能再改。请另起一份草稿。"))
    return held


def must_be_free(programme: str, division: str) -> None:
    """Raises Refusal while another draft of the programme is open in the same place."""
    if PolicyVersion.objects.filter(programme=programme, division=division, status=PolicyVersion.DRAFT).exists():
        raise Refusal(_("这个项目已有一份草稿。请先发布它，或在它上面修改。"), code="draft_open", status=409)
