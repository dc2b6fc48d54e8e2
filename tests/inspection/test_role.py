"""An inspector's page reads as a role of the database that may write nothing; the look itself is stored by the application."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import InternalError, ProgrammingError, connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.dossier.models import Case
from cases.history.models import Access, Event
from project import settings as product
from project.databases import as_inspector
from workflows.inspection.asof.cut import event_of
from workflows.inspection.urls import urlpatterns
from workflows.models import Decision

pytestmark = pytest.mark.django_db(databases=["default", "inspector"])
OF_THE_FRAME = {
    "cases_subjectkey",  # comes with the name of whoever is signed in
    "cases_user", "django_session", "cases_post", "cases_role", "cases_office", "cases_standin", "cases_demo_clock",
    "cases_keyproof", "mfa_authenticator",
}  # fmt: skip
"""What is asked of whoever looks, before he sees anything: who he is, which posts he holds, what time it is."""


@pytest.fixture
def as_role(settings: Any, committed: Any) -> Any:
    settings.INSPECTOR_ALIAS = "inspector"
    return committed


def test_the_product_reads_as_the_role_and_every_address_of_the_room_does() -> None:
    assert product.INSPECTOR_ALIAS == "inspector" != "default"
    assert product.DATABASES["inspector"]["USER"] != product.DATABASES["default"]["USER"]
    assert [one.name for one in urlpatterns if not getattr(one.callback, "is_read_only", False)] == []


def pages(world: Any) -> list[tuple[str, list[Any], dict[str, str] | None]]:
    case = world.case
    decision = Decision.objects.filter(case=case, step="province_review").latest("pk")
    event = event_of(case, decision)
    return [
        ("search", [], None), ("refusals", [], None), ("refused", [], None), ("hasty", [], None),
        ("case", [case.number], None), ("print", [case.number], None), ("verify", [case.number], {}),
        ("event", [case.number, event.pk], None), ("then", [case.number, event.pk], None),
        ("then_shown", [case.number, event.pk], {"purpose": "核对当时的内容"}),
        ("dossier", [case.number], None), ("dossier", [case.number], {"purpose": "移送复核"}),
    ]  # fmt: skip


def tables_of(queries: list[dict[str, str]]) -> set[str]:
    text = " ".join(query["sql"] for query in queries)
    return set(re.findall(r'\b((?:cases|workflows|django|mfa|viewflow)_\w+)"? ', text))


def test_each_page_reads_cases_as_the_role_alone_and_stores_the_look_as_the_application(
    as_role: Any, signed_in: Any
) -> None:
    browser = signed_in(as_role.cast["inspector"])
    for name, arguments, body in pages(as_role):
        before = Access.objects.count()
        address = reverse(f"inspection:{name}", args=arguments)
        with (
            CaptureQueriesContext(connections["default"]) as own,
            CaptureQueriesContext(connections["inspector"]) as read,
        ):
            answer = browser.get(address) if body is None else browser.post(address, body)
        assert answer.status_code == 200, name
        assert tables_of(own.captured_queries) <= OF_THE_FRAME, name
        assert not {"INSERT", "UPDATE", "DELETE"} & {query["sql"].split()[0] for query in read.captured_queries}
        if arguments:
            assert "cases_case" in tables_of(read.captured_queries), name
            assert Access.objects.count() > before, name


def test_the_role_writes_no_table_even_when_it_says_it_will(as_role: Any) -> None:
    link = connections["inspector"]
    with link.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ WRITE")
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [row[0] for row in cursor.fetchall()]
        assert len(tables) > 100
        for table in tables:
            for statement in (
                f'DELETE FROM "{table}"', f'INSERT INTO "{table}" DEFAULT VALUES', f'TRUNCATE "{table}"'
            ):  # fmt: skip
                cursor.execute("SAVEPOINT here")
                with pytest.raises((ProgrammingError, InternalError)) as told:
                    cursor.execute(statement)
                assert told.value.__cause__ is not None and told.value.__cause__.pgcode == "42501", statement
                cursor.execute("ROLLBACK TO SAVEPOINT here")


def test_a_row_that_a_page_would_save_is_refused_by_the_database(as_role: Any) -> None:
    before = Event.objects.count()
    with as_inspector():
        case = Case.objects.get(pk=as_role.case.pk)
        case.award = 1
        with pytest.raises(InternalError, match="read-only"):
            case.save(update_fields=["award"])
    assert Event.objects.count() == before
