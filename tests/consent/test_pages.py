"""The applicant sees his consents in the words that were shown and takes one back on its own page."""

from __future__ import annotations

import pytest
from django.urls import reverse

from cases.consent import queries
from tests.publicity.making import make_case

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_my_consents_are_shown_and_one_is_withdrawn_after_a_second_question(cast, road, version, client, language):
    case = make_case(cast, version)
    client.force_login(cast["applicant1"])
    client.cookies["django_language"] = language
    mine = reverse("consent:mine", args=[case.token])
    address = reverse("consent:withdraw", args=[case.token, "publicity"])
    assert address in client.get(mine).content.decode()
    assert client.get(address).status_code == 200
    assert queries.agreed(case, "publicity")
    client.post(address)
    assert not queries.agreed(case, "publicity")
    assert address not in client.get(mine).content.decode()


def test_somebody_elses_consents_do_not_exist(cast, road, version, client):
    case = make_case(cast, version)
    client.force_login(cast["applicant2"])
    assert client.get(reverse("consent:mine", args=[case.token])).status_code == 404
    client.force_login(cast["applicant1"])
    assert client.get(reverse("consent:withdraw", args=[case.token, "nonsense"])).status_code == 404
