"""Drafting a policy for a programme or a place, publishing it by a second person, retiring it."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Max
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.calendar.rules import local_day
from cases.errors import Invalid, Refusal, Stale
from cases.history.record import action, record
from cases.policy.actions.measures import shipped_clauses
from cases.policy.actions.posts import edits, must_be_free, open_draft, stand_in
from cases.policy.actions.rows import stored
from cases.policy.cards import Card, card
from cases.policy.local import local_problems
from cases.policy.models import Clause, PolicyRow, PolicyVector, PolicyVersion
from cases.policy.queries import CITED, EDIT, LOCAL, PUBLISH, as_row, checked, current_version, policy_for, require_post
from cases.policy.rules import Row
from cases.policy.shipped import measure_of
from cases.policy.validity import Problem, uncited, validate


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
    stand_in(by, EDIT)
    made = _draft(programme, title, effective_from, copy_of.note if copy_of else "", by, now)
    if copy_of:
        _fill(made, [as_row(row) for row in copy_of.rows.select_related(*CITED)], {}, _told(copy_of))
    return made


@action("policy.load", about="policy")
def load_policy(*, programme: str, version: Mapping[str, Any], by: Any, now: datetime | None = None) -> PolicyVersion:
    """载入示例政策: the policy a programme ships, as a draft that somebody else publishes.

    ``version`` has title, effective_from, note and rows. Raises Invalid for faults, Refusal as ``new_draft`` does.
    """
    assert now is not None
    stand_in(by, EDIT)
    rows: list[Row] = list(version["rows"])
    problems = validate(rows, needed=card(programme).needs())
    if problems:
        raise Invalid(_("政策有错误，不能载入。"), fields=_by_field(problems), code="policy_faults")
    day = date.fromisoformat(str(version["effective_from"]))
    made = _draft(programme, str(version["title"]), day, str(version.get("note", "")), by, now)
    clauses = shipped_clauses(programme, measure_of(version), by, now)
    return _fill(made, rows, clauses, version.get("vectors", ()))


@action("policy.begin", about="policy")
def begin_draft(*, card: Card, by: Any, now: datetime | None = None) -> PolicyVersion:
    """起草: a copy of the programme's newest version, or of the example it ships when there is none yet.

    Raises Refusal without the right to edit, or while another draft is open.
    """
    assert now is not None
    newest = PolicyVersion.objects.filter(programme=card.slug, division="").order_by("-number").first()
    if newest is None:
        return load_policy(programme=card.slug, version=card.example, by=by, now=now)
    today = local_day(now)
    return new_draft(programme=card.slug, title=newest.title, effective_from=today, by=by, now=now, copy_of=newest)


@action("policy.begin_local", about="policy")
def begin_local(*, card: Card, by: Any, now: datetime | None = None) -> PolicyVersion:
    """起草市县条目: a draft of a place's own rows over the version in force, beginning with those it has now.

    It may lower a cap or add a paper. Raises Refusal without a post that drafts for its place, while another draft is
    open there, or when the programme has no policy in force.
    """
    assert now is not None
    place = require_post(by, LOCAL).office.division_code
    stand_in(by, LOCAL, place)
    day = local_day(now)
    base = current_version(card.slug, day, place[:-2])
    before = PolicyVersion.objects.filter(programme=card.slug, division=place).order_by("-number").first()
    made = _draft(card.slug, base.title[:100], day, "", by, now, division=place, base=base)
    vectors = _told(before) if before else _told(base)
    rows = [as_row(row) for row in before.rows.select_related(*CITED)] if before else []
    return _fill(made, rows, {}, vectors)


def problems_of(version: PolicyVersion) -> list[Problem]:
    """What still keeps a draft from being published: faults of rows, rows without a clause, failing test vectors."""
    own = [as_row(row) for row in version.rows.select_related(*CITED)]
    needed = card(version.programme).needs()
    policy = policy_for(version.pk)
    found = validate(policy.rows, needed=needed)
    found += [*uncited(own)]
    if version.base_id:
        found += local_problems(policy_for(version.base_id), own)
    if found:
        return found
    ran = checked(version)
    if not ran:
        return [Problem("vectors", "", "", _("还没有测试向量。至少写一条。"))]
    return [Problem("vectors", one.title, "", one.fault) for one in ran if one.fault]


def _draft(
    programme: str, title: str, effective_from: date, note: str, by: Any, now: datetime, *,
    division: str = "", base: PolicyVersion | None = None,
) -> PolicyVersion:  # fmt: skip
    must_be_free(programme, division)
    last = PolicyVersion.objects.filter(programme=programme).aggregate(last=Max("number"))["last"] or 0
    version = PolicyVersion.objects.create(
        programme=programme, division=division, base=base, number=last + 1, title=title, effective_from=effective_from,
        note=note, made_by=by, made_at=now,
    )  # fmt: skip
    record("policy.draft", about=("policy", version.pk), object=version, payload=_heading(version))
    return version


def _heading(version: PolicyVersion) -> dict[str, Any]:
    return {"programme": version.programme, "number": version.number, "division": version.division}


def _fill(
    version: PolicyVersion, rows: Iterable[Row], clauses: Mapping[str, Clause], vectors: Iterable[Mapping[str, Any]]
) -> PolicyVersion:
    PolicyRow.objects.bulk_create([stored(version, row, clauses.get(row.clause)) for row in rows])
    PolicyVector.objects.bulk_create([PolicyVector(version=version, **told) for told in vectors])
    return version


def _told(version: PolicyVersion) -> list[dict[str, Any]]:
    """The vectors of a version as they are copied into the next."""
    return [dict(told) for told in version.vectors.values("title", "facts", "expected")]


@action("policy.date", about="version")
def set_effective_date(
    *, version: PolicyVersion, effective_from: date, title: str, by: Any, now: datetime | None = None
) -> PolicyVersion:
    """改施行日期: the day from which new cases take this draft once it is published, and its name."""
    edits(by, version)
    held = open_draft(version)
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
    stand_in(by, PUBLISH)
    held = open_draft(version)
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
    told = {**_heading(held), "effective_from": held.effective_from.isoformat()}
    record("policy.publish", about=("policy", held.pk), object=held, payload=told)
    return held


def _check_date(version: PolicyVersion, now: datetime) -> None:
    published = PolicyVersion.objects.filter(
        programme=version.programme, division=version.division, status=PolicyVersion.PUBLISHED
    )
    if published.exists() and version.effective_from < local_day(now):
        wrong = _("施行日期已经过去。请改成今天或以后。")
        raise Invalid(wrong, fields={"effective_from": wrong}, code="policy_date")
    if published.filter(effective_from=version.effective_from).exists():
        same_day = _("这一天已有一版施行。请换一个施行日期，或先停用那一版。")
        raise Invalid(same_day, fields={"effective_from": same_day}, code="policy_date")


@action("policy.retire", about="version")
def retire(*, version: PolicyVersion, by: Any, now: datetime | None = None) -> PolicyVersion:
    """停用政策: no new case takes this version; cases that have it keep it. Raises Refusal, or Stale for a draft."""
    stand_in(by, PUBLISH)
    held = PolicyVersion.objects.select_for_update(no_key=True).get(pk=version.pk)
    if held.status != PolicyVersion.PUBLISHED:
        raise Stale(_("这一版现在不是已发布的状态。"))
    held.status = PolicyVersion.RETIRED
    held.save(update_fields=["status"])
    record("policy.retire", about=("policy", held.pk), object=held, payload={"number": held.number})
    return held


def _by_field(problems: Iterable[Problem]) -> dict[str, Any]:
    return {f"{one.section}.{one.key}.{one.field}" if one.key else one.section: one.message for one in problems}
