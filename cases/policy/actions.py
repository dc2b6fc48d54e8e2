"""Drafting a policy, changing its rows, publishing it by a second person, retiring it."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Max
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.access.models import Post
from cases.calendar.rules import local_day
from cases.errors import Invalid, Refusal, Stale
from cases.history.record import action, record
from cases.history.record import current as current_act
from cases.policy.cards import Card, card
from cases.policy.models import PolicyRow, PolicyVersion
from cases.policy.queries import EDIT, PUBLISH, as_row, require_post
from cases.policy.rules import SECTIONS, Row
from cases.policy.shapes import ShapeFault
from cases.policy.validity import Problem, faults_of_row, validate


@action("policy.draft", about="policy")
def new_draft(
    *,
    programme: str,
    title: str,
    effective_from: date,
    by: Any,
    now: datetime | None = None,
    copy_of: PolicyVersion | None = None,
) -> PolicyVersion:
    """起草政策: a new draft of a programme, empty or with every row of an earlier version.

    Raises Refusal without the right to edit, or while another draft of the programme is open.
    """
    assert now is not None
    _stand_in(by, EDIT)
    rows = [as_row(row) for row in copy_of.rows.all()] if copy_of else []
    return _draft(programme, title, effective_from, copy_of.note if copy_of else "", rows, by, now)


@action("policy.load", about="policy")
def load_policy(*, programme: str, version: Mapping[str, Any], by: Any, now: datetime | None = None) -> PolicyVersion:
    """载入示例政策: the policy a programme ships, as a draft that somebody else publishes.

    ``version`` has title, effective_from, note and rows. Raises Invalid for faults, Refusal as ``new_draft`` does.
    """
    assert now is not None
    _stand_in(by, EDIT)
    rows: list[Row] = list(version["rows"])
    problems = validate(rows, needed=card(programme).needs())
    if problems:
        raise Invalid(_("政策有错误，不能载入。"), fields=_by_field(problems), code="policy_faults")
    day = date.fromisoformat(str(version["effective_from"]))
    return _draft(programme, str(version["title"]), day, str(version.get("note", "")), rows, by, now)


@action("policy.begin", about="policy")
def begin_draft(*, card: Card, by: Any, now: datetime | None = None) -> PolicyVersion:
    """起草: a copy of the programme's newest version, or of the example it ships when there is none yet.

    Raises Refusal without the right to edit, or while another draft is open.
    """
    assert now is not None
    newest = PolicyVersion.objects.filter(programme=card.slug).order_by("-number").first()
    if newest is None:
        return load_policy(programme=card.slug, version=card.example, by=by, now=now)
    today = local_day(now)
    return new_draft(programme=card.slug, title=newest.title, effective_from=today, by=by, now=now, copy_of=newest)


def problems_of(version: PolicyVersion) -> list[Problem]:
    """What still keeps a draft from being published."""
    return validate([as_row(row) for row in version.rows.all()], needed=card(version.programme).needs())


def _stand_in(by: Any, right: str) -> Post:
    post = require_post(by, right)
    act = current_act()
    if act is not None:
        act.as_(role=post.role_id, office=post.office.name)
    return post


def _draft(
    programme: str, title: str, effective_from: date, note: str, rows: Iterable[Row], by: Any, now: datetime
) -> PolicyVersion:
    if PolicyVersion.objects.filter(programme=programme, status=PolicyVersion.DRAFT).exists():
        raise Refusal(_("这个项目已有一份草稿。请先发布它，或在它上面修改。"), code="draft_open", status=409)
    last = PolicyVersion.objects.filter(programme=programme).aggregate(last=Max("number"))["last"] or 0
    version = PolicyVersion.objects.create(
        programme=programme,
        number=last + 1,
        title=title,
        effective_from=effective_from,
        note=note,
        made_by=by,
        made_at=now,
    )
    made = [_stored(version, row) for row in rows]
    PolicyRow.objects.bulk_create(made)
    told = {"programme": programme, "number": version.number, "rows": len(made)}
    record("policy.draft", about=("policy", version.pk), object=version, payload=told)
    return version


def _stored(version: PolicyVersion, row: Row) -> PolicyRow:
    return PolicyRow(
        version=version,
        section=row.section,
        key=row.key,
        position=row.position,
        value=dict(row.value),
        clause=row.clause,
        note_zh=row.note_zh,
        note_en=row.note_en,
    )


def _open_draft(version: PolicyVersion) -> PolicyVersion:
    held = PolicyVersion.objects.select_for_update(no_key=True).get(pk=version.pk)
    if held.status != PolicyVersion.DRAFT:
        raise Stale(_("这一版已经发布，不能再改。请另起一份草稿。"))
    return held


@action("policy.edit", about="version")
def edit_row(
    *, version: PolicyVersion, row: Row, by: Any, now: datetime | None = None, is_new: bool = False
) -> PolicyRow:
    """修改条目: set one row of a draft, new or in place of the one with its section and key.

    With ``is_new`` a row that is already there is not overwritten but refused.

    Raises Invalid with a sentence for each wrong field, Refusal without the right, Stale when it is no draft any more.
    """
    _stand_in(by, EDIT)
    held = _open_draft(version)
    if row.section not in SECTIONS:
        raise Invalid(_("没有这个部分。"), fields={"section": _("没有这个部分。")}, code="policy_faults")
    faults = list(faults_of_row(row))
    if faults:
        raise Invalid(_("这一条有错误，没有保存。"), fields=_sentences(faults), code="policy_faults")
    if is_new and PolicyRow.objects.filter(version=held, section=row.section, key=row.key).exists():
        twice = _("这个条目代码已经有了。请换一个，或去改原来的那条。")
        raise Invalid(twice, fields={"key": twice}, code="policy_key")
    wanted = _stored(held, row)
    kept, _made = PolicyRow.objects.update_or_create(
        version=held,
        section=row.section,
        key=row.key,
        defaults={name: getattr(wanted, name) for name in ("position", "value", "clause", "note_zh", "note_en")},
    )
    record("policy.edit", about=("policy", held.pk), object=kept, payload={"row": row.name, "value": dict(row.value)})
    return kept


@action("policy.remove_row", about="version")
def remove_row(*, version: PolicyVersion, section: str, key: str, by: Any, now: datetime | None = None) -> None:
    """删去条目: take one row out of a draft. Raises Refusal, or Stale when it is no draft any more."""
    _stand_in(by, EDIT)
    held = _open_draft(version)
    gone, _each = PolicyRow.objects.filter(version=held, section=section, key=key).delete()
    if not gone:
        raise Invalid(_("没有这一条。它可能刚被别人删去。"), code="policy_row")
    record("policy.remove_row", about=("policy", held.pk), object=held, payload={"row": f"{section}.{key}"})


@action("policy.date", about="version")
def set_effective_date(
    *, version: PolicyVersion, effective_from: date, title: str, by: Any, now: datetime | None = None
) -> PolicyVersion:
    """改施行日期: the day from which new cases take this draft once it is published, and its name."""
    _stand_in(by, EDIT)
    held = _open_draft(version)
    held.effective_from, held.title = effective_from, title
    held.save(update_fields=["effective_from", "title"])
    told = {"effective_from": effective_from.isoformat(), "title": title}
    record("policy.date", about=("policy", held.pk), object=held, payload=told)
    return held


@action("policy.publish", about="version")
def publish(*, version: PolicyVersion, by: Any, now: datetime | None = None) -> PolicyVersion:
    """发布政策: from its effective date on, cases accepted take this version; cases accepted before keep theirs.

    Raises Refusal for whoever drafted it or has no right to publish, Invalid when the rows have faults or the date is
    past, Stale when it is no draft any more.
    """
    assert now is not None
    _stand_in(by, PUBLISH)
    held = _open_draft(version)
    if held.made_by_id == by.pk:
        raise Refusal(_("这一版是您起草的，要由另一位同事发布。"), code="second_person")
    problems = problems_of(held)
    if problems:
        raise Invalid(
            format_lazy(_("有 {count} 处错误，不能发布。"), count=len(problems)),
            fields=_by_field(problems),
            code="policy_faults",
        )
    _check_date(held, now)
    held.status, held.published_by, held.published_at = PolicyVersion.PUBLISHED, by, now
    held.save(update_fields=["status", "published_by", "published_at"])
    told = {"programme": held.programme, "number": held.number, "effective_from": held.effective_from.isoformat()}
    record("policy.publish", about=("policy", held.pk), object=held, payload=told)
    return held


def _check_date(version: PolicyVersion, now: datetime) -> None:
    published = PolicyVersion.objects.filter(programme=version.programme, status=PolicyVersion.PUBLISHED)
    if published.exists() and version.effective_from < local_day(now):
        wrong = _("施行日期已经过去。请改成今天或以后。")
        raise Invalid(wrong, fields={"effective_from": wrong}, code="policy_date")
    if published.filter(effective_from=version.effective_from).exists():
        same_day = _("这一天已有一版施行。请换一个施行日期，或先停用那一版。")
        raise Invalid(same_day, fields={"effective_from": same_day}, code="policy_date")


@action("policy.retire", about="version")
def retire(*, version: PolicyVersion, by: Any, now: datetime | None = None) -> PolicyVersion:
    """停用政策: no new case takes this version; cases that have it keep it. Raises Refusal, or Stale for a draft."""
    _stand_in(by, PUBLISH)
    held = PolicyVersion.objects.select_for_update(no_key=True).get(pk=version.pk)
    if held.status != PolicyVersion.PUBLISHED:
        raise Stale(_("这一版现在不是已发布的状态。"))
    held.status = PolicyVersion.RETIRED
    held.save(update_fields=["status"])
    record("policy.retire", about=("policy", held.pk), object=held, payload={"number": held.number})
    return held


def _by_field(problems: Iterable[Problem]) -> dict[str, Any]:
    return {f"{one.section}.{one.key}.{one.field}" if one.key else one.section: one.message for one in problems}


def _sentences(faults: Iterable[ShapeFault]) -> dict[str, Any]:
    return {fault.field: fault.message for fault in faults}
