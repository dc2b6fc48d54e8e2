"""A list asks the database as often for thirty rows as for a few, and counts no table without a bound."""

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from viewflow.workflow.models import Process, Task

from cases.access.models import Office, Post, User
from cases.dossier.models import Case
from cases.duplicates.models import PastGrantImport
from cases.history.models import Event
from cases.money import actions as money
from cases.money.models import PaymentBatch
from cases.outgoing.models import Outgoing
from cases.publicity.models import Objection
from tests.desk.road import copies
from tests.matrix.world import World, nothing_stays
from workflows.desk.notes.actions import write_note
from workflows.desk.panel.models import MeetingItem
from workflows.models import Incident, Plan, PlanItem, Suspension
from workflows.operations import actions as operations

MANY = 30
BIG = ("workflows_workitem", "cases_case", "cases_event", "cases_access", "cases_ledgertransfer", "cases_payout", "cases_notice")  # fmt: skip
Grow = Callable[[World], None]


def more(row: models.Model, **changes: Callable[[int], Any]) -> None:
    """Thirty more rows like this one, but for what must differ."""
    same = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key}
    made = [{**same, **{name: change(number) for name, change in changes.items()}} for number in range(MANY)]
    type(row)._default_manager.bulk_create([type(row)(**values) for values in made])


def cases(world: World, **changes: Callable[[int], Any]) -> None:
    """Thirty more cases like the one here."""
    given = {"number": lambda number: f"640422-2026-9{number:05}-0", "token": lambda number: uuid.uuid4(), **changes}
    more(world.rows["case"], patient_key=lambda number: f"more-{number}", **given)


def tasks(world: World) -> None:
    """Thirty more tasks for the county's reviewer."""
    copies(world.rows["item"], MANY)


def nothing(world: World) -> None:
    """The list is long already; `few` asks for its end."""


def last_events(world: World) -> list[Event]:
    """The last two events of the case."""
    rows = Event.objects.filter(stream__kind="case", stream__key=str(world.rows["case"].pk))
    return list(rows.order_by("-seq")[:2])


def end_of_chain(world: World) -> str:
    """The page of the history that holds one event."""
    return f"?after={last_events(world)[1].seq}"


def end_of_timeline(world: World) -> str:
    """The page of the timeline that begins with the last decision: it has changed rows that name their deed."""
    rows = Event.objects.filter(stream__kind="case", stream__key=str(world.rows["case"].pk)).order_by("-seq")
    row = rows.filter(seq__lt=rows.filter(action="task.decided")[0].seq)[0]
    return "?" + urlencode({"after": f"{row.recorded_at.isoformat()}_event_{row.pk}"})


def gifts(world: World) -> None:
    """Thirty more lines of the fund's ledger."""
    by = User.objects.get(username="fin_make")
    for number in range(MANY):
        money.receive_gift(fund=world.rows["fund"], amount=number + 1, source="捐赠", by=by)


def notes(world: World) -> None:
    """Thirty more notes of the case, each for somebody."""
    author, other = (User.objects.get(username=name) for name in ("xiji_review", "xiji_intake"))
    for number in range(MANY):
        write_note(case=world.rows["case"], text=f"第 {number} 次电话核对。", mentions=[other.pk], by=author)


def batches(world: World) -> None:
    """Thirty more batches."""
    row = PaymentBatch.objects.get(pk=world.rows["batch"].pk)
    row.state, row.checker_id, row.releaser_id = "made", None, None
    row.checked_at = row.released_at = row.sent_at = row.closed_at = None
    more(row, number=lambda number: f"MORE-{number}")


def awaiting(world: World) -> None:
    """Thirty more cases that may be put on a list."""
    cases(world, state=lambda number: "PUBLICITY", award=lambda number: 1000)


def objections(world: World) -> None:
    """Thirty more objections."""
    more(Objection.objects.get(pk=world.rows["objection"].pk), token=lambda number: uuid.uuid4())


def meetings(world: World) -> None:
    """Thirty more meetings."""
    more(world.rows["meeting"], number=lambda number: f"MORE-{number}")


def agenda(world: World) -> None:
    """Thirty more decided items on the agenda of the meeting."""
    cases(world)
    item = world.rows["meeting"].items.get()
    found = Case.objects.filter(number__startswith="640422-2026-9")
    MeetingItem.objects.bulk_create(
        MeetingItem(
            meeting=item.meeting,
            case=case,
            work_item=item.work_item,
            amount=1000,
            outcome="defer",
            decided_at=case.created_at,
        )
        for case in found
    )


def imports(world: World) -> None:
    """Thirty more imported tables of past grants."""
    by = User.objects.get(username="prov_review")
    row = PastGrantImport(by=by, at=world.rows["case"].created_at, file_sha256="0", rows=1)
    more(row, file_sha256=lambda number: f"{number:064}")


