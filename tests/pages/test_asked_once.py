"""An answer typed once is never asked again: not on the way through a draft, not by a supplement."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.dossier import actions
from cases.dossier.queries import answers
from cases.programme import programme
from workflows.walking import drive

pytestmark = pytest.mark.django_db


def posted(kind: str, value: Any) -> dict[str, Any]:
    """An answer as the page of its question sends it."""
    if kind == "date":
        return dict(zip(("value_year", "value_month", "value_day"), str(value).split("-"), strict=True))
    return {"value": ("yes" if value else "no") if kind == "yes_no" else value}


def walked(browser: Client, token: Any, given: dict[str, Any]) -> list[str]:
    """Goes on with 继续 from each part of the task list that is not done; the questions in the order they were asked."""
    home, asked, card = f"/draft/{token}", [], programme("rare_disease")
    for section in card.sections:
        shown = browser.get(home).context["tasks"]
        address = next((one.href for one in shown if one.key == section.key and one.state != "done"), home)
        while address.split("?")[0] != home:
            key = address.split("?")[0].rsplit("/", 1)[1]
            asked.append(key)
            answer = browser.post(address, posted(card.question(key).kind, given.get(key, "")))
            assert answer.status_code == 302, (key, re.findall(r"field-error[^<]*<?[^<]*", answer.content.decode()))
            address = answer.headers["Location"]
    return asked


@pytest.mark.parametrize(
    "changes", [{}, {"lives_at_hukou": False, "residence_division": "640521100991", "handle_at": "hukou"}]
)
def test_on_the_way_through_a_draft_each_question_is_asked_once(
    cast: Any, published: Any, client: Client, changes: Any
):
    published("rare_disease")
    card, given = programme("rare_disease"), {**programme("rare_disease").demo_answers(1), **changes}
    case = actions.new_draft(programme="rare_disease", by=cast["applicant1"], channel="phone")
    client.force_login(cast["applicant1"], backend="django.contrib.auth.backends.ModelBackend")
    asked = walked(client, case.token, given)
    assert sorted(asked) == sorted(question.key for question in card.asked(answers(case)))
    labels = [str(question.label) for question in card.asked(answers(case))]
    assert len(labels) == len(set(labels))
    assert walked(client, case.token, given) == []


def test_a_supplement_asks_for_nothing_but_what_it_names(cast: Any, published: Any, client: Client):
    published("rare_disease")
    case = drive.apply(slug="rare_disease", number=1, by=cast["applicant1"])
    named = {"kind": "answer", "key": "address", "reason": "S30", "note": ""}
    drive.step(case, "supplement", data={"items": [named]}, reasons=["S30"])
    client.force_login(cast["applicant1"], backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("dossier:fix", args=[case.number])).content.decode()
    assert set(re.findall(rf"/draft/{case.token}/(\w+)", page)) == {"address"}
    for question in programme("rare_disease").asked(answers(case)):
        answer = client.get(reverse("dossier:question", args=[case.token, question.key]))
        assert answer.status_code == (200 if question.key == "address" else 404), question.key
    assert (
        str(answers(case)["address"])
        in client.get(reverse("dossier:question", args=[case.token, "address"])).content.decode()
    )
