"""The desk asks the database as often for a full page as for one row, and counts no further than it shows."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.calendar import clock
from tests.desk.road import copies
from workflows.desk.paging import PAGE
from workflows.desk.queries import QUEUES, Viewer, page
from workflows.models import WorkItem
from workflows.walking import drive

pytestmark = pytest.mark.django_db


def asked(browser: Any, address: str) -> tuple[list[str], int]:
    """The statements of one page and its number of rows."""
    with CaptureQueriesContext(connection) as said:
        answer = browser.get(address)
    assert answer.status_code == 200
    return [one["sql"] for one in said.captured_queries], len(answer.context["rows"])


def unlimited(statement: str) -> list[str]:
    """The counts over work items in a statement that could walk through the whole table."""
    counts = [part for part in re.split(r"(?i)(?=count\()", statement) if part.lower().startswith("count(")]
    pieces = [piece for part in counts for piece in part.split(" UNION ") if "workflows_workitem" in piece]
    return [piece for piece in pieces if not re.search(r"LIMIT \d+\)+( AS|$)", piece.strip())]


def test_every_queue_asks_as_often_for_thirty_rows_as_for_one_or_two(cast, new_case, signed_in):
    first, second = new_case(1), new_case(5)
    item, person = drive.open_item(first), drive.person_for(drive.open_item(first))
    browser = signed_in(person)
    drive.step(second, by=drive.person_for(drive.open_item(second)))
    done = WorkItem.objects.filter(case=second, state="done", holder=person).latest("id")
    copies(item, 1, state="claimed", holder_id=person.pk, due_on=item.due_on)
    colleague = next(one for one in drive.candidates("CTY2", "640422") if one != person)
    browser.get(reverse("desk:home"))
    names = ["open", "mine", "waiting", "done"]
    once = {name: asked(browser, reverse("desk:queue", args=[name])) for name in names}
    copies(item, PAGE)
    copies(item, PAGE, state="claimed", holder_id=person.pk)
    copies(item, PAGE, state="claimed", holder_id=colleague.pk)
    copies(done, PAGE)
    for name in names:
        statements, rows = asked(browser, reverse("desk:queue", args=[name]))
        assert 1 <= once[name][1] <= 2 and rows == PAGE, name
        assert len(statements) == len(once[name][0]), name


def test_no_queue_counts_work_items_without_a_limit(cast, new_case, signed_in):
    case = new_case(1)
    browser = signed_in(drive.person_for(drive.open_item(case)))
    statements = [one for name in QUEUES for one in asked(browser, reverse("desk:queue", args=[name]))[0]]
    assert [one for one in statements if "count(" in one.lower() and "workflows_workitem" in one]
    assert [fault for one in statements for fault in unlimited(one)] == []


def test_a_count_without_a_limit_is_noticed():
    assert unlimited("SELECT COUNT(*) AS n FROM workflows_workitem WHERE role = 'x'")
    assert unlimited("SELECT (SELECT count(*) FROM (SELECT id FROM workflows_workitem) AS q_open)")
    one = "(SELECT id FROM workflows_workitem LIMIT 100)"
    assert not unlimited(f"SELECT (SELECT count(*) FROM ({one} UNION {one}) AS q_open)")
    assert unlimited(f"SELECT (SELECT count(*) FROM ((SELECT id FROM workflows_workitem) UNION {one}) AS q_open)")


def touched(statement: str) -> int:
    """How many work items a statement reads when it goes by an index, by its plan as it was carried out.

    Rows of an open transaction have no statistics, so the planner is told what it would choose with them.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
        cursor.execute("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) " + statement.replace("%", "%%"), [])
        (plan,) = cursor.fetchone()[0]
    rows, nodes = 0, [plan["Plan"]]
    while nodes:
        node = nodes.pop()
        nodes += node.get("Plans", [])
        if node.get("Relation Name") == "workflows_workitem":
            left_out = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
            rows += (node["Actual Rows"] + left_out) * node["Actual Loops"]
    return round(rows)


def test_a_page_reads_no_more_of_a_long_queue_than_it_shows(cast, new_case):
    item = drive.open_item(new_case(1))
    copies(item, 3_000, due_on=item.due_on)
    viewer = Viewer.of(drive.person_for(item), clock.now())
    with CaptureQueriesContext(connection) as said:
        assert len(page(viewer, "open", {}).rows) == PAGE
    (statement,) = [one["sql"] for one in said.captured_queries if "relief_may_take" in one["sql"]]
    assert touched(statement) <= 4 * PAGE
