"""Who may not judge a finding: each tie alone is enough."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from workflows.inspection.findings.rules import Ties, too_near

FREE = Ties(served_there=False, owner=False, answered=False, party=False)


@pytest.mark.parametrize("tie", [field.name for field in fields(Ties)])
def test_one_tie_alone_keeps_somebody_from_judging_a_finding(tie):
    assert too_near(FREE) is None and too_near(replace(FREE, **{tie: True}))
