"""Hands of several processes on the same cases: no deadlock, no double step, no lost join, no double claim (make soak: ten thousand)."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

import pytest
from viewflow.workflow.models import Task
from viewflow.workflow.status import STATUS

from cases.dossier.models import Case
from tests.dossier.test_races import at_once
from tests.races.hands import elsewhere, in_processes, said, together
from workflows.models import Decision, Handover, WorkItem
from workflows.replay import every_case
from workflows.walking import drive

pytestmark = pytest.mark.django_db(transaction=True)

ACTS = int(os.environ.get("SOAK_ACTS", "120"))


def test_two_branches_that_end_at_the_same_moment_meet_once(cast: Any, published: Any) -> None:
    published("rare_disease")
    for number in range(1, 5):
        case = drive.to(drive.apply(slug="rare_disease", number=number, by=cast["applicant1"]), "VERIFY")
        items = WorkItem.objects.select_related("case__run").filter(case=case, state="open").order_by("id")
        village, insurance = ((item, drive.person_for(item)) for item in items)
        given = at_once(
            lambda one=village: drive.step(one[0].case, "agree", item=one[0], by=one[1]),
            lambda one=insurance: drive.step(one[0].case, "agree", item=one[0], by=one[1]),
        )
        assert all(isinstance(one, WorkItem) for one in given), given
        assert WorkItem.objects.filter(case=case, state="open").values_list("step", flat=True).get() == "town_check"
        assert_whole(Case.objects.get(pk=case.pk))


def test_two_processes_do_nothing_twice_and_lose_nothing(cast: Any, published: Any) -> None:
    published("rare_disease")
    case = drive.apply(slug="rare_disease", number=1, by=cast["applicant1"])
    drive.to(case, "VERIFY")
    sides = WorkItem.objects.select_related("case__run").filter(case=case, state="open").order_by("id")
    went = in_processes(*[("agree", item.pk, drive.person_for(item).username) for item in sides])
    assert went == ["done", "done"], "both branches came"
    assert WorkItem.objects.filter(case=case, state="open").values_list("step", flat=True).get() == "town_check"
    drive.to(case, "COUNTY")
    item = drive.open_item(case).pk
    assert sorted(in_processes(("claim", item, "xiji_review"), ("claim", item, "xiji_review2"))) == ["done", "stale"]
    holder = WorkItem.objects.get(pk=item).holder
    assert holder is not None
    assert sorted(in_processes(*[("agree", item, holder.username)] * 2)) == ["done", "stale"]
    assert Decision.objects.filter(item=item).count() == 1
    assert_whole(Case.objects.get(pk=case.pk))


@pytest.mark.timeout(max(300, 4 * ACTS))
def test_many_hands_of_two_processes_leave_every_case_whole(cast: Any, published: Any, funded: Any) -> None:
    for slug in ("rare_disease", "two_step"):
        published(slug)
        funded(slug, "5000000")
        for number in range(1, 5):
            drive.apply(slug=slug, number=number, by=cast["applicant1"])
    other = elsewhere(2, ACTS // 2, 2)
    here = together(1, ACTS - ACTS // 2, 3)
    there = said(other)
    did = Counter(here["did"]) + Counter(there["did"])
    print(f"\n{did.total()} acts: {dict(did)}")
    faults = here["faults"] + there["faults"]
    assert faults == [], "\n".join(faults)
    assert did["decides"] > ACTS // 10
    # the database had the last word only where somebody moved the clock under an act
    assert did["refused: crossed"] <= did["time_passes"]
    for case in Case.objects.filter(run__isnull=False):
        assert_whole(case)
    assert [lines for _case, lines in every_case() if lines] == []


def assert_whole(case: Case) -> None:
    """Nothing was done twice or lost: viewflow's rows, the work items, the decisions and the claims tell one story."""
    tasks = {
        task.pk: task for task in Task.objects.filter(process=case.run.process).prefetch_related("leading", "previous")
    }
    over = (STATUS.DONE, STATUS.CANCELED)
    for task in tasks.values():
        node, following = task.flow_task, task.leading.count()
        if task.status == STATUS.DONE:
            wanted = {"END": 0, "PARALLEL_GATEWAY": len(getattr(node, "branches", ()))}.get(task.flow_task_type, 1)
            assert following == wanted, f"{node.name} is followed by {following}"
        if task.flow_task_type == "JOIN" and task.status == STATUS.DONE:
            assert task.previous.count() == len(node._incoming_edges), "a branch is missing at the join"
    items = WorkItem.objects.filter(case=case).order_by("id")
    assert {item.task_id for item in items if item.state in ("open", "claimed")} == {
        pk for pk, task in tasks.items() if task.flow_task_type in ("HUMAN", "WAIT") and task.status not in over
    }
    assert (case.closed_at is None) == any(item.state in ("open", "claimed") for item in items)
    done = {item.pk for item in items if item.state == "done" and item.kind == "human"}
    assert {*Decision.objects.filter(case=case).values_list("item_id", flat=True)} <= done
    for item in items:
        holder = None
        for one in Handover.objects.filter(item=item).order_by("id"):
            assert one.from_person_id == holder, f"{item.step}: {one.kind} from {one.from_person_id}, held by {holder}"
            holder = one.to_person_id
