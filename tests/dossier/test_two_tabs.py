"""Two pages of one draft at the same time: neither overwrites the other unseen, and nothing typed is lost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse

from cases.dossier import actions
from cases.dossier.queries import answers
from workflows.walking import drive

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(cast: Any, published: Any) -> Any:
    published("rare_disease")
    return drive.apply(slug="rare_disease", number=1, by=cast["applicant1"], submit=False)


def seen_on(page: Any) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', page.content.decode())
    assert found
    return found[1]


@pytest.mark.parametrize("key", ["address", "household_income"])
def test_the_second_page_is_told_and_keeps_what_was_typed(draft: Any, cast: Any, client: Any, key: str) -> None:
    client.force_login(cast["applicant1"], backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("dossier:question", args=[draft.token, key])
    first = seen_on(client.get(address))
    one, other = ("演示街一号", "演示街二号") if key == "address" else ("12000", "13000")
    assert client.post(address, {"value": one, "seen": first}).status_code == 302
    late = client.post(address, {"value": other, "seen": first})
    assert late.status_code == 422 and "在别的页面改过" in late.content.decode() and other in late.content.decode()
    assert answers(draft)[key] in (one, f"{one}.00")
    assert client.post(address, {"value": other, "seen": seen_on(late)}).status_code == 302
    assert answers(draft)[key] in (other, f"{other}.00")


def test_the_same_answer_twice_and_an_act_without_a_page_are_not_stopped(draft: Any, cast: Any) -> None:
    given = {"case": draft, "key": "address", "by": cast["applicant1"]}
    actions.save_answer(**given, value="演示街一号")
    actions.save_answer(**given, value="演示街一号", seen="1.1")
    actions.save_answer(**given, value="演示街二号")
    assert answers(draft)["address"] == "演示街二号"
