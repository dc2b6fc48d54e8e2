"""Where the next step goes is judged with the decision that opens it: its own maker is nobody who could do it."""

from datetime import timedelta

import pytest

from cases.access.models import Post
from cases.calendar import clock
from tests.duties.situations import post
from workflows.walking import drive

pytestmark = pytest.mark.django_db


def test_the_next_level_goes_above_when_only_the_decider_holds_its_post(cast, published):
    published("rare_disease")
    case = drive.to(drive.apply(slug="rare_disease", number=1, by=cast["applicant1"]), "COUNTY")
    item = drive.open_item(case)
    decider = drive.person_for(item)
    city = Post.objects.filter(role_id="MUN", office__division_code="6404")
    post(decider, "MUN", cast["guyuan_city"])
    city.exclude(user=decider).update(ends_on=clock.today() - timedelta(days=1))
    drive.step(case, item=item, by=decider)
    opened = drive.open_item(case)
    assert opened.step == "city_recheck"
    assert (opened.division_code, opened.entrusted_from) == ("64", "6404")
