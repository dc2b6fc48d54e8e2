"""The same invoice entered in two cases at one moment: one of them has it, the other is told."""

from __future__ import annotations

from typing import Any

import pytest

from cases.errors import Refusal
from cases.evidence.models import Invoice
from tests.dossier.test_races import at_once
from tests.evidence.test_invoices import at_intake, enter

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_cases_at_the_same_moment_use_an_invoice_once(cast: Any, published: Any) -> None:
    published("rare_disease")
    first, second = at_intake(cast), at_intake(cast, 2)
    given = at_once(lambda: enter(first), lambda: enter(second))
    assert sorted(type(one).__name__ for one in given) == ["Invoice", "Refusal"], given
    refused = next(one for one in given if isinstance(one, Refusal))
    assert refused.code == "invoice_used"
    assert str(Invoice.objects.get().case.number) in str(refused.reason)
