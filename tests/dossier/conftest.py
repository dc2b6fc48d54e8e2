"""Drafts and sent cases of invented people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from cases.dossier.models import Case
from workflows.walking import drive

SLUG = "rare_disease"


@pytest.fixture
def open_programme(published: Any) -> None:
    """The shipped policy is in force."""
    published(SLUG)


@pytest.fixture
def file_case(cast: dict[str, Any], open_programme: None) -> Callable[..., Case]:
    """Fill a whole application of invented person `number`, and send it unless told otherwise."""

    def make(number: int = 1, by: str = "applicant1", **more: Any) -> Case:
        return drive.apply(slug=SLUG, number=number, by=cast[by], **more)

    return make


@pytest.fixture
def browse(cast: dict[str, Any]) -> Callable[[str], Client]:
    """A browser in which that person of the cast is signed in; "" for a stranger."""

    def make(who: str = "") -> Client:
        browser = Client()
        if who:
            browser.force_login(cast[who], backend="django.contrib.auth.backends.ModelBackend")
        return browser

    return make
