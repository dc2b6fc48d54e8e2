"""Who may give the account that the money goes to."""

import pytest

from cases.errors import NotFound, Refusal
from cases.people.actions import give_account
from workflows.walking import drive

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast, published):
    published("rare_disease")
    return drive.apply(slug="rare_disease", number=1, by=cast["applicant1"], changes={"hukou_division": "640422100991"})


@pytest.mark.parametrize("who", ["xiji_village", "xiji_town"])
def test_village_and_town_never_touch_the_account(case, cast, who):
    with pytest.raises(Refusal) as refused:
        give_account(case=case, holder="马演示", account="9990000000000009926", bank_name="演示银行", by=cast[who])
    assert refused.value.code == "agent_no_money"
    assert refused.value.who_may


def test_a_stranger_does_not_learn_that_the_case_exists(case, cast):
    with pytest.raises(NotFound):
        give_account(
            case=case, holder="马演示", account="9990000000000009926", bank_name="演示银行", by=cast["applicant2"]
        )
