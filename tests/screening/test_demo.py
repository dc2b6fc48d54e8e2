"""The demonstration screens a hundredth of a year's people, leaves some for the page, and helps a few on."""

from __future__ import annotations

from typing import Any

import pytest

from cases.dossier.models import Case
from cases.screening.funnel import funnel
from cases.screening.models import Campaign
from workflows.walking.screening import DRAFTS, LEFT_FOR_THE_PAGE, PEOPLE, screenings

pytestmark = pytest.mark.django_db


def test_the_demonstration_screens_for_each_programme_with_a_policy(cast: Any, published: Any) -> None:
    said: list[str] = []
    assert screenings(cast, said.append) == 0 and not said
    published("two_step")
    seen = screenings(cast, said.append)
    assert seen == PEOPLE["eyes"] - LEFT_FOR_THE_PAGE and said == [f"{seen} 人已筛查"]
    counts = funnel(cast["prov_review"], Campaign.objects.get())[0].counts
    assert (counts["registered"], counts["examined"], counts["operable"], counts["drafts"]) == (120, 114, 12, DRAFTS)
    assert all(counts[outcome] for outcome in ("normal", "observe", "refer", "contraindicated"))
    assert Case.objects.filter(state="DRAFT", programme="two_step").count() == DRAFTS
