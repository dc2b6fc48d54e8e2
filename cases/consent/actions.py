"""Give and withdraw consents, each for itself (同意)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.calendar.rules import local_day
from cases.consent import rules, texts
from cases.consent.models import Consent
from cases.consent.queries import current, needs_guardian
from cases.dossier.queries import lock_case
from cases.errors import Invalid, NotFound, Refusal
from cases.history.record import action, record
from cases.people.queries import is_applicant
from cases.people.rules import check_name
from cases.programme import tell


@action("consent.given")
def give(
    *,
    case: Any,
    answers: Mapping[str, bool | None],
    guardian: str = "",
    channel: str = "phone",
    language: str = "zh-hans",
    by: Any,
    now: datetime | None = None,
) -> list[Consent]:
    """同意或不同意: store the answer to each of the three, with version and hash of the text that was shown.

    An answer that says the same as before is kept as it is. Raises Invalid when one is left open, when the guardian of
    a patient under 14 is not named, or when one that the application cannot do without is refused.
    """
    assert now is not None
    found = lock_case(case.pk)
    _must_be_theirs(found, by)
    if found.state != "DRAFT":
        raise Refusal(_("申请已经提交，同意书不能再改，可以撤回。"), code="not_draft", status=409)
    named = _guardian(found, guardian, now)
    _must_be_whole(answers)
    rows = []
    known = current(found)
    for kind in rules.KINDS:
        shown = texts.text(kind, language)
        row = known.get(kind)
        if row and _says_the_same(row, bool(answers[kind]), shown.sha256, named):
            rows.append(row)
            continue
        Consent.objects.filter(case=found, kind=kind, replaced_at=None).update(replaced_at=now)
        made = Consent.objects.create(
            case=found, kind=kind, agreed=bool(answers[kind]), text_version=shown.version, text_hash=shown.sha256,
            language=shown.language, guardian=named, given_by=by, given_at=now, channel=channel,
        )  # fmt: skip
        record(
            "consent.given",
            about=("case", found.pk),
            object=made,
            payload={"kind": kind, "agreed": made.agreed, "version": shown.version, "text": shown.sha256},
        )
        rows.append(made)
    found.saved_at = now
    found.save(update_fields=["saved_at"])
    return rows


def _says_the_same(row: Consent, agreed: bool, text_hash: str, guardian: str) -> bool:
    return (row.agreed, row.text_hash, str(row.guardian), row.withdrawn_at) == (agreed, text_hash, guardian, None)


def _must_be_theirs(case: Any, by: Any) -> None:
    if by.pk not in (case.owner_id, case.agent_id) and not is_applicant(by, case):
        raise NotFound()


def _guardian(case: Any, guardian: str, now: datetime) -> str:
    if not needs_guardian(case, local_day(now)):
        return ""
    verdict = check_name(guardian)
    if not verdict.ok:
        sentence = _("患者不满 14 岁，请填写监护人姓名。") if not guardian.strip() else verdict.message
        raise Invalid(sentence, fields={"guardian": sentence})
    return verdict.value


def _must_be_whole(answers: Mapping[str, bool | None]) -> None:
    fields: dict[str, Any] = {kind: _("请选“同意”或“不同意”。") for kind in rules.unanswered(answers)}
    for kind in rules.lacking(answers):
        fields.setdefault(kind, rules.WITHOUT[kind])
    if fields:
        raise Invalid(_("三项同意请一项一项选好。"), fields=fields)


@action("consent.withdrawn")
def withdraw(*, case: Any, kind: str, by: Any, now: datetime | None = None) -> Consent:
    """撤回同意: by the applicant alone, never by his helper. Without one of the two that the application needs the road
    ends; the road is told of each.

    A second click changes nothing. Raises Refusal after the decision, NotFound for somebody else's case.
    """
    assert now is not None
    found = lock_case(case.pk)
    _must_be_theirs(found, by)
    if not is_applicant(by, found):
        raise Refusal(_("撤回同意要申请人本人来办。"), code="not_owner", who_may=_("申请人本人，用登记的手机登录"))
    row = current(found).get(kind)
    if row is None or not row.agreed:
        raise Refusal(_("您没有同意过这一项，不用撤回。"), code="not_given", status=409)
    if row.withdrawn_at is not None:
        return row
    why_not = rules.may_withdraw(kind, found.state)
    if why_not:
        raise Refusal(why_not, code="decided", status=409)
    row.withdrawn_at, row.withdrawn_by = now, by
    row.save(update_fields=["withdrawn_at", "withdrawn_by"])
    record("consent.withdrawn", about=("case", found.pk), object=row, payload={"kind": kind})
    if found.state != "DRAFT":
        tell(found, "consent_withdrawn", by=by, now=now, kind=kind)
    return row