def people(world: World) -> None:
    """Thirty more accounts of offices, each with a post."""
    row = world.rows["user"]
    row.is_office = True
    more(row, username=lambda number: f"more{number}", phone=lambda number: None, phone_key=lambda number: None)
    made = User.objects.filter(username__startswith="more")
    post = world.rows["post"]
    Post.objects.bulk_create(
        Post(user=one, role=post.role, office=post.office, starts_on=post.starts_on) for one in made
    )


def offices(world: World) -> None:
    """Thirty more offices."""
    more(world.rows["office"], name=lambda number: f"另一个办公室 {number}", kind=lambda number: "town")


def running(world: World) -> list[Case]:
    """Thirty more cases under way on the road of the case here, with no step open."""
    run = world.rows["case"].run
    known = set(Process.objects.values_list("pk", flat=True))
    more(run.process)
    cases(world)
    found = list(Case.objects.filter(number__startswith="640422-2026-9").order_by("pk"))
    processes = Process.objects.exclude(pk__in=known).order_by("pk")
    more(run, case_id=lambda number: found[number].pk, process_id=lambda number: processes[number].pk)
    return found


def one_stuck(world: World) -> str:
    """The whole list, with the case here on it."""
    item = world.rows["item"]
    type(item).objects.filter(pk=item.pk).update(state="cancelled")
    Task.objects.filter(pk=item.task_id).update(status="CANCELED")
    return ""


def stuck(world: World) -> None:
    """Thirty cases without work."""
    running(world)


def campaigns(world: World) -> None:
    """Thirty more screening campaigns."""
    more(world.rows["campaign"], title=lambda number: f"更多筛查 {number}")


def screened(world: World) -> None:
    """Thirty more people in the session."""
    more(
        world.rows["registration"], token=lambda number: uuid.uuid4(), serial=lambda number: 100 + number,
        id_key=lambda number: f"more-{number}",
    )  # fmt: skip


def suspensions(world: World) -> None:
    """Thirty more suspensions of a case, over since."""
    row = Suspension.objects.get(pk=world.rows["suspension"].pk)
    row.case_id, row.flow, row.step, row.ended_at, row.settled_at = world.rows["case"].pk, "", "", row.at, row.at
    more(row)


def plans(world: World) -> None:
    """Thirty more plans."""
    more(Plan.objects.get(pk=world.rows["plan"].pk))


def plan_cases(world: World) -> None:
    """Thirty more cases in the plan that is being tried out."""
    found = running(world)
    row = PlanItem.objects.get(plan=world.rows["trying"])
    item = world.rows["item"]
    stood = {"state": "COUNTY", "round": 1, "money": [], "items": [{"step": item.step, "holder": "", "role": "CTY2", "code": "640422", "due_on": ""}]}  # fmt: skip
    row.before, row.after = stood, stood
    more(row, case_id=lambda number: found[number].pk)


def faults(world: World) -> None:
    """Thirty more incidents of the same group."""
    _faults(world)


def fault_groups(world: World) -> None:
    """Thirty more incidents, each of a group of its own."""
    _faults(world, error=lambda number: f"Fault{number}")


def _faults(world: World, **changes: Callable[[int], Any]) -> None:
    row = Incident.objects.get(pk=world.rows["incident_key"])
    more(row.outgoing, key=lambda number: f"more-{number}")
    work = list(Outgoing.objects.filter(key__startswith="more-").order_by("pk"))
    more(row, outgoing_id=lambda number: work[number].pk, **changes)


@dataclass(frozen=True)
class List:
    """A list, who reads it, and how it grows."""

    who: str
    name: str
    grow: Grow
    args: tuple[str, ...] = ()
    few: Callable[[World], str] = lambda world: ""

    def __str__(self) -> str:
        return "-".join([self.name, *self.args])

    def address(self, world: World) -> str:
        """Its address, with the rows of the world in its blanks."""
        rows = [world.rows[part[1:]] if part.startswith("@") else part for part in self.args]
        return reverse(self.name, args=[getattr(part, "number", getattr(part, "code", part)) for part in rows])


LISTS = [
    List("xiji_review", "desk:queue", tasks, ("open",)),
    List("xiji_review", "staffing:steps", tasks),
    List("xiji_review", "api:tasks", tasks),
    List("xiji_review", "api:history", nothing, ("@case",), end_of_chain),
    List("xiji_review", "api:notes", notes, ("@case",)),
    List("inspector", "inspection:search", cases),
    List("inspector", "inspection:case", nothing, ("@case",), end_of_timeline),
    List("fin_make", "money:home", batches),
    List("fin_make", "money:fund", gifts, ("@fund",)),
    List("publicity", "publicity:board", awaiting),
    List("prov_review", "publicity:objections", objections),
    List("prov_head", "panel:meetings", meetings),
    List("prov_head", "panel:meeting", agenda, ("@meeting",)),
    List("prov_review", "past_grants:home", imports),
    List("prov_review", "screening:home", campaigns),
    List("xiji_intake", "screening:session", screened, ("@session_key",)),
    List("xiji_review", "operations:suspensions", suspensions),
    List("xiji_review", "api:suspensions", suspensions),
    List("prov_review", "operations:plans", plans),
    List("prov_review", "api:plans", plans),
    List("prov_review", "operations:plan", plan_cases, ("@trying",)),
    List("prov_review", "api:plan_cases", plan_cases, ("@trying",)),
    List("prov_review", "operations:stuck", stuck, few=one_stuck),
    List("prov_review", "api:stuck", stuck, few=one_stuck),
    List("sysadmin", "running:home", fault_groups),
    List("sysadmin", "api:incidents", fault_groups),
    List("sysadmin", "api:incident_group", faults, ("@incident_key",)),
    List("applicant1", "dossier:my", cases),
    List("secadmin", "admin:cases_user_changelist", people),
    List("secadmin", "admin:cases_post_changelist", people),
    List("sysadmin", "admin:cases_office_changelist", offices),
]


