"""Write a finding, send it, answer it, put it right, check again, close it (提出问题、发出、答复、整改、复查、销号)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.access.models import Office, Post, User
from cases.access.queries import may, who_may
from cases.calendar.queries import calendar
from cases.calendar.rules import add_workdays, local_day
from cases.dossier.models import Case
from cases.errors import Invalid, NotFound, Refusal, Stale
from cases.history.record import action, record
from cases.sealed import commitment_of
from cases.subjects import subject_of
from workflows.actions.claiming import act_as
from workflows.desk.notes.attached import stored, taken_of
from workflows.inspection.findings.evidence import Given, keep
from workflows.inspection.findings.models import Finding, FindingFile, FindingStep, InspectionNote
from workflows.inspection.findings.queries import answering_post, inspecting_post, readable, ties_of
from workflows.inspection.findings.rules import MOVES, too_near
from workflows.inspection.queries import INSPECT, require_inspection

LONGEST, MOST_DAYS = 2000, 250


@action("finding.draft")
def draft(
    *, office: Office, severity: str, title: str, facts: str, clause: str, days: int, case: Case | None = None,
    owner: User | None = None, evidence: Sequence[Given] = (), by: Any, now: datetime | None = None,
) -> Finding:  # fmt: skip
    """提出问题: an inspector writes down what is wrong at an office, by which clause, who answers for it and by when.

    Nobody but inspectors knows of it before it is sent. History keeps commitments of the words.
    """
    assert now is not None
    require_inspection(by)
    post = _inspector(by, office)
    _must_be_whole(title, facts, clause, days)
    _must_serve_there(owner, office)
    made = Finding.objects.create(
        office=office, severity=severity, title=title.strip(), facts=facts.strip(), clause=clause.strip(), days=days,
        case=case, owner=owner, by=by, at=now,
    )  # fmt: skip
    act_as(post)
    keep(made, evidence)
    record("finding.drafted", about=("finding", made.pk), object=made, payload=_told(made, evidence))
    return made


@action("finding.revise", about="finding")
def revise(
    *, finding: Finding, severity: str, title: str, facts: str, clause: str, days: int, evidence: Sequence[Given] = (),
    by: Any, now: datetime | None = None,
) -> Finding:  # fmt: skip
    """修改未发出的问题: its words, and more evidence; what was sent stands."""
    found = _locked(finding, by)
    act_as(_inspector(by, found.office))
    if found.state != "draft":
        raise Stale(_("这个问题已经发出，不能再改。"))
    _must_be_whole(title, facts, clause, days)
    found.severity, found.title, found.facts, found.clause, found.days = severity, title, facts, clause, days
    found.save(update_fields=["severity", "title", "facts", "clause", "days"])
    keep(found, evidence)
    record("finding.revised", about=("finding", found.pk), object=found, payload=_told(found, evidence))
    return found


def _told(found: Finding, evidence: Sequence[Given]) -> dict[str, Any]:
    return {
        "case": found.case.number if found.case else None, "office": found.office_id, "owner": found.owner_id,
        "severity": found.severity, "title": commitment_of(found.title), "facts": commitment_of(found.facts),
        "clause": found.clause, "days": found.days, "evidence": [f"{one.kind} {one.ref}" for one in evidence],
    }  # fmt: skip


def _must_be_whole(title: str, facts: str, clause: str, days: int) -> None:
    faults: dict[str, Any] = {}
    for name, words, most in (("title", title, 80), ("facts", facts, LONGEST), ("clause", clause, 200)):
        if not 1 <= len(words.strip()) <= most:
            faults[name] = _("请写 1 到 %(most)s 个字") % {"most": most}
    if not 1 <= days <= MOST_DAYS:
        faults["days"] = _("请填 1 到 %(most)s 个工作日") % {"most": MOST_DAYS}
    if faults:
        raise Invalid(_("问题要写清题目、事实、依据和期限。"), fields=faults)


def _must_serve_there(owner: User | None, office: Office) -> None:
    if owner is not None and not Post.objects.filter(user=owner, office=office).exists():
        raise Invalid(_("责任人要在被查机构任职。"), fields={"owner": _("这个人不在这个机构任职")})


def _inspector(by: Any, office: Office) -> Post:
    """The post in which somebody inspects there. NotFound outside his area."""
    post = inspecting_post(by, office)
    if post is None:
        raise NotFound()
    return post


def _locked(finding: Finding, by: Any) -> Finding:
    found = readable(by).select_for_update(of=("self",)).filter(pk=finding.pk).first()
    if found is None:
        raise NotFound()
    return found


@action("finding.send", about="finding")
def send(*, finding: Finding, words: str = "", by: Any, now: datetime | None = None) -> Finding:
    """发出问题: from now on the audited office sees it, and the workdays of its due date run."""
    assert now is not None
    found, post = _judged("send", finding, by)
    _demand(found, found.days, now)
    found.sent_at = now
    _step(found, "send", words, post, by, now)
    return found


@action("finding.answer", about="finding")
def answer(
    *, finding: Finding, words: str, attached: Sequence[Any] = (), by: Any, now: datetime | None = None
) -> Finding:
    """答复问题: the audited office or the owner says how it came to it, with files."""
    return _replied("answer", finding, words, attached, by, now)


@action("finding.rectify", about="finding")
def rectify(
    *, finding: Finding, words: str, attached: Sequence[Any] = (), by: Any, now: datetime | None = None
) -> Finding:
    """报告整改完成: the audited office says what it put right, and shows it; an inspector checks it then."""
    return _replied("rectify", finding, words, attached, by, now)


def _replied(kind: str, finding: Finding, words: str, attached: Sequence[Any], by: Any, now: Any) -> Finding:
    found = _locked(finding, by)
    post = answering_post(by, found)
    if post is None:
        raise Refusal(_("由被查机构或责任人答复和整改。"), code="not_audited", who_may=str(found.office))
    _step(found, kind, _said(words), post, by, now, attached)
    return found


@action("finding.recheck", about="finding")
def recheck(
    *, finding: Finding, words: str, attached: Sequence[Any] = (), by: Any, now: datetime | None = None
) -> Finding:
    """复查合格: an inspector has looked again and says what he saw."""
    found, post = _judged("recheck", finding, by)
    _step(found, "recheck", _said(words), post, by, now, attached)
    return found


@action("finding.back", about="finding")
def back(*, finding: Finding, words: str, days: int, by: Any, now: datetime | None = None) -> Finding:
    """退回再改: what was answered or put right does not do; the office has so many workdays more."""
    assert now is not None
    found, post = _judged("back", finding, by)
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(_("请填新的期限。"), fields={"days": _("请填 1 到 %(most)s 个工作日") % {"most": MOST_DAYS}})
    _demand(found, days, now)
    _step(found, "back", _said(words), post, by, now)
    return found


@action("finding.close", about="finding")
def close(*, finding: Finding, words: str, by: Any, now: datetime | None = None) -> Finding:
    """销号: an inspector closes what was put right and checked again; never one who is near to it."""
    return _ended("close", finding, words, by, now)


@action("finding.withdraw", about="finding")
def withdraw(*, finding: Finding, words: str, by: Any, now: datetime | None = None) -> Finding:
    """撤回问题: it does not stand, and an inspector says why."""
    return _ended("withdraw", finding, words, by, now)


def _ended(kind: str, finding: Finding, words: str, by: Any, now: datetime | None) -> Finding:
    found, post = _judged(kind, finding, by)
    found.ended_at = now
    _step(found, kind, _said(words), post, by, now)
    return found


def _judged(kind: str, finding: Finding, by: Any) -> tuple[Finding, Post]:
    """The finding under lock for who judges it: an inspector who is not near to it."""
    found = _locked(finding, by)
    post = inspecting_post(by, found.office)
    if post is None:
        raise Refusal(_("由检查员办理。"), code="no_right", who_may=who_may(INSPECT, found.office.division_code))
    fault = too_near(ties_of(by, found))
    if fault:
        raise Refusal(fault, code="too_near")
    return found, post


def _demand(found: Finding, days: int, now: datetime) -> None:
    due = add_workdays(local_day(now), days, calendar())
    found.due_on, found.due_provisional, found.escalated_at = due.on, due.provisional, None
    found.round += 1


def _said(words: str) -> str:
    if not 1 <= len(words.strip()) <= LONGEST:
        raise Invalid(_("请写明情况。"), fields={"words": _("请写 1 到 %(most)s 个字") % {"most": LONGEST}})
    return words.strip()


def _step(
    found: Finding, kind: str, words: str, post: Post, by: Any, now: datetime | None, attached: Sequence[Any] = ()
) -> None:
    """One step with its words and files; the state follows, and one event says both."""
    assert now is not None
    move = MOVES[kind]
    if found.state not in move.starts:
        raise Stale(_("这个问题现在是“%(state)s”，不能这样办。") % {"state": found.get_state_display()})
    act_as(post)
    taken = taken_of(attached)
    step = FindingStep.objects.create(
        finding=found, kind=kind, from_state=found.state, to_state=move.ends, words=words, by=by, role=post.role_id,
        office=post.office, at=now,
    )  # fmt: skip
    with stored(FindingFile, taken, subject_of(found), finding=found, step=step):
        found.state = move.ends
        found.save()
        payload = {
            "round": found.round, "words": commitment_of(words), "due_on": found.due_on, "files": [one.sha256 for one in taken],
        }  # fmt: skip
        record(f"finding.{move.past}", about=("finding", found.pk), object=found, payload=payload)


@action("finding.escalate", about="finding")
def escalate(*, finding: Finding, by: Any, now: datetime | None = None) -> bool:
    """整改超期上报: the day is over and nothing is put right; the heads of the place find it on their list. The clock does it, once."""
    assert now is not None
    found = Finding.objects.select_for_update().get(pk=finding.pk)
    is_late = found.state in ("sent", "answered") and found.due_on is not None and found.due_on < local_day(now)
    if not is_late or found.escalated_at is not None:
        return False
    found.escalated_at = now
    found.save(update_fields=["escalated_at"])
    record("finding.escalated", about=("finding", found.pk), object=found, payload={"due_on": found.due_on})
    return True


@action("inspection.note")
def note(*, case: Case, text: str, by: Any, now: datetime | None = None) -> InspectionNote:
    """写检查底稿: what an inspector notes about a case; inspectors alone read it."""
    assert now is not None
    post = may(by, INSPECT, case.handling_code)
    if post is None:
        require_inspection(by)
        raise NotFound()
    act_as(post)
    made = InspectionNote.objects.create(case=case, text=_said(text), by=by, at=now)
    payload = {"case": case.number, "text": commitment_of(made.text)}
    record("inspection.noted", about=("folder", case.pk), object=made, payload=payload)
    return made
