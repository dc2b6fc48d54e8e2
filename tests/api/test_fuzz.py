"""Any call that the OpenAPI document allows, and many that it does not, gets an answer that the document names."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
import schemathesis
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core import NotSet

from cases.dossier.models import Case
from tests.matrix.world import nothing_stays

ROLES = ["xiji_intake", "prov_head", "sysadmin", "applicant1"]
FAULT = {"code", "detail", "who_may"}
BOUNDS = settings(
    max_examples=6, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(scope="module")
def calls() -> list[Any]:
    """Every call of the document."""
    document = json.loads(
        json.dumps(SchemaGenerator(api_version="v1").get_schema(request=None, public=True), default=str)
    )  # type: ignore[no-untyped-call]
    return [found.ok() for found in schemathesis.openapi.from_dict(document).get_all_operations()]


def sent(browser: Client, example: Any, real: dict[str, Any]) -> Any:
    """Send what was made up; a path names a real row where `real` says so."""
    address = example.operation.path
    for name, made in {**(example.path_parameters or {}), **real}.items():
        address = address.replace("{" + name + "}", quote(str(made), safe="") or "-")
    query = {name: str(value) for name, value in (example.query or {}).items()}
    if isinstance(example.body, NotSet):
        data: str | bytes = ""
    else:
        data = example.body if isinstance(example.body, bytes) else json.dumps(example.body)
    return browser.generic(example.method, address, data, content_type="application/json", query_params=query)


def is_as_written(example: Any, answer: Any) -> None:
    """The answer is one that the document names, as JSON, and a fault has the one shape."""
    named = example.operation.definition.raw["responses"]
    assert str(answer.status_code) in named, (example.operation.label, answer.status_code, answer.content[:300])
    assert answer["Content-Type"] == "application/json"
    if answer.status_code >= 400:
        assert answer.json().keys() - {"fields"} == FAULT
        assert answer.json()["detail"]


def asking(
    browser: Client, call: Any, mode: GenerationMode, real: dict[str, Any], seen: set[int]
) -> Callable[[], None]:
    """A run of made-up examples of one call, half of them on real rows."""

    @BOUNDS
    @given(example=call.as_strategy(generation_mode=mode), is_real=st.booleans())
    def ask(example: Any, is_real: bool) -> None:
        with nothing_stays():
            answer = sent(browser, example, real if is_real else {})
        is_as_written(example, answer)
        seen.add(answer.status_code)

    return ask


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_no_call_meets_a_fault_or_an_answer_that_the_document_does_not_name(
    calls: list[Any], case: Case, browser_of: Callable[[str], Client], role: str, mode: GenerationMode
):
    rows, browser, seen = {"id": case.work_items.get().pk, "number": case.number}, browser_of(role), set[int]()
    for call in calls:
        real = {name: row for name, row in rows.items() if "{" + name + "}" in call.path}
        asking(browser, call, mode, real, seen)()
    assert seen & {200, 404}
