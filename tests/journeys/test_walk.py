"""`manage.py walk` over real HTTP: both programmes come to the end, and each wrong turn on the way is refused."""

import pytest
from django.db import connection

from cases.history.check import verify
from workflows.walking.walk import Walk

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]


@pytest.mark.parametrize(("slug", "least_refused"), [("rare_disease", 8), ("two_step", 4)])
def test_a_case_is_walked_from_a_phone_to_the_bank(slug, least_refused, cast, live_server):
    lines = []
    walk = Walk(slug, live_server.url, lines.append)
    case = walk()
    assert case.state == "CLOSED"
    assert walk.refused >= least_refused
    assert verify(connection, case=case.pk).is_clean
    assert any("走错" in line for line in lines)
