"""When a list was posted, how long it stood and when the applicant was told are the database's word, not the writer's."""

from __future__ import annotations

import hashlib
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from cases.calendar import clock
from cases.notices.models import Notice
from cases.publicity.models import PublicEntry, PublicList
from tests.publicity.making import make_case

pytestmark = pytest.mark.django_db

PAGE = "演示 演* 000001"


def posted(cast: Any, **more: Any) -> PublicList:
    """A list written by hand, past the actions."""
    day = clock.today()
    given = {
        "starts_on": day, "ends_on": day + timedelta(days=9), "posted_at": clock.now(), "token": uuid.uuid4(),
        "number": f"G{uuid.uuid4().hex[:8]}", "division_code": "640422", "snapshot": PAGE,
        "sha256": hashlib.sha256(PAGE.encode()).hexdigest(), "made_by": cast["publicity"],
    }  # fmt: skip
    with transaction.atomic():
        made = PublicList.objects.create(**{**given, **more})
    made.refresh_from_db()
    return made


def told(case: Any, at: Any) -> Notice:
    made = Notice.objects.create(
        token=uuid.uuid4(), case=case, code="N08", number=f"N{case.pk}", channel="page", title="公示告知", body="演示",
        queued_at=at,
    )  # fmt: skip
    made.refresh_from_db()
    return made


def enter(plist: PublicList, case: Any, name: str = "演*") -> PublicEntry:
    with transaction.atomic():
        return PublicEntry.objects.create(
            list=plist, case=case, shown_name=name, shown_area="西吉县", amount=1, case_tail="000001"
        )


def test_a_list_cannot_be_dated_back(cast: Any) -> None:
    before = clock.now()
    assert posted(cast, posted_at=before - timedelta(days=30)).posted_at >= before
    with pytest.raises(IntegrityError, match="on the day of posting"):
        posted(cast, starts_on=clock.today() - timedelta(days=30))
    with pytest.raises(IntegrityError, match="on the day of posting"):
        posted(cast, starts_on=clock.today() + timedelta(days=1))


def test_a_list_lasts_longer_than_its_first_day(cast: Any) -> None:
    with pytest.raises(IntegrityError, match="public_list_days"):
        posted(cast, ends_on=clock.today())


def test_a_list_is_at_least_as_long_in_working_days_as_the_policy_says(cast: Any, version: Any) -> None:
    case = make_case(cast, version)
    told(case, clock.now())
    with pytest.raises(IntegrityError, match="shorter than the policy"):
        enter(posted(cast, ends_on=clock.today() + timedelta(days=4)), case)
    assert enter(posted(cast, ends_on=clock.today() + timedelta(days=21)), case).pk


def test_the_letter_before_the_list_is_dated_by_the_database(cast: Any, version: Any) -> None:
    case = make_case(cast, version)
    plist = posted(cast, ends_on=clock.today() + timedelta(days=21))
    letter = told(case, clock.now() - timedelta(days=30))
    assert letter.queued_at > plist.posted_at
    with pytest.raises(IntegrityError, match="not told before"):
        enter(plist, case)


def test_nobody_is_added_to_a_page_on_which_he_does_not_stand(cast: Any, version: Any) -> None:
    case = make_case(cast, version)
    told(case, clock.now())
    with pytest.raises(IntegrityError, match="on the page that was posted"):
        enter(posted(cast, ends_on=clock.today() + timedelta(days=21)), case, name="马*")