@pytest.fixture
def undone(world: World) -> Iterator[World]:
    """The world, and a plan that waits for its trial; what a test does in it is undone."""
    with nothing_stays():
        plan = operations.make_plan(
            kind="restart", cases=[world.rows["case"]], step="county_review", to_step="intake",
            reason="误点了同意，回到县级受理。", by=User.objects.get(username="prov_review2"),
        )  # fmt: skip
        world.rows["trying"] = plan.pk
        yield world


def asked(browser: Client, address: str) -> tuple[list[str], int]:
    """The statements of one page and its length."""
    with CaptureQueriesContext(connection) as said:
        answer = browser.get(address)
    assert answer.status_code == 200
    return [one["sql"] for one in said.captured_queries], len(answer.content)


def unbounded(statement: str) -> bool:
    """Whether a statement counts all rows of a big table."""
    counts = [part for part in re.split(r"(?i)(?=count\(\*\))", statement) if part.lower().startswith("count(*)")]
    pieces = [piece.strip() for part in counts for piece in part.split(" UNION ")]
    return any(table in one and not re.search(r"LIMIT \d+\)+( |$)", one) for one in pieces for table in BIG)


@pytest.mark.parametrize("one", LISTS, ids=str)
def test_a_list_asks_as_often_for_thirty_rows_as_for_a_few(undone: World, one: List):
    asks_as_often(undone, one)


def asks_as_often(undone: World, one: List) -> None:
    """The page before and after the list grew: as many statements, and no count of a big table."""
    browser = Client()
    browser.force_login(User.objects.get(username=one.who), backend="django.contrib.auth.backends.ModelBackend")
    address = one.address(undone)
    browser.get(address)
    few, short = asked(browser, address + one.few(undone))
    one.grow(undone)
    many, long = asked(browser, address)
    assert long > short + MANY * 20, "the list did not grow: this test shows nothing"
    assert len(many) == len(few), "\n".join(sorted(set(many) - set(few))[:10])
    assert not [statement for statement in many if unbounded(statement)]


def test_more_stuck_cases_than_a_page_holds_are_read_to_the_last(undone: World):
    browser = Client()
    one_stuck(undone)
    stuck(undone)
    browser.force_login(User.objects.get(username="prov_head"), backend="django.contrib.auth.backends.ModelBackend")
    first = browser.get("/api/v1/stuck/").json()
    second = browser.get("/api/v1/stuck/", {"after": first["next"]}).json()
    assert (len(first["results"]), len(second["results"]), second["next"]) == (MANY, 1, None)
    numbers = [row["case"] for row in first["results"] + second["results"]]
    assert len({*numbers}) == MANY + 1 and undone.rows["case"].number in numbers
    page = browser.get(reverse("operations:stuck")).content.decode()
    assert f"after={first['next']}" in page and numbers[-1] not in page
    assert numbers[-1] in browser.get(reverse("operations:stuck"), {"after": first["next"]}).content.decode()
    for wrong in ("x", "no_work_", "elsewhere_3", "no_work_x"):
        assert browser.get("/api/v1/stuck/", {"after": wrong}).status_code == 422


def test_a_page_of_the_desk_asks_for_the_posts_of_its_reader_once(undone: World):
    browser, person = Client(), User.objects.get(username="xiji_review")
    browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    case = Case.objects.get(pk=undone.rows["case"].pk)
    for address in ("/desk/", f"/case/{case.number}/", "/policy/"):
        statements, _length = asked(browser, address)
        own = [one for one in statements if re.fullmatch(rf"EXECUTE \w+ \({person.pk}\)", one)]
        assert len(own) == 1, (address, len(own))


def test_a_change_of_rights_acts_at_the_next_request_and_at_once_inside_an_act(undone: World):
    browser = Client()
    person = User.objects.get(username="xiji_review")
    browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("case:home", args=[undone.rows["case"].number])
    assert browser.get(address).status_code == 200
    Post.objects.filter(user=person).update(office=Office.objects.get(division_code="640521", kind="redcross"))
    assert browser.get(address).status_code == 404
