"""Ask another post for a piece of work, answer, send back, cancel, report what is late (交办、答复、退回、取消、超期上报)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.access.models import Post
from cases.access.queries import is_known, who_may
from cases.calendar.queries import calendar
from cases.calendar.rules import add_workdays, local_day
from cases.dossier.models import Case
from cases.dossier.queries import lock_case
from cases.errors import Invalid, NotFound, Refusal, Stale
from cases.history.record import action, record
from cases.sealed import commitment_of
from cases.subjects import subject_of
from workflows import barring, holding, suspended
from workflows.actions import LEAD, locked
from workflows.actions.claiming import act_as
from workflows.actions.leading import must_be_live
from workflows.asked import asked_of
from workflows.desk.errands.models import Errand, ErrandFile
from workflows.desk.errands.queries import Target, answering_post, asking_post, cancelling_post, targets
from workflows.desk.notes.attached import stored, taken_of
from workflows.desk.notes.queries import reading_post
from workflows.models import WorkItem

LONGEST = 2000
MOST_DAYS = 99


@action("errand.ask")
def ask(
    *, item: WorkItem | int, words: str, office: int, role: str, person: int | None = None, days: int,
    must_answer: bool = False, by: Any, now: datetime | None = None,
) -> Errand:  # fmt: skip
    """交办: whoever holds a step, or a head, asks a post at an office in his area for a piece of work, in so many workdays.

    Whoever is asked finds it on his desk. With `must_answer` the step is not decided before it has ended. Only posts are
    asked that see the case already; history keeps a commitment of the words.
    """
    assert now is not None
    found = locked(item)
    post = asking_post(found, by)
    must_be_live(found, None)
    suspended.must_go_on(found)
    act_as(post)
    target = _fitting(found.case, post, by, words=words, office=office, role=role, person=person, days=days)
    due = add_workdays(local_day(now), days, calendar())
    made = Errand.objects.create(
        case=found.case, item=found, words=words.strip(), office=target.office, role=target.role.pk, person_id=person,
        must_answer=must_answer, due_on=due.on, due_provisional=due.provisional, by=by, by_role=post.role_id,
        by_office=post.office, at=now,
    )  # fmt: skip
    payload = {
        "step": found.step, "words": commitment_of(made.words), "office": made.office_id, "role": made.role,
        "person": made.person_id, "due_on": made.due_on, "must_answer": made.must_answer,
    }  # fmt: skip
    record("errand.asked", about=("case", found.case_id), object=made, payload=payload)
    return made


def _fitting(
    case: Case, post: Any, by: Any, *, words: str, office: int, role: str, person: int | None, days: int
) -> Target:
    """Whom it is asked of. Raises Invalid that says what of it cannot be asked."""
    chosen = [one for one in targets(case, post, by) if (one.office.pk, one.role.pk) == (office, role)]
    faults: dict[str, Any] = {}
    if not words.strip() or len(words.strip()) > LONGEST:
        faults["words"] = _("请写 1 到 2000 个字")
    if not chosen:
        faults["to"] = _("请选本辖区内看得到这件案卷的岗位")
    elif person is not None and person not in {one.pk for one in chosen[0].people}:
        faults["person"] = _("这位同事不在这个岗位，或应当回避")
    if not 1 <= days <= MOST_DAYS:
        faults["days"] = _("请填 1 到 %(most)s 个工作日") % {"most": MOST_DAYS}
    if faults:
        raise Invalid(_("交办要写清事项、交给谁和期限。"), fields=faults)
    return chosen[0]


@action("errand.answer")
def answer(*, errand: Errand, words: str, attached: Sequence[Any] = (), by: Any, now: datetime | None = None) -> Errand:
    """答复: the post that was asked answers once, with words and files, and takes part in the case by that.

    He does not decide the step at which he was asked. What was put off at the step is in its holder's inbox again.
    """
    assert now is not None
    found, post = _to_be_answered(errand, by)
    taken = taken_of(attached)
    with stored(ErrandFile, taken, subject_of(found), errand=found):
        _end(found, "answered", words, by, post, now, files=[one.sha256 for one in taken])
        holding.wake(found.case, now=now)
    return found


@action("errand.send_back")
def send_back(*, errand: Errand, reason: str, by: Any, now: datetime | None = None) -> Errand:
    """退回交办: the post that was asked does not do it and says why; nothing is waited for any more."""
    found, post = _to_be_answered(errand, by)
    _end(found, "sent_back", reason, by, post, now)
    return found


@action("errand.cancel")
def cancel(*, errand: Errand, reason: str, by: Any, now: datetime | None = None) -> Errand:
    """取消交办: who asked, whoever holds the step now, or a head says why it is not needed any more."""
    found = _under_lock(errand, by)
    post = cancelling_post(by, found)
    if post is None:
        words = _("交办由交办的人、现在的办理人或负责人取消。")
        raise Refusal(words, code="not_asked", who_may=who_may(LEAD, found.item.division_code))
    _end(found, "cancelled", reason, by, post, now)
    return found


def _under_lock(errand: Errand, by: Any) -> Errand:
    """The errand as it is under the lock of its case. NotFound for who reads no whole files there, a refusal for a party."""
    case = lock_case(errand.case_id)
    if not is_known(by, case.pk) or reading_post(by, case) is None:
        raise NotFound()
    found = Errand.objects.select_related("item", "office", "person", "by").get(pk=errand.pk)
    found.case = case
    barring.must_be_no_party(by, case)
    return found


def _to_be_answered(errand: Errand, by: Any) -> tuple[Errand, Post]:
    found = _under_lock(errand, by)
    post = answering_post(by, found)
    if post is None:
        raise Refusal(_("这件事不是交给您的。"), code="not_asked", who_may=asked_of(found))
    return found, post


def _end(found: Errand, state: str, words: str, by: Any, post: Post, now: datetime | None, **more: Any) -> None:
    """It ends, once, with these words."""
    act_as(post)
    if found.state != "open":
        raise Stale(_("这件交办已经了结：%(state)s。") % {"state": found.get_state_display()})
    if not words.strip() or len(words.strip()) > LONGEST:
        raise Invalid(_("请写明答复或原因。"), fields={"words": _("请写 1 到 2000 个字")})
    found.state, found.answer, found.ended_by, found.ended_at = state, words.strip(), by, now
    found.ended_office = post.office
    found.save(update_fields=["state", "answer", "ended_by", "ended_office", "ended_at"])
    payload = {"step": found.item.step, "answer": commitment_of(found.answer), "must_answer": found.must_answer, **more}
    record(f"errand.{state}", about=("case", found.case_id), object=found, payload=payload)


@action("errand.escalate")
def escalate(*, errand: Errand, by: Any, now: datetime | None = None) -> bool:
    """交办超期上报: the day by which it was due is over and nobody ended it; the head finds it on his list. The clock does it, once."""
    assert now is not None
    lock_case(errand.case_id)
    found = Errand.objects.get(pk=errand.pk)
    if found.state != "open" or found.escalated_at is not None or found.due_on >= local_day(now):
        return False
    found.escalated_at = now
    found.save(update_fields=["escalated_at"])
    record("errand.escalated", about=("case", found.case_id), object=found, payload={"due_on": found.due_on})
    return True
